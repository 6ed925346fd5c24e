/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_exc.c - exceptions of the ARMv7-M core: reset, priorities, stacking,
 * return, faults and lockup.
 *
 * After the ARMv7-M Architecture Reference Manual (DDI 0403), B1.5. Frames are
 * always the basic eight words: the FPU's part is not stacked. Entry and return
 * cost no time, because the timing model counts instructions only.
 */
#include "sim/chip_priv.h"

enum { EXC_RESET = 1, EXC_NMI = 2, EXC_HARD = 3, EXC_MEM = 4, EXC_BUS = 5, EXC_USAGE = 6,
       EXC_SVC = 11, EXC_PENDSV = 14, EXC_SYSTICK = 15, EXC_IRQ0 = 16 };

enum { DHCSR_DEBUGEN = 1u << 0, DHCSR_MASKINTS = 1u << 3 };
enum { VC_CORERESET = 1u << 0, VC_STATERR = 1u << 7, VC_BUSERR = 1u << 8,
       VC_HARDERR = 1u << 10 };
enum { DFSR_VCATCH = 1u << 3 };

#define XPSR_T (1u << 24)
#define XPSR_ALIGN (1u << 9)

/* ---- priorities -------------------------------------------------------------------------- */

static int priority(const struct chip *c, unsigned n)
{
	if (n <= EXC_HARD)
		return (int)n - 4;      /* reset -3, NMI -2, HardFault -1 */
	return c->core.prio[n];
}

static int group(const struct chip *c, int prio)
{
	return prio < 0 ? prio : prio & ~((2 << c->core.aircr_prigroup) - 1);
}

static int active_priority(const struct chip *c)
{
	unsigned n;
	int best = 256;

	for (n = 1; n < MAX_EXC; n++)
		if (c->core.active[n] && group(c, priority(c, n)) < best)
			best = group(c, priority(c, n));
	return best;
}

static int execution_priority(struct chip *c)
{
	uint32_t special = core_reg(c, REG_SPECIAL);
	int basepri = (int)(special >> 8 & 0xFFu), best = active_priority(c);

	if (basepri && group(c, basepri) < best)
		best = group(c, basepri);
	if (special & 1u && best > 0)
		best = 0;
	if (special >> 16 & 1u && best > -1)
		best = -1;
	return best;
}

static bool may_be_taken(const struct chip *c, unsigned n)
{
	const struct core *co = &c->core;

	if (!co->pend[n] || (n >= EXC_IRQ0 && !co->enabled[n]))
		return false;
	if ((co->dhcsr & DHCSR_DEBUGEN) && (co->dhcsr & DHCSR_MASKINTS) && n >= EXC_PENDSV)
		return false;
	return true;
}

void exc_refresh(struct chip *c)
{
	unsigned n;

	c->core.any_pend = false;
	for (n = EXC_NMI; n < MAX_EXC; n++)
		if (may_be_taken(c, n)) {
			c->core.any_pend = true;
			return;
		}
}

bool exc_wakes(const struct chip *c)
{
	return c->core.any_pend;
}

void exc_pend(struct chip *c, unsigned n)
{
	c->core.pend[n] = true;
	c->core.event = c->core.event || (c->core.scr & 1u << 4) != 0;  /* SEVONPEND */
	exc_refresh(c);
}

/* ---- memory of the core -------------------------------------------------------------------- */

static bool load(struct chip *c, uint32_t addr, uint32_t *v)
{
	const uint8_t *m = bus_host(c, addr, 4);

	if (!m)
		return false;
	*v = get_mem(m, 4);
	return true;
}

static bool store(struct chip *c, uint32_t addr, uint32_t v)
{
	uint32_t off;
	struct block *b = bus_block(c, addr, 4, &off);

	if (!b || (b->d->type != BLOCK_RAM && b->d->type != BLOCK_CCM))
		return false;
	put_mem(b->host + off, 4, v);
	bus_dirty(c, addr, 4);
	return true;
}

/* ---- entry ---------------------------------------------------------------------------------- */

static void lockup(struct chip *c)
{
	c->core.lockup = true;
	core_set_reg(c, REG_PC, 0xFFFFFFFEu);   /* DDI 0403 B1.5.15 */
}

static bool catches(const struct chip *c, uint32_t vc)
{
	return (c->core.dhcsr & DHCSR_DEBUGEN) && (c->core.demcr & vc);
}

static bool push_frame(struct chip *c, bool *psp, bool *aligned)
{
	static const unsigned regs[8] = { 0, 1, 2, 3, 12, REG_LR, REG_PC, REG_XPSR };
	uint32_t sp, xpsr = core_reg(c, REG_XPSR);
	unsigned i;
	bool ok = true;

	*psp = !(xpsr & 0x1FFu) && (core_reg(c, REG_SPECIAL) >> 24 & 2u);
	sp = core_reg(c, *psp ? REG_PSP : REG_MSP);
	*aligned = (sp & 4u) && (c->core.ccr & 1u << 9);        /* STKALIGN */
	sp -= *aligned ? 36u : 32u;
	for (i = 0; i < 8; i++) {
		uint32_t v = core_reg(c, regs[i]);

		if (regs[i] == REG_XPSR && *aligned)
			v |= XPSR_ALIGN;
		ok = store(c, sp + 4u * i, v) && ok;
	}
	core_set_reg(c, *psp ? REG_PSP : REG_MSP, sp);
	return ok;
}

static void enter(struct chip *c, unsigned n)
{
	struct core *co = &c->core;
	uint32_t xpsr, vector = 0, lr;
	bool psp, aligned, from_handler;

	xpsr = core_reg(c, REG_XPSR);
	from_handler = (xpsr & 0x1FFu) != 0;
	if (!push_frame(c, &psp, &aligned)) {
		co->cfsr |= 1u << 12;           /* STKERR */
		if (n == EXC_HARD || execution_priority(c) < 0) {
			lockup(c);
			return;
		}
		n = EXC_HARD;
		co->hfsr |= 1u << 30;
	}
	lr = from_handler ? 0xFFFFFFF1u : psp ? 0xFFFFFFFDu : 0xFFFFFFF9u;
	co->pend[n] = false;
	co->active[n] = true;
	exc_refresh(c);
	if (!load(c, co->vtor + 4u * n, &vector)) {
		co->hfsr |= 1u << 1;            /* VECTTBL */
		lockup(c);
		return;
	}
	/* Thumb bit from the vector; IT state and flags of the new context are clear. */
	core_set_reg(c, REG_XPSR, (xpsr & 0xF8000000u) | (vector & 1u ? XPSR_T : 0) | n);
	core_set_reg(c, REG_LR, lr);
	core_set_reg(c, REG_PC, vector);
	co->event = true;
}

bool exc_dispatch(struct chip *c)
{
	struct core *co = &c->core;
	unsigned n, best = 0;
	int prio = execution_priority(c);

	for (n = EXC_NMI; n < MAX_EXC; n++) {
		if (!may_be_taken(c, n) || group(c, priority(c, n)) >= prio)
			continue;
		if (!best || priority(c, n) < priority(c, best))
			best = n;
	}
	if (!best)
		return false;
	co->sleeping = false;
	enter(c, best);
	if (best == EXC_HARD && catches(c, VC_HARDERR))
		core_halt(c, DFSR_VCATCH);
	return true;
}

/* ---- return ----------------------------------------------------------------------------------- */

static void pop_frame(struct chip *c, bool psp)
{
	static const unsigned regs[6] = { 0, 1, 2, 3, 12, REG_LR };
	uint32_t sp = core_reg(c, psp ? REG_PSP : REG_MSP), v[8];
	uint32_t special = core_reg(c, REG_SPECIAL);
	unsigned i;

	for (i = 0; i < 8; i++)
		if (!load(c, sp + 4u * i, &v[i])) {
			exc_fault(c, FAULT_BUS_PRECISE, sp + 4u * i);
			return;
		}
	sp += v[7] & XPSR_ALIGN && c->core.ccr & 1u << 9 ? 36u : 32u;
	core_set_reg(c, psp ? REG_PSP : REG_MSP, sp);
	core_set_reg(c, REG_XPSR, v[7] & ~XPSR_ALIGN);
	special = (special & ~(2u << 24)) | (psp ? 2u << 24 : 0);
	core_set_reg(c, REG_SPECIAL, special & ~(1u << 16));    /* return clears FAULTMASK */
	for (i = 0; i < 6; i++)
		core_set_reg(c, regs[i], v[i]);
	core_set_reg(c, REG_PC, v[6]);
}

void exc_return(struct chip *c, uint32_t value)
{
	struct core *co = &c->core;
	unsigned n = core_reg(c, REG_XPSR) & 0x1FFu;
	unsigned kind = value & 0xFu;

	if (n == 0 || n >= MAX_EXC || !co->active[n] || (kind != 1 && kind != 9 && kind != 13)) {
		co->cfsr |= 1u << 18;           /* INVPC */
		exc_fault(c, FAULT_UNDEF, value);
		return;
	}
	co->active[n] = false;
	co->event = true;
	pop_frame(c, kind == 13);
	if (co->scr & 2u && kind != 1)          /* SLEEPONEXIT */
		co->sleeping = true;
	exc_refresh(c);
	/* An interrupt line that is still high pends again. */
	c->next_event_ps = co->t_ps;
	c->replan = true;
}

/* ---- faults -------------------------------------------------------------------------------------- */

static unsigned fault_exception(struct chip *c, enum core_fault f, uint32_t addr)
{
	struct core *co = &c->core;

	switch (f) {
	case FAULT_BUS_PRECISE:
		co->cfsr |= 1u << 9 | 1u << 15;         /* PRECISERR, BFARVALID */
		co->bfar = addr;
		return EXC_BUS;
	case FAULT_BUS_IMPRECISE:
		co->cfsr |= 1u << 10;
		return EXC_BUS;
	case FAULT_IBUS:
		co->cfsr |= 1u << 8;
		return EXC_BUS;
	case FAULT_UNDEF:
		co->cfsr |= 1u << 16;
		return EXC_USAGE;
	case FAULT_STATE:
		co->cfsr |= 1u << 17;                   /* INVSTATE */
		return EXC_USAGE;
	case FAULT_DIVZERO:
		co->cfsr |= 1u << 25;
		return EXC_USAGE;
	case FAULT_BKPT:
		co->hfsr |= 1u << 31;                   /* DEBUGEVT */
		return EXC_HARD;
	case FAULT_NONE:
		break;
	}
	return EXC_HARD;
}

static bool own_handler(struct chip *c, unsigned n)
{
	unsigned shcsr_bit = n == EXC_BUS ? 17 : 18;

	return n != EXC_HARD && (c->core.shcsr >> shcsr_bit & 1u) &&
	       group(c, priority(c, n)) < execution_priority(c);
}

void exc_fault(struct chip *c, enum core_fault f, uint32_t addr)
{
	struct core *co = &c->core;
	unsigned n = fault_exception(c, f, addr);
	uint32_t vc = n == EXC_BUS ? VC_BUSERR : n == EXC_USAGE ? VC_STATERR : VC_HARDERR;

	if (!own_handler(c, n)) {
		if (n != EXC_HARD)
			co->hfsr |= 1u << 30;           /* FORCED */
		if (execution_priority(c) <= -1) {
			lockup(c);
			return;
		}
		n = EXC_HARD;
		vc |= VC_HARDERR;
	}
	enter(c, n);
	if (catches(c, vc))
		core_halt(c, DFSR_VCATCH);
}

void exc_svc(struct chip *c)
{
	if (group(c, priority(c, EXC_SVC)) < execution_priority(c)) {
		enter(c, EXC_SVC);
		return;
	}
	core_set_reg(c, REG_PC, core_reg(c, REG_PC) - 2u);
	exc_fault(c, FAULT_NONE, 0);
}

/* ---- reset ------------------------------------------------------------------------------------------ */

void exc_reset(struct chip *c)
{
	struct core *co = &c->core;
	uint32_t sp = 0, pc = 0;

	if (c->nrst_low)
		return;
	(void)load(c, co->vtor, &sp);
	(void)load(c, co->vtor + 4u, &pc);
	core_set_reg(c, REG_XPSR, pc & 1u ? XPSR_T : 0);
	core_set_reg(c, REG_MSP, sp);
	core_set_reg(c, REG_PC, pc);
	if (catches(c, VC_CORERESET))
		core_halt(c, DFSR_VCATCH);
	else if ((co->dhcsr & DHCSR_DEBUGEN) && (co->dhcsr & 2u))
		core_halt(c, 1);                /* C_HALT was set while in reset */
}
