/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * insertion.c - the file of a port: FOLDER/PORT.state.
 *
 *   seen INODE ADDRESS      one line for each device of the insertion
 *   failures N MILLISECONDS insertions in a row that failed, when the last did
 *
 * A file that is not so is taken for an empty one: at worst a board is flashed once more.
 */
#define _GNU_SOURCE /* flock: Linux */
#include "auto/insertion.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"

static const char where[] = "auto";

enum { STATE_MAX = 1024, LOCK_POLL_US = 50000 };

struct insertion {
	int fd;
	struct enumeration seen[INSERTION_SEEN_MAX];
	size_t n_seen;
	uint64_t failures, failed_ms;
};

enum sl_err insertion_ask(struct ctx *c, const char *port, struct enumeration *out)
{
	char path[PATH_MAX], text[16] = "";
	struct stat st;
	ssize_t n;
	int dir, fd;

	(void)snprintf(path, sizeof(path), "%s/bus/usb/devices/%s", c->sysfs, port);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fstat(dir, &st)) {
		if (dir >= 0)
			(void)close(dir);
		return ctx_fail(c, SL_NOPROBE, where, "nothing is plugged in at port %.40s", port);
	}
	fd = openat(dir, "devnum", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		(void)close(fd);
	(void)close(dir);
	if (n <= 0)
		return ctx_fail(c, SL_NOPROBE, where, "the device at port %.40s is leaving", port);
	out->inode = st.st_ino;
	out->address = (uint32_t)strtoul(text, NULL, 10);
	return SL_OK;
}

/* "WORD A B\n"; false when the line is anything else, or there is none. */
static bool read_line(struct cursor *in, char word[16], uint64_t number[2])
{
	size_t n = 0, at = 0;
	char ch = ' ';

	number[0] = number[1] = 0;
	while (cur_left(in) > 0 && (ch = (char)cur_u8(in)) >= 'a' && ch <= 'z' && n < 15)
		word[n++] = ch;
	word[n] = '\0';
	while (ch == ' ' && at < 2) {
		while (cur_left(in) > 0 && (ch = (char)cur_u8(in)) >= '0' && ch <= '9')
			number[at] = 10 * number[at] + (uint64_t)(ch - '0');
		at++;
	}
	return n > 0 && at == 2 && ch == '\n';
}

static void read_state(struct insertion *in)
{
	uint8_t bytes[STATE_MAX];
	ssize_t n = pread(in->fd, bytes, sizeof(bytes), 0);
	struct cursor cur = cur_make(bytes, n > 0 ? (size_t)n : 0);
	char word[16];
	uint64_t number[2];

	while (read_line(&cur, word, number)) {
		if (strcmp(word, "seen") == 0 && in->n_seen < INSERTION_SEEN_MAX) {
			in->seen[in->n_seen].inode = number[0];
			in->seen[in->n_seen++].address = (uint32_t)number[1];
		}
		if (strcmp(word, "failures") == 0) {
			in->failures = number[0];
			in->failed_ms = number[1];
		}
	}
}

static enum sl_err write_state(const struct insertion *in, struct ctx *c)
{
	char text[STATE_MAX];
	size_t at = 0;

	for (size_t i = 0; i < in->n_seen; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "seen %" PRIu64 " %" PRIu32 "\n",
				       in->seen[i].inode, in->seen[i].address);
	at += (size_t)snprintf(text + at, sizeof(text) - at, "failures %" PRIu64 " %" PRIu64 "\n",
			       in->failures, in->failed_ms);
	if (ftruncate(in->fd, 0) || pwrite(in->fd, text, at, 0) != (ssize_t)at)
		return ctx_fail_errno(c, SL_FILE, where, errno, "cannot write the state of a port");
	return SL_OK;
}

static enum sl_err lock(struct ctx *c, int fd, const char *path, unsigned wait_ms)
{
	struct deadline end = ctx_deadline(c, wait_ms);
	enum sl_err err = SL_OK;

	while (!err && flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ctx_fail_errno(c, SL_FILE, where, errno, "cannot lock %s", path);
		if (ctx_expired(c, end))
			return ctx_fail(c, SL_BUSY, where, "another process is at work at this port");
		ctx_sleep_us(c, LOCK_POLL_US);
		err = ctx_interrupted(c);
	}
	return err;
}

enum sl_err insertion_open(struct ctx *c, const char *folder, const char *port, unsigned wait_ms,
			   struct insertion **out)
{
	struct insertion *in = calloc(1, sizeof(*in));
	char path[PATH_MAX];
	enum sl_err err;

	if (!in)
		return ctx_fail(c, SL_NOMEM, where, "no memory for the state of a port");
	if (mkdir(folder, 0755) && errno != EEXIST)
		ctx_log(c, LOG_DEBUG, "cannot make %s: errno %d", folder, errno);
	(void)snprintf(path, sizeof(path), "%s/%s.state", folder, port);
	in->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (in->fd < 0) {
		err = ctx_fail_errno(c, SL_FILE, where, errno, "cannot open %s", path);
		ctx_hint(c, "run it as the service does, or let RUNTIME_DIRECTORY name a folder of yours");
	} else {
		err = lock(c, in->fd, path, wait_ms);
	}
	if (err) {
		insertion_close(in);
		return err;
	}
	read_state(in);
	*out = in;
	return SL_OK;
}

void insertion_close(struct insertion *in)
{
	if (in && in->fd >= 0)
		(void)close(in->fd);
	free(in);
}

bool insertion_same(const struct enumeration *a, const struct enumeration *b)
{
	return a->inode == b->inode && a->address == b->address;
}

bool insertion_has(const struct insertion *in, const struct enumeration *e)
{
	for (size_t i = 0; i < in->n_seen; i++)
		if (insertion_same(&in->seen[i], e))
			return true;
	return false;
}

static uint64_t now_ms(const struct ctx *c)
{
	return ctx_now_us(c) / 1000;
}

bool insertion_pauses(const struct insertion *in, const struct ctx *c)
{
	return in->failures >= INSERTION_FAILURES_MAX && now_ms(c) >= in->failed_ms &&
	       now_ms(c) - in->failed_ms < INSERTION_PAUSE_S * 1000u;
}

enum sl_err insertion_begin(struct insertion *in, struct ctx *c, const struct enumeration *e)
{
	in->seen[0] = *e;
	in->n_seen = 1;
	return write_state(in, c);
}

enum sl_err insertion_add(struct insertion *in, struct ctx *c, const struct enumeration *e)
{
	if (insertion_has(in, e))
		return SL_OK;
	/* The oldest has left the bus long ago. */
	if (in->n_seen == INSERTION_SEEN_MAX)
		memmove(&in->seen[0], &in->seen[1], --in->n_seen * sizeof(in->seen[0]));
	in->seen[in->n_seen++] = *e;
	return write_state(in, c);
}

enum sl_err insertion_end(struct insertion *in, struct ctx *c, bool passed)
{
	in->failures = passed ? 0 : in->failures + 1;
	in->failed_ms = now_ms(c);
	return write_state(in, c);
}
