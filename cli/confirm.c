/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * confirm.c - asking the person at the terminal.
 */
#include "cli/confirm.h"

#include <string.h>
#include <unistd.h>

static bool somebody_there(const struct session *s)
{
	return !s->out->json_on && isatty(STDIN_FILENO);
}

void confirm_typed(struct session *s, const char *question, char *buf, size_t size)
{
	buf[0] = '\0';
	if (!somebody_there(s))
		return;
	(void)fputs(question, s->out->err);
	(void)fflush(s->out->err);
	if (!fgets(buf, (int)size, stdin))
		buf[0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

enum sl_err confirm_yes(struct session *s, const char *question)
{
	char answer[16];

	if (s->options->yes)
		return SL_OK;
	if (!somebody_there(s)) {
		(void)ctx_fail(s->ctx, SL_USAGE, "cli", "nothing was changed: nobody is there to ask");
		ctx_hint(s->ctx, "add --yes");
		return SL_USAGE;
	}
	confirm_typed(s, question, answer, sizeof(answer));
	if (answer[0] == 'y' || answer[0] == 'Y')
		return SL_OK;
	return ctx_fail(s->ctx, SL_OTHER, "cli", "nothing was changed, as you wished");
}
