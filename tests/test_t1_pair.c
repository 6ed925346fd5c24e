/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_t1_pair.c - command and reply handed to real libusb at once, on a mock kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/t1/preload.h"
#include "tests/t1/rig.h"
#include "usb/usb.h"

enum { PID_V2 = 0x3748 };

/* The reply is asked for before the command went out; when that fails, nobody waits for it. */
static void libusb__command_that_stalls__takes_its_reply_back(void **state)
{
	struct pipe_xfer halt = { .setup = { 0x02, 0x03, 0, 0, 0x02 }, .timeout_ms = 300 };
	uint8_t version[16] = { 0xF1, 0x80 }, in[64];
	struct pipe_xfer x[2] = {
		{ .ep = 0x02, .data = version, .len = sizeof(version), .timeout_ms = 2000 },
		{ .ep = 0x81, .data = in, .len = sizeof(in), .timeout_ms = 2000 },
	};
	struct mock_counts counts;
	struct pipe *p = NULL;
	bool passed = true;
	uint64_t start;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	assert_int_equal(usb_pipe_libusb(&r.c, &r.probe, &p), SL_OK);
	assert_int_equal(p->ops->control(p, &r.c, &halt), SL_OK);
	start = ctx_now_us(&r.c);
	assert_int_equal(p->ops->pair(p, &r.c, x, &passed), SL_STALL);
	assert_true(ctx_now_us(&r.c) - start < 1000000);
	assert_false(passed);
	assert_int_equal(r.c.fault.code, SL_STALL);
	assert_int_equal(x[1].got, 0);
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.discarded, 1);
	assert_int_equal(p->ops->clear_halt(p, &r.c, p->ep_out), SL_OK);
	assert_int_equal(p->ops->pair(p, &r.c, x, &passed), SL_OK);
	assert_true(passed);
	assert_int_equal(x[1].got, 6);
	rig_assert_version(in, PID_V2);
	p->ops->close(p, &r.c);
	rig_end(&r);
}

/* A reply that stalls is the second's failure: the command went out. */
static void libusb__reply_that_stalls__is_told_from_the_command(void **state)
{
	struct pipe_xfer halt = { .setup = { 0x02, 0x03, 0, 0, 0x81 }, .timeout_ms = 300 };
	uint8_t version[16] = { 0xF1, 0x80 }, in[64];
	struct pipe_xfer x[2] = {
		{ .ep = 0x02, .data = version, .len = sizeof(version), .timeout_ms = 2000 },
		{ .ep = 0x81, .data = in, .len = sizeof(in), .timeout_ms = 2000 },
	};
	struct pipe *p = NULL;
	bool passed = false;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	assert_int_equal(usb_pipe_libusb(&r.c, &r.probe, &p), SL_OK);
	assert_int_equal(p->ops->control(p, &r.c, &halt), SL_OK);
	assert_int_equal(p->ops->pair(p, &r.c, x, &passed), SL_STALL);
	assert_true(passed);
	assert_int_equal(x[0].got, 16);
	p->ops->close(p, &r.c);
	rig_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libusb__command_that_stalls__takes_its_reply_back),
		cmocka_unit_test(libusb__reply_that_stalls__is_told_from_the_command),
	};

	(void)argc;
	preload_or_die(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
