/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * loaders.h - pieces of Thumb code that program flash from SRAM.
 *
 * Each is position independent, needs neither stack nor data, and ends in the BKPT at .stop.
 * Arguments and results: the head of its source file, flash/loaders/NAME.s.
 */
#ifndef FLASH_LOADERS_LOADERS_H
#define FLASH_LOADERS_LOADERS_H

#include <stddef.h>
#include <stdint.h>

struct loader {
	const char *name;
	const uint8_t *code;
	uint16_t bytes;         /* multiple of 4 */
	uint16_t stop;          /* offset of the BKPT */
};

/* Room for the largest; a test holds it against the table. */
enum { LOADER_MAX_BYTES = 96 };

extern const struct loader loader_f1;
extern const struct loader loader_f4x8;
extern const struct loader loader_f4x16;
extern const struct loader loader_f4x32;
extern const struct loader loader_lx;

#endif
