/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * link_script.h - a link on a script: what the tests of link/ by bytes share.
 *
 * Functions are in the header because each test program has its own link, clock and context.
 */
#ifndef TESTS_SUPPORT_LINK_SCRIPT_H
#define TESTS_SUPPORT_LINK_SCRIPT_H

#include "base/compiler.h"
#include "link/session.h"
#include "tests/support/script.h"

/* Version answers. */
#define V2J37 "29 47 83 04 48 37"
#define V2J17 "24 47 83 04 48 37"
#define V2J14 "23 84 83 04 48 37"
#define V1J13 "13 40 83 04 44 37"
#define V1J11 "12 c0 83 04 44 37"
#define V1J9 "12 40 83 04 44 37"
#define V3 "30 00 83 04 4e 37"
#define V3J7 "03 00 07 02 00 00 00 00 83 04 4e 37"

/* Steps. */
#define IDLE "01 00"
#define OPEN(version) { "f1 80", version, NULL, 0, 0 }, { "f5", IDLE, NULL, 0, 0 }
#define ID { "f2 31", "80 00 00 00 77 14 a0 2b 00 00 00 00", NULL, 0, 0 }
#define EXIT { "f2 21", NULL, NULL, 0, 0 }
#define ABORT { "f2 46 ff ff 00 00 1e 00 00 00", "80 00", NULL, 0, 0 }

static struct fake_clock clock_;
static struct ctx ctx;
static struct script script;

/* begin - a new context on a new script; BEGIN for an array of steps, BEGIN_OPEN with the link on it. */
static inline void begin(const struct script_step *steps, size_t n)
{
	fake_clock_init(&clock_);
	ctx_init(&ctx);
	ctx.clock = &clock_.clock;
	script_init(&script, &clock_, steps, n);
}

#define BEGIN(steps) begin(steps, ARRAY_LEN(steps))

/* open_ok - the link on it; fails the test when it does not open. */
static inline struct link *open_ok(void)
{
	struct link *l = NULL;

	if (link_open_on(&ctx, &script.base, NULL, NULL, &l))
		fail_msg("%s", ctx.fault.text);
	return l;
}

#define BEGIN_OPEN(l, steps) \
	do { \
		BEGIN(steps); \
		(l) = open_ok(); \
	} while (0)

/* close_all - the link, and the end of the script. */
static inline void close_all(struct link *l)
{
	link_close(l, &ctx);
	script_done(&script);
}

/* abandon - a script without an end: the link closes without a word. */
static inline void abandon(struct link *l)
{
	l->gone = true;
	link_close(l, &ctx);
}

#endif
