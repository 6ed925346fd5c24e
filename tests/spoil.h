/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * spoil.h - the n-th system call of a room fails, or its n-th allocation, for every n.
 *
 * Stands in a test program in front of the C library (dlsym), for the calls below. A test runs what it
 * is about with n = 0, 1, 2 ... until nothing is left to fail; see spoil_each. tests/host does the
 * same to the whole program from outside, by hours; this is for one room, in milliseconds.
 */
#ifndef TESTS_SPOIL_H
#define TESTS_SPOIL_H

#undef _FORTIFY_SOURCE          /* its inline functions would stand in front of these */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/ctx.h"

enum { SPOIL_NEVER = -1, SPOIL_CALLS_MAX = 20000 };

/* What fails: calls, with this errno; or with 0 allocations. */
static struct {
	long at, count;
	int error;
	bool on, for_ever, struck;
} spoil = { .at = SPOIL_NEVER };

static bool spoilt(bool memory)
{
	long n;

	if (!spoil.on || memory != (spoil.error == 0))
		return false;
	n = spoil.count++;
	if (n != spoil.at && !(spoil.for_ever && n > spoil.at))
		return false;
	spoil.struck = true;
	errno = memory ? ENOMEM : spoil.error;
	return true;
}

static void *behind(const char *name)
{
	char wide[32];
	void *f;

	(void)snprintf(wide, sizeof(wide), "%s64", name);
	f = sizeof(long) == 4 ? dlsym(RTLD_NEXT, wide) : NULL;
	return f ? f : dlsym(RTLD_NEXT, name);
}

#define SPOILED(type, name, params, args, bad) \
	type name params \
	{ \
		static type (*real) params; \
		if (!real) \
			*(void **)&real = behind(#name); \
		if (spoilt(false)) \
			return bad; \
		return real args; \
	}

SPOILED(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), -1)
SPOILED(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), -1)
SPOILED(int, fstat, (int fd, struct stat *st), (fd, st), -1)
SPOILED(int, stat, (const char *path, struct stat *st), (path, st), -1)
SPOILED(int, lstat, (const char *path, struct stat *st), (path, st), -1)
SPOILED(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
SPOILED(int, chmod, (const char *path, mode_t mode), (path, mode), -1)
SPOILED(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
SPOILED(int, fsync, (int fd), (fd), -1)
SPOILED(int, fdatasync, (int fd), (fd), -1)
SPOILED(int, rename, (const char *from, const char *to), (from, to), -1)
SPOILED(int, access, (const char *path, int mode), (path, mode), -1)
SPOILED(int, mkostemp, (char *path, int flags), (path, flags), -1)
SPOILED(int, pipe2, (int ends[2], int flags), (ends, flags), -1)
SPOILED(int, poll, (struct pollfd *p, nfds_t n, int ms), (p, n, ms), -1)
SPOILED(pid_t, waitpid, (pid_t pid, int *status, int flags), (pid, status, flags), -1)
SPOILED(DIR *, opendir, (const char *path), (path), NULL)
SPOILED(DIR *, fdopendir, (int fd), (fd), NULL)
SPOILED(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
SPOILED(ssize_t, readlink, (const char *path, char *out, size_t n), (path, out, n), -1)

/* cmocka and the tests open files, too: but not while it is on. */
int open(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return spoilt(false) ? -1 : openat(AT_FDCWD, path, flags, mode);
}

#ifndef __SANITIZE_ADDRESS__    /* which owns the heap */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

static long spoil_live;         /* blocks */

void *malloc(size_t size)
{
	void *p = spoilt(true) ? NULL : __libc_malloc(size);

	spoil_live += p != NULL;
	return p;
}

void *calloc(size_t n, size_t size)
{
	void *p = spoilt(true) ? NULL : __libc_calloc(n, size);

	spoil_live += p != NULL;
	return p;
}

void *realloc(void *old, size_t size)
{
	void *p = spoilt(true) ? NULL : __libc_realloc(old, size);

	spoil_live += p != NULL && old == NULL;
	return p;
}

void free(void *p)
{
	spoil_live -= p != NULL;
	__libc_free(p);
}
#else
static long spoil_live;
#endif

static long open_descriptors(void)
{
	long n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* What is spoiled: sets up by itself, runs the work between spoil_on and spoil_off, and asserts what must
 * hold; struck: did something fail? Its context is given back empty-handed: no block, no descriptor. */
typedef void spoil_fn(const void *arg);

/* A child has nobody to tell what failed in it. */
static void spare_child(void)
{
	spoil.on = false;
}

static void spoil_on(void)
{
	static bool told;

	if (!told)
		told = pthread_atfork(NULL, NULL, spare_child) == 0;
	spoil.count = 0;
	spoil.on = true;
}

static void spoil_off(void)
{
	spoil.on = false;
}

/* Each call, or with error 0 each allocation, fails once, and then from there on (but EINTR, after which
 * one tries again). Returns how many. */
static long spoil_each(int error, spoil_fn *fn, const void *arg)
{
	long all = 0;

	spoil.error = error;
	for (int ever = 0; ever <= (error != EINTR); ever++) {
		spoil.for_ever = ever;
		for (spoil.at = 0; spoil.at < SPOIL_CALLS_MAX; spoil.at++) {
			long blocks = spoil_live, descriptors = open_descriptors();

			spoil.struck = false;
			fn(arg);
			assert_false(spoil.on);
			assert_int_equal(open_descriptors(), descriptors);
			assert_int_equal(spoil_live, blocks);
			if (!spoil.struck)
				break;
			all++;
		}
	}
	spoil.at = SPOIL_NEVER;
	spoil.for_ever = false;
	return all;
}

/* What every failure owes to its reader. */
static inline void assert_told(const struct ctx *c, enum sl_err err)
{
	if (!err)
		return;
	assert_int_equal(c->fault.code, err);
	assert_true(c->fault.text[0] != '\0');
	assert_in_range(err_exit_status(&c->fault), 1, 13);
}

#endif
