/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * encode.h - bytes for flash as the payload of one slot.
 *
 * Pure: knows the loader's formats (flash/loaders/engine.inc), not where slots are.
 */
#ifndef FLASH_ENCODE_H
#define FLASH_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "flash/driver.h"

struct encoding {
	uint8_t op;                     /* 0: the rest of the data is blank, nothing to do */
	size_t skipped;                 /* bytes at the beginning that are blank */
	size_t taken;                   /* bytes dealt with, those skipped included */
	uint32_t count;                 /* units, bursts or groups, as the op has it */
	uint32_t units;                 /* to be programmed */
	uint32_t bytes;                 /* of payload, a multiple of 4 */
};

/* encode_slot - as much of data as a payload of room bytes takes, into payload. Blank units at the
 * beginning are passed over; a long run without blank units goes as it is; else, where how->masked,
 * groups of 32 units behind a mask.
 * len is a multiple of how->step_bytes; room is at least a step and a word. */
struct encoding encode_slot(const struct flash *f, const struct engine_data *d, size_t off,
			    uint8_t *payload, size_t room);

/* encode_bytes - about what the payload of all slots for the data from off on takes together; each
 * may be up to ENCODE_GRAIN short of its room, where the next group does not fit. */
#define ENCODE_GRAIN(step_bytes) (4u + 16u * (step_bytes))
size_t encode_bytes(const struct flash *f, const struct engine_data *d, size_t off);

#endif
