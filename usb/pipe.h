/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pipe.h - two bulk endpoints and a control endpoint, whoever provides them.
 *
 * Implemented by libusb (usb/pipe_libusb.c), by a USB/IP client (usb/pipe_usbip.c) and by
 * tests. Above it stand the V2 framing and the V1 bulk-only framing.
 */
#ifndef USB_PIPE_H
#define USB_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

struct pipe;

/* One transfer: on a bulk endpoint, or a control transfer on endpoint 0. */
struct pipe_xfer {
	uint8_t ep;                     /* bit 7: IN; 0 for a control transfer */
	uint8_t setup[8];               /* control: the setup packet, bit 7 of [0]: IN */
	uint8_t *data;                  /* OUT: is only read */
	size_t len;
	size_t got;                     /* set by the pipe, on failure too */
	unsigned timeout_ms;            /* 0 counts as 1 */
	unsigned hurry_ms;              /* what is left of it once a signal comes; 0: all */
};

struct pipe_ops {
	/* bulk - one transfer on x->ep. A short IN is SL_OK.
	 * Returns SL_TIMEOUT, SL_STALL, SL_GONE, SL_PROTO (babble), SL_HOST. */
	enum sl_err (*bulk)(struct pipe *p, struct ctx *c, struct pipe_xfer *x);
	/* pair - two bulk transfers, handed to the host at once: it starts the second when the first
	 * is over, without asking this program. The first failure in this order is returned, and
	 * *passed is false when it is the first's: the second was taken back then. NULL: this pipe
	 * does one at a time. */
	enum sl_err (*pair)(struct pipe *p, struct ctx *c, struct pipe_xfer x[2], bool *passed);
	/* control - the setup packet, then x->len bytes. Returns as bulk. */
	enum sl_err (*control)(struct pipe *p, struct ctx *c, struct pipe_xfer *x);
	/* clear_halt - CLEAR_FEATURE(ENDPOINT_HALT), host and device toggles together. */
	enum sl_err (*clear_halt)(struct pipe *p, struct ctx *c, uint8_t ep);
	/* reset - USB port reset; what was claimed stays so. NULL: this pipe cannot.
	 * Returns SL_OK; SL_GONE when the device came back as another; SL_HOST. */
	enum sl_err (*reset)(struct pipe *p, struct ctx *c);
	/* close - release the interface, give the kernel its driver back, free p. */
	void (*close)(struct pipe *p, struct ctx *c);
};

struct pipe {
	const struct pipe_ops *ops;
	uint8_t ep_out, ep_in;          /* from interface 0's descriptor */
	uint8_t ep_trace;               /* 0: none */
	uint16_t max_packet;            /* of ep_in: 64 or 512 */
	uint16_t pid;
	char describe[96];
};

#endif
