/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip_urb.c - SUBMIT and UNLINK: transfers of an imported virtual device.
 *
 * An IN that the device NAKs stays pending, as on the bus; so hosts may ask before they
 * send. Each endpoint is served in order. Linux Documentation/usb/usbip_protocol.
 */
#include "sim/usbip_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"

enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };

#define DIR_IN 1u
#define URB_SHORT_NOT_OK 0x01u

/* A reply header; data, if any, follows. */
static void put_reply(struct usbip_conn *c, const uint8_t header[USBIP_HEADER],
		      const uint8_t *data, size_t n)
{
	if (buf_append(&c->out, header, USBIP_HEADER) != SL_OK ||
	    (n > 0 && buf_append(&c->out, data, n) != SL_OK)) {
		c->closing = true;
		return;
	}
	usbip_conn_send(c);
}

static void ret_submit(struct usbip_conn *c, uint32_t seqnum, int status, uint32_t actual,
		       const uint8_t *in_data)
{
	uint8_t h[USBIP_HEADER] = { 0 };

	put_be32(h, RET_SUBMIT);
	put_be32(h + 4, seqnum);
	put_be32(h + 20, (uint32_t)status);
	put_be32(h + 24, actual);
	put_reply(c, h, in_data, in_data != NULL ? actual : 0);
}

static void ret_unlink(struct usbip_conn *c, uint32_t seqnum, int status)
{
	uint8_t h[USBIP_HEADER] = { 0 };

	put_be32(h, RET_UNLINK);
	put_be32(h + 4, seqnum);
	put_be32(h + 20, (uint32_t)status);
	put_reply(c, h, NULL, 0);
}

/* ---- the trace ------------------------------------------------------------------------ */

static void note_submit(struct usbip_conn *c, struct usbip_urb *u, const uint8_t *setup,
			const uint8_t *data)
{
	struct trace_urb t = { .board = c->board_index, .device = c->device, .ep = u->ep,
			       .setup = setup, .len = u->len, .data = data };

	u->id = ++*c->urbs;
	t.id = u->id;
	if (c->trace != NULL)
		trace_submit(c->trace, &t);
}

static void note_complete(struct usbip_conn *c, const struct usbip_urb *u, int status,
			  uint32_t actual, const uint8_t *data)
{
	const struct trace_urb t = { .board = c->board_index, .device = c->device, .ep = u->ep,
				     .id = u->id, .status = status, .len = actual, .data = data };

	if (c->trace != NULL)
		trace_complete(c->trace, &t);
}

static int status_of(int n)
{
	switch (n) {
	case USBDEV_STALL:
		return -EPIPE;
	case USBDEV_BABBLE:
		return -EOVERFLOW;
	case USBDEV_GONE:
		return -ENODEV;
	default:
		return 0;
	}
}

/* Answer one finished transfer; buf holds what an IN brought. */
static void complete(struct usbip_conn *c, const struct usbip_urb *u, int n, const uint8_t *buf)
{
	uint32_t actual = n > 0 ? (uint32_t)n : 0;
	int status = status_of(n);
	bool in = (u->ep & 0x80u) != 0;

	if (n >= 0 && in && actual < u->len && (u->flags & URB_SHORT_NOT_OK))
		status = -EREMOTEIO;
	note_complete(c, u, status, actual, actual > 0 ? buf : NULL);
	ret_submit(c, u->seqnum, status, actual, in ? buf : NULL);
	if (n == USBDEV_GONE || usbdev_generation(c->board) != c->generation)
		c->closing = true;
}

static void free_urb(struct usbip_urb *u)
{
	if (u != NULL)
		free(u->data);
	free(u);
}

/* One attempt at the first pending URB of an endpoint. Returns true when it is over. */
static bool attempt(struct usbip_conn *c, const struct usbip_urb *u)
{
	uint8_t *buf = NULL;
	int n;

	if (u->ep & 0x80u) {
		buf = calloc(1, u->len > 0 ? u->len : 1);
		if (buf == NULL) {
			c->closing = true;
			return false;
		}
		n = usbdev_bulk_in(c->board, u->ep, buf, u->len);
	} else {
		n = usbdev_bulk_out(c->board, u->ep, u->data, u->len);
	}
	if (n != USBDEV_NAK)
		complete(c, u, n, buf);
	free(buf);
	return n != USBDEV_NAK;
}

static uint32_t ep_bit(uint8_t ep)
{
	return 1u << ((ep & 0xFu) + (ep & 0x80u ? 16u : 0u));
}

void usbip_urb_pump(struct usbip_conn *c)
{
	struct usbip_urb **at = &c->pending;
	uint32_t blocked = 0;

	while (*at != NULL && !c->closing) {
		struct usbip_urb *u = *at;

		if ((blocked & ep_bit(u->ep)) || !attempt(c, u)) {
			blocked |= ep_bit(u->ep);
			at = &u->next;
			continue;
		}
		*at = u->next;
		c->n_pending--;
		free_urb(u);
		/* what was blocked may go on now: start over, oldest first */
		at = &c->pending;
		blocked = 0;
	}
}

void usbip_urb_drop(struct usbip_conn *c)
{
	while (c->pending != NULL) {
		struct usbip_urb *u = c->pending;

		c->pending = u->next;
		note_complete(c, u, -ESHUTDOWN, 0, NULL);
		free_urb(u);
	}
	c->n_pending = 0;
}

static void control(struct usbip_conn *c, const struct usbip_urb *u, const uint8_t setup[8],
		    const uint8_t *out_data)
{
	uint8_t *buf = calloc(1, u->len > 0 ? u->len : 1);
	int n;

	if (buf == NULL) {
		c->closing = true;
		return;
	}
	if (out_data != NULL)
		memcpy(buf, out_data, u->len);
	n = usbdev_control(c->board, setup, buf, u->len);
	if (out_data != NULL && n == 0)
		n = (int)u->len;
	complete(c, u, n, buf);
	free(buf);
}

static void queue(struct usbip_conn *c, const struct usbip_urb *model, const uint8_t *out_data)
{
	struct usbip_urb *u = calloc(1, sizeof(*u));
	struct usbip_urb **end = &c->pending;

	if (u == NULL || c->n_pending >= USBIP_PENDING_MAX) {
		free_urb(u);
		c->closing = true;
		return;
	}
	*u = *model;
	if (!(u->ep & 0x80u)) {
		u->data = calloc(1, u->len > 0 ? u->len : 1);
		if (u->data == NULL) {
			free_urb(u);
			c->closing = true;
			return;
		}
		if (u->len > 0)
			memcpy(u->data, out_data, u->len);
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = u;
	c->n_pending++;
	usbip_urb_pump(c);
}

static void unlink_urb(struct usbip_conn *c, uint32_t seqnum, uint32_t victim)
{
	for (struct usbip_urb **at = &c->pending; *at != NULL; at = &(*at)->next) {
		struct usbip_urb *u = *at;

		if (u->seqnum != victim)
			continue;
		*at = u->next;
		c->n_pending--;
		note_complete(c, u, -ECONNRESET, 0, NULL);
		free_urb(u);
		ret_unlink(c, seqnum, -ECONNRESET);
		return;
	}
	ret_unlink(c, seqnum, 0);
}

size_t usbip_urb_take(struct usbip_conn *c)
{
	struct cursor in = cur_make(c->in.data, c->in.len);
	struct usbip_urb u = { 0 };
	uint8_t setup[8];
	uint32_t command, dir, ep;
	const uint8_t *data = NULL;

	command = cur_be32(&in);
	u.seqnum = cur_be32(&in);
	cur_skip(&in, 4);
	dir = cur_be32(&in);
	ep = cur_be32(&in);
	u.flags = cur_be32(&in);
	u.len = cur_be32(&in);
	cur_skip(&in, 12);
	cur_bytes(&in, setup, sizeof(setup));
	if (in.over)
		return 0;
	if (command == CMD_UNLINK) {
		unlink_urb(c, u.seqnum, u.flags);       /* the victim's number stands there */
		return USBIP_HEADER;
	}
	if (command != CMD_SUBMIT || u.len > USBIP_TRANSFER_MAX || ep > 15 || dir > DIR_IN) {
		c->closing = true;
		return USBIP_HEADER;
	}
	u.ep = (uint8_t)(ep | (dir == DIR_IN ? 0x80u : 0));
	if (dir != DIR_IN) {
		data = cur_view(&in, u.len);
		if (data == NULL)
			return 0;
	}
	note_submit(c, &u, ep == 0 ? setup : NULL, data);
	if (ep == 0)
		control(c, &u, setup, data);
	else
		queue(c, &u, data);
	return USBIP_HEADER + (data != NULL ? u.len : 0);
}
