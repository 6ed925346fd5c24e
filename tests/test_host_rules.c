/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_host_rules.c - what setup finds of udev, our rules and those of other packages.
 */
#define _XOPEN_SOURCE 700
#include "tests/host_bench.h"
#include "host/rule_text.h"

/* ---- the good machine ---------------------------------------------------------------------- */

static void machine__all_well__has_no_finding(void **state)
{
	(void)state;
	plug_v1();
	all_is_well();
	has_ok("/dev/bus/usb/001/005 may be read and written");
	has_ok("/dev/sg2 may be read and written");
	has_ok("the udev rules are installed");
}

static void root__is_told_that_nothing_is_forbidden_to_root(void **state)
{
	(void)state;
	host.is_root = true;
	only("user", FINDING_NOTE, "you are root", "");
}

/* ---- surroundings -------------------------------------------------------------------------- */

static void container__without_udev__is_named(void **state)
{
	(void)state;
	take_away("/run/udev/control");
	put("/.dockerenv", "");
	only("udev", FINDING_NOTE, "container", "--device-cgroup-rule='c 189:* rmw'");
}

static void wsl__without_udev__is_named_and_not_as_container(void **state)
{
	(void)state;
	take_away("/run/udev/control");
	put("/proc/sys/kernel/osrelease", "5.15.1-microsoft-standard-WSL2\n");
	only("udev", FINDING_NOTE, "WSL", "systemd=true");
}

static void container__with_udev__is_not_named(void **state)
{
	(void)state;
	put("/run/systemd/container", "lxc\n");
	all_is_well();
}

static void udev__not_running__is_named(void **state)
{
	(void)state;
	take_away("/run/udev/control");
	only("udev", FINDING_NOTE, "udev does not run", "systemctl start systemd-udevd");
}

/* ---- our rules ----------------------------------------------------------------------------- */

static void rules__missing_but_node_usable__are_a_note(void **state)
{
	(void)state;
	take_away(rules_path);
	only("rules", FINDING_NOTE, "not installed", "sudo stlink-download setup --fix");
}

static void rules__missing_and_no_probe__are_a_problem(void **state)
{
	(void)state;
	take_away(rules_path);
	fake_unplug("1-2");
	examine();
	assert_string_equal(found.item[1].check, "rules");
	assert_int_equal(found.item[1].level, FINDING_PROBLEM);
	assert_int_equal(found.item[1].code, SL_PERM);
}

static void rules__masked_in_etc__are_named_with_the_mask(void **state)
{
	(void)state;
	link_to("/etc/udev/rules.d/59-stlink-download.rules", "/dev/null");
	only("rules", FINDING_NOTE, "switched off by /etc/udev/rules.d/59-stlink-download.rules",
	     "sudo rm /etc/udev/rules.d/59-stlink-download.rules");
}

static void rules__edited_in_etc__are_another_version(void **state)
{
	(void)state;
	put("/etc/udev/rules.d/59-stlink-download.rules", "# old\n");
	only("rules", FINDING_NOTE, "another version", "setup --fix");
}

static void rules__edited_by_a_package__have_no_fix_here(void **state)
{
	(void)state;
	put(rules_path, "# old\n");
	only("rules", FINDING_NOTE, "another version", "");
}

/* ---- rules of others ----------------------------------------------------------------------- */

/* As stlink-tools 1.7.0 of Debian 12 has it, in content. */
static const char open_to_all[] =
	"SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"3744\", \\\n"
	"    MODE:=\"0666\", \\\n"
	"    SYMLINK+=\"stlinkv1_%n\"\n";

static void others__mode_0666__is_named_with_its_file(void **state)
{
	(void)state;
	put("/usr/lib/udev/rules.d/49-stlinkv1.rules", open_to_all);
	only("other-rules", FINDING_NOTE, "/usr/lib/udev/rules.d/49-stlinkv1.rules lets everybody write",
	     "sudo ln -s /dev/null /etc/udev/rules.d/49-stlinkv1.rules");
	assert_non_null(strstr(the_one()->text, "MODE:=\"0666\""));
	assert_non_null(strstr(the_one()->text, "disk node"));
}

static void others__masked_file__is_not_named(void **state)
{
	(void)state;
	put("/usr/lib/udev/rules.d/49-stlinkv1.rules", open_to_all);
	link_to("/etc/udev/rules.d/49-stlinkv1.rules", "/dev/null");
	all_is_well();
}

static void others__group_that_exists__is_well(void **state)
{
	(void)state;
	put("/usr/lib/udev/rules.d/60-openocd.rules",
	    "ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"3748\", MODE=\"660\", GROUP=\"plugdev\", "
	    "TAG+=\"uaccess\"\n");
	all_is_well();
	has_ok("60-openocd.rules lets group plugdev use ST-LINKs");
}

static void others__group_that_does_not_exist__is_named(void **state)
{
	(void)state;
	put("/etc/group", "root:x:0:\nplugdevs:x:46:\n");
	put("/etc/udev/rules.d/60-x.rules", "ATTR{idVendor}==\"0483\", GROUP=\"plugdev\"\n");
	only("other-rules", FINDING_NOTE, "group plugdev, which does not exist",
	     "sudo groupadd --system plugdev");
}

static void others__uaccess_too_late__is_named_as_order(void **state)
{
	(void)state;
	put("/etc/udev/rules.d/99-stlink.rules",
	    "ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"374?\", TAG+=\"uaccess\"\n");
	only("order", FINDING_NOTE, "99-stlink.rules sets tag uaccess too late",
	     "sudo mv /etc/udev/rules.d/99-stlink.rules /etc/udev/rules.d/70-stlink.rules");
}

static void others__program__is_named(void **state)
{
	(void)state;
	put("/etc/udev/rules.d/80-flash.rules",
	    "ACTION==\"add\", ATTR{idVendor}==\"0483\", ATTR{idProduct}==\"3748\", "
	    "RUN+=\"/usr/local/bin/flash.sh\"\n");
	only("other-rules", FINDING_NOTE, "/usr/local/bin/flash.sh",
	     "sudo mv /etc/udev/rules.d/80-flash.rules");
}

static void others__rules_for_other_devices__are_not_named(void **state)
{
	(void)state;
	put("/etc/udev/rules.d/99-a.rules",
	    "ATTR{idVendor}==\"046d\", ATTR{idProduct}==\"3748\", MODE=\"0666\"\n"
	    "ATTR{idVendor}==\"0483\", ATTR{idProduct}==\"df11\", MODE=\"0666\", TAG+=\"uaccess\"\n"
	    "ATTR{idVendor}!=\"0483\", MODE=\"0666\"\n"
	    "# ATTR{idVendor}==\"0483\", MODE=\"0666\"\n"
	    "ATTR{idVendor}==\"0483\", ATTR{idProduct}==\"3748\", GOTO=\"x\"\n");
	all_is_well();
}


static void digest__hostile_text__ends(void **state)
{
	static const char *const texts[] = {
		"", "\\", "\\\n", "#\\\nATTR", "ATTR{", "ATTR{idVendor", "ATTR{idVendor}==\"0483",
		"ATTR{idVendor}==\"0483\", MODE=\"", "=\"\"", "A=\"b\"=\"c\"", "\n\n\n\\\n\\\n",
	};
	struct rule_digest d;
	char *huge = malloc(300001);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		rule_digest(texts[i], &d);
	assert_non_null(huge);
	memset(huge, 'A', 300000);
	huge[300000] = '\0';
	rule_digest(huge, &d);
	assert_int_equal(d.rules, 0);
	for (size_t i = 100; i < 300000; i += 100)
		memcpy(huge + i, "\\\n", 2);
	rule_digest(huge, &d);
	assert_int_equal(d.rules, 0);
	free(huge);
}

static void digest__rule_over_several_lines__is_one(void **state)
{
	struct rule_digest d;

	(void)state;
	rule_digest("ATTRS{idVendor}==\"0483\", \\\n# a comment \\\n  ATTRS{idProduct}==\"df11|374B\", \\\n"
		    "  MODE=\"0660\"", &d);
	assert_int_equal(d.rules, 1);
	assert_false(d.to_all);
	assert_string_equal(d.mode, "0660");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_GOOD_MACHINE(machine__all_well__has_no_finding),
		ON_A_GOOD_MACHINE(root__is_told_that_nothing_is_forbidden_to_root),
		ON_A_GOOD_MACHINE(container__without_udev__is_named),
		ON_A_GOOD_MACHINE(wsl__without_udev__is_named_and_not_as_container),
		ON_A_GOOD_MACHINE(container__with_udev__is_not_named),
		ON_A_GOOD_MACHINE(udev__not_running__is_named),
		ON_A_GOOD_MACHINE(rules__missing_but_node_usable__are_a_note),
		ON_A_GOOD_MACHINE(rules__missing_and_no_probe__are_a_problem),
		ON_A_GOOD_MACHINE(rules__masked_in_etc__are_named_with_the_mask),
		ON_A_GOOD_MACHINE(rules__edited_in_etc__are_another_version),
		ON_A_GOOD_MACHINE(rules__edited_by_a_package__have_no_fix_here),
		ON_A_GOOD_MACHINE(others__mode_0666__is_named_with_its_file),
		ON_A_GOOD_MACHINE(others__masked_file__is_not_named),
		ON_A_GOOD_MACHINE(others__group_that_exists__is_well),
		ON_A_GOOD_MACHINE(others__group_that_does_not_exist__is_named),
		ON_A_GOOD_MACHINE(others__uaccess_too_late__is_named_as_order),
		ON_A_GOOD_MACHINE(others__program__is_named),
		ON_A_GOOD_MACHINE(others__rules_for_other_devices__are_not_named),
		ON_A_GOOD_MACHINE(digest__hostile_text__ends),
		ON_A_GOOD_MACHINE(digest__rule_over_several_lines__is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
