/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * session.h - one probe, one chip, for all words of the command line.
 *
 * Nothing is opened before the first word that needs it, and everything is closed in order on
 * every path, signals included.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"
#include "doctor/doctor.h"
#include "flash/flash.h"
#include "link/link.h"
#include "target/target.h"

/* A file that was read and checked already: words that name it get these bytes. */
struct given_file {
	const char *name;
	const void *data;
	size_t len;
};

struct session {
	struct ctx *ctx;
	const struct options *options;
	struct output *out;
	struct probe probe;             /* valid once link is open */
	struct link *link;
	struct target *target;
	struct climb climb;             /* how the chip was reached, or not */
	struct flash *flash;
	const struct given_file *given; /* NULL: none */
	struct word *rest;              /* the words after one that takes_rest, not owned */
	size_t n_rest;
	int serial;                     /* the probe's serial port, while serial_open */
	bool serial_open;
	char serial_node[64];
	const char *power_cycle;        /* what stays as it was until the board is powered off and on */
	bool program_changed;           /* flash was written, chip not reset nor pc set since */
};

/* session_init - a session with nothing open. */
void session_init(struct session *s, struct ctx *c, const struct options *o, struct output *out);

/* session_climb - open what is missing up to the rung.
 * Returns what probe_find, link_open, target_attach and flash_open return. */
enum sl_err session_climb(struct session *s, enum rung rung) MUST_CHECK;

/* session_diagnose - give a failure its cause, measuring what is needed, while everything is still
 * open. Returns err. */
enum sl_err session_diagnose(struct session *s, enum sl_err err) MUST_CHECK;

/* session_examine - everything that can be measured now, into d->facts. d: tell, priv, discreet filled.
 * Returns as doctor_measure. */
enum sl_err session_examine(struct session *s, struct doctor *d) MUST_CHECK;

/* session_close - close everything in reverse order, whatever has failed before, signals
 * notwithstanding.
 * so_far: how the session went. Returns it when it is a failure, whose fault stays in the
 *   context; else the first failure of closing. */
enum sl_err session_close(struct session *s, enum sl_err so_far) MUST_CHECK;

/* session_drop_target - leave the chip as session_close does, but keep the probe open.
 * Returns as session_close. */
enum sl_err session_drop_target(struct session *s, enum sl_err so_far) MUST_CHECK;

/* session_drop_flash - forget what is known of the flash; it may have changed with the option bytes. */
void session_drop_flash(struct session *s);

/* session_chip - the chip that was identified; SL_UNSUPPORTED when it is not in the table. */
enum sl_err session_chip(struct session *s, const struct chip_row **out) MUST_CHECK;

/* session_ask_halt - may the next work halt the core? SL_USAGE with --connect=hotplug while the
 * core runs. *is_running: it would have to be halted. */
enum sl_err session_ask_halt(struct session *s, bool *is_running) MUST_CHECK;

/* session_pause_core - halt the core for work that needs it still; *was_running tells
 * session_resume_core what to do. Refused with --connect=hotplug when the core runs. */
enum sl_err session_pause_core(struct session *s, bool *was_running) MUST_CHECK;
enum sl_err session_resume_core(struct session *s, bool was_running) MUST_CHECK;

/* session_explain_fault - returns err; a bus fault without advice gets some.
 * session_explain_stop - returns err; a signal during work on flash says what that leaves. */
enum sl_err session_explain_fault(struct session *s, enum sl_err err) MUST_CHECK;
enum sl_err session_explain_stop(struct session *s, enum sl_err err) MUST_CHECK;

#endif
