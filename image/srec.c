/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * srec.c - Motorola S-records S0 to S9.
 *
 * Source: Motorola, M68000 Family Programmer's Reference Manual (M68000PM/AD),
 * appendix C, S-record output format; S6, a 24-bit S5, is a later addition that
 * tools agree on. S4 is reserved and refused. A file without an end record, as srec_cat
 * writes them, is taken when its last record counts the others: nothing is cut off then.
 */
#include <inttypes.h>

#include "base/bytes.h"
#include "image/format.h"
#include "image/image.h"
#include "image/record.h"

enum { SREC_ROW = 16, SREC_MIN = 4 }; /* data bytes we write a line; count, address, checksum */

enum srec_kind { SREC_RESERVED, SREC_HEADER, SREC_DATA, SREC_COUNT, SREC_START };

static const struct srec_type {
	enum srec_kind kind;
	uint8_t addr_len;
} types[10] = {
	[0] = { .kind = SREC_HEADER, .addr_len = 2 },
	[1] = { .kind = SREC_DATA, .addr_len = 2 },
	[2] = { .kind = SREC_DATA, .addr_len = 3 },
	[3] = { .kind = SREC_DATA, .addr_len = 4 },
	[4] = { .kind = SREC_RESERVED, .addr_len = 2 },
	[5] = { .kind = SREC_COUNT, .addr_len = 2 },
	[6] = { .kind = SREC_COUNT, .addr_len = 3 },
	[7] = { .kind = SREC_START, .addr_len = 4 },
	[8] = { .kind = SREC_START, .addr_len = 3 },
	[9] = { .kind = SREC_START, .addr_len = 2 },
};

struct srec_state {
	struct ctx *c;
	const struct source *src;
	struct builder *b;
	uint32_t data_records;
	bool ended;
	bool counted;                   /* the last record was the right count */
};

static bool has_mark(const struct line *line)
{
	return line->len >= 2 && line->text[0] == 'S' && line->text[1] >= '0' &&
	       line->text[1] <= '9';
}

static bool srec_begins(const struct line *line)
{
	return has_mark(line) && record_starts_hex(line, 2, (size_t)2 * SREC_MIN);
}

static bool srec_cut(const struct line *line)
{
	return line->len > 1 + RECORD_CUT_MIN && has_mark(line) && record_starts_hex(line, 2, line->len - 2);
}

static uint8_t right_sum(const struct record *r)
{
	return (uint8_t)(0xff - record_sum(r, r->n - 1));
}

static bool srec_complete(const struct line *line)
{
	struct record r;

	return has_mark(line) && record_fill(&r, line, 2) == RECORD_OK && r.n >= SREC_MIN &&
	       r.n == (size_t)r.bytes[0] + 1 && right_sum(&r) == r.bytes[r.n - 1];
}

static bool srec_check(const uint8_t *data, size_t len)
{
	static const struct record_shape shape = {
		.begins = srec_begins,
		.cut = srec_cut,
		.complete = srec_complete,
	};

	return record_text_check(data, len, &shape);
}

static enum sl_err check_record(struct ctx *c, const struct source *src, const struct record *r)
{
	size_t want = r->n ? (size_t)r->bytes[0] + 1 : SREC_MIN;

	if (r->n < want)
		return source_fail(c, src, r->line, "the record is cut: %zu bytes of %zu", r->n, want);
	if (r->n > want)
		return source_fail(c, src, r->line, "%zu bytes behind the record, whose count is %u",
				   r->n - want, r->bytes[0]);
	if (r->n < 2 || r->bytes[r->n - 1] != right_sum(r))
		return source_fail(c, src, r->line, "checksum is 0x%02x, must be 0x%02x",
				   r->bytes[r->n - 1], right_sum(r));
	return SL_OK;
}

static uint32_t read_addr(struct cursor *in, uint8_t addr_len)
{
	uint32_t addr = 0;

	for (uint8_t i = 0; i < addr_len; i++)
		addr = addr << 8 | cur_u8(in);
	return addr;
}

static enum sl_err take_count(struct srec_state *st, size_t line, uint32_t count)
{
	st->counted = count == st->data_records;
	if (st->counted)
		return SL_OK;
	return source_fail(st->c, st->src, line, "counts %" PRIu32 " data records, but %" PRIu32
			   " came before it", count, st->data_records);
}

static enum sl_err take_start(struct srec_state *st, size_t line, uint32_t addr)
{
	st->ended = true;
	/* Start address 0 is how a file without one ends. */
	if (addr != 0)
		builder_entry(st->c, st->b, st->src, line, addr);
	return SL_OK;
}

/* What the record means, its length and sum being right. */
static enum sl_err take_record(struct srec_state *st, const struct record *r, unsigned digit)
{
	const struct srec_type *type = &types[digit];
	struct cursor in = cur_make(r->bytes, r->n - 1);
	struct span data;

	cur_skip(&in, 1);
	data.addr = read_addr(&in, type->addr_len);
	if (in.over)
		return source_fail(st->c, st->src, r->line, "S%u with count %u has no room for its "
				   "address", digit, r->bytes[0]);
	data.len = cur_left(&in);
	data.data = cur_view(&in, data.len);
	if (data.len > 0 && (type->kind == SREC_COUNT || type->kind == SREC_START))
		return source_fail(st->c, st->src, r->line, "S%u carries %zu data bytes, must have none",
				   digit, data.len);
	switch (type->kind) {
	case SREC_HEADER:
		return SL_OK;
	case SREC_DATA:
		st->data_records++;
		st->counted = false;
		return builder_add(st->c, st->b, st->src, r->line, &data);
	case SREC_COUNT:
		return take_count(st, r->line, data.addr);
	case SREC_START:
		return take_start(st, r->line, data.addr);
	case SREC_RESERVED:
		break;
	}
	return source_fail(st->c, st->src, r->line, "S%u is reserved and has no meaning", digit);
}

static enum sl_err take_line(struct srec_state *st, const struct line *line)
{
	struct record r;
	enum sl_err err;

	if (st->ended)
		return source_fail(st->c, st->src, line->number, "more text after the end record");
	if (!has_mark(line))
		return record_fail_start(st->c, st->src, line, "S0 to S9");
	err = record_read(st->c, st->src, line, 2, &r);
	if (!err)
		err = check_record(st->c, st->src, &r);
	if (!err)
		err = take_record(st, &r, (unsigned)line->text[1] - '0');
	return err;
}

static enum sl_err srec_load(struct ctx *c, const struct source *src, struct builder *b)
{
	struct srec_state st = { .c = c, .src = src, .b = b };
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
	if (!st.ended && !st.counted)
		return source_fail(c, src, ls.number, "the file ends without an S7, S8 or S9 record");
	return SL_OK;
}

static enum sl_err put_record(struct buffer *out, unsigned digit, uint32_t addr,
			      const struct span *data)
{
	const uint8_t addr_len = types[digit].addr_len;
	const char prefix[] = { 'S', (char)('0' + digit), '\0' };
	struct record r = { .n = 1 };

	for (unsigned shift = 8u * addr_len; shift > 0; shift -= 8)
		r.bytes[r.n++] = (uint8_t)(addr >> (shift - 8));
	for (size_t i = 0; i < data->len; i++)
		r.bytes[r.n++] = data->data[i];
	r.bytes[0] = (uint8_t)r.n; /* what follows: address, data, checksum */
	r.n++;
	r.bytes[r.n - 1] = right_sum(&r);
	return record_put(out, prefix, r.bytes, r.n);
}

/* Writes one span in rows that end at multiples of SREC_ROW. */
static enum sl_err put_span(struct buffer *out, unsigned digit, const struct span *s,
			    uint32_t *rows)
{
	size_t off = 0;

	while (off < s->len) {
		uint32_t addr = s->addr + (uint32_t)off;
		struct span row = { .len = SREC_ROW - addr % SREC_ROW, .data = s->data + off };
		enum sl_err err;

		if (row.len > s->len - off)
			row.len = s->len - off;
		err = put_record(out, digit, addr, &row);
		if (err)
			return err;
		(*rows)++;
		off += row.len;
	}
	return SL_OK;
}

static enum sl_err srec_write(struct ctx *c, const struct span *spans, size_t n,
			      struct buffer *out)
{
	static const struct span header = { .len = 3, .data = (const uint8_t *)"HDR" };
	static const struct span none = { .len = 0 };
	uint64_t end = (uint64_t)spans[n - 1].addr + spans[n - 1].len;
	unsigned digit = end <= 0x10000 ? 1 : end <= 0x1000000 ? 2 : 3;
	uint32_t rows = 0;
	enum sl_err err = put_record(out, 0, 0, &header);

	(void)c;
	for (size_t i = 0; !err && i < n; i++)
		err = put_span(out, digit, &spans[i], &rows);
	if (!err && rows <= 0xffffff)
		err = put_record(out, rows <= 0xffff ? 5 : 6, rows, &none);
	return err ? err : put_record(out, 10 - digit, 0, &none);
}

static const char *const extensions[] = { "s19", "s28", "s37", "srec", "mot", NULL };

const struct image_format image_srec = {
	.name = "srec",
	.title = "S-record",
	.extensions = extensions,
	.unit = SOURCE_LINE,
	.check = srec_check,
	.load = srec_load,
	.write = srec_write,
};
