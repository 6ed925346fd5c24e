/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tree.h - reading small files below the root; which configuration files are in force.
 *
 * Opens nothing but regular files and directories, writes nothing. Paths begin with '/'.
 */
#ifndef HOST_TREE_H
#define HOST_TREE_H

#include "host/host.h"

enum { TREE_PATH_MAX = 512, TREE_TEXT_MAX = 256 * 1024, CONF_FILES_MAX = 512 };

/* tree_path - root and path in one; "" when that is too long. */
void tree_path(const struct host *h, char out[TREE_PATH_MAX], const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* tree_exists - is there anything of that name? A link counts, wherever it leads. */
bool tree_exists(const struct host *h, const char *path);

/* tree_line - the first line of a file, without its end, cut to room. Returns false and "" when it
 * cannot be read. */
bool tree_line(const struct host *h, const char *path, char *out, size_t room);

/* tree_text - a whole file of at most TREE_TEXT_MAX bytes, NUL at its end; to be freed. NULL: it is
 * no regular file, too large, or cannot be read. */
char *tree_text(const struct host *h, const char *path);

/* A configuration file in force. */
struct conf_file {
	char name[128];
	char path[256];         /* "/etc/udev/rules.d/59-x.rules" */
};

struct conf_files {
	size_t n;
	struct conf_file file[CONF_FILES_MAX];
};

/* tree_conf_files - the files of a kind ("udev/rules.d", ".rules") in the order in which they are
 * read: by name, each name once, /etc before /run before /usr/local/lib before /usr/lib before /lib
 * (udev(7), modprobe.d(5)). Returns SL_OK; SL_NOMEM. *out is to be freed. */
enum sl_err tree_conf_files(const struct host *h, const char *kind, const char *end,
			    struct conf_files **out) MUST_CHECK;

#endif
