/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * composite.h - what tests of the composite probes say to the disk and to the serial port.
 */
#ifndef TESTS_SUPPORT_COMPOSITE_H
#define TESTS_SUPPORT_COMPOSITE_H

#include "tests/support/simhost.h"

enum { DISK_OUT = 0x03, DISK_IN = 0x83, SERIAL_OUT = 0x05, SERIAL_IN = 0x85, SERIAL_NOTE = 0x84 };

static inline void disk_cbw(struct board *b, uint32_t tag, uint32_t len, uint8_t flags,
			    const uint8_t cdb[10])
{
	uint8_t w[31];

	cbw_make(w, tag, len, flags, cdb, 10);
	assert_int_equal(usbdev_bulk_out(b, DISK_OUT, w, sizeof(w)), 31);
}

/* Reads the status block; returns the status byte. */
static inline int disk_csw(struct board *b, uint32_t tag, uint32_t *residue)
{
	uint8_t c[13];

	assert_int_equal(usbdev_bulk_in(b, DISK_IN, c, sizeof(c)), 13);
	assert_int_equal(get_le32(c), 0x53425355);
	assert_int_equal(get_le32(c + 4), tag);
	if (residue != NULL)
		*residue = get_le32(c + 8);
	return c[12];
}

/* A command with data IN that must pass, with so many bytes. */
static inline void disk_ask(struct board *b, const uint8_t cdb[10], uint8_t *out, size_t len)
{
	uint32_t residue = 99;

	disk_cbw(b, 5, (uint32_t)len, 0x80, cdb);
	assert_int_equal(usbdev_bulk_in(b, DISK_IN, out, len), (int)len);
	assert_int_equal(disk_csw(b, 5, &residue), 0);
	assert_int_equal(residue, 0);
}

static inline void disk_block_read(struct board *b, uint32_t lba, uint8_t out[512])
{
	uint8_t cdb[10] = { 0x28, 0, 0, 0, 0, 0, 0, 0, 1 };

	put_be32(cdb + 2, lba);
	disk_ask(b, cdb, out, 512);
}

static inline void set_line_coding(struct board *b, uint32_t rate)
{
	uint8_t setup[8] = { 0x21, 0x20, 0, 0, 2, 0, 7, 0 }, coding[7] = { 0, 0, 0, 0, 0, 0, 8 };

	put_le32(coding, rate);
	assert_int_equal(usbdev_control(b, setup, coding, 7), 7);
}

static inline void configure(struct board *b)
{
	uint8_t setup[8] = { 0x00, 9, 1 };

	assert_int_equal(usbdev_control(b, setup, NULL, 0), 0);
}

/* Vector table and code at the start of flash; the chip starts it. */
static inline void boot(struct board *b, const uint8_t *image, size_t n)
{
	size_t len;
	uint8_t *flash = chip_flash(board_chip(b), &len);

	memcpy(flash, image, n);
	chip_flash_changed(board_chip(b));
	assert_true(board_set(b, "power", "off"));
	assert_true(board_set(b, "power", "on"));
}

#endif
