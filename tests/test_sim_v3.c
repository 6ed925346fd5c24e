/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_v3.c - a V3 as a host sees it: high speed, its own versions, clocks and quirks.
 */
#include "tests/support/composite.h"

#include "base/compiler.h"

static struct board *plug_v3(const char *firmware)
{
	struct board *b = plug("nucleo-v3", firmware);

	configure(b);
	return b;
}

static void no_illegal(struct board *b)
{
	if (illegal_of(b) != 0)
		fail_msg("%s", usbdev_illegal(b, 0));
	board_free(b);
}

static void enumeration__v3__is_a_high_speed_composite_device(void **state)
{
	static const uint8_t device[18] = { 18, 1, 0, 2, 0xEF, 2, 1, 64, 0x83, 4, 0x4E, 0x37, 0, 1, 1,
					    2, 3, 1 };
	static const uint8_t config[128] = {
		9, 2, 128, 0, 4, 1, 4, 0x80, 250,
		9, 4, 0, 0, 3, 0xFF, 0xFF, 0xFF, 5,
		7, 5, 0x81, 2, 0, 2, 0, 7, 5, 0x01, 2, 0, 2, 0, 7, 5, 0x82, 2, 0, 2, 0,
		9, 4, 1, 0, 2, 8, 6, 0x50, 6,
		7, 5, 0x83, 2, 0, 2, 0, 7, 5, 0x03, 2, 0, 2, 0,
		8, 11, 2, 2, 2, 2, 1, 7,
		9, 4, 2, 0, 1, 2, 2, 1, 7,
		5, 0x24, 0, 0x10, 1, 5, 0x24, 1, 0, 3, 4, 0x24, 2, 6, 5, 0x24, 6, 2, 3,
		7, 5, 0x84, 3, 10, 0, 255,
		9, 4, 3, 0, 2, 10, 0, 0, 8,
		7, 5, 0x05, 2, 0, 2, 0, 7, 5, 0x85, 2, 0, 2, 0,
	};
	static const uint8_t qualifier[10] = { 10, 6, 0, 2, 0xEF, 2, 1, 64, 1, 0 };
	struct board *b = plug("nucleo-v3", NULL);
	struct usbdev_ids ids;
	uint8_t d[255];

	(void)state;
	assert_int_equal(get_descriptor_of(b, 1, 0, d, 64), 18);
	assert_memory_equal(d, device, 18);
	assert_int_equal(get_descriptor_of(b, 2, 0, d, 255), 128);
	assert_memory_equal(d, config, 128);
	assert_int_equal(get_descriptor_of(b, 6, 0, d, 64), 10);
	assert_memory_equal(d, qualifier, 10);
	assert_int_equal(get_descriptor_of(b, 7, 0, d, 255), 128);
	assert_int_equal(d[1], 7);
	assert_int_equal(get_le16(d + 18 + 4), 64);
	assert_int_equal(get_descriptor_of(b, 3, 2, d, 255), 20);
	assert_int_equal(d[18], '3');           /* "STLINK-V3" */
	usbdev_ids(b, &ids);
	assert_true(ids.high_speed);
	assert_int_equal(ids.max_packet, 512);
	no_illegal(b);
}

static void version__v3__is_in_fb(void **state)
{
	static const uint8_t f1[6] = { 0x30, 0x00, 0x83, 0x04, 0x4E, 0x37 };
	static const uint8_t j7[12] = { 3, 0, 7, 2, 0, 0, 0, 0, 0x83, 4, 0x4E, 0x37 };
	static const uint8_t j10[12] = { 3, 1, 10, 3, 5, 0, 0, 0, 0x83, 4, 0x4E, 0x37 };
	struct board *b = plug_v3(NULL);
	uint8_t r[12];

	(void)state;
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
	assert_memory_equal(r, f1, 6);
	assert_int_equal(v2_ask(b, "\xFB", 1, r, 12), 12);
	assert_memory_equal(r, j7, 12);
	no_illegal(b);
	b = plug_v3("V3J10M3B5S1");
	assert_int_equal(v2_ask(b, "\xFB\x80", 2, r, 12), 12);
	assert_memory_equal(r, j10, 12);
	no_illegal(b);
}

static void firmware__wrong_for_a_v3__is_refused(void **state)
{
	static const char *const bad[] = { "V2J37M27", "V3", "V3J7S1M2", "V3J7X", "V4J1", "V3J7M" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_null(board_new(board_kind_find("nucleo-v3"),
				      &(struct board_options){ .firmware = bad[i] }));
}

static void com_freq__list_and_choice__highest_not_above(void **state)
{
	static const uint32_t list[] = { 24000, 8000, 3300, 1000, 200, 50, 5 };
	static const struct { uint32_t want, get; } rows[] = {
		{ 24000, 24000 }, { 23999, 8000 }, { 100000, 24000 }, { 3300, 3300 }, { 5, 5 },
	};
	struct board *b = plug_v3(NULL);
	uint8_t cmd[16] = { 0xF2, 0x61 }, r[52];

	(void)state;
	assert_int_equal(v2_ask(b, "\xF2\x62\x00", 3, r, 52), 52);
	assert_int_equal(r[0], 0x80);
	assert_int_equal(get_le32(r + 8), ARRAY_LEN(list));
	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		assert_int_equal(get_le32(r + 12 + 4 * i), list[i]);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		put_le32(cmd + 4, rows[i].want);
		assert_int_equal(v2_ask(b, cmd, 16, r, 8), 8);
		assert_int_equal(r[0], 0x80);
		assert_int_equal(get_le32(r + 4), rows[i].get);
		assert_int_equal(v2_ask(b, "\xF2\x62\x00", 3, r, 52), 52);
		assert_int_equal(get_le32(r + 4), rows[i].get);
	}
	put_le32(cmd + 4, 4);
	assert_int_equal(v2_ask(b, cmd, 16, r, 8), 8);
	assert_int_equal(r[0], 0x08);
	no_illegal(b);
}

static void prescaler__changed_or_not__is_told_apart(void **state)
{
	struct board *b = plug_v3(NULL);
	uint8_t r[8];

	(void)state;
	assert_int_equal(v2_ask(b, "\xF2\x63\x01", 3, r, 8), 8);
	assert_int_equal(r[0], 0x40);
	assert_int_equal(v2_ask(b, "\xF2\x63\x01", 3, r, 8), 8);
	assert_int_equal(r[0], 0x80);
	assert_int_equal(v2_ask(b, "\xF2\x63\x03", 3, r, 8), 8);
	assert_int_equal(r[0], 0x08);
	no_illegal(b);
}

static void commands__of_a_v2_only__are_unknown(void **state)
{
	static const uint8_t ops[] = { 0x43, 0x44, 0x3B };
	struct board *b = plug_v3(NULL), *v2 = plug("l-discovery", NULL);
	uint8_t r[12];

	(void)state;
	v2_enter(b);
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		uint8_t cmd[3] = { 0xF2, ops[i], 0 };

		assert_int_equal(v2_ask(b, cmd, 3, r, 2), 2);
		assert_int_equal(r[0], 0x42);
	}
	assert_int_equal(usb_of(b).unknown_commands, 3);
	for (uint8_t op = 0x61; op <= 0x63; op++) {
		uint8_t cmd[3] = { 0xF2, op, 1 };

		assert_int_equal(v2_ask(v2, cmd, 3, r, 2), 2);
		assert_int_equal(r[0], 0x42);
	}
	board_free(v2);
	no_illegal(b);
}

static void exit__outside_debug_mode__locks_the_probe_up_until_replug(void **state)
{
	struct board *b = plug_v3(NULL);
	uint8_t r[6];

	(void)state;
	v2_enter(b);
	assert_int_equal(v2_send(b, "\xF2\x21", 2), 16);
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 1);
	assert_int_equal(illegal_of(b), 0);
	assert_int_equal(v2_send(b, "\xF2\x21", 2), 16);
	assert_int_equal(illegal_of(b), 1);
	assert_true(usb_of(b).wedged);
	assert_int_equal(v2_send(b, "\xF5", 1), USBDEV_NAK);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 2), USBDEV_NAK);
	usbdev_reset(b);
	assert_int_equal(v2_send(b, "\xF5", 1), USBDEV_NAK);
	assert_true(board_set(b, "plug", "out"));
	assert_true(board_set(b, "plug", "in"));
	configure(b);
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 1);
	board_free(b);
}

static void exit__outside_debug_mode_on_a_v2__does_nothing(void **state)
{
	struct board *b = plug("nucleo-f401re", NULL);
	uint8_t r[2];

	(void)state;
	assert_int_equal(v2_send(b, "\xF2\x21", 2), 16);
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	no_illegal(b);
}

static void bytes__more_than_64__only_from_j6_on(void **state)
{
	struct board *b = plug_v3("V3J7M2");
	uint8_t data[512], back[512];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 3);
	v2_enter(b);
	v2_write(b, 0x0D, SRAM + 1, data, sizeof(data));
	assert_int_equal(v2_status(b, NULL), 0x80);
	assert_int_equal(v2_read(b, 0x0C, SRAM + 1, back, sizeof(back)), 512);
	assert_memory_equal(back, data, sizeof(data));
	no_illegal(b);
	b = plug_v3("V3J5M2");
	v2_enter(b);
	assert_int_equal(v2_read(b, 0x0C, SRAM, back, 64), 64);
	assert_int_equal(v2_read(b, 0x0C, SRAM, back, 65), USBDEV_STALL);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
}

static void misc__more_items_than_a_v2_has__are_run(void **state)
{
	enum { N = 100 };
	struct board *b = plug_v3(NULL);
	uint8_t cmd[16] = { 0xF2, 0x51, N }, list[N + 4 * N] = { 0 }, r[8 * N];

	(void)state;
	v2_enter(b);
	assert_int_equal(v2_ask(b, "\xF2\x53", 2, r, 2), 2);
	assert_int_equal(get_le16(r), 1227);
	for (size_t i = 0; i < N; i++) {
		list[i] = 3;
		put_le32(list + N + 4 * i, 0xE000ED00);
	}
	assert_int_equal(v2_send(b, cmd, 16), 16);
	assert_int_equal(usbdev_bulk_out(b, 0x01, list, sizeof(list)), sizeof(list));
	assert_int_equal(v2_ask(b, "\xF2\x52", 2, r, sizeof(r)), sizeof(r));
	assert_int_equal(get_le32(r + 4 * (N - 1)), 0x411FC231);
	assert_int_equal(get_le32(r + 8 * N - 4), 0x80);
	no_illegal(b);
}

static void timing__v3__is_the_models(void **state)
{
	uint8_t set[16] = { 0xF2, 0x61 }, r[1024], cmd[16];
	struct board *b = plug_v3(NULL);
	uint64_t t0;

	(void)state;
	t0 = ns_now(b);
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	/* two URBs of 40 us, 16 and 2 bytes at 30 bytes/us, 10 us of firmware */
	assert_int_equal(ns_now(b) - t0, 2 * 40000 + 16000 / 30 + 2000 / 30 + 10000);
	v2_enter(b);
	put_le32(set + 4, 24000);
	assert_int_equal(v2_ask(b, set, 16, r, 8), 8);
	mem_cmd(cmd, 0x07, SRAM, 1024);
	t0 = ns_now(b);
	assert_int_equal(v2_ask(b, cmd, 16, r, 1024), 1024);
	/* and 100 + 256 x 50 clocks of 24 MHz */
	assert_int_equal(ns_now(b) - t0, 2 * 40000 + 16000 / 30 + 1024000 / 30 + 10000 +
					 (100 + 256 * 50) * 1000 / 24);
	no_illegal(b);
}

static void serial__v3__reaches_its_chip_too(void **state)
{
	/* Vectors with USART2's (interrupt 38); each byte goes back out of its handler. */
	static const uint8_t head[] = { 0x00, 0x10, 0x00, 0x20, 0xE1, 0x00, 0x00, 0x08 };
	static const uint8_t vector[] = { 0xFD, 0x00, 0x00, 0x08 };
	static const uint8_t code[] = {
		0x08, 0x48, 0x01, 0x21, 0x49, 0x04, 0x01, 0x60, /* RCC_APB1ENR: USART2EN */
		0x07, 0x48, 0x42, 0xF2, 0x2C, 0x01, 0xC1, 0x60, /* CR1: UE, TE, RE, RXNEIE */
		0x06, 0x4A, 0x40, 0x21, 0x11, 0x60,             /* NVIC_ISER1: 38 */
		0x30, 0xBF, 0xFD, 0xE7, 0x00, 0xBF,             /* wfi; b */
		0x01, 0x68, 0x41, 0x68, 0x41, 0x60, 0x70, 0x47, /* handler: SR, DR, DR, bx lr */
		0x1C, 0x10, 0x02, 0x40, 0x00, 0x44, 0x00, 0x40, 0x04, 0xE1, 0x00, 0xE0,
	};
	uint8_t image[0xE0 + sizeof(code)] = { 0 }, in[512];
	struct board *b = plug_v3(NULL);

	(void)state;
	memcpy(image, head, sizeof(head));
	memcpy(image + 0x40 + 4 * 38, vector, sizeof(vector));
	memcpy(image + 0xE0, code, sizeof(code));
	boot(b, image, sizeof(image));
	chip_idle_until(board_chip(b), ns_now(b) + 1000000);
	assert_int_equal(usbdev_bulk_out(b, SERIAL_OUT, (const uint8_t *)"again", 5), 5);
	chip_idle_until(board_chip(b), ns_now(b) + 1000000);
	assert_int_equal(usbdev_bulk_in(b, SERIAL_IN, in, 512), 5);
	assert_memory_equal(in, "again", 5);
	no_illegal(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(enumeration__v3__is_a_high_speed_composite_device),
		cmocka_unit_test(version__v3__is_in_fb),
		cmocka_unit_test(firmware__wrong_for_a_v3__is_refused),
		cmocka_unit_test(com_freq__list_and_choice__highest_not_above),
		cmocka_unit_test(prescaler__changed_or_not__is_told_apart),
		cmocka_unit_test(commands__of_a_v2_only__are_unknown),
		cmocka_unit_test(exit__outside_debug_mode__locks_the_probe_up_until_replug),
		cmocka_unit_test(exit__outside_debug_mode_on_a_v2__does_nothing),
		cmocka_unit_test(bytes__more_than_64__only_from_j6_on),
		cmocka_unit_test(misc__more_items_than_a_v2_has__are_run),
		cmocka_unit_test(timing__v3__is_the_models),
		cmocka_unit_test(serial__v3__reaches_its_chip_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
