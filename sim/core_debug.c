/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_debug.c - core debug registers: DHCSR, DCRSR, DCRDR, DEMCR, and the FPB. The DWT
 * is in core_watch.c.
 *
 * After DDI 0403 C1.6 and C1.11. DEMCR, C_DEBUGEN and the FPB survive a system
 * reset and die with the power.
 */
#include "sim/chip_priv.h"

#include <string.h>

enum { C_DEBUGEN = 1u << 0, C_HALT = 1u << 1, C_STEP = 1u << 2, C_MASKINTS = 1u << 3,
       C_SNAPSTALL = 1u << 5 };
enum { S_REGRDY = 1u << 16, S_HALT = 1u << 17, S_SLEEP = 1u << 18, S_LOCKUP = 1u << 19,
       S_RETIRE_ST = 1u << 24, S_RESET_ST = 1u << 25 };
enum { DFSR_HALTED = 1u << 0 };

/* Cortex-M3 TRM: 6 code and 2 literal comparators, FPB revision 0. */
#define FP_CTRL_FIXED 0x00000260u
#define FP_CODE 6u

void debug_power_reset(struct chip *c)
{
	struct core *co = &c->core;

	co->dhcsr = co->demcr = co->dfsr = co->dcrdr = 0;
	co->fp_ctrl = co->fp_remap = 0;
	co->fpb_on = false;
	memset(co->fp_comp, 0, sizeof co->fp_comp);
	memset(co->dwt, 0, sizeof co->dwt);
	co->watching = false;
}

void core_halt(struct chip *c, uint32_t dfsr)
{
	struct core *co = &c->core;

	co->dfsr |= dfsr;
	if (co->halted)
		return;
	chip_rebase(c, co->t_ps);
	co->halted = true;
	co->lockup = false;
	co->dhcsr |= C_HALT;
}

static void resume(struct chip *c)
{
	struct core *co = &c->core;

	chip_rebase(c, co->t_ps);
	co->halted = false;
	co->sleeping = false;
}

static void step(struct chip *c)
{
	struct core *co = &c->core;

	if (co->t_ps < c->at_ps)
		co->t_ps = c->at_ps;
	if (co->t_ps < co->stall_until_ps)
		co->t_ps = co->stall_until_ps;
	resume(c);
	chip_events(c);
	if (c->next_event_ps <= co->t_ps)
		c->next_event_ps = co->t_ps + 1;
	exc_refresh(c);
	core_run(c, UINT64_MAX, 1);
	core_halt(c, DFSR_HALTED);
}

/* ---- FPB -------------------------------------------------------------------------------------- */

bool debug_breakpoint(const struct chip *c, uint32_t addr)
{
	const struct core *co = &c->core;
	unsigned i;

	if (addr >= 0x20000000u || !(co->dhcsr & C_DEBUGEN))
		return false;
	for (i = 0; i < FP_CODE; i++) {
		uint32_t comp = co->fp_comp[i], replace = comp >> 30;

		if (!(comp & 1u) || (comp & 0x1FFFFFFCu) != (addr & 0x1FFFFFFCu))
			continue;
		if (replace & (addr & 2u ? 2u : 1u))
			return true;
	}
	return false;
}

static enum bus_result fpb_write(struct chip *c, uint32_t off, uint32_t v)
{
	struct core *co = &c->core;

	if (off == 0) {
		if (v & 2u)             /* KEY */
			co->fp_ctrl = v & 1u;
	} else if (off == 4) {
		co->fp_remap = v & 0x1FFFFFE0u;
	} else if (off < 8u + 4u * MAX_FPB) {
		co->fp_comp[(off - 8u) / 4u] = v & 0xDFFFFFFDu;
	}
	co->fpb_on = co->fp_ctrl & 1u;
	return BUS_OK;
}

static uint32_t fpb_read(const struct chip *c, uint32_t off)
{
	const struct core *co = &c->core;

	if (off == 0)
		return FP_CTRL_FIXED | co->fp_ctrl;
	if (off == 4)
		return co->fp_remap;
	return off < 8u + 4u * MAX_FPB ? co->fp_comp[(off - 8u) / 4u] : 0;
}

/* ---- DHCSR ---------------------------------------------------------------------------------------- */

static uint32_t dhcsr_read(struct chip *c)
{
	struct core *co = &c->core;
	uint32_t v = co->dhcsr | S_REGRDY;
	bool stalled = chip_clock_ps(c) < co->stall_until_ps;

	if (co->halted && !stalled)
		v |= S_HALT;
	if (co->sleeping && !exc_wakes(c))
		v |= S_SLEEP;
	if (co->lockup)
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

static void dhcsr_write(struct chip *c, uint32_t v)
{
	struct core *co = &c->core;
	uint32_t old = co->dhcsr;

	if (v >> 16 != 0xA05Fu)
		return;
	if (c->acc_by == BY_CORE)       /* C_DEBUGEN is the debugger's alone */
		v = (v & ~(uint32_t)C_DEBUGEN) | (old & C_DEBUGEN);
	v &= C_DEBUGEN | C_HALT | C_STEP | C_MASKINTS | C_SNAPSTALL;
	if (!(v & C_DEBUGEN))
		v = 0;
	if (co->halted && (v & C_DEBUGEN) && !(v & C_HALT) && ((v ^ old) & C_MASKINTS))
		chip_note_illegal(c, "C_MASKINTS changed by the write that leaves halt");
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

static void dcrsr_write(struct chip *c, uint32_t v)
{
	struct core *co = &c->core;
	unsigned n = v & 0x7Fu;

	if (!co->halted) {
		chip_note_illegal(c, "core register %u accessed while the core runs", n);
		return;
	}
	if (v & 1u << 16)
		core_set_reg(c, n, co->dcrdr);
	else
		co->dcrdr = core_reg(c, n);
}

/* ---- the map ----------------------------------------------------------------------------------------- */

enum bus_result debug_read(struct chip *c, uint32_t addr, uint32_t *v)
{
	struct core *co = &c->core;

	switch (addr) {
	case 0xE000EDF0u:
		*v = dhcsr_read(c);
		return BUS_OK;
	case 0xE000EDF8u:
		*v = co->dcrdr;
		return BUS_OK;
	case 0xE000EDFCu:
		*v = co->demcr;
		return BUS_OK;
	default:
		break;
	}
	*v = 0;
	if (addr - 0xE0002000u < 0x100u)
		*v = fpb_read(c, addr - 0xE0002000u);
	else if (addr - 0xE0001000u < 0x100u)
		*v = dwt_read(c, addr - 0xE0001000u);
	return BUS_OK;
}

enum bus_result debug_write(struct chip *c, uint32_t addr, uint32_t v)
{
	struct core *co = &c->core;

	switch (addr) {
	case 0xE000EDF0u:
		dhcsr_write(c, v);
		return BUS_OK;
	case 0xE000EDF4u:
		dcrsr_write(c, v);
		return BUS_OK;
	case 0xE000EDF8u:
		co->dcrdr = v;
		return BUS_OK;
	case 0xE000EDFCu:
		co->demcr = v & 0x010F07F1u;
		return BUS_OK;
	default:
		break;
	}
	if (addr - 0xE0002000u < 0x100u)
		return fpb_write(c, addr - 0xE0002000u, v);
	if (addr - 0xE0001000u < 0x100u)
		dwt_write(c, addr - 0xE0001000u, v);
	return BUS_OK;
}
