/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * script.c - plays the script.
 */
#include "tests/support/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DATA_MAX = 8192 };

size_t script_hex(const char *text, uint8_t *out, size_t room)
{
	size_t n = 0;

	while (*text) {
		char *end;
		unsigned long v = strtoul(text, &end, 16);

		if (end == text || v > 0xFF || n == room)
			fail_msg("bad hex in the script: %s", text);
		out[n++] = (uint8_t)v;
		text = end + strspn(end, " ");
	}
	return n;
}

static void to_text(const uint8_t *data, size_t n, char *text, size_t room)
{
	text[0] = '\0';
	for (size_t i = 0; i < n && 3 * i + 4 < room; i++)
		(void)snprintf(text + 3 * i, room - 3 * i, "%02x ", data[i]);
}

static void check_command(const struct script *s, const struct script_step *step,
			  const struct xfer *x)
{
	uint8_t want[XFER_COMMAND_MAX];
	size_t n = script_hex(step->command, want, sizeof(want));
	char text[64];

	to_text(x->command, x->command_len, text, sizeof(text));
	if (n != x->command_len || memcmp(want, x->command, n) != 0)
		fail_msg("step %zu: %s, the script wants %s", s->at, text, step->command);
	for (size_t i = n; i < XFER_COMMAND_MAX; i++)
		assert_int_equal(x->command[i], 0);
}

static void play_in(const struct script_step *step, struct xfer *x)
{
	static uint8_t data[DATA_MAX];
	size_t n = script_hex(step->reply, data, sizeof(data));

	assert_int_equal(x->dir, XFER_IN);
	assert_true(n <= x->len);
	/* Nothing of an earlier answer may stand where this one will. */
	for (size_t i = 0; i < x->len; i++)
		assert_int_equal(x->in[i], 0);
	memcpy(x->in, data, n);
	x->got = n;
}

static void play_out(const struct script_step *step, struct xfer *x)
{
	static uint8_t data[DATA_MAX];
	size_t n = script_hex(step->out, data, sizeof(data));

	assert_int_equal(x->dir, XFER_OUT);
	assert_int_equal(x->len, n);
	assert_memory_equal(x->out, data, n);
	x->got = n;
}

static enum sl_err script_xfer(struct transport *t, struct ctx *c, struct xfer *x)
{
	struct script *s = (struct script *)t;
	const struct script_step *step;

	assert_false(s->closed);
	assert_true(x->timeout_ms > 0);
	assert_true((x->dir == XFER_NONE) == (x->len == 0));
	if (s->at >= s->n)
		fail_msg("the script is over, but %02x %02x came", x->command[0], x->command[1]);
	step = &s->steps[s->at];
	check_command(s, step, x);
	s->at++;
	s->last_timeout_ms = x->timeout_ms;
	s->last_hurry_ms = x->hurry_ms;
	s->clock->now_us += 1000u * step->took_ms;
	if (!step->reply && !step->out && !step->err)
		assert_int_equal(x->dir, XFER_NONE);
	if (step->reply)
		play_in(step, x);
	if (step->out)
		play_out(step, x);
	return step->err ? ctx_fail(c, step->err, "script", "scripted failure") : SL_OK;
}

static enum sl_err script_reset(struct transport *t, struct ctx *c)
{
	struct script *s = (struct script *)t;

	assert_false(s->closed);
	if (!s->can_reset)
		return ctx_fail(c, SL_HOST, "script", "cannot be reset");
	s->resets++;
	return SL_OK;
}

static void script_close(struct transport *t, struct ctx *c)
{
	struct script *s = (struct script *)t;

	(void)c;
	assert_false(s->closed);
	s->closed = true;
}

static const struct transport_ops script_ops = {
	.xfer = script_xfer, .reset = script_reset, .close = script_close,
};

void script_init(struct script *s, struct fake_clock *clock, const struct script_step *steps,
		 size_t n)
{
	memset(s, 0, sizeof(*s));
	s->base.ops = &script_ops;
	s->base.max_data = 65536;
	strcpy(s->base.describe, "script");
	s->clock = clock;
	s->steps = steps;
	s->n = n;
}

void script_done(const struct script *s)
{
	if (s->at != s->n)
		fail_msg("step %zu of %zu was never played: %s", s->at, s->n,
			 s->steps[s->at].command);
}
