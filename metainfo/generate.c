/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * generate.c - the AppStream metainfo from its template and the table of probes in link/kinds.c.
 *
 * Reads the template from standard input, writes the file to standard output. The line
 * @MODALIASES@ becomes one modalias a product id: what the kernel's MODALIAS of such a device
 * begins with.
 */
#include <stdio.h>
#include <string.h>

#include "link/probe.h"

static void put_modaliases(void)
{
	size_t n = 0;
	const struct probe_kind *kinds = probe_kinds(&n);

	/* Hexadecimal in capitals: file2alias.c of the kernel writes them so. */
	for (size_t i = 0; i < n; i++)
		(void)printf("    <modalias>usb:v%04Xp%04Xd*</modalias>\n", (unsigned)PROBE_VID,
			     (unsigned)kinds[i].pid);
}

int main(void)
{
	char line[512];
	unsigned marks = 0;

	while (fgets(line, sizeof(line), stdin)) {
		if (strcmp(line, "@MODALIASES@\n") == 0) {
			put_modaliases();
			marks++;
		} else if (fputs(line, stdout) == EOF) {
			return 1;
		}
	}
	if (marks != 1)
		(void)fputs("generate: no line, or more than one, is @MODALIASES@\n", stderr);
	return fflush(stdout) || marks != 1 ? 1 : 0;
}
