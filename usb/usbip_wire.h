/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip_wire.h - a connected socket and exact numbers of bytes on it, with deadlines.
 */
#ifndef USB_USBIP_WIRE_H
#define USB_USBIP_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "usb/usbip_address.h"

/* usbip_connect - a non-blocking socket to a; *fd is set on SL_OK only.
 * Returns SL_OK; SL_PERM, SL_TIMEOUT, SL_HOST, SL_GONE (the server hung up while connecting). */
enum sl_err usbip_connect(struct ctx *c, const struct usbip_address *a, struct deadline d, int *fd)
	MUST_CHECK;

/* usbip_send, usbip_receive - exactly len bytes before the deadline.
 * Return SL_OK; SL_TIMEOUT (a part may have moved); SL_GONE when the server hung up; SL_HOST. */
enum sl_err usbip_send(struct ctx *c, int fd, const void *data, size_t len, struct deadline d)
	MUST_CHECK;
enum sl_err usbip_receive(struct ctx *c, int fd, void *data, size_t len, struct deadline d)
	MUST_CHECK;

/* usbip_wait - until something can be received. Returns SL_OK, SL_TIMEOUT or SL_HOST. */
enum sl_err usbip_wait(struct ctx *c, int fd, struct deadline d) MUST_CHECK;

#endif
