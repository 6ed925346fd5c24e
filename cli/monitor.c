/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * monitor.c - the loop between a serial port and a terminal.
 *
 * Knows nothing of probes; the port is open already. A terminal gets the port's bytes as they come,
 * JSON readers get lines.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/monitor.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { LINE_BYTES = 4096, CHUNK = 512, SLICE_MS = 100, LEAVE_KEY = 0x1D /* Ctrl-] */ };

struct watch {
	const struct monitor *m;
	struct deadline end;
	char line[LINE_BYTES + 1];      /* what came since the last newline */
	size_t len;
	uint8_t typed[CHUNK];           /* on its way to the port */
	size_t typed_len;
	bool raw;                       /* standard input is a terminal, and was made raw */
	bool input_over, seen, left;
	struct termios was;
};

/* ---- what comes ---- */

static void line_event(const struct watch *w)
{
	struct json *j = output_event(w->m->out, "serial");

	if (!j)
		return;
	json_string(j, "text", w->line);
	output_event_end(w->m->out);
}

/* A line that still grows has no end for '$' to match. */
static void look(struct watch *w, bool whole)
{
	w->line[w->len] = '\0';
	if (w->m->expect && !w->seen)
		w->seen = regexec(w->m->expect, w->line, 0, NULL, whole ? 0 : REG_NOTEOL) == 0;
}

static void line_over(struct watch *w)
{
	if (w->len > 0 && w->line[w->len - 1] == '\r')
		w->len--;
	look(w, true);
	line_event(w);
	w->len = 0;
}

static void take(struct watch *w, const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (data[i] == '\n') {
			line_over(w);
			continue;
		}
		/* Of a line without end the newer half stays. */
		if (w->len == LINE_BYTES) {
			look(w, false);
			memmove(w->line, w->line + LINE_BYTES / 2, LINE_BYTES / 2);
			w->len = LINE_BYTES / 2;
		}
		if (data[i] != '\0')
			w->line[w->len++] = (char)data[i];
	}
	look(w, false);
}

static enum sl_err fail_gone(struct watch *w, int err)
{
	return ctx_fail_errno(w->m->ctx, SL_GONE, "cli", err, "the serial port is gone");
}

static enum sl_err from_port(struct watch *w)
{
	uint8_t data[CHUNK];
	ssize_t n = read(w->m->port, data, sizeof(data));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return SL_OK;
	if (n <= 0)
		return fail_gone(w, n < 0 ? errno : EIO);
	output_bytes(w->m->out, data, (size_t)n);
	take(w, data, (size_t)n);
	return SL_OK;
}

/* ---- what is typed ---- */

static void from_user(struct watch *w)
{
	ssize_t n = read(STDIN_FILENO, w->typed, sizeof(w->typed));
	uint8_t *key;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	w->input_over = n <= 0;
	w->typed_len = n > 0 ? (size_t)n : 0;
	key = w->raw ? memchr(w->typed, LEAVE_KEY, w->typed_len) : NULL;
	if (key) {
		w->typed_len = (size_t)(key - w->typed);
		w->left = true;
	}
}

static enum sl_err to_port(struct watch *w)
{
	ssize_t n = write(w->m->port, w->typed, w->typed_len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return SL_OK;
	if (n < 0)
		return fail_gone(w, errno);
	w->typed_len -= (size_t)n;
	memmove(w->typed, w->typed + n, w->typed_len);
	return SL_OK;
}

/* ---- the loop ---- */

static enum sl_err turn(struct watch *w)
{
	bool reads = !w->input_over && w->typed_len == 0;
	struct pollfd fds[2] = {
		{ .fd = w->m->port, .events = (short)(POLLIN | (w->typed_len ? POLLOUT : 0)) },
		{ .fd = reads ? STDIN_FILENO : -1, .events = POLLIN },
	};
	int n = poll(fds, 2, SLICE_MS);
	enum sl_err err = SL_OK;

	if (n < 0 && errno != EINTR)
		return ctx_fail_errno(w->m->ctx, SL_HOST, "cli", errno, "waiting for the serial port");
	if (n <= 0)
		return SL_OK;
	if (fds[0].revents & (POLLIN | POLLHUP | POLLERR))
		err = from_port(w);
	if (!err && fds[1].revents)
		from_user(w);
	if (!err && w->typed_len)
		err = to_port(w);
	return err;
}

static bool time_over(const struct watch *w)
{
	return w->m->timeout_s && ctx_expired(w->m->ctx, w->end);
}

/* A terminal sends each key at once, Ctrl-C too; the port's bytes need no help to be shown. */
static void make_raw(struct watch *w)
{
	struct termios t;

	if (isatty(STDIN_FILENO) != 1 || tcgetattr(STDIN_FILENO, &w->was) != 0)
		return;
	t = w->was;
	t.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON);
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	w->raw = tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0;
}

static enum sl_err verdict(struct watch *w)
{
	if (!w->m->expect || w->seen)
		return SL_OK;
	if (w->left)
		return ctx_fail(w->m->ctx, SL_UNSEEN, "cli", "left before it came");
	return ctx_fail(w->m->ctx, SL_UNSEEN, "cli", "it did not come within %u s", w->m->timeout_s);
}

enum sl_err monitor_watch(const struct monitor *m)
{
	struct watch w = { .m = m };
	enum sl_err err = SL_OK;

	w.end = ctx_deadline(m->ctx, (uint64_t)m->timeout_s * 1000u);
	make_raw(&w);
	while (!err && !w.left && !w.seen && !time_over(&w)) {
		err = ctx_interrupted(m->ctx);
		if (!err)
			err = turn(&w);
	}
	if (w.raw)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &w.was);
	output_bytes_end(m->out);
	if (m->out->json_on && w.len > 0)
		line_event(&w);
	return err ? err : verdict(&w);
}
