/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cases.h - one thing goes wrong at one point of a run: that run, its judgement, and the same command
 * again; and which points of a run come in which order.
 */
#ifndef TESTS_HOST_CASES_H
#define TESTS_HOST_CASES_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/host/kinds.h"

/* Of one kind in one scenario, and what a worker writes to the pipe in one piece. */
struct tally {
	size_t row;
	uint64_t cases, findings, points;
	uint64_t by_status[256];
	double longest;
	bool every;             /* no point was left out */
};

/* Which part of the cases one worker plays: every jobs-th, from the index-th. */
struct share {
	uint64_t index, jobs;
	uint64_t cases, seed;           /* cases: in all shares; 0: all points */
	uint64_t *agreed;               /* shared by the workers: how many points there are, 0 at first */
	const volatile sig_atomic_t *end;       /* not 0: no more */
};

/* case_count - a clean run: how many points there are. Keeps what is printed when all is well, by which
 * later cases are judged. False: it did not end well, which is printed. */
bool case_count(const struct scenario *sc, const struct strike_kind *k, uint64_t *points);

/* case_play - one case; a finding is printed. False: the run had no such point, or did not start. */
bool case_play(const struct scenario *sc, const struct strike_kind *k, uint64_t index,
	       struct tally *t);

/* case_play_share - a share of the cases of a kind in a scenario, with a clean run before them. Goes on
 * after the last point that was counted until a run has no such point. */
void case_play_share(const struct share *me, const struct scenario *sc, const struct strike_kind *k,
		     struct tally *t);

#endif
