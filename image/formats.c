/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * formats.c - the table of image formats: one row each.
 */
#include "image/format.h"

extern const struct image_format image_bin;
extern const struct image_format image_elf;
extern const struct image_format image_ihex;
extern const struct image_format image_srec;

static const struct image_format *const table[] = {
	&image_elf,
	&image_ihex,
	&image_srec,
	&image_bin, /* last: it recognises everything */
};

const struct image_format *const *image_formats(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}
