/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * generate.c - the completion of one shell from its template and the program's tables.
 *
 * Reads a template (stlink-download.bash.in and so on) from standard input and writes the script
 * to standard output; lines that begin with @ are replaced. What a shell does with the lists is
 * the template's business. tests/lint/generated_completions.sh calls it.
 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/peripherals.h"
#include "target/regs.h"

/* The beginning of a word, as it is offered: an address follows "read" in hexadecimal. */
static void put_name(FILE *f, const struct command *row)
{
	(void)fprintf(f, "%s%s", row->name, row->form == FORM_NUMBER ? "0x" : "");
}

/* Does something follow the name within the same word? */
static bool goes_on(const struct command *row)
{
	return row->form == FORM_ARGUMENT || row->form == FORM_NUMBER;
}

/* text inside '...', for a POSIX shell (zsh) or fish; colons hidden for zsh's _describe. */
static void put_quoted(FILE *f, const char *text, bool zsh)
{
	for (; *text; text++) {
		if (*text == '\'')
			(void)fputs(zsh ? "'\\''" : "\\'", f);
		else if (*text == '\\' || (zsh && *text == ':'))
			(void)fprintf(f, "\\%c", *text);
		else
			(void)fputc(*text, f);
	}
}

/* The first part of an option's help, for a list of one-liners; "with WORD: " before it goes. */
static void put_short(FILE *f, const char *help, bool zsh)
{
	char text[64];
	const char *colon = strstr(help, ": ");
	size_t len;

	if (strncmp(help, "with ", 5) == 0 && colon)
		help = colon + 2;
	len = strcspn(help, ":;(,");

	while (len > 0 && help[len - 1] == ' ')
		len--;
	(void)snprintf(text, sizeof(text), "%.*s", (int)len, help);
	put_quoted(f, text, zsh);
}

enum which { VISIBLE, HIDDEN };

static void put_plain(FILE *f, enum which which)
{
	size_t n = 0;
	const struct command *const *rows = verb_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (rows[i]->form == FORM_OWN || rows[i]->hidden != (which == HIDDEN))
			continue;
		(void)fputc('\t', f);
		put_name(f, rows[i]);
		(void)fputc('\n', f);
	}
}

static void put_words(FILE *f)
{
	put_plain(f, VISIBLE);
}

static void put_other_spellings(FILE *f)
{
	put_plain(f, HIDDEN);
}

/* Patterns of the words that name a file: "program=*|verify=*". */
static void put_file_words(FILE *f)
{
	size_t n = 0;
	const struct command *const *rows = verb_table(&n);
	const char *before = "\t";

	for (size_t i = 0; i < n; i++) {
		if (rows[i]->file_use == FILE_NONE)
			continue;
		(void)fprintf(f, "%s%s", before, rows[i]->name);
		before = " ";
	}
	(void)fputc('\n', f);
}

static void put_registers(FILE *f)
{
	size_t n = 0;
	const struct reg_name *names = reg_names(&n);

	for (size_t i = 0; i < n; i++)
		(void)fprintf(f, "%s%s", i % 16 ? " " : i ? "\n\t" : "\t", names[i].name);
	(void)fputc('\n', f);
}

static void put_peripherals(FILE *f)
{
	size_t n = 0;
	const struct peripheral *all = peripherals(&n);

	for (size_t i = 0; i < n; i++)
		(void)fprintf(f, "%s%s", i % 12 ? " " : i ? "\n\t" : "\t", all[i].name);
	(void)fputc('\n', f);
}

static bool is_path(const struct option_row *row)
{
	static const char *const paths[] = { "FILE", "PATH", "DIR" };

	for (size_t i = 0; row->argument && i < ARRAY_LEN(paths); i++)
		if (strcmp(row->argument, paths[i]) == 0)
			return true;
	return false;
}

static void put_bash_options(FILE *f)
{
	size_t n = 0;
	const struct option_row *rows = option_rows(&n);

	for (size_t i = 0; i < n; i++)
		if (!rows[i].hidden)
			(void)fprintf(f, "\t--%s%s\n", rows[i].name, rows[i].argument ? "=" : "");
}

static void put_bash_file_options(FILE *f)
{
	size_t n = 0;
	const struct option_row *rows = option_rows(&n);

	for (size_t i = 0; i < n; i++)
		if (is_path(&rows[i]) && !rows[i].hidden)
			(void)fprintf(f, "\t--%s=\n", rows[i].name);
}

static void put_bash_values(FILE *f)
{
	size_t n = 0;
	const struct option_row *rows = option_rows(&n);

	for (size_t i = 0; i < n; i++)
		if (rows[i].values)
			(void)fprintf(f, "\t--%s=*) values=\"%s\" ;;\n", rows[i].name, rows[i].values);
}

static void put_zsh_words(FILE *f, bool more)
{
	size_t n = 0;
	const struct command *const *rows = verb_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (rows[i]->form == FORM_OWN || rows[i]->hidden || goes_on(rows[i]) != more)
			continue;
		(void)fputs("\t\t'", f);
		put_quoted(f, rows[i]->name, true);
		(void)fputs(rows[i]->form == FORM_NUMBER ? "0x:" : ":", f);
		put_quoted(f, rows[i]->summary, true);
		(void)fputs("'\n", f);
	}
}

static void put_zsh_whole(FILE *f)
{
	put_zsh_words(f, false);
}

static void put_zsh_beginnings(FILE *f)
{
	put_zsh_words(f, true);
}

/* What follows an option, as _arguments wants it. */
static void put_zsh_argument(FILE *f, const struct option_row *row)
{
	if (row->values)
		(void)fprintf(f, ":%s:(%s)", row->name, row->values);
	else if (strcmp(row->argument, "DEV") == 0)
		(void)fprintf(f, ":%s:_stlink_download_devices", row->name);
	else if (is_path(row))
		(void)fprintf(f, ":%s:_files", row->name);
	else
		(void)fprintf(f, ":%s:", row->name);
}

static void put_zsh_options(FILE *f)
{
	size_t n = 0;
	const struct option_row *rows = option_rows(&n);

	for (size_t i = 0; i < n; i++) {
		const char *ends[2] = { "", "" };

		if (rows[i].hidden)
			continue;
		if (rows[i].argument) {
			ends[0] = "+";
			ends[1] = "=";
		}
		(void)fputs("\t\t", f);
		/* -v may be given three times. */
		if (rows[i].letter)
			(void)fprintf(f, "%s{-%c%s,--%s%s}'[", rows[i].letter == 'v' ? "\\*" : "",
				      rows[i].letter, ends[0], rows[i].name, ends[1]);
		else
			(void)fprintf(f, "'--%s%s[", rows[i].name, ends[1]);
		put_short(f, rows[i].help, true);
		(void)fputc(']', f);
		if (rows[i].argument)
			put_zsh_argument(f, &rows[i]);
		(void)fputs("' \\\n", f);
	}
}

static void put_fish_words(FILE *f)
{
	size_t n = 0;
	const struct command *const *rows = verb_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (rows[i]->form == FORM_OWN || rows[i]->hidden)
			continue;
		(void)fputs("complete -c stlink-download -n __stlink_download_at_word -a '", f);
		put_name(f, rows[i]);
		(void)fputs("' -d '", f);
		put_quoted(f, rows[i]->summary, false);
		(void)fputs("'\n", f);
	}
}

static void put_fish_options(FILE *f)
{
	size_t n = 0;
	const struct option_row *rows = option_rows(&n);

	for (size_t i = 0; i < n; i++) {
		if (rows[i].hidden)
			continue;
		(void)fprintf(f, "complete -c stlink-download -l %s", rows[i].name);
		if (rows[i].letter)
			(void)fprintf(f, " -s %c", rows[i].letter);
		if (rows[i].values)
			(void)fprintf(f, " -x -a '%s'", rows[i].values);
		else if (rows[i].argument && strcmp(rows[i].argument, "DEV") == 0)
			(void)fputs(" -x -a '(__stlink_download_devices)'", f);
		else if (rows[i].argument)
			(void)fprintf(f, " -%c", is_path(&rows[i]) ? 'r' : 'x');
		(void)fputs(" -d '", f);
		put_short(f, rows[i].help, false);
		(void)fputs("'\n", f);
	}
}

static const struct {
	const char *mark;
	void (*put)(FILE *f);
} sections[] = {
	{ "@WORDS@\n", put_words },
	{ "@OTHER_SPELLINGS@\n", put_other_spellings },
	{ "@FILE_WORDS@\n", put_file_words },
	{ "@REGISTERS@\n", put_registers },
	{ "@PERIPHERALS@\n", put_peripherals },
	{ "@BASH_OPTIONS@\n", put_bash_options },
	{ "@BASH_FILE_OPTIONS@\n", put_bash_file_options },
	{ "@BASH_VALUES@\n", put_bash_values },
	{ "@ZSH_WHOLE_WORDS@\n", put_zsh_whole },
	{ "@ZSH_BEGINNINGS@\n", put_zsh_beginnings },
	{ "@ZSH_OPTIONS@\n", put_zsh_options },
	{ "@FISH_WORDS@\n", put_fish_words },
	{ "@FISH_OPTIONS@\n", put_fish_options },
};

int main(void)
{
	char line[512];

	while (fgets(line, sizeof(line), stdin)) {
		bool found = false;

		for (size_t i = 0; i < ARRAY_LEN(sections) && !found; i++) {
			found = strcmp(line, sections[i].mark) == 0;
			if (found)
				sections[i].put(stdout);
		}
		if (!found && line[0] == '@') {
			(void)fprintf(stderr, "generate: unknown mark %s", line);
			return 1;
		}
		if (!found && fputs(line, stdout) == EOF)
			return 1;
	}
	return fflush(stdout) ? 1 : 0;
}
