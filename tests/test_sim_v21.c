/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_v21.c - a V2-1 as a host sees it: three functions in one device.
 */
#include "tests/support/composite.h"

#include "base/compiler.h"

static struct board *plug_nucleo(void)
{
	struct board *b = plug("nucleo-f401re", NULL);

	configure(b);
	return b;
}

static void no_illegal(struct board *b)
{
	if (illegal_of(b) != 0)
		fail_msg("%s", usbdev_illegal(b, 0));
	board_free(b);
}

/* ---- enumeration ---- */

static void enumeration__v21__is_a_composite_device(void **state)
{
	static const uint8_t device[18] = { 18, 1, 0, 2, 0xEF, 2, 1, 64, 0x83, 4, 0x4B, 0x37, 0, 1, 1,
					    2, 3, 1 };
	static const uint8_t config[128] = {
		9, 2, 128, 0, 4, 1, 0, 0x80, 250,
		9, 4, 0, 0, 3, 0xFF, 0xFF, 0xFF, 4,
		7, 5, 0x81, 2, 64, 0, 0, 7, 5, 0x01, 2, 64, 0, 0, 7, 5, 0x82, 2, 32, 0, 0,
		9, 4, 1, 0, 2, 8, 6, 0x50, 5,
		7, 5, 0x83, 2, 64, 0, 0, 7, 5, 0x03, 2, 64, 0, 0,
		8, 11, 2, 2, 2, 2, 1, 6,
		9, 4, 2, 0, 1, 2, 2, 1, 6,
		5, 0x24, 0, 0x10, 1, 5, 0x24, 1, 0, 3, 4, 0x24, 2, 6, 5, 0x24, 6, 2, 3,
		7, 5, 0x84, 3, 8, 0, 16,
		9, 4, 3, 0, 2, 10, 0, 0, 7,
		7, 5, 0x05, 2, 16, 0, 0, 7, 5, 0x85, 2, 16, 0, 0,
	};
	static const uint8_t classes[4][3] = { { 0xFF, 0xFF, 0xFF }, { 8, 6, 0x50 }, { 2, 2, 1 },
					       { 10, 0, 0 } };
	struct board *b = plug("nucleo-f401re", NULL);
	struct usbdev_ids ids;
	uint8_t d[255];

	(void)state;
	assert_int_equal(get_descriptor_of(b, 1, 0, d, 64), 18);
	assert_memory_equal(d, device, 18);
	assert_int_equal(get_descriptor_of(b, 2, 0, d, 255), 128);
	assert_memory_equal(d, config, 128);
	assert_int_equal(get_descriptor_of(b, 6, 0, d, 10), USBDEV_STALL);
	assert_int_equal(get_descriptor_of(b, 3, 4, d, 255), 2 + 2 * 13);
	assert_int_equal(d[2], 'S');
	assert_int_equal(d[26], 'g');           /* "ST-Link Debug" */
	assert_int_equal(get_descriptor_of(b, 3, 3, d, 255), 50);
	usbdev_ids(b, &ids);
	assert_int_equal(ids.dev_class, 0xEF);
	assert_int_equal(ids.n_interfaces, 4);
	assert_memory_equal(ids.interface_class, classes, sizeof(classes));
	assert_false(ids.high_speed);
	no_illegal(b);
}

static void version__v21__has_j_and_m(void **state)
{
	static const uint8_t want[6] = { 0x29, 0x5B, 0x83, 0x04, 0x4B, 0x37 };
	struct board *b = plug_nucleo();
	uint8_t r[12];

	(void)state;
	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
	assert_memory_equal(r, want, 6);
	assert_int_equal(v2_ask(b, "\xFB", 1, r, 2), 2);        /* not before the V3 */
	assert_int_equal(r[0], 0x42);
	no_illegal(b);
}

static void power_up__v21__is_in_the_application(void **state)
{
	struct board_options o = { .start_in_dfu = true };
	struct board *b = plug_nucleo();
	uint8_t r[2];

	(void)state;
	assert_int_equal(v2_ask(b, "\xF5", 1, r, 2), 2);
	assert_int_equal(r[0], 1);
	assert_false(board_set(b, "dfu", "on"));
	assert_null(board_new(board_kind_find("nucleo-f401re"), &o));
	no_illegal(b);
}

static void endpoints__of_a_plain_v2__are_not_there(void **state)
{
	struct board *b = plug_nucleo();
	uint8_t data[64] = { 0xF1 };

	(void)state;
	assert_int_equal(usbdev_bulk_out(b, 0x02, data, 16), USBDEV_STALL);
	assert_int_equal(illegal_of(b), 1);
	assert_int_equal(usbdev_bulk_in(b, 0x82, data, 64), USBDEV_NAK);        /* no trace */
	assert_int_equal(usbdev_bulk_in(b, SERIAL_NOTE, data, 8), USBDEV_NAK);
	assert_int_equal(illegal_of(b), 1);
	assert_int_equal(usbdev_bulk_out(b, SERIAL_NOTE, data, 8), USBDEV_STALL);
	assert_int_equal(usbdev_bulk_in(b, DISK_OUT, data, 8), USBDEV_STALL);
	assert_int_equal(illegal_of(b), 3);
	board_free(b);
}

/* ---- the disk ---- */

static void disk__inquiry_and_capacity__are_those_of_kernel_logs(void **state)
{
	static const uint8_t inquiry[10] = { 0x12, 0, 0, 0, 36 }, capacity[10] = { 0x25 };
	static const uint8_t sense[10] = { 0x1A, 0, 0x3F, 0, 4 };
	static const uint8_t mode[4] = { 3 };
	struct board *b = plug_nucleo();
	uint8_t d[36];

	(void)state;
	disk_ask(b, inquiry, d, 36);
	assert_int_equal(d[1], 0x80);
	assert_int_equal(d[2], 2);
	assert_memory_equal(d + 8, "MBED    microcontroller 1.0 ", 28);
	disk_ask(b, capacity, d, 8);
	assert_int_equal(get_be32(d), 1071);
	assert_int_equal(get_be32(d + 4), 512);
	disk_ask(b, sense, d, 4);
	assert_memory_equal(d, mode, 4);
	no_illegal(b);
}

/* The value of a FAT12 entry. */
static unsigned fat12(const uint8_t *fat, unsigned i)
{
	unsigned v = get_le16(fat + i * 3 / 2);

	return i % 2 ? v >> 4 : v & 0xFFF;
}

static void disk__volume__is_fat12_with_its_files(void **state)
{
	struct board *b = plug_nucleo();
	uint8_t boot_sector[512], fat[512], root[512], text[512];
	uint32_t fat_start, root_start, data_start;

	(void)state;
	disk_block_read(b, 0, boot_sector);
	assert_int_equal(get_le16(boot_sector + 510), 0xAA55);
	assert_int_equal(get_le16(boot_sector + 11), 512);
	assert_int_equal(get_le16(boot_sector + 19), 1072);
	assert_memory_equal(boot_sector + 43, "NODE_F401REFAT12   ", 19);
	fat_start = get_le16(boot_sector + 14);
	root_start = fat_start + boot_sector[16] * get_le16(boot_sector + 22);
	data_start = root_start + get_le16(boot_sector + 17) * 32u / 512u;
	/* fewer clusters than 4085, and each has an entry in the table */
	assert_true((1072 - data_start) / boot_sector[13] < 4085);
	assert_true((1072 - data_start) / boot_sector[13] + 2 <=
		    get_le16(boot_sector + 22) * 512u * 2 / 3);
	disk_block_read(b, fat_start, fat);
	assert_int_equal(fat12(fat, 0), 0xFF8);
	assert_int_equal(fat12(fat, 1), 0xFFF);
	assert_int_equal(fat12(fat, 2), 0xFFF);
	assert_int_equal(fat12(fat, 3), 0xFFF);
	assert_int_equal(fat12(fat, 4), 0);
	disk_block_read(b, root_start, root);
	assert_memory_equal(root, "NODE_F401RE\x08", 12);
	assert_memory_equal(root + 32, "DETAILS TXT", 11);
	assert_memory_equal(root + 64, "MBED    HTM", 11);
	disk_block_read(b, data_start + get_le16(root + 64 + 26) - 2u, text);
	assert_memory_equal(text, "<html>", 6);
	assert_int_equal(strlen((char *)text), get_le32(root + 64 + 28));
	no_illegal(b);
}

static void disk__write__is_taken_and_forgotten(void **state)
{
	static const uint8_t write[10] = { 0x2A, 0, 0, 0, 0, 20, 0, 0, 2 };
	struct board *b = plug_nucleo();
	uint8_t data[1024], back[512];
	uint32_t residue = 9;

	(void)state;
	memset(data, 0x5A, sizeof(data));
	disk_cbw(b, 8, 1024, 0, write);
	assert_int_equal(usbdev_bulk_out(b, DISK_OUT, data, 512), 512);
	assert_int_equal(usbdev_bulk_in(b, DISK_IN, back, 13), USBDEV_NAK);
	assert_int_equal(usbdev_bulk_out(b, DISK_OUT, data + 512, 512), 512);
	assert_int_equal(disk_csw(b, 8, &residue), 0);
	assert_int_equal(residue, 0);
	disk_block_read(b, 20, back);
	assert_int_equal(back[0], 0);
	no_illegal(b);
}

static void disk__beyond_its_end__is_refused_with_a_stall_and_sense(void **state)
{
	static const uint8_t read[10] = { 0x28, 0, 0, 0, 4, 47, 0, 0, 2 };
	static const uint8_t sense[10] = { 3, 0, 0, 0, 18 };
	struct board *b = plug_nucleo();
	uint8_t d[1024];
	uint32_t residue = 0;

	(void)state;
	disk_cbw(b, 1, 1024, 0x80, read);
	assert_int_equal(usbdev_bulk_in(b, DISK_IN, d, 1024), USBDEV_STALL);
	clear_halt(b, DISK_IN);
	assert_int_equal(disk_csw(b, 1, &residue), 1);
	assert_int_equal(residue, 1024);
	disk_ask(b, sense, d, 18);
	assert_int_equal(d[2], 5);
	assert_int_equal(d[12], 0x21);
	no_illegal(b);
}

static void disk__nonsense__stalls_until_it_is_reset(void **state)
{
	uint8_t reset[8] = { 0x21, 0xFF, 0, 0, 1 }, max_lun[8] = { 0xA1, 0xFE, 0, 0, 1, 0, 1 };
	struct board *b = plug_nucleo();
	uint8_t d[31] = { 1 };

	(void)state;
	assert_int_equal(usbdev_bulk_out(b, DISK_OUT, d, 31), 31);
	assert_int_equal(usbdev_bulk_in(b, DISK_IN, d, 13), USBDEV_STALL);
	clear_halt(b, DISK_IN);
	assert_int_equal(usbdev_bulk_in(b, DISK_IN, d, 13), USBDEV_STALL);
	/* the debug interface does not mind */
	assert_int_equal(v2_ask(b, "\xF5", 1, d, 2), 2);
	assert_int_equal(usbdev_control(b, reset, NULL, 0), 0);
	clear_halt(b, DISK_IN);
	clear_halt(b, DISK_OUT);
	disk_ask(b, (const uint8_t[10]){ 0x25 }, d, 8);
	assert_int_equal(usbdev_control(b, max_lun, d, 1), 1);
	assert_int_equal(d[0], 0);
	board_free(b);
}

static void disk__in_the_middle_of_debugging__disturbs_nothing(void **state)
{
	static const uint8_t read[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 1 };
	struct board *b = plug_nucleo();
	uint8_t cmd[16], d[512], cpuid[4];

	(void)state;
	v2_enter(b);
	mem_cmd(cmd, 0x07, 0xE000ED00, 4);
	assert_int_equal(v2_send(b, cmd, 16), 16);
	disk_cbw(b, 3, 512, 0x80, read);
	assert_int_equal(usbdev_bulk_in(b, 0x81, cpuid, 4), 4);
	assert_int_equal(get_le32(cpuid), 0x410FC241);
	assert_int_equal(usbdev_bulk_in(b, DISK_IN, d, 512), 512);
	assert_int_equal(v2_status(b, NULL), 0x80);
	assert_int_equal(disk_csw(b, 3, NULL), 0);
	no_illegal(b);
}

/* ---- the serial port ---- */

/* Vectors; USART2 on; each byte that comes in goes out plus one. */
static const uint8_t echo[] = {
	0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08,
	0x07, 0x48,             /* ldr r0, =RCC_APB1ENR */
	0x01, 0x21, 0x49, 0x04, /* movs r1, #1; lsls r1, r1, #17 */
	0x01, 0x60,             /* str r1, [r0] */
	0x06, 0x48,             /* ldr r0, =USART2 */
	0x42, 0xF2, 0x0C, 0x01, /* movw r1, #0x200c: UE, TE, RE */
	0xC1, 0x60,             /* str r1, [r0, #12] */
	0x01, 0x68, 0x8A, 0x06, /* loop: ldr r1, [r0]; lsls r2, r1, #26 */
	0xFC, 0xD5,             /* bpl loop */
	0x41, 0x68, 0x01, 0x31, /* ldr r1, [r0, #4]; adds r1, #1 */
	0x41, 0x60, 0xF8, 0xE7, /* str r1, [r0, #4]; b loop */
	0x00, 0x00,
	0x40, 0x38, 0x02, 0x40, 0x00, 0x44, 0x00, 0x40,
};

static void serial__bytes__go_through_the_chip_and_come_back(void **state)
{
	struct board *b = plug_nucleo();
	uint8_t in[16];
	uint64_t t0;

	(void)state;
	boot(b, echo, sizeof(echo));
	assert_int_equal(usbdev_bulk_in(b, SERIAL_IN, in, 16), USBDEV_NAK);
	chip_idle_until(board_chip(b), ns_now(b) + 1000000);
	t0 = ns_now(b);
	assert_int_equal(usbdev_bulk_out(b, SERIAL_OUT, (const uint8_t *)"HAL", 3), 3);
	/* 100 us for the URB, 3 us for its bytes; then 86.8 us each at 115200 8N1 */
	assert_int_equal(ns_now(b) - t0, 103000);
	assert_int_equal(usbdev_bulk_in(b, SERIAL_IN, in, 16), USBDEV_NAK);
	chip_idle_until(board_chip(b), t0 + 103000 + 85000);
	assert_int_equal(usbdev_bulk_in(b, SERIAL_IN, in, 16), USBDEV_NAK);
	chip_idle_until(board_chip(b), t0 + 103000 + 95000);
	assert_int_equal(usbdev_bulk_in(b, SERIAL_IN, in, 16), 1);
	assert_int_equal(in[0], 'I');
	chip_idle_until(board_chip(b), t0 + 103000 + 300000);
	assert_int_equal(usbdev_bulk_in(b, SERIAL_IN, in, 16), 2);
	assert_memory_equal(in, "BM", 2);
	assert_int_equal(usb_of(b).vcp_out, 3);
	assert_int_equal(usb_of(b).vcp_in, 3);
	assert_int_equal(usb_of(b).vcp_lost, 0);
	no_illegal(b);
}

static void serial__line_coding__is_kept_and_sets_the_pace(void **state)
{
	uint8_t get[8] = { 0xA1, 0x21, 0, 0, 2, 0, 7 }, lines[8] = { 0x21, 0x22, 3, 0, 2 };
	uint8_t bad[7] = { 0 }, set[8] = { 0x21, 0x20, 0, 0, 2, 0, 7 };
	struct board *b = plug_nucleo();
	uint8_t c[16];
	uint64_t t0;

	(void)state;
	boot(b, echo, sizeof(echo));
	assert_int_equal(usbdev_control(b, get, c, 7), 7);
	assert_int_equal(get_le32(c), 115200);
	assert_int_equal(c[6], 8);
	set_line_coding(b, 9600);
	assert_int_equal(usbdev_control(b, get, c, 7), 7);
	assert_int_equal(get_le32(c), 9600);
	assert_int_equal(usbdev_control(b, lines, NULL, 0), 0);
	assert_int_equal(usbdev_control(b, set, bad, 7), USBDEV_STALL);
	chip_idle_until(board_chip(b), ns_now(b) + 1000000);
	assert_int_equal(usbdev_bulk_out(b, SERIAL_OUT, (const uint8_t *)"abcdefghij", 10), 10);
	t0 = ns_now(b);
	chip_idle_until(board_chip(b), t0 + 10000000);
	assert_int_equal(usbdev_bulk_in(b, SERIAL_IN, c, 16), 9);       /* 1.04 ms a byte */
	chip_idle_until(board_chip(b), t0 + 11000000);
	assert_int_equal(usbdev_bulk_in(b, SERIAL_IN, c, 16), 1);
	assert_int_equal(c[0], 'k');
	no_illegal(b);
}

/* Nobody reads: what does not fit is counted, not invented. */
static void serial__nobody_reads__loses_bytes_and_counts_them(void **state)
{
	struct board *b = plug_nucleo();
	uint8_t data[5000];

	(void)state;
	boot(b, echo, sizeof(echo));
	set_line_coding(b, 921600);
	chip_idle_until(board_chip(b), ns_now(b) + 1000000);
	memset(data, 'x', sizeof(data));
	assert_int_equal(usbdev_bulk_out(b, SERIAL_OUT, data, sizeof(data)), sizeof(data));
	chip_idle_until(board_chip(b), ns_now(b) + 100000000);
	assert_int_equal(usbdev_bulk_in(b, SERIAL_IN, data, sizeof(data)), 4096);
	assert_int_equal(usb_of(b).vcp_lost, 5000 - 4096);
	no_illegal(b);
}

static void serial__line_is_busy__keeps_the_host_waiting(void **state)
{
	struct board *b = plug_nucleo();
	static uint8_t data[16384];

	(void)state;
	set_line_coding(b, 9600);
	assert_int_equal(usbdev_bulk_out(b, SERIAL_OUT, data, sizeof(data)), sizeof(data));
	assert_int_equal(usbdev_bulk_out(b, SERIAL_OUT, data, 64), USBDEV_NAK);
	chip_idle_until(board_chip(b), ns_now(b) + 70000000);
	assert_int_equal(usbdev_bulk_out(b, SERIAL_OUT, data, 64), 64);
	no_illegal(b);
}

/* ---- the switch for access ports ---- */

static void ap_strict__port_not_opened__is_refused_until_4b(void **state)
{
	struct board *b = plug_nucleo();
	uint8_t r[12], cpuid[4];

	(void)state;
	v2_enter(b);
	assert_int_equal(v2_read(b, 0x07, 0xE000ED00, cpuid, 4), 4);
	assert_int_equal(v2_status(b, NULL), 0x80);
	assert_true(board_set(b, "ap", "strict"));
	assert_int_equal(v2_read(b, 0x07, 0xE000ED00, cpuid, 4), 4);
	assert_int_equal(v2_status(b, NULL), 0x1D);
	assert_int_equal(get_le32(cpuid), 0);
	assert_int_equal(v2_ask(b, "\xF2\x33\x00", 3, r, 8), 8);
	assert_int_equal(r[0], 0x08);
	assert_int_equal(v2_ask(b, "\xF2\x45\x00\x00\xFC", 5, r, 8), 8);
	assert_int_equal(r[0], 0x1D);
	assert_int_equal(v2_ask(b, "\xF2\x45\xFF\xFF\x00", 5, r, 8), 8);        /* the debug port */
	assert_int_equal(r[0], 0x80);
	assert_int_equal(v2_ask(b, "\xF2\x4B\x00", 3, r, 2), 2);
	assert_int_equal(r[0], 0x80);
	assert_int_equal(v2_read(b, 0x07, 0xE000ED00, cpuid, 4), 4);
	assert_int_equal(v2_status(b, NULL), 0x80);
	assert_int_equal(get_le32(cpuid), 0x410FC241);
	assert_int_equal(v2_ask(b, "\xF2\x45\x00\x00\xFC", 5, r, 8), 8);
	assert_int_equal(get_le32(r + 4), 0x24770011);
	/* EXIT closes it again */
	assert_int_equal(v2_send(b, "\xF2\x21", 2), 16);
	v2_enter(b);
	assert_int_equal(v2_read(b, 0x07, 0xE000ED00, cpuid, 4), 4);
	assert_int_equal(v2_status(b, NULL), 0x1D);
	assert_true(board_set(b, "ap", "lax"));
	assert_int_equal(v2_read(b, 0x07, 0xE000ED00, cpuid, 4), 4);
	assert_int_equal(v2_status(b, NULL), 0x80);
	no_illegal(b);
}

static void ap_strict__firmware_without_4b__opens_nothing(void **state)
{
	struct board *b = plug("l-discovery", "V2J26S6");
	uint8_t cpuid[4];

	(void)state;
	assert_true(board_set(b, "ap", "strict"));
	v2_enter(b);
	assert_int_equal(v2_read(b, 0x07, 0xE000ED00, cpuid, 4), 4);
	assert_int_equal(v2_status(b, NULL), 0x80);
	no_illegal(b);
}

/* ---- the board around it ---- */

static void button__up_and_down__is_seen_at_pc13(void **state)
{
	struct board *b = plug_nucleo();

	(void)state;
	assert_int_equal(chip_pin(board_chip(b), 'C', 13), 1);
	assert_true(board_set(b, "button", "down"));
	assert_int_equal(chip_pin(board_chip(b), 'C', 13), 0);
	assert_true(board_set(b, "button", "up"));
	assert_int_equal(chip_pin(board_chip(b), 'C', 13), 1);
	no_illegal(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(enumeration__v21__is_a_composite_device),
		cmocka_unit_test(version__v21__has_j_and_m),
		cmocka_unit_test(power_up__v21__is_in_the_application),
		cmocka_unit_test(endpoints__of_a_plain_v2__are_not_there),
		cmocka_unit_test(disk__inquiry_and_capacity__are_those_of_kernel_logs),
		cmocka_unit_test(disk__volume__is_fat12_with_its_files),
		cmocka_unit_test(disk__write__is_taken_and_forgotten),
		cmocka_unit_test(disk__beyond_its_end__is_refused_with_a_stall_and_sense),
		cmocka_unit_test(disk__nonsense__stalls_until_it_is_reset),
		cmocka_unit_test(disk__in_the_middle_of_debugging__disturbs_nothing),
		cmocka_unit_test(serial__bytes__go_through_the_chip_and_come_back),
		cmocka_unit_test(serial__line_coding__is_kept_and_sets_the_pace),
		cmocka_unit_test(serial__nobody_reads__loses_bytes_and_counts_them),
		cmocka_unit_test(serial__line_is_busy__keeps_the_host_waiting),
		cmocka_unit_test(ap_strict__port_not_opened__is_refused_until_4b),
		cmocka_unit_test(ap_strict__firmware_without_4b__opens_nothing),
		cmocka_unit_test(button__up_and_down__is_seen_at_pc13),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
