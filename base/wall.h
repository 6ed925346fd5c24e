/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * wall.h - the time of day, for what people read later; nothing is decided by it.
 */
#ifndef BASE_WALL_H
#define BASE_WALL_H

#include <stdint.h>

enum { WALL_TEXT = sizeof("2026-11-21T01:59:00Z") };

/* wall_now - seconds since 1970-01-01T00:00:00Z by the host's clock. */
int64_t wall_now(void);

/* wall_text - RFC 3339 in UTC; seconds from 1970 to 9999, else the nearer end. Returns buf. */
const char *wall_text(int64_t seconds, char buf[WALL_TEXT]);

#endif
