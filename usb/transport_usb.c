/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * transport_usb.c - the two classes of transports on bulk pipes: libusb and USB/IP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "usb/usb.h"

/* The framing owns the pipe from success on; until then it is closed here. */
static enum sl_err frame(struct ctx *c, const struct probe *p, struct pipe *pipe,
			 struct transport **out)
{
	enum sl_err err = usb_framing_for(c, p, pipe, out);
	struct fault why = c->fault;

	if (err != SL_OK) {
		pipe->ops->close(pipe, c);
		c->fault = why;
	}
	return err;
}

#ifndef WITHOUT_LIBUSB
static bool libusb_can_serve(struct ctx *c, const struct probe *p, char *why, size_t size)
{
	bool v1 = p->kind && p->kind->generation == PROBE_V1;

	(void)c;
	if (p->usb_node[0] == '\0') {
		(void)snprintf(why, size, "the probe has no usbfs node on this host");
		return false;
	}
	/* Taking a V1 from usb-storage would cut off whoever has its sg node open. */
	if (v1 && !p->disk_waits && p->sg_node[0] != '\0' && access(p->sg_node, R_OK | W_OK) == 0) {
		(void)snprintf(why, size, "%s can be used, so usb-storage keeps the probe",
			       p->sg_node);
		return false;
	}
	/* Without permission it is opened all the same: the failure has the cause and the cure. */
	if (access(p->usb_node, R_OK | W_OK) != 0)
		(void)snprintf(why, size, "%s is there, but: %s", p->usb_node, strerror(errno));
	else if (v1 && p->driver[0] != '\0')
		(void)snprintf(why, size, "%s may be used; %s is detached and attached again "
					  "afterwards", p->usb_node, p->driver);
	else
		(void)snprintf(why, size, "%s may be read and written", p->usb_node);
	return true;
}

static enum sl_err libusb_open_probe(struct ctx *c, const struct probe *p, struct transport **out)
{
	struct pipe *pipe;
	enum sl_err err = usb_pipe_libusb(c, p, &pipe);

	return err == SL_OK ? frame(c, p, pipe, out) : err;
}

const struct transport_class transport_libusb = {
	.name = "libusb",
	.can_serve = libusb_can_serve,
	.open = libusb_open_probe,
};
#endif

static bool usbip_can_serve(struct ctx *c, const struct probe *p, char *why, size_t size)
{
	(void)c;
	if (strncmp(p->url, "usbip:", 6) != 0) {
		(void)snprintf(why, size, "no usbip: device was asked for");
		return false;
	}
	(void)snprintf(why, size, "%s was asked for", p->url);
	return true;
}

static enum sl_err usbip_open(struct ctx *c, const struct probe *p, struct transport **out)
{
	struct pipe *pipe;
	enum sl_err err = usb_pipe_usbip(c, p->url, &pipe);

	return err == SL_OK ? frame(c, p, pipe, out) : err;
}

const struct transport_class transport_usbip = {
	.name = "usbip",
	.can_serve = usbip_can_serve,
	.open = usbip_open,
};
