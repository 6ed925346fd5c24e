/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_v2.c - the virtual ST-LINK/V2: framing, answer lengths, versions, rules, time.
 *
 * Expected lengths and versions are written out here, not taken from the simulator's table.
 */
#include "tests/support/simhost.h"

struct expected {
	const char *cmd;
	size_t n;
	size_t reply;
	unsigned from;          /* first J version */
	bool debug;             /* needs debug mode */
};

/* Lengths and versions as OpenOCD and stlink-org have them. */
static const struct expected expected[] = {
	{ "\xF1\x80", 2, 6, 0, false },
	{ "\xF5", 1, 2, 0, false },
	{ "\xF7", 1, 8, 13, false },
	{ "\xF2\x22", 2, 4, 0, true },
	{ "\xF2\x30\xA3", 3, 2, 0, false },
	{ "\xF2\x31", 2, 12, 0, true },
	{ "\xF2\x32", 2, 2, 0, true },
	{ "\xF2\x33\x0F", 3, 8, 0, true },
	{ "\xF2\x34\x00\x11\x22\x33\x44", 7, 2, 0, true },
	{ "\xF2\x35\xFC\xED\x00\xE0\x00\x00\x00\x00", 10, 2, 0, true },
	{ "\xF2\x36\xF0\xED\x00\xE0", 6, 8, 0, true },
	{ "\xF2\x3A", 2, 88, 0, true },
	{ "\xF2\x3B", 2, 2, 0, false },
	{ "\xF2\x3C\x01", 3, 2, 0, false },
	{ "\xF2\x3E", 2, 12, 15, false },
	{ "\xF2\x40\x00\x10\x80\x84\x1E\x00", 8, 2, 13, true },
	{ "\xF2\x42", 2, 2, 13, true },
	{ "\xF2\x41", 2, 2, 13, true },
	{ "\xF2\x43\x01", 3, 2, 22, false },
	{ "\xF2\x44\x20", 3, 2, 24, false },
	{ "\xF2\x45\xFF\xFF\x00\x00", 6, 8, 24, true },
	{ "\xF2\x46\xFF\xFF\x00\x00\x04\x00\x00\x00", 10, 2, 24, true },
	{ "\xF2\x47\x00\x00\x00\x20\x06\x00", 8, 6, 26, true },
	{ "\xF2\x49", 2, 2, 28, false },
	{ "\xF2\x4B\x00\x00", 4, 2, 28, true },
	{ "\xF2\x4C\x00", 3, 2, 28, true },
	{ "\xF2\x53", 2, 2, 32, true },
	{ "\xF2\x54\x00\x00\x00\x20\x08\x00", 8, 8, 32, true },
	{ "\xF2\x56", 2, 128, 36, false },
	{ "\xF2\x07\x00\x00\x00\x20\x0C\x00", 8, 12, 0, true },
	{ "\xF2\x0C\x00\x00\x00\x20\x05\x00", 8, 5, 0, true },
};

static void halt_core(struct board *b)
{
	uint8_t r[2];

	assert_int_equal(v2_ask(b, "\xF2\x35\xF0\xED\x00\xE0\x03\x00\x5F\xA0", 10, r, 2), 2);
	assert_int_equal(r[0], 0x80);
}

static void commands__each__answers_with_its_exact_length(void **state)
{
	struct board *b = plug("l-discovery", "V2J37S7");
	uint8_t r[128];

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct expected *e = &expected[i];

		if (i < 3)
			assert_int_equal(v2_ask(b, e->cmd, e->n, r, e->reply), (int)e->reply);
		v2_enter(b);
		halt_core(b);
		assert_int_equal(v2_ask(b, e->cmd, e->n, r, e->reply), (int)e->reply);
		assert_int_equal(usbdev_bulk_in(b, 0x81, r, 64), USBDEV_NAK);
	}
	assert_int_equal(illegal_of(b), 0);
	assert_int_equal(usb_of(b).unknown_commands, 0);
	board_free(b);
}

static void commands__without_answer__leave_the_pipe_silent(void **state)
{
	static const char *const silent[] = { "\xF2\x21", "\xF4\x01", "\xF3\x07" };
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[64];

	(void)state;
	v2_enter(b);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(v2_send(b, silent[i], 2), 16);
		assert_int_equal(usbdev_bulk_in(b, 0x81, r, 64), USBDEV_NAK);
	}
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void commands__newer_than_the_firmware__are_answered_42(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct expected *e = &expected[i];
		char before[16], first[16];
		struct board *b;
		uint8_t r[128];

		if (e->from == 0)
			continue;
		(void)snprintf(before, sizeof(before), "V2J%uS3", e->from - 1);
		(void)snprintf(first, sizeof(first), "V2J%uS3", e->from);
		b = plug("l-discovery", before);
		v2_enter(b);
		assert_int_equal(v2_ask(b, e->cmd, e->n, r, 2), 2);
		assert_memory_equal(r, "\x42\x00", 2);
		assert_int_equal(usb_of(b).unknown_commands, 1);
		board_free(b);
		b = plug("l-discovery", first);
		v2_enter(b);
		assert_int_equal(v2_ask(b, e->cmd, e->n, r, e->reply), (int)e->reply);
		assert_int_equal(usb_of(b).unknown_commands, 0);
		board_free(b);
	}
}

static void commands__of_the_first_api__are_unknown_to_a_v2(void **state)
{
	static const uint8_t ops[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x09, 0x0A, 0x0B, 0x0E, 0x0F };
	struct board *b = plug("l-discovery", NULL);

	(void)state;
	v2_enter(b);
	for (size_t i = 0; i < sizeof(ops); i++) {
		uint8_t cmd[2] = { 0xF2, ops[i] }, r[2];

		assert_int_equal(v2_ask(b, cmd, 2, r, 2), 2);
		assert_int_equal(r[0], 0x42);
	}
	board_free(b);
}

static void debug_command__outside_debug_mode__is_counted_and_fails(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct expected *e = &expected[i];
		struct board *b = plug("l-discovery", NULL);
		uint8_t r[128], st;

		if (e->debug && e->cmd[1] != 0x32 && e->cmd[1] != 0x40 && e->cmd[1] != 0x41) {
			assert_int_equal(v2_ask(b, e->cmd, e->n, r, e->reply), (int)e->reply);
			assert_int_equal(illegal_of(b), 1);
			st = e->cmd[1] == 0x07 || e->cmd[1] == 0x0C || e->cmd[1] == 0x47 ||
			     e->cmd[1] == 0x54 ? v2_status(b, NULL) : r[0];
			assert_int_equal(st, 0x08);
		}
		board_free(b);
	}
}

static void version__and_mode__tell_the_probe(void **state)
{
	struct board *b = plug("l-discovery", "V2J37S7");
	uint8_t r[8];

	(void)state;
	assert_int_equal(v2_ask(b, "\xF1\x80", 2, r, 6), 6);
	assert_memory_equal(r, "\x29\x47\x83\x04\x48\x37", 6);
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_memory_equal(r, "\x01\x00", 2);
	v2_enter(b);
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_memory_equal(r, "\x02\x00", 2);
	assert_int_equal(v2_send(b, "\xF2\x21", 2), 16);
	assert_int_equal(usb_of(b).mode, 1);
	board_free(b);
}

static void dfu__exit__leaves_the_bus_and_comes_back_as_application(void **state)
{
	struct board_options o = { .start_in_dfu = true };
	struct board *b = board_new(board_kind_find("f4discovery"), &o);
	static const uint8_t set[8] = { 0, 9, 1, 0, 0, 0, 0, 0 };
	unsigned generation;
	uint8_t r[8];

	(void)state;
	assert_non_null(b);
	generation = usbdev_generation(b);
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 0);
	assert_int_equal(v2_send(b, "\xF3\x07", 2), 16);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 2), USBDEV_GONE);
	assert_int_equal(usbdev_generation(b), generation + 1);
	assert_false(usbdev_present(b));
	assert_int_equal(usbdev_control(b, set, NULL, 0), 0);
	assert_true(usbdev_present(b));
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 1);
	assert_int_equal(usbdev_generation(b), generation + 1);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void dfu__debug_command__stalls_and_is_counted(void **state)
{
	struct board_options o = { .start_in_dfu = true };
	struct board *b = board_new(board_kind_find("f4discovery"), &o);
	uint8_t r[8];

	(void)state;
	assert_non_null(b);
	assert_int_equal(v2_ask(b, "\xF2\x30\xA3", 3, r, 2), USBDEV_STALL);
	assert_int_equal(illegal_of(b), 1);
	clear_halt(b, 0x81);
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
	board_free(b);
}

static void in__asked_before_the_command__naks_until_then(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[6];

	(void)state;
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 6), USBDEV_NAK);
	assert_int_equal(usbdev_bulk_in(b, 0x83, r, 6), USBDEV_NAK);
	assert_int_equal(ns_now(b), 0);
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void in__shorter_than_the_packet__babbles_and_loses_it(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[16];

	(void)state;
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 4), USBDEV_BABBLE);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 6), USBDEV_NAK);
	assert_int_equal(illegal_of(b), 1);
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 16), 6);
	board_free(b);
}

static void in__past_a_full_last_packet__never_ends(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[128];

	(void)state;
	v2_enter(b);
	assert_int_equal(v2_read(b, 0x07, SRAM, r, 64), 64);
	assert_int_equal(v2_send(b, "\xF2\x07\x00\x00\x00\x20\x40\x00", 8), 16);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 65), USBDEV_NAK);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 65), USBDEV_NAK);
	assert_int_equal(illegal_of(b), 1);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 64), 64);
	board_free(b);
}

static void read__in_several_transfers__gives_every_byte_once(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t w[192], r[192];

	(void)state;
	for (size_t i = 0; i < sizeof(w); i++)
		w[i] = (uint8_t)(i * 7 + 1);
	v2_enter(b);
	v2_write(b, 0x08, SRAM, w, sizeof(w));
	assert_int_equal(v2_status(b, NULL), 0x80);
	assert_int_equal(v2_send(b, "\xF2\x07\x00\x00\x00\x20\xC0\x00", 8), 16);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 64), 64);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r + 64, 128), 128);
	assert_memory_equal(r, w, sizeof(w));
	board_free(b);
}

static void out__that_is_no_command__is_counted(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[6];

	(void)state;
	assert_int_equal(usbdev_bulk_out(b, 0x02, (const uint8_t *)"\xF1", 1), 1);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 6), USBDEV_NAK);
	assert_int_equal(v2_send(b, "\xF1", 1), 16);
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
	assert_int_equal(illegal_of(b), 2);
	board_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands__each__answers_with_its_exact_length),
		cmocka_unit_test(commands__without_answer__leave_the_pipe_silent),
		cmocka_unit_test(commands__newer_than_the_firmware__are_answered_42),
		cmocka_unit_test(commands__of_the_first_api__are_unknown_to_a_v2),
		cmocka_unit_test(debug_command__outside_debug_mode__is_counted_and_fails),
		cmocka_unit_test(version__and_mode__tell_the_probe),
		cmocka_unit_test(dfu__exit__leaves_the_bus_and_comes_back_as_application),
		cmocka_unit_test(dfu__debug_command__stalls_and_is_counted),
		cmocka_unit_test(in__asked_before_the_command__naks_until_then),
		cmocka_unit_test(in__shorter_than_the_packet__babbles_and_loses_it),
		cmocka_unit_test(in__past_a_full_last_packet__never_ends),
		cmocka_unit_test(read__in_several_transfers__gives_every_byte_once),
		cmocka_unit_test(out__that_is_no_command__is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
