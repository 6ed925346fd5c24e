/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * buffer.h - a growing byte buffer that cannot be made without a maximum.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

struct buffer {
	uint8_t *data;
	size_t len;
	size_t cap;
	size_t max;
};

/* buf_init - an empty buffer that will never hold more than max bytes. */
void buf_init(struct buffer *b, size_t max);

/* buf_free - release the bytes; the buffer is empty and usable again. */
void buf_free(struct buffer *b);

/* buf_append - add n bytes.
 * Returns SL_OK; SL_NOMEM when the host has no memory; SL_OTHER when max would be
 *   passed. The buffer is unchanged on failure. No fault is recorded: the caller
 *   knows what the bytes were. */
enum sl_err buf_append(struct buffer *b, const void *data, size_t n) MUST_CHECK;

/* buf_reserve - make room for n more bytes at data + len, without adding them.
 * Returns as buf_append. */
enum sl_err buf_reserve(struct buffer *b, size_t n) MUST_CHECK;

#endif
