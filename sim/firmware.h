/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * firmware.h - probe firmware versions of the virtual ST-LINK, as words and as numbers.
 *
 * Which command exists from which version on is a column of the command table.
 */
#ifndef SIM_FIRMWARE_H
#define SIM_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct firmware {
	unsigned major;         /* 1 to 3 */
	unsigned jtag;          /* "J": the debug part */
	unsigned swim;          /* "S"; on V1 and V2 also what follows "M" */
	unsigned msc, bridge;   /* V3: "M" and "B" */
	char text[16];
};

/* firmware_parse - "V1J13S4", "V2J37S7", "V2J37M27", "V1J11" (then S is 0), "V3J7M2",
 * "V3J10M3B5S1". Returns false, out untouched, for anything else or a field above 63. */
bool firmware_parse(const char *text, struct firmware *out);

/* firmware_word - the first two bytes of the F1 answer as one big-endian number.
 * Source: OpenOCD stlink_usb.c: [15:12] major, [11:6] J, [5:0] S. */
uint16_t firmware_word(const struct firmware *f);

/* firmware_has_aps - INIT_AP and CLOSE_AP exist: V2 from J28 on, V3 (OpenOCD). */
bool firmware_has_aps(const struct firmware *f);

/* firmware_bytes_max - bytes of an 8-bit transfer: 64, a V3 from J6 on 512 (OpenOCD).
 * UNSURE: probe-rs saw reads above 255 fail on V3J7, too. */
size_t firmware_bytes_max(const struct firmware *f);

/* firmware_misc_max - items of F2 51: 64, a V3 1227 (OpenOCD). */
uint32_t firmware_misc_max(const struct firmware *f);

/* firmware_api - 1 or 2: the command set. V1 has the second set from J11 on (OpenOCD; others
 * say later than J11); V2 and V3 have it. */
unsigned firmware_api(const struct firmware *f);

#endif
