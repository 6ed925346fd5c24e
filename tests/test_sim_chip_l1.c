/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_l1.c - the flash interface of L152: erased is 0, pages, words, half
 * pages, EEPROM, option words.
 */
#include "tests/chip_bench.h"

#define FLASH 0x40023C00u
#define PECR (FLASH + 0x04)
#define PEKEYR (FLASH + 0x0C)
#define PRGKEYR (FLASH + 0x10)
#define OPTKEYR (FLASH + 0x14)
#define SR (FLASH + 0x18)
#define OBR (FLASH + 0x1C)
#define WRPR (FLASH + 0x20)
#define OB 0x1FF80000u
enum { PROG = 8, ERASE = 0x200, FPRG = 0x400, OBL_LAUNCH = 1 << 18 };
enum { BSY = 1, EOP = 2, WRPERR = 0x100, PGAERR = 0x200, SIZERR = 0x400, ERRORS = 0x1F00 };

static const uint16_t half_page_code[] = { 0x6804, 0x600C, 0x3004, 0x3104, 0x3A01, 0xD1F9, 0x699D,
					   0x086E, 0xD2FC, 0xBE00 };

static void unlock(struct bench *b)
{
	w32(b, PEKEYR, 0x89ABCDEFu);
	w32(b, PEKEYR, 0x02030405u);
	assert_int_equal(r32(b, PECR), 6u);
	w32(b, PRGKEYR, 0x8C9DAEBFu);
	w32(b, PRGKEYR, 0x13141516u);
	assert_int_equal(r32(b, PECR), 4u);
}

static void unlock_options(struct bench *b)
{
	unlock(b);
	w32(b, OPTKEYR, 0xFBEAD9C8u);
	w32(b, OPTKEYR, 0x24252627u);
	assert_int_equal(r32(b, PECR), 0);
}

static uint64_t wait_idle(struct bench *b)
{
	uint64_t t0 = b->clk.now_ns;

	while (r32(b, SR) & BSY)
		pass(b, 10000);
	return b->clk.now_ns - t0;
}

static void fill(struct bench *b, uint8_t v)
{
	memset(chip_flash(b->chip, NULL), v, 0x20000);
	chip_flash_changed(b->chip);
}

static void ids__are_those_of_the_chip(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	assert_int_equal(chip_dpidr(b->chip), 0x2BA01477u);
	assert_int_equal(r32(b, 0xE0042000u) & 0xFFFu, 0x416u);
	assert_int_equal(r16(b, 0x1FF8004Cu), 128u);
	assert_int_equal(r32(b, OB), 0xFF5500AAu);
	assert_int_equal(r32(b, OBR), 0x00F800AAu);
	assert_int_equal(r32(b, WRPR), 0);
	assert_int_equal(r32(b, PECR), 7u);
	assert_int_equal(r32(b, 0x08000000u), 0);
	assert_int_equal(r32(b, 0x0801FFFCu), 0);
	assert_int_equal(r32(b, 0x40023800u), 0x300u);
	bench_free(b);
}

static void keys__open_one_lock_each_and_in_order(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	w32(b, PRGKEYR, 0x8C9DAEBFu);
	assert_int_equal(report(b).illegal, 1);
	w32(b, PRGKEYR, 0x13141516u);
	assert_int_equal(r32(b, PECR), 7u);
	unlock(b);
	w32(b, PECR, 1u);
	assert_int_equal(r32(b, PECR), 7u);
	assert_int_equal(chip_write(b->chip, PEKEYR, 4, 0x12345678u), BUS_FAULT);
	assert_int_equal(chip_write(b->chip, PEKEYR, 4, 0x89ABCDEFu), BUS_FAULT);
	w32(b, AIRCR, 0x05FA0004u);
	unlock(b);
	bench_free(b);
}

static void page_erase__takes_3_94_ms_and_zeroes_256_bytes(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	fill(b, 0x55);
	unlock(b);
	w32(b, PECR, PROG | ERASE);
	w32(b, 0x08000100u, 0);
	assert_int_equal(wait_idle(b), 3940000u);
	assert_int_equal(r32(b, SR) & ERRORS, 0);
	assert_int_equal(r32(b, 0x080000FCu), 0x55555555u);
	assert_int_equal(r32(b, 0x08000100u), 0);
	assert_int_equal(r32(b, 0x080001FCu), 0);
	assert_int_equal(r32(b, 0x08000200u), 0x55555555u);
	assert_int_equal(chip_sector_erases(b->chip, 1), 1);
	w32(b, 0x08000204u, 0);
	assert_true(r32(b, SR) & PGAERR);
	w32(b, SR, PGAERR);
	w32(b, 0x08000200u, 1);
	assert_true(r32(b, SR) & PGAERR);
	assert_int_equal(r32(b, 0x08000200u), 0x55555555u);
	assert_int_equal(report(b).illegal, 2);
	bench_free(b);
}

static void word__takes_3_28_ms_and_other_widths_are_refused(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	unlock(b);
	w32(b, PECR, PROG);
	w32(b, 0x08000010u, 0x12345678u);
	assert_int_equal(wait_idle(b), 3280000u);
	assert_int_equal(r32(b, 0x08000010u), 0x12345678u);
	w16(b, 0x08000020u, 0x1234u);
	assert_true(r32(b, SR) & SIZERR);
	assert_int_equal(r32(b, 0x08000020u), 0);
	assert_int_equal(report(b).illegal, 1);
	w32(b, SR, SIZERR);
	w32(b, 0x08000010u, 0x00000001u);
	assert_int_equal(report(b).illegal, 2);
	bench_free(b);
}

static void locked__stores_are_wrperr(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	w32(b, 0x08000010u, 1);
	assert_true(r32(b, SR) & WRPERR);
	w32(b, SR, WRPERR);
	w32(b, 0x08080000u, 1);
	assert_true(r32(b, SR) & WRPERR);
	assert_int_equal(r32(b, 0x08080000u), 0);
	assert_int_equal(report(b).illegal, 2);
	bench_free(b);
}

static void half_page__by_debugger_burst_takes_one_time(void **state)
{
	struct bench *b = bench_new("STM32L152RB");
	uint32_t i;

	(void)state;
	unlock(b);
	w32(b, PECR, PROG | FPRG);
	for (i = 0; i < 32; i++)
		w32(b, 0x08000080u + 4u * i, 0x1000u + i);
	assert_int_equal(wait_idle(b), 3280000u);
	for (i = 0; i < 32; i++)
		assert_int_equal(r32(b, 0x08000080u + 4u * i), 0x1000u + i);
	assert_int_equal(report(b).units_programmed, 1);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

static void half_page__broken_rules_write_nothing(void **state)
{
	struct bench *b = bench_new("STM32L152RB");
	uint32_t i;

	(void)state;
	unlock(b);
	w32(b, PECR, PROG | FPRG);
	w32(b, 0x08000084u, 1);                         /* not at its start */
	assert_true(r32(b, SR) & PGAERR);
	w32(b, SR, PGAERR);
	for (i = 0; i < 5; i++)
		w32(b, 0x08000080u + 4u * i, 1);
	w32(b, 0x08000080u + 24u, 1);                   /* a hole */
	assert_true(r32(b, SR) & PGAERR);
	w32(b, SR, PGAERR);
	w32(b, 0x08000080u, 1);
	w16(b, 0x08000084u, 1);                         /* a half-word */
	assert_true(r32(b, SR) & SIZERR);
	for (i = 0; i < 32; i++)
		assert_int_equal(r32(b, 0x08000080u + 4u * i), 0);
	assert_int_equal(report(b).illegal, 3);
	assert_int_equal(report(b).units_programmed, 0);
	bench_free(b);
}

static void half_page__by_code_in_ram(void **state)
{
	struct bench *b = bench_new("STM32L152RB");
	uint64_t ns;
	uint32_t i;

	(void)state;
	for (i = 0; i < 32; i++)
		w32(b, 0x20000100u + 4u * i, 0xC0DE0000u + i);
	unlock(b);
	w32(b, PECR, PROG | FPRG);
	halt(b);
	put_code(b, 0x20000000u, half_page_code, ARRAY_LEN(half_page_code));
	set_reg(b, 0, 0x20000100u);
	set_reg(b, 1, 0x08000400u);
	set_reg(b, 2, 32);
	set_reg(b, 3, FLASH);
	start(b, 0x20000000u);
	ns = wait_halt(b, 1000, 100000000);
	for (i = 0; i < 32; i++)
		assert_int_equal(r32(b, 0x08000400u + 4u * i), 0xC0DE0000u + i);
	/* 32 x 6 instructions of 715.3 ns, then 3.28 ms */
	assert_in_range(ns, 3280000u + 180u * 715u, 3280000u + 210u * 716u);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

static void half_page__by_code_in_flash_is_refused(void **state)
{
	struct bench *b = bench_new("STM32L152RB");
	uint8_t *f = chip_flash(b->chip, NULL);

	(void)state;
	memcpy(f + 0x1000, half_page_code, sizeof half_page_code);
	chip_flash_changed(b->chip);
	unlock(b);
	w32(b, PECR, PROG | FPRG);
	halt(b);
	set_reg(b, 0, 0x20000100u);
	set_reg(b, 1, 0x08000400u);
	set_reg(b, 2, 1);
	set_reg(b, 3, FLASH);
	start(b, 0x08001000u);
	wait_halt(b, 10000, 100000000);
	assert_true(r32(b, SR) & PGAERR);
	assert_int_equal(r32(b, 0x08000400u), 0);
	bench_free(b);
}

static void eeprom__takes_every_width(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	w32(b, PEKEYR, 0x89ABCDEFu);
	w32(b, PEKEYR, 0x02030405u);
	w32(b, 0x08080000u, 0x11223344u);
	w16(b, 0x08080002u, 0xAABBu);
	assert_int_equal(chip_write(b->chip, 0x08080000u, 1, 0xCC), BUS_OK);
	assert_int_equal(r32(b, 0x08080000u), 0xAABB33CCu);
	assert_int_equal(report(b).illegal, 0);
	assert_int_equal(b->clk.now_ns, 3u * 3280000u);
	assert_true(read_faults(b, 0x08081000u));
	bench_free(b);
}

static void write_protection__covers_sixteen_pages(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	chip_write_protect(b->chip, 17, true);
	assert_int_equal(r32(b, WRPR), 2u);
	assert_int_equal(r32(b, OB + 8u), 0xFFFD0002u);
	unlock(b);
	w32(b, PECR, PROG);
	w32(b, 0x08001000u, 1);
	assert_true(r32(b, SR) & WRPERR);
	w32(b, SR, WRPERR);
	w32(b, 0x08000FFCu, 1);
	wait_idle(b);
	assert_int_equal(r32(b, 0x08000FFCu), 1);
	assert_int_equal(r32(b, 0x08001000u), 0);
	bench_free(b);
}

static void read_protection__and_back_erases_everything(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	fill(b, 0x42);
	unlock_options(b);
	w32(b, OB, 0xFF5500AAu ^ 0x00110011u);
	wait_idle(b);
	assert_int_equal(r32(b, 0x08000000u), 0x42424242u);
	w32(b, PECR, OBL_LAUNCH);
	assert_true(read_faults(b, 0x08000000u));
	assert_int_equal(r16(b, 0x1FF8004Cu), 128u);
	unlock_options(b);
	w32(b, OB, 0xFF5500AAu);
	wait_idle(b);
	w32(b, PECR, OBL_LAUNCH);
	assert_int_equal(r32(b, 0x08000000u), 0);
	assert_int_equal(r32(b, 0x0801FFFCu), 0);
	/* The other option words went with the erase; the chip has its defaults for them. */
	assert_int_equal(r32(b, OBR), 0x007800AAu);
	assert_int_equal(r32(b, OB + 4u), 0);
	assert_true(r32(b, SR) & 1u << 11);
	assert_int_equal(report(b).mass_erases, 1);
	assert_int_equal(report(b).resets, 2);
	bench_free(b);
}

static void higher_clock__makes_the_core_faster(void **state)
{
	static const uint16_t code[] = { 0x3001, 0xE7FD };
	struct bench *b = bench_new("STM32L152RB");
	uint64_t before;

	(void)state;
	halt(b);
	w32(b, 0x40023800u, 0x301u);
	pass(b, 6000);
	w32(b, 0x40023C00u, 4u);                        /* 64 bits, then a wait state */
	w32(b, 0x40023C00u, 5u);
	assert_int_equal(r32(b, 0x40023800u) & 3u, 3u);
	w32(b, 0x40023808u, 1u);
	assert_int_equal(r32(b, 0x40023808u) & 0xFu, 5u);
	put_code(b, 0x20000000u, code, 2);
	start(b, 0x20000000u);
	before = report(b).instructions;
	pass(b, 93750);
	assert_int_equal(report(b).instructions - before, 1000);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids__are_those_of_the_chip),
		cmocka_unit_test(keys__open_one_lock_each_and_in_order),
		cmocka_unit_test(page_erase__takes_3_94_ms_and_zeroes_256_bytes),
		cmocka_unit_test(word__takes_3_28_ms_and_other_widths_are_refused),
		cmocka_unit_test(locked__stores_are_wrperr),
		cmocka_unit_test(half_page__by_debugger_burst_takes_one_time),
		cmocka_unit_test(half_page__broken_rules_write_nothing),
		cmocka_unit_test(half_page__by_code_in_ram),
		cmocka_unit_test(half_page__by_code_in_flash_is_refused),
		cmocka_unit_test(eeprom__takes_every_width),
		cmocka_unit_test(write_protection__covers_sixteen_pages),
		cmocka_unit_test(read_protection__and_back_erases_everything),
		cmocka_unit_test(higher_clock__makes_the_core_faster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
