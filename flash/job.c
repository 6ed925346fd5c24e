/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * job.c - carry out a plan: erase and program group by group, then prove all of it.
 *
 * A group is a few adjacent sectors that are erased and programmed before an interrupt is
 * looked at, so that kept bytes never stay in the host's memory alone.
 */
#include "flash/run.h"

enum {
	GROUP_MAX_BYTES = 4096,
	BLANK_GROUP_MAX_BYTES = 32768   /* after a mass erase nothing is kept: only patience counts */
};

void run_progress(struct run *r, enum flash_phase phase, uint64_t n)
{
	r->done[phase] += n;
	if (r->progress && r->progress->fn)
		r->progress->fn(r->progress->priv, phase, r->done[phase], r->total[phase]);
}

/* Sectors i..end of one group: adjacent, same bank, all to be changed, equally fresh. */
static size_t group_end(const struct plan *p, size_t i)
{
	size_t end = i + 1;
	uint32_t bytes = p->sec[i].s->bytes;
	uint32_t most = p->erase_all ? BLANK_GROUP_MAX_BYTES : GROUP_MAX_BYTES;

	for (; end < p->n; end++) {
		const struct plan_sector *a = &p->sec[end - 1], *b = &p->sec[end];

		if (!b->differs || b->s->addr != a->s->addr + a->s->bytes || b->s->bank != a->s->bank ||
		    b->fresh != a->fresh || bytes + b->s->bytes > most)
			break;
		bytes += b->s->bytes;
	}
	return end;
}

static enum sl_err erase_one(struct run *r, struct ctx *c, const struct plan_sector *ps)
{
	enum sl_err err;

	if (!ps->erase || r->p->erase_all)
		return SL_OK;
	err = r->f->ops->erase_sector(r->f, c, ps->s);
	if (err)
		return ctx_doing(c, err, "erasing 0x%08x", ps->s->addr);
	r->stats->sectors_erased++;
	r->stats->bytes_kept += ps->s->bytes - ps->asked;
	run_progress(r, FLASH_ERASE, ps->s->bytes);
	return SL_OK;
}

/* Erased but not whole again: bytes that nobody asked to change may be gone with it. */
static void tell_loss(struct run *r, struct ctx *c, size_t from, size_t end)
{
	uint32_t first = r->p->sec[from].s->addr;
	uint32_t last = r->p->sec[end - 1].s->addr + r->p->sec[end - 1].s->bytes - 1;
	uint64_t kept = 0;

	for (size_t i = from; i < end; i++)
		kept += r->p->sec[i].erase ? r->p->sec[i].s->bytes - r->p->sec[i].asked : 0;
	ctx_log(c, LOG_ERR, "flash from 0x%08x to 0x%08x was being rewritten: its content is not sure",
		first, last);
	if (kept)
		ctx_log(c, LOG_ERR, "%llu bytes there that were to keep their value may be lost",
			(unsigned long long)kept);
}

static enum sl_err do_group(struct run *r, struct ctx *c, size_t from, size_t end)
{
	const struct plan_sector *ps = &r->p->sec[from], *last = &r->p->sec[end - 1];
	struct stretch s = {
		.addr = ps->s->addr, .bank = ps->s->bank, .fresh = ps->fresh,
		.data = r->p->put + ps->off, .len = last->off + last->s->bytes - ps->off,
	};
	enum sl_err err = SL_OK;

	for (size_t i = from; !err && i < end; i++)
		err = erase_one(r, c, &r->p->sec[i]);
	if (!err)
		err = loader_run(r->f, c, &s, &r->stats->bytes_programmed);
	if (!err)
		run_progress(r, FLASH_PROGRAM, s.len);
	else
		tell_loss(r, c, from, end);
	return err;
}

static enum sl_err erase_all(struct run *r, struct ctx *c)
{
	enum sl_err err;

	if (!r->p->erase_all)
		return SL_OK;
	err = r->f->ops->erase_all(r->f, c);
	if (err)
		return ctx_doing(c, err, "erasing all of flash");
	r->stats->mass_erased = true;
	run_progress(r, FLASH_ERASE, r->total[FLASH_ERASE]);
	return SL_OK;
}

/* Also after a failure: whatever was erased or written must not hide behind old cache lines. */
static enum sl_err flush(struct run *r, struct ctx *c, enum sl_err so_far)
{
	struct fault why = c->fault;
	enum sl_err err = r->f->ops->flush ? r->f->ops->flush(r->f, c) : SL_OK;

	if (!so_far)
		return err;
	c->fault = why;
	return so_far;
}

enum sl_err run_changes(struct run *r, struct ctx *c)
{
	const struct plan *p = r->p;
	enum sl_err err = ctx_interrupted(c);

	for (size_t i = 0; i < p->n; i++) {
		r->total[FLASH_ERASE] += p->sec[i].erase ? p->sec[i].s->bytes : 0;
		r->total[FLASH_PROGRAM] += p->sec[i].differs ? p->sec[i].s->bytes : 0;
	}
	if (!err)
		err = erase_all(r, c);
	for (size_t i = 0; !err && i < p->n;) {
		size_t end = i + 1;

		if (p->sec[i].differs) {
			end = group_end(p, i);
			err = ctx_interrupted(c);
			if (err && p->erase_all)
				ctx_log(c, LOG_ERR, "all of flash was erased, and is blank from 0x%08x on",
					p->sec[i].s->addr);
			if (!err)
				err = do_group(r, c, i, end);
		}
		i = end;
	}
	return flush(r, c, err);
}
