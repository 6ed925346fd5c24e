/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip_address.h - where a probe behind a USB/IP server is.
 *
 *     usbip:HOST[:PORT][/BUSID]          TCP; port 3240 unless given
 *     usbip:[V6ADDRESS][:PORT][/BUSID]   an IPv6 address stands in brackets
 *     usbip:unix:PATH[,BUSID]            a Unix socket; PATH may hold slashes
 *
 * BUSID is the server's name of the device, as "1-2.3". Without it the server is asked for
 * its list, and must have exactly one ST-LINK. A comma in PATH must be followed by a BUSID:
 * the last comma counts.
 */
#ifndef USB_USBIP_ADDRESS_H
#define USB_USBIP_ADDRESS_H

#include <stdbool.h>

#include "base/ctx.h"

enum { USBIP_BUSID_LEN = 32 };

struct usbip_address {
	bool is_unix;
	char host[128];                 /* name or number; TCP only */
	char port[8];                   /* TCP only */
	char path[108];                 /* Unix only */
	char busid[USBIP_BUSID_LEN];    /* "" when the list is to be asked */
};

/* usbip_is_busid - true when size bytes at text hold a bus id and its end: letters, digits,
 * '.', '-' and '_' only, so that it may be shown as it is. */
bool usbip_is_busid(const char *text, size_t size);

/* usbip_parse_address - take url apart. Returns SL_OK or SL_USAGE; *out is set on SL_OK only. */
enum sl_err usbip_parse_address(struct ctx *c, const char *url, struct usbip_address *out)
	MUST_CHECK;

#endif
