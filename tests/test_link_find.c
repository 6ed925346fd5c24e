/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_find.c - the words for a device, against made-up sysfs trees.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "link/probe.h"
#include "link/transport.h"
#include "tests/support/fake_sysfs.h"

static struct ctx ctx;

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
		fail_msg("%s: %s instead of %s (%s)", device, err_info(err)->name,
			 err_info(want)->name,
			 ctx.fault.text);
	assert_int_equal(ctx.fault.code, want);
}

static void find__no_probe_and_no_sysfs__are_different_faults(void **state)
{
	(void)state;
	fails(NULL, SL_NOPROBE);
	ctx.sysfs = "/nonexistent";
	fails("", SL_HOST);
}

static void serial__every_alias__finds_the_probe(void **state)
{
	struct fake_device d = fake_v2, other = fake_v21;

	(void)state;
	d.serial = "W\xC3\xBFr\x06" "fht\xC2\x95\x11r@\xC2\x86";
	fake_plug(&d);
	fake_plug(&other);
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
	fake_plug(&fake_v1);
	fake_plug(&fake_v2);
	finds("serial:000000000001", "3-1");
	finds("serial:303030303030303030303031", "3-1");
	finds("serial:3030", "3-1");
}

static void serial__two_constant_ones__are_ambiguous_and_listed(void **state)
{
	struct fake_device second = fake_v1;
	struct probe p;

	(void)state;
	second.port = "3-2";
	second.address = 8;
	second.sg = "sg3";
	fake_plug(&fake_v1);
	fake_plug(&second);
	assert_int_equal(find("serial:000000000001", &p), SL_MANYPROBES);
	assert_non_null(strstr(ctx.fault.text, "port:3-1"));
	assert_non_null(strstr(ctx.fault.text, "port:3-2"));
	finds("port:3-2", "3-2");
}

static void serial__exact_one__wins_over_longer_ones(void **state)
{
	struct fake_device a = fake_v21, b = fake_v21;

	(void)state;
	a.serial = "AB";
	b.serial = "ABCD";
	b.port = "1-11";
	fake_plug(&a);
	fake_plug(&b);
	finds("serial:ab", "1-10.3");
	finds("serial:abc", "1-11");
	fails("serial:a", SL_MANYPROBES);
}

static void serial__cut_by_the_kernel__matches_what_is_left(void **state)
{
	struct fake_device d = fake_v2;

	(void)state;
	d.serial = "W\xC3\xBFr";
	fake_plug(&d);
	fake_plug(&fake_v21);
	finds("serial:57FF720066687495117240", "1-2");
	finds("serial:57FF", "1-2");
	fails("serial:57FF72016668", SL_NOPROBE);
}

/* ---- other words ---- */

static void find__nothing_said__is_the_only_one_or_a_list(void **state)
{
	(void)state;
	fake_plug(&fake_v2);
	fake_plug(&fake_mouse);
	finds(NULL, "1-2");
	finds("", "1-2");
	finds("/dev/stlink", "1-2");
	fake_plug(&fake_v1);
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
		struct fake_device d = fake_v2;

		(void)snprintf(ports[i], sizeof(ports[i]), "2-%u", i + 1);
		d.port = ports[i];
		fake_plug(&d);
	}
	fails("", SL_MANYPROBES);
	assert_non_null(strstr(ctx.fault.text, "20 ST-LINKs"));
	assert_non_null(strstr(ctx.fault.text, " more"));
}

static void find__by_bus_and_address__takes_both_spellings(void **state)
{
	(void)state;
	fake_plug(&fake_v2);
	fake_plug(&fake_v21);
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
	fake_plug(&fake_v2);
	fake_plug(&fake_v21);
	finds("port:1-10.3", "1-10.3");
	fails("port:1-1", SL_NOPROBE);
	fails("port:", SL_USAGE);
}

static void find__by_node__resolves_links(void **state)
{
	(void)state;
	fake_plug(&fake_v1);
	fake_plug(&fake_v2);
	finds("/dev/sg2", "3-1");
	fake_node("sg2");
	fake_node("sg3");
	finds("/dev/sg2", "3-1");
	finds("/dev/sdb", "3-1");
	fails("/dev/sg3", SL_NOPROBE);
	fails("/dev/sg", SL_NOPROBE);
	fails("/dev/stlink", SL_MANYPROBES);
	fake_link("stlink", "sg2");
	finds("/dev/stlink", "3-1");
	fake_link("stlink-v1", "stlink");
	finds("/dev/stlink-v1", "3-1");
	fake_node("bus/usb/001/005");
	finds("/dev/bus/usb/001/005", "1-2");
	fake_link("stlinkv2", "bus/usb/001/005");
	finds("/dev/stlinkv2", "1-2");
}

static void find__stlink_link_to_another_device__is_not_taken_for_the_only_probe(void **state)
{
	(void)state;
	fake_plug(&fake_v1);
	fake_node("sg7");
	fake_link("stlink", "sg7");
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
	static const char *const words[] = { "stlink", "sg2", "/etc/passwd", "SERIAL:1",
					     "program=x.bin", "1-2" };

	(void)state;
	fake_plug(&fake_v2);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		fails(words[i], SL_USAGE);
}

static void refind__other_address_and_serial__is_the_same_port(void **state)
{
	struct fake_device back = fake_v1;
	struct probe was, now;

	(void)state;
	fake_plug(&fake_v1);
	assert_int_equal(find("port:3-1", &was), SL_OK);
	fake_unplug("3-1");
	assert_int_equal(probe_refind(&ctx, &was, &now), SL_NOPROBE);
	back.address = 8;
	back.serial = "53FF6D064966505632152187";
	fake_plug(&back);
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
		TEST(find__no_probe_and_no_sysfs__are_different_faults),
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
