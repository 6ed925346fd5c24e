/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * choose.h - which cases are in the sample.
 */
#ifndef TESTS_FAULTS_CHOOSE_H
#define TESTS_FAULTS_CHOOSE_H

#include "tests/faults/campaign.h"

/* choose - is next, after the n strikes before it, one of the wish's sample of total cases? The same seed
 * gives the same sample, whatever else is played. */
bool choose(const struct wish *w, uint64_t total, const struct strike *next, const struct strike *before,
	    unsigned n);

#endif
