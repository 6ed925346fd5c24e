/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_monitor.c - monitor, monitor=BAUD: the serial port of the probe that is used.
 *
 * The port is opened before the first word that changes anything, so that nothing is lost of what
 * the firmware says when it starts; what came before a reset is dropped.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "cli/monitor.h"
#include "cli/serial_port.h"
#include "cli/session.h"
#include "cli/word.h"

enum { BAUD = 115200, BAUD_MAX = 12000000, TIMEOUT_MAX_S = 86400, PORT_MS = 3000,
	PORT_POLL_US = 50000 };

static enum sl_err baud_parse(struct ctx *c, struct word *w, const char *rest)
{
	enum sl_err err = word_parse_number(c, rest, strlen(rest), "a number of bauds", &w->value);

	if (!err && (w->value == 0 || w->value > BAUD_MAX))
		return word_usage(c, w, "%u is no rate of a serial port", (unsigned)w->value);
	return err;
}

static enum sl_err default_parse(struct ctx *c, struct word *w, const char *rest)
{
	(void)c;
	(void)rest;
	w->value = BAUD;
	return SL_OK;
}

static enum sl_err compile(struct ctx *c, const char *text, regex_t *out)
{
	char why[120];
	int rc = regcomp(out, text, REG_EXTENDED | REG_NOSUB);

	if (rc == 0)
		return SL_OK;
	(void)regerror(rc, out, why, sizeof(why));
	(void)ctx_fail(c, SL_USAGE, "cli", "--expect %.60s: %s", text, why);
	ctx_hint(c, "it is an extended regular expression, as of grep -E");
	return SL_USAGE;
}

static enum sl_err timeout_of(const struct session *s, unsigned *out)
{
	uint32_t value = 0;
	const char *text = s->options->timeout;

	*out = 0;
	if (text && (!num_parse_str(text, &value) || value == 0 || value > TIMEOUT_MAX_S))
		return ctx_fail(s->ctx, SL_USAGE, "cli", "--timeout %.40s is no number of seconds from "
				"1 to %d", text, TIMEOUT_MAX_S);
	*out = value;
	return SL_OK;
}

static enum sl_err monitor_prepare(struct session *s, struct word *w)
{
	unsigned seconds;
	regex_t re;
	enum sl_err err = timeout_of(s, &seconds);

	(void)w;
	if (!err && s->options->expect) {
		err = compile(s->ctx, s->options->expect, &re);
		if (!err)
			regfree(&re);
	}
	return err;
}

static enum sl_err fail_none(struct session *s, const struct probe *p)
{
	struct ctx *c = s->ctx;

	if (p->url[0]) {
		(void)ctx_fail(c, SL_OLDPROBE, "cli", "the serial port of a probe over USB/IP is not "
						      "reached");
		ctx_hint(c, "attach it to the kernel (usbip attach, stlink-sim --attach), which makes the "
			    "port a node");
		return SL_OLDPROBE;
	}
	(void)ctx_fail(c, SL_OLDPROBE, "cli", p->kind->vcps ? "the kernel shows no serial port of the %s"
							    : "an %s has no serial port",
		       p->kind->name);
	ctx_hint(c, p->kind->vcps ? "is the driver there? sudo modprobe cdc-acm"
				  : "use a serial adapter of its own, and a terminal program");
	return SL_OLDPROBE;
}

/* The port that -d names, else the first. */
static const char *port_of(const struct session *s, const struct probe *p)
{
	for (size_t i = 0; i < p->n_ttys; i++)
		if (s->options->device && strcmp(s->options->device, p->tty[i]) == 0)
			return p->tty[i];
	return p->tty[0];
}

/* A probe that has just come or come back gets its port a moment later. */
static enum sl_err open_port(struct session *s, const struct word *w)
{
	struct deadline end = ctx_deadline(s->ctx, PORT_MS);
	struct probe p;
	enum sl_err err = probe_find(s->ctx, s->options->device, &p);

	while (!err && p.kind && p.kind->vcps && p.n_ttys == 0 && !ctx_expired(s->ctx, end)) {
		ctx_sleep_us(s->ctx, PORT_POLL_US);
		err = ctx_interrupted(s->ctx);
		if (!err)
			err = probe_find(s->ctx, s->options->device, &p);
	}
	if (err)
		return err;
	if (p.n_ttys == 0)
		return fail_none(s, &p);
	(void)snprintf(s->serial_node, sizeof(s->serial_node), "%s", port_of(s, &p));
	err = serial_open(s->ctx, s->serial_node, w->value, &s->serial);
	s->serial_open = !err;
	return err;
}

static enum sl_err monitor_check(struct session *s, struct word *w)
{
	return s->serial_open ? SL_OK : open_port(s, w);
}

static enum sl_err watch(struct session *s, int port)
{
	struct monitor m = { .ctx = s->ctx, .out = s->out, .port = port };
	regex_t re;
	enum sl_err err = timeout_of(s, &m.timeout_s);

	if (!err && s->options->expect)
		err = compile(s->ctx, s->options->expect, &re);
	if (err)
		return err;
	m.expect = s->options->expect ? &re : NULL;
	err = monitor_watch(&m);
	if (m.expect)
		regfree(&re);
	if (err == SL_UNSEEN)
		ctx_hint(s->ctx, "what came is above; --expect was %.120s", s->options->expect);
	return err;
}

/* The chip runs free and the probe is free for others meanwhile. */
static enum sl_err monitor_run(struct session *s, struct word *w)
{
	enum sl_err err = monitor_check(s, w);
	int port = s->serial;

	if (err)
		return err;
	s->serial_open = false;
	err = session_close(s, SL_OK);
	if (!err) {
		output_talk(s->out, "%s, %u baud%s", s->serial_node, (unsigned)w->value,
			    s->out->terminal ? "; Ctrl-] leaves" : "");
		err = watch(s, port);
	}
	serial_close(port);
	return err;
}

#define HELP \
	"Shows what the firmware sends to the serial port of the same probe, and sends\n" \
	"what is typed; 115200 baud, or BAUD. Ctrl-] leaves. The port is opened before a\n" \
	"reset that comes before this word, so that nothing is lost; chip and probe are\n" \
	"let go.\n" \
	"\n" \
	"--expect REGEX ends it when a line fits (as grep -E): exit status 0, or 13 when\n" \
	"that did not come within --timeout S.\n" \
	"\n" \
	"  stlink-download program=fw.elf reset monitor\n" \
	"  stlink-download program=t.elf reset monitor --expect '^PASS' --timeout 10\n"

const struct command verb_monitor = {
	.name = "monitor",
	.syntax = "monitor[=BAUD]",
	.summary = "the serial port of the probe",
	.help = HELP,
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.parse = default_parse,
	.prepare = monitor_prepare,
	.check = monitor_check,
	.run = monitor_run,
};

const struct command verb_monitor_at = {
	.name = "monitor=",
	.syntax = "monitor=BAUD",
	.summary = "the serial port of the probe",
	.help = HELP,
	.form = FORM_ARGUMENT,
	.needs = RUNG_NOTHING,
	.hidden = true,
	.parse = baud_parse,
	.prepare = monitor_prepare,
	.check = monitor_check,
	.run = monitor_run,
};
