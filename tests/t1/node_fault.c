/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * node_fault.c - a library to preload: opening a device node fails as the test says.
 *
 * STLINK_T1_NODE_FAULT is a list "PATH=ERRNO[,PATH=ERRNO...]", as "/dev/sg0=16". umockdev knows
 * neither permissions (everything runs as root in a build machine) nor O_EXCL; this does.
 * access() fails for EACCES, EPERM and EROFS only: a busy node may well be accessed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

int node_fault_marker(void);
int access(const char *path, int mode);

int node_fault_marker(void)
{
	return 1;
}

/* The errno that opening path shall give; 0: none. */
static int fault_of(const char *path)
{
	const char *list = getenv("STLINK_T1_NODE_FAULT");
	size_t len = strlen(path);

	while (list && *list) {
		if (strncmp(list, path, len) == 0 && list[len] == '=')
			return (int)strtol(list + len + 1, NULL, 10);
		list = strchr(list, ',');
		if (list)
			list++;
	}
	return 0;
}

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static int open_by(const char *name, const char *path, int flags, mode_t mode)
{
	int (*real)(const char *, int, ...);
	void *found = next(name);
	int err = fault_of(path), fd;

	if (err != 0) {
		errno = err;
		return -1;
	}
	memcpy(&real, &found, sizeof(real));
	fd = real(path, flags, mode);
	/* sg: whoever opens with O_EXCL shuts the others out (drivers/scsi/sg.c, sg_open). */
	if (fd >= 0 && strncmp(path, "/dev/sg", 7) == 0 && (flags & O_EXCL) &&
	    flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		errno = EBUSY;
		return -1;
	}
	return fd;
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
	return open_by("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return open_by("open64", path, flags, mode);
}

int access(const char *path, int mode)
{
	int (*real)(const char *, int);
	void *found = next("access");
	int err = fault_of(path);

	if (err == EACCES || err == EPERM || err == EROFS) {
		errno = err;
		return -1;
	}
	memcpy(&real, &found, sizeof(real));
	return real(path, mode);
}
