/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cases.c - playing and judging single cases.
 */
#include "tests/host/cases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* An index that no run reaches. */
#define NEVER (UINT64_C(1) << 40)

/* Of one kind in one scenario; more say nothing new. */
enum { FINDINGS_MAX = 20 };

static char clean[65536];

static void show_call(const struct traced *e)
{
	if (e->struck && e->call.kind->number >= 0)
		(void)printf("        at %s(%ld) %s\n", e->call.kind->name, e->call.first,
			     e->call.about);
}

static bool judged(const struct scenario *sc, const struct verdict_wish *w, const char *name)
{
	char why[WHY_MAX] = "";

	if (bed_judge(sc, w, why))
		return true;
	(void)printf("FINDING %s  %s\n", name, why);
	show_call(w->end);
	(void)printf("        said: %.300s\n", bed_error());
	if (sc->claim == CLAIM_OUTPUT)
		(void)printf("        printed: %.2000s\n", bed_output());
	(void)fflush(stdout);
	return false;
}

/* The same command again, and nothing goes wrong. */
static bool again(const struct scenario *sc, bool killed, const char *name)
{
	static const struct strike_plan nothing;
	struct traced end;
	struct verdict_wish w = { .end = &end, .killed_before = killed, .earlier = true,
				  .clean = clean };
	char line[160];

	(void)snprintf(line, sizeof(line), "%.120s  again:", name);
	bed_look_again();
	return bed_run(sc, &nothing, &end) && judged(sc, &w, line);
}

bool case_play(const struct scenario *sc, const struct strike_kind *k, uint64_t index,
	       struct tally *t)
{
	struct strike_plan plan = { .how = k->how, .value = k->value, .traits = k->traits,
				    .index = index };
	struct traced end;
	struct verdict_wish w = { .end = &end, .how = k->how, .value = k->value, .clean = clean };
	char name[120];
	bool fine;

	(void)snprintf(name, sizeof(name), "%s@%s:%s=%" PRIu64, sc->name, bed_name(), k->name,
		       index);
	bed_fill(sc);
	if (!bed_run(sc, &plan, &end)) {
		(void)printf("FINDING %s  the program did not start\n", name);
		t->findings++;
		return false;
	}
	if (!end.struck)
		return false;
	t->cases++;
	t->by_status[end.status & 0xFF]++;
	if (end.seconds > t->longest)
		t->longest = end.seconds;
	fine = judged(sc, &w, name) && again(sc, end.killed_by == SIGKILL, name);
	t->findings += !fine;
	return true;
}

bool case_count(const struct scenario *sc, const struct strike_kind *k, uint64_t *points)
{
	struct strike_plan plan = { .how = STRIKE_COUNT, .traits = k->traits, .index = NEVER };
	struct traced end;
	struct verdict_wish w = { .end = &end };

	if (k->how == STRIKE_ALLOCATION)
		plan.how = k->how;
	bed_fill(sc);
	if (!bed_run(sc, &plan, &end) || !judged(sc, &w, sc->name))
		return false;
	if (end.status != 0) {
		(void)printf("FINDING %s@%s  status %d although nothing was wrong\n", sc->name,
			     bed_name(), end.status);
		return false;
	}
	(void)snprintf(clean, sizeof(clean), "%s", bed_output());
	*points = end.counted;
	if (k->traits == 0 && k->how == STRIKE_SIGNAL && end.counted < sc->least) {
		(void)printf("FINDING %s@%s  only %" PRIu64 " calls: it stopped early\n", sc->name,
			     bed_name(), end.counted);
		return false;
	}
	return true;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b > 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* The i-th of n points, each once: by steps of the golden section. */
static uint64_t spread(uint64_t i, uint64_t n, uint64_t start)
{
	uint64_t step = n * 382 / 1000;

	while (step > 0 && gcd(step, n) != 1)
		step--;
	return i < n ? (start + i * (step > 0 ? step : 1)) % n : i;
}

/* All workers must go by the same number of points, which may differ by some between two runs. */
static uint64_t agree(uint64_t *agreed, uint64_t mine)
{
	uint64_t none = 0;

	return __atomic_compare_exchange_n(agreed, &none, mine, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST) ? mine : none;
}

void case_play_share(const struct share *me, const struct scenario *sc, const struct strike_kind *k,
		     struct tally *t)
{
	uint64_t points, start, i;

	if (!case_count(sc, k, &points)) {
		t->findings++;
		return;
	}
	t->points = agree(me->agreed, points);
	start = me->seed * 2654435761u + (uint64_t)k->value * 40503u;
	for (i = me->index; !*me->end && t->findings < FINDINGS_MAX; i += me->jobs) {
		if (me->cases > 0 && i >= me->cases && t->points > me->cases)
			break;
		if (!case_play(sc, k, spread(i, t->points, start % t->points), t) && i >= t->points)
			break;
	}
	t->every = i >= t->points;
}

