/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * builder.c - pieces in any order become ascending spans.
 */
#include "image/builder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"

enum { FIRST_PIECES = 64 };

void builder_init(struct builder *b)
{
	memset(b, 0, sizeof(*b));
	buf_init(&b->bytes, IMAGE_MAX_BYTES);
}

void builder_free(struct builder *b)
{
	buf_free(&b->bytes);
	free(b->pieces);
	builder_init(b);
}

static bool grow_pieces(struct builder *b)
{
	size_t cap = b->cap ? b->cap * 2 : FIRST_PIECES;
	struct piece *grown;

	if (b->n_pieces < b->cap)
		return true;
	grown = realloc(b->pieces, cap * sizeof(*grown));
	if (!grown)
		return false;
	b->pieces = grown;
	b->cap = cap;
	return true;
}

enum sl_err builder_add(struct ctx *c, struct builder *b, const struct source *src, size_t at,
			const struct span *add)
{
	size_t off = b->bytes.len;
	struct piece *p;

	if (add->len == 0)
		return SL_OK;
	if (add->len > IMAGE_MAX_BYTES - off)
		return source_fail(c, src, at, "the image holds more than %d bytes", IMAGE_MAX_BYTES);
	if (add->len > UINT64_C(0x100000000) - add->addr)
		return source_fail(c, src, at, "%zu bytes at 0x%08" PRIx32 " pass the end of the 32-bit "
				   "address space", add->len, add->addr);
	if (!grow_pieces(b) || buf_append(&b->bytes, add->data, add->len))
		return source_fail_nomem(c, src);
	p = &b->pieces[b->n_pieces++];
	p->addr = add->addr;
	p->len = (uint32_t)add->len;
	p->off = off;
	p->at = at;
	return SL_OK;
}

void builder_entry(struct ctx *c, struct builder *b, const struct source *src, size_t at,
		   uint32_t addr)
{
	if (b->entry_disputed || (b->has_entry && b->entry == addr))
		return;
	if (b->has_entry) {
		ctx_log(c, LOG_WARN, "%s, %s %zu: start address 0x%08" PRIx32 " after 0x%08" PRIx32
			": neither is used", src->name, src->unit == SOURCE_LINE ? "line" : "offset",
			at, addr, b->entry);
		b->entry_disputed = true;
		b->has_entry = false;
		return;
	}
	b->has_entry = true;
	b->entry = addr;
}

static int compare_pieces(const void *left, const void *right)
{
	const struct piece *l = left;
	const struct piece *r = right;

	if (l->addr != r->addr)
		return l->addr < r->addr ? -1 : 1;
	return l->off < r->off ? -1 : l->off > r->off;
}

static uint64_t piece_end(const struct piece *p)
{
	return (uint64_t)p->addr + p->len;
}

/* Puts the pieces in order; false when they were. */
static bool sort_pieces(struct builder *b)
{
	size_t i = 1;

	while (i < b->n_pieces && b->pieces[i - 1].addr < b->pieces[i].addr)
		i++;
	if (i >= b->n_pieces)
		return false;
	qsort(b->pieces, b->n_pieces, sizeof(*b->pieces), compare_pieces);
	return true;
}

static enum sl_err fail_overlap(struct ctx *c, const struct source *src, const struct piece *l,
				const struct piece *r)
{
	const struct piece *first = l->off < r->off ? l : r;
	const struct piece *second = first == l ? r : l;
	uint32_t addr = r->addr; /* sorted: the first byte that both give */

	if (src->unit == SOURCE_LINE)
		(void)source_fail(c, src, second->at, "overlap at 0x%08" PRIx32
				  ", which line %zu gave already", addr, first->at);
	else
		(void)source_fail(c, src, second->at, "overlap at 0x%08" PRIx32
				  ", which offset 0x%zx gave already", addr, first->at);
	c->fault.addr = addr;
	c->fault.has_addr = 1;
	return SL_IMAGE;
}

/* Counts the spans that the sorted pieces make. */
static enum sl_err count_spans(struct ctx *c, const struct builder *b, const struct source *src,
			       size_t *n)
{
	size_t count = 1;

	for (size_t i = 1; i < b->n_pieces; i++) {
		const struct piece *l = &b->pieces[i - 1];
		const struct piece *r = &b->pieces[i];

		if (piece_end(l) > r->addr)
			return fail_overlap(c, src, l, r);
		count += piece_end(l) < r->addr;
	}
	if (count > IMAGE_MAX_SPANS)
		return source_fail_whole(c, src, "has %zu separate parts; at most %d are taken", count,
					 IMAGE_MAX_SPANS);
	*n = count;
	return SL_OK;
}

/* Copies the bytes in the order of the sorted pieces. */
static enum sl_err arrange_bytes(struct builder *b)
{
	struct buffer sorted;
	enum sl_err err;

	buf_init(&sorted, b->bytes.len);
	err = buf_reserve(&sorted, b->bytes.len);
	for (size_t i = 0; !err && i < b->n_pieces; i++)
		err = buf_append(&sorted, b->bytes.data + b->pieces[i].off, b->pieces[i].len);
	if (err) {
		buf_free(&sorted);
		return err;
	}
	buf_free(&b->bytes);
	b->bytes = sorted;
	return SL_OK;
}

static void fill_spans(const struct builder *b, struct span *spans)
{
	size_t off = 0;
	size_t k = 0;

	for (size_t i = 0; i < b->n_pieces; i++) {
		const struct piece *p = &b->pieces[i];

		if (i == 0 || piece_end(p - 1) < p->addr) {
			k += i > 0;
			spans[k].addr = p->addr;
			spans[k].len = 0;
			spans[k].data = b->bytes.data + off;
		}
		spans[k].len += p->len;
		off += p->len;
	}
}

enum sl_err builder_finish(struct ctx *c, struct builder *b, const struct source *src,
			   struct built *out)
{
	struct span *made;
	enum sl_err err;
	size_t count = 0;
	bool moved;

	if (b->n_pieces == 0)
		return source_fail_whole(c, src, "holds no data");
	moved = sort_pieces(b);
	err = count_spans(c, b, src, &count);
	if (err)
		return err;
	if (moved && arrange_bytes(b))
		return source_fail_nomem(c, src);
	made = calloc(count, sizeof(*made));
	if (!made)
		return source_fail_nomem(c, src);
	fill_spans(b, made);
	out->spans = made;
	out->n_spans = count;
	out->bytes = b->bytes;
	buf_init(&b->bytes, IMAGE_MAX_BYTES);
	return SL_OK;
}
