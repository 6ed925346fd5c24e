/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_debug_step.c - single steps of the virtual core: through IT blocks, into,
 * over and out of handlers, over the instructions that sleep; and the bits of DHCSR.
 */
#include "tests/debug_bench.h"

/* cmp r0,#0; itete eq; moveq r1,#1; movne r1,#2; moveq r2,#1; movne r2,#2; adds r3,#1 */
#define IT_BLOCK 0x2800, 0xBF0B, 0x2101, 0x2102, 0x2201, 0x2202, 0x3301, 0xE7FE

static void it_block__is_stepped_one_by_one__conditions_that_fail_too(void **state)
{
	static const uint32_t states[] = { 0x00, 0x00, 0x0B, 0x16, 0x0C, 0x18, 0x00, 0x00 };
	unsigned eq, i;

	(void)state;
	for (eq = 0; eq < 2; eq++) {
		struct bench *b = debug_bench("STM32F103C8");

		PROGRAM(b, IT_BLOCK);
		set_reg(b, 0, eq ? 0 : 1);
		for (i = 1; i < 8; i++) {
			step(b);
			assert_int_equal(why(b), D_HALTED);
			assert_int_equal(pc(b), CODE + 2u * i);
			assert_int_equal(it_state(b) & 0x1Fu, states[i] & 0x1Fu);
		}
		assert_int_equal(get_reg(b, 1), eq ? 1 : 2);
		assert_int_equal(get_reg(b, 2), eq ? 1 : 2);
		assert_int_equal(get_reg(b, 3), 1);
		bench_free(b);
	}
}

static void it_block__halted_in_the_middle__goes_on_with_its_conditions(void **state)
{
	struct bench *b = debug_bench("STM32F103C8");
	unsigned i;

	(void)state;
	PROGRAM(b, IT_BLOCK);
	set_reg(b, 0, 1);
	for (i = 0; i < 3; i++)
		step(b);
	go(b);
	pass(b, 10000);
	halt(b);
	assert_int_equal(get_reg(b, 1), 2);
	assert_int_equal(get_reg(b, 2), 2);
	assert_int_equal(get_reg(b, 3), 1);
	bench_free(b);
}

/* cmp r0,#0; itt eq; addeq r1,#1; beq .+6; adds r2,#1; adds r3,#1; nop */
static void it_block__branch_as_last__is_taken_or_not(void **state)
{
	unsigned eq, i;

	(void)state;
	for (eq = 0; eq < 2; eq++) {
		struct bench *b = debug_bench("STM32F103C8");

		PROGRAM(b, 0x2800, 0xBF04, 0x3101, 0xE001, 0x3201, 0x3301, 0xBF00);
		set_reg(b, 0, !eq);
		for (i = 0; i < 4; i++)
			step(b);
		assert_int_equal(pc(b), eq ? CODE + 12u : CODE + 8u);
		assert_int_equal(it_state(b), 0);
		bench_free(b);
	}
}

/* A loop around an IT block, sliced at every possible instant by a debugger that looks:
 * r1 counts turns, r2 those with r1 odd, r3 those with r1 even. */
static void it_block__interrupted_anywhere__keeps_its_conditions(void **state)
{
	static const uint16_t code[] = { 0x3101,                /* adds r1,#1 */
					 0x07CC,                /* lsls r4,r1,#31 */
					 0xBF4C,                /* ite mi */
					 0x3201, 0x3301,        /* addmi r2,#1; addpl r3,#1 */
					 0xE7F9 };
	struct bench *b = debug_bench("STM32F103C8");
	unsigned i, odd, turns;

	(void)state;
	code_at(b, CODE, code, ARRAY_LEN(code));
	go(b);
	for (i = 0; i < 5000; i++) {
		pass(b, 131 + i % 97);
		(void)r32(b, 0x20000000u);
	}
	halt(b);
	while (pc(b) != CODE)
		step(b);
	turns = get_reg(b, 1);
	odd = get_reg(b, 2);
	assert_true(turns > 500);
	assert_int_equal(odd, (turns + 1) / 2);
	assert_int_equal(get_reg(b, 3), turns / 2);
	bench_free(b);
}

/* SysTick comes in the middle of the block: ITSTATE is stacked and comes back. */
static void it_block__interrupted_by_a_handler__goes_on_after_it(void **state)
{
	static const uint16_t handler[] = { 0x3501, 0x4770 };   /* adds r5,#1; bx lr */
	struct bench *b = debug_bench("STM32F103C8");

	(void)state;
	PROGRAM(b, IT_BLOCK);
	put_code(b, handler_of(15), handler, 2);
	set_reg(b, 0, 1);
	step(b);
	step(b);
	step(b);
	w32(b, ICSR, 1u << 26);
	step(b);
	assert_int_equal(pc(b), handler_of(15));
	assert_int_equal(it_state(b), 0);
	assert_int_equal(r32(b, get_reg(b, R_SP) + 24u), CODE + 6u);
	step(b);
	step(b);
	assert_int_equal(pc(b), CODE + 6u);
	assert_int_equal(it_state(b) & 0x1Fu, 0x16u);
	step(b);
	assert_int_equal(get_reg(b, 1), 2);
	assert_int_equal(get_reg(b, 5), 1);
	bench_free(b);
}

static void interrupt_pending__step_ends_at_its_handler(void **state)
{
	struct bench *b = debug_bench("STM32F100RB");

	(void)state;
	PROGRAM(b, 0x3001, 0x3001);
	w32(b, ICSR, 1u << 28);                 /* PendSV */
	step(b);
	assert_int_equal(why(b), D_HALTED);
	assert_int_equal(pc(b), handler_of(14));
	assert_int_equal(ipsr(b), 14);
	assert_int_equal(get_reg(b, R_LR), 0xFFFFFFF9u);
	assert_int_equal(get_reg(b, 0), 0);
	step(b);
	assert_int_equal(pc(b), handler_of(14) + 2u);
	bench_free(b);
}

static void interrupts_masked_by_the_debugger__step_goes_on_in_the_program(void **state)
{
	struct bench *b = debug_bench("STM32F100RB");

	(void)state;
	PROGRAM(b, 0x3001, 0x3001);
	w32(b, DHCSR, 0xA05F000Bu);
	w32(b, ICSR, 1u << 28);
	w32(b, DHCSR, 0xA05F000Du);
	assert_int_equal(pc(b), CODE + 2u);
	assert_int_equal(get_reg(b, 0), 1);
	assert_int_equal(r32(b, ICSR) >> 28 & 1u, 1);
	w32(b, ICSR, 1u << 31);                 /* NMI is not masked */
	w32(b, DHCSR, 0xA05F000Du);
	assert_int_equal(pc(b), handler_of(2));
	w32(b, DHCSR, 0xA05F0003u);
	assert_int_equal(report(b).illegal, 0);
	bench_free(b);
}

static void maskints__changed_with_the_run_bit_or_running__is_illegal(void **state)
{
	struct bench *b = debug_bench("STM32F100RB");

	(void)state;
	PROGRAM(b, 0xE7FE);
	w32(b, DHCSR, 0xA05F0009u);             /* leaves halt */
	assert_int_equal(report(b).illegal, 1);
	w32(b, DHCSR, 0xA05F0001u);             /* while it runs */
	assert_int_equal(report(b).illegal, 2);
	w32(b, DHCSR, 0xA05F0005u);             /* C_STEP while it runs */
	assert_int_equal(report(b).illegal, 3);
	bench_free(b);
}

static void svc__is_stepped_into_and_returned_from(void **state)
{
	static const uint16_t handler[] = { 0x3401, 0x4770 };
	struct bench *b = debug_bench("STM32F100RB");

	(void)state;
	PROGRAM(b, 0xDF01, 0x3001);
	put_code(b, handler_of(11), handler, 2);
	step(b);
	assert_int_equal(pc(b), handler_of(11));
	assert_int_equal(ipsr(b), 11);
	step(b);
	step(b);
	assert_int_equal(pc(b), CODE + 2u);
	assert_int_equal(ipsr(b), 0);
	assert_int_equal(get_reg(b, 4), 1);
	assert_int_equal(get_reg(b, R_SP), STACK);
	bench_free(b);
}

static void fault__step_ends_at_its_handler(void **state)
{
	struct bench *b = debug_bench("STM32F100RB");

	(void)state;
	PROGRAM(b, 0xDE01);
	w32(b, SHCSR, 1u << 18);
	step(b);
	assert_int_equal(pc(b), handler_of(6));
	assert_int_equal(ipsr(b), 6);
	assert_int_equal(r32(b, CFSR), 1u << 16);
	assert_int_equal(r32(b, get_reg(b, R_SP) + 24u), CODE);
	assert_int_equal(r32(b, SHCSR), 1u << 18 | 1u << 3);
	bench_free(b);
}

static void bkpt__step_stays_at_it(void **state)
{
	struct bench *b = debug_bench("STM32F100RB");

	(void)state;
	PROGRAM(b, 0xBE00, 0x3001);
	step(b);
	assert_int_equal(why(b), D_BKPT);
	assert_int_equal(pc(b), CODE);
	bench_free(b);
}

/* wfi; wfe; wfe.w; yield; yield.w; sev; sev.w */
static void sleeping_instructions__are_stepped_over(void **state)
{
	static const uint8_t lengths[] = { 2, 2, 4, 2, 4, 2, 4 };
	struct bench *b = debug_bench("STM32F100RB");
	uint32_t at = CODE;
	unsigned i;

	(void)state;
	PROGRAM(b, 0xBF30, 0xBF20, 0xF3AF, 0x8002, 0xBF10, 0xF3AF, 0x8001, 0xBF40, 0xF3AF, 0x8004);
	for (i = 0; i < ARRAY_LEN(lengths); i++) {
		step(b);
		at += lengths[i];
		assert_int_equal(pc(b), at);
		assert_false(r32(b, DHCSR) & S_SLEEP);
	}
	bench_free(b);
}

static void step__shows_in_dhcsr(void **state)
{
	struct bench *b = debug_bench("STM32F100RB");

	(void)state;
	PROGRAM(b, 0x3001, 0x3001);
	(void)r32(b, DHCSR);
	w32(b, DHCSR, 0xA05F0005u);
	/* S_RETIRE_ST and S_HALT and S_REGRDY; C_HALT has come back, C_STEP stays */
	assert_int_equal(r32(b, DHCSR), 0x01030007u);
	assert_int_equal(r32(b, DHCSR), 0x00030007u);
	bench_free(b);
}

static void register_transfer__of_a_running_core__never_completes(void **state)
{
	struct bench *b = debug_bench("STM32F100RB");

	(void)state;
	PROGRAM(b, 0xE7FE);
	set_reg(b, 3, 77);
	go(b);
	assert_true(r32(b, DHCSR) & 1u << 16);
	w32(b, DCRSR, 3);
	pass(b, 1000000);
	assert_false(r32(b, DHCSR) & 1u << 16);
	w32(b, DCRDR, 78);
	w32(b, DCRSR, 3u | 1u << 16);
	assert_int_equal(report(b).illegal, 2);
	halt(b);
	assert_int_equal(get_reg(b, 3), 77);
	assert_true(r32(b, DHCSR) & 1u << 16);
	bench_free(b);
}

static void pc__bit_0_of_the_debugger__is_ignored_and_T_decides(void **state)
{
	struct bench *b = debug_bench("STM32F100RB");

	(void)state;
	PROGRAM(b, 0x3001, 0x3001);
	set_reg(b, R_PC, CODE | 1u);
	assert_int_equal(pc(b), CODE);
	set_reg(b, R_PC, CODE);
	step(b);
	assert_int_equal(get_reg(b, 0), 1);
	set_reg(b, R_XPSR, 0);                  /* no Thumb state: INVSTATE */
	w32(b, SHCSR, 1u << 18);
	step(b);
	assert_int_equal(pc(b), handler_of(6));
	assert_int_equal(r32(b, CFSR), 1u << 17);
	assert_int_equal(r32(b, get_reg(b, R_SP) + 24u), CODE + 2u);
	assert_int_equal(get_reg(b, 0), 1);
	bench_free(b);
}

static void registers__of_unprivileged_code__are_the_debuggers_all_the_same(void **state)
{
	struct bench *b = debug_bench("STM32F407VG");

	(void)state;
	PROGRAM(b, 0xDF01, 0xBF00);
	set_reg(b, R_PSP, 0x20001000u);
	set_reg(b, R_SPECIAL, 0x03000000u);     /* nPRIV, SPSEL */
	assert_int_equal(get_reg(b, R_MSP), STACK);
	assert_int_equal(get_reg(b, R_PSP), 0x20001000u);
	assert_int_equal(get_reg(b, R_SPECIAL), 0x03000000u);
	set_reg(b, R_MSP, STACK - 64u);
	step(b);                                /* SVC: onto the main stack, privileged */
	assert_int_equal(ipsr(b), 11);
	assert_int_equal(get_reg(b, R_LR), 0xFFFFFFFDu);
	assert_int_equal(get_reg(b, R_SP), STACK - 64u);
	assert_int_equal(get_reg(b, R_PSP), 0x20001000u - 32u);
	assert_int_equal(get_reg(b, R_SPECIAL), 0x01000000u);
	bench_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_block__is_stepped_one_by_one__conditions_that_fail_too),
		cmocka_unit_test(it_block__halted_in_the_middle__goes_on_with_its_conditions),
		cmocka_unit_test(it_block__branch_as_last__is_taken_or_not),
		cmocka_unit_test(it_block__interrupted_anywhere__keeps_its_conditions),
		cmocka_unit_test(it_block__interrupted_by_a_handler__goes_on_after_it),
		cmocka_unit_test(interrupt_pending__step_ends_at_its_handler),
		cmocka_unit_test(interrupts_masked_by_the_debugger__step_goes_on_in_the_program),
		cmocka_unit_test(maskints__changed_with_the_run_bit_or_running__is_illegal),
		cmocka_unit_test(svc__is_stepped_into_and_returned_from),
		cmocka_unit_test(fault__step_ends_at_its_handler),
		cmocka_unit_test(bkpt__step_stays_at_it),
		cmocka_unit_test(sleeping_instructions__are_stepped_over),
		cmocka_unit_test(step__shows_in_dhcsr),
		cmocka_unit_test(register_transfer__of_a_running_core__never_completes),
		cmocka_unit_test(pc__bit_0_of_the_debugger__is_ignored_and_T_decides),
		cmocka_unit_test(registers__of_unprivileged_code__are_the_debuggers_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
