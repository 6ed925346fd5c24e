/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * mock_kernel.c - plugging, sysfs, nodes, and giving each ioctl to whom it belongs.
 *
 * Names below sysfs are the kernel's: Documentation/ABI/testing/sysfs-bus-usb.
 */
#define _GNU_SOURCE
#include "tests/t1/mock_kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/t1/mock_priv.h"

enum { BUS = 1, DESCRIPTORS_MAX = 18 + 255 };

static void die(const char *why)
{
	(void)fprintf(stderr, "FAILED: mock kernel: %s\n", why);
	exit(1);
}

static void check(GError *error)
{
	if (error)
		die(error->message);
}

static void add(struct mock_kernel *mk, const char *text)
{
	GError *error = NULL;

	(void)umockdev_testbed_add_from_string(mk->testbed, text, &error);
	check(error);
}

static void set(struct mock_kernel *mk, const char *sys, const char *name, const char *value)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "%s\n", value);
	umockdev_testbed_set_attribute(mk->testbed, sys, name, line);
}

/* ---- the device that left the bus and comes back --------------------------------- */

static void appear(struct mock_device *d);

static void vanish(struct mock_device *d)
{
	char interface[96];

	if (!d->present)
		return;
	mock_usbfs_cancel(d);
	mock_unbind_storage(d);
	mock_usbfs_let_go(d);
	d->driver[0] = '\0';
	(void)snprintf(interface, sizeof(interface), "%s/1-%zu:1.0", d->syspath, d->index + 1);
	umockdev_testbed_remove_device(d->mk->testbed, interface);
	umockdev_testbed_remove_device(d->mk->testbed, d->syspath);
	d->present = false;
}

static gpointer replug(gpointer priv)
{
	struct mock_device *d = priv;

	g_usleep(1000u * d->options.replug_ms);
	g_rec_mutex_lock(&d->mk->lock);
	if (usbdev_enumerate(d->board))
		appear(d);
	g_rec_mutex_unlock(&d->mk->lock);
	return NULL;
}

static void notice_departure(struct mock_device *d)
{
	if (!d->present || usbdev_generation(d->board) == d->generation)
		return;
	vanish(d);
	g_thread_unref(g_thread_new("replug", replug, d));
}

/* ---- ioctls ------------------------------------------------------------------------ */

static struct mock_answer answer(struct mock_device *d, UMockdevIoctlClient *client)
{
	struct mock_kernel *mk = d->mk;
	unsigned long request = umockdev_ioctl_client_get_request(client);

	mk->counts.ioctls++;
	if (mk->fail_times > 0 && request == mk->fail_request) {
		mk->fail_times--;
		return (struct mock_answer){ -1, mk->fail_errno };
	}
	if (strncmp(umockdev_ioctl_client_get_devnode(client), "/dev/sg", 7) == 0)
		return mock_sg(d, client);
	return mock_usbfs(d, client);
}

static gboolean on_ioctl(UMockdevIoctlBase *handler, UMockdevIoctlClient *client, gpointer priv)
{
	struct mock_device *d = priv;
	struct mock_answer a;

	(void)handler;
	g_rec_mutex_lock(&d->mk->lock);
	a = answer(d, client);
	notice_departure(d);
	g_rec_mutex_unlock(&d->mk->lock);
	umockdev_ioctl_client_complete(client, a.value, a.err);
	return TRUE;
}

static void attach(struct mock_device *d, const char *node)
{
	UMockdevIoctlBase *handler = umockdev_ioctl_base_new();
	GError *error = NULL;

	(void)g_signal_connect(handler, "handle-ioctl", G_CALLBACK(on_ioctl), d);
	(void)umockdev_testbed_attach_ioctl(d->mk->testbed, node, handler, &error);
	check(error);
	g_object_unref(handler);
}

/* ---- usb-storage -------------------------------------------------------------------- */

/* The driver link of interface 0, which udev and the tool read. */
static void link_driver(struct mock_device *d, const char *driver)
{
	char *root = umockdev_testbed_get_root_dir(d->mk->testbed);
	char path[512], target[64];

	(void)snprintf(path, sizeof(path), "%s%s/1-%zu:1.0/driver", root, d->syspath, d->index + 1);
	(void)unlink(path);
	(void)snprintf(target, sizeof(target), "../../../../bus/usb/drivers/%s", driver);
	if (driver[0] != '\0' && symlink(target, path) != 0)
		die("cannot link a driver");
	g_free(root);
}

static void add_scsi_node(struct mock_device *d, const char *class, const char *name,
			  unsigned major_minor, char sys[160])
{
	char text[640];

	(void)snprintf(sys, 160, "%s/1-%zu:1.0/host%u/target%u:0:0/%u:0:0:0/%s/%s", d->syspath,
		       d->index + 1, d->host, d->host, d->host, class, name);
	(void)snprintf(text, sizeof(text),
		       "P: %s\nN: %s\nE: SUBSYSTEM=%s\nE: DEVNAME=/dev/%s\nE: MAJOR=%u\n"
		       "E: MINOR=%u\n", sys + strlen("/sys"), name, class, name, major_minor >> 8,
		       major_minor & 0xFF);
	add(d->mk, text);
}

static void add_scsi_nodes(struct mock_device *d)
{
	unsigned sg = d->mk->next_sg++;
	char name[16], disk[] = "sda";

	d->host = d->mk->next_host++;
	(void)snprintf(name, sizeof(name), "sg%u", sg);
	(void)snprintf(d->sg_node, sizeof(d->sg_node), "/dev/%s", name);
	/* Whoever sees the node may open it at once. */
	attach(d, d->sg_node);
	add_scsi_node(d, "scsi_generic", name, 21u << 8 | sg, d->sg_sys);
	disk[2] = (char)('a' + sg % 26);
	add_scsi_node(d, "block", disk, 8u << 8 | sg << 4, d->disk_sys);
}

static gpointer settle(gpointer priv)
{
	struct mock_device *d = priv;

	g_usleep(1000u * d->options.sg_ms);
	g_rec_mutex_lock(&d->mk->lock);
	if (d->present && strcmp(d->driver, "usb-storage") == 0 && d->sg_node[0] == '\0')
		add_scsi_nodes(d);
	g_rec_mutex_unlock(&d->mk->lock);
	return NULL;
}

/* usb-storage binds at once and scans for the disk later (its option delay_use). */
void mock_bind_storage(struct mock_device *d)
{
	if (!d->mass_storage || d->options.ignore_storage || d->driver[0] != '\0')
		return;
	(void)g_strlcpy(d->driver, "usb-storage", sizeof(d->driver));
	link_driver(d, d->driver);
	if (d->options.sg_ms == 0)
		add_scsi_nodes(d);
	else
		g_thread_unref(g_thread_new("settle", settle, d));
}

static void remove_tree(struct mock_kernel *mk, const char *sys)
{
	char *root = umockdev_testbed_get_root_dir(mk->testbed);
	char path[512];

	umockdev_testbed_remove_device(mk->testbed, sys);
	/* umockdev forgets this link, and cannot make it when the name comes again. */
	(void)snprintf(path, sizeof(path), "%s/sys/block%s", root, strrchr(sys, '/'));
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s%s", root, sys);
	/* The class, device, target and host directories that are empty now. */
	for (int i = 0; i < 4; i++) {
		*strrchr(path, '/') = '\0';
		if (rmdir(path) != 0)
			break;
	}
	g_free(root);
}

void mock_unbind_storage(struct mock_device *d)
{
	if (strcmp(d->driver, "usb-storage") != 0)
		return;
	if (d->sg_node[0] != '\0') {
		remove_tree(d->mk, d->sg_sys);
		remove_tree(d->mk, d->disk_sys);
	}
	d->sg_node[0] = '\0';
	d->driver[0] = '\0';
	link_driver(d, "");
}

/* ---- enumeration ------------------------------------------------------------------- */

static size_t get_descriptor(struct board *b, uint8_t type, uint8_t index, uint8_t *out,
			     size_t len)
{
	const uint8_t setup[8] = { 0x80, 0x06, index, type, 0, 0, (uint8_t)len,
				   (uint8_t)(len >> 8) };
	int n = usbdev_control(b, setup, out, len);

	return n > 0 ? (size_t)n : 0;
}

/* A string as the kernel shows it in sysfs: UTF-8, up to the first NUL. */
static void set_string(struct mock_device *d, const char *name, uint8_t index)
{
	uint8_t bytes[255];
	size_t len = get_descriptor(d->board, 3, index, bytes, sizeof(bytes));
	GString *text = g_string_new(NULL);

	for (size_t i = 2; i + 1 < len; i += 2) {
		gunichar unit = (gunichar)(bytes[i] | bytes[i + 1] << 8);

		if (unit == 0)
			break;
		(void)g_string_append_unichar(text, unit);
	}
	(void)g_string_append_c(text, '\n');
	if (len > 2)
		umockdev_testbed_set_attribute_binary(d->mk->testbed, d->syspath, name,
						      (guint8 *)text->str, (gint)text->len);
	(void)g_string_free(text, TRUE);
}

static void set_attributes(struct mock_device *d, const struct usbdev_ids *ids)
{
	char value[32], interface[96];

	(void)snprintf(value, sizeof(value), "%04x", ids->vid);
	set(d->mk, d->syspath, "idVendor", value);
	(void)snprintf(value, sizeof(value), "%04x", ids->pid);
	set(d->mk, d->syspath, "idProduct", value);
	(void)snprintf(value, sizeof(value), "%d", BUS);
	set(d->mk, d->syspath, "busnum", value);
	(void)snprintf(value, sizeof(value), "%u", d->devnum);
	set(d->mk, d->syspath, "devnum", value);
	set(d->mk, d->syspath, "bConfigurationValue", "1");
	set(d->mk, d->syspath, "speed", "12");
	(void)snprintf(value, sizeof(value), "%2u", ids->n_interfaces);
	set(d->mk, d->syspath, "bNumInterfaces", value);
	set_string(d, "manufacturer", 1);
	set_string(d, "product", 2);
	set_string(d, "serial", 3);
	(void)snprintf(interface, sizeof(interface), "%s/1-%zu:1.0", d->syspath, d->index + 1);
	set(d->mk, interface, "bInterfaceNumber", "00");
	(void)snprintf(value, sizeof(value), "%02x", ids->interface_class[0][0]);
	set(d->mk, interface, "bInterfaceClass", value);
}

/* The device as the kernel shows it after enumeration. */
static void appear(struct mock_device *d)
{
	static const uint8_t configure[8] = { 0x00, 0x09, 1 };
	uint8_t descriptors[DESCRIPTORS_MAX];
	size_t len = get_descriptor(d->board, 1, 0, descriptors, 18);
	struct usbdev_ids ids;
	GString *text = g_string_new(NULL);

	if (len != 18)
		die("the board has no device descriptor");
	len += get_descriptor(d->board, 2, 0, descriptors + 18, sizeof(descriptors) - 18);
	if (usbdev_control(d->board, configure, NULL, 0) < 0)
		die("the board cannot be configured");
	usbdev_ids(d->board, &ids);
	d->mass_storage = ids.interface_class[0][0] == 0x08;
	d->generation = usbdev_generation(d->board);
	d->devnum = d->mk->next_devnum++;
	(void)snprintf(d->usb_node, sizeof(d->usb_node), "/dev/bus/usb/%03d/%03u", BUS, d->devnum);
	g_string_printf(text, "P: %s\nN: %s=", d->syspath + strlen("/sys"),
			d->usb_node + strlen("/dev/"));
	for (size_t i = 0; i < len; i++)
		g_string_append_printf(text, "%02X", descriptors[i]);
	g_string_append_printf(text,
			       "\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nE: DEVNAME=%s\n"
			       "E: MAJOR=189\nE: MINOR=%u\n\nP: %s/1-%zu:1.0\nE: SUBSYSTEM=usb\n"
			       "E: DEVTYPE=usb_interface\n",
			       d->usb_node, d->devnum - 1, d->syspath + strlen("/sys"),
			       d->index + 1);
	attach(d, d->usb_node);
	add(d->mk, text->str);
	(void)g_string_free(text, TRUE);
	set_attributes(d, &ids);
	umockdev_testbed_set_attribute_binary(d->mk->testbed, d->syspath, "descriptors", descriptors,
					      (gint)len);
	d->present = true;
	mock_bind_storage(d);
}

/* ---- public ------------------------------------------------------------------------ */

struct mock_kernel *mock_kernel_new(void)
{
	struct mock_kernel *mk = g_new0(struct mock_kernel, 1);

	g_rec_mutex_init(&mk->lock);
	mk->testbed = umockdev_testbed_new();
	mk->next_devnum = 5;
	/* Something to list must be there even without a probe. */
	add(mk, "P: /devices/pci0/usb1\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
		"A: idVendor=1d6b\n");
	if (access("/sys/devices/pci0/usb1/idVendor", R_OK) != 0)
		die("libumockdev-preload.so.0 does not stand in front of libc");
	return mk;
}

void mock_kernel_free(struct mock_kernel *mk)
{
	g_rec_mutex_lock(&mk->lock);
	for (size_t i = 0; i < mk->n; i++)
		vanish(&mk->devices[i]);
	g_rec_mutex_unlock(&mk->lock);
	g_object_unref(mk->testbed);
	g_rec_mutex_clear(&mk->lock);
	g_free(mk);
}

size_t mock_kernel_plug(struct mock_kernel *mk, struct board *b, const struct mock_options *o)
{
	struct mock_device *d = &mk->devices[mk->n];

	if (mk->n == MOCK_DEVICES_MAX)
		die("too many boards");
	g_rec_mutex_lock(&mk->lock);
	d->mk = mk;
	d->board = b;
	d->index = mk->n++;
	if (o)
		d->options = *o;
	(void)snprintf(d->syspath, sizeof(d->syspath), "/sys/devices/pci0/usb1/1-%zu",
		       d->index + 1);
	(void)usbdev_enumerate(b);
	appear(d);
	g_rec_mutex_unlock(&mk->lock);
	return d->index;
}

void mock_kernel_unplug(struct mock_kernel *mk, size_t n)
{
	g_rec_mutex_lock(&mk->lock);
	(void)board_set(mk->devices[n].board, "plug", "out");
	vanish(&mk->devices[n]);
	g_rec_mutex_unlock(&mk->lock);
}

void mock_kernel_lock(struct mock_kernel *mk)
{
	g_rec_mutex_lock(&mk->lock);
}

void mock_kernel_unlock(struct mock_kernel *mk)
{
	g_rec_mutex_unlock(&mk->lock);
}

void mock_fail_ioctl(struct mock_kernel *mk, unsigned long request, int err, unsigned times)
{
	g_rec_mutex_lock(&mk->lock);
	mk->fail_request = request;
	mk->fail_errno = err;
	mk->fail_times = times;
	g_rec_mutex_unlock(&mk->lock);
}

void mock_sg_result(struct mock_kernel *mk, const struct mock_sg_result *r)
{
	g_rec_mutex_lock(&mk->lock);
	mk->sg_result = *r;
	mk->has_sg_result = true;
	g_rec_mutex_unlock(&mk->lock);
}

void mock_interface_driver(struct mock_kernel *mk, size_t n, char out[32])
{
	g_rec_mutex_lock(&mk->lock);
	(void)g_strlcpy(out, mk->devices[n].driver, 32);
	g_rec_mutex_unlock(&mk->lock);
}

void mock_get_counts(struct mock_kernel *mk, struct mock_counts *out)
{
	g_rec_mutex_lock(&mk->lock);
	*out = mk->counts;
	g_rec_mutex_unlock(&mk->lock);
}
