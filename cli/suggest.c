/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * suggest.c - optimal string alignment distance over short words.
 */
#include "cli/suggest.h"

#include <string.h>

enum { WORD_MAX = 31, FAR = 99 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned suggest_distance(const char *a, size_t a_len, const char *b)
{
	unsigned row[WORD_MAX + 1][WORD_MAX + 1];
	size_t b_len = strlen(b);

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return FAR;
	for (size_t i = 0; i <= a_len; i++)
		row[i][0] = (unsigned)i;
	for (size_t j = 0; j <= b_len; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		for (size_t j = 1; j <= b_len; j++) {
			unsigned change = row[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			row[i][j] = least(least(row[i - 1][j], row[i][j - 1]) + 1, change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[i][j] = least(row[i][j], row[i - 2][j - 2] + 1);
		}
	}
	return row[a_len][b_len];
}

const char *suggest_nearest(const char *word, size_t len, const char *const names[], size_t n)
{
	const char *best = NULL;
	unsigned best_distance = FAR;

	for (size_t i = 0; i < n; i++) {
		unsigned d = suggest_distance(word, len, names[i]);

		if (d < best_distance) {
			best = names[i];
			best_distance = d;
		}
	}
	return best && best_distance * 3 <= len + 1 ? best : NULL;
}
