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

/* "; also tried: slow, under-reset": what came after the first failure, each way once. */
static void add_tries(struct fault *f, const struct climb *c)
{
	size_t used = strlen(f->text);
	const char *before = "; also tried: ";

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

/* ---- advice that fits this probe better than the table's ---- */
static void advise_button(const struct doctor_facts *f, char *out, size_t size)
{
	if (!f->caps.nrst)
		(void)snprintf(out, size, "this probe cannot pull NRST: start stlink-download "
			       "--connect=catch WORD..., then press the board's reset button and "
			       "let go of it");
}

/* The clock at which a debug port answered at last. */
static unsigned good_khz(const struct doctor_facts *f)
{
	for (size_t i = 0; i < f->climb.n; i++)
		if (f->climb.tries[i].how == CONNECT_SLOW && f->climb.tries[i].dpidr)
			return f->climb.tries[i].khz;
	return f->id_at_khz;
}

static void advise_clock(const struct doctor_facts *f, char *out, size_t size)
{
	if (f->id_at_khz)
		(void)snprintf(out, size, "leave out --speed, or use --speed=%u: a debug port answers at "
			       "that clock", f->id_at_khz);
	else if (good_khz(f))
		(void)snprintf(out, size, "shorten the wires and lay ground beside them; until then, "
			       "--speed=%u works at once", good_khz(f));
}

/* Without a look at the supply and a hand on NRST, more looks like open wires. */
static void advise_wires(const struct doctor_facts *f, char *out, size_t size)
{
	if (!f->caps.nrst || !f->caps.voltage)
		(void)snprintf(out, size, "is the board powered? are SWDIO, SWCLK and GND wired "
			       "(stlink-download help E210)? if the firmware took the pins: "
			       "--connect=catch, press the board's reset button, let go of it");
}

static const struct {
	enum sl_cause cause;
	void (*advise)(const struct doctor_facts *f, char *out, size_t size);
} advisers[] = {
	{ CAUSE_ASLEEP, advise_button }, { CAUSE_REMAPPED, advise_button },
	{ CAUSE_TOO_FAST, advise_clock }, { CAUSE_WIRES, advise_wires },
};

const char *doctor_advise(const struct doctor_facts *f, enum sl_cause cause, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(advisers); i++)
		if (advisers[i].cause == cause)
			advisers[i].advise(f, out, size);
	return out;
}

/* "the core is asleep; reading 0x...": what it means, then what was seen. */
static void put_verdict(struct doctor *d, enum sl_cause cause)
{
	const struct cause_info *why = cause_info(cause);
	struct fault *f = &d->ctx->fault;
	char seen[sizeof(f->text)];
	char advice[sizeof(f->hint)];

	if (!why)
		return;
	f->cause = cause;
	(void)snprintf(seen, sizeof(seen), "%s", f->text);
	(void)snprintf(f->text, sizeof(f->text), "%s; %.150s", why->title, seen);
	(void)snprintf(f->hint, sizeof(f->hint), "%s",
		       doctor_advise(&d->facts, cause, advice, sizeof(advice)));
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
	put_verdict(d, v.obstacle);
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
