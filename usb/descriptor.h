/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * descriptor.h - the debug interface in a configuration descriptor.
 *
 * The bytes come from a device that may be anything; they are read through a cursor.
 * Source: USB 2.0 9.6.
 */
#ifndef USB_DESCRIPTOR_H
#define USB_DESCRIPTOR_H

#include "usb/pipe.h"

enum { USB_DEVICE_DESCRIPTOR_LEN = 18, USB_CONFIG_DESCRIPTOR_LEN = 9, USB_CONFIG_MAX = 1024 };

/* usb_parse_device - vendor and product id of a device descriptor.
 * Returns false when the bytes are none. */
bool usb_parse_device(const uint8_t *bytes, size_t len, uint16_t *vid, uint16_t *pid);

/* usb_parse_debug_interface - fill ep_out, ep_in, ep_trace and max_packet of p from interface 0,
 * alternate setting 0. bytes: one configuration with all its descriptors.
 * Returns SL_OK; SL_PROTO when there is no pair of bulk endpoints. */
enum sl_err usb_parse_debug_interface(struct ctx *c, const uint8_t *bytes, size_t len,
				      struct pipe *p) MUST_CHECK;

#endif
