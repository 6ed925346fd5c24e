/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_debug_fault.c - vector catch, BKPT with and without a debugger,
 * DebugMonitor, lockup, frames with and without FPU, sleep, timers that stop.
 */
#include "tests/debug_bench.h"

/* What a chip with blank flash showed in public OpenOCD logs of F103 and F411 boards. */
static void blank_chip__shows_what_silicon_shows(void **state)
{
	struct bench *b = bench_new("STM32F103C8");

	(void)state;
	pass(b, 1000000);
	assert_true(r32(b, DHCSR) & S_LOCKUP);
	halt(b);
	assert_false(r32(b, DHCSR) & S_LOCKUP);
	assert_int_equal(get_reg(b, R_XPSR), 0x01000003u);
	assert_int_equal(pc(b), 0xFFFFFFFEu);
	assert_int_equal(get_reg(b, R_SP), 0xFFFFFFD8u);
	go(b);                                  /* PC still there: locks up again */
	pass(b, 1000);
	assert_true(r32(b, DHCSR) & S_LOCKUP);
	bench_free(b);
}

static void vector_catches__each_catches_its_own_fault(void **state)
{
	static const struct { uint16_t code[3]; uint32_t catch, cfsr, hfsr; } rows[] = {
		{ { 0xDE01, 0xBF00, 0xBF00 }, 1u << 7, 1u << 16, 1u << 30 },    /* UDF: STATERR */
		{ { 0x6801, 0xBF00, 0xBF00 }, 1u << 8, 1u << 9 | 1u << 15, 1u << 30 },  /* BUSERR */
		{ { 0x4720, 0xBF00, 0xBF00 }, 1u << 7, 1u << 17, 1u << 30 },    /* BX even: INVSTATE */
		{ { 0x4718, 0xBF00, 0xBF00 }, 1u << 4, 1u << 0, 1u << 30 },     /* BX to XN: MMERR */
		{ { 0xEE30, 0x0A20, 0xBF00 }, 1u << 5, 1u << 19, 1u << 30 },    /* VADD: NOCPERR */
		{ { 0xFB91, 0xF0F2, 0xBF00 }, 1u << 6, 1u << 25, 1u << 30 },    /* SDIV by 0: CHKERR */
	};
	unsigned i, caught;

	(void)state;
	for (i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		struct bench *b = debug_bench(i & 1 ? "STM32F407VG" : "STM32F103C8");
		unsigned k = i / 2;

		for (caught = 0; caught < 2; caught++) {
			code_at(b, CODE, rows[k].code, 3);
			w32(b, AIRCR, 0x05FA0002u);
			set_reg(b, R_XPSR, 0x01000000u);
			set_reg(b, 0, 0x70000000u);
			set_reg(b, 3, 0x40000001u);
			set_reg(b, 4, CODE + 4u);
			w32(b, CCR, 1u << 9 | 1u << 4);         /* DIV_0_TRP */
			w32(b, CFSR, 0xFFFFFFFFu);
			w32(b, DEMCR, caught ? rows[k].catch : 0x7F1u & ~(rows[k].catch | 1u << 10));
			go(b);
			pass(b, 100000);
			assert_int_equal((r32(b, DHCSR) & S_HALT) != 0, caught);
			halt(b);
			assert_int_equal(r32(b, CFSR), rows[k].cfsr);
			assert_int_equal(r32(b, HFSR), rows[k].hfsr);
			assert_int_equal(ipsr(b), 3);
			assert_int_equal(why(b), caught ? D_VCATCH : D_HALTED);
			if (caught)
				assert_int_equal(pc(b), handler_of(3));
		}
		assert_int_equal(report(b).illegal, 0);
		bench_free(b);
	}
}

static void fault_with_its_own_handler__is_caught_there(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0x6801);
	set_reg(b, 0, 0x70000000u);
	w32(b, SHCSR, 7u << 16);
	w32(b, DEMCR, 1u << 8);
	run_until_halt(b);
	assert_int_equal(why(b), D_VCATCH);
	assert_int_equal(pc(b), handler_of(5));
	assert_int_equal(r32(b, HFSR), 0);
	assert_int_equal(r32(b, 0xE000ED38u), 0x70000000u);
	bench_free(b);
}

static void harderr__alone__catches_an_escalated_fault(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xDE01);
	w32(b, DEMCR, 1u << 10);
	run_until_halt(b);
	assert_int_equal(why(b), D_VCATCH);
	assert_int_equal(pc(b), handler_of(3));
	assert_int_equal(r32(b, get_reg(b, R_SP) + 24u), CODE);
	bench_free(b);
}

/* A stack in nowhere: the fault is one of exception entry. */
static void interr__catches_faults_of_entry_and_return(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xDF01);
	set_reg(b, R_SP, 0x30000000u);
	w32(b, DEMCR, 1u << 9);
	run_until_halt(b);
	assert_int_equal(why(b), D_VCATCH);
	assert_int_equal(ipsr(b), 3);
	assert_int_equal(r32(b, CFSR), 1u << 12);       /* STKERR */
	bench_free(b);

	b = debug_bench("STM32F103C8");                 /* return with nothing active */
	PROGRAM(b, 0x4770);
	set_reg(b, R_XPSR, 0x01000000u | 11u);
	set_reg(b, R_LR, 0xFFFFFFF9u);
	w32(b, DEMCR, 1u << 9);
	run_until_halt(b);
	assert_int_equal(why(b), D_VCATCH);
	assert_int_equal(r32(b, CFSR), 1u << 18);       /* INVPC */
	bench_free(b);
}

static void vector_table__in_nowhere__is_a_hard_fault_or_lockup(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xDF01);
	w32(b, VTOR, 0x30000000u);
	go(b);
	pass(b, 10000);
	assert_true(r32(b, DHCSR) & S_LOCKUP);
	assert_int_equal(r32(b, HFSR) & 2u, 2u);
	bench_free(b);
}

/* It is in Debug state instead, and runs from there like any other. */
static void lockup__that_vector_catch_sees_coming__is_none(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xDF01);
	w32(b, VTOR, 0x30000000u);
	w32(b, DEMCR, 1u << 9);
	run_until_halt(b);
	assert_int_equal(why(b), D_VCATCH);
	assert_false(r32(b, DHCSR) & S_LOCKUP);
	set_reg(b, R_XPSR, 0x01000000u);
	PROGRAM(b, 0xBE00);
	run_until_halt(b);
	assert_int_equal(pc(b), CODE);
	bench_free(b);
}

static void bkpt__without_a_debugger__is_a_hard_fault_with_its_cause(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xBE00);
	w32(b, DHCSR, 0xA05F0000u);
	pass(b, 10000);
	assert_int_equal(r32(b, HFSR), 1u << 31);
	assert_int_equal(r32(b, DFSR), D_BKPT);
	halt(b);
	assert_int_equal(ipsr(b), 3);
	assert_int_equal(r32(b, get_reg(b, R_SP) + 24u), CODE);
	bench_free(b);
}

static void bkpt__with_a_monitor__goes_there_unless_it_is_outranked(void **state)
{
	unsigned masked;

	(void)state;
	for (masked = 0; masked < 2; masked++) {
		struct bench *b = debug_bench("STM32F103C8");

		PROGRAM(b, 0xBE00);
		set_reg(b, R_SPECIAL, masked);          /* PRIMASK */
		w32(b, DEMCR, 1u << 16);
		w32(b, DHCSR, 0xA05F0000u);
		pass(b, 10000);
		assert_int_equal(r32(b, HFSR), masked ? 1u << 31 : 0);
		assert_int_equal(r32(b, SHCSR) >> 8 & 1u, !masked);     /* MONITORACT */
		halt(b);
		assert_int_equal(ipsr(b), masked ? 3 : 12);
		assert_int_equal(why(b), D_BKPT | D_HALTED);
		bench_free(b);
	}
}

static void monitor__is_pended_by_demcr_and_its_step_is_refused(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xE7FE);
	w32(b, DEMCR, 1u << 16 | 1u << 17);
	assert_true(r32(b, DEMCR) & 1u << 17);
	step(b);
	assert_int_equal(pc(b), handler_of(12));
	assert_false(r32(b, DEMCR) & 1u << 17);
	w32(b, DEMCR, 1u << 16 | 1u << 18);
	assert_int_equal(report(b).illegal, 1);
	w32(b, AIRCR, 0x05FA0004u);             /* a reset clears the monitor's bits alone */
	assert_int_equal(r32(b, DEMCR), 0);
	bench_free(b);
}

static void fault_in_hard_fault__locks_up__nmi_leaves_it(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");
	static const uint16_t udf[] = { 0xDE01 };

	(void)state;
	PROGRAM(b, 0xDE01);
	put_code(b, handler_of(3), udf, 1);
	go(b);
	pass(b, 10000);
	assert_true(r32(b, DHCSR) & S_LOCKUP);
	(void)r32(b, DHCSR);
	pass(b, 10000);
	assert_false(r32(b, DHCSR) & S_RETIRE_ST);
	w32(b, ICSR, 1u << 31);
	pass(b, 10000);
	assert_false(r32(b, DHCSR) & S_LOCKUP);
	halt(b);
	assert_int_equal(ipsr(b), 2);
	bench_free(b);
}

static void vectclractive__halted__forgets_all_exceptions(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xDF01);
	step(b);
	assert_int_equal(ipsr(b), 11);
	w32(b, AIRCR, 0x05FA0002u);
	assert_int_equal(ipsr(b), 0);
	assert_int_equal(r32(b, SHCSR), 0);
	assert_int_equal(report(b).illegal, 0);
	set_reg(b, R_PC, handler_of(12));
	go(b);
	w32(b, AIRCR, 0x05FA0002u);
	assert_int_equal(report(b).illegal, 1);
	bench_free(b);
}

/* ---- frames ------------------------------------------------------------------------------- */

/* vmov s0,r0; svc 1; vmov r2,s0 - the handler: vmov s0,r1; bx lr */
static void fpu_frame__is_stacked_when_the_fpu_was_used__and_comes_back(void **state)
{
	static const uint16_t handler[] = { 0xEE00, 0x1A10, 0x4770 };
	struct bench *b = debug_bench("STM32F407VG");

	(void)state;
	PROGRAM(b, 0xEE00, 0x0A10, 0xDF01, 0xEE10, 0x2A10, 0xE7FE);
	put_code(b, handler_of(11), handler, 3);
	w32(b, CPACR, 0xFu << 20);
	set_reg(b, 0, 0x3F800000u);
	set_reg(b, 1, 0x40000000u);
	step(b);
	assert_int_equal(get_reg(b, R_SPECIAL), 4u << 24);      /* FPCA */
	set_reg(b, 33, 0x03000000u);
	step(b);
	assert_int_equal(get_reg(b, R_LR), 0xFFFFFFE9u);
	assert_int_equal(get_reg(b, R_SP), STACK - 0x68u);
	assert_int_equal(r32(b, STACK - 0x68u + 0x20u), 0x3F800000u);
	assert_int_equal(r32(b, STACK - 0x68u + 0x60u), 0x03000000u);
	assert_int_equal(get_reg(b, R_SPECIAL), 0);
	step(b);
	assert_int_equal(get_reg(b, 64), 0x40000000u);
	step(b);
	assert_int_equal(pc(b), CODE + 6u);
	assert_int_equal(get_reg(b, R_SP), STACK);
	assert_int_equal(get_reg(b, R_SPECIAL), 4u << 24);
	step(b);
	assert_int_equal(get_reg(b, 2), 0x3F800000u);
	bench_free(b);
}

static void stack__off_by_four__is_aligned_and_put_back(void **state)
{
	static const uint16_t ret[] = { 0x4770 };
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xDF01, 0xBF00);
	put_code(b, handler_of(11), ret, 1);
	set_reg(b, R_SP, STACK - 4u);
	step(b);
	assert_int_equal(get_reg(b, R_SP), STACK - 40u);
	assert_int_equal(r32(b, STACK - 40u + 28u) >> 9 & 1u, 1);
	step(b);
	assert_int_equal(get_reg(b, R_SP), STACK - 4u);
	assert_int_equal(get_reg(b, R_XPSR), 0x01000000u);
	bench_free(b);
}

static void unprivileged_code__gets_a_bus_fault_from_the_private_bus(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0x6801, 0xBF00);
	set_reg(b, 0, VTOR);
	set_reg(b, R_SPECIAL, 1u << 24);
	step(b);
	assert_int_equal(ipsr(b), 3);
	assert_true(r32(b, CFSR) & 0xFF00u);
	bench_free(b);
}

/* vadd.f32; qadd (DSP); tt, lda, vrinta.f32 (ARMv8-M and later FPU) */
static void instructions__that_the_core_has_not__are_undefined(void **state)
{
	static const struct { uint16_t code[2]; uint32_t m3, m4; } rows[] = {
		{ { 0xEE30, 0x0A20 }, 1u << 19, 0 }, { { 0xFA81, 0xF080 }, 1u << 16, 0 },
		{ { 0xE841, 0xF000 }, 1u << 16, 1u << 16 }, { { 0xE8D0, 0x1FAF }, 1u << 16, 1u << 16 },
		{ { 0xFEB8, 0x0A40 }, 1u << 19, 1u << 19 }, { { 0xFB91, 0xF0F2 }, 0, 0 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		struct bench *b = debug_bench(i & 1 ? "STM32F407VG" : "STM32L152RB");

		code_at(b, CODE, rows[i / 2].code, 2);
		set_reg(b, 0, CODE);
		w32(b, CPACR, 0xFu << 20);
		step(b);
		assert_int_equal(r32(b, CFSR), i & 1 ? rows[i / 2].m4 : rows[i / 2].m3);
		bench_free(b);
	}
}

/* cpsid i; svc 1; b . - the handler, privileged again: cpsid i; bx lr */
static void unprivileged_code__cannot_mask__its_handler_can(void **state)
{
	static const uint16_t handler[] = { 0xB672, 0x4770 };
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xB672, 0xDF01, 0xE7FE);
	put_code(b, handler_of(11), handler, 2);
	set_reg(b, R_SPECIAL, 1u << 24);
	step(b);
	assert_int_equal(get_reg(b, R_SPECIAL), 1u << 24);
	step(b);
	step(b);
	assert_int_equal(get_reg(b, R_SPECIAL), 1u << 24 | 1u);
	step(b);
	assert_int_equal(pc(b), CODE + 4u);
	assert_int_equal(get_reg(b, R_SPECIAL), 1u << 24 | 1u);
	bench_free(b);
}

/* ---- masks and sleep ------------------------------------------------------------------------- */

/* cpsid i; str r1,[r0] (pends PendSV); adds r2,#1; cpsie i; adds r2,#1; b . */
static void masked_interrupt__comes_right_behind_cpsie(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xB672, 0x6001, 0x3201, 0xB662, 0x3201, 0xE7FE);
	set_reg(b, 0, ICSR);
	set_reg(b, 1, 1u << 28);
	go(b);
	pass(b, 10000);
	halt(b);
	assert_int_equal(ipsr(b), 14);
	assert_int_equal(r32(b, get_reg(b, R_SP) + 24u), CODE + 8u);
	assert_int_equal(get_reg(b, 2), 1);
	bench_free(b);
}

static void wfi__wakes_for_a_masked_interrupt_but_not_for_a_lesser_one(void **state)
{
	unsigned basepri;

	(void)state;
	for (basepri = 0; basepri < 2; basepri++) {
		struct bench *b = debug_bench("STM32F103C8");

		PROGRAM(b, 0xBF30, 0x3201, 0xE7FE);
		w32(b, 0xE000ED20u, 0x00F00000u);               /* PendSV at F0 */
		set_reg(b, R_SPECIAL, basepri ? 0x8000u : 1u);
		go(b);
		pass(b, 10000);
		assert_true(r32(b, DHCSR) & S_SLEEP);
		w32(b, ICSR, 1u << 28);
		pass(b, 10000);
		assert_int_equal((r32(b, DHCSR) & S_SLEEP) != 0, basepri);
		halt(b);
		assert_false(r32(b, DHCSR) & S_SLEEP);
		assert_int_equal(ipsr(b), 0);
		assert_int_equal(get_reg(b, 2), !basepri);
		bench_free(b);
	}
}

/* sev; wfe; adds r2,#1; wfe; adds r2,#1; b . */
static void wfe__passes_one_event_and_sleeps_until_the_next(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0xBF40, 0xBF20, 0x3201, 0xBF20, 0x3201, 0xE7FE);
	w32(b, 0xE000ED10u, 1u << 4);                   /* SEVONPEND */
	set_reg(b, R_SPECIAL, 1);
	go(b);
	pass(b, 10000);
	assert_true(r32(b, DHCSR) & S_SLEEP);
	w32(b, ICSR, 1u << 28);                         /* masked, but an event */
	pass(b, 10000);
	assert_false(r32(b, DHCSR) & S_SLEEP);
	halt(b);
	assert_int_equal(get_reg(b, 2), 2);
	assert_int_equal(ipsr(b), 0);
	bench_free(b);
}

static void sleeponexit__sleeps_between_interrupts(void **state)
{
	static const uint16_t handler[] = { 0x3501, 0x4770 };
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, 0x3201, 0xE7FD);
	put_code(b, handler_of(14), handler, 2);
	w32(b, 0xE000ED10u, 2u);
	w32(b, ICSR, 1u << 28);
	go(b);
	pass(b, 10000);
	assert_true(r32(b, DHCSR) & S_SLEEP);
	w32(b, ICSR, 1u << 28);
	pass(b, 10000);
	assert_true(r32(b, DHCSR) & S_SLEEP);
	halt(b);
	assert_int_equal(get_reg(b, 5), 2);
	assert_int_equal(get_reg(b, 2), 0);
	bench_free(b);
}

/* ---- timers and the halted core ------------------------------------------------------------------ */

static void timers__stop_with_the_core_where_dbgmcu_says_so(void **state)
{
	static const struct { const char *chip; uint32_t en, freeze, bit; } rows[] = {
		{ "STM32F103C8", 0x4002101Cu, 0xE0042004u, 11 },
		{ "STM32F100RB", 0x4002101Cu, 0xE0042004u, 11 },
		{ "STM32L152RB", 0x40023824u, 0xE0042008u, 0 },
		{ "STM32F407VG", 0x40023840u, 0xE0042008u, 0 },
	};
	unsigned i, frozen;

	(void)state;
	for (i = 0; i < ARRAY_LEN(rows); i++) {
		struct bench *b = debug_bench(rows[i].chip);

		PROGRAM(b, 0xE7FE);
		w32(b, rows[i].en, 1);                  /* TIM2 */
		w32(b, 0x40000028u, 99);
		w32(b, 0x40000014u, 1);
		w32(b, 0x40000000u, 1);
		for (frozen = 0; frozen < 2; frozen++) {
			uint32_t n;

			w32(b, rows[i].freeze, frozen << rows[i].bit);
			n = r32(b, 0x40000024u);
			pass(b, 1000000);
			assert_int_equal(r32(b, 0x40000024u) == n, frozen);
			go(b);
			pass(b, 1000000);
			assert_true(r32(b, 0x40000024u) != n);
			halt(b);
		}
		bench_free(b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(blank_chip__shows_what_silicon_shows),
		cmocka_unit_test(vector_catches__each_catches_its_own_fault),
		cmocka_unit_test(fault_with_its_own_handler__is_caught_there),
		cmocka_unit_test(harderr__alone__catches_an_escalated_fault),
		cmocka_unit_test(interr__catches_faults_of_entry_and_return),
		cmocka_unit_test(vector_table__in_nowhere__is_a_hard_fault_or_lockup),
		cmocka_unit_test(lockup__that_vector_catch_sees_coming__is_none),
		cmocka_unit_test(bkpt__without_a_debugger__is_a_hard_fault_with_its_cause),
		cmocka_unit_test(bkpt__with_a_monitor__goes_there_unless_it_is_outranked),
		cmocka_unit_test(monitor__is_pended_by_demcr_and_its_step_is_refused),
		cmocka_unit_test(fault_in_hard_fault__locks_up__nmi_leaves_it),
		cmocka_unit_test(vectclractive__halted__forgets_all_exceptions),
		cmocka_unit_test(fpu_frame__is_stacked_when_the_fpu_was_used__and_comes_back),
		cmocka_unit_test(stack__off_by_four__is_aligned_and_put_back),
		cmocka_unit_test(unprivileged_code__gets_a_bus_fault_from_the_private_bus),
		cmocka_unit_test(instructions__that_the_core_has_not__are_undefined),
		cmocka_unit_test(unprivileged_code__cannot_mask__its_handler_can),
		cmocka_unit_test(masked_interrupt__comes_right_behind_cpsie),
		cmocka_unit_test(wfi__wakes_for_a_masked_interrupt_but_not_for_a_lesser_one),
		cmocka_unit_test(wfe__passes_one_event_and_sleeps_until_the_next),
		cmocka_unit_test(sleeponexit__sleeps_between_interrupts),
		cmocka_unit_test(timers__stop_with_the_core_where_dbgmcu_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
