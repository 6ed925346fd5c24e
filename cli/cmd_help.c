/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_help.c - help [WORD].
 */
#include "cli/help.h"
#include "cli/session.h"

static enum sl_err help_run(struct session *s, struct word *w)
{
	FILE *f = s->out->json_on ? s->out->err : s->out->out;

	if (w->next)
		return help_word(s->ctx, f, w->next);
	help_all(f);
	return SL_OK;
}

const struct command verb_help = {
	.name = "help",
	.syntax = "help [WORD]",
	.summary = "all words, or one explained with an example",
	.help = "Shows all words and options, or explains one word with an example. help chips\n"
		"lists the chips and says what was tested with each. help E207 explains the\n"
		"number at the end of a failure, help causes lists these numbers. help promises\n"
		"says what may be relied on, and which tests see to it.\n"
		"\n"
		"  stlink-download help program\n"
		"  stlink-download help chips\n"
		"  stlink-download help E207\n",
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.takes_next = true,
	.run = help_run,
};
