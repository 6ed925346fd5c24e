/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fake_clock.h - a clock that the test owns. Functions are in the header because the fuzz targets have
 * nothing else of tests/support.
 */
#ifndef TESTS_SUPPORT_FAKE_CLOCK_H
#define TESTS_SUPPORT_FAKE_CLOCK_H

#include "base/clock.h"

struct fake_clock {
	struct clock clock;
	uint64_t now_us;
};

static inline uint64_t fake_clock_now(const struct clock *c)
{
	const struct fake_clock *f = c->priv;

	return f->now_us;
}

static inline void fake_clock_sleep(const struct clock *c, uint64_t us)
{
	struct fake_clock *f = c->priv;

	f->now_us += us;
}

/* fake_clock_init - time 0; sleeping moves it, nothing else does. */
static inline void fake_clock_init(struct fake_clock *f)
{
	f->clock = (struct clock){ .now_us = fake_clock_now, .sleep_us = fake_clock_sleep, .priv = f };
	f->now_us = 0;
}

#endif
