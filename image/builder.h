/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * builder.h - collects pieces of an image in any order and makes spans of them.
 *
 * It enforces what holds for all formats: the limits, no wrap past 2^32, no
 * overlap. It remembers where each piece came from, for the message.
 */
#ifndef IMAGE_BUILDER_H
#define IMAGE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/ctx.h"
#include "base/error.h"
#include "base/span.h"
#include "image/image.h"
#include "image/source.h"

struct piece {
	uint32_t addr;
	uint32_t len;           /* never 0 */
	size_t off;             /* of its bytes in builder.bytes; ascends with the order of adding */
	size_t at;              /* line or offset in the file */
};

struct builder {
	struct buffer bytes;
	struct piece *pieces;
	size_t n_pieces;
	size_t cap;
	bool has_entry;
	bool entry_disputed;
	uint32_t entry;
	struct image_needs needs;       /* the format's to fill */
};

/* What a builder has made. */
struct built {
	struct buffer bytes;
	struct span *spans;     /* data lies in bytes */
	size_t n_spans;
};

/* builder_init - an empty builder. */
void builder_init(struct builder *b);

/* builder_free - release everything that was not taken out. */
void builder_free(struct builder *b);

/* builder_add - add len bytes for addr; data is copied.
 * at: line or offset in src that messages name. len 0 adds nothing.
 * Returns SL_OK; SL_IMAGE past 2^32 or more than IMAGE_MAX_BYTES; SL_NOMEM. */
enum sl_err builder_add(struct ctx *c, struct builder *b, const struct source *src, size_t at,
			const struct span *add) MUST_CHECK;

/* builder_entry - the file names addr as its start. Named twice with different addresses,
 * as in images merged by hand, the image has none, and a warning is logged. */
void builder_entry(struct ctx *c, struct builder *b, const struct source *src, size_t at,
		   uint32_t addr);

/* builder_finish - sort, refuse overlap, join what touches.
 * out: bytes and spans become the caller's, to be freed with buf_free and free; untouched on
 *   failure. The builder stays to be freed.
 * Returns SL_OK; SL_IMAGE no data, overlap, more than IMAGE_MAX_SPANS; SL_NOMEM. */
enum sl_err builder_finish(struct ctx *c, struct builder *b, const struct source *src,
			   struct built *out) MUST_CHECK;

#endif
