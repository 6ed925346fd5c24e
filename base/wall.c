/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * wall.c - the time of day.
 *
 * The calendar is computed here: the C library's conversions use static storage or need more than
 * C17. Source of the computation: the Gregorian rule, counted from 1 March of year 0.
 */
#define _POSIX_C_SOURCE 200809L
#include "base/wall.h"

#include <stdio.h>
#include <time.h>

enum { DAY_S = 86400, DAYS_TO_1970 = 719468, ERA_DAYS = 146097, ERA_YEARS = 400 };

static const int64_t last = INT64_C(253402300799);     /* 9999-12-31T23:59:59Z */

int64_t wall_now(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

const char *wall_text(int64_t seconds, char buf[WALL_TEXT])
{
	int64_t s = seconds < 0 ? 0 : seconds > last ? last : seconds;
	int64_t days = s / DAY_S + DAYS_TO_1970;
	unsigned rest = (unsigned)(s % DAY_S), day = (unsigned)(days % ERA_DAYS);
	/* Leap days within the era: each 1461st, but not each 36525th, but the 146097th. */
	unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	unsigned of_year = day - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * of_year + 2) / 153;       /* 0 March to 11 February */
	unsigned of_month = of_year - (153 * month + 2) / 5 + 1;

	year += (unsigned)(days / ERA_DAYS) * ERA_YEARS + (month > 9);
	(void)snprintf(buf, WALL_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ", year % 10000,
		       (month < 10 ? month + 3 : month - 9) % 100, of_month % 100, rest / 3600 % 24,
		       rest / 60 % 60, rest % 60);
	return buf;
}
