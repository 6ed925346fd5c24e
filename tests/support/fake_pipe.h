/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fake_pipe.h - a pipe that plays a script, on a clock that the test owns.
 *
 * Each call of a framing is compared with the next step; a call that the script does not
 * expect fails the test at once, as does a step that nobody asked for.
 */
#ifndef TESTS_SUPPORT_FAKE_PIPE_H
#define TESTS_SUPPORT_FAKE_PIPE_H

#include "tests/support/fake_clock.h"
#include "usb/pipe.h"

enum fake_op { FAKE_OUT = 1, FAKE_IN, FAKE_CONTROL, FAKE_CLEAR };

struct fake_step {
	enum fake_op op;
	uint8_t ep;             /* FAKE_CLEAR: which */
	const void *data;       /* OUT: bytes expected (NULL: any); IN: bytes given; CONTROL: setup */
	size_t len;             /* OUT, IN: bytes moved */
	size_t asked;           /* OUT, IN: length that must be asked for; 0: not looked at */
	enum sl_err result;
	unsigned took_ms;       /* time that passes; a timeout takes at least what was allowed */
};

struct fake_pipe {
	struct pipe pipe;
	struct fake_clock *clock;
	const struct fake_step *steps;
	size_t n, at;
	bool closed;
	uint8_t seen_out[8][64];        /* the first 64 bytes of the last 8 OUTs */
	size_t outs;
	unsigned last_timeout_ms, last_hurry_ms;
};

/* fake_pipe_init - endpoints 02 and 81, packets of 64 bytes. */
void fake_pipe_init(struct fake_pipe *f, struct fake_clock *clock, const struct fake_step *steps,
		    size_t n);

/* fake_pipe_done - fails the test unless each step was asked for. */
void fake_pipe_done(const struct fake_pipe *f);

#endif
