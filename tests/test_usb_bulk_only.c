/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_usb_bulk_only.c - the bulk-only framing against scripted pipes: sense, stalls in each
 * phase, wrong and damaged statuses, timeouts, devices that skip the data phase.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/fake_pipe.h"
#include "usb/usb.h"

#define CSW(tag, residue, status) \
	(const uint8_t[]){ 'U', 'S', 'B', 'S', tag, 0, 0, 0, residue, 0, 0, 0, status }
#define OK_CSW(tag) { FAKE_IN, .data = CSW(tag, 0, 0), .len = 13 }
#define CBW { FAKE_OUT, .len = 31, .asked = 31 }
#define RESET_RECOVERY \
	{ FAKE_CONTROL, .data = reset_setup }, { FAKE_CLEAR, .ep = 0x81 }, \
	{ FAKE_CLEAR, .ep = 0x02 }

static const uint8_t reset_setup[8] = { 0x21, 0xFF };
static const uint8_t reply6[6] = { 0x13, 0x44, 0x83, 0x04, 0x44, 0x37 };
static const uint8_t sense_bad_opcode[18] = { 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20 };
static const uint8_t sense_hardware[18] = { 0x70, 0, 4, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x44 };

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
	assert_int_equal(usb_framing_bulk_only(&r->c, &r->pipe.pipe, &r->t), SL_OK);
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
	struct xfer x = { .command = { 0xF2, 0x08 }, .command_len = 8, .dir = XFER_OUT, .out = data,
			  .len = len, .timeout_ms = 1000, .hurry_ms = 77 };
	enum sl_err err = r->t->ops->xfer(r->t, &r->c, &x);

	*got = x.got;
	return err;
}

static void bot__read__wraps_command_in_cbw_and_takes_csw(void **state)
{
	static const uint8_t cbw[31] = { 'U', 'S', 'B', 'C', 1, 0, 0, 0, 6, 0, 0, 0, 0x80, 0, 10,
					 0xF1, 0x80 };
	const struct fake_step s[] = {
		{ FAKE_OUT, .data = cbw, .len = 31, .asked = 31 },
		{ FAKE_IN, .data = reply6, .len = 6 }, OK_CSW(1),
		CBW, { FAKE_IN, .data = reply6, .len = 6 }, OK_CSW(2),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_int_equal(got, 6);
	assert_memory_equal(r.in, reply6, 6);
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_int_equal(r.pipe.seen_out[1][4], 2);     /* the next tag */
	rig_end(&r);
}

static void bot__write__says_its_length_and_direction(void **state)
{
	static const uint8_t data[5] = { 1, 2, 3, 4, 5 };
	static const uint8_t cbw[31] = { 'U', 'S', 'B', 'C', 1, 0, 0, 0, 5, 0, 0, 0, 0x00, 0, 10,
					 0xF2, 0x08 };
	const struct fake_step s[] = {
		{ FAKE_OUT, .data = cbw, .len = 31 }, { FAKE_OUT, .data = data, .len = 5 },
		OK_CSW(1),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(tell(&r, data, 5, &got), SL_OK);
	assert_int_equal(got, 5);
	rig_end(&r);
}

static void bot__command_without_data__has_no_data_phase(void **state)
{
	static const uint8_t cbw[31] = { 'U', 'S', 'B', 'C', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0xF3,
					 0x07 };
	const struct fake_step s[] = { { FAKE_OUT, .data = cbw, .len = 31 }, OK_CSW(1) };
	struct xfer x = { .command = { 0xF3, 0x07 }, .command_len = 2, .timeout_ms = 100 };
	struct rig r;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(r.t->ops->xfer(r.t, &r.c, &x), SL_OK);
	rig_end(&r);
}

static void bot__long_command__gets_a_cdb_of_sixteen(void **state)
{
	const struct fake_step s[] = { CBW, OK_CSW(1) };
	struct xfer x = { .command = { 0xF4, 0x0A, [15] = 0x77 }, .command_len = 16,
			  .timeout_ms = 100 };
	struct rig r;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(r.t->ops->xfer(r.t, &r.c, &x), SL_OK);
	assert_int_equal(r.pipe.seen_out[0][14], 16);
	assert_int_equal(r.pipe.seen_out[0][30], 0x77);
	rig_end(&r);
}

static void bot__wrong_residue__is_not_believed(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = reply6, .len = 6 },
		{ FAKE_IN, .data = CSW(1, 4, 0), .len = 13 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_int_equal(got, 6);
	rig_end(&r);
}

static void bot__short_data__is_ok_with_what_came(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = reply6, .len = 2, .asked = 100 }, OK_CSW(1),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 100, &got), SL_OK);
	assert_int_equal(got, 2);
	rig_end(&r);
}

static void bot__status_1__asks_for_sense_and_says_the_cause(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .result = SL_STALL }, { FAKE_CLEAR, .ep = 0x81 },
		{ FAKE_IN, .data = CSW(1, 0, 1), .len = 13 },
		CBW, { FAKE_IN, .data = sense_bad_opcode, .len = 18 }, OK_CSW(2),
		CBW, { FAKE_IN, .data = reply6, .len = 6 }, OK_CSW(3),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_STALL);
	assert_int_equal(r.c.fault.code, SL_STALL);
	assert_non_null(strstr(r.c.fault.text, "ILLEGAL REQUEST, invalid command operation code"));
	assert_int_equal(r.pipe.seen_out[1][15], 0x03);
	assert_int_equal(r.pipe.seen_out[1][14], 6);
	assert_int_equal(r.pipe.seen_out[1][8], 18);
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	rig_end(&r);
}

static void bot__hardware_error__is_the_probes_own_failure(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = CSW(1, 0, 1), .len = 13 },      /* no data phase at all */
		CBW, { FAKE_IN, .data = sense_hardware, .len = 18 }, OK_CSW(2),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_PROBE);
	assert_int_equal(got, 0);
	rig_end(&r);
}

static void bot__sense_that_is_none__is_said_so(void **state)
{
	static const uint8_t zeros[18] = { 0 };
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = reply6, .len = 6 },
		{ FAKE_IN, .data = CSW(1, 0, 1), .len = 13 },
		CBW, { FAKE_IN, .data = zeros, .len = 18 }, OK_CSW(2),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_PROTO);
	assert_non_null(strstr(r.c.fault.text, "no readable reason"));
	rig_end(&r);
}

static void bot__failing_request_sense__does_not_ask_again(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = reply6, .len = 6 },
		{ FAKE_IN, .data = CSW(1, 0, 1), .len = 13 },
		CBW, { FAKE_IN, .data = CSW(2, 0, 1), .len = 13 },
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_PROTO);
	rig_end(&r);
}

static void bot__stalled_data_out__clears_out_and_reads_the_status(void **state)
{
	static const uint8_t data[5] = { 1, 2, 3, 4, 5 };
	const struct fake_step s[] = {
		CBW, { FAKE_OUT, .result = SL_STALL }, { FAKE_CLEAR, .ep = 0x02 },
		{ FAKE_IN, .data = CSW(1, 5, 1), .len = 13 },
		CBW, { FAKE_IN, .data = sense_bad_opcode, .len = 18 }, OK_CSW(2),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(tell(&r, data, 5, &got), SL_STALL);
	rig_end(&r);
}

static void bot__stalled_csw__is_cleared_and_read_once_more(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = reply6, .len = 6 }, { FAKE_IN, .result = SL_STALL },
		{ FAKE_CLEAR, .ep = 0x81 }, OK_CSW(1),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_int_equal(r.c.fault.code, SL_OK);        /* a cleared halt leaves no fault */
	rig_end(&r);
}

static void bot__csw_stalled_twice__needs_reset_recovery(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = reply6, .len = 6 }, { FAKE_IN, .result = SL_STALL },
		{ FAKE_CLEAR, .ep = 0x81 }, { FAKE_IN, .result = SL_STALL }, RESET_RECOVERY,
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_STALL);
	rig_end(&r);
}

static void bot__empty_packet_before_csw__is_passed_over(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = reply6, .len = 6 }, { FAKE_IN, .len = 0 }, OK_CSW(1),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	rig_end(&r);
}

/* Each of these breaks the rules; each must end in reset recovery and SL_PROTO, and the next
 * command must work. */
static void bot__broken_status__is_protocol_error_after_reset_recovery(void **state)
{
	static const uint8_t bad_signature[13] = { 'U', 'S', 'B', 'X', 1 };
	const struct {
		const uint8_t *data;
		size_t len;
		const char *says;
	} cases[] = {
		{ CSW(9, 0, 0), 13, "answers command 9, not 1" },
		{ bad_signature, 13, "signature" },
		{ CSW(1, 0, 2), 13, "phase error" },
		{ CSW(1, 0, 3), 13, "status 03" },
		{ CSW(1, 0, 0), 12, "12 bytes" },
		{ (const uint8_t[14]){ 'U', 'S', 'B', 'S', 1 }, 14, "14 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct fake_step s[] = {
			CBW, { FAKE_IN, .data = reply6, .len = 6 },
			{ FAKE_IN, .data = cases[i].data, .len = cases[i].len }, RESET_RECOVERY,
			CBW, { FAKE_IN, .data = reply6, .len = 6 }, OK_CSW(2),
		};
		struct rig r;
		size_t got;

		rig_start(&r, s, ARRAY_LEN(s));
		assert_int_equal(ask(&r, 6, &got), SL_PROTO);
		assert_int_equal(r.c.fault.code, SL_PROTO);
		assert_non_null(strstr(r.c.fault.text, cases[i].says));
		assert_int_equal(ask(&r, 6, &got), SL_OK);
		rig_end(&r);
	}
}

static void bot__status_in_place_of_data__is_taken_as_status(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = CSW(1, 6, 0), .len = 13 },
		CBW, { FAKE_IN, .data = CSW(2, 100, 0), .len = 13, .asked = 100 },
	};
	struct rig r;
	size_t got = 9;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	memset(r.in, 0xEE, sizeof(r.in));
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_int_equal(got, 0);
	assert_int_equal(r.in[0], 0xEE);
	assert_int_equal(ask(&r, 100, &got), SL_OK);
	assert_int_equal(got, 0);
	rig_end(&r);
}

static void bot__data_that_looks_like_anothers_status__is_data(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = CSW(7, 0, 0), .len = 13 }, OK_CSW(1),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 13, &got), SL_OK);
	assert_int_equal(got, 13);
	rig_end(&r);
}

static void bot__more_data_than_asked__is_protocol_error_after_recovery(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = reply6, .len = 6 }, RESET_RECOVERY,
		CBW, { FAKE_IN, .result = SL_PROTO, .asked = 100 }, RESET_RECOVERY,
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	memset(r.in, 0xEE, 8);
	assert_int_equal(ask(&r, 2, &got), SL_PROTO);
	assert_int_equal(r.in[2], 0xEE);
	assert_int_equal(ask(&r, 100, &got), SL_PROTO);
	rig_end(&r);
}

static void bot__timeout_in_data__is_recovered_within_bounds(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .result = SL_TIMEOUT }, RESET_RECOVERY,
		CBW, { FAKE_IN, .data = reply6, .len = 6 }, OK_CSW(2),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_TIMEOUT);
	assert_int_equal(r.c.fault.code, SL_TIMEOUT);
	assert_int_equal(r.clock.now_us, 1000000u);
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	rig_end(&r);
}

static void bot__late_status_of_an_older_command__is_not_taken(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .data = reply6, .len = 6 }, { FAKE_IN, .result = SL_TIMEOUT },
		RESET_RECOVERY,
		CBW, { FAKE_IN, .data = CSW(1, 0, 0), .len = 13 }, OK_CSW(2), /* data, status */
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_TIMEOUT);
	assert_int_equal(ask(&r, 13, &got), SL_OK);
	assert_int_equal(got, 13);
	rig_end(&r);
}

static void bot__failed_recovery__is_host_error_for_ever(void **state)
{
	const struct fake_step s[] = {
		CBW, { FAKE_IN, .result = SL_TIMEOUT },
		{ FAKE_CONTROL, .data = reset_setup, .result = SL_TIMEOUT },
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

static void bot__gone__is_said_again_without_touching_the_pipe(void **state)
{
	const struct fake_step s[] = { { FAKE_OUT, .result = SL_GONE } };
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_GONE);
	assert_int_equal(ask(&r, 6, &got), SL_GONE);
	rig_end(&r);
}

static void bot__phases__share_one_deadline(void **state)
{
	const struct fake_step s[] = {
		{ FAKE_OUT, .len = 31, .took_ms = 300 },
		{ FAKE_IN, .data = reply6, .len = 6, .took_ms = 600 }, OK_CSW(1),
	};
	struct rig r;
	size_t got;

	(void)state;
	rig_start(&r, s, ARRAY_LEN(s));
	assert_int_equal(ask(&r, 6, &got), SL_OK);
	assert_int_equal(r.pipe.last_timeout_ms, 100);
	assert_int_equal(r.pipe.last_hurry_ms, 77);
	rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bot__read__wraps_command_in_cbw_and_takes_csw),
		cmocka_unit_test(bot__write__says_its_length_and_direction),
		cmocka_unit_test(bot__command_without_data__has_no_data_phase),
		cmocka_unit_test(bot__long_command__gets_a_cdb_of_sixteen),
		cmocka_unit_test(bot__wrong_residue__is_not_believed),
		cmocka_unit_test(bot__short_data__is_ok_with_what_came),
		cmocka_unit_test(bot__status_1__asks_for_sense_and_says_the_cause),
		cmocka_unit_test(bot__hardware_error__is_the_probes_own_failure),
		cmocka_unit_test(bot__sense_that_is_none__is_said_so),
		cmocka_unit_test(bot__failing_request_sense__does_not_ask_again),
		cmocka_unit_test(bot__stalled_data_out__clears_out_and_reads_the_status),
		cmocka_unit_test(bot__stalled_csw__is_cleared_and_read_once_more),
		cmocka_unit_test(bot__csw_stalled_twice__needs_reset_recovery),
		cmocka_unit_test(bot__empty_packet_before_csw__is_passed_over),
		cmocka_unit_test(bot__broken_status__is_protocol_error_after_reset_recovery),
		cmocka_unit_test(bot__status_in_place_of_data__is_taken_as_status),
		cmocka_unit_test(bot__data_that_looks_like_anothers_status__is_data),
		cmocka_unit_test(bot__more_data_than_asked__is_protocol_error_after_recovery),
		cmocka_unit_test(bot__timeout_in_data__is_recovered_within_bounds),
		cmocka_unit_test(bot__late_status_of_an_older_command__is_not_taken),
		cmocka_unit_test(bot__failed_recovery__is_host_error_for_ever),
		cmocka_unit_test(bot__gone__is_said_again_without_touching_the_pipe),
		cmocka_unit_test(bot__phases__share_one_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
