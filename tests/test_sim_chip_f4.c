/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_f4.c - the flash interface of F407: sectors, widths, supply,
 * option register, protection.
 */
#include "tests/chip_bench.h"

#define FLASH 0x40023C00u
#define KEYR (FLASH + 0x04)
#define OPTKEYR (FLASH + 0x08)
#define SR (FLASH + 0x0C)
#define CR (FLASH + 0x10)
#define OPTCR (FLASH + 0x14)
#define BSY (1u << 16)
#define STRT (1u << 16)
#define LOCK (1u << 31)
enum { PG = 1, SER = 2, MER = 4, X8 = 0, X16 = 0x100, X32 = 0x200, X64 = 0x300 };
enum { WRPERR = 0x10, PGPERR = 0x40, PGSERR = 0x80 };

static const uint16_t loader[] = { 0x6804, 0x600C, 0x89DD, 0x086E, 0xD2FC, 0x3004, 0x3104,
				   0x3A01, 0xD1F6, 0xBE00 };

static void unlock(struct bench *b)
{
	w32(b, KEYR, 0x45670123u);
	w32(b, KEYR, 0xCDEF89ABu);
	assert_int_equal(r32(b, CR) & LOCK, 0);
}

static void unlock_options(struct bench *b)
{
	w32(b, OPTKEYR, 0x08192A3Bu);
	w32(b, OPTKEYR, 0x4C5D6E7Fu);
	assert_int_equal(r32(b, OPTCR) & 1u, 0);
}

static uint64_t wait_idle(struct bench *b, uint64_t step)
{
	uint64_t t0 = b->clk.now_ns;

	while (r32(b, SR) & BSY)
		pass(b, step);
	return b->clk.now_ns - t0;
}

static void ids__are_those_of_the_chip(void **state)
{
	struct bench *b = bench_new("STM32F407VG");
	uint32_t len;

	(void)state;
	assert_int_equal(chip_dpidr(b->chip), 0x2BA01477u);
	assert_int_equal(r32(b, 0xE000ED00u), 0x410FC241u);
	assert_int_equal(r32(b, 0xE0042000u) & 0xFFFu, 0x413u);
	assert_int_equal(r16(b, 0x1FFF7A22u), 1024u);
	assert_int_equal(r32(b, 0x1FFF7A20u) >> 16, 1024u);
	assert_int_equal(r32(b, OPTCR), 0x0FFFAAEDu);
	assert_int_equal(r32(b, CR), LOCK);
	assert_int_equal(chip_sector_count(b->chip), 12);
	assert_int_equal(chip_sector_addr(b->chip, 4, &len), 0x08010000u);
	assert_int_equal(len, 65536u);
	assert_int_equal(chip_sector_addr(b->chip, 11, &len), 0x080E0000u);
	assert_int_equal(len, 131072u);
	assert_int_equal(chip_sector_addr(b->chip, 12, &len), 0);
	w32(b, 0x1000FFFCu, 0xCAFEu);
	assert_int_equal(r32(b, 0x1000FFFCu), 0xCAFEu);
	w32(b, 0x2001FFFCu, 0xBEEFu);
	assert_true(read_faults(b, 0x20020000u));
	assert_true(read_faults(b, 0x08100000u));
	bench_free(b);
}

static void sector_erase__time_depends_on_size_and_width(void **state)
{
	static const struct { unsigned sector, psize; uint64_t ms; } rows[] = {
		{ 0, X8, 400 }, { 0, X16, 300 }, { 0, X32, 250 }, { 4, X8, 1200 }, { 4, X16, 700 },
		{ 4, X32, 550 }, { 5, X8, 2000 }, { 11, X16, 1300 }, { 11, X32, 1000 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct bench *b = bench_new("STM32F407VG");
		uint32_t len, addr = chip_sector_addr(b->chip, rows[i].sector, &len);

		memset(chip_flash(b->chip, NULL), 0, 0x100000);
		chip_flash_changed(b->chip);
		unlock(b);
		w32(b, CR, SER | rows[i].sector << 3 | rows[i].psize | STRT);
		assert_int_equal(wait_idle(b, 1000000), rows[i].ms * 1000000u);
		assert_int_equal(r32(b, SR), 0);        /* EOP needs EOPIE */
		assert_int_equal(r32(b, addr), 0xFFFFFFFFu);
		assert_int_equal(r32(b, addr + len - 4u), 0xFFFFFFFFu);
		if (rows[i].sector)
			assert_int_equal(r32(b, addr - 4u), 0);
		assert_int_equal(chip_sector_erases(b->chip, rows[i].sector), 1);
		assert_int_equal(report(b).illegal, 0);
		bench_free(b);
	}
}

static void mass_erase__takes_eight_seconds(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	memset(chip_flash(b->chip, NULL), 0, 0x100000);
	unlock(b);
	w32(b, CR, MER | X32 | STRT);
	assert_int_equal(wait_idle(b, 10000000), UINT64_C(8000000000));
	assert_int_equal(r32(b, 0x080FFFFCu), 0xFFFFFFFFu);
	bench_free(b);
}

static void cr_write_while_busy__stalls_and_sr_read_does_not(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	unlock(b);
	w32(b, CR, SER | X32 | STRT);
	assert_int_equal(r32(b, SR), BSY);
	assert_int_equal(b->clk.now_ns, 0);
	w32(b, CR, 0);
	assert_int_equal(b->clk.now_ns, 250000000u);
	assert_int_equal(r32(b, SR), 0);
	bench_free(b);
}

static void programming__each_width_takes_16_us(void **state)
{
	static const struct { unsigned psize, size; } rows[] = { { X8, 1 }, { X16, 2 }, { X32, 4 } };
	struct bench *b = bench_new("STM32F407VG");
	unsigned i;

	(void)state;
	unlock(b);
	for (i = 0; i < 3; i++) {
		uint32_t addr = 0x08004000u + 16u * i, v = 0x12345678u;

		w32(b, CR, PG | rows[i].psize);
		assert_int_equal(chip_write(b->chip, addr, rows[i].size, v), BUS_OK);
		assert_int_equal(wait_idle(b, 100), 16000);
		assert_int_equal(r32(b, SR), 0);
		if (rows[i].size < 4)
			v |= 0xFFFFFFFFu << 8u * rows[i].size;
		assert_int_equal(r32(b, addr), v);
	}
	assert_int_equal(report(b).units_programmed, 3);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

static void wrong_width__is_pgperr(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	unlock(b);
	w32(b, CR, PG | X32);
	w16(b, 0x08000000u, 0);
	assert_int_equal(r32(b, SR), PGPERR);
	assert_int_equal(r32(b, 0x08000000u), 0xFFFFFFFFu);
	w32(b, SR, PGPERR);
	assert_int_equal(r32(b, SR), 0);
	assert_int_equal(report(b).illegal, 1);
	bench_free(b);
}

static void store_without_pg__is_pgserr(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	w32(b, 0x08000000u, 0);
	assert_int_equal(r32(b, SR), PGSERR);
	unlock(b);
	w32(b, SR, PGSERR);
	w32(b, CR, PG | MER | X32);
	w32(b, 0x08000000u, 0);
	assert_int_equal(r32(b, SR), PGSERR);
	w32(b, CR, SER | 12u << 3 | X32 | STRT);
	assert_true(r32(b, SR) & PGSERR);
	assert_int_equal(r32(b, 0x08000000u), 0xFFFFFFFFu);
	assert_int_equal(report(b).illegal, 3);
	bench_free(b);
}

/* st-flash 1.7.0 leaves SER set; silicon programs all the same. */
static void store_with_ser_left_over__is_done_and_noted(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	unlock(b);
	w32(b, CR, PG | SER | X32);
	w32(b, 0x08000000u, 0x12345678u);
	wait_idle(b, 1000);
	assert_int_equal(r32(b, SR) & (PGSERR | PGPERR | WRPERR), 0);
	assert_int_equal(r32(b, 0x08000000u), 0x12345678u);
	assert_int_equal(report(b).illegal, 1);
	bench_free(b);
}

static void low_supply__refuses_wide_access(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	unlock(b);
	chip_set_supply_mv(b->chip, 2600);
	w32(b, CR, PG | X32);
	w32(b, 0x08000000u, 0);
	assert_int_equal(r32(b, SR), PGPERR);
	w32(b, SR, PGPERR);
	w32(b, CR, PG | X16);
	w16(b, 0x08000000u, 0x1234u);
	wait_idle(b, 1000);
	assert_int_equal(r16(b, 0x08000000u), 0x1234u);
	chip_set_supply_mv(b->chip, 2000);
	w16(b, 0x08000002u, 0x1234u);
	assert_int_equal(r32(b, SR), PGPERR);
	w32(b, SR, PGPERR);
	chip_set_supply_mv(b->chip, 3300);
	w32(b, CR, PG | X64);
	w32(b, 0x08000008u, 0x1234u);
	assert_int_equal(r32(b, SR), PGPERR);
	w32(b, SR, PGPERR);
	w32(b, CR, SER | X64 | STRT);
	assert_int_equal(r32(b, SR), PGPERR);
	assert_int_equal(report(b).illegal, 4);
	bench_free(b);
}

static void reprogramming__clears_bits_and_never_sets_them(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	unlock(b);
	w32(b, CR, PG | X32);
	w32(b, 0x08000000u, 0xFFFF0000u);
	w32(b, 0x08000000u, 0x0FFF0000u);
	assert_int_equal(r32(b, 0x08000000u), 0x0FFF0000u);
	assert_int_equal(report(b).illegal, 0);
	w32(b, 0x08000000u, 0xFFFFFFFFu);
	assert_int_equal(r32(b, 0x08000000u), 0x0FFF0000u);
	assert_int_equal(report(b).illegal, 1);
	bench_free(b);
}

static void write_protection__holds_for_one_sector(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	chip_write_protect(b->chip, 1, true);
	assert_int_equal(r32(b, OPTCR), 0x0FFDAAEDu);
	unlock(b);
	w32(b, CR, PG | X32);
	w32(b, 0x08004000u, 0);
	assert_int_equal(r32(b, SR), WRPERR);
	w32(b, SR, WRPERR);
	w32(b, 0x08000000u, 0);
	wait_idle(b, 1000);
	assert_int_equal(r32(b, 0x08000000u), 0);
	w32(b, CR, SER | 1u << 3 | X32 | STRT);
	assert_int_equal(r32(b, SR), WRPERR);
	w32(b, SR, WRPERR);
	w32(b, CR, MER | X32 | STRT);
	assert_int_equal(r32(b, SR), WRPERR);
	assert_int_equal(r32(b, 0x08000000u), 0);
	assert_int_equal(report(b).illegal, 3);
	bench_free(b);
}

static void option_register__is_locked_and_changes_at_start(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	w32(b, OPTCR, 0x0FFE55EEu);
	assert_int_equal(r32(b, OPTCR), 0x0FFFAAEDu);
	assert_int_equal(report(b).illegal, 1);
	unlock_options(b);
	w32(b, OPTCR, 0x0FFEAAECu);
	w32(b, OPTCR, 0x0FFEAAEEu);
	wait_idle(b, 1000000);
	w32(b, OPTCR, r32(b, OPTCR) | 1u);
	assert_int_equal(r32(b, OPTCR), 0x0FFEAAEDu);
	w32(b, AIRCR, 0x05FA0004u);
	assert_int_equal(r32(b, OPTCR), 0x0FFEAAEDu);
	assert_int_equal(report(b).illegal, 1);
	bench_free(b);
}

static void read_protection__level_1_and_back(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	memset(chip_flash(b->chip, NULL), 0x42, 0x100000);
	unlock_options(b);
	w32(b, OPTCR, 0x0FFF55EEu);
	wait_idle(b, 1000000);
	assert_true(read_faults(b, 0x08000000u));
	w32(b, 0x20000000u, 5);
	unlock(b);
	w32(b, CR, PG | X32);
	w32(b, 0x08000000u, 0);
	assert_int_equal(r32(b, SR), WRPERR);
	w32(b, SR, WRPERR);
	w32(b, CR, X32);
	w32(b, OPTCR, 0x0FFFAAEEu);
	assert_int_equal(wait_idle(b, 1000000), UINT64_C(8250000000));
	assert_int_equal(r32(b, 0x08000000u), 0xFFFFFFFFu);
	assert_int_equal(r32(b, 0x080FFFFCu), 0xFFFFFFFFu);
	assert_int_equal(report(b).mass_erases, 1);
	bench_free(b);
}

static void pcrop__turns_the_bits_round_and_goes_with_level_1_to_0(void **state)
{
	struct bench *b = bench_new("STM32F401RE");

	(void)state;
	unlock_options(b);
	w32(b, OPTCR, 0x8004AAEEu);             /* SPRMOD, sector 2 */
	wait_idle(b, 1000000);
	assert_int_equal(r32(b, OPTCR), 0x8004AAECu);
	unlock(b);
	w32(b, CR, PG | X32);
	w32(b, 0x08008000u, 0);
	assert_int_equal(r32(b, SR), WRPERR);
	w32(b, SR, WRPERR);
	w32(b, 0x08004000u, 0);
	wait_idle(b, 1000);
	assert_int_equal(r32(b, SR), 0);
	w32(b, CR, X32);
	w32(b, OPTCR, 0x0FFFAAEEu);             /* not in level 0 */
	assert_int_equal(r32(b, SR), WRPERR);
	w32(b, SR, WRPERR);
	w32(b, OPTCR, 0x800455EEu);
	wait_idle(b, 1000000);
	w32(b, OPTCR, 0x0FFFAAEEu);
	wait_idle(b, 100000000);
	assert_int_equal(r32(b, OPTCR), 0x0FFFAAECu);
	assert_int_equal(report(b).mass_erases, 1);
	assert_int_equal(report(b).illegal, 2);
	bench_free(b);
}

static void level_2__ends_debugging_at_the_next_reset(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	unlock_options(b);
	w32(b, OPTCR, 0x0FFFCCEEu);
	wait_idle(b, 1000000);
	chip_power(b->chip, false);
	chip_power(b->chip, true);
	assert_false(chip_swd_ok(b->chip));
	assert_int_equal(chip_dpidr(b->chip), 0);
	bench_free(b);
}

static void otp__programs_until_its_block_is_locked(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	unlock(b);
	w32(b, CR, PG | X32);
	w32(b, 0x1FFF7800u, 0x11223344u);
	assert_int_equal(r32(b, 0x1FFF7800u), 0x11223344u);
	w32(b, CR, PG | X8);
	assert_int_equal(chip_write(b->chip, 0x1FFF7A00u, 1, 0), BUS_OK);
	w32(b, CR, PG | X32);
	w32(b, 0x1FFF7804u, 0);
	assert_int_equal(r32(b, SR), WRPERR);
	w32(b, SR, WRPERR);
	w32(b, 0x1FFF7820u, 7);
	assert_int_equal(r32(b, 0x1FFF7820u), 7);
	bench_free(b);
}

static void loader_in_ram__programs_words(void **state)
{
	struct bench *b = bench_new("STM32F407VG");
	uint64_t ns;
	uint32_t i;

	(void)state;
	for (i = 0; i < 256; i++)
		w32(b, 0x20000100u + 4u * i, 0xA0000000u + i);
	unlock(b);
	w32(b, CR, PG | X32);
	halt(b);
	put_code(b, 0x20000000u, loader, ARRAY_LEN(loader));
	set_reg(b, 0, 0x20000100u);
	set_reg(b, 1, 0x08020000u);
	set_reg(b, 2, 256);
	set_reg(b, 3, FLASH);
	start(b, 0x20000000u);
	ns = wait_halt(b, 1000, 100000000);
	for (i = 0; i < 256; i++)
		assert_int_equal(r32(b, 0x08020000u + 4u * i), 0xA0000000u + i);
	assert_in_range(ns, 256u * 16000u, 256u * (16000u + 10u * 94u) + 1000u);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids__are_those_of_the_chip),
		cmocka_unit_test(sector_erase__time_depends_on_size_and_width),
		cmocka_unit_test(mass_erase__takes_eight_seconds),
		cmocka_unit_test(cr_write_while_busy__stalls_and_sr_read_does_not),
		cmocka_unit_test(programming__each_width_takes_16_us),
		cmocka_unit_test(wrong_width__is_pgperr),
		cmocka_unit_test(store_without_pg__is_pgserr),
		cmocka_unit_test(store_with_ser_left_over__is_done_and_noted),
		cmocka_unit_test(low_supply__refuses_wide_access),
		cmocka_unit_test(reprogramming__clears_bits_and_never_sets_them),
		cmocka_unit_test(write_protection__holds_for_one_sector),
		cmocka_unit_test(option_register__is_locked_and_changes_at_start),
		cmocka_unit_test(read_protection__level_1_and_back),
		cmocka_unit_test(pcrop__turns_the_bits_round_and_goes_with_level_1_to_0),
		cmocka_unit_test(level_2__ends_debugging_at_the_next_reset),
		cmocka_unit_test(otp__programs_until_its_block_is_locked),
		cmocka_unit_test(loader_in_ram__programs_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
