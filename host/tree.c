/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tree.c - files below the root.
 */
#define _XOPEN_SOURCE 700 /* lstat, O_CLOEXEC: POSIX; S_ISREG */
#include "host/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tree_path(const struct host *h, char out[TREE_PATH_MAX], const char *fmt, ...)
{
	int n = snprintf(out, TREE_PATH_MAX, "%s", h->root);
	va_list ap;

	if (n < 0 || n >= TREE_PATH_MAX) {
		out[0] = '\0';
		return;
	}
	va_start(ap, fmt);
	if (vsnprintf(out + n, (size_t)(TREE_PATH_MAX - n), fmt, ap) >= TREE_PATH_MAX - n)
		out[0] = '\0';
	va_end(ap);
}

bool tree_exists(const struct host *h, const char *path)
{
	char whole[TREE_PATH_MAX];
	struct stat st;

	tree_path(h, whole, "%s", path);
	return lstat(whole, &st) == 0;
}

/* A file of /proc or /sys may stop anywhere; an empty one is a file as well. */
static size_t read_fully(int fd, char *out, size_t room)
{
	size_t used = 0;
	ssize_t n = 1;

	while (used < room && n > 0) {
		n = read(fd, out + used, room - used);
		used += n > 0 ? (size_t)n : 0;
	}
	return used;
}

static int open_regular(const struct host *h, const char *path)
{
	char whole[TREE_PATH_MAX];
	struct stat st;
	int fd;

	tree_path(h, whole, "%s", path);
	/* O_NONBLOCK: a FIFO must not hang. */
	fd = open(whole, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

bool tree_line(const struct host *h, const char *path, char *out, size_t room)
{
	int fd = open_regular(h, path);
	size_t n = 0;

	out[0] = '\0';
	if (fd < 0)
		return false;
	n = read_fully(fd, out, room - 1);
	(void)close(fd);
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return true;
}

char *tree_text(const struct host *h, const char *path)
{
	int fd = open_regular(h, path);
	char *text = fd < 0 ? NULL : malloc(TREE_TEXT_MAX + 1);
	size_t n = 0;

	if (text)
		n = read_fully(fd, text, TREE_TEXT_MAX + 1);
	if (fd >= 0)
		(void)close(fd);
	if (text && n <= TREE_TEXT_MAX) {
		text[n] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), tail = strlen(end);

	return len > tail && strcmp(name + len - tail, end) == 0;
}

static bool has_name(const struct conf_files *c, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(c->file[i].name, name) == 0)
			return true;
	return false;
}

/* Names of one directory; those that an earlier directory has are hidden by it. */
static void add_dir(const struct host *h, const char *dir, const char *end, struct conf_files *c)
{
	char whole[TREE_PATH_MAX];
	size_t before = c->n;
	struct dirent *e;
	DIR *d;

	tree_path(h, whole, "%s", dir);
	d = opendir(whole);
	while (d && c->n < CONF_FILES_MAX && (e = readdir(d)) != NULL) {
		struct conf_file *f = &c->file[c->n];
		size_t len = strlen(e->d_name);

		if (!ends_with(e->d_name, end) || len >= sizeof(f->name) ||
		    has_name(c, before, e->d_name))
			continue;
		memcpy(f->name, e->d_name, len + 1);
		if (snprintf(f->path, sizeof(f->path), "%s/%s", dir, e->d_name) <
		    (int)sizeof(f->path))
			c->n++;
	}
	if (d)
		(void)closedir(d);
}

static int compare_name(const void *a, const void *b)
{
	return strcmp(((const struct conf_file *)a)->name, ((const struct conf_file *)b)->name);
}

enum sl_err tree_conf_files(const struct host *h, const char *kind, const char *end,
			    struct conf_files **out)
{
	static const char *const places[] = { "/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib" };
	struct conf_files *c = calloc(1, sizeof(*c));
	char dir[64];

	*out = NULL;
	if (!c)
		return ctx_fail(h->ctx, SL_NOMEM, "host", "no memory for a list of files");
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		(void)snprintf(dir, sizeof(dir), "%s/%s", places[i], kind);
		add_dir(h, dir, end, c);
	}
	qsort(c->file, c->n, sizeof(c->file[0]), compare_name);
	*out = c;
	return SL_OK;
}
