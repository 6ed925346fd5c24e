/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * resident.c - how much memory this process has.
 */
#include "tests/faults/resident.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 512 };

/* Does a mapping begin with this line, "from-to rwxp ..."? If so, does it count? */
static bool begins_mapping(const char *line, bool *counts)
{
	const char *space = strchr(line, ' ');

	if (!space || !memchr(line, '-', (size_t)(space - line)) || strlen(space) < 5)
		return false;
	*counts = !(space[2] == 'w' && space[3] == 'x') && !strstr(space, "[heap]");
	return true;
}

long resident_kib(void)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[LINE_BYTES];
	bool counts = false;
	long sum = 0;

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		if (!begins_mapping(line, &counts) && counts && strncmp(line, "Rss:", 4) == 0)
			sum += strtol(line + 4, NULL, 10);
	(void)fclose(f);
	return sum;
}
