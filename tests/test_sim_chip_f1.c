/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_f1.c - the FPEC of F100 and F103: what it does, how long it takes,
 * and everything that it refuses. Protection is in test_sim_chip_f1_options.c.
 */
#include "tests/fpec_bench.h"

/* r0 source, r1 destination, r2 half-words, r3 FLASH: the shape of every F1 loader. */
static const uint16_t loader[] = { 0x8804, 0x800C, 0x68DD, 0x086E, 0xD2FC, 0x3002, 0x3102,
				   0x3A01, 0xD1F6, 0xBE00 };

static void ids__are_those_of_the_chip(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	assert_int_equal(chip_dpidr(b->chip), 0x1BA01477u);
	assert_int_equal(r32(b, 0xE0042000u), 0x10016420u);
	assert_int_equal(r32(b, 0xE000ED00u), 0x411FC231u);
	assert_int_equal(r32(b, 0x1FFFF7E0u), 0xFFFF0080u);
	assert_int_equal(r16(b, 0x1FFFF7E0u), 128u);
	assert_int_equal(r32(b, OB), 0x00FF5AA5u);
	assert_int_equal(r32(b, OBR), 0x03FFFFFCu);
	assert_int_equal(r32(b, WRPR), 0xFFFFFFFFu);
	assert_int_equal(r32(b, CR), LOCK);
	assert_int_equal(r32(b, 0xE00FF000u), 0xFFF0F003u);
	assert_int_equal(r32(b, 0xE00FFFE0u), 0x20u);
	assert_int_equal(r32(b, 0xE00FFFE4u), 0x04u);
	assert_int_equal(r32(b, 0xE00FFFE8u), 0x0Au);
	chip_poke_size_register(b->chip, 0);
	assert_int_equal(r16(b, 0x1FFFF7E0u), 0);
	bench_free(b);
	b = bench_new("STM32F103C8");
	assert_int_equal(r32(b, 0xE0042000u), 0x20036410u);
	assert_int_equal(r16(b, 0x1FFFF7E0u), 64u);
	assert_true(read_faults(b, 0x08010000u));
	assert_true(read_faults(b, 0x20005000u));
	assert_int_equal(chip_sector_count(b->chip), 64);
	bench_free(b);
}

static void memories__answer_in_their_ranges_only(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	w32(b, 0x20001FFCu, 0x12345678u);
	assert_int_equal(rd(b, 0x20001FFDu, 1), 0x56u);
	assert_true(read_faults(b, 0x20002000u));
	assert_true(read_faults(b, 0x08020000u));
	assert_true(read_faults(b, 0x60000000u));
	assert_int_equal(r32(b, 0x0801FFFCu), 0xFFFFFFFFu);
	assert_int_equal(r32(b, 0x0001FFFCu), 0xFFFFFFFFu);
	assert_int_not_equal(r32(b, 0x1FFFF000u), 0xFFFFFFFFu);
	/* bit-band: bit 9 of 20000000 */
	w32(b, 0x20000000u, 0);
	w32(b, 0x22000000u + 9u * 4u, 1);
	assert_int_equal(r32(b, 0x20000000u), 0x200u);
	assert_int_equal(r32(b, 0x22000000u + 9u * 4u), 1);
	bench_free(b);
}

static void wrong_key__locks_until_reset(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	assert_int_equal(chip_write(b->chip, KEYR, 4, 0x11111111u), BUS_FAULT);
	assert_int_equal(chip_write(b->chip, KEYR, 4, 0x45670123u), BUS_FAULT);
	assert_int_equal(chip_write(b->chip, KEYR, 4, 0xCDEF89ABu), BUS_FAULT);
	assert_int_equal(r32(b, CR), LOCK);
	assert_int_equal(report(b).illegal, 3);
	assert_non_null(strstr(chip_illegal(b->chip, 0), "wrong key"));
	w32(b, AIRCR, 0x05FA0004u);
	unlock(b);
	assert_int_equal(report(b).illegal, 3);
	bench_free(b);
}

static void locked__control_register_and_stores_are_refused(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	w32(b, CR, PG);
	assert_int_equal(r32(b, CR), LOCK);
	assert_int_equal(chip_write(b->chip, 0x08000000u, 2, 0), BUS_FAULT);
	assert_int_equal(r16(b, 0x08000000u), 0xFFFFu);
	assert_int_equal(report(b).illegal, 2);
	assert_true(report(b).flash_locked);
	bench_free(b);
}

static void page_erase__takes_30_ms_and_blanks_one_page(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	memset(chip_flash(b->chip, NULL), 0x11, 4096);
	chip_flash_changed(b->chip);
	unlock(b);
	w32(b, CR, PER);
	w32(b, AR, 0x08000456u);
	w32(b, CR, PER | STRT);
	assert_true(r32(b, SR) & BSY);
	assert_int_equal(wait_idle(b), 30000000u);
	assert_int_equal(r32(b, SR), EOP);
	w32(b, SR, EOP);
	assert_int_equal(r32(b, SR), 0);
	assert_int_equal(r32(b, 0x080003FCu), 0x11111111u);
	assert_int_equal(r32(b, 0x08000400u), 0xFFFFFFFFu);
	assert_int_equal(r32(b, 0x080007FCu), 0xFFFFFFFFu);
	assert_int_equal(r32(b, 0x08000800u), 0x11111111u);
	assert_int_equal(chip_sector_erases(b->chip, 1), 1);
	assert_int_equal(report(b).sectors_erased, 1);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

static void flash_read_while_busy__waits_until_the_end(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	unlock(b);
	w32(b, CR, PER);
	w32(b, AR, 0x08000000u);
	w32(b, CR, PER | STRT);
	assert_int_equal(b->clk.now_ns, 0);
	assert_int_equal(r32(b, 0x08001000u), 0xFFFFFFFFu);
	assert_int_equal(b->clk.now_ns, 30000000u);
	assert_int_equal(r32(b, SR), EOP);
	bench_free(b);
}

static void programming__by_debugger_stalls_52_us_each(void **state)
{
	struct bench *b = bench_new("STM32F100RB");
	uint32_t i;

	(void)state;
	unlock(b);
	w32(b, CR, PG);
	for (i = 0; i < 64; i++)
		w16(b, 0x08000000u + 2u * i, 0x1000u + i);
	wait_idle(b);
	assert_in_range(b->clk.now_ns, 64u * 52500u, 64u * 52500u + 100u);
	for (i = 0; i < 64; i++)
		assert_int_equal(r16(b, 0x08000000u + 2u * i), 0x1000u + i);
	assert_int_equal(report(b).units_programmed, 64);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

static void wrong_width__is_a_bus_error_without_change(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	unlock(b);
	w32(b, CR, PG);
	assert_int_equal(chip_write(b->chip, 0x08000000u, 4, 0), BUS_FAULT);
	assert_int_equal(chip_write(b->chip, 0x08000000u, 1, 0), BUS_FAULT);
	assert_int_equal(r32(b, 0x08000000u), 0xFFFFFFFFu);
	assert_int_equal(report(b).illegal, 2);
	bench_free(b);
}

static void not_blank__is_pgerr_unless_zero(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	unlock(b);
	w32(b, CR, PG);
	w16(b, 0x08000000u, 0x1234u);
	wait_idle(b);
	w16(b, 0x08000000u, 0x1230u);
	assert_int_equal(r32(b, SR) & PGERR, PGERR);
	assert_int_equal(r16(b, 0x08000000u), 0x1234u);
	assert_int_equal(report(b).illegal, 1);
	w32(b, SR, PGERR | EOP);
	w16(b, 0x08000000u, 0);
	wait_idle(b);
	assert_int_equal(r32(b, SR), EOP);
	assert_int_equal(r16(b, 0x08000000u), 0);
	assert_int_equal(report(b).illegal, 1);
	bench_free(b);
}

static void mass_erase__takes_30_ms_and_blanks_everything(void **state)
{
	struct bench *b = bench_new("STM32F103C8");
	size_t i, len;
	uint8_t *f = chip_flash(b->chip, &len);

	(void)state;
	memset(f, 0x5A, len);
	chip_flash_changed(b->chip);
	unlock(b);
	w32(b, CR, MER);
	w32(b, CR, MER | STRT);
	assert_int_equal(wait_idle(b), 30000000u);
	for (i = 0; i < len; i++)
		assert_int_equal(f[i], 0xFF);
	assert_int_equal(report(b).mass_erases, 1);
	bench_free(b);
}

static void hsi_off__busy_for_ever(void **state)
{
	struct bench *b = bench_new("STM32F100RB");
	uint32_t v;

	(void)state;
	chip_set_hse(b->chip, 8000000u, false);
	w32(b, 0x40021000u, 0x00010083u);
	pass(b, 2000000);
	w32(b, 0x40021004u, 1);
	assert_int_equal(r32(b, 0x40021004u) & 0xCu, 4u);
	w32(b, 0x40021000u, 0x00010080u);
	unlock(b);
	w32(b, CR, PG);
	w16(b, 0x08000000u, 0);
	pass(b, 1000000000u);
	assert_true(r32(b, SR) & BSY);
	assert_int_equal(chip_read(b->chip, 0x08000000u, 4, &v), BUS_FAULT);
	assert_int_equal(report(b).illegal, 1);
	bench_free(b);
}

static void flash_that_sticks__is_busy_until_it_is_let_go(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	memset(chip_flash(b->chip, NULL), 0x11, 1024);
	chip_flash_changed(b->chip);
	unlock(b);
	w32(b, CR, PER);
	w32(b, AR, 0x08000000u);
	w32(b, CR, PER | STRT);
	chip_flash_sticks(b->chip, true);
	pass(b, 1000000000u);
	assert_true(r32(b, SR) & BSY);
	chip_flash_sticks(b->chip, false);
	assert_int_equal(r32(b, SR), EOP);
	assert_int_equal(r32(b, 0x08000000u), 0xFFFFFFFFu);
	assert_int_equal(report(b).illegal, 0);
	assert_int_equal(report(b).illegal_debugger, 0);
	bench_free(b);
}

static void start_loader(struct bench *b, const uint16_t *code, size_t n, uint32_t dst,
			 uint32_t count)
{
	halt(b);
	put_code(b, 0x20000000u, code, n);
	set_reg(b, 0, 0x20000100u);
	set_reg(b, 1, dst);
	set_reg(b, 2, count);
	set_reg(b, 3, FLASH);
	set_reg(b, 4, 0x1111u);
	w32(b, DFSR, 0x1Fu);
	start(b, 0x20000000u);
}

static void loader_in_ram__programs_at_the_speed_of_flash(void **state)
{
	struct bench *b = bench_new("STM32F100RB");
	uint64_t ns;
	uint32_t i;

	(void)state;
	for (i = 0; i < 64; i++)
		w16(b, 0x20000100u + 2u * i, 0xA000u + i);
	unlock(b);
	w32(b, CR, PG);
	start_loader(b, loader, ARRAY_LEN(loader), 0x08000400u, 64);
	ns = wait_halt(b, 1000, 10000000);
	assert_int_equal(r32(b, DFSR), 2u);
	assert_int_equal(get_reg(b, 2), 0);
	for (i = 0; i < 64; i++)
		assert_int_equal(r16(b, 0x08000400u + 2u * i), 0xA000u + i);
	assert_int_equal(report(b).units_programmed, 64);
	assert_int_equal(report(b).illegal, 0);
	/* 52.5 us and at most 10 instructions of 187.5 ns from one to the next */
	assert_in_range(ns, 64u * 52500u, 64u * (52500u + 10u * 188u) + 1000u);
	bench_free(b);
}

static void core_store_of_a_word__is_refused_and_leaves_flash_alone(void **state)
{
	static const uint16_t code[] = { 0x600C, 0xBF00, 0xBE00 };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	unlock(b);
	w32(b, CR, PG);
	w32(b, DEMCR, 1u << 10);
	start_loader(b, code, ARRAY_LEN(code), 0x08000400u, 1);
	wait_halt(b, 1000, 1000000);
	assert_int_equal(r32(b, 0x08000400u), 0xFFFFFFFFu);
	assert_int_equal(report(b).illegal, 1);
	assert_true(r32(b, DFSR) & 8u);                         /* caught hard fault */
	assert_true(r32(b, 0xE000ED28u) & 1u << 10);            /* imprecise bus fault */
	bench_free(b);
}

static void core_store_over_data__is_pgerr_and_leaves_flash_alone(void **state)
{
	static const uint16_t code[] = { 0x800C, 0xBF00, 0x880D, 0xBE00 };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	chip_flash(b->chip, NULL)[0x400] = 0x42;
	unlock(b);
	w32(b, CR, PG);
	start_loader(b, code, ARRAY_LEN(code), 0x08000400u, 1);
	wait_halt(b, 1000, 1000000);
	assert_int_equal(r16(b, 0x08000400u), 0xFF42u);
	assert_int_equal(get_reg(b, 5), 0xFF42u);
	assert_true(r32(b, SR) & PGERR);
	bench_free(b);
}

static void loader_reading_flash_while_busy__is_stalled(void **state)
{
	static const uint16_t code[] = { 0x800C, 0x880D, 0xBE00 };
	struct bench *b = bench_new("STM32F100RB");
	uint64_t ns;

	(void)state;
	unlock(b);
	w32(b, CR, PG);
	start_loader(b, code, ARRAY_LEN(code), 0x08000400u, 1);
	pass(b, 20000);
	assert_false(r32(b, DHCSR) & S_HALT);
	ns = 20000 + wait_halt(b, 100, 1000000);
	assert_in_range(ns, 52500u, 53500u);
	bench_free(b);
}

static void reset_during_erase__leaves_the_page_undefined_and_says_so(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	unlock(b);
	w32(b, CR, PER);
	w32(b, AR, 0x08000000u);
	w32(b, CR, PER | STRT);
	pass(b, 10000000);
	w32(b, AIRCR, 0x05FA0004u);
	assert_int_equal(r32(b, SR), 0);
	assert_int_not_equal(r32(b, 0x08000000u), 0xFFFFFFFFu);
	assert_int_equal(report(b).interrupted, 1);
	assert_int_equal(report(b).sectors_erased, 0);
	bench_free(b);
}

/* Code in flash starts a page erase and stalls for its 30 ms; the watchdog comes after 10. */
static void watchdog__resets_a_core_that_its_own_erase_stalls(void **state)
{
	/* 08002000: str r2,[r3,#16]; adds r5,#1; bkpt */
	static const uint16_t code[] = { 0x611A, 0x3501, 0xBE00 };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	memcpy(chip_flash(b->chip, NULL) + 0x2000, code, sizeof code);
	memset(chip_flash(b->chip, NULL) + 0x4000, 0x42, 1024);
	chip_flash_changed(b->chip);
	halt(b);
	unlock(b);
	w32(b, CR, PER);
	w32(b, AR, 0x08004000u);
	w32(b, 0x40003000u, 0x5555u);
	w32(b, 0x40003008u, 99u);
	w32(b, 0x40003000u, 0xCCCCu);
	set_reg(b, 2, PER | STRT);
	set_reg(b, 3, FLASH);
	start(b, 0x08002000u);
	pass(b, 5000000);
	assert_true(r32(b, SR) & BSY);
	assert_false(r32(b, DHCSR) & S_HALT);
	pass(b, 4990000);
	assert_int_equal(report(b).resets, 0);
	pass(b, 20000);
	assert_int_equal(report(b).resets, 1);
	assert_int_equal(report(b).interrupted, 1);
	assert_int_equal(r32(b, SR) & BSY, 0);
	assert_int_equal(chip_sector_erases(b->chip, 16), 0);
	bench_free(b);
}

static void code_in_flash__stands_still_while_it_erases(void **state)
{
	static const uint16_t code[] = { 0x611A, 0x3501, 0xBE00 };
	struct bench *b = bench_new("STM32F100RB");
	uint64_t ns;

	(void)state;
	memcpy(chip_flash(b->chip, NULL) + 0x2000, code, sizeof code);
	chip_flash_changed(b->chip);
	halt(b);
	unlock(b);
	w32(b, CR, PER);
	w32(b, AR, 0x08004000u);
	set_reg(b, 2, PER | STRT);
	set_reg(b, 3, FLASH);
	set_reg(b, 5, 0);
	start(b, 0x08002000u);
	pass(b, 10000000);
	w32(b, DHCSR, 0xA05F0003u);
	assert_false(r32(b, DHCSR) & S_HALT);           /* waits for the bus */
	ns = 10000000u + wait_halt(b, 1000, 100000000u);
	assert_in_range(ns, 30000000u, 30002000u);
	assert_in_range(get_reg(b, 5), 0, 1);
	assert_int_equal(chip_sector_erases(b->chip, 16), 1);
	bench_free(b);
}

static uint64_t run_once(void)
{
	struct bench *b = bench_new("STM32F100RB");
	struct chip_report r;
	uint64_t sum;
	uint32_t i;

	for (i = 0; i < 64; i++)
		w16(b, 0x20000100u + 2u * i, i * 77u);
	unlock(b);
	w32(b, CR, PG);
	start_loader(b, loader, ARRAY_LEN(loader), 0x08000400u, 64);
	sum = wait_halt(b, 777, 10000000);
	r = report(b);
	sum = sum * 31 + r.instructions;
	sum = sum * 31 + b->clk.now_ns;
	bench_free(b);
	return sum;
}

static void two_runs__are_equal_to_the_nanosecond(void **state)
{
	(void)state;
	assert_int_equal(run_once(), run_once());
}

/* The core waits in the BSY loop: short looks execute every turn, a long one passes over. */
static uint64_t turns(uint64_t step_ns)
{
	struct bench *b = bench_new("STM32F100RB");
	uint64_t n;

	unlock(b);
	w32(b, CR, PG);
	start_loader(b, loader, ARRAY_LEN(loader), 0x08000400u, 64);
	wait_halt(b, step_ns, 10000000);
	n = report(b).instructions;
	bench_free(b);
	return n;
}

static void waiting_loop__passed_over_counts_like_executed(void **state)
{
	(void)state;
	assert_true(turns(300) > 64u * 250u);
	assert_int_equal(turns(300), turns(5000000));
	assert_int_equal(turns(1100), turns(70000));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids__are_those_of_the_chip),
		cmocka_unit_test(memories__answer_in_their_ranges_only),
		cmocka_unit_test(wrong_key__locks_until_reset),
		cmocka_unit_test(locked__control_register_and_stores_are_refused),
		cmocka_unit_test(page_erase__takes_30_ms_and_blanks_one_page),
		cmocka_unit_test(flash_read_while_busy__waits_until_the_end),
		cmocka_unit_test(programming__by_debugger_stalls_52_us_each),
		cmocka_unit_test(wrong_width__is_a_bus_error_without_change),
		cmocka_unit_test(not_blank__is_pgerr_unless_zero),
		cmocka_unit_test(mass_erase__takes_30_ms_and_blanks_everything),
		cmocka_unit_test(hsi_off__busy_for_ever),
		cmocka_unit_test(flash_that_sticks__is_busy_until_it_is_let_go),
		cmocka_unit_test(loader_in_ram__programs_at_the_speed_of_flash),
		cmocka_unit_test(core_store_of_a_word__is_refused_and_leaves_flash_alone),
		cmocka_unit_test(core_store_over_data__is_pgerr_and_leaves_flash_alone),
		cmocka_unit_test(loader_reading_flash_while_busy__is_stalled),
		cmocka_unit_test(reset_during_erase__leaves_the_page_undefined_and_says_so),
		cmocka_unit_test(watchdog__resets_a_core_that_its_own_erase_stalls),
		cmocka_unit_test(code_in_flash__stands_still_while_it_erases),
		cmocka_unit_test(waiting_loop__passed_over_counts_like_executed),
		cmocka_unit_test(two_runs__are_equal_to_the_nanosecond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
