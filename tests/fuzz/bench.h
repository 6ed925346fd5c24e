/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bench.h - the boards of the hostile probe: each controller that the virtual chips have, behind each
 * generation of probe, old firmware too. Chips are the smallest of their kind, so that a session is short.
 */
#ifndef TESTS_FUZZ_BENCH_H
#define TESTS_FUZZ_BENCH_H

#include "tests/faults/stage.h"

/* bench_stations - the table; *n rows. */
const struct station *bench_stations(size_t *n);

/* The first word of a station whose chip says that it is another: it may fail by itself. */
#define LIAR "liar:"

/* A V1 cannot hold the chip in reset, and says so. */
#define UNDER_RESET "under reset"

/* bench_lines - the command lines; *n rows. */
const struct scenario *bench_lines(size_t *n);

#endif
