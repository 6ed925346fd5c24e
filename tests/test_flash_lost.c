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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cable__pulled_at_any_instant__is_told_and_the_next_run_works),
		cmocka_unit_test(supply__lost_at_any_instant__is_told_and_the_next_run_works),
		cmocka_unit_test(reset__while_sums_are_counted__ends_the_job),
		cmocka_unit_test(debug_wires__off_at_any_instant__is_told_and_the_next_run_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
