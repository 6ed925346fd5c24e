/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_conditions.c - what hangs on a board's SWD pins (target=), as the probe notices it.
 *
 * Conditions are set by lines on the control socket; what they do is asked of the probe in its
 * own commands.
 */
#define _GNU_SOURCE
#include "tests/support/simhost.h"
#include "tests/support/asked.h"
#include "tests/support/desk.h"

static void target__absent__answers_nothing(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];

	say_ok(d, "set target=absent");
	assert_int_equal(enter(b), 0x09);
	assert_true(millivolts(b) > 3200);
	say_ok(d, "set target=present");
	assert_int_equal(enter(b), 0x80);
}

static void target__locked__refuses_flash_and_gives_ram(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[1];
	uint32_t v = 0;

	say_ok(d, "board 1");
	say_ok(d, "set target=locked");
	assert_int_equal(enter(b), 0x80);
	assert_int_equal(peek(b, 0x08000000, &v), 0x11);
	assert_int_equal(peek(b, SRAM, &v), 0x80);
}

static void protect__level2__shuts_the_debug_port_at_the_next_reset(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];

	say_ok(d, "set protect=level2");
	assert_int_equal(enter(b), 0x80);
	say_ok(d, "power-cycle");
	assert_int_equal(enter(b), 0x09);
	/* An F103 has no such level, and no other word is one. */
	assert_false(board_set(d->boards[1], "protect", "level2"));
	assert_false(board_set(b, "protect", "level3"));
}

static void target__asleep__answers_dpidr_and_wait(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint32_t v = 0;
	uint64_t n;

	give_firmware(b);
	say_ok(d, "set target=asleep");
	n = executed(b);
	assert_int_equal(enter(b), 0x80);               /* the debug port has SWCLK */
	assert_int_equal(dpidr(b, &v), 0x80);
	assert_int_equal(v, 0x2BA01477);
	assert_int_equal(peek(b, DBGMCU_CR - 4, &v), 0x10);
	assert_int_equal(poke(b, DHCSR_ADDR, HALT), 0x10);
	let_pass(b, 10 * MS);
	assert_int_equal(peek(b, DHCSR_ADDR, &v), 0x10);
	assert_int_equal(executed(b), n);               /* it sleeps */
	say_ok(d, "set target=present");
	assert_int_equal(poke(b, DHCSR_ADDR, HALT), 0x80);
	assert_true(executed(b) > n);
}

static void target__asleep__is_caught_under_reset_until_let_go(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint32_t v = 0;

	give_firmware(b);
	say_ok(d, "set target=asleep");
	nrst(b, 0);
	assert_int_equal(enter(b), 0x80);
	assert_int_equal(poke(b, DHCSR_ADDR, HALT), 0x80);
	assert_int_equal(poke(b, DEMCR_ADDR, 1), 0x80);
	nrst(b, 1);
	let_pass(b, 20 * MS);
	assert_true(dhcsr(b) & S_HALT);
	assert_int_equal(poke(b, DHCSR_ADDR, RUN), 0x80);
	let_pass(b, MS / 2);
	assert_int_equal(peek(b, SRAM, &v), 0x80);      /* its firmware has not come to that yet */
	let_pass(b, MS);
	assert_int_equal(peek(b, SRAM, &v), 0x10);
}

static void target__asleep__with_dbg_stop__can_be_debugged(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint32_t v = 0;

	give_firmware(b);
	v2_enter(b);
	assert_int_equal(poke(b, DBGMCU_CR, 2), 0x80);
	say_ok(d, "set target=asleep");
	assert_int_equal(peek(b, SRAM, &v), 0x80);
	assert_true(dhcsr(b) & S_SLEEP);
	say_ok(d, "press reset");                       /* DBGMCU_CR outlives a reset */
	say_ok(d, "release reset");
	let_pass(b, 10 * MS);
	assert_int_equal(peek(b, SRAM, &v), 0x80);
	say_ok(d, "power-cycle");                       /* ... but no power cycle */
	let_pass(b, 10 * MS);
	assert_int_equal(peek(b, SRAM, &v), 0x10);
}

static void target__sleep__is_awake_with_dbg_sleep_and_not_with_dbg_stop(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint32_t v = 0;
	uint64_t n;

	give_firmware(b);
	say_ok(d, "set target=sleep");
	n = executed(b);
	assert_int_equal(enter(b), 0x80);
	assert_int_equal(dpidr(b, &v), 0x80);
	assert_int_equal(peek(b, SRAM, &v), 0x10);
	assert_int_equal(executed(b), n);
	nrst(b, 0);
	assert_int_equal(poke(b, DBGMCU_CR, 2), 0x80);  /* DBG_STOP */
	nrst(b, 1);
	let_pass(b, 10 * MS);
	assert_int_equal(peek(b, SRAM, &v), 0x10);
	nrst(b, 0);
	assert_int_equal(poke(b, DBGMCU_CR, 1), 0x80);  /* DBG_SLEEP */
	nrst(b, 1);
	let_pass(b, 10 * MS);
	assert_int_equal(peek(b, SRAM, &v), 0x80);
	assert_true(dhcsr(b) & S_SLEEP);
}

static void target__stop__is_another_name_of_asleep(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint32_t v = 0;

	give_firmware(b);
	say_ok(d, "set target=stop");
	v2_enter(b);
	nrst(b, 0);
	assert_int_equal(poke(b, DBGMCU_CR, 1), 0x80);
	nrst(b, 1);
	let_pass(b, 10 * MS);
	assert_int_equal(peek(b, SRAM, &v), 0x10);
	nrst(b, 0);
	assert_int_equal(poke(b, DBGMCU_CR, 2), 0x80);
	nrst(b, 1);
	let_pass(b, 10 * MS);
	assert_int_equal(peek(b, SRAM, &v), 0x80);
}

static void target__swd_off__answers_only_under_reset(void **state)
{
	struct desk *d = *state;
	struct board *b = d->boards[0];

	give_firmware(b);
	say_ok(d, "set target=swd-off");
	assert_int_equal(enter(b), 0x09);
	nrst(b, 0);
	assert_int_equal(enter(b), 0x80);
	assert_int_equal(poke(b, DHCSR_ADDR, HALT), 0x80);
	assert_int_equal(poke(b, DEMCR_ADDR, 1), 0x80);
	nrst(b, 1);
	let_pass(b, 20 * MS);
	assert_true(dhcsr(b) & S_HALT);
	assert_int_equal(poke(b, DHCSR_ADDR, RUN), 0x80);
	let_pass(b, 2 * MS);
	assert_int_equal(enter(b), 0x09);
	say_ok(d, "set target=present");
	assert_int_equal(enter(b), 0x80);
}

static void target__asleep_or_swd_off__lets_a_debuggers_code_in_sram_run(void **state)
{
	static const uint8_t loop[] = { 0x01, 0x30, 0xFD, 0xE7 };      /* adds r0, #1; b .-2 */
	static const char *const lines[] = {
		"set target=asleep", "set target=sleep", "set target=swd-off"
	};
	struct desk *d = *state;
	struct board *b = d->boards[0];
	uint32_t v = 0;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		give_firmware(b);
		say_ok(d, lines[i]);
		nrst(b, 0);
		assert_int_equal(enter(b), 0x80);
		assert_int_equal(poke(b, DHCSR_ADDR, HALT), 0x80);
		assert_int_equal(poke(b, DEMCR_ADDR, 1), 0x80);
		nrst(b, 1);
		assert_int_equal(poke(b, SRAM, get_le32(loop)), 0x80);
		assert_int_equal(poke(b, DCRDR, SRAM), 0x80);
		assert_int_equal(poke(b, DCRSR, 0x1000Fu), 0x80);
		assert_int_equal(poke(b, DHCSR_ADDR, RUN), 0x80);
		let_pass(b, 20 * MS);                   /* that is not the firmware */
		assert_int_equal(poke(b, DHCSR_ADDR, HALT), 0x80);
		assert_int_equal(poke(b, DCRDR, 0x08000000), 0x80);
		assert_int_equal(poke(b, DCRSR, 0x1000Fu), 0x80);
		assert_int_equal(poke(b, DHCSR_ADDR, RUN), 0x80);
		let_pass(b, 2 * MS);
		assert_int_not_equal(peek(b, SRAM, &v), 0x80);
		say_ok(d, "set target=present");
	}
}

#define AT_DESK(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(target__absent__answers_nothing),
		AT_DESK(target__locked__refuses_flash_and_gives_ram),
		AT_DESK(protect__level2__shuts_the_debug_port_at_the_next_reset),
		AT_DESK(target__asleep__answers_dpidr_and_wait),
		AT_DESK(target__asleep__is_caught_under_reset_until_let_go),
		AT_DESK(target__asleep__with_dbg_stop__can_be_debugged),
		AT_DESK(target__sleep__is_awake_with_dbg_sleep_and_not_with_dbg_stop),
		AT_DESK(target__stop__is_another_name_of_asleep),
		AT_DESK(target__swd_off__answers_only_under_reset),
		AT_DESK(target__asleep_or_swd_off__lets_a_debuggers_code_in_sram_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
