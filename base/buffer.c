/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * buffer.c - growing by doubling, up to the maximum.
 */
#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void buf_init(struct buffer *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void buf_free(struct buffer *b)
{
	free(b->data);
	buf_init(b, b->max);
}

enum sl_err buf_reserve(struct buffer *b, size_t n)
{
	size_t cap = b->cap ? b->cap : FIRST_CAPACITY;
	uint8_t *grown;

	if (n > b->max - b->len)
		return SL_OTHER;
	if (b->len + n <= b->cap)
		return SL_OK;
	while (cap < b->len + n)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if (cap > b->max)
		cap = b->max;
	grown = realloc(b->data, cap);
	if (!grown)
		return SL_NOMEM;
	b->data = grown;
	b->cap = cap;
	return SL_OK;
}

enum sl_err buf_append(struct buffer *b, const void *data, size_t n)
{
	enum sl_err err = buf_reserve(b, n);

	if (err)
		return err;
	if (n)
		memcpy(b->data + b->len, data, n);
	b->len += n;
	return SL_OK;
}
