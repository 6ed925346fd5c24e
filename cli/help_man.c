/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * help_man.c - sections of the man page, in mdoc(7), from the same tables as --help.
 */
#include "cli/help.h"

#include <string.h>

#include "base/cause.h"
#include "cli/promises.h"
#include "cli/options.h"

enum { SOURCE_WIDTH = 52 };

static void put_char(FILE *f, char ch)
{
	if (ch == '\\')
		(void)fputs("\\e", f);
	else if (ch == '-')
		(void)fputs("\\-", f);
	else
		(void)fputc(ch, f);
}

/* An example, as it stands. */
static void put_literal(FILE *f, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put_char(f, text[i]);
	(void)fputc('\n', f);
}

/* Flowing text: a new line after each sentence, as mdoc wants it, and before column 80. What
 * roff would take for a request is made harmless. *column runs on between calls. */
static void put_text(FILE *f, const char *text, size_t len, size_t *column)
{
	for (size_t i = 0; i < len; i++) {
		bool sentence = i > 0 && text[i] == ' ' && text[i - 1] == '.';

		if (text[i] == ' ' && (sentence || *column > SOURCE_WIDTH)) {
			(void)fputc('\n', f);
			*column = 0;
			continue;
		}
		if (*column == 0 && (text[i] == '.' || text[i] == '\''))
			(void)fputs("\\&", f);
		put_char(f, text[i]);
		*column += text[i] == '-' ? 2 : 1;
	}
}

static void end_text(FILE *f, size_t *column)
{
	if (*column > 0)
		(void)fputc('\n', f);
	*column = 0;
}

/* Paragraphs of a help text: indented lines are examples, blank lines part paragraphs. */
static void put_help(FILE *f, const char *help)
{
	bool literal = false;
	size_t column = 0;

	for (size_t len; *help; help += len + (help[len] == '\n')) {
		bool example = strncmp(help, "  ", 2) == 0;

		len = strcspn(help, "\n");
		if (example != literal || len == 0)
			end_text(f, &column);
		if (example != literal)
			(void)fputs(example ? ".Bd -literal -compact\n" : ".Ed\n", f);
		literal = example;
		if (len == 0) {
			(void)fputs(".Pp\n", f);
		} else if (example) {
			put_literal(f, help, len);
		} else {
			/* The text's own line ends flow, unless a sentence ends there. */
			if (column > 0 && help[-2] != '.')
				put_text(f, " ", 1, &column);
			else
				end_text(f, &column);
			put_text(f, help, len, &column);
		}
	}
	end_text(f, &column);
	if (literal)
		(void)fputs(".Ed\n", f);
}

void help_man_words(FILE *f)
{
	size_t n = 0;
	const struct command *const *rows = verb_table(&n);

	(void)fputs(".Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < n; i++) {
		(void)fputs(".It Ic ", f);
		for (const char *p = rows[i]->syntax; *p; p++)
			put_char(f, *p);
		/* A colon or bracket at the end is no punctuation. */
		(void)fputs("\\&\n", f);
		put_help(f, rows[i]->help);
	}
	(void)fputs(".El\n", f);
}

void help_man_options(FILE *f)
{
	size_t n = 0;
	const struct option_row *rows = option_rows(&n);
	size_t column = 0;

	(void)fputs(".Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].hidden)
			continue;
		(void)fputs(".It ", f);
		if (rows[i].letter)
			(void)fprintf(f, "Fl %c , ", rows[i].letter);
		(void)fprintf(f, "Fl Fl %s%s%s\n", rows[i].name,
			      rows[i].argument ? " Ns = Ns Ar " : "",
			      rows[i].argument ? rows[i].argument : "");
		put_text(f, rows[i].help, strlen(rows[i].help), &column);
		(void)fputs(".\n", f);
		column = 0;
	}
	(void)fputs(".El\n", f);
}

static void put_error(FILE *f, const struct err_info *e)
{
	size_t column = 0;

	(void)fprintf(f, ".It Li %s\n", e->name);
	put_text(f, e->sentence, strlen(e->sentence), &column);
	if (e->cure[0]) {
		(void)fputs(";\n", f);
		column = 0;
		put_text(f, e->cure, strlen(e->cure), &column);
	}
	(void)fputs(".\n", f);
}

void help_man_causes(FILE *f)
{
	size_t n = 0;
	const struct cause_info *rows = cause_table(&n);

	(void)fputs(".Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < n; i++) {
		size_t column = 0;

		(void)fprintf(f, ".It Li E%u\n", (unsigned)rows[i].code);
		put_text(f, rows[i].title, strlen(rows[i].title), &column);
		(void)fputs(":\n", f);
		column = 0;
		put_text(f, rows[i].cure, strlen(rows[i].cure), &column);
		(void)fputs(".\n", f);
	}
	(void)fputs(".El\n", f);
}

void help_man_promises(FILE *f)
{
	size_t n = 0;
	const struct promise *rows = promise_table(&n);

	(void)fputs(".Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < n; i++) {
		size_t column = 0;

		(void)fprintf(f, ".It Sy \\&%s\n", rows[i].title);
		put_text(f, rows[i].text, strlen(rows[i].text), &column);
		(void)fputs("\nHeld up by\n", f);
		column = 0;
		put_text(f, rows[i].held_by, strlen(rows[i].held_by), &column);
		(void)fputs(".\n", f);
	}
	(void)fputs(".El\n", f);
}

void help_man_exits(FILE *f)
{
	(void)fputs(".Bl -tag -width Ds\n", f);
	for (int status = 0; status < 128; status++) {
		bool open = false;

		for (int code = SL_OK; code < SL_ERR_COUNT; code++) {
			const struct err_info *e = err_info((enum sl_err)code);

			if (e->exit_status != status || e->code == SL_INTR)
				continue;
			if (!open)
				(void)fprintf(f, ".It %d\n.Bl -tag -width Ds -compact\n", status);
			open = true;
			put_error(f, e);
		}
		if (open)
			(void)fputs(".El\n", f);
	}
	(void)fputs(".It 128+n\n"
		    "Stopped by signal n, after the chip was left as it was found.\n"
		    ".El\n", f);
}
