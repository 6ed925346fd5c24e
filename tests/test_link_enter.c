/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_enter.c - entering SWD on every generation, byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/link_script.h"

/* ---- entering ---- */

static const struct link_options usual = { .speed_khz = 0 }, slow = { .speed_khz = 1800 };

static void enter__v2__sets_speed_then_enters_and_asks_for_the_id_once(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 00 00", "80 00", NULL, 0, 0 },
		{ "f2 30 a3 00", "80 00", NULL, 0, 0 },
		{ "f2 31", "80 00 00 00 77 14 a0 2b 00 00 00 00", NULL, 0, 0 },
		{ "f2 21", NULL, NULL, 0, 0 },
	};
	uint32_t dpidr = 0;
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read_dpidr(l, &ctx, &dpidr), SL_OK);
	assert_int_equal(dpidr, 0x2BA01477);
	close_all(l);
}

static void enter__v3__takes_the_highest_listed_clock_not_above(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V3), { "fb 80", V3J7, NULL, 0, 0 },
		{ "f2 62 00",
		  "80 00 00 00 e8 03 00 00 07 00 00 00 c0 5d 00 00 40 1f 00 00 e4 0c 00 00 e8 03 00 00 "
		  "c8 00 00 00 32 00 00 00 05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ "f2 61 00 00 40 1f 00 00", "80 00 00 00 40 1f 00 00", NULL, 0, 0 },
		{ "f2 30 a3 00", "80 00", NULL, 0, 0 }, ID,
		{ "f2 21", NULL, NULL, 0, 0 },
	};
	const struct link_options fast = { .speed_khz = 10000 };
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &fast), SL_OK);
	close_all(l);
}

static void enter__v1_api2__never_sends_speed_nrst_or_voltage(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V1J13), { "f2 30 a3 00", "80 00", NULL, 0, 0 }, { "f2 22", "77 14 a0 1b", NULL,
								       0, 0 },
		{ "f2 21", NULL, NULL, 0, 0 },
	};
	const struct link_options under_reset = { .connect_under_reset = true };
	unsigned actual = 1, mv = 1;
	bool known = true;
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &under_reset), SL_OLDPROBE);
	for (int what = LINK_NRST_LOW; what <= LINK_NRST_PULSE; what++)
		assert_int_equal(link_nrst(l, &ctx, (enum link_nrst)what), SL_OLDPROBE);
	assert_int_equal(link_set_speed(l, &ctx, 400, &actual), SL_OK);
	assert_int_equal(actual, 0);
	assert_int_equal(link_voltage_mv(l, &ctx, &mv, &known), SL_OK);
	assert_false(known);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	close_all(l);
}

static void enter__v1_api1__has_no_reply_and_is_proved_by_the_core_id(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V1J9), { "f2 20 a3", NULL, NULL, 0, 0 }, { "f2 22", "77 14 a0 1b", NULL, 0,
								0 },
		{ "f2 01", "81 00", NULL, 0, 0 },
		{ "f2 05 03", "78 56 34 12", NULL, 0, 0 },
		{ "f2 06 03 0d f0 ad de", "80 00", NULL, 0, 0 },
		{ "f2 07 f0 ed 00 e0 04 00", "03 00 03 00", NULL, 0, 0 },
		{ "f2 08 f0 ed 00 e0 04 00", NULL, "03 00 5f a0", 0, 0 },
		{ "f5", "02 00", NULL, 0, 0 }, { "f2 21", NULL, NULL, 0, 0 },
	};
	uint32_t value = 0;
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read_dpidr(l, &ctx, &value), SL_OK);
	assert_int_equal(value, 0x1BA01477);
	assert_int_equal(link_flush(l, &ctx), SL_OK);
	assert_int_equal(link_read_reg(l, &ctx, 3, &value), SL_OK);
	assert_int_equal(value, 0x12345678);
	assert_int_equal(link_write_reg(l, &ctx, 3, 0xDEADF00D), SL_OK);
	assert_int_equal(link_read32(l, &ctx, 0xE000EDF0, &value), SL_OK);
	assert_int_equal(value, 0x00030003);
	assert_int_equal(link_write32(l, &ctx, 0xE000EDF0, 0xA05F0003), SL_OK);
	close_all(l);
}

static void flush__v1_api1_with_half_an_answer__is_a_fault(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V1J9), { "f2 20 a3", NULL, NULL, 0, 0 }, { "f2 22", "77 14 a0 1b", NULL, 0, 0 },
		{ "f2 01", "81", NULL, 0, 0 }, { "f5", "02 00", NULL, 0, 0 }, { "f2 21", NULL, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_flush(l, &ctx), SL_PROTO);
	close_all(l);
}

static void enter__v1_api1_with_a_stale_or_empty_id__is_no_target(void **state)
{
	static const char *const ids[] = { "00 00 00 00", "ff ff ff ff", "12 40 83 04" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct script_step steps[] = {
			OPEN(V1J9), { "f2 20 a3", NULL, NULL, 0, 0 }, { "f2 22", ids[i], NULL, 0,
									0 },
			{ "f5", IDLE, NULL, 0, 0 },
		};
		struct link *l;

		BEGIN(steps);
		l = open_ok();
		assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_NOTARGET);
		link_close(l, &ctx);
		assert_int_equal(ctx.fault.code, SL_NOTARGET);
		script_done(&script);
	}
}

static void enter__v1_that_does_not_know_api2__falls_back(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", "12 c0 83 04 44 37", NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 },
		{ "f2 30 a3 00", "42 00", NULL, 0, 0 }, { "f2 20 a3", NULL, NULL, 0, 0 },
		{ "f2 22", "77 14 a0 1b", NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_get_caps(l)->api, 2);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_get_caps(l)->api, 1);
	close_all(l);
}

static void enter__under_reset__holds_before_and_after(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 00 00", "80 00", NULL, 0, 0 }, { "f2 3c 00", "80 00", NULL, 0,
								       0 },
		{ "f2 30 a3 00", "80 00", NULL, 0, 0 }, { "f2 3c 00", "80 00", NULL, 0, 0 },
		ID, { "f2 3c 01", "80 00", NULL, 0, 0 },
		{ "f2 3c 02", "80 00", NULL, 0, 0 }, { "f2 21", NULL, NULL, 0, 0 },
	};
	const struct link_options o = { .speed_khz = 4000, .connect_under_reset = true };
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &o), SL_OK);
	assert_int_equal(link_nrst(l, &ctx, LINK_NRST_HIGH), SL_OK);
	assert_int_equal(link_nrst(l, &ctx, LINK_NRST_PULSE), SL_OK);
	close_all(l);
}

static void enter__no_target_under_reset__measures_and_releases_reset(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 01 00", "80 00", NULL, 0, 0 }, { "f2 3c 00", "80 00", NULL, 0,
								       0 },
		{ "f2 30 a3 00", "09 00", NULL, 0, 0 }, { "f7", "f1 05 00 00 0b 08 00 00", NULL, 0,
							  0 },
		{ "f2 3c 01", "80 00", NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 },
	};
	const struct link_options o = { .speed_khz = 1800, .connect_under_reset = true };
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &o), SL_NOTARGET);
	assert_int_equal(ctx.fault.probe_status, 0x09);
	assert_null(strstr(ctx.fault.text, "power"));
	close_all(l);
}

static void enter__no_target_and_no_supply__names_the_voltage(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 01 00", "80 00", NULL, 0, 0 }, { "f2 30 a3 00", "09 00", NULL,
								       0, 0 },
		{ "f7", "f1 05 00 00 40 00 00 00", NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &slow), SL_NOTARGET);
	assert_non_null(strstr(ctx.fault.text, "no power"));
	assert_non_null(strstr(ctx.fault.text, "0.10 V"));
	close_all(l);
}

static void enter__open_in_another_mode__leaves_and_enters_once_more(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 00 00", "80 00", NULL, 0, 0 }, { "f2 30 a3 00", "0e 00", NULL,
								       0, 0 },
		{ "f5", "02 00", NULL, 0, 0 }, { "f2 21", NULL, NULL, 0, 0 },
		{ "f2 30 a3 00", "80 00", NULL, 0, 0 },
		ID, { "f2 21", NULL, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	close_all(l);
}

static void enter__open_in_swim_mode__is_left_by_the_swim_command(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 00 00", "80 00", NULL, 0, 0 },
		{ "f2 30 a3 00", "0e 00", NULL, 0, 0 },
		{ "f5", "03 00", NULL, 0, 0 }, { "f4 01", NULL, NULL, 0, 0 },
		{ "f2 30 a3 00", "80 00", NULL, 0, 0 },
		ID, { "f2 21", NULL, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	close_all(l);
}

static void enter__refused__says_once_what_was_wanted(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 01 00", "80 00", NULL, 0, 0 },
		{ "f2 30 a3 00", "05 00", NULL, 0, 0 },
		{ "f7", "f1 05 00 00 0b 08 00 00", NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &slow), SL_NOTARGET);
	assert_string_equal(ctx.fault.doing, "entering SWD");
	assert_string_equal(ctx.fault.text, "no device is connected (NO DEVICE, status 05)");
	close_all(l);
}

static void enter__v1_of_the_disputed_version_that_stalls__falls_back(void **state)
{
	static const enum sl_err refusals[] = { SL_STALL, SL_PROTO, SL_PROBE };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct script_step steps[] = {
			{ "f1 80", V1J11, NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 },
			{ "f2 30 a3 00", NULL, NULL, refusals[i], 0 },
			{ "f2 20 a3", NULL, NULL, 0, 0 }, { "f2 22", "77 14 a0 1b", NULL, 0, 0 },
			{ "f5", IDLE, NULL, 0, 0 },
		};
		struct link *l;

		BEGIN(steps);
		l = open_ok();
		assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
		assert_int_equal(ctx.fault.code, SL_OK);
		assert_int_equal(link_get_caps(l)->api, 1);
		link_close(l, &ctx);
		script_done(&script);
	}
}

static void enter__v1_that_knows_api2__reports_a_stall_as_such(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V1J13), { "f2 30 a3 00", NULL, NULL, SL_STALL, 0 },
		{ "f5", IDLE, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_STALL);
	close_all(l);
}

static void enter__v1_without_an_id__leaves_no_fault_behind(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V1J13), { "f2 30 a3 00", "80 00", NULL, 0, 0 },
		{ "f2 22", "00 00 00 00", NULL, 0, 0 }, ID, { "f2 21", NULL, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(ctx.fault.code, SL_OK);
	close_all(l);
}

static void enter__reset_refused_before_entering__counts_only_afterwards(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 00 00", "80 00", NULL, 0, 0 },
		{ "f2 3c 00", "08 00", NULL, 0, 0 }, { "f2 30 a3 00", "80 00", NULL, 0, 0 },
		{ "f2 3c 00", "80 00", NULL, 0, 0 }, ID,
		{ "f2 21", NULL, NULL, 0, 0 },
	};
	static const struct script_step twice[] = {
		OPEN(V2J37), { "f2 43 00 00", "80 00", NULL, 0, 0 },
		{ "f2 3c 00", "08 00", NULL, 0, 0 }, { "f2 30 a3 00", "80 00", NULL, 0, 0 },
		{ "f2 3c 00", "08 00", NULL, 0, 0 }, { "f2 21", NULL, NULL, 0, 0 },
	};
	const struct link_options o = { .connect_under_reset = true };
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &o), SL_OK);
	assert_int_equal(ctx.fault.code, SL_OK);
	close_all(l);
	BEGIN(twice);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &o), SL_PROBE);
	close_all(l);
}

static void access_port__is_opened_once_and_only_when_it_is_wanted(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 00 00", "80 00", NULL, 0, 0 },
		{ "f2 30 a3 00", "80 00", NULL, 0, 0 }, ID,
		{ "f2 33 00", "08 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ "f2 4b 00 00", "80 00", NULL, 0, 0 },
		{ "f2 33 00", "80 00 00 00 78 56 34 12", NULL, 0, 0 },
		{ "f2 36 00 ed 00 e0", "1d 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ "f2 21", NULL, NULL, 0, 0 },
	};
	uint32_t value = 0;
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read_reg(l, &ctx, 0, &value), SL_OK);
	assert_int_equal(value, 0x12345678);
	assert_int_equal(link_read32(l, &ctx, 0xE000ED00, &value), SL_TARGET);
	close_all(l);
}

static void access_port__clone_without_the_command__reports_the_first_refusal(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 00 00", "80 00", NULL, 0, 0 },
		{ "f2 30 a3 00", "80 00", NULL, 0, 0 }, ID,
		{ "f2 36 00 ed 00 e0", "1d 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ "f2 4b 00 00", "42 00", NULL, 0, 0 }, { "f2 21", NULL, NULL, 0, 0 },
	};
	uint32_t value = 0;
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read32(l, &ctx, 0xE000ED00, &value), SL_TARGET);
	assert_int_equal(ctx.fault.probe_status, 0x1D);
	close_all(l);
}

static void enter__stm8_nucleo_firmware__has_no_swd(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", "24 c7 83 04 4b 37", NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OLDPROBE);
	close_all(l);
}

static void enter__clone_without_the_speed_command__goes_on(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 00 00", "42 00", NULL, 0, 0 },
		{ "f2 30 a3 00", "80 00", NULL, 0, 0 }, ID,
		{ "f2 21", NULL, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(ctx.fault.code, SL_OK);
	close_all(l);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(enter__v2__sets_speed_then_enters_and_asks_for_the_id_once),
		TEST(enter__v3__takes_the_highest_listed_clock_not_above),
		TEST(enter__v1_api2__never_sends_speed_nrst_or_voltage),
		TEST(enter__v1_api1__has_no_reply_and_is_proved_by_the_core_id),
		TEST(flush__v1_api1_with_half_an_answer__is_a_fault),
		TEST(enter__v1_api1_with_a_stale_or_empty_id__is_no_target),
		TEST(enter__v1_that_does_not_know_api2__falls_back),
		TEST(enter__under_reset__holds_before_and_after),
		TEST(enter__no_target_under_reset__measures_and_releases_reset),
		TEST(enter__no_target_and_no_supply__names_the_voltage),
		TEST(enter__open_in_another_mode__leaves_and_enters_once_more),
		TEST(enter__open_in_swim_mode__is_left_by_the_swim_command),
		TEST(enter__refused__says_once_what_was_wanted),
		TEST(enter__v1_of_the_disputed_version_that_stalls__falls_back),
		TEST(enter__v1_that_knows_api2__reports_a_stall_as_such),
		TEST(enter__v1_without_an_id__leaves_no_fault_behind),
		TEST(enter__reset_refused_before_entering__counts_only_afterwards),
		TEST(access_port__is_opened_once_and_only_when_it_is_wanted),
		TEST(access_port__clone_without_the_command__reports_the_first_refusal),
		TEST(enter__stm8_nucleo_firmware__has_no_swd),
		TEST(enter__clone_without_the_speed_command__goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
