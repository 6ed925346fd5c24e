/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_version.c - version: this program and the probe's firmware. Does not touch the chip.
 */
#include "cli/format.h"
#include "cli/session.h"
#include "cli/version.h"

static enum sl_err version_run(struct session *s, struct word *w)
{
	const struct link_version *v = link_get_version(s->link);
	const struct link_caps *caps = link_get_caps(s->link);
	char safe[200];

	(void)w;
	output_result(s->out, "stlink-download " STLINK_DOWNLOAD_VERSION);
	output_result(s->out, "probe:     %s", format_escape(safe, sizeof(safe),
							    link_describe(s->link)));
	output_result(s->out, "kind:      %s (USB %04x:%04x)",
		      s->probe.kind ? s->probe.kind->name : "not known", v->vid, v->pid);
	output_result(s->out, "firmware:  %s (ST-LINK %u, JTAG/SWD %u, SWIM %u)", v->text, v->stlink,
		      v->jtag, v->swim);
	output_result(s->out, "commands:  API v%u, up to %u bytes a transfer", caps->api,
		      caps->max_read);
	return SL_OK;
}

const struct command verb_version = {
	.name = "version",
	.syntax = "version",
	.summary = "this program and the probe's firmware",
	.help = "Asks the probe for its versions. The chip is not touched; it need not be there.\n"
		"(--version shows this program's version without any probe.)\n"
		"\n"
		"  stlink-download version\n",
	.form = FORM_ALONE,
	.needs = RUNG_PROBE,
	.run = version_run,
};
