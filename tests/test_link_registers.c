/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_registers.c - core registers by number: which are asked for, which go through the core.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/link_script.h"

static struct link *l;

static void fpu_register__old_firmware__goes_through_dcrsr(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J14),
		{ "f2 35 f4 ed 00 e0 21 00 00 00", "80 00", NULL, 0, 0 },
		{ "f2 36 f0 ed 00 e0", "80 00 00 00 03 00 02 00", NULL, 0, 0 },
		{ "f2 36 f0 ed 00 e0", "80 00 00 00 03 00 03 00", NULL, 0, 0 },
		{ "f2 36 f8 ed 00 e0", "80 00 00 00 ef be ad de", NULL, 0, 0 },
		{ "f2 35 f8 ed 00 e0 44 33 22 11", "80 00", NULL, 0, 0 },
		{ "f2 35 f4 ed 00 e0 40 00 01 00", "80 00", NULL, 0, 0 },
		{ "f2 36 f0 ed 00 e0", "80 00 00 00 03 00 03 00", NULL, 0, 0 },
	};
	uint32_t value = 0;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(link_read_reg(l, &ctx, 33, &value), SL_OK);
	assert_int_equal(value, 0xDEADBEEF);
	assert_int_equal(link_write_reg(l, &ctx, 64, 0x11223344), SL_OK);
	close_all(l);
}

static void last_common_register__old_firmware__is_asked_for_and_the_next_is_not(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J14),
		{ "f2 33 14", "80 00 00 00 78 56 34 12", NULL, 0, 0 },
		{ "f2 34 14 44 33 22 11", "80 00", NULL, 0, 0 },
		{ "f2 35 f4 ed 00 e0 15 00 00 00", "80 00", NULL, 0, 0 },
		{ "f2 36 f0 ed 00 e0", "80 00 00 00 03 00 03 00", NULL, 0, 0 },
		{ "f2 36 f8 ed 00 e0", "80 00 00 00 ef be ad de", NULL, 0, 0 },
		{ "f2 35 f8 ed 00 e0 44 33 22 11", "80 00", NULL, 0, 0 },
		{ "f2 35 f4 ed 00 e0 15 00 01 00", "80 00", NULL, 0, 0 },
		{ "f2 36 f0 ed 00 e0", "80 00 00 00 03 00 03 00", NULL, 0, 0 },
	};
	uint32_t value = 0;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(link_read_reg(l, &ctx, 20, &value), SL_OK);
	assert_int_equal(value, 0x12345678);
	assert_int_equal(link_write_reg(l, &ctx, 20, 0x11223344), SL_OK);
	assert_int_equal(link_read_reg(l, &ctx, 21, &value), SL_OK);
	assert_int_equal(value, 0xDEADBEEF);
	assert_int_equal(link_write_reg(l, &ctx, 21, 0x11223344), SL_OK);
	close_all(l);
}

static void register_255__new_firmware__is_asked_for(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37),
		{ "f2 33 ff", "80 00 00 00 78 56 34 12", NULL, 0, 0 },
		{ "f2 34 ff 44 33 22 11", "80 00", NULL, 0, 0 },
	};
	uint32_t value = 0;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(link_read_reg(l, &ctx, 255, &value), SL_OK);
	assert_int_equal(value, 0x12345678);
	assert_int_equal(link_write_reg(l, &ctx, 255, 0x11223344), SL_OK);
	close_all(l);
}

static void fpu_register__core_that_hands_nothing_over__is_a_target_fault(void **state)
{
	static struct script_step steps[40] = {
		OPEN(V2J14), { "f2 35 f4 ed 00 e0 21 00 00 00", "80 00", NULL, 0, 0 },
	};
	uint32_t value = 0;

	(void)state;
	for (size_t i = 3; i < ARRAY_LEN(steps); i++)
		steps[i] = (struct script_step){ "f2 36 f0 ed 00 e0", "80 00 00 00 03 00 02 00",
						 NULL, 0, 10 };
	BEGIN_OPEN(l, steps);
	assert_int_equal(link_read_reg(l, &ctx, 33, &value), SL_TARGET);
	assert_in_range(clock_.now_us, 100000, 130000);
	abandon(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fpu_register__old_firmware__goes_through_dcrsr),
		cmocka_unit_test(last_common_register__old_firmware__is_asked_for_and_the_next_is_not),
		cmocka_unit_test(register_255__new_firmware__is_asked_for),
		cmocka_unit_test(fpu_register__core_that_hands_nothing_over__is_a_target_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
