/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip_client.h - one device imported from a USB/IP server, and transfers on it.
 *
 * The client's side of the protocol that the Linux kernel documents in
 * Documentation/usb/usbip_protocol.rst, version 1.1.1, over TCP or a Unix socket. One
 * transfer is under way at a time. Nothing waits without a deadline; every length that the
 * server names is checked before use.
 */
#ifndef USB_USBIP_CLIENT_H
#define USB_USBIP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "usb/pipe.h"
#include "usb/usbip_address.h"

struct usbip_client {
	int fd;
	uint32_t devid, seqnum;
	uint16_t vid, pid;
	uint8_t configuration;          /* bConfigurationValue now in force, 0 none */
	char busid[USBIP_BUSID_LEN];
	enum sl_err down;               /* not SL_OK: the connection is of no more use, and why */
};

/* usbip_import - connect and import the device at a.
 * a->busid "": the server's list is asked first.
 * Returns SL_OK; SL_NOPROBE, SL_MANYPROBES, SL_BUSY, SL_PERM, SL_TIMEOUT, SL_PROTO (the server
 *   does not speak the protocol), SL_HOST. */
enum sl_err usbip_import(struct ctx *c, const struct usbip_address *a, struct usbip_client *out)
	MUST_CHECK;

/* usbip_hang_up - close the connection; the server then has the device back. */
void usbip_hang_up(struct usbip_client *u);

/* usbip_submit - one transfer, control when t->ep is 0, unlinked when it is late.
 * Returns SL_OK (also for less than len); SL_TIMEOUT, SL_STALL, SL_PROTO (babble), SL_GONE,
 *   SL_HOST. t->got is always set. */
enum sl_err usbip_submit(struct usbip_client *u, struct ctx *c, struct pipe_xfer *t)
	MUST_CHECK;

#endif
