/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * help_chips.c - help chips: which chips there are, and what was really tested with each.
 *
 * Made from the chip table and the table of flash drivers. Clones are not listed.
 */
#include "cli/help.h"

#include "base/compiler.h"
#include "cli/describe.h"
#include "flash/driver.h"
#include "target/chip_table.h"

static const char *mark(enum tested t)
{
	static const char *const marks[] = {
		[NT] = ".", [SIM] = "sim", [OK] = "ok", [BAD] = "BAD",
	};

	return (size_t)t < ARRAY_LEN(marks) ? marks[t] : "?";
}

/* What nobody wrote cannot be tested. */
static const char *flash_mark(const struct chip_row *row, enum tested t)
{
	return row->controller && driver_find(row->controller) ? mark(t) : "-";
}

static void put_row(FILE *f, const struct chip_row *row)
{
	int n = fprintf(f, "  0x%03x  %-5s %-5s %-5s %-5s", row->dev_id, mark(row->tested.identify),
			mark(row->tested.read), flash_mark(row, row->tested.erase),
			flash_mark(row, row->tested.program));

	help_wrap(f, target_chip_names(row->devices).s, n > 0 ? (size_t)n : 0, HELP_CHIPS_LEFT);
}

void help_chips(FILE *f)
{
	size_t n = 0;
	const struct chip_row *rows = chip_rows(&n);

	(void)fputs("chips, and what was tested with each:\n"
		    "sim on the virtual board, ok on silicon, . not at all, - no flash driver here\n\n"
		    "  id     info  read  erase write chips\n", f);
	for (size_t i = 0; i < n; i++)
		put_row(f, &rows[i]);
	(void)fputs("\nWords for core and memory work on any chip with a Cortex-M core.\n", f);
}
