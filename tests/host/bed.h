/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bed.h - the real program, as a process of its own, and a virtual board that it finds on a mock
 * kernel or behind USB/IP; and whether what it did was right, asked of the board.
 */
#ifndef TESTS_HOST_BED_H
#define TESTS_HOST_BED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/host/tracer.h"

enum { IMAGE_OFF = 0x4000, IMAGE_LEN = 4096, WORDS_MAX = 4, WHY_MAX = 300, BED_LIMIT_S = 60 };

/* How the program reaches the board. */
struct bed_kind {
	const char *name, *board;
	bool usbip;
	bool no_disk;           /* usb-storage has the quirk that keeps it away */
	bool allocates;         /* there is a library below that allocates for each transfer */
};

const struct bed_kind *bed_kinds(size_t *n);

enum claim { CLAIM_OUTPUT, CLAIM_IMAGE, CLAIM_BLANK, CLAIM_FILE };

struct scenario {
	const char *name;
	const char *words[WORDS_MAX];
	enum claim claim;       /* what it says by ending with 0 */
	bool preset, resets;    /* flash has the image before; the core is reset */
	unsigned least;         /* system calls, at least */
};

const struct scenario *scenarios(size_t *n);

/* What a fault may be described as, and what it excuses. */
enum blame { BLAME_NOBODY, BLAME_DEVICE, BLAME_MACHINE, BLAME_FILE, BLAME_OUTPUT, BLAME_OTHER };

struct verdict_wish {
	const struct traced *end;
	enum strike_how how;
	int value;
	bool killed_before;     /* an earlier run was killed: its temporary file may lie about */
	bool earlier;           /* a fault struck an earlier run */
	const char *clean;      /* standard output of a clean run; NULL: this is one */
};

/* bed_set - plug the board in. tool: path of the program. false: cannot. bed_strike - away with it. */
bool bed_set(const struct bed_kind *kind, const char *tool);
void bed_strike(void);

/* bed_fill - flash full of other data, firmware that runs, no file written. */
void bed_fill(const struct scenario *sc);

/* bed_look_again - before the same command runs again: the board is as the run before left it, and
 * there is no output file, which the command would not replace. */
void bed_look_again(void);

/* bed_name - of the kind of bed. */
const char *bed_name(void);

/* bed_run - one run of the scenario. */
bool bed_run(const struct scenario *sc, const struct strike_plan *plan, struct traced *end);

/* bed_start - the same without a tracer: the process, -1 on failure. err: its standard error; what it
 * prints goes nowhere. */
pid_t bed_start(const struct scenario *sc, int err);

/* bed_output, bed_error - what it printed. */
const char *bed_output(void);
const char *bed_error(void);

/* bed_judge - true when everything holds since bed_fill; else why (WHY_MAX) says what does not. */
bool bed_judge(const struct scenario *sc, const struct verdict_wish *w, char *why);

/* bed_blame - whom the struck call concerns. */
enum blame bed_blame(const struct struck_call *call);

#endif
