/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * swap.c - another chip of the same kind behind the probe, as at a bench where boards come and go.
 *
 * Only what tells two chips apart: the unique id, and flash that nobody has written yet.
 */
#include <string.h>

#include "sim/chip_priv.h"

void chip_swap(struct chip *c, const uint8_t uid[12])
{
	size_t len = 0;
	uint8_t *flash = chip_flash(c, &len);

	for (size_t i = 0; i < 3; i++) {
		uint8_t *word = bus_host(c, c->kind->uid[i], 4);

		memcpy(word, uid + 4 * i, 4);
		bus_dirty(c, c->kind->uid[i], 4);
	}
	memset(flash, c->kind->erased, len);
	chip_flash_changed(c);
}
