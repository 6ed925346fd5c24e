/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * clock.h - the one clock of a virtual board.
 *
 * Virtual time advances only by the costs of the timing model, so a run repeats
 * to the nanosecond. In real time the board also waits until the host's clock
 * has caught up, so that a tool's own sleeps and polling intervals count.
 */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct sim_clock {
	uint64_t now_ns;        /* virtual time since the board was made */
	bool realtime;          /* follow the host's monotonic clock */
	uint64_t host_origin_ns;
};

/* sim_clock_init - time 0; realtime: tie to the host's clock from now on. */
void sim_clock_init(struct sim_clock *c, bool realtime);

/* sim_clock_spend - an activity takes ns; in real time, wait for it. */
void sim_clock_spend(struct sim_clock *c, uint64_t ns);

/* sim_clock_follow - in real time, move virtual time up to the host's; else nothing. */
void sim_clock_follow(struct sim_clock *c);

#endif
