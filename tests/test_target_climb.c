/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_target_climb.c - reaching chips that a plain connect does not reach, and what is left of it.
 */
#include "tests/support/flash_rig.h"

#include "base/bytes.h"

#define DBGMCU_CR UINT32_C(0xE0042004)
#define DEMCR     UINT32_C(0xE000EDFC)
#define DHCSR     UINT32_C(0xE000EDF0)
#define FP_CTRL   UINT32_C(0xE0002000)
#define FP_COMP0  UINT32_C(0xE0002008)

enum { RESET_VECTOR = 0x08000040 };

/* 40: SysTick every 8000 clocks, then wfi for ever. Its handler at 60 is awake for 600 of them. */
static void give_napper(struct rig *r)
{
	static const uint16_t code[] = {
		0x4804, 0x4905, 0x6041, 0x2107, 0x6001, 0xBF30, 0xE7FD, 0xBF00, 0xBF00, 0xBF00,
		0xE010, 0xE000, 0x1F3F, 0x0000, 0xBF00, 0xBF00, 0x22C8, 0x3A01, 0xD1FD, 0x4770,
	};
	size_t len;
	uint8_t *flash = chip_flash(r->chip, &len);

	put_le32(flash, 0x20001000);
	for (size_t i = 1; i < 15; i++)
		put_le32(flash + 4 * i, RESET_VECTOR + 1);
	put_le32(flash + 60, RESET_VECTOR + 0x21);
	for (size_t i = 0; i < ARRAY_LEN(code); i++)
		put_le16(flash + 0x40 + 2 * i, code[i]);
	chip_flash_changed(r->chip);
	chip_nrst(r->chip, true);
	chip_nrst(r->chip, false);
	chip_idle_until(r->chip, board_clock(r->bl.board)->now_ns + 5000000);
}

static uint32_t reg(struct rig *r, uint32_t addr)
{
	uint32_t v = 0;

	assert_int_equal(chip_read(r->chip, addr, 4, &v), BUS_OK);
	return v;
}

static void set_condition(struct rig *r, const char *key, const char *value)
{
	assert_true(board_set(r->bl.board, key, value));
}

static void napping_core__is_caught_without_a_reset(void **state)
{
	static const char *const boards[] = { "vldiscovery", "bluepill", "f4discovery", "nucleo-v3" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(boards); i++) {
		struct rig r;
		uint64_t resets;
		enum target_state st = TARGET_RUNNING;

		rig_start(&r, boards[i], NULL);
		give_napper(&r);
		assert_false(chip_debug_clock(r.chip));
		resets = rig_report(&r).resets;
		rig_ok(&r, rig_attach(&r, CONNECT_CATCH));
		rig_ok(&r, target_get_state(r.t, r.c, &st));
		assert_int_equal(st, TARGET_HALTED);
		assert_int_equal(rig_report(&r).resets, resets);
		rig_ok(&r, target_detach(r.t, r.c));
		r.t = NULL;
		assert_false(rig_report(&r).core_halted);
		assert_int_equal(rig_report(&r).demcr, 0);
		/* Nothing keeps it awake: it sleeps as before. */
		chip_idle_until(r.chip, board_clock(r.bl.board)->now_ns + 400000);
		board_link_no_illegal(&r.bl);
		rig_close(&r);
	}
}

/* A clock that lets go of the reset button after some naps of the one who waits. */
struct finger {
	struct clock clock;
	const struct clock *real;
	struct board *board;
	unsigned naps;
};

static uint64_t finger_now_us(const struct clock *c)
{
	const struct finger *f = c->priv;

	return f->real->now_us(f->real);
}

static void finger_sleep_us(const struct clock *c, uint64_t us)
{
	struct finger *f = c->priv;

	f->real->sleep_us(f->real, us);
	if (++f->naps == 20)
		assert_true(board_set(f->board, "reset", "up"));
}

static void reset_button__lets_a_probe_without_nrst_in(void **state)
{
	static const char *const habits[] = { "asleep", "swd-off" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(habits); i++) {
		struct finger f;
		struct rig r;
		uint32_t pc = 0;

		rig_start(&r, "vldiscovery", NULL);
		give_napper(&r);
		set_condition(&r, "target", habits[i]);
		assert_int_not_equal(rig_attach(&r, CONNECT_NORMAL), SL_OK);
		set_condition(&r, "reset", "down");
		f = (struct finger){ { finger_now_us, finger_sleep_us, NULL }, r.c->clock, r.bl.board, 0 };
		f.clock.priv = &f;
		r.c->clock = &f.clock;
		rig_ok(&r, rig_attach(&r, CONNECT_CATCH));
		assert_true(f.naps >= 20);
		rig_ok(&r, target_read_reg(r.t, r.c, 15, &pc));
		assert_int_equal(pc, RESET_VECTOR);
		r.c->clock = f.real;
		board_link_no_illegal(&r.bl);
		rig_close(&r);
	}
}

static void ladder__leaves_debug_bits_breakpoints_and_nrst_as_they_were(void **state)
{
	static const char *const boards[] = { "bluepill", "f4discovery", "nucleo-v3" };
	static const char *const habits[] = { "asleep", "swd-off", "present" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(boards) * ARRAY_LEN(habits); i++) {
		const struct target_options o = { .connect = CONNECT_AUTO };
		struct climb log;
		struct rig r;
		uint32_t before[4];

		rig_start(&r, boards[i % ARRAY_LEN(boards)], NULL);
		give_napper(&r);
		assert_int_equal(chip_write(r.chip, DBGMCU_CR, 4, 0x20), BUS_OK);       /* TRACE_IOEN */
		assert_int_equal(chip_write(r.chip, DEMCR, 4, 1u << 24), BUS_OK);       /* TRCENA */
		assert_int_equal(chip_write(r.chip, FP_COMP0, 4, 0x48000101), BUS_OK);
		before[0] = reg(&r, DBGMCU_CR);
		before[1] = reg(&r, DEMCR);
		before[2] = reg(&r, FP_CTRL);
		before[3] = reg(&r, FP_COMP0);
		set_condition(&r, "target", habits[i / ARRAY_LEN(boards)]);
		rig_ok(&r, target_climb(r.c, r.bl.link, &o, &log, &r.t));
		assert_in_range(log.n, 1, CLIMB_TRIES_MAX);
		assert_int_equal(log.tries[log.n - 1].fault.code, SL_OK);
		rig_ok(&r, target_detach(r.t, r.c));
		r.t = NULL;
		set_condition(&r, "target", "present");
		(void)reg(&r, DHCSR);
		assert_false(reg(&r, DHCSR) & 1u << 25);        /* S_RESET_ST: NRST is free */
		assert_false(rig_report(&r).core_halted);
		assert_int_equal(reg(&r, DBGMCU_CR), before[0]);
		assert_int_equal(reg(&r, DEMCR), before[1]);
		assert_int_equal(reg(&r, FP_CTRL), before[2]);
		assert_int_equal(reg(&r, FP_COMP0), before[3]);
		board_link_no_illegal(&r.bl);
		rig_close(&r);
	}
}

static void ladder__that_fails__reports_the_first_failure_and_frees_nrst(void **state)
{
	const struct target_options o = { .connect = CONNECT_AUTO };
	struct climb log;
	struct rig r;

	(void)state;
	rig_start(&r, "bluepill", NULL);
	set_condition(&r, "target", "absent");
	assert_int_equal(target_climb(r.c, r.bl.link, &o, &log, &r.t), SL_NOTARGET);
	assert_int_equal(log.n, 7);     /* plainly, four low clocks, under reset, that slowly */
	assert_string_equal(r.c->fault.text, log.tries[0].fault.text);
	set_condition(&r, "target", "present");
	(void)reg(&r, DHCSR);
	assert_false(reg(&r, DHCSR) & 1u << 25);
	rig_close(&r);
}

static void one_way__is_all_that_is_tried(void **state)
{
	static const enum target_connect ways[] = {
		CONNECT_NORMAL, CONNECT_CATCH, CONNECT_UNDER_RESET, CONNECT_SLOW_RESET, CONNECT_HOTPLUG,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		const struct target_options o = { .connect = ways[i] };
		struct climb log;
		struct rig r;

		rig_start(&r, "bluepill", NULL);
		set_condition(&r, "target", "absent");
		assert_int_equal(target_climb(r.c, r.bl.link, &o, &log, &r.t), SL_NOTARGET);
		assert_int_equal(log.n, 1);
		assert_int_equal(log.tries[0].how, ways[i]);
		rig_close(&r);
	}
}

static void signal__ends_the_ladder(void **state)
{
	const struct target_options o = { .connect = CONNECT_AUTO };
	volatile sig_atomic_t flag = 0;
	struct climb log;
	struct rig r;

	(void)state;
	rig_start(&r, "bluepill", NULL);
	set_condition(&r, "target", "asleep");
	flag = 15;
	r.c->signal_flag = &flag;
	assert_int_equal(target_climb(r.c, r.bl.link, &o, &log, &r.t), SL_INTR);
	assert_in_range(log.n, 0, 1);
	r.c->signal_flag = NULL;
	rig_close(&r);
}

/* A clock that raises a signal when it is asked for the nth time. */
struct alarm {
	struct clock clock;
	const struct clock *real;
	volatile sig_atomic_t flag;
	unsigned asked, at;
};

static uint64_t alarm_now_us(const struct clock *c)
{
	struct alarm *a = c->priv;

	if (++a->asked == a->at)
		a->flag = 15;
	return a->real->now_us(a->real);
}

static void alarm_sleep_us(const struct clock *c, uint64_t us)
{
	const struct alarm *a = c->priv;

	a->real->sleep_us(a->real, us);
}

/* The ladder, with a signal when the clock is asked for the nth time. True when that came. */
static bool climb_with_alarm(const char *habit, unsigned at)
{
	const struct target_options o = { .connect = CONNECT_AUTO };
	struct alarm a = { .clock = { alarm_now_us, alarm_sleep_us, NULL }, .at = at };
	struct climb log;
	struct rig r;
	enum sl_err err;

	rig_start(&r, "bluepill", NULL);
	give_napper(&r);
	assert_int_equal(chip_write(r.chip, DBGMCU_CR, 4, 0x20), BUS_OK);
	assert_int_equal(chip_write(r.chip, DEMCR, 4, 1u << 24), BUS_OK);
	assert_int_equal(chip_write(r.chip, FP_COMP0, 4, 0x48000101), BUS_OK);
	set_condition(&r, "target", habit);
	a.real = r.c->clock;
	a.clock.priv = &a;
	r.c->clock = &a.clock;
	r.c->signal_flag = &a.flag;
	err = target_climb(r.c, r.bl.link, &o, &log, &r.t);
	assert_true(err == SL_OK || err == SL_INTR);
	assert_true(err == SL_OK || a.flag);
	r.c->signal_flag = NULL;        /* as leaving does */
	if (!err)
		rig_ok(&r, target_detach(r.t, r.c));
	r.t = NULL;
	r.c->clock = a.real;
	set_condition(&r, "target", "present");
	(void)reg(&r, DHCSR);
	assert_false(reg(&r, DHCSR) & 1u << 25);
	assert_int_equal(reg(&r, DBGMCU_CR), 0x20);
	assert_int_equal(reg(&r, DEMCR), 1u << 24);
	assert_int_equal(reg(&r, FP_COMP0), 0x48000101);
	assert_false(rig_report(&r).core_halted);
	rig_close(&r);
	return a.flag != 0;
}

static void signal__anywhere_on_the_ladder__leaves_nothing_behind(void **state)
{
	static const char *const habits[] = { "asleep", "swd-off" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(habits); i++) {
		unsigned tried = 0;

		for (unsigned at = 1; climb_with_alarm(habits[i], at); at += 1 + at / 8)
			tried++;
		assert_true(tried > 10);
	}
}

static void nrst_that_is_open__is_noticed_and_the_reset_done_otherwise(void **state)
{
	struct rig r;
	uint64_t resets;
	uint32_t pc = 0;

	(void)state;
	rig_start(&r, "bluepill", NULL);
	give_napper(&r);
	set_condition(&r, "nrst", "open");
	assert_int_equal(chip_write(r.chip, DBGMCU_CR, 4, 1), BUS_OK);  /* DBG_SLEEP: within reach */
	resets = rig_report(&r).resets;
	rig_ok(&r, rig_attach(&r, CONNECT_UNDER_RESET));
	assert_true(target_get_info(r.t)->nrst_open);
	assert_int_equal(rig_report(&r).resets, resets + 1);
	rig_ok(&r, target_read_reg(r.t, r.c, 15, &pc));
	assert_int_equal(pc, RESET_VECTOR);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(napping_core__is_caught_without_a_reset),
		cmocka_unit_test(reset_button__lets_a_probe_without_nrst_in),
		cmocka_unit_test(ladder__leaves_debug_bits_breakpoints_and_nrst_as_they_were),
		cmocka_unit_test(ladder__that_fails__reports_the_first_failure_and_frees_nrst),
		cmocka_unit_test(one_way__is_all_that_is_tried),
		cmocka_unit_test(signal__ends_the_ladder),
		cmocka_unit_test(signal__anywhere_on_the_ladder__leaves_nothing_behind),
		cmocka_unit_test(nrst_that_is_open__is_noticed_and_the_reset_done_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
