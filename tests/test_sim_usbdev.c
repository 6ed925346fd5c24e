/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_usbdev.c - enumeration, descriptors, serials and the life of a virtual board.
 */
#include "tests/support/simhost.h"

static void boards__every_row__can_be_plugged_in(void **state)
{
	size_t n = 0, n_leds;

	(void)state;
	for (; board_kinds()[n] != NULL; n++) {
		const struct board_kind *k = board_kinds()[n];
		struct board *b = plug(board_kind_name(k), NULL);

		assert_ptr_equal(board_kind_find(board_kind_name(k)), k);
		assert_string_equal(chip_kind_name(chip_get_kind(board_chip(b))),
				    board_kind_chip(k));
		assert_string_equal(board_firmware(b), board_kind_firmware(k));
		(void)board_kind_leds(k, &n_leds);
		assert_true(n_leds > 0);
		board_free(b);
	}
	assert_int_equal(n, 7);
	assert_null(board_kind_find("nucleo"));
}

static void board__wrong_firmware_or_serial__is_refused(void **state)
{
	static const char *const bad[] = { "V1J13", "V3J7", "V2", "V2J", "V2J64", "V2J37S", "V2J37S7x",
					   "v2J37", "V2J37X7", "V2J037", "" };
	const struct board_kind *k = board_kind_find("bluepill");

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct board_options o = { .firmware = bad[i] };

		assert_null(board_new(k, &o));
	}
	assert_null(board_new(k, &(struct board_options){ .serial = "123" }));
	assert_null(board_new(k, &(struct board_options){ .serial = "57FF7206668749511724086X" }));
}

static void enumeration__v2__has_the_published_descriptors(void **state)
{
	static const uint8_t device[18] = { 18, 1, 0, 2, 0, 0, 0, 64, 0x83, 4, 0x48, 0x37, 0, 1, 1,
					    2, 3, 1 };
	struct board *b = plug("l-discovery", NULL);
	uint8_t d[255];

	(void)state;
	assert_int_equal(get_descriptor_of(b, 1, 0, d, 64), 18);
	assert_memory_equal(d, device, 18);
	assert_int_equal(get_descriptor_of(b, 2, 0, d, 9), 9);
	assert_int_equal(get_le16(d + 2), 39);
	assert_int_equal(get_descriptor_of(b, 2, 0, d, 255), 39);
	assert_int_equal(d[9 + 4], 3);
	assert_int_equal(d[18 + 2], 0x81);
	assert_int_equal(d[25 + 2], 0x02);
	assert_int_equal(d[32 + 2], 0x83);
	assert_int_equal(get_descriptor_of(b, 3, 1, d, 255), 2 + 2 * 18);
	assert_int_equal(get_descriptor_of(b, 3, 9, d, 255), USBDEV_STALL);
	assert_int_equal(get_descriptor_of(b, 6, 0, d, 255), USBDEV_STALL);
	assert_int_equal(usb_of(b).stalls, 2);
	board_free(b);
}

static void enumeration__v1__is_a_mass_storage_device(void **state)
{
	static const uint8_t max_lun[8] = { 0xA1, 0xFE, 0, 0, 0, 0, 1, 0 };
	struct board *b = plug("vldiscovery", NULL);
	struct usbdev_ids ids;
	uint8_t d[255];

	(void)state;
	assert_int_equal(get_descriptor_of(b, 2, 0, d, 255), 32);
	assert_memory_equal(d + 9, "\x09\x04\x00\x00\x02\x08\x06\x50", 8);
	assert_int_equal(usbdev_control(b, max_lun, d, 1), 1);
	assert_int_equal(d[0], 0);
	usbdev_ids(b, &ids);
	assert_int_equal(ids.pid, 0x3744);
	assert_int_equal(ids.interface_class[0][0], 8);
	board_free(b);
	b = plug("bluepill", NULL);
	assert_int_equal(usbdev_control(b, max_lun, d, 1), USBDEV_STALL);
	board_free(b);
}

static void control__transfers__cost_no_modelled_time(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t d[255];

	(void)state;
	assert_int_equal(get_descriptor_of(b, 1, 0, d, 18), 18);
	assert_int_equal(ns_now(b), 0);
	board_free(b);
}

static void serial__hex__is_24_digits_in_50_bytes(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t d[255];

	(void)state;
	assert_int_equal(get_descriptor_of(b, 3, 3, d, 255), 50);
	for (size_t i = 0; i < 24; i++)
		assert_int_equal(get_le16(d + 2 + 2 * i), board_serial(b)[i]);
	board_free(b);
}

static void serial__binary__is_12_units_with_one_raw_byte_each(void **state)
{
	struct board *b = plug("vldiscovery", NULL);
	uint8_t d[255];

	(void)state;
	assert_int_equal(get_descriptor_of(b, 3, 3, d, 255), 26);
	assert_int_equal(get_le16(d + 2), 0x53);        /* 53FF6D06... */
	assert_int_equal(get_le16(d + 4), 0xFF);
	assert_int_equal(get_le16(d + 6), 0x6D);
	board_free(b);
}

static void serial__constant__hides_the_chip_except_in_the_boot_loader(void **state)
{
	struct board *b = plug("bluepill", NULL);
	uint8_t d[255];

	(void)state;
	assert_int_equal(get_descriptor_of(b, 3, 3, d, 255), 26);
	assert_memory_equal(d + 2, "0\0000\0000\0000\0000\0000\0000\0000\0000\0000\0000\0001", 23);
	assert_true(board_set(b, "dfu", "on"));
	assert_int_equal(get_descriptor_of(b, 3, 3, d, 255), 26);
	assert_int_equal(get_le16(d + 2), 0x30);
	assert_true(board_set(b, "serial", "hex"));
	assert_int_equal(get_descriptor_of(b, 3, 3, d, 255), 50);
	board_free(b);
}

static void serial__given_to_a_board_that_hides_it__is_shown(void **state)
{
	struct board_options o = { .serial = "0123456789abcdef01234567" };
	struct board *b = board_new(board_kind_find("bluepill"), &o);
	uint8_t d[255];

	(void)state;
	assert_non_null(b);
	assert_int_equal(get_descriptor_of(b, 3, 3, d, 255), 50);
	assert_int_equal(get_le16(d + 2 + 2 * 10), 'a');
	board_free(b);
}

static void serial__text__is_shown_as_it_is_up_to_the_longest(void **state)
{
	char text[SERIAL_TEXT_MAX + 2];
	struct board_options o = { .serial_text = text };
	struct board *b;
	uint8_t d[255];

	(void)state;
	memset(text, '$', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_null(board_new(board_kind_find("bluepill"), &o));
	text[SERIAL_TEXT_MAX] = '\0';
	text[1] = '\033';
	b = board_new(board_kind_find("bluepill"), &o);
	assert_non_null(b);
	assert_int_equal(get_descriptor_of(b, 3, 3, d, 255), 2 + 2 * SERIAL_TEXT_MAX);
	assert_memory_equal(d + 2, "$\000\033", 3);
	board_free(b);
}

static void ids__given__are_what_the_host_sees(void **state)
{
	struct board_options o = { .vid = 0x1234, .pid = 0x5678 };
	struct board *b = board_new(board_kind_find("vldiscovery"), &o);
	struct usbdev_ids ids;
	uint8_t d[255];

	(void)state;
	assert_non_null(b);
	usbdev_ids(b, &ids);
	assert_int_equal(ids.vid, 0x1234);
	assert_int_equal(get_descriptor_of(b, 1, 0, d, 18), 18);
	assert_int_equal(get_le16(d + 8), 0x1234);
	assert_int_equal(get_le16(d + 10), 0x5678);
	board_free(b);
}

static void halt__stalls_the_endpoint_until_it_is_cleared(void **state)
{
	uint8_t set[8] = { 0x02, 0x03, 0, 0, 0x81, 0, 0, 0 };
	uint8_t get[8] = { 0x82, 0x00, 0, 0, 0x81, 0, 2, 0 };
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[6];

	(void)state;
	assert_int_equal(usbdev_control(b, set, NULL, 0), 0);
	assert_int_equal(usbdev_control(b, get, r, 2), 2);
	assert_int_equal(r[0], 1);
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), USBDEV_STALL);
	clear_halt(b, 0x81);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 6), 6);
	board_free(b);
}

static void configuration__set_again__drops_what_was_under_way(void **state)
{
	static const uint8_t set[8] = { 0, 9, 1, 0, 0, 0, 0, 0 };
	static const uint8_t get[8] = { 0x80, 8, 0, 0, 0, 0, 1, 0 };
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[6];

	(void)state;
	assert_int_equal(v2_send(b, "\xF1", 1), 16);
	assert_int_equal(usbdev_control(b, set, NULL, 0), 0);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 6), USBDEV_NAK);
	assert_int_equal(usbdev_control(b, get, r, 1), 1);
	assert_int_equal(r[0], 1);
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void endpoint__that_does_not_exist__stalls_and_is_counted(void **state)
{
	struct board *b = plug("vldiscovery", NULL);
	uint8_t r[8] = { 0 };

	(void)state;
	assert_int_equal(usbdev_bulk_in(b, 0x83, r, 8), USBDEV_STALL);
	assert_int_equal(usbdev_bulk_out(b, 0x01, r, 8), USBDEV_STALL);
	assert_int_equal(illegal_of(b), 2);
	assert_string_equal(usbdev_illegal(b, 0), "IN on endpoint 83");
	assert_null(usbdev_illegal(b, 2));
	board_free(b);
}

static void cable__pulled__makes_everything_gone_until_it_is_back(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	unsigned generation = usbdev_generation(b);
	uint8_t r[18];

	(void)state;
	v2_enter(b);
	assert_true(board_set(b, "plug", "out"));
	assert_int_not_equal(usbdev_generation(b), generation);
	assert_int_equal(v2_send(b, "\xF1", 1), USBDEV_GONE);
	assert_int_equal(get_descriptor_of(b, 1, 0, r, 18), USBDEV_GONE);
	assert_false(usbdev_enumerate(b));
	assert_true(board_set(b, "plug", "in"));
	assert_int_equal(v2_send(b, "\xF1", 1), USBDEV_GONE);
	assert_int_equal(get_descriptor_of(b, 1, 0, r, 18), 18);
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 1);
	v2_enter(b);
	board_free(b);
}

static void condition__unknown_key_or_value__is_refused(void **state)
{
	struct board *b = plug("l-discovery", NULL);

	(void)state;
	assert_false(board_set(b, "colour", "red"));
	assert_false(board_set(b, "power", "maybe"));
	assert_false(board_set(b, "voltage", "9000mV"));
	assert_false(board_set(b, "wait", "x"));
	assert_true(board_set(b, "voltage", "1800mV"));
	assert_int_equal(chip_get_supply_mv(board_chip(b)), 1800);
	board_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boards__every_row__can_be_plugged_in),
		cmocka_unit_test(board__wrong_firmware_or_serial__is_refused),
		cmocka_unit_test(enumeration__v2__has_the_published_descriptors),
		cmocka_unit_test(enumeration__v1__is_a_mass_storage_device),
		cmocka_unit_test(control__transfers__cost_no_modelled_time),
		cmocka_unit_test(serial__hex__is_24_digits_in_50_bytes),
		cmocka_unit_test(serial__binary__is_12_units_with_one_raw_byte_each),
		cmocka_unit_test(serial__constant__hides_the_chip_except_in_the_boot_loader),
		cmocka_unit_test(serial__given_to_a_board_that_hides_it__is_shown),
		cmocka_unit_test(serial__text__is_shown_as_it_is_up_to_the_longest),
		cmocka_unit_test(ids__given__are_what_the_host_sees),
		cmocka_unit_test(halt__stalls_the_endpoint_until_it_is_cleared),
		cmocka_unit_test(configuration__set_again__drops_what_was_under_way),
		cmocka_unit_test(endpoint__that_does_not_exist__stalls_and_is_counted),
		cmocka_unit_test(cable__pulled__makes_everything_gone_until_it_is_back),
		cmocka_unit_test(condition__unknown_key_or_value__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
