/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_exc.c - exceptions of the ARMv7-M core: priorities, entry, return, reset.
 *
 * After the ARMv7-M Architecture Reference Manual (DDI 0403), B1.5. Faults are in
 * core_fault.c. Entry and return cost no time, because the timing model counts
 * instructions only; tail-chaining and late arrival are therefore not told apart
 * from a return and an entry. The FPU's part of a frame is stored at entry, not
 * lazily.
 */
#include "sim/chip_priv.h"

enum { FPCCR_ASPEN = 1u << 31 };

#define FRAME 0x20u
#define FRAME_FP 0x68u

/* ---- priorities -------------------------------------------------------------------------- */

int exc_priority(const struct chip *c, unsigned n)
{
	if (n <= EXC_HARD)
		return (int)n - 4;      /* reset -3, NMI -2, HardFault -1 */
	return c->core.prio[n];
}

int exc_group(const struct chip *c, int prio)
{
	return prio < 0 ? prio : prio & ~((2 << c->core.aircr_prigroup) - 1);
}

static int active_priority(const struct chip *c)
{
	unsigned n;
	int best = 256;

	for (n = 1; n < MAX_EXC; n++)
		if (c->core.active[n] && exc_group(c, exc_priority(c, n)) < best)
			best = exc_group(c, exc_priority(c, n));
	return best;
}

static int masked_priority(struct chip *c, bool primask_counts)
{
	uint32_t special = core_reg(c, REG_SPECIAL);
	int basepri = (int)(special >> 8 & 0xFFu), best = active_priority(c);

	if (basepri && exc_group(c, basepri) < best)
		best = exc_group(c, basepri);
	if (primask_counts && special & 1u && best > 0)
		best = 0;
	if (special >> 16 & 1u && best > -1)
		best = -1;
	return best;
}

int exc_execution_priority(struct chip *c)
{
	return masked_priority(c, true);
}

static bool may_be_taken(const struct chip *c, unsigned n)
{
	const struct core *co = &c->core;

	if (!co->pend[n] || (n >= EXC_IRQ0 && !co->enabled[n]))
		return false;
	if ((co->dhcsr & C_DEBUGEN) && (co->dhcsr & C_MASKINTS) && n >= EXC_PENDSV)
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

unsigned exc_pending(const struct chip *c, int prio)
{
	unsigned n, best = 0;

	for (n = EXC_NMI; n < MAX_EXC; n++) {
		if (!may_be_taken(c, n) || exc_group(c, exc_priority(c, n)) >= prio)
			continue;
		if (!best || exc_priority(c, n) < exc_priority(c, best))
			best = n;
	}
	return best;
}

/* B1.5.17, B1.5.18: WFI ends with an exception that would preempt but for PRIMASK; WFE with
 * one that does, or with an event. */
bool exc_wakes(struct chip *c)
{
	struct core *co = &c->core;

	if (co->in_wfe && co->event)
		return true;
	return co->any_pend && exc_pending(c, masked_priority(c, co->in_wfe));
}

void exc_pend(struct chip *c, unsigned n)
{
	struct core *co = &c->core;

	if (!co->pend[n] && co->scr & 1u << 4)          /* SEVONPEND */
		co->event = true;
	co->pend[n] = true;
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

struct frame {
	bool psp, fp, from_handler;
};

/* S0-S15, FPSCR and a reserved word, above the eight of every frame. */
static bool push_fp(struct chip *c, uint32_t at)
{
	bool ok = true;
	unsigned i;

	for (i = 0; i < 16; i++)
		ok = store(c, at + 4u * i, core_reg(c, REG_S0 + i)) && ok;
	ok = store(c, at + 64u, core_reg(c, REG_FPSCR)) && ok;
	c->core.fpcar = at;
	return ok;
}

static bool push_frame(struct chip *c, struct frame *f)
{
	static const unsigned regs[8] = { 0, 1, 2, 3, 12, REG_LR, REG_PC, REG_XPSR };
	uint32_t sp, xpsr = core_reg(c, REG_XPSR), special = core_reg(c, REG_SPECIAL);
	unsigned i;
	bool ok = true, aligned;

	f->from_handler = (xpsr & 0x1FFu) != 0;
	f->psp = !f->from_handler && (special & CONTROL_SPSEL);
	f->fp = (special & CONTROL_FPCA) && (c->core.fpccr & FPCCR_ASPEN);
	sp = core_reg(c, f->psp ? REG_PSP : REG_MSP);
	aligned = (sp & 4u) && (f->fp || c->core.ccr & CCR_STKALIGN);
	sp -= (f->fp ? FRAME_FP : FRAME) + (aligned ? 4u : 0);
	for (i = 0; i < 8; i++) {
		uint32_t v = core_reg(c, regs[i]);

		if (regs[i] == REG_XPSR)
			v = (v & ~XPSR_ALIGN) | (aligned ? XPSR_ALIGN : 0);
		ok = store(c, sp + 4u * i, v) && ok;
	}
	if (f->fp)
		ok = push_fp(c, sp + FRAME) && ok;
	core_set_reg(c, f->psp ? REG_PSP : REG_MSP, sp);
	return ok;
}

/* Handler mode on the main stack; flags and IT state of the new context are clear. */
static void become_handler(struct chip *c, unsigned n, const struct frame *f, uint32_t vector)
{
	uint32_t special = core_reg(c, REG_SPECIAL), lr;

	lr = f->from_handler ? 0xFFFFFFF1u : f->psp ? 0xFFFFFFFDu : 0xFFFFFFF9u;
	core_set_reg(c, REG_SPECIAL, special & 0x00FFFFFFu);
	core_set_reg(c, REG_XPSR, (core_reg(c, REG_XPSR) & 0xF8000000u) |
				  (vector & 1u ? XPSR_T : 0) | n);
	core_set_reg(c, REG_SPECIAL, special & ~(uint32_t)(CONTROL_SPSEL | CONTROL_FPCA));
	core_set_reg(c, REG_LR, f->fp ? lr & ~0x10u : lr);
	core_set_reg(c, REG_PC, vector);
}

/* The exception that is really taken, and its vector; 0: nothing can be. */
static unsigned find_vector(struct chip *c, unsigned n, uint32_t *vector)
{
	if (!n || load(c, c->core.vtor + 4u * n, vector))
		return n;
	n = exc_derived(c, n, FAULT_VECTOR);
	return n && load(c, c->core.vtor + 4u * n, vector) ? n : 0;
}

void exc_enter(struct chip *c, unsigned n)
{
	struct core *co = &c->core;
	uint32_t vector = 0xFFFFFFFFu;
	struct frame f;
	unsigned taken;

	if (!push_frame(c, &f))
		n = exc_derived(c, n, FAULT_STACK);
	taken = find_vector(c, n, &vector);
	n = taken ? taken : EXC_HARD;
	co->pend[n] = false;
	co->active[n] = true;
	exc_refresh(c);
	co->lockup = co->sleeping = co->in_wfe = false;
	become_handler(c, n, &f, vector);
	co->event = true;
	if (!taken)
		exc_lockup(c);
	else if (taken == EXC_HARD)
		exc_catch(c, VC_HARDERR);
}

bool exc_dispatch(struct chip *c)
{
	unsigned n = exc_pending(c, exc_execution_priority(c));

	if (!n)
		return false;
	exc_enter(c, n);
	return true;
}

/* ---- return ----------------------------------------------------------------------------------- */

static bool pop_fp(struct chip *c, uint32_t at)
{
	uint32_t v[17];
	unsigned i;

	for (i = 0; i < 17; i++)
		if (!load(c, at + 4u * i, &v[i]))
			return false;
	for (i = 0; i < 16; i++)
		core_set_reg(c, REG_S0 + i, v[i]);
	core_set_reg(c, REG_FPSCR, v[16]);
	return true;
}

static bool pop_frame(struct chip *c, bool psp, bool fp)
{
	static const unsigned regs[6] = { 0, 1, 2, 3, 12, REG_LR };
	uint32_t sp = core_reg(c, psp ? REG_PSP : REG_MSP), v[8];
	uint32_t special = core_reg(c, REG_SPECIAL) & ~(uint32_t)(CONTROL_SPSEL | CONTROL_FPCA);
	unsigned i;

	for (i = 0; i < 8; i++)
		if (!load(c, sp + 4u * i, &v[i]))
			return false;
	if (fp && !pop_fp(c, sp + FRAME))
		return false;
	sp += fp ? FRAME_FP : FRAME;
	sp += v[7] & XPSR_ALIGN && (fp || c->core.ccr & CCR_STKALIGN) ? 4u : 0;
	if ((core_reg(c, REG_XPSR) & 0x1FFu) != EXC_NMI)
		special &= ~(1u << 16);         /* FAULTMASK, but not by a return from NMI */
	core_set_reg(c, psp ? REG_PSP : REG_MSP, sp);
	core_set_reg(c, REG_XPSR, v[7] & ~XPSR_ALIGN);
	core_set_reg(c, REG_SPECIAL, special | (psp ? CONTROL_SPSEL : 0) | (fp ? CONTROL_FPCA : 0));
	for (i = 0; i < 6; i++)
		core_set_reg(c, regs[i], v[i]);
	core_set_reg(c, REG_PC, v[6]);
	return true;
}

static unsigned count_active(const struct core *co)
{
	unsigned n, sum = 0;

	for (n = 1; n < MAX_EXC; n++)
		sum += co->active[n];
	return sum;
}

/* B1.5.8: the value of EXC_RETURN fits what is active. */
static bool may_return(const struct chip *c, unsigned n, uint32_t value)
{
	const struct core *co = &c->core;
	unsigned kind = value & 0xFu, nested = count_active(co);
	bool shape = (value & 0xFFFFFFE0u) == 0xFFFFFFE0u && (c->kind->m4 || value & 0x10u);

	if (!shape || n == 0 || n >= MAX_EXC || !co->active[n])
		return false;
	if (kind == 1)
		return nested > 1;
	return (kind == 9 || kind == 13) && (nested == 1 || co->ccr & CCR_NONBASETHRDENA);
}

void exc_return(struct chip *c, uint32_t value)
{
	struct core *co = &c->core;
	unsigned n = core_reg(c, REG_XPSR) & 0x1FFu;
	bool to_thread = (value & 8u) != 0;

	if (!may_return(c, n, value)) {
		if (n < MAX_EXC)
			co->active[n] = false;
		exc_fault(c, FAULT_INVPC, value);
		return;
	}
	co->active[n] = false;
	co->event = true;
	if (!pop_frame(c, (value & 0xFu) == 13, !(value & 0x10u))) {
		exc_fault(c, FAULT_UNSTACK, 0);
		return;
	}
	if (to_thread != ((core_reg(c, REG_XPSR) & 0x1FFu) == 0)) {
		exc_fault(c, FAULT_INVPC, value);
		return;
	}
	if (co->scr & 2u && to_thread)          /* SLEEPONEXIT */
		co->sleeping = true;
	exc_refresh(c);
	/* An interrupt line that is still high pends again. */
	c->next_event_ps = co->t_ps;
	c->replan = true;
}

void exc_clear_active(struct chip *c)
{
	unsigned n;

	for (n = 1; n < MAX_EXC; n++)
		c->core.active[n] = false;
	core_set_reg(c, REG_XPSR, core_reg(c, REG_XPSR) & ~0x1FFu);
	exc_refresh(c);
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
	exc_catch(c, VC_CORERESET);
	if (!co->halted && (co->dhcsr & C_DEBUGEN) && (co->dhcsr & C_HALT))
		core_halt(c, DFSR_HALTED);      /* C_HALT was set while in reset */
}
