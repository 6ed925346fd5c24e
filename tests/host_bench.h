/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * host_bench.h - a made-up machine on which all is well, for the tests of host/.
 *
 * Each test spoils one thing and wants that named, with its cure, and nothing else.
 */
#ifndef TESTS_HOST_BENCH_H
#define TESTS_HOST_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/files.h"
#include "host/host.h"
#include "host/settings.h"
#include "tests/support/fake_sysfs.h"

static struct ctx ctx;
static struct host host;
static struct findings found;
static char root[256];
static char forbidden[64];              /* a node that may not be used, without the root */

static UNUSED bool fake_may_use(const char *path)
{
	return !forbidden[0] || !strstr(path, forbidden);
}

static UNUSED void path_of(const char *path, char out[512])
{
	(void)snprintf(out, 512, "%s%s", root, path);
	for (char *p = out + strlen(root) + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(out, 0755);
			*p = '/';
		}
}

static UNUSED void put(const char *path, const char *text)
{
	char whole[512];
	FILE *f;

	path_of(path, whole);
	f = fopen(whole, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static UNUSED void take_away(const char *path)
{
	char whole[512];

	path_of(path, whole);
	assert_int_equal(unlink(whole), 0);
}

static UNUSED void link_to(const char *path, const char *target)
{
	char whole[512];

	path_of(path, whole);
	assert_int_equal(symlink(target, whole), 0);
}

static UNUSED char *text_of(const char *path)
{
	static char text[16384];
	char whole[512];
	FILE *f;

	path_of(path, whole);
	f = fopen(whole, "r");
	if (!f)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	return text;
}

static const char rules_path[] = "/usr/lib/udev/rules.d/59-stlink-download.rules";

static UNUSED const char *wanted_flags(void)
{
	static struct settings s;
	const char *wanted[2] = { "scsi_mod", "dev_flags" };
	const struct host_file *file = host_file_for(FILE_MODPROBE);

	memset(&s, 0, sizeof(s));
	if (file)
		settings_of_text(file->text, file->name, wanted, &s);
	return s.n ? s.item[0].value : "";
}

static UNUSED void put_modprobe(void)
{
	const struct host_file *file = host_file_for(FILE_MODPROBE);
	char path[128];

	if (!file)
		return;
	(void)snprintf(path, sizeof(path), "/usr/lib/modprobe.d/%s", file->name);
	put(path, file->text);
}

/* All is well: udev runs, has our rules and has applied them; a V2 and a V1 are there. */
static UNUSED int well(void **state)
{
	(void)state;
	assert_int_equal(fake_sysfs_setup(&ctx), 0);
	(void)snprintf(root, sizeof(root), "%.*s", (int)(strlen(fake_dev()) - 4), fake_dev());
	memset(&host, 0, sizeof(host));
	host.ctx = &ctx;
	host.root = root;
	host.may_use = fake_may_use;
	forbidden[0] = '\0';
	put("/run/udev/control", "");
	put("/etc/group", "root:x:0:\nplugdev:x:46:\n");
	put("/proc/cmdline", "quiet\n");
	put("/proc/self/mounts", "/dev/sda1 / ext4 rw 0 0\n");
	put("/proc/sys/kernel/osrelease", "6.1.0-debian\n");
	put("/sys/module/usb_storage/initstate", "live\n");
	put("/sys/module/usb_storage/parameters/quirks", "\n");
	put("/sys/module/scsi_mod/initstate", "live\n");
	put("/sys/module/sg/initstate", "live\n");
	put_modprobe();
	put(rules_path, host_file_for(FILE_RULES)->text);
	fake_plug(&fake_v2);
	fake_attr("1-2", "dev", "189:4");
	fake_attr("1-2", "uevent", "");
	fake_node("bus/usb/001/005");
	put("/run/udev/data/c189:4", "E:ID_STLINK=1\n");
	return 0;
}

static UNUSED int gone(void **state)
{
	(void)state;
	return fake_sysfs_teardown();
}

/* A V1 whose disk driver was taken off. */
static UNUSED void plug_v1(void)
{
	struct fake_device v1 = fake_v1;

	v1.disk = NULL;
	fake_plug(&v1);
	fake_attr("3-1", "dev", "189:300");
	fake_attr("3-1", "uevent", "");
	fake_node("bus/usb/003/007");
	fake_node("sg2");
	put("/sys/class/scsi_generic/sg2/dev", "21:2\n");
	put("/sys/class/scsi_generic/sg2/uevent", "");
	put("/run/udev/data/c21:2", "E:ID_STLINK=1\n");
	put("/run/udev/data/c189:300", "E:ID_STLINK=1\n");
}

static UNUSED void examine(void)
{
	assert_int_equal(host_examine(&host, &found), SL_OK);
}

/* The only finding that is not ok. */
static UNUSED const struct finding *the_one(void)
{
	const struct finding *one = NULL;

	examine();
	for (size_t i = 0; i < found.n; i++) {
		if (found.item[i].level == FINDING_OK)
			continue;
		if (one)
			fail_msg("two findings: %s | %s", one->text, found.item[i].text);
		one = &found.item[i];
	}
	assert_non_null(one);
	return one;
}

static UNUSED void only(const char *check, enum finding_level level, const char *text, const char *cure)
{
	const struct finding *f = the_one();

	assert_string_equal(f->check, check);
	assert_int_equal(f->level, level);
	assert_int_equal(f->code == SL_OK, level != FINDING_PROBLEM);
	if (!strstr(f->text, text))
		fail_msg("\"%s\" lacks \"%s\"", f->text, text);
	if (!strstr(f->cure, cure))
		fail_msg("cure \"%s\" lacks \"%s\"", f->cure, cure);
	if (!cure[0])
		assert_string_equal(f->cure, "");
}

static UNUSED void has_ok(const char *text)
{
	examine();
	for (size_t i = 0; i < found.n; i++)
		if (found.item[i].level == FINDING_OK && strstr(found.item[i].text, text))
			return;
	fail_msg("nothing is said to be well of \"%s\"", text);
}

static UNUSED void all_is_well(void)
{
	examine();
	for (size_t i = 0; i < found.n; i++)
		if (found.item[i].level != FINDING_OK)
			fail_msg("%s: %s", found.item[i].check, found.item[i].text);
}

static UNUSED void forbid(const char *node)
{
	(void)snprintf(forbidden, sizeof(forbidden), "%s", node);
}

/* A node of a group called plugdev, with this mode. */
static UNUSED void node_of_group(const char *node, unsigned mode)
{
	gid_t gid = getgid() ? getgid() : 46;
	char whole[512], groups[64];

	path_of(node, whole);
	assert_int_equal(chmod(whole, mode), 0);
	assert_int_equal(chown(whole, (uid_t)-1, gid), 0);
	(void)snprintf(groups, sizeof(groups), "root:x:0:\nplugdev:x:%u:\n", (unsigned)gid);
	put("/etc/group", groups);
}

/* These need a version of the program that ships a file for modprobe.d. */
static UNUSED const char *flags_or_skip(void)
{
	if (!wanted_flags()[0])
		fail_msg("modprobe.d/ has no dev_flags");
	return wanted_flags();
}

static UNUSED void forget_modprobe(void)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "/usr/lib/modprobe.d/%s", host_file_for(FILE_MODPROBE)->name);
	take_away(path);
}

static UNUSED void put_flags_in_force(void)
{
	char vendor[32], line[160];

	(void)snprintf(vendor, sizeof(vendor), "%.*s", (int)strcspn(wanted_flags(), ":"), wanted_flags());
	/* The kernel's list pads names on some versions. */
	(void)snprintf(line, sizeof(line), "'SEAGATE' 'ST34555N' 0x2\n'%s   ' '%.*s' 0x100000\n", vendor,
		       (int)strcspn(strchr(wanted_flags(), ':') + 1, ":"),
		       strchr(wanted_flags(), ':') + 1);
	put("/proc/scsi/device_info", line);
}

#define ON_A_GOOD_MACHINE(f) cmocka_unit_test_setup_teardown(f, well, gone)

#endif
