/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * reset.c - reset the chip and be sure that it happened.
 *
 * SYSRESETREQ first, because it needs no wire; NRST where that leaves no trace in
 * DHCSR.S_RESET_ST, the only reliable sign (ARMv7-M ARM C1.6.2: sticky, cleared by reading).
 * Under reset: vector catch is set while NRST is low, so that the core stops at its first
 * instruction whatever the firmware does with the debug pins later.
 */
#include "target/priv.h"

#include "target/scs.h"

enum {
	RESET_SEEN_MS = 100,            /* SYSRESETREQ acts within microseconds */
	RESET_OVER_MS = 1000,           /* an external capacitor may hold NRST low for long */
	RESET_HALT_MS = 500
};

/* Poll until S_RESET_ST showed once (*seen) and then, if it did, until it reads 0 again.
 * The debug port may not answer while the chip is in reset: such failures count as not yet. */
static enum sl_err watch_reset(struct target *t, struct ctx *c, bool *seen)
{
	struct deadline see = ctx_deadline(c, RESET_SEEN_MS);
	struct deadline end = ctx_deadline(c, RESET_OVER_MS);

	*seen = false;
	for (;;) {
		bool late = ctx_expired(c, *seen ? end : see);
		uint32_t dhcsr = 0;
		enum sl_err err = core_read_dhcsr(t, c, &dhcsr);

		if (err && err != SL_TARGET && err != SL_NOTARGET && err != SL_PROBE)
			return err;
		if (!err && *seen && !(dhcsr & DHCSR_S_RESET)) {
			t->halted = (dhcsr & DHCSR_S_HALT) != 0;
			return SL_OK;
		}
		*seen = *seen || (!err && (dhcsr & DHCSR_S_RESET));
		if (late && err)
			return err;
		if (late && *seen)
			return ctx_cause(c, ctx_fail(c, SL_TARGET, "target", "the chip stays in reset for "
						     "more than %d ms", RESET_OVER_MS), CAUSE_IN_RESET);
		if (late)
			return SL_OK;
		ctx_clear(c);
	}
}

/* The write that makes the chip reset itself. */
struct request {
	uint32_t addr, value;
};

static const struct request sysresetreq = { SCS_AIRCR, AIRCR_VECTKEY | AIRCR_SYSRESETREQ };

static enum sl_err request_reset(struct target *t, struct ctx *c, const struct request *by)
{
	enum sl_err err = link_write32(t->l, c, by->addr, by->value);

	/* The write itself may not be acknowledged by a chip that resets at once. */
	if (err == SL_TARGET || err == SL_PROBE) {
		ctx_clear(c);
		return SL_OK;
	}
	return err;
}

static enum sl_err reset_chip(struct target *t, struct ctx *c, const struct request *by)
{
	uint32_t dhcsr = 0;
	bool seen = false;
	enum sl_err err = core_read_dhcsr(t, c, &dhcsr);        /* clears S_RESET_ST */

	if (!err)
		err = request_reset(t, c, by);
	if (!err)
		err = watch_reset(t, c, &seen);
	if (err || seen)
		return err;
	if (!link_get_caps(t->l)->nrst)
		return ctx_fail(c, SL_TARGET, "target",
				"the chip did not reset on request, and this probe cannot pull NRST");
	ctx_log(c, LOG_DEBUG, "SYSRESETREQ left no trace, pulling NRST");
	err = link_nrst(t->l, c, LINK_NRST_PULSE);
	if (!err)
		err = watch_reset(t, c, &seen);
	if (!err && !seen) {
		err = ctx_fail(c, SL_TARGET, "target",
			       "the chip did not reset, neither on request nor by NRST");
		ctx_hint(c, "check that NRST is wired to the probe");
		err = ctx_cause(c, err, CAUSE_NO_NRST);
	}
	return err;
}

static enum sl_err stay_halted(struct target *t, struct ctx *c)
{
	enum sl_err err = t->halted ? SL_OK : core_wait_halted(t, c, RESET_HALT_MS);

	if (!err)
		err = core_set_demcr(t, c, t->demcr_found);
	t->leave_halted = true;
	/* The chip may have lost the clock of its debug unit. */
	return err ? err : freeze_set(t, c);
}

/* Firmware may put the chip to sleep, or give the SWD pins another use, in its first microseconds:
 * so everything is put back before it runs, and the write that starts it turns halting debug off. */
static enum sl_err let_run_clean(struct target *t, struct ctx *c)
{
	enum sl_err err = t->halted ? SL_OK : core_wait_halted(t, c, RESET_HALT_MS), put_back;

	t->let_run = true;
	/* A core that vector catch does not stop runs already: then the same is done as far as the
	 * firmware lets it. */
	if (err == SL_TARGET) {
		ctx_log(c, LOG_DEBUG, "the reset was not caught: %s", c->fault.text);
		ctx_clear(c);
		err = SL_OK;
	}
	if (err)
		return err;
	put_back = core_set_demcr(t, c, t->demcr_found);
	if (!put_back)
		put_back = freeze_restore(t, c);
	put_back = core_excuse(t, c, put_back);
	err = core_excuse(t, c, link_write32(t->l, c, SCS_DHCSR, DHCSR_KEY));
	core_forget(t);
	return put_back ? put_back : err;
}

static enum sl_err reset_by(struct target *t, struct ctx *c, enum target_reset how,
			    const struct request *by)
{
	enum sl_err err = core_look(t, c);
	bool unmasked = t->ints_masked && t->halted;    /* which leaves it as it must be */

	if (!err)
		err = core_unmask(t, c);
	if (!err)
		err = core_set_demcr(t, c, t->demcr_found | DEMCR_VC_CORERESET | DEMCR_TRCENA);
	/* Halting debug must be on for the catch, and a stale halt request off for a run. */
	if (!err && !unmasked)
		err = core_write_dhcsr(t, c, how == RESET_HALT || t->halted ? DHCSR_HALT : 0);
	if (err)
		return err;
	t->halted = false;
	err = reset_chip(t, c, by);
	if (err)
		return ctx_doing(c, err, "resetting the chip");
	t->core_pending = false;
	freeze_lost(t);
	return how == RESET_HALT ? stay_halted(t, c) : let_run_clean(t, c);
}

enum sl_err target_reset(struct target *t, struct ctx *c, enum target_reset how)
{
	return reset_by(t, c, how, &sysresetreq);
}

enum sl_err target_reset_by(struct target *t, struct ctx *c, uint32_t addr, uint32_t value)
{
	const struct request by = { addr, value };

	return reset_by(t, c, RESET_HALT, &by);
}
