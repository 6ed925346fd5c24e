/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_hooks.c - the Unicorn engine of a virtual core: made, mapped, and hooked.
 *
 * A hook before each instruction adds its cost to the core's time and stops the
 * engine where something else must happen. Stores to flash are judged by its
 * controller: a write-protection hook cannot swallow the store, so the bytes are
 * put right before the next instruction. Engine and time meet in core.c.
 */
#include "sim/chip_priv.h"

#include <string.h>

#include <unicorn/unicorn.h>

/* ---- hooks ------------------------------------------------------------------------------ */

static void stop(struct chip *c)
{
	c->core.stopping = true;
	(void)uc_emu_stop(c->core.uc);
}

/* Put right what a refused or altered store has left in flash. */
void core_apply_fixes(struct chip *c)
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

/* The core waits for the flash interface. Time passes in chip_pump, where events and the
 * debugger have their turn; what the stalled access does counts from the end of the stall. */
void core_stall(struct chip *c)
{
	struct core *co = &c->core;

	c->at_ps = co->t_ps > co->stall_until_ps ? co->t_ps : co->stall_until_ps;
	if (!flash_busy(c))
		return;
	co->stop_req = true;
	if (c->flash.busy_until_ps >= PS_NEVER) {
		co->hung = true;
		return;
	}
	co->stall_until_ps = c->flash.busy_until_ps;
	c->at_ps = co->stall_until_ps;
}

static bool must_stop(struct chip *c, uint32_t addr)
{
	struct core *co = &c->core;

	if (co->t_ps >= co->stop_ps || co->stop_req || co->slice_insns >= co->slice_budget)
		return true;
	co->bp_hit = co->n_breaks && co->slice_insns && fpb_breaks(c, addr);
	return co->bp_hit;
}

static uint16_t opcode(struct chip *c, uint32_t addr)
{
	const struct code_window *w = &c->core.code;
	uint32_t off = addr - w->base;

	if (off >= w->size)
		return look_opcode(c, addr);
	return (uint16_t)(w->host[off] | w->host[off + 1] << 8);
}

/* The instruction is about to execute, unless it turns out that it must not. */
static void before(struct chip *c, uint32_t addr)
{
	struct core *co = &c->core;
	uint16_t op = opcode(c, addr);

	if (co->look[op >> 8]) {
		look_at(c, addr, op);
		if (co->refused != FAULT_NONE || co->it_stop)
			stop(c);
	}
	if (co->dwt.on_pc)
		dwt_pc(c, addr);
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
	struct chip *c = user;
	struct core *co = &c->core;
	uint32_t addr = (uint32_t)address;

	(void)uc;
	(void)size;
	if (co->n_fix)
		core_apply_fixes(c);
	if ((addr == co->poll.pc || --co->poll.wait == 0) && !co->stopping && !co->stop_req)
		core_poll(c, addr);
	if (c->flash.op != FLASH_IDLE && in_flash_window(c, addr))
		core_stall(c);
	if (!co->stopping) {
		if (must_stop(c, addr))
			stop(c);
		else
			before(c, addr);
	}
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

/* Unicorn's signature. */
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

/* Unicorn's signature. */
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

/* Unicorn's signature. */
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

/* An access to data that a comparator of the DWT watches. Unicorn's signature. */
static void on_watched(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
		       int64_t value, void *user)
{
	struct chip *c = user;

	(void)uc;
	dwt_data(c, (uint32_t)address, (unsigned)size, type == UC_MEM_WRITE, (uint32_t)value);
}

/* A store to flash, EEPROM or option bytes: the controller judges it, Unicorn stores it
 * nevertheless, and apply_fixes writes what the controller made of it. Unicorn's signature. */
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
	core_apply_fixes(c);            /* of the words that STM has stored before this one */
	b = bus_block(c, (uint32_t)address, (unsigned)size, &off);
	if (!b || size > 4)
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

/* DDI 0403 B3.1: unprivileged code gets a bus fault from the private peripheral bus. */
static bool denied(struct chip *c, uint32_t addr)
{
	uint32_t control = 0, xpsr = 0;

	if (addr < 0xE0000000u)
		return false;
	(void)uc_reg_read(c->core.uc, UC_ARM_REG_CONTROL, &control);
	(void)uc_reg_read(c->core.uc, UC_ARM_REG_XPSR, &xpsr);
	return (control & 1u) && !(xpsr & 0x1FFu);
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
	if (denied(c, w->base + (uint32_t)offset) ||
	    bus_device_read(c, w->base + (uint32_t)offset, size > 4 ? 4 : size, &v) != BUS_OK) {
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
	if (size == 4 && iwdg_is_feed(w->base + (uint32_t)offset, (uint32_t)value))
		c->core.poll.fed = true;
	else
		c->core.stores++;
	if (denied(c, w->base + (uint32_t)offset) ||
	    bus_device_write(c, w->base + (uint32_t)offset, size > 4 ? 4 : size,
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

static void watch(struct chip *c, int type, uint64_t lo, uint64_t hi)
{
	struct dwt *d = &c->core.dwt;
	uc_cb_hookmem_t fn = on_watched;

	if (uc_hook_add(c->core.uc, &d->hooks[d->n_hooks], type, fn_ptr(&fn), c, lo, hi) == UC_ERR_OK)
		d->n_hooks++;
	else
		chip_note_illegal(c, "not modelled: Unicorn refused to watch %08x",
				  (unsigned)lo);
}

void core_watch_hooks(struct chip *c)
{
	struct dwt *d = &c->core.dwt;
	unsigned i;

	while (d->n_hooks)
		(void)uc_hook_del(c->core.uc, d->hooks[--d->n_hooks]);
	d->changed = false;
	for (i = 0; i < MAX_DWT; i++) {
		uint64_t lo, hi;
		unsigned types = dwt_watches(c, i, &lo, &hi);

		if (types & DWT_READS)
			watch(c, UC_HOOK_MEM_READ_AFTER, lo, hi);
		if (types & DWT_WRITES)
			watch(c, UC_HOOK_MEM_WRITE, lo, hi);
	}
}

enum bus_result core_init(struct chip *c)
{
	int model = c->kind->m4 ? UC_CPU_ARM_CORTEX_M4 : UC_CPU_ARM_CORTEX_M3;

	/* With UC_MODE_MCLASS Unicorn 2.0.1 makes every model a Cortex-M33. */
	if (uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &c->core.uc) != UC_ERR_OK)
		return BUS_OFF;
	if (uc_ctl_set_cpu_model(c->core.uc, model) != UC_ERR_OK)
		return BUS_OFF;
	return map_blocks(c) && map_devices(c) && add_hooks(c) ? BUS_OK : BUS_OFF;
}

void core_free(struct chip *c)
{
	unsigned i;

	if (!c->core.uc)
		return;
	/* Unicorn 2.0.1 leaks its bitmaps of rewritten code unless the code is dropped first. */
	for (i = 0; i < c->n_blocks; i++) {
		const struct block_desc *d = c->blocks[i].d;

		if (d->type == BLOCK_RAM)
			(void)uc_ctl_remove_cache(c->core.uc, d->base, d->base + d->size);
	}
	(void)uc_close(c->core.uc);
	c->core.uc = NULL;
}
