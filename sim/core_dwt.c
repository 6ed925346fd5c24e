/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_dwt.c - data watchpoint and trace unit: four comparators, cycle counter,
 * PC sample.
 *
 * After DDI 0403 C1.8 and the Cortex-M3 TRM (DDI 0337G), 11.5. Watchpoints halt
 * behind the instruction that made the access. Trace packets, the profiling
 * counters and cycle matching are not modelled: asking for them counts as an
 * illegal act where something would depend on it.
 */
#include "sim/chip_priv.h"

enum { CTRL = 0x00, CYCCNT = 0x04, PCSR = 0x1C, COMP0 = 0x20, COMP_END = 0x60 };

#define CTRL_NUMCOMP 0x40000000u        /* four comparators */
#define CTRL_CYCCNTENA (1u << 0)
#define CTRL_TRACE 0x007F1000u          /* PCSAMPLENA and the event enables */

#define FN 0xFu
#define FN_PC 4u
#define FN_READ 5u
#define FN_WRITE 6u
#define FN_ACCESS 7u
#define FN_CYCMATCH (1u << 7)           /* comparator 0 only */
#define FN_DATAVMATCH (1u << 8)         /* comparator 1 only */
#define FN_LNK1ENA (1u << 9)            /* reads 1 in comparator 1 */
#define FN_MATCHED (1u << 24)
#define VALUE_COMP 1u

static bool enabled(const struct chip *c)
{
	return (c->core.demcr & TRCENA) != 0;
}

/* ---- matching ----------------------------------------------------------------------------- */

static uint32_t address_mask(const struct dwt_comp *k)
{
	return ~0u << k->mask;
}

/* DDI 0337G 11.5: a comparator sees its address wherever it appears on the bus: with COMP = 3
 * it matches a word access of 0. */
static bool address_matches(const struct dwt_comp *k, uint32_t addr, unsigned size)
{
	unsigned i;

	for (i = 0; i < size; i++)
		if (((addr + i) & address_mask(k)) == k->comp)
			return true;
	return false;
}

static bool by_value(const struct dwt_comp *k)
{
	return (k->function & FN_DATAVMATCH) != 0;
}

/* Comparators linked by DATAVADDR0 and 1; its own number or one too high: none. */
static bool linked_address_matches(const struct dwt *d, uint32_t addr, unsigned size)
{
	uint32_t fn = d->comp[VALUE_COMP].function;
	bool linked = false;
	unsigned i;

	for (i = 12; i <= 16; i += 4) {
		unsigned n = fn >> i & 0xFu;

		if (n == VALUE_COMP || n >= MAX_DWT)
			continue;
		linked = true;
		if (address_matches(&d->comp[n], addr, size))
			return true;
	}
	return !linked;
}

/* DATAVSIZE: any aligned unit of that size in the access may hold the value. */
static bool value_matches(const struct dwt_comp *k, unsigned size, uint32_t value)
{
	unsigned unit = 1u << (k->function >> 10 & 3u), i;
	uint32_t mask = unit == 4 ? ~0u : (1u << 8u * unit) - 1u;

	for (i = 0; i + unit <= size && unit <= 4; i += unit)
		if (((value >> 8u * i ^ k->comp) & mask) == 0)
			return true;
	return false;
}

static bool wants(const struct dwt_comp *k, bool write)
{
	uint32_t fn = k->function & FN;

	return fn == FN_ACCESS || fn == (write ? FN_WRITE : FN_READ);
}

static void match(struct chip *c, struct dwt_comp *k)
{
	k->function |= FN_MATCHED;
	c->core.dwt.hit = true;
	c->core.stop_req = true;
}

void dwt_data(struct chip *c, uint32_t addr, unsigned size, bool write, uint32_t value)
{
	struct dwt *d = &c->core.dwt;
	unsigned i;

	for (i = 0; i < MAX_DWT; i++) {
		struct dwt_comp *k = &d->comp[i];
		bool hit;

		if (!wants(k, write))
			continue;
		if (by_value(k))
			hit = linked_address_matches(d, addr, size) && value_matches(k, size, value);
		else
			hit = address_matches(k, addr, size);
		if (hit)
			match(c, k);
	}
}

void dwt_pc(struct chip *c, uint32_t addr)
{
	unsigned i;

	for (i = 0; i < MAX_DWT; i++) {
		struct dwt_comp *k = &c->core.dwt.comp[i];

		if ((k->function & FN) == FN_PC && (addr & address_mask(k)) == k->comp)
			match(c, k);
	}
}

unsigned dwt_watches(const struct chip *c, unsigned n, uint64_t *lo, uint64_t *hi)
{
	const struct dwt_comp *k = &c->core.dwt.comp[n];
	unsigned types = (wants(k, false) ? DWT_READS : 0) | (wants(k, true) ? DWT_WRITES : 0);
	uint32_t last = k->comp + ~address_mask(k);

	if (!enabled(c))
		return 0;
	*lo = k->comp < 7u ? 0 : k->comp - 7u;
	*hi = last;
	if (by_value(k)) {              /* wherever the linked comparators look */
		*lo = 0;
		*hi = UINT32_MAX;
	}
	return types;
}

void dwt_refresh(struct chip *c)
{
	struct dwt *d = &c->core.dwt;
	unsigned i;

	d->changed = true;
	c->core.stop_req = true;        /* the core's own write: hooks change between slices */
	d->on_pc = false;
	for (i = 0; i < MAX_DWT; i++)
		if (enabled(c) && (d->comp[i].function & FN) == FN_PC)
			d->on_pc = true;
}

/* ---- cycle counter: processor cycles, none while halted -------------------------------------- */

static bool counting(const struct chip *c)
{
	return (c->core.dwt.ctrl & CTRL_CYCCNTENA) && enabled(c) && !c->core.halted;
}

static uint32_t cycles_at(struct chip *c, uint64_t t_ps)
{
	const struct dwt *d = &c->core.dwt;

	if (!counting(c) || t_ps <= d->mark_ps)
		return d->cyccnt;
	return d->cyccnt + (uint32_t)chip_ticks(t_ps - d->mark_ps, rcc_hclk_hz(c));
}

void dwt_rebase(struct chip *c, uint64_t t_ps)
{
	c->core.dwt.cyccnt = cycles_at(c, t_ps);
	c->core.dwt.mark_ps = t_ps;
}

/* ---- registers ----------------------------------------------------------------------------------- */

static uint32_t comp_read(struct dwt *d, uint32_t off)
{
	unsigned n = (off - COMP0) / 16u;
	struct dwt_comp *k = &d->comp[n];
	uint32_t v;

	switch (off & 0xCu) {
	case 0x0: return k->comp;
	case 0x4: return k->mask;
	case 0x8:
		v = k->function | (n == VALUE_COMP ? FN_LNK1ENA : 0);
		k->function &= ~FN_MATCHED;     /* cleared by reading */
		return v;
	default: return 0;
	}
}

uint32_t dwt_read(struct chip *c, uint32_t off)
{
	struct core *co = &c->core;

	if (off == CTRL)
		return CTRL_NUMCOMP | co->dwt.ctrl;
	if (off == CYCCNT)
		return cycles_at(c, c->at_ps);
	if (off == PCSR)
		return co->halted || !enabled(c) ? 0xFFFFFFFFu : core_reg(c, REG_PC);
	return off >= COMP0 && off < COMP_END ? comp_read(&co->dwt, off) : 0;
}

static void refuse_trace(struct chip *c, unsigned n)
{
	uint32_t fn = c->core.dwt.comp[n].function;

	if ((fn & FN) && ((fn & FN) < FN_PC || (fn & FN) > FN_ACCESS))
		chip_note_illegal(c, "not modelled: DWT comparator %u, trace function %u", n,
				  (unsigned)(fn & FN));
	else if ((fn & FN) && (fn & FN_CYCMATCH))
		chip_note_illegal(c, "not modelled: DWT comparator 0 on the cycle counter");
	else if (by_value(&c->core.dwt.comp[n]) && (fn & FN) == FN_PC)
		chip_note_illegal(c, "DWT comparator 1: a data value with a PC match");
	else
		return;
	c->core.dwt.comp[n].function = fn & ~FN;
}

static void comp_write(struct chip *c, uint32_t off, uint32_t v)
{
	static const uint32_t writable[MAX_DWT] = { 0xAFu, 0xFFD2Fu, 0x2Fu, 0x2Fu };
	unsigned n = (off - COMP0) / 16u;
	struct dwt_comp *k = &c->core.dwt.comp[n];

	switch (off & 0xCu) {
	case 0x0:
		k->comp = v;
		break;
	case 0x4:
		k->mask = v & 0xFu;     /* DDI 0337G: four bits */
		break;
	case 0x8:
		k->function = v & writable[n];
		refuse_trace(c, n);
		break;
	default:
		return;
	}
	dwt_refresh(c);
}

void dwt_write(struct chip *c, uint32_t off, uint32_t v)
{
	struct dwt *d = &c->core.dwt;

	if (off == CTRL) {
		dwt_rebase(c, c->at_ps);
		d->ctrl = v & 0x007F1FFFu;
		if (v & CTRL_TRACE)
			chip_note_illegal(c, "not modelled: DWT trace or counters, CTRL %08x",
					  (unsigned)v);
	} else if (off == CYCCNT) {
		d->cyccnt = v;
		d->mark_ps = c->at_ps;
	} else if (off >= COMP0 && off < COMP_END) {
		comp_write(c, off, v);
	}
}
