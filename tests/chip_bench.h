/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * chip_bench.h - a virtual chip on the bench, for tests/test_sim_chip*.c: the
 * accesses of a debugger, and small Thumb programs as half-words.
 */
#ifndef TESTS_CHIP_BENCH_H
#define TESTS_CHIP_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "sim/chip.h"

#define DHCSR 0xE000EDF0u
#define DCRSR 0xE000EDF4u
#define DCRDR 0xE000EDF8u
#define DEMCR 0xE000EDFCu
#define DFSR 0xE000ED30u
#define AIRCR 0xE000ED0Cu
#define S_HALT (1u << 17)
#define S_SLEEP (1u << 18)
#define S_LOCKUP (1u << 19)
#define S_RETIRE_ST (1u << 24)
#define S_RESET_ST (1u << 25)

struct bench {
	struct sim_clock clk;
	struct chip *chip;
};

static inline struct bench *bench_new(const char *kind)
{
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	assert_non_null(chip_kind_find(kind));
	sim_clock_init(&b->clk, false);
	b->chip = chip_new(chip_kind_find(kind), &b->clk);
	assert_non_null(b->chip);
	chip_attach_debug(b->chip, true);
	return b;
}

static inline void bench_free(struct bench *b)
{
	chip_free(b->chip);
	free(b);
}

static inline uint32_t rd(struct bench *b, uint32_t addr, unsigned size)
{
	uint32_t v = 0;

	assert_int_equal(chip_read(b->chip, addr, size, &v), BUS_OK);
	return v;
}

static inline uint32_t r32(struct bench *b, uint32_t addr)
{
	return rd(b, addr, 4);
}

static inline uint32_t r16(struct bench *b, uint32_t addr)
{
	return rd(b, addr, 2);
}

static inline void w32(struct bench *b, uint32_t addr, uint32_t v)
{
	assert_int_equal(chip_write(b->chip, addr, 4, v), BUS_OK);
}

static inline void w16(struct bench *b, uint32_t addr, uint32_t v)
{
	assert_int_equal(chip_write(b->chip, addr, 2, v), BUS_OK);
}

static inline bool read_faults(struct bench *b, uint32_t addr)
{
	uint32_t v;

	return chip_read(b->chip, addr, 4, &v) == BUS_FAULT;
}

static inline void halt(struct bench *b)
{
	w32(b, DHCSR, 0xA05F0003u);
	assert_true(r32(b, DHCSR) & S_HALT);
}

static inline void go(struct bench *b)
{
	w32(b, DHCSR, 0xA05F0001u);
}

static inline void set_reg(struct bench *b, unsigned n, uint32_t v)
{
	w32(b, DCRDR, v);
	w32(b, DCRSR, n | 1u << 16);
	assert_true(r32(b, DHCSR) & 1u << 16);
}

static inline uint32_t get_reg(struct bench *b, unsigned n)
{
	w32(b, DCRSR, n);
	return r32(b, DCRDR);
}

static inline void pass(struct bench *b, uint64_t ns)
{
	chip_idle_until(b->chip, b->clk.now_ns + ns);
}

static inline struct chip_report report(struct bench *b)
{
	struct chip_report r;

	chip_get_report(b->chip, &r);
	return r;
}

static inline void put_code(struct bench *b, uint32_t addr, const uint16_t *code, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		w16(b, addr + 2u * (uint32_t)i, code[i]);
}

/* Start code in SRAM with a sane stack; the core must be halted. */
static inline void start(struct bench *b, uint32_t pc)
{
	set_reg(b, 15, pc);
	set_reg(b, 13, 0x20001800u);
	set_reg(b, 16, 0x01000000u);
	go(b);
}

/* Let time pass in steps until the core halts; returns the time it took. */
static inline uint64_t wait_halt(struct bench *b, uint64_t step_ns, uint64_t limit_ns)
{
	uint64_t t0 = b->clk.now_ns;

	while (!(r32(b, DHCSR) & S_HALT)) {
		assert_true(b->clk.now_ns - t0 < limit_ns);
		pass(b, step_ns);
	}
	return b->clk.now_ns - t0;
}

/* Put a firmware image into flash as a programmer in the factory would. */
static inline void burn(struct bench *b, const void *image, size_t len)
{
	size_t max;
	uint8_t *flash = chip_flash(b->chip, &max);

	assert_true(len <= max);
	memcpy(flash, image, len);
	chip_flash_changed(b->chip);
}

#endif
