/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * preload_open.h - open and open64 of a library to preload: both come to open_by.
 *
 * Definitions, for one file of each such library, which defines open_by and _GNU_SOURCE.
 */
#ifndef TESTS_T1_PRELOAD_OPEN_H
#define TESTS_T1_PRELOAD_OPEN_H

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/types.h>

typedef int open_fn(const char *path, int flags, ...);

/* open_by - what becomes of an open. real: the one of the next library. */
static int open_by(open_fn *real, const char *path, int flags, mode_t mode);

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static open_fn *next_open(const char *name)
{
	void *found = next(name);
	open_fn *real;

	memcpy(&real, &found, sizeof(real));
	return real;
}

static mode_t mode_of(int flags, va_list ap)
{
	return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(ap, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return open_by(next_open("open"), path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return open_by(next_open("open64"), path, flags, mode);
}

#endif
