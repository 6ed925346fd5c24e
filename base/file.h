/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * file.h - whole files in, whole files out.
 *
 * A file is opened once, checked by its descriptor, read completely. A result is
 * written to a temporary file beside its place and renamed: the old file or the
 * complete new one, never a part.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/ctx.h"

/* file_read_all - read a regular file, pipe or standard input ("-") into b.
 * b: initialised; its max is the limit.
 * Returns SL_OK; SL_FILE cannot be opened or read, or is a directory or device;
 *   SL_IMAGE larger than b->max; SL_NOMEM. */
enum sl_err file_read_all(struct ctx *c, const char *path, struct buffer *b) MUST_CHECK;

/* file_read_fd - the same from an open descriptor, which stays open.
 * name: for messages. Returns as file_read_all. */
enum sl_err file_read_fd(struct ctx *c, int fd, const char *name, struct buffer *b) MUST_CHECK;

/* file_write_all - write len bytes to path through a temporary file and rename.
 * replace: false refuses an existing path; true replaces regular files only.
 * Returns SL_OK; SL_FILE with errno. Effects: on failure path is as it was. */
enum sl_err file_write_all(struct ctx *c, const char *path, const void *data, size_t len,
			   bool replace) MUST_CHECK;

/* file_check_new - fail now, before any work, when path exists and may not be replaced:
 * always so for a directory, device or pipe. Returns SL_OK or SL_FILE. */
enum sl_err file_check_new(struct ctx *c, const char *path, bool replace) MUST_CHECK;

#endif
