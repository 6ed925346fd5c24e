/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * climb.c - one way after the other to get hold of a chip, each said aloud.
 *
 * Knows which ways there are and for which failures each is worth its time; the ways themselves are in
 * attach.c and catch.c, and put everything back themselves. Never erases, never programs.
 */
#include "target/priv.h"

#include <string.h>

enum { LOW_KHZ = 100, LOWS = 4 };

/* Below what link/ goes down to by itself. */
static const unsigned low_khz[LOWS] = { LOW_KHZ, 50, 15, 5 };

/* What decides whether a way is worth trying. */
struct situation {
	const struct fault *first;
	const struct link_caps *caps;
	const struct target_options *o;
};

static bool bus_waits(const struct situation *s)
{
	return s->first->probe_status == STATUS_OF_AP_WAIT ||
	       s->first->probe_status == STATUS_OF_DP_WAIT;
}

/* Also when no supply was measured: a copy of a probe may be unable to see it. */
static bool line_is_bad(const struct situation *s)
{
	return s->first->code == SL_NOTARGET;
}

static bool slow_helps(const struct situation *s)
{
	bool can = s->caps->swd_freq || s->caps->com_freq;

	return can && s->o->speed_khz == 0 && line_is_bad(s);
}

/* Where NRST cannot be pulled, a person may: then also for a debug port that is gone. */
static bool catch_helps(const struct situation *s)
{
	return bus_waits(s) || (!s->caps->nrst && line_is_bad(s));
}

static bool reset_helps(const struct situation *s)
{
	return s->caps->nrst;
}

static bool slow_reset_helps(const struct situation *s)
{
	return s->caps->nrst && slow_helps(s);
}

struct way {
	enum target_connect how;
	const char *name;               /* as --connect= has it */
	const char *trying;             /* "trying ..." */
	bool (*helps)(const struct situation *s);       /* NULL: not a part of the ladder */
};

static const struct way ways[] = {
	{ CONNECT_NORMAL, "normal", "a plain connect", NULL },
	{ CONNECT_HOTPLUG, "hotplug", "a plain connect", NULL },
	{ CONNECT_SLOW, "slow", "lower SWD clocks", slow_helps },
	{ CONNECT_CATCH, "catch", "to catch the core awake", catch_helps },
	{ CONNECT_UNDER_RESET, "under-reset", "under reset", reset_helps },
	{ CONNECT_SLOW_RESET, "slow-under-reset", "under reset at a low SWD clock", slow_reset_helps },
	{ CONNECT_AUTO, "auto", "one way after the other", NULL },
};

const char *target_connect_name(enum target_connect how)
{
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (ways[i].how == how)
			return ways[i].name;
	return "?";
}

/* ---- one way ---- */

static enum sl_err try_way(struct ctx *c, struct link *l, const struct target_options *o,
			   struct climb *log, struct target **out)
{
	struct climb_try *t = &log->tries[log->n < CLIMB_TRIES_MAX ? log->n++ : CLIMB_TRIES_MAX - 1];
	enum sl_err err = target_attach(c, l, o, out);

	memset(t, 0, sizeof(*t));
	t->how = o->connect;
	t->dpidr = link_last_dpidr(l);
	t->khz = link_get_speed_khz(l);
	if (err)
		t->fault = c->fault;
	return err;
}

static bool goes_on(enum sl_err err)
{
	return err == SL_NOTARGET || err == SL_TARGET;
}

/* Every low clock that the probe has, the highest first. */
static enum sl_err try_slow(struct ctx *c, struct link *l, const struct target_options *o,
			    struct climb *log, struct target **out)
{
	struct target_options at = *o;
	enum sl_err err = SL_OK;
	unsigned last = 0;

	for (size_t i = 0; i < LOWS; i++) {
		at.speed_khz = o->speed_khz && o->speed_khz < low_khz[i] ? o->speed_khz : low_khz[i];
		if (i > 0 && link_get_speed_khz(l) == last && last != 0 && at.speed_khz >= last)
			continue;
		err = try_way(c, l, &at, log, out);
		last = link_get_speed_khz(l);
		if (!goes_on(err) || (o->speed_khz && o->speed_khz <= low_khz[i]))
			break;
	}
	return err;
}

static enum sl_err try_one(struct ctx *c, struct link *l, const struct target_options *o,
			   struct climb *log, struct target **out)
{
	struct target_options at = *o;

	if (o->connect == CONNECT_SLOW)
		return try_slow(c, l, o, log, out);
	if (o->connect == CONNECT_SLOW_RESET && (at.speed_khz == 0 || at.speed_khz > LOW_KHZ))
		at.speed_khz = LOW_KHZ;
	return try_way(c, l, &at, log, out);
}

/* ---- one after the other ---- */

static void say_trying(struct ctx *c, const struct situation *s, const struct way *w, size_t nth)
{
	if (nth == 0)
		ctx_log(c, LOG_WARN, "a plain connect failed: %.200s", s->first->text);
	ctx_log(c, LOG_WARN, "trying %s%s", w->trying,
		w->how == CONNECT_CATCH && !s->caps->nrst ?
		": press the board's reset button and let go of it" : "");
}

static void say_done(struct ctx *c, const struct way *w, const struct target *t)
{
	ctx_log(c, LOG_WARN, "that worked: --connect=%s asks for it at once%s", w->name,
		t->halted ? "; the core stays halted until the end" : "");
}

static enum sl_err climb(struct ctx *c, const struct situation *s, struct link *l, struct climb *log,
			 struct target **out)
{
	struct target_options at = *s->o;
	enum sl_err err = s->first->code;
	size_t nth = 0;

	for (size_t i = 0; i < ARRAY_LEN(ways) && goes_on(err); i++) {
		const struct way *w = &ways[i];

		if (!w->helps || !w->helps(s))
			continue;
		err = ctx_interrupted(c);
		if (err)
			return err;
		say_trying(c, s, w, nth++);
		at.connect = w->how;
		err = try_one(c, l, &at, log, out);
		if (!err)
			say_done(c, w, *out);
		else
			ctx_log(c, LOG_WARN, "no: %.200s", strcmp(c->fault.text, s->first->text) == 0 ?
				"the same" : c->fault.text);
	}
	return err;
}

enum sl_err target_climb(struct ctx *c, struct link *l, const struct target_options *o,
			 struct climb *log, struct target **out)
{
	struct target_options at = *o;
	struct fault first;
	struct situation s = { .first = &first, .caps = link_get_caps(l), .o = o };
	enum sl_err err;

	log->n = 0;
	if (o->connect != CONNECT_AUTO)
		return try_one(c, l, o, log, out);
	at.connect = CONNECT_NORMAL;
	err = try_one(c, l, &at, log, out);
	if (!goes_on(err))
		return err;
	first = c->fault;
	err = climb(c, &s, l, log, out);
	if (!err)
		ctx_clear(c);
	else if (goes_on(err))
		c->fault = first;
	return goes_on(err) ? first.code : err;
}
