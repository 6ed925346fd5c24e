/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * help_causes.c - help E207, help causes: what stands behind the numbers at the end of a failure.
 */
#include <string.h>

#include "base/cause.h"
#include "base/number.h"
#include "cli/help.h"

const struct cause_info *help_find_cause(const char *topic)
{
	size_t n = 0;
	const struct cause_info *rows = cause_table(&n);
	uint32_t number = 0;

	if ((topic[0] == 'E' || topic[0] == 'e') && num_parse_str(topic + 1, &number))
		return cause_info((enum sl_cause)number);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].name, topic) == 0)
			return &rows[i];
	return NULL;
}

void help_cause(FILE *f, const struct cause_info *row)
{
	(void)fprintf(f, "E%u  %s\n\n%s\ntry:", (unsigned)row->code, row->title, row->meaning);
	help_wrap(f, row->cure, 4, 5);
	if (row->command)
		(void)fprintf(f, "\n  %s\n", row->command);
}

void help_causes(FILE *f)
{
	size_t n = 0;
	const struct cause_info *rows = cause_table(&n);

	for (size_t i = 0; i < n; i++)
		(void)fprintf(f, "E%u  %s\n", (unsigned)rows[i].code, rows[i].title);
	(void)fputs("\nhelp E207 explains one. stlink-download doctor finds out which it is.\n", f);
}

/* ---- docs/causes.md ---- */

/* For GitHub: what is plain text here must stay plain there. */
static void put_plain(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (strchr("<>*_|", *text))
			(void)fputc('\\', f);
		(void)fputc(*text, f);
	}
}

/* Lines that begin with a blank are a figure. */
static void put_paragraphs(FILE *f, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char line[128];

		(void)snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (line[0] == ' ')
			(void)fprintf(f, "  %s", line);
		else
			put_plain(f, line);
		(void)fputc('\n', f);
		text += len + (text[len] == '\n');
	}
}

static void put_row(FILE *f, const struct cause_info *row)
{
	(void)fprintf(f, "### E%u ", (unsigned)row->code);
	put_plain(f, row->title);
	(void)fprintf(f, "\n\n`%s`, ", row->name);
	if (row->weight == CAUSE_REMARK)
		(void)fputs("a remark.\n\n", f);
	else
		(void)fprintf(f, "an obstacle: exit status %d.\n\n", err_info(row->err)->exit_status);
	put_paragraphs(f, row->meaning);
	(void)fputs("\n**Try:** ", f);
	put_plain(f, row->cure);
	(void)fputs(row->command ? ":\n\n" : ".\n", f);
	if (row->command)
		(void)fprintf(f, "    %s\n", row->command);
}

void help_page_causes(FILE *f)
{
	size_t n = 0;
	const struct cause_info *rows = cause_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			(void)fputc('\n', f);
		put_row(f, &rows[i]);
	}
}
