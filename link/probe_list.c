/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * probe_list.c - the probes that sysfs shows.
 *
 * Reads attributes only; opens no device node. A V1's SCSI nodes are the ones that hang
 * below the probe's own interface, never one found by its name.
 * Source: Linux Documentation/ABI/testing/sysfs-bus-usb and the SCSI class directories.
 */
#define _XOPEN_SOURCE 700 /* readlink: POSIX */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/probe.h"
#include "link/serial.h"
#include "link/sysfs.h"

static const char where[] = "link";

enum { INTERFACES_MAX = 8 };

/* The node of a SCSI class below the interface: hostN/targetN:0:0/N:0:0:0/CLASS/NODE. */
static void find_scsi_node(const struct ctx *c, const char *interface, const char *class,
			   char *node, size_t room)
{
	static const struct sysfs_name steps[] = {
		{ "host", "" }, { "target", ":0:0" }, { "", ":0:0:0" },
	};
	const struct sysfs_name class_dir = { class, "" }, any = { "", "" };
	char path[PATH_MAX];

	node[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s", interface);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (!sysfs_descend(path, &steps[i]))
			return;
	if (!sysfs_descend(path, &class_dir) || !sysfs_descend(path, &any))
		return;
	if (snprintf(node, room, "%s/%s", c->dev, strrchr(path, '/') + 1) >= (int)room)
		node[0] = '\0';
}

static void find_driver(const char *interface, char *driver, size_t room)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *base;
	ssize_t n;

	driver[0] = '\0';
	if (snprintf(path, sizeof(path), "%s/driver", interface) >= (int)sizeof(path))
		return;
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	base = strrchr(target, '/');
	base = base ? base + 1 : target;
	if (strlen(base) < room)
		memcpy(driver, base, strlen(base) + 1);
}

/* The directory of interface n below the device's; false: there is none. */
static bool interface_dir(const char *dir, const struct probe *p, unsigned n, char out[PATH_MAX])
{
	char prefix[sizeof(p->port) + 1], end[16];
	const struct sysfs_name wanted = { prefix, end };

	(void)snprintf(prefix, sizeof(prefix), "%s:", p->port);
	(void)snprintf(end, sizeof(end), ".%u", n % 100);
	(void)snprintf(out, PATH_MAX, "%s", dir);
	return sysfs_descend(out, &wanted);
}

/* A serial port: "1-2:1.2/tty/ttyACM0". */
static void find_tty(const struct ctx *c, const char *interface, struct probe *p)
{
	static const struct sysfs_name class_dir = { "tty", "" }, port = { "tty", "" };
	char path[PATH_MAX], *node = p->tty[p->n_ttys < PROBE_TTYS_MAX ? p->n_ttys : 0];

	(void)snprintf(path, sizeof(path), "%s", interface);
	if (p->n_ttys == PROBE_TTYS_MAX || !sysfs_descend(path, &class_dir) ||
	    !sysfs_descend(path, &port))
		return;
	if (snprintf(node, sizeof(p->tty[0]), "%s/%s", c->dev, strrchr(path, '/') + 1) <
	    (int)sizeof(p->tty[0]))
		p->n_ttys++;
	else
		node[0] = '\0';
}

static void fill_interfaces(const struct ctx *c, const char *dir, struct probe *p)
{
	char interface[PATH_MAX];
	bool v1 = p->kind->generation == PROBE_V1;

	if (!interface_dir(dir, p, 0, interface))
		return;
	find_driver(interface, p->driver, sizeof(p->driver));
	if (v1) {
		find_scsi_node(c, interface, "scsi_generic", p->sg_node, sizeof(p->sg_node));
		find_scsi_node(c, interface, "block", p->disk_node, sizeof(p->disk_node));
	}
	for (unsigned i = 1; i < INTERFACES_MAX; i++) {
		if (!interface_dir(dir, p, i, interface))
			continue;
		if (!p->volume_node[0])
			find_scsi_node(c, interface, "block", p->volume_node,
				       sizeof(p->volume_node));
		find_tty(c, interface, p);
	}
}

static void fill_strings(const char *dir, struct probe *p)
{
	char text[256];
	int len = sysfs_read(dir, "serial", text, sizeof(text));

	/* No attribute: no serial, or one whose first byte is 00. */
	serial_decode(p, text, len > 0 ? (size_t)len : 0);
	if (sysfs_read(dir, "product", text, sizeof(text)) > 0)
		(void)snprintf(p->product, sizeof(p->product), "%.*s", (int)sizeof(p->product) - 1,
			       text);
	if (sysfs_read(dir, "manufacturer", text, sizeof(text)) > 0)
		(void)snprintf(p->manufacturer, sizeof(p->manufacturer), "%.*s",
			       (int)sizeof(p->manufacturer) - 1, text);
}

/* True when the sysfs device at dir is an ST-LINK; p is filled. */
static bool fill_probe(const struct ctx *c, const char *dir, const char *name, struct probe *p)
{
	unsigned long vid = 0, pid = 0, bus = 0, address = 0;
	const struct probe_kind *kind;
	char text[16];

	if (!sysfs_number(dir, "idVendor", 16, &vid) || vid != PROBE_VID)
		return false;
	if (!sysfs_number(dir, "idProduct", 16, &pid) || pid > UINT16_MAX)
		return false;
	kind = probe_kind_of_pid((uint16_t)pid);
	/* Numbers that are gone mean a device that is being unplugged. */
	if (!kind || !sysfs_number(dir, "busnum", 10, &bus) ||
	    !sysfs_number(dir, "devnum", 10, &address))
		return false;
	memset(p, 0, sizeof(*p));
	if (bus > 9999 || address > 9999 || strlen(name) >= sizeof(p->port))
		return false;
	p->kind = kind;
	p->bus = (unsigned)bus;
	p->address = (unsigned)address;
	memcpy(p->port, name, strlen(name) + 1);
	(void)snprintf(p->usb_node, sizeof(p->usb_node), "%.40s/bus/usb/%03u/%03u", c->dev, p->bus,
		       p->address);
	fill_strings(dir, p);
	/* Written with a blank before it; absent while the device is being configured. */
	if (sysfs_read(dir, "bNumInterfaces", text, sizeof(text)) > 0)
		p->interfaces = (unsigned)strtoul(text, NULL, 10);
	fill_interfaces(c, dir, p);
	return true;
}

/* Ports in the order of their numbers: 1-2 before 1-10. */
static int compare_port(const void *left, const void *right)
{
	const char *a = ((const struct probe *)left)->port;
	const char *b = ((const struct probe *)right)->port;

	while (*a && *b) {
		unsigned long x, y;
		char *end_a, *end_b;

		if (!isdigit((unsigned char)*a) || !isdigit((unsigned char)*b)) {
			if (*a != *b)
				return *a < *b ? -1 : 1;
			a++;
			b++;
			continue;
		}
		x = strtoul(a, &end_a, 10);
		y = strtoul(b, &end_b, 10);
		if (x != y)
			return x < y ? -1 : 1;
		a = end_a;
		b = end_b;
	}
	return (*a != '\0') - (*b != '\0');
}

enum sl_err probe_list(struct ctx *c, struct probe_list *out)
{
	char base[PATH_MAX / 2], dir[PATH_MAX - NAME_MAX];
	struct dirent *e;
	DIR *d;

	out->n = 0;
	if (snprintf(base, sizeof(base), "%s/bus/usb/devices", c->sysfs) >= (int)sizeof(base))
		return ctx_fail(c, SL_HOST, where, "the path of sysfs is too long");
	d = opendir(base);
	if (!d) {
		(void)ctx_fail_errno(c, SL_HOST, where, errno, "cannot list USB devices in %.150s",
				     base);
		ctx_hint(c, "sysfs must be mounted and the kernel must have USB; "
			    "-d usbip:HOST/BUSID needs neither");
		return SL_HOST;
	}
	while (out->n < PROBE_LIST_MAX && (e = readdir(d)) != NULL) {
		/* Devices are called 1-2.3; interfaces have a colon, root hubs are usbN. */
		if (!isdigit((unsigned char)e->d_name[0]) || strchr(e->d_name, ':'))
			continue;
		if (snprintf(dir, sizeof(dir), "%s/%s", base, e->d_name) < (int)sizeof(dir) &&
		    fill_probe(c, dir, e->d_name, &out->probe[out->n]))
			out->n++;
	}
	(void)closedir(d);
	qsort(out->probe, out->n, sizeof(out->probe[0]), compare_port);
	return SL_OK;
}
