/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * clock.h - the one clock of a virtual board, and its three paces.
 *
 * Virtual: time advances only by the costs of the timing model, so a run repeats
 * to the nanosecond. Real: the board also waits until the host's clock has caught
 * up, so that durations are those of the model. Hurry: the host's time between
 * transfers counts, so that a tool's own sleeps and deadlines work, but the board
 * waits for nothing; for tests of programs that do not own the board's clock.
 */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdint.h>

enum sim_pace { PACE_VIRTUAL, PACE_REAL, PACE_HURRY };

struct sim_clock {
	uint64_t now_ns;        /* virtual time since the board was made */
	enum sim_pace pace;
	uint64_t host_ns;       /* real: the host's time at 0; hurry: when last looked at */
	uint64_t late_ns;       /* real: how far the host is ahead because a wait ended late */
};

/* sim_clock_init - time 0; real and hurry: tie to the host's clock from now on. */
void sim_clock_init(struct sim_clock *c, enum sim_pace pace);

/* sim_clock_spend - an activity takes ns; at the real pace, wait for it. */
void sim_clock_spend(struct sim_clock *c, uint64_t ns);

/* sim_clock_follow - let the host's time count: real, up to the host's clock; hurry, what
 * passed since the last look; virtual, nothing. */
void sim_clock_follow(struct sim_clock *c);

/* sim_clock_forgive - what has passed of the host's time until now does not count: the
 * simulator itself needed it. */
void sim_clock_forgive(struct sim_clock *c);

/* sim_clock_acquit - what is owed to the host for work that took too long is not asked back: a
 * job that begins now is not served faster for what an earlier one waited. */
void sim_clock_acquit(struct sim_clock *c);

#endif
