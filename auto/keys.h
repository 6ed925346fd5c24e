/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * keys.h - what the files of auto/ share about parsing and nobody else sees.
 */
#ifndef AUTO_KEYS_H
#define AUTO_KEYS_H

#include "auto/rules.h"
#include "base/cursor.h"

/* Where the parser is, for messages, and what the section has had. */
struct auto_place {
	struct ctx *ctx;
	const char *file;
	unsigned line;
	uid_t owner;
	size_t first;                   /* rules that other files gave */
	uint32_t seen;                  /* one bit for each row of the key table */
};

/* Some characters of the file; s is not ended by a 0, and NULL only with len 0. */
struct auto_text {
	const char *s;
	size_t len;
};

/* auto_fail - SL_USAGE, "FILE:LINE: what". */
enum sl_err auto_fail(struct auto_place *at, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* auto_next_line - the next line without blanks at its ends; empty for a comment.
 * Returns SL_OK; SL_USAGE for a line too long or with control characters. */
enum sl_err auto_next_line(struct auto_place *at, struct cursor *bytes,
			   struct auto_text *out) MUST_CHECK;

/* auto_keep - a copy of t in *out, whose old value is freed. */
enum sl_err auto_keep(struct auto_place *at, const struct auto_text *t, char **out) MUST_CHECK;

/* auto_take_key - one KEY = VALUE into the rule. Returns SL_OK, SL_USAGE or SL_NOMEM. */
enum sl_err auto_take_key(struct auto_place *at, struct auto_rule *r, const struct auto_text *key,
			  const struct auto_text *value) MUST_CHECK;

/* auto_lacks_key - the first key that the section must have and has not; NULL: none. */
const char *auto_lacks_key(const struct auto_place *at);

/* auto_take_uid - one unique id, 24 hexadecimal digits, into the rule. */
enum sl_err auto_take_uid(struct auto_place *at, struct auto_rule *r,
			  const struct auto_text *value) MUST_CHECK;

#endif
