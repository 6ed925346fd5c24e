/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_debug_elf.c - a first debugging session with examples/debug/debug.elf, by
 * the register accesses that gdb and OpenOCD make for it: break main, continue, next, step,
 * finish, watch, a breakpoint in a handler.
 *
 * Uses the committed file and its symbol table, no compiler. The addresses of lines are
 * found as a debugger does it: from the instructions at the symbols.
 */
#include "tests/debug_bench.h"

#include <stdio.h>

#define ELF_FILE "examples/debug/debug.elf"

struct elf {
	uint8_t bytes[64 * 1024];
	size_t len;
};

static uint32_t le(const struct elf *e, size_t at, unsigned size)
{
	uint32_t v = 0;
	unsigned i;

	assert_true(at + size <= e->len);
	for (i = 0; i < size; i++)
		v |= (uint32_t)e->bytes[at + i] << 8 * i;
	return v;
}

/* The file stands in the source tree: tests are run from there. */
static struct elf *elf_read(void)
{
	struct elf *e = calloc(1, sizeof *e);
	FILE *f = fopen(ELF_FILE, "rb");

	assert_non_null(e);
	if (!f)
		fail_msg("%s is missing: run the tests from the top of the source tree", ELF_FILE);
	e->len = fread(e->bytes, 1, sizeof e->bytes, f);
	(void)fclose(f);
	assert_true(e->len > 52 && e->len < sizeof e->bytes);
	assert_int_equal(le(e, 0, 4), 0x464C457Fu);
	return e;
}

/* Section n: address of its header in the file. */
static size_t section(const struct elf *e, unsigned n)
{
	return le(e, 32, 4) + (size_t)n * le(e, 46, 2);
}

static uint32_t symbol(const struct elf *e, const char *name)
{
	unsigned n, k;

	for (n = 0; n < le(e, 48, 2); n++) {
		size_t s = section(e, n), names = le(e, section(e, le(e, s + 24, 4)) + 16, 4);

		if (le(e, s + 4, 4) != 2)               /* SHT_SYMTAB */
			continue;
		for (k = 0; k < le(e, s + 20, 4) / 16u; k++) {
			size_t sym = le(e, s + 16, 4) + 16u * k, at = names + le(e, sym, 4);

			assert_true(at + strlen(name) < e->len);
			if (strcmp((const char *)e->bytes + at, name) == 0)
				return le(e, sym + 4, 4) & ~1u;
		}
	}
	fail_msg("no symbol %s", name);
	return 0;
}

static void load(struct bench *b, const struct elf *e)
{
	size_t flash_len;
	uint8_t *flash = chip_flash(b->chip, &flash_len);
	unsigned n;

	for (n = 0; n < le(e, 44, 2); n++) {
		size_t p = le(e, 28, 4) + 32u * n;
		uint32_t off = le(e, p + 4, 4), to = le(e, p + 12, 4) - 0x08000000u;
		uint32_t len = le(e, p + 16, 4);

		if (le(e, p, 4) != 1 || len == 0)       /* PT_LOAD */
			continue;
		assert_true(off + len <= e->len && to + len <= flash_len);
		memcpy(flash + to, e->bytes + off, len);
	}
	chip_flash_changed(b->chip);
}

static void break_at(struct bench *b, unsigned n, uint32_t addr)
{
	w32(b, FP_CTRL, 3);
	w32(b, FP_COMP(n), (addr & 0x1FFFFFFCu) | (addr & 2u ? 2u : 1u) << 30 | 1u);
}

static uint32_t resume_until_halt(struct bench *b)
{
	(void)why(b);
	run_until_halt(b);
	return pc(b);
}

/* As OpenOCD steps: interrupts masked, C_MASKINTS in writes of its own. */
static void step_masked(struct bench *b)
{
	w32(b, DHCSR, 0xA05F000Bu);
	w32(b, DHCSR, 0xA05F000Du);
	w32(b, DHCSR, 0xA05F0003u);
}

/* The session starts as "monitor reset halt" does. */
static struct bench *session(const char *chip, struct elf *e)
{
	struct bench *b = bench_new(chip);

	load(b, e);
	halt(b);
	w32(b, DEMCR, TRCENA | 1u << 10 | 1u << 8 | 1u);
	w32(b, AIRCR, 0x05FA0004u);
	assert_true(r32(b, DHCSR) & S_HALT);
	assert_int_equal(why(b), D_VCATCH | D_HALTED);
	assert_int_equal(pc(b), symbol(e, "Reset_Handler"));
	return b;
}

static const char *const chips[] = { "STM32F100RB", "STM32F103C8", "STM32L152RB", "STM32F407VG" };

static void break_main__step__finish__as_gdb_does(void **state)
{
	struct elf *e = elf_read();
	uint32_t add = symbol(e, "add_three"), main_at = symbol(e, "main"), back;
	unsigned i, n;

	(void)state;
	for (i = 0; i < ARRAY_LEN(chips); i++) {
		struct bench *b = session(chips[i], e);

		break_at(b, 0, main_at);
		assert_int_equal(resume_until_halt(b), main_at);
		assert_int_equal(why(b), D_BKPT);
		w32(b, FP_COMP(0), 0);
		for (n = 0; n < 40 && pc(b) != add; n++)        /* step into the call */
			step_masked(b);
		assert_int_equal(pc(b), add);
		assert_int_equal(get_reg(b, 0), 0);
		back = get_reg(b, R_LR) & ~1u;
		assert_in_range(back, main_at, main_at + 0x40u);
		break_at(b, 1, back);                           /* finish */
		assert_int_equal(resume_until_halt(b), back);
		assert_int_equal(get_reg(b, 0), 3);             /* "Value returned" */
		assert_int_equal(report(b).illegal, 0);
		bench_free(b);
	}
	free(e);
}

static void watch_counter__halts_at_each_change(void **state)
{
	struct elf *e = elf_read();
	uint32_t counter = symbol(e, "counter"), main_at = symbol(e, "main");
	unsigned i, n;

	(void)state;
	for (i = 0; i < ARRAY_LEN(chips); i++) {
		struct bench *b = session(chips[i], e);

		break_at(b, 0, main_at);
		(void)resume_until_halt(b);
		w32(b, FP_COMP(0), 0);
		assert_int_equal(r32(b, counter), 0);
		w32(b, DWT_COMP(0), counter);
		w32(b, DWT_MASK(0), 2);
		w32(b, DWT_FUNCTION(0), 6);
		for (n = 1; n <= 5; n++) {
			assert_in_range(resume_until_halt(b), main_at, main_at + 0x40u);
			assert_int_equal(why(b), D_DWTTRAP);
			assert_int_equal(r32(b, counter), 3u * n);
		}
		w32(b, DWT_FUNCTION(0), 0);
		go(b);
		pass(b, 1000000);
		assert_false(r32(b, DHCSR) & S_HALT);
		assert_true(r32(b, counter) > 100);
		assert_int_equal(report(b).illegal, 0);
		bench_free(b);
	}
	free(e);
}

static void break_in_the_handler__shows_where_it_came_from(void **state)
{
	struct elf *e = elf_read();
	uint32_t handler = symbol(e, "SysTick_Handler"), ticks = symbol(e, "ticks"), from, sp;
	unsigned i, n;

	(void)state;
	for (i = 0; i < ARRAY_LEN(chips); i++) {
		struct bench *b = session(chips[i], e);

		break_at(b, 0, handler);
		assert_int_equal(resume_until_halt(b), handler);
		assert_int_equal(ipsr(b), 15);
		assert_int_equal(get_reg(b, R_LR), 0xFFFFFFF9u);
		assert_int_equal(r32(b, ticks), 0);
		sp = get_reg(b, R_SP);
		from = r32(b, sp + 24u);
		assert_in_range(from, symbol(e, "add_three"), symbol(e, "main") + 0x40u);
		w32(b, FP_COMP(0), 0);
		for (n = 0; n < 20 && ipsr(b); n++)
			step_masked(b);
		assert_int_equal(pc(b), from);
		assert_int_equal(r32(b, ticks), 1);
		assert_int_equal(get_reg(b, R_SP), sp + 32u + (r32(b, sp + 28u) >> 9 & 1u) * 4u);
		assert_int_equal(report(b).illegal, 0);
		bench_free(b);
	}
	free(e);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(break_main__step__finish__as_gdb_does),
		cmocka_unit_test(watch_counter__halts_at_each_change),
		cmocka_unit_test(break_in_the_handler__shows_where_it_came_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
