/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_host_spoilt.c - setup and setup --fix when the system fails under them, at every call (by dlsym:
 * spoil.h), and what they do on machines where little is as it should be.
 */
#define _GNU_SOURCE
#include "tests/spoil.h"

#include "host/tree.h"
#include "tests/host_bench.h"

static const char installed[] = "/etc/udev/rules.d/59-stlink-download.rules";
static struct host_plan plan;

/* A machine with a V1, a holder, and all that setup --fix can repair. */
static void make_machine(void)
{
	assert_int_equal(well(NULL), 0);
	plug_v1();
	put("/proc/4711/comm", "openocd\n");
	put("/proc/4711/fd/0", "");
	put("/etc/modprobe.d/a.conf", "options usb_storage quirks=483:3744:l\n");
	put("/sys/module/usb_storage/parameters/quirks", "483:3744:i\n");
	put("/proc/scsi/device_info", "'A' 'B' 0x1\n");
	link_to("/proc/4711/fd/3", "/dev/sg2");
	take_away(rules_path);
}

static void examines(const void *arg)
{
	enum sl_err err;

	(void)arg;
	ctx_clear(&ctx);
	spoil_on();
	err = host_examine(&host, &found);
	spoil_off();
	assert_told(&ctx, err);
	for (size_t i = 0; i < found.n; i++)
		assert_true(found.item[i].text[0] != '\0');
	/* What was looked at without a failure was found. */
	assert_true(spoil.struck || found.n >= 4);
}

static void examine__whatever_fails__ends_and_says_what_it_found(void **state)
{
	(void)state;
	make_machine();
	assert_true(spoil_each(EIO, examines, NULL) > 50);
	assert_true(spoil_each(EACCES, examines, NULL) > 50);
	(void)spoil_each(0, examines, NULL);
	assert_int_equal(gone(NULL), 0);
}

static bool whole_or_absent(const char *path, enum file_purpose purpose)
{
	const char *text = text_of(path);

	return !text || strcmp(text, host_file_for(purpose)->text) == 0;
}

static enum sl_err fix(void)
{
	enum sl_err err = host_plan_fix(&host, true, &plan);

	for (size_t i = 0; i < plan.n && !err; i++)
		err = host_do_step(&host, &plan.step[i]);
	return err;
}

static void take_away_if_there(const char *path)
{
	char whole[512];

	path_of(path, whole);
	(void)unlink(whole);
}

static void fixes(const void *arg)
{
	static const char group_rules[] = "/etc/udev/rules.d/59-stlink-download-group.rules";
	enum sl_err err;

	(void)arg;
	take_away_if_there(installed);
	take_away_if_there(group_rules);
	take_away_if_there("/etc/sysusers.d/stlink-download.conf");
	ctx_clear(&ctx);
	spoil_on();
	err = fix();
	spoil_off();
	assert_told(&ctx, err);
	assert_true(whole_or_absent(installed, FILE_RULES));
	assert_true(whole_or_absent(group_rules, FILE_GROUP_RULES));
	if (err == SL_PERM)
		assert_non_null(strstr(ctx.fault.hint, "sudo"));
	/* The next try does the rest. */
	ctx_clear(&ctx);
	assert_int_equal(fix(), SL_OK);
	assert_non_null(text_of(installed));
	assert_true(whole_or_absent(installed, FILE_RULES));
}

static void fix__whatever_fails__installs_whole_files_and_the_next_try_the_rest(void **state)
{
	(void)state;
	make_machine();
	assert_true(spoil_each(EIO, fixes, NULL) > 50);
	assert_true(spoil_each(EACCES, fixes, NULL) > 50);
	(void)spoil_each(0, fixes, NULL);
	assert_int_equal(gone(NULL), 0);
}

/* ---- places where no file can be ---- */

static void fix__a_file_where_a_folder_must_be__is_said(void **state)
{
	(void)state;
	take_away(rules_path);
	put("/etc/udev", "not a folder\n");
	assert_int_equal(fix(), SL_FILE);
	assert_non_null(strstr(ctx.fault.text, "/etc/udev"));
}

static void fix__a_folder_where_the_file_must_be__is_named(void **state)
{
	(void)state;
	take_away(rules_path);
	put("/etc/udev/rules.d/59-stlink-download.rules/x", "");
	assert_int_equal(fix(), SL_FILE);
	assert_non_null(strstr(ctx.fault.text, "switches the rules off"));
	assert_non_null(strstr(ctx.fault.hint, "sudo rm"));
}

static void fix__name_of_the_root_that_is_too_long__is_said(void **state)
{
	static char long_name[TREE_PATH_MAX + 2];
	const struct host_step step = { .path = "/etc/x", .data = "x", .len = 1 };

	(void)state;
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[0] = '/';
	host.root = long_name;
	assert_int_equal(host_do_step(&host, &step), SL_FILE);
	assert_non_null(strstr(ctx.fault.text, "too long"));
	host.root = root;
}

static void fix__a_word_that_the_kernel_does_not_take__is_said(void **state)
{
	const struct host_step step = { .path = "/sys/nowhere", .data = "change", .len = 6, .live = true };

	(void)state;
	assert_int_equal(host_do_step(&host, &step), SL_FILE);
	assert_non_null(strstr(ctx.fault.text, "cannot write \"change\""));
}

static void fix__on_the_running_system__wants_the_group_first(void **state)
{
	(void)state;
	host.root = "";
	/* Nobody has a group of that name in a room for tests. */
	assert_int_equal(host_plan_fix(&host, true, &plan), SL_OTHER);
	assert_true(strstr(ctx.fault.hint, "groupadd") || strstr(ctx.fault.hint, "on the host"));
	assert_int_equal(plan.n_files, strstr(ctx.fault.hint, "groupadd") ? plan.n_files : 0);
	host.root = root;
}

static void wait_for_udev__that_does_not_run__is_no_wait(void **state)
{
	uint64_t began = ctx_now_us(&ctx);

	(void)state;
	take_away("/run/udev/control");
	host_wait_for_udev(&host);
	assert_true(ctx_now_us(&ctx) - began < 1000000);
	put("/run/udev/control", "");
	began = ctx_now_us(&ctx);
	host_wait_for_udev(&host);
	assert_true(ctx_now_us(&ctx) - began >= 1000000);
}

/* ---- holders ---- */

static void holder__of_another_user__is_not_taken_for_nobody(void **state)
{
	struct host_holders *all = calloc(1, sizeof(*all));
	struct probe_list *list = calloc(1, sizeof(*list));

	(void)state;
	assert_non_null(all);
	assert_non_null(list);
	put("/proc/4711/fd/0", "");
	put("/proc/notanumber/fd/0", "");
	put("/proc/47x/fd/0", "");
	assert_int_equal(probe_list(&ctx, list), SL_OK);
	spoil.error = EACCES;
	spoil.at = 1;           /* /proc can be listed, the process cannot */
	spoil.for_ever = true;
	spoil_on();
	host_find_holders(&host, list, all);
	spoil_off();
	spoil.at = SPOIL_NEVER;
	assert_true(all->hidden);
	assert_int_equal(all->n, 0);
	free(list);
	free(all);
}

static void holders__more_than_there_is_room_for__are_left_out(void **state)
{
	struct host_holders *all = calloc(1, sizeof(*all));
	struct probe_list *list = calloc(1, sizeof(*list));
	char path[64];

	(void)state;
	assert_non_null(all);
	assert_non_null(list);
	for (int i = 0; i < HOLDERS_MAX + 3; i++) {
		(void)snprintf(path, sizeof(path), "/proc/%d/fd/3", 1000 + i);
		link_to(path, "/dev/bus/usb/001/005");
	}
	assert_int_equal(probe_list(&ctx, list), SL_OK);
	host_find_holders(&host, list, all);
	assert_int_equal(all->n, HOLDERS_MAX);
	assert_string_equal(all->item[0].name, "a process");    /* it has no comm */
	free(list);
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examine__whatever_fails__ends_and_says_what_it_found),
		cmocka_unit_test(fix__whatever_fails__installs_whole_files_and_the_next_try_the_rest),
		ON_A_GOOD_MACHINE(fix__a_file_where_a_folder_must_be__is_said),
		ON_A_GOOD_MACHINE(fix__a_folder_where_the_file_must_be__is_named),
		ON_A_GOOD_MACHINE(fix__name_of_the_root_that_is_too_long__is_said),
		ON_A_GOOD_MACHINE(fix__a_word_that_the_kernel_does_not_take__is_said),
		ON_A_GOOD_MACHINE(fix__on_the_running_system__wants_the_group_first),
		ON_A_GOOD_MACHINE(wait_for_udev__that_does_not_run__is_no_wait),
		ON_A_GOOD_MACHINE(holder__of_another_user__is_not_taken_for_nobody),
		ON_A_GOOD_MACHINE(holders__more_than_there_is_room_for__are_left_out),
	};

	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
