/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cause.h - the dozen or two reasons why a job fails, each with a number that people can look up.
 *
 * An error code (base/error.h) says which layer failed; a cause says what is wrong with the board,
 * the wires, the firmware or the file. Whoever knows it first names it (ctx_cause); the rest is found
 * out by measuring (doctor/). Texts of the failure, of help E207 and of the man page come from here.
 */
#ifndef BASE_CAUSE_H
#define BASE_CAUSE_H

#include <stddef.h>

#include "base/error.h"

/* CAUSE_OBSTACLE: nothing works until it is gone. CAUSE_REMARK: work goes on, somebody should know. */
enum cause_weight { CAUSE_OBSTACLE, CAUSE_REMARK };

struct cause_info {
	enum sl_cause code;
	enum sl_err err;                /* what a failure of this cause ends with */
	enum cause_weight weight;
	const char *name;               /* for programs: "target-asleep" */
	const char *title;              /* "the core is asleep", to stand after the code */
	const char *meaning;            /* paragraphs, wrapped by hand: how it is recognised */
	const char *cure;               /* what to do, a sentence without its full stop */
	const char *command;            /* what to type; NULL: nothing helps that could be typed */
};

/* cause_info - the row of a code; NULL for CAUSE_NONE and unknown codes. */
const struct cause_info *cause_info(enum sl_cause code);

/* cause_table - all rows by code; *n rows. */
const struct cause_info *cause_table(size_t *n);

/* cause_of - the cause that a fault names; where it names none, the one that its error code stands
 * for by itself. CAUSE_NONE: neither. */
enum sl_cause cause_of(const struct fault *f);

#endif
