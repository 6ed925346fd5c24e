/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_setup.c - setup (doctor --system): what of this machine keeps people from their probes, and
 * --fix, which installs what is missing. Opens no probe.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd_setup.h"
#include "cli/confirm.h"
#include "cli/session.h"
#include "host/host.h"

enum { ROOT_MAX = 200 };

/* Where to look, and the context that looks there. */
struct place {
	struct host host;
	struct ctx ctx;
	char root[ROOT_MAX], sysfs[ROOT_MAX + 8], dev[ROOT_MAX + 8];
};

static enum sl_err place_open(struct session *s, struct place *p)
{
	const char *root = s->options->root ? s->options->root : "";
	size_t len = strlen(root);

	/* "/" and a slash at the end say nothing. */
	while (len > 0 && root[len - 1] == '/')
		len--;
	memset(p, 0, sizeof(*p));
	if (len >= sizeof(p->root))
		return ctx_fail(s->ctx, SL_USAGE, "cli", "--root has a name that is too long");
	memcpy(p->root, root, len);
	if (len > 0 && access(p->root, R_OK | X_OK) != 0)
		return ctx_fail(s->ctx, SL_FILE, "cli", "--root: there is no directory %s", p->root);
	(void)snprintf(p->sysfs, sizeof(p->sysfs), "%s%s", p->root, s->ctx->sysfs);
	(void)snprintf(p->dev, sizeof(p->dev), "%s%s", p->root, s->ctx->dev);
	p->ctx = *s->ctx;
	p->ctx.sysfs = p->sysfs;
	p->ctx.dev = p->dev;
	p->host.ctx = &p->ctx;
	p->host.root = p->root;
	p->host.is_root = geteuid() == 0;
	return SL_OK;
}

/* The fault goes back to the session's context. */
static enum sl_err place_fault(struct session *s, const struct place *p, enum sl_err err)
{
	if (err)
		s->ctx->fault = p->ctx.fault;
	return err;
}

/* ---- the report ----------------------------------------------------------------------- */

static const char *const level_names[] = {
	[FINDING_OK] = "ok", [FINDING_NOTE] = "note", [FINDING_PROBLEM] = "problem",
};

static void show_event(struct output *o, const struct finding *f)
{
	struct json *j = output_event(o, "finding");

	if (!j)
		return;
	json_string(j, "check", f->check);
	json_string(j, "level", level_names[f->level]);
	json_string(j, "code", f->code ? err_info(f->code)->name : NULL);
	json_string(j, "text", f->text);
	json_string(j, "cure", f->cure[0] ? f->cure : NULL);
	output_event_end(o);
}

static void show(struct output *o, const struct finding *f)
{
	show_event(o, f);
	if (f->level == FINDING_OK && o->quiet)
		return;
	output_result(o, "%-8s %s", level_names[f->level], f->text);
	if (f->cure[0])
		output_result(o, "%-8s %s", "", f->cure);
}

/* The first problem is what the exit status and the last line are about. */
static enum sl_err fail_of(struct session *s, const struct findings *all)
{
	const struct finding *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		if (all->item[i].level != FINDING_PROBLEM)
			continue;
		n++;
		if (!first)
			first = &all->item[i];
	}
	if (!first)
		return SL_OK;
	if (n == 1)
		(void)ctx_fail(s->ctx, first->code, "cli", "%.220s", first->text);
	else
		(void)ctx_fail(s->ctx, first->code, "cli", "%zu problems; the first: %.180s", n,
			       first->text);
	if (first->cure[0])
		ctx_hint(s->ctx, "%.300s", first->cure);
	return first->code;
}

static enum sl_err report(struct session *s, struct place *p)
{
	struct findings *all = calloc(1, sizeof(*all));
	enum sl_err err;

	if (!all)
		return ctx_fail(s->ctx, SL_NOMEM, "cli", "no memory for the report");
	err = place_fault(s, p, host_examine(&p->host, all));
	for (size_t i = 0; i < all->n && !err; i++)
		show(s->out, &all->item[i]);
	if (!err)
		err = fail_of(s, all);
	free(all);
	return err;
}

/* ---- --fix ---------------------------------------------------------------------------- */

static void show_content(struct output *o, const struct host_step *step)
{
	const char *p = step->data;

	while (*p) {
		size_t len = strcspn(p, "\n");

		output_result(o, "    | %.*s", (int)len, p);
		p += len + (p[len] == '\n');
	}
}

static void show_plan(struct session *s, const struct host_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct host_step *step = &plan->step[i];

		if (step->live) {
			output_result(s->out, "write    \"%s\" to %s%s", step->data,
				      s->options->root ? s->options->root : "", step->path);
			continue;
		}
		output_result(s->out, "install  %s%s (%zu bytes)", s->options->root ? s->options->root : "",
			      step->path, step->len);
		if (s->options->verbosity > 0 || !s->options->yes)
			show_content(s->out, step);
	}
}

static void step_event(struct output *o, const struct host_step *step)
{
	struct json *j = output_event(o, "install");

	if (!j)
		return;
	json_string(j, "file", step->path);
	json_bool(j, "live", step->live);
	json_number(j, "bytes", step->len);
	output_event_end(o);
}

/* What is written to the running kernel may fail and the rest is right all the same. */
static enum sl_err do_plan(struct session *s, struct place *p, const struct host_plan *plan)
{
	enum sl_err err = SL_OK;

	for (size_t i = 0; i < plan->n && !err; i++) {
		const struct host_step *step = &plan->step[i];

		if (i == plan->n_files && i > 0)
			host_wait_for_udev(&p->host);
		err = place_fault(s, p, host_do_step(&p->host, step));
		if (err && step->live) {
			ctx_log(s->ctx, LOG_WARN, "%s", s->ctx->fault.text);
			ctx_clear(s->ctx);
			err = SL_OK;
			continue;
		}
		if (!err)
			step_event(s->out, step);
	}
	return err;
}

static enum sl_err fix(struct session *s, struct place *p)
{
	struct host_plan *plan = calloc(1, sizeof(*plan));
	enum sl_err err;

	if (!plan)
		return ctx_fail(s->ctx, SL_NOMEM, "cli", "no memory for the plan");
	err = place_fault(s, p, host_plan_fix(&p->host, s->options->group, plan));
	if (!err && plan->n == 0) {
		output_done(s->out, "nothing is missing; stlink-download setup shows how things stand");
		goto out;
	}
	if (!err)
		show_plan(s, plan);
	if (!err && !p->host.is_root && p->root[0] == '\0') {
		err = ctx_fail(s->ctx, SL_PERM, "cli", "nothing was changed: only root may install this");
		ctx_hint(s->ctx, "sudo stlink-download setup --fix");
	}
	if (!err)
		err = confirm_yes(s, "do this? [y/N] ");
	if (err == SL_OTHER)
		ctx_hint(s->ctx, "stlink-download setup shows how things stand");
	if (!err)
		err = do_plan(s, p, plan);
	if (!err)
		output_done(s->out, "done; a probe that was plugged in before: plug it in again. Then, as "
				    "yourself: stlink-download setup");
	if (!err && s->options->group)
		output_done(s->out, "who shall be a member: sudo usermod -aG stlink NAME; it counts from the "
				    "next login");
out:
	free(plan);
	return err;
}

enum sl_err setup_run(struct session *s, struct word *w)
{
	struct place p;
	enum sl_err err = place_open(s, &p);

	(void)w;
	if (err)
		return err;
	return s->options->fix ? fix(s, &p) : report(s, &p);
}

enum sl_err setup_prepare(struct session *s, struct word *w)
{
	(void)w;
	if (s->options->fix || !(s->options->yes || s->options->group))
		return SL_OK;
	(void)ctx_fail(s->ctx, SL_USAGE, "cli", "--yes and --group go with --fix");
	ctx_hint(s->ctx, "stlink-download help setup");
	return SL_USAGE;
}

const struct command verb_setup = {
	.name = "setup",
	.syntax = "setup",
	.summary = "may you use your probes; if not, why",
	.help = "Looks at this machine: may you read and write the nodes of the probes that are\n"
		"plugged in, are the udev rules there and were they applied, do rules of other\n"
		"packages stand against them, what were usb-storage and scsi_mod told about the\n"
		"fake disk of a V1, which process holds a probe, does udev run at all\n"
		"(containers, WSL). For everything that is not as it should be, one line says\n"
		"what and the next the command to type. No probe is opened. Exit status 0 when\n"
		"there is no problem; notes are none.\n"
		"\n"
		"--fix installs the least that is missing, as root, after showing it: the udev\n"
		"rules and a file that keeps the kernel's disk driver off the V1. It asks first,\n"
		"unless there is --yes.\n"
		"\n"
		"  stlink-download setup\n"
		"  sudo stlink-download setup --fix\n",
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.prepare = setup_prepare,
	.run = setup_run,
};
