/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * call.c - run a piece of code in target SRAM and know how it ended.
 *
 * The code ends in a BKPT at a known address. Interrupts are masked by C_MASKINTS, so no
 * firmware handler runs; faults are caught by vector catch before any handler runs. Follows
 * the ARMv7-M Architecture Reference Manual C1.6 (debug control block).
 */
#include "target/priv.h"

#include <string.h>

#include "base/bytes.h"
#include "target/scs.h"

/* Firmware may have enabled the handlers of the lesser faults: those are caught, too. ARMv6-M
 * has VC_HARDERR alone and ignores the rest. */
#define CALL_CATCH (DEMCR_TRCENA | DEMCR_VC_HARDERR | DEMCR_VC_INTERR | DEMCR_VC_BUSERR | \
		    DEMCR_VC_STATERR | DEMCR_VC_CHKERR | DEMCR_VC_NOCPERR | DEMCR_VC_MMERR)

#define LOCKUP_PC UINT32_C(0xFFFFFFFE)  /* B1.5.15 */

enum {
	HALT_AFTER_CALL_MS = 500,
	POLL_US = 300,                  /* about the time of one command: half the bus stays free */
	SAVED_REGS = 17                 /* r0-r15, xPSR */
};

enum sl_err target_save_core(struct target *t, struct ctx *c, struct target_core *out)
{
	if (!t->core_pending)
		return link_read_all_regs(t->l, c, out->regs);
	*out = t->core_was;
	return SL_OK;
}

void target_restore_core(struct target *t, const struct target_core *was)
{
	t->core_was = *was;
	t->core_pending = true;
}

enum sl_err core_settle(struct target *t, struct ctx *c)
{
	struct target_core now;
	enum sl_err first, err;
	bool unknown;

	if (!t->core_pending)
		return SL_OK;
	first = link_read_all_regs(t->l, c, now.regs);
	unknown = first != SL_OK;
	/* A register that is not put back sends firmware astray: each is tried, whatever happens to
	 * the others. */
	for (unsigned i = 0; first != SL_GONE && i < SAVED_REGS; i++) {
		if (!unknown && now.regs[i] == t->core_was.regs[i])
			continue;
		err = link_write_reg(t->l, c, i, t->core_was.regs[i]);
		first = first ? first : err;
	}
	t->core_pending = first != SL_OK;
	return first;
}

bool target_stays_halted(const struct target *t)
{
	return t->leave_halted;
}

void target_keep_halted(struct target *t, struct ctx *c)
{
	if (!t->leave_halted)
		ctx_log(c, LOG_WARN, "the core is left halted: its registers or SRAM could not be put "
				     "back; reset the chip");
	t->leave_halted = true;
}

/* Old fault flags would look like ours. CFSR, HFSR and DFSR lie side by side, and each 1 written
 * clears (B3.2.15, B3.2.16, C1.6.1); ARMv6-M has DFSR alone. */
static enum sl_err clear_faults(struct target *t, struct ctx *c)
{
	uint8_t all[12];

	if (t->ints_masked || !t->info.core || !t->info.core->mainline)
		return link_write32(t->l, c, SCS_DFSR, DFSR_ALL);
	memset(all, 0xFF, 8);
	put_le32(all + 8, DFSR_ALL);
	return link_write_mem(t->l, c, SCS_CFSR, all, sizeof(all));
}

/* Firmware's MPU regions are not made for our code: off until core_unmask. */
static enum sl_err mpu_off(struct target *t, struct ctx *c)
{
	uint32_t ctrl = 0;
	enum sl_err err = link_read32(t->l, c, SCS_MPU_CTRL, &ctrl);

	if (err || !(ctrl & MPU_CTRL_ENABLE))
		return err;
	t->mpu_ctrl = ctrl;
	return link_write32(t->l, c, SCS_MPU_CTRL, ctrl & ~MPU_CTRL_ENABLE);
}

/* Once after a halt: catch faults, mask interrupts (in a write of its own, C1.6.2). */
static enum sl_err prepare(struct target *t, struct ctx *c)
{
	enum sl_err err = clear_faults(t, c);

	if (!err)
		err = core_set_demcr(t, c, t->demcr_now | CALL_CATCH);
	if (err || t->ints_masked)
		return err;
	err = mpu_off(t, c);
	if (!err)
		err = core_write_dhcsr(t, c, DHCSR_HALT | DHCSR_MASKINTS);
	if (!err)
		t->ints_masked = true;
	return err;
}

static enum sl_err load_regs(struct target *t, struct ctx *c, const struct target_call *call)
{
	enum sl_err err = SL_OK;

	for (unsigned i = 0; !err && !call->bare && i < TARGET_CALL_REGS; i++)
		err = link_write_reg(t->l, c, i, call->r[i]);
	if (!err && call->sp)
		err = link_write_reg(t->l, c, 13, call->sp);
	if (!err)
		err = link_write_reg(t->l, c, REG_PC, call->pc);
	/* No IT block, Thumb state; the exception number is not ours to change. */
	if (!err)
		err = link_write_reg(t->l, c, REG_XPSR, XPSR_T);
	return err;
}

enum sl_err target_call_start(struct target *t, struct ctx *c, const struct target_call *call)
{
	enum sl_err err = core_look(t, c);

	if (err)
		return err;
	if (!t->halted)
		return ctx_fail(c, SL_BUG, "target", "code is called while the core runs");
	err = prepare(t, c);
	if (!err)
		err = load_regs(t, c, call);
	if (err)
		return err;
	t->call_deadline = ctx_deadline(c, call->timeout_ms);
	t->call_timeout_ms = call->timeout_ms;
	t->call_stop = call->stop;
	t->halted = false;
	t->call_running = true;
	t->call_reset = false;
	return core_write_dhcsr(t, c, DHCSR_MASKINTS);
}

static enum sl_err stop_late(struct target *t, struct ctx *c)
{
	enum sl_err err = core_write_dhcsr(t, c, DHCSR_HALT | DHCSR_MASKINTS);
	uint32_t pc = 0;

	if (!err)
		err = core_wait_halted(t, c, HALT_AFTER_CALL_MS);
	t->call_running = false;
	if (!err)
		err = link_read_reg(t->l, c, REG_PC, &pc);
	return err ? err : ctx_fail_addr(c, SL_TARGET, "target", pc,
					 "code in SRAM does not end within %u ms", t->call_timeout_ms);
}

enum sl_err target_call_poll(struct target *t, struct ctx *c, bool *done)
{
	bool late = ctx_expired(c, t->call_deadline);
	uint32_t dhcsr = 0;
	enum sl_err err;

	*done = !t->call_running;
	if (*done)
		return SL_OK;
	err = core_read_dhcsr(t, c, &dhcsr);
	if (err)
		return err;
	if (dhcsr & DHCSR_S_RESET) {
		t->call_running = false;
		t->call_reset = true;
		t->mpu_ctrl = 0;        /* its regions are gone as well */
		t->core_pending = false;
		err = ctx_fail(c, SL_TARGET, "target", "the chip was reset while code ran in its SRAM");
		ctx_hint(c, "a watchdog or the supply may have reset it; try --connect=under-reset");
		return err;
	}
	/* Firmware was in a fault handler or locked up when it was halted: then vector catch sees
	 * no further fault, the core locks up instead (B1.5.15). */
	if ((dhcsr & DHCSR_S_LOCKUP) && !(dhcsr & DHCSR_S_HALT)) {
		err = core_write_dhcsr(t, c, DHCSR_HALT | DHCSR_MASKINTS);
		if (!err)
			err = core_wait_halted(t, c, HALT_AFTER_CALL_MS);
		if (err)
			return err;
		dhcsr |= DHCSR_S_HALT;
	}
	if (dhcsr & DHCSR_S_HALT) {
		t->halted = true;
		t->call_running = false;
		*done = true;
		return SL_OK;
	}
	return late ? stop_late(t, c) : SL_OK;
}

/* The core stopped, but not where it should have. */
static enum sl_err stopped_elsewhere(struct target *t, struct ctx *c,
				     const struct target_core *core, bool *faulted)
{
	uint32_t dfsr = 0, cfsr = 0;
	enum sl_err err = link_read32(t->l, c, SCS_DFSR, &dfsr);

	if (!err && t->info.core && t->info.core->mainline)
		err = link_read32(t->l, c, SCS_CFSR, &cfsr);
	if (err)
		return err;
	*faulted = (dfsr & DFSR_VCATCH) || core->regs[REG_PC] == LOCKUP_PC;
	return ctx_fail_addr(c, SL_TARGET, "target", core->regs[REG_PC],
			     "code in SRAM %s at 0x%08x instead of ending at 0x%08x (DFSR 0x%x, CFSR 0x%x)",
			     *faulted ? "faulted" : "stopped", core->regs[REG_PC], t->call_stop,
			     dfsr, cfsr);
}

enum sl_err target_call_finish(struct target *t, struct ctx *c, struct target_call *call)
{
	struct target_core core;
	enum sl_err err = SL_OK;
	bool done = false;

	call->faulted = false;
	while (!err && !done) {
		err = target_call_poll(t, c, &done);
		if (!err && !done)
			ctx_sleep_us(c, POLL_US);
	}
	if (!err)
		err = link_read_all_regs(t->l, c, core.regs);
	if (err)
		return err;
	if (core.regs[REG_PC] != t->call_stop)
		return stopped_elsewhere(t, c, &core, &call->faulted);
	for (unsigned i = 0; i < TARGET_CALL_REGS; i++)
		call->r[i] = core.regs[i];
	return SL_OK;
}

enum sl_err target_call(struct target *t, struct ctx *c, struct target_call *call)
{
	enum sl_err err = target_call_start(t, c, call);

	return err ? err : target_call_finish(t, c, call);
}

bool target_call_lost(const struct target *t)
{
	return t->call_reset;
}

bool target_call_runs(const struct target *t)
{
	return t->call_running;
}

enum sl_err target_call_abort(struct target *t, struct ctx *c)
{
	enum sl_err err;

	if (!t->call_running)
		return SL_OK;
	err = core_write_dhcsr(t, c, DHCSR_HALT | DHCSR_MASKINTS);
	if (!err)
		err = core_wait_halted(t, c, HALT_AFTER_CALL_MS);
	/* Else target_detach tries once more. */
	t->call_running = err != SL_OK;
	return err;
}
