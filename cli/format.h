/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * format.h - numbers and foreign strings for human eyes. Nothing here prints.
 */
#ifndef CLI_FORMAT_H
#define CLI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

enum { FORMAT_MAX = 32 };

/* A small string that a function can return. */
struct text {
	char s[FORMAT_MAX];
};

/* format_count - 12345 as "12,345". */
struct text format_count(uint64_t n);

/* format_bytes - "1 byte", "12,345 bytes". */
struct text format_bytes(uint64_t n);

/* format_proof - how bytes were proved: "CRC-32", "read-back", "CRC-32 and read-back"; summed of them
 * by the first. */
const char *format_proof(uint64_t proved, uint64_t summed);

/* format_seconds - "0.034 s", "1.23 s", "12.3 s", "3 min 20 s". */
struct text format_seconds(uint64_t us);

/* format_left - a guess, so coarse: "3 s", "2 min 10 s". */
struct text format_left(uint64_t us);

/* format_rate - bytes in us as "28.4 KiB/s"; "" when us is 0. */
struct text format_rate(uint64_t bytes, uint64_t us);

/* format_size_kb - 128 as "128 KiB", 2048 as "2 MiB". */
struct text format_size_kb(uint32_t kb);

/* format_escape - copy src so that it can do no harm on a terminal: what is not printable
 * ASCII becomes \xNN, a backslash is doubled. Cut, with "...", where dst (at least 8 bytes)
 * ends. Returns dst. */
const char *format_escape(char *dst, size_t size, const char *src);

#endif
