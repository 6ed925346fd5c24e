/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * help.c - --help and help WORD.
 */
#include "cli/help.h"

#include <string.h>

#include "cli/options.h"

enum { WIDTH = 79, LEFT = 25 };

void help_wrap(FILE *f, const char *text, size_t at, size_t left)
{
	(void)fprintf(f, "%*s", at < left ? (int)(left - at) : 2, "");
	at = at < left ? left : at + 2;
	while (*text) {
		size_t word = strcspn(text, " ");

		if (at > left && at + word > WIDTH) {
			(void)fprintf(f, "\n%*s", (int)left, "");
			at = left;
		}
		(void)fprintf(f, "%.*s", (int)word, text);
		at += word;
		text += word;
		if (*text == ' ') {
			text++;
			if (at + 1 + strcspn(text, " ") <= WIDTH)
				(void)fputc(' ', f);
			at++;
		}
	}
	(void)fputc('\n', f);
}

static void put_option(FILE *f, const struct option_row *row)
{
	char left[48];
	int n = snprintf(left, sizeof(left), "  %c%c%s--%s%s%s", row->letter ? '-' : ' ',
			 row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name,
			 row->argument ? "=" : "", row->argument ? row->argument : "");

	(void)fputs(left, f);
	help_wrap(f, row->help, (size_t)n, LEFT);
}

void help_all(FILE *f)
{
	size_t n = 0;
	const struct command *const *rows = verb_table(&n);
	const struct option_row *options;

	(void)fputs("usage: stlink-download [options] [device] word...\n"
		    "Programs STM32 chips through an ST-LINK. Words run left to right in one session;\n"
		    "the first failure stops them. Example: stlink-download program=fw.hex reset\n"
		    "\nwords:\n", f);
	for (size_t i = 0; i < n; i++) {
		if (rows[i]->hidden)
			continue;
		(void)fprintf(f, "  %s", rows[i]->syntax);
		help_wrap(f, rows[i]->summary, 2 + strlen(rows[i]->syntax), LEFT);
	}
	(void)fputs("\noptions:\n", f);
	options = option_rows(&n);
	for (size_t i = 0; i < n; i++)
		if (!options[i].hidden && !options[i].words)
			put_option(f, &options[i]);
	(void)fputs("\nNumbers are decimal or 0x..., with k or M for 1024 or 1024 x 1024.\n"
		    "Status: 0 done, 1 other, 2 usage, 3 image, 4 file, 5 no probe, 6 permission,\n"
		    "7 busy, 8 host, 9 probe, 10 target, 11 flash, 12 verify, 13 unseen, 128+n signal\n",
		    f);
}

static const struct command *find_topic(const char *topic)
{
	static const char *const ends[] = { "", "=", ":", "=all" };
	const struct command *row;
	size_t n = 0;
	const struct command *const *rows = verb_table(&n);

	for (size_t e = 0; e < ARRAY_LEN(ends); e++) {
		size_t len = strlen(topic);

		for (size_t i = 0; i < n; i++) {
			const char *name = rows[i]->name;

			if (strncmp(name, topic, len) == 0 && strcmp(name + len, ends[e]) == 0)
				return rows[i];
		}
	}
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i]->syntax, topic) == 0)
			return rows[i];
	row = verb_find(topic);
	return row;
}

/* Options that go with this word only. */
static void put_options_of(FILE *f, const struct command *row)
{
	size_t n = 0, put = 0;
	const struct option_row *options = option_rows(&n);

	for (size_t i = 0; i < n; i++) {
		if (!options_of_word(&options[i], row->name))
			continue;
		if (put++ == 0)
			(void)fputc('\n', f);
		put_option(f, &options[i]);
	}
}

/* Topics that are no words. */
static const struct {
	const char *name;
	void (*put)(FILE *f);
} subjects[] = {
	{ "chips", help_chips },
	{ "causes", help_causes },
	{ "promises", help_promises },
};

enum sl_err help_word(struct ctx *c, FILE *f, const char *topic)
{
	const struct command *row = find_topic(topic);
	const struct command *near = row ? NULL : verb_nearest(topic);
	const struct cause_info *cause = help_find_cause(topic);

	for (size_t i = 0; i < ARRAY_LEN(subjects); i++) {
		if (strcmp(topic, subjects[i].name) == 0) {
			subjects[i].put(f);
			return SL_OK;
		}
	}
	if (cause) {
		help_cause(f, cause);
		return SL_OK;
	}
	if (!row) {
		(void)ctx_fail(c, SL_USAGE, "cli", "there is no word %.60s to explain", topic);
		if (near)
			ctx_hint(c, "did you mean %s? See stlink-download --help", near->syntax);
		return SL_USAGE;
	}
	(void)fprintf(f, "%s\n\n%s", row->syntax, row->help);
	put_options_of(f, row);
	return SL_OK;
}
