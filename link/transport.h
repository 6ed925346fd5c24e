/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * transport.h - the seam between the ST-LINK protocol and whatever carries it.
 *
 * A transport moves one probe command at a time: at most 16 command bytes, then at
 * most one data phase. It knows nothing of what the bytes mean. The four carriers
 * (SG_IO, V1 bulk-only framing, V2 framing, a test's own) fulfil this contract:
 *
 *  - xfer is called only between open and close, never from two threads, and has
 *    finished with all pointers when it returns.
 *  - A command without a data phase has dir XFER_NONE and len 0. A data phase is never
 *    empty: the firmware would wait for it for ever (known from OpenOCD and stlink).
 *  - x->got is the number of bytes that really moved in the data phase, on success and
 *    on failure. A short answer is SL_OK with got < len: the layer above knows whether
 *    that is enough. An answer longer than len is SL_PROTO.
 *  - x->timeout_ms bounds the whole call, all phases and recovery together, give or take
 *    the 500 ms that one recovery step may need. SL_TIMEOUT when it has passed.
 *  - When a signal comes meanwhile (ctx_signalled), x->hurry_ms is all the time that is left,
 *    for a carrier that can notice; SG_IO cannot. 0: the signal changes nothing.
 *  - After any failure but SL_GONE the transport has put the wire back into a state in
 *    which the next command can start: halts cleared, late replies drained, bulk-only
 *    reset done. Where that failed it returns SL_HOST and every later call fails fast.
 *  - SL_STALL: the probe refused the command. SL_GONE: the probe left the bus; only
 *    close may follow. SL_HOST: the host's USB or SCSI layer failed; errno in the fault.
 *  - close gives everything back: claims, detached kernel drivers, descriptors, memory.
 */
#ifndef LINK_TRANSPORT_H
#define LINK_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "link/probe.h"

enum { XFER_COMMAND_MAX = 16 };

enum xfer_dir { XFER_NONE, XFER_IN, XFER_OUT };

struct xfer {
	uint8_t command[XFER_COMMAND_MAX];  /* zero padded; [0] is F1..FB */
	uint8_t command_len;                /* bytes that mean something, for carriers that say */
	enum xfer_dir dir;
	uint8_t *in;                        /* XFER_IN: len bytes of room */
	const uint8_t *out;                 /* XFER_OUT: len bytes */
	size_t len;
	size_t got;                         /* set by xfer */
	unsigned timeout_ms;
	unsigned hurry_ms;
};

struct transport;

struct transport_ops {
	enum sl_err (*xfer)(struct transport *t, struct ctx *c, struct xfer *x);
	/* USB port reset, for a probe that does not answer at all; afterwards commands may be sent
	 * again. NULL: this carrier cannot. Returns SL_OK; SL_GONE when the probe came back as
	 * another device; SL_HOST. */
	enum sl_err (*reset)(struct transport *t, struct ctx *c);
	/* Give everything back; t is freed. Never fails: what cannot be given back is logged. */
	void (*close)(struct transport *t, struct ctx *c);
};

struct transport {
	const struct transport_ops *ops;
	/* Largest data phase that the carrier (not the firmware) can do, bytes. */
	size_t max_data;
	/* Words for -v: "sg (/dev/sg2)", "libusb (bus 1 device 5)". */
	char describe[96];
	/* The kernel's own drivers use the probe, too, and their commands may delay ours; false also
	 * when there is no other way. */
	bool shared;
	unsigned held;                  /* how many commands waited long for theirs */
	/* Why a carrier that comes first in the table would not open; "" when none refused. */
	char passed_over[120];
};

/* A way to reach probes. The table of all is link/transports.c, in order of preference. */
struct transport_class {
	const char *name;
	/* can_serve - may this carrier reach p now? Never opens a node for writing, never
	 * claims; why (why_size bytes) gets one sentence either way. */
	bool (*can_serve)(struct ctx *c, const struct probe *p, char *why, size_t why_size);
	/* open - hold the probe for this process alone.
	 * Returns SL_OK; SL_PERM, SL_BUSY, SL_GONE, SL_HOST with a hint. */
	enum sl_err (*open)(struct ctx *c, const struct probe *p, struct transport **out);
};

/* The table, NULL-terminated. */
extern const struct transport_class *const transport_classes[];

/* transport_open - open p through the first class that can serve it.
 * With -v each class's reason is logged. A class whose open fails with SL_PERM or SL_BUSY
 * is passed over for the next one that can serve. When all refuse, the first failure is the
 * one reported, and its text has the others' too; when one opens, (*out)->passed_over says
 * why it was not the first.
 * Returns SL_OK; SL_NOPROBE when no class can serve; else as the class's open. */
enum sl_err transport_open(struct ctx *c, const struct probe *p, struct transport **out) MUST_CHECK;

/* transport_open_among - transport_open with another table, for tests. */
enum sl_err transport_open_among(struct ctx *c, const struct transport_class *const *classes,
				 const struct probe *p, struct transport **out) MUST_CHECK;

/* transport_xfer, transport_reset, transport_close - call the ops; reset is SL_HOST where the
 * carrier cannot, close accepts NULL. */
enum sl_err transport_xfer(struct transport *t, struct ctx *c, struct xfer *x) MUST_CHECK;
enum sl_err transport_reset(struct transport *t, struct ctx *c) MUST_CHECK;
void transport_close(struct transport *t, struct ctx *c);

#endif
