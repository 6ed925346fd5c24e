/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * trusted.h - files that a service may believe.
 *
 * A file is believed when nobody but root, and at most one user more, could have put it there or
 * changed it: the path is absolute and without symbolic links, and every folder on the way and
 * the file itself belong to one of the two and may be written by nobody else (folders that others
 * may write are well when sticky, as /tmp is). The path is walked once, from descriptor to
 * descriptor; what was checked is what is read.
 */
#ifndef BASE_TRUSTED_H
#define BASE_TRUSTED_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/ctx.h"

enum { TRUSTED_NAMES_MAX = 256, TRUSTED_NAME_LEN = 128 };

/* The names in a folder, ascending. */
struct trusted_names {
	char name[TRUSTED_NAMES_MAX][TRUSTED_NAME_LEN];
	size_t n;
};

/* trusted_read - read a believed regular file completely.
 * owner: the user who may own it beside root; 0: root alone.
 * b: initialised; its max is the limit.
 * is_owner: who owns the file; may be NULL.
 * Returns SL_OK; SL_FILE missing, unreadable or not to be believed, with what is wrong with which
 *   part of the path; SL_IMAGE larger than b->max; SL_NOMEM; SL_INTR. */
enum sl_err trusted_read(struct ctx *c, const char *path, uid_t owner, struct buffer *b,
			 uid_t *is_owner) MUST_CHECK;

/* trusted_list - the names in a believed folder that end in suffix; hidden files apart.
 * A folder that is not there has no names, which is no failure.
 * Returns SL_OK; SL_FILE as trusted_read, or more than TRUSTED_NAMES_MAX names. */
enum sl_err trusted_list(struct ctx *c, const char *path, uid_t owner, const char *suffix,
			 struct trusted_names *out) MUST_CHECK;

#endif
