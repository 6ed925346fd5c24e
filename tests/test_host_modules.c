/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_host_modules.c - what setup finds of usb-storage and scsi_mod.
 */
#define _XOPEN_SOURCE 700
#include "tests/host_bench.h"

/* ---- usb-storage --------------------------------------------------------------------------- */

static void quirk__ignore_in_force__is_named_with_its_file(void **state)
{
	(void)state;
	put("/sys/module/usb_storage/parameters/quirks", "483:3744:i\n");
	put("/etc/modprobe.d/stlink_v1.conf", "options usb-storage quirks=483:3744:i\n");
	only("quirks", FINDING_NOTE, "told to ignore the V1 (quirks=483:3744:i)",
	     "sudo sed -i '/483:3744/s/^/#/' /etc/modprobe.d/stlink_v1.conf");
}

static void quirk__that_keeps_sg__is_well(void **state)
{
	(void)state;
	put("/sys/module/usb_storage/parameters/quirks", "0bda:0316:u,0483:3744:lrwso\n");
	all_is_well();
	has_ok("quirks=0bda:0316:u,0483:3744:lrwso");
}

static void quirk__of_another_device__is_not_named(void **state)
{
	(void)state;
	put("/sys/module/usb_storage/parameters/quirks", "483:5740:i,1483:3744:i\n");
	put("/etc/modprobe.d/a.conf", "options usb_storage quirks=483:5740:i\n");
	all_is_well();
}

static void quirks__two_lines__are_lost_and_merged(void **state)
{
	(void)state;
	put("/etc/modprobe.d/a.conf", "options usb_storage quirks=0bda:0316:u\n");
	put("/usr/lib/modprobe.d/b.conf", "options usb-storage delay_use=0 quirks=152d:0578:u\n");
	only("options", FINDING_NOTE, "only that of /usr/lib/modprobe.d/b.conf counts, that of "
	     "/etc/modprobe.d/a.conf is lost", "quirks=152d:0578:u,0bda:0316:u'");
	put("/etc/modprobe.d/zz-stlink.conf", "options usb-storage quirks=152d:0578:u,0bda:0316:u\n");
	all_is_well();
}

static void quirk__configured_but_not_in_force__is_named(void **state)
{
	(void)state;
	put("/etc/modprobe.d/a.conf", "options usb_storage quirks=483:3744:l\n");
	only("quirks", FINDING_NOTE, "not in force: usb-storage was loaded before", "");
}

static void quirk__for_a_built_in_driver__is_named(void **state)
{
	(void)state;
	take_away("/sys/module/usb_storage/initstate");
	put("/etc/modprobe.d/a.conf", "options usb_storage quirks=483:3744:l\n");
	only("quirks", FINDING_NOTE, "built into the kernel", "");
}

/* ---- scsi_mod ---- */

static void flag__in_force__is_well(void **state)
{
	(void)state;
	(void)flags_or_skip();
	put_flags_in_force();
	all_is_well();
	has_ok("is in force");
}

static void flag__configured_where_the_kernel_is_silent__is_well(void **state)
{
	(void)state;
	(void)flags_or_skip();
	all_is_well();
	has_ok("counts when scsi_mod is loaded");
}

static void flag__nowhere__is_named(void **state)
{
	(void)state;
	(void)flags_or_skip();
	forget_modprobe();
	only("disk-flag", FINDING_NOTE, "reads the fake disk", "sudo stlink-download setup --fix");
}

static void flag__configured_later_than_loaded__is_named(void **state)
{
	const char *flags = flags_or_skip();
	char cure[400];

	(void)state;
	put("/proc/scsi/device_info", "'SEAGATE' 'ST34555N' 0x2\n");
	(void)snprintf(cure, sizeof(cure), "echo '%s' | sudo tee /proc/scsi/device_info", flags);
	only("disk-flag", FINDING_NOTE, "was loaded before", cure);
}

static void flag__in_force_until_restart__is_named(void **state)
{
	(void)state;
	(void)flags_or_skip();
	forget_modprobe();
	put_flags_in_force();
	only("disk-flag", FINDING_NOTE, "until the next start", "setup --fix");
}

static void flag__scsi_mod_built_in__needs_the_command_line(void **state)
{
	const char *flags = flags_or_skip();
	char line[400];

	(void)state;
	take_away("/sys/module/scsi_mod/initstate");
	only("disk-flag", FINDING_NOTE, "scsi_mod is built in", "GRUB_CMDLINE_LINUX");
	(void)snprintf(line, sizeof(line), "quiet scsi_mod.dev_flags=%s\n", flags);
	put("/proc/cmdline", line);
	forget_modprobe();
	all_is_well();
}

static void flag__beside_another_value__is_merged(void **state)
{
	const char *flags = flags_or_skip();
	char cure[400];

	(void)state;
	put("/etc/modprobe.d/a.conf", "options scsi_mod dev_flags=Foo:Bar:0x2\n");
	(void)snprintf(cure, sizeof(cure), "dev_flags=%s,Foo:Bar:0x2", flags);
	only("options", FINDING_NOTE, "set 2 times", cure);
	(void)snprintf(cure, sizeof(cure), "options scsi_mod dev_flags=%s,Foo:Bar:0x2\n", flags);
	put("/etc/modprobe.d/zz-stlink.conf", cure);
	all_is_well();
}

static void quirks__merge__keeps_both(void **state)
{
	char into[SETTING_MAX] = "", letters[8];

	(void)state;
	quirks_merge(into, "0bda:0316:u");
	quirks_merge(into, "483:3744:l,bda:316:i");
	assert_string_equal(into, "0bda:0316:u,483:3744:l");
	assert_true(quirks_for(into, 0x0483, 0x3744, letters, sizeof(letters)));
	assert_string_equal(letters, "l");
	assert_false(quirks_for("483:3744", 0x0483, 0x3745, letters, sizeof(letters)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_GOOD_MACHINE(quirk__ignore_in_force__is_named_with_its_file),
		ON_A_GOOD_MACHINE(quirk__that_keeps_sg__is_well),
		ON_A_GOOD_MACHINE(quirk__of_another_device__is_not_named),
		ON_A_GOOD_MACHINE(quirks__two_lines__are_lost_and_merged),
		ON_A_GOOD_MACHINE(quirk__configured_but_not_in_force__is_named),
		ON_A_GOOD_MACHINE(quirk__for_a_built_in_driver__is_named),
		ON_A_GOOD_MACHINE(flag__in_force__is_well),
		ON_A_GOOD_MACHINE(flag__configured_where_the_kernel_is_silent__is_well),
		ON_A_GOOD_MACHINE(flag__nowhere__is_named),
		ON_A_GOOD_MACHINE(flag__configured_later_than_loaded__is_named),
		ON_A_GOOD_MACHINE(flag__in_force_until_restart__is_named),
		ON_A_GOOD_MACHINE(flag__scsi_mod_built_in__needs_the_command_line),
		ON_A_GOOD_MACHINE(flag__beside_another_value__is_merged),
		ON_A_GOOD_MACHINE(quirks__merge__keeps_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
