/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip.h - a USB/IP server for virtual boards.
 *
 * One thread, no blocking but the boards' own time. Board n has the bus id "1-<n+1>".
 * A device that leaves the bus closes its connection and can be imported again under a
 * new device number. Protocol: Linux Documentation/usb/usbip_protocol, version 1.1.1.
 */
#ifndef SIM_USBIP_H
#define SIM_USBIP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/listen.h"
#include "sim/trace.h"
#include "sim/usbdev.h"

#define USBIP_BOARDS_MAX 16u
#define USBIP_CLIENTS_MAX 32u
#define USBIP_FDS_MAX (USBIP_CLIENTS_MAX + 1u)
#define USBIP_SPEED_FULL 2u
#define USBIP_SPEED_HIGH 3u

struct usbip_server;

/* usbip_new - serve n boards, borrowed; l is borrowed, NULL: only adopted connections.
 * Returns NULL without memory or with too many boards. */
struct usbip_server *usbip_new(struct board *const *boards, size_t n, const struct listener *l);
void usbip_free(struct usbip_server *s);

/* usbip_trace - from now on, write what is transferred to t, borrowed; NULL: no more. */
void usbip_trace(struct usbip_server *s, struct trace *t);

/* usbip_adopt - fd is a connection whose other end already has board n imported (vhci).
 * Takes fd over. Returns false, fd closed, when the board is taken or no slot is free. */
bool usbip_adopt(struct usbip_server *s, size_t n, int fd);

/* usbip_attached - somebody has board n imported. */
bool usbip_attached(const struct usbip_server *s, size_t n);

/* usbip_devid - bus and device number as one word: bus << 16 | device. */
uint32_t usbip_devid(const struct usbip_server *s, size_t n);

/* usbip_pollfds - what to wait for; returns how many of max are used.
 * usbip_handle - serve what poll said of them, and whatever changed meanwhile. */
size_t usbip_pollfds(const struct usbip_server *s, struct pollfd *p, size_t max);
void usbip_handle(struct usbip_server *s, const struct pollfd *p, size_t n);

#endif
