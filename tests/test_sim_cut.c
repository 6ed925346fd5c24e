/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_cut.c - a supply that fails at the n-th flash operation: what the cells hold then.
 *
 * Addresses and bits from PM0075.
 */
#include "tests/chip_bench.h"

#define KEYR 0x40022004u
#define SR 0x4002200Cu
#define CR 0x40022010u
#define AR 0x40022014u

enum { PG = 1, PER = 2, STRT = 0x40, PAGE_AT = 0x08000400 };

static struct bench *unlocked(void)
{
	struct bench *b = bench_new("STM32F100RB");

	memset(chip_flash(b->chip, NULL), 0x11, 4096);
	chip_flash_changed(b->chip);
	w32(b, KEYR, 0x45670123u);
	w32(b, KEYR, 0xCDEF89ABu);
	return b;
}

/* Erases a page, then programs a half-word in it; the supply fails at the nth of the two. */
static const uint8_t *work(struct bench *b, uint64_t nth, enum chip_cut when)
{
	chip_cut_supply(b->chip, nth, when);
	w32(b, CR, PER);
	w32(b, AR, PAGE_AT);
	w32(b, CR, PER | STRT);
	pass(b, 40000000);
	if (!chip_supply_was_cut(b->chip)) {
		w32(b, CR, PG);
		w16(b, PAGE_AT, 0xBEEF);
		pass(b, 1000000);
	}
	return chip_flash(b->chip, NULL) + 1024;
}

static void nobody_cuts__everything_is_done(void **state)
{
	struct bench *b = unlocked();
	const uint8_t *page = work(b, 0, CHIP_CUT_TORN);

	(void)state;
	assert_false(chip_supply_was_cut(b->chip));
	assert_int_equal(chip_flash_operations(b->chip), 2);
	assert_int_equal(page[0], 0xEF);
	assert_int_equal(page[1], 0xBE);
	bench_free(b);
}

static void before__the_cells_are_as_they_were(void **state)
{
	struct bench *b = unlocked();
	const uint8_t *page = work(b, 1, CHIP_CUT_BEFORE);

	(void)state;
	assert_true(chip_supply_was_cut(b->chip));
	assert_int_equal(page[0], 0x11);
	assert_int_equal(page[1023], 0x11);
	bench_free(b);
	b = unlocked();
	page = work(b, 2, CHIP_CUT_BEFORE);
	assert_true(chip_supply_was_cut(b->chip));
	assert_int_equal(page[0], 0xFF);
	assert_int_equal(page[1], 0xFF);
	assert_int_equal(report(b).sectors_erased, 1);
	assert_int_equal(report(b).units_programmed, 0);
	bench_free(b);
}

static void torn__the_cells_hold_neither_old_nor_new(void **state)
{
	struct bench *b = unlocked();
	const uint8_t *page = work(b, 1, CHIP_CUT_TORN);
	bool old = true, blank = true;

	(void)state;
	for (int i = 0; i < 1024; i++) {
		old = old && page[i] == 0x11;
		blank = blank && page[i] == 0xFF;
	}
	assert_false(old || blank);
	assert_int_equal(report(b).interrupted, 1);
	assert_int_equal(report(b).sectors_erased, 0);
	bench_free(b);
}

static void after__the_operation_is_done_and_the_chip_is_off(void **state)
{
	struct bench *b = unlocked();
	const uint8_t *page = work(b, 1, CHIP_CUT_AFTER);
	uint32_t v;

	(void)state;
	assert_int_equal(page[0], 0xFF);
	assert_int_equal(page[1023], 0xFF);
	assert_int_equal(report(b).sectors_erased, 1);
	assert_int_equal(report(b).interrupted, 0);
	assert_int_equal(chip_read(b->chip, SR, 4, &v), BUS_OFF);
	chip_power(b->chip, true);
	assert_int_equal(r32(b, CR), 0x80);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_cuts__everything_is_done),
		cmocka_unit_test(before__the_cells_are_as_they_were),
		cmocka_unit_test(torn__the_cells_hold_neither_old_nor_new),
		cmocka_unit_test(after__the_operation_is_done_and_the_chip_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
