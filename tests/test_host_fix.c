/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_host_fix.c - what setup --fix does, and what it leaves alone.
 */
#define _XOPEN_SOURCE 700
#include "tests/host_bench.h"

static struct host_plan plan;

static void do_all(bool group)
{
	assert_int_equal(host_plan_fix(&host, group, &plan), SL_OK);
	for (size_t i = 0; i < plan.n; i++)
		assert_int_equal(host_do_step(&host, &plan.step[i]), SL_OK);
}

static void fix__nothing_missing__does_nothing(void **state)
{
	(void)state;
	assert_int_equal(host_plan_fix(&host, false, &plan), SL_OK);
	assert_int_equal(plan.n, 0);
}

static void fix__rules_missing__installs_them_and_tells_udev(void **state)
{
	struct stat st;
	char whole[512];

	(void)state;
	take_away(rules_path);
	do_all(false);
	assert_int_equal(plan.n_files, 1);
	assert_string_equal(text_of("/etc/udev/rules.d/59-stlink-download.rules"),
			    host_file_for(FILE_RULES)->text);
	path_of("/etc/udev/rules.d/59-stlink-download.rules", whole);
	assert_int_equal(stat(whole, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_string_equal(text_of("/sys/bus/usb/devices/1-2/uevent"), "change");
	assert_null(text_of("/etc/udev/rules.d/59-stlink-download-group.rules"));
	all_is_well();
}

static void fix__flag_missing__installs_the_file_and_tells_the_kernel(void **state)
{
	const char *flags = flags_or_skip();

	(void)state;
	forget_modprobe();
	put("/proc/scsi/device_info", "'A' 'B' 0x1\n");
	do_all(false);
	assert_int_equal(plan.n_files, 1);
	assert_string_equal(text_of("/proc/scsi/device_info"), flags);
}

static void fix__flag_of_somebody_else__is_left_alone(void **state)
{
	(void)state;
	(void)flags_or_skip();
	forget_modprobe();
	put("/etc/modprobe.d/a.conf", "options scsi_mod dev_flags=Foo:Bar:0x2\n");
	assert_int_equal(host_plan_fix(&host, false, &plan), SL_OK);
	assert_int_equal(plan.n_files, 0);
}

static void fix__group__installs_its_two_files(void **state)
{
	(void)state;
	do_all(true);
	assert_int_equal(plan.n_files, 2);
	assert_non_null(strstr(text_of("/etc/sysusers.d/stlink-download.conf"), "g stlink"));
	assert_non_null(strstr(text_of("/etc/udev/rules.d/59-stlink-download-group.rules"),
			       "GROUP=\"stlink\""));
}

static void fix__masked_rules__are_not_overridden(void **state)
{
	(void)state;
	link_to("/etc/udev/rules.d/59-stlink-download.rules", "/dev/null");
	assert_int_equal(host_plan_fix(&host, false, &plan), SL_FILE);
	assert_int_equal(plan.n, 0);
	assert_non_null(strstr(ctx.fault.hint, "sudo rm"));
}

static void fix__rules_of_a_package__are_not_shadowed(void **state)
{
	(void)state;
	put(rules_path, "# a later version\n");
	assert_int_equal(host_plan_fix(&host, false, &plan), SL_OK);
	assert_int_equal(plan.n_files, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_GOOD_MACHINE(fix__nothing_missing__does_nothing),
		ON_A_GOOD_MACHINE(fix__rules_missing__installs_them_and_tells_udev),
		ON_A_GOOD_MACHINE(fix__flag_missing__installs_the_file_and_tells_the_kernel),
		ON_A_GOOD_MACHINE(fix__flag_of_somebody_else__is_left_alone),
		ON_A_GOOD_MACHINE(fix__group__installs_its_two_files),
		ON_A_GOOD_MACHINE(fix__masked_rules__are_not_overridden),
		ON_A_GOOD_MACHINE(fix__rules_of_a_package__are_not_shadowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
