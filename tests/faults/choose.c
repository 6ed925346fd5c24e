/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * choose.c - which cases are in the sample: by a hash of what they are, and of the seed.
 */
#include "tests/faults/choose.h"

#include <math.h>

enum { MILLION = 1000000 };

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xBF58476D1CE4E5B9);
	x ^= x >> 27;
	x *= UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

static uint64_t mix_text(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = mix(h + (uint8_t)*text);
	return h;
}

/* How many of a million points are in the sample; of pairs, at each of two levels. */
static uint64_t share(const struct wish *w, uint64_t total)
{
	double part = w->cases == 0 || total <= w->cases ? 1 : (double)w->cases / (double)total;

	return (uint64_t)((w->compound ? sqrt(part) : part) * MILLION);
}

bool choose(const struct wish *w, uint64_t total, const struct strike *next, const struct strike *before,
	    unsigned n)
{
	uint64_t h = mix(w->seed * 31 + next->index * 2 + next->for_ever);

	h = mix_text(mix_text(mix_text(h, next->kind->name), stage.station->name), stage.scenario->name);
	for (unsigned i = 0; i < n; i++)
		h = mix(h + before[i].index * 3 + before[i].for_ever);
	return h % MILLION < share(w, total);
}
