/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_sleep.c - firmware that really executes WFI: when its chip's bus has no clock for a
 * debugger, which clocks stand, and what it is like after it wakes.
 */
#include "tests/chip_bench.h"

#define RCC 0x40021000u
#define PWR 0x40007000u
#define IWDG 0x40003000u
#define TIM2 0x40000000u
#define DBGMCU_CR 0xE0042004u
#define SCR 0xE000ED10u
#define SYST 0xE000E010u
#define SLEEPDEEP 4u
#define DBG_SLEEP 1u
#define DBG_STOP 2u
#define MS UINT64_C(1000000)

/* Halted, with code in flash: 40: wfi; adds r4, #1; b 40; SysTick at 46: adds r5, #1, 1500 turns of
 * a loop, bx lr. */
static struct bench *sleeper(void)
{
	uint16_t fw[64] = { 0x1000, 0x2000, 0x0041, 0x0800 };
	struct bench *b = bench_new("STM32F100RB");

	fw[30] = 0x0047;
	fw[31] = 0x0800;
	fw[0x20] = 0xBF30;
	fw[0x21] = 0x3401;
	fw[0x22] = 0xE7FC;
	fw[0x23] = 0x3501;
	fw[0x24] = 0xF240;              /* movw r6, #1500 */
	fw[0x25] = 0x56DC;
	fw[0x26] = 0x3E01;
	fw[0x27] = 0xD1FD;
	fw[0x28] = 0x4770;
	burn(b, fw, sizeof fw);
	w32(b, AIRCR, 0x05FA0004u);
	halt(b);
	set_reg(b, 4, 0);
	set_reg(b, 5, 0);
	set_reg(b, 15, 0x08000040u);
	return b;
}

/* SysTick every millisecond of 8 MHz, with its interrupt. */
static void tick(struct bench *b)
{
	w32(b, SYST + 4u, 7999u);
	w32(b, SYST + 8u, 0);
	w32(b, SYST, 7u);
}

static void wfi__takes_the_debuggers_clock_unless_dbg_sleep(void **state)
{
	struct bench *b = sleeper();

	(void)state;
	assert_true(chip_debug_clock(b->chip));
	go(b);
	pass(b, MS);
	assert_false(chip_debug_clock(b->chip));
	w32(b, DBGMCU_CR, DBG_STOP);
	assert_false(chip_debug_clock(b->chip));
	w32(b, DBGMCU_CR, DBG_SLEEP);
	assert_true(chip_debug_clock(b->chip));
	w32(b, DBGMCU_CR, 0);
	chip_nrst(b->chip, true);
	assert_true(chip_debug_clock(b->chip));
	chip_nrst(b->chip, false);
	pass(b, MS);
	assert_false(chip_debug_clock(b->chip));
	bench_free(b);
}

static void wfi__lets_the_debugger_in_while_an_interrupt_is_served(void **state)
{
	struct bench *b = sleeper();
	unsigned in = 0, i;

	(void)state;
	tick(b);
	go(b);
	/* 1500 turns x 2 x 1.5 of 8000 cycles, but for the first millisecond: 506 of 1000 looks */
	for (i = 0; i < 1000; i++) {
		pass(b, 10000);
		in += chip_debug_clock(b->chip);
	}
	assert_in_range(in, 500, 520);
	halt(b);
	assert_in_range(get_reg(b, 5), 9, 11);
	assert_int_equal(get_reg(b, 4), get_reg(b, 5));
	bench_free(b);
}

static void stop__no_tick_wakes_it_and_no_timer_counts(void **state)
{
	struct bench *b = sleeper();
	uint32_t before;

	(void)state;
	w32(b, RCC + 0x1Cu, 1u);
	w32(b, TIM2 + 0x2Cu, 0xFFFFu);
	w32(b, TIM2, 1u);
	w32(b, SCR, SLEEPDEEP);
	tick(b);
	go(b);
	pass(b, MS);
	before = r32(b, TIM2 + 0x24u);
	assert_false(chip_debug_clock(b->chip));
	assert_int_equal(report(b).hclk_hz, 0);
	pass(b, 100 * MS);
	assert_int_equal(r32(b, TIM2 + 0x24u), before);
	w32(b, DBGMCU_CR, DBG_SLEEP);                   /* not the bit for this */
	assert_false(chip_debug_clock(b->chip));
	chip_nrst(b->chip, true);
	chip_nrst(b->chip, false);
	assert_int_equal(report(b).hclk_hz, 8000000);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

static void stop__with_dbg_stop__goes_on_with_the_hsi(void **state)
{
	struct bench *b = sleeper();

	(void)state;
	w32(b, DBGMCU_CR, DBG_STOP);
	w32(b, RCC + 4u, 4u << 18);                     /* HSI/2 x 6 */
	w32(b, RCC, 0x01000083u);
	pass(b, 200000);
	w32(b, RCC + 4u, 4u << 18 | 2u);
	assert_int_equal(report(b).hclk_hz, 24000000);
	w32(b, SCR, SLEEPDEEP);
	tick(b);
	go(b);
	pass(b, 100000);
	assert_true(chip_debug_clock(b->chip));
	assert_int_equal(report(b).hclk_hz, 8000000);
	assert_int_equal(r32(b, RCC + 4u) & 0xFu, 0);
	assert_int_equal(r32(b, RCC) >> 24 & 1u, 0);
	pass(b, 10 * MS);
	halt(b);
	assert_in_range(get_reg(b, 5), 9, 11);          /* SysTick still wakes it */
	bench_free(b);
}

static void stop__ends_with_the_watchdogs_reset(void **state)
{
	struct bench *b = sleeper();
	uint64_t resets = report(b).resets;

	(void)state;
	w32(b, IWDG, 0x5555u);
	w32(b, IWDG + 8u, 99u);                         /* 100 x 4 / 40 kHz = 10 ms */
	w32(b, IWDG, 0xAAAAu);
	w32(b, IWDG, 0xCCCCu);
	w32(b, SCR, SLEEPDEEP);
	go(b);
	pass(b, 9 * MS);
	assert_int_equal(report(b).resets, resets);
	assert_false(chip_debug_clock(b->chip));
	pass(b, 2 * MS);
	assert_int_equal(report(b).resets, resets + 1u);
	assert_int_equal(report(b).hclk_hz, 8000000);
	bench_free(b);
}

static void l1__wakes_from_stop_with_the_msi(void **state)
{
	struct bench *b = bench_new("STM32L152RB");
	static const uint16_t code[] = { 0xBF30, 0xE7FD };

	(void)state;
	halt(b);
	w32(b, 0x40023C00u, 4u);
	w32(b, 0x40023C00u, 5u);
	w32(b, 0x40023800u, 0x101u);
	pass(b, 6000);
	w32(b, 0x40023808u, 1u);
	assert_int_equal(report(b).hclk_hz, 16000000);
	w32(b, DBGMCU_CR, DBG_STOP);
	w32(b, SCR, SLEEPDEEP);
	put_code(b, 0x20000000u, code, 2);
	start(b, 0x20000000u);
	pass(b, MS);
	assert_int_equal(report(b).hclk_hz, 2097000);
	halt(b);
	assert_int_equal(report(b).hclk_hz, 2097000);
	bench_free(b);
}

static void standby__is_counted_as_not_modelled(void **state)
{
	struct bench *b = sleeper();

	(void)state;
	w32(b, RCC + 0x1Cu, 1u << 28);
	w32(b, PWR, 2u);
	w32(b, SCR, SLEEPDEEP);
	go(b);
	pass(b, MS);
	assert_int_equal(report(b).illegal, 1);
	assert_non_null(strstr(chip_illegal(b->chip, 0), "not modelled: Standby"));
	w32(b, DBGMCU_CR, DBG_STOP);
	assert_false(chip_debug_clock(b->chip));
	w32(b, DBGMCU_CR, 4u);
	assert_true(chip_debug_clock(b->chip));
	bench_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(wfi__takes_the_debuggers_clock_unless_dbg_sleep),
		cmocka_unit_test(wfi__lets_the_debugger_in_while_an_interrupt_is_served),
		cmocka_unit_test(stop__no_tick_wakes_it_and_no_timer_counts),
		cmocka_unit_test(stop__with_dbg_stop__goes_on_with_the_hsi),
		cmocka_unit_test(stop__ends_with_the_watchdogs_reset),
		cmocka_unit_test(l1__wakes_from_stop_with_the_msi),
		cmocka_unit_test(standby__is_counted_as_not_modelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
