/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * help_man.c - sections of the man page, in mdoc(7), from the same tables as --help.
 */
#include "cli/help.h"

#include <string.h>

#include "base/error.h"
#include "cli/options.h"

/* Text that roff would take for a request or an escape is made harmless. */
static void put_text(FILE *f, const char *text, size_t len)
{
	if (len > 0 && (text[0] == '.' || text[0] == '\''))
		(void)fputs("\\&", f);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			(void)fputs("\\e", f);
		else if (text[i] == '-')
			(void)fputs("\\-", f);
		else
			(void)fputc(text[i], f);
	}
}

/* Paragraphs of a help text: indented lines are examples, blank lines part paragraphs. */
static void put_help(FILE *f, const char *help)
{
	bool literal = false;

	while (*help) {
		size_t len = strcspn(help, "\n");
		bool example = strncmp(help, "  ", 2) == 0;

		if (example && !literal)
			(void)fputs(".Bd -literal -compact\n", f);
		if (!example && literal)
			(void)fputs(".Ed\n", f);
		literal = example;
		if (len == 0) {
			(void)fputs(".Pp\n", f);
		} else {
			put_text(f, help, len);
			(void)fputc('\n', f);
		}
		help += len + (help[len] == '\n');
	}
	if (literal)
		(void)fputs(".Ed\n", f);
}

void help_man_words(FILE *f)
{
	size_t n = 0;
	const struct command *const *rows = command_table(&n);

	(void)fputs(".Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < n; i++) {
		(void)fputs(".It Ic ", f);
		put_text(f, rows[i]->syntax, strlen(rows[i]->syntax));
		(void)fputc('\n', f);
		put_help(f, rows[i]->help);
	}
	(void)fputs(".El\n", f);
}

void help_man_options(FILE *f)
{
	size_t n = 0;
	const struct option_row *rows = option_rows(&n);

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
		put_text(f, rows[i].help, strlen(rows[i].help));
		(void)fputs(".\n", f);
	}
	(void)fputs(".El\n", f);
}

static void put_error(FILE *f, const struct err_info *e)
{
	(void)fprintf(f, ".It Li %s\n", e->name);
	put_text(f, e->sentence, strlen(e->sentence));
	if (e->cure[0]) {
		(void)fputs(";\n", f);
		put_text(f, e->cure, strlen(e->cure));
	}
	(void)fputs(".\n", f);
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
