/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * personality.c - the table of personalities.
 */
#include "compat/compat.h"

#include <string.h>

#include "base/compiler.h"
#include "compat/tools.h"

static const struct personality table[] = {
	{ "st-flash", st_flash_main },
	{ "st-info", st_info_main },
};

static const struct personality *find(const char *name)
{
	const char *slash = strrchr(name, '/');

	name = slash ? slash + 1 : name;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

const struct personality *compat_find(int argc, char *const argv[], int *skip)
{
	const struct personality *p = argc > 0 ? find(argv[0]) : NULL;

	*skip = 0;
	if (p)
		return p;
	*skip = 1;
	/* A file of that name is not meant: words of ours never look like it. */
	return argc > 1 && !strchr(argv[1], '/') ? find(argv[1]) : NULL;
}
