/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * kinds.h - what can go wrong for a program on its host: one row each.
 */
#ifndef TESTS_HOST_KINDS_H
#define TESTS_HOST_KINDS_H

#include "tests/host/bed.h"

struct strike_kind {
	const char *name;
	enum strike_how how;
	int value;
	unsigned traits;        /* of the calls that it applies to; 0: all */
};

const struct strike_kind *strike_kinds(size_t *n);

#endif
