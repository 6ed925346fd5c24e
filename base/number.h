/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * number.h - numbers on the command line: decimal, 0x, k/M suffix, nothing sloppy.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* num_parse - parse exactly len characters of text as an unsigned 32-bit number.
 * Accepts decimal digits, or 0x/0X and hexadecimal digits; then at most one suffix
 * k or K (x 1024) or m or M (x 1048576). No sign, no blank, no octal: a leading 0
 * before another decimal digit is refused, because other tools read it as octal.
 * Returns false and leaves *out alone for anything else, or above 2^32 - 1. */
bool num_parse(const char *text, size_t len, uint32_t *out);

/* num_parse_str - num_parse of a whole string. */
bool num_parse_str(const char *text, uint32_t *out);

#endif
