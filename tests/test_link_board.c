/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_board.c - link/ through the real framings against each virtual board.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/board_pipe.h"

enum { SRAM = 0x20000000, FLASH = 0x08000000 };

static const struct link_options usual = { .speed_khz = 0 };

static void enter(struct board_link *bl)
{
	if (link_enter_swd(bl->link, &bl->ctx, &usual))
		fail_msg("%s", bl->ctx.fault.text);
}

static void must(struct board_link *bl, enum sl_err err)
{
	if (err)
		fail_msg("%s: %s", err_info(err)->name, bl->ctx.fault.text);
}

static void each_board(void (*fn)(struct board_link *bl))
{
	for (const struct board_kind *const *k = board_kinds(); *k; k++) {
		struct board_link bl;

		board_link_open(&bl, board_kind_name(*k), NULL);
		fn(&bl);
		board_link_no_illegal(&bl);
		board_link_close(&bl);
	}
}

static void check_version(struct board_link *bl)
{
	const struct link_version *v = link_get_version(bl->link);

	assert_string_equal(v->text, board_firmware(bl->board));
	assert_int_equal(v->vid, 0x0483);
	assert_int_equal(v->stlink, board_kind_probe(board_get_kind(bl->board)));
}

static void open__every_board__knows_its_firmware(void **state)
{
	(void)state;
	each_board(check_version);
}

static void check_enter(struct board_link *bl)
{
	uint32_t dpidr = 0, cpuid = 0;
	enum link_mode mode = LINK_DFU;

	enter(bl);
	must(bl, link_get_mode(bl->link, &bl->ctx, &mode));
	assert_int_equal(mode, LINK_DEBUG);
	must(bl, link_read_dpidr(bl->link, &bl->ctx, &dpidr));
	assert_int_equal(dpidr, chip_dpidr(board_chip(bl->board)));
	must(bl, link_read32(bl->link, &bl->ctx, 0xE000ED00, &cpuid));
	assert_int_equal(cpuid >> 24, 0x41);
	must(bl, link_leave(bl->link, &bl->ctx));
	must(bl, link_get_mode(bl->link, &bl->ctx, &mode));
	assert_int_equal(mode, LINK_MASS);
}

static void enter__every_board__reaches_the_core_and_leaves(void **state)
{
	(void)state;
	each_board(check_enter);
}

static uint8_t pattern(size_t i)
{
	return (uint8_t)(i * 7 + (i >> 8) + 1);
}

/* Each write is read back with margins: bytes beside it must be as they were. */
static void check_range(struct board_link *bl, uint32_t addr, size_t len)
{
	enum { MARGIN = 8 };
	static uint8_t before[8192], want[8192], after[8192];
	size_t whole = len + 2 * MARGIN;

	must(bl, link_read_mem(bl->link, &bl->ctx, addr - MARGIN, before, whole));
	memcpy(want, before, whole);
	for (size_t i = 0; i < len; i++)
		want[MARGIN + i] = (uint8_t)~before[MARGIN + i];
	must(bl, link_write_mem(bl->link, &bl->ctx, addr, want + MARGIN, len));
	must(bl, link_read_mem(bl->link, &bl->ctx, addr - MARGIN, after, whole));
	assert_memory_equal(after, want, whole);
	must(bl, link_read_mem(bl->link, &bl->ctx, addr, after, len));
	assert_memory_equal(after, want + MARGIN, len);
}

static void check_memory(struct board_link *bl)
{
	static uint8_t data[6400];
	uint32_t base = SRAM + 0x200;

	enter(bl);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = pattern(i);
	must(bl, link_write_mem(bl->link, &bl->ctx, base, data, sizeof(data)));
	for (uint32_t offset = 0; offset < 4; offset++)
		for (size_t len = 0; len <= 24; len++)
			check_range(bl, base + 64 + offset, len);
	for (uint32_t offset = 0; offset < 4; offset++)
		for (size_t len = 1020; len <= 1028; len++)
			check_range(bl, SRAM + 0x3FC + offset, len);
	check_range(bl, base + 1, 6143);
	check_range(bl, base + 16, 6144);
	check_range(bl, base + 3, 6150);
}

static void memory__every_alignment__reads_back_and_spares_neighbours(void **state)
{
	(void)state;
	each_board(check_memory);
}

static void halt(struct board_link *bl)
{
	must(bl, link_write32(bl->link, &bl->ctx, 0xE000EDF0, 0xA05F0003));
}

static void check_registers(struct board_link *bl)
{
	uint32_t value = 0, all[LINK_ALL_REGS];

	enter(bl);
	halt(bl);
	for (unsigned reg = 0; reg < 13; reg++)
		must(bl, link_write_reg(bl->link, &bl->ctx, reg, 0x1000 + reg));
	for (unsigned reg = 0; reg < 13; reg++) {
		must(bl, link_read_reg(bl->link, &bl->ctx, reg, &value));
		assert_int_equal(value, 0x1000 + reg);
	}
	must(bl, link_write_reg(bl->link, &bl->ctx, 15, SRAM + 0x100));
	must(bl, link_read_all_regs(bl->link, &bl->ctx, all));
	for (unsigned reg = 0; reg < 13; reg++)
		assert_int_equal(all[reg], 0x1000 + reg);
	assert_int_equal(all[15], SRAM + 0x100);
}

static void registers__every_board__read_back_singly_and_together(void **state)
{
	(void)state;
	each_board(check_registers);
}

static void check_fault(struct board_link *bl)
{
	uint8_t data[64];
	uint32_t value = 0;

	enter(bl);
	assert_int_equal(link_read_mem(bl->link, &bl->ctx, 0x60000000, data, sizeof(data)),
			 SL_TARGET);
	assert_true(bl->ctx.fault.has_addr);
	assert_int_equal(bl->ctx.fault.addr, 0x60000000);
	assert_int_not_equal(bl->ctx.fault.probe_status, 0);
	assert_int_equal(link_read32(bl->link, &bl->ctx, 0x60000010, &value), SL_TARGET);
	assert_int_equal(bl->ctx.fault.addr, 0x60000010);
	/* What follows a fault works. */
	ctx_clear(&bl->ctx);
	must(bl, link_write32(bl->link, &bl->ctx, SRAM + 0x100, 0x12345678));
	must(bl, link_read32(bl->link, &bl->ctx, SRAM + 0x100, &value));
	assert_int_equal(value, 0x12345678);
}

static void memory__bus_fault_on_every_board__is_named_with_its_address(void **state)
{
	(void)state;
	each_board(check_fault);
}

static void check_no_power(const char *name, bool measures)
{
	const struct board_options o = { .no_supply = true };
	struct board_link bl;

	board_link_open(&bl, name, &o);
	assert_int_equal(link_enter_swd(bl.link, &bl.ctx, &usual), SL_NOTARGET);
	assert_true((strstr(bl.ctx.fault.text, "no power") != NULL) == measures);
	board_link_close(&bl);
}

static void enter__board_without_power__is_named(void **state)
{
	(void)state;
	check_no_power("vldiscovery", false);
	check_no_power("bluepill", true);
	check_no_power("f4discovery", true);
}

static void enter__nothing_on_the_pins__is_no_target(void **state)
{
	static const char *const names[] = { "vldiscovery", "bluepill", "l-discovery" };
	const struct board_options o = { .no_target = true };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct board_link bl;

		board_link_open(&bl, names[i], &o);
		assert_int_equal(link_enter_swd(bl.link, &bl.ctx, &usual), SL_NOTARGET);
		assert_null(strstr(bl.ctx.fault.text, "no power"));
		board_link_close(&bl);
	}
}

static void open__probe_in_dfu__leaves_it_across_re_enumeration(void **state)
{
	const struct board_options o = { .start_in_dfu = true };

	(void)state;
	for (const struct board_kind *const *k = board_kinds(); *k; k++) {
		struct board_link bl;
		enum link_mode mode = LINK_DFU;

		if (!board_kind_dfu(*k)) {
			assert_null(board_new(*k, &o));
			continue;
		}
		board_link_open(&bl, board_kind_name(*k), &o);
		must(&bl, link_get_mode(bl.link, &bl.ctx, &mode));
		assert_int_equal(mode, LINK_MASS);
		assert_string_equal(link_get_version(bl.link)->text, board_firmware(bl.board));
		enter(&bl);
		board_link_close(&bl);
	}
}

static void check_under_reset(struct board_link *bl)
{
	const struct link_options o = { .connect_under_reset = true };
	struct chip_report before, after;

	if (!link_get_caps(bl->link)->nrst) {
		assert_int_equal(link_enter_swd(bl->link, &bl->ctx, &o), SL_OLDPROBE);
		return;
	}
	chip_get_report(board_chip(bl->board), &before);
	must(bl, link_enter_swd(bl->link, &bl->ctx, &o));
	must(bl, link_nrst(bl->link, &bl->ctx, LINK_NRST_HIGH));
	chip_get_report(board_chip(bl->board), &after);
	assert_true(after.resets > before.resets);
}

static void enter__under_reset__resets_the_chip_or_says_why_not(void **state)
{
	(void)state;
	each_board(check_under_reset);
}

static void check_speed(struct board_link *bl)
{
	const struct link_caps *caps = link_get_caps(bl->link);
	unsigned actual = 1;

	must(bl, link_set_speed(bl->link, &bl->ctx, 1199, &actual));
	assert_int_equal(actual, caps->com_freq ? 1000 : caps->swd_freq ? 950 : 0);
	must(bl, link_set_speed(bl->link, &bl->ctx, 1, &actual));
	assert_int_equal(actual, caps->com_freq || caps->swd_freq ? 5 : 0);
	enter(bl);
}

static void speed__every_board__is_the_highest_not_above(void **state)
{
	(void)state;
	each_board(check_speed);
}

/* Wires that carry a little less than the clock, and much less. */
static void check_long_wires(struct board_link *bl, const char *max, unsigned at_connect,
			     unsigned at_end)
{
	static uint8_t data[4096], back[4096];

	assert_true(board_set(bl->board, "swd-max", max));
	enter(bl);
	assert_int_equal(link_get_speed_khz(bl->link), at_connect);
	for (unsigned round = 0; round < 8; round++) {
		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (uint8_t)(pattern(i) + round);
		must(bl, link_write_mem(bl->link, &bl->ctx, SRAM + 0x200, data, sizeof(data)));
		must(bl, link_read_mem(bl->link, &bl->ctx, SRAM + 0x200, back, sizeof(back)));
		assert_memory_equal(back, data, sizeof(data));
	}
	assert_int_equal(link_get_speed_khz(bl->link), at_end);
}

static void speed__wires_too_long__is_lowered_and_every_byte_is_right(void **state)
{
	static const struct { const char *board, *max; unsigned at_connect, at_end; } rows[] = {
		{ "bluepill", "2500", 4000, 1800 }, { "bluepill", "1000", 1800, 950 },
		{ "f4discovery", "300", 480, 240 }, { "nucleo-f401re", "1800", 1800, 1800 },
		{ "nucleo-v3", "5000", 8000, 3300 }, { "nucleo-v3", "600", 1000, 200 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct board_link bl;

		board_link_open(&bl, rows[i].board, NULL);
		check_long_wires(&bl, rows[i].max, rows[i].at_connect, rows[i].at_end);
		board_link_no_illegal(&bl);
		board_link_close(&bl);
	}
}

/* A clock that the user chose, one that cannot be changed: the failure is told. */
static void speed__wires_too_long_for_the_only_clock__is_a_named_failure(void **state)
{
	static const struct { const char *board, *max; unsigned khz; } rows[] = {
		{ "bluepill", "2500", 4000 }, { "vldiscovery", "1000", 0 },
	};
	static uint8_t data[4096];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct link_options o = { .speed_khz = rows[i].khz };
		struct board_link bl;
		enum sl_err err = SL_OK;

		board_link_open(&bl, rows[i].board, NULL);
		assert_true(board_set(bl.board, "swd-max", rows[i].max));
		must(&bl, link_enter_swd(bl.link, &bl.ctx, &o));
		for (int round = 0; round < 8 && !err; round++)
			err = link_read_mem(bl.link, &bl.ctx, FLASH, data, sizeof(data));
		assert_true(err == SL_TARGET || err == SL_NOTARGET);
		assert_int_not_equal(bl.ctx.fault.probe_status, 0);
		board_link_close(&bl);
	}
}

static void check_slow(struct board_link *bl)
{
	static uint8_t data[6144];
	unsigned actual;
	const struct link_options o = { .speed_khz = 5 };

	must(bl, link_enter_swd(bl->link, &bl->ctx, &o));
	must(bl, link_read_mem(bl->link, &bl->ctx, SRAM, data, sizeof(data)));
	must(bl, link_set_speed(bl->link, &bl->ctx, 0, &actual));
}

static void memory__largest_read_at_the_slowest_clock__is_waited_for(void **state)
{
	(void)state;
	each_board(check_slow);
}

static void wait__bounded_number__is_passed_over(void **state)
{
	struct board_link bl;
	uint32_t value = 0;

	(void)state;
	board_link_open(&bl, "f4discovery", NULL);
	enter(&bl);
	assert_true(board_set(bl.board, "wait", "3"));
	must(&bl, link_read32(bl.link, &bl.ctx, 0xE000ED00, &value));
	assert_int_equal(value >> 24, 0x41);
	assert_true(board_set(bl.board, "wait", "100000"));
	assert_int_equal(link_read32(bl.link, &bl.ctx, 0xE000ED00, &value), SL_TARGET);
	assert_true(board_set(bl.board, "wait", "0"));
	board_link_close(&bl);
}

static void old_firmware__every_version__reads_and_writes(void **state)
{
	static const struct { const char *board, *firmware; } rows[] = {
		{ "vldiscovery", "V1J9S4" }, { "vldiscovery", "V1J11S4" }, { "vldiscovery",
									     "V1J13S4" },
		{ "bluepill", "V2J14S4" }, { "bluepill", "V2J17S4" }, { "bluepill", "V2J21S4" },
		{ "bluepill", "V2J24S4" }, { "bluepill", "V2J26S6" }, { "bluepill", "V2J28S7" },
		{ "bluepill", "V2J37S7" }, { "nucleo-f401re", "V2J37M27" },
		{ "nucleo-f401re", "V2J45M30" }, { "nucleo-v3", "V3J3M2" },
		{ "nucleo-v3", "V3J5M2" }, { "nucleo-v3", "V3J7M2" },
		{ "nucleo-v3", "V3J10M3B5S1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct board_options o = { .firmware = rows[i].firmware };
		struct board_link bl;
		uint32_t value = 0;

		board_link_open(&bl, rows[i].board, &o);
		assert_string_equal(link_get_version(bl.link)->text, rows[i].firmware);
		enter(&bl);
		halt(&bl);
		assert_true(board_set(bl.board, "ap", "strict"));
		check_range(&bl, SRAM + 0x101, 1500);
		must(&bl, link_write_reg(bl.link, &bl.ctx, 3, 0xCAFE0000 + (uint32_t)i));
		must(&bl, link_read_reg(bl.link, &bl.ctx, 3, &value));
		assert_int_equal(value, 0xCAFE0000 + i);
		must(&bl, link_flush(bl.link, &bl.ctx));
		board_link_no_illegal(&bl);
		board_link_close(&bl);
	}
}

static void hang__probe_that_never_answers__is_a_timeout(void **state)
{
	struct board_link bl;

	(void)state;
	board_link_start(&bl, "l-discovery", NULL);
	assert_true(board_set(bl.board, "hang", "on"));
	assert_int_equal(board_link_connect(&bl), SL_TIMEOUT);
	assert_true(ctx_now_us(&bl.ctx) < 10000000);
	board_link_close(&bl);
}

static void unplug__in_the_middle__is_gone_and_close_is_quiet(void **state)
{
	struct board_link bl;
	uint32_t value;

	(void)state;
	board_link_open(&bl, "bluepill", NULL);
	enter(&bl);
	assert_true(board_set(bl.board, "plug", "out"));
	assert_int_equal(link_read32(bl.link, &bl.ctx, SRAM, &value), SL_GONE);
	assert_int_equal(link_read32(bl.link, &bl.ctx, SRAM, &value), SL_GONE);
	board_link_close(&bl);
}

static void voltage__known_where_measured_and_unknown_else(void **state)
{
	struct board_link bl;
	unsigned mv = 1;
	bool known = true;

	(void)state;
	board_link_open(&bl, "vldiscovery", NULL);
	must(&bl, link_voltage_mv(bl.link, &bl.ctx, &mv, &known));
	assert_false(known);
	assert_int_equal(mv, 0);
	board_link_no_illegal(&bl);
	board_link_close(&bl);
	board_link_open(&bl, "l-discovery", NULL);
	must(&bl, link_voltage_mv(bl.link, &bl.ctx, &mv, &known));
	assert_true(known);
	assert_in_range(mv, 3290, 3310);
	assert_true(board_set(bl.board, "vref", "0"));
	must(&bl, link_voltage_mv(bl.link, &bl.ctx, &mv, &known));
	assert_false(known);
	board_link_close(&bl);
}

static void status__asked_after_each_memory_command(void **state)
{
	struct board_link bl;
	struct usb_report usb;
	uint8_t data[3000] = { 0 };

	(void)state;
	board_link_open(&bl, "l-discovery", NULL);
	enter(&bl);
	must(&bl, link_write_mem(bl.link, &bl.ctx, SRAM + 1, data, sizeof(data)));
	must(&bl, link_read_mem(bl.link, &bl.ctx, SRAM + 1, data, sizeof(data)));
	must(&bl, link_leave(bl.link, &bl.ctx));
	usbdev_get_report(bl.board, &usb);
	assert_int_equal(usb.unasked_status, 0);
	board_link_close(&bl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open__every_board__knows_its_firmware),
		cmocka_unit_test(enter__every_board__reaches_the_core_and_leaves),
		cmocka_unit_test(memory__every_alignment__reads_back_and_spares_neighbours),
		cmocka_unit_test(registers__every_board__read_back_singly_and_together),
		cmocka_unit_test(memory__bus_fault_on_every_board__is_named_with_its_address),
		cmocka_unit_test(enter__board_without_power__is_named),
		cmocka_unit_test(enter__nothing_on_the_pins__is_no_target),
		cmocka_unit_test(open__probe_in_dfu__leaves_it_across_re_enumeration),
		cmocka_unit_test(enter__under_reset__resets_the_chip_or_says_why_not),
		cmocka_unit_test(speed__every_board__is_the_highest_not_above),
		cmocka_unit_test(speed__wires_too_long__is_lowered_and_every_byte_is_right),
		cmocka_unit_test(speed__wires_too_long_for_the_only_clock__is_a_named_failure),
		cmocka_unit_test(memory__largest_read_at_the_slowest_clock__is_waited_for),
		cmocka_unit_test(wait__bounded_number__is_passed_over),
		cmocka_unit_test(old_firmware__every_version__reads_and_writes),
		cmocka_unit_test(hang__probe_that_never_answers__is_a_timeout),
		cmocka_unit_test(unplug__in_the_middle__is_gone_and_close_is_quiet),
		cmocka_unit_test(voltage__known_where_measured_and_unknown_else),
		cmocka_unit_test(status__asked_after_each_memory_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
