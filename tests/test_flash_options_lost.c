/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_options_lost.c - the supply fails at many instants of a write of option bytes: what is
 * left never shows what was protected, and the same again puts it right.
 *
 * OPTION_CUTS: instants for each board and job; 40 if not set.
 */
#include "tests/support/option_rig.h"

/* A clock that cuts the supply at an instant of the board's time, within a sleep as well. */
struct cut {
	struct clock clock;
	const struct clock *inner;
	struct chip *chip;
	struct board *hang;             /* not the supply: the probe stops answering */
	uint64_t at_us;
	bool done;
};

static void look(struct cut *t)
{
	if (t->done || t->inner->now_us(t->inner) < t->at_us)
		return;
	t->done = true;
	if (t->hang)
		assert_true(board_set(t->hang, "hang", "on"));
	else
		chip_power(t->chip, false);
}

static uint64_t cut_now(const struct clock *c)
{
	struct cut *t = c->priv;

	look(t);
	return t->inner->now_us(t->inner);
}

static void cut_sleep(const struct clock *c, uint64_t us)
{
	struct cut *t = c->priv;
	uint64_t now = t->inner->now_us(t->inner), first = us;

	if (!t->done && t->at_us > now && t->at_us - now < us)
		first = t->at_us - now;
	t->inner->sleep_us(t->inner, first);
	look(t);
	if (us > first)
		t->inner->sleep_us(t->inner, us - first);
}

static unsigned cuts(void)
{
	const char *text = getenv("OPTION_CUTS");
	unsigned long n = text ? strtoul(text, NULL, 10) : 0;

	return n > 0 && n < 100000 ? (unsigned)n : 40;
}

/* What to write: unlock, or one field and one area. */
enum job { JOB_UNLOCK, JOB_CHANGE, JOB_LOCK };

static void image_of(struct option_rig *o, enum job job, struct ob_image *want)
{
	(void)ob_unlocked(o->ob, &o->st, want);
	if (job == JOB_UNLOCK)
		return;
	*want = o->st.stored;
	if (job == JOB_LOCK) {
		ob_set_level(o->ob, want, PROTECTION_LEVEL1);
		return;
	}
	option_put(o, want, "nRST_STOP", 0);
	ob_area_guard(o->ob, want, 1, true);
}

static enum sl_err write_job(struct option_rig *o, enum job job)
{
	struct ob_image want;

	image_of(o, job, &want);
	return ob_write(o->ob, o->rig.c, &want, &o->st);
}

/* Let the board be as it is after the failure, and begin again with a new program: whatever link and
 * target were, they are of another life. */
static void begin_again(struct option_rig *o, bool hung)
{
	ob_close(o->ob);
	o->ob = NULL;
	if (target_detach(o->rig.t, o->rig.c))
		ctx_clear(o->rig.c);
	o->rig.t = NULL;
	link_close(o->rig.bl.link, o->rig.c);
	o->rig.bl.link = NULL;
	if (hung) {
		ctx_sleep_us(o->rig.c, 500000);
		assert_true(board_set(o->rig.bl.board, "hang", "off"));
	} else {
		chip_power(o->rig.chip, false);
		chip_power(o->rig.chip, true);
	}
	rig_ok(&o->rig, board_link_connect(&o->rig.bl));
	rig_options(o);
}

/* The job, with a failure t->at_us after its beginning. Returns whether that came in time. */
static bool cut_at(struct option_rig *o, enum job job, struct cut *t)
{
	struct ob_image want;
	enum sl_err err;

	t->inner = o->rig.c->clock;
	t->chip = o->rig.chip;
	t->clock = (struct clock){ cut_now, cut_sleep, t };
	t->at_us += ctx_now_us(o->rig.c);
	image_of(o, job, &want);
	o->rig.c->clock = &t->clock;
	err = ob_write(o->ob, o->rig.c, &want, &o->st);
	o->rig.c->clock = t->inner;
	begin_again(o, t->hang != NULL);
	if (!err && memcmp(&o->st.stored, &want, sizeof(want)) != 0)
		fail_msg("%s: done, it says, and is not", o->board->name);
	return t->done;
}

/* Protected data may be there, or be readable, never both. */
static void nothing_leaks(struct option_rig *o, const uint8_t *secret)
{
	uint8_t seen[64];
	enum sl_err err = target_read_mem(o->rig.t, o->rig.c, 0x08000000, seen, sizeof(seen));

	if (!err && memcmp(seen, secret, sizeof(seen)) == 0)
		fail_msg("%s: flash that was protected can be read", o->board->name);
	if (err)
		ctx_clear(o->rig.c);
}

static uint64_t undisturbed_us(const struct option_board *board, enum job job)
{
	struct option_rig o;
	uint64_t t0, us;

	option_open(&o, board, job == JOB_UNLOCK);
	t0 = ctx_now_us(o.rig.c);
	rig_ok(&o.rig, write_job(&o, job));
	us = ctx_now_us(o.rig.c) - t0;
	option_close(&o);
	return us;
}

/* Whatever is left: unlock, if it is needed, then the job, once more. */
static void put_right(struct option_rig *o, enum job job)
{
	struct ob_image want;

	if (o->st.level != PROTECTION_NONE || o->st.bad || !o->st.loaded) {
		assert_true(ob_unlocked(o->ob, &o->st, &want));
		rig_ok(&o->rig, ob_write(o->ob, o->rig.c, &want, &o->st));
	}
	assert_int_equal(o->st.level, PROTECTION_NONE);
	rig_ok(&o->rig, write_job(o, job));
	assert_int_equal(o->st.bad, 0);
	assert_true(o->st.loaded);
}

static void campaign(enum job job)
{
	for (size_t b = 0; b < ARRAY_LEN(option_boards); b++) {
		uint64_t whole = undisturbed_us(&option_boards[b], job);
		unsigned n = cuts(), cut = 0;

		for (unsigned i = 0; i < n; i++) {
			struct option_rig o;
			struct cut t = { .at_us = whole * (2 * i + 1) / (2 * n) };
			uint8_t secret[64];

			option_open(&o, &option_boards[b], job == JOB_UNLOCK);
			memcpy(secret, o.flash, sizeof(secret));
			cut += cut_at(&o, job, &t);
			if (job == JOB_UNLOCK)
				nothing_leaks(&o, secret);
			put_right(&o, job);
			option_close(&o);
		}
		/* As good as all of them came in time. */
		assert_true(cut + 2 >= n);
	}
}

/* Each flash operation of the job, and the supply fails before it, within it, or just after it. */
static void cut_operation(const struct option_board *board, enum job job, uint64_t nth, enum chip_cut when)
{
	struct cut never = { .done = true };
	struct option_rig o;
	uint8_t secret[64];

	option_open(&o, board, job == JOB_UNLOCK);
	memcpy(secret, o.flash, sizeof(secret));
	chip_cut_supply(o.rig.chip, nth, when);
	(void)cut_at(&o, job, &never);
	assert_true(chip_supply_was_cut(o.rig.chip));
	chip_cut_supply(o.rig.chip, 0, when);
	if (job == JOB_UNLOCK)
		nothing_leaks(&o, secret);
	put_right(&o, job);
	option_close(&o);
}

static uint64_t operations(const struct option_board *board, enum job job)
{
	struct option_rig o;
	uint64_t n;

	option_open(&o, board, job == JOB_UNLOCK);
	n = chip_flash_operations(o.rig.chip);
	rig_ok(&o.rig, write_job(&o, job));
	n = chip_flash_operations(o.rig.chip) - n;
	option_close(&o);
	assert_true(n > 0);
	return n;
}

static void cut_operations(const struct option_board *board, enum job job)
{
	uint64_t n = operations(board, job);

	for (uint64_t k = 1; k <= n; k++)
		for (int when = CHIP_CUT_BEFORE; when <= CHIP_CUT_AFTER; when++)
			cut_operation(board, job, k, (enum chip_cut)when);
}

static void every_job__power_fails_at_each_operation__can_be_put_right(void **state)
{
	(void)state;
	for (size_t b = 0; b < ARRAY_LEN(option_boards); b++)
		for (int job = JOB_UNLOCK; job <= JOB_LOCK; job++)
			cut_operations(&option_boards[b], (enum job)job);
}

/* Erase is the first operation, the protection byte the second: from then on the chip is open. */
static void unlock__fpec__writes_the_protection_byte_right_after_the_erase(void **state)
{
	(void)state;
	for (size_t b = 0; b < ARRAY_LEN(option_boards); b++) {
		struct cut never = { .done = true };
		struct option_rig o;

		if (option_boards[b].rdp_addr != 0x1FFFF800)
			continue;
		option_open(&o, &option_boards[b], true);
		chip_cut_supply(o.rig.chip, 2, CHIP_CUT_AFTER);
		(void)cut_at(&o, JOB_UNLOCK, &never);
		assert_true(rig_is_level0(&o));
		assert_int_equal(o.st.level, PROTECTION_NONE);
		assert_int_equal(o.st.bad & 1u, 0);
		assert_int_not_equal(o.st.bad, 0);
		put_right(&o, JOB_UNLOCK);
		option_close(&o);
	}
}

static void unlock__power_fails_at_any_time__a_rerun_ends_it(void **state)
{
	(void)state;
	campaign(JOB_UNLOCK);
}

static void change__power_fails_at_any_time__unlock_and_a_rerun_put_it_right(void **state)
{
	(void)state;
	campaign(JOB_CHANGE);
}

static void lock__power_fails_at_any_time__it_can_be_put_right(void **state)
{
	(void)state;
	campaign(JOB_LOCK);
}

/* F1: between the erase of the option bytes and the protection byte there is code in SRAM, not a host
 * that may be unplugged: once it has begun the chip ends it alone. */
static void unlock__f1__probe_lost_on_the_way__leaves_all_or_nothing(void **state)
{
	unsigned all = 0, nothing = 0;

	(void)state;
	for (size_t b = 0; b < ARRAY_LEN(option_boards); b++) {
		uint64_t whole;

		if (!option_boards[b].power_cycle)
			continue;
		whole = undisturbed_us(&option_boards[b], JOB_UNLOCK);
		for (unsigned i = 0; i < cuts(); i++) {
			struct option_rig o;
			struct cut t = { .at_us = whole * (2 * i + 1) / (2 * cuts()) };
			bool done;

			option_open(&o, &option_boards[b], true);
			t.hang = o.rig.bl.board;
			(void)cut_at(&o, JOB_UNLOCK, &t);
			done = rig_report(&o.rig).option_programs == 8;
			assert_int_equal(rig_report(&o.rig).option_erases, done);
			assert_int_equal(rig_is_level0(&o), done);
			all += done;
			nothing += !done;
			put_right(&o, JOB_UNLOCK);
			option_close(&o);
		}
	}
	assert_true(all > 0 && nothing > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_job__power_fails_at_each_operation__can_be_put_right),
		cmocka_unit_test(unlock__fpec__writes_the_protection_byte_right_after_the_erase),
		cmocka_unit_test(unlock__power_fails_at_any_time__a_rerun_ends_it),
		cmocka_unit_test(change__power_fails_at_any_time__unlock_and_a_rerun_put_it_right),
		cmocka_unit_test(lock__power_fails_at_any_time__it_can_be_put_right),
		cmocka_unit_test(unlock__f1__probe_lost_on_the_way__leaves_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
