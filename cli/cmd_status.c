/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_status.c - status: what the core is doing now.
 */
#include "cli/describe.h"

static enum sl_err status_run(struct session *s, struct word *w)
{
	enum target_state state = TARGET_RUNNING;
	enum sl_err err = target_get_state(s->target, s->ctx, &state);
	struct json *j;

	(void)w;
	if (err)
		return err;
	output_result(s->out, "core: %s", describe_state(state));
	j = output_event(s->out, "status");
	if (j) {
		json_string(j, "core", describe_state(state));
		output_event_end(s->out);
	}
	return SL_OK;
}

const struct command verb_status = {
	.name = "status",
	.syntax = "status",
	.summary = "is the core running, halted, asleep, locked up?",
	.help = "Reads the core's debug status and changes nothing.\n"
		"\n"
		"  stlink-download status\n"
		"  stlink-download debug status step status\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.run = status_run,
};
