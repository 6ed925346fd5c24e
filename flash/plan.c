/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * plan.c - from spans and what flash holds now to what must be erased and programmed.
 */
#include "flash/plan.h"

#include <stdlib.h>
#include <string.h>

/* The first look at a sector that is replaced whole: enough to see that it is other data. */
enum { FIRST_LOOK_BYTES = 64 };

bool bytes_blank(const struct flash *f, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != f->chip->erased)
			return false;
	return true;
}

/* A plan in the making. */
struct planner {
	struct flash *f;
	const struct plan_request *req;
	struct plan *p;
	uint8_t *cur;                   /* what one sector holds now; room for the biggest */
	uint32_t bad;                   /* first unit that must change and is not blank */
};

#define NO_BAD UINT32_MAX

/* The part of the span that lies in the sector; 0 bytes: none. */
static uint32_t overlap(const struct flash_sector *s, const struct span *sp, uint32_t *from)
{
	uint64_t start = sp->addr > s->addr ? sp->addr : s->addr;
	uint64_t end_sp = (uint64_t)sp->addr + sp->len, end_s = (uint64_t)s->addr + s->bytes;
	uint64_t end = end_sp < end_s ? end_sp : end_s;

	*from = (uint32_t)start;
	return end > start ? (uint32_t)(end - start) : 0;
}

static uint32_t asked_bytes(const struct flash_sector *s, const struct plan_request *req)
{
	uint32_t sum = 0, from;

	for (size_t i = 0; i < req->n; i++)
		sum += overlap(s, &req->spans[i], &from);
	return sum;
}

static void overlay(const struct planner *k, const struct plan_sector *ps)
{
	for (size_t i = 0; i < k->req->n; i++) {
		const struct span *sp = &k->req->spans[i];
		uint32_t from = 0, len = overlap(ps->s, sp, &from);

		if (len)
			memcpy(k->p->want + ps->off + (from - ps->s->addr),
			       sp->data + (from - sp->addr), len);
	}
}

static enum sl_err allocate(struct planner *k, struct ctx *c)
{
	struct flash *f = k->f;
	struct plan *p = k->p;
	uint32_t biggest = 1;

	p->sec = calloc(f->n_sectors, sizeof(*p->sec));
	if (!p->sec)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for a plan");
	for (size_t i = 0; i < f->n_sectors; i++) {
		uint32_t asked = asked_bytes(&f->sectors[i], k->req);

		if (!asked)
			continue;
		biggest = f->sectors[i].bytes > biggest ? f->sectors[i].bytes : biggest;
		p->sec[p->n++] = (struct plan_sector){
			.s = &f->sectors[i], .off = p->bytes, .asked = asked,
		};
		p->bytes += f->sectors[i].bytes;
	}
	p->want = malloc(p->bytes + 1);
	p->put = malloc(p->bytes + 1);
	k->cur = malloc(biggest);
	if (!p->want || !p->put || !k->cur)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for %zu bytes of flash", p->bytes);
	memset(p->want, f->chip->erased, p->bytes);
	return SL_OK;
}

/* Compare len bytes of what the sector holds, from byte from on, with what is wanted, unit by
 * unit. put becomes blank where nothing is to be written. */
static void compare(struct planner *k, struct plan_sector *ps, uint32_t from, uint32_t len)
{
	const struct flash *f = k->f;

	for (uint32_t i = from; i < from + len; i += f->unit) {
		if (memcmp(k->p->want + ps->off + i, k->cur + i, f->unit) == 0) {
			memset(k->p->put + ps->off + i, f->chip->erased, f->unit);
			ps->fresh = ps->fresh && bytes_blank(f, k->cur + i, f->unit);
			continue;
		}
		ps->differs = true;
		if (bytes_blank(f, k->cur + i, f->unit))
			continue;
		ps->fresh = false;
		if (k->bad == NO_BAD)
			k->bad = ps->s->addr + i;
	}
}

static enum sl_err refuse_write(struct ctx *c, uint32_t bad)
{
	enum sl_err err = ctx_fail_addr(c, SL_FLASH, "flash", bad,
					"flash at 0x%08x is not blank and would have to be erased first",
					bad);

	ctx_hint(c, "use program=, which erases what it must; nothing was changed");
	return err;
}

static void want_erase(struct plan *p, struct plan_sector *ps)
{
	ps->erase = ps->differs = ps->fresh = true;
	memcpy(p->put + ps->off, p->want + ps->off, ps->s->bytes);
}

/* Compare a sector; one that is replaced whole is read only as far as it takes to know that
 * it must be erased. */
static enum sl_err look_at(struct planner *k, struct ctx *c, struct plan_sector *ps)
{
	uint32_t bytes = ps->s->bytes, from = 0;
	bool write = k->req->mode == PLAN_WRITE;
	enum sl_err err = SL_OK;

	ps->fresh = true;
	k->bad = NO_BAD;
	while (!err && from < bytes && (k->bad == NO_BAD || write)) {
		bool first = from == 0 && bytes > FIRST_LOOK_BYTES;
		uint32_t len = first ? FIRST_LOOK_BYTES : bytes - from;

		if (ps->asked == bytes)         /* else decide() has read it */
			err = target_read_mem(k->f->t, c, ps->s->addr + from, k->cur + from, len);
		if (!err)
			compare(k, ps, from, len);
		from += len;
	}
	if (err || k->bad == NO_BAD)
		return err;
	if (write)
		return refuse_write(c, k->bad);
	want_erase(k->p, ps);
	return SL_OK;
}

static enum sl_err decide(struct planner *k, struct ctx *c, struct plan_sector *ps)
{
	uint8_t *want = k->p->want + ps->off;
	uint32_t bytes = ps->s->bytes;
	enum sl_err err;

	if (ps->asked != bytes) {
		err = target_read_mem(k->f->t, c, ps->s->addr, k->cur, bytes);
		if (err)
			return err;
		memcpy(want, k->cur, bytes);
	}
	overlay(k, ps);
	memcpy(k->p->put + ps->off, want, bytes);
	if (k->req->mode != PLAN_ERASE)
		return look_at(k, c, ps);
	want_erase(k->p, ps);
	return SL_OK;
}

static enum sl_err refuse_guarded(struct flash *f, struct ctx *c, const struct plan *p)
{
	enum sl_err err = f->ops->read_guards(f, c);

	for (size_t i = 0; !err && i < p->n; i++) {
		const struct flash_sector *s = p->sec[i].s;

		if (!p->sec[i].differs || !f->ops->guarded(f, s))
			continue;
		err = ctx_fail_addr(c, SL_FLASH, "flash", s->addr,
				    "flash at 0x%08x (sector %u, %u bytes) is write-protected", s->addr,
				    (unsigned)s->index, s->bytes);
		ctx_hint(c, "nothing was changed; take write protection off in the option bytes first");
	}
	return err;
}

static void sum_up(struct flash *f, struct plan *p)
{
	bool all = f->ops->erase_all && p->n == f->n_sectors && p->n > 1;

	for (size_t i = 0; i < p->n; i++) {
		p->n_differs += p->sec[i].differs;
		p->n_erase += p->sec[i].erase;
		all = all && p->sec[i].erase && p->sec[i].asked == p->sec[i].s->bytes;
	}
	/* Only when every byte is asked for: nobody's data may hang on the job being finished. */
	p->erase_all = all;
}

enum sl_err plan_make(struct flash *f, struct ctx *c, const struct plan_request *req, struct plan *p)
{
	struct planner k = { .f = f, .req = req, .p = p };
	enum sl_err err;

	*p = (struct plan){ 0 };
	err = flash_check(f, c, req->spans, req->n);
	if (!err)
		err = allocate(&k, c);
	for (size_t i = 0; !err && i < p->n; i++) {
		err = ctx_interrupted(c);
		if (!err)
			err = decide(&k, c, &p->sec[i]);
	}
	free(k.cur);
	if (!err)
		sum_up(f, p);
	if (!err && p->n_differs)
		err = refuse_guarded(f, c, p);
	return err;
}

void plan_free(struct plan *p)
{
	free(p->sec);
	free(p->want);
	free(p->put);
	*p = (struct plan){ 0 };
}
