/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pipe_usbip.c - interface 0 of a probe that a USB/IP server exports.
 *
 * The server's host has the device; its kernel drivers are that host's affair. Endpoints are
 * read from the device by control transfers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "usb/descriptor.h"
#include "usb/usb.h"
#include "usb/usbip_client.h"

enum { CONTROL_MS = 1000, CONFIGURATION = 1 };

struct pipe_usbip {
	struct pipe base;
	struct usbip_client client;
};

/* Bulk and control transfers alike: the endpoint tells. */
static enum sl_err usbip_pipe_xfer(struct pipe *base, struct ctx *c, struct pipe_xfer *x)
{
	struct pipe_usbip *p = (struct pipe_usbip *)base;

	return usbip_submit(&p->client, c, x);
}

static enum sl_err usbip_pipe_clear_halt(struct pipe *base, struct ctx *c, uint8_t ep)
{
	/* USB 2.0 9.4.1: CLEAR_FEATURE(ENDPOINT_HALT). The server's host clears its own side when
	 * it sees this request (Linux: drivers/usb/usbip/stub_rx.c). */
	struct pipe_xfer x = { .setup = { 0x02, 0x01, 0, 0, ep }, .timeout_ms = CONTROL_MS };

	return usbip_pipe_xfer(base, c, &x);
}

static void usbip_pipe_close(struct pipe *base, struct ctx *c)
{
	struct pipe_usbip *p = (struct pipe_usbip *)base;

	(void)c;
	usbip_hang_up(&p->client);
	free(p);
}

static const struct pipe_ops usbip_pipe_ops = {
	.bulk = usbip_pipe_xfer,
	.control = usbip_pipe_xfer,
	.clear_halt = usbip_pipe_clear_halt,
	.close = usbip_pipe_close,
};

/* GET_DESCRIPTOR(configuration 0) of room bytes; *got is what came. USB 2.0 9.4.3. */
static enum sl_err get_config(struct pipe_usbip *p, struct ctx *c, uint8_t *bytes, size_t room,
			      size_t *got)
{
	struct pipe_xfer x = { .setup = { 0x80, 0x06, 0, 2 }, .data = bytes, .len = room,
			       .timeout_ms = CONTROL_MS };
	enum sl_err err;

	put_le16(x.setup + 6, (uint16_t)room);
	err = usbip_pipe_xfer(&p->base, c, &x);
	*got = x.got;
	return err;
}

static enum sl_err set_up(struct pipe_usbip *p, struct ctx *c)
{
	/* USB 2.0 9.4.7: SET_CONFIGURATION */
	struct pipe_xfer configure = { .setup = { 0x00, 0x09, CONFIGURATION },
				       .timeout_ms = CONTROL_MS };
	uint8_t config[USB_CONFIG_MAX];
	size_t got = 0;
	enum sl_err err = get_config(p, c, config, sizeof(config), &got);

	if (err == SL_OK)
		err = usb_parse_debug_interface(c, config, got, &p->base);
	if (err == SL_OK && p->client.configuration != CONFIGURATION)
		err = usbip_pipe_xfer(&p->base, c, &configure);
	return err;
}

enum sl_err usb_pipe_usbip(struct ctx *c, const char *url, struct pipe **out)
{
	struct usbip_address a;
	struct pipe_usbip *p;
	struct fault why;
	enum sl_err err = usbip_parse_address(c, url, &a);

	if (err != SL_OK)
		return err;
	p = calloc(1, sizeof(*p));
	if (!p)
		return ctx_fail(c, SL_NOMEM, "usb", "no memory for the probe");
	p->base.ops = &usbip_pipe_ops;
	p->client.fd = -1;
	err = usbip_import(c, &a, &p->client);
	if (err == SL_OK) {
		p->base.pid = p->client.pid;
		(void)snprintf(p->base.describe, sizeof(p->base.describe),
			       "usbip (%.40s device %.31s)", a.is_unix ? a.path : a.host,
			       p->client.busid);
		err = set_up(p, c);
	}
	if (err != SL_OK) {
		why = c->fault;
		usbip_pipe_close(&p->base, c);
		c->fault = why;
		return err;
	}
	*out = &p->base;
	return SL_OK;
}
