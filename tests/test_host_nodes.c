/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_host_nodes.c - what setup finds of nodes, and of who holds them.
 */
#define _XOPEN_SOURCE 700
#include "tests/host_bench.h"

/* ---- nodes --------------------------------------------------------------------------------- */

static void node__forbidden_and_no_rules__has_the_rules_as_cure(void **state)
{
	(void)state;
	take_away(rules_path);
	forbid("001/005");
	examine();
	for (size_t i = 0; i < found.n; i++)
		if (found.item[i].level != FINDING_OK)
			assert_string_equal(found.item[i].cure, "sudo stlink-download setup --fix");
}

static void node__rules_came_later__is_told_from_no_seat(void **state)
{
	(void)state;
	take_away("/run/udev/data/c189:4");
	forbid("001/005");
	only("node", FINDING_PROBLEM, "were not applied",
	     "udevadm trigger --name-match=/dev/bus/usb/001/005");
}

static void node__no_seat__needs_the_group(void **state)
{
	(void)state;
	forbid("001/005");
	node_of_group("/dev/bus/usb/001/005", 0600);
	only("node", FINDING_PROBLEM, "you do not sit at this machine",
	     "sudo groupadd --system --force stlink");
	assert_int_equal(the_one()->code, SL_PERM);
}

static void node__of_a_group__says_which(void **state)
{
	(void)state;
	forbid("001/005");
	node_of_group("/dev/bus/usb/001/005", 0660);
	only("node", FINDING_PROBLEM, "mode 0660, group plugdev", "sudo usermod -aG plugdev \"$USER\"");
}

static void node__of_group_disk__does_not_lead_into_that_group(void **state)
{
	(void)state;
	forbid("001/005");
	node_of_group("/dev/bus/usb/001/005", 0660);
	put("/etc/group", "root:x:0:\ndisk:x:46:\n");
	if (getgid() != 0) {
		char groups[64];

		(void)snprintf(groups, sizeof(groups), "disk:x:%u:\n", (unsigned)getgid());
		put("/etc/group", groups);
	}
	only("node", FINDING_PROBLEM, "a group is needed", "usermod -aG stlink");
}

static void node__group_came_after_its_rules__is_named(void **state)
{
	(void)state;
	forbid("001/005");
	node_of_group("/dev/bus/usb/001/005", 0600);
	put("/etc/group", "root:x:0:\nstlink:x:996:\n");
	put("/etc/udev/rules.d/59-stlink-download-group.rules", host_file_for(FILE_GROUP_RULES)->text);
	only("node", FINDING_PROBLEM, "before there was that group",
	     "sudo touch /etc/udev/rules.d/59-stlink-download-group.rules");
}

static void node__missing__is_named(void **state)
{
	(void)state;
	take_away("/dev/bus/usb/001/005");
	forbid("001/005");
	only("node", FINDING_PROBLEM, "there is no /dev/bus/usb/001/005", "");
}

static void node__without_udev__is_given_by_hand(void **state)
{
	(void)state;
	take_away("/run/udev/control");
	forbid("001/005");
	examine();
	assert_non_null(strstr(found.item[found.n - 1].cure, "chown \"$USER\" /dev/bus/usb/001/005"));
}

static void node__no_probe__is_a_note(void **state)
{
	(void)state;
	fake_unplug("1-2");
	only("node", FINDING_NOTE, "no ST-LINK is plugged in", "");
}

static void v1__sg_forbidden_usbfs_usable__is_a_note(void **state)
{
	(void)state;
	plug_v1();
	take_away("/run/udev/data/c21:2");
	forbid("/dev/sg2");
	only("node", FINDING_NOTE, "/dev/sg2", "--name-match=/dev/sg2");
	has_ok("/dev/bus/usb/003/007 may be read and written");
}

static void v1__sg_module_missing__is_named(void **state)
{
	struct fake_device v1 = fake_v1;
	char whole[512];

	(void)state;
	v1.disk = v1.sg = NULL;
	fake_plug(&v1);
	fake_node("bus/usb/003/007");
	take_away("/sys/module/sg/initstate");
	path_of("/sys/module/sg", whole);
	assert_int_equal(rmdir(whole), 0);
	only("sg", FINDING_NOTE, "module sg is not loaded", "sudo modprobe sg");
}

static void v1__disk_driver_bound__is_named_with_its_address(void **state)
{
	(void)state;
	fake_plug(&fake_v1);
	fake_node("bus/usb/003/007");
	fake_node("sg2");
	put("/sys/class/scsi_generic/sg2/dev", "21:2\n");
	link_to("/sys/class/scsi_generic/sg2/device", "../../../6:0:0:0");
	only("disk", FINDING_NOTE, "has its fake disk /dev/sdb",
	     "echo 6:0:0:0 | sudo tee /sys/bus/scsi/drivers/sd/unbind");
}

/* ---- holders ------------------------------------------------------------------------------- */

static void holder__of_a_probe__is_named_with_pid(void **state)
{
	(void)state;
	put("/proc/4711/comm", "openocd\n");
	link_to("/proc/4711/fd/3", "/dev/bus/usb/001/005");
	link_to("/proc/4711/fd/4", "/dev/bus/usb/001/005");
	only("holder", FINDING_PROBLEM, "/dev/bus/usb/001/005 is open in openocd (pid 4711)", "kill 4711");
	assert_int_equal(the_one()->code, SL_BUSY);
}

static void holder__hostile_name__is_made_harmless(void **state)
{
	(void)state;
	put("/proc/4711/comm", "a\033[2Jb\n");
	link_to("/proc/4711/fd/3", "/dev/bus/usb/001/005");
	only("holder", FINDING_PROBLEM, "is open in a?[2Jb (pid 4711)", "kill 4711");
}

static void holder__of_another_node__is_not_named(void **state)
{
	(void)state;
	put("/proc/4711/comm", "openocd\n");
	link_to("/proc/4711/fd/3", "/dev/bus/usb/001/0050");
	all_is_well();
}

static void mount__of_the_fake_disk__is_named(void **state)
{
	(void)state;
	fake_plug(&fake_v1);
	fake_node("bus/usb/003/007");
	fake_node("sg2");
	put("/proc/self/mounts", "/dev/sda1 / ext4 rw 0 0\n/dev/sdb /media/x vfat rw 0 0\n"
				 "/dev/sdbc /y vfat rw 0 0\n");
	examine();
	assert_string_equal(found.item[found.n - 1].check, "mount");
	assert_non_null(strstr(found.item[found.n - 1].text, "mounted at /media/x"));
	assert_string_equal(found.item[found.n - 1].cure, "sudo umount /dev/sdb");
	assert_string_not_equal(found.item[found.n - 2].check, "mount");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_GOOD_MACHINE(node__forbidden_and_no_rules__has_the_rules_as_cure),
		ON_A_GOOD_MACHINE(node__rules_came_later__is_told_from_no_seat),
		ON_A_GOOD_MACHINE(node__no_seat__needs_the_group),
		ON_A_GOOD_MACHINE(node__of_a_group__says_which),
		ON_A_GOOD_MACHINE(node__of_group_disk__does_not_lead_into_that_group),
		ON_A_GOOD_MACHINE(node__group_came_after_its_rules__is_named),
		ON_A_GOOD_MACHINE(node__missing__is_named),
		ON_A_GOOD_MACHINE(node__without_udev__is_given_by_hand),
		ON_A_GOOD_MACHINE(node__no_probe__is_a_note),
		ON_A_GOOD_MACHINE(v1__sg_forbidden_usbfs_usable__is_a_note),
		ON_A_GOOD_MACHINE(v1__sg_module_missing__is_named),
		ON_A_GOOD_MACHINE(v1__disk_driver_bound__is_named_with_its_address),
		ON_A_GOOD_MACHINE(holder__of_a_probe__is_named_with_pid),
		ON_A_GOOD_MACHINE(holder__hostile_name__is_made_harmless),
		ON_A_GOOD_MACHINE(holder__of_another_node__is_not_named),
		ON_A_GOOD_MACHINE(mount__of_the_fake_disk__is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
