/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * trusted.c - walking a path from descriptor to descriptor, believing nobody.
 *
 * openat and O_NOFOLLOW for each component rather than openat2, which older kernels and many
 * system call filters lack. Source: path_resolution(7), open(2).
 */
#define _GNU_SOURCE /* O_PATH: Linux */
#include "base/trusted.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static const char where[] = "file";

/* Whom the kernel shows where a user has no number here, in a user name space: anybody.
 * Source: user_namespaces(7), overflowuid. */
enum { UID_ANYBODY = 65534 };

/* A path on its way: how much of it has been opened. */
struct walk {
	struct ctx *ctx;
	const char *path;
	size_t done;                    /* path[0 .. done) is open as fd */
	uid_t owner;
	int fd;
};

static enum sl_err refuse(const struct walk *w, const char *why)
{
	(void)ctx_fail(w->ctx, SL_FILE, where, "%.*s %s", (int)w->done, w->path, why);
	ctx_hint(w->ctx, "only files that none but root (or the owner of the configuration) can "
			 "change are used: chown root, chmod go-w, no symbolic links");
	return SL_FILE;
}

static enum sl_err believe(const struct walk *w, const struct stat *st)
{
	bool shared = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX);

	if (st->st_uid != 0 && (st->st_uid != w->owner || st->st_uid == UID_ANYBODY))
		return refuse(w, w->owner ? "belongs to another user" : "does not belong to root");
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) && !shared)
		return refuse(w, "may be written by others than its owner");
	return SL_OK;
}

static enum sl_err check_fd(const struct walk *w, uid_t *is_owner)
{
	struct stat st;

	if (fstat(w->fd, &st))
		return ctx_fail_errno(w->ctx, SL_FILE, where, errno, "cannot look at %s", w->path);
	if (is_owner)
		*is_owner = st.st_uid;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return refuse(w, "is not a regular file");
	return believe(w, &st);
}

/* Open the next component below w->fd, which is closed. */
static enum sl_err step(struct walk *w, const char *name, int flags)
{
	int fd = openat(w->fd, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int bad = errno;
	struct stat st;

	if (fd < 0 && (bad == ENOTDIR || bad == ELOOP) &&
	    fstatat(w->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
		return refuse(w, "is a symbolic link");
	if (fd < 0)
		return ctx_fail_errno(w->ctx, SL_FILE, where, bad, "cannot open %.*s", (int)w->done,
				      w->path);
	(void)close(w->fd);
	w->fd = fd;
	return SL_OK;
}

static enum sl_err take_name(struct walk *w, char name[NAME_MAX + 1])
{
	const char *from = w->path + w->done + 1;
	size_t len = strcspn(from, "/");

	w->done += 1 + len;
	if (len == 0 || len > NAME_MAX || strncmp(from, ".", len) == 0 ||
	    (len == 2 && strncmp(from, "..", 2) == 0))
		return refuse(w, "is not a plain path");
	memcpy(name, from, len);
	name[len] = '\0';
	return SL_OK;
}

/* Open path; flags are those of its last component. w->fd is open also on failure, or -1. */
static enum sl_err walk_to(struct walk *w, int flags, uid_t *is_owner)
{
	char name[NAME_MAX + 1];
	enum sl_err err = SL_OK;

	if (w->path[0] != '/' || w->path[1] == '\0')
		return ctx_fail(w->ctx, SL_FILE, where, "%.200s is not an absolute path", w->path);
	w->fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w->fd < 0)
		return ctx_fail_errno(w->ctx, SL_FILE, where, errno, "cannot open /");
	while (!err && w->path[w->done] != '\0') {
		bool last;

		err = take_name(w, name);
		last = w->path[w->done] == '\0';
		if (!err)
			err = step(w, name, last ? flags : O_PATH | O_DIRECTORY);
		if (!err)
			err = check_fd(w, last ? is_owner : NULL);
	}
	return err;
}

enum sl_err trusted_read(struct ctx *c, const char *path, uid_t owner, struct buffer *b,
			 uid_t *is_owner)
{
	struct walk w = { .ctx = c, .path = path, .owner = owner, .fd = -1 };
	enum sl_err err = walk_to(&w, O_RDONLY, is_owner);
	struct stat st;

	if (!err && (fstat(w.fd, &st) || !S_ISREG(st.st_mode)))
		err = refuse(&w, "is not a regular file");
	if (!err)
		err = file_read_fd(c, w.fd, path, b);
	if (w.fd >= 0)
		(void)close(w.fd);
	return err;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool wanted(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	return name[0] != '.' && len > end && strcmp(name + len - end, suffix) == 0;
}

static enum sl_err read_names(const struct walk *w, DIR *d, const char *suffix,
			      struct trusted_names *out)
{
	struct dirent *e;

	while ((e = readdir(d)) != NULL) {
		size_t len = strlen(e->d_name);

		if (!wanted(e->d_name, suffix))
			continue;
		if (out->n == TRUSTED_NAMES_MAX || len >= TRUSTED_NAME_LEN)
			return ctx_fail(w->ctx, SL_FILE, where, "%.150s has more than %d files, or one with "
					"a name above %d characters", w->path, TRUSTED_NAMES_MAX,
					TRUSTED_NAME_LEN - 1);
		memcpy(out->name[out->n++], e->d_name, len + 1);
	}
	qsort(out->name, out->n, sizeof(out->name[0]), by_name);
	return SL_OK;
}

enum sl_err trusted_list(struct ctx *c, const char *path, uid_t owner, const char *suffix,
			 struct trusted_names *out)
{
	struct walk w = { .ctx = c, .path = path, .owner = owner, .fd = -1 };
	enum sl_err err = walk_to(&w, O_RDONLY | O_DIRECTORY, NULL);
	DIR *d = NULL;

	out->n = 0;
	if (err && c->fault.sys_errno == ENOENT) {
		ctx_clear(c);
		err = SL_OK;
		goto out;
	}
	if (err)
		goto out;
	d = fdopendir(w.fd);
	if (!d) {
		err = ctx_fail_errno(c, SL_FILE, where, errno, "cannot list %s", path);
		goto out;
	}
	w.fd = -1;
	err = read_names(&w, d, suffix, out);
out:
	if (d)
		(void)closedir(d);
	if (w.fd >= 0)
		(void)close(w.fd);
	return err;
}
