/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cursor.h - reading bytes from outside without ever passing their end.
 *
 * Files, probe replies and network packets are read only through this. A read
 * past the end gives 0, moves nothing and sets .over; the caller checks once.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
	const uint8_t *data;
	size_t len;
	size_t off;
	bool over;
};

/* cur_make - a cursor at the start of len bytes at data. */
struct cursor cur_make(const void *data, size_t len);

/* cur_left - bytes not yet read. */
size_t cur_left(const struct cursor *c);

/* cur_seek - go to offset off; past the end sets .over. */
void cur_seek(struct cursor *c, size_t off);

/* cur_skip - pass n bytes. */
void cur_skip(struct cursor *c, size_t n);

/* cur_u8 .. cur_be32 - the next integer, 0 when it is not there. */
uint8_t cur_u8(struct cursor *c);
uint16_t cur_le16(struct cursor *c);
uint32_t cur_le32(struct cursor *c);
uint16_t cur_be16(struct cursor *c);
uint32_t cur_be32(struct cursor *c);

/* cur_bytes - copy n bytes to dst; on overrun dst is zeroed and .over set. */
void cur_bytes(struct cursor *c, void *dst, size_t n);

/* cur_view - pointer to the next n bytes, which are then passed; NULL on overrun. */
const uint8_t *cur_view(struct cursor *c, size_t n);

#endif
