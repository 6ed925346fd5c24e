/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * confine.c - the parent's side: a child, its pipe, its end. The walls are in confine_walls.c.
 */
#define _GNU_SOURCE /* pipe2 */
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine_walls.h"

enum { LOOK_MS = 50, CHUNK = 65536, EXIT_NO_WALL = 90, EXIT_CUT = 91 };

static const char where[] = "confine";

bool confine_wanted(void)
{
	return geteuid() == 0;
}

static int pour(int fd, const struct buffer *b)
{
	size_t off = 0;

	while (off < b->len) {
		ssize_t n = write(fd, b->data + off, b->len - off);

		if (n < 0 && errno != EINTR)
			return EXIT_CUT;
		off += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static void child(int fd, void (*work)(void *arg, struct buffer *out), void *arg, size_t max)
{
	struct buffer b;

	buf_init(&b, max);
	if (!confine_walls_raise(fd))
		_exit(EXIT_NO_WALL);
	work(arg, &b);
	_exit(pour(fd, &b));
}

/* What came within a moment. *end: the child has closed its side. */
static enum sl_err collect_some(struct ctx *c, int fd, struct buffer *out, bool *end)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const size_t want = out->max - out->len < CHUNK ? out->max - out->len : CHUNK;
	int ready = poll(&p, 1, LOOK_MS);
	uint8_t over;
	ssize_t n;

	if (ready <= 0)
		return ready < 0 && errno != EINTR ?
			       ctx_fail_errno(c, SL_OTHER, where, errno, "waiting for a child") : SL_OK;
	if (buf_reserve(out, want))
		return ctx_fail(c, SL_NOMEM, where, "no memory for what a child gives");
	/* Full: one byte more tells the limit from one above it. */
	n = want ? read(fd, out->data + out->len, want) : read(fd, &over, 1);
	if (n < 0 && errno != EINTR)
		return ctx_fail_errno(c, SL_OTHER, where, errno, "reading from a child");
	if (n > 0 && want == 0)
		return ctx_fail(c, SL_OTHER, where, "a child gives more than %zu bytes", out->max);
	out->len += n > 0 ? (size_t)n : 0;
	*end = n == 0;
	return SL_OK;
}

static enum sl_err collect(struct ctx *c, int fd, unsigned timeout_ms, struct buffer *out)
{
	const struct deadline d = ctx_deadline(c, timeout_ms);
	bool end = false;
	enum sl_err err = SL_OK;

	while (!err && !end) {
		err = ctx_interrupted(c);
		if (!err && ctx_expired(c, d))
			err = ctx_fail(c, SL_OTHER, where, "a child has not ended within %u ms",
				       timeout_ms);
		if (!err)
			err = collect_some(c, fd, out, &end);
	}
	return err;
}

static enum sl_err judge(struct ctx *c, int status)
{
	if (WIFSIGNALED(status))
		return ctx_fail(c, SL_OTHER, where, "the confined child was ended by signal %d (%s)",
				WTERMSIG(status), strsignal(WTERMSIG(status)));
	switch (WEXITSTATUS(status)) {
	case 0:
		return SL_OK;
	case EXIT_NO_WALL:
		return ctx_fail(c, SL_OTHER, where, "a child of root can neither become nobody nor "
						    "be given a system call filter here");
	default:
		return ctx_fail(c, SL_OTHER, where, "the confined child ended with status %d",
				WEXITSTATUS(status));
	}
}

enum sl_err confine_run(struct ctx *c, void (*work)(void *arg, struct buffer *out), void *arg,
			unsigned timeout_ms, struct buffer *out)
{
	int ends[2], status = 0;
	enum sl_err err;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return ctx_fail_errno(c, SL_OTHER, where, errno, "no pipe for a child");
	pid = fork();
	if (pid == 0)
		child(ends[1], work, arg, out->max);
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return ctx_fail_errno(c, SL_OTHER, where, errno, "no child process");
	}
	err = collect(c, ends[0], timeout_ms, out);
	(void)close(ends[0]);
	if (err && kill(pid, SIGKILL)) /* root without CAP_KILL: it ends by its own limits */
		return err;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return err ? err : judge(c, status);
}
