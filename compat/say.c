/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * say.c - log lines in the stock tools' form: "2024-02-05T12:13:14 INFO common.c: text".
 */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/wall.h"
#include "cli/format.h"
#include "compat/tools.h"

static const char own[] = "stlink-download";

static const char *const names[] = {
	[SAY_DEBUG] = "DEBUG", [SAY_INFO] = "INFO", [SAY_WARN] = "WARN", [SAY_ERROR] = "ERROR",
};

/* Local time without a zone. */
static void stamp(enum say_level level, const char *file)
{
	time_t now = (time_t)wall_now();
	struct tm tm;
	char text[32] = "";

	if (localtime_r(&now, &tm))
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s %s %s: ", text, names[level], file);
}

void say(enum say_level level, const char *file, const char *fmt, ...)
{
	va_list ap;

	stamp(level, file);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

void say_fault(const struct ctx *c)
{
	const struct fault *f = &c->fault;
	const struct err_info *info = err_info(f->code);
	char text[2 * sizeof(f->text)], cure[2 * sizeof(f->hint)];

	(void)format_escape(text, sizeof(text), f->text[0] ? f->text : info->sentence);
	(void)format_escape(cure, sizeof(cure), f->hint[0] ? f->hint : info->cure);
	say(SAY_ERROR, own, "%s", text);
	if (cure[0])
		say(SAY_ERROR, own, "try: %s", cure);
}

static void write_log(void *priv, enum log_level level, const char *line)
{
	char safe[1024];

	(void)priv;
	(void)format_escape(safe, sizeof(safe), line);
	say(level == LOG_ERR ? SAY_ERROR : level == LOG_WARN ? SAY_WARN : SAY_DEBUG, own, "%s", safe);
}

void say_listen(struct ctx *c, bool debug)
{
	c->log.write = write_log;
	c->log.priv = NULL;
	c->log.max = debug ? LOG_WIRE : LOG_WARN;
}
