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

/* The part of the span that lies in the sector; 0 bytes: none. */
static uint32_t overlap(const struct flash_sector *s, const struct span *sp, uint32_t *from)
{
	uint64_t start = sp->addr > s->addr ? sp->addr : s->addr;
	uint64_t end_sp = (uint64_t)sp->addr + sp->len, end_s = (uint64_t)s->addr + s->bytes;
	uint64_t end = end_sp < end_s ? end_sp : end_s;

	*from = (uint32_t)start;
	return end > start ? (uint32_t)(end - start) : 0;
}

static uint32_t asked_bytes(const struct flash_sector *s, const struct span *spans, size_t n)
{
	uint32_t sum = 0, from;

	for (size_t i = 0; i < n; i++)
		sum += overlap(s, &spans[i], &from);
	return sum;
}

static void overlay(struct plan *p, const struct plan_sector *ps, const struct span *spans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t from = 0, len = overlap(ps->s, &spans[i], &from);

		if (len)
			memcpy(p->want + ps->off + (from - ps->s->addr),
			       spans[i].data + (from - spans[i].addr), len);
	}
}

static enum sl_err allocate(struct flash *f, struct ctx *c, const struct span *spans, size_t n,
			    struct plan *p)
{
	p->sec = calloc(f->n_sectors, sizeof(*p->sec));
	if (!p->sec)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for a plan");
	for (size_t i = 0; i < f->n_sectors; i++) {
		uint32_t asked = asked_bytes(&f->sectors[i], spans, n);

		if (!asked)
			continue;
		p->sec[p->n++] = (struct plan_sector){
			.s = &f->sectors[i], .off = p->bytes, .asked = asked,
		};
		p->bytes += f->sectors[i].bytes;
	}
	p->want = malloc(p->bytes + 1);
	p->put = malloc(p->bytes + 1);
	if (!p->want || !p->put)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for %zu bytes of flash", p->bytes);
	memset(p->want, f->chip->erased, p->bytes);
	return SL_OK;
}

/* Compare cur, the sector's content from byte from on, with what is wanted, unit by unit. put
 * becomes blank where nothing is to be written. *bad: first unit that differs but is not blank. */
static void compare(const struct flash *f, struct plan *p, struct plan_sector *ps,
		    const uint8_t *cur, uint32_t from, uint32_t len, uint32_t *bad)
{
	for (uint32_t i = 0; i < len; i += f->unit) {
		const uint8_t *want = p->want + ps->off + from + i;

		if (memcmp(want, cur + i, f->unit) == 0) {
			memset(p->put + ps->off + from + i, f->chip->erased, f->unit);
			ps->fresh = ps->fresh && bytes_blank(f, cur + i, f->unit);
			continue;
		}
		ps->differs = true;
		if (bytes_blank(f, cur + i, f->unit))
			continue;
		ps->fresh = false;
		if (*bad == UINT32_MAX)
			*bad = ps->s->addr + from + i;
	}
}

static enum sl_err refuse_write(struct ctx *c, uint32_t bad)
{
	enum sl_err err = ctx_fail_addr(c, SL_FLASH, "flash", bad,
					"flash at 0x%08x is not blank and cannot become what the image wants without erasing",
					bad);

	ctx_hint(c, "use program=, which erases what it must; nothing was changed");
	return err;
}

static void want_erase(struct plan *p, struct plan_sector *ps)
{
	ps->erase = ps->differs = ps->fresh = true;
	memcpy(p->put + ps->off, p->want + ps->off, ps->s->bytes);
}

/* Read the sector (all of it where bytes must be kept) and decide. cur has room for it. */
static enum sl_err look_at(struct flash *f, struct ctx *c, struct plan *p, struct plan_sector *ps,
			   enum plan_mode mode, uint8_t *cur)
{
	uint32_t bytes = ps->s->bytes, from = 0, bad = UINT32_MAX;
	bool whole = ps->asked == bytes;
	enum sl_err err = SL_OK;

	ps->fresh = true;
	while (!err && from < bytes && (bad == UINT32_MAX || mode == PLAN_WRITE)) {
		uint32_t len = from == 0 && bytes > FIRST_LOOK_BYTES ? FIRST_LOOK_BYTES : bytes - from;

		if (whole)              /* else decide() has read it */
			err = target_read_mem(f->t, c, ps->s->addr + from, cur + from, len);
		if (!err)
			compare(f, p, ps, cur + from, from, len, &bad);
		from += len;
	}
	if (!err && bad != UINT32_MAX && mode == PLAN_WRITE)
		return refuse_write(c, bad);
	if (!err && bad != UINT32_MAX)
		want_erase(p, ps);
	return err;
}

static enum sl_err decide(struct flash *f, struct ctx *c, struct plan *p, struct plan_sector *ps,
			  const struct span *spans, size_t n, enum plan_mode mode, uint8_t *cur)
{
	uint32_t bytes = ps->s->bytes;
	enum sl_err err;

	if (ps->asked != bytes) {
		err = target_read_mem(f->t, c, ps->s->addr, cur, bytes);
		if (err)
			return err;
		memcpy(p->want + ps->off, cur, bytes);
	}
	overlay(p, ps, spans, n);
	memcpy(p->put + ps->off, p->want + ps->off, bytes);
	if (mode == PLAN_ERASE) {
		want_erase(p, ps);
		return SL_OK;
	}
	return look_at(f, c, p, ps, mode, cur);
}

static enum sl_err refuse_guarded(struct flash *f, struct ctx *c, const struct plan *p)
{
	enum sl_err err = f->ops->read_guards(f, c);

	for (size_t i = 0; !err && i < p->n; i++) {
		const struct flash_sector *s = p->sec[i].s;

		if (!p->sec[i].differs || !f->ops->guarded(f, s))
			continue;
		err = ctx_fail_addr(c, SL_FLASH, "flash", s->addr,
				    "flash at 0x%08x (sector %u, %u bytes) is write-protected by option bytes",
				    s->addr, (unsigned)s->index, s->bytes);
		ctx_hint(c, "nothing was changed; write protection must be taken off in the option bytes first");
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

enum sl_err plan_make(struct flash *f, struct ctx *c, const struct span *spans, size_t n,
		      enum plan_mode mode, struct plan *p)
{
	uint8_t *cur = NULL;
	uint32_t biggest = 1;
	enum sl_err err;

	*p = (struct plan){ 0 };
	err = flash_check(f, c, spans, n);
	if (!err)
		err = allocate(f, c, spans, n, p);
	if (err)
		return err;
	for (size_t i = 0; i < p->n; i++)
		biggest = p->sec[i].s->bytes > biggest ? p->sec[i].s->bytes : biggest;
	cur = malloc(biggest);
	if (!cur)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for %u bytes of flash", biggest);
	for (size_t i = 0; !err && i < p->n; i++) {
		err = ctx_interrupted(c);
		if (!err)
			err = decide(f, c, p, &p->sec[i], spans, n, mode, cur);
	}
	free(cur);
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
