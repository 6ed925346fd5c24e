/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rate.c - transfers that the virtual board takes per second of host time (make rate).
 *
 * Virtual pace, in this process, one thread; CPU time, half a second of it. A row a kind of
 * traffic; below 100,000 transfers a second in any row the exit status is 1.
 */
#define _POSIX_C_SOURCE 200809L
#include "tests/support/simhost.h"

#include <time.h>

#include "base/compiler.h"

#define LEAST 100000.0
#define ROUNDS 1000u            /* between two looks at the clock */
#define LEAST_S 0.5

static double cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Vectors; then a loop that counts in a register: the core has something to do. */
static void give_firmware(struct board *b)
{
	static const uint8_t code[] = { 0, 0x10, 0, 0x20, 9, 0, 0, 8, 0x01, 0x30, 0xFD, 0xE7 };

	memcpy(chip_flash(board_chip(b), NULL), code, sizeof(code));
	chip_flash_changed(board_chip(b));
	chip_power(board_chip(b), false);
	chip_power(board_chip(b), true);
}

static void debug_reg(struct board *b, uint8_t op, uint32_t addr, uint32_t value)
{
	uint8_t cmd[16] = { 0xF2, op }, r[8];

	put_le32(cmd + 2, addr);
	put_le32(cmd + 6, value);
	assert_true(v2_ask(b, cmd, 16, r, op == 0x36 ? 8 : 2) > 0);
	assert_int_equal(r[0], 0x80);
}

static void do_version(struct board *b)
{
	uint8_t r[6];

	assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
}

static void do_read_register(struct board *b)
{
	debug_reg(b, 0x36, DHCSR_ADDR, 0);
}

static void do_read_1k(struct board *b)
{
	uint8_t data[1024];

	assert_int_equal(v2_read(b, 0x07, SRAM, data, sizeof(data)), (int)sizeof(data));
}

static void do_write_1k(struct board *b)
{
	static const uint8_t data[1024] = { 1, 2, 3 };

	v2_write(b, 0x08, SRAM + 1024, data, sizeof(data));
}

static void do_v1_version(struct board *b)
{
	uint8_t r[6];

	assert_int_equal(v1_ask(b, "\xF1\x80", 2, r, 6), 6);
}

static void do_inquiry(struct board *b)
{
	uint8_t r[36];

	assert_int_equal(v1_ask(b, "\x12\0\0\0\x24", 5, r, 36), 36);
}

static const struct row {
	const char *what;
	const char *board;
	void (*once)(struct board *b);
	bool halted, running;
} rows[] = {
	{ "V2 GET_VERSION", "bluepill", do_version, false, false },
	{ "V2 READDEBUGREG, core halted", "bluepill", do_read_register, true, false },
	{ "V2 READDEBUGREG, core running", "bluepill", do_read_register, false, true },
	{ "V2 read 1 KiB of SRAM", "bluepill", do_read_1k, true, false },
	{ "V2 write 1 KiB of SRAM", "bluepill", do_write_1k, true, false },
	{ "V1 GET_VERSION", "vldiscovery", do_v1_version, false, false },
	{ "V1 INQUIRY", "vldiscovery", do_inquiry, false, false },
};

static double measure(const struct row *row)
{
	struct board *b = plug(row->board, NULL);
	uint64_t from;
	double start, took, rate;

	if (row->running)
		give_firmware(b);
	if (row->halted || row->running)
		v2_enter(b);
	if (row->halted)
		debug_reg(b, 0x35, DHCSR_ADDR, 0xA05F0003u);
	from = usb_of(b).urbs;
	start = cpu_s();
	do {
		for (unsigned i = 0; i < ROUNDS; i++)
			row->once(b);
		took = cpu_s() - start;
	} while (took < LEAST_S);
	rate = (double)(usb_of(b).urbs - from) / took;
	printf("%-32s %10.0f transfers/s\n", row->what, rate);
	board_free(b);
	return rate;
}

int main(void)
{
	int low = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		low |= measure(&rows[i]) < LEAST;
	return low;
}
