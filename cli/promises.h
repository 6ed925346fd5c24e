/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * promises.h - what users may rely on, and the tests that hold each promise up.
 *
 * help promises, the man page and README.md say it in these words; a test compares them, and looks
 * whether the tests are there.
 */
#ifndef CLI_PROMISES_H
#define CLI_PROMISES_H

#include <stddef.h>

struct promise {
	const char *title;              /* "It always ends" */
	const char *text;               /* a sentence or two */
	const char *held_by;            /* files under tests/, and "make TARGET", with ", " between */
};

/* promise_table - the promises in order; *n rows. */
const struct promise *promise_table(size_t *n);

#endif
