/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_host.c - any bytes in the files of /sys, /proc, /etc and /run that say something of probes, their
 * nodes, modules, rules and insertions; and as the device that is looked for.
 *
 * The files stand in a tree of their own in memory (TMPDIR), with a V1 and a V2-1 in it. The input is a
 * list: which file, how long, its content; 0 bytes and no content: the file is not there. Files that the
 * input leaves alone are as they were. Its length says which of three questions are asked: each is dozens of
 * calls of the system.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auto/insertion.h"
#include "base/cursor.h"
#include "host/host.h"
#include "link/likeness.h"
#include "link/probe.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake_clock.h"

enum { RECORDS_MAX = 24, LONG = 16 };

#define V1 "/sys/bus/usb/devices/3-1"
#define V2 "/sys/bus/usb/devices/1-2"
#define SCSI "/sys/class/scsi_generic/sg2"

static const struct {
	const char *path, *content;             /* NULL: not there at first */
} files[] = {
	{ V1 "/idVendor", "0483\n" }, { V1 "/idProduct", "3744\n" }, { V1 "/busnum", "3\n" },
	{ V1 "/devnum", "7\n" }, { V1 "/serial", "000000000001\n" }, { V1 "/product", "STM32 STLink\n" },
	{ V1 "/manufacturer", "STMicroelectronics\n" }, { V1 "/bNumInterfaces", " 1\n" },
	{ V1 "/dev", "189:262\n" },
	{ V2 "/idVendor", "0483\n" }, { V2 "/idProduct", "374b\n" }, { V2 "/busnum", "1\n" },
	{ V2 "/devnum", "5\n" }, { V2 "/serial", "066DFF495051717867014528\n" }, { V2 "/product", NULL },
	{ V2 "/manufacturer", NULL }, { V2 "/bNumInterfaces", " 5\n" }, { V2 "/dev", "189:4\n" },
	{ SCSI "/device/device_busy", "0\n" }, { SCSI "/device/iorequest_cnt", "0x7\n" },
	{ SCSI "/device/iodone_cnt", "0x7\n" }, { SCSI "/dev", "21:2\n" },
	{ "/sys/module/usb_storage/parameters/quirks", "\n" }, { "/sys/module/scsi_mod/initstate", "live\n" },
	{ "/sys/module/sg/initstate", "live\n" },
	{ "/proc/cmdline", "ro quiet\n" }, { "/proc/sys/kernel/osrelease", "6.1.0\n" },
	{ "/proc/self/mounts", "/dev/sdb /media/x vfat rw 0 0\n" }, { "/proc/scsi/device_info", NULL },
	{ "/proc/77/comm", "openocd\n" }, { "/etc/group", "root:x:0:\nplugdev:x:46:\n" },
	{ "/etc/udev/rules.d/10-a.rules", NULL }, { "/etc/udev/rules.d/59-stlink-download.rules", NULL },
	{ "/usr/lib/udev/rules.d/60-openocd.rules", NULL }, { "/run/udev/rules.d/99-z.rules", NULL },
	{ "/etc/modprobe.d/a.conf", NULL }, { "/usr/lib/modprobe.d/b.conf", NULL },
	{ "/run/udev/control", "" }, { "/run/udev/data/c189:4", NULL }, { "/run/udev/data/c21:2", NULL },
	{ "/run/systemd/container", NULL }, { "/run/stlink/3-1.state", NULL },
};

static char root[64], sysfs[PATH_MAX], dev[PATH_MAX];
static uint8_t dirty[ARRAY_LEN(files)];
static struct fake_clock time_;

static void make_dirs(char *path)
{
	for (char *p = path + strlen(root) + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(path, 0755);
			*p = '/';
		}
}

static void write_file(const char *name, const void *data, size_t n)
{
	char path[PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s%s", root, name);
	if (!data) {
		(void)unlink(path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) {
		make_dirs(path);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	}
	must(fd >= 0 && write(fd, data, n) == (ssize_t)n && close(fd) == 0);
}

static void reset_file(size_t i)
{
	const char *content = files[i].content;

	write_file(files[i].path, content, content ? strlen(content) : 0);
	dirty[i] = 0;
}

static void make_link(const char *name, const char *target)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s%s", root, name);
	make_dirs(path);
	must(symlink(target, path) == 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void tear_down(void)
{
	(void)nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const nodes[] = { "/dev/sg2", "/dev/sdb", "/dev/bus/usb/001/005", "/dev/ttyACM0",
					     V2 "/1-2:1.2/tty/ttyACM0/x", V2 "/1-2:1.0/x",
					     V1 "/3-1:1.0/host6/target6:0:0/6:0:0:0/scsi_generic/sg2/x",
					     V1 "/3-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb/x" };
	const char *tmp = getenv("TMPDIR");
	char node[PATH_MAX];

	(void)argc;
	(void)argv;
	(void)snprintf(root, sizeof(root), "%.30s/fuzz-host-XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(root) != NULL && atexit(tear_down) == 0);
	(void)snprintf(sysfs, sizeof(sysfs), "%s/sys", root);
	(void)snprintf(dev, sizeof(dev), "%s/dev", root);
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
		write_file(nodes[i], "", 0);
	(void)snprintf(node, sizeof(node), "%s/dev/sg2", root);
	make_link(V1 "/3-1:1.0/driver", "../usb-storage");
	make_link("/dev/stlink", "sg2");
	make_link("/proc/77/fd/3", node);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		reset_file(i);
	return 0;
}

/* ---- what is asked ------------------------------------------------------------------------------ */

static void check_text(const char *s, int ascii)
{
	for (; *s; s++)
		must((unsigned char)*s >= ' ' && *s != 0x7F && (!ascii || (unsigned char)*s < 0x7F));
}

static bool may_use(const char *path)
{
	return path[strlen(path) - 1] & 1;
}

static void look_at_host(struct ctx *c)
{
	static struct findings found;
	static struct host_plan plan;
	struct host h = { .ctx = c, .root = root, .may_use = may_use };

	must(host_examine(&h, &found) == SL_OK && found.n <= FINDINGS_MAX);
	for (size_t i = 0; i < found.n; i++) {
		check_text(found.item[i].text, 1);
		check_text(found.item[i].cure, 1);
	}
	if (host_plan_fix(&h, true, &plan) == SL_OK) {
		must(plan.n <= HOST_STEPS_MAX && plan.n_files <= plan.n);
		for (size_t i = 0; i < plan.n; i++)
			must(plan.step[i].path[0] == '/' && !strstr(plan.step[i].path, ".."));
	}
}

static void look_at_probes(struct ctx *c, const char *device)
{
	static struct probe_list list;
	static struct host_holders holders;
	struct host h = { .ctx = c, .root = root };
	struct probe one;
	enum sl_err err;

	must(probe_list(c, &list) == SL_OK);
	for (size_t i = 0; i < list.n; i++) {
		char alias[PROBE_ALIASES_MAX][72];
		struct likeness_signs signs;

		for (size_t k = probe_serial_aliases(&list.probe[i], &list, alias); k-- > 0;)
			check_text(alias[k], 0);
		check_text(list.probe[i].serial, 0);
		likeness_judge(&list.probe[i], NULL, &signs);
		must(signs.n <= LIKENESS_SIGNS_MAX);
		(void)probe_disk_waits(c, &list.probe[i], 500);
	}
	host_find_holders(&h, &list, &holders);
	must(holders.n <= HOLDERS_MAX);
	err = probe_find(c, device, &one);
	must(err == SL_OK || err == SL_NOPROBE || err == SL_MANYPROBES || err == SL_USAGE);
	if (!err)
		(void)probe_refind(c, &one, &one);
}

static void look_at_insertion(struct ctx *c)
{
	char folder[PATH_MAX];
	struct insertion *in = NULL;
	struct enumeration e = { 0 };

	(void)snprintf(folder, sizeof(folder), "%s/run/stlink", root);
	(void)insertion_ask(c, "3-1", &e);
	if (insertion_open(c, folder, "3-1", 100, &in))
		return;
	(void)insertion_pauses(in, c);
	if (insertion_has(in, &e))
		must(insertion_add(in, c, &e) == SL_OK);
	else
		must(insertion_begin(in, c, &e) == SL_OK);
	must(insertion_end(in, c, (e.address & 1) != 0) == SL_OK && insertion_has(in, &e));
	insertion_close(in);
	dirty[ARRAY_LEN(files) - 1] = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor in = cur_make(fence(data, size), size);
	char device[256] = "";
	struct ctx c;

	for (unsigned k = 0; k < RECORDS_MAX && cur_left(&in) > 0; k++) {
		size_t i = cur_u8(&in), n = cur_u8(&in);

		/* Small ones say nothing of long ones. */
		n = n > 0xF0 ? (n - 0xF0) * LONG * LONG : n;
		n = n < cur_left(&in) ? n : cur_left(&in);
		if (i >= 0xE0) {
			memset(device, 0, sizeof(device));
			cur_bytes(&in, device, n < sizeof(device) ? n : sizeof(device) - 1);
			continue;
		}
		i %= ARRAY_LEN(files);
		write_file(files[i].path, n ? (const void *)cur_view(&in, n) : NULL, n);
		dirty[i] = 1;
	}
	ctx_init(&c);
	c.clock = &time_.clock;
	c.sysfs = sysfs;
	c.dev = dev;
	fake_clock_init(&time_);
	time_.now_us = UINT64_C(1000000000);
	if (size % 4 != 1)
		look_at_probes(&c, device);
	if (size % 4 == 0 || size % 4 == 1)
		look_at_host(&c);
	if (size % 4 == 0 || size % 4 == 2)
		look_at_insertion(&c);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (dirty[i])
			reset_file(i);
	return 0;
}
