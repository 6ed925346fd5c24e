/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cursor.c - bounded reads.
 */
#include "base/cursor.h"

#include <string.h>

#include "base/bytes.h"

struct cursor cur_make(const void *data, size_t len)
{
	/* No bytes may have no address, but arithmetic needs one. */
	static const uint8_t nothing[1] = { 0 };
	struct cursor c = { .data = data ? data : nothing, .len = data ? len : 0 };

	return c;
}

size_t cur_left(const struct cursor *c)
{
	return c->len - c->off;
}

void cur_seek(struct cursor *c, size_t off)
{
	if (off > c->len)
		c->over = true;
	else
		c->off = off;
}

const uint8_t *cur_view(struct cursor *c, size_t n)
{
	const uint8_t *p;

	if (n > c->len - c->off) {
		c->over = true;
		return NULL;
	}
	p = c->data + c->off;
	c->off += n;
	return p;
}

void cur_skip(struct cursor *c, size_t n)
{
	(void)cur_view(c, n);
}

uint8_t cur_u8(struct cursor *c)
{
	const uint8_t *p = cur_view(c, 1);

	return p ? p[0] : 0;
}

uint16_t cur_le16(struct cursor *c)
{
	const uint8_t *p = cur_view(c, 2);

	return p ? get_le16(p) : 0;
}

uint32_t cur_le32(struct cursor *c)
{
	const uint8_t *p = cur_view(c, 4);

	return p ? get_le32(p) : 0;
}

uint16_t cur_be16(struct cursor *c)
{
	const uint8_t *p = cur_view(c, 2);

	return p ? get_be16(p) : 0;
}

uint32_t cur_be32(struct cursor *c)
{
	const uint8_t *p = cur_view(c, 4);

	return p ? get_be32(p) : 0;
}

void cur_bytes(struct cursor *c, void *dst, size_t n)
{
	const uint8_t *p = cur_view(c, n);

	if (n == 0)
		return;
	if (p)
		memcpy(dst, p, n);
	else
		memset(dst, 0, n);
}
