/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_usb_framing_v2.c - the V2 framing against scripted pipes: short, long and late answers,
 * stalls, timeouts, a probe that leaves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_pipe.h"
#include "usb/usb.h"

static const uint8_t cmd_version[16] = { 0xF1, 0x80 };
static const uint8_t reply6[6] = { 0x23, 0xA7, 0x83, 0x04, 0x48, 0x37 };

struct rig {
	struct ctx c;
	struct fake_clock clock;
	struct fake_pipe pipe;
	struct transport *t;
	uint8_t in[8192];
};

static void rig_start(struct rig *r, const struct fake_step *steps, size_t n)
{
	memset(r, 0, sizeof(*r));
	ctx_init(&r->c);
	fake_clock_init(&r->clock);
	r->c.clock = &r->clock.clock;
	fake_pipe_init(&r->pipe, &r->clock, steps, n);
	assert_int_equal(usb_framing_v2(&r->c, &r->pipe.pipe, &r->t), SL_OK);
}

static void rig_end(struct rig *r)
{
	fake_pipe_done(&r->pipe);
	r->t->ops->close(r->t, &r->c);
	assert_true(r->pipe.closed);
}

static enum sl_err ask(struct rig *r, size_t len, size_t *got)
{
	struct xfer x = { .command = { 0xF1, 0x80 }, .command_len = 2, .dir = XFER_IN, .in = r->in,
			  .len = len, .timeout_ms = 1000, .hurry_ms = 77 };
	enum sl_err err = r->t->ops->xfer(r->t, &r->c, &x);

	*got = x.got;
	return err;
}

static enum sl_err tell(struct rig *r, const uint8_t *data, size_t len, size_t *got)
{
	struct xfer x = { .command = { 0xF2, 0x0D }, .command_len = 2, .dir = XFER_OUT, .out = data,
			  .len = len, .timeout_ms = 1000, .hurry_ms = 77 };
	enum sl_err err = r->t->ops->xfer(r->t, &r->c, &x);

	*got = x.got;
	return err;
}

static void v2__command__is_sixteen_bytes_zero_padded(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .data = cmd_version, .len = 16, .asked = 16 },
		{ FAKE_IN, .data = reply6, .len = 6 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_int_equal(got, 6);
	assert_memory_equal(r.in, reply6, 6);
	rig_end(&r);
}

static void v2__garbage_behind_command_len__is_not_sent(void **state)
{
	static const struct fake_step s[] = { { FAKE_OUT, .data = cmd_version, .len = 16 } };
	struct xfer x = { .command = { 0xF1, 0x80, 0xEE, 0xEE }, .command_len = 2,
			  .timeout_ms = 100 };
	struct rig r;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(r.t->ops->xfer(r.t, &r.c, &x), SL_OK);
	rig_end(&r);
}

static void v2__empty_data_phase__is_never_started(void **state)
{
	static const struct fake_step s[] = { { FAKE_OUT, .len = 16 }, { FAKE_OUT, .len = 16 } };
	struct rig r;
	size_t got = 9;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 0, &got), SL_OK);
	assert_int_equal(got, 0);
	assert_int_equal(tell(&r, reply6, 0, &got), SL_OK);
	rig_end(&r);
}

static void v2__short_reply__is_ok_with_what_came(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .data = reply6, .len = 2 },
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .data = reply6, .len = 6, .asked = 4096 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_int_equal(got, 2);
	assert_int_equal(ask(&r, 4096, &got), SL_OK);
	assert_int_equal(got, 6);
	rig_end(&r);
}

static void v2__answer_longer_than_asked__is_protocol_error_and_drained(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .data = reply6, .len = 6, .asked = 64 },
		{ FAKE_IN, .result = SL_TIMEOUT },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	memset(r.in, 0xEE, 8);
	assert_int_equal(ask(&r, 2, &got), SL_PROTO);
	assert_int_equal(got, 2);
	assert_int_equal(r.in[2], 0xEE);
	assert_non_null(strstr(r.c.fault.text, "6 bytes, 2"));
	rig_end(&r);
}

static void v2__babble__is_protocol_error_and_drained(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .result = SL_PROTO, .asked = 100 },
		{ FAKE_IN, .data = reply6, .len = 6 }, { FAKE_IN, .result = SL_TIMEOUT },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 100, &got), SL_PROTO);
	rig_end(&r);
}

static void v2__timeout__drains_the_late_reply_and_next_command_gets_its_own(void **state)
{
	static const uint8_t late[2] = { 0xBA, 0xD0 };
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .result = SL_TIMEOUT },
		{ FAKE_IN, .data = late, .len = 2, .took_ms = 50 }, /* the late reply */
		{ FAKE_IN, .result = SL_TIMEOUT },                  /* no more */
		{ FAKE_IN, .result = SL_TIMEOUT },                  /* before the next command */
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .data = reply6, .len = 6 },
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .data = reply6, .len = 6 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_TIMEOUT);
	assert_int_equal(r.c.fault.code, SL_TIMEOUT);
	assert_true(r.clock.now_us <= 1500000u);
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_memory_equal(r.in, reply6, 6);
	assert_int_equal(ask(&r, 6, &got), SL_OK);      /* trusted again: no drain before */
	rig_end(&r);
}

static void v2__reply_after_the_drain__is_thrown_away_before_the_next(void **state)
{
	static const uint8_t late[2] = { 0xBA, 0xD0 };
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .result = SL_TIMEOUT },
		{ FAKE_IN, .result = SL_TIMEOUT },
		{ FAKE_IN, .data = late, .len = 2 }, { FAKE_IN, .result = SL_TIMEOUT },
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .data = reply6, .len = 6 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_TIMEOUT);
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_memory_equal(r.in, reply6, 6);
	rig_end(&r);
}

static void v2__probe_that_never_stops_sending__is_given_up_within_bounds(void **state)
{
	struct fake_step s[2 + 16] = { { FAKE_OUT, .len = 16 }, { FAKE_IN, .result = SL_TIMEOUT } };
	struct rig r;
	size_t got;

	(void)state;
	for (size_t i = 2; i < ARRAY_LEN(s); i++)
		s[i] = (struct fake_step){ FAKE_IN, .data = reply6, .len = 6 };
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_HOST);
	assert_int_equal(ask(&r, 6, &got), SL_HOST);    /* fails fast: no further step */
	rig_end(&r);
}

static void v2__stalled_command__clears_the_out_endpoint(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .result = SL_STALL }, { FAKE_CLEAR, .ep = 0x02 },
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .data = reply6, .len = 6 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_STALL);
	assert_int_equal(r.c.fault.code, SL_STALL);
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	rig_end(&r);
}

static void v2__stalled_reply__clears_the_in_endpoint(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .result = SL_STALL },
		{ FAKE_CLEAR, .ep = 0x81 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_STALL);
	rig_end(&r);
}

static void v2__halt_that_cannot_be_cleared__is_host_error_for_ever(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .result = SL_STALL },
		{ FAKE_CLEAR, .ep = 0x81, .result = SL_TIMEOUT },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_HOST);
	assert_int_equal(r.c.fault.code, SL_HOST);
	assert_int_equal(ask(&r, 6, &got), SL_HOST);
	rig_end(&r);
}

static void v2__data_out__follows_on_the_same_endpoint(void **state)
{
	static const uint8_t data[5] = { 1, 2, 3, 4, 5 };
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_OUT, .data = data, .len = 5, .asked = 5 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(tell(&r, data, 5, &got), SL_OK);
	assert_int_equal(got, 5);
	rig_end(&r);
}

static void v2__stalled_data_out__clears_the_out_endpoint(void **state)
{
	static const uint8_t data[5] = { 1, 2, 3, 4, 5 };
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_OUT, .result = SL_STALL },
		{ FAKE_CLEAR, .ep = 0x02 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(tell(&r, data, 5, &got), SL_STALL);
	rig_end(&r);
}

static void v2__data_out_cut_short__lets_no_later_command_be_taken_for_data(void **state)
{
	static const uint8_t data[128] = { 1, 2, 3, 4, 5 };
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_OUT, .len = 64, .result = SL_TIMEOUT },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(tell(&r, data, 128, &got), SL_TIMEOUT);
	assert_int_equal(got, 64);
	assert_int_equal(ask(&r, 6, &got), SL_HOST);
	rig_end(&r);
}

static void v2__gone__is_said_again_without_touching_the_pipe(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .result = SL_GONE },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_GONE);
	assert_int_equal(ask(&r, 6, &got), SL_GONE);
	rig_end(&r);
}

static void v2__gone_while_recovering__is_gone(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16 }, { FAKE_IN, .result = SL_TIMEOUT },
		{ FAKE_IN, .result = SL_GONE },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_GONE);
	assert_int_equal(r.c.fault.code, SL_GONE);
	rig_end(&r);
}

static void v2__phases__share_one_deadline(void **state)
{
	static const struct fake_step s[] = {
		{ FAKE_OUT, .len = 16, .took_ms = 700 }, { FAKE_IN, .data = reply6, .len = 6 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_int_equal(r.pipe.last_timeout_ms, 300);
	assert_int_equal(r.pipe.last_hurry_ms, 77);
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v2__command__is_sixteen_bytes_zero_padded),
		cmocka_unit_test(v2__garbage_behind_command_len__is_not_sent),
		cmocka_unit_test(v2__empty_data_phase__is_never_started),
		cmocka_unit_test(v2__short_reply__is_ok_with_what_came),
		cmocka_unit_test(v2__answer_longer_than_asked__is_protocol_error_and_drained),
		cmocka_unit_test(v2__babble__is_protocol_error_and_drained),
		cmocka_unit_test(v2__timeout__drains_the_late_reply_and_next_command_gets_its_own),
		cmocka_unit_test(v2__reply_after_the_drain__is_thrown_away_before_the_next),
		cmocka_unit_test(v2__probe_that_never_stops_sending__is_given_up_within_bounds),
		cmocka_unit_test(v2__stalled_command__clears_the_out_endpoint),
		cmocka_unit_test(v2__stalled_reply__clears_the_in_endpoint),
		cmocka_unit_test(v2__halt_that_cannot_be_cleared__is_host_error_for_ever),
		cmocka_unit_test(v2__data_out__follows_on_the_same_endpoint),
		cmocka_unit_test(v2__stalled_data_out__clears_the_out_endpoint),
		cmocka_unit_test(v2__data_out_cut_short__lets_no_later_command_be_taken_for_data),
		cmocka_unit_test(v2__gone__is_said_again_without_touching_the_pipe),
		cmocka_unit_test(v2__gone_while_recovering__is_gone),
		cmocka_unit_test(v2__phases__share_one_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
