/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * output.c - printing, in text or as events.
 */
#define _GNU_SOURCE /* secure_getenv */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cause.h"
#include "cli/format.h"
#include "cli/help.h"

static const char program[] = "stlink-download";

enum { COLUMNS_DEFAULT = 80 };

/* One line of talk, above any progress line. */
static void write_log(void *priv, enum log_level level, const char *line)
{
	struct output *o = priv;
	char safe[1024];

	output_progress_end(o);
	(void)format_escape(safe, sizeof(safe), line);
	if (level <= LOG_WARN)
		(void)fprintf(o->err, "%s: %s: %s\n", program,
			      level == LOG_ERR ? "error" : "warning", safe);
	else
		(void)fprintf(o->err, "%s\n", safe);
}

static enum log_level level_of(const struct options *opt)
{
	static const enum log_level levels[] = { LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_WIRE };

	if (opt->quiet && opt->verbosity == 0)
		return LOG_ERR;
	return levels[opt->verbosity < 3 ? opt->verbosity : 3];
}

static bool wants_color(const struct output *o)
{
	const char *no_color = secure_getenv("NO_COLOR");
	const char *term = secure_getenv("TERM");

	/* no-color.org: any value but the empty one counts. */
	return o->terminal && !(no_color && no_color[0] != '\0') && term &&
	       strcmp(term, "dumb") != 0;
}

/* A probe's node that is opened while descriptor 1 or 2 is closed would get that number, and our
 * text. What takes the place here fails when used, as the closed one would. */
static void occupy_standard_descriptors(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_RDONLY };

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			return;
}

static void note_failure(struct output *o)
{
	if (o->write_errno == 0)
		o->write_errno = errno ? errno : EIO;
}

enum sl_err output_open(struct output *o, struct ctx *c, const struct options *opt)
{
	memset(o, 0, sizeof(*o));
	occupy_standard_descriptors();
	o->out = stdout;
	o->err = stderr;
	o->json_on = opt->json;
	o->quiet = opt->quiet;
	o->verbosity = opt->verbosity;
	o->terminal = isatty(STDERR_FILENO) == 1;
	o->color = wants_color(o);
	o->clock = c->clock;
	o->start_us = ctx_now_us(c);
	c->log.write = write_log;
	c->log.priv = o;
	c->log.max = level_of(opt);
	if (o->json_on && !json_open(&o->json)) {
		o->json_on = false;
		return ctx_fail(c, SL_NOMEM, "cli", "no memory for the output");
	}
	return SL_OK;
}

enum sl_err output_close(struct output *o, struct ctx *c)
{
	bool bad;

	output_progress_end(o);
	errno = 0;
	bad = fflush(o->out) != 0;
	if (bad)
		note_failure(o);
	bad |= ferror(o->out) != 0;
	if (o->json_on)
		json_close(&o->json);
	o->json_on = false;
	if (!bad)
		return SL_OK;
	(void)ctx_fail_errno(c, SL_FILE, "cli", o->write_errno ? o->write_errno : EIO,
			     "cannot write standard output");
	ctx_hint(c, "what it goes to was closed, or is full");
	return SL_FILE;
}

static void print_line(struct output *o, FILE *f, const char *fmt, va_list ap)
{
	output_progress_end(o);
	(void)vfprintf(f, fmt, ap);
	(void)fputc('\n', f);
	if (fflush(f) && f == o->out)
		note_failure(o);
}

void output_result(struct output *o, const char *fmt, ...)
{
	va_list ap;

	if (o->json_on)
		return;
	va_start(ap, fmt);
	print_line(o, o->out, fmt, ap);
	va_end(ap);
}

void output_wrapped(struct output *o, const char *label, size_t left, const char *text)
{
	if (o->json_on)
		return;
	output_progress_end(o);
	(void)fputs(label, o->out);
	help_wrap(o->out, text, strlen(label), left);
	if (ferror(o->out))
		note_failure(o);
}

/* A paragraph as one line; a line that begins with a blank is one of its own. Returns what follows. */
static const char *take_paragraph(const char *text, char *out, size_t size)
{
	size_t n = 0;
	bool verbatim = *text == ' ';

	while (*text && n + 1 < size) {
		bool ends = text[1] == '\n' || text[1] == '\0' || text[1] == ' ';

		if (*text == '\n' && (n == 0 || verbatim || ends))
			break;
		out[n++] = *text == '\n' ? ' ' : *text;
		text++;
	}
	out[n] = '\0';
	return *text == '\n' ? text + 1 : text;
}

void output_filled(struct output *o, size_t left, const char *text)
{
	char line[1024];

	while (*text) {
		text = take_paragraph(text, line, sizeof(line));
		if (line[0] == '\0' || line[0] == ' ')
			output_result(o, "%*s%s", line[0] ? (int)left : 0, "", line);
		else
			output_wrapped(o, "", left, line);
	}
}

void output_done(struct output *o, const char *fmt, ...)
{
	va_list ap;

	if (o->json_on || o->quiet)
		return;
	va_start(ap, fmt);
	print_line(o, o->out, fmt, ap);
	va_end(ap);
}

void output_talk(struct output *o, const char *fmt, ...)
{
	va_list ap;

	if (o->json_on || o->quiet)
		return;
	va_start(ap, fmt);
	print_line(o, o->err, fmt, ap);
	va_end(ap);
}

/* Asked anew for each line: windows change their size. */
static size_t terminal_columns(void)
{
	struct winsize size = { 0 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col == 0)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}

void output_progress_line(struct output *o, const char *text)
{
	size_t columns = strlen(text), most;
	size_t rest;

	if (!o->terminal) {
		(void)fprintf(o->err, "%s\n", text);
		return;
	}
	/* A line that wraps could not be taken back. */
	most = terminal_columns() - 1;
	columns = columns < most ? columns : most;
	rest = o->line_columns > columns ? o->line_columns - columns : 0;
	/* Blanks rather than an erase sequence: works on anything that knows \r. */
	(void)fprintf(o->err, "\r%.*s%*s", (int)columns, text, (int)rest, "");
	(void)fflush(o->err);
	o->line_columns = columns;
}

void output_progress_end(struct output *o)
{
	if (o->line_columns == 0)
		return;
	(void)fprintf(o->err, "\r%*s\r", (int)o->line_columns, "");
	(void)fflush(o->err);
	o->line_columns = 0;
}

struct json *output_event(struct output *o, const char *event)
{
	if (!o->json_on)
		return NULL;
	json_begin(&o->json, event);
	json_seconds(&o->json, "time", o->clock->now_us(o->clock) - o->start_us);
	return &o->json;
}

void output_event_end(struct output *o)
{
	/* A reader that went away shows up in ferror at the end. */
	if (!json_end(&o->json, o->out))
		note_failure(o);
}

enum { E_NUMBER_MAX = 8 };

static const char *e_number(char out[E_NUMBER_MAX], enum sl_cause cause)
{
	(void)snprintf(out, E_NUMBER_MAX, "E%u", (unsigned)cause);
	return out;
}

void output_bytes(struct output *o, const uint8_t *data, size_t n)
{
	if (o->json_on || n == 0)
		return;
	output_progress_end(o);
	if (fwrite(data, 1, n, o->out) != n || fflush(o->out))
		note_failure(o);
	o->line_open = data[n - 1] != '\n';
}

void output_bytes_end(struct output *o)
{
	if (o->line_open)
		(void)fputc('\n', o->out);
	o->line_open = false;
}

static void fault_event(struct output *o, const struct fault *f, const char *cause,
			const char *cure)
{
	const struct cause_info *info = cause_info(cause_of(f));
	struct json *j = output_event(o, "error");
	char number[E_NUMBER_MAX];

	json_string(j, "code", err_info(f->code)->name);
	json_number(j, "status", (uint64_t)err_exit_status(f));
	json_string(j, "diagnosis", info ? e_number(number, info->code) : NULL);
	json_string(j, "diagnosis_name", info ? info->name : NULL);
	json_string(j, "doing", f->doing[0] ? f->doing : NULL);
	json_string(j, "cause", cause);
	json_string(j, "cure", cure[0] ? cure : NULL);
	json_string(j, "command", info ? info->command : NULL);
	json_string(j, "where", f->where);
	if (f->has_addr)
		json_number(j, "address", f->addr);
	if (f->probe_status)
		json_number(j, "probe_status", f->probe_status);
	if (f->sys_errno)
		json_number(j, "errno", (uint64_t)f->sys_errno);
	output_event_end(o);
}

static void fault_details(struct output *o, const struct fault *f)
{
	(void)fprintf(o->err, "  code: %s, exit status %d, noticed in %s/",
		      err_info(f->code)->name, err_exit_status(f), f->where ? f->where : "?");
	if (f->has_addr)
		(void)fprintf(o->err, ", address 0x%08x", f->addr);
	if (f->probe_status)
		(void)fprintf(o->err, ", probe status 0x%02x", f->probe_status);
	if (f->sys_errno)
		(void)fprintf(o->err, ", errno %d", f->sys_errno);
	(void)fputc('\n', o->err);
}

void output_fault(struct output *o, const struct fault *f)
{
	const struct err_info *info = err_info(f->code);
	const char *cause = f->text[0] ? f->text : info->sentence;
	const struct cause_info *why = cause_info(cause_of(f));
	const char *cure = f->hint[0] ? f->hint : why ? why->cure : info->cure;
	const char *command = why && !f->hint[0] && why->command ? why->command : NULL;
	char number[E_NUMBER_MAX] = "";
	char doing[2 * sizeof(f->doing)], text[2 * sizeof(f->text)], hint[2 * sizeof(f->hint)];

	output_progress_end(o);
	(void)fflush(o->out);
	if (o->json_on)
		fault_event(o, f, cause, cure);
	(void)format_escape(doing, sizeof(doing), f->doing);
	(void)format_escape(text, sizeof(text), cause);
	(void)format_escape(hint, sizeof(hint), cure);
	(void)fprintf(o->err, "%s%s:%s %s%s%s%s%s%s\n", o->color ? "\033[1;31m" : "", program,
		      o->color ? "\033[0m" : "", doing, doing[0] ? ": " : "", text,
		      why ? " [" : "", why ? e_number(number, why->code) : "", why ? "]" : "");
	if (hint[0])
		(void)fprintf(o->err, "  try: %s%s%s\n", hint, command ? ": " : "", command ? command : "");
	if (o->verbosity > 0)
		fault_details(o, f);
}
