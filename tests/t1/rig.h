/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rig.h - one board on the mock kernel and a context, as most T1 tests want it.
 */
#ifndef TESTS_T1_RIG_H
#define TESTS_T1_RIG_H

#include "base/ctx.h"
#include "link/transport.h"
#include "tests/t1/mock_kernel.h"

struct rig {
	struct ctx c;
	struct mock_kernel *mk;
	struct board *board;
	struct probe probe;             /* as probe_find found it */
	char log[4096];                 /* all lines so far */
};

/* rig_start - plug a board of this kind in and find it. */
void rig_start(struct rig *r, const char *kind, const struct mock_options *o,
	       const struct board_options *b);
void rig_end(struct rig *r);

/* rig_find - look for the probe again, at a moment when no node is half made. */
void rig_find(struct rig *r);

/* rig_set - board_set under the mock kernel's lock; fails the test when it is refused. */
void rig_set(struct rig *r, const char *key, const char *value);

/* rig_fault - opening a node fails with err from now on; 0: no longer. */
void rig_fault(const char *node, int err);

/* rig_ask - F1 80, the version query: six bytes whose tail is the probe's USB ids. */
enum sl_err rig_ask(struct rig *r, struct transport *t, uint8_t *in, size_t len, size_t *got);

/* rig_assert_version - the six bytes end with 83 04 and this product id. */
void rig_assert_version(const uint8_t version[6], uint16_t pid);

/* rig_rate - commands per second over n version queries, printed with the name. */
double rig_rate(struct rig *r, struct transport *t, unsigned n, const char *name);

#endif
