/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * compat.h - the program under other tools' names: st-flash and st-info.
 *
 * Command lines, texts and exit statuses are theirs (1.7.0; command lines of 1.8.0 as well), the
 * work is done by this program's own rooms. What differs on purpose is in deviations.c.
 */
#ifndef COMPAT_COMPAT_H
#define COMPAT_COMPAT_H

#include <stdbool.h>

#include "base/ctx.h"

/* Exit statuses of the stock tools. */
enum { COMPAT_OK = 0, COMPAT_INTERRUPTED = 1, COMPAT_FAILED = 255 };

struct personality {
	const char *name;               /* "st-flash" */
	int (*run)(struct ctx *c, int argc, char *const argv[]);
};

/* compat_find - whose command line this is: by the name that the program was called by, or by its
 * first word. skip: how many words come before that personality's own argv[0]. NULL: our own. */
const struct personality *compat_find(int argc, char *const argv[], int *skip);

/* compat_explain - print where the personalities differ from the stock tools, and why. */
void compat_explain(void);

#endif
