/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * commands.c - the jobs that the rest of the program asks for: program, verify, erase.
 */
#include "flash/run.h"

#include <stdlib.h>
#include <string.h>

/* Compare, and where something is to be changed change and prove it. Within a session. */
static enum sl_err carry_out(struct run *r, struct ctx *c, const struct plan_request *req)
{
	enum sl_err err = plan_make(r->f, c, req, r->p);

	if (!err && r->p->n_differs) {
		err = session_unlock(r->f, c);
		if (!err)
			err = run_changes(r, c);
	}
	return err ? err : run_proof(r, c);
}

static uint64_t total_len(const struct span *spans, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += spans[i].len;
	return sum;
}

static enum sl_err do_once(struct flash *f, struct ctx *c, const struct flash_job *job,
			   enum plan_mode mode, struct flash_stats *stats)
{
	struct plan_request req = { job->spans, job->n_spans, mode, job->mass_erase && mode == PLAN_PROGRAM,
				    session_unlock_early };
	struct plan p = { 0 };
	struct run r = { .f = f, .p = &p, .progress = &job->progress, .stats = stats };
	enum sl_err err = flash_check(f, c, job->spans, job->n_spans);

	*stats = (struct flash_stats){ 0 };
	if (err)
		return err;
	err = session_begin(f, c);
	if (!err)
		err = carry_out(&r, c, &req);
	err = session_end(f, c, err);
	plan_free(&p);
	return err;
}

static enum sl_err reset_and_repeat(struct flash *f, struct ctx *c, const char *why)
{
	ctx_log(c, LOG_WARN, "%s: the chip is reset", why);
	return target_reset(f->t, c, target_stays_halted(f->t) ? RESET_HALT : RESET_RUN);
}

/* A session that was cut off between two keys leaves the controller in a state in which the first of
 * them locks it until a reset (PM0075, FLASH_KEYR; RM0090 and RM0038 the same). Nothing was
 * changed then; a reset helps, and is said. One that was cut off later left its loader running: the
 * core has no firmware's registers any more to go back to. */
static enum sl_err do_plan(struct flash *f, struct ctx *c, const struct flash_job *job,
			   enum plan_mode mode, struct flash_stats *stats)
{
	enum sl_err err;

	f->stuck = f->stale = false;
	err = do_once(f, c, job, mode, stats);
	if (err == SL_FLASH && f->stale) {
		err = reset_and_repeat(f, c, "the core is still in the loader of a session that was cut off");
		f->stuck = f->stale = false;
		if (!err)
			err = do_once(f, c, job, mode, stats);
	}
	if (err != SL_FLASH || !f->stuck)
		return err;
	err = reset_and_repeat(f, c, "the flash controller is locked up until a reset, perhaps by a session "
				     "that was cut off");
	return err ? err : do_once(f, c, job, mode, stats);
}

enum sl_err flash_program(struct flash *f, struct ctx *c, const struct flash_job *job,
			  struct flash_stats *stats)
{
	return do_plan(f, c, job, job->erase_first ? PLAN_PROGRAM : PLAN_WRITE, stats);
}

enum sl_err flash_verify(struct flash *f, struct ctx *c, const struct flash_job *job,
			 struct flash_stats *stats)
{
	struct run r = { .f = f, .progress = &job->progress, .stats = stats };
	enum sl_err err = flash_check(f, c, job->spans, job->n_spans);

	*stats = (struct flash_stats){ 0 };
	r.total[FLASH_PROVE] = total_len(job->spans, job->n_spans);
	for (size_t i = 0; !err && i < job->n_spans; i++)
		err = prove_bytes(&r, c, job->spans[i].addr, job->spans[i].data, job->spans[i].len);
	return err;
}

/* The range in pieces that lie in one sector each, all with blank bytes as their data:
 * an erase is a program of nothing that may not be skipped. */
static size_t blank_spans(const struct flash *f, struct flash_range range, const uint8_t *blank,
			  struct span *out)
{
	uint64_t end = (uint64_t)range.addr + range.len;
	size_t n = 0;

	for (size_t i = 0; i < f->n_sectors; i++) {
		const struct flash_sector *s = &f->sectors[i];
		uint64_t from = s->addr > range.addr ? s->addr : range.addr;
		uint64_t to = (uint64_t)s->addr + s->bytes < end ? (uint64_t)s->addr + s->bytes : end;

		if (from < to)
			out[n++] = (struct span){ (uint32_t)from, (size_t)(to - from), blank };
	}
	return n;
}

static enum sl_err erase(struct flash *f, struct ctx *c, struct flash_range range,
			 const struct flash_progress *progress, struct flash_stats *stats)
{
	struct flash_job job = { .erase_first = true };
	struct span *spans = calloc(f->n_sectors, sizeof(*spans));
	uint32_t biggest = 0;
	uint8_t *blank = NULL;
	enum sl_err err;

	for (size_t i = 0; i < f->n_sectors; i++)
		biggest = f->sectors[i].bytes > biggest ? f->sectors[i].bytes : biggest;
	blank = malloc(biggest);
	if (spans && blank) {
		memset(blank, f->chip->erased, biggest);
		job.spans = spans;
		job.n_spans = blank_spans(f, range, blank, spans);
		if (progress)
			job.progress = *progress;
		err = do_plan(f, c, &job, PLAN_ERASE, stats);
	} else {
		err = ctx_fail(c, SL_NOMEM, "flash", "no memory for an erase");
	}
	free(spans);
	free(blank);
	return err;
}

enum sl_err flash_erase_range(struct flash *f, struct ctx *c, struct flash_range range,
			      const struct flash_progress *p, struct flash_stats *stats)
{
	struct span whole = { .addr = range.addr, .len = range.len };
	enum sl_err err = flash_check(f, c, &whole, 1);

	*stats = (struct flash_stats){ 0 };
	if (!err && range.len == 0)
		err = ctx_fail(c, SL_USAGE, "flash", "a range of 0 bytes cannot be erased");
	return err ? err : erase(f, c, range, p, stats);
}

enum sl_err flash_erase_all(struct flash *f, struct ctx *c, const struct flash_progress *p,
			    struct flash_stats *stats)
{
	const struct flash_sector *first = &f->sectors[0], *last = &f->sectors[f->n_sectors - 1];
	struct flash_range all = { first->addr, last->addr + last->bytes - first->addr };
	enum sl_err err = target_confirm(f->t, c);

	return err ? err : erase(f, c, all, p, stats);
}
