/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_control.c - the control socket and every condition of a board, as the probe and
 * its host notice them.
 *
 * Conditions are set by lines on the socket; what they do is asked of the probe in its own
 * commands. Client and server share one thread.
 */
#define _GNU_SOURCE
#include "tests/support/simhost.h"
#include "tests/support/asked.h"
#include "tests/support/desk.h"

/* ---- the socket -------------------------------------------------------------------- */

static void line__unknown_or_wrong__is_answered_with_an_error(void **state)
{
	static const char *const bad[] = {
		"", "jump", "SET voltage=0", "set", "set voltage", "set voltage=", "set voltage=-1",
		"set voltage=9.9", "set voltage=3.", "set voltage=3.3333", "set voltage=3V3",
		"set voltage=3.3.3", "set voltage=9", "set voltage=3300", "set voltage=5501mV",
		"set voltage=3.3mV", "set voltage=3.3v", "set target=lost", "set dfu=perhaps",
		"board 2", "board x", "press", "press here", "release", "run x", "run -1",
		"run 1000000", "run 0.0001", "run .5", "run 5 s"
	};
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (strncmp(say(d, bad[i]), "error ", 6) != 0)
			fail_msg("\"%s\" was answered \"%s\"", bad[i], d->said);
	say_ok(d, "set voltage=3300mV");
	assert_int_equal(strcmp(say(d, "set voltage=9"),
				"error voltage takes 0 to 5.5 V, as 3.3, 3.3V or 3300mV"), 0);
}

static void board__number__says_whom_the_next_lines_mean(void **state)
{
	struct desk *d = *state;

	say_ok(d, "board 1");
	say_ok(d, "set voltage=2.5");
	assert_int_equal(chip_get_supply_mv(board_chip(d->boards[0])), 3300);
	assert_int_equal(chip_get_supply_mv(board_chip(d->boards[1])), 2500);
	say_ok(d, "board 0");
	say_ok(d, "set voltage=1.85");
	assert_int_equal(chip_get_supply_mv(board_chip(d->boards[0])), 1850);
}

static void time__and_run__tell_and_spend_virtual_microseconds(void **state)
{
	struct desk *d = *state;

	assert_string_equal(say(d, "time"), "ok 0");
	say_ok(d, "run 3");
	assert_string_equal(say(d, "time"), "ok 3000000");
	assert_int_equal(ns_now(d->boards[1]), 0);
}

static void report__is_one_ok_line_of_json_with_every_board(void **state)
{
	struct desk *d = *state;

	assert_ptr_equal(strstr(say(d, "report"), "ok {\"model\":{\"urb_us\":100,"), d->said);
	assert_non_null(strstr(d->said, "\"high_speed\":{\"urb_us\":40,\"byte_us\":0.033,"));
	assert_non_null(strstr(d->said, "{\"board\":\"l-discovery\""));
	assert_non_null(strstr(d->said, "{\"board\":\"bluepill\""));
	assert_string_equal(d->said + strlen(d->said) - 2, "]}");
}

static void quit__ends_the_program(void **state)
{
	struct desk *d = *state;

	assert_false(d->control.quit);
	say_ok(d, "quit");
	assert_true(d->control.quit);
}

static void line__too_long__cuts_the_client_off(void **state)
{
	struct desk *d = *state;
	char much[CONTROL_LINE_MAX + 8];

	memset(much, 'x', sizeof(much));
	assert_int_equal(send(d->fd, much, sizeof(much), 0), (ssize_t)sizeof(much));
	serve(d);
	assert_true(recv(d->fd, much, sizeof(much), MSG_DONTWAIT) <= 0);
}

/* ---- cable, supply, buttons ------------------------------------------------------------ */

static void unplug__and_plug__take_the_device_off_the_bus_and_back(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	unsigned before = usbdev_generation(b);
	uint64_t resets_before = resets(b);
	uint8_t r[6];

	v2_enter(b);
	say_ok(d, "unplug");
	assert_false(usbdev_enumerate(b));
	assert_int_equal(v2_send(b, "\xF1", 1), USBDEV_GONE);
	assert_int_equal(chip_get_supply_mv(board_chip(b)), 0);
	say_ok(d, "unplug");                            /* as if it were in */
	say_ok(d, "plug");
	assert_int_equal(v2_send(b, "\xF1", 1), USBDEV_GONE);
	assert_true(usbdev_enumerate(b));
	assert_int_equal(usbdev_generation(b), before + 1);
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 1);                      /* debug mode is forgotten */
	assert_int_equal(resets(b), resets_before + 1);
}

static void power_cycle__forgets_what_only_power_keeps(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint32_t v = 0;

	v2_enter(b);
	assert_int_equal(poke(b, DBGMCU_CR, 7), 0x80);
	assert_int_equal(poke(b, DEMCR_ADDR, 1), 0x80);
	assert_int_equal(poke(b, SRAM, 0x12345678), 0x80);
	say_ok(d, "power-cycle");
	assert_true(usbdev_present(b));                 /* the probe has its own supply */
	assert_int_equal(peek(b, DBGMCU_CR, &v), 0x80);
	assert_int_equal(v, 0);
	assert_int_equal(peek(b, DEMCR_ADDR, &v), 0x80);
	assert_int_equal(v & 1u, 0);
	assert_int_equal(peek(b, SRAM, &v), 0x80);
	assert_int_not_equal(v, 0x12345678);
}

static void press_reset__holds_the_chip_until_it_is_released(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint64_t n;

	give_firmware(b);
	say_ok(d, "press reset");
	n = executed(b);
	let_pass(b, MS);
	assert_int_equal(executed(b), n);
	v2_enter(b);
	assert_true(dhcsr(b) & 1u << 25);               /* S_RESET_ST */
	say_ok(d, "release reset");
	let_pass(b, MS);
	assert_true(executed(b) > n);
}

static void press_reset__while_the_probe_pulls__is_a_wired_or(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint64_t n;

	give_firmware(b);
	nrst(b, 0);
	say_ok(d, "press reset");
	nrst(b, 1);
	n = executed(b);
	let_pass(b, MS);
	assert_int_equal(executed(b), n);
	say_ok(d, "release reset");
	let_pass(b, MS);
	assert_true(executed(b) > n);
}

static void press_reset__with_the_wire_open__still_resets(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint64_t n = resets(b);

	say_ok(d, "set nrst=open");
	nrst(b, 0);
	nrst(b, 1);
	assert_int_equal(resets(b), n);
	say_ok(d, "press reset");
	say_ok(d, "release reset");
	assert_int_equal(resets(b), n + 1);
}

static void press_button__drives_the_pin_where_there_is_one(void **state)
{
	struct desk *d = *state;
	struct chip *c = board_chip(d->boards[0]);

	say_ok(d, "press button");
	assert_int_equal(chip_pin(c, 'A', 0), 1);
	say_ok(d, "release button");
	assert_int_equal(chip_pin(c, 'A', 0), 0);
	say_ok(d, "board 1");
	assert_string_equal(say(d, "press button"), "error no such button on this board");
}

/* ---- conditions ---------------------------------------------------------------------- */

static void voltage__zero__takes_the_chip_away_until_it_is_back(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];

	assert_true(millivolts(b) > 3200 && millivolts(b) < 3400);
	say_ok(d, "set voltage=0");
	assert_int_equal(millivolts(b), 0);
	assert_int_equal(enter(b), 0x09);
	say_ok(d, "set voltage=3.3");
	assert_true(millivolts(b) > 3200 && millivolts(b) < 3400);
	assert_int_equal(enter(b), 0x80);
	say_ok(d, "set power=off");
	say_ok(d, "set voltage=3.0");                   /* the switch is still off */
	assert_int_equal(enter(b), 0x09);
	say_ok(d, "set power=on");
	assert_int_equal(enter(b), 0x80);
}

static void dfu__set__is_the_boot_loader_until_it_is_left(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	unsigned before = usbdev_generation(b);
	uint8_t r[2];

	say_ok(d, "set dfu");
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 0);
	assert_int_equal(v2_send(b, "\xF3\x07", 2), 16);
	assert_int_equal(usbdev_generation(b), before + 1);
	assert_true(usbdev_enumerate(b));
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 1);
	say_ok(d, "unplug");
	say_ok(d, "plug");
	assert_true(usbdev_enumerate(b));
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 0);                      /* it powers up in DFU again */
}

#define AT_DESK(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(line__unknown_or_wrong__is_answered_with_an_error),
		AT_DESK(board__number__says_whom_the_next_lines_mean),
		AT_DESK(time__and_run__tell_and_spend_virtual_microseconds),
		AT_DESK(report__is_one_ok_line_of_json_with_every_board),
		AT_DESK(quit__ends_the_program),
		AT_DESK(line__too_long__cuts_the_client_off),
		AT_DESK(unplug__and_plug__take_the_device_off_the_bus_and_back),
		AT_DESK(power_cycle__forgets_what_only_power_keeps),
		AT_DESK(press_reset__holds_the_chip_until_it_is_released),
		AT_DESK(press_reset__while_the_probe_pulls__is_a_wired_or),
		AT_DESK(press_reset__with_the_wire_open__still_resets),
		AT_DESK(press_button__drives_the_pin_where_there_is_one),
		AT_DESK(voltage__zero__takes_the_chip_away_until_it_is_back),
		AT_DESK(dfu__set__is_the_boot_loader_until_it_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
