/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_cli_list.c - what list says of probes that another process has, in a made-up sysfs.
 */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "cli/run.h"
#include "tests/support/fake_sysfs.h"

static struct ctx ctx;
static struct output out;
static char said[65536], told[65536];
static pid_t other;

static int setup(void **state)
{
	(void)state;
	assert_int_equal(fake_sysfs_setup(&ctx), 0);
	other = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (other > 0) {
		(void)kill(other, SIGKILL);
		(void)waitpid(other, NULL, 0);
	}
	return fake_sysfs_teardown();
}

/* A process that has this file below /dev open. */
static void another_has(const char *name)
{
	char path[300], ready;
	int ends[2];

	(void)snprintf(path, sizeof(path), "%s/%s", fake_dev(), name);
	assert_int_equal(pipe(ends), 0);
	other = fork();
	assert_true(other >= 0);
	if (other == 0) {
		if (open(path, O_RDWR) < 0 || write(ends[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &ready, 1), 1);
	(void)close(ends[0]);
}

static enum sl_err list(const char *device, bool json)
{
	const char *words[] = { "list" };
	struct options o = { .words = words, .n_words = 1, .device = device, .json = json };
	enum sl_err err;

	memset(said, 0, sizeof(said));
	assert_int_equal(output_open(&out, &ctx, &o), SL_OK);
	out.out = fmemopen(said, sizeof(said), "w");
	out.err = fmemopen(told, sizeof(told), "w");
	assert_non_null(out.out);
	assert_non_null(out.err);
	err = run_words(&ctx, &o, &out);
	(void)fclose(out.out);
	(void)fclose(out.err);
	if (json)
		json_close(&out.json);
	return err;
}

static void wants(const char *text)
{
	if (!strstr(said, text))
		fail_msg("\"%s\" lacks \"%s\"", said, text);
}

static void list__probe_that_another_process_has__is_not_asked_and_says_by_whom(void **state)
{
	char pid[64];

	(void)state;
	fake_plug(&fake_v2);
	fake_node("bus/usb/001/005");
	another_has("bus/usb/001/005");
	assert_int_equal(list(NULL, false), SL_OK);
	(void)snprintf(pid, sizeof(pid), "(pid %ld), which has ", (long)other);
	wants("held by ");
	wants(pid);
	wants("firmware unknown: another program holds it");
	assert_int_equal(list(NULL, true), SL_OK);
	(void)snprintf(pid, sizeof(pid), "\"holders\":[{\"pid\":%ld,", (long)other);
	wants(pid);
	wants("\"drives\":true");
	wants("\"firmware\":null");
	assert_int_equal(list("port:1-2", false), SL_OK);
	wants("held by ");
}

static void list__serial_port_that_another_uses__is_told_and_no_obstacle(void **state)
{
	(void)state;
	fake_plug(&fake_v21);
	fake_file("bus/usb/devices/1-10.3/1-10.3:1.2/tty/ttyACM3/dev", "166:3");
	fake_node("ttyACM3");
	another_has("ttyACM3");
	assert_int_equal(list(NULL, false), SL_OK);
	wants("ttyACM3  (serial port)");
	wants("used by ");
	assert_null(strstr(said, "held by "));
	assert_null(strstr(said, "another program holds it"));
	assert_int_equal(list(NULL, true), SL_OK);
	wants("\"drives\":false");
}

static void list__process_at_another_probe__is_not_named_at_this_one(void **state)
{
	const char *second;

	(void)state;
	fake_plug(&fake_v2);
	fake_plug(&fake_v21);
	fake_node("bus/usb/001/005");
	another_has("bus/usb/001/005");
	assert_int_equal(list(NULL, false), SL_OK);
	second = strstr(said, fake_v21.port);
	assert_non_null(second);
	assert_null(strstr(second, "held by "));
	assert_int_equal(list(NULL, true), SL_OK);
	wants("\"holders\":[]");
}

static void list__nothing_plugged_in__is_status_5(void **state)
{
	(void)state;
	fake_plug(&fake_mouse);
	assert_int_equal(list(NULL, false), SL_NOPROBE);
	assert_int_equal(err_exit_status(&ctx.fault), 5);
	ctx_clear(&ctx);
	assert_int_equal(list("port:7-7", false), SL_NOPROBE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(list__probe_that_another_process_has__is_not_asked_and_says_by_whom),
		TEST(list__serial_port_that_another_uses__is_told_and_no_obstacle),
		TEST(list__process_at_another_probe__is_not_named_at_this_one),
		TEST(list__nothing_plugged_in__is_status_5),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
