/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * look.c - what flash holds now, beside what it must hold, with as little traffic as can be.
 *
 * First the chip's sums over whole sectors, which are enough for most. What differs is looked at
 * piece by piece only where that can save an erase that takes long, or where bytes must be kept.
 * Without sums everything is read.
 */
#include <stdlib.h>
#include <string.h>

#include "flash/crc.h"
#include "flash/plan.h"

enum {
	LOOK_LEAST = 16384,             /* bytes: an erase of such a sector takes a quarter of a second */
	PEEK_BYTES = 64
};

#define NO_BAD UINT32_MAX

static uint8_t *want_of(const struct planner *k, const struct plan_sector *ps)
{
	return k->p->want + ps->off;
}

static bool whole(const struct plan_sector *ps)
{
	return ps->asked == ps->s->bytes;
}

static enum sl_err refuse_write(struct ctx *c, uint32_t bad)
{
	enum sl_err err = ctx_fail_addr(c, SL_FLASH, "flash", bad,
					"flash at 0x%08x is not blank and would have to be erased first",
					bad);

	ctx_hint(c, "use program=, which erases what it must; nothing was changed");
	return ctx_cause(c, err, CAUSE_NOT_BLANK);
}

static void want_erase(struct planner *k, struct plan_sector *ps)
{
	ps->erase = ps->differs = ps->fresh = true;
	memcpy(k->p->put + ps->off, want_of(k, ps), ps->s->bytes);
}

/* ---- a sector piece by piece ---- */

static uint32_t piece_bytes(const struct plan_sector *ps)
{
	return ps->s->bytes < PLAN_PIECE ? ps->s->bytes : PLAN_PIECE;
}

static uint32_t asked_in(const struct planner *k, uint32_t addr, uint32_t len)
{
	uint32_t sum = k->req->all ? len : 0, from;

	for (size_t i = 0; i < k->req->n && !k->req->all; i++)
		sum += plan_overlap(addr, len, &k->req->spans[i], &from);
	return sum;
}

/* What the chip's sums tell of the pieces. */
static enum sl_err sum_pieces(struct planner *k, struct ctx *c, const struct plan_sector *ps)
{
	uint32_t bytes = piece_bytes(ps), n = ps->s->bytes / bytes;
	struct engine_pieces pieces = { ps->s->addr, bytes / 4, n, NULL };
	uint32_t blank = crc_fill(k->f->chip->erased, bytes);
	uint32_t *sum = malloc(n * sizeof(*sum));
	enum sl_err err = sum ? engine_crc(k->f, c, &pieces, sum)
			      : ctx_fail(c, SL_NOMEM, "flash", "no memory for %u sums", n);

	for (uint32_t i = 0; !err && i < n; i++) {
		k->piece[i].blank = sum[i] == blank;
		k->piece[i].same = asked_in(k, ps->s->addr + i * bytes, bytes) == bytes &&
				   sum[i] == crc_words(want_of(k, ps) + i * bytes, bytes);
	}
	free(sum);
	return err;
}

/* Bytes of the piece that nobody asked for are to stay as they are. */
static void keep_rest(struct planner *k, const struct plan_sector *ps, uint32_t at, uint32_t len)
{
	uint8_t *want = want_of(k, ps);

	if (whole(ps))
		return;
	memcpy(want + at, k->cur + at, len);
	for (size_t i = 0; i < k->req->n; i++) {
		const struct span *sp = &k->req->spans[i];
		uint32_t from = 0, n = plan_overlap(ps->s->addr + at, len, sp, &from);

		if (n)
			memcpy(want + (from - ps->s->addr), sp->data + (from - sp->addr), n);
	}
}

/* Know what the piece holds. */
static enum sl_err learn(struct planner *k, struct ctx *c, const struct plan_sector *ps, uint32_t i)
{
	uint32_t len = piece_bytes(ps), at = i * len;
	enum sl_err err = SL_OK;

	if (k->piece[i].have)
		return SL_OK;
	k->piece[i].have = true;
	if (k->piece[i].same)
		memcpy(k->cur + at, want_of(k, ps) + at, len);
	else if (k->piece[i].blank)
		memset(k->cur + at, k->f->chip->erased, len);
	else
		err = target_read_mem(k->f->t, c, ps->s->addr + at, k->cur + at, len);
	if (!err)
		keep_rest(k, ps, at, len);
	return err;
}

/* Compare a piece, unit by unit. put gets what is to be written. */
static void compare(struct planner *k, struct plan_sector *ps, uint32_t i)
{
	const struct flash *f = k->f;
	uint32_t len = piece_bytes(ps);
	uint8_t *put = k->p->put + ps->off;
	const uint8_t *want = want_of(k, ps);

	for (uint32_t at = i * len; at < (i + 1) * len; at += f->unit) {
		bool blank = bytes_blank(f, k->cur + at, f->unit);

		ps->fresh = ps->fresh && blank;
		if (memcmp(want + at, k->cur + at, f->unit) == 0)
			continue;
		memcpy(put + at, want + at, f->unit);
		ps->differs = true;
		if (!blank && k->bad == NO_BAD)
			k->bad = ps->s->addr + at;
	}
}

/* The first bytes often tell that the sector must be erased, and no sums are needed. */
static enum sl_err peek(struct planner *k, struct ctx *c, const struct plan_sector *ps)
{
	uint8_t is[PEEK_BYTES];
	const uint8_t *want = want_of(k, ps);
	enum sl_err err = target_read_mem(k->f->t, c, ps->s->addr, is, sizeof(is));

	k->bad = NO_BAD;
	for (uint32_t at = 0; !err && at < sizeof(is) && k->bad == NO_BAD; at += k->f->unit)
		if (memcmp(want + at, is + at, k->f->unit) != 0 && !bytes_blank(k->f, is + at, k->f->unit))
			k->bad = ps->s->addr + at;
	return err;
}

/* Must the sector be erased? Looks until that is known. */
static enum sl_err look_closely(struct planner *k, struct ctx *c, struct plan_sector *ps)
{
	uint32_t bytes = piece_bytes(ps), n = ps->s->bytes / bytes;
	enum sl_err err = SL_OK;

	k->bad = NO_BAD;
	ps->fresh = true;
	for (uint32_t i = 0; !err && i < n && k->bad == NO_BAD; i++) {
		uint32_t asked = asked_in(k, ps->s->addr + i * bytes, bytes);

		ps->fresh = ps->fresh && (asked || k->piece[i].blank);
		if (!asked)
			continue;
		err = ctx_interrupted(c);
		if (!err)
			err = learn(k, c, ps, i);
		if (!err)
			compare(k, ps, i);
	}
	return err;
}

/* A sector of which nothing or not enough is known yet. */
static enum sl_err decide(struct planner *k, struct ctx *c, struct plan_sector *ps)
{
	uint32_t bytes = piece_bytes(ps), n = ps->s->bytes / bytes;
	bool must = k->req->mode == PLAN_ERASE;
	enum sl_err err = SL_OK;

	memset(k->piece, 0, n * sizeof(*k->piece));
	k->bad = NO_BAD;
	if (k->sums && ps->s->bytes > PLAN_PIECE && !must && whole(ps))
		err = peek(k, c, ps);
	must = must || k->bad != NO_BAD;
	if (!err && k->sums && ps->s->bytes > PLAN_PIECE && !(must && whole(ps)))
		err = sum_pieces(k, c, ps);
	if (!err && !must)
		err = look_closely(k, c, ps);
	must = must || k->bad != NO_BAD;
	if (err || !(must || ps->differs))
		return err;
	if (must && k->req->mode == PLAN_WRITE)
		return refuse_write(c, k->bad);
	/* All of it must be known: to be kept, and to be proved. */
	for (uint32_t i = 0; !err && i < n && !whole(ps); i++)
		err = learn(k, c, ps, i);
	if (!err && must)
		want_erase(k, ps);
	return err;
}

/* ---- whole sectors by their sums ---- */

static size_t run_of_whole(const struct plan *p, size_t i)
{
	size_t n = 1;

	while (i + n < p->n && whole(&p->sec[i + n]) && p->sec[i + n].s->bytes == p->sec[i].s->bytes &&
	       p->sec[i + n].s->addr == p->sec[i].s->addr + n * p->sec[i].s->bytes)
		n++;
	return n;
}

/* One sector whose sum is known. *closer: that is not enough. */
static void judge(struct planner *k, struct plan_sector *ps, uint32_t sum, uint32_t blank, bool *closer)
{
	*closer = false;
	if (sum == crc_words(want_of(k, ps), ps->s->bytes))
		return;
	if (sum == blank) {
		ps->differs = ps->fresh = true;
		memcpy(k->p->put + ps->off, want_of(k, ps), ps->s->bytes);
	} else if (k->req->mode == PLAN_WRITE || ps->s->bytes >= LOOK_LEAST) {
		*closer = true;
	} else {
		want_erase(k, ps);
	}
}

static enum sl_err look_by_sums(struct planner *k, struct ctx *c, size_t first, size_t n)
{
	struct plan_sector *ps = &k->p->sec[first];
	struct engine_pieces pieces = { ps->s->addr, ps->s->bytes / 4, n, k->req->meanwhile };
	uint32_t blank = crc_fill(k->f->chip->erased, ps->s->bytes);
	uint32_t *sum = malloc(n * sizeof(*sum));
	enum sl_err err = sum ? engine_crc(k->f, c, &pieces, sum)
			      : ctx_fail(c, SL_NOMEM, "flash", "no memory for %zu sums", n);

	for (size_t i = 0; !err && i < n; i++) {
		bool closer;

		judge(k, &ps[i], sum[i], blank, &closer);
		if (closer)
			err = decide(k, c, &ps[i]);
	}
	free(sum);
	return err;
}

/* The one span that asks for a part of the sector, and that part; false: there are several. */
static bool one_part(const struct planner *k, const struct plan_sector *ps, struct span *part)
{
	for (size_t i = 0; i < k->req->n; i++) {
		uint32_t from = 0, len = plan_overlap(ps->s->addr, ps->s->bytes, &k->req->spans[i], &from);

		if (len == ps->asked) {
			*part = (struct span){ from, len, want_of(k, ps) + (from - ps->s->addr) };
			return true;
		}
	}
	return false;
}

/* Is a part of a sector as wanted already? Where asking costs more than reading, *same is false. */
static enum sl_err part_is_same(struct planner *k, struct ctx *c, const struct plan_sector *ps,
				bool *same)
{
	struct span part;
	uint8_t tail[4];
	uint32_t sum = 0;
	size_t words, odd;
	enum sl_err err;

	*same = false;
	if (!one_part(k, ps, &part) || part.addr % 4 || part.len < PLAN_PIECE)
		return SL_OK;
	words = part.len / 4;
	odd = part.len % 4;
	err = engine_crc(k->f, c, &(struct engine_pieces){ part.addr, (uint32_t)words, 1, NULL }, &sum);
	if (err || sum != crc_words(part.data, words * 4))
		return err;
	if (odd)
		err = target_read_mem(k->f->t, c, part.addr + (uint32_t)words * 4, tail, odd);
	*same = !err && memcmp(tail, part.data + words * 4, odd) == 0;
	return err;
}

enum sl_err look_at_all(struct planner *k, struct ctx *c)
{
	bool sums = k->sums && k->req->mode != PLAN_ERASE;
	enum sl_err err = SL_OK;

	for (size_t i = 0; !err && i < k->p->n;) {
		struct plan_sector *ps = &k->p->sec[i];
		bool same = false;
		size_t n = 1;

		err = ctx_interrupted(c);
		if (!err && sums && whole(ps)) {
			n = run_of_whole(k->p, i);
			err = look_by_sums(k, c, i, n);
		} else if (!err) {
			if (sums)
				err = part_is_same(k, c, ps, &same);
			if (!err && !same)
				err = decide(k, c, ps);
		}
		i += n;
	}
	return err;
}
