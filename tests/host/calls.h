/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * calls.h - system calls: their names, and what can become of them.
 */
#ifndef TESTS_HOST_CALLS_H
#define TESTS_HOST_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

enum call_trait {
	CALL_FAILS = 1,         /* may fail for reasons outside the program */
	CALL_COUNT = 2,         /* third argument: how many bytes at most; may move fewer */
	CALL_MEMORY = 4,        /* asks for memory or a thread */
	CALL_CARRIED_OUT = 8,   /* is carried out even when it fails: the descriptor is gone */
	CALL_FD = 16,           /* first argument: a descriptor */
	CALL_PATH = 32,         /* first argument: a path */
	CALL_AT = 64            /* first a directory, second a path */
};

struct call_kind {
	long number;
	const char *name;
	unsigned traits;
};

/* call_kind - the row of a system call; never NULL, but its name may be "?": then it counts as one
 * that may fail. */
const struct call_kind *call_kind(long number);

#endif
