/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core.c - the Cortex-M core: Thumb code executed by Unicorn, in virtual time.
 *
 * The engine runs in slices that end when an event is due, at a breakpoint, after
 * a store that the flash controller had to judge (core_hooks.c). It knows no
 * exceptions of the M profile; core_exc.c stacks and unstacks. What Unicorn 2.0.1
 * taught: stop only from instruction and interrupt hooks; never use its timeout;
 * translated code does not notice writes from outside; ITSTATE is lost at each stop
 * (core_look.c puts it back).
 */
#include "sim/chip_priv.h"

#include <string.h>

#include <unicorn/unicorn.h>

/* No code can be there: end address of a run that has none. */
#define NO_END 0xEFFFFFFEu

/* DDI 0403 B1.5.8: in Handler mode such a value in PC is a return. */
#define EXC_RETURN_LEAST 0xF0000000u

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

/* Unicorn shows and changes MSP, PSP and the masks only as the running code may, which is
 * nothing when it is unprivileged. A debugger and exception entry always may.
 * Returns the CONTROL to go back to, 0 for none. */
static uint32_t lift(struct chip *c)
{
	uint32_t control = get(c, UC_ARM_REG_CONTROL), xpsr;

	if (!(control & 1u))
		return 0;
	xpsr = get(c, UC_ARM_REG_XPSR);
	if (xpsr & 0x1FFu)
		return 0;
	set(c, UC_ARM_REG_XPSR, xpsr | EXC_HARD);
	set(c, UC_ARM_REG_CONTROL, control & 6u);
	set(c, UC_ARM_REG_XPSR, xpsr);
	return control & 7u;
}

static void lower(struct chip *c, uint32_t control)
{
	if (control)
		set(c, UC_ARM_REG_CONTROL, control);
}

static uint32_t get_special(struct chip *c)
{
	uint32_t control = get(c, UC_ARM_REG_CONTROL) & 7u, back = lift(c), v;

	v = control << 24 | (get(c, UC_ARM_REG_FAULTMASK) & 1u) << 16 |
	    (get(c, UC_ARM_REG_BASEPRI) & 0xFFu) << 8 | (get(c, UC_ARM_REG_PRIMASK) & 1u);
	lower(c, back);
	return v;
}

static uint32_t get_banked(struct chip *c, int reg)
{
	uint32_t back = lift(c), v = get(c, reg);

	lower(c, back);
	return v;
}

uint32_t core_reg(struct chip *c, unsigned n)
{
	if (n == REG_MSP || n == REG_PSP)
		return get_banked(c, uc_regs[n]);
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

/* Unicorn translates code by a summary of mode and privilege that it makes anew only when
 * CPSR is written. */
static void mode_changed(struct chip *c)
{
	set(c, UC_ARM_REG_CPSR, get(c, UC_ARM_REG_CPSR));
}

static void set_xpsr(struct chip *c, uint32_t v)
{
	uint32_t old = get(c, UC_ARM_REG_XPSR);

	set(c, UC_ARM_REG_XPSR, v);
	if ((v ^ old) & 0x1FFu)
		mode_changed(c);
}

/* CONTROL last: it may end the privilege to write the others. */
static void set_special(struct chip *c, uint32_t v)
{
	(void)lift(c);
	set(c, UC_ARM_REG_FAULTMASK, v >> 16 & 1u);
	set(c, UC_ARM_REG_BASEPRI, v >> 8 & 0xFFu);
	set(c, UC_ARM_REG_PRIMASK, v & 1u);
	set(c, UC_ARM_REG_CONTROL, v >> 24 & (c->kind->m4 ? 7u : 3u));
	mode_changed(c);
}

static void set_banked(struct chip *c, int reg, uint32_t v)
{
	uint32_t back = lift(c);

	set(c, reg, v & ~3u);
	lower(c, back);
}

void core_set_reg(struct chip *c, unsigned n, uint32_t v)
{
	if (n == REG_PC)
		set_pc(c, v);
	else if (n == REG_SP)
		set(c, UC_ARM_REG_SP, v & ~3u);
	else if (n == REG_MSP || n == REG_PSP)
		set_banked(c, uc_regs[n], v);
	else if (n == REG_XPSR)
		set_xpsr(c, v);
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

	if (hz == 0)                    /* STOP: nothing executes */
		return;
	/* One instruction = 1.5 cycles, rounded to a picosecond. */
	c->core.insn_ps = (UINT64_C(1000000000000) * CHIP_HALF_CYCLES / 2u + hz / 2u) / hz;
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

/* DDI 0403 B3.1: peripherals, external devices and the private bus are execute-never. */
static bool is_xn(uint32_t addr)
{
	return addr - 0x40000000u < 0x20000000u || addr >= 0xA0000000u;
}

/* The instruction at pc has not executed, or is the next one. */
static void be_at(struct chip *c, uint32_t pc)
{
	set_pc(c, pc);
	look_it_set(c, look_it_now(c, pc));
}

static void bad_fetch(struct chip *c, uint32_t pc)
{
	if (pc >= EXC_RETURN_LEAST && get(c, UC_ARM_REG_XPSR) & 0x1FFu)
		exc_return(c, pc | 1u);         /* a load into PC */
	else
		exc_fault(c, is_xn(pc) ? FAULT_XN : FAULT_IBUS, pc);
}

/* What ended a slice without our wish. */
static void judge_error(struct chip *c, uc_err err, uint32_t pc)
{
	struct core *co = &c->core;
	enum core_fault f = co->fault;

	co->fault = FAULT_NONE;
	if (err != UC_ERR_INSN_INVALID) {
		if (f == FAULT_NONE || f == FAULT_IBUS) {
			bad_fetch(c, pc);
			return;
		}
		be_at(c, co->last_pc);
		exc_fault(c, f, co->fault_addr);
	} else if (!(get(c, UC_ARM_REG_XPSR) & XPSR_T)) {
		exc_fault(c, FAULT_STATE, pc);
	} else if (!look_hint(c, co->last_pc)) {
		be_at(c, co->last_pc);
		f = look_is_coprocessor(look_opcode(c, co->last_pc)) ? FAULT_NOCP : FAULT_UNDEF;
		exc_fault(c, f, co->last_pc);
	}
}

/* Numbers of QEMU's exceptions. */
static void judge_interrupt(struct chip *c, uint32_t pc)
{
	switch (c->core.intr) {
	case 2:                         /* SVC: PC is behind it */
		exc_svc(c);
		break;
	case 3:                         /* no instructions there */
	case 8:                         /* EXC_RETURN */
		bad_fetch(c, pc);
		break;
	case 4:                         /* exclusive or multiple access, not aligned */
		exc_fault(c, FAULT_UNALIGNED, pc);
		break;
	case 7:                         /* BKPT: PC is at it */
		exc_debug_event(c, DFSR_BKPT);
		break;
	case 17:
		exc_fault(c, FAULT_NOCP, pc);
		break;
	case 18:
		exc_fault(c, FAULT_STATE, pc);
		break;
	case 22:
		exc_fault(c, FAULT_UNALIGNED, pc);
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

/* The engine stopped before an instruction, as we wished. */
static void judge_stop(struct chip *c)
{
	struct core *co = &c->core;

	if (co->bp_hit)
		exc_debug_event(c, DFSR_BKPT);
	else if (co->refused != FAULT_NONE)
		exc_fault(c, co->refused, co->last_pc);
	else if (co->slice_insns == 1)
		look_it_stepped(c);
}

static void after_slice(struct chip *c, uc_err err)
{
	struct core *co = &c->core;
	uint32_t pc = get(c, UC_ARM_REG_PC);

	core_apply_fixes(c);
	look_it_set(c, look_it_now(c, pc));
	/* The hook counted the instruction before which the engine stopped. */
	if (co->stopping && pc == co->last_pc && co->slice_insns)
		uncount(c);
	if (co->intr >= 0)
		judge_interrupt(c, pc);
	else if (err != UC_ERR_OK)
		judge_error(c, err, pc);
	else if (co->stopping)
		judge_stop(c);
	else
		co->sleeping = true;    /* WFI: the only instruction that returns by itself */
	if (co->fault != FAULT_NONE) {
		enum core_fault f = co->fault;

		co->fault = FAULT_NONE;
		exc_fault(c, f, co->fault_addr);
	}
	if (co->dwt.hit) {
		co->dwt.hit = false;
		exc_debug_event(c, DFSR_DWTTRAP);
	}
}

/* What can be said of the next instruction before the engine is asked. */
static bool stopped_at_once(struct chip *c, uint32_t pc)
{
	struct core *co = &c->core;

	if (co->n_breaks && fpb_breaks(c, pc))
		exc_debug_event(c, DFSR_BKPT);
	else if (!(get(c, UC_ARM_REG_XPSR) & XPSR_T))
		exc_fault(c, FAULT_STATE, pc);
	else if (is_xn(pc))
		exc_fault(c, FAULT_XN, pc);
	else
		return false;
	return true;
}

static void slice(struct chip *c, uint64_t until_ps, uint64_t budget)
{
	struct core *co = &c->core;
	uint32_t pc = get(c, UC_ARM_REG_PC);

	if (stopped_at_once(c, pc))
		return;
	look_it_begin(c, pc);
	if (co->dwt.changed)
		core_watch_hooks(c);
	if (look_it_first(c, pc, &budget))
		return;
	drop_stale_code(c);
	co->stop_ps = until_ps;
	co->slice_budget = budget;
	co->slice_insns = 0;
	co->stopping = co->stop_req = co->bp_hit = co->it_stop = false;
	co->intr = -1;
	co->fault = co->refused = FAULT_NONE;
	co->start_pc = pc;
	co->last_pc = UINT32_MAX;
	core_poll_start(c);
	after_slice(c, uc_emu_start(co->uc, pc | 1u, NO_END, 0, 0));
}

/* DDI 0403 B1.5.15: an NMI, and nothing else, is taken in a lockup at priority -1. */
static bool locked(struct chip *c)
{
	const struct core *co = &c->core;

	return co->lockup && !(co->pend[EXC_NMI] && exc_execution_priority(c) > -2);
}

bool core_idle(struct chip *c)
{
	const struct core *co = &c->core;

	if (c->nrst_low || co->halted || co->hung || co->t_ps < co->stall_until_ps || locked(c))
		return true;
	return co->sleeping && !exc_wakes(c);
}

static void wake(struct core *co)
{
	if (co->in_wfe)
		co->event = false;
	co->sleeping = co->in_wfe = false;
}

void core_run(struct chip *c, uint64_t until_ps, uint64_t max_insns)
{
	struct core *co = &c->core;
	uint64_t start = co->insns;

	while (co->t_ps < until_ps && !core_idle(c) && !c->reset_request) {
		uint64_t end = c->next_event_ps < until_ps ? c->next_event_ps : until_ps;

		if (end <= co->t_ps)
			return;
		if (co->sleeping)
			wake(co);
		if (co->any_pend)
			(void)exc_dispatch(c);
		if (core_idle(c))
			return;
		slice(c, end, max_insns - (co->insns - start));
		if (c->replan || max_insns == 1 || co->insns - start >= max_insns)
			return;
	}
}

static void clear_scs(struct chip *c)
{
	struct core *co = &c->core;

	memset(co->prio, 0, sizeof co->prio);
	memset(co->pend, 0, sizeof co->pend);
	memset(co->active, 0, sizeof co->active);
	memset(co->enabled, 0, sizeof co->enabled);
	co->any_pend = false;
	co->vtor = co->shcsr = co->cfsr = co->hfsr = co->scr = co->cpacr = 0;
	co->aircr_prigroup = 0;
	co->ccr = 1u << 9;              /* STKALIGN, as after reset of r2p0 and later */
	co->systick_ctrl = co->systick_load = co->systick_val = 0;
	co->fpccr = c->kind->m4 ? 3u << 30 : 0;         /* ASPEN, LSPEN: B3.2.21 */
	co->fpcar = co->fpdscr = 0;
}

void core_reset(struct chip *c, unsigned cause)
{
	struct core *co = &c->core;
	unsigned i;

	(void)cause;
	clear_scs(c);
	debug_core_reset(c);
	look_reset(c);
	co->halted = co->sleeping = co->in_wfe = co->lockup = co->hung = false;
	co->event = false;
	co->stall_until_ps = 0;
	co->n_fix = 0;
	for (i = 0; i < 13; i++)
		set(c, uc_regs[i], 0);
	set_special(c, 0);
	set_xpsr(c, XPSR_T);
	set_special(c, 0);
	set(c, UC_ARM_REG_LR, 0xFFFFFFFFu);
	exc_reset(c);
	core_clock_changed(c);
}
