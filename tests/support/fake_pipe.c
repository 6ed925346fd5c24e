/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fake_pipe.c - plays the script.
 */
#include "tests/support/fake_pipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char *op_name(enum fake_op op)
{
	static const char *const names[] = { "?", "OUT", "IN", "CONTROL", "CLEAR" };

	return names[op];
}

static const struct fake_step *next_step(struct fake_pipe *f, enum fake_op op, unsigned timeout_ms)
{
	const struct fake_step *s = &f->steps[f->at];

	f->last_timeout_ms = timeout_ms;
	if (f->at >= f->n)
		fail_msg("step %zu: %s, but the script is over", f->at, op_name(op));
	if (s->op != op)
		fail_msg("step %zu: %s, the script wants %s", f->at, op_name(op), op_name(s->op));
	f->at++;
	f->clock->now_us += 1000u * s->took_ms;
	if (s->result == SL_TIMEOUT && s->took_ms < timeout_ms)
		f->clock->now_us += 1000u * (timeout_ms - s->took_ms);
	return s;
}

static enum sl_err result_of(struct ctx *c, const struct fake_step *s)
{
	if (s->result == SL_OK)
		return SL_OK;
	return ctx_fail(c, s->result, "fake", "scripted %s", err_info(s->result)->name);
}

static enum sl_err fake_bulk(struct pipe *p, struct ctx *c, struct pipe_xfer *x)
{
	struct fake_pipe *f = (struct fake_pipe *)p;
	bool in = (x->ep & 0x80) != 0;
	const struct fake_step *s = next_step(f, in ? FAKE_IN : FAKE_OUT, x->timeout_ms);

	f->last_hurry_ms = x->hurry_ms;
	assert_int_equal(x->ep, in ? p->ep_in : p->ep_out);
	assert_true(x->len > 0);
	if (s->asked)
		assert_int_equal(x->len, s->asked);
	assert_true(s->len <= x->len);
	if (in && s->len > 0)
		memcpy(x->data, s->data, s->len);
	if (!in) {
		memset(f->seen_out[f->outs % 8], 0, 64);
		memcpy(f->seen_out[f->outs++ % 8], x->data, x->len < 64 ? x->len : 64);
		if (s->data && s->len > 0)
			assert_memory_equal(x->data, s->data, s->len);
	}
	x->got = s->len;
	return result_of(c, s);
}

static enum sl_err fake_control(struct pipe *p, struct ctx *c, struct pipe_xfer *x)
{
	struct fake_pipe *f = (struct fake_pipe *)p;
	const struct fake_step *s = next_step(f, FAKE_CONTROL, x->timeout_ms);

	assert_int_equal(x->ep, 0);
	x->got = 0;
	if (s->data)
		assert_memory_equal(x->setup, s->data, 8);
	return result_of(c, s);
}

static enum sl_err fake_clear(struct pipe *p, struct ctx *c, uint8_t ep)
{
	struct fake_pipe *f = (struct fake_pipe *)p;
	const struct fake_step *s = next_step(f, FAKE_CLEAR, 0);

	assert_int_equal(ep, s->ep);
	return result_of(c, s);
}

static void fake_close(struct pipe *p, struct ctx *c)
{
	struct fake_pipe *f = (struct fake_pipe *)p;

	(void)c;
	f->closed = true;
}

static const struct pipe_ops fake_ops = {
	.bulk = fake_bulk,
	.control = fake_control,
	.clear_halt = fake_clear,
	.close = fake_close,
};

void fake_pipe_init(struct fake_pipe *f, struct fake_clock *clock, const struct fake_step *steps,
		    size_t n)
{
	memset(f, 0, sizeof(*f));
	f->pipe.ops = &fake_ops;
	f->pipe.ep_out = 0x02;
	f->pipe.ep_in = 0x81;
	f->pipe.max_packet = 64;
	f->clock = clock;
	f->steps = steps;
	f->n = n;
}

void fake_pipe_done(const struct fake_pipe *f)
{
	if (f->at != f->n)
		fail_msg("the script has %zu steps, %zu were asked for", f->n, f->at);
}
