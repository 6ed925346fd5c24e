/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_t1_libusb.c - usb/ with the real libusb, against virtual boards behind a mock usbfs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include <cmocka.h>
#include <linux/usbdevice_fs.h>

#include "link/link.h"
#include "tests/t1/preload.h"
#include "tests/t1/rig.h"
#include "usb/usb.h"

enum { PID_V1 = 0x3744, PID_V2 = 0x3748 };

static const struct mock_options ignored = { .ignore_storage = true };
static const char node[] = "/dev/bus/usb/001/005";

static struct transport *open_usb(struct rig *r)
{
	struct transport *t = NULL;

	assert_int_equal(transport_libusb.open(&r->c, &r->probe, &t), SL_OK);
	return t;
}

static void libusb__v2_version__comes_through_bulk_pipes(void **state)
{
	struct mock_counts counts;
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	t = open_usb(&r);
	assert_string_equal(t->describe, "libusb (bus 1 device 5)");
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	assert_int_equal(got, 6);
	rig_assert_version(in, PID_V2);
	transport_close(t, &r.c);
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.claims, 1);
	assert_int_equal(counts.releases, 1);
	assert_int_equal(counts.set_configurations, 0);
	/* No driver had it: none is detached, none is attached. */
	assert_int_equal(counts.disconnects, 0);
	assert_int_equal(counts.connects, 0);
	rig_end(&r);
}

static void libusb__v1_without_driver__speaks_bulk_only(void **state)
{
	struct mock_counts counts;
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", &ignored, NULL);
	t = open_usb(&r);
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	assert_int_equal(got, 6);
	rig_assert_version(in, PID_V1);
	transport_close(t, &r.c);
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.disconnects, 0);
	assert_int_equal(counts.connects, 0);
	rig_end(&r);
}

static void libusb__usb_storage__is_detached_and_attached_again(void **state)
{
	struct mock_counts counts;
	struct transport *t;
	char driver[32];
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	mock_interface_driver(r.mk, 0, driver);
	assert_string_equal(driver, "usb-storage");
	t = open_usb(&r);
	mock_interface_driver(r.mk, 0, driver);
	assert_string_equal(driver, "usbfs");
	assert_int_equal(probe_find(&r.c, NULL, &r.probe), SL_OK);
	assert_string_equal(r.probe.sg_node, "");
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	transport_close(t, &r.c);
	mock_interface_driver(r.mk, 0, driver);
	assert_string_equal(driver, "usb-storage");
	assert_int_equal(probe_find(&r.c, NULL, &r.probe), SL_OK);
	assert_string_equal(r.probe.sg_node, "/dev/sg1");
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.disconnects, 1);
	assert_int_equal(counts.connects, 1);
	assert_non_null(strstr(r.log, "gave the probe back to usb-storage"));
	rig_end(&r);
}

static void libusb__driver_that_cannot_be_attached_again__is_said(void **state)
{
	struct transport *t;
	struct rig r;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	t = open_usb(&r);
	mock_fail_ioctl(r.mk, USBDEVFS_IOCTL, EIO, 1);
	transport_close(t, &r.c);
	assert_non_null(strstr(r.log, "could not give the probe back to usb-storage"));
	rig_end(&r);
}

static void libusb__failed_open__gives_the_driver_back(void **state)
{
	struct transport *t = NULL;
	char driver[32];
	struct rig r;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	mock_fail_ioctl(r.mk, USBDEVFS_DISCONNECT_CLAIM, EIO, 1);
	assert_int_not_equal(transport_libusb.open(&r.c, &r.probe, &t), SL_OK);
	assert_null(t);
	mock_interface_driver(r.mk, 0, driver);
	assert_string_equal(driver, "usb-storage");
	rig_end(&r);
}

static void libusb__probe_held_by_another__is_busy(void **state)
{
	struct transport *first, *second = NULL;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	first = open_usb(&r);
	assert_int_equal(transport_libusb.open(&r.c, &r.probe, &second), SL_BUSY);
	assert_null(second);
	assert_non_null(strstr(r.c.fault.hint, "fuser -v /dev/bus/usb/001/005"));
	assert_int_equal(rig_ask(&r, first, in, 6, &got), SL_OK);
	transport_close(first, &r.c);
	rig_end(&r);
}

static void libusb__each_open_failure__has_its_own_cause_and_cure(void **state)
{
	static const struct {
		int err;
		enum sl_err code;
		const char *hint;
	} cases[] = {
		{ EACCES, SL_PERM, "udev rules" }, { EPERM, SL_PERM, "container" },
		{ EROFS, SL_PERM, "mount" }, { EBUSY, SL_BUSY, "fuser" },
		{ ENODEV, SL_GONE, "cable" }, { ENXIO, SL_GONE, "cable" },
		{ ENOENT, SL_GONE, "cable" }, { EIO, SL_HOST, "" },
	};
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct transport *t = NULL;

		rig_fault(node, cases[i].err);
		assert_int_equal(transport_libusb.open(&r.c, &r.probe, &t), cases[i].code);
		assert_null(t);
		assert_int_equal(r.c.fault.sys_errno, cases[i].err);
		assert_non_null(strstr(r.c.fault.text, node));
		assert_non_null(strstr(r.c.fault.hint, cases[i].hint));
	}
	rig_end(&r);
}

static void libusb__each_claim_failure__has_its_own_cause(void **state)
{
	static const struct {
		int err;
		enum sl_err code;
	} cases[] = {
		{ EBUSY, SL_BUSY }, { ENODEV, SL_GONE }, { ENOENT, SL_GONE }, { ENOMEM, SL_HOST },
		{ EACCES, SL_HOST },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct transport *t = NULL;
		struct rig r;

		rig_start(&r, "l-discovery", NULL, NULL);
		mock_fail_ioctl(r.mk, USBDEVFS_CLAIMINTERFACE, cases[i].err, 1);
		assert_int_equal(transport_libusb.open(&r.c, &r.probe, &t), cases[i].code);
		assert_null(t);
		assert_int_equal(transport_libusb.open(&r.c, &r.probe, &t), SL_OK);
		transport_close(t, &r.c);
		rig_end(&r);
	}
}

static void libusb__unplugged_probe__is_gone_and_stays_gone(void **state)
{
	struct mock_counts before, after;
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	t = open_usb(&r);
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	mock_kernel_unplug(r.mk, 0);
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_GONE);
	mock_get_counts(r.mk, &before);
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_GONE);
	mock_get_counts(r.mk, &after);
	assert_int_equal(before.urbs, after.urbs);
	transport_close(t, &r.c);
	rig_end(&r);
}

static void libusb__another_device_at_the_node__is_not_touched(void **state)
{
	struct transport *t = NULL;
	struct mock_counts counts;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	r.probe.kind = probe_kind_of_pid(0x374B);
	assert_int_equal(transport_libusb.open(&r.c, &r.probe, &t), SL_GONE);
	assert_non_null(strstr(r.c.fault.text, "0483:3748"));
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.ioctls, 0);
	rig_end(&r);
}

static void libusb__unconfigured_probe__is_configured(void **state)
{
	static const uint8_t unconfigure[8] = { 0x00, 0x09, 0 };
	struct mock_counts counts;
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	mock_kernel_lock(r.mk);
	assert_true(usbdev_control(r.board, unconfigure, NULL, 0) >= 0);
	mock_kernel_unlock(r.mk);
	t = open_usb(&r);
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	transport_close(t, &r.c);
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.set_configurations, 1);
	rig_end(&r);
}

static void libusb__hanging_probe__times_out_in_time_and_works_again(void **state)
{
	struct mock_counts counts;
	struct transport *t;
	uint64_t start, took;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	t = open_usb(&r);
	rig_set(&r, "hang", "on");
	start = ctx_now_us(&r.c);
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_TIMEOUT);
	took = ctx_now_us(&r.c) - start;
	assert_true(took >= 290000 && took < 900000);   /* 300 ms, and 100 for what comes late */
	mock_get_counts(r.mk, &counts);
	assert_true(counts.discarded >= 1);
	rig_set(&r, "hang", "off");
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	rig_assert_version(in, PID_V2);
	transport_close(t, &r.c);
	rig_end(&r);
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signo)
{
	interrupted = signo;
}

static void libusb__signal_while_the_probe_hangs__leaves_no_more_than_the_hurry(void **state)
{
	struct xfer x = { .command = { 0xF1, 0x80 }, .command_len = 2, .dir = XFER_IN, .len = 6,
			  .timeout_ms = 20000, .hurry_ms = 200 };
	struct itimerval soon = { .it_value = { .tv_usec = 100000 } };
	struct sigaction act = { .sa_handler = interrupt };
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	uint64_t took;
	size_t got;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	t = open_usb(&r);
	rig_set(&r, "hang", "on");
	interrupted = 0;
	r.c.signal_flag = &interrupted;
	x.in = in;
	assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	took = ctx_now_us(&r.c);
	assert_int_equal(transport_xfer(t, &r.c, &x), SL_TIMEOUT);
	took = ctx_now_us(&r.c) - took;
	assert_int_equal(interrupted, SIGALRM);
	/* 300 ms; less when the signal breaks the mock kernel's answer to an ioctl. */
	assert_in_range(took, 100000, 5000000);
	assert_true(signal(SIGALRM, SIG_DFL) != SIG_ERR);
	rig_set(&r, "hang", "off");
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	rig_assert_version(in, PID_V2);
	transport_close(t, &r.c);
	rig_end(&r);
}

static void libusb__probe_that_was_left_locked_up__is_reset_and_opens(void **state)
{
	static const struct mock_options cured = { .reset_cures = true };
	struct mock_counts counts;
	struct link *l = NULL;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", &cured, NULL);
	rig_set(&r, "hang", "on");
	if (link_open(&r.c, &r.probe, &l))
		fail_msg("%s", r.c.fault.text);
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.resets, 1);
	assert_non_null(strstr(r.log, "it was reset"));
	link_close(l, &r.c);
	rig_end(&r);
}

static void libusb__v1_refusal__is_sense_and_the_next_command_works(void **state)
{
	struct xfer x = { .command = { 0xEE }, .command_len = 1, .dir = XFER_IN, .len = 4,
			  .timeout_ms = 300 };
	struct transport *t;
	struct rig r;
	uint8_t in[6], data[4];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", &ignored, NULL);
	t = open_usb(&r);
	x.in = data;
	assert_int_equal(transport_xfer(t, &r.c, &x), SL_STALL);
	assert_non_null(strstr(r.c.fault.text, "ILLEGAL REQUEST"));
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	rig_assert_version(in, PID_V1);
	transport_close(t, &r.c);
	rig_end(&r);
}

static void libusb__v1_that_hangs__is_reset_and_works_again(void **state)
{
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", &ignored, NULL);
	t = open_usb(&r);
	rig_set(&r, "hang", "on");
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_TIMEOUT);
	rig_set(&r, "hang", "off");
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	rig_assert_version(in, PID_V1);
	transport_close(t, &r.c);
	rig_end(&r);
}

static void libusb__v1_residue_that_lies__is_ignored(void **state)
{
	struct transport *t;
	struct rig r;
	uint8_t in[6];
	size_t got;

	(void)state;
	rig_start(&r, "vldiscovery", &ignored, NULL);
	rig_set(&r, "residue", "broken");
	t = open_usb(&r);
	assert_int_equal(rig_ask(&r, t, in, 6, &got), SL_OK);
	assert_int_equal(got, 6);
	transport_close(t, &r.c);
	rig_end(&r);
}

static void libusb__answer_too_long_for_the_buffer__is_babble(void **state)
{
	uint8_t command[16] = { 0xF1, 0x80 }, reply[2];
	struct pipe_xfer out = { .data = command, .len = 16, .timeout_ms = 300 };
	struct pipe_xfer in = { .data = reply, .len = 2, .timeout_ms = 300 };
	struct pipe *p = NULL;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	assert_int_equal(usb_pipe_libusb(&r.c, &r.probe, &p), SL_OK);
	out.ep = p->ep_out;
	in.ep = p->ep_in;
	assert_int_equal(p->ops->bulk(p, &r.c, &out), SL_OK);
	assert_int_equal(p->ops->bulk(p, &r.c, &in), SL_PROTO);
	p->ops->close(p, &r.c);
	rig_end(&r);
}

static void libusb__endpoints__come_from_the_descriptor(void **state)
{
	struct pipe *p = NULL;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	assert_int_equal(usb_pipe_libusb(&r.c, &r.probe, &p), SL_OK);
	assert_int_equal(p->ep_out, 0x02);
	assert_int_equal(p->ep_in, 0x81);
	assert_int_equal(p->ep_trace, 0x83);
	assert_int_equal(p->max_packet, 64);
	assert_int_equal(p->pid, PID_V2);
	p->ops->close(p, &r.c);
	rig_end(&r);
}

static void libusb__stalled_endpoint__is_a_stall_and_can_be_cleared(void **state)
{
	uint8_t descriptor[64];
	struct pipe_xfer no_string = { .setup = { 0x80, 0x06, 0xEE, 3, 0, 0, 64, 0 },
				       .data = descriptor, .len = sizeof(descriptor),
				       .timeout_ms = 300 };
	struct mock_counts counts;
	struct pipe *p = NULL;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	assert_int_equal(usb_pipe_libusb(&r.c, &r.probe, &p), SL_OK);
	assert_int_equal(p->ops->control(p, &r.c, &no_string), SL_STALL);
	assert_int_equal(no_string.got, 0);
	assert_int_equal(p->ops->clear_halt(p, &r.c, p->ep_in), SL_OK);
	mock_get_counts(r.mk, &counts);
	assert_int_equal(counts.clear_halts, 1);
	p->ops->close(p, &r.c);
	rig_end(&r);
}

static void libusb__can_serve__says_why(void **state)
{
	char why[160];
	struct rig r;

	(void)state;
	rig_start(&r, "vldiscovery", NULL, NULL);
	/* Whoever has the sg node open must not lose it. */
	assert_false(transport_libusb.can_serve(&r.c, &r.probe, why, sizeof(why)));
	assert_non_null(strstr(why, "/dev/sg0 can be used"));
	rig_fault("/dev/sg0", EACCES);
	assert_true(transport_libusb.can_serve(&r.c, &r.probe, why, sizeof(why)));
	assert_non_null(strstr(why, "usb-storage is detached and attached again"));
	rig_fault(node, EACCES);        /* and /dev/sg0 is free again */
	r.probe.sg_node[0] = '\0';
	assert_true(transport_libusb.can_serve(&r.c, &r.probe, why, sizeof(why)));
	assert_non_null(strstr(why, "but"));
	r.probe.usb_node[0] = '\0';
	assert_false(transport_libusb.can_serve(&r.c, &r.probe, why, sizeof(why)));
	rig_end(&r);
}

static void memory_through(const char *kind, const struct mock_options *options)
{
	static const struct link_options o = { 0 };
	uint8_t out[6144], in[6144];
	struct link *l = NULL;
	struct rig r;

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 5 + (i >> 8));
	rig_start(&r, kind, options, NULL);
	assert_int_equal(link_open(&r.c, &r.probe, &l), SL_OK);
	assert_non_null(strstr(link_describe(l), "libusb"));
	assert_int_equal(link_enter_swd(l, &r.c, &o), SL_OK);
	assert_int_equal(link_write_mem(l, &r.c, 0x20000000, out, sizeof(out)), SL_OK);
	assert_int_equal(link_read_mem(l, &r.c, 0x20000000, in, sizeof(in)), SL_OK);
	assert_memory_equal(in, out, sizeof(out));
	link_close(l, &r.c);
	rig_end(&r);
}

static void libusb__memory__survives_the_largest_transfers(void **state)
{
	(void)state;
	memory_through("f4discovery", NULL);
	memory_through("vldiscovery", &ignored);
}

static void libusb__probe_that_leaves_dfu__is_found_again(void **state)
{
	static const struct mock_options slow = { .replug_ms = 50 };
	static const struct board_options dfu = { .start_in_dfu = true, .pace = PACE_HURRY };
	struct link *l = NULL;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", &slow, &dfu);
	assert_int_equal(link_open(&r.c, &r.probe, &l), SL_OK);
	assert_non_null(strstr(link_describe(l), "device 6"));
	link_close(l, &r.c);
	rig_end(&r);
}

static void libusb__many_commands__are_quick(void **state)
{
	struct transport *t;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	t = open_usb(&r);
	assert_true(rig_rate(&r, t, 500, "libusb, V2") > 50.0);
	transport_close(t, &r.c);
	rig_end(&r);
	rig_start(&r, "vldiscovery", &ignored, NULL);
	t = open_usb(&r);
	assert_true(rig_rate(&r, t, 500, "libusb, V1 bulk-only") > 50.0);
	transport_close(t, &r.c);
	rig_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libusb__v2_version__comes_through_bulk_pipes),
		cmocka_unit_test(libusb__v1_without_driver__speaks_bulk_only),
		cmocka_unit_test(libusb__usb_storage__is_detached_and_attached_again),
		cmocka_unit_test(libusb__driver_that_cannot_be_attached_again__is_said),
		cmocka_unit_test(libusb__failed_open__gives_the_driver_back),
		cmocka_unit_test(libusb__probe_held_by_another__is_busy),
		cmocka_unit_test(libusb__each_open_failure__has_its_own_cause_and_cure),
		cmocka_unit_test(libusb__each_claim_failure__has_its_own_cause),
		cmocka_unit_test(libusb__unplugged_probe__is_gone_and_stays_gone),
		cmocka_unit_test(libusb__another_device_at_the_node__is_not_touched),
		cmocka_unit_test(libusb__unconfigured_probe__is_configured),
		cmocka_unit_test(libusb__hanging_probe__times_out_in_time_and_works_again),
		cmocka_unit_test(libusb__v1_refusal__is_sense_and_the_next_command_works),
		cmocka_unit_test(libusb__probe_that_was_left_locked_up__is_reset_and_opens),
		cmocka_unit_test(libusb__signal_while_the_probe_hangs__leaves_no_more_than_the_hurry),
		cmocka_unit_test(libusb__v1_that_hangs__is_reset_and_works_again),
		cmocka_unit_test(libusb__v1_residue_that_lies__is_ignored),
		cmocka_unit_test(libusb__answer_too_long_for_the_buffer__is_babble),
		cmocka_unit_test(libusb__endpoints__come_from_the_descriptor),
		cmocka_unit_test(libusb__stalled_endpoint__is_a_stall_and_can_be_cleared),
		cmocka_unit_test(libusb__can_serve__says_why),
		cmocka_unit_test(libusb__memory__survives_the_largest_transfers),
		cmocka_unit_test(libusb__probe_that_leaves_dfu__is_found_again),
		cmocka_unit_test(libusb__many_commands__are_quick),
	};

	(void)argc;
	preload_or_die(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
