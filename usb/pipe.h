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

struct pipe_ops {
	/* bulk - one transfer on ep (bit 7: IN) of len bytes; *got is always set.
	 * timeout_ms 0 counts as 1. A short IN is SL_OK.
	 * Returns SL_TIMEOUT, SL_STALL, SL_GONE, SL_PROTO (babble), SL_HOST. */
	enum sl_err (*bulk)(struct pipe *p, struct ctx *c, uint8_t ep, uint8_t *data, size_t len,
			    size_t *got, unsigned timeout_ms);
	/* control - setup packet of 8 bytes, then len bytes by bit 7 of setup[0]. */
	enum sl_err (*control)(struct pipe *p, struct ctx *c, const uint8_t setup[8], uint8_t *data,
			       size_t *len, unsigned timeout_ms);
	/* clear_halt - CLEAR_FEATURE(ENDPOINT_HALT), host and device toggles together. */
	enum sl_err (*clear_halt)(struct pipe *p, struct ctx *c, uint8_t ep);
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
