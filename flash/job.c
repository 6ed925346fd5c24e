/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * job.c - carry out a plan: erase and program group by group.
 *
 * A group is a few adjacent sectors that are erased and programmed before an interrupt is
 * looked at, so that kept bytes never stay in the host's memory alone. Groups are handed to the
 * loader without waiting for the one before; what was handed over is done also when a signal comes.
 */
#include "flash/run.h"

enum {
	GROUP_MAX_BYTES = 4096,
	BLANK_GROUP_MAX_BYTES = 32768,  /* after a mass erase nothing is kept: only patience counts */
	TRAIL = ENGINE_SLOTS + 2        /* groups that can be on their way */
};

/* Where the work stands. */
struct job {
	struct run *r;
	bool on;                        /* programming is switched on, for bank and fresh */
	bool fresh;
	unsigned bank;
	struct flash_how how;
	struct {
		size_t from;            /* first sector of a group that was handed over */
		uint32_t end;           /* pieces of work then */
	} trail[TRAIL];
	unsigned n_trail;
	uint64_t handed_over;           /* bytes of the last group: told once the next is on its way */
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

static enum sl_err run_script(struct flash *f, struct ctx *c, const struct flash_script *s)
{
	return f->engine.on ? engine_script(f, c, s) : script_by_probe(f, c, s);
}

static enum sl_err erase_one(struct job *j, struct ctx *c, const struct plan_sector *ps)
{
	struct run *r = j->r;
	struct flash_script s = { .addr = ps->s->addr };
	enum sl_err err;

	if (!ps->erase || r->p->erase_all)
		return SL_OK;
	j->on = false;
	r->f->ops->erase_sector(r->f, ps->s, &s);
	err = run_script(r->f, c, &s);
	if (err)
		return ctx_doing(c, err, "erasing 0x%08x", ps->s->addr);
	r->stats->sectors_erased++;
	r->stats->bytes_kept += ps->s->bytes - ps->asked;
	run_progress(r, FLASH_ERASE, ps->s->bytes);
	return SL_OK;
}

/* Erased but not whole again: bytes that nobody asked to change may be gone with it. */
static void tell_loss(const struct run *r, struct ctx *c, size_t from, size_t end)
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

/* The first sector whose group is not known to be done; from: the group at work. */
static size_t first_unsure(const struct job *j, size_t from)
{
	const struct engine *e = &j->r->f->engine;

	for (unsigned i = 0; i < j->n_trail; i++)
		if ((int32_t)(j->trail[i].end - e->done) > 0)
			return j->trail[i].from;
	return from;
}

static void remember(struct job *j, size_t from)
{
	if (j->n_trail == TRAIL) {
		for (unsigned i = 1; i < TRAIL; i++)
			j->trail[i - 1] = j->trail[i];
		j->n_trail--;
	}
	j->trail[j->n_trail].from = from;
	j->trail[j->n_trail++].end = j->r->f->engine.queued;
}

static enum sl_err program_on(struct job *j, struct ctx *c, const struct stretch *s)
{
	struct flash_script on = { .addr = s->addr };

	if (j->on && j->bank == s->bank && j->fresh == s->fresh)
		return SL_OK;
	j->on = true;
	j->bank = s->bank;
	j->fresh = s->fresh;
	j->r->f->ops->program_on(j->r->f, s->bank, s->fresh, &j->how, &on);
	return engine_script(j->r->f, c, &on);
}

static enum sl_err program_off(struct job *j, struct ctx *c)
{
	struct flash_script off = { .n = 0 };

	if (!j->on)
		return SL_OK;
	j->on = false;
	j->r->f->ops->program_off(j->r->f, j->bank, &off);
	return engine_script(j->r->f, c, &off);
}

static enum sl_err program(struct job *j, struct ctx *c, const struct stretch *s)
{
	struct flash *f = j->r->f;
	struct engine_data d = { s->addr, s->data, s->len, &j->how };
	enum sl_err err;

	if (!f->engine.on)
		return probe_program(f, c, s, &j->r->stats->bytes_programmed);
	if (bytes_blank(f, s->data, s->len))
		return SL_OK;
	err = program_on(j, c, s);
	if (!err)
		err = engine_program(f, c, &d, &j->r->stats->bytes_programmed);
	return ctx_doing(c, err, "programming flash");
}

static void tell_programmed(struct job *j, uint64_t next)
{
	if (j->handed_over)
		run_progress(j->r, FLASH_PROGRAM, j->handed_over);
	j->handed_over = next;
}

static enum sl_err do_group(struct job *j, struct ctx *c, size_t from, size_t end)
{
	const struct plan *p = j->r->p;
	const struct plan_sector *ps = &p->sec[from], *last = &p->sec[end - 1];
	struct stretch s = {
		.addr = ps->s->addr, .bank = ps->s->bank, .fresh = ps->fresh,
		.data = p->put + ps->off, .len = last->off + last->s->bytes - ps->off,
	};
	enum sl_err err = SL_OK;

	for (size_t i = from; !err && i < end; i++)
		err = erase_one(j, c, &p->sec[i]);
	if (!err)
		err = program(j, c, &s);
	if (!err) {
		remember(j, from);
		tell_programmed(j, s.len);
	}
	return err;
}

static enum sl_err erase_all(struct job *j, struct ctx *c)
{
	struct run *r = j->r;
	struct flash_script s = { .addr = r->f->chip->flash_base };
	enum sl_err err = SL_OK;

	for (unsigned i = 0; !err && r->f->ops->erase_all(r->f, i, &s); i++)
		err = run_script(r->f, c, &s);
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

static enum sl_err wait_for_all(struct job *j, struct ctx *c)
{
	enum sl_err err = SL_OK;

	if (j->r->f->engine.on) {
		err = program_off(j, c);
		if (!err)
			err = engine_drain(j->r->f, c);
	}
	if (!err)
		tell_programmed(j, 0);
	return err;
}

/* A signal: what was handed over is finished first. */
static enum sl_err stop_early(struct job *j, struct ctx *c, size_t i)
{
	struct fault why = c->fault;

	if (wait_for_all(j, c))
		return c->fault.code;
	c->fault = why;
	if (j->r->p->erase_all)
		ctx_log(c, LOG_ERR, "all of flash was erased, and is blank from 0x%08x on",
			j->r->p->sec[i].s->addr);
	return c->fault.code;
}

/* Groups from sector *i on; *i: the first whose group was not handed over. */
static enum sl_err do_groups(struct job *j, struct ctx *c, size_t *i)
{
	const struct plan *p = j->r->p;
	enum sl_err err = SL_OK;

	while (!err && *i < p->n) {
		size_t end = *i + 1;

		if (p->sec[*i].differs) {
			end = group_end(p, *i);
			err = ctx_interrupted(c);
			if (err)
				return stop_early(j, c, *i);
			err = do_group(j, c, *i, end);
		}
		if (!err)
			*i = end;
	}
	return err ? err : wait_for_all(j, c);
}

/* The loader faulted: leave nothing half begun, and go on from the first group that is not sure. */
static enum sl_err go_on_by_probe(struct job *j, struct ctx *c, size_t i)
{
	enum sl_err err;

	run_tell_broken(c);
	j->on = false;
	i = first_unsure(j, i);
	j->n_trail = 0;
	err = j->r->f->ops->unlock(j->r->f, c);
	if (!err)
		err = do_groups(j, c, &i);
	return err;
}

enum sl_err run_changes(struct run *r, struct ctx *c)
{
	const struct plan *p = r->p;
	struct job j = { .r = r };
	enum sl_err err = ctx_interrupted(c);
	size_t i = 0;

	for (size_t k = 0; k < p->n; k++) {
		r->total[FLASH_ERASE] += p->sec[k].erase ? p->sec[k].s->bytes : 0;
		r->total[FLASH_PROGRAM] += p->sec[k].differs ? p->sec[k].s->bytes : 0;
	}
	if (!err && p->erase_all)
		err = erase_all(&j, c);
	if (!err)
		err = do_groups(&j, c, &i);
	if (err && r->f->engine.broken && r->f->ops->by_probe)
		err = go_on_by_probe(&j, c, i);
	if (err && err != SL_INTR && p->n) {
		size_t end = i < p->n ? group_end(p, i) : p->n;

		tell_loss(r, c, first_unsure(&j, i < p->n ? i : p->n - 1), end);
	}
	return flush(r, c, err);
}
