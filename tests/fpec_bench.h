/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fpec_bench.h - registers of the FPEC and the few steps that its tests share.
 * Spelt out here a second time on purpose: neither the tool's nor the model's constants.
 */
#ifndef TESTS_FPEC_BENCH_H
#define TESTS_FPEC_BENCH_H

#include "tests/chip_bench.h"

#define FLASH 0x40022000u
#define KEYR (FLASH + 0x04)
#define OPTKEYR (FLASH + 0x08)
#define SR (FLASH + 0x0C)
#define CR (FLASH + 0x10)
#define AR (FLASH + 0x14)
#define OBR (FLASH + 0x1C)
#define WRPR (FLASH + 0x20)
#define OB 0x1FFFF800u
enum { PG = 1, PER = 2, MER = 4, OPTPG = 0x10, OPTER = 0x20, STRT = 0x40, LOCK = 0x80,
       OPTWRE = 0x200 };
enum { BSY = 1, PGERR = 4, WRPRTERR = 0x10, EOP = 0x20 };

static inline void unlock(struct bench *b)
{
	w32(b, KEYR, 0x45670123u);
	w32(b, KEYR, 0xCDEF89ABu);
	assert_int_equal(r32(b, CR) & LOCK, 0);
}

static inline void unlock_options(struct bench *b)
{
	unlock(b);
	w32(b, OPTKEYR, 0x45670123u);
	w32(b, OPTKEYR, 0xCDEF89ABu);
	assert_true(r32(b, CR) & OPTWRE);
}

/* Poll as a tool does; returns how long it was busy. */
static inline uint64_t wait_idle(struct bench *b)
{
	uint64_t t0 = b->clk.now_ns;

	while (r32(b, SR) & BSY)
		pass(b, 100);
	return b->clk.now_ns - t0;
}

static inline void erase_options(struct bench *b)
{
	w32(b, CR, OPTER | OPTWRE);
	w32(b, CR, OPTER | OPTWRE | STRT);
	wait_idle(b);
	w32(b, CR, OPTPG | OPTWRE);
}

#endif
