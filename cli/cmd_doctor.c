/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_doctor.c - doctor: everything that can be measured from here to the firmware, and what is wrong.
 *
 * Shows and decides nothing itself: doctor/ measures and judges. doctor --system is setup.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_setup.h"
#include "cli/format.h"
#include "cli/session.h"
#include "host/host.h"

enum { LABEL = 12, LEFT = LABEL + 1 };

static void show_evidence(void *priv, const char *what, const char *found)
{
	struct output *o = priv;
	struct json *j = output_event(o, "evidence");
	char safe[512];

	if (j) {
		json_string(j, "what", what);
		json_string(j, "found", found);
		output_event_end(o);
	}
	output_wrapped(o, what, LEFT, format_escape(safe, sizeof(safe), found));
}

static const char *number_of(enum sl_cause cause, char out[8])
{
	(void)snprintf(out, 8, "E%u", (unsigned)cause);
	return out;
}

static void cause_event(struct output *o, const struct cause_info *why, const char *role,
			const char *advice)
{
	struct json *j = output_event(o, "diagnosis");
	char number[8];

	if (!j)
		return;
	json_string(j, "diagnosis", number_of(why->code, number));
	json_string(j, "diagnosis_name", why->name);
	json_string(j, "role", role);
	json_string(j, "title", why->title);
	json_string(j, "cure", advice[0] ? advice : why->cure);
	json_string(j, "command", advice[0] ? NULL : why->command);
	output_event_end(o);
}

/* role "verdict" is told at length. advice: what fits this case better than the table's, or "". */
static void show_cause(struct output *o, enum sl_cause cause, const char *role, const char *advice)
{
	const struct cause_info *why = cause_info(cause);
	char number[8], head[160], cure[512];

	if (!why)
		return;
	cause_event(o, why, role, advice);
	(void)snprintf(head, sizeof(head), "%s %s", number_of(cause, number), why->title);
	output_wrapped(o, role, LEFT, head);
	if (strcmp(role, "verdict") == 0)
		output_filled(o, LEFT, why->meaning);
	(void)snprintf(cure, sizeof(cure), "try: %s%s", advice[0] ? advice : why->cure,
		       !advice[0] && why->command ? ":" : "");
	output_wrapped(o, "", LEFT, cure);
	if (!advice[0] && why->command)
		output_result(o, "%*s%s", LEFT + 2, "", why->command);
}

/* What of this machine stands in the way; only where it may be the matter. */
static void show_machine(struct session *s)
{
	struct host h = { .root = "" };
	struct ctx own = *s->ctx;
	struct findings *all = calloc(1, sizeof(*all));

	h.ctx = &own;
	if (all && host_examine(&h, all))
		all->n = 0;
	for (size_t i = 0; all && i < all->n; i++)
		if (all->item[i].level == FINDING_PROBLEM)
			show_evidence(s->out, "machine", all->item[i].text);
	free(all);
}

/* A failure is shown as evidence, and ends the word as it would end any other. */
static enum sl_err stopped(struct session *s, enum sl_err err)
{
	enum sl_cause cause = cause_of(&s->ctx->fault);

	/* What connecting failed with is told by each try. */
	if (s->climb.n == 0)
		show_evidence(s->out, "stopped", s->ctx->fault.text);
	show_cause(s->out, cause, "verdict", s->ctx->fault.hint);
	return err;
}

/* This machine has no part in a probe behind a USB/IP server. */
static bool is_remote(const struct session *s)
{
	return s->options->device && strncmp(s->options->device, "usbip:", 6) == 0;
}

static enum sl_err no_probe(struct session *s, enum sl_err err)
{
	struct fault kept = s->ctx->fault;

	if (s->probe.usb_node[0])
		show_evidence(s->out, "node", s->probe.usb_node);
	if (!is_remote(s) && (err == SL_PERM || err == SL_BUSY || err == SL_NOPROBE || err == SL_HOST))
		show_machine(s);
	s->ctx->fault = kept;
	return stopped(s, err);
}

/* The chip was reached. */
static enum sl_err report(struct session *s, const struct doctor_facts *f)
{
	struct doctor_verdict v;
	const struct cause_info *why;
	char advice[sizeof(s->ctx->fault.hint)];

	doctor_judge(f, &v);
	for (size_t i = 0; i < v.n; i++)
		show_cause(s->out, v.remark[i], "remark",
			   doctor_advise(f, v.remark[i], advice, sizeof(advice)));
	why = cause_info(v.obstacle);
	if (!why && f->missed.code) {
		output_result(s->out, "%-12s not sure: not everything could be looked at", "verdict");
		s->ctx->fault = f->missed;
		return f->missed.code;
	}
	if (!why) {
		output_result(s->out, "%-12s nothing stands in the way", "verdict");
		return SL_OK;
	}
	show_cause(s->out, v.obstacle, "verdict", "");
	return ctx_cause(s->ctx, ctx_fail(s->ctx, why->err, "doctor", "%s", why->title), v.obstacle);
}

static enum sl_err doctor_run(struct session *s, struct word *w)
{
	struct doctor d = { .tell = show_evidence, .priv = s->out };
	enum sl_err err, seen;

	if (s->options->system)
		return setup_run(s, w);
	err = session_climb(s, RUNG_PROBE);
	if (err)
		return no_probe(s, err);
	err = session_climb(s, RUNG_TARGET);
	seen = session_examine(s, &d);
	if (seen)
		return seen;
	return err ? stopped(s, err) : report(s, &d.facts);
}

static enum sl_err doctor_prepare(struct session *s, struct word *w)
{
	const struct options *o = s->options;

	if (o->system)
		return setup_prepare(s, w);
	if (!o->fix && !o->yes && !o->group && !o->root)
		return SL_OK;
	(void)ctx_fail(s->ctx, SL_USAGE, "cli", "--fix, --yes, --group and --root go with setup or doctor "
		       "--system");
	ctx_hint(s->ctx, "stlink-download help setup");
	return SL_USAGE;
}

const struct command verb_doctor = {
	.name = "doctor",
	.syntax = "doctor",
	.summary = "what is wrong with board, wires or probe",
	.help = "Measures everything from the probe to the firmware and says what it means: may\n"
		"the node be opened and who holds it, the probe's firmware and mode, the supply,\n"
		"at which SWD clocks and in which ways a debug port answers, core and chip ids,\n"
		"flash size, read protection, whether the core runs, sleeps, is locked up or is\n"
		"reset over and over, debug bits that somebody left set, the vector table. The\n"
		"last lines are remarks, and the one thing that stands in the way, with its\n"
		"number (help E207 explains one), the cure, and what to type. The same number is\n"
		"at the end of every failure. Exit status 0 when nothing stands in the way,\n"
		"and everything could be looked at.\n"
		"\n"
		"Nothing is erased or written. A chip that cannot be reached otherwise is reset,\n"
		"unless --connect says how to connect. With --system it is the same as setup,\n"
		"which looks at this machine alone.\n"
		"\n"
		"  stlink-download doctor\n"
		"  stlink-download --connect=normal doctor        without any reset\n"
		"  stlink-download doctor --system\n",
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.prepare = doctor_prepare,
	.run = doctor_run,
};
