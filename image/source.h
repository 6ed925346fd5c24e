/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * source.h - the bytes of one image file, and failures that name a place in it.
 */
#ifndef IMAGE_SOURCE_H
#define IMAGE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/ctx.h"
#include "base/error.h"

enum source_unit { SOURCE_OFFSET, SOURCE_LINE };

struct source {
	const char *name;               /* as the user typed it */
	const uint8_t *data;
	size_t len;
	uint32_t base;                  /* where plain bytes go */
	enum source_unit unit;
};

/* source_fail - record SL_IMAGE as "NAME, line AT: what was found" or "NAME, offset AT: ...".
 * Returns SL_IMAGE. */
enum sl_err source_fail(struct ctx *c, const struct source *src, size_t at, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* source_fail_whole - as source_fail, about the file and not a place in it. */
enum sl_err source_fail_whole(struct ctx *c, const struct source *src, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* source_fail_nomem - record SL_NOMEM while reading the file; returns it. */
enum sl_err source_fail_nomem(struct ctx *c, const struct source *src);

#endif
