/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * autoflash_report.c - how it went with a board: a line, an event, a status file.
 *
 * What came over USB is made harmless in each of them.
 */
#define _GNU_SOURCE /* secure_getenv */
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/autoflash.h"
#include "cli/format.h"

static const struct {
	const char *big, *small;        /* for people, for programs */
	unsigned level;
} ends[] = {
	[AUTOFLASH_PASS] = { "PASS", "pass", 6 },
	[AUTOFLASH_FAIL] = { "FAIL", "fail", 3 },
	[AUTOFLASH_IGNORED] = { "ignored, not the chip of its rule:", "ignored", 5 },
	[AUTOFLASH_DRY] = { "dry run, nothing was changed:", "dry-run", 6 },
};

/* Is standard output the journal's? Source: systemd.exec(5), JOURNAL_STREAM. */
static bool is_journal(void)
{
	const char *stream = secure_getenv("JOURNAL_STREAM");
	char mine[64];
	struct stat st;

	if (!stream || fstat(STDOUT_FILENO, &st))
		return false;
	(void)snprintf(mine, sizeof(mine), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(mine, stream) == 0;
}

void autoflash_say(struct output *o, unsigned level, const char *fmt, ...)
{
	char text[1024], prefix[8] = "";
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (is_journal())
		(void)snprintf(prefix, sizeof(prefix), "<%u>", level);
	output_result(o, "%sautoflash: %s", prefix, text);
}

const char *autoflash_name(const struct probe *p, char *buf, size_t size)
{
	char serial[160];

	(void)format_escape(serial, sizeof(serial), p->serial);
	(void)snprintf(buf, size, "%s%s%s%s", p->url[0] ? p->url : p->port,
		       serial[0] ? " (serial " : "", serial, serial[0] ? ")" : "");
	return buf;
}

static const char *or_null(const char *s)
{
	return s && s[0] ? s : NULL;
}

/* The rule that is told about: the one that was used, else the first that could have been. */
static const struct candidate *told(const struct autoflash *a)
{
	return a->chosen ? a->chosen : &a->candidate[0];
}

static void put_members(struct json *j, const struct autoflash *a, uint64_t us,
			const struct fault *f)
{
	const struct candidate *cand = told(a);

	json_string(j, "result", ends[a->end].small);
	json_string(j, "port", or_null(a->probe.url[0] ? a->probe.url : a->probe.port));
	json_string(j, "serial", or_null(a->probe.serial));
	json_string(j, "board", or_null(cand->rule->name));
	json_string(j, "rule", cand->rule->file);
	json_number(j, "rule_line", cand->rule->line);
	json_string(j, "image", cand->rule->image);
	json_string(j, "sha256", or_null(cand->sha256));
	json_number(j, "image_bytes", cand->bytes.len);
	json_string(j, "chip", or_null(a->chip));
	json_number(j, "device_id", a->dev_id);
	json_string(j, "uid", or_null(a->uid));
	json_seconds(j, "seconds", us);
	json_string(j, "code", f ? err_info(f->code)->name : NULL);
	json_string(j, "cause", f ? (f->text[0] ? f->text : err_info(f->code)->sentence) : NULL);
}

/* A status file that cannot be written must not turn a good board into a bad one. */
static void write_status(struct autoflash *a, const char *folder, uint64_t us,
			 const struct fault *f)
{
	struct fault kept = a->ctx->fault;
	char path[PATH_MAX], *text = NULL;
	size_t len = 0;
	struct json j;
	FILE *m;

	(void)snprintf(path, sizeof(path), "%s/%s.json", folder, a->probe.port);
	m = open_memstream(&text, &len);
	if (!m || !json_open(&j)) {
		if (m)
			(void)fclose(m);
		free(text);
		return;
	}
	json_begin(&j, "autoflash");
	put_members(&j, a, us, f);
	(void)json_end(&j, m);
	json_close(&j);
	if (fclose(m) == 0 && file_write_all(a->ctx, path, text, len, true))
		ctx_log(a->ctx, LOG_WARN, "no status file: %s", a->ctx->fault.text);
	free(text);
	a->ctx->fault = kept;
}

static void say_line(struct autoflash *a, uint64_t us, const struct fault *f)
{
	const struct candidate *cand = told(a);
	char name[480], image[240], cause[2 * sizeof(f->text)] = "", digest[96] = "", chip[200] = "";

	if (cand->sha256[0])
		(void)snprintf(digest, sizeof(digest), " sha256 %s", cand->sha256);
	if (a->chip[0])
		(void)snprintf(chip, sizeof(chip), ", chip %s%s%s", a->chip, a->uid[0] ? " " : "",
			       a->uid);
	if (f)
		(void)format_escape(cause, sizeof(cause),
				    f->text[0] ? f->text : err_info(f->code)->sentence);
	autoflash_say(a->out, ends[a->end].level, "%s %s, image %s%s%s, %s%s%s", ends[a->end].big,
		      autoflash_name(&a->probe, name, sizeof(name)),
		      format_escape(image, sizeof(image), cand->rule->image), digest, chip,
		      format_seconds(us).s, cause[0] ? ": " : "", cause);
}

void autoflash_report(struct autoflash *a, enum sl_err err, const char *folder)
{
	const struct fault *f = err ? &a->ctx->fault : NULL;
	uint64_t us = ctx_now_us(a->ctx) - a->start_us;
	struct json *j = output_event(a->out, "autoflash");

	if (j) {
		put_members(j, a, us, f);
		output_event_end(a->out);
	}
	say_line(a, us, f);
	if (folder)
		write_status(a, folder, us, f);
}
