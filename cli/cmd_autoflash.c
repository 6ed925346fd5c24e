/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_autoflash.c - autoflash: a board was plugged in; give it what the configuration says.
 *
 * Finds the probe and the rules for it, and keeps to one flash for one insertion. What a board
 * then gets is autoflash_job.c's.
 */
#define _GNU_SOURCE /* secure_getenv */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auto/insertion.h"
#include "cli/autoflash.h"
#include "cli/format.h"

static const char where[] = "cli";

enum {
	LOCK_WAIT_MS = 120000,          /* another process at the same port: one board's time */
	DRIVER_WAIT_MS = 1500,          /* usb-storage binds a V1 so long after it shows up, at most */
	NODE_WAIT_MS = 10000,           /* its sg node comes 1 s later, and udev gives it away */
	POLL_US = 100000,
	BOARDS_IN_ONE_RUN = 8,
};

/* One run of the word: what is asked, and the port's state. */
struct run {
	struct autoflash a;
	struct auto_rules rules;
	struct enumeration now;         /* the device that is worked on */
	struct insertion *insertion;    /* NULL: not plugged into this machine, or a dry run */
	char folder[PATH_MAX];          /* of the state */
	bool told;                      /* the last failure has its line */
};

/* "/sys/devices/.../1-2.3" to "port:1-2.3", when it is the folder of a USB device. */
static enum sl_err device_of_sysfs(struct ctx *c, const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *port = slash ? slash + 1 : path;
	char entry[PATH_MAX], named[PATH_MAX], real[PATH_MAX];

	if (port[0] < '0' || port[0] > '9' || port[strspn(port, "0123456789-.")] != '\0' ||
	    strlen(port) >= sizeof(((struct probe *)0)->port))
		return ctx_fail(c, SL_USAGE, where, "%.150s is not the folder of a USB device", path);
	(void)snprintf(entry, sizeof(entry), "%s/bus/usb/devices/%s", c->sysfs, port);
	if (!realpath(entry, real) || !realpath(path, named) || strcmp(real, named) != 0) {
		(void)ctx_fail(c, SL_NOPROBE, where, "no USB device is at %.150s", path);
		ctx_hint(c, "it may have been pulled out again");
		return SL_NOPROBE;
	}
	(void)snprintf(out, size, "port:%s", port);
	return SL_OK;
}

static enum sl_err find_probe(struct autoflash *a)
{
	const struct options *o = a->asked;
	enum sl_err err = SL_OK;

	if (o->sysfs)
		err = device_of_sysfs(a->ctx, o->sysfs, a->device, sizeof(a->device));
	else if (o->device)
		(void)snprintf(a->device, sizeof(a->device), "%s", o->device);
	if (!err)
		err = probe_find(a->ctx, a->device, &a->probe);
	/* Whatever comes after the probe left its boot loader is at the same port. */
	if (!err && !a->probe.url[0])
		(void)snprintf(a->device, sizeof(a->device), "port:%s", a->probe.port);
	a->options.device = a->device;
	return err;
}

/* A V1 that usb-storage has, or is about to have, is reached by its sg node: not yet there? */
static bool is_coming(const struct autoflash *a, struct deadline driver)
{
	const struct probe *p = &a->probe;

	if (p->url[0] || p->kind->generation != PROBE_V1)
		return false;
	if (p->driver[0] == '\0')
		return !ctx_expired(a->ctx, driver);
	return strcmp(p->driver, "usb-storage") == 0 &&
	       (p->sg_node[0] == '\0' || access(p->sg_node, R_OK | W_OK) != 0);
}

static enum sl_err wait_for_nodes(struct autoflash *a)
{
	struct deadline driver = ctx_deadline(a->ctx, DRIVER_WAIT_MS);
	struct deadline end = ctx_deadline(a->ctx, NODE_WAIT_MS);
	enum sl_err err = SL_OK;

	while (!err && is_coming(a, driver) && !ctx_expired(a->ctx, end)) {
		ctx_sleep_us(a->ctx, POLL_US);
		err = ctx_interrupted(a->ctx);
		if (!err)
			err = probe_find(a->ctx, a->device, &a->probe);
	}
	return err;
}

/* The rules that this probe, at this port, may have. The first says how to connect. */
static enum sl_err collect(struct run *r)
{
	struct autoflash *a = &r->a;

	a->n_candidates = 0;
	for (size_t i = 0; i < r->rules.n; i++) {
		if (!auto_fits_probe(&r->rules.rule[i], &a->probe))
			continue;
		if (a->n_candidates == CANDIDATES_MAX)
			return ctx_fail(a->ctx, SL_USAGE, where, "more than %d boards of the configuration "
					"fit this probe", CANDIDATES_MAX);
		memset(&a->candidate[a->n_candidates], 0, sizeof(a->candidate[0]));
		a->candidate[a->n_candidates++].rule = &r->rules.rule[i];
	}
	if (a->n_candidates == 0)
		return SL_OK;
	a->options.speed_khz = a->candidate[0].rule->speed_khz;
	a->options.connect = CONNECT_NORMAL;
	return a->candidate[0].rule->connect ?
	       options_set_connect(a->ctx, &a->options, a->candidate[0].rule->connect) : SL_OK;
}

/* The probe is held: whatever it left on the way here, it is this insertion's device now. */
static enum sl_err opened(void *priv)
{
	struct run *r = priv;
	struct enumeration now;
	enum sl_err err;

	if (!r->insertion)
		return SL_OK;
	err = insertion_ask(r->a.ctx, r->a.probe.port, &now);
	return err ? err : insertion_add(r->insertion, r->a.ctx, &now);
}

static void forget(struct autoflash *a)
{
	for (size_t i = 0; i < a->n_candidates; i++)
		autoflash_free(&a->candidate[i]);
	a->n_candidates = 0;
	a->chosen = NULL;
	a->chip[0] = a->uid[0] = '\0';
	a->dev_id = 0;
}

static enum sl_err do_board(struct run *r)
{
	struct autoflash *a = &r->a;
	bool was_quiet = a->out->quiet;
	enum sl_err err, kept;
	struct fault fault;

	/* One line for a board; -v asks for what each word says. */
	a->out->quiet |= a->out->verbosity == 0;
	err = autoflash_job(a, opened, r);
	a->out->quiet = was_quiet;
	fault = a->ctx->fault;
	if (r->insertion) {
		kept = insertion_end(r->insertion, a->ctx, !err);
		if (kept)
			ctx_log(a->ctx, LOG_WARN, "%s", a->ctx->fault.text);
		a->ctx->fault = fault;
	}
	autoflash_report(a, err, r->insertion ? r->folder : NULL);
	r->told = true;
	return err;
}

/* Is this insertion still to be worked on? *yes false: it was, or there are too many failures. */
static enum sl_err begin(struct run *r, bool *yes)
{
	struct autoflash *a = &r->a;
	char name[480];

	*yes = false;
	(void)autoflash_name(&a->probe, name, sizeof(name));
	if (insertion_has(r->insertion, &r->now) && !a->asked->force) {
		autoflash_say(a->out, 6, "%s was worked on since it was plugged in: nothing done", name);
		return SL_OK;
	}
	if (insertion_pauses(r->insertion, a->ctx) && !a->asked->force) {
		(void)ctx_fail(a->ctx, SL_OTHER, where, "the last %d boards at port %.32s failed: a pause of "
			       "%d s", INSERTION_FAILURES_MAX, a->probe.port, INSERTION_PAUSE_S);
		ctx_hint(a->ctx, "look what is wrong there; --force does not wait");
		return SL_OTHER;
	}
	*yes = true;
	return insertion_begin(r->insertion, a->ctx, &r->now);
}

static enum sl_err one_insertion(struct run *r)
{
	struct autoflash *a = &r->a;
	bool todo = true;
	char name[480];
	enum sl_err err;

	forget(a);
	r->told = false;
	a->start_us = ctx_now_us(a->ctx);
	err = wait_for_nodes(a);
	if (!err && r->insertion)
		err = insertion_ask(a->ctx, a->probe.port, &r->now);
	if (!err)
		err = collect(r);
	if (!err && a->n_candidates == 0) {
		autoflash_say(a->out, 6, "%s is no board of the configuration: nothing done",
			      autoflash_name(&a->probe, name, sizeof(name)));
		return SL_OK;
	}
	if (!err && r->insertion)
		err = begin(r, &todo);
	return err || !todo ? err : do_board(r);
}

/* A board that took the place of the last while that was at work: nobody will start us again
 * for it, because we were running. */
static bool another_came(struct run *r)
{
	struct autoflash *a = &r->a;
	struct fault kept = a->ctx->fault;
	struct enumeration now;
	bool yes = r->insertion && !ctx_signalled(a->ctx) &&
		   !insertion_ask(a->ctx, a->probe.port, &now) &&
		   !insertion_same(&now, &r->now) && !insertion_has(r->insertion, &now) &&
		   !probe_find(a->ctx, a->device, &a->probe);

	a->ctx->fault = kept;
	return yes;
}

static enum sl_err open_state(struct run *r)
{
	const char *folder = secure_getenv("RUNTIME_DIRECTORY");

	if (r->a.probe.url[0] || r->a.asked->dry_run)
		return SL_OK;
	if (!folder || folder[0] != '/')
		folder = AUTOFLASH_STATE;
	/* systemd separates several by colons. */
	(void)snprintf(r->folder, sizeof(r->folder), "%.*s", (int)strcspn(folder, ":"), folder);
	return insertion_open(r->a.ctx, r->folder, r->a.probe.port, LOCK_WAIT_MS, &r->insertion);
}

static enum sl_err do_boards(struct run *r)
{
	enum sl_err err = find_probe(&r->a);

	if (!err)
		err = open_state(r);
	if (err)
		return err;
	err = one_insertion(r);
	for (unsigned n = 1; n < BOARDS_IN_ONE_RUN && another_came(r); n++) {
		ctx_clear(r->a.ctx);
		err = one_insertion(r);
	}
	return err;
}

static enum sl_err do_check(struct run *r, struct session *s)
{
	bool named = s->options->sysfs || s->options->device;
	enum sl_err err = named ? find_probe(&r->a) : SL_OK;

	return err ? err : autoflash_check(s, &r->rules, named ? &r->a.probe : NULL);
}

/* What failed before there was a board to report on. */
static void tell_failure(const struct run *r)
{
	const struct fault *f = &r->a.ctx->fault;
	char safe[2 * sizeof(f->text)];

	if (!r->told)
		autoflash_say(r->a.out, 3, "FAIL: %s",
			      format_escape(safe, sizeof(safe), f->text[0] ? f->text :
					    err_info(f->code)->sentence));
}

static enum sl_err autoflash_run(struct session *s, struct word *w)
{
	const char *config = s->options->config ? s->options->config : AUTOFLASH_CONFIG;
	struct run *r = calloc(1, sizeof(*r));
	char safe[240];
	enum sl_err err;

	(void)w;
	if (!r)
		return ctx_fail(s->ctx, SL_NOMEM, where, "no memory for autoflash");
	r->a.ctx = s->ctx;
	r->a.out = s->out;
	r->a.asked = s->options;
	r->a.options = *s->options;
	err = auto_load(s->ctx, config, &r->rules);
	if (!err && r->rules.n == 0)
		autoflash_say(s->out, 6, "off: no board in %s/*.conf",
			      format_escape(safe, sizeof(safe), config));
	else if (!err)
		err = s->options->check ? do_check(r, s) : do_boards(r);
	if (err && !s->options->check)
		tell_failure(r);
	forget(&r->a);
	insertion_close(r->insertion);
	auto_rules_free(&r->rules);
	free(r);
	return err;
}

/* Its words come from the configuration; a probe must be named, lest it be another than meant. */
static enum sl_err autoflash_usage(struct session *s, struct word *w)
{
	const struct options *o = s->options;

	if (o->n_words != 1)
		return word_usage(s->ctx, w, "autoflash stands alone: its words come from the "
				  "configuration");
	if (o->sysfs && o->device)
		return word_usage(s->ctx, w, "--sysfs and %.80s both name a probe", o->device);
	if (!o->check && !o->sysfs && !o->device)
		return word_usage(s->ctx, w, "no probe is named: --sysfs=PATH or -d DEV");
	if (o->check && o->dry_run)
		return word_usage(s->ctx, w, "--check and --dry-run exclude each other");
	return SL_OK;
}

const struct command verb_autoflash = {
	.name = "autoflash",
	.syntax = "autoflash",
	.summary = "flash the board at --sysfs=PATH as configured",
	.help = "What the service stlink-autoflash@ runs when a board is plugged in: looks its\n"
		"probe up in /etc/stlink-download/autoflash.d/*.conf, connects, checks that the\n"
		"chip is the right one, programs and proves the image, and says in one line how\n"
		"it went. Does nothing when nothing is configured, to a board that is not, or\n"
		"twice to a board that was not pulled out meanwhile (--force does). --check looks\n"
		"for mistakes in the configuration and tells which probe would get what;\n"
		"--dry-run connects and stops before anything changes. The configuration is\n"
		"described in stlink-autoflash(5).\n"
		"\n"
		"  stlink-download autoflash --check\n"
		"  stlink-download autoflash --sysfs=/sys/bus/usb/devices/1-2\n"
		"  stlink-download -d port:1-2 autoflash --dry-run\n",
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.prepare = autoflash_usage,
	.run = autoflash_run,
};
