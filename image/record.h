/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * record.h - what Intel HEX and S-record share: a text of lines, each a mark and
 * pairs of hexadecimal digits.
 *
 * Lines end in LF, CR LF or CR, the last one also at the end of the file. Blanks
 * around a record and blank lines are passed over, as editors and mail leave them.
 */
#ifndef IMAGE_RECORD_H
#define IMAGE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/ctx.h"
#include "base/cursor.h"
#include "base/error.h"
#include "image/source.h"

enum { RECORD_MAX_BYTES = 260 }; /* Intel HEX: count, address, type, 255 bytes, checksum */

struct line {
	const uint8_t *text;    /* without blanks around it and without line end */
	size_t len;             /* never 0 */
	size_t number;          /* first line of the file is 1 */
};

struct record {
	size_t line;
	uint8_t bytes[RECORD_MAX_BYTES];
	size_t n;
};

struct lines {
	struct cursor in;
	size_t number;          /* lines passed */
	size_t records;         /* lines handed out */
};

/* lines_make - from the first line of len bytes. */
struct lines lines_make(const uint8_t *data, size_t len);

/* lines_next - the next line that is not blank; false at the end. */
bool lines_next(struct lines *ls, struct line *out);

enum record_fault { RECORD_OK, RECORD_NOT_HEX, RECORD_ODD, RECORD_TOO_LONG };

/* record_fill - decode the hexadecimal digits of a line that follow skip characters.
 * Returns RECORD_OK, or what is wrong; r->n is how many bytes were decoded before it. */
enum record_fault record_fill(struct record *r, const struct line *line, size_t skip);

/* record_read - record_fill, with the failure recorded for people.
 * Returns SL_OK or SL_IMAGE. */
enum sl_err record_read(struct ctx *c, const struct source *src, const struct line *line,
			size_t skip, struct record *r) MUST_CHECK;

/* record_fail_start - SL_IMAGE: the line does not start with the mark. */
enum sl_err record_fail_start(struct ctx *c, const struct source *src, const struct line *line,
			      const char *mark);

/* Digits from which on a lone line is the rest of a record: fewer are bytes like any. */
enum { RECORD_CUT_MIN = 3 };

/* How a format recognises its lines. */
struct record_shape {
	/* Mark and as many digits as every record has: the beginning of a record. */
	bool (*begins)(const struct line *line);
	/* Mark and digits, nothing else: all that is left of a record when a file is cut short. */
	bool (*cut)(const struct line *line);
	/* A complete record with right length and checksum. */
	bool (*complete)(const struct line *line);
};

/* record_text_check - true when data is a file of such records, damaged or not.
 * It is one when its first line begins as a record; or when its first 4096 bytes are
 * text, without control characters, and one line in them is a complete record: so a
 * file whose first line is damaged is not taken for plain bytes; or when it is one line of
 * the mark and digits alone, cut short. Firmware is neither,
 * even if it starts with the mark: eight random digits behind it have odds of 1 in
 * 10^8, and firmware that carries a record as a string carries zero bytes, too. */
bool record_text_check(const uint8_t *data, size_t len, const struct record_shape *shape);

/* record_starts_hex - true when at least n hexadecimal digits follow column skip. */
bool record_starts_hex(const struct line *line, size_t skip, size_t n);

/* record_sum - sum of the first n bytes, modulo 256. */
uint8_t record_sum(const struct record *r, size_t n);

/* record_put - append prefix, n bytes as upper-case digits, and a line feed.
 * Returns as buf_append. */
enum sl_err record_put(struct buffer *out, const char *prefix, const uint8_t *bytes,
		       size_t n) MUST_CHECK;

#endif
