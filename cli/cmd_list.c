/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_list.c - list: which probes are plugged in, what each is, and who has it.
 *
 * A probe that nobody holds is asked for its version; no chip is touched, and nothing is
 * opened that is held or forbidden.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/describe.h"
#include "cli/format.h"
#include "host/host.h"
#include "link/likeness.h"

/* What is known of all probes, and of the one that is being shown. */
struct listing {
	struct session *s;
	bool names_only;
	struct probe_list all;
	struct host_holders holders;
	char aliases[PROBE_ALIASES_MAX][72];
	size_t n_aliases;
	struct probe_peek said;
	bool was_asked;
	struct fault why_not;           /* the probe was not asked, or gave no answer */
	struct likeness_signs signs;
};

/* Our own session's nodes do not count. */
static bool is_holder_of(const struct listing *l, const struct host_holder *h, const struct probe *p)
{
	char own[24];

	(void)snprintf(own, sizeof(own), "%ld", (long)getpid());
	return strcmp(l->all.probe[h->probe].port, p->port) == 0 && strcmp(h->pid, own) != 0;
}

static bool drives(const struct probe *p, const struct host_holder *h)
{
	return strcmp(h->node, p->usb_node) == 0 || strcmp(h->node, p->sg_node) == 0;
}

static bool is_held(const struct listing *l, const struct probe *p)
{
	for (size_t i = 0; i < l->holders.n; i++)
		if (is_holder_of(l, &l->holders.item[i], p) && drives(p, &l->holders.item[i]))
			return true;
	return false;
}

static enum sl_err ask(struct listing *l, const struct probe *p)
{
	struct ctx *c = l->s->ctx;

	/* The session's own probe has been asked already. */
	if (l->s->link && strcmp(l->s->probe.port, p->port) == 0 &&
	    strcmp(l->s->probe.url, p->url) == 0) {
		l->said.version = *link_get_version(l->s->link);
		return SL_OK;
	}
	if (is_held(l, p))
		return ctx_fail(c, SL_BUSY, "cli", "another program holds it");
	return probe_peek(c, p, &l->said);
}

static void look_at(struct listing *l, const struct probe *p)
{
	struct ctx *c = l->s->ctx;

	memset(&l->said, 0, sizeof(l->said));
	l->was_asked = !l->names_only && ask(l, p) == SL_OK;
	l->why_not = c->fault;
	ctx_clear(c);
	l->n_aliases = p->url[0] ? 0 : probe_serial_aliases(p, &l->all, l->aliases);
	likeness_judge(p, l->was_asked ? &l->said : NULL, &l->signs);
}

/* ---- text ---- */

static void line(struct output *o, const char *before, const char *value, const char *note)
{
	char safe[320];

	if (value[0] != '\0')
		output_result(o, "  %s%s%s", before, format_escape(safe, sizeof(safe), value), note);
}

/* Each of these lines can be given to -d as it stands. */
static void show_names(const struct listing *l, const struct probe *p)
{
	struct output *o = l->s->out;
	char usb[32];

	line(o, "serial:", p->serial, p->serial_unsure ? "  (cut short by the kernel)" : "");
	for (size_t i = 0; i < l->n_aliases && !l->names_only; i++)
		line(o, "serial:", l->aliases[i], "  (the same)");
	line(o, "port:", p->port, "");
	if (p->bus != 0) {
		(void)snprintf(usb, sizeof(usb), "%u.%u", p->bus, p->address);
		line(o, "usb:", usb, "");
	}
	line(o, "", p->sg_node, "");
	for (size_t i = 0; i < p->n_ttys; i++)
		line(o, "", p->tty[i], "  (serial port)");
	line(o, "", p->url, "");
	line(o, "its disk ", p->disk_node, ", which is not for use");
	line(o, "its disk ", p->volume_node, ", for drag and drop");
}

static void show_findings(const struct listing *l, const struct probe *p)
{
	struct output *o = l->s->out;
	char safe[400], name[80];

	for (size_t i = 0; i < l->holders.n; i++) {
		const struct host_holder *h = &l->holders.item[i];

		if (is_holder_of(l, h, p))
			output_result(o, "  %s by %s (pid %s), which has %s open",
				      drives(p, h) ? "held" : "used",
				      format_escape(name, sizeof(name), h->name), h->pid, h->node);
	}
	if (!l->was_asked)
		output_result(o, "  firmware unknown: %s",
			      format_escape(safe, sizeof(safe), l->why_not.text));
	for (size_t i = 0; i < l->signs.n; i++)
		output_result(o, "  likely a copy: %s", l->signs.sign[i]);
	if (l->signs.verdict == LIKENESS_ORIGINAL)
		output_result(o, "  no sign of a copy");
}

static void show_text(const struct listing *l, const struct probe *p)
{
	const struct probe_kind *kind = p->kind;
	bool loader = kind && kind->bootloader;

	if (!kind && l->was_asked)
		kind = probe_kind_of_pid(l->said.version.pid);
	loader |= l->was_asked && l->said.bootloader;
	output_result(l->s->out, "%s%s%s%s", kind ? kind->name : "ST-LINK",
		      loader ? " (in its boot loader)" : "",
		      l->was_asked && l->said.version.text[0] ? ", firmware " : "",
		      l->was_asked ? l->said.version.text : "");
	show_names(l, p);
	if (!l->names_only)
		show_findings(l, p);
}

/* ---- JSON ---- */

static const char *const verdicts[] = {
	[LIKENESS_UNKNOWN] = NULL, [LIKENESS_ORIGINAL] = "no-sign", [LIKENESS_COPY] = "likely",
};

static void holders_members(struct json *j, const struct listing *l, const struct probe *p)
{
	json_array(j, "holders");
	for (size_t i = 0; i < l->holders.n; i++) {
		const struct host_holder *h = &l->holders.item[i];

		if (!is_holder_of(l, h, p))
			continue;
		json_object(j, NULL);
		json_number(j, "pid", strtoul(h->pid, NULL, 10));
		json_string(j, "name", h->name);
		json_string(j, "node", h->node);
		json_bool(j, "drives", drives(p, h));
		json_object_end(j);
	}
	json_array_end(j);
}

static void show_json(const struct listing *l, const struct probe *p)
{
	struct json *j = output_event(l->s->out, "probe");

	if (!j)
		return;
	describe_probe_members(j, p);
	json_array(j, "serial_aliases");
	for (size_t i = 0; i < l->n_aliases; i++)
		json_string(j, NULL, l->aliases[i]);
	json_array_end(j);
	json_string(j, "firmware", l->was_asked && l->said.version.text[0] ? l->said.version.text
									    : NULL);
	json_string(j, "not_asked", l->was_asked || l->names_only ? NULL : l->why_not.text);
	json_string(j, "copy", verdicts[l->signs.verdict]);
	json_array(j, "copy_signs");
	for (size_t i = 0; i < l->signs.n; i++)
		json_string(j, NULL, l->signs.sign[i]);
	json_array_end(j);
	holders_members(j, l, p);
	output_event_end(l->s->out);
}

/* ---- the words ---- */

static void show(struct listing *l, const struct probe *p)
{
	look_at(l, p);
	show_json(l, p);
	show_text(l, p);
}

static enum sl_err show_all(struct listing *l)
{
	struct ctx *c = l->s->ctx;
	enum sl_err err = SL_OK;

	for (size_t i = 0; i < l->all.n && !err; i++) {
		show(l, &l->all.probe[i]);
		err = ctx_interrupted(c);
	}
	if (l->all.n == 0) {
		err = ctx_fail(c, SL_NOPROBE, "cli", "no ST-LINK is plugged in");
		ctx_hint(c, "plug the board in; lsusb must show a device 0483:37xx");
	}
	return err;
}

static enum sl_err list(struct session *s, bool names_only)
{
	const struct host host = { .ctx = s->ctx, .root = "", .is_root = geteuid() == 0 };
	const char *device = s->options->device;
	struct listing *l = calloc(1, sizeof(*l));
	struct probe one;
	enum sl_err err = SL_OK;

	if (!l)
		return ctx_fail(s->ctx, SL_NOMEM, "cli", "no memory for the list of probes");
	l->s = s;
	l->names_only = names_only;
	if (device)
		err = probe_find(s->ctx, device, &one);
	if (!err && !(device && one.url[0]))
		err = probe_list(s->ctx, &l->all);
	if (!err && !names_only)
		host_find_holders(&host, &l->all, &l->holders);
	if (!err && device)
		show(l, &one);
	else if (!err)
		err = show_all(l);
	free(l);
	return err;
}

static enum sl_err list_run(struct session *s, struct word *w)
{
	(void)w;
	return list(s, false);
}

static enum sl_err names_run(struct session *s, struct word *w)
{
	(void)w;
	return list(s, true);
}

const struct command verb_list = {
	.name = "list",
	.syntax = "list",
	.summary = "which probes are plugged in, and what they are",
	.help = "Shows every ST-LINK: its kind and firmware, every name that -d takes for it, its\n"
		"serial port and disk, who holds it, and whether it looks like a copy. A probe\n"
		"that somebody holds, or that you may not use, is listed as well, without its\n"
		"firmware. The others are asked for their version, which takes milliseconds; no\n"
		"chip is touched. Exit status 5 when there is none.\n"
		"\n"
		"list=names shows the names alone, from sysfs, and opens nothing.\n"
		"\n"
		"  stlink-download list\n",
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.run = list_run,
};

const struct command verb_list_names = {
	.name = "list=names",
	.syntax = "list=names",
	.summary = "the names of the probes alone; opens nothing",
	.help = "Shows every ST-LINK with the names that -d takes for it. Looks into sysfs only:\n"
		"opens no probe. Exit status 5 when there is none.\n"
		"\n"
		"  stlink-download list=names\n",
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.hidden = true,
	.run = names_run,
};
