/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * session.c - from a transport to an idle, known probe, and back.
 *
 * Asks the version, leaves whatever mode the probe is in, and waits for a probe that
 * leaves the bus on its way out of DFU mode. Entering SWD: link/enter.c.
 * Source: open sequences of OpenOCD, stlink-org, pyOCD and probe-rs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/session.h"

static const char where[] = "link";

/* A V1 whose fake disk is still being looked at answers ids of 0/0 for a while. */
enum { FIRST_ANSWER_MS = 2000, FIRST_PAUSE_US = 100000, RESET_PAUSE_US = 1000000 };

/* Leaving DFU: a V2 switches at once or re-enumerates within a second; a V1 then waits for
 * usb-storage's delay_use of 1 s until it has an sg node. 5 s is link.h's promise. */
enum { DFU_RETURN_MS = 15000, DFU_POLL_US = 100000, DFU_ASK_AGAIN = 10, DFU_QUERY_MS = 500 };

/* ---- versions ---- */

static enum sl_err ask_version(struct link *l, struct ctx *c, unsigned timeout_ms)
{
	struct command cmd = command_query(GROUP_VERSION, l->version_raw, VERSION_BYTES);

	/* 80 is what ST's own code sends in byte 1; hosts that send 00 get the same answer. */
	command_u8(&cmd, 0x80);
	cmd.x.timeout_ms = timeout_ms;
	return link_run(l, c, &cmd);
}

static bool is_zero(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (data[i])
			return false;
	return true;
}

/* The first command after plug-in or after another program's crash may get lost once; a probe
 * that stays silent then was left locked up and needs a USB reset (V2: OpenOCD 5fcd6d77b; V3:
 * probe-rs 289). SL_OK: ask again. */
static enum sl_err ask_again(struct link *l, struct ctx *c, unsigned *lost)
{
	struct fault silence = c->fault;
	enum sl_err err = ctx_interrupted(c);

	if (err)
		return err;
	/* A wire that is out of order for good has no use for another command. */
	*lost += silence.code == SL_HOST && *lost == 0 ? 2 : 1;
	if (*lost == 1) {
		ctx_log(c, LOG_INFO, "no answer to the first command (%s): once more",
			silence.text);
		ctx_clear(c);
		return SL_OK;
	}
	if (*lost == 2 && !transport_reset(l->t, c)) {
		ctx_log(c, LOG_WARN, "the probe does not answer (%s): it was reset", silence.text);
		ctx_clear(c);
		ctx_sleep_us(c, RESET_PAUSE_US);
		return SL_OK;
	}
	ctx_log(c, LOG_DEBUG, "no reset: %s", c->fault.text);
	c->fault = silence;
	return silence.code;
}

/* A probe that is starting up answers zeros for a while. */
static enum sl_err first_answer(struct link *l, struct ctx *c)
{
	struct deadline end = ctx_deadline(c, FIRST_ANSWER_MS);
	unsigned lost = 0;

	for (;;) {
		enum sl_err err = ask_version(l, c, COMMAND_MS);

		if (err == SL_TIMEOUT || err == SL_STALL || err == SL_PROTO || err == SL_HOST) {
			err = ask_again(l, c, &lost);
			if (err)
				return err;
			continue;
		}
		/* Zeros that stay are named by version_decode. */
		if (err || !is_zero(l->version_raw, VERSION_BYTES) || ctx_expired(c, end))
			return err;
		err = ctx_interrupted(c);
		if (err)
			return err;
		ctx_sleep_us(c, FIRST_PAUSE_US);
	}
}

static enum sl_err learn_version(struct link *l, struct ctx *c)
{
	uint8_t reply[VERSION_EX_BYTES];
	struct command cmd = command_query(GROUP_VERSION_EX, reply, sizeof(reply));
	enum sl_err err = version_decode(c, l->version_raw, &l->version);

	if (err || l->version.stlink < 3)
		return err;
	command_u8(&cmd, 0x80);
	err = link_run(l, c, &cmd);
	if (err)
		return err;
	if (reply[0] != l->version.stlink || reply_is_stale(l, reply, sizeof(reply)))
		return ctx_fail(c, SL_PROTO, where, "the probe reports version %u, then %u",
				l->version.stlink, reply[0]);
	version_decode_ex(reply, &l->version);
	return SL_OK;
}

enum sl_err session_learn_version(struct link *l, struct ctx *c, unsigned timeout_ms)
{
	enum sl_err err = ask_version(l, c, timeout_ms);

	return err ? err : learn_version(l, c);
}

/* ---- modes ---- */

static enum sl_err ask_mode(struct link *l, struct ctx *c, unsigned timeout_ms, enum link_mode *out)
{
	uint8_t reply[2];
	struct command cmd = command_query(GROUP_MODE, reply, sizeof(reply));
	enum sl_err err;

	cmd.x.timeout_ms = timeout_ms;
	err = link_run(l, c, &cmd);
	if (err)
		return err;
	if (reply[0] > LINK_LOADER)
		return ctx_fail(c, SL_PROTO, where,
				"the probe reports mode %02x, which does not exist",
				reply[0]);
	*out = l->mode = (enum link_mode)reply[0];
	l->mode_known = true;
	return SL_OK;
}

enum sl_err link_get_mode(struct link *l, struct ctx *c, enum link_mode *out)
{
	return ask_mode(l, c, COMMAND_MS, out);
}

/* The old transport is dead: get the probe back on a new one. */
static enum sl_err come_back(struct link *l, struct ctx *c)
{
	struct transport *t = NULL;
	enum sl_err err;

	transport_close(l->t, c);
	l->t = NULL;
	l->gone = true;
	if (!l->reopen)
		return ctx_fail(c, SL_GONE, where,
				"the probe left the bus on its way out of DFU mode");
	err = l->reopen(l->reopen_priv, c, &t);
	if (err)
		return err;
	l->t = t;
	l->gone = false;
	return SL_OK;
}

static enum sl_err send_dfu_exit(struct link *l, struct ctx *c)
{
	struct command cmd = command_plain(GROUP_DFU, DFU_EXIT);

	cmd.x.timeout_ms = DFU_QUERY_MS;
	return link_run(l, c, &cmd);
}

/* One look at a probe on its way out of DFU; *done when it is out. */
static enum sl_err look_after_dfu(struct link *l, struct ctx *c, bool ask_again, bool *done)
{
	enum link_mode mode = LINK_DFU;
	enum sl_err err = l->t && !l->gone ? SL_OK : come_back(l, c);

	if (!err)
		err = ask_mode(l, c, DFU_QUERY_MS, &mode);
	/* The host's layers may report a device that is leaving as broken first. */
	if (err == SL_HOST)
		l->gone = true;
	*done = !err && mode != LINK_DFU;
	if (!err && !*done && ask_again)
		err = send_dfu_exit(l, c);
	return err;
}

static enum sl_err fail_in_dfu(struct link *l, struct ctx *c, enum sl_err last)
{
	struct fault kept = c->fault;

	if (last == SL_OK)
		return ctx_cause(c, ctx_fail(c, SL_PROBE, where,
					     "the probe stays in its boot loader (DFU mode)"),
				 CAUSE_IN_DFU);
	if (last == SL_PERM || last == SL_BUSY || last == SL_NOMEM || (last == SL_GONE && !l->reopen))
		return last;
	(void)ctx_fail(c, SL_TIMEOUT, where,
		       "the probe did not come back from DFU mode within %d s: %.120s",
		       DFU_RETURN_MS / 1000, kept.text);
	ctx_hint(c,
		 "plug the board in again and run once more: the probe may be out of DFU mode now");
	return ctx_cause(c, SL_TIMEOUT, CAUSE_IN_DFU);
}

/* A V1 and a V2 power up in DFU mode. Leaving it, they may leave the bus and come back with
 * another address and another serial. */
static enum sl_err leave_dfu(struct link *l, struct ctx *c)
{
	struct deadline end = ctx_deadline(c, DFU_RETURN_MS);
	enum sl_err err = send_dfu_exit(l, c);
	unsigned looks = 0;
	bool done = false;

	ctx_log(c, LOG_INFO, "the probe is in DFU mode: leaving it");
	/* A probe that leaves at once may take the end of the command with it. */
	if (err)
		ctx_log(c, LOG_DEBUG, "leaving DFU mode: %s", c->fault.text);
	if (err == SL_HOST)
		l->gone = true;
	for (;;) {
		err = ctx_interrupted(c);
		if (err)
			return err;
		ctx_sleep_us(c, DFU_POLL_US);
		err = look_after_dfu(l, c, ++looks % DFU_ASK_AGAIN == 0, &done);
		if (done) {
			ctx_clear(c);
			return SL_OK;
		}
		if (ctx_expired(c, end) || (err && !l->t && !l->reopen))
			return fail_in_dfu(l, c, err);
	}
}

static enum sl_err leave_mode(struct link *l, struct ctx *c, enum link_mode mode)
{
	struct command debug = command_plain(GROUP_DEBUG, EXIT);
	struct command swim = command_plain(GROUP_SWIM, SWIM_EXIT);
	enum sl_err err = SL_OK;

	switch (mode) {
	case LINK_DFU:
		err = leave_dfu(l, c);
		/* The boot loader's version is not the application's. */
		return err ? err : first_answer(l, c);
	case LINK_DEBUG:
		l->nrst_low = false;
		err = link_run(l, c, &debug);
		break;
	case LINK_SWIM:
		err = link_run(l, c, &swim);
		break;
	case LINK_LOADER:
		return ctx_cause(c, ctx_fail(c, SL_PROBE, where, "the probe is in its boot loader"),
				 CAUSE_IN_DFU);
	case LINK_MASS:
		return SL_OK;
	}
	l->mode = LINK_MASS;
	l->mode_known = !err;
	return err;
}

/* A carrier that was kept waiting by the kernel is opened anew, which looks for another one. */
static enum sl_err leave_the_queue(struct link *l, struct ctx *c)
{
	enum sl_err err = ctx_interrupted(c);

	if (!err)
		err = come_back(l, c);
	return err ? err : first_answer(l, c);
}

enum sl_err session_start(struct link *l, struct ctx *c)
{
	enum link_mode mode = LINK_MASS;
	enum sl_err err = first_answer(l, c);

	if (!err && l->t->held > 0 && l->t->shared && l->reopen)
		err = leave_the_queue(l, c);

	/* Zeros for a version: asking for more would only hide what is wrong. */
	if (!err && is_zero(l->version_raw, VERSION_BYTES))
		err = version_decode(c, l->version_raw, &l->version);
	if (!err)
		err = link_get_mode(l, c, &mode);
	if (!err)
		err = leave_mode(l, c, mode);
	if (!err)
		err = learn_version(l, c);
	if (err)
		return err;
	capability_fill(&l->version, &l->caps);
	(void)snprintf(l->describe, sizeof(l->describe), "ST-LINK %s on %s", l->version.text,
		       l->t->describe);
	ctx_log(c, LOG_INFO, "%s, API v%u", l->describe, l->caps.api);
	return SL_OK;
}

/* ---- open and close ---- */

enum sl_err link_open_on(struct ctx *c, struct transport *t, link_reopen_fn *reopen, void *priv,
			 struct link **out)
{
	struct link *l = calloc(1, sizeof(*l));
	enum sl_err err;

	if (!l) {
		transport_close(t, c);
		return ctx_fail(c, SL_NOMEM, where, "no memory for a probe");
	}
	l->t = t;
	l->reopen = reopen;
	l->reopen_priv = priv;
	err = session_start(l, c);
	if (err) {
		struct fault kept = c->fault;

		transport_close(l->t, c);
		free(l);
		c->fault = kept;
		return err;
	}
	*out = l;
	return SL_OK;
}

enum sl_err session_leave_mode(struct link *l, struct ctx *c)
{
	enum link_mode mode = LINK_MASS;
	enum sl_err err = link_get_mode(l, c, &mode);

	if (err || (mode != LINK_DEBUG && mode != LINK_SWIM))
		return err;
	return leave_mode(l, c, mode);
}

enum sl_err link_leave(struct link *l, struct ctx *c)
{
	enum link_mode mode = l->mode;
	enum sl_err err = SL_OK;

	/* F2 21 outside debug mode locks up a V3 (stlink-org 1399): asked, unless an answer or a
	 * successful command told, and nothing failed on the wire since. */
	if (!l->mode_known)
		err = link_get_mode(l, c, &mode);
	if (err || mode != LINK_DEBUG)
		return err;
	return leave_mode(l, c, mode);
}

void link_close(struct link *l, struct ctx *c)
{
	struct fault kept;

	if (!l)
		return;
	kept = c->fault;
	if (!l->gone && link_leave(l, c))
		ctx_log(c, LOG_WARN, "the probe could not be put to rest: %s", c->fault.text);
	transport_close(l->t, c);
	free(l);
	c->fault = kept;
}

const struct link_version *link_get_version(const struct link *l)
{
	return &l->version;
}

const struct link_caps *link_get_caps(const struct link *l)
{
	return &l->caps;
}

const char *link_describe(const struct link *l)
{
	return l->describe;
}
