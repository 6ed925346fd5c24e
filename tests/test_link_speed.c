/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_speed.c - lowering the SWD clock when the wires do not carry it: which commands, when
 * and when not, and what the user hears.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/link_script.h"

#define V3_CLOCKS \
	"80 00 00 00 e8 03 00 00 07 00 00 00 c0 5d 00 00 40 1f 00 00 e4 0c 00 00 e8 03 00 00 " \
	"c8 00 00 00 32 00 00 00 05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
#define DIVISOR(hex) { "f2 43 " hex, "80 00", NULL, 0, 0 }
#define ENTER_SAYS(status) { "f2 30 a3 00", status " 00", NULL, 0, 0 }
#define READ "f2 36 00 ed 00 e0"

static struct link *l;
static char said[1000];
static unsigned n_warnings;

static const struct link_options usual = { .speed_khz = 0 };

static void note(void *priv, enum log_level level, const char *text)
{
	size_t used = strlen(said);

	(void)priv;
	if (level > LOG_INFO)
		return;
	n_warnings += level <= LOG_WARN;
	(void)snprintf(said + used, sizeof(said) - used, "%s\n", text);
}

static void begin_noting(const struct script_step *steps, size_t n)
{
	begin(steps, n);
	ctx.log = (struct log_sink){ .write = note, .max = LOG_INFO };
	said[0] = '\0';
	n_warnings = 0;
	l = open_ok();
}

#define BEGIN_NOTING(steps) begin_noting(steps, ARRAY_LEN(steps))

static void connect__no_id_at_4_mhz__steps_down_until_there_is_one_and_says_so_once(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("09"), DIVISOR("01 00"), ENTER_SAYS("17"),
		DIVISOR("03 00"), ENTER_SAYS("80"), ID, EXIT,
	};

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_get_speed_khz(l), 950);
	assert_int_equal(n_warnings, 1);
	assert_non_null(strstr(said, "do not carry 4000 kHz: going on at 950 kHz"));
	assert_non_null(strstr(said, "--speed=950"));
	assert_int_equal(ctx.fault.code, SL_OK);
	close_all(l);
}

/* Bit 0 of every id is 1. */
static void connect__impossible_id__steps_down(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"),
		{ "f2 31", "80 00 00 00 ee 28 40 57 00 00 00 00", NULL, 0, 0 },
		DIVISOR("01 00"), ENTER_SAYS("80"), ID, EXIT,
	};
	uint32_t id = 0;

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read_dpidr(l, &ctx, &id), SL_OK);
	assert_int_equal(id, 0x2BA01477);
	assert_int_equal(link_get_speed_khz(l), 1800);
	close_all(l);
}

static void connect__nobody_there__ends_at_125_khz_and_warns_of_nothing(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("09"), DIVISOR("01 00"), ENTER_SAYS("09"),
		DIVISOR("03 00"), ENTER_SAYS("09"), DIVISOR("07 00"), ENTER_SAYS("09"),
		DIVISOR("0f 00"), ENTER_SAYS("09"), DIVISOR("1f 00"), ENTER_SAYS("09"),
		{ "f7", "f1 05 00 00 0b 08 00 00", NULL, 0, 0 }, { "f5", "01 00", NULL, 0, 0 },
	};

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_NOTARGET);
	assert_int_equal(ctx.fault.probe_status, 0x09);
	assert_int_equal(n_warnings, 0);
	close_all(l);
}

static void connect__chosen_speed__is_the_only_one_tried(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("09"),
		{ "f7", "f1 05 00 00 0b 08 00 00", NULL, 0, 0 }, { "f5", "01 00", NULL, 0, 0 },
	};
	static const struct link_options chosen = { .speed_khz = 4000 };

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &chosen), SL_NOTARGET);
	assert_int_equal(n_warnings, 0);
	close_all(l);
}

static void connect__id_that_old_firmware_does_not_tell__is_no_fault(void **state)
{
	static const char *const answers[] = {
		"42 00 00 00 00 00 00 00 00 00 00 00", "08 00 00 00 00 00 00 00 00 00 00 00",
		"0c 00 00 00 00 00 00 00 00 00 00 00",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const struct script_step steps[] = {
			OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"), { "f2 31", answers[i], NULL, 0, 0 },
			EXIT,
		};

		BEGIN_NOTING(steps);
		assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
		assert_int_equal(ctx.fault.code, SL_OK);
		assert_int_equal(link_get_speed_khz(l), 4000);
		close_all(l);
	}
}

static void connect__id_that_was_lost_on_the_wire__is_a_fault_at_a_chosen_speed(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"),
		{ "f2 31", "13 00 00 00 00 00 00 00 00 00 00 00", NULL, 0, 0 }, ABORT, EXIT,
	};
	static const struct link_options chosen = { .speed_khz = 4000 };

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &chosen), SL_TARGET);
	assert_int_equal(ctx.fault.probe_status, 0x13);
	close_all(l);
}

static void connect__v3__asks_for_its_list_once(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V3), { "fb 80", V3J7, NULL, 0, 0 }, { "f2 62 00", V3_CLOCKS, NULL, 0, 0 },
		{ "f2 61 00 00 40 1f 00 00", "80 00 00 00 40 1f 00 00", NULL, 0, 0 },
		ENTER_SAYS("09"),
		{ "f2 61 00 00 e4 0c 00 00", "80 00 00 00 e4 0c 00 00", NULL, 0, 0 },
		ENTER_SAYS("80"), ID, EXIT,
	};

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_get_speed_khz(l), 3300);
	close_all(l);
}

static void session__lost_bits_in_a_read__lower_the_clock_and_read_again(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"), ID,
		{ READ, "13 00 00 00 00 00 00 00", NULL, 0, 0 }, DIVISOR("01 00"), ABORT,
		{ READ, "80 00 00 00 30 c2 1f 41", NULL, 0, 0 },
		/* and a block, whose status comes afterwards */
		{ "f2 07 00 00 00 20 04 00", "ff ff ff ff", NULL, 0, 0 },
		{ "f2 3e", "17 00 00 00 00 00 00 20 00 00 00 00", NULL, 0, 0 },
		DIVISOR("03 00"), ABORT,
		{ "f2 07 00 00 00 20 04 00", "01 02 03 04", NULL, 0, 0 },
		{ "f2 3e", "80 00 00 00 00 00 00 00 00 00 00 00", NULL, 0, 0 },
		EXIT,
	};
	uint8_t four[4] = { 0 };
	uint32_t v = 0;

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read32(l, &ctx, 0xE000ED00, &v), SL_OK);
	assert_int_equal(v, 0x411FC230);
	assert_int_equal(link_read_mem(l, &ctx, 0x20000000, four, 4), SL_OK);
	assert_int_equal(four[3], 4);
	assert_int_equal(link_get_speed_khz(l), 950);
	/* The user hears the first; the second is for -v. */
	assert_int_equal(n_warnings, 1);
	assert_non_null(strstr(said, "do not carry 1800 kHz: going on at 950 kHz"));
	close_all(l);
}

static void session__line_that_stays_silent__is_entered_again(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"), ID,
		{ READ, "16 00 00 00 00 00 00 00", NULL, 0, 0 }, DIVISOR("01 00"),
		{ "f2 46 ff ff 00 00 1e 00 00 00", "16 00", NULL, 0, 0 }, EXIT, ENTER_SAYS("80"),
		{ READ, "80 00 00 00 30 c2 1f 41", NULL, 0, 0 }, EXIT,
	};
	uint32_t v = 0;

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read32(l, &ctx, 0xE000ED00, &v), SL_OK);
	assert_int_equal(ctx.fault.code, SL_OK);        /* what failed on the way is nobody's fault */
	close_all(l);
}

/* Firmware that was left has no debug port for us: DP ABORT is not written before the next entry. */
static void session__entry_that_fails_on_the_way__is_tried_slower_without_a_port(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"), ID,
		{ READ, "16 00 00 00 00 00 00 00", NULL, 0, 0 }, DIVISOR("01 00"),
		{ "f2 46 ff ff 00 00 1e 00 00 00", "16 00", NULL, 0, 0 }, EXIT, ENTER_SAYS("09"),
		DIVISOR("03 00"), { "f5", "01 00", NULL, 0, 0 }, ENTER_SAYS("80"),
		{ READ, "80 00 00 00 30 c2 1f 41", NULL, 0, 0 }, EXIT,
	};
	uint32_t v = 0;

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read32(l, &ctx, 0xE000ED00, &v), SL_OK);
	close_all(l);
}

/* A key register counts its writes: nothing that may have been done is done twice. */
static void session__lost_bits_in_a_register_write__are_reported(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"), ID,
		{ "f2 35 04 20 02 40 23 01 67 45", "13 00", NULL, 0, 0 }, ABORT, EXIT,
	};

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_write32(l, &ctx, 0x40022004, 0x45670123), SL_TARGET);
	assert_int_equal(ctx.fault.probe_status, 0x13);
	assert_non_null(strstr(ctx.fault.hint, "--speed"));
	assert_int_equal(n_warnings, 0);
	close_all(l);
}

static void session__register_write_that_the_chip_refused__is_done_slower(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"), ID,
		{ "f2 35 04 20 02 40 23 01 67 45", "18 00", NULL, 0, 0 }, DIVISOR("01 00"), ABORT,
		{ "f2 35 04 20 02 40 23 01 67 45", "80 00", NULL, 0, 0 }, EXIT,
	};

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_write32(l, &ctx, 0x40022004, 0x45670123), SL_OK);
	close_all(l);
}

static void session__halfwords__are_never_written_twice(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"), ID,
		{ "f2 48 00 00 00 08 02 00", NULL, "34 12", 0, 0 },
		{ "f2 3e", "18 00 00 00 00 00 00 08 00 00 00 00", NULL, 0, 0 }, ABORT, EXIT,
	};
	static const uint16_t half = 0x1234;

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_write_halfwords(l, &ctx, 0x08000000, &half, 1), SL_TARGET);
	close_all(l);
}

static void session__chosen_speed__is_kept(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), DIVISOR("00 00"), ENTER_SAYS("80"), ID,
		{ READ, "13 00 00 00 00 00 00 00", NULL, 0, 0 }, ABORT, EXIT,
	};
	static const struct link_options chosen = { .speed_khz = 4000 };
	uint32_t v = 0;

	(void)state;
	BEGIN_NOTING(steps);
	assert_int_equal(link_enter_swd(l, &ctx, &chosen), SL_OK);
	assert_int_equal(link_read32(l, &ctx, 0xE000ED00, &v), SL_TARGET);
	assert_non_null(strstr(ctx.fault.hint, "--speed"));
	close_all(l);
}

static void session__clock_that_cannot_be_changed__is_no_reason_to_try_again(void **state)
{
	static const struct script_step old[] = {
		OPEN(V2J17), ENTER_SAYS("80"), ID, { READ, "13 00 00 00 00 00 00 00", NULL, 0, 0 },
		EXIT, ENTER_SAYS("80"), EXIT,
	};
	static const struct script_step v1[] = {
		OPEN(V1J13), ENTER_SAYS("80"), { "f2 22", "77 14 a0 1b", NULL, 0, 0 },
		{ READ, "13 00 00 00 00 00 00 00", NULL, 0, 0 }, EXIT, ENTER_SAYS("80"),
		{ "f2 22", "77 14 a0 1b", NULL, 0, 0 }, EXIT,
	};
	uint32_t v = 0;

	(void)state;
	BEGIN_NOTING(old);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read32(l, &ctx, 0xE000ED00, &v), SL_TARGET);
	close_all(l);
	BEGIN_NOTING(v1);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(link_read32(l, &ctx, 0xE000ED00, &v), SL_TARGET);
	close_all(l);
}

static void connect__speed_that_the_firmware_cannot_set__is_said_once_with_its_cause(void **state)
{
	static const struct script_step old[] = {
		OPEN(V2J17), ENTER_SAYS("80"), ID, EXIT, ENTER_SAYS("80"), ID, EXIT,
	};
	static const struct script_step v1[] = {
		OPEN(V1J13), ENTER_SAYS("80"), { "f2 22", "77 14 a0 1b", NULL, 0, 0 }, EXIT,
	};
	static const struct link_options slow = { .speed_khz = 100 };

	(void)state;
	BEGIN_NOTING(old);
	assert_int_equal(link_enter_swd(l, &ctx, &slow), SL_OK);
	assert_non_null(strstr(said, "[E205]"));
	assert_int_equal(link_leave(l, &ctx), SL_OK);
	assert_int_equal(link_enter_swd(l, &ctx, &slow), SL_OK);
	assert_int_equal(n_warnings, 1);
	close_all(l);
	BEGIN_NOTING(v1);
	assert_int_equal(link_enter_swd(l, &ctx, &slow), SL_OK);
	assert_non_null(strstr(said, "[E228]"));
	assert_int_equal(n_warnings, 1);
	close_all(l);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(connect__no_id_at_4_mhz__steps_down_until_there_is_one_and_says_so_once),
		TEST(connect__impossible_id__steps_down),
		TEST(connect__nobody_there__ends_at_125_khz_and_warns_of_nothing),
		TEST(connect__chosen_speed__is_the_only_one_tried),
		TEST(connect__id_that_old_firmware_does_not_tell__is_no_fault),
		TEST(connect__id_that_was_lost_on_the_wire__is_a_fault_at_a_chosen_speed),
		TEST(connect__v3__asks_for_its_list_once),
		TEST(session__lost_bits_in_a_read__lower_the_clock_and_read_again),
		TEST(session__line_that_stays_silent__is_entered_again),
		TEST(session__entry_that_fails_on_the_way__is_tried_slower_without_a_port),
		TEST(session__lost_bits_in_a_register_write__are_reported),
		TEST(session__register_write_that_the_chip_refused__is_done_slower),
		TEST(session__halfwords__are_never_written_twice),
		TEST(session__chosen_speed__is_kept),
		TEST(session__clock_that_cannot_be_changed__is_no_reason_to_try_again),
		TEST(connect__speed_that_the_firmware_cannot_set__is_said_once_with_its_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
