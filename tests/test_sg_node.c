/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sg_node.c - which probes are reached through sg, and what is said of nodes that are missing or
 * are none.
 */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sg/sg.h"
#include "tests/support/fake_sysfs.h"

static struct ctx ctx;
static struct probe probe;
static char why[300];

static int setup(void **state)
{
	(void)state;
	memset(&probe, 0, sizeof(probe));
	why[0] = '\0';
	probe.kind = probe_kind_of_pid(0x3744);
	(void)snprintf(probe.driver, sizeof(probe.driver), "usb-storage");
	return fake_sysfs_setup(&ctx);
}

static int teardown(void **state)
{
	(void)state;
	return fake_sysfs_teardown();
}

static bool serves(const char *text)
{
	bool yes = transport_sg.can_serve(&ctx, &probe, why, sizeof(why));

	if (!strstr(why, text))
		fail_msg("\"%s\" lacks \"%s\"", why, text);
	return yes;
}

static void serve__only_a_v1__and_says_so(void **state)
{
	(void)state;
	probe.kind = probe_kind_of_pid(0x3748);
	assert_false(serves("only a V1"));
	probe.kind = NULL;
	assert_false(serves("only a V1"));
}

static void serve__v1_without_node__says_what_has_it(void **state)
{
	(void)state;
	assert_false(serves("no sg node yet"));
	(void)snprintf(probe.driver, sizeof(probe.driver), "usbfs");
	assert_false(serves("driver usbfs has the probe"));
	probe.driver[0] = '\0';
	assert_false(serves("usb-storage is not bound"));
	fake_file("module/usb_storage/parameters/quirks", "");
	assert_false(serves("usb-storage is not bound"));
	fake_file("module/usb_storage/parameters/quirks", "0bda:0316:u,483:3744:i\n");
	assert_false(serves("told to ignore the probe (quirks=0bda:0316:u,483:3744:i)"));
}

static void serve__disk_that_waits__is_an_obstacle(void **state)
{
	(void)state;
	(void)snprintf(probe.sg_node, sizeof(probe.sg_node), "/dev/null");
	probe.disk_waits = true;
	assert_false(serves("the kernel's disk driver blocks /dev/null"));
	probe.disk_waits = false;
	assert_true(serves("/dev/null may be read and written"));
}

static void refuses(const char *node, enum sl_err err, const char *text)
{
	struct transport *t = NULL;

	ctx_clear(&ctx);
	(void)snprintf(probe.sg_node, sizeof(probe.sg_node), "%s", node);
	assert_int_equal(transport_sg.open(&ctx, &probe, &t), err);
	assert_null(t);
	if (!strstr(ctx.fault.text, text))
		fail_msg("\"%s\" lacks \"%s\"", ctx.fault.text, text);
	assert_non_null(strstr(ctx.fault.text, node));
}

static void open__what_is_no_sg_node__is_refused_by_name(void **state)
{
	char path[300];

	(void)state;
	refuses("/dev/null", SL_HOST, "is no SCSI generic node");
	fake_node("sg7");
	(void)snprintf(path, sizeof(path), "%s/sg7", fake_dev());
	refuses(path, SL_HOST, "is no character device");
	(void)snprintf(path, sizeof(path), "%s/sg8", fake_dev());
	refuses(path, SL_GONE, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(serve__only_a_v1__and_says_so),
		TEST(serve__v1_without_node__says_what_has_it),
		TEST(serve__disk_that_waits__is_an_obstacle),
		TEST(open__what_is_no_sg_node__is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
