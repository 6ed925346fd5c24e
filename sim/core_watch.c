/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_watch.c - the DWT: cycle counter and data watchpoints.
 *
 * After DDI 0403 C1.8 (functions 5, 6 and 7 of the comparators: halt after a read, a write,
 * either). Functions that count, trace, compare data or match the PC are remembered and
 * noted as not modelled. Only the core's accesses are watched.
 */
#include "sim/chip_priv.h"

enum { DWT_COMP = 0x20, DWT_MASK = 0x24, DWT_FUNCTION = 0x28, DWT_STRIDE = 0x10 };
enum { FN_READ = 5, FN_WRITE = 6, FN_BOTH = 7, FN_BITS = 0xF };
#define DWT_COMPARATORS 4u              /* Cortex-M3 and M4 TRM, DWT */
#define DWT_MATCHED (1u << 24)
#define DEMCR_TRCENA (1u << 24)
#define DHCSR_C_DEBUGEN 1u

static uint32_t *dwt_of(struct core *co, unsigned i, unsigned reg)
{
	return &co->dwt[(reg + DWT_STRIDE * i) / 4u];
}

static bool is_function(uint32_t off)
{
	return off >= DWT_FUNCTION && off < DWT_FUNCTION + DWT_STRIDE * DWT_COMPARATORS &&
	       (off - DWT_FUNCTION) % DWT_STRIDE == 0;
}

uint32_t dwt_read(struct chip *c, uint32_t off)
{
	struct core *co = &c->core;
	uint32_t v;

	if (off == 0)
		return DWT_COMPARATORS << 28 | (co->dwt[0] & 0x00FFFFFFu);
	if (off == 4 && co->dwt[0] & 1u)
		return (uint32_t)(co->insns * 3u / 2u) - co->dwt[1];
	if (off / 4u >= ARRAY_LEN(co->dwt))
		return 0;
	v = co->dwt[off / 4u];
	if (is_function(off))           /* MATCHED goes with the reading of it */
		co->dwt[off / 4u] &= ~DWT_MATCHED;
	return v;
}

void dwt_write(struct chip *c, uint32_t off, uint32_t v)
{
	struct core *co = &c->core;

	if (off == 4)
		v = (uint32_t)(co->insns * 3u / 2u) - v;
	if (is_function(off)) {
		uint32_t fn = v & FN_BITS;

		if (fn != 0 && (fn < FN_READ || fn > FN_BOTH))
			chip_note_illegal(c, "DWT function %x, which is not modelled", (unsigned)v);
		v &= FN_BITS;
	}
	if (off / 4u < ARRAY_LEN(co->dwt))
		co->dwt[off / 4u] = v;
	co->watching = false;
	for (unsigned i = 0; i < DWT_COMPARATORS; i++)
		if ((*dwt_of(co, i, DWT_FUNCTION) & FN_BITS) >= FN_READ)
			co->watching = true;
}

/* The match is on the lowest MASK bits ignored; an access of several bytes overlaps. */
static bool covers(struct core *co, unsigned i, uint32_t addr, unsigned size)
{
	uint32_t mask = (1u << (*dwt_of(co, i, DWT_MASK) & 0x1Fu)) - 1u;
	uint32_t first = *dwt_of(co, i, DWT_COMP) & ~mask;

	return addr <= first + mask && addr + (size - 1u) >= first;
}

void core_watch(struct chip *c, uint32_t addr, unsigned size, bool write)
{
	struct core *co = &c->core;

	if (!(co->demcr & DEMCR_TRCENA) || !(co->dhcsr & DHCSR_C_DEBUGEN))
		return;
	for (unsigned i = 0; i < DWT_COMPARATORS; i++) {
		uint32_t fn = *dwt_of(co, i, DWT_FUNCTION) & FN_BITS;

		if (fn != FN_BOTH && fn != (write ? FN_WRITE : FN_READ))
			continue;
		if (!covers(co, i, addr, size))
			continue;
		*dwt_of(co, i, DWT_FUNCTION) |= DWT_MATCHED;
		co->watch_hit = co->stop_req = true;
	}
}
