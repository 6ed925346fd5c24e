/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_debug.c - core debug registers: DHCSR, DCRSR, DCRDR, DEMCR; halt and step.
 *
 * After DDI 0403 C1.6. DEMCR's vector catches and TRCENA, C_DEBUGEN, the FPB and
 * the DWT survive a system reset and die with the power. What that manual calls
 * UNPREDICTABLE counts as an illegal act.
 */
#include "sim/chip_priv.h"

#include <string.h>

enum { S_REGRDY = 1u << 16, S_HALT = 1u << 17, S_SLEEP = 1u << 18, S_LOCKUP = 1u << 19,
       S_RETIRE_ST = 1u << 24, S_RESET_ST = 1u << 25 };

#define DHCSR_KEY 0xA05Fu
#define DCRSR_WRITE (1u << 16)
#define DEMCR_MASK 0x010F07F1u
#define STALLS_MOST 4u

void debug_power_reset(struct chip *c)
{
	struct core *co = &c->core;

	co->dhcsr = co->demcr = co->dfsr = co->dcrdr = 0;
	co->regrdy = true;
	co->fp_ctrl = co->fp_remap = 0;
	co->n_breaks = 0;
	memset(co->fp_comp, 0, sizeof co->fp_comp);
	co->dwt.ctrl = co->dwt.cyccnt = 0;
	memset(co->dwt.comp, 0, sizeof co->dwt.comp);
	dwt_refresh(c);
}

void debug_core_reset(struct chip *c)
{
	struct core *co = &c->core;

	co->dhcsr &= C_DEBUGEN;
	co->demcr &= ~(uint32_t)(MON_EN | MON_PEND | MON_STEP | MON_REQ);
	co->s_reset = true;
}

/* ---- halt and step ---------------------------------------------------------------------------- */

void core_halt(struct chip *c, uint32_t dfsr)
{
	struct core *co = &c->core;

	co->dfsr |= dfsr;
	if (co->halted)
		return;
	chip_rebase(c, co->t_ps);
	co->halted = true;
	co->lockup = co->sleeping = co->in_wfe = false;
	co->dhcsr |= C_HALT;
}

static void resume(struct chip *c)
{
	chip_rebase(c, c->core.t_ps);
	c->core.halted = false;
}

/* One instruction; or the flash interface holds it back, and time passes until it does not. */
static void run_one(struct chip *c)
{
	struct core *co = &c->core;
	uint64_t before = co->insns;
	unsigned i;

	for (i = 0; i < STALLS_MOST && co->insns == before && !co->halted; i++) {
		if (co->t_ps < co->stall_until_ps)
			co->t_ps = co->stall_until_ps;
		chip_events(c);
		if (c->next_event_ps <= co->t_ps)
			c->next_event_ps = co->t_ps + 1;
		core_run(c, UINT64_MAX, 1);
		if (co->t_ps >= co->stall_until_ps)
			return;
	}
}

/* C1.5: the next instruction, or an exception that is pending: then the step ends at the
 * first instruction of its handler. */
static void step(struct chip *c)
{
	struct core *co = &c->core;

	if (co->t_ps < c->at_ps)
		co->t_ps = c->at_ps;
	resume(c);
	exc_refresh(c);
	if (!co->any_pend || !exc_dispatch(c))
		run_one(c);
	if (!co->halted)
		core_halt(c, DFSR_HALTED);
}

/* ---- DHCSR ---------------------------------------------------------------------------------------- */

static uint32_t dhcsr_read(struct chip *c)
{
	struct core *co = &c->core;
	bool stalled = chip_clock_ps(c) < co->stall_until_ps;
	uint32_t v = co->dhcsr | (co->regrdy ? S_REGRDY : 0);

	if (co->halted && !stalled)
		v |= S_HALT;
	if (co->sleeping && !exc_wakes(c))
		v |= S_SLEEP;
	if (co->lockup && c->acc_by == BY_DEBUG)
		v |= S_LOCKUP;
	if (co->insns != co->retired_at)
		v |= S_RETIRE_ST;
	if (co->s_reset || c->nrst_low)
		v |= S_RESET_ST;
	if (c->acc_by == BY_DEBUG) {            /* sticky bits are cleared by this read */
		co->retired_at = co->insns;
		co->s_reset = false;
	}
	return v;
}

/* What C1.6.2 forbids. */
static void check_dhcsr(struct chip *c, uint32_t old, uint32_t v)
{
	uint32_t changed = v ^ old;

	if (!(old & C_DEBUGEN) || !(v & C_DEBUGEN))
		return;
	if ((changed & C_MASKINTS) && !(old & v & C_HALT))
		chip_note_illegal(c, c->core.halted
				  ? "C_MASKINTS changed by the write that leaves halt"
				  : "C_MASKINTS changed while the core runs");
	if ((changed & C_STEP) && !c->core.halted && !(v & C_HALT))
		chip_note_illegal(c, "C_STEP changed while the core runs");
	if ((v & C_SNAPSTALL) && !(v & C_HALT))
		chip_note_illegal(c, "C_SNAPSTALL without C_HALT");
}

static void dhcsr_write(struct chip *c, uint32_t v)
{
	struct core *co = &c->core;
	uint32_t old = co->dhcsr;

	if (v >> 16 != DHCSR_KEY)
		return;
	if (c->acc_by == BY_CORE)       /* C_DEBUGEN is the debugger's alone */
		v = (v & ~(uint32_t)C_DEBUGEN) | (old & C_DEBUGEN);
	v &= C_DEBUGEN | C_HALT | C_STEP | C_MASKINTS | C_SNAPSTALL;
	if (!(v & C_DEBUGEN))
		v = 0;
	check_dhcsr(c, old, v);
	co->dhcsr = v;
	exc_refresh(c);
	if (c->nrst_low)
		return;
	if (!co->halted && (v & C_HALT))
		core_halt(c, DFSR_HALTED);
	else if (co->halted && !(v & C_HALT) && (v & C_STEP))
		step(c);
	else if (co->halted && !(v & C_HALT))
		resume(c);
}

/* ---- the other registers ----------------------------------------------------------------------------- */

static void dcrsr_write(struct chip *c, uint32_t v)
{
	struct core *co = &c->core;
	unsigned n = v & 0x7Fu;

	if (!co->halted) {      /* the transfer never completes */
		co->regrdy = false;
		chip_note_illegal(c, "core register %u accessed while the core runs", n);
		return;
	}
	co->regrdy = true;
	if (v & DCRSR_WRITE)
		core_set_reg(c, n, co->dcrdr);
	else
		co->dcrdr = core_reg(c, n);
}

static uint32_t demcr_read(const struct chip *c)
{
	uint32_t v = c->core.demcr & ~(uint32_t)MON_PEND;

	return c->core.pend[EXC_MONITOR] ? v | MON_PEND : v;
}

static void demcr_write(struct chip *c, uint32_t v)
{
	struct core *co = &c->core;

	dwt_rebase(c, c->at_ps);
	co->demcr = v & DEMCR_MASK & ~(uint32_t)MON_PEND;
	co->pend[EXC_MONITOR] = (v & MON_PEND) != 0;
	exc_refresh(c);
	dwt_refresh(c);
	c->replan = true;
	if (v & MON_STEP)
		chip_note_illegal(c, "not modelled: DEMCR.MON_STEP");
}

/* ---- the map ----------------------------------------------------------------------------------------- */

enum bus_result debug_read(struct chip *c, uint32_t addr, uint32_t *v)
{
	*v = 0;
	switch (addr) {
	case 0xE000EDF0u: *v = dhcsr_read(c); break;
	case 0xE000EDF8u: *v = c->core.dcrdr; break;
	case 0xE000EDFCu: *v = demcr_read(c); break;
	default:
		if (addr - 0xE0002000u < 0x100u)
			*v = fpb_read(c, addr - 0xE0002000u);
		else if (addr - 0xE0001000u < 0x100u)
			*v = dwt_read(c, addr - 0xE0001000u);
		break;
	}
	return BUS_OK;
}

enum bus_result debug_write(struct chip *c, uint32_t addr, uint32_t v)
{
	switch (addr) {
	case 0xE000EDF0u: dhcsr_write(c, v); break;
	case 0xE000EDF4u: dcrsr_write(c, v); break;
	case 0xE000EDF8u: c->core.dcrdr = v; break;
	case 0xE000EDFCu: demcr_write(c, v); break;
	default:
		if (addr - 0xE0002000u < 0x100u)
			fpb_write(c, addr - 0xE0002000u, v);
		else if (addr - 0xE0001000u < 0x100u)
			dwt_write(c, addr - 0xE0001000u, v);
		break;
	}
	return BUS_OK;
}
