/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * debug_bench.h - for tests/test_sim_chip_debug*.c: a halted core with a vector table
 * and code in SRAM, single steps, and the registers that a debugger uses.
 */
#ifndef TESTS_DEBUG_BENCH_H
#define TESTS_DEBUG_BENCH_H

#include "tests/chip_bench.h"

#define TABLE 0x20000000u       /* 16 + 8 vectors, as VTOR says */
#define CODE 0x20000100u
#define HANDLER 0x20000400u     /* handler of exception n at + 16 n */
#define STACK 0x20001800u

#define VTOR 0xE000ED08u
#define CCR 0xE000ED14u
#define SHCSR 0xE000ED24u
#define CFSR 0xE000ED28u
#define HFSR 0xE000ED2Cu
#define ICSR 0xE000ED04u
#define CPACR 0xE000ED88u

#define FP_CTRL 0xE0002000u
#define FP_COMP(n) (0xE0002008u + 4u * (n))
#define DWT_CTRL 0xE0001000u
#define DWT_CYCCNT 0xE0001004u
#define DWT_COMP(n) (0xE0001020u + 16u * (n))
#define DWT_MASK(n) (0xE0001024u + 16u * (n))
#define DWT_FUNCTION(n) (0xE0001028u + 16u * (n))
#define MATCHED (1u << 24)
#define TRCENA (1u << 24)

#define R_SP 13u
#define R_LR 14u
#define R_PC 15u
#define R_XPSR 16u
#define R_MSP 17u
#define R_PSP 18u
#define R_SPECIAL 20u

enum { D_HALTED = 1, D_BKPT = 2, D_DWTTRAP = 4, D_VCATCH = 8 };

static inline uint32_t handler_of(unsigned n)
{
	return HANDLER + 16u * n;
}

/* Halted; vectors in SRAM, each handler "nop; b ."; sane registers; no old debug events. */
static inline struct bench *debug_bench(const char *kind)
{
	static const uint16_t idle[] = { 0xBF00, 0xE7FE };
	struct bench *b = bench_new(kind);
	unsigned n;

	halt(b);
	w32(b, AIRCR, 0x05FA0002u);             /* a blank chip is in HardFault */
	w32(b, VTOR, TABLE);
	w32(b, TABLE, STACK);
	for (n = 1; n < 24; n++) {
		w32(b, TABLE + 4u * n, handler_of(n) | 1u);
		put_code(b, handler_of(n), idle, ARRAY_LEN(idle));
	}
	for (n = 0; n < 13; n++)
		set_reg(b, n, 0);
	set_reg(b, R_SPECIAL, 0);
	set_reg(b, R_SP, STACK);
	set_reg(b, R_LR, 0xFFFFFFFFu);
	set_reg(b, R_PC, CODE);
	set_reg(b, R_XPSR, 0x01000000u);
	w32(b, CFSR, 0xFFFFFFFFu);
	w32(b, HFSR, 0xFFFFFFFFu);
	w32(b, DFSR, 0x1Fu);
	return b;
}

static inline void code_at(struct bench *b, uint32_t addr, const uint16_t *code, size_t n)
{
	put_code(b, addr, code, n);
	set_reg(b, R_PC, addr);
}

#define PROGRAM(b, ...) do { \
		static const uint16_t code_[] = { __VA_ARGS__ }; \
		code_at(b, CODE, code_, ARRAY_LEN(code_)); \
	} while (0)

static inline void step(struct bench *b)
{
	w32(b, DHCSR, 0xA05F0005u);
	assert_true(r32(b, DHCSR) & S_HALT);
}

static inline uint32_t pc(struct bench *b)
{
	return get_reg(b, R_PC);
}

/* Clears what it returns. */
static inline uint32_t why(struct bench *b)
{
	uint32_t v = r32(b, DFSR);

	w32(b, DFSR, v);
	return v;
}

static inline uint32_t it_state(struct bench *b)
{
	uint32_t x = get_reg(b, R_XPSR);

	return (x >> 8 & 0xFCu) | (x >> 25 & 3u);
}

static inline unsigned ipsr(struct bench *b)
{
	return get_reg(b, R_XPSR) & 0x1FFu;
}

static inline void run_until_halt(struct bench *b)
{
	go(b);
	wait_halt(b, 10000, 10000000);
}

#endif
