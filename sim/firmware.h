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
	unsigned major;         /* 1 or 2 */
	unsigned jtag;          /* "J": the debug part */
	unsigned swim;          /* "S" or "M" */
	char text[16];
};

/* firmware_parse - "V1J13S4", "V2J37S7", "V2J37M27", "V1J11" (then S is 0).
 * Returns false, out untouched, for anything else or a field above 63. */
bool firmware_parse(const char *text, struct firmware *out);

/* firmware_word - the first two bytes of the F1 answer as one big-endian number.
 * Source: OpenOCD stlink_usb.c: [15:12] major, [11:6] J, [5:0] S. */
uint16_t firmware_word(const struct firmware *f);

/* firmware_api - 1 or 2: the command set. V1 has the second set from J11 on (OpenOCD; others
 * say later than J11). */
unsigned firmware_api(const struct firmware *f);

#endif
