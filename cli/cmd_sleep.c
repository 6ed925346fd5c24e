/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_sleep.c - sleep, sleep=S: wait between two words, the session staying open.
 */
#include <string.h>

#include "cli/session.h"
#include "cli/word.h"

enum { DEFAULT_S = 5, MAX_S = 86400, SLICE_US = 50 * 1000 };

static enum sl_err sleep_parse(struct ctx *c, struct word *w, const char *rest)
{
	enum sl_err err = word_parse_number(c, rest, strlen(rest), "a number of seconds", &w->value);

	if (!err && w->value > MAX_S)
		return word_usage(c, w, "%u seconds is more than a day", (unsigned)w->value);
	return err;
}

static enum sl_err default_parse(struct ctx *c, struct word *w, const char *rest)
{
	(void)c;
	(void)rest;
	w->value = DEFAULT_S;
	return SL_OK;
}

static enum sl_err sleep_run(struct session *s, struct word *w)
{
	struct deadline end = ctx_deadline(s->ctx, (uint64_t)w->value * 1000u);
	enum sl_err err = ctx_interrupted(s->ctx);

	while (!err && !ctx_expired(s->ctx, end)) {
		ctx_sleep_us(s->ctx, SLICE_US);
		err = ctx_interrupted(s->ctx);
	}
	return err;
}

const struct command verb_sleep = {
	.name = "sleep",
	.syntax = "sleep[=S]",
	.summary = "wait 5 seconds, or S",
	.help = "Waits 5 seconds, or S, before the next word; the session stays open.\n"
		"\n"
		"  stlink-download reset sleep=2 debug regs\n",
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.parse = default_parse,
	.unattended = true,
	.run = sleep_run,
};

const struct command verb_sleep_for = {
	.name = "sleep=",
	.syntax = "sleep=S",
	.summary = "wait S seconds",
	.help = "Waits S seconds before the next word; the session stays open.\n"
		"\n"
		"  stlink-download reset sleep=2 debug regs\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_NOTHING,
	.hidden = true,
	.parse = sleep_parse,
	.unattended = true,
	.run = sleep_run,
};
