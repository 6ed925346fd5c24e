/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * retry.c - which status is worth another try, for how long, and what a fault leaves.
 *
 * A WAIT means that the chip's bus was busy through more than four acknowledges. Peers
 * retry 3 times (stlink-org), 8 times from 1 ms doubling (OpenOCD), about 1 s (Black Magic
 * Debug). Here: 1 ms doubling to 64 ms, 1 s in all, and the last try begins after that second:
 * a host that was busy elsewhere has not given the chip its time. Pauses do not look at the
 * signal flag: a second is short, and what a signal leaves to be tidied comes through here, too.
 */
#include <string.h>

#include "link/session.h"

static const char where[] = "link";

enum { WAIT_FIRST_US = 1000, WAIT_LONGEST_US = 64000, WAIT_TOTAL_MS = 1000 };

/* DP ABORT: clear ORUNERR, WDATAERR, STICKYERR, STICKYCMP (ADIv5.2, B2.2.1). */
enum { ABORT_CLEAR_ALL = 0x1E };

static enum retry_next pause_or_give_up(struct retry *r, struct ctx *c)
{
	if (!r->started) {
		r->started = true;
		r->end = ctx_deadline(c, r->limit_ms ? r->limit_ms : WAIT_TOTAL_MS);
		r->pause_us = WAIT_FIRST_US;
	}
	if (r->last)
		return RETRY_GIVE_UP;
	ctx_sleep_us(c, r->pause_us);
	r->last = ctx_expired(c, r->end);
	r->pause_us = r->pause_us * 2 > WAIT_LONGEST_US ? WAIT_LONGEST_US : r->pause_us * 2;
	return RETRY_AGAIN;
}

enum retry_next retry_after(struct retry *r, struct ctx *c, uint8_t status)
{
	const struct status_row *row = status_find(status);

	if (!row)
		return RETRY_GIVE_UP;
	if (row->action == STATUS_DONE)
		return RETRY_DONE;
	if (row->action == STATUS_WAIT) {
		r->waited = true;
		r->forgave = false;
		return pause_or_give_up(r, c);
	}
	/* A V3 may say WAIT, then FAULT, then OK to the same access (Black Magic Debug 1071):
	 * one fault after a WAIT is tried again, a second in a row is a fault. */
	if (row->action == STATUS_FAULT && r->waited && !r->forgave) {
		r->forgave = true;
		return pause_or_give_up(r, c);
	}
	return RETRY_GIVE_UP;
}

enum sl_err status_fail(struct ctx *c, uint8_t status, const uint32_t *addr, const char *doing)
{
	const struct status_row *row = status_find(status);
	const char *colon = doing[0] ? ": " : "";

	if (!row) {
		(void)ctx_fail(c, SL_PROTO, where,
			       "%s%sthe probe answered %02x, which is no status that is known",
			       doing, colon, status);
		ctx_hint(c, "the answer may be left over from an earlier command, as some copies of "
			    "the ST-LINK do; plug the board in again, or update the probe's firmware");
	} else if (addr) {
		(void)ctx_fail_addr(c, row->err, where, *addr, "%s%s%s (%s, status %02x)", doing,
				    colon, row->cause, row->name, status);
	} else {
		(void)ctx_fail(c, row->err, where, "%s%s%s (%s, status %02x)", doing, colon,
			       row->cause, row->name, status);
	}
	if (row && row->cure)
		ctx_hint(c, "%s", row->cure);
	c->fault.probe_status = status;
	return c->fault.code;
}

static enum sl_err abort_sticky(struct link *l, struct ctx *c)
{
	uint8_t reply[2];
	struct command cmd = command_debug(WRITE_DAP_REG, reply, sizeof(reply));
	enum sl_err err;

	command_u16(&cmd, PORT_DP);
	command_u16(&cmd, DP_ABORT);
	command_u32(&cmd, ABORT_CLEAR_ALL);
	err = link_run(l, c, &cmd);
	if (err || status_is_done(cmd.status))
		return err;
	return status_fail(c, cmd.status, NULL, "writing DP ABORT");
}

/* Leaving and entering again resets the line and the debug port's flags. It would also
 * release NRST, so not while we hold that. */
static enum sl_err reenter(struct link *l, struct ctx *c)
{
	enum sl_err err;

	if (l->nrst_low)
		return SL_OK;
	/* Not EXIT itself: a try before this one may have left the probe outside debug mode. */
	err = link_leave(l, c);
	return err ? err : session_enter(l, c);
}

/* After bits were lost the debug port may listen to nothing but a line reset (ADIv5.2, B4.2.5). */
static bool line_in_order(struct link *l, struct ctx *c)
{
	/* A try before this one may have left debug mode and not come back. */
	if (l->caps.dap_reg && l->mode == LINK_DEBUG && !abort_sticky(l, c))
		return true;
	return !l->nrst_low && !reenter(l, c);
}

bool wire_retry(struct link *l, struct ctx *c, uint8_t status, bool repeatable)
{
	enum status_wire wire = status_wire(status);
	unsigned before = l->speed_khz;
	struct fault kept = c->fault;
	bool again = false;

	if (wire == WIRE_FINE || (wire == WIRE_LOST && !repeatable) || l->mending)
		return false;
	l->mending = true;
	while (!again && !l->gone && speed_step_down(l, c))
		again = line_in_order(l, c);
	l->mending = false;
	c->fault = kept;
	if (again)
		speed_say(l, c, before);
	return again;
}

void sticky_clear(struct link *l, struct ctx *c)
{
	struct fault kept = c->fault;
	enum sl_err err;

	/* Outside debug mode there is no port that could be in error. */
	if (l->gone || l->mode != LINK_DEBUG)
		return;
	err = l->caps.dap_reg ? abort_sticky(l, c) : reenter(l, c);
	if (err)
		ctx_log(c, LOG_DEBUG, "the sticky error could not be cleared: %s", c->fault.text);
	c->fault = kept;
}
