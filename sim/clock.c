/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * clock.c - virtual time, and its optional tie to the host's clock.
 *
 * The host's clock is read only at the real pace and in a hurry; a board in virtual
 * time never sees it.
 */
#include "sim/clock.h"

#include "base/clock.h"

static uint64_t host_now_ns(void)
{
	const struct clock *sys = clock_system();

	return sys->now_us(sys) * 1000u;
}

/* A sleep ends late. That is the simulator's fault and no time of the host's, so it is
 * remembered, and the next waits are shorter: a thousand transfers do not add up to a
 * thousand times what one oversleeps. */
static void wait_for_host(struct sim_clock *c)
{
	const struct clock *sys = clock_system();
	uint64_t host_ns = host_now_ns() - c->host_ns;

	if (host_ns < c->now_ns) {
		sys->sleep_us(sys, (c->now_ns - host_ns + 999u) / 1000u);
		host_ns = host_now_ns() - c->host_ns;
	}
	c->late_ns = host_ns > c->now_ns ? host_ns - c->now_ns : 0;
}

void sim_clock_init(struct sim_clock *c, enum sim_pace pace)
{
	c->now_ns = c->late_ns = 0;
	c->pace = pace;
	c->host_ns = pace == PACE_VIRTUAL ? 0 : host_now_ns();
}

void sim_clock_spend(struct sim_clock *c, uint64_t ns)
{
	c->now_ns += ns;
	if (c->pace == PACE_REAL)
		wait_for_host(c);
}

void sim_clock_follow(struct sim_clock *c)
{
	uint64_t host_ns;

	if (c->pace == PACE_VIRTUAL)
		return;
	host_ns = host_now_ns();
	if (c->pace == PACE_HURRY) {
		c->now_ns += host_ns - c->host_ns;
		c->host_ns = host_ns;
	} else if (host_ns - c->host_ns > c->now_ns + c->late_ns) {
		c->now_ns = host_ns - c->host_ns - c->late_ns;
	}
}

void sim_clock_forgive(struct sim_clock *c)
{
	uint64_t host_ns;

	if (c->pace == PACE_VIRTUAL)
		return;
	host_ns = host_now_ns();
	if (c->pace == PACE_HURRY)
		c->host_ns = host_ns;
	else if (host_ns - c->host_ns > c->now_ns)
		c->late_ns = host_ns - c->host_ns - c->now_ns;
}

void sim_clock_acquit(struct sim_clock *c)
{
	c->host_ns += c->late_ns;
	c->late_ns = 0;
}
