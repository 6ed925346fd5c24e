/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * confined.h - what a confined child found in an image, as bytes, and back.
 *
 * The parent trusts these bytes no more than those of a file: pieces go through a builder again.
 */
#ifndef IMAGE_CONFINED_H
#define IMAGE_CONFINED_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/ctx.h"
#include "image/builder.h"
#include "image/format.h"
#include "image/image.h"
#include "image/source.h"

enum { CONFINED_MAX_BYTES = IMAGE_MAX_BYTES + IMAGE_MAX_SPANS * 8 + 64 * 1024 };

/* confined_listen - let what c logs be kept in lines (initialised) instead of being written. */
void confined_listen(struct ctx *c, struct buffer *lines);

/* confined_tell - append to out what came of an image: the lines logged, and then, when err is
 * SL_OK, img, else the fault in c. Returns false when there is no room. */
bool confined_tell(const struct ctx *c, enum sl_err err, const struct image *img,
		   const struct buffer *lines, struct buffer *out) MUST_CHECK;

/* confined_hear - the other side: log the lines, add the pieces to b (initialised), set *format.
 * Returns SL_OK; the code of the fault that was told, which is recorded; SL_IMAGE pieces that no
 *   image has; SL_OTHER bytes that make no sense; SL_NOMEM. */
enum sl_err confined_hear(struct ctx *c, const struct source *src, const struct buffer *in,
			  struct builder *b, const struct image_format **format) MUST_CHECK;

#endif
