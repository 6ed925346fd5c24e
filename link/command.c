/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * command.c - one command with its reply: sent, measured, its status judged, logged.
 *
 * The wire log holds every byte in both directions, so that a session can be replayed:
 *   #7 > f2 36 f0 ed 00 e0 (in 8)  READDEBUGREG addr=0xe000edf0
 *   #7 << 80 00 00 00 01 00 03 00
 *   #7 = ok, 8 bytes, 212 us, status 80 OK
 * Knows nothing of what callers want the command for.
 */
#include <stdio.h>
#include <string.h>

#include "link/session.h"

static const char where[] = "link";

enum { BYTES_PER_LINE = 64 };

static void hex_append(char *text, size_t room, const uint8_t *data, size_t n)
{
	size_t used = strlen(text);

	for (size_t i = 0; i < n && used + 4 < room; i++, used += 3)
		(void)snprintf(text + used, room - used, " %02x", data[i]);
}

static void log_data(struct ctx *c, unsigned number, const char *arrows, const uint8_t *data,
		     size_t n)
{
	for (size_t off = 0; off < n; off += BYTES_PER_LINE) {
		char line[3 * BYTES_PER_LINE + 8] = "";
		size_t left = n - off;

		hex_append(line, sizeof(line), data + off,
			   left < BYTES_PER_LINE ? left : BYTES_PER_LINE);
		ctx_log(c, LOG_WIRE, "#%u %s%s", number, arrows, line);
	}
}

static void log_command(struct ctx *c, unsigned number, const struct command *cmd)
{
	static const char *const phase[] = { [XFER_NONE] = "none", [XFER_IN] = "in",
					     [XFER_OUT] = "out" };
	char line[3 * XFER_COMMAND_MAX + 8] = "";
	char name[96];

	if (!ctx_logs(c, LOG_WIRE))
		return;
	hex_append(line, sizeof(line), cmd->x.command, cmd->x.command_len);
	command_name(cmd->x.command, name, sizeof(name));
	ctx_log(c, LOG_WIRE, "#%u >%s (%s %zu)  %s", number, line, phase[cmd->x.dir], cmd->x.len,
		name);
	if (cmd->x.dir == XFER_OUT)
		log_data(c, number, ">>", cmd->x.out, cmd->x.len);
}

static void log_reply(struct ctx *c, unsigned number, const struct command *cmd, enum sl_err err,
		      uint64_t took_us)
{
	const struct status_row *row = status_find(cmd->status);
	char status[48] = "";

	if (!ctx_logs(c, LOG_WIRE))
		return;
	if (cmd->x.dir == XFER_IN)
		log_data(c, number, "<<", cmd->x.in, cmd->x.got);
	if (cmd->has_status && cmd->x.got > 0)
		(void)snprintf(status, sizeof(status), ", status %02x %s", cmd->status,
			       row ? row->name : "unknown");
	ctx_log(c, LOG_WIRE, "#%u = %s, %zu bytes, %llu us%s", number, err_info(err)->name,
		cmd->x.got, (unsigned long long)took_us, status);
}

static bool status_is_failure(const struct command *cmd)
{
	const struct status_row *row;

	if (!cmd->has_status || cmd->x.got == 0)
		return false;
	row = status_find(cmd->status);
	return row && row->action != STATUS_DONE;
}

/* The firmware may cut an answer short only to say why it failed. */
static enum sl_err check_length(struct ctx *c, const struct command *cmd)
{
	char name[96];

	if (cmd->x.dir == XFER_NONE)
		return SL_OK;
	if (cmd->x.dir == XFER_OUT && cmd->x.got == cmd->x.len)
		return SL_OK;
	if (cmd->x.dir == XFER_IN && (cmd->x.got >= cmd->least || status_is_failure(cmd)))
		return SL_OK;
	command_name(cmd->x.command, name, sizeof(name));
	return ctx_fail(c, SL_PROTO, where, "%s: %zu of %zu bytes %s", name, cmd->x.got,
			cmd->x.dir == XFER_IN ? cmd->least : cmd->x.len,
			cmd->x.dir == XFER_IN ? "came back" : "were taken");
}

static enum sl_err fail_stale(struct ctx *c, const struct command *cmd)
{
	char name[96];

	command_name(cmd->x.command, name, sizeof(name));
	(void)ctx_fail(c, SL_PROTO, where, "%s: the probe answered with its version again", name);
	ctx_hint(c, "copies of the ST-LINK answer so to what they do not know: the answer is "
		    "left over from an earlier command; try other probe firmware");
	return SL_PROTO;
}

/* A probe that let a command pass unanswered is not given so much time again, or tidying up
 * after a dead one would take a limit for each step. What a slow clock adds stays. */
static void limit_time(const struct link *l, const struct ctx *c, struct xfer *x)
{
	unsigned slow = x->timeout_ms > COMMAND_MS ? x->timeout_ms - COMMAND_MS : 0;
	unsigned late_ms = LATE_MS;

	for (unsigned i = 1; i < l->late && late_ms > LATE_LEAST_MS; i++)
		late_ms /= 2;
	if (x->timeout_ms >= COMMAND_MS && (l->late || ctx_signalled(c)))
		x->timeout_ms = late_ms + slow;
	x->hurry_ms = HURRY_MS + slow;
}

enum sl_err link_run(struct link *l, struct ctx *c, struct command *cmd)
{
	unsigned number = l->wire_number++;
	uint64_t start;
	enum sl_err err;

	if (l->gone)
		return ctx_fail(c, SL_GONE, where, "the probe left the bus");
	/* No bytes of an earlier answer may pass for this one. */
	if (cmd->x.dir == XFER_IN)
		memset(cmd->x.in, 0, cmd->x.len);
	cmd->status = 0;
	limit_time(l, c, &cmd->x);
	log_command(c, number, cmd);
	start = ctx_now_us(c);
	err = transport_xfer(l->t, c, &cmd->x);
	if (cmd->has_status && cmd->x.got > 0)
		cmd->status = cmd->x.in[0];
	log_reply(c, number, cmd, err, ctx_now_us(c) - start);
	l->late = err == SL_TIMEOUT ? l->late + 1 : 0;
	if (err == SL_GONE)
		l->gone = true;
	if (!err)
		err = check_length(c, cmd);
	/* Before the status: the first byte of V2J37's version is the code of one. */
	if (!err && cmd->has_status && reply_is_stale(l, cmd->x.in, cmd->x.got))
		err = fail_stale(c, cmd);
	/* Who knows what the probe made of it. */
	if (err)
		l->mode_known = false;
	return err;
}

enum sl_err link_run_checked(struct link *l, struct ctx *c, struct command *cmd, const char *doing)
{
	struct retry r = { .limit_ms = l->patience_ms };
	enum retry_next next;

	do {
		enum sl_err err = link_run(l, c, cmd);

		if (err)
			return ctx_doing(c, err, "%s", doing);
		next = retry_after(&r, c, cmd->status);
		if (next == RETRY_GIVE_UP &&
		    ((cmd->needs_ap && session_open_ap(l, c, cmd->status)) ||
		     wire_retry(l, c, cmd->status, cmd->repeatable)))
			next = RETRY_AGAIN;
	} while (next == RETRY_AGAIN);
	if (next == RETRY_DONE)
		return SL_OK;
	if (status_find(cmd->status) && status_find(cmd->status)->action == STATUS_FAULT)
		sticky_clear(l, c);
	return status_fail(c, cmd->status, NULL, doing);
}

bool reply_is_stale(const struct link *l, const uint8_t *reply, size_t len)
{
	static const uint8_t zeros[VERSION_BYTES];
	size_t n = len < VERSION_BYTES ? len : VERSION_BYTES;

	return n >= 4 && memcmp(l->version_raw, zeros, n) != 0 &&
	       memcmp(reply, l->version_raw, n) == 0;
}
