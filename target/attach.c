/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * attach.c - get hold of the chip, and let go of it without leaving a trace.
 *
 * Attaching asks and changes nothing but the debug unit's clock where there is one. What the calls
 * after it change (DBGMCU, DEMCR, halting debug) is looked at first, and put back by detach, which
 * tries everything even after a failure.
 */
#include "target/priv.h"

#include <stdlib.h>

#include "target/scs.h"

enum { UNDER_RESET_HALT_MS = 500, BUSY_MS = 200, BUSY_LOOK_US = 5000 };

/* NRST is low: stop the core at its first instruction when it is let go. */
static enum sl_err leave_reset_halted(struct target *t, struct ctx *c)
{
	uint32_t low = 0, high = 0;
	enum sl_err err = core_look_at(t, c);

	t->found_halted = t->halted = t->leave_halted = t->ints_masked = false;
	if (!err)
		err = core_write_dhcsr(t, c, DHCSR_HALT);
	if (!err)
		err = core_set_demcr(t, c, t->demcr_found | DEMCR_VC_CORERESET | DEMCR_TRCENA);
	if (!err)
		err = core_read_dhcsr(t, c, &low);
	if (!err)
		err = link_nrst(t->l, c, LINK_NRST_HIGH);
	if (!err)
		err = core_read_dhcsr(t, c, &high);
	/* Sticky, and read twice: 0 both times means that no reset was going on. */
	t->info.nrst_open = !err && !((low | high) & DHCSR_S_RESET);
	/* Some chips lose C_HALT with the reset: ask again, vector catch has done the rest. */
	if (!err)
		err = core_wait_halted(t, c, UNDER_RESET_HALT_MS);
	if (!err)
		err = core_set_demcr(t, c, t->demcr_found);
	return err;
}

/* The reset that the wire did not bring. The core is left running by detach, as after any other. */
static enum sl_err reset_without_wire(struct target *t, struct ctx *c)
{
	enum sl_err err;

	ctx_log(c, LOG_WARN, "NRST was pulled and the chip did not notice: it is not wired [E%u]",
		(unsigned)CAUSE_NO_NRST);
	err = target_reset(t, c, RESET_HALT);
	t->leave_halted = false;
	return err;
}

static bool under_reset(enum target_connect how)
{
	return how == CONNECT_UNDER_RESET || how == CONNECT_SLOW_RESET;
}

static enum sl_err attach(struct target *t, struct ctx *c, const struct target_options *o)
{
	struct link_options lo = {
		.speed_khz = o->speed_khz,
		.connect_under_reset = under_reset(o->connect),
	};
	enum sl_err err = o->connect == CONNECT_CATCH ? core_catch(t, c, o) :
							link_enter_swd(t->l, c, &lo);

	if (err)
		return err;
	t->attached = true;
	if (under_reset(o->connect))
		err = leave_reset_halted(t, c);
	if (!err && t->info.nrst_open)
		err = reset_without_wire(t, c);
	if (!err)
		err = target_identify(t, c, o->allow_unknown);
	if (!err && o->flash_bytes && t->info.chip) {
		t->info.flash_kb = o->flash_bytes / 1024;
		t->info.flash_kb_assumed = t->info.flash_kb_chosen = true;
	}
	/* A core that is held halted: its watchdogs shall not run on. */
	if (!err && t->halted)
		err = freeze_set(t, c);
	if (!err)
		err = link_voltage_mv(t->l, c, &t->info.supply_mv, &t->info.supply_known);
	/* It may have been lowered on the way. */
	t->info.speed_khz = link_get_speed_khz(t->l);
	return err;
}

enum sl_err target_attach(struct ctx *c, struct link *l, const struct target_options *o,
			  struct target **out)
{
	struct target *t = calloc(1, sizeof(*t));
	struct fault why;
	enum sl_err err;

	if (!t)
		return ctx_fail(c, SL_NOMEM, "target", "no memory for a target");
	t->l = l;
	err = attach(t, c, o);
	if (!err) {
		*out = t;
		return SL_OK;
	}
	/* The first failure is the one to report; letting go is best effort. */
	why = c->fault;
	if (target_detach(t, c))
		ctx_log(c, LOG_DEBUG, "letting go failed too: %s", c->fault.text);
	c->fault = why;
	return err;
}

/* Let the core go on and turn halting debug off: low-power modes work as without a debugger. In one
 * write, as Black Magic Probe does: firmware may sleep at once, and the bus with it. */
static enum sl_err resume(struct target *t, struct ctx *c)
{
	return link_write32(t->l, c, SCS_DHCSR, DHCSR_KEY);
}

static enum sl_err restore_demcr(struct target *t, struct ctx *c)
{
	return t->demcr_saved ? core_set_demcr(t, c, t->demcr_found) : SL_OK;
}

static enum sl_err let_go(struct target *t, struct ctx *c)
{
	if (t->core_pending)
		target_keep_halted(t, c);
	return t->leave_halted || !t->demcr_saved ? SL_OK : resume(t, c);
}

/* Before a halted core is let go, because firmware may sleep or drop SWD at once; after everything
 * else when it runs, because what is undone here may be all that keeps the bus alive. */
static enum sl_err thaw_halted(struct target *t, struct ctx *c)
{
	return t->halted ? freeze_restore(t, c) : SL_OK;
}

static enum sl_err leave(struct target *t, struct ctx *c)
{
	return t->attached ? link_leave(t->l, c) : SL_OK;
}

/* What puts something back is tried twice: one lost transfer must not leave debugging on. */
static enum sl_err twice(enum sl_err (*step)(struct target *, struct ctx *), struct target *t,
			 struct ctx *c)
{
	struct target kept = *t;
	enum sl_err err = step(t, c);

	if (!err || err == SL_GONE)
		return err;
	ctx_log(c, LOG_DEBUG, "putting back is tried again: %s", c->fault.text);
	*t = kept;
	return step(t, c);
}

/* All that was changed, in the order in which that must be; the first failure is kept. */
static enum sl_err put_back(struct target *t, struct ctx *c)
{
	static enum sl_err (*const steps[])(struct target *, struct ctx *) = {
		target_call_abort, core_settle, core_unmask, thaw_halted, restore_demcr, let_go,
		freeze_restore,
	};
	enum sl_err first = SL_OK;
	struct fault why = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		enum sl_err err = core_excuse(t, c, twice(steps[i], t, c));

		if (!err || first)
			continue;
		first = err;
		why = c->fault;
	}
	if (first)
		c->fault = why;
	return first;
}

/* Does the chip's bus answer? Firmware that was let go may sleep, and then it does not for good. */
static bool bus_answers(struct target *t, struct ctx *c)
{
	uint32_t cpuid = 0;

	if (link_read32(t->l, c, SCS_CPUID, &cpuid))
		ctx_clear(c);
	return cpuid == t->info.cpuid;
}

/* Probe firmware that cannot tell how a write went loses it where the bus is busy, and nobody is told: if
 * it is after the last one, all are made once more as soon as it is not. */
static enum sl_err put_back_surely(struct target *t, struct ctx *c)
{
	struct deadline end = ctx_deadline(c, BUSY_MS);
	const struct link_caps *caps = link_get_caps(t->l);
	struct target found = *t;
	enum sl_err err = put_back(t, c);

	if (err || caps->rw_status || caps->rw_status2 || !t->info.cpuid || bus_answers(t, c))
		return err;
	do {
		ctx_sleep_us(c, BUSY_LOOK_US);
		if (bus_answers(t, c)) {
			*t = found;
			return put_back(t, c);
		}
	} while (!ctx_expired(c, end));
	return SL_OK;
}

enum sl_err target_detach(struct target *t, struct ctx *c)
{
	enum sl_err err, left;
	struct fault why;

	if (!t)
		return SL_OK;
	err = put_back_surely(t, c);
	why = c->fault;
	left = core_excuse(t, c, twice(leave, t, c));
	if (err)
		c->fault = why;
	free(t);
	return err ? err : left;
}

const struct target_info *target_get_info(const struct target *t)
{
	return &t->info;
}

struct link *target_link(struct target *t)
{
	return t->l;
}
