/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * suggest.h - "did you mean": the known name nearest to a mistyped one.
 */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

/* suggest_distance - how many letters must be inserted, dropped, changed or swapped with their
 * neighbour to turn the first a_len characters of a into b; words beyond 31 letters are far
 * from everything (99). */
unsigned suggest_distance(const char *a, size_t a_len, const char *b);

/* suggest_nearest - the name nearest to the len characters of word, the first of equals;
 * NULL when none is near enough to be meant (more than a third of the letters differ). */
const char *suggest_nearest(const char *word, size_t len, const char *const names[], size_t n);

#endif
