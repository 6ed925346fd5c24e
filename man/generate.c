/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * generate.c - the man page and docs/causes.md from their templates and the program's tables.
 *
 * Reads a template from standard input, writes the page to standard output.
 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "cli/help.h"

static const struct {
	const char *mark;
	void (*put)(FILE *f);
} sections[] = {
	{ "@OPTIONS@\n", help_man_options },
	{ "@WORDS@\n", help_man_words },
	{ "@EXITS@\n", help_man_exits },
	{ "@CAUSES@\n", help_man_causes },
	{ "@PROMISES@\n", help_man_promises },
	{ "@CAUSES-PAGE@\n", help_page_causes },
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
