/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * clock.h - the injected monotonic clock, and deadlines made from it.
 *
 * Nothing in this program asks the system for the time but clock_system();
 * tests and the virtual board bring their own clock and so own time.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
	uint64_t (*now_us)(const struct clock *c);              /* monotonic, any origin */
	void (*sleep_us)(const struct clock *c, uint64_t us);
	void *priv;
};

/* clock_system - CLOCK_MONOTONIC of the host; static, never freed. */
const struct clock *clock_system(void);

struct deadline {
	uint64_t at_us;
};

/* deadline_in - the instant timeout_ms from now. */
struct deadline deadline_in(const struct clock *c, uint64_t timeout_ms);

/* deadline_passed - true at or after the instant. */
bool deadline_passed(const struct clock *c, struct deadline d);

/* deadline_left_ms - milliseconds left, rounded up; 0 when passed. */
unsigned deadline_left_ms(const struct clock *c, struct deadline d);

#endif
