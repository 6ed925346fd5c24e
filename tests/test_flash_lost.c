/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_lost.c - cable, supply and debug wires fail at many instants of a job: it never
 * claims success wrongly, touches nothing outside its sectors, and the same job works after.
 */
#include "tests/support/flash_bench.h"

enum { OFF = 3000, LEN = 9000, INSTANTS = 10 };

/* A clock that makes something happen at an instant of the board's time. */
struct trap {
	struct clock clock;
	const struct clock *inner;
	struct board *board;
	const char *key, *value;
	uint64_t at_us;
	bool sprung;
	uint64_t limit_us;              /* of the whole job; 0: none */
};

static uint64_t trap_now(const struct clock *c)
{
	struct trap *t = c->priv;
	uint64_t now = t->inner->now_us(t->inner);

	if (t->limit_us && now > t->limit_us)
		fail_msg("still at it after %llu us", (unsigned long long)now);
	if (!t->sprung && now >= t->at_us) {
		t->sprung = true;
		assert_true(board_set(t->board, t->key, t->value));
	}
	return now;
}

static void trap_sleep(const struct clock *c, uint64_t us)
{
	struct trap *t = c->priv;

	t->inner->sleep_us(t->inner, us);
}

static void trap_set(struct trap *t, struct bench *b, const char *key, const char *value)
{
	*t = (struct trap){
		.clock = { trap_now, trap_sleep, t }, .inner = b->rig.c->clock,
		.board = b->rig.bl.board, .key = key, .value = value, .at_us = UINT64_MAX,
	};
	b->rig.c->clock = &t->clock;
}

/* First and one past the last byte of the sectors that the job touches. */
static void touched(struct bench *b, size_t *from, size_t *to)
{
	*from = *to = 0;
	for (size_t i = 0; i < chip_sector_count(b->rig.chip); i++) {
		uint32_t len, off = chip_sector_addr(b->rig.chip, i, &len) - BASE;

		if (off + len <= OFF)
			*from = off + len;
		if (off < OFF + LEN)
			*to = off + len;
	}
}

static enum sl_err run_span(struct bench *b, const struct span *s)
{
	struct flash_job job = { .spans = s, .n_spans = 1, .erase_first = true };

	return flash_program(b->f, b->rig.c, &job, &b->stats);
}

static uint64_t undisturbed_us(const char *board, const struct span *s)
{
	struct bench b;
	uint64_t t0, us;

	bench_open(&b, board, true);
	t0 = ctx_now_us(b.rig.c);
	rig_ok(&b.rig, run_span(&b, s));
	us = ctx_now_us(b.rig.c) - t0;
	bench_close(&b);
	return us;
}

/* Everything from the probe on anew, as the next start of the program would. */
static void start_again(struct bench *b)
{
	struct target *t = b->rig.t;

	flash_close(b->f);
	b->rig.t = NULL;
	if (target_detach(t, b->rig.c))
		ctx_clear(b->rig.c);
	link_close(b->rig.bl.link, b->rig.c);
	b->rig.bl.link = NULL;
	rig_ok(&b->rig, board_link_connect(&b->rig.bl));
	rig_ok(&b->rig, rig_attach(&b->rig, CONNECT_NORMAL));
	rig_ok(&b->rig, flash_open(b->rig.c, b->rig.t, &b->f));
}

static void disturb(const char *board, const char *key, const char *off, const char *on)
{
	static uint8_t data[LEN];
	struct span s = { BASE + OFF, LEN, data };
	unsigned failures = 0;
	uint64_t whole;

	rig_noise(data, LEN, 40);
	whole = undisturbed_us(board, &s);
	for (uint64_t i = 0; i < INSTANTS; i++) {
		struct bench b;
		struct trap t;
		size_t from, to;
		enum sl_err err;

		bench_open(&b, board, true);
		touched(&b, &from, &to);
		trap_set(&t, &b, key, off);
		t.at_us = ctx_now_us(b.rig.c) + whole * (2 * i + 1) / (2 * INSTANTS);
		err = run_span(&b, &s);
		assert_true(t.sprung);
		failures += err != SL_OK;
		if (!err)
			assert_memory_equal(b.oracle + OFF, data, LEN);
		assert_memory_equal(b.oracle, b.expect, from);
		assert_memory_equal(b.oracle + to, b.expect + to, b.bytes - to);
		assert_true(board_set(b.rig.bl.board, key, on));
		t.at_us = UINT64_MAX;
		start_again(&b);
		rig_ok(&b.rig, run_span(&b, &s));
		assert_memory_equal(b.oracle + OFF, data, LEN);
		/* With nothing left to do, nothing is touched: not even a lock left open. */
		assert_true(rig_report(&b.rig).flash_locked || b.stats.bytes_programmed == 0);
		bench_close(&b);
	}
	assert_true(failures >= INSTANTS - 1);
}

static void cable__pulled_at_any_instant__is_told_and_the_next_run_works(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++)
		disturb(boards[k], "plug", "out", "in");
}

static void supply__lost_at_any_instant__is_told_and_the_next_run_works(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++)
		disturb(boards[k], "power", "off", "on");
}

static void debug_wires__off_at_any_instant__is_told_and_the_next_run_works(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++)
		disturb(boards[k], "swd", "off", "on");
}

enum { ERASED = 32768, PROOF_INSTANTS = 60, LIMIT_S = 20 };

/* The time of one erase; where reset_us is not 0, with the button held down from then on. */
static uint64_t erase_us(uint64_t reset_us)
{
	struct flash_range range = { BASE, ERASED };
	struct bench b;
	struct trap t;
	uint64_t t0;

	bench_open(&b, "l-discovery", true);
	trap_set(&t, &b, "reset", "down");
	t0 = ctx_now_us(b.rig.c);
	if (reset_us)
		t.at_us = t0 + reset_us;
	t.limit_us = t0 + LIMIT_S * UINT64_C(1000000);
	if (flash_erase_range(b.f, b.rig.c, range, NULL, &b.stats))
		assert_true(t.sprung);
	t0 = ctx_now_us(b.rig.c) - t0;
	assert_true(board_set(b.rig.bl.board, "reset", "up"));
	bench_close(&b);
	return t0;
}

/* Between two looks at the sums, some are ready and no more will be: that must not be waited for. */
static void reset__while_sums_are_counted__ends_the_job(void **state)
{
	uint64_t whole = erase_us(0), proof = whole / 8;

	(void)state;
	for (uint64_t i = 1; i < PROOF_INSTANTS; i++)
		(void)erase_us(whole - proof * i / PROOF_INSTANTS);
}

/* ---- one answer is lost -------------------------------------------------------------------------- */

/* A half page takes 3.3 ms (RM0038, tprog), of which writing its words is 8 us at 16 MHz. */
enum { LATE_US = 3500, LATE_STEP_US = 4, SMALL = 1024 };

/* A probe's transport that loses one answer, though the command was carried out. */
static struct {
	const struct transport_ops *inner;
	unsigned count, at;             /* data phases from the probe; from 1 on, 0: none is lost */
	unsigned late_us;               /* when that is noticed */
	struct chip *chip;
	uint64_t units;                 /* programmed until then */
} lossy;

static enum sl_err lossy_xfer(struct transport *t, struct ctx *c, struct xfer *x)
{
	enum sl_err err = lossy.inner->xfer(t, c, x);
	struct chip_report now;

	if (err || x->dir != XFER_IN || ++lossy.count != lossy.at)
		return err;
	x->got = 0;
	ctx_sleep_us(c, lossy.late_us);
	chip_get_report(lossy.chip, &now);
	lossy.units = now.units_programmed;
	return ctx_fail(c, SL_TIMEOUT, "test", "the answer was lost");
}

static enum sl_err lossy_reset(struct transport *t, struct ctx *c)
{
	return lossy.inner->reset(t, c);
}

static void lossy_close(struct transport *t, struct ctx *c)
{
	t->ops = lossy.inner;
	t->ops->close(t, c);
}

static void lossy_open(struct bench *b)
{
	static const struct transport_ops ops = { lossy_xfer, lossy_reset, lossy_close };
	struct board_link *bl = &b->rig.bl;
	struct transport *t = NULL;

	link_close(bl->link, &bl->ctx);
	bl->link = NULL;
	rig_ok(&b->rig, board_transport_open(&bl->ctx, bl->board, &t));
	lossy.inner = t->ops;
	t->ops = &ops;
	rig_ok(&b->rig, link_open_on(&bl->ctx, t, board_reopen, bl->board, &bl->link));
}

/* How many answers the job takes; that one was lost, if at is not 0. Whatever became of the job, the
 * chip saw nothing that its manual forbids. */
static unsigned answer_lost(const char *board, size_t len, unsigned at)
{
	static uint8_t data[LEN];
	struct span s = { BASE + OFF, len, data };
	struct bench b;
	enum sl_err err;

	rig_noise(data, len, 40);
	bench_open(&b, board, true);
	flash_close(b.f);
	free(b.rig.t);
	lossy_open(&b);
	rig_ok(&b.rig, rig_attach(&b.rig, CONNECT_NORMAL));
	rig_ok(&b.rig, flash_open(b.rig.c, b.rig.t, &b.f));
	lossy.count = 0;
	lossy.at = at;
	lossy.chip = b.rig.chip;
	err = run_span(&b, &s);
	if (!err)
		assert_memory_equal(b.oracle + OFF, data, len);
	board_link_no_illegal(&b.rig.bl);
	lossy.at = 0;
	bench_close(&b);
	return lossy.count;
}

static void answer__any_one_lost__makes_nobody_break_the_rules(void **state)
{
	(void)state;
	lossy.late_us = 0;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		unsigned all = answer_lost(boards[k], LEN, 0);

		assert_true(all > 20);
		for (unsigned at = 1; at <= all; at++)
			(void)answer_lost(boards[k], LEN, at);
	}
}

/* RM0038 lets nobody write FLASH_PECR while a half page is being filled: the loader finishes it before
 * the core is halted, whenever the answer is missed. */
static void answer__lost_within_a_half_page__lets_the_loader_finish(void **state)
{
	unsigned all, at = 0;

	(void)state;
	lossy.late_us = 0;
	all = answer_lost("l-discovery", SMALL, 0);
	for (lossy.units = 0; lossy.units == 0 && at < all;)
		(void)answer_lost("l-discovery", SMALL, ++at);
	assert_in_range(lossy.units, 1, SMALL / 128 - 1);
	for (lossy.late_us = 0; lossy.late_us < LATE_US; lossy.late_us += LATE_STEP_US)
		(void)answer_lost("l-discovery", SMALL, at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cable__pulled_at_any_instant__is_told_and_the_next_run_works),
		cmocka_unit_test(supply__lost_at_any_instant__is_told_and_the_next_run_works),
		cmocka_unit_test(reset__while_sums_are_counted__ends_the_job),
		cmocka_unit_test(answer__any_one_lost__makes_nobody_break_the_rules),
		cmocka_unit_test(answer__lost_within_a_half_page__lets_the_loader_finish),
		cmocka_unit_test(debug_wires__off_at_any_instant__is_told_and_the_next_run_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
