/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * campaign.h - what is run, and what came of it.
 */
#ifndef TESTS_FAULTS_CAMPAIGN_H
#define TESTS_FAULTS_CAMPAIGN_H

#include "tests/faults/oracle.h"

enum { KINDS_MAX = 80, STATUS_MAX = 160, POINTS_MAX = 40000, STATES_MAX = 1 << 20 };

/* Written by forked cases: shared memory. */
struct tally {
	uint64_t cases, findings, compound, total;
	uint64_t by_kind[KINDS_MAX][2], bad_by_kind[KINDS_MAX];
	uint64_t longest_by_kind[KINDS_MAX];    /* us, virtual */
	uint64_t by_status[STATUS_MAX];
	uint64_t count[N_POINTS];       /* of the clean run */
	uint64_t points[KINDS_MAX];     /* of it, at which each kind can strike */
	uint32_t operations[POINTS_MAX];/* flash operations begun before each transfer of it */
	struct clean ever;              /* what came of it */
	bool clean, cut;                /* the supply was cut in the last case */
	uint64_t known;                 /* cases that left the board as another one did, whose next try
					 * was judged already */
	/* Of these states: a hash table, 0: free; and what the next try made of each. */
	uint64_t states[STATES_MAX], outcomes[STATES_MAX];
};

/* What the command line asks for. */
struct wish {
	const char *station, *scenario, *fault; /* prefixes; NULL: all */
	const char *campaign;           /* NULL: all */
	uint64_t cases;                 /* of each scenario at each station; 0: all */
	uint64_t seed;
	bool compound;                  /* pairs, each once: a second fault at each later transfer */
	bool recut;                     /* the same of power: a second cut within the next try */
	uint64_t from, to;              /* of flash operations: these, and those between */
	bool ever;                      /* not the faults that strike once */
	bool verbose, count_only;
	bool each;                      /* the next try of each case; from a known state, it must do what
					 * the one before did */
	const char *replay;
	unsigned limit_s;               /* of the host's time for a case */
};

/* play_scenario - all cases of a scenario at a station. */
void play_scenario(const struct wish *w, struct tally *t);

/* play_soak - n sessions on one board in this process, each from the same content of flash; after each,
 * nothing may be left of it. Returns true when nothing is; *kib: by how much the process grew after the
 * first tenth. */
bool play_soak(uint64_t n, long *kib);

/* play_again - one case, from its line. Returns true when everything holds. */
bool play_again(const struct wish *w, const char *line);

/* play_report_to - where findings are printed, while the program has standard output. */
void play_report_to(int fd);

#endif
