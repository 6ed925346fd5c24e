/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * station_log.c - NDJSON and CSV.
 *
 * CSV after RFC 4180; a cell that a spreadsheet would take for a formula gets an apostrophe in
 * front.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/station_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wall.h"

static const char where[] = "cli";

static const char csv_head[] = "time,number,result,chip,device_id,uid,seconds,code,cause\r\n";

static enum sl_err write_all(struct ctx *c, int fd, const char *path, const char *text, size_t len)
{
	ssize_t n;

	do {
		n = write(fd, text, len);
	} while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len && fdatasync(fd) == 0)
		return SL_OK;
	(void)ctx_fail_errno(c, SL_FILE, where, n >= 0 && n != (ssize_t)len ? ENOSPC : errno,
			     "cannot write the log %s", path);
	ctx_hint(c, "boards are not flashed without their line in the log");
	return SL_FILE;
}

static bool is_csv(const char *path)
{
	size_t len = strlen(path);

	return len >= 4 && strcasecmp(path + len - 4, ".csv") == 0;
}

static enum sl_err open_one(struct station_log *log, struct ctx *c, const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0666);
	struct stat st;

	if (fd < 0)
		return ctx_fail_errno(c, SL_FILE, where, errno, "cannot open the log %s", path);
	log->fd[log->n] = fd;
	log->path[log->n] = path;
	log->csv[log->n] = is_csv(path);
	log->n++;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return ctx_fail(c, SL_FILE, where, "the log %s is not a regular file", path);
	return st.st_size == 0 && is_csv(path) ?
	       write_all(c, fd, path, csv_head, strlen(csv_head)) : SL_OK;
}

enum sl_err station_log_open(struct station_log *log, struct ctx *c, const struct options *o)
{
	enum sl_err err = SL_OK;

	log->n = 0;
	for (size_t i = 0; i < o->n_logs && !err; i++)
		err = open_one(log, c, o->logs[i]);
	return err;
}

void station_log_close(struct station_log *log)
{
	for (size_t i = 0; i < log->n; i++)
		(void)close(log->fd[i]);
	log->n = 0;
}

/* One cell, and the comma before it unless it is the first. */
static void put_cell(FILE *f, const char *text)
{
	(void)fputs(",\"", f);
	if (text && strchr("=+-@\t\r", text[0]) && text[0])
		(void)fputc('\'', f);
	for (; text && *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			(void)fprintf(f, "\\x%02x", (unsigned char)*text);
		else if (*text == '"')
			(void)fputs("\"\"", f);
		else
			(void)fputc(*text, f);
	}
	(void)fputc('"', f);
}

static void put_csv(FILE *f, const struct station_record *r)
{
	char time[WALL_TEXT];

	(void)fprintf(f, "%s,%" PRIu64 ",%s", wall_text(wall_now(), time), r->number,
		      r->passed ? "pass" : "fail");
	put_cell(f, r->chip);
	(void)fprintf(f, ",0x%03x", r->dev_id);
	put_cell(f, r->uid);
	(void)fprintf(f, ",%" PRIu64 ".%03" PRIu64, r->us / 1000000, r->us / 1000 % 1000);
	put_cell(f, r->code);
	put_cell(f, r->cause);
	(void)fputs("\r\n", f);
}

void station_log_members(struct json *j, const struct station_record *r)
{
	json_number(j, "number", r->number);
	json_string(j, "result", r->passed ? "pass" : "fail");
	json_string(j, "chip", r->chip);
	json_number(j, "device_id", r->dev_id);
	json_string(j, "uid", r->uid);
	json_seconds(j, "seconds", r->us);
	json_string(j, "code", r->code);
	json_string(j, "cause", r->cause);
	json_number(j, "passes", r->passes);
	json_number(j, "failures", r->failures);
}

static void put_json(FILE *f, const struct station_record *r)
{
	char time[WALL_TEXT];
	struct json j;

	if (!json_open(&j))
		return;
	json_begin(&j, "station-board");
	json_string(&j, "at", wall_text(wall_now(), time));
	station_log_members(&j, r);
	(void)json_end(&j, f);
	json_close(&j);
}

enum sl_err station_log_add(struct station_log *log, struct ctx *c, const struct station_record *r)
{
	enum sl_err err = SL_OK;

	for (size_t i = 0; i < log->n && !err; i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);

		if (!f)
			return ctx_fail(c, SL_NOMEM, where, "no memory for a line of the log");
		if (log->csv[i])
			put_csv(f, r);
		else
			put_json(f, r);
		if (fclose(f) || len == 0)
			err = ctx_fail(c, SL_NOMEM, where, "no memory for a line of the log");
		else
			err = write_all(c, log->fd[i], log->path[i], text, len);
		free(text);
	}
	return err;
}
