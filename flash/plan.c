/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * plan.c - from spans to sectors, and from sectors to a plan.
 */
#include "flash/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For the names of write-protected sectors; one run of them takes at most the second. */
enum { NAMES_ROOM = 200, NAME_ROOM = 60 };

bool bytes_blank(const struct flash *f, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != f->chip->erased)
			return false;
	return true;
}

uint32_t plan_overlap(uint32_t addr, uint32_t len, const struct span *sp, uint32_t *from)
{
	uint64_t start = sp->addr > addr ? sp->addr : addr;
	uint64_t end_sp = (uint64_t)sp->addr + sp->len, end_s = (uint64_t)addr + len;
	uint64_t end = end_sp < end_s ? end_sp : end_s;

	*from = (uint32_t)start;
	return end > start ? (uint32_t)(end - start) : 0;
}

static uint32_t asked_bytes(const struct flash_sector *s, const struct plan_request *req)
{
	uint32_t sum = 0, from;

	for (size_t i = 0; i < req->n; i++)
		sum += plan_overlap(s->addr, s->bytes, &req->spans[i], &from);
	return req->all ? s->bytes : sum;
}

static void overlay(const struct planner *k, const struct plan_sector *ps)
{
	for (size_t i = 0; i < k->req->n; i++) {
		const struct span *sp = &k->req->spans[i];
		uint32_t from = 0, len = plan_overlap(ps->s->addr, ps->s->bytes, sp, &from);

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
	k->piece = calloc(biggest / PLAN_PIECE + 1, sizeof(*k->piece));
	if (!p->want || !p->put || !k->cur || !k->piece)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for %zu bytes of flash", p->bytes);
	memset(p->want, f->chip->erased, p->bytes);
	memset(p->put, f->chip->erased, p->bytes);
	for (size_t i = 0; i < p->n; i++)
		overlay(k, &p->sec[i]);
	return SL_OK;
}

static bool in_the_way(const struct flash *f, const struct plan_sector *ps)
{
	return ps->differs && f->ops->guarded(f, ps->s);
}

/* First sector after i that does not continue the run that i begins. */
static size_t guarded_end(const struct flash *f, const struct plan *p, size_t i)
{
	for (i++; i < p->n && in_the_way(f, &p->sec[i]) &&
	     p->sec[i].s->addr == p->sec[i - 1].s->addr + p->sec[i - 1].s->bytes; i++)
		;
	return i;
}

/* "sector 4 (0x08010000 to 0x0801ffff), sectors 6 to 7 (...)", as much of it as fits. */
static void name_guarded(const struct flash *f, const struct plan *p, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0, end; i < p->n; i = end) {
		const struct flash_sector *s = p->sec[i].s, *last;
		int n;

		end = i + 1;
		if (!in_the_way(f, &p->sec[i]))
			continue;
		end = guarded_end(f, p, i);
		last = p->sec[end - 1].s;
		if (size - used < NAME_ROOM)
			n = snprintf(text + used, size - used, " ...");
		else if (s == last)
			n = snprintf(text + used, size - used, "%ssector %u (0x%08x to 0x%08x)",
				     used ? ", " : "", (unsigned)s->index, s->addr, s->addr + s->bytes - 1);
		else
			n = snprintf(text + used, size - used, "%ssectors %u to %u (0x%08x to 0x%08x)",
				     used ? ", " : "", (unsigned)s->index, (unsigned)last->index, s->addr,
				     last->addr + last->bytes - 1);
		if (size - used < NAME_ROOM)
			return;
		used += n > 0 ? (size_t)n : 0;
	}
}

static enum sl_err refuse_guarded(struct flash *f, struct ctx *c, const struct plan *p)
{
	char names[NAMES_ROOM];
	enum sl_err err = f->ops->read_guards(f, c);

	for (size_t i = 0; !err && i < p->n; i++) {
		if (!in_the_way(f, &p->sec[i]))
			continue;
		name_guarded(f, p, names, sizeof(names));
		err = ctx_fail_addr(c, SL_FLASH, "flash", p->sec[i].s->addr, "write-protected: %s", names);
		ctx_hint(c, "nothing was changed; stlink-download wrp=none takes write protection off, "
			 "protection shows it");
		err = ctx_cause(c, err, CAUSE_WRITE_PROTECTED);
	}
	return err;
}

/* The user gave all of flash away: if anything must be erased, it goes at once. */
static void take_all(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct plan_sector *ps = &p->sec[i];

		ps->erase = ps->differs = ps->fresh = true;
		memcpy(p->put + ps->off, p->want + ps->off, ps->s->bytes);
	}
}

static bool any_erase(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->sec[i].erase)
			return true;
	return false;
}

static void sum_up(struct flash *f, struct plan *p, bool given)
{
	bool all = f->ops->erase_all && p->n == f->n_sectors && p->n > 1;

	if (all && given && any_erase(p))
		take_all(p);

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
	struct planner k = {
		.f = f, .req = req, .p = p,
		.sums = f->engine.on && !f->engine.crc_lies && !f->proof_read,
	};
	enum sl_err err;

	*p = (struct plan){ 0 };
	err = allocate(&k, c);
	if (!err)
		err = look_at_all(&k, c);
	free(k.cur);
	free(k.piece);
	if (!err)
		sum_up(f, p, req->all);
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
