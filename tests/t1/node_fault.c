/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * node_fault.c - a library to preload: opening a device node fails as the test says.
 *
 * STLINK_T1_NODE_FAULT is a list "PATH=ERRNO[,PATH=ERRNO...]", as "/dev/sg0=16". umockdev knows
 * neither permissions (everything runs as root in a build machine) nor O_EXCL; this does.
 * access() fails for EACCES, EPERM and EROFS only: a busy node may well be accessed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/t1/preload_open.h"

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

static int open_by(open_fn *real, const char *path, int flags, mode_t mode)
{
	int err = fault_of(path), fd;

	if (err != 0) {
		errno = err;
		return -1;
	}
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
