/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_v2_target.c - a virtual V2 and its target: memory, registers, DAP, faults, time.
 *
 * Times are the figures of the bench model, written out as sums.
 */
#include "tests/support/simhost.h"

static void halt_core(struct board *b)
{
	uint8_t r[2];

	assert_int_equal(v2_ask(b, "\xF2\x35\xF0\xED\x00\xE0\x03\x00\x5F\xA0", 10, r, 2), 2);
	assert_int_equal(r[0], 0x80);
}

static void memory__every_width__reads_what_was_written(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t w[] = { 1, 2, 3, 4, 5, 6, 7, 8 }, r[8];

	(void)state;
	v2_enter(b);
	v2_write(b, 0x0D, SRAM + 1, w, 7);
	assert_int_equal(v2_status(b, NULL), 0x80);
	assert_int_equal(v2_read(b, 0x0C, SRAM + 1, r, 7), 7);
	assert_memory_equal(r, w, 7);
	v2_write(b, 0x48, SRAM + 6, w, 6);
	assert_int_equal(v2_status(b, NULL), 0x80);
	assert_int_equal(v2_read(b, 0x47, SRAM + 6, r, 6), 6);
	assert_memory_equal(r, w, 6);
	v2_write(b, 0x50, SRAM + 16, w, 8);     /* the address stays: the last word wins */
	assert_int_equal(v2_status(b, NULL), 0x80);
	assert_int_equal(v2_read(b, 0x07, SRAM + 16, r, 4), 4);
	assert_memory_equal(r, w + 4, 4);
	assert_int_equal(v2_read(b, 0x54, SRAM + 16, r, 8), 8);
	assert_memory_equal(r, "\5\6\7\10\5\6\7\10", 8);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void memory__one_byte_read__is_answered_with_two(void **state)
{
	struct board *b = plug("bluepill", NULL);
	uint8_t cmd[16], r[2];

	(void)state;
	v2_enter(b);
	mem_cmd(cmd, 0x0C, SRAM, 1);
	assert_int_equal(v2_ask(b, cmd, 16, r, 1), USBDEV_BABBLE);
	assert_int_equal(v2_ask(b, cmd, 16, r, 2), 2);
	board_free(b);
}

static void memory__above_a_limit__stalls_and_is_counted(void **state)
{
	static const struct { uint8_t op; uint16_t ok, bad; } limits[] = {
		{ 0x07, 6144, 6148 }, { 0x0C, 64, 65 }, { 0x47, 6144, 6146 }, { 0x54, 6144, 6148 },
	};
	static uint8_t r[8192];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct board *b = plug("f4discovery", NULL);

		v2_enter(b);
		assert_int_equal(v2_read(b, limits[i].op, SRAM, r, limits[i].ok), limits[i].ok);
		assert_int_equal(illegal_of(b), 0);
		assert_int_equal(v2_read(b, limits[i].op, SRAM, r, limits[i].bad), USBDEV_STALL);
		assert_int_equal(illegal_of(b), 1);
		clear_halt(b, 0x81);
		assert_int_equal(v2_read(b, limits[i].op, SRAM, r, limits[i].ok), limits[i].ok);
		board_free(b);
	}
}

static void memory__unaligned_or_odd_length__is_0a_and_wrong_bytes(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t w[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, r[8];

	(void)state;
	v2_enter(b);
	v2_write(b, 0x08, SRAM, w, 8);
	assert_int_equal(v2_read(b, 0x07, SRAM + 2, r, 4), 4);
	assert_memory_not_equal(r, w + 2, 4);
	assert_int_equal(v2_status(b, NULL), 0x0A);
	assert_int_equal(v2_read(b, 0x07, SRAM, r, 6), 6);
	assert_memory_not_equal(r, w, 6);
	v2_write(b, 0x48, SRAM + 1, w, 2);
	assert_int_equal(v2_status(b, NULL), 0x0A);
	assert_int_equal(illegal_of(b), 3);
	board_free(b);
}

static void memory__ap_or_csw_bytes__only_from_j32(void **state)
{
	struct board *b = plug("bluepill", "V2J31S7");
	uint8_t cmd[16], r[4];

	(void)state;
	v2_enter(b);
	mem_cmd(cmd, 0x07, SRAM, 4);
	cmd[9] = 1;
	assert_int_equal(v2_ask(b, cmd, 16, r, 4), 4);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
	b = plug("bluepill", "V2J32S7");
	v2_enter(b);
	assert_int_equal(v2_ask(b, cmd, 16, r, 4), 4);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void memory__bus_fault__is_11_with_its_address_and_then_over(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[16];
	uint32_t fault = 0;

	(void)state;
	v2_enter(b);
	assert_int_equal(v2_read(b, 0x07, 0x60000004, r, 16), 16);
	assert_int_equal(v2_status(b, &fault), 0x11);
	assert_int_equal(fault, 0x60000004);
	assert_int_equal(v2_status(b, &fault), 0x11);
	assert_int_equal(v2_read(b, 0x07, SRAM, r, 16), 16);
	assert_int_equal(v2_status(b, &fault), 0x80);
	assert_int_equal(fault, 0);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void memory__status_never_asked__is_counted_apart(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[4];

	(void)state;
	v2_enter(b);
	assert_int_equal(v2_read(b, 0x07, SRAM, r, 4), 4);
	assert_int_equal(v2_read(b, 0x07, SRAM, r, 4), 4);
	assert_int_equal(v2_status(b, NULL), 0x80);
	assert_int_equal(v2_read(b, 0x07, SRAM, r, 4), 4);
	assert_int_equal(usb_of(b).unasked_status, 1);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void target__absent_or_unpowered__answers_09_to_enter(void **state)
{
	static const char *const how[][2] = { { "target", "absent" }, { "power", "off" } };
	struct board *b;
	uint8_t r[8];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		b = plug("l-discovery", NULL);
		assert_true(board_set(b, how[i][0], how[i][1]));
		assert_int_equal(v2_ask(b, "\xF2\x30\xA3", 3, r, 2), 2);
		assert_int_equal(r[0], 0x09);
		assert_int_equal(usb_of(b).mode, 1);
		board_free(b);
	}
	b = plug("l-discovery", NULL);
	assert_int_equal(v2_ask(b, "\xF2\x30\x00", 3, r, 2), 2);
	assert_int_equal(r[0], 0x05);           /* JTAG is not wired */
	board_free(b);
}

static void target__lost_in_a_session__answers_12(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[8];

	(void)state;
	v2_enter(b);
	assert_true(board_set(b, "target", "absent"));
	assert_int_equal(v2_read(b, 0x07, SRAM, r, 4), 4);
	assert_int_equal(v2_status(b, NULL), 0x12);
	assert_int_equal(v2_ask(b, "\xF2\x36\xF0\xED\x00\xE0", 6, r, 8), 8);
	assert_int_equal(r[0], 0x12);
	board_free(b);
}

static void wait__as_often_as_set__then_the_access_succeeds(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[8];

	(void)state;
	v2_enter(b);
	assert_true(board_set(b, "wait", "2"));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(v2_ask(b, "\xF2\x36\xF0\xED\x00\xE0", 6, r, 8), 8);
		assert_int_equal(r[0], i < 2 ? 0x10 : 0x80);
	}
	board_free(b);
}

static void hang__commands_are_taken_and_never_answered(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[6];

	(void)state;
	assert_true(board_set(b, "hang", "on"));
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), USBDEV_NAK);
	assert_true(board_set(b, "hang", "off"));
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
	board_free(b);
}

static void voltage__is_measured_against_the_reference(void **state)
{
	static const unsigned mv[] = { 3300, 1800, 2500 };
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[8];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char text[8];
		double v;

		(void)snprintf(text, sizeof(text), "%umV", mv[i]);
		assert_true(board_set(b, "voltage", text));
		assert_int_equal(v2_ask(b, "\xF7", 1, r, 8), 8);
		v = 2 * 1.2 * get_le32(r + 4) / get_le32(r);
		assert_true(v * 1000 > mv[i] - 2.0 && v * 1000 < mv[i] + 2.0);
	}
	assert_true(board_set(b, "power", "off"));
	assert_int_equal(v2_ask(b, "\xF7", 1, r, 8), 8);
	assert_int_equal(get_le32(r + 4), 0);
	assert_true(board_set(b, "vref", "0"));
	assert_int_equal(v2_ask(b, "\xF7", 1, r, 8), 8);
	assert_int_equal(get_le32(r), 0);
	board_free(b);
}

static void registers__written__are_read_back_one_and_all(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[88];

	(void)state;
	v2_enter(b);
	halt_core(b);
	assert_int_equal(v2_ask(b, "\xF2\x34\x03\x78\x56\x34\x12", 7, r, 2), 2);
	assert_int_equal(r[0], 0x80);
	assert_int_equal(v2_ask(b, "\xF2\x33\x03", 3, r, 8), 8);
	assert_int_equal(r[0], 0x80);
	assert_int_equal(get_le32(r + 4), 0x12345678);
	assert_int_equal(v2_ask(b, "\xF2\x3A", 2, r, 88), 88);
	assert_int_equal(r[0], 0x80);
	assert_int_equal(get_le32(r + 4 + 4 * 3), 0x12345678);
	assert_int_equal(v2_ask(b, "\xF2\x33\x30", 3, r, 8), 8);
	assert_int_equal(r[0], 0x08);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
}

/* DHCSR.S_RESET_ST: cleared by reading, so only a reset that lasts shows it twice. */
static bool in_reset(struct board *b)
{
	uint8_t r[8];

	for (int i = 0; i < 2; i++) {
		assert_int_equal(v2_ask(b, "\xF2\x36\xF0\xED\x00\xE0", 6, r, 8), 8);
		assert_int_equal(r[0], 0x80);
	}
	return (get_le32(r + 4) & 1u << 25) != 0;
}

static void nrst__held_low__is_released_by_exit(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[2];

	(void)state;
	v2_enter(b);
	assert_false(in_reset(b));
	assert_int_equal(v2_ask(b, "\xF2\x3C\x00", 3, r, 2), 2);
	assert_true(in_reset(b));
	assert_int_equal(v2_send(b, "\xF2\x21", 2), 16);
	v2_enter(b);
	assert_false(in_reset(b));
	assert_int_equal(v2_ask(b, "\xF2\x3C\x00", 3, r, 2), 2);
	assert_int_equal(v2_ask(b, "\xF2\x3C\x01", 3, r, 2), 2);
	assert_false(in_reset(b));
	board_free(b);
}

static void nrst__not_wired__resets_nothing(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	struct chip_report before, after;
	uint8_t r[2];

	(void)state;
	assert_true(board_set(b, "nrst", "open"));
	chip_get_report(board_chip(b), &before);
	assert_int_equal(v2_ask(b, "\xF2\x3C\x02", 3, r, 2), 2);
	assert_int_equal(r[0], 0x80);
	chip_get_report(board_chip(b), &after);
	assert_int_equal(after.resets, before.resets);
	assert_int_equal(v2_ask(b, "\xF2\x3C\x07", 3, r, 2), 2);
	assert_int_equal(r[0], 0x08);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
}

static void dap__idcode_and_ap__answer_as_an_ahb_ap(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[12];
	uint32_t dpidr;

	(void)state;
	v2_enter(b);
	assert_int_equal(v2_ask(b, "\xF2\x31", 2, r, 12), 12);
	dpidr = get_le32(r + 4);
	assert_int_not_equal(dpidr, 0);
	assert_int_equal(v2_ask(b, "\xF2\x45\xFF\xFF\x00\x00", 6, r, 8), 8);
	assert_int_equal(get_le32(r + 4), dpidr);
	assert_int_equal(v2_ask(b, "\xF2\x45\xFF\xFF\x04\x00", 6, r, 8), 8);
	assert_int_equal(get_le32(r + 4), 0xF0000000);
	assert_int_equal(v2_ask(b, "\xF2\x45\x00\x00\xFC\x00", 6, r, 8), 8);
	assert_int_equal(get_le32(r + 4), 0x24770011);
	assert_int_equal(v2_ask(b, "\xF2\x45\x01\x00\xFC\x00", 6, r, 8), 8);
	assert_int_equal(get_le32(r + 4), 0);
	assert_int_equal(v2_ask(b, "\xF2\x45\x09\x00\xFC\x00", 6, r, 8), 8);
	assert_int_equal(r[0], 0x1D);
	board_free(b);
}

static void dap__write(struct board *b, const char *cmd, uint8_t status)
{
	uint8_t r[2];

	assert_int_equal(v2_ask(b, cmd, 10, r, 2), 2);
	assert_int_equal(r[0], status);
}

static void dap__mem_ap__increments_and_keeps_errors_sticky(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[8];

	(void)state;
	v2_enter(b);
	dap__write(b, "\xF2\x46\x00\x00\x00\x00\x12\x00\x00\x23", 0x80);        /* CSW: 32 bit, +4 */
	dap__write(b, "\xF2\x46\x00\x00\x04\x00\x00\x00\x00\x20", 0x80);        /* TAR */
	dap__write(b, "\xF2\x46\x00\x00\x0C\x00\x11\x11\x11\x11", 0x80);        /* DRW */
	dap__write(b, "\xF2\x46\x00\x00\x0C\x00\x22\x22\x22\x22", 0x80);
	assert_int_equal(v2_read(b, 0x07, SRAM, r, 8), 8);
	assert_memory_equal(r, "\x11\x11\x11\x11\x22\x22\x22\x22", 8);
	dap__write(b, "\xF2\x46\x00\x00\x04\x00\x00\x00\x00\x60", 0x80);
	dap__write(b, "\xF2\x46\x00\x00\x0C\x00\x00\x00\x00\x00", 0x11);
	assert_int_equal(v2_ask(b, "\xF2\x45\xFF\xFF\x04\x00", 6, r, 8), 8);
	assert_int_equal(get_le32(r + 4) & 0x20, 0x20);
	dap__write(b, "\xF2\x46\x00\x00\x04\x00\x00\x00\x00\x20", 0x11);
	dap__write(b, "\xF2\x46\xFF\xFF\x00\x00\x1E\x00\x00\x00", 0x80);        /* ABORT */
	dap__write(b, "\xF2\x46\x00\x00\x04\x00\x00\x00\x00\x20", 0x80);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

/* OpenOCD 0.12 relies on it with firmware before V2J32. */
static void dap__mem_ap__increments_within_4_kib_as_on_a_cortex_m4(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[8];

	(void)state;
	v2_enter(b);
	dap__write(b, "\xF2\x46\x00\x00\x00\x00\x12\x00\x00\x23", 0x80);        /* CSW: 32 bit, +4 */
	dap__write(b, "\xF2\x46\x00\x00\x04\x00\xFC\x03\x00\x20", 0x80);        /* TAR 200003FC */
	dap__write(b, "\xF2\x46\x00\x00\x0C\x00\x11\x11\x11\x11", 0x80);
	dap__write(b, "\xF2\x46\x00\x00\x0C\x00\x22\x22\x22\x22", 0x80);
	assert_int_equal(v2_read(b, 0x07, SRAM + 0x3FC, r, 8), 8);
	assert_memory_equal(r, "\x11\x11\x11\x11\x22\x22\x22\x22", 8);
	dap__write(b, "\xF2\x46\x00\x00\x04\x00\xFC\x0F\x00\x20", 0x80);        /* TAR 20000FFC */
	dap__write(b, "\xF2\x46\x00\x00\x0C\x00\x33\x33\x33\x33", 0x80);
	dap__write(b, "\xF2\x46\x00\x00\x0C\x00\x44\x44\x44\x44", 0x80);
	assert_int_equal(v2_read(b, 0x07, SRAM, r, 4), 4);
	assert_memory_equal(r, "\x44\x44\x44\x44", 4);
	board_free(b);
}

static void misc__list__runs_in_order_and_reports_each_item(void **state)
{
	static const uint8_t out[4 + 16] = { 5, 1, 2, 3, 0, 0, 0, 0, 8, 0, 0, 0x20,
					     0x78, 0x56, 0x34, 0x12, 8, 0, 0, 0x20 };
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[32];

	(void)state;
	v2_enter(b);
	assert_int_equal(v2_send(b, "\xF2\x51\x04\x00\x00\x00", 6), 16);
	assert_int_equal(usbdev_bulk_out(b, 0x02, out, sizeof(out)), 20);
	assert_int_equal(v2_ask(b, "\xF2\x52", 2, r, 32), 32);
	assert_int_equal(get_le32(r + 12), 0x12345678);
	for (size_t i = 4; i < 8; i++)
		assert_int_equal(get_le32(r + 4 * i), 0x80);
	assert_int_equal(v2_ask(b, "\xF2\x53", 2, r, 2), 2);
	assert_int_equal(get_le16(r), 64);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

/* ---- time: the figures of the bench model, written out ---- */

static void time__command_with_answer__is_two_urbs_and_the_firmware(void **state)
{
	struct board *b = plug("l-discovery", NULL);
	uint8_t r[6];

	(void)state;
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
	assert_int_equal(ns_now(b), 1000u * (100 + 16 + 20 + 100 + 6));
	assert_int_equal(usb_of(b).bulk_urbs, 2);
	assert_int_equal(usb_of(b).bytes_out, 16);
	assert_int_equal(usb_of(b).bytes_in, 6);
	assert_int_equal(usb_of(b).commands, 1);
	board_free(b);
}

/* Sets a speed, which also starts the count of SWD clocks anew; returns the time after. */
static uint64_t at_speed(struct board *b, const char *cmd)
{
	uint8_t r[2];

	assert_int_equal(v2_ask(b, cmd, 4, r, 2), 2);
	assert_int_equal(r[0], 0x80);
	return ns_now(b);
}

static void time__block_write__adds_its_swd_clocks(void **state)
{
	static uint8_t data[2048];
	struct board *b = plug("f4discovery", NULL);
	uint64_t t0;

	(void)state;
	v2_enter(b);
	halt_core(b);
	t0 = at_speed(b, "\xF2\x43\x01\x00");
	v2_write(b, 0x08, SRAM, data, sizeof(data));
	/* 1.8 MHz: block start 100, 512 words of 50, one 1 KiB boundary of 50 */
	assert_int_equal(ns_now(b) - t0, 1000u * (116 + 100 + 2048 + 20) + 25750ull * 1000000 / 1800);
	t0 = at_speed(b, "\xF2\x43\x00\x00");
	v2_write(b, 0x08, SRAM + 4, data, 1024);
	/* 4 MHz; the boundary is crossed before the last word */
	assert_int_equal(ns_now(b) - t0, 1000u * (116 + 100 + 1024 + 20) + 12950ull * 250);
	board_free(b);
}

static void time__bytes__cost_as_much_as_words(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[64];
	uint64_t t0;

	(void)state;
	v2_enter(b);
	halt_core(b);
	t0 = at_speed(b, "\xF2\x43\x00\x00");
	assert_int_equal(v2_read(b, 0x0C, SRAM + 1, r, 64), 64);
	assert_int_equal(ns_now(b) - t0, 1000u * (116 + 20 + 164) + (100 + 64 * 50) * 250u);
	board_free(b);
}

static void time__debug_register__is_a_block_of_one(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[8];
	uint64_t t0;

	(void)state;
	v2_enter(b);
	halt_core(b);
	t0 = at_speed(b, "\xF2\x43\x00\x00");
	assert_int_equal(v2_ask(b, "\xF2\x36\xF0\xED\x00\xE0", 6, r, 8), 8);
	assert_int_equal(ns_now(b) - t0, 1000u * (116 + 20 + 108) + 150u * 250);
	board_free(b);
}

static void time__same_acts__take_the_same_time(void **state)
{
	uint64_t t[2];
	uint8_t r[512];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct board *b = plug("l-discovery", NULL);

		v2_enter(b);
		assert_int_equal(v2_read(b, 0x07, 0x08000000, r, 512), 512);
		t[i] = ns_now(b);
		board_free(b);
	}
	assert_int_equal(t[0], t[1]);
}

static void speed__unlisted_divisor__is_refused(void **state)
{
	struct board *b = plug("f4discovery", NULL);
	uint8_t r[2];

	(void)state;
	assert_int_equal(v2_ask(b, "\xF2\x43\x1E\x03", 4, r, 2), 2);
	assert_int_equal(r[0], 0x80);           /* 798: 5 kHz */
	assert_int_equal(v2_ask(b, "\xF2\x43\x0B\x00", 4, r, 2), 2);
	assert_int_equal(r[0], 0x08);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory__every_width__reads_what_was_written),
		cmocka_unit_test(memory__one_byte_read__is_answered_with_two),
		cmocka_unit_test(memory__above_a_limit__stalls_and_is_counted),
		cmocka_unit_test(memory__unaligned_or_odd_length__is_0a_and_wrong_bytes),
		cmocka_unit_test(memory__ap_or_csw_bytes__only_from_j32),
		cmocka_unit_test(memory__bus_fault__is_11_with_its_address_and_then_over),
		cmocka_unit_test(memory__status_never_asked__is_counted_apart),
		cmocka_unit_test(target__absent_or_unpowered__answers_09_to_enter),
		cmocka_unit_test(target__lost_in_a_session__answers_12),
		cmocka_unit_test(wait__as_often_as_set__then_the_access_succeeds),
		cmocka_unit_test(hang__commands_are_taken_and_never_answered),
		cmocka_unit_test(voltage__is_measured_against_the_reference),
		cmocka_unit_test(registers__written__are_read_back_one_and_all),
		cmocka_unit_test(nrst__held_low__is_released_by_exit),
		cmocka_unit_test(nrst__not_wired__resets_nothing),
		cmocka_unit_test(dap__idcode_and_ap__answer_as_an_ahb_ap),
		cmocka_unit_test(dap__mem_ap__increments_and_keeps_errors_sticky),
		cmocka_unit_test(dap__mem_ap__increments_within_4_kib_as_on_a_cortex_m4),
		cmocka_unit_test(misc__list__runs_in_order_and_reports_each_item),
		cmocka_unit_test(time__command_with_answer__is_two_urbs_and_the_firmware),
		cmocka_unit_test(time__block_write__adds_its_swd_clocks),
		cmocka_unit_test(time__bytes__cost_as_much_as_words),
		cmocka_unit_test(time__debug_register__is_a_block_of_one),
		cmocka_unit_test(time__same_acts__take_the_same_time),
		cmocka_unit_test(speed__unlisted_divisor__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
