/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * peek.h - what a probe says of itself without a session: for listing.
 */
#ifndef LINK_PEEK_H
#define LINK_PEEK_H

#include "link/link.h"

struct probe_peek {
	struct link_version version;    /* text "" when the probe answered zeros */
	bool zeros;                     /* as probes that do not run ST's firmware do */
	bool other_pid;                 /* firmware names other USB ids than the descriptor */
	bool bootloader;                /* in DFU mode; version is then the loader's */
	bool supply_asked, supply_known; /* known false: asked, and it cannot measure */
	unsigned supply_mv;
};

/* probe_peek - ask version and mode, and measure the supply; then let go.
 * The probe is held for some milliseconds. Never a V1 through libusb while a kernel driver has it,
 * never a probe that another program has claimed.
 * Returns SL_OK; SL_BUSY, SL_PERM without having touched it; what transports return. */
enum sl_err probe_peek(struct ctx *c, const struct probe *p, struct probe_peek *out) MUST_CHECK;

#endif
