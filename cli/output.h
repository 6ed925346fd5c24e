/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * output.h - where text goes: results to standard output, talk to standard error, or NDJSON
 * events instead of both.
 *
 * The only room that prints. Decides nothing.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/ctx.h"
#include "cli/json.h"
#include "cli/options.h"

struct output {
	FILE *out, *err;
	bool json_on;                   /* events on out; text results are not written */
	struct json json;
	bool quiet;
	unsigned verbosity;
	bool terminal;                  /* err is one: progress rewrites its line */
	bool color;
	bool line_open;                 /* output_bytes left off inside a line */
	int write_errno;                /* of the first write to out that failed; 0 none */
	size_t line_columns;            /* columns of the progress line now showing; 0 none */
	const struct clock *clock;
	uint64_t start_us;
};

/* output_open - take up standard output and error as the options say, and make o the sink of
 * c's log. Returns SL_NOMEM. */
enum sl_err output_open(struct output *o, struct ctx *c, const struct options *opt) MUST_CHECK;

/* output_close - flush; SL_FILE when standard output could not take everything. */
enum sl_err output_close(struct output *o, struct ctx *c) MUST_CHECK;

/* output_result - what the user asked to know; standard output; nothing in JSON mode. */
void output_result(struct output *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* output_wrapped - as output_result, a label and a text that is wrapped at 79 columns, its lines from column
 * left on. output_filled - the same for paragraphs; lines that begin with a blank stay as they are. */
void output_wrapped(struct output *o, const char *label, size_t left, const char *text);
void output_filled(struct output *o, size_t left, const char *text);

/* output_done - that something was done; as output_result, but not with -q. */
void output_done(struct output *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* output_talk - on standard error; not with -q, nothing in JSON mode. */
void output_talk(struct output *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* output_progress_line - show text (columns wide) in place of the last progress line on a
 * terminal; as a line of its own elsewhere. */
void output_progress_line(struct output *o, const char *text);

/* output_progress_end - remove the progress line. */
void output_progress_end(struct output *o);

/* output_bytes - what came from a serial port, as it is; nothing in JSON mode. output_bytes_end - it
 * is over: what comes next begins a line. */
void output_bytes(struct output *o, const uint8_t *data, size_t n);
void output_bytes_end(struct output *o);

/* output_event - start an event; NULL in text mode. output_event_end writes it. */
struct json *output_event(struct output *o, const char *event);
void output_event_end(struct output *o);

/* output_fault - the two lines about a failure, or the error event. program: argv[0]'s place. */
void output_fault(struct output *o, const struct fault *f);

#endif
