/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_v1.c - the virtual ST-LINK/V1: bulk-only phases, disk, vendor CDBs, its quirks.
 */
#include "tests/support/simhost.h"

static const uint8_t bot_reset[8] = { 0x21, 0xFF, 0, 0, 0, 0, 0, 0 };

static struct board *v1(void)
{
	return plug("vldiscovery", NULL);
}

static void v1_enter(struct board *b)
{
	uint8_t r[2];

	assert_int_equal(v1_ask(b, "\xF2\x30\xA3", 3, r, 2), 2);
	assert_int_equal(r[0], 0x80);
}

/* A command that stalls its data or status; returns the status once the halt is cleared. */
static int stalled_status(struct board *b, const void *cdb, size_t n, uint32_t len)
{
	uint8_t r[64];

	cbw_send(b, 9, len, 0x80, cdb, n);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, sizeof(r)), USBDEV_STALL);
	clear_halt(b, 0x81);
	return csw_get(b, 9, NULL);
}

static void sense_is(struct board *b, unsigned key, unsigned asc)
{
	uint8_t s[18];

	assert_int_equal(v1_ask(b, "\x03\0\0\0\x12", 6, s, 18), 18);
	assert_int_equal(s[0], 0x70);
	assert_int_equal(s[2], key);
	assert_int_equal(s[12], asc);
}

/* ---- the transport ---- */

static void status__echoes_every_tag_and_the_residue(void **state)
{
	struct board *b = v1();
	uint32_t residue = 1;
	uint8_t r[64];

	(void)state;
	cbw_send(b, 0xDEADBEEF, 64, 0x80, "\xF1\x80", 2);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 64), 6);
	assert_memory_equal(r, "\x13\x44\x83\x04\x44\x37", 6);  /* V1J13S4 */
	assert_int_equal(csw_get(b, 0xDEADBEEF, &residue), 0);
	assert_int_equal(residue, 58);
	assert_true(board_set(b, "residue", "broken"));
	cbw_send(b, 0, 6, 0x80, "\xF1\x80", 2);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 6), 6);
	assert_int_equal(csw_get(b, 0, &residue), 0);
	assert_int_equal(residue, 6);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void cbw__not_valid__stalls_both_pipes_until_reset_recovery(void **state)
{
	struct board *b = v1();
	uint8_t w[31], r[13];

	(void)state;
	cbw_make(w, 1, 6, 0x80, "\xF1", 1);
	w[0] = 'X';
	assert_int_equal(usbdev_bulk_out(b, 0x02, w, 31), 31);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 13), USBDEV_STALL);
	clear_halt(b, 0x81);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 13), USBDEV_STALL);
	assert_int_equal(usbdev_control(b, bot_reset, NULL, 0), 0);
	clear_halt(b, 0x81);
	clear_halt(b, 0x02);
	assert_int_equal(v1_ask(b, "\xF1", 1, r, 6), 6);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
}

static void cbw__wrong_length_lun_or_cdb_length__is_not_valid(void **state)
{
	static const size_t at[] = { 13, 14, 14 };
	static const uint8_t value[] = { 1, 0, 17 };
	uint8_t w[31], r[13];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct board *b = v1();

		cbw_make(w, 1, 6, 0x80, "\xF1", 1);
		if (i < 3)
			w[at[i]] = value[i];
		assert_true(usbdev_bulk_out(b, 0x02, w, i < 3 ? 31 : 30) > 0);
		assert_int_equal(usbdev_bulk_in(b, 0x81, r, 13), USBDEV_STALL);
		assert_int_equal(illegal_of(b), 1);
		board_free(b);
	}
}

static void cbw__before_the_last_status__is_counted(void **state)
{
	struct board *b = v1();
	uint8_t r[6];

	(void)state;
	cbw_send(b, 1, 6, 0x80, "\xF1", 1);
	assert_int_equal(v1_ask(b, "\xF1", 1, r, 6), 6);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
}

static void reset__in_the_middle_of_a_command__forgets_it(void **state)
{
	struct board *b = v1();
	uint8_t r[6];

	(void)state;
	cbw_send(b, 1, 6, 0x80, "\xF1", 1);
	assert_int_equal(usbdev_control(b, bot_reset, NULL, 0), 0);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 6), USBDEV_NAK);
	assert_int_equal(v1_ask(b, "\xF1", 1, r, 6), 6);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void request_sense__in_18_bytes__is_accepted(void **state)
{
	struct board *b = v1();
	uint8_t w[31], s[16];

	(void)state;
	cbw_make(w, 5, 18, 0x80, "\x03\0\0", 3);
	assert_int_equal(usbdev_bulk_out(b, 0x02, w, 18), 18);
	assert_int_equal(usbdev_bulk_in(b, 0x81, s, 16), USBDEV_BABBLE);
	assert_int_equal(csw_get(b, 5, NULL), 0);
	board_free(b);
}

/* ---- the disk ---- */

static void disk__inquiry__is_the_published_one(void **state)
{
	struct board *b = v1();
	uint8_t d[255];

	(void)state;
	assert_int_equal(v1_ask(b, "\x12\0\0\0\x24", 6, d, 36), 36);
	assert_int_equal(d[0], 0);
	assert_int_equal(d[1], 0x80);
	assert_int_equal(d[2], 0);
	assert_memory_equal(d + 8, "STM32                       ", 28);
	assert_int_equal(v1_ask(b, "\x12\x80\0\0\x20", 6, d, 18), 18);  /* as stm8flash asks */
	assert_int_equal(v1_ask(b, "\x12\0\0\0\xFF", 6, d, 255), 36);
	assert_int_equal(stalled_status(b, "\x12\x01\x80\0\xFF", 6, 255), 1);
	sense_is(b, 5, 0x24);
	assert_int_equal(illegal_of(b), 0);
	assert_int_equal(usb_of(b).scsi_commands, 5);
	assert_int_equal(usb_of(b).commands, 0);
	board_free(b);
}

static void disk__capacity_and_limit__are_the_published_ones(void **state)
{
	struct board *b = v1();
	uint8_t d[512];

	(void)state;
	assert_int_equal(v1_ask(b, "\x25\0\0\0\0\0\0\0\0\0", 10, d, 8), 8);
	assert_int_equal(get_be32(d), 0xF9FF);
	assert_int_equal(get_be32(d + 4), 512);
	assert_int_equal(v1_ask(b, "\x28\0\0\0\xF9\x7F\0\0\x01\0", 10, d, 512), 512);
	assert_int_equal(stalled_status(b, "\x28\0\0\0\xF9\x80\0\0\x01\0", 10, 512), 1);
	sense_is(b, 5, 0x21);
	sense_is(b, 0, 0);
	assert_int_equal(stalled_status(b, "\x28\0\0\0\xF9\x7F\0\0\x02\0", 10, 1024), 1);
	board_free(b);
}

static void disk__volume__is_a_fat_with_three_files(void **state)
{
	static uint8_t d[122880];
	struct board *b = v1();
	const uint8_t *root;
	size_t data, fats, files = 0;

	(void)state;
	assert_int_equal(v1_ask(b, "\x28\0\0\0\0\0\0\0\xF0\0", 10, d, sizeof(d)), sizeof(d));
	assert_int_equal(get_le16(d + 510), 0xAA55);
	assert_int_equal(get_le16(d + 19), 64000);
	fats = (size_t)d[16] * get_le16(d + 22);
	root = d + 512u * (get_le16(d + 14) + fats);
	data = get_le16(d + 14) + fats + get_le16(d + 17) * 32u / 512u;
	for (; root[32 * files] != 0; files++) {
		const uint8_t *e = root + 32 * files;
		size_t at = 512u * (data + (get_le16(e + 26) - 2u) * d[13]);

		assert_int_equal(strlen((const char *)d + at), get_le32(e + 28));
	}
	assert_int_equal(files, 3);
	board_free(b);
}

static void disk__harmless_commands__pass(void **state)
{
	static const char *const none[] = { "\0\0\0\0\0\0", "\x1B\0\0\0\x01\0", "\x1E\0\0\0\x01\0" };
	struct board *b = v1();
	uint8_t d[252];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(v1_ask(b, none[i], 6, d, 0), 0);
	assert_int_equal(v1_ask(b, "\x1A\0\x3F\0\xC0\0", 6, d, 192), 4);
	assert_int_equal(v1_ask(b, "\x5A\0\x3F\0\0\0\0\0\xC0\0", 10, d, 192), 8);
	assert_int_equal(v1_ask(b, "\x23\0\0\0\0\0\0\0\xFC\0", 10, d, 252), 12);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void disk__write_and_unknown__fail_with_sense(void **state)
{
	struct board *b = v1();
	uint8_t data[512] = { 0 };

	(void)state;
	cbw_send(b, 3, 512, 0x00, "\x2A\0\0\0\0\x10\0\0\x01\0", 10);
	assert_int_equal(usbdev_bulk_out(b, 0x02, data, 512), USBDEV_STALL);
	clear_halt(b, 0x02);
	assert_int_equal(csw_get(b, 3, NULL), 1);
	sense_is(b, 7, 0x27);
	assert_int_equal(stalled_status(b, "\x9E\x10\0\0\0\0\0\0\0\0", 10, 32), 1);
	sense_is(b, 5, 0x20);
	board_free(b);
}

static void disk__told_to_hang__naks_until_reset(void **state)
{
	struct board *b = v1();
	uint8_t d[512];

	(void)state;
	assert_true(board_set(b, "disk", "hang-read"));
	cbw_send(b, 1, 512, 0x80, "\x28\0\0\0\0\0\0\0\x01\0", 10);
	for (int i = 0; i < 3; i++)
		assert_int_equal(usbdev_bulk_in(b, 0x81, d, 512), USBDEV_NAK);
	assert_int_equal(usbdev_bulk_out(b, 0x02, d, 31), USBDEV_NAK);
	usbdev_reset(b);
	assert_int_equal(v1_ask(b, "\x1A\0\x3F\0\xC0\0", 6, d, 192), 4);
	assert_true(board_set(b, "disk", "hang-mode-sense"));
	cbw_send(b, 1, 192, 0x80, "\x1A\0\x3F\0\xC0\0", 6);
	assert_int_equal(usbdev_bulk_in(b, 0x81, d, 192), USBDEV_NAK);
	assert_int_equal(usbdev_control(b, bot_reset, NULL, 0), 0);
	assert_true(board_set(b, "disk", "ok"));
	assert_int_equal(v1_ask(b, "\x28\0\0\0\0\0\0\0\x01\0", 10, d, 512), 512);
	board_free(b);
}

static void disk__read_far_out_in_dfu__ends_in_a_phase_error(void **state)
{
	struct board_options o = { .start_in_dfu = true };
	struct board *b = board_new(board_kind_find("vldiscovery"), &o);

	(void)state;
	assert_non_null(b);
	cbw_send(b, 1, 512, 0x80, "\x28\0\0\0\x10\0\0\0\x01\0", 10);
	assert_int_equal(csw_get(b, 1, NULL), 2);
	board_free(b);
}

/* ---- vendor commands ---- */

static void vendor__second_api__answers_with_its_exact_lengths(void **state)
{
	static const struct { const char *cdb; size_t n; size_t reply; } cmds[] = {
		{ "\xF1\x80", 2, 6 }, { "\xF5", 1, 2 }, { "\xF2\x22", 2, 4 }, { "\xF2\x31", 2, 12 },
		{ "\xF2\x33\x0F", 3, 8 }, { "\xF2\x34\x01\0\0\0\0", 7, 2 },
		{ "\xF2\x36\xF0\xED\x00\xE0", 6, 8 }, { "\xF2\x3A", 2, 88 }, { "\xF2\x3B", 2, 2 },
		{ "\xF2\x32", 2, 2 }, { "\xF2\x07\0\0\0\x20\x0C\0", 8, 12 },
		{ "\xF2\x0C\0\0\0\x20\x05\0", 8, 5 }, { "\xF2\x0C\0\0\0\x20\x01\0", 8, 2 },
	};
	struct board *b = v1();
	uint8_t r[128];

	(void)state;
	v1_enter(b);
	assert_int_equal(v1_ask(b, "\xF2\x35\xF0\xED\x00\xE0\x03\x00\x5F\xA0", 10, r, 2), 2);
	for (size_t i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		assert_int_equal(v1_ask(b, cmds[i].cdb, cmds[i].n, r, cmds[i].reply),
				 (int)cmds[i].reply);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void vendor__first_api__does_the_whole_round(void **state)
{
	struct board *b = plug("vldiscovery", "V1J9S0");
	uint8_t r[84];

	(void)state;
	assert_int_equal(v1_ask(b, "\xF2\x20\xA3", 3, r, 0), 0);
	assert_int_equal(v1_ask(b, "\xF2\x22", 2, r, 4), 4);
	assert_int_equal(get_le32(r), 0x1BA01477);
	assert_int_equal(v1_ask(b, "\xF2\x02", 2, r, 2), 2);
	assert_int_equal(v1_ask(b, "\xF2\x01", 2, r, 2), 2);
	assert_int_equal(r[0], 0x81);
	assert_int_equal(v1_ask(b, "\xF2\x06\x02\x0D\xF0\xAD\xBA", 7, r, 2), 2);
	assert_int_equal(v1_ask(b, "\xF2\x05\x02", 3, r, 4), 4);
	assert_int_equal(get_le32(r), 0xBAADF00D);
	assert_int_equal(v1_ask(b, "\xF2\x04", 2, r, 84), 84);
	assert_int_equal(get_le32(r + 8), 0xBAADF00D);
	assert_int_equal(v1_ask(b, "\xF2\x0B\x00\x00\x01\x00\x08\x02", 8, r, 2), 2);
	assert_int_equal(v1_ask(b, "\xF2\x0E\x00", 3, r, 2), 2);
	assert_int_equal(v1_ask(b, "\xF2\x36\xF0\xED\x00\xE0", 6, r, 8), 8);
	assert_int_equal(v1_ask(b, "\xF2\x21", 2, r, 0), 0);
	assert_int_equal(illegal_of(b), 0);
	assert_int_equal(usb_of(b).mode, 1);
	/* the second API is not there */
	assert_int_equal(v1_ask(b, "\xF2\x30\xA3", 3, r, 2), 2);
	assert_int_equal(r[0], 0x42);
	board_free(b);
}

static void vendor__debug_command_before_enter__stalls(void **state)
{
	struct board *b = v1();

	(void)state;
	assert_int_equal(stalled_status(b, "\xF2\x36\xF0\xED\x00\xE0", 6, 8), 1);
	assert_int_equal(illegal_of(b), 1);
	v1_enter(b);
	board_free(b);
}

static void vendor__enter_or_exit_with_a_length__fails(void **state)
{
	static const char *const cdbs[] = { "\xF2\x20\xA3", "\xF2\x21", "\xF3\x07" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct board *b = plug("vldiscovery", "V1J10S0");

		assert_int_equal(stalled_status(b, cdbs[i], 3, 2), 1);
		assert_int_equal(illegal_of(b), 1);
		assert_int_equal(usb_of(b).mode, 1);
		board_free(b);
	}
}

static void vendor__voltage__is_unknown_and_counted(void **state)
{
	struct board *b = v1();
	uint8_t r[8];

	(void)state;
	assert_int_equal(v1_ask(b, "\xF7", 1, r, 8), 2);
	assert_memory_equal(r, "\x42\0", 2);
	assert_int_equal(illegal_of(b), 1);
	assert_int_equal(usb_of(b).unknown_commands, 1);
	board_free(b);
}

static void vendor__drive_nrst__wedges_until_replugged(void **state)
{
	struct board *b = v1();
	uint8_t r[13], w[31];

	(void)state;
	v1_enter(b);
	cbw_send(b, 1, 2, 0x80, "\xF2\x3C\x00", 3);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 2), USBDEV_STALL);
	clear_halt(b, 0x81);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 13), USBDEV_STALL);
	usbdev_reset(b);
	cbw_make(w, 2, 6, 0x80, "\xF1", 1);
	assert_int_equal(usbdev_bulk_out(b, 0x02, w, 31), USBDEV_STALL);
	assert_true(usb_of(b).wedged);
	assert_int_equal(illegal_of(b), 1);
	assert_true(board_set(b, "plug", "out"));
	assert_true(board_set(b, "plug", "in"));
	usbdev_reset(b);
	assert_int_equal(v1_ask(b, "\xF1", 1, r, 6), 6);
	board_free(b);
}

static void vendor__dfu_exit__leaves_the_bus_after_its_status(void **state)
{
	struct board_options o = { .start_in_dfu = true };
	struct board *b = board_new(board_kind_find("vldiscovery"), &o);
	unsigned generation;
	uint8_t r[13];

	(void)state;
	assert_non_null(b);
	generation = usbdev_generation(b);
	assert_int_equal(v1_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 0);
	assert_int_equal(v1_ask(b, "\xF3\x07", 2, r, 0), 0);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 13), USBDEV_GONE);
	assert_int_equal(usbdev_generation(b), generation + 1);
	assert_true(usbdev_enumerate(b));
	assert_int_equal(v1_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 1);
	assert_int_equal(illegal_of(b), 0);
	board_free(b);
}

static void vendor__dfu_exit_now__takes_the_status_with_it(void **state)
{
	struct board_options o = { .start_in_dfu = true };
	struct board *b = board_new(board_kind_find("vldiscovery"), &o);
	uint8_t r[13];

	(void)state;
	assert_non_null(b);
	assert_true(board_set(b, "dfu-exit", "now"));
	cbw_send(b, 1, 0, 0x80, "\xF3\x07", 2);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 13), USBDEV_GONE);
	board_free(b);
}

/* ---- memory ---- */

static void write_words(struct board *b, uint32_t announced, uint8_t flags, const uint8_t *data,
			size_t n)
{
	uint8_t cdb[16];

	mem_cmd(cdb, 0x08, SRAM, n);
	cbw_send(b, 4, announced, flags, cdb, 10);
	assert_int_equal(usbdev_bulk_out(b, 0x02, data, n), (int)n);
	assert_int_equal(csw_get(b, 4, NULL), 0);
}

static void memory__write_length__comes_from_the_cdb(void **state)
{
	static const uint8_t data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct board *b = v1();
	uint8_t r[8];

	(void)state;
	v1_enter(b);
	write_words(b, 8, 0x00, data, 8);
	write_words(b, 0, 0x00, data, 8);       /* stlink-org announces nothing */
	write_words(b, 0, 0x80, data, 8);
	assert_int_equal(illegal_of(b), 0);
	assert_int_equal(v1_ask(b, "\xF2\x07\0\0\0\x20\x08\0", 8, r, 8), 8);
	assert_memory_equal(r, data, 8);
	write_words(b, 12, 0x00, data, 8);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
}

static void memory__limits__are_6144_and_64(void **state)
{
	static uint8_t r[6148];
	struct board *b = v1();
	uint8_t cdb[16], data[65] = { 0 };

	(void)state;
	v1_enter(b);
	mem_cmd(cdb, 0x07, SRAM, 6144);
	assert_int_equal(v1_ask(b, cdb, 10, r, 6144), 6144);
	assert_int_equal(illegal_of(b), 0);
	mem_cmd(cdb, 0x07, SRAM, 6148);
	assert_int_equal(stalled_status(b, cdb, 10, 6148), 1);
	assert_int_equal(illegal_of(b), 1);
	mem_cmd(cdb, 0x0D, SRAM, 65);
	cbw_send(b, 2, 65, 0, cdb, 10);
	assert_int_equal(usbdev_bulk_out(b, 0x02, data, 65), 65);
	assert_int_equal(usbdev_bulk_in(b, 0x81, r, 13), USBDEV_STALL);
	assert_int_equal(illegal_of(b), 2);
	board_free(b);
}

static void memory__length_not_a_multiple_of_4__gives_wrong_bytes(void **state)
{
	static const uint8_t data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct board *b = v1();
	uint8_t r[6];

	(void)state;
	v1_enter(b);
	write_words(b, 8, 0x00, data, 8);
	assert_int_equal(v1_ask(b, "\xF2\x07\0\0\0\x20\x06\0", 8, r, 6), 6);
	assert_memory_not_equal(r, data, 6);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
}

static void memory__more_asked_than_full_packets_come__aborts(void **state)
{
	struct board *b = v1();

	(void)state;
	v1_enter(b);
	assert_int_equal(stalled_status(b, "\xF2\x07\0\0\0\x20\x40\0", 8, 65), 1);
	assert_int_equal(illegal_of(b), 1);
	board_free(b);
}

static void memory__fault__is_told_by_3b(void **state)
{
	struct board *b = v1();
	uint8_t r[4];

	(void)state;
	v1_enter(b);
	assert_int_equal(v1_ask(b, "\xF2\x07\0\0\0\x60\x04\0", 8, r, 4), 4);
	assert_int_equal(v1_ask(b, "\xF2\x3B", 2, r, 2), 2);
	assert_int_equal(r[0], 0x11);
	board_free(b);
}

static void time__command_with_data__is_three_urbs(void **state)
{
	struct board *b = v1();
	uint8_t r[6];
	uint64_t t0;

	(void)state;
	assert_int_equal(v1_ask(b, "\xF1\x80", 2, r, 6), 6);
	assert_int_equal(ns_now(b), 1000u * (131 + 20 + 106 + 113));
	assert_int_equal(usb_of(b).bulk_urbs, 3);
	t0 = ns_now(b);
	assert_int_equal(v1_ask(b, "\0\0\0\0\0\0", 6, r, 0), 0);
	assert_int_equal(ns_now(b) - t0, 1000u * (131 + 20 + 113));
	board_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status__echoes_every_tag_and_the_residue),
		cmocka_unit_test(cbw__not_valid__stalls_both_pipes_until_reset_recovery),
		cmocka_unit_test(cbw__wrong_length_lun_or_cdb_length__is_not_valid),
		cmocka_unit_test(cbw__before_the_last_status__is_counted),
		cmocka_unit_test(reset__in_the_middle_of_a_command__forgets_it),
		cmocka_unit_test(request_sense__in_18_bytes__is_accepted),
		cmocka_unit_test(disk__inquiry__is_the_published_one),
		cmocka_unit_test(disk__capacity_and_limit__are_the_published_ones),
		cmocka_unit_test(disk__volume__is_a_fat_with_three_files),
		cmocka_unit_test(disk__harmless_commands__pass),
		cmocka_unit_test(disk__write_and_unknown__fail_with_sense),
		cmocka_unit_test(disk__told_to_hang__naks_until_reset),
		cmocka_unit_test(disk__read_far_out_in_dfu__ends_in_a_phase_error),
		cmocka_unit_test(vendor__second_api__answers_with_its_exact_lengths),
		cmocka_unit_test(vendor__first_api__does_the_whole_round),
		cmocka_unit_test(vendor__debug_command_before_enter__stalls),
		cmocka_unit_test(vendor__enter_or_exit_with_a_length__fails),
		cmocka_unit_test(vendor__voltage__is_unknown_and_counted),
		cmocka_unit_test(vendor__drive_nrst__wedges_until_replugged),
		cmocka_unit_test(vendor__dfu_exit__leaves_the_bus_after_its_status),
		cmocka_unit_test(vendor__dfu_exit_now__takes_the_status_with_it),
		cmocka_unit_test(memory__write_length__comes_from_the_cdb),
		cmocka_unit_test(memory__limits__are_6144_and_64),
		cmocka_unit_test(memory__length_not_a_multiple_of_4__gives_wrong_bytes),
		cmocka_unit_test(memory__more_asked_than_full_packets_come__aborts),
		cmocka_unit_test(memory__fault__is_told_by_3b),
		cmocka_unit_test(time__command_with_data__is_three_urbs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
