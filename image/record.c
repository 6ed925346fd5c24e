/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * record.c - lines, hexadecimal digits and the recognition of record files.
 */
#include "image/record.h"

#include <string.h>

enum { CHECK_WINDOW = 4096 };

struct lines lines_make(const uint8_t *data, size_t len)
{
	struct lines ls = { .in = cur_make(data, len) };

	return ls;
}

static bool is_blank(uint8_t ch)
{
	return ch == ' ' || ch == '\t';
}

/* Passes one line with its end; start and len are the text before the end. */
static void pass_line(struct cursor *in, size_t *start, size_t *len)
{
	uint8_t ch = 0;

	*start = in->off;
	*len = 0;
	while (cur_left(in) > 0) {
		ch = cur_u8(in);
		if (ch == '\n' || ch == '\r')
			break;
		(*len)++;
	}
	if (ch == '\r' && cur_left(in) > 0) {
		size_t off = in->off;

		if (cur_u8(in) != '\n')
			cur_seek(in, off);
	}
}

bool lines_next(struct lines *ls, struct line *out)
{
	while (cur_left(&ls->in) > 0) {
		struct cursor text = ls->in;
		size_t start, len;

		pass_line(&ls->in, &start, &len);
		ls->number++;
		out->text = cur_view(&text, len);
		while (len > 0 && is_blank(out->text[len - 1]))
			len--;
		while (len > 0 && is_blank(out->text[0])) {
			out->text++;
			len--;
		}
		if (len == 0)
			continue;
		out->len = len;
		out->number = ls->number;
		ls->records++;
		return true;
	}
	return false;
}

static int digit_value(uint8_t ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return -1;
}

enum record_fault record_fill(struct record *r, const struct line *line, size_t skip)
{
	struct cursor in = cur_make(line->text, line->len);

	r->line = line->number;
	r->n = 0;
	cur_skip(&in, skip);
	while (cur_left(&in) > 0) {
		int high = digit_value(cur_u8(&in));
		int low;

		if (high < 0)
			return RECORD_NOT_HEX;
		if (cur_left(&in) == 0)
			return RECORD_ODD;
		low = digit_value(cur_u8(&in));
		if (low < 0)
			return RECORD_NOT_HEX;
		if (r->n == RECORD_MAX_BYTES)
			return RECORD_TOO_LONG;
		r->bytes[r->n++] = (uint8_t)(high << 4 | low);
	}
	return RECORD_OK;
}

static enum sl_err fail_not_hex(struct ctx *c, const struct source *src, const struct line *line,
				size_t column)
{
	uint8_t ch = line->text[column];

	if (ch > ' ' && ch < 0x7f)
		return source_fail(c, src, line->number, "character %zu is '%c', not a hexadecimal "
				   "digit", column + 1, ch);
	return source_fail(c, src, line->number, "character %zu has code 0x%02x, not a hexadecimal "
			   "digit", column + 1, ch);
}

enum sl_err record_read(struct ctx *c, const struct source *src, const struct line *line,
			size_t skip, struct record *r)
{
	size_t column;

	switch (record_fill(r, line, skip)) {
	case RECORD_NOT_HEX:
		column = skip + 2 * r->n;
		if (digit_value(line->text[column]) >= 0)
			column++;
		return fail_not_hex(c, src, line, column);
	case RECORD_ODD:
		return source_fail(c, src, line->number, "odd number of digits: the record is cut");
	case RECORD_TOO_LONG:
		return source_fail(c, src, line->number, "%zu characters, longer than any record",
				   line->len);
	case RECORD_OK:
		break;
	}
	return SL_OK;
}

enum sl_err record_fail_start(struct ctx *c, const struct source *src, const struct line *line,
			      const char *mark)
{
	uint8_t ch = line->text[0];

	if (ch > ' ' && ch < 0x7f)
		return source_fail(c, src, line->number, "starts with '%c', not with %s", ch, mark);
	return source_fail(c, src, line->number, "starts with code 0x%02x, not with %s", ch, mark);
}

bool record_starts_hex(const struct line *line, size_t skip, size_t n)
{
	if (line->len < skip + n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (digit_value(line->text[skip + i]) < 0)
			return false;
	return true;
}

static bool is_text(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t ch = data[i];

		if ((ch < ' ' && ch != '\t' && ch != '\r' && ch != '\n') || ch == 0x7f)
			return false;
	}
	return true;
}

bool record_text_check(const uint8_t *data, size_t len, const struct record_shape *shape)
{
	size_t window = len < CHECK_WINDOW ? len : CHECK_WINDOW;
	struct lines ls = lines_make(data, window);
	struct line line, next;

	if (!lines_next(&ls, &line))
		return false;
	if (shape->begins(&line))
		return true;
	if (!is_text(data, window))
		return false;
	if (!lines_next(&ls, &next))
		return shape->cut(&line);
	do
		if (shape->complete(&next))
			return true;
	while (lines_next(&ls, &next));
	return false;
}

uint8_t record_sum(const struct record *r, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += r->bytes[i];
	return (uint8_t)sum;
}

enum sl_err record_put(struct buffer *out, const char *prefix, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[2 * RECORD_MAX_BYTES + 1];
	enum sl_err err = buf_append(out, prefix, strlen(prefix));
	size_t len = 0;

	for (size_t i = 0; i < n && i < RECORD_MAX_BYTES; i++) {
		text[len++] = digits[bytes[i] >> 4];
		text[len++] = digits[bytes[i] & 15];
	}
	text[len++] = '\n';
	return err ? err : buf_append(out, text, len);
}
