/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_core.c - the virtual core as a debugger sees it: halt, step, core
 * registers, breakpoints, vector catch, resets, faults and lockup.
 */
#include "tests/chip_bench.h"

static void halt__stops_the_core_and_says_so(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	assert_false(r32(b, DHCSR) & S_HALT);
	halt(b);
	assert_int_equal(r32(b, DFSR) & 1u, 1u);
	assert_int_equal(r32(b, DHCSR) & 0xFu, 3u);
	go(b);
	assert_false(r32(b, DHCSR) & S_HALT);
	bench_free(b);
}

static void dhcsr__without_key__is_ignored(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	w32(b, DHCSR, 0x00000003u);
	w32(b, DHCSR, 0xA05E0003u);
	assert_int_equal(r32(b, DHCSR) & (S_HALT | 0xFu), 0);
	bench_free(b);
}

static void core_registers__hold_what_was_written(void **state)
{
	static const char *const chips[] = { "STM32F100RB", "STM32L152RB", "STM32F407VG" };
	unsigned i, n;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct bench *b = bench_new(chips[i]);

		halt(b);
		for (n = 0; n < 13; n++)
			set_reg(b, n, 0x1000001u * (n + 1u));
		set_reg(b, 13, 0x20000400u);
		set_reg(b, 14, 0x08001235u);
		set_reg(b, 15, 0x20000101u);
		set_reg(b, 16, 0xA1000000u);
		set_reg(b, 18, 0x20000300u);
		set_reg(b, 20, 0x02004001u);
		for (n = 0; n < 13; n++)
			assert_int_equal(get_reg(b, n), 0x1000001u * (n + 1u));
		assert_int_equal(get_reg(b, 14), 0x08001235u);
		assert_int_equal(get_reg(b, 15), 0x20000100u);
		assert_int_equal(get_reg(b, 16), 0xA1000000u);
		assert_int_equal(get_reg(b, 17), 0x20000400u);
		assert_int_equal(get_reg(b, 18), 0x20000300u);
		assert_int_equal(get_reg(b, 20), 0x02004001u);
		assert_int_equal(get_reg(b, 13), 0x20000300u);
		bench_free(b);
	}
}

static void fpu_registers__exist_on_the_m4_only(void **state)
{
	struct bench *b = bench_new("STM32F407VG");

	(void)state;
	halt(b);
	set_reg(b, 64, 0x3F800000u);
	set_reg(b, 95, 0x40490FDBu);
	assert_int_equal(get_reg(b, 64), 0x3F800000u);
	assert_int_equal(get_reg(b, 95), 0x40490FDBu);
	bench_free(b);
	b = bench_new("STM32F103C8");
	halt(b);
	set_reg(b, 64, 0x3F800000u);
	assert_int_equal(get_reg(b, 64), 0);
	bench_free(b);
}

static void bkpt__halts_a_debugged_core_at_its_address(void **state)
{
	static const uint16_t code[] = { 0x2005, 0x3001, 0xBE00, 0x3001 };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	w32(b, DFSR, 0x1Fu);
	put_code(b, 0x20000000u, code, ARRAY_LEN(code));
	start(b, 0x20000000u);
	pass(b, 10000);
	assert_true(r32(b, DHCSR) & S_HALT);
	assert_true(r32(b, DHCSR) & 2u);
	assert_int_equal(r32(b, DFSR), 2u);
	assert_int_equal(get_reg(b, 15), 0x20000004u);
	assert_int_equal(get_reg(b, 0), 6u);
	bench_free(b);
}

static void second_program_at_the_same_address__is_the_one_that_runs(void **state)
{
	static const uint16_t one[] = { 0x2001, 0xBE00 }, two[] = { 0x2002, 0xBE00 };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	put_code(b, 0x20000000u, one, 2);
	start(b, 0x20000000u);
	wait_halt(b, 1000, 100000);
	assert_int_equal(get_reg(b, 0), 1u);
	put_code(b, 0x20000000u, two, 2);
	start(b, 0x20000000u);
	wait_halt(b, 1000, 100000);
	assert_int_equal(get_reg(b, 0), 2u);
	bench_free(b);
}

static void step__executes_one_instruction(void **state)
{
	static const uint16_t code[] = { 0x2005, 0x3001, 0x3001, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	put_code(b, 0x20000000u, code, ARRAY_LEN(code));
	set_reg(b, 15, 0x20000000u);
	set_reg(b, 16, 0x01000000u);
	w32(b, DHCSR, 0xA05F000Du & ~2u);
	assert_true(r32(b, DHCSR) & S_HALT);
	assert_int_equal(get_reg(b, 15), 0x20000002u);
	w32(b, DHCSR, 0xA05F0005u);
	assert_int_equal(get_reg(b, 15), 0x20000004u);
	assert_int_equal(get_reg(b, 0), 6u);
	assert_true(r32(b, DHCSR) & S_HALT);
	bench_free(b);
}

static void flash_breakpoint__halts_before_the_instruction(void **state)
{
	static const uint16_t fw[] = { 0x1000, 0x2000, 0x0009, 0x0800, 0x2001, 0x2002, 0x2003,
				       0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	burn(b, fw, sizeof fw);
	halt(b);
	w32(b, 0xE0002000u, 3);
	w32(b, 0xE0002008u, 0x08000008u | 2u << 30 | 1u);       /* upper half: 0x0800000A */
	set_reg(b, 15, 0x08000008u);
	set_reg(b, 16, 0x01000000u);
	set_reg(b, 0, 0);
	w32(b, DFSR, 0x1Fu);
	go(b);
	pass(b, 100000);
	assert_true(r32(b, DHCSR) & S_HALT);
	assert_int_equal(r32(b, DFSR), 2u);
	assert_int_equal(get_reg(b, 15), 0x0800000Au);
	assert_int_equal(get_reg(b, 0), 1u);
	assert_int_equal(r32(b, 0xE0002000u) >> 4 & 15u, 6u);
	bench_free(b);
}

static void data_watchpoint__halts_after_the_access_that_it_names(void **state)
{
	static const uint16_t code[] = { 0x2001, 0x6048, 0x6008, 0x2002, 0x6808, 0x2003, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	put_code(b, 0x20000000u, code, ARRAY_LEN(code));
	set_reg(b, 15, 0x20000000u);
	set_reg(b, 16, 0x01000000u);
	set_reg(b, 1, 0x20000100u);             /* stores to r1 + 4, to r1; loads from r1 */
	w32(b, DEMCR, 0x01000000u);
	w32(b, 0xE0001020u, 0x20000100u);
	w32(b, 0xE0001024u, 2);
	w32(b, 0xE0001028u, 6);                 /* a write */
	w32(b, DFSR, 0x1Fu);
	go(b);
	pass(b, 100000);
	assert_true(r32(b, DHCSR) & S_HALT);
	assert_int_equal(r32(b, DFSR), 4u);
	assert_int_equal(get_reg(b, 15), 0x20000006u);
	assert_int_equal(r32(b, 0x20000100u), 1);
	assert_int_equal(r32(b, 0xE0001028u), 6u | 1u << 24);
	assert_int_equal(r32(b, 0xE0001028u), 6u);
	w32(b, 0xE0001028u, 5);                 /* a read */
	go(b);
	pass(b, 100000);
	assert_int_equal(get_reg(b, 15), 0x2000000Au);
	assert_int_equal(get_reg(b, 0), 1u);
	w32(b, 0xE0001028u, 2);                 /* trace: not modelled, said so */
	assert_int_equal(report(b).illegal, 1);
	bench_free(b);
}

static void reset_with_vector_catch__halts_at_the_reset_handler(void **state)
{
	static const uint16_t fw[] = { 0x1000, 0x2000, 0x0009, 0x0800, 0x2001, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	burn(b, fw, sizeof fw);
	halt(b);
	(void)r32(b, DHCSR);
	w32(b, DEMCR, 0x01000001u);
	w32(b, DFSR, 0x1Fu);
	w32(b, AIRCR, 0x05FA0004u);
	assert_true(r32(b, DHCSR) & S_RESET_ST);
	assert_false(r32(b, DHCSR) & S_RESET_ST);
	assert_true(r32(b, DHCSR) & S_HALT);
	assert_int_equal(r32(b, DFSR), 8u);
	assert_int_equal(get_reg(b, 15), 0x08000008u);
	assert_int_equal(get_reg(b, 13), 0x20001000u);
	assert_int_equal(get_reg(b, 0), 0);
	assert_int_equal(r32(b, DEMCR), 0x01000001u);
	assert_int_equal(report(b).resets, 1);
	bench_free(b);
}

static void reset_without_vector_catch__runs(void **state)
{
	static const uint16_t fw[] = { 0x1000, 0x2000, 0x0009, 0x0800, 0x2001, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	burn(b, fw, sizeof fw);
	halt(b);
	w32(b, AIRCR, 0x05FA0004u);
	pass(b, 100000);
	assert_false(r32(b, DHCSR) & S_HALT);
	assert_true(r32(b, DHCSR) & 1u);
	halt(b);
	assert_int_equal(get_reg(b, 0), 1u);
	assert_int_equal(get_reg(b, 15), 0x0800000Au);
	bench_free(b);
}

static void aircr__without_key__resets_nothing(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	w32(b, AIRCR, 0x00000004u);
	assert_int_equal(report(b).resets, 0);
	bench_free(b);
}

static void vectreset__resets_the_core_and_leaves_peripherals(void **state)
{
	static const uint16_t fw[] = { 0x1000, 0x2000, 0x0009, 0x0800, 0x2001, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	burn(b, fw, sizeof fw);
	w32(b, 0x40021018u, 0x10u);
	w32(b, AIRCR, 0x05FA0001u);                     /* the core runs: unpredictable */
	assert_int_equal(report(b).illegal, 1);
	halt(b);
	w32(b, DEMCR, 1u);
	w32(b, AIRCR, 0x05FA0001u);
	assert_true(r32(b, DHCSR) & S_RESET_ST);
	assert_int_equal(get_reg(b, 15), 0x08000008u);
	assert_int_equal(r32(b, 0x40021018u), 0x10u);
	bench_free(b);
}

static void nrst_held_low__core_waits_and_catches_the_vector_at_release(void **state)
{
	static const uint16_t fw[] = { 0x1000, 0x2000, 0x0009, 0x0800, 0x2001, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	burn(b, fw, sizeof fw);
	chip_nrst(b->chip, true);
	w32(b, DHCSR, 0xA05F0001u);
	w32(b, DEMCR, 1u);
	pass(b, 1000000);
	assert_true(r32(b, DHCSR) & S_RESET_ST);
	chip_nrst(b->chip, false);
	assert_true(r32(b, DHCSR) & S_HALT);
	assert_int_equal(get_reg(b, 15), 0x08000008u);
	bench_free(b);
}

static void power_cycle__forgets_debug_state_and_keeps_flash(void **state)
{
	struct bench *b = bench_new("STM32F100RB");
	uint32_t v;

	(void)state;
	chip_flash(b->chip, NULL)[5] = 0x77;
	halt(b);
	w32(b, DEMCR, 0x01000001u);
	w32(b, 0x20000000u, 0x12345678u);
	chip_power(b->chip, false);
	assert_false(chip_swd_ok(b->chip));
	assert_int_equal(chip_dpidr(b->chip), 0);
	assert_int_equal(chip_get_supply_mv(b->chip), 0);
	assert_int_equal(chip_read(b->chip, 0x20000000u, 4, &v), BUS_OFF);
	chip_power(b->chip, true);
	assert_int_equal(chip_dpidr(b->chip), 0x1BA01477u);
	assert_int_equal(r32(b, DEMCR), 0);
	assert_int_equal(r32(b, DHCSR) & 0xFu, 0);
	assert_int_not_equal(r32(b, 0x20000000u), 0x12345678u);
	assert_int_equal(rd(b, 0x08000005u, 1), 0x77u);
	bench_free(b);
}

static void blank_chip__is_locked_up_until_halted(void **state)
{
	static const char *const chips[] = { "STM32F100RB", "STM32L152RB", "STM32F407VG" };
	static const uint16_t code[] = { 0x2007, 0xBE00 };
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct bench *b = bench_new(chips[i]);

		pass(b, 1000000);
		assert_true(r32(b, DHCSR) & S_LOCKUP);
		halt(b);
		assert_false(r32(b, DHCSR) & S_LOCKUP);
		put_code(b, 0x20000000u, code, 2);
		start(b, 0x20000000u);
		wait_halt(b, 1000, 1000000);
		assert_int_equal(get_reg(b, 0), 7u);
		bench_free(b);
	}
}

static void hard_fault__with_vector_catch__halts_at_its_handler(void **state)
{
	/* vectors: SP, reset 0x11, NMI, HardFault 0x15; ldr r0,=0x70000000; ldr r1,[r0] */
	static const uint16_t fw[] = { 0x1000, 0x2000, 0x0011, 0x0800, 0, 0, 0x0017, 0x0800,
				       0x2007, 0x0700, 0x6801, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	burn(b, fw, sizeof fw);
	w32(b, DHCSR, 0xA05F0001u);
	w32(b, DEMCR, 1u << 10 | 1u << 24);
	w32(b, AIRCR, 0x05FA0004u);
	pass(b, 100000);
	assert_true(r32(b, DHCSR) & S_HALT);
	assert_true(r32(b, DFSR) & 8u);
	assert_int_equal(get_reg(b, 15), 0x08000016u);
	assert_int_equal(get_reg(b, 16) & 0x1FFu, 3u);
	assert_int_equal(r32(b, 0xE000ED38u), 0x70000000u);
	assert_true(r32(b, 0xE000ED2Cu) & 1u << 30);
	assert_int_equal(r32(b, get_reg(b, 13) + 24u), 0x08000014u);    /* stacked PC */
	bench_free(b);
}

static void bkpt_without_debugger__is_a_hard_fault_then_lockup(void **state)
{
	static const uint16_t fw[] = { 0x1000, 0x2000, 0x0011, 0x0800, 0, 0, 0x0011, 0x0800,
				       0xBE00, 0xE7FE };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	burn(b, fw, sizeof fw);
	w32(b, AIRCR, 0x05FA0004u);
	pass(b, 100000);
	assert_true(r32(b, DHCSR) & S_LOCKUP);
	assert_true(r32(b, 0xE000ED2Cu) & 1u << 31);
	bench_free(b);
}

static void supervisor_call__stacks_and_returns(void **state)
{
	/* vectors: SP, reset 0x41, ... SVC (11) 0x4B
	 * 40: movs r0,#1; svc 3; adds r0,#2; wfi; b .   4A: adds r4,#1; bx lr */
	uint16_t fw[40] = { 0x1000, 0x2000, 0x0041, 0x0800 };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	fw[22] = 0x004B;
	fw[23] = 0x0800;
	fw[32] = 0x2001;
	fw[33] = 0xDF03;
	fw[34] = 0x3002;
	fw[35] = 0xBF30;
	fw[36] = 0xE7FE;
	fw[37] = 0x3401;
	fw[38] = 0x4770;
	burn(b, fw, sizeof fw);
	w32(b, AIRCR, 0x05FA0004u);
	pass(b, 100000);
	assert_true(r32(b, DHCSR) & S_SLEEP);
	halt(b);
	assert_int_equal(get_reg(b, 0), 3u);
	assert_int_equal(get_reg(b, 4), 1u);
	assert_int_equal(get_reg(b, 13), 0x20001000u);
	assert_int_equal(get_reg(b, 16) & 0x1FFu, 0);
	bench_free(b);
}

static void register_access_while_running__is_illegal(void **state)
{
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	w32(b, DHCSR, 0xA05F0001u);
	w32(b, DCRSR, 3);
	assert_int_equal(report(b).illegal, 1);
	assert_non_null(strstr(chip_illegal(b->chip, 0), "core register 3"));
	assert_null(chip_illegal(b->chip, 1));
	bench_free(b);
}

static void retire_bit__tells_whether_the_core_executed(void **state)
{
	static const uint16_t code[] = { 0x3001, 0xE7FD };
	struct bench *b = bench_new("STM32F100RB");

	(void)state;
	halt(b);
	put_code(b, 0x20000000u, code, 2);
	(void)r32(b, DHCSR);
	assert_false(r32(b, DHCSR) & S_RETIRE_ST);
	start(b, 0x20000000u);
	pass(b, 10000);
	assert_true(r32(b, DHCSR) & S_RETIRE_ST);
	bench_free(b);
}

static void instructions__take_one_and_a_half_cycles(void **state)
{
	static const uint16_t code[] = { 0x3001, 0xE7FD };
	static const struct { const char *name; uint64_t ns, insns; } rows[] = {
		{ "STM32F100RB", 187500, 1000 }, { "STM32F407VG", 93750, 1000 },
		{ "STM32L152RB", 715308, 1000 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct bench *b = bench_new(rows[i].name);
		uint64_t before;

		halt(b);
		put_code(b, 0x20000000u, code, 2);
		start(b, 0x20000000u);
		before = report(b).instructions;
		pass(b, rows[i].ns);
		assert_int_equal(report(b).instructions - before, rows[i].insns);
		bench_free(b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(halt__stops_the_core_and_says_so),
		cmocka_unit_test(dhcsr__without_key__is_ignored),
		cmocka_unit_test(core_registers__hold_what_was_written),
		cmocka_unit_test(fpu_registers__exist_on_the_m4_only),
		cmocka_unit_test(bkpt__halts_a_debugged_core_at_its_address),
		cmocka_unit_test(second_program_at_the_same_address__is_the_one_that_runs),
		cmocka_unit_test(step__executes_one_instruction),
		cmocka_unit_test(flash_breakpoint__halts_before_the_instruction),
		cmocka_unit_test(data_watchpoint__halts_after_the_access_that_it_names),
		cmocka_unit_test(reset_with_vector_catch__halts_at_the_reset_handler),
		cmocka_unit_test(reset_without_vector_catch__runs),
		cmocka_unit_test(aircr__without_key__resets_nothing),
		cmocka_unit_test(vectreset__resets_the_core_and_leaves_peripherals),
		cmocka_unit_test(nrst_held_low__core_waits_and_catches_the_vector_at_release),
		cmocka_unit_test(power_cycle__forgets_debug_state_and_keeps_flash),
		cmocka_unit_test(blank_chip__is_locked_up_until_halted),
		cmocka_unit_test(hard_fault__with_vector_catch__halts_at_its_handler),
		cmocka_unit_test(bkpt_without_debugger__is_a_hard_fault_then_lockup),
		cmocka_unit_test(supervisor_call__stacks_and_returns),
		cmocka_unit_test(register_access_while_running__is_illegal),
		cmocka_unit_test(retire_bit__tells_whether_the_core_executed),
		cmocka_unit_test(instructions__take_one_and_a_half_cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
