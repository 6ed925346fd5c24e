/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * doctor.h - what is wrong: measurements, and the one cause that explains them.
 *
 * Measures by steps of a table (measure.c), judges by rules of a table (rules.c), and puts the verdict
 * under a failure (explain.c). The word doctor and every failed job use the same three. Changes
 * nothing on the chip but what connecting changes; prints nothing.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include <stdbool.h>

#include "base/cause.h"
#include "base/ctx.h"
#include "link/link.h"
#include "target/target.h"

/* All that was measured. Zeroed, it says that nothing was. */
struct doctor_facts {
	struct fault fault;             /* what the job failed with; code SL_OK: it did not */
	/* The probe. */
	bool opened;
	unsigned generation;            /* 1: ST-LINK/V1 */
	struct link_caps caps;
	bool supply_measured;           /* 0 mV included */
	bool supply_lost;               /* the probe was asked and did not tell */
	unsigned supply_mv;
	/* The wires, and how the chip was reached. */
	struct climb climb;
	unsigned id_at_khz;             /* a debug port answers at this clock, and not at a higher; 0: no */
	bool slowed;                    /* the clock was lowered by itself */
	bool clock_fixed;               /* a clock was asked for, and this probe cannot change it */
	/* The chip. */
	bool attached;
	struct target_info info;
	bool has_driver;                /* its flash can be programmed */
	bool state_known;
	enum target_state state;
	bool blank;                     /* no vector table at the start of flash */
	unsigned resets;                /* that nobody here caused, while it was watched */
	struct fault missed;            /* why the first of what was not to be had was not; SL_OK: all was */
};

/* Told for each thing that was measured: "supply", "3.29 V". */
typedef void doctor_tell_fn(void *priv, const char *what, const char *found);

struct doctor {
	struct ctx *ctx;
	struct link *link;              /* NULL: no probe is open */
	struct target *target;          /* NULL: not attached */
	unsigned speed_khz;             /* as the user asked; 0: did not */
	struct doctor_facts facts;      /* fault and climb are the caller's to fill */
	doctor_tell_fn *tell;           /* NULL: nobody listens */
	void *priv;
	bool discreet;                  /* tell what memory holds to nobody */
};

/* DOCTOR_QUICK: what a failed job has time for, some milliseconds. DOCTOR_ALL: half a second. */
enum doctor_depth { DOCTOR_QUICK, DOCTOR_ALL };

/* doctor_measure - do every step that is possible now; facts is filled, ctx->fault is as before.
 * What cannot be measured is told so and is no failure.
 * Returns SL_OK; SL_INTR. Effects: outside a session with the chip, SWD is entered and left. */
enum sl_err doctor_measure(struct doctor *d, enum doctor_depth depth) MUST_CHECK;

enum { DOCTOR_REMARKS_MAX = 12 };

struct doctor_verdict {
	enum sl_cause obstacle;         /* CAUSE_NONE: nothing stands in the way */
	size_t n;
	enum sl_cause remark[DOCTOR_REMARKS_MAX];
};

/* doctor_judge - the first rule that holds is the obstacle; all others of weight CAUSE_REMARK, and
 * what connecting had to get around, are remarks. Pure: no I/O. */
void doctor_judge(const struct doctor_facts *f, struct doctor_verdict *out);

/* doctor_advise - what helps against a cause with this probe, where the table of causes says something
 * else. Writes size bytes at most to out, "" where the table's cure fits; returns out. Pure. */
const char *doctor_advise(const struct doctor_facts *f, enum sl_cause cause, char *out, size_t size);

/* doctor_explain - give the fault of the context its cause, measuring what is missing, and the advice
 * that goes with it; its text begins with the cause then. A fault that names its cause is left alone.
 * Returns err unchanged. */
enum sl_err doctor_explain(struct doctor *d, enum sl_err err) MUST_CHECK;

/* doctor_explain_host - the same for a probe that could not be opened: who holds it, what forbids it.
 * Looks at this machine (host/). Returns err unchanged. */
enum sl_err doctor_explain_host(struct ctx *c, enum sl_err err) MUST_CHECK;

#endif
