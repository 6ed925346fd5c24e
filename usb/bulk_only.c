/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bulk_only.c - one probe command as a SCSI command on the bulk pipes of a V1.
 *
 * USB Mass Storage Class Bulk-Only Transport 1.0 ("BOT" below): a command wrapper, the data,
 * a status wrapper. For when no sg node of the probe can be used. The residue in the status
 * is not looked at: V1 firmware gets it wrong (known from stlink-access-test); what counts
 * is the number of bytes that moved.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/scsi_sense.h"
#include "usb/usb.h"

enum {
	CBW_LEN = 31,                   /* BOT 5.1 */
	CSW_LEN = 13,                   /* BOT 5.2 */
	CBW_SIGNATURE = 0x43425355,
	CSW_SIGNATURE = 0x53425355,
	CDB_LEN = 10,                   /* what the probe expects; 16 for SWIM writes */
	CDB_LONG = 16,
	BOUNCE = 1024,
	MAX_DATA = 65536,
	STEP_MS = 500,                  /* one step of a recovery */
};

enum { CSW_PASSED, CSW_FAILED, CSW_PHASE_ERROR };       /* BOT table 5.3 */

struct bulk_only {
	struct transport base;
	struct pipe *pipe;
	uint32_t tag;
	bool broken, gone;
	uint8_t bounce[BOUNCE];
};

/* One SCSI command, as it goes through the three phases. */
struct phases {
	const uint8_t *cdb;
	uint8_t cdb_len;
	enum xfer_dir dir;
	uint8_t *data;
	size_t len, got;
	struct deadline deadline;
	unsigned hurry_ms;
	uint8_t status;                 /* of the status wrapper */
	bool status_early;              /* it came in place of the data */
	uint8_t csw[CSW_LEN];
};

static enum sl_err bulk(struct bulk_only *b, struct ctx *c, struct pipe_xfer *x,
			const struct phases *p)
{
	x->timeout_ms = deadline_left_ms(c->clock, p->deadline);
	x->hurry_ms = p->hurry_ms;
	return b->pipe->ops->bulk(b->pipe, c, x);
}

/* reset_recovery - BOT 5.3.4: Bulk-Only Mass Storage Reset, then both halts cleared. */
static enum sl_err reset_recovery(struct bulk_only *b, struct ctx *c)
{
	struct pipe_xfer x = { .setup = { 0x21, 0xFF }, .timeout_ms = STEP_MS };        /* BOT 3.1 */
	const struct pipe_ops *ops = b->pipe->ops;
	enum sl_err err = ops->control(b->pipe, c, &x);

	if (err == SL_OK)
		err = ops->clear_halt(b->pipe, c, b->pipe->ep_in);
	if (err == SL_OK)
		err = ops->clear_halt(b->pipe, c, b->pipe->ep_out);
	ctx_log(c, LOG_DEBUG, "usb: bulk-only reset %s", err == SL_OK ? "done" : "failed");
	return err;
}

/* After err the wire is reset; the first fault is kept unless that fails. */
static enum sl_err recover(struct bulk_only *b, struct ctx *c, enum sl_err err)
{
	struct fault first = c->fault;
	enum sl_err fix;

	if (err != SL_GONE) {
		fix = reset_recovery(b, c);
		if (fix == SL_OK) {
			c->fault = first;
			return err;
		}
		if (fix != SL_GONE) {
			b->broken = true;
			c->fault.code = SL_HOST;
			ctx_hint(c, "plug the board in again");
			return SL_HOST;
		}
	}
	b->gone = true;
	return SL_GONE;
}

static enum sl_err send_cbw(struct bulk_only *b, struct ctx *c, const struct phases *p)
{
	uint8_t cbw[CBW_LEN] = { 0 };
	struct pipe_xfer x = { .ep = b->pipe->ep_out, .data = cbw, .len = CBW_LEN };
	enum sl_err err;

	put_le32(cbw, CBW_SIGNATURE);
	put_le32(cbw + 4, ++b->tag);
	put_le32(cbw + 8, (uint32_t)p->len);
	cbw[12] = p->dir == XFER_IN ? 0x80 : 0x00;
	cbw[13] = 0;
	cbw[14] = p->cdb_len;
	memcpy(cbw + 15, p->cdb, p->cdb_len);
	err = bulk(b, c, &x, p);
	if (err == SL_OK && x.got != CBW_LEN)
		err = ctx_fail(c, SL_HOST, "usb", "only %zu of %d command bytes were taken", x.got,
			       CBW_LEN);
	return err;
}

/* A device may skip the data phase and answer with its status at once; the Linux driver knows
 * devices that do. */
static bool is_own_csw(const struct bulk_only *b, const uint8_t *data, size_t len)
{
	struct cursor cur = cur_make(data, len);

	return len == CSW_LEN && cur_le32(&cur) == CSW_SIGNATURE && cur_le32(&cur) == b->tag;
}

static enum sl_err data_in(struct bulk_only *b, struct ctx *c, struct phases *p)
{
	bool bounce = p->len < b->pipe->max_packet && b->pipe->max_packet <= BOUNCE;
	struct pipe_xfer x = { .ep = b->pipe->ep_in, .data = bounce ? b->bounce : p->data,
			       .len = bounce ? b->pipe->max_packet : p->len };
	enum sl_err err = bulk(b, c, &x, p);

	if (err == SL_OK && is_own_csw(b, x.data, x.got)) {
		memcpy(p->csw, x.data, CSW_LEN);
		p->status_early = true;
		return SL_OK;
	}
	p->got = x.got < p->len ? x.got : p->len;
	if (bounce && p->got > 0)
		memcpy(p->data, b->bounce, p->got);
	if (err == SL_OK && x.got > p->len)
		err = ctx_fail(c, SL_PROTO, "usb",
			       "the probe answered %zu bytes, %zu were asked for", x.got, p->len);
	return err;
}

static enum sl_err data_out(struct bulk_only *b, struct ctx *c, struct phases *p)
{
	struct pipe_xfer x = { .ep = b->pipe->ep_out, .data = p->data, .len = p->len };
	enum sl_err err = bulk(b, c, &x, p);

	p->got = x.got;
	return err;
}

static enum sl_err data_phase(struct bulk_only *b, struct ctx *c, struct phases *p)
{
	uint8_t ep = p->dir == XFER_IN ? b->pipe->ep_in : b->pipe->ep_out;
	enum sl_err err = p->dir == XFER_IN ? data_in(b, c, p) : data_out(b, c, p);

	if (err != SL_STALL)
		return err;
	/* BOT 6.7.2, 6.7.3: the probe ends the data early; its status tells why. */
	return b->pipe->ops->clear_halt(b->pipe, c, ep);
}

static enum sl_err read_csw(struct bulk_only *b, struct ctx *c, struct phases *p, size_t *got)
{
	struct pipe_xfer x = { .ep = b->pipe->ep_in, .data = b->bounce,
			       .len = b->pipe->max_packet };
	enum sl_err err = SL_OK;

	/* BOT figure 2: after a stall of the status, clear it and read once more. The Linux driver
	 * also reads again after an empty packet, which ends the data of some devices. */
	for (int attempt = 0; attempt < 2; attempt++) {
		err = bulk(b, c, &x, p);
		*got = x.got;
		if (err == SL_STALL && attempt == 0) {
			err = b->pipe->ops->clear_halt(b->pipe, c, b->pipe->ep_in);
			if (err != SL_OK)
				return err;
			continue;
		}
		if (err != SL_OK || *got > 0)
			break;
	}
	if (err == SL_OK && *got == CSW_LEN)
		memcpy(p->csw, b->bounce, CSW_LEN);
	return err;
}

static enum sl_err check_csw(struct bulk_only *b, struct ctx *c, struct phases *p, size_t got)
{
	struct cursor cur = cur_make(p->csw, CSW_LEN);
	uint32_t signature = cur_le32(&cur);
	uint32_t tag = cur_le32(&cur);

	cur_skip(&cur, 4);              /* the residue, which V1 firmware gets wrong */
	p->status = cur_u8(&cur);
	if (got != CSW_LEN)
		return ctx_fail(c, SL_PROTO, "usb", "the status has %zu bytes, not %d", got,
				CSW_LEN);
	if (signature != CSW_SIGNATURE)
		return ctx_fail(c, SL_PROTO, "usb", "the status has signature %08X", signature);
	if (tag != b->tag)
		return ctx_fail(c, SL_PROTO, "usb", "the status answers command %u, not %u", tag,
				b->tag);
	if (p->status == CSW_PHASE_ERROR)
		return ctx_fail(c, SL_PROTO, "usb",
				"the probe reports a phase error for command %02X", p->cdb[0]);
	if (p->status > CSW_PHASE_ERROR)
		return ctx_fail(c, SL_PROTO, "usb", "the probe reports status %02X", p->status);
	return SL_OK;
}

/* The three phases; on failure the wire has been put in order. */
static enum sl_err run_phases(struct bulk_only *b, struct ctx *c, struct phases *p)
{
	struct fault before = c->fault;
	size_t csw_got = CSW_LEN;
	enum sl_err err = send_cbw(b, c, p);

	if (err == SL_OK && p->dir != XFER_NONE && p->len > 0)
		err = data_phase(b, c, p);
	if (err == SL_OK && !p->status_early)
		err = read_csw(b, c, p, &csw_got);
	if (err == SL_OK)
		err = check_csw(b, c, p, csw_got);
	if (err != SL_OK)
		return recover(b, c, err);
	c->fault = before;              /* a cleared halt is no failure */
	return SL_OK;
}

static enum sl_err ask_sense(struct bulk_only *b, struct ctx *c, uint8_t opcode,
			     struct deadline d)
{
	/* SPC-4 6.39 REQUEST SENSE, fixed format, 18 bytes. */
	static const uint8_t cdb[6] = { 0x03, 0, 0, 0, SCSI_SENSE_LEN, 0 };
	uint8_t sense[SCSI_SENSE_LEN] = { 0 };
	struct phases p = { .cdb = cdb, .cdb_len = sizeof(cdb), .dir = XFER_IN, .data = sense,
			    .len = sizeof(sense), .deadline = d };
	enum sl_err err;

	if (deadline_left_ms(c->clock, d) < STEP_MS)
		p.deadline = ctx_deadline(c, STEP_MS);
	err = run_phases(b, c, &p);
	if (err != SL_OK)
		return err;
	if (p.status != CSW_PASSED)
		p.got = 0;
	return scsi_sense_fail(c, "usb", opcode, sense, p.got);
}

static enum sl_err bulk_only_xfer(struct transport *t, struct ctx *c, struct xfer *x)
{
	struct bulk_only *b = (struct bulk_only *)t;
	uint8_t cdb[CDB_LONG] = { 0 };
	struct phases p = { .cdb = cdb, .cdb_len = x->command_len > CDB_LEN ? CDB_LONG : CDB_LEN };
	enum sl_err err;

	x->got = 0;
	if (b->gone)
		return ctx_fail(c, SL_GONE, "usb", "the probe left the bus before");
	if (b->broken)
		return ctx_fail(c, SL_HOST, "usb",
				"the wire could not be put in order after an earlier failure");
	memcpy(cdb, x->command, x->command_len < CDB_LONG ? x->command_len : CDB_LONG);
	p.deadline = ctx_deadline(c, x->timeout_ms);
	p.hurry_ms = x->hurry_ms;
	p.dir = x->len > 0 ? x->dir : XFER_NONE;
	p.len = p.dir == XFER_NONE ? 0 : x->len;
	/* The pipe takes one buffer type for both directions and does not write to OUT data. */
	p.data = p.dir == XFER_IN ? x->in : (uint8_t *)(uintptr_t)x->out;
	err = run_phases(b, c, &p);
	x->got = p.got;
	if (err == SL_OK && p.status == CSW_FAILED)
		err = ask_sense(b, c, cdb[0], p.deadline);
	return err;
}

static void bulk_only_close(struct transport *t, struct ctx *c)
{
	struct bulk_only *b = (struct bulk_only *)t;

	b->pipe->ops->close(b->pipe, c);
	free(b);
}

static const struct transport_ops bulk_only_ops = {
	.xfer = bulk_only_xfer,
	.close = bulk_only_close,
};

enum sl_err usb_framing_bulk_only(struct ctx *c, struct pipe *p, struct transport **out)
{
	struct bulk_only *b = calloc(1, sizeof(*b));

	if (!b)
		return ctx_fail(c, SL_NOMEM, "usb", "no memory for the probe's buffers");
	b->base.ops = &bulk_only_ops;
	b->base.max_data = MAX_DATA;
	(void)snprintf(b->base.describe, sizeof(b->base.describe), "%s", p->describe);
	b->pipe = p;
	*out = &b->base;
	return SL_OK;
}
