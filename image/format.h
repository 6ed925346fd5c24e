/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * format.h - what an image format is to the rest of this room.
 *
 * A format is one file that exports one const struct image_format, and one row
 * in formats.c. It sees the bytes of the file and a builder; it owns neither.
 */
#ifndef IMAGE_FORMAT_H
#define IMAGE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/ctx.h"
#include "base/error.h"
#include "base/span.h"
#include "image/builder.h"
#include "image/source.h"

struct image_format {
	const char *name;               /* one word, lower case */
	const char *title;              /* for people */
	const char *const *extensions;  /* lower case, without dot, NULL ends; NULL: none */
	bool takes_address;             /* has no addresses of its own: @ADDR says where */
	enum source_unit unit;          /* how messages name a place in the file */

	/* True when the content is of this format, even if it is damaged. */
	bool (*check)(const uint8_t *data, size_t len);

	/* Add everything in the file to the builder. Returns SL_OK, SL_IMAGE, SL_NOMEM. */
	enum sl_err (*load)(struct ctx *c, const struct source *src, struct builder *b);

	/* Append the file for n checked spans to out; NULL: the format cannot be written.
	 * Returns SL_OK, SL_IMAGE with the fault recorded, or what buf_append returned,
	 * without a fault. */
	enum sl_err (*write)(struct ctx *c, const struct span *spans, size_t n,
			     struct buffer *out);
};

/* image_formats - the table, in the order in which content is tried; *n rows.
 * The last row recognises everything. */
const struct image_format *const *image_formats(size_t *n);

#endif
