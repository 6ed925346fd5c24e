/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tracer.h - run a program and let one thing go wrong at its k-th system call.
 *
 * The calls are counted from main on, in all threads; those that marks.c declares to be the mock
 * kernel's are not. x86-64 only.
 */
#ifndef TESTS_HOST_TRACER_H
#define TESTS_HOST_TRACER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/host/calls.h"

enum strike_how {
	STRIKE_NOTHING,         /* it runs as fast as it can; nothing is counted */
	STRIKE_COUNT,           /* only count */
	STRIKE_ERRNO,           /* the call fails with value */
	STRIKE_PART,            /* it moves one value-th of the bytes, at least one */
	STRIKE_SIGNAL,          /* signal number value comes as it begins */
	STRIKE_ALLOCATION       /* an allocation fails; value 1: and all later ones */
};

struct strike_plan {
	enum strike_how how;
	int value;
	unsigned traits;        /* calls with one of these count; 0: all calls do */
	uint64_t index;         /* which of them, from 0 */
};

/* What the call was about that was struck. */
struct struck_call {
	const struct call_kind *kind;
	long first;             /* its first argument */
	char about[200];        /* path or what the descriptor leads to; "" if neither */
};

struct traced {
	int status;             /* as a shell says: 128 + n for a signal */
	int killed_by;          /* that signal; 0: it ended by itself */
	bool struck, handled;   /* handled: a handler for the signal was there, or it is ignored */
	bool late;              /* did not end in time, and was killed */
	struct struck_call call;
	uint64_t counted;       /* calls that count */
	double seconds;
};

/* The program wants to sleep for so long. */
typedef void traced_sleep_fn(uint64_t ns);

struct traced_program {
	char *const *argv;      /* argv[0]: path */
	char *const *envp;
	const char *directory;
	int out, err;           /* descriptors for its standard output and error */
	unsigned limit_s;
	traced_sleep_fn *slept; /* NULL: it really sleeps */
};

/* tracer_run - run it. False when it cannot be run at all. */
bool tracer_run(const struct traced_program *p, const struct strike_plan *plan, struct traced *end);

#endif
