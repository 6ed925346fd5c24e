/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_t1_sg.c - sg/ with the real ioctl(SG_IO), against the virtual STM32VLDISCOVERY.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <scsi/sg.h>

#include "link/link.h"
#include "sg/sg.h"
#include "tests/t1/preload.h"
#include "tests/t1/rig.h"

enum { PID_V1 = 0x3744 };

static struct transport *open_sg(struct rig *r)
{
	struct transport *t = NULL;

	assert_int_equal(transport_sg.open(&r->c, &r->probe, &t), SL_OK);
	return t;
}

static void sg__version__comes_through_the_ioctl(void **state)
{
	struct mock_counts counts;
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	assert_string_equal(r.probe.sg_node, "/dev/sg0");
	t = open_sg(&r);
	assert_string_equal(t->describe, "sg (/dev/sg0)");
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	assert_int_equal(got, 6);
	rig_assert_version(in, PID_V1);
	transport_close(t, &r.c);
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.sg_opens, 1);
	assert_int_equal(counts.sg_ios, 1);
	assert_int_equal(counts.disconnects, 0);
	rig_end(&r);
}

static void sg__short_answer__shows_what_moved(void **state)
{
	struct transport *t;
	struct rig r;
	uint8_t in[63];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	t = open_sg(&r);
	assert_int_equal(rig_ask(&r, t, in, sizeof(in), &got), SL_OK);
	assert_int_equal(got, 6);
	transport_close(t, &r.c);
	rig_end(&r);
}

static void sg__residue_that_lies__is_found_out_and_ignored(void **state)
{
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	rig_set(&r, "residue", "broken");
	t = open_sg(&r);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
		assert_int_equal(got, 6);
		rig_assert_version(in, PID_V1);
	}
	assert_non_null(strstr(r.log, "wrong residues"));
	transport_close(t, &r.c);
	rig_end(&r);
}

static void sg__unknown_opcode__is_refused_with_its_sense(void **state)
{
	struct xfer x = { .command = { 0xEE }, .command_len = 1, .timeout_ms = 300 };
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	t = open_sg(&r);
	assert_int_equal(transport_xfer(t, &r.c, &x), SL_STALL);
	assert_non_null(strstr(r.c.fault.text, "ILLEGAL REQUEST"));
	assert_non_null(strstr(r.c.fault.text, "EE"));
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	transport_close(t, &r.c);
	rig_end(&r);
}

static const struct {
	struct mock_sg_result result;
	enum sl_err err;
	const char *says;
} results[] = {
	{ { .host_status = 1 }, SL_GONE, "DID_NO_CONNECT" },
	{ { .host_status = 2 }, SL_HOST, "DID_BUS_BUSY" },
	{ { .host_status = 3 }, SL_TIMEOUT, "DID_TIME_OUT" },
	{ { .host_status = 5 }, SL_HOST, "DID_ABORT" },
	{ { .host_status = 7 }, SL_HOST, "DID_ERROR" },
	{ { .host_status = 8 }, SL_HOST, "DID_RESET" },
	{ { .host_status = 0x77 }, SL_HOST, "77" },
	{ { .driver_status = 6 }, SL_TIMEOUT, "DRIVER_TIMEOUT" },
	{ { .driver_status = 7 }, SL_HOST, "DRIVER_HARD" },
	{ { .status = 0x08 }, SL_PROBE, "BUSY" },
	{ { .status = 0x18 }, SL_BUSY, "RESERVATION CONFLICT" },
	{ { .status = 0x7E }, SL_PROTO, "7E" },
	{ { .status = 2, .driver_status = 8, .sense = { 0x70, 0, 4, [12] = 0x44 } }, SL_PROBE,
	  "HARDWARE ERROR" },
	{ { .status = 2, .driver_status = 8, .sense = { 0x70, 0, 5, [12] = 0x24 } }, SL_STALL,
	  "invalid field in the command" },
	{ { .status = 2, .driver_status = 8, .sense = { 0x72, 5, 0x20, 0 } }, SL_STALL,
	  "ILLEGAL REQUEST" },
	{ { .status = 2 }, SL_PROTO, "no readable reason" },
};

static void sg__each_status__becomes_its_cause_and_moves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		struct transport *t;
		struct rig r;
		uint8_t in[6];
		size_t got;

		rig_start(&r, "vldiscovery", NULL, NULL);
		t = open_sg(&r);
		mock_sg_result(r.mk, &results[i].result);
		assert_int_equal(rig_ask(&r, t, in, 6, &got), results[i].err);
		assert_int_equal(r.c.fault.code, results[i].err);
		assert_int_equal(got, 0);
		assert_non_null(strstr(r.c.fault.text, results[i].says));
		/* Only a probe that left stays away. */
		assert_int_equal(rig_ask(&r, t, in, 6, &got),
				 results[i].err == SL_GONE ? SL_GONE : SL_OK);
		transport_close(t, &r.c);
		rig_end(&r);
	}
}

static void sg__residue_beyond_the_request__moves_nothing(void **state)
{
	static const struct mock_sg_result mad[] = { { .resid = 4000 }, { .resid = -4 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mad); i++) {
		struct transport *t;
		struct rig r;
		uint8_t in[6];
		size_t got;

		rig_start(&r, "vldiscovery", NULL, NULL);
		t = open_sg(&r);
		mock_sg_result(r.mk, &mad[i]);
		assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
		assert_int_equal(got, 0);
		transport_close(t, &r.c);
		rig_end(&r);
	}
}

static const struct {
	int err;
	enum sl_err code;
	const char *says, *hint;
} opens[] = {
	{ EACCES, SL_PERM, "this user may not", "udev rules" },
	{ EPERM, SL_PERM, "policy", "container" },
	{ EROFS, SL_PERM, "read-only", "mount" },
	{ EBUSY, SL_BUSY, "another program", "fuser -v /dev/sg0" },
	{ ENODEV, SL_GONE, "left the bus", "cable" },
	{ ENXIO, SL_GONE, "left the bus", "cable" },
	{ ENOENT, SL_GONE, "no longer there", "cable" },
	{ EIO, SL_HOST, "/dev/sg0", "" },
};

static void sg__each_open_failure__has_its_own_cause_and_cure(void **state)
{
	struct rig r;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(opens); i++) {
		struct transport *t = NULL;

		rig_fault("/dev/sg0", opens[i].err);
		assert_int_equal(transport_sg.open(&r.c, &r.probe, &t), opens[i].code);
		assert_null(t);
		assert_int_equal(r.c.fault.sys_errno, opens[i].err);
		assert_non_null(strstr(r.c.fault.text, opens[i].says));
		assert_non_null(strstr(r.c.fault.hint, opens[i].hint));
	}
	rig_end(&r);
}

static void sg__each_ioctl_failure__has_its_own_cause(void **state)
{
	static const struct {
		int err;
		enum sl_err code;
	} cases[] = {
		{ ENODEV, SL_GONE }, { ENXIO, SL_GONE }, { EPERM, SL_PERM }, { ENOMEM, SL_NOMEM },
		{ EIO, SL_HOST }, { EINVAL, SL_HOST },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct transport *t;
		struct rig r;
		uint8_t in[6];
		size_t got;

		rig_start(&r, "vldiscovery", NULL, NULL);
		t = open_sg(&r);
		mock_fail_ioctl(r.mk, SG_IO, cases[i].err, 1);
		assert_int_equal(rig_ask(&r, t, in, 6, &got), cases[i].code);
		assert_int_equal(r.c.fault.sys_errno, cases[i].err);
		transport_close(t, &r.c);
		rig_end(&r);
	}
}

static void sg__node_that_is_no_sg_node__is_not_used(void **state)
{
	struct transport *t = NULL;
	struct mock_counts counts;
	struct rig r;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	mock_fail_ioctl(r.mk, SG_GET_VERSION_NUM, ENOTTY, 1);
	assert_int_equal(transport_sg.open(&r.c, &r.probe, &t), SL_HOST);
	assert_null(t);
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.sg_ios, 0);
	rig_end(&r);
}

static void sg__unplugged_probe__is_gone_and_stays_gone(void **state)
{
	struct mock_counts before, after;
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	t = open_sg(&r);
	mock_kernel_unplug(r.mk, 0);
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_GONE);
	assert_int_equal(r.c.fault.sys_errno, ENODEV);
	mock_get_counts(r.mk, &before);
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_GONE);
	mock_get_counts(r.mk, &after);
	assert_int_equal(before.ioctls, after.ioctls);
	transport_close(t, &r.c);
	rig_end(&r);
}

static void sg__hanging_probe__times_out_and_works_again(void **state)
{
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	t = open_sg(&r);
	rig_set(&r, "hang", "on");
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_TIMEOUT);
	rig_set(&r, "hang", "off");
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	rig_assert_version(in, PID_V1);
	transport_close(t, &r.c);
	rig_end(&r);
}

static void sg__can_serve__says_why(void **state)
{
	static const struct mock_options ignored = { .ignore_storage = true };
	char why[160];
	struct rig r;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	assert_true(transport_sg.can_serve(&r.c, &r.probe, why, sizeof(why)));
	assert_non_null(strstr(why, "/dev/sg0"));
	rig_fault("/dev/sg0", EACCES);
	assert_true(transport_sg.can_serve(&r.c, &r.probe, why, sizeof(why)));
	assert_non_null(strstr(why, "Permission denied"));
	rig_end(&r);
	rig_start(&r, "vldiscovery", &ignored, NULL);
	assert_false(transport_sg.can_serve(&r.c, &r.probe, why, sizeof(why)));
	assert_non_null(strstr(why, "no sg node"));
	rig_end(&r);
	rig_start(&r, "bluepill", NULL, NULL);
	assert_false(transport_sg.can_serve(&r.c, &r.probe, why, sizeof(why)));
	assert_non_null(strstr(why, "only a V1"));
	rig_end(&r);
}

static void sg__memory__survives_the_largest_transfers(void **state)
{
	static const struct link_options o = { 0 };
	uint8_t out[6144], in[6144];
	struct link *l = NULL;
	struct rig r;

	(void)state;
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 7 + (i >> 8));
	rig_start(&r, "vldiscovery", NULL, NULL);
	assert_int_equal(link_open(&r.c, &r.probe, &l), SL_OK);
	assert_int_equal(link_enter_swd(l, &r.c, &o), SL_OK);
	assert_int_equal(link_write_mem(l, &r.c, 0x20000000, out, sizeof(out)), SL_OK);
	assert_int_equal(link_read_mem(l, &r.c, 0x20000000, in, sizeof(in)), SL_OK);
	assert_memory_equal(in, out, sizeof(out));
	link_close(l, &r.c);
	rig_end(&r);
}

static void sg__probe_that_leaves_dfu__is_found_again_by_its_late_node(void **state)
{
	static const struct mock_options slow = { .replug_ms = 50, .sg_ms = 400 };
	static const struct board_options dfu = { .start_in_dfu = true, .pace = PACE_HURRY };
	struct mock_counts counts;
	struct link *l = NULL;
	struct rig r;

	(void)state;
	rig_start(&r, "vldiscovery", &slow, &dfu);
	while (r.probe.sg_node[0] == '\0') {
		ctx_sleep_us(&r.c, 20000);
		rig_find(&r);
	}
	if (link_open(&r.c, &r.probe, &l))
		fail_msg("%s", r.c.fault.text);
	assert_non_null(strstr(link_describe(l), "sg (/dev/sg1)"));
	link_close(l, &r.c);
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.claims, 0);
	rig_end(&r);
}

static void sg__many_commands__are_quick(void **state)
{
	struct transport *t;
	struct rig r;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	t = open_sg(&r);
	assert_true(rig_rate(&r, t, 500, "sg") > 50.0);
	transport_close(t, &r.c);
	rig_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sg__version__comes_through_the_ioctl),
		cmocka_unit_test(sg__short_answer__shows_what_moved),
		cmocka_unit_test(sg__residue_that_lies__is_found_out_and_ignored),
		cmocka_unit_test(sg__unknown_opcode__is_refused_with_its_sense),
		cmocka_unit_test(sg__each_status__becomes_its_cause_and_moves_nothing),
		cmocka_unit_test(sg__residue_beyond_the_request__moves_nothing),
		cmocka_unit_test(sg__each_open_failure__has_its_own_cause_and_cure),
		cmocka_unit_test(sg__each_ioctl_failure__has_its_own_cause),
		cmocka_unit_test(sg__node_that_is_no_sg_node__is_not_used),
		cmocka_unit_test(sg__unplugged_probe__is_gone_and_stays_gone),
		cmocka_unit_test(sg__hanging_probe__times_out_and_works_again),
		cmocka_unit_test(sg__can_serve__says_why),
		cmocka_unit_test(sg__memory__survives_the_largest_transfers),
		cmocka_unit_test(sg__probe_that_leaves_dfu__is_found_again_by_its_late_node),
		cmocka_unit_test(sg__many_commands__are_quick),
	};

	(void)argc;
	preload_or_die(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
