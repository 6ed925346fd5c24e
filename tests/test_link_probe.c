/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_probe.c - listing and finding probes in made-up sysfs trees.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp, symlink, nftw */
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
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

#include "link/probe.h"
#include "link/transport.h"

static char root[64], sysfs[80], dev[80];
static struct ctx ctx;
static struct probe_list list;

/* ---- building trees ---- */

static void make_dirs(const char *path)
{
	char part[PATH_MAX];

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

struct device {
	const char *port, *vid, *pid;
	unsigned bus, address;
	const char *serial;             /* as the kernel shows it; NULL: no attribute */
	const char *driver, *sg, *disk; /* NULL: none */
};

static void device_dir(const char *port, char out[PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%s/bus/usb/devices/%s", sysfs, port);
}

static void plug(const struct device *d)
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
		(void)snprintf(path, sizeof(path), "%s/%s:1.0/host6/target6:0:0/6:0:0:0/scsi_generic/%s", dir,
			       d->port, d->sg);
		make_dirs(path);
	}
	if (d->disk) {
		(void)snprintf(path, sizeof(path), "%s/%s:1.0/host6/target6:0:0/6:0:0:0/block/%s", dir, d->port,
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

static void unplug(const char *port)
{
	char dir[PATH_MAX];

	device_dir(port, dir);
	assert_int_equal(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/link-probe-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	(void)snprintf(sysfs, sizeof(sysfs), "%s/sys", root);
	(void)snprintf(dev, sizeof(dev), "%s/dev", root);
	make_dirs(dev);
	(void)snprintf(sysfs, sizeof(sysfs), "%s/sys/bus/usb/devices", root);
	make_dirs(sysfs);
	(void)snprintf(sysfs, sizeof(sysfs), "%s/sys", root);
	ctx_init(&ctx);
	ctx.sysfs = sysfs;
	ctx.dev = dev;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const struct device v2 = {
	.port = "1-2", .vid = "0483", .pid = "3748", .bus = 1, .address = 5,
	.serial = "066DFF495051717867014528",
};
static const struct device v21 = {
	.port = "1-10.3", .vid = "0483", .pid = "374b", .bus = 1, .address = 12,
	.serial = "0667FF495051717867014999",
};
static const struct device v1 = {
	.port = "3-1", .vid = "0483", .pid = "3744", .bus = 3, .address = 7, .serial = "000000000001",
	.driver = "usb-storage", .sg = "sg2", .disk = "sdb",
};
static const struct device mouse = {
	.port = "1-1", .vid = "046d", .pid = "3748", .bus = 1, .address = 2, .serial = "x",
};
static const struct device rom_dfu = {
	.port = "1-4", .vid = "0483", .pid = "df11", .bus = 1, .address = 9, .serial = "STM32FxSTM32",
};

static void lists(size_t n)
{
	assert_int_equal(probe_list(&ctx, &list), SL_OK);
	assert_int_equal(list.n, n);
}

static enum sl_err find(const char *device, struct probe *out)
{
	ctx_clear(&ctx);
	memset(out, 0, sizeof(*out));
	return probe_find(&ctx, device, out);
}

static void finds(const char *device, const char *port)
{
	struct probe p;

	if (find(device, &p))
		fail_msg("%s: %s", device ? device : "(none)", ctx.fault.text);
	assert_string_equal(p.port, port);
}

static void fails(const char *device, enum sl_err want)
{
	struct probe p;
	enum sl_err err = find(device, &p);

	if (err != want)
		fail_msg("%s: %s instead of %s (%s)", device, err_info(err)->name, err_info(want)->name,
			 ctx.fault.text);
	assert_int_equal(ctx.fault.code, want);
}

/* ---- listing ---- */

static void list__empty_bus__is_empty_and_no_fault(void **state)
{
	(void)state;
	lists(0);
	fails(NULL, SL_NOPROBE);
}

static void list__no_sysfs__is_a_host_fault(void **state)
{
	(void)state;
	ctx.sysfs = "/nonexistent";
	assert_int_equal(probe_list(&ctx, &list), SL_HOST);
	fails("", SL_HOST);
}

static void list__several_devices__shows_stlinks_by_port_number(void **state)
{
	char hub[PATH_MAX];

	(void)state;
	plug(&v1);
	plug(&v21);
	plug(&mouse);
	plug(&v2);
	plug(&rom_dfu);
	device_dir("usb1", hub);
	put_text(hub, "idVendor", "1d6b");
	lists(3);
	assert_string_equal(list.probe[0].port, "1-2");
	assert_string_equal(list.probe[1].port, "1-10.3");
	assert_string_equal(list.probe[2].port, "3-1");
	assert_int_equal(list.probe[1].kind->pid, 0x374B);
	assert_int_equal(list.probe[0].bus, 1);
	assert_int_equal(list.probe[0].address, 5);
	assert_string_equal(list.probe[0].product, "STM32 STLink");
	assert_string_equal(list.probe[0].serial, "066DFF495051717867014528");
	assert_string_equal(list.probe[0].driver, "");
	assert_non_null(strstr(list.probe[0].usb_node, "/dev/bus/usb/001/005"));
	assert_string_equal(list.probe[0].sg_node, "");
}

static void list__v1__has_the_nodes_below_its_own_interface(void **state)
{
	char want[PATH_MAX];

	(void)state;
	plug(&v1);
	lists(1);
	(void)snprintf(want, sizeof(want), "%s/sg2", dev);
	assert_string_equal(list.probe[0].sg_node, want);
	(void)snprintf(want, sizeof(want), "%s/sdb", dev);
	assert_string_equal(list.probe[0].disk_node, want);
	assert_string_equal(list.probe[0].driver, "usb-storage");
	assert_string_equal(list.probe[0].serial, "303030303030303030303031");
	assert_false(list.probe[0].serial_unsure);
}

static void list__v1_ignored_by_usb_storage__has_no_nodes(void **state)
{
	struct device d = v1;

	(void)state;
	d.driver = d.sg = d.disk = NULL;
	plug(&d);
	lists(1);
	assert_string_equal(list.probe[0].sg_node, "");
	assert_string_equal(list.probe[0].disk_node, "");
	assert_string_equal(list.probe[0].driver, "");
}

static void list__half_gone_device__is_left_out(void **state)
{
	char dir[PATH_MAX + 16];

	(void)state;
	plug(&v2);
	device_dir("1-2", dir);
	strcat(dir, "/devnum");
	assert_int_equal(unlink(dir), 0);
	lists(0);
}

/* ---- serials ---- */

static void serial_becomes(const struct device *d, const char *serial, bool unsure)
{
	plug(d);
	lists(1);
	assert_string_equal(list.probe[0].serial, serial);
	assert_int_equal(list.probe[0].serial_unsure, unsure);
	unplug(d->port);
}

static void serial__every_shape__is_decoded(void **state)
{
	struct device d = v2;

	(void)state;
	/* 57 FF 72 06 66 68 74 95 11 72 40 86 as the kernel's UTF-8 */
	d.serial = "W\xC3\xBFr\x06" "fht\xC2\x95\x11r@\xC2\x86";
	serial_becomes(&d, "57FF7206666874951172" "4086", false);
	/* a newline among the bytes */
	d.serial = "W\xC3\xBFr\n" "fht\xC2\x95\x11r@\xC2\x86";
	serial_becomes(&d, "57FF720A666874951172" "4086", false);
	/* a newline as the last byte */
	d.serial = "W\xC3\xBFr\x06" "fht\xC2\x95\x11r@\n";
	serial_becomes(&d, "57FF7206666874951172" "400A", false);
	/* cut by a 00 */
	d.serial = "W\xC3\xBFr";
	serial_becomes(&d, "57FF72", true);
	d.serial = "ABC";
	serial_becomes(&d, "414243", true);
	d.serial = NULL;
	serial_becomes(&d, "", true);
	d.serial = "066dff495051717867014528";
	serial_becomes(&d, "066dff495051717867014528", false);
	d.pid = "374b";
	d.serial = "short-one";
	serial_becomes(&d, "short-one", false);
	d.serial = NULL;
	serial_becomes(&d, "", false);
	d.serial = "\xE2\x82\xAC";
	serial_becomes(&d, "E282AC", true);
	d.serial = "broken\xC3";
	serial_becomes(&d, "62726F6B656EC3", true);
	d.serial = "0123456789012345678901234567890123456789012345678901234567890123456789"
		   "0123456789012345678901234567890123456789";
	plug(&d);
	lists(1);
	assert_true(list.probe[0].serial_unsure);
}

static void serial__every_alias__finds_the_probe(void **state)
{
	struct device d = v2, other = v21;

	(void)state;
	d.serial = "W\xC3\xBFr\x06" "fht\xC2\x95\x11r@\xC2\x86";
	plug(&d);
	plug(&other);
	finds("serial:57FF72066668749511724086", "1-2");
	finds("serial:57ff72066668749511724086", "1-2");
	finds("serial:57ff", "1-2");
	finds("serial:57f", "1-2");
	finds("serial:0667", "1-10.3");
	/* other tools print a byte above 7F as '?' */
	finds("serial:573F7206666874" "3F1172403F", "1-2");
	finds("serial:W?r", "1-2");
	finds("serial:W\xFFr\x06", "1-2");
	finds("serial:W\xC3\xBFr\x06" "fht\xC2\x95\x11r@\xC2\x86", "1-2");
	fails("serial:58", SL_NOPROBE);
	fails("serial:573F73", SL_NOPROBE);
	fails("serial:57FF72066668749511724086AA", SL_NOPROBE);
	fails("serial:", SL_USAGE);
	assert_int_equal(find("serial:58", &(struct probe){ 0 }), SL_NOPROBE);
	assert_non_null(strstr(ctx.fault.text, "57FF72066668749511724086"));
}

static void serial__constant__matches_as_text_and_as_hex(void **state)
{
	(void)state;
	plug(&v1);
	plug(&v2);
	finds("serial:000000000001", "3-1");
	finds("serial:303030303030303030303031", "3-1");
	finds("serial:3030", "3-1");
}

static void serial__two_constant_ones__are_ambiguous_and_listed(void **state)
{
	struct device second = v1;
	struct probe p;

	(void)state;
	second.port = "3-2";
	second.address = 8;
	second.sg = "sg3";
	plug(&v1);
	plug(&second);
	assert_int_equal(find("serial:000000000001", &p), SL_MANYPROBES);
	assert_non_null(strstr(ctx.fault.text, "port:3-1"));
	assert_non_null(strstr(ctx.fault.text, "port:3-2"));
	finds("port:3-2", "3-2");
}

static void serial__exact_one__wins_over_longer_ones(void **state)
{
	struct device a = v21, b = v21;

	(void)state;
	a.serial = "AB";
	b.serial = "ABCD";
	b.port = "1-11";
	plug(&a);
	plug(&b);
	finds("serial:ab", "1-10.3");
	finds("serial:abc", "1-11");
	fails("serial:a", SL_MANYPROBES);
}

static void serial__cut_by_the_kernel__matches_what_is_left(void **state)
{
	struct device d = v2;

	(void)state;
	d.serial = "W\xC3\xBFr";
	plug(&d);
	plug(&v21);
	finds("serial:57FF720066687495117240", "1-2");
	finds("serial:57FF", "1-2");
	fails("serial:57FF72016668", SL_NOPROBE);
}

/* ---- other words ---- */

static void find__nothing_said__is_the_only_one_or_a_list(void **state)
{
	(void)state;
	plug(&v2);
	plug(&mouse);
	finds(NULL, "1-2");
	finds("", "1-2");
	finds("/dev/stlink", "1-2");
	plug(&v1);
	fails(NULL, SL_MANYPROBES);
	assert_non_null(strstr(ctx.fault.text, "2 ST-LINKs"));
	assert_non_null(strstr(ctx.fault.text, "serial:066DFF495051717867014528"));
	assert_non_null(strstr(ctx.fault.text, "port:3-1"));
}

static void find__more_probes_than_fit__says_how_many_are_left_out(void **state)
{
	char ports[20][16];

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct device d = v2;

		(void)snprintf(ports[i], sizeof(ports[i]), "2-%u", i + 1);
		d.port = ports[i];
		plug(&d);
	}
	fails("", SL_MANYPROBES);
	assert_non_null(strstr(ctx.fault.text, "20 ST-LINKs"));
	assert_non_null(strstr(ctx.fault.text, " more"));
}

static void find__by_bus_and_address__takes_both_spellings(void **state)
{
	(void)state;
	plug(&v2);
	plug(&v21);
	finds("usb:1.5", "1-2");
	finds("usb:001.005", "1-2");
	finds("usb:001:012", "1-10.3");
	fails("usb:1.6", SL_NOPROBE);
	fails("usb:1", SL_USAGE);
	fails("usb:1.x", SL_USAGE);
	fails("usb:1.", SL_USAGE);
	fails("usb:-1.5", SL_USAGE);
	fails("usb:99999.1", SL_USAGE);
}

static void find__by_port__is_exact(void **state)
{
	(void)state;
	plug(&v2);
	plug(&v21);
	finds("port:1-10.3", "1-10.3");
	fails("port:1-1", SL_NOPROBE);
	fails("port:", SL_USAGE);
}

static void put_node(const char *name)
{
	put(dev, name, "", 0);
}

static void find__by_node__resolves_links(void **state)
{
	char name[PATH_MAX];

	(void)state;
	plug(&v1);
	plug(&v2);
	finds("/dev/sg2", "3-1");
	put_node("sg2");
	put_node("sg3");
	finds("/dev/sg2", "3-1");
	finds("/dev/sdb", "3-1");
	fails("/dev/sg3", SL_NOPROBE);
	fails("/dev/sg", SL_NOPROBE);
	fails("/dev/stlink", SL_MANYPROBES);
	(void)snprintf(name, sizeof(name), "%s/stlink", dev);
	assert_int_equal(symlink("sg2", name), 0);
	finds("/dev/stlink", "3-1");
	(void)snprintf(name, sizeof(name), "%s/stlink-v1", dev);
	assert_int_equal(symlink("stlink", name), 0);
	finds("/dev/stlink-v1", "3-1");
	(void)snprintf(name, sizeof(name), "%s/bus/usb/001", dev);
	make_dirs(name);
	put(name, "005", "", 0);
	finds("/dev/bus/usb/001/005", "1-2");
	(void)snprintf(name, sizeof(name), "%s/stlinkv2", dev);
	assert_int_equal(symlink("bus/usb/001/005", name), 0);
	finds("/dev/stlinkv2", "1-2");
}

static void find__stlink_link_to_another_device__is_not_taken_for_the_only_probe(void **state)
{
	char name[PATH_MAX];

	(void)state;
	plug(&v1);
	put_node("sg7");
	(void)snprintf(name, sizeof(name), "%s/stlink", dev);
	assert_int_equal(symlink("sg7", name), 0);
	fails("/dev/stlink", SL_NOPROBE);
}

static void find__usbip__is_passed_through_without_sysfs(void **state)
{
	struct probe p;
	char url[400] = "usbip:";

	(void)state;
	ctx.sysfs = "/nonexistent";
	assert_int_equal(find("usbip:localhost:3240/1-1", &p), SL_OK);
	assert_string_equal(p.url, "usbip:localhost:3240/1-1");
	assert_null(p.kind);
	assert_int_equal(probe_refind(&ctx, &p, &p), SL_OK);
	fails("usbip:", SL_USAGE);
	memset(url + 6, 'a', sizeof(url) - 7);
	fails(url, SL_USAGE);
}

static void find__other_words__are_usage_errors(void **state)
{
	static const char *const words[] = { "stlink", "sg2", "/etc/passwd", "SERIAL:1", "program=x.bin", "1-2" };

	(void)state;
	plug(&v2);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		fails(words[i], SL_USAGE);
}

static void refind__other_address_and_serial__is_the_same_port(void **state)
{
	struct device back = v1;
	struct probe was, now;

	(void)state;
	plug(&v1);
	assert_int_equal(find("port:3-1", &was), SL_OK);
	unplug("3-1");
	assert_int_equal(probe_refind(&ctx, &was, &now), SL_NOPROBE);
	back.address = 8;
	back.serial = "53FF6D064966505632152187";
	plug(&back);
	assert_int_equal(probe_refind(&ctx, &was, &now), SL_OK);
	assert_int_equal(now.address, 8);
	assert_string_equal(now.serial, "53FF6D064966505632152187");
}

/* ---- the table of transports ---- */

static void transports__table__has_names_and_ends(void **state)
{
	size_t n = 0;

	(void)state;
	while (transport_classes[n]) {
		assert_non_null(transport_classes[n]->name);
		assert_non_null(transport_classes[n]->can_serve);
		assert_non_null(transport_classes[n]->open);
		n++;
	}
	assert_true(n >= 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(list__empty_bus__is_empty_and_no_fault),
		TEST(list__no_sysfs__is_a_host_fault),
		TEST(list__several_devices__shows_stlinks_by_port_number),
		TEST(list__v1__has_the_nodes_below_its_own_interface),
		TEST(list__v1_ignored_by_usb_storage__has_no_nodes),
		TEST(list__half_gone_device__is_left_out),
		TEST(serial__every_shape__is_decoded),
		TEST(serial__every_alias__finds_the_probe),
		TEST(serial__constant__matches_as_text_and_as_hex),
		TEST(serial__two_constant_ones__are_ambiguous_and_listed),
		TEST(serial__exact_one__wins_over_longer_ones),
		TEST(serial__cut_by_the_kernel__matches_what_is_left),
		TEST(find__nothing_said__is_the_only_one_or_a_list),
		TEST(find__more_probes_than_fit__says_how_many_are_left_out),
		TEST(find__by_bus_and_address__takes_both_spellings),
		TEST(find__by_port__is_exact),
		TEST(find__by_node__resolves_links),
		TEST(find__stlink_link_to_another_device__is_not_taken_for_the_only_probe),
		TEST(find__usbip__is_passed_through_without_sysfs),
		TEST(find__other_words__are_usage_errors),
		TEST(refind__other_address_and_serial__is_the_same_port),
		TEST(transports__table__has_names_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
