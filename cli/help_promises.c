/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * help_promises.c - help promises: what users may rely on, and the tests behind it.
 */
#include "cli/help.h"
#include "cli/promises.h"

void help_promises(FILE *f)
{
	size_t n = 0;
	const struct promise *rows = promise_table(&n);

	for (size_t i = 0; i < n; i++) {
		(void)fprintf(f, "%s%s\n   ", i ? "\n" : "", rows[i].title);
		help_wrap(f, rows[i].text, 3, 4);
		(void)fputs("    held up by:", f);
		help_wrap(f, rows[i].held_by, 15, 16);
	}
}
