/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ihex.c - Intel HEX, all record types.
 *
 * Source: Intel, Hexadecimal Object File Format Specification, revision A, 1988:
 * data 00, end of file 01, extended segment address 02, start segment address 03,
 * extended linear address 04, start linear address 05.
 * Stricter than the specification where tools disagree: a data record that passes
 * the end of its 64 KiB segment after an 02 record is refused.
 */
#include <inttypes.h>

#include "base/bytes.h"
#include "image/format.h"
#include "image/image.h"
#include "image/record.h"

enum {
	IHEX_DATA = 0,
	IHEX_EOF = 1,
	IHEX_SEGMENT = 2,
	IHEX_START_SEGMENT = 3,
	IHEX_LINEAR = 4,
	IHEX_START_LINEAR = 5,
};

enum { IHEX_OVERHEAD = 5, IHEX_ROW = 16 }; /* bytes beside the data; data bytes we write a line */

struct ihex_state {
	struct ctx *c;
	const struct source *src;
	struct builder *b;
	uint32_t base;
	bool segmented;         /* base is from an 02 record */
	bool ended;
};

/* One record, taken apart; data is inside the struct record. */
struct ihex_record {
	size_t line;
	uint8_t type;
	uint16_t addr;
	uint8_t count;
	const uint8_t *data;
};

static bool ihex_begins(const struct line *line)
{
	return line->text[0] == ':' && record_starts_hex(line, 1, (size_t)2 * IHEX_OVERHEAD);
}

static bool ihex_cut(const struct line *line)
{
	return line->len > RECORD_CUT_MIN && line->text[0] == ':' &&
	       record_starts_hex(line, 1, line->len - 1);
}

static bool ihex_complete(const struct line *line)
{
	struct record r;

	return line->text[0] == ':' && record_fill(&r, line, 1) == RECORD_OK &&
	       r.n >= IHEX_OVERHEAD && r.n == (size_t)r.bytes[0] + IHEX_OVERHEAD &&
	       record_sum(&r, r.n) == 0;
}

static bool ihex_check(const uint8_t *data, size_t len)
{
	static const struct record_shape shape = {
		.begins = ihex_begins,
		.cut = ihex_cut,
		.complete = ihex_complete,
	};

	return record_text_check(data, len, &shape);
}

/* Checks length and sum of a decoded record, and takes it apart. */
static enum sl_err split_record(struct ctx *c, const struct source *src, const struct record *r,
				struct ihex_record *out)
{
	struct cursor in = cur_make(r->bytes, r->n);
	uint8_t sum;

	out->line = r->line;
	out->count = cur_u8(&in);
	out->addr = cur_be16(&in);
	out->type = cur_u8(&in);
	out->data = cur_view(&in, out->count);
	(void)cur_u8(&in);
	if (in.over)
		return source_fail(c, src, r->line, "the record is cut: %zu bytes of %u", r->n,
				   out->count + IHEX_OVERHEAD);
	if (cur_left(&in) > 0)
		return source_fail(c, src, r->line, "%zu bytes behind the record, which says it has "
				   "%u data bytes", cur_left(&in), out->count);
	sum = (uint8_t)(0x100 - record_sum(r, r->n - 1));
	if (sum != r->bytes[r->n - 1])
		return source_fail(c, src, r->line, "checksum is 0x%02x, must be 0x%02x",
				   r->bytes[r->n - 1], sum);
	return SL_OK;
}

static enum sl_err take_data(struct ihex_state *st, const struct ihex_record *r)
{
	const struct span add = { .addr = st->base + r->addr, .len = r->count, .data = r->data };

	if (st->segmented && (uint32_t)r->addr + r->count > 0x10000u)
		return source_fail(st->c, st->src, r->line, "%u bytes at offset 0x%04x pass the end "
				   "of their 64 KiB segment", r->count, r->addr);
	return builder_add(st->c, st->b, st->src, r->line, &add);
}

static enum sl_err take_eof(struct ihex_state *st, const struct ihex_record *r)
{
	(void)r;
	st->ended = true;
	return SL_OK;
}

static enum sl_err take_segment(struct ihex_state *st, const struct ihex_record *r)
{
	st->base = (uint32_t)get_be16(r->data) << 4;
	st->segmented = true;
	return SL_OK;
}

static enum sl_err take_linear(struct ihex_state *st, const struct ihex_record *r)
{
	st->base = (uint32_t)get_be16(r->data) << 16;
	st->segmented = false;
	return SL_OK;
}

static enum sl_err take_start_segment(struct ihex_state *st, const struct ihex_record *r)
{
	uint32_t addr = ((uint32_t)get_be16(r->data) << 4) + get_be16(r->data + 2);

	builder_entry(st->c, st->b, st->src, r->line, addr);
	return SL_OK;
}

static enum sl_err take_start_linear(struct ihex_state *st, const struct ihex_record *r)
{
	builder_entry(st->c, st->b, st->src, r->line, get_be32(r->data));
	return SL_OK;
}

enum { ANY_COUNT = -1 };

static const struct {
	int count;              /* data bytes that the type must have */
	enum sl_err (*take)(struct ihex_state *st, const struct ihex_record *r);
} types[] = {
	[IHEX_DATA] = { .count = ANY_COUNT, .take = take_data },
	[IHEX_EOF] = { .count = 0, .take = take_eof },
	[IHEX_SEGMENT] = { .count = 2, .take = take_segment },
	[IHEX_START_SEGMENT] = { .count = 4, .take = take_start_segment },
	[IHEX_LINEAR] = { .count = 2, .take = take_linear },
	[IHEX_START_LINEAR] = { .count = 4, .take = take_start_linear },
};

static enum sl_err take_line(struct ihex_state *st, const struct line *line)
{
	struct ihex_record rec;
	struct record r;
	enum sl_err err;

	if (st->ended)
		return source_fail(st->c, st->src, line->number, "more text after the end-of-file record");
	if (line->text[0] != ':')
		return record_fail_start(st->c, st->src, line, "':'");
	err = record_read(st->c, st->src, line, 1, &r);
	if (!err)
		err = split_record(st->c, st->src, &r, &rec);
	if (err)
		return err;
	if (rec.type >= ARRAY_LEN(types))
		return source_fail(st->c, st->src, line->number, "unknown record type 0x%02x", rec.type);
	if (types[rec.type].count != ANY_COUNT && types[rec.type].count != rec.count)
		return source_fail(st->c, st->src, line->number, "record type %02x has %u data bytes, "
				   "must have %d", rec.type, rec.count, types[rec.type].count);
	return types[rec.type].take(st, &rec);
}

static enum sl_err ihex_load(struct ctx *c, const struct source *src, struct builder *b)
{
	struct ihex_state st = { .c = c, .src = src, .b = b };
	struct lines ls = lines_make(src->data, src->len);
	struct line line;

	while (lines_next(&ls, &line)) {
		enum sl_err err;

		if (ls.records > IMAGE_MAX_RECORDS)
			return source_fail(c, src, line.number, "more than %d records",
					   IMAGE_MAX_RECORDS);
		err = take_line(&st, &line);
		if (err)
			return err;
	}
	if (!st.ended)
		return source_fail(c, src, ls.number, "the file ends without an end-of-file record");
	return SL_OK;
}

static enum sl_err put_record(struct buffer *out, uint8_t type, uint16_t addr, const uint8_t *data,
			      uint8_t count)
{
	struct record r = { .n = 0 };

	r.bytes[r.n++] = count;
	put_be16(&r.bytes[r.n], addr);
	r.n += 2;
	r.bytes[r.n++] = type;
	for (uint8_t i = 0; i < count; i++)
		r.bytes[r.n++] = data[i];
	r.bytes[r.n] = (uint8_t)(0x100 - record_sum(&r, r.n));
	return record_put(out, ":", r.bytes, r.n + 1);
}

/* Writes one span in rows that end at multiples of IHEX_ROW, so none crosses 64 KiB. */
static enum sl_err put_span(struct buffer *out, const struct span *s, uint32_t *high)
{
	size_t off = 0;

	while (off < s->len) {
		uint32_t addr = s->addr + (uint32_t)off;
		uint8_t count = (uint8_t)(IHEX_ROW - addr % IHEX_ROW);
		enum sl_err err = SL_OK;

		if (count > s->len - off)
			count = (uint8_t)(s->len - off);
		if (addr >> 16 != *high) {
			uint8_t upper[2];

			*high = addr >> 16;
			put_be16(upper, (uint16_t)*high);
			err = put_record(out, IHEX_LINEAR, 0, upper, sizeof(upper));
		}
		if (!err)
			err = put_record(out, IHEX_DATA, (uint16_t)addr, s->data + off, count);
		if (err)
			return err;
		off += count;
	}
	return SL_OK;
}

static enum sl_err ihex_write(struct ctx *c, const struct span *spans, size_t n,
			      struct buffer *out)
{
	uint32_t high = 0;

	(void)c;
	for (size_t i = 0; i < n; i++) {
		enum sl_err err = put_span(out, &spans[i], &high);

		if (err)
			return err;
	}
	return put_record(out, IHEX_EOF, 0, NULL, 0);
}

static const char *const extensions[] = { "hex", "ihex", "ihx", NULL };

const struct image_format image_ihex = {
	.name = "ihex",
	.title = "Intel HEX",
	.extensions = extensions,
	.unit = SOURCE_LINE,
	.check = ihex_check,
	.load = ihex_load,
	.write = ihex_write,
};
