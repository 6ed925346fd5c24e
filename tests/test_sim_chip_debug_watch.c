/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_debug_watch.c - breakpoints of the FPB, watchpoints and cycle counter of
 * the DWT, what is refused there.
 */
#include "tests/debug_bench.h"

#define FLASH_CODE 0x08000100u
#define DATA 0x20001000u

/* Code into flash, where alone the FPB breaks. */
static void flash_code(struct bench *b, const uint16_t *code, size_t n)
{
	memcpy(chip_flash(b->chip, NULL) + 0x100, code, 2 * n);
	chip_flash_changed(b->chip);
	set_reg(b, R_PC, FLASH_CODE);
}

#define FLASH_PROGRAM(b, ...) do { \
		static const uint16_t code_[] = { __VA_ARGS__ }; \
		flash_code(b, code_, ARRAY_LEN(code_)); \
	} while (0)

static uint32_t comp_for(uint32_t addr)
{
	return (addr & 0x1FFFFFFCu) | (addr & 2u ? 2u : 1u) << 30 | 1u;
}

static void watch(struct bench *b, unsigned n, uint32_t addr, uint32_t mask, uint32_t function)
{
	w32(b, DWT_COMP(n), addr);
	w32(b, DWT_MASK(n), mask);
	w32(b, DWT_FUNCTION(n), function);
}

/* ---- FPB -------------------------------------------------------------------------------- */

static void six_breakpoints__each_halts_before_its_instruction(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");
	unsigned i;

	(void)state;
	FLASH_PROGRAM(b, 0x3001, 0x3001, 0x3001, 0x3001, 0x3001, 0x3001, 0x3001, 0xE7FE);
	assert_int_equal(r32(b, FP_CTRL), 0x260);
	w32(b, FP_CTRL, 1);                     /* without KEY: ignored */
	assert_int_equal(r32(b, FP_CTRL), 0x260);
	w32(b, FP_CTRL, 3);
	assert_int_equal(r32(b, FP_CTRL), 0x261);
	for (i = 0; i < 6; i++)
		w32(b, FP_COMP(i), comp_for(FLASH_CODE + 2u + 2u * i));
	for (i = 0; i < 6; i++) {
		run_until_halt(b);
		assert_int_equal(why(b), D_BKPT);
		assert_int_equal(pc(b), FLASH_CODE + 2u + 2u * i);
		assert_int_equal(get_reg(b, 0), i + 1);
		w32(b, FP_COMP(i), 0);
	}
	go(b);
	pass(b, 100000);
	assert_false(r32(b, DHCSR) & S_HALT);
	bench_free(b);
}

static void breakpoint__not_removed__hits_again_at_once__step_too(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	FLASH_PROGRAM(b, 0x3001, 0x3001, 0xE7FE);
	w32(b, FP_CTRL, 3);
	w32(b, FP_COMP(0), comp_for(FLASH_CODE));
	run_until_halt(b);
	assert_int_equal(why(b), D_BKPT);
	step(b);
	assert_int_equal(why(b), D_BKPT);
	assert_int_equal(pc(b), FLASH_CODE);
	assert_int_equal(get_reg(b, 0), 0);
	w32(b, FP_CTRL, 2);                     /* the unit off */
	step(b);
	assert_int_equal(why(b), D_HALTED);
	assert_int_equal(get_reg(b, 0), 1);
	bench_free(b);
}

static void replace_11__breaks_at_both_half_words(void **state)
{
	struct bench *b = debug_bench("STM32L152RB");

	(void)state;
	FLASH_PROGRAM(b, 0x3001, 0x3001, 0xE7FE);
	w32(b, FP_CTRL, 3);
	w32(b, FP_COMP(3), FLASH_CODE | 3u << 30 | 1u);
	run_until_halt(b);
	assert_int_equal(pc(b), FLASH_CODE);
	set_reg(b, R_PC, FLASH_CODE + 2u);
	run_until_halt(b);
	assert_int_equal(pc(b), FLASH_CODE + 2u);
	bench_free(b);
}

/* cmp r0,#0; itete eq; ... ; adds r3,#1: a breakpoint where the condition fails. */
static void breakpoint__in_an_it_block__halts_whether_its_condition_holds_or_not(void **state)
{
	unsigned eq;

	(void)state;
	for (eq = 0; eq < 2; eq++) {
		struct bench *b = debug_bench("STM32F103C8");

		FLASH_PROGRAM(b, 0x2800, 0xBF0B, 0x2101, 0x2102, 0x2201, 0x2202, 0x3301, 0xE7FE);
		set_reg(b, 0, !eq);
		w32(b, FP_CTRL, 3);
		w32(b, FP_COMP(0), comp_for(FLASH_CODE + 8u));
		run_until_halt(b);
		assert_int_equal(why(b), D_BKPT);
		assert_int_equal(pc(b), FLASH_CODE + 8u);
		assert_int_equal(get_reg(b, 1), eq ? 1 : 2);
		assert_int_equal(get_reg(b, 2), 0);
		w32(b, FP_COMP(0), 0);
		go(b);
		pass(b, 100000);
		halt(b);
		assert_int_equal(get_reg(b, 2), eq ? 1 : 2);
		assert_int_equal(get_reg(b, 3), 1);
		bench_free(b);
	}
}

static void breakpoint__in_sram__does_not_exist(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0x3001, 0xE7FE);
	w32(b, FP_CTRL, 3);
	w32(b, FP_COMP(0), comp_for(CODE));     /* the comparator has no upper bits */
	go(b);
	pass(b, 100000);
	assert_false(r32(b, DHCSR) & S_HALT);
	bench_free(b);
}

static void breakpoint__left_behind_without_a_debugger__is_a_hard_fault(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	FLASH_PROGRAM(b, 0x3001, 0x3001, 0xE7FE);
	w32(b, FP_CTRL, 3);
	w32(b, FP_COMP(0), comp_for(FLASH_CODE + 2u));
	w32(b, DHCSR, 0xA05F0000u);
	pass(b, 100000);
	halt(b);
	assert_int_equal(ipsr(b), 3);
	assert_int_equal(r32(b, HFSR), 1u << 31);
	assert_int_equal(r32(b, get_reg(b, R_SP) + 24u), FLASH_CODE + 2u);
	bench_free(b);
}

static void remap__and_literals__are_refused_loudly(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	assert_int_equal(r32(b, 0xE0002004u), 1u << 29);        /* RMPSPT: silicon can */
	w32(b, 0xE0002004u, 0x20000020u);
	assert_int_equal(r32(b, 0xE0002004u), 0x20000020u);
	w32(b, FP_COMP(0), FLASH_CODE | 1u);    /* the unit is off: nothing happens yet */
	assert_int_equal(report(b).illegal, 0);
	w32(b, FP_CTRL, 3);
	assert_int_equal(report(b).illegal, 1);
	assert_non_null(strstr(chip_illegal(b->chip, 0), "not modelled: FPB comparator 0"));
	w32(b, FP_COMP(0), 0);
	w32(b, FP_COMP(6), FLASH_CODE | 1u << 30 | 1u);
	assert_int_equal(r32(b, FP_COMP(6)), FLASH_CODE | 1u);  /* no REPLACE there */
	assert_int_equal(report(b).illegal, 2);
	bench_free(b);
}

/* ---- DWT -------------------------------------------------------------------------------------- */

/* ldr r1,[r0]; str r1,[r0,#4]; ldr r1,[r0,#8]; b . */
#define LOAD_STORE 0x6801, 0x6041, 0x6881, 0xE7FE

static void watchpoints__halt_behind_the_access_they_watch(void **state)
{
	static const struct { uint32_t addr, function, pc; } rows[] = {
		{ DATA, 5, CODE + 2u }, { DATA, 7, CODE + 2u }, { DATA, 6, 0 },
		{ DATA + 4u, 6, CODE + 4u }, { DATA + 4u, 7, CODE + 4u }, { DATA + 4u, 5, 0 },
		{ DATA + 8u, 5, CODE + 6u }, { DATA + 12u, 7, 0 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct bench *b = debug_bench(i & 1 ? "STM32F407VG" : "STM32F103C8");

		PROGRAM(b, LOAD_STORE);
		set_reg(b, 0, DATA);
		w32(b, DEMCR, TRCENA);
		watch(b, i & 3u, rows[i].addr, 0, rows[i].function);
		go(b);
		pass(b, 100000);
		if (rows[i].pc) {
			assert_true(r32(b, DHCSR) & S_HALT);
			assert_int_equal(why(b), D_DWTTRAP);
			assert_int_equal(pc(b), rows[i].pc);
			assert_true(r32(b, DWT_FUNCTION(i & 3u)) & MATCHED);
		} else {
			assert_false(r32(b, DHCSR) & S_HALT);
		}
		assert_false(r32(b, DWT_FUNCTION(i & 3u)) & MATCHED);   /* cleared by reading */
		assert_int_equal(report(b).illegal, 0);
		bench_free(b);
	}
}

static void watchpoint__sees_parts_of_accesses_and_ranges(void **state)
{
	/* COMP, MASK, does a word store at DATA match; DDI 0337G: COMP 3 matches a word at 0 */
	static const struct { uint32_t comp, mask; bool hit; } rows[] = {
		{ DATA, 0, true }, { DATA + 3u, 0, true }, { DATA + 4u, 0, false },
		{ DATA - 1u, 0, false }, { DATA, 2, true }, { DATA, 15, false },
		{ DATA & ~0x7FFFu, 15, true }, { DATA + 2u, 2, false }, { DATA - 16u, 4, false },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct bench *b = debug_bench("STM32F103C8");

		PROGRAM(b, 0x6001, 0xE7FE);     /* str r1,[r0] */
		set_reg(b, 0, DATA);
		w32(b, DEMCR, TRCENA);
		watch(b, 0, rows[i].comp, rows[i].mask, 6);
		go(b);
		pass(b, 100000);
		assert_int_equal((r32(b, DHCSR) & S_HALT) != 0, rows[i].hit);
		bench_free(b);
	}
}

static void watchpoint__without_trcena__sleeps(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, LOAD_STORE);
	set_reg(b, 0, DATA);
	watch(b, 0, DATA, 0, 7);
	go(b);
	pass(b, 100000);
	assert_false(r32(b, DHCSR) & S_HALT);
	bench_free(b);
}

static void watchpoint__on_a_peripheral__halts_behind_the_access(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, LOAD_STORE);
	set_reg(b, 0, 0x40021000u);
	w32(b, DEMCR, TRCENA);
	watch(b, 2, 0x40021004u, 0, 6);
	run_until_halt(b);
	assert_int_equal(why(b), D_DWTTRAP);
	assert_int_equal(pc(b), CODE + 4u);
	bench_free(b);
}

static void watchpoint__on_the_debuggers_own_access__does_nothing(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xE7FE);
	w32(b, DEMCR, TRCENA);
	watch(b, 0, DATA, 0, 7);
	go(b);
	w32(b, DATA, 5);
	(void)r32(b, DATA);
	pass(b, 1000);
	assert_false(r32(b, DHCSR) & S_HALT);
	bench_free(b);
}

static void watchpoint__in_an_it_block__halts_behind_its_instruction(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	/* cmp r2,r2; itt eq; streq r1,[r0]; addeq r3,#1 */
	PROGRAM(b, 0x4292, 0xBF04, 0x6001, 0x3301, 0xE7FE);
	set_reg(b, 0, DATA);
	w32(b, DEMCR, TRCENA);
	watch(b, 0, DATA, 0, 6);
	run_until_halt(b);
	assert_int_equal(pc(b), CODE + 6u);
	assert_int_equal(get_reg(b, 3), 0);
	go(b);
	pass(b, 10000);
	halt(b);
	assert_int_equal(get_reg(b, 3), 1);
	bench_free(b);
}

static void watchpoint__of_an_instruction__halts_behind_it(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0x3001, 0x3001, 0x3001, 0xE7FE);
	w32(b, DEMCR, TRCENA);
	watch(b, 1, CODE + 2u, 0, 4);
	run_until_halt(b);
	assert_int_equal(why(b), D_DWTTRAP);
	assert_int_equal(pc(b), CODE + 4u);
	bench_free(b);
}

/* strb r1,[r0]; adds r1,#1; b .-2: comparator 1 waits for a value, comparator 0 has the address. */
static void data_value__halts_only_at_the_value(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0x7001, 0x3101, 0xE7FC);
	set_reg(b, 0, DATA + 1u);
	w32(b, DEMCR, TRCENA);
	watch(b, 0, DATA + 1u, 0, 0);
	/* DATAVADDR0 and 1 = 0, DATAVSIZE byte, DATAVMATCH, write */
	watch(b, 1, 0x25252525u, 0, 1u << 8 | 6u);
	assert_int_equal(r32(b, DWT_FUNCTION(1)), 1u << 9 | 1u << 8 | 6u);
	run_until_halt(b);
	assert_int_equal(why(b), D_DWTTRAP);
	assert_int_equal(get_reg(b, 1), 0x25);
	assert_int_equal(pc(b), CODE + 2u);
	watch(b, 0, DATA, 0, 0);                /* another address: never */
	go(b);
	pass(b, 1000000);
	assert_false(r32(b, DHCSR) & S_HALT);
	bench_free(b);
}

static void data_value__read__halts_at_the_value_read(void **state)
{
	struct bench *b = debug_bench("STM32F407VG");

	(void)state;
	PROGRAM(b, 0x6801, 0xE7FD);             /* ldr r1,[r0]; b .-2 */
	set_reg(b, 0, DATA);
	w32(b, DATA, 1);
	w32(b, DEMCR, TRCENA);
	watch(b, 3, DATA, 0, 0);
	watch(b, 1, 0xCAFE0001u, 0, 3u << 12 | 3u << 16 | 2u << 10 | 1u << 8 | 5u);
	go(b);
	pass(b, 100000);
	assert_false(r32(b, DHCSR) & S_HALT);
	w32(b, DATA, 0xCAFE0001u);
	pass(b, 100000);
	assert_true(r32(b, DHCSR) & S_HALT);
	assert_int_equal(get_reg(b, 1), 0xCAFE0001u);
	bench_free(b);
}

static void trace_functions__are_refused_loudly(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	w32(b, DEMCR, TRCENA);
	watch(b, 0, DATA, 0, 2);
	watch(b, 0, DATA, 0, 1u << 7 | 4u);
	w32(b, DWT_CTRL, 1u << 12);
	assert_int_equal(report(b).illegal, 3);
	assert_non_null(strstr(chip_illegal(b->chip, 0), "not modelled"));
	assert_non_null(strstr(chip_illegal(b->chip, 1), "cycle counter"));
	assert_non_null(strstr(chip_illegal(b->chip, 2), "trace"));
	bench_free(b);
}

static void watchpoints__survive_reset_and_die_with_the_power(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	w32(b, DEMCR, TRCENA);
	watch(b, 2, DATA, 3, 6);
	w32(b, FP_COMP(1), comp_for(FLASH_CODE));
	w32(b, AIRCR, 0x05FA0004u);
	assert_int_equal(r32(b, DWT_COMP(2)), DATA);
	assert_int_equal(r32(b, DWT_MASK(2)), 3);
	assert_int_equal(r32(b, DWT_FUNCTION(2)), 6);
	assert_int_equal(r32(b, FP_COMP(1)), comp_for(FLASH_CODE));
	chip_power(b->chip, false);
	chip_power(b->chip, true);
	assert_int_equal(r32(b, DWT_FUNCTION(2)), 0);
	assert_int_equal(r32(b, FP_COMP(1)), 0);
	assert_int_equal(r32(b, DWT_CTRL), 0x40000000u);
	bench_free(b);
}

static void cyccnt__counts_cycles_and_stops_with_the_core(void **state)
{
	struct bench *b = debug_bench("STM32F100RB");
	uint32_t n;

	(void)state;
	PROGRAM(b, 0xE7FE);
	w32(b, DWT_CTRL, 1);
	w32(b, DWT_CYCCNT, 100);
	go(b);
	pass(b, 1000);
	assert_int_equal(r32(b, DWT_CYCCNT), 100);      /* TRCENA is off */
	w32(b, DEMCR, TRCENA);
	pass(b, 1000000);
	assert_in_range(r32(b, DWT_CYCCNT), 8095, 8105);        /* 8 MHz */
	halt(b);
	n = r32(b, DWT_CYCCNT);
	pass(b, 1000000);
	assert_int_equal(r32(b, DWT_CYCCNT), n);
	assert_int_equal(r32(b, 0xE000101Cu), 0xFFFFFFFFu);     /* no PC sample of a halted core */
	go(b);
	assert_int_equal(r32(b, 0xE000101Cu), CODE);
	bench_free(b);
}

static void firmware__may_watch_itself_with_a_monitor(void **state)
{
	static const uint16_t handler[] = { 0x3501, 0x4770 };
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	/* str r1,[r2] sets FUNCTION0; str r1,[r0] is the access; b . */
	PROGRAM(b, 0x6011, 0x6001, 0xE7FE);
	put_code(b, handler_of(12), handler, 2);
	set_reg(b, 0, DATA);
	set_reg(b, 1, 6);
	set_reg(b, 2, DWT_FUNCTION(0));
	w32(b, DWT_COMP(0), DATA);
	w32(b, DEMCR, TRCENA | 1u << 16);       /* MON_EN */
	w32(b, DHCSR, 0xA05F0000u);
	pass(b, 100000);
	halt(b);
	assert_int_equal(get_reg(b, 5), 1);
	assert_int_equal(pc(b), CODE + 4u);
	assert_int_equal(why(b), D_DWTTRAP | D_HALTED);
	bench_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_breakpoints__each_halts_before_its_instruction),
		cmocka_unit_test(breakpoint__not_removed__hits_again_at_once__step_too),
		cmocka_unit_test(replace_11__breaks_at_both_half_words),
		cmocka_unit_test(breakpoint__in_an_it_block__halts_whether_its_condition_holds_or_not),
		cmocka_unit_test(breakpoint__in_sram__does_not_exist),
		cmocka_unit_test(breakpoint__left_behind_without_a_debugger__is_a_hard_fault),
		cmocka_unit_test(remap__and_literals__are_refused_loudly),
		cmocka_unit_test(watchpoints__halt_behind_the_access_they_watch),
		cmocka_unit_test(watchpoint__sees_parts_of_accesses_and_ranges),
		cmocka_unit_test(watchpoint__without_trcena__sleeps),
		cmocka_unit_test(watchpoint__on_a_peripheral__halts_behind_the_access),
		cmocka_unit_test(watchpoint__on_the_debuggers_own_access__does_nothing),
		cmocka_unit_test(watchpoint__in_an_it_block__halts_behind_its_instruction),
		cmocka_unit_test(watchpoint__of_an_instruction__halts_behind_it),
		cmocka_unit_test(data_value__halts_only_at_the_value),
		cmocka_unit_test(data_value__read__halts_at_the_value_read),
		cmocka_unit_test(trace_functions__are_refused_loudly),
		cmocka_unit_test(watchpoints__survive_reset_and_die_with_the_power),
		cmocka_unit_test(cyccnt__counts_cycles_and_stops_with_the_core),
		cmocka_unit_test(firmware__may_watch_itself_with_a_monitor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
