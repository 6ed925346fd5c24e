/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bin.c - plain bytes: what no other format recognises. No addresses, no holes.
 */
#include <inttypes.h>

#include "image/format.h"

static bool bin_check(const uint8_t *data, size_t len)
{
	(void)data;
	(void)len;
	return true;
}

static enum sl_err bin_load(struct ctx *c, const struct source *src, struct builder *b)
{
	const struct span all = { .addr = src->base, .len = src->len, .data = src->data };

	return builder_add(c, b, src, 0, &all);
}

static enum sl_err bin_write(struct ctx *c, const struct span *spans, size_t n, struct buffer *out)
{
	for (size_t i = 0; i < n; i++) {
		enum sl_err err;

		if (i > 0 && (uint64_t)spans[i - 1].addr + spans[i - 1].len != spans[i].addr) {
			(void)ctx_fail_addr(c, SL_IMAGE, "image", spans[i].addr, "a plain binary cannot "
					    "hold the hole before 0x%08" PRIx32, spans[i].addr);
			ctx_hint(c, "choose a name that ends in .hex");
			return SL_IMAGE;
		}
		err = buf_append(out, spans[i].data, spans[i].len);
		if (err)
			return err;
	}
	return SL_OK;
}

const struct image_format image_bin = {
	.name = "bin",
	.title = "plain binary",
	.extensions = NULL, /* any name that no other row has */
	.takes_address = true,
	.unit = SOURCE_OFFSET,
	.check = bin_check,
	.load = bin_load,
	.write = bin_write,
};
