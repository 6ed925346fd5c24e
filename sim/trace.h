/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * trace.h - every URB of the served boards in a pcapng file, as Wireshark and tshark read it.
 *
 * Each board is an interface of the file; time stamps are its own virtual time since it
 * was made, in nanoseconds. Not for boards that are driven in this process: the place
 * of this is where URBs have a life of their own, the USB/IP server.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "sim/usbdev.h"

struct trace;

/* One URB at one of its two instants. */
struct trace_urb {
	size_t board;           /* index, as given to trace_open */
	uint64_t id;            /* the same at both instants, unlike any other URB's */
	uint16_t device;        /* number on the bus */
	uint8_t ep;             /* with the direction bit; 0 or 0x80: control */
	const uint8_t *setup;   /* 8 bytes when a control URB is submitted, else NULL */
	uint32_t len;           /* submitted: bytes wanted or sent; completed: bytes moved */
	int status;             /* completed: 0 or a negated errno */
	const uint8_t *data;    /* len bytes that travel at this instant, NULL: none */
};

/* trace_open - create the file and describe n boards, borrowed, in it.
 * Returns SL_OK; SL_FILE; SL_NOMEM. */
enum sl_err trace_open(struct ctx *ctx, const char *path, struct board *const *boards, size_t n,
		       struct trace **out) MUST_CHECK;

/* trace_device - a host takes board under this device number. Its device and configuration
 * descriptors are written as two control transfers, marked by a comment as not from the
 * bus, so that readers know the classes even when the host asks for none. */
void trace_device(struct trace *t, size_t board, uint16_t device);

/* trace_submit, trace_complete - now, by the board's clock. A write error is kept. */
void trace_submit(struct trace *t, const struct trace_urb *u);
void trace_complete(struct trace *t, const struct trace_urb *u);

/* trace_flush - let readers of the file see what is there. */
void trace_flush(struct trace *t);

/* trace_close - NULL is closed already. Returns SL_OK; SL_FILE: some of it was not written. */
enum sl_err trace_close(struct ctx *ctx, struct trace *t) MUST_CHECK;

#endif
