/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core.c - the Cortex-M core: Thumb code executed by Unicorn, in virtual time.
 *
 * A hook before each instruction adds its cost to the core's time and stops the
 * engine where something else must happen: an event is due, a breakpoint, a
 * store that the flash controller has to judge. Unicorn knows no exceptions of
 * the M profile; core_exc.c stacks and unstacks. Lessons about Unicorn 2.0.1
 * that this file obeys: stop only from instruction and interrupt hooks; never
 * use its timeout; translated code does not notice writes from outside; a
 * write-protection hook cannot swallow the store, so the bytes are put right
 * before the next instruction.
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

/* ---- hooks ------------------------------------------------------------------------------ */

static void stop(struct chip *c)
{
	c->core.stopping = true;
	(void)uc_emu_stop(c->core.uc);
}

/* Put right what a refused or altered store has left in flash. */
static void apply_fixes(struct chip *c)
{
	struct core *co = &c->core;
	unsigned i;

	for (i = 0; i < co->n_fix; i++)
		memcpy(co->fix[i].at, co->fix[i].bytes, co->fix[i].len);
	co->n_fix = 0;
}

static bool in_flash_window(const struct chip *c, uint32_t addr)
{
	return addr < c->kind->flash_bytes || flash_in_main(c, addr);
}

/* The core waits for the flash interface. */
void core_stall(struct chip *c)
{
	struct core *co = &c->core;

	c->at_ps = co->t_ps;
	if (!flash_busy(c))
		return;
	if (c->flash.busy_until_ps >= PS_NEVER) {
		co->hung = true;
		co->stop_req = true;
		return;
	}
	co->t_ps = c->flash.busy_until_ps;
	co->stall_until_ps = co->t_ps;
	c->at_ps = co->t_ps;
	flash_settle(c);
}

static bool must_stop(struct chip *c, uint32_t addr)
{
	struct core *co = &c->core;

	if (co->t_ps >= co->stop_ps || co->stop_req || co->slice_insns >= co->slice_budget)
		return true;
	co->bp_hit = co->fpb_on && co->slice_insns && debug_breakpoint(c, addr);
	return co->bp_hit;
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
	struct chip *c = user;
	struct core *co = &c->core;
	uint32_t addr = (uint32_t)address;

	(void)uc;
	(void)size;
	if (co->n_fix)
		apply_fixes(c);
	if ((addr == co->poll.pc || --co->poll.wait == 0) && !co->stopping && !co->stop_req)
		core_poll(c, addr);
	if (c->flash.op != FLASH_IDLE && in_flash_window(c, addr))
		core_stall(c);
	if (!co->stopping && must_stop(c, addr))
		stop(c);
	co->last_pc = addr;
	co->t_ps += co->insn_ps;
	co->insns++;
	co->slice_insns++;
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *user)
{
	struct chip *c = user;

	(void)uc;
	c->core.intr = (int)number;
	stop(c);
}

static bool on_bad_access(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
			  int64_t value, void *user)
{
	struct chip *c = user;

	(void)uc;
	(void)size;
	(void)value;
	c->core.fault_addr = (uint32_t)address;
	c->core.fault = type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT ?
			FAULT_IBUS : FAULT_BUS_PRECISE;
	return false;
}

static void on_flash_read(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
			  int64_t value, void *user)
{
	struct chip *c = user;

	(void)uc;
	(void)type;
	(void)address;
	(void)size;
	(void)value;
	if (c->flash.op != FLASH_IDLE)
		core_stall(c);
}

static void on_ram_write(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
			 int64_t value, void *user)
{
	struct chip *c = user;

	(void)uc;
	(void)type;
	(void)address;
	(void)size;
	(void)value;
	c->core.stores++;
}

/* A store to flash, EEPROM or option bytes: the controller judges it, Unicorn stores it
 * nevertheless, and apply_fixes writes what the controller made of it. */
static bool on_flash_write(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
			   int64_t value, void *user)
{
	struct chip *c = user;
	struct core *co = &c->core;
	struct flash_fix *f;
	struct block *b;
	uint32_t off;

	(void)uc;
	(void)type;
	b = bus_block(c, (uint32_t)address, (unsigned)size, &off);
	if (!b || size > 4 || co->n_fix >= MAX_FIX)
		return false;
	if (size < 4)
		value &= (INT64_C(1) << 8 * size) - 1;
	c->acc_by = BY_CORE;
	c->at_ps = co->t_ps;
	core_stall(c);
	if (!co->hung &&
	    c->kind->flash->store(c, b->d->base + off, (unsigned)size, (uint32_t)value) != BUS_OK)
		co->fault = FAULT_BUS_IMPRECISE;
	f = &co->fix[co->n_fix++];
	f->at = b->host + off;
	f->len = (uint8_t)size;
	memcpy(f->bytes, f->at, (size_t)size);
	bus_dirty(c, b->d->base + off, (uint32_t)size);
	co->stop_req = true;
	return true;
}

static bool is_flash_controller(const struct chip *c, uint32_t addr)
{
	return addr - c->kind->flash->reg_base < c->kind->flash->reg_size;
}

static uint64_t on_device_read(uc_engine *uc, uint64_t offset, unsigned size, void *user)
{
	struct window *w = user;
	struct chip *c = w->c;
	uint32_t v = 0;

	(void)uc;
	c->acc_by = BY_CORE;
	c->at_ps = c->core.t_ps;
	if (is_flash_controller(c, w->base + (uint32_t)offset) && flash_busy(c))
		c->core.poll.flash_read = true;
	else
		c->core.device_reads++;
	if (bus_device_read(c, w->base + (uint32_t)offset, size > 4 ? 4 : size, &v) != BUS_OK) {
		c->core.fault = FAULT_BUS_IMPRECISE;
		c->core.fault_addr = w->base + (uint32_t)offset;
	}
	if (c->core.fault != FAULT_NONE || c->reset_request || c->replan)
		c->core.stop_req = true;
	return v;
}

static void on_device_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value,
			    void *user)
{
	struct window *w = user;
	struct chip *c = w->c;

	(void)uc;
	c->acc_by = BY_CORE;
	c->at_ps = c->core.t_ps;
	c->core.stores++;
	if (bus_device_write(c, w->base + (uint32_t)offset, size > 4 ? 4 : size,
			     (uint32_t)value) != BUS_OK) {
		c->core.fault = FAULT_BUS_IMPRECISE;
		c->core.fault_addr = w->base + (uint32_t)offset;
	}
	if (c->core.fault != FAULT_NONE || c->reset_request || c->replan)
		c->core.stop_req = true;
}

/* ---- making the engine --------------------------------------------------------------------- */

static bool map_window(struct chip *c, uint32_t base, uint32_t size)
{
	struct window *w = &c->core.win[c->core.n_win++];

	w->c = c;
	w->base = base;
	return uc_mmio_map(c->core.uc, base, size, on_device_read, w, on_device_write, w) ==
	       UC_ERR_OK;
}

static uint32_t block_perms(const struct block *b)
{
	switch (b->d->type) {
	case BLOCK_RAM:
		return UC_PROT_ALL;
	case BLOCK_CCM:
		return UC_PROT_READ | UC_PROT_WRITE;
	default:
		return UC_PROT_READ | UC_PROT_EXEC;
	}
}

static bool map_blocks(struct chip *c)
{
	unsigned i;

	for (i = 0; i < c->n_blocks; i++) {
		struct block *b = &c->blocks[i];

		if (uc_mem_map_ptr(c->core.uc, b->d->base, b->d->size, block_perms(b), b->host))
			return false;
		if (b->d->type == BLOCK_FLASH &&
		    uc_mem_map_ptr(c->core.uc, 0, b->d->size, block_perms(b), b->host))
			return false;
	}
	return true;
}

static bool map_devices(struct chip *c)
{
	const struct chip_kind *k = c->kind;

	return map_window(c, 0x22000000u, 0x02000000u) && map_window(c, 0x40000000u, 0x00100000u) &&
	       map_window(c, 0x42000000u, 0x02000000u) && map_window(c, 0xE0000000u, 0x00100000u) &&
	       (!k->ahb2_size || map_window(c, k->ahb2_base, 0x00100000u));
}

static bool add_hook(struct chip *c, int type, void *fn, uint64_t lo, uint64_t hi)
{
	uc_hook h;

	return uc_hook_add(c->core.uc, &h, type, fn, c, lo, hi) == UC_ERR_OK;
}

/* Unicorn takes callbacks of many types through one void pointer. */
static void *fn_ptr(const void *fn_address)
{
	void *p;

	memcpy(&p, fn_address, sizeof p);
	return p;
}

static bool add_hooks(struct chip *c)
{
	uc_cb_hookcode_t code = on_code;
	uc_cb_hookintr_t intr = on_interrupt;
	uc_cb_eventmem_t bad = on_bad_access, wr = on_flash_write;
	uc_cb_hookmem_t rd = on_flash_read, st = on_ram_write;
	uint64_t fb = c->kind->flash_base, fe = fb + c->kind->flash_bytes - 1;

	return add_hook(c, UC_HOOK_CODE, fn_ptr(&code), 1, 0) &&
	       add_hook(c, UC_HOOK_INTR, fn_ptr(&intr), 1, 0) &&
	       add_hook(c, UC_HOOK_MEM_UNMAPPED, fn_ptr(&bad), 1, 0) &&
	       add_hook(c, UC_HOOK_MEM_READ_PROT | UC_HOOK_MEM_FETCH_PROT, fn_ptr(&bad), 1, 0) &&
	       add_hook(c, UC_HOOK_MEM_WRITE_PROT, fn_ptr(&wr), 1, 0) &&
	       add_hook(c, UC_HOOK_MEM_READ, fn_ptr(&rd), fb, fe) &&
	       add_hook(c, UC_HOOK_MEM_READ, fn_ptr(&rd), 0, c->kind->flash_bytes - 1) &&
	       add_hook(c, UC_HOOK_MEM_WRITE, fn_ptr(&st), 0x10000000u, 0x20FFFFFFu);
}

enum bus_result core_init(struct chip *c)
{
	int model = c->kind->m4 ? UC_CPU_ARM_CORTEX_M4 : UC_CPU_ARM_CORTEX_M3;

	if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &c->core.uc) != UC_ERR_OK)
		return BUS_OFF;
	if (uc_ctl_set_cpu_model(c->core.uc, model) != UC_ERR_OK)
		return BUS_OFF;
	return map_blocks(c) && map_devices(c) && add_hooks(c) ? BUS_OK : BUS_OFF;
}

void core_free(struct chip *c)
{
	if (c->core.uc)
		(void)uc_close(c->core.uc);
	c->core.uc = NULL;
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

	apply_fixes(c);
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
	co->stopping = co->stop_req = co->bp_hit = false;
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

	if (c->nrst_low || co->halted || co->hung || co->lockup)
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
