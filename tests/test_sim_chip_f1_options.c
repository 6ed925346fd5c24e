/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_f1_options.c - option bytes of F100 and F103: write and read protection.
 */
#include "tests/fpec_bench.h"

static void write_protection__covers_four_pages(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	chip_write_protect(b->chip, 2, true);
	assert_int_equal(r32(b, WRPR), 0xFFFFFFFEu);
	unlock(b);
	w32(b, CR, PG);
	w16(b, 0x08000C00u, 0x1111u);
	assert_int_equal(r32(b, SR), WRPRTERR);
	assert_int_equal(r16(b, 0x08000C00u), 0xFFFFu);
	w32(b, SR, WRPRTERR);
	w16(b, 0x08001000u, 0x1111u);
	wait_idle(b);
	assert_int_equal(r16(b, 0x08001000u), 0x1111u);
	w32(b, CR, PER);
	w32(b, AR, 0x08000000u);
	w32(b, CR, PER | STRT);
	assert_true(r32(b, SR) & WRPRTERR);
	w32(b, CR, MER);
	w32(b, CR, MER | STRT);
	assert_int_equal(r16(b, 0x08001000u), 0x1111u);
	assert_int_equal(report(b).illegal, 3);
	bench_free(b);
}

static void read_protection__refuses_what_the_matrix_says(void **state)
{
	static const uint16_t ldr[] = { 0x6808, 0xBE00 };       /* ldr r0,[r1]; bkpt */
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	memset(chip_flash(b->chip, NULL), 0x42, 0x20000);
	chip_flash_changed(b->chip);
	chip_set_protected(b->chip, true);
	assert_true(r32(b, OBR) & 2u);
	assert_true(read_faults(b, 0x08000000u));
	assert_true(read_faults(b, 0x0801FFFCu));
	assert_int_equal(r16(b, 0x1FFFF7E0u), 128u);
	assert_int_equal(r32(b, 0xE0042000u), 0x10016420u);
	(void)r32(b, 0x1FFFF000u);
	(void)r32(b, OB);
	w32(b, 0x20000000u, 1);
	halt(b);
	put_code(b, 0x20000000u, ldr, 2);
	w32(b, DEMCR, 1u << 10);
	set_reg(b, 1, 0x08000000u);
	set_reg(b, 0, 0x77u);
	start(b, 0x20000000u);
	pass(b, 10000);
	assert_int_not_equal(get_reg(b, 0), 0x42424242u);
	unlock(b);
	w32(b, CR, PG);
	w16(b, 0x08002000u, 0);
	assert_true(r32(b, SR) & WRPRTERR);
	w32(b, CR, PER);
	w32(b, AR, 0x08002000u);
	w32(b, CR, PER | STRT);
	assert_int_equal(chip_flash(b->chip, NULL)[0x2000], 0x42);
	bench_free(b);
}

static void unprotecting__erases_flash_and_needs_power_for_the_first_4k(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	memset(chip_flash(b->chip, NULL), 0x42, 0x20000);
	chip_set_protected(b->chip, true);
	unlock_options(b);
	erase_options(b);
	assert_int_equal(r32(b, OB), 0xFFFFFFFFu);
	w32(b, SR, EOP);
	w16(b, OB, 0xA5u);
	assert_int_equal(wait_idle(b), 30052500u);
	assert_int_equal(r32(b, OB), 0xFFFF5AA5u);
	assert_true(read_faults(b, 0x08000000u));
	w32(b, AIRCR, 0x05FA0004u);
	assert_int_equal(r32(b, OBR) & 2u, 0);
	assert_int_equal(r32(b, 0x08000000u), 0xFFFFFFFFu);
	assert_int_equal(r32(b, 0x0801FFFCu), 0xFFFFFFFFu);
	unlock(b);
	w32(b, CR, PG);
	w16(b, 0x08000000u, 0x1234u);
	assert_true(r32(b, SR) & WRPRTERR);
	w32(b, SR, WRPRTERR | EOP);
	w16(b, 0x08001000u, 0x1234u);
	wait_idle(b);
	assert_int_equal(r16(b, 0x08001000u), 0x1234u);
	chip_power(b->chip, false);
	chip_power(b->chip, true);
	unlock(b);
	w32(b, CR, PG);
	w16(b, 0x08000000u, 0x1234u);
	wait_idle(b);
	assert_int_equal(r16(b, 0x08000000u), 0x1234u);
	bench_free(b);
}

static void protecting__takes_effect_at_reset(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	unlock_options(b);
	erase_options(b);
	assert_int_equal(r32(b, 0x08000000u), 0xFFFFFFFFu);
	w16(b, OB + 2u, 0xFFu);
	wait_idle(b);
	assert_int_equal(r16(b, OB + 2u), 0x00FFu);
	w32(b, AIRCR, 0x05FA0004u);
	assert_true(read_faults(b, 0x08000000u));
	assert_int_equal(report(b).option_erases, 1);
	assert_int_equal(report(b).option_programs, 1);
	bench_free(b);
}

static void options__without_optwre_are_refused(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	unlock(b);
	w32(b, CR, OPTER);
	w32(b, CR, OPTER | STRT);
	assert_int_equal(r32(b, OB), 0x00FF5AA5u);
	assert_true(report(b).illegal >= 1);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write_protection__covers_four_pages),
		cmocka_unit_test(read_protection__refuses_what_the_matrix_says),
		cmocka_unit_test(unprotecting__erases_flash_and_needs_power_for_the_first_4k),
		cmocka_unit_test(protecting__takes_effect_at_reset),
		cmocka_unit_test(options__without_optwre_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
