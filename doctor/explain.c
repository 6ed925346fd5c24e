/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * explain.c - the verdict under a failure: its number, and advice that fits this probe.
 */
#include "doctor/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "host/host.h"

/* Failures that something about board, wires or chip may stand behind. */
static bool worth_a_look(enum sl_err err)
{
	return err == SL_NOTARGET || err == SL_TARGET || err == SL_FLASH || err == SL_VERIFY;
}

/* "; nor slow, under-reset": what was tried after the first failure, each way once. */
static void add_tries(struct fault *f, const struct climb *c)
{
	size_t used = strlen(f->text);
	const char *before = "; nor ";

	for (size_t i = 1; i < c->n; i++) {
		if (c->tries[i].how == c->tries[i - 1].how)
			continue;
		if (used < sizeof(f->text))
			(void)snprintf(f->text + used, sizeof(f->text) - used, "%s%s", before,
				       target_connect_name(c->tries[i].how));
		used = strlen(f->text);
		before = ", ";
	}
}

/* A probe without a wire to NRST needs somebody's finger. */
static void advise(struct doctor *d, enum sl_cause cause)
{
	struct fault *f = &d->ctx->fault;
	bool for_reset = cause == CAUSE_ASLEEP || cause == CAUSE_REMAPPED;

	if (!for_reset && cause != CAUSE_WIRES && cause != CAUSE_NO_NRST && cause != CAUSE_TOO_FAST)
		return;
	f->hint[0] = '\0';
	if (for_reset && !d->facts.caps.nrst)
		ctx_hint(d->ctx, "this probe cannot pull NRST: start stlink-download --connect=catch "
				 "WORD..., then press the board's reset button and let go of it");
	if (cause == CAUSE_TOO_FAST && d->facts.id_at_khz)
		ctx_hint(d->ctx, "leave out --speed, or use --speed=%u: a debug port answers at that clock",
			 d->facts.id_at_khz);
}

enum sl_err doctor_explain(struct doctor *d, enum sl_err err)
{
	struct doctor_verdict v;
	struct fault kept = d->ctx->fault;
	bool connecting = d->facts.climb.n > 0 && !d->target;

	if (!worth_a_look(err) || cause_of(&kept) != CAUSE_NONE)
		return err;
	d->facts.fault = kept;
	if (doctor_measure(d, DOCTOR_QUICK)) {
		/* A signal: the failure came first, and is what is told. */
		d->ctx->fault = kept;
		return err;
	}
	doctor_judge(&d->facts, &v);
	d->ctx->fault.cause = v.obstacle;
	advise(d, v.obstacle);
	if (connecting)
		add_tries(&d->ctx->fault, &d->facts.climb);
	return err;
}

/* ---- this machine ---- */

static const struct finding *finding_of(const struct findings *all, enum sl_err code)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->item[i].level == FINDING_PROBLEM && all->item[i].code == code &&
		    (strcmp(all->item[i].check, "node") == 0 ||
		     strcmp(all->item[i].check, "holder") == 0))
			return &all->item[i];
	return NULL;
}

enum sl_err doctor_explain_host(struct ctx *c, enum sl_err err)
{
	struct host h = { .root = "" };
	struct ctx own = *c;
	struct findings *all;
	const struct finding *f;

	if ((err != SL_BUSY && err != SL_PERM) || strcmp(c->fault.where, "cli") == 0)
		return err;
	all = calloc(1, sizeof(*all));
	if (!all)
		return err;
	h.ctx = &own;
	f = host_examine(&h, all) ? NULL : finding_of(all, err);
	if (f && f->cure[0])
		ctx_hint(c, "%.160s: %.140s", f->text, f->cure);
	free(all);
	return err;
}
