/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_fault.c - faults of the virtual core: status bits, escalation, vector catch,
 * lockup, and debug events that do not halt.
 *
 * After DDI 0403 B1.5.14 (faults), B1.5.15 (lockup), C1.4 (debug events), and the
 * Cortex-M3 TRM (DDI 0337G) 8.2.2 for what becomes of events without a debugger.
 */
#include "sim/chip_priv.h"

enum { CFSR_IACCVIOL = 1u << 0, CFSR_IBUSERR = 1u << 8, CFSR_PRECISERR = 1u << 9,
       CFSR_IMPRECISERR = 1u << 10, CFSR_UNSTKERR = 1u << 11, CFSR_STKERR = 1u << 12,
       CFSR_BFARVALID = 1u << 15, CFSR_UNDEFINSTR = 1u << 16, CFSR_INVSTATE = 1u << 17,
       CFSR_INVPC = 1u << 18, CFSR_NOCP = 1u << 19, CFSR_UNALIGNED = 1u << 24,
       CFSR_DIVBYZERO = 1u << 25 };
enum { HFSR_VECTTBL = 1u << 1, HFSR_FORCED = 1u << 30 };
#define HFSR_DEBUGEVT (1u << 31)

/* What a fault sets and which vector catch of DEMCR is its own. */
struct fault_kind {
	uint8_t exception;
	uint32_t cfsr, hfsr, catch;
};

static const struct fault_kind kinds[] = {
	[FAULT_NONE] = { EXC_HARD, 0, 0, 0 },
	[FAULT_BUS_PRECISE] = { EXC_BUS, CFSR_PRECISERR | CFSR_BFARVALID, 0, VC_BUSERR },
	[FAULT_BUS_IMPRECISE] = { EXC_BUS, CFSR_IMPRECISERR, 0, VC_BUSERR },
	[FAULT_IBUS] = { EXC_BUS, CFSR_IBUSERR, 0, VC_BUSERR },
	[FAULT_XN] = { EXC_MEM, CFSR_IACCVIOL, 0, VC_MMERR },
	[FAULT_UNDEF] = { EXC_USAGE, CFSR_UNDEFINSTR, 0, VC_STATERR },
	[FAULT_STATE] = { EXC_USAGE, CFSR_INVSTATE, 0, VC_STATERR },
	[FAULT_INVPC] = { EXC_USAGE, CFSR_INVPC, 0, VC_STATERR | VC_INTERR },
	[FAULT_NOCP] = { EXC_USAGE, CFSR_NOCP, 0, VC_NOCPERR },
	[FAULT_DIVZERO] = { EXC_USAGE, CFSR_DIVBYZERO, 0, VC_CHKERR },
	[FAULT_UNALIGNED] = { EXC_USAGE, CFSR_UNALIGNED, 0, VC_CHKERR },
	[FAULT_STACK] = { EXC_BUS, CFSR_STKERR, 0, VC_INTERR },
	[FAULT_UNSTACK] = { EXC_BUS, CFSR_UNSTKERR, 0, VC_INTERR },
	[FAULT_VECTOR] = { EXC_HARD, 0, HFSR_VECTTBL, VC_INTERR },
	[FAULT_SVC] = { EXC_SVC, 0, 0, 0 },
	[FAULT_BKPT] = { EXC_HARD, 0, HFSR_DEBUGEVT, 0 },
};

/* B1.5.15: as seen on silicon, PC FFFFFFFE, IPSR and xPSR.T as they were. A core that vector catch has
 * halted is in Debug state, which knows no lockup (C1.6.2, S_LOCKUP). */
void exc_lockup(struct chip *c)
{
	c->core.lockup = !c->core.halted;
	core_set_reg(c, REG_PC, 0xFFFFFFFEu);
}

void exc_catch(struct chip *c, uint32_t vc)
{
	if ((c->core.dhcsr & C_DEBUGEN) && (c->core.demcr & vc))
		core_halt(c, DFSR_VCATCH);
}

static void note(struct chip *c, enum core_fault f, uint32_t addr)
{
	struct core *co = &c->core;

	co->cfsr |= kinds[f].cfsr;
	co->hfsr |= kinds[f].hfsr;
	if (kinds[f].cfsr & CFSR_BFARVALID)
		co->bfar = addr;
}

/* SHCSR has an enable bit for each of the three. */
static bool own_handler(struct chip *c, unsigned n, int below)
{
	bool on = n == EXC_SVC || (c->core.shcsr >> (n - EXC_MEM + 16u) & 1u);

	return n != EXC_HARD && on && exc_group(c, exc_priority(c, n)) < below;
}

/* A fault on the way into an exception is taken instead of it; that one stays pending if
 * it was. Nothing is left after HardFault. */
unsigned exc_derived(struct chip *c, unsigned n, enum core_fault f)
{
	int below = exc_execution_priority(c);

	note(c, f, 0);
	exc_catch(c, kinds[f].catch);
	if (n <= EXC_HARD || below <= -1)
		return 0;
	if (exc_group(c, exc_priority(c, n)) < below)
		below = exc_group(c, exc_priority(c, n));
	if (own_handler(c, kinds[f].exception, below))
		return kinds[f].exception;
	if (kinds[f].exception != EXC_HARD)
		c->core.hfsr |= HFSR_FORCED;
	return EXC_HARD;
}

void exc_fault(struct chip *c, enum core_fault f, uint32_t addr)
{
	unsigned n = kinds[f].exception;
	int now = exc_execution_priority(c);

	note(c, f, addr);
	if (!own_handler(c, n, now)) {
		if (n != EXC_HARD)
			c->core.hfsr |= HFSR_FORCED;
		if (now <= -1) {
			exc_lockup(c);
			return;
		}
		n = EXC_HARD;
	}
	exc_enter(c, n);
	if (!c->core.lockup)
		exc_catch(c, kinds[f].catch);
}

/* PC is behind the instruction, where SVC returns to; an escalated one returns to itself. */
void exc_svc(struct chip *c)
{
	uint32_t pc = core_reg(c, REG_PC) - 2u;

	if (!own_handler(c, EXC_SVC, exc_execution_priority(c))) {
		core_set_reg(c, REG_PC, pc);
		look_it_set(c, look_it_now(c, pc));
	}
	exc_fault(c, FAULT_SVC, 0);
}

/* C1.4: BKPT and a breakpoint of the FPB (which puts a BKPT in place of the instruction) are
 * a HardFault when nobody debugs; a watchpoint is then ignored. */
void exc_debug_event(struct chip *c, uint32_t dfsr)
{
	struct core *co = &c->core;

	if (co->dhcsr & C_DEBUGEN) {
		core_halt(c, dfsr);
		return;
	}
	if ((co->demcr & MON_EN) &&
	    exc_group(c, exc_priority(c, EXC_MONITOR)) < exc_execution_priority(c)) {
		co->dfsr |= dfsr;
		exc_enter(c, EXC_MONITOR);
	} else if (dfsr == DFSR_BKPT) {
		co->dfsr |= dfsr;
		exc_fault(c, FAULT_BKPT, 0);
	}
}
