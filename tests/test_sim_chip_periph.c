/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_periph.c - clocks, pins, timers, watchdog, serial port of the virtual
 * chips, driven by firmware that the virtual core runs and by a debugger.
 */
#include "tests/chip_bench.h"

#define RCC 0x40021000u
#define GPIOC 0x40011000u
#define GPIOA 0x40010800u
#define IWDG 0x40003000u
#define WWDG 0x40002C00u
#define TIM2 0x40000000u
#define DBGMCU_CR 0xE0042004u

struct edges {
	unsigned n;
	uint64_t at[64];
	int level[64];
	unsigned pin[64];
};

static void on_pin(void *priv, char port, unsigned n, int level, uint64_t at_ns)
{
	struct edges *e = priv;

	if (port != 'C' || e->n >= 64)
		return;
	e->at[e->n] = at_ns;
	e->pin[e->n] = n;
	e->level[e->n++] = level;
}

/* SysTick every 8000 cycles of 8 MHz; its handler toggles PC8; the idle loop is WFI. */
static const uint16_t blink[] = {
	0x4807, 0x2110, 0x6001, 0x4807, 0x4907, 0x6001, 0x4807, 0xF641, 0x713F, 0x6041, 0x2100,
	0x6081, 0x2107, 0x6001, 0xBF30, 0xE7FD, 0x1018, 0x4002, 0x1004, 0x4001, 0x4433, 0x4444,
	0xE010, 0xE000, 0x4803, 0x6801, 0x2201, 0x0212, 0x4051, 0x6001, 0x4770, 0x0000, 0x100C,
	0x4001
};

static void burn_blink(struct bench *b)
{
	uint16_t fw[32 + ARRAY_LEN(blink)] = { 0x1000, 0x2000, 0x0041, 0x0800 };

	fw[30] = 0x0071;                /* SysTick vector */
	fw[31] = 0x0800;
	memcpy(fw + 32, blink, sizeof blink);
	burn(b, fw, sizeof fw);
}

static void systick_firmware__blinks_in_virtual_time(void **state)
{
	struct bench *b = bench_new("STM32F100RB");
	struct edges e = { 0 };
	unsigned i;

	(void)state;
	burn_blink(b);
	chip_on_pin(b->chip, on_pin, &e);
	w32(b, AIRCR, 0x05FA0004u);
	pass(b, 10500000);
	assert_true(r32(b, DHCSR) & S_SLEEP);
	/* PC8 and PC9 become outputs (0), then PC8 toggles each millisecond */
	assert_int_equal(e.n, 12);
	assert_int_equal(e.pin[0], 8);
	assert_int_equal(e.pin[1], 9);
	for (i = 2; i < 12; i++) {
		assert_int_equal(e.pin[i], 8);
		assert_int_equal(e.level[i], i % 2 == 0);
	}
	for (i = 3; i < 12; i++)
		assert_in_range(e.at[i] - e.at[i - 1], 1000000u - 400u, 1000000u + 400u);
	assert_int_equal(chip_pin(b->chip, 'C', 8), 0);
	pass(b, 1000000);
	assert_int_equal(chip_pin(b->chip, 'C', 8), 1);
	assert_int_equal(chip_pin(b->chip, 'C', 7), -1);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

static void halted_core__holds_systick(void **state)
{
	struct bench *b = bench_new("STM32F100RB");
	struct edges e = { 0 };

	(void)state;
	burn_blink(b);
	w32(b, AIRCR, 0x05FA0004u);
	pass(b, 1500000);
	halt(b);
	chip_on_pin(b->chip, on_pin, &e);
	pass(b, 20000000);
	assert_int_equal(e.n, 0);
	go(b);
	pass(b, 600000);
	assert_int_equal(e.n, 1);
	bench_free(b);
}

static void wfi_sleep__costs_no_instructions(void **state)
{
	struct bench *b = bench_new("STM32F100RB");
	uint64_t n;

	(void)state;
	burn_blink(b);
	w32(b, AIRCR, 0x05FA0004u);
	pass(b, 1000000);
	n = report(b).instructions;
	pass(b, UINT64_C(1000000000));
	/* 1000 interrupts of 7 instructions, and 2 for the loop */
	assert_int_equal(report(b).instructions - n, 9000);
	bench_free(b);
}

static void unclocked_peripheral__reads_0_and_ignores_writes(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	w32(b, GPIOC + 4u, 0x33333333u);
	assert_int_equal(r32(b, GPIOC + 4u), 0);
	w32(b, RCC + 0x18u, 0x10u);
	assert_int_equal(r32(b, GPIOC + 4u), 0x44444444u);
	w32(b, GPIOC + 4u, 0x33333333u);
	assert_int_equal(r32(b, GPIOC + 4u), 0x33333333u);
	bench_free(b);
}

static void pins__follow_registers_and_fingers(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	w32(b, RCC + 0x18u, 0x14u);
	w32(b, GPIOC + 4u, 0x44444433u);
	w32(b, GPIOC + 0x10u, 0x100u);
	assert_int_equal(chip_pin(b->chip, 'C', 8), 1);
	assert_int_equal(chip_pin(b->chip, 'C', 9), 0);
	assert_int_equal(r32(b, GPIOC + 8u), 0x100u);
	w32(b, GPIOC + 0x14u, 0x100u);
	w32(b, 0x42000000u + 0x1100Cu * 32u + 9u * 4u, 0);
	assert_int_equal(chip_pin(b->chip, 'C', 8), 0);
	assert_int_equal(r32(b, GPIOA + 8u) & 1u, 0);
	chip_drive_pin(b->chip, 'A', 0, 1);
	assert_int_equal(r32(b, GPIOA + 8u) & 1u, 1);
	assert_int_equal(chip_pin(b->chip, 'A', 0), 1);
	chip_drive_pin(b->chip, 'A', 0, -1);
	assert_int_equal(r32(b, GPIOA + 8u) & 1u, 0);
	assert_int_equal(chip_pin(b->chip, 'A', 0), -1);
	bench_free(b);
}

static void moder_ports__drive_pins_too(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	w32(b, 0x40023830u, 8u);
	w32(b, 0x40020C00u, 1u << 24);
	w32(b, 0x40020C18u, 1u << 12);
	assert_int_equal(chip_pin(b->chip, 'D', 12), 1);
	w32(b, 0x40020C18u, 1u << 28);
	assert_int_equal(chip_pin(b->chip, 'D', 12), 0);
	bench_free(b);
}

static void swj_off__ends_debugging_until_reset(void **state)
{
	struct bench *b = bench_new("STM32F100RB");
	uint32_t v;

	(void)state;
	w32(b, RCC + 0x18u, 1u);
	w32(b, 0x40010004u, 4u << 24);
	assert_false(chip_swd_ok(b->chip));
	assert_int_equal(chip_dpidr(b->chip), 0);
	assert_int_equal(chip_read(b->chip, 0x20000000u, 4, &v), BUS_OFF);
	chip_nrst(b->chip, true);
	assert_true(chip_swd_ok(b->chip));
	chip_nrst(b->chip, false);
	assert_true(chip_swd_ok(b->chip));
	bench_free(b);
}

static void reset_flags__name_the_cause(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	assert_int_equal(r32(b, RCC + 0x24u), 0x0C000000u);
	w32(b, RCC + 0x24u, 1u << 24);
	assert_int_equal(r32(b, RCC + 0x24u), 0);
	w32(b, AIRCR, 0x05FA0004u);
	assert_int_equal(r32(b, RCC + 0x24u), 0x14000000u);
	w32(b, RCC + 0x24u, 1u << 24);
	chip_nrst(b->chip, true);
	chip_nrst(b->chip, false);
	assert_int_equal(r32(b, RCC + 0x24u), 0x04000000u);
	chip_power(b->chip, false);
	chip_power(b->chip, true);
	assert_int_equal(r32(b, RCC + 0x24u), 0x0C000000u);
	bench_free(b);
}

static void pll__runs_the_core_at_24_mhz(void **state)
{
	static const uint16_t code[] = { 0x3001, 0xE7FD };
	struct bench *b = bench_new("STM32F100RB");
	uint64_t n;

	(void)state;
	chip_set_hse(b->chip, 8000000u, false);
	halt(b);
	assert_int_equal(r32(b, RCC), 0x83u);
	w32(b, RCC + 4u, 1u);                           /* HSE is off: refused */
	assert_int_equal(r32(b, RCC + 4u) & 0xCu, 0);
	assert_int_equal(report(b).illegal, 1);
	w32(b, RCC, 0x00010083u);
	assert_int_equal(r32(b, RCC) >> 17 & 1u, 0);
	pass(b, 2000000);
	assert_int_equal(r32(b, RCC) >> 17 & 1u, 1);
	w32(b, RCC + 4u, 1u << 16 | 1u << 18);          /* HSE x 3 */
	w32(b, RCC, 0x01010083u);
	pass(b, 200000);
	w32(b, RCC + 4u, 1u << 16 | 1u << 18 | 2u);
	assert_int_equal(r32(b, RCC + 4u) & 0xFu, 0xAu);
	put_code(b, 0x20000000u, code, 2);
	start(b, 0x20000000u);
	n = report(b).instructions;
	pass(b, 62500);
	assert_int_equal(report(b).instructions - n, 1000);
	assert_int_equal(report(b).illegal, 1);
	w32(b, RCC + 4u, 1u << 16 | 7u << 18 | 2u);     /* frozen while the PLL runs */
	assert_int_equal(report(b).illegal, 2);
	assert_int_equal(r32(b, RCC + 4u) >> 18 & 15u, 1u);
	bench_free(b);
}

static void watchdog__resets_unless_frozen(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	w32(b, IWDG, 0x5555u);
	w32(b, IWDG + 4u, 0);
	w32(b, IWDG + 8u, 399u);
	w32(b, IWDG, 0xAAAAu);
	w32(b, IWDG, 0xCCCCu);                          /* 400 x 4 / 40 kHz = 40 ms */
	w32(b, DBGMCU_CR, 0x100u);
	pass(b, 500000000u);
	assert_int_equal(report(b).resets, 0);
	w32(b, DBGMCU_CR, 0);
	pass(b, 39000000u);
	assert_int_equal(report(b).resets, 0);
	w32(b, IWDG, 0xAAAAu);
	pass(b, 39999000u);
	assert_int_equal(report(b).resets, 0);
	pass(b, 2000u);
	assert_int_equal(report(b).resets, 1);
	assert_int_equal(r32(b, RCC + 0x24u) >> 29 & 1u, 1);
	pass(b, 100000000u);
	assert_int_equal(report(b).resets, 1);          /* the reset stopped it */
	bench_free(b);
}

/* 10 counts of 4096 clocks of 8 MHz: 5.12 ms. */
static void window_watchdog__resets_late_and_early__stands_still_without_clock(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	w32(b, RCC + 0x1Cu, 1u << 11);
	w32(b, WWDG + 4u, 0x45u);
	w32(b, WWDG, 0xC9u);
	w32(b, DBGMCU_CR, 0x200u);
	pass(b, 500000000u);
	w32(b, DBGMCU_CR, 0);
	pass(b, 3 * 512000u);
	assert_int_equal(r32(b, WWDG) & 0x7Fu, 0x46u);
	w32(b, RCC + 0x1Cu, 0);
	pass(b, 500000000u);
	w32(b, RCC + 0x1Cu, 1u << 11);
	pass(b, 512000u);
	w32(b, WWDG, 0xC9u);                            /* 0x45 now: in the window */
	pass(b, 5110000u);
	assert_int_equal(report(b).resets, 0);
	pass(b, 20000u);
	assert_int_equal(report(b).resets, 1);
	assert_int_equal(r32(b, RCC + 0x24u) >> 30 & 1u, 1);
	halt(b);
	w32(b, RCC + 0x1Cu, 1u << 11);
	w32(b, WWDG + 4u, 0x45u);
	w32(b, WWDG, 0xC9u);
	pass(b, 512000u);
	w32(b, WWDG, 0xC9u);                            /* too early */
	pass(b, 1000u);
	assert_int_equal(report(b).resets, 2);
	bench_free(b);
}

/* The simulator passes over the turns of such a loop; the watchdog must not notice. */
static void watchdog__fed_by_a_waiting_loop__counts_from_the_last_turn(void **state)
{
	/* loop: str r1,[r0]; ldr r3,[r2]; cmp r3,#0; beq loop; b . */
	static const uint16_t code[] = { 0x6001, 0x6813, 0x2B00, 0xD0FB, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");
	uint64_t n, t;

	(void)state;
	halt(b);
	put_code(b, 0x20000000u, code, 5);
	w32(b, 0x20000100u, 0);
	set_reg(b, 0, IWDG);
	set_reg(b, 1, 0xAAAAu);
	set_reg(b, 2, 0x20000100u);
	w32(b, IWDG, 0x5555u);
	w32(b, IWDG + 4u, 0);
	w32(b, IWDG + 8u, 399u);
	w32(b, IWDG, 0xCCCCu);                          /* 40 ms */
	n = report(b).instructions;
	t = b->clk.now_ns;
	start(b, 0x20000000u);
	pass(b, 987654321u);
	assert_int_equal(report(b).resets, 0);
	assert_in_range(report(b).instructions - n, (b->clk.now_ns - t) * 8 / 1500 - 8,
			(b->clk.now_ns - t) * 8 / 1500 + 8);
	w32(b, 0x20000100u, 1);
	pass(b, 39998000u);
	assert_int_equal(report(b).resets, 0);
	pass(b, 4000u);
	assert_int_equal(report(b).resets, 1);
	bench_free(b);
}

static void timer__counts_and_interrupts(void **state)
{
	/* C0: wfi; b C0   C4 (TIM2 handler): movs r0,#1; lsls r0,#30; movs r1,#0; str r1,[r0,#16];
	 * adds r4,#1; bx lr */
	uint16_t fw[120] = { 0x1000, 0x2000, 0x00C1, 0x0800 };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	fw[(16 + 28) * 2] = 0x00C5;
	fw[(16 + 28) * 2 + 1] = 0x0800;
	fw[0x60] = 0xBF30;
	fw[0x61] = 0xE7FD;
	fw[0x62] = 0x2001;
	fw[0x63] = 0x0780;
	fw[0x64] = 0x2100;
	fw[0x65] = 0x6101;
	fw[0x66] = 0x3401;
	fw[0x67] = 0x4770;
	burn(b, fw, sizeof fw);
	w32(b, AIRCR, 0x05FA0004u);
	w32(b, RCC + 0x1Cu, 1u);
	w32(b, TIM2 + 0x28u, 7u);               /* 1 MHz */
	w32(b, TIM2 + 0x2Cu, 999u);
	w32(b, TIM2 + 0x14u, 1u);               /* load the prescaler */
	w32(b, TIM2 + 0x10u, 0);
	w32(b, TIM2 + 0x0Cu, 1u);
	w32(b, 0xE000E100u, 1u << 28);
	w32(b, TIM2, 1u);
	pass(b, 500000);
	assert_in_range(r32(b, TIM2 + 0x24u), 499u, 500u);
	pass(b, 10000000);
	halt(b);
	assert_int_equal(get_reg(b, 4), 10u);
	bench_free(b);
}

struct heard {
	unsigned n, usart;
	uint8_t byte[8];
};

static void on_tx(void *priv, unsigned usart, uint8_t byte, uint64_t at_ns)
{
	struct heard *h = priv;

	(void)at_ns;
	h->usart = usart;
	if (h->n < 8)
		h->byte[h->n++] = byte;
}

static void usart__sends_when_enabled(void **state)
{
	struct bench *b = bench_new("STM32F100RB");
	struct heard h = { 0 };

	(void)state;
	chip_on_tx(b->chip, on_tx, &h);
	w32(b, RCC + 0x18u, 1u << 14);
	w32(b, 0x40013804u, 'x');
	assert_int_equal(h.n, 0);
	w32(b, 0x4001380Cu, 0x2008u);
	assert_int_equal(r32(b, 0x40013800u), 0xC0u);
	w32(b, 0x40013804u, 'H');
	w32(b, 0x40013804u, 'i');
	assert_int_equal(h.n, 2);
	assert_int_equal(h.usart, 1);
	assert_memory_equal(h.byte, "Hi", 2);
	bench_free(b);
}

static void usart__byte_that_arrives__sets_rxne_and_a_second_one_ore(void **state)
{
	enum { U = 0x40013800 };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	w32(b, RCC + 0x18u, 1u << 14);
	assert_true(chip_rx(b->chip, 1, 'a', 1000));
	pass(b, 2000);
	assert_int_equal(r32(b, U), 0xC0u);             /* receiver off: lost */
	w32(b, U + 12u, 0x200Cu);
	assert_true(chip_rx(b->chip, 1, 'b', 1000));
	assert_true(chip_rx(b->chip, 1, 'c', 1000));
	assert_int_equal(r32(b, U), 0xC0u);             /* still on its way */
	pass(b, 1000);
	assert_int_equal(r32(b, U), 0xE0u);
	w16(b, U + 4u, 'x');                            /* a narrow write reads nothing */
	assert_int_equal(r32(b, U), 0xE0u);
	pass(b, 1000);
	assert_int_equal(r32(b, U), 0xE8u);
	assert_int_equal(r32(b, U + 4u), 'b');
	assert_int_equal(r32(b, U), 0xC0u);
	assert_false(chip_rx(b->chip, 3, 'd', 1000));
	bench_free(b);
}

static void f401__sectors_and_mass_erase__are_its_own(void **state)
{
	enum { KEYR = 0x40023C04, SR = 0x40023C0C, CR = 0x40023C10 };
	struct bench *b = bench_new("STM32F401RE");
	uint64_t t0;
	uint32_t len;

	(void)state;
	assert_int_equal(chip_sector_count(b->chip), 8);
	assert_int_equal(chip_sector_addr(b->chip, 7, &len), 0x08060000);
	assert_int_equal(len, 0x20000);
	assert_int_equal(r32(b, 0xE0042000u), 0x10016433u);
	assert_int_equal(r32(b, 0x1FFF7A20u) >> 16, 512);
	w32(b, KEYR, 0x45670123u);
	w32(b, KEYR, 0xCDEF89ABu);
	w32(b, CR, 0x10242u);                           /* SNB 8: there is none */
	assert_int_equal(report(b).illegal, 1);
	w32(b, SR, 0xF2u);
	t0 = b->clk.now_ns;
	w32(b, CR, 0x10204u);                           /* MER, x32 */
	assert_true(r32(b, SR) & 1u << 16);
	pass(b, t0 + UINT64_C(4000000000) - b->clk.now_ns);
	assert_false(r32(b, SR) & 1u << 16);
	assert_int_equal(report(b).mass_erases, 1);
	bench_free(b);
}

static void idcode__is_0_for_code_without_debugger(void **state)
{
	static const uint16_t code[] = { 0x6808, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	put_code(b, 0x20000000u, code, 2);
	set_reg(b, 0, 5);
	set_reg(b, 1, 0xE0042000u);
	start(b, 0x20000000u);
	chip_attach_debug(b->chip, false);
	pass(b, 10000);
	chip_attach_debug(b->chip, true);
	halt(b);
	assert_int_equal(get_reg(b, 0), 0);
	bench_free(b);
}

static void many_chips__can_be_made_and_freed(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 40; i++)
		bench_free(bench_new("STM32F100RB"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(systick_firmware__blinks_in_virtual_time),
		cmocka_unit_test(halted_core__holds_systick),
		cmocka_unit_test(wfi_sleep__costs_no_instructions),
		cmocka_unit_test(unclocked_peripheral__reads_0_and_ignores_writes),
		cmocka_unit_test(pins__follow_registers_and_fingers),
		cmocka_unit_test(moder_ports__drive_pins_too),
		cmocka_unit_test(swj_off__ends_debugging_until_reset),
		cmocka_unit_test(reset_flags__name_the_cause),
		cmocka_unit_test(pll__runs_the_core_at_24_mhz),
		cmocka_unit_test(watchdog__resets_unless_frozen),
		cmocka_unit_test(window_watchdog__resets_late_and_early__stands_still_without_clock),
		cmocka_unit_test(watchdog__fed_by_a_waiting_loop__counts_from_the_last_turn),
		cmocka_unit_test(timer__counts_and_interrupts),
		cmocka_unit_test(usart__sends_when_enabled),
		cmocka_unit_test(usart__byte_that_arrives__sets_rxne_and_a_second_one_ore),
		cmocka_unit_test(f401__sectors_and_mass_erase__are_its_own),
		cmocka_unit_test(idcode__is_0_for_code_without_debugger),
		cmocka_unit_test(many_chips__can_be_made_and_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
