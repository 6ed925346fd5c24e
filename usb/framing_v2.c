/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * framing_v2.c - one probe command on the bulk pipes of a V2, V2-1 or V3.
 *
 * A command is one packet of 16 bytes, zero padded; then nothing, data out, or data in.
 * There is no status and no tag: only the order tells which answer belongs to which
 * command, so an answer that comes late must be thrown away before the next command.
 * Facts known from OpenOCD, stlink and probe-rs, which agree.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "usb/usb.h"

enum {
	PACKET = 16,
	BOUNCE = 1024,                  /* a multiple of 64 and of 512 */
	MAX_DATA = 65536,
	/* Throwing late answers away: the largest answer is 6 KiB, so 16 reads are plenty. */
	DRAIN_READS = 16,
	DRAIN_FIRST_MS = 100,
	DRAIN_NEXT_MS = 10,
	DRAIN_BEFORE_MS = 1,
};

enum wire_state { WIRE_READY, WIRE_SUSPECT, WIRE_BROKEN, WIRE_GONE };

struct framing_v2 {
	struct transport base;
	struct pipe *pipe;
	enum wire_state state;
	uint8_t bounce[BOUNCE];
};

static enum sl_err fail_fast(struct ctx *c, enum wire_state state)
{
	if (state == WIRE_GONE)
		return ctx_fail(c, SL_GONE, "usb", "the probe left the bus before");
	(void)ctx_fail(c, SL_HOST, "usb",
		       "the wire could not be put in order after an earlier failure");
	ctx_hint(c, "plug the board in again");
	return SL_HOST;
}

/* Read until the probe has nothing more to say, within bounds; on success the recorded fault is
 * what it was before. */
static enum sl_err drain_in(struct framing_v2 *v, struct ctx *c, unsigned first_ms)
{
	const struct pipe_ops *ops = v->pipe->ops;
	struct fault before = c->fault;
	struct pipe_xfer x = { .ep = v->pipe->ep_in, .data = v->bounce, .len = BOUNCE,
			       .timeout_ms = first_ms };
	size_t total = 0;

	for (int i = 0; i < DRAIN_READS; i++) {
		enum sl_err err = ops->bulk(v->pipe, c, &x);

		total += x.got;
		x.timeout_ms = DRAIN_NEXT_MS;
		if (err == SL_TIMEOUT) {
			if (total > 0)
				ctx_log(c, LOG_DEBUG, "usb: threw %zu late bytes away", total);
			c->fault = before;
			return SL_OK;
		}
		if (err == SL_STALL)
			err = ops->clear_halt(v->pipe, c, v->pipe->ep_in);
		if (err != SL_OK && err != SL_PROTO)
			return err;
	}
	return ctx_fail(c, SL_HOST, "usb", "the probe does not stop sending (%zu bytes so far)",
			total);
}

/* Put the wire in order after err on endpoint ep; the first fault stays the one reported,
 * unless the wire stays broken. */
static enum sl_err recover(struct framing_v2 *v, struct ctx *c, uint8_t ep, enum sl_err err)
{
	struct fault first = c->fault;
	enum sl_err fix;

	if (err == SL_GONE) {
		v->state = WIRE_GONE;
		return err;
	}
	if (err == SL_STALL) {
		fix = v->pipe->ops->clear_halt(v->pipe, c, ep);
	} else {
		fix = drain_in(v, c, DRAIN_FIRST_MS);
		v->state = WIRE_SUSPECT;
	}
	if (fix == SL_GONE) {
		v->state = WIRE_GONE;
		return SL_GONE;
	}
	if (fix != SL_OK) {
		v->state = WIRE_BROKEN;
		c->fault.code = SL_HOST;
		return SL_HOST;
	}
	c->fault = first;
	return err;
}

/* A probe that took only a part of its data would take the next command for the rest, and write
 * it to the target: no later command may be sent. */
static enum sl_err data_cut(struct framing_v2 *v, struct ctx *c, const struct xfer *x,
			    enum sl_err err)
{
	if (err == SL_OK)
		err = ctx_fail(c, SL_HOST, "usb", "only %zu of %zu data bytes were taken", x->got,
			       x->len);
	v->state = err == SL_GONE ? WIRE_GONE : WIRE_BROKEN;
	return err;
}

/* What the data phase of x is for the pipe. */
static struct pipe_xfer data_phase(struct framing_v2 *v, const struct xfer *x)
{
	/* Small answers go through a buffer of whole packets, so that an answer which is too
	 * long is seen here and does not end in a babble error of the host controller. */
	bool bounce = x->dir == XFER_IN && x->len < v->pipe->max_packet &&
		      v->pipe->max_packet <= BOUNCE;

	if (x->dir == XFER_IN)
		return (struct pipe_xfer){ .ep = v->pipe->ep_in, .data = bounce ? v->bounce : x->in,
					   .len = bounce ? v->pipe->max_packet : x->len };
	/* The pipe takes one buffer type for both directions and does not write to OUT data. */
	return (struct pipe_xfer){ .ep = v->pipe->ep_out, .data = (uint8_t *)(uintptr_t)x->out,
				   .len = x->len };
}

/* Command and data phase, at once where the pipe can. *passed: the whole command went out, and a
 * failure is the data's. */
static enum sl_err run_phases(struct framing_v2 *v, struct ctx *c, struct pipe_xfer phase[2],
			      struct deadline d, bool *passed)
{
	const struct pipe_ops *ops = v->pipe->ops;
	enum sl_err err;

	phase[0].timeout_ms = phase[1].timeout_ms = deadline_left_ms(c->clock, d);
	if (ops->pair && phase[1].len > 0) {
		err = ops->pair(v->pipe, c, phase, passed);
	} else {
		err = ops->bulk(v->pipe, c, &phase[0]);
		*passed = err == SL_OK && phase[0].got == phase[0].len;
		phase[1].timeout_ms = deadline_left_ms(c->clock, d);
		if (*passed && phase[1].len > 0)
			err = ops->bulk(v->pipe, c, &phase[1]);
	}
	if (err == SL_OK && !*passed)
		err = ctx_fail(c, SL_HOST, "usb", "only %zu of 16 command bytes were taken",
			       phase[0].got);
	return err;
}

static enum sl_err data_sent(struct framing_v2 *v, struct ctx *c, struct xfer *x, size_t got,
			     enum sl_err err)
{
	x->got = got;
	if (err == SL_STALL)
		return recover(v, c, v->pipe->ep_out, err);
	if (err != SL_OK || x->got != x->len)
		return data_cut(v, c, x, err);
	return SL_OK;
}

static enum sl_err reply_read(struct framing_v2 *v, struct ctx *c, struct xfer *x,
			      const struct pipe_xfer *in, enum sl_err err)
{
	x->got = in->got < x->len ? in->got : x->len;
	if (in->data == v->bounce && x->got > 0)
		memcpy(x->in, v->bounce, x->got);
	if (err == SL_OK && in->got > x->len)
		err = ctx_fail(c, SL_PROTO, "usb",
			       "the probe answered %zu bytes, %zu were asked for", in->got, x->len);
	if (err != SL_OK)
		return recover(v, c, v->pipe->ep_in, err);
	v->state = WIRE_READY;
	return SL_OK;
}

static enum sl_err v2_xfer(struct transport *t, struct ctx *c, struct xfer *x)
{
	struct framing_v2 *v = (struct framing_v2 *)t;
	struct deadline d = ctx_deadline(c, x->timeout_ms);
	uint8_t packet[PACKET] = { 0 };
	struct pipe_xfer phase[2] = { { .ep = v->pipe->ep_out, .data = packet, .len = PACKET } };
	bool passed = false;
	enum sl_err err;

	x->got = 0;
	if (v->state == WIRE_BROKEN || v->state == WIRE_GONE)
		return fail_fast(c, v->state);
	if (v->state == WIRE_SUSPECT) {
		err = drain_in(v, c, DRAIN_BEFORE_MS);
		if (err != SL_OK)
			return recover(v, c, v->pipe->ep_in, err);
	}
	memcpy(packet, x->command, x->command_len < PACKET ? x->command_len : PACKET);
	if (x->dir != XFER_NONE && x->len > 0)
		phase[1] = data_phase(v, x);
	phase[0].hurry_ms = phase[1].hurry_ms = x->hurry_ms;
	err = run_phases(v, c, phase, d, &passed);
	/* Data bytes that went out without their command would be taken for one. */
	if (!passed && x->dir == XFER_OUT && phase[1].got > 0)
		return data_cut(v, c, x, err);
	if (!passed)
		return recover(v, c, v->pipe->ep_out, err);
	if (phase[1].len == 0)
		return SL_OK;
	return x->dir == XFER_OUT ? data_sent(v, c, x, phase[1].got, err) :
				    reply_read(v, c, x, &phase[1], err);
}

static enum sl_err v2_reset(struct transport *t, struct ctx *c)
{
	struct framing_v2 *v = (struct framing_v2 *)t;
	enum sl_err err;

	if (v->state == WIRE_GONE)
		return fail_fast(c, v->state);
	if (!v->pipe->ops->reset)
		return ctx_fail(c, SL_HOST, "usb", "%s cannot be reset", v->pipe->describe);
	err = v->pipe->ops->reset(v->pipe, c);
	if (err == SL_OK)
		v->state = WIRE_SUSPECT;
	else if (err == SL_GONE)
		v->state = WIRE_GONE;
	return err;
}

static void v2_close(struct transport *t, struct ctx *c)
{
	struct framing_v2 *v = (struct framing_v2 *)t;

	v->pipe->ops->close(v->pipe, c);
	free(v);
}

static const struct transport_ops v2_ops = {
	.xfer = v2_xfer,
	.reset = v2_reset,
	.close = v2_close,
};

enum sl_err usb_framing_v2(struct ctx *c, struct pipe *p, struct transport **out)
{
	struct framing_v2 *v = calloc(1, sizeof(*v));

	if (!v)
		return ctx_fail(c, SL_NOMEM, "usb", "no memory for the probe's buffers");
	v->base.ops = &v2_ops;
	v->base.max_data = MAX_DATA;
	(void)snprintf(v->base.describe, sizeof(v->base.describe), "%s", p->describe);
	v->pipe = p;
	*out = &v->base;
	return SL_OK;
}
