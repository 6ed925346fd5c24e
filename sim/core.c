/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core.c - the Cortex-M core: Thumb code executed by Unicorn, in virtual time.
 *
 * The engine runs in slices that end when an event is due, at a breakpoint, after
 * a store that the flash controller had to judge (core_hooks.c). It knows no
 * exceptions of the M profile; core_exc.c stacks and unstacks. What Unicorn 2.0.1
 * taught: stop only from instruction and interrupt hooks; never use its timeout;
 * translated code does not notice writes from outside.
 */
#include "sim/chip_priv.h"

#include <string.h>

#include <unicorn/unicorn.h>

/* Timing model of the bench: 1.5 cycles per instruction at the current core clock. */
#define HALF_CYCLES_PER_INSN 3u

/* No code can be there: end address of a run that has none. */
#define NO_END 0xEFFFFFFEu

/* ---- registers ------------------------------------------------------------------------ */

static const int uc_regs[] = {
	UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3, UC_ARM_REG_R4,
	UC_ARM_REG_R5, UC_ARM_REG_R6, UC_ARM_REG_R7, UC_ARM_REG_R8, UC_ARM_REG_R9,
	UC_ARM_REG_R10, UC_ARM_REG_R11, UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR,
	UC_ARM_REG_PC, UC_ARM_REG_XPSR, UC_ARM_REG_MSP, UC_ARM_REG_PSP
};

static uint32_t get(struct chip *c, int reg)
{
	uint32_t v = 0;

	(void)uc_reg_read(c->core.uc, reg, &v);
	return v;
}

static void set(struct chip *c, int reg, uint32_t v)
{
	(void)uc_reg_write(c->core.uc, reg, &v);
}

/* Unicorn takes bit 0 as the new T bit; on silicon only xPSR holds T. */
static void set_pc(struct chip *c, uint32_t pc)
{
	set(c, UC_ARM_REG_PC, (pc & ~1u) | (get(c, UC_ARM_REG_XPSR) >> 24 & 1u));
}

static uint32_t get_special(struct chip *c)
{
	return (get(c, UC_ARM_REG_CONTROL) & 7u) << 24 | (get(c, UC_ARM_REG_FAULTMASK) & 1u) << 16 |
	       (get(c, UC_ARM_REG_BASEPRI) & 0xFFu) << 8 | (get(c, UC_ARM_REG_PRIMASK) & 1u);
}

uint32_t core_reg(struct chip *c, unsigned n)
{
	if (n < ARRAY_LEN(uc_regs))
		return get(c, uc_regs[n]);
	if (n == REG_SPECIAL)
		return get_special(c);
	if (c->kind->m4 && n == REG_FPSCR)
		return get(c, UC_ARM_REG_FPSCR);
	if (c->kind->m4 && n >= REG_S0 && n < REG_S0 + 32u)
		return get(c, UC_ARM_REG_S0 + (int)(n - REG_S0));
	return 0;
}

static void set_special(struct chip *c, uint32_t v)
{
	set(c, UC_ARM_REG_CONTROL, v >> 24 & 7u);
	set(c, UC_ARM_REG_FAULTMASK, v >> 16 & 1u);
	set(c, UC_ARM_REG_BASEPRI, v >> 8 & 0xFFu);
	set(c, UC_ARM_REG_PRIMASK, v & 1u);
}

void core_set_reg(struct chip *c, unsigned n, uint32_t v)
{
	if (n == REG_PC)
		set_pc(c, v);
	else if (n == REG_SP || n == REG_MSP || n == REG_PSP)
		set(c, uc_regs[n], v & ~3u);
	else if (n < ARRAY_LEN(uc_regs))
		set(c, uc_regs[n], v);
	else if (n == REG_SPECIAL)
		set_special(c, v);
	else if (c->kind->m4 && n == REG_FPSCR)
		set(c, UC_ARM_REG_FPSCR, v);
	else if (c->kind->m4 && n >= REG_S0 && n < REG_S0 + 32u)
		set(c, UC_ARM_REG_S0 + (int)(n - REG_S0), v);
}

/* Read protection closes flash to the core too, once a debugger was there (section 3.1 of the
 * flash programming manuals; UNSURE for instruction fetches). */
void core_protect(struct chip *c)
{
	bool closed = flash_reads_denied(c);
	uint32_t perms = closed ? UC_PROT_NONE : UC_PROT_READ | UC_PROT_EXEC;

	if (closed == c->core_protected)
		return;
	c->core_protected = closed;
	(void)uc_mem_protect(c->core.uc, c->kind->flash_base, c->kind->flash_bytes, perms);
	(void)uc_mem_protect(c->core.uc, 0, c->kind->flash_bytes, perms);
	bus_dirty(c, c->kind->flash_base, c->kind->flash_bytes);
}

/* ---- running ------------------------------------------------------------------------------------ */

void core_clock_changed(struct chip *c)
{
	uint32_t hz = rcc_hclk_hz(c);

	/* One instruction = 1.5 cycles, rounded to a picosecond. */
	c->core.insn_ps = (UINT64_C(1000000000000) * HALF_CYCLES_PER_INSN / 2u + hz / 2u) / hz;
}

static void drop_stale_code(struct chip *c)
{
	unsigned i;

	for (i = 0; i < c->n_blocks; i++) {
		struct block *b = &c->blocks[i];
		uint32_t base = b->d->base;

		if (b->dirty_hi == 0)
			continue;
		(void)uc_ctl_remove_cache(c->core.uc, base + b->dirty_lo, base + b->dirty_hi);
		if (b->d->type == BLOCK_FLASH)
			(void)uc_ctl_remove_cache(c->core.uc, b->dirty_lo, b->dirty_hi);
		b->dirty_lo = b->dirty_hi = 0;
	}
}

static bool is_exc_return(uint32_t pc)
{
	return pc >= 0xFFFFFFE0u;
}

/* What ended a slice without our wish. */
static void judge_error(struct chip *c, uc_err err, uint32_t pc)
{
	struct core *co = &c->core;
	uint8_t *m;
	uint32_t op;

	if (err == UC_ERR_INSN_INVALID) {
		m = bus_host(c, co->last_pc, 2);
		op = m ? get_mem(m, 2) : 0;
		if (op == 0xBF20u) {            /* WFE, which Unicorn does not know */
			co->sleeping = !co->event;
			co->event = false;
			set_pc(c, co->last_pc + 2);
			return;
		}
		if (op == 0xBF10u || op == 0xBF40u) {   /* YIELD, SEV */
			co->event = co->event || op == 0xBF40u;
			set_pc(c, co->last_pc + 2);
			return;
		}
		set_pc(c, co->last_pc);
		exc_fault(c, FAULT_UNDEF, co->last_pc);
		return;
	}
	if (is_exc_return(pc)) {
		co->fault = FAULT_NONE;
		exc_return(c, pc | 1u);
		return;
	}
	if (co->fault == FAULT_NONE)
		co->fault = FAULT_IBUS;
	if (co->fault != FAULT_IBUS)
		set_pc(c, co->last_pc);
}

static void judge_interrupt(struct chip *c, uint32_t pc)
{
	switch (c->core.intr) {
	case 2:                         /* SVC: PC is behind it */
		exc_svc(c);
		break;
	case 7:                         /* BKPT: PC is at it */
		if (c->core.dhcsr & 1u)
			core_halt(c, 2);
		else
			exc_fault(c, FAULT_BKPT, pc);
		break;
	case 8:
		exc_return(c, pc | 1u);
		break;
	default:
		exc_fault(c, FAULT_UNDEF, pc);
	}
}

static void uncount(struct chip *c)
{
	struct core *co = &c->core;

	co->t_ps -= co->insn_ps;
	co->insns--;
	co->slice_insns--;
}

static void after_slice(struct chip *c, uc_err err)
{
	struct core *co = &c->core;
	uint32_t pc = get(c, UC_ARM_REG_PC);

	core_apply_fixes(c);
	/* The hook counted the instruction before which the engine stopped. */
	if (co->stopping && pc == co->last_pc && co->slice_insns)
		uncount(c);
	if (co->intr >= 0)
		judge_interrupt(c, pc);
	else if (err != UC_ERR_OK)
		judge_error(c, err, pc);
	else if (!co->stopping)
		co->sleeping = true;    /* WFI: the only instruction that returns by itself */
	else if (co->bp_hit)
		core_halt(c, 2);
	if (co->watch_hit && !co->halted)
		core_halt(c, 4);        /* DFSR.DWTTRAP */
	if (co->fault != FAULT_NONE) {
		enum core_fault f = co->fault;

		co->fault = FAULT_NONE;
		exc_fault(c, f, co->fault_addr);
	}
}

static void slice(struct chip *c, uint64_t until_ps, uint64_t budget)
{
	struct core *co = &c->core;
	uint32_t pc = get(c, UC_ARM_REG_PC);
	uc_err err;

	if (co->fpb_on && debug_breakpoint(c, pc) && budget != 1) {
		core_halt(c, 2);
		return;
	}
	if (!(get(c, UC_ARM_REG_XPSR) & 1u << 24)) {
		exc_fault(c, FAULT_STATE, pc);
		return;
	}
	drop_stale_code(c);
	co->stop_ps = until_ps;
	co->slice_budget = budget;
	co->slice_insns = 0;
	co->stopping = co->stop_req = co->bp_hit = co->watch_hit = false;
	co->intr = -1;
	co->fault = FAULT_NONE;
	co->last_pc = UINT32_MAX;
	core_poll_start(c);
	err = uc_emu_start(co->uc, pc | 1u, NO_END, 0, 0);
	after_slice(c, err);
}

bool core_idle(const struct chip *c)
{
	const struct core *co = &c->core;

	if (c->nrst_low || co->halted || co->hung || co->lockup || co->t_ps < co->stall_until_ps)
		return true;
	return co->sleeping && !exc_wakes(c);
}

void core_run(struct chip *c, uint64_t until_ps, uint64_t max_insns)
{
	struct core *co = &c->core;
	uint64_t start = co->insns;

	while (co->t_ps < until_ps && !core_idle(c) && !c->reset_request) {
		uint64_t end = c->next_event_ps < until_ps ? c->next_event_ps : until_ps;
		uint64_t budget = max_insns - (co->insns - start);

		if (end <= co->t_ps)
			return;
		co->sleeping = false;
		if (co->any_pend && !exc_dispatch(c) && co->any_pend)
			budget = 1;     /* masked now: look again after each instruction */
		if (core_idle(c))
			return;
		slice(c, end, budget);
		if (c->replan || co->insns - start >= max_insns)
			return;
	}
}

static void clear_scs(struct core *co)
{
	memset(co->prio, 0, sizeof co->prio);
	memset(co->pend, 0, sizeof co->pend);
	memset(co->active, 0, sizeof co->active);
	memset(co->enabled, 0, sizeof co->enabled);
	co->any_pend = false;
	co->vtor = co->shcsr = co->cfsr = co->hfsr = co->scr = co->cpacr = 0;
	co->aircr_prigroup = 0;
	co->ccr = 1u << 9;              /* STKALIGN, as after reset of r2p0 and later */
	co->systick_ctrl = co->systick_load = co->systick_val = 0;
	co->dhcsr &= 1u;                /* C_DEBUGEN lives until power-off */
	co->s_reset = true;
}

void core_reset(struct chip *c, unsigned cause)
{
	struct core *co = &c->core;
	unsigned i;

	(void)cause;
	clear_scs(co);
	co->halted = co->sleeping = co->lockup = co->hung = false;
	co->event = false;
	co->stall_until_ps = 0;
	co->n_fix = 0;
	for (i = 0; i < 13; i++)
		set(c, uc_regs[i], 0);
	set(c, UC_ARM_REG_XPSR, 0x01000000u);
	set_special(c, 0);
	set(c, UC_ARM_REG_LR, 0xFFFFFFFFu);
	exc_reset(c);
	core_clock_changed(c);
}
