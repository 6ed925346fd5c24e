/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core.c - halt, run, step and look at the core.
 *
 * Follows the ARMv7-M Architecture Reference Manual C1.6.2: C_MASKINTS changes only while the
 * core is halted, and never in the write that lets it go.
 */
#include "target/priv.h"

#include "target/scs.h"

enum { CORE_WAIT_MS = 500 };

enum sl_err core_read_dhcsr(struct target *t, struct ctx *c, uint32_t *dhcsr)
{
	return link_read32(t->l, c, SCS_DHCSR, dhcsr);
}

enum sl_err core_write_dhcsr(struct target *t, struct ctx *c, uint32_t bits)
{
	return link_write32(t->l, c, SCS_DHCSR, DHCSR_KEY | DHCSR_DEBUGEN | bits);
}

enum sl_err core_set_demcr(struct target *t, struct ctx *c, uint32_t value)
{
	enum sl_err err;

	if (t->demcr_saved && t->demcr_now == value)
		return SL_OK;
	err = link_write32(t->l, c, SCS_DEMCR, value);
	if (!err)
		t->demcr_now = value;
	return err;
}

enum sl_err core_wait_halted(struct target *t, struct ctx *c, unsigned timeout_ms)
{
	struct deadline d = ctx_deadline(c, timeout_ms);
	uint32_t dhcsr = 0;

	for (;;) {
		bool late = ctx_expired(c, d);
		enum sl_err err = core_read_dhcsr(t, c, &dhcsr);

		if (err)
			return err;
		if (dhcsr & DHCSR_S_HALT) {
			t->halted = true;
			return SL_OK;
		}
		if (late)
			return ctx_fail(c, SL_TARGET, "target",
					"the core does not halt within %u ms (DHCSR 0x%08x)",
					timeout_ms, dhcsr);
	}
}

enum sl_err core_look_at(struct target *t, struct ctx *c)
{
	uint32_t dhcsr = 0;
	enum sl_err err;

	if (t->demcr_saved)
		return SL_OK;
	err = core_read_dhcsr(t, c, &dhcsr);
	if (!err)
		err = link_read32(t->l, c, SCS_DEMCR, &t->demcr_found);
	if (err)
		return err;
	t->demcr_now = t->demcr_found;
	t->demcr_saved = true;
	t->found_halted = (dhcsr & DHCSR_S_HALT) != 0;
	t->halted = t->leave_halted = t->found_halted;
	/* A session that was cut off may have left interrupts masked. */
	t->ints_masked = (dhcsr & DHCSR_DEBUGEN) && (dhcsr & DHCSR_MASKINTS);
	return SL_OK;
}

enum sl_err core_look(struct target *t, struct ctx *c)
{
	enum sl_err err = freeze_set(t, c);

	return err ? err : core_look_at(t, c);
}

void core_forget(struct target *t)
{
	t->demcr_saved = false;
	t->found_halted = t->halted = t->leave_halted = t->ints_masked = false;
}

static enum sl_err mpu_back(struct target *t, struct ctx *c)
{
	uint32_t was = t->mpu_ctrl;

	t->mpu_ctrl = 0;
	return was ? link_write32(t->l, c, SCS_MPU_CTRL, was) : SL_OK;
}

enum sl_err core_unmask(struct target *t, struct ctx *c)
{
	enum sl_err err = mpu_back(t, c);

	if (err || !t->ints_masked)
		return err;
	err = core_write_dhcsr(t, c, DHCSR_HALT | DHCSR_MASKINTS);
	if (!err && !t->halted)
		err = core_wait_halted(t, c, CORE_WAIT_MS);
	if (!err)
		err = core_write_dhcsr(t, c, DHCSR_HALT);
	if (!err)
		t->ints_masked = false;
	return err;
}

enum sl_err target_get_state(struct target *t, struct ctx *c, enum target_state *out)
{
	enum { ASLEEP_MS = 20 };
	uint32_t dhcsr = 0;
	enum sl_err err;

	/* Firmware that was let go with nothing set sleeps, and its bus with it, when all that is
	 * heard is WAIT. */
	link_set_patience(t->l, t->let_run && !t->frozen ? ASLEEP_MS : 0);
	err = core_read_dhcsr(t, c, &dhcsr);
	link_set_patience(t->l, 0);
	if (t->let_run && !t->frozen && err == SL_TARGET && c->fault.probe_status == STATUS_OF_AP_WAIT) {
		ctx_clear(c);
		*out = TARGET_SLEEPING;
		return SL_OK;
	}
	/* S_RESET_ST is sticky: only a second 1 means that the reset lasts. */
	if (!err && (dhcsr & DHCSR_S_RESET))
		err = core_read_dhcsr(t, c, &dhcsr);
	if (err)
		return err;
	if (dhcsr & DHCSR_S_RESET)
		*out = TARGET_IN_RESET;
	else if (dhcsr & DHCSR_S_HALT)
		*out = TARGET_HALTED;
	else if (dhcsr & DHCSR_S_LOCKUP)
		*out = TARGET_LOCKUP;
	else
		*out = dhcsr & DHCSR_S_SLEEP ? TARGET_SLEEPING : TARGET_RUNNING;
	return SL_OK;
}

enum sl_err target_halt_quietly(struct target *t, struct ctx *c)
{
	enum sl_err err = core_look(t, c);

	if (err || t->halted)
		return err;
	/* ARMv7-M C1.6.2: C_MASKINTS must not change in the write that halts a running core. */
	err = core_write_dhcsr(t, c, DHCSR_HALT | (t->ints_masked ? DHCSR_MASKINTS : 0));
	if (err)
		return err;
	return core_wait_halted(t, c, CORE_WAIT_MS);
}

enum sl_err target_halt(struct target *t, struct ctx *c)
{
	enum sl_err err = target_halt_quietly(t, c);

	if (!err)
		t->leave_halted = true;
	return err;
}

enum sl_err core_excuse(struct target *t, struct ctx *c, enum sl_err err)
{
	/* A core that was halted since runs no firmware that could do that. */
	if (!t->let_run || t->halted || (err != SL_TARGET && err != SL_NOTARGET))
		return err;
	if (!t->shut_out)
		ctx_log(c, LOG_WARN, "the firmware closed the debug port before debug was off: it "
				     "sleeps, or uses the SWD pins (%s)", c->fault.text);
	t->shut_out = true;
	ctx_clear(c);
	return SL_OK;
}

/* Since a reset the core runs with nothing set, unless it met a breakpoint. */
static enum sl_err runs_clean(struct target *t, struct ctx *c, bool *yes)
{
	enum target_state state = TARGET_HALTED;
	enum sl_err err = SL_OK;

	if (t->let_run && !t->demcr_saved)
		err = target_get_state(t, c, &state);
	*yes = state != TARGET_HALTED;
	return err;
}

enum sl_err target_run(struct target *t, struct ctx *c)
{
	bool clean = false;
	uint32_t dhcsr = 0;
	enum sl_err err = runs_clean(t, c, &clean);

	if (err || clean)
		return err;
	err = core_look(t, c);
	if (!err)
		err = core_settle(t, c);
	if (!err)
		err = core_unmask(t, c);
	/* Faults and resets are caught for our own calls only; firmware handles its own. */
	if (!err)
		err = core_set_demcr(t, c, t->demcr_found);
	/* Firmware that sleeps at once would leave no other chance. */
	if (!err)
		err = freeze_restore(t, c);
	if (!err)
		err = core_write_dhcsr(t, c, 0);
	if (!err)
		err = core_read_dhcsr(t, c, &dhcsr);
	if (err)
		return err;
	t->leave_halted = false;
	t->let_run = true;
	t->halted = (dhcsr & DHCSR_S_HALT) != 0;
	/* A core that stopped again at once met a breakpoint of its own: that is not our failure. */
	if (t->halted)
		ctx_log(c, LOG_WARN, "the core stopped again at once, probably at a BKPT instruction");
	return SL_OK;
}

enum sl_err target_step(struct target *t, struct ctx *c)
{
	enum sl_err err = target_halt_quietly(t, c);

	if (!err)
		err = core_settle(t, c);
	/* Mask interrupts first, in a write of its own, so that the step is not spent on a handler. */
	if (!err)
		err = core_write_dhcsr(t, c, DHCSR_HALT | DHCSR_MASKINTS);
	if (err)
		return err;
	t->ints_masked = true;
	t->halted = false;
	err = core_write_dhcsr(t, c, DHCSR_STEP | DHCSR_MASKINTS);
	if (!err)
		err = core_wait_halted(t, c, CORE_WAIT_MS);
	if (!err)
		err = core_unmask(t, c);
	if (!err)
		t->leave_halted = true;
	return err;
}

static enum sl_err need_halt(struct target *t, struct ctx *c)
{
	uint32_t dhcsr = 0;
	enum sl_err err = core_look(t, c);

	if (err || t->halted)
		return err ? err : core_settle(t, c);
	err = core_read_dhcsr(t, c, &dhcsr);
	if (err)
		return err;
	t->halted = (dhcsr & DHCSR_S_HALT) != 0;
	if (t->halted)
		return SL_OK;
	err = ctx_fail(c, SL_TARGET, "target", "core registers can only be seen while the core is halted");
	ctx_hint(c, "halt it first, for example with the word debug");
	return err;
}

enum sl_err target_read_reg(struct target *t, struct ctx *c, unsigned reg, uint32_t *value)
{
	enum sl_err err = need_halt(t, c);

	return err ? err : link_read_reg(t->l, c, reg, value);
}

enum sl_err target_write_reg(struct target *t, struct ctx *c, unsigned reg, uint32_t value)
{
	enum sl_err err = need_halt(t, c);

	return err ? err : link_write_reg(t->l, c, reg, value);
}
