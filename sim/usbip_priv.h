/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip_priv.h - a USB/IP connection, shared by usbip.c and usbip_urb.c only.
 */
#ifndef SIM_USBIP_PRIV_H
#define SIM_USBIP_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "sim/trace.h"
#include "sim/usbdev.h"

#define USBIP_HEADER 48u
#define USBIP_TRANSFER_MAX (1u << 20)
#define USBIP_PENDING_MAX 512u

/* A URB that the device has not taken or answered yet. */
struct usbip_urb {
	struct usbip_urb *next;
	uint32_t seqnum;
	uint64_t id;            /* in the trace */
	uint32_t flags;
	uint32_t len;
	uint8_t ep;             /* with the direction bit */
	uint8_t *data;          /* OUT: the bytes; NULL for IN */
};

struct usbip_conn {
	int fd;                 /* -1: free slot */
	struct board *board;    /* NULL: nothing imported yet */
	size_t board_index;
	unsigned generation;
	uint16_t device;        /* its number when it was imported */
	struct trace *trace;    /* NULL: none */
	uint64_t *urbs;         /* the server's count, for ids */
	struct buffer in, out;
	struct usbip_urb *pending;
	size_t n_pending;
	bool closing;           /* once everything is sent */
	bool shut;              /* all is sent; waiting for the other side to close, too */
};

/* usbip_conn_send - try to send what is waiting. */
void usbip_conn_send(struct usbip_conn *c);

/* usbip_urb_take - handle complete SUBMIT and UNLINK packets at the start of the input.
 * Returns the bytes used up, 0 when a packet is still incomplete; sets closing on
 * nonsense. */
size_t usbip_urb_take(struct usbip_conn *c);

/* usbip_urb_pump - let the device take and answer what is pending. */
void usbip_urb_pump(struct usbip_conn *c);

/* usbip_urb_drop - forget all that is pending. */
void usbip_urb_drop(struct usbip_conn *c);

#endif
