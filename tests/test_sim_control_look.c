/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_control_look.c - what the control socket tells of the chip's inside.
 *
 * For scripts that must not take a debugger's word for what is in memory and core.
 */
#define _GNU_SOURCE
#include "tests/support/simhost.h"
#include "tests/support/desk.h"

static void peek__tells_a_word_of_memory_and_disturbs_nothing(void **state)
{
	struct desk *d = *state;

	assert_int_equal(chip_write(board_chip(d->boards[0]), 0x20000100u, 4, 0x89ABCDEFu), 0);
	assert_string_equal(say(d, "time"), "ok 0");
	assert_string_equal(say(d, "peek 0x20000100"), "ok 89abcdef");
	assert_string_equal(say(d, "peek 0x20000102"), "error no memory there");
	assert_string_equal(say(d, "peek 0xe000e010"), "error no memory there");
	assert_string_equal(say(d, "time"), "ok 0");
}

static void reg__tells_a_core_register_of_the_board_that_was_chosen(void **state)
{
	struct desk *d = *state;

	say_ok(d, "run 1");             /* with nothing in flash: the core is in lockup */
	assert_string_equal(say(d, "reg 15"), "ok fffffffe");
	assert_string_equal(say(d, "reg x"), "error which register?");
	assert_string_equal(say(d, "reg 99"), "ok 00000000");
}

static void report__tells_the_clock_that_the_host_set(void **state)
{
	struct desk *d = *state;
	uint8_t r[2];

	assert_non_null(strstr(say(d, "report"), "\"swd_hz\":1800000}"));
	assert_int_equal(v2_ask(d->boards[0], "\xF2\x30\xA3", 3, r, 2), 2);
	assert_int_equal(v2_ask(d->boards[0], "\xF2\x43\x07\x00", 4, r, 2), 2);
	assert_non_null(strstr(say(d, "report"), "\"swd_hz\":480000}"));
}

#define UID_WRONG "error uid takes 24 hexadecimal digits"

static void uid__another_chip_comes__with_its_number_and_blank_flash(void **state)
{
	struct desk *d = *state;
	size_t len = 0;
	uint8_t *flash = chip_flash(board_chip(d->boards[0]), &len);

	flash[5] = 0;
	say_ok(d, "set uid=000102030405060708090A0b");
	assert_int_equal(flash[5], flash[len - 1]);
	assert_string_equal(say(d, "peek 0x1ff80050"), "ok 03020100");
	assert_string_equal(say(d, "peek 0x1ff80064"), "ok 0b0a0908");
	assert_string_equal(say(d, "set uid=0001"), UID_WRONG);
	assert_string_equal(say(d, "set uid=00010203040506070809xx0b"), UID_WRONG);
	assert_string_equal(say(d, "set uid=000102030405060708090a0b0c"), UID_WRONG);
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(peek__tells_a_word_of_memory_and_disturbs_nothing),
		AT_DESK(reg__tells_a_core_register_of_the_board_that_was_chosen),
		AT_DESK(uid__another_chip_comes__with_its_number_and_blank_flash),
		AT_DESK(report__tells_the_clock_that_the_host_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
