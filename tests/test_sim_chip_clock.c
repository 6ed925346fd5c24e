/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_clock.c - clock trees of the virtual chips: how fast the core becomes, and that
 * every step which the manuals forbid on the way is counted. And the CRC unit, whose time is that
 * of the bus clock.
 */
#include "tests/chip_bench.h"

#define F1_RCC 0x40021000u
#define F1_ACR 0x40022000u
#define RCC 0x40023800u         /* F4, L1 */
#define ACR 0x40023C00u         /* F4, L1 */
#define PWR 0x40007000u
#define CRC 0x40023000u
#define PLLON (1u << 24)
#define PLLRDY (1u << 25)

/* Instructions in a millisecond of a loop in SRAM. */
static uint64_t pace(struct bench *b)
{
	static const uint16_t code[] = { 0x3001, 0xE7FD };      /* adds r0, #1; b . - 2 */
	uint64_t n;

	halt(b);
	put_code(b, 0x20000000u, code, 2);
	start(b, 0x20000000u);
	n = report(b).instructions;
	pass(b, 1000000);
	n = report(b).instructions - n;
	halt(b);
	return n;
}

/* 1.5 cycles each, in whole picoseconds. */
static void assert_mhz(struct bench *b, uint64_t mhz)
{
	uint64_t n = pace(b), want = mhz * 2000u / 3u;

	assert_in_range(n, want - want / 10000u - 1u, want + want / 10000u + 1u);
	assert_int_equal(report(b).hclk_hz, mhz * 1000000u);
}

/* A counted act, and what its words begin with behind time and culprit. */
static void assert_counted(struct bench *b, unsigned n, const char *words)
{
	const char *text;

	assert_int_equal(report(b).illegal, n);
	text = chip_illegal(b->chip, n - 1u);
	assert_non_null(text);
	if (!strstr(text, words))
		fail_msg("\"%s\" says nothing of \"%s\"", text, words);
}

static void f100__goes_to_24_mhz_and_no_further(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	w32(b, F1_RCC + 4u, 4u << 18);                  /* HSI/2 x 6 */
	w32(b, F1_RCC, 0x83u | PLLON);
	pass(b, 200000);
	assert_true(r32(b, F1_RCC) & PLLRDY);
	w32(b, F1_RCC + 4u, 4u << 18 | 2u);
	assert_mhz(b, 24);
	assert_int_equal(report(b).illegal, 0);
	w32(b, F1_RCC + 4u, 4u << 18);
	w32(b, F1_RCC, 0x83u);
	w32(b, F1_RCC + 4u, 5u << 18);                  /* x 7 */
	w32(b, F1_RCC, 0x83u | PLLON);
	assert_counted(b, 1, "PLL output");
	pass(b, 200000);
	w32(b, F1_RCC + 4u, 5u << 18 | 2u);
	assert_counted(b, 2, "system clock of 28000000 Hz");
	bench_free(b);
}

static void f103__needs_wait_states_and_a_slower_apb1(void **state)
{
	struct bench *b = bench_new("STM32F103C8");
	const uint32_t mul = 14u << 18;                 /* HSI/2 x 16 = 64 MHz, the most from it */

	(void)state;
	halt(b);
	assert_int_equal(r32(b, F1_ACR), 0x30u);
	w32(b, F1_RCC + 4u, mul);
	w32(b, F1_RCC, 0x83u | PLLON);
	pass(b, 200000);
	w32(b, F1_RCC + 4u, mul | 4u << 8);             /* APB1 half */
	w32(b, F1_ACR, 0x32u);
	w32(b, F1_RCC + 4u, mul | 4u << 8 | 2u);
	assert_mhz(b, 64);
	assert_int_equal(report(b).illegal, 0);
	w32(b, F1_ACR, 0x31u);
	assert_counted(b, 1, "flash read at 64000000 Hz with 1 wait states");
	w32(b, F1_ACR, 0x32u);
	w32(b, F1_RCC + 4u, mul | 2u);
	assert_counted(b, 2, "APB1 clock of 64000000 Hz");
	w32(b, F1_RCC + 4u, mul);                       /* back to the HSI, then the rest */
	w32(b, F1_RCC, 0x83u);
	w32(b, F1_RCC + 4u, 0);
	w32(b, F1_ACR, 0x30u);
	assert_mhz(b, 8);
	assert_int_equal(report(b).illegal, 2);
	bench_free(b);
}

static void f103__clock_first_and_wait_states_later__is_counted(void **state)
{
	struct bench *b = bench_new("STM32F103C8");

	(void)state;
	halt(b);
	w32(b, F1_RCC + 4u, 10u << 18 | 4u << 8);       /* x 12 = 48 MHz */
	w32(b, F1_RCC, 0x83u | PLLON);
	pass(b, 200000);
	w32(b, F1_RCC + 4u, 10u << 18 | 4u << 8 | 2u);
	assert_counted(b, 1, "flash read at 48000000 Hz with 0 wait states");
	w32(b, F1_ACR, 0x31u);
	w32(b, F1_RCC + 4u, 10u << 18 | 4u << 8 | 2u);
	assert_int_equal(report(b).illegal, 1);
	bench_free(b);
}

static void f4_pll(struct bench *b, uint32_t n, uint32_t p)
{
	w32(b, RCC + 4u, 0x20000000u | (p / 2u - 1u) << 16 | n << 6 | 16u);    /* 1 MHz x N / P */
	w32(b, RCC, 0x83u | PLLON);
	pass(b, 300000);
	assert_true(r32(b, RCC) & PLLRDY);
}

static void f407__goes_to_168_mhz_by_its_rules(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	halt(b);
	f4_pll(b, 336, 2);
	w32(b, ACR, 5u);
	w32(b, RCC + 8u, 5u << 10 | 4u << 13);          /* APB1 / 4, APB2 / 2 */
	w32(b, RCC + 8u, 5u << 10 | 4u << 13 | 2u);
	assert_mhz(b, 168);
	assert_int_equal(report(b).illegal, 0);
	w32(b, RCC + 4u, 0x24003010u);
	assert_counted(b, 1, "changes the PLL while it is on");
	chip_set_supply_mv(b->chip, 2500);
	assert_counted(b, 2, "flash read at 168000000 Hz with 5 wait states");
	chip_set_supply_mv(b->chip, 3300);
	w32(b, RCC + 0x40u, 1u << 28);
	w32(b, PWR, 0);                                 /* scale 2: 144 MHz */
	assert_counted(b, 3, "VOS 0 allows 144000000");
	w32(b, PWR, 0x4000u);
	w32(b, ACR, 4u);
	assert_counted(b, 4, "flash read");
	w32(b, RCC + 8u, 0);
	w32(b, RCC, 0x83u);
	w32(b, ACR, 0);
	assert_mhz(b, 16);
	assert_int_equal(report(b).illegal, 4);
	bench_free(b);
}

static void f407__pll_out_of_its_ranges__is_counted(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	halt(b);
	w32(b, RCC + 4u, 0x20000000u | 168u << 6 | 4u);         /* 4 MHz into the PLL */
	w32(b, RCC, 0x83u | PLLON);
	assert_counted(b, 1, "PLL input behind PLLM");
	w32(b, RCC, 0x83u);
	w32(b, RCC + 4u, 0x20000000u | 433u << 6 | 16u);
	w32(b, RCC, 0x83u | PLLON);
	assert_counted(b, 2, "PLL oscillator");
	bench_free(b);
}

static void f401__goes_to_84_mhz_by_its_rules(void **state)
{
	struct bench *b = bench_new("STM32F401RE");

	(void)state;
	halt(b);
	f4_pll(b, 336, 4);
	w32(b, ACR, 2u);
	w32(b, RCC + 8u, 4u << 10 | 2u);
	assert_mhz(b, 84);
	assert_int_equal(report(b).illegal, 0);
	w32(b, RCC + 0x40u, 1u << 28);
	assert_int_equal(r32(b, PWR), 0x8000u);
	w32(b, PWR, 0x4000u);
	assert_counted(b, 1, "changes VOS while the PLL is on");
	assert_int_equal(r32(b, PWR), 0x8000u);
	w32(b, ACR, 1u);
	assert_counted(b, 2, "flash read at 84000000 Hz with 1 wait states");
	w32(b, ACR, 2u);
	w32(b, RCC + 8u, 0);
	w32(b, RCC, 0x83u);
	f4_pll(b, 352, 4);
	w32(b, ACR, 3u);
	w32(b, RCC + 8u, 5u << 10 | 4u << 13 | 2u);
	assert_counted(b, 3, "system clock of 88000000 Hz");
	bench_free(b);
}

static void l1__msi_ranges__set_the_pace(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	assert_in_range(pace(b), 1397, 1399);           /* 2.097 MHz */
	w32(b, RCC + 4u, 6u << 13);
	assert_in_range(pace(b), 2795, 2797);           /* 4.194 MHz */
	w32(b, RCC + 4u, 0);
	assert_in_range(pace(b), 43, 45);               /* 65.536 kHz */
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

static void l1__hsi_in_range_2__needs_a_wait_state(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	halt(b);
	w32(b, RCC, 0x101u);
	assert_int_equal(r32(b, RCC) & 2u, 0);          /* not at once */
	w32(b, RCC + 8u, 1u);
	assert_counted(b, 1, "a clock that is not ready");
	pass(b, 6000);
	assert_int_equal(r32(b, RCC) & 2u, 2u);
	w32(b, ACR, 1u);
	assert_counted(b, 2, "before ACC64");
	w32(b, ACR, 4u);
	w32(b, ACR, 5u);
	w32(b, RCC + 8u, 1u);
	assert_mhz(b, 16);
	w32(b, ACR, 1u);
	assert_counted(b, 3, "clears ACC64 in use");
	assert_int_equal(r32(b, ACR), 5u);
	w32(b, ACR, 4u);
	assert_counted(b, 4, "flash read at 16000000 Hz with 0 wait states");
	w32(b, RCC + 8u, 0);
	w32(b, RCC, 0x100u);
	w32(b, ACR, 0);
	assert_in_range(pace(b), 1397, 1399);
	assert_int_equal(report(b).illegal, 4);
	bench_free(b);
}

static void l1__pll_of_32_mhz__needs_range_1(void **state)
{
	struct bench *b = bench_new("STM32L152RB");
	const uint32_t pll = 1u << 18 | 1u << 22;       /* HSI x 4 / 2 */

	(void)state;
	halt(b);
	w32(b, RCC, 0x101u);
	pass(b, 6000);
	w32(b, ACR, 4u);
	w32(b, ACR, 5u);
	w32(b, PWR, 1u << 11);
	assert_counted(b, 1, "PWR written without its clock");
	w32(b, RCC + 8u, pll);
	w32(b, RCC, 0x101u | PLLON);
	assert_counted(b, 2, "PLL oscillator too fast");        /* 64 MHz in range 2 */
	w32(b, RCC, 0x101u);
	w32(b, RCC + 0x24u, 1u << 28);
	assert_int_equal(r32(b, PWR), 0x1000u);
	w32(b, PWR, 0);
	assert_counted(b, 3, "VOS has no such value");
	w32(b, PWR, 1u << 11);
	w32(b, RCC, 0x101u | PLLON);
	pass(b, 160000);
	w32(b, RCC + 8u, pll | 3u);
	assert_mhz(b, 32);
	assert_int_equal(report(b).illegal, 3);
	w32(b, PWR, 2u << 11);
	assert_counted(b, 4, "VOS 2 allows 16000000");
	bench_free(b);
}

static void l1__range_3__is_slow_and_programs_nothing(void **state)
{
	struct bench *b = bench_new("STM32L152RB");

	(void)state;
	halt(b);
	w32(b, RCC + 0x24u, 1u << 28);
	w32(b, PWR, 3u << 11);
	assert_int_equal(report(b).illegal, 0);
	w32(b, RCC + 4u, 6u << 13);
	assert_counted(b, 1, "flash read at 4194000 Hz with 0 wait states");
	w32(b, ACR + 0x0Cu, 0x89ABCDEFu);
	w32(b, ACR + 0x0Cu, 0x02030405u);
	w32(b, 0x08080000u, 0x12345678u);
	assert_counted(b, 2, "in voltage range 3");
	assert_int_equal(r32(b, 0x08080000u), 0);
	bench_free(b);
}

static void hse__is_there_only_if_the_board_has_it(void **state)
{
	struct bench *b = bench_new("STM32F103C8");

	(void)state;
	halt(b);
	w32(b, F1_RCC, 0x83u | 1u << 16);
	pass(b, 100000000);
	assert_int_equal(r32(b, F1_RCC) >> 17 & 1u, 0);
	chip_set_hse(b->chip, 8000000u, false);
	assert_int_equal(r32(b, F1_RCC) >> 17 & 1u, 1);
	w32(b, F1_RCC, 0x83u);
	w32(b, F1_RCC, 0x83u | 5u << 16);               /* a crystal gives no signal to HSEBYP */
	pass(b, 100000000);
	assert_int_equal(r32(b, F1_RCC) >> 17 & 1u, 0);
	chip_set_hse(b->chip, 8000000u, true);
	assert_int_equal(r32(b, F1_RCC) >> 17 & 1u, 1);
	bench_free(b);
}

static void crc_unit__matches_a_known_value(void **state)
{
	static const struct { const char *chip; uint32_t enr, bits; } units[] = {
		{ "STM32F100RB", F1_RCC + 0x14u, 0x54u }, { "STM32F103C8", F1_RCC + 0x14u, 0x54u },
		{ "STM32L152RB", RCC + 0x1Cu, 1u << 12 | 1u << 15 },
		{ "STM32F407VG", RCC + 0x30u, 1u << 12 }, { "STM32F401RE", RCC + 0x30u, 1u << 12 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(units); i++) {
		struct bench *b = bench_new(units[i].chip);

		w32(b, CRC, 0x12345678u);
		assert_counted(b, 1, "CRC written without its clock");
		assert_int_equal(r32(b, CRC), 0);
		w32(b, units[i].enr, units[i].bits);
		assert_int_equal(r32(b, CRC), UINT32_MAX);
		w32(b, CRC, 0x12345678u);
		assert_int_equal(r32(b, CRC), 0xDF8A8A2Bu);
		w32(b, CRC + 4u, 0x1AAu);
		w32(b, CRC + 8u, 1u);
		assert_int_equal(r32(b, CRC), UINT32_MAX);
		assert_int_equal(r32(b, CRC + 4u), 0xAAu);      /* CRC_IDR outlives it */
		assert_int_equal(report(b).illegal, 1);
		w16(b, CRC, 0x5678u);
		assert_counted(b, 2, "less than a word");
		bench_free(b);
	}
}

static void crc_unit__stalls_the_core_for_four_clocks(void **state)
{
	/* loop: str r1, [r0]; subs r2, #1; bne loop; bkpt */
	static const uint16_t code[] = { 0x6001, 0x3A01, 0xD1FC, 0xBE00 };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	w32(b, F1_RCC + 0x14u, 0x54u);
	put_code(b, 0x20000000u, code, ARRAY_LEN(code));
	set_reg(b, 0, CRC);
	set_reg(b, 1, 0x12345678u);
	set_reg(b, 2, 1000);
	start(b, 0x20000000u);
	/* 1000 turns of 3 x 1.5 + 4 cycles of 125 ns */
	assert_in_range(wait_halt(b, 1000, 2000000), 1062500u - 2000u, 1062500u + 2000u);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(f100__goes_to_24_mhz_and_no_further),
		cmocka_unit_test(f103__needs_wait_states_and_a_slower_apb1),
		cmocka_unit_test(f103__clock_first_and_wait_states_later__is_counted),
		cmocka_unit_test(f407__goes_to_168_mhz_by_its_rules),
		cmocka_unit_test(f407__pll_out_of_its_ranges__is_counted),
		cmocka_unit_test(f401__goes_to_84_mhz_by_its_rules),
		cmocka_unit_test(l1__msi_ranges__set_the_pace),
		cmocka_unit_test(l1__hsi_in_range_2__needs_a_wait_state),
		cmocka_unit_test(l1__pll_of_32_mhz__needs_range_1),
		cmocka_unit_test(l1__range_3__is_slow_and_programs_nothing),
		cmocka_unit_test(hse__is_there_only_if_the_board_has_it),
		cmocka_unit_test(crc_unit__matches_a_known_value),
		cmocka_unit_test(crc_unit__stalls_the_core_for_four_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
