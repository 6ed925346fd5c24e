/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * known.h - states of the board from which the next try was judged already.
 */
#ifndef TESTS_FAULTS_KNOWN_H
#define TESTS_FAULTS_KNOWN_H

#include "tests/faults/campaign.h"

/* known_state - a number for all that the next try and its judgement depend on: the board, and what the
 * strikes excuse. 0: that cannot be said, as where the command reads or writes a file of its own. */
uint64_t known_state(const struct strike *strikes, unsigned n);

/* known_outcome - what the next try did: the board's state now, its transfers. */
uint64_t known_outcome(void);

/* known_before - the outcome of the try from that state, 0: it is not known. known_add - it was fine. */
uint64_t known_before(const struct tally *t, uint64_t state);
void known_add(struct tally *t, uint64_t state, uint64_t outcome);

#endif
