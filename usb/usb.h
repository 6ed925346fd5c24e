/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usb.h - transports on bulk pipes: V2/V3 framing and V1 bulk-only framing.
 */
#ifndef USB_USB_H
#define USB_USB_H

#include "link/transport.h"
#include "usb/pipe.h"

/* usb_framing_v2 - a transport that sends 16-byte packets on the pipe; owns the pipe.
 * usb_framing_bulk_only - a transport that speaks USB Mass Storage bulk-only (CBW, CSW,
 * sense, clear-halt and reset recovery); owns the pipe.
 * usb_framing_for - the one that fits the probe's generation.
 * Return SL_OK or SL_NOMEM; on failure the pipe is still the caller's. */
enum sl_err usb_framing_v2(struct ctx *c, struct pipe *p, struct transport **out) MUST_CHECK;
enum sl_err usb_framing_bulk_only(struct ctx *c, struct pipe *p, struct transport **out) MUST_CHECK;
enum sl_err usb_framing_for(struct ctx *c, const struct probe *probe, struct pipe *p,
			    struct transport **out) MUST_CHECK;

#endif
