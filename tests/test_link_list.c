/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_list.c - listing probes and decoding their serials in made-up sysfs trees.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "link/probe.h"
#include "tests/support/fake_sysfs.h"

static struct ctx ctx;
static struct probe_list list;

static int setup(void **state)
{
	(void)state;
	return fake_sysfs_setup(&ctx);
}

static int teardown(void **state)
{
	(void)state;
	return fake_sysfs_teardown();
}

static void lists(size_t n)
{
	assert_int_equal(probe_list(&ctx, &list), SL_OK);
	assert_int_equal(list.n, n);
}

/* A V2-1 with its four interfaces: debug, disk, two of the serial port. */
static void plug_composite(void)
{
	fake_plug(&fake_v21);
	fake_attr("1-10.3", "bNumInterfaces", " 4");
	fake_attr("1-10.3", "manufacturer", "STMicroelectronics");
	fake_file("bus/usb/devices/1-10.3/1-10.3:1.1/host7/target7:0:0/7:0:0:0/block/sdc/size", "1072");
	fake_file("bus/usb/devices/1-10.3/1-10.3:1.2/tty/ttyACM3/dev", "166:3");
	fake_file("bus/usb/devices/1-10.3/1-10.3:1.3/bInterfaceNumber", "03");
}

static void list__composite_probe__has_its_serial_port_and_its_disk(void **state)
{
	(void)state;
	plug_composite();
	lists(1);
	assert_int_equal(list.probe[0].n_ttys, 1);
	assert_non_null(strstr(list.probe[0].tty[0], "/dev/ttyACM3"));
	assert_non_null(strstr(list.probe[0].volume_node, "/dev/sdc"));
	assert_string_equal(list.probe[0].disk_node, "");
	assert_int_equal(list.probe[0].interfaces, 4);
	assert_string_equal(list.probe[0].manufacturer, "STMicroelectronics");
}

static void find__serial_port_or_disk__names_its_probe(void **state)
{
	struct probe p;

	(void)state;
	fake_plug(&fake_v2);
	plug_composite();
	assert_int_equal(probe_find(&ctx, "/dev/ttyACM3", &p), SL_OK);
	assert_string_equal(p.port, "1-10.3");
	assert_int_equal(probe_find(&ctx, "/dev/sdc", &p), SL_OK);
	assert_string_equal(p.port, "1-10.3");
	assert_int_equal(probe_find(&ctx, "/dev/ttyACM4", &p), SL_NOPROBE);
}

/* Every alias that is shown selects the probe that it is shown for. */
static void aliases__of_each_probe__select_it(void **state)
{
	static const struct fake_device v1_hex = {
		.port = "3-2", .vid = "0483", .pid = "3744", .bus = 3, .address = 8,
		.serial = "53FF6D064966505632152187",
	};
	char alias[PROBE_ALIASES_MAX][72], word[96] = "";
	size_t all = 0;

	(void)state;
	fake_plug(&fake_v2);
	fake_plug(&fake_v1);
	fake_plug(&v1_hex);
	plug_composite();
	lists(4);
	for (size_t i = 0; i < list.n; i++) {
		size_t n = probe_serial_aliases(&list.probe[i], &list, alias);
		struct probe p;

		assert_in_range(n, 1, PROBE_ALIASES_MAX);
		for (size_t k = 0; k < n; k++) {
			(void)snprintf(word, sizeof(word), "serial:%.71s", alias[k]);
			assert_int_equal(probe_find(&ctx, word, &p), SL_OK);
			assert_string_equal(p.port, list.probe[i].port);
		}
		all += n;
	}
	assert_in_range(all, 6, 12);
}

/* ---- listing ---- */

static void list__empty_bus__is_empty_and_no_fault(void **state)
{
	(void)state;
	lists(0);
}

static void list__no_sysfs__is_a_host_fault(void **state)
{
	(void)state;
	ctx.sysfs = "/nonexistent";
	assert_int_equal(probe_list(&ctx, &list), SL_HOST);
}

static void list__several_devices__shows_stlinks_by_port_number(void **state)
{
	(void)state;
	fake_plug(&fake_v1);
	fake_plug(&fake_v21);
	fake_plug(&fake_mouse);
	fake_plug(&fake_v2);
	fake_plug(&fake_rom_dfu);
	fake_attr("usb1", "idVendor", "1d6b");
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
	char want[256];

	(void)state;
	fake_plug(&fake_v1);
	lists(1);
	(void)snprintf(want, sizeof(want), "%s/sg2", fake_dev());
	assert_string_equal(list.probe[0].sg_node, want);
	(void)snprintf(want, sizeof(want), "%s/sdb", fake_dev());
	assert_string_equal(list.probe[0].disk_node, want);
	assert_string_equal(list.probe[0].driver, "usb-storage");
	assert_string_equal(list.probe[0].serial, "303030303030303030303031");
	assert_false(list.probe[0].serial_unsure);
}

static void list__v1_ignored_by_usb_storage__has_no_nodes(void **state)
{
	struct fake_device d = fake_v1;

	(void)state;
	d.driver = d.sg = d.disk = NULL;
	fake_plug(&d);
	lists(1);
	assert_string_equal(list.probe[0].sg_node, "");
	assert_string_equal(list.probe[0].disk_node, "");
	assert_string_equal(list.probe[0].driver, "");
}

static void list__half_gone_device__is_left_out(void **state)
{
	(void)state;
	fake_plug(&fake_v2);
	fake_attr("1-2", "devnum", NULL);
	lists(0);
}

/* ---- serials ---- */

static void serial_becomes(const struct fake_device *d, const char *serial, bool unsure)
{
	fake_plug(d);
	lists(1);
	assert_string_equal(list.probe[0].serial, serial);
	assert_int_equal(list.probe[0].serial_unsure, unsure);
	fake_unplug(d->port);
}

static void serial__every_shape__is_decoded(void **state)
{
	struct fake_device d = fake_v2;

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
	d.serial = "\xC4\x80";
	serial_becomes(&d, "C480", true);
	d.serial = "broken\xC3";
	serial_becomes(&d, "62726F6B656EC3", true);
	d.serial = "0123456789012345678901234567890123456789012345678901234567890123456789"
		   "0123456789012345678901234567890123456789";
	fake_plug(&d);
	lists(1);
	assert_true(list.probe[0].serial_unsure);
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
		TEST(list__composite_probe__has_its_serial_port_and_its_disk),
		TEST(find__serial_port_or_disk__names_its_probe),
		TEST(aliases__of_each_probe__select_it),
		TEST(serial__every_shape__is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
