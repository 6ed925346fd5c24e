/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_borrow.c - SRAM that cannot be saved is not used, and what was saved is put back.
 */
#include "tests/support/fake_open.h"

#include "flash/borrow.h"

enum { WORDS = 8 };

/* An F103 with the last words of the part for code readable and writable. Where they begin. */
static uint32_t begin(struct open_chip *o)
{
	uint32_t end;

	open_it(o, chip_find(0x410), 64, 0);
	assert_int_equal(o->err, SL_OK);
	assert_int_equal(borrow_begin(o->f, &o->c), SL_OK);
	end = o->f->s.part[BORROW_CODE].high;
	for (uint32_t i = 0; i < WORDS; i++)
		fake_put(&o->l, end - 4 * WORDS + 4 * i, 0xAA000000 + i, UINT32_MAX);
	return end - 4 * WORDS;
}

static void borrow__words_that_can_be_read__come_back(void **state)
{
	struct open_chip o;
	uint32_t at = begin(&o);

	(void)state;
	assert_int_equal(borrow_down_to(o.f, &o.c, BORROW_CODE, at + 16), SL_OK);
	assert_int_equal(o.f->s.part[BORROW_CODE].low, at + 16);
	assert_int_equal(borrow_down_to(o.f, &o.c, BORROW_CODE, at), SL_OK);
	assert_int_equal(borrow_down_to(o.f, &o.c, BORROW_CODE, at + 8), SL_OK);
	assert_int_equal(o.f->s.part[BORROW_CODE].low, at);
	for (uint32_t i = 0; i < WORDS; i++)
		fake_find(&o.l, at + 4 * i)->value = 0;
	assert_int_equal(borrow_end(o.f, &o.c), SL_OK);
	for (uint32_t i = 0; i < WORDS; i++)
		assert_int_equal(fake_find(&o.l, at + 4 * i)->value, 0xAA000000 + i);
	close_it(&o);
}

static void borrow__word_that_cannot_be_read__is_a_fault_and_not_borrowed(void **state)
{
	struct open_chip o;
	uint32_t at = begin(&o);

	(void)state;
	assert_int_equal(borrow_down_to(o.f, &o.c, BORROW_CODE, at), SL_OK);
	assert_int_equal(borrow_down_to(o.f, &o.c, BORROW_CODE, at - 4), SL_TARGET);
	assert_int_equal(o.f->s.part[BORROW_CODE].low, at);
	ctx_clear(&o.c);
	assert_int_equal(borrow_end(o.f, &o.c), SL_OK);
	close_it(&o);
}

static void borrow_end__word_that_cannot_be_written__is_a_fault_and_the_rest_is_written(void **state)
{
	struct open_chip o;
	uint32_t at = begin(&o), slot;

	(void)state;
	slot = o.f->s.part[BORROW_SLOT + 1].high - 4;
	fake_put(&o.l, slot, 0x55555555, UINT32_MAX);
	assert_int_equal(borrow_down_to(o.f, &o.c, BORROW_CODE, at), SL_OK);
	assert_int_equal(borrow_down_to(o.f, &o.c, BORROW_SLOT + 1, slot), SL_OK);
	fake_find(&o.l, slot)->value = 0;
	fake_find(&o.l, at)->addr = 0x1000;     /* is gone */
	assert_int_equal(borrow_end(o.f, &o.c), SL_TARGET);
	assert_int_equal(fake_find(&o.l, slot)->value, 0x55555555);
	assert_int_equal(o.f->s.part[BORROW_CODE].low, o.f->s.part[BORROW_CODE].high);
	ctx_clear(&o.c);
	close_it(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(borrow__words_that_can_be_read__come_back),
		cmocka_unit_test(borrow__word_that_cannot_be_read__is_a_fault_and_not_borrowed),
		cmocka_unit_test(borrow_end__word_that_cannot_be_written__is_a_fault_and_the_rest_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
