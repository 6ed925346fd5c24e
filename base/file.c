/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * file.c - reading and writing whole files.
 */
#define _GNU_SOURCE /* renameat2, RENAME_NOREPLACE: Linux */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE        /* musl 1.2.3 has no renameat2 (renameat2(2), linux/fs.h) */
#define RENAME_NOREPLACE 1
#define renameat2(fd1, from, fd2, to, flags) \
	((int)syscall(SYS_renameat2, fd1, from, fd2, to, flags))
#endif

static const char where[] = "file";

static enum sl_err open_input(struct ctx *c, const char *path, int *fd)
{
	struct stat st;

	if (strcmp(path, "-") == 0) {
		*fd = STDIN_FILENO;
		return SL_OK;
	}
	/* O_NONBLOCK: opening a FIFO without a writer must not hang. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return ctx_fail_errno(c, SL_FILE, where, errno, "cannot open %s", path);
	if (fstat(*fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode))) {
		(void)fcntl(*fd, F_SETFL, 0);
		return SL_OK;
	}
	(void)close(*fd);
	*fd = -1;
	return ctx_fail(c, SL_FILE, where, "%s is not a regular file", path);
}

static enum sl_err read_some(struct ctx *c, int fd, const char *path, struct buffer *b, bool *end)
{
	enum { CHUNK = 65536 };
	static const char too_large[] = "%s is larger than %zu bytes";
	size_t want = b->max - b->len < CHUNK ? b->max - b->len : CHUNK;
	uint8_t probe;
	ssize_t n;

	if (buf_reserve(b, want))
		return ctx_fail(c, SL_NOMEM, where, "no memory for %s", path);
	/* A full buffer reads one byte more, to tell the limit from one above it. */
	n = want ? read(fd, b->data + b->len, want) : read(fd, &probe, 1);
	if (n < 0 && errno == EINTR)
		return ctx_interrupted(c);
	if (n < 0)
		return ctx_fail_errno(c, SL_FILE, where, errno, "cannot read %s", path);
	if (n > 0 && want == 0)
		return ctx_fail(c, SL_IMAGE, where, too_large, path, b->max);
	b->len += (size_t)n;
	*end = n == 0;
	return SL_OK;
}

enum sl_err file_read_fd(struct ctx *c, int fd, const char *name, struct buffer *b)
{
	bool end = false;
	enum sl_err err = SL_OK;

	while (!err && !end)
		err = read_some(c, fd, name, b, &end);
	return err;
}

enum sl_err file_read_all(struct ctx *c, const char *path, struct buffer *b)
{
	int fd = -1;
	enum sl_err err = open_input(c, path, &fd);

	if (!err)
		err = file_read_fd(c, fd, path, b);
	if (fd > STDIN_FILENO)
		(void)close(fd);
	return err;
}

enum sl_err file_check_new(struct ctx *c, const char *path, bool replace)
{
	struct stat st;

	if (lstat(path, &st))
		return SL_OK;
	if (!replace) {
		(void)ctx_fail(c, SL_FILE, where, "%s exists already", path);
		ctx_hint(c, "choose another name, or add --force to replace it");
		return SL_FILE;
	}
	/* Renaming over a device node would put a plain file in its place. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return ctx_fail(c, SL_FILE, where, "%s is not a regular file", path);
	return SL_OK;
}

static int write_fully(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd) ? errno : 0;
}

static int put_in_place(const char *temp, const char *path, bool replace)
{
	if (!replace && renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	/* EINVAL: the file system has no RENAME_NOREPLACE; the name was free a moment ago. */
	if (!replace && errno != EINVAL)
		return errno;
	return rename(temp, path) ? errno : 0;
}

enum sl_err file_write_all(struct ctx *c, const char *path, const void *data, size_t len,
			   bool replace)
{
	char temp[PATH_MAX];
	mode_t mask = umask(0);
	enum sl_err err;
	int fd, bad;

	(void)umask(mask);
	err = file_check_new(c, path, replace);
	if (err)
		return err;
	if (snprintf(temp, sizeof(temp), "%s.XXXXXX", path) >= (int)sizeof(temp))
		return ctx_fail(c, SL_FILE, where, "the name %.60s... is too long", path);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return ctx_fail_errno(c, SL_FILE, where, errno, "cannot create %s", path);
	bad = write_fully(fd, data, len);
	if (!bad && fchmod(fd, 0666 & ~mask))
		bad = errno;
	if (close(fd) && !bad)
		bad = errno;
	if (!bad)
		bad = put_in_place(temp, path, replace);
	if (bad) {
		(void)unlink(temp);
		return ctx_fail_errno(c, SL_FILE, where, bad, "cannot write %s", path);
	}
	return SL_OK;
}
