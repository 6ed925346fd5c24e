/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_open.c - opening, leaving whatever mode the probe is in, closing, byte by byte.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/link_script.h"

static void open_fails(enum sl_err want)
{
	struct link *l = NULL;

	assert_int_equal(link_open_on(&ctx, &script.base, NULL, NULL, &l), want);
	assert_null(l);
	assert_true(script.closed);
	assert_int_equal(ctx.fault.code, want);
	script_done(&script);
}

static void open__idle_v2__asks_version_and_mode_only(void **state)
{
	static const struct script_step steps[] = { OPEN(V2J37) };
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_string_equal(link_get_version(l)->text, "V2J37S7");
	assert_string_equal(link_describe(l), "ST-LINK V2J37S7 on script");
	link_close(l, &ctx);
	assert_true(script.closed);
	script_done(&script);
}

static void open__v3__asks_for_the_long_version_and_never_exits_outside_debug(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V3), { "fb 80", V3J7, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_string_equal(link_get_version(l)->text, "V3J7M2");
	assert_int_equal(link_leave(l, &ctx), SL_OK);
	close_all(l);
}

/* What the probe is in is known until something fails on the wire. */
static void close__v3_after_a_failure__asks_and_then_exits(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V3), { "fb 80", V3J7, NULL, 0, 0 }, { "f7", "", NULL, SL_TIMEOUT, 0 },
		{ "f5", "02 00", NULL, 0, 0 }, { "f2 21", NULL, NULL, 0, 0 },
	};
	unsigned mv = 0;
	bool known = false;
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_voltage_mv(l, &ctx, &mv, &known), SL_TIMEOUT);
	close_all(l);
}

static void open__v3_whose_long_version_is_stale__is_refused(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V3), { "fb 80", "30 00 83 04 4e 37 00 00 00 00 00 00", NULL, 0, 0 },
	};

	(void)state;
	BEGIN(steps);
	open_fails(SL_PROTO);
}

static void leave__in_any_other_mode__sends_nothing_but_the_question(void **state)
{
	static const char *const modes[] = { "00 01", "01 00", "03 00", "04 00" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		const struct script_step steps[] = {
			OPEN(V2J37), { "f7", "", NULL, SL_TIMEOUT, 0 },
			{ "f5", modes[i], NULL, 0, 0 },
		};
		unsigned mv = 0;
		bool known = false;
		struct link *l;

		BEGIN(steps);
		l = open_ok();
		assert_int_equal(link_voltage_mv(l, &ctx, &mv, &known), SL_TIMEOUT);
		assert_int_equal(link_leave(l, &ctx), SL_OK);
		/* Its answer is remembered. */
		assert_int_equal(link_leave(l, &ctx), SL_OK);
		link_close(l, &ctx);
		script_done(&script);
	}
}

static void open__left_in_debug_or_swim__leaves_first(void **state)
{
	static const struct script_step debug[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "02 00", NULL, 0, 0 },
		{ "f2 21", NULL, NULL, 0, 0 },
	};
	static const struct script_step swim[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "03 00", NULL, 0, 0 },
		{ "f4 01", NULL, NULL, 0, 0 },
	};

	(void)state;
	BEGIN(debug);
	link_close(open_ok(), &ctx);
	script_done(&script);
	BEGIN(swim);
	link_close(open_ok(), &ctx);
	script_done(&script);
}

static void open__boot_loader__is_a_probe_fault(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "04 00", NULL, 0, 0 },
	};

	(void)state;
	BEGIN(steps);
	open_fails(SL_PROBE);
}

static void open__impossible_mode__is_refused(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "29 47", NULL, 0, 0 },
	};

	(void)state;
	BEGIN(steps);
	open_fails(SL_PROTO);
}

static void open__other_vendor__is_not_an_stlink(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", "29 47 34 12 48 37", NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 },
	};

	(void)state;
	BEGIN(steps);
	open_fails(SL_PROTO);
	assert_non_null(strstr(ctx.fault.text, "VID/PID 1234/3748"));
}

static void open__zeros_at_first__waits_for_the_probe(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", "00 00 00 00 00 00", NULL, 0, 0 }, { "f1 80", "00 00 00 00 00 00", NULL,
								0, 0 },
		OPEN(V1J13),
	};

	(void)state;
	BEGIN(steps);
	link_close(open_ok(), &ctx);
	script_done(&script);
	assert_true(clock_.now_us >= 200000);
}

static void open__zeros_for_ever__ends_within_three_seconds_with_a_hint(void **state)
{
	static struct script_step steps[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		steps[i] = (struct script_step){ "f1 80", "00 00 00 00 00 00", NULL, 0, 0 };
	begin(steps, ARRAY_LEN(steps));
	assert_int_equal(link_open_on(&ctx, &script.base, NULL, NULL, &(struct link *){ NULL }),
			 SL_PROTO);
	assert_true(script.closed);
	assert_true(clock_.now_us < 3000000);
	assert_non_null(strstr(ctx.fault.text, "0/0"));
	assert_non_null(strstr(ctx.fault.hint, "starting up"));
}

static void open__first_command_lost__is_sent_once_more(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", "", NULL, SL_TIMEOUT, 100 }, OPEN(V2J37),
	};
	static const struct script_step twice[] = {
		{ "f1 80", "", NULL, SL_TIMEOUT, 100 }, { "f1 80", "", NULL, SL_TIMEOUT, 100 },
	};
	static const struct script_step shorter[] = {
		{ "f1 80", "29 47", NULL, 0, 0 }, OPEN(V2J37),
	};

	(void)state;
	BEGIN(steps);
	link_close(open_ok(), &ctx);
	script_done(&script);
	BEGIN(twice);
	open_fails(SL_TIMEOUT);
	BEGIN(shorter);
	link_close(open_ok(), &ctx);
	script_done(&script);
}

static void open__signal_while_the_first_command_hangs__is_not_followed_by_another(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", "", NULL, SL_TIMEOUT, 100 },
	};
	static volatile sig_atomic_t flag = 2;

	(void)state;
	BEGIN(steps);
	ctx.signal_flag = &flag;
	open_fails(SL_INTR);
	script_done(&script);
}

static void open__silent_probe__is_reset_once(void **state)
{
	static const struct script_step cured[] = {
		{ "f1 80", "", NULL, SL_TIMEOUT, 100 }, { "f1 80", "", NULL, SL_TIMEOUT, 100 },
		OPEN(V2J37),
	};
	static const struct script_step broken[] = {
		{ "f1 80", "", NULL, SL_HOST, 100 }, OPEN(V2J37),
	};
	static const struct script_step dead[] = {
		{ "f1 80", "", NULL, SL_TIMEOUT, 100 }, { "f1 80", "", NULL, SL_STALL, 100 },
		{ "f1 80", "", NULL, SL_TIMEOUT, 100 },
	};

	(void)state;
	BEGIN(cured);
	script.can_reset = true;
	link_close(open_ok(), &ctx);
	assert_int_equal(script.resets, 1);
	assert_in_range(clock_.now_us, 1200000, 1300000);
	script_done(&script);
	BEGIN(broken);
	script.can_reset = true;
	link_close(open_ok(), &ctx);
	assert_int_equal(script.resets, 1);
	script_done(&script);
	BEGIN(dead);
	script.can_reset = true;
	open_fails(SL_TIMEOUT);
	assert_int_equal(script.resets, 1);
	script_done(&script);
}

/* ---- DFU ---- */

static void open__dfu_that_switches_in_place__goes_on(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", "20 00 83 04 48 37", NULL, 0, 0 }, { "f5", "00 01", NULL, 0, 0 },
		{ "f3 07", NULL, NULL, 0, 0 },
		{ "f5", "00 01", NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 },
		{ "f1 80", V2J37, NULL, 0, 0 },
	};
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_string_equal(link_get_version(l)->text, "V2J37S7");
	close_all(l);
}

struct second_life {
	struct script script;
	unsigned calls, absent;
};

static enum sl_err reopen(void *priv, struct ctx *c, struct transport **out)
{
	struct second_life *life = priv;

	if (life->calls++ < life->absent)
		return ctx_fail(c, SL_NOPROBE, "test", "not there yet");
	*out = &life->script.base;
	return SL_OK;
}

static void open__dfu_that_re_enumerates__is_reopened(void **state)
{
	static const struct script_step first[] = {
		{ "f1 80", V1J13, NULL, 0, 0 }, { "f5", "00 00", NULL, 0, 0 },
		{ "f3 07", NULL, NULL, SL_HOST, 0 },
	};
	static const struct script_step second[] = {
		{ "f5", IDLE, NULL, 0, 0 }, { "f1 80", V1J13, NULL, 0, 0 },
	};
	struct second_life life = { .absent = 12 };
	struct link *l = NULL;

	(void)state;
	BEGIN(first);
	script_init(&life.script, &clock_, second, ARRAY_LEN(second));
	assert_int_equal(link_open_on(&ctx, &script.base, reopen, &life, &l), SL_OK);
	assert_true(script.closed);
	assert_int_equal(life.calls, 13);
	assert_int_equal(ctx.fault.code, SL_OK);
	link_close(l, &ctx);
	assert_true(life.script.closed);
	script_done(&script);
	script_done(&life.script);
}

static void open__dfu_that_never_returns__times_out_in_sixteen_seconds(void **state)
{
	static const struct script_step first[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "00 00", NULL, 0, 0 },
		{ "f3 07", NULL, NULL, 0, 0 }, { "f5", "", NULL, SL_GONE, 0 },
	};
	struct second_life life = { .absent = 100000 };
	struct link *l = NULL;

	(void)state;
	BEGIN(first);
	assert_int_equal(link_open_on(&ctx, &script.base, reopen, &life, &l), SL_TIMEOUT);
	assert_true(script.closed);
	assert_true(clock_.now_us < 16000000);
	assert_non_null(strstr(ctx.fault.text, "DFU"));
}

static enum sl_err reopen_without_memory(void *priv, struct ctx *c, struct transport **out)
{
	unsigned *calls = priv;

	(void)out;
	(*calls)++;
	return ctx_fail(c, SL_NOMEM, "test", "no memory");
}

static void open__no_memory_while_waiting_for_dfu__is_the_cause(void **state)
{
	static const struct script_step first[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "00 00", NULL, 0, 0 },
		{ "f3 07", NULL, NULL, 0, 0 }, { "f5", "", NULL, SL_GONE, 0 },
	};
	struct link *l = NULL;
	unsigned calls = 0;

	(void)state;
	BEGIN(first);
	assert_int_equal(link_open_on(&ctx, &script.base, reopen_without_memory, &calls, &l), SL_NOMEM);
	assert_true(calls > 1);
}

static void open__dfu_that_stays__is_a_probe_fault_and_asked_repeatedly(void **state)
{
	static struct script_step steps[200];
	size_t n = 0, exits = 0;

	(void)state;
	steps[n++] = (struct script_step){ "f1 80", V2J37, NULL, 0, 0 };
	steps[n++] = (struct script_step){ "f5", "00 01", NULL, 0, 0 };
	steps[n++] = (struct script_step){ "f3 07", NULL, NULL, 0, 0 };
	for (unsigned look = 1; look <= 150; look++) {
		steps[n++] = (struct script_step){ "f5", "00 01", NULL, 0, 0 };
		if (look % 10 == 0) {
			steps[n++] = (struct script_step){ "f3 07", NULL, NULL, 0, 0 };
			exits++;
		}
	}
	assert_int_equal(exits, 15);
	begin(steps, n);
	open_fails(SL_PROBE);
}

static void open__signal_while_waiting_for_dfu__stops(void **state)
{
	static const struct script_step first[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "00 00", NULL, 0, 0 },
		{ "f3 07", NULL, NULL, 0, 0 },
	};
	static volatile sig_atomic_t flag = 15;

	(void)state;
	BEGIN(first);
	ctx.signal_flag = &flag;
	open_fails(SL_INTR);
}

static void open__gone_in_dfu_without_a_way_back__is_gone(void **state)
{
	static const struct script_step first[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "00 00", NULL, 0, 0 },
		{ "f3 07", NULL, NULL, SL_GONE, 0 },
	};

	(void)state;
	BEGIN(first);
	open_fails(SL_GONE);
}

static void close__after_gone__sends_nothing_and_keeps_the_fault(void **state)
{
	static const struct script_step steps[] = { OPEN(V2J37), { "f5", "", NULL, SL_GONE, 0 } };
	enum link_mode mode;
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_get_mode(l, &ctx, &mode), SL_GONE);
	link_close(l, &ctx);
	assert_int_equal(ctx.fault.code, SL_GONE);
	assert_true(script.closed);
	script_done(&script);
	link_close(NULL, &ctx);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(open__idle_v2__asks_version_and_mode_only),
		TEST(open__v3__asks_for_the_long_version_and_never_exits_outside_debug),
		TEST(close__v3_after_a_failure__asks_and_then_exits),
		TEST(open__v3_whose_long_version_is_stale__is_refused),
		TEST(leave__in_any_other_mode__sends_nothing_but_the_question),
		TEST(open__left_in_debug_or_swim__leaves_first),
		TEST(open__boot_loader__is_a_probe_fault),
		TEST(open__impossible_mode__is_refused),
		TEST(open__other_vendor__is_not_an_stlink),
		TEST(open__zeros_at_first__waits_for_the_probe),
		TEST(open__zeros_for_ever__ends_within_three_seconds_with_a_hint),
		TEST(open__first_command_lost__is_sent_once_more),
		TEST(open__silent_probe__is_reset_once),
		TEST(open__signal_while_the_first_command_hangs__is_not_followed_by_another),
		TEST(open__dfu_that_switches_in_place__goes_on),
		TEST(open__dfu_that_re_enumerates__is_reopened),
		TEST(open__dfu_that_never_returns__times_out_in_sixteen_seconds),
		TEST(open__no_memory_while_waiting_for_dfu__is_the_cause),
		TEST(open__dfu_that_stays__is_a_probe_fault_and_asked_repeatedly),
		TEST(open__signal_while_waiting_for_dfu__stops),
		TEST(open__gone_in_dfu_without_a_way_back__is_gone),
		TEST(close__after_gone__sends_nothing_and_keeps_the_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
