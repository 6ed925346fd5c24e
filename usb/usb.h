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

/* usb_pipe_libusb - interface 0 of the probe through libusb, claimed for this process alone.
 * A kernel driver that has it is detached, and attached again by close.
 * Returns SL_OK; SL_PERM, SL_BUSY, SL_GONE, SL_PROTO, SL_HOST, SL_NOMEM with a hint. */
enum sl_err usb_pipe_libusb(struct ctx *c, const struct probe *probe, struct pipe **out) MUST_CHECK;

/* usb_pipe_usbip - import the device that url names from a USB/IP server (usb/usbip_address.h).
 * Returns SL_OK; SL_USAGE for a url that is none; SL_NOPROBE when the server has no such
 * device; SL_MANYPROBES when it has several and url names none; SL_BUSY when it is imported by
 * another; SL_PERM, SL_TIMEOUT, SL_PROTO, SL_HOST, SL_NOMEM. */
enum sl_err usb_pipe_usbip(struct ctx *c, const char *url, struct pipe **out) MUST_CHECK;

/* transport_libusb - every probe with a usbfs node; a V1 only when its sg node is no use.
 * transport_usbip - probes behind a USB/IP server; struct probe needs only its url. */
extern const struct transport_class transport_libusb, transport_usbip;

#endif
