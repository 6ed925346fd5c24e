/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_list.c - list: which probes are plugged in. Opens none of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/describe.h"
#include "cli/format.h"

static void line(struct output *o, const char *before, const char *value, const char *note)
{
	char safe[320];

	if (value[0] != '\0')
		output_result(o, "  %s%s%s", before, format_escape(safe, sizeof(safe), value), note);
}

/* Each line but the last can be given to -d as it stands. */
static void show(struct output *o, const struct probe *p)
{
	char usb[32];

	if (o->json_on) {
		describe_probe_event(o, p, NULL);
		return;
	}
	output_result(o, "%s%s", p->kind ? p->kind->name : "ST-LINK",
		      p->kind && p->kind->bootloader ? " (in its boot loader)" : "");
	line(o, "serial:", p->serial, p->serial_unsure ? "  (cut short by the kernel)" : "");
	line(o, "port:", p->port, "");
	if (p->bus != 0) {
		(void)snprintf(usb, sizeof(usb), "%u.%u", p->bus, p->address);
		line(o, "usb:", usb, "");
	}
	line(o, "", p->sg_node, "");
	line(o, "", p->url, "");
	line(o, "its disk ", p->disk_node, ", which is not for use");
}

static enum sl_err list_one(struct session *s)
{
	struct probe p;
	enum sl_err err = probe_find(s->ctx, s->options->device, &p);

	if (!err)
		show(s->out, &p);
	return err;
}

static enum sl_err list_run(struct session *s, struct word *w)
{
	struct probe_list *list;
	enum sl_err err;

	(void)w;
	if (s->options->device)
		return list_one(s);
	list = calloc(1, sizeof(*list));
	if (!list)
		return ctx_fail(s->ctx, SL_NOMEM, "cli", "no memory for the list of probes");
	err = probe_list(s->ctx, list);
	for (size_t i = 0; i < list->n && !err; i++)
		show(s->out, &list->probe[i]);
	if (!err && list->n == 0) {
		err = ctx_fail(s->ctx, SL_NOPROBE, "cli", "no ST-LINK is plugged in");
		ctx_hint(s->ctx, "plug the board in; lsusb must show a device 0483:37xx");
	}
	free(list);
	return err;
}

const struct command verb_list = {
	.name = "list",
	.syntax = "list",
	.summary = "which probes are plugged in",
	.help = "Shows every ST-LINK with the names that -d takes for it. Looks into sysfs only:\n"
		"opens no probe and touches no chip, so it never disturbs one that is at work.\n"
		"Exit status 5 when there is none.\n"
		"\n"
		"  stlink-download list\n",
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.run = list_run,
};
