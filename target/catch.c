/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * catch.c - halting a core whose bus is out of reach most of the time.
 *
 * Firmware that sleeps wakes up for its interrupts, and the bus has its clock for as long: a halt
 * request that comes just then stops the core. While somebody holds the reset button the debug
 * port answers, too, whatever the firmware does later: vector catch, set then, stops the core at
 * its first instruction. That is how a probe that cannot pull NRST reaches any chip.
 * ARMv7-M ARM C1.6.2 (DHCSR) and C1.6.5 (DEMCR).
 */
#include "target/priv.h"

#include "target/scs.h"

/* Each request is given up at once: the next one comes anyhow. */
enum { CATCH_MS = 2000, REQUEST_MS = 1, APART_US = 500 };

static enum sl_err enter(struct target *t, struct ctx *c, const struct target_options *o)
{
	/* A clock that is given is not lowered on the way: that would take the time of many tries. */
	struct link_options lo = { .speed_khz = o->speed_khz };
	enum sl_err err;

	if (lo.speed_khz == 0)
		lo.speed_khz = link_get_speed_khz(t->l);
	err = link_enter_swd(t->l, c, &lo);
	t->attached = !err;
	return err;
}

/* One request; *halted when the core has stopped. In reset it has not yet, and is made to. */
static enum sl_err request(struct target *t, struct ctx *c, bool *halted)
{
	uint32_t dhcsr = 0;
	enum sl_err err = core_write_dhcsr(t, c, DHCSR_HALT);

	if (!err)
		err = core_look_at(t, c);
	if (!err)
		err = core_read_dhcsr(t, c, &dhcsr);
	if (!err && (dhcsr & DHCSR_S_RESET))
		err = core_set_demcr(t, c, t->demcr_found | DEMCR_VC_CORERESET | DEMCR_TRCENA);
	*halted = !err && (dhcsr & DHCSR_S_HALT) && !(dhcsr & DHCSR_S_RESET);
	return err;
}

static enum sl_err try_once(struct target *t, struct ctx *c, const struct target_options *o,
			    bool *halted)
{
	enum sl_err err = t->attached ? SL_OK : enter(t, c, o);

	if (!err)
		err = request(t, c, halted);
	/* A debug port that is deaf, or gone, needs the line reset of another start. */
	if (err == SL_NOTARGET && t->attached) {
		struct fault kept = c->fault;

		t->attached = link_leave(t->l, c) != SL_OK;
		c->fault = kept;
	}
	return err;
}

enum sl_err core_catch(struct target *t, struct ctx *c, const struct target_options *o)
{
	struct deadline d = ctx_deadline(c, o->catch_ms ? o->catch_ms : CATCH_MS);
	bool halted = false;
	enum sl_err err = SL_OK;

	link_set_patience(t->l, REQUEST_MS);
	while (!halted) {
		bool late = ctx_expired(c, d);

		err = ctx_interrupted(c);
		if (!err)
			err = try_once(t, c, o, &halted);
		if (halted || (err && err != SL_TARGET && err != SL_NOTARGET) || late)
			break;
		ctx_clear(c);
		ctx_sleep_us(c, APART_US);
	}
	link_set_patience(t->l, 0);
	if (!err && !halted)
		err = ctx_fail(c, SL_TARGET, "target", "the core did not stop, whatever was asked of it");
	if (err)
		return err;
	/* It ran when it was found, and runs again at the end. */
	t->found_halted = t->leave_halted = false;
	t->halted = true;
	return core_set_demcr(t, c, t->demcr_found);
}
