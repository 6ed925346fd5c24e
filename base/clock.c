/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * clock.c - the host's monotonic clock, and deadline arithmetic.
 */
#define _POSIX_C_SOURCE 200809L
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

static uint64_t system_now_us(const struct clock *c)
{
	struct timespec ts = { 0 };

	(void)c;
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}

static void system_sleep_us(const struct clock *c, uint64_t us)
{
	struct timespec ts = { .tv_sec = (time_t)(us / 1000000u),
			       .tv_nsec = (long)(us % 1000000u) * 1000L };

	(void)c;
	/* A signal ends the sleep early on purpose: the caller looks at its flag. */
	(void)nanosleep(&ts, NULL);
}

const struct clock *clock_system(void)
{
	static const struct clock system_clock = {
		.now_us = system_now_us,
		.sleep_us = system_sleep_us,
	};

	return &system_clock;
}

struct deadline deadline_in(const struct clock *c, uint64_t timeout_ms)
{
	uint64_t now = c->now_us(c);
	uint64_t span = timeout_ms > UINT64_MAX / 1000u ? UINT64_MAX : timeout_ms * 1000u;
	struct deadline d = { .at_us = now > UINT64_MAX - span ? UINT64_MAX : now + span };

	return d;
}

bool deadline_passed(const struct clock *c, struct deadline d)
{
	return c->now_us(c) >= d.at_us;
}

unsigned deadline_left_ms(const struct clock *c, struct deadline d)
{
	uint64_t now = c->now_us(c);
	uint64_t left;

	if (now >= d.at_us)
		return 0;
	left = (d.at_us - now + 999u) / 1000u;
	return left > UINT_MAX ? UINT_MAX : (unsigned)left;
}
