/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * likeness.h - does a probe look like one of ST's, or like a copy? Judged by what it says of
 * itself; a good copy says nothing wrong.
 */
#ifndef LINK_LIKENESS_H
#define LINK_LIKENESS_H

#include "link/peek.h"

enum likeness {
	LIKENESS_UNKNOWN,       /* not all of it could be looked at; the rest says nothing */
	LIKENESS_ORIGINAL,      /* all was looked at, and nothing speaks against it */
	LIKENESS_COPY,          /* at least one sign */
};

enum { LIKENESS_SIGNS_MAX = 8 };

struct likeness_signs {
	enum likeness verdict;
	size_t n;
	const char *sign[LIKENESS_SIGNS_MAX];   /* sentences, static */
};

/* likeness_judge - look for signs of a copy.
 * said: what probe_peek found; NULL when the probe could not be asked. */
void likeness_judge(const struct probe *p, const struct probe_peek *said,
		    struct likeness_signs *out);

#endif
