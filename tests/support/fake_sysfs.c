/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fake_sysfs.c - the trees, as Linux lays them out.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp, symlink, nftw */
#include "tests/support/fake_sysfs.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64], sysfs[128], dev[128];

const struct fake_device fake_v2 = {
	.port = "1-2", .vid = "0483", .pid = "3748", .bus = 1, .address = 5,
	.serial = "066DFF495051717867014528",
};
const struct fake_device fake_v21 = {
	.port = "1-10.3", .vid = "0483", .pid = "374b", .bus = 1, .address = 12,
	.serial = "0667FF495051717867014999",
};
const struct fake_device fake_v1 = {
	.port = "3-1", .vid = "0483", .pid = "3744", .bus = 3, .address = 7,
	.serial = "000000000001", .driver = "usb-storage", .sg = "sg2", .disk = "sdb",
};
const struct fake_device fake_mouse = {
	.port = "1-1", .vid = "046d", .pid = "3748", .bus = 1, .address = 2, .serial = "x",
};
const struct fake_device fake_rom_dfu = {
	.port = "1-4", .vid = "0483", .pid = "df11", .bus = 1, .address = 9,
	.serial = "STM32FxSTM32",
};

static void make_dirs(const char *path)
{
	char part[PATH_MAX + 256];

	(void)snprintf(part, sizeof(part), "%s", path);
	for (char *p = part + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(part, 0755);
			*p = '/';
		}
	(void)mkdir(part, 0755);
}

static void put(const char *dir, const char *name, const char *content, size_t len)
{
	char path[PATH_MAX];
	int fd;

	make_dirs(dir);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, len), len);
	assert_int_equal(close(fd), 0);
}

static void put_text(const char *dir, const char *name, const char *text)
{
	char line[256];

	put(dir, name, line, (size_t)snprintf(line, sizeof(line), "%s\n", text));
}

static void device_dir(const char *port, char out[PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%s/bus/usb/devices/%s", sysfs, port);
}

void fake_plug(const struct fake_device *d)
{
	char dir[PATH_MAX], path[PATH_MAX + 200], number[16];

	device_dir(d->port, dir);
	put_text(dir, "idVendor", d->vid);
	put_text(dir, "idProduct", d->pid);
	(void)snprintf(number, sizeof(number), "%u", d->bus);
	put_text(dir, "busnum", number);
	(void)snprintf(number, sizeof(number), "%u", d->address);
	put_text(dir, "devnum", number);
	put_text(dir, "product", "STM32 STLink");
	if (d->serial)
		put_text(dir, "serial", d->serial);
	(void)snprintf(path, sizeof(path), "%s/%s:1.0", dir, d->port);
	make_dirs(path);
	if (d->driver) {
		char link_name[PATH_MAX + 216];

		(void)snprintf(link_name, sizeof(link_name), "%s/driver", path);
		(void)snprintf(number, sizeof(number), "../%s", d->driver);
		assert_int_equal(symlink(number, link_name), 0);
	}
	if (d->sg) {
		(void)snprintf(path, sizeof(path),
			       "%s/%s:1.0/host6/target6:0:0/6:0:0:0/scsi_generic/%s", dir,
			       d->port, d->sg);
		make_dirs(path);
	}
	if (d->disk) {
		(void)snprintf(path, sizeof(path), "%s/%s:1.0/host6/target6:0:0/6:0:0:0/block/%s",
			       dir, d->port,
			       d->disk);
		make_dirs(path);
	}
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void fake_unplug(const char *port)
{
	char dir[PATH_MAX];

	device_dir(port, dir);
	assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

int fake_sysfs_setup(struct ctx *c)
{
	const char *tmp = getenv("TMPDIR");
	char devices[192];

	/* The path of a node in there must fit into struct probe. */
	(void)snprintf(root, sizeof(root), "%s/link-probe-XXXXXX", tmp && strlen(tmp) < 19 ? tmp : "/tmp");
	if (!mkdtemp(root))
		return -1;
	(void)snprintf(dev, sizeof(dev), "%s/dev", root);
	make_dirs(dev);
	(void)snprintf(sysfs, sizeof(sysfs), "%s/sys", root);
	(void)snprintf(devices, sizeof(devices), "%s/bus/usb/devices", sysfs);
	make_dirs(devices);
	ctx_init(c);
	c->sysfs = sysfs;
	c->dev = dev;
	return 0;
}

int fake_sysfs_teardown(void)
{
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fake_attr(const char *port, const char *name, const char *text)
{
	char dir[PATH_MAX], path[PATH_MAX + 64];

	device_dir(port, dir);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (text)
		put_text(dir, name, text);
	else
		assert_int_equal(unlink(path), 0);
}

void fake_file(const char *path, const char *text)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');

	assert_non_null(slash);
	(void)snprintf(dir, sizeof(dir), "%s/%.*s", sysfs, (int)(slash - path), path);
	put_text(dir, slash + 1, text);
}

void fake_node(const char *name)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(name, '/');

	(void)snprintf(dir, sizeof(dir), "%s/%.*s", dev, slash ? (int)(slash - name) : 0, name);
	put(dir, slash ? slash + 1 : name, "", 0);
}

void fake_link(const char *name, const char *target)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", dev, name);
	assert_int_equal(symlink(target, path), 0);
}

const char *fake_dev(void)
{
	return dev;
}
