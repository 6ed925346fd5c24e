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

static enum sl_err usbip_pipe_bulk(struct pipe *base, struct ctx *c, uint8_t ep, uint8_t *data,
				   size_t len, size_t *got, unsigned timeout_ms)
{
	struct pipe_usbip *p = (struct pipe_usbip *)base;
	struct usbip_transfer t = { .ep = ep, .data = data, .len = len, .timeout_ms = timeout_ms };
	enum sl_err err = usbip_submit(&p->client, c, &t);

	*got = t.got;
	return err;
}

static enum sl_err usbip_pipe_control(struct pipe *base, struct ctx *c, const uint8_t setup[8],
				      uint8_t *data, size_t *len, unsigned timeout_ms)
{
	struct pipe_usbip *p = (struct pipe_usbip *)base;
	struct usbip_transfer t = { .setup = setup, .data = data, .len = *len,
				    .timeout_ms = timeout_ms };
	enum sl_err err = usbip_submit(&p->client, c, &t);

	*len = t.got;
	return err;
}

static enum sl_err usbip_pipe_clear_halt(struct pipe *base, struct ctx *c, uint8_t ep)
{
	/* USB 2.0 9.4.1: CLEAR_FEATURE(ENDPOINT_HALT). The server's host clears its own side when
	 * it sees this request (Linux: drivers/usb/usbip/stub_rx.c). */
	const uint8_t setup[8] = { 0x02, 0x01, 0, 0, ep, 0, 0, 0 };
	size_t none = 0;

	return usbip_pipe_control(base, c, setup, NULL, &none, CONTROL_MS);
}

static void usbip_pipe_close(struct pipe *base, struct ctx *c)
{
	struct pipe_usbip *p = (struct pipe_usbip *)base;

	(void)c;
	usbip_hang_up(&p->client);
	free(p);
}

static const struct pipe_ops usbip_pipe_ops = {
	.bulk = usbip_pipe_bulk,
	.control = usbip_pipe_control,
	.clear_halt = usbip_pipe_clear_halt,
	.close = usbip_pipe_close,
};

/* GET_DESCRIPTOR(configuration 0) of room bytes; *got is what came. USB 2.0 9.4.3. */
static enum sl_err get_config(struct pipe_usbip *p, struct ctx *c, uint8_t *bytes, size_t room,
			      size_t *got)
{
	uint8_t setup[8] = { 0x80, 0x06, 0, 2, 0, 0, 0, 0 };

	put_le16(setup + 6, (uint16_t)room);
	*got = room;
	return usbip_pipe_control(&p->base, c, setup, bytes, got, CONTROL_MS);
}

static enum sl_err set_up(struct pipe_usbip *p, struct ctx *c)
{
	static const uint8_t configure[8] = { 0x00, 0x09, CONFIGURATION };
	uint8_t config[USB_CONFIG_MAX];
	size_t got = 0, none = 0;
	enum sl_err err = get_config(p, c, config, sizeof(config), &got);

	if (err == SL_OK)
		err = usb_parse_debug_interface(c, config, got, &p->base);
	if (err == SL_OK && p->client.configuration != CONFIGURATION)
		err = usbip_pipe_control(&p->base, c, configure, NULL, &none, CONTROL_MS);
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
			       "usbip (%.48s device %s)", a.is_unix ? a.path : a.host,
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
