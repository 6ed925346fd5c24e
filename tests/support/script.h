/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * script.h - a transport that plays a list of commands and answers, and a clock beside it.
 *
 * Bytes are hex text. A command that is not the next step's fails the test.
 */
#ifndef TESTS_SUPPORT_SCRIPT_H
#define TESTS_SUPPORT_SCRIPT_H

#include "link/transport.h"
#include "tests/support/fake_pipe.h"

struct script_step {
	const char *command;    /* "f2 36 f0 ed 00 e0": all bytes that mean something */
	const char *reply;      /* bytes given; NULL: not a reading command */
	const char *out;        /* data phase to the probe; NULL: not a writing command */
	enum sl_err err;        /* what xfer returns */
	unsigned took_ms;       /* on the clock */
};

struct script {
	struct transport base;
	struct fake_clock *clock;
	const struct script_step *steps;
	size_t n, at;
	bool closed;
	bool can_reset;         /* set by the test; default: it cannot */
	unsigned resets;
	unsigned last_timeout_ms, last_hurry_ms;
};

/* script_init - the transport is part of s: close does not free it. */
void script_init(struct script *s, struct fake_clock *clock, const struct script_step *steps,
		 size_t n);

/* script_done - fails the test unless every step was played. */
void script_done(const struct script *s);

/* script_hex - decode hex text; fails the test when it is none. Returns the bytes. */
size_t script_hex(const char *text, uint8_t *out, size_t room);

#endif
