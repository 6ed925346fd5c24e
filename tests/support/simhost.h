/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * simhost.h - the least that a USB host needs to talk to a virtual board in a test.
 *
 * Deliberately knows nothing of the tool's own framing: tests of sim/ use only bytes.
 */
#ifndef TESTS_SUPPORT_SIMHOST_H
#define TESTS_SUPPORT_SIMHOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "sim/usbdev.h"

#define SRAM 0x20000000u
#define DHCSR_ADDR 0xE000EDF0u

static inline struct board *plug(const char *name, const char *firmware)
{
	struct board_options o = { .firmware = firmware };
	const struct board_kind *k = board_kind_find(name);
	struct board *b;

	assert_non_null(k);
	b = board_new(k, &o);
	assert_non_null(b);
	return b;
}

static inline uint64_t us_now(struct board *b)
{
	return board_clock(b)->now_ns / 1000u;
}

static inline uint64_t ns_now(struct board *b)
{
	return board_clock(b)->now_ns;
}

static inline struct usb_report usb_of(struct board *b)
{
	struct usb_report r;

	usbdev_get_report(b, &r);
	return r;
}

static inline uint64_t illegal_of(struct board *b)
{
	return usb_of(b).illegal;
}

/* ---- V2: a command of up to 16 bytes, given as a string of bytes ---- */

/* The debug interface's OUT endpoint: V2 02; V2-1 and V3 01. */
static inline uint8_t v2_out_ep(const struct board *b)
{
	struct usbdev_ids ids;

	usbdev_ids(b, &ids);
	return ids.pid == 0x3748 ? 0x02 : 0x01;
}

static inline int v2_send(struct board *b, const void *cmd, size_t n)
{
	uint8_t packet[16] = { 0 };

	memcpy(packet, cmd, n);
	return usbdev_bulk_out(b, v2_out_ep(b), packet, sizeof(packet));
}

/* Returns what an IN of exactly want bytes returns; the bytes in out. */
static inline int v2_ask(struct board *b, const void *cmd, size_t n, uint8_t *out, size_t want)
{
	int sent = v2_send(b, cmd, n);

	return sent < 0 ? sent : usbdev_bulk_in(b, 0x81, out, want);
}

static inline void v2_enter(struct board *b)
{
	uint8_t r[2];

	assert_int_equal(v2_ask(b, "\xF2\x30\xA3", 3, r, 2), 2);
	assert_int_equal(r[0], 0x80);
}

static inline void mem_cmd(uint8_t cmd[16], uint8_t op, uint32_t addr, size_t len)
{
	memset(cmd, 0, 16);
	cmd[0] = 0xF2;
	cmd[1] = op;
	put_le32(cmd + 2, addr);
	put_le16(cmd + 6, (uint16_t)len);
}

static inline int v2_read(struct board *b, uint8_t op, uint32_t addr, uint8_t *out, size_t len)
{
	uint8_t cmd[16];

	mem_cmd(cmd, op, addr, len);
	return v2_ask(b, cmd, 16, out, len);
}

static inline void v2_write(struct board *b, uint8_t op, uint32_t addr, const uint8_t *data,
			    size_t len)
{
	uint8_t cmd[16];

	mem_cmd(cmd, op, addr, len);
	assert_int_equal(v2_send(b, cmd, 16), 16);
	assert_int_equal(usbdev_bulk_out(b, v2_out_ep(b), data, len), (int)len);
}

/* The status of the last memory command, by 3E. */
static inline uint8_t v2_status(struct board *b, uint32_t *fault)
{
	uint8_t r[12];

	assert_int_equal(v2_ask(b, "\xF2\x3E", 2, r, 12), 12);
	assert_int_equal(r[1], 0);
	if (fault != NULL)
		*fault = get_le32(r + 4);
	return r[0];
}

/* ---- V1: a command block wrapper and its status ---- */

struct cbw {
	uint32_t tag, len;
	uint8_t flags;
	const void *cdb;
	size_t n;
};

static inline void cbw_make_of(uint8_t w[31], const struct cbw *c)
{
	memset(w, 0, 31);
	put_le32(w, 0x43425355);
	put_le32(w + 4, c->tag);
	put_le32(w + 8, c->len);
	w[12] = c->flags;
	w[14] = (uint8_t)(c->n < 6 ? 6 : c->n);
	memcpy(w + 15, c->cdb, c->n);
}

static inline void cbw_send_of(struct board *b, const struct cbw *c)
{
	uint8_t w[31];

	cbw_make_of(w, c);
	assert_int_equal(usbdev_bulk_out(b, 0x02, w, sizeof(w)), 31);
}

/* Tag, length, flags, CDB and its length. */
#define cbw_make(w, ...) cbw_make_of(w, &(const struct cbw){ __VA_ARGS__ })
#define cbw_send(b, ...) cbw_send_of(b, &(const struct cbw){ __VA_ARGS__ })

/* Reads the status block, checks signature and tag; returns the status byte. */
static inline int csw_get(struct board *b, uint32_t tag, uint32_t *residue)
{
	uint8_t c[13];

	assert_int_equal(usbdev_bulk_in(b, 0x81, c, sizeof(c)), 13);
	assert_int_equal(get_le32(c), 0x53425355);
	assert_int_equal(get_le32(c + 4), tag);
	if (residue != NULL)
		*residue = get_le32(c + 8);
	return c[12];
}

/* A whole command with data IN; returns the bytes that came. */
static inline int v1_ask(struct board *b, const void *cdb, size_t n, uint8_t *out, size_t want)
{
	int got;

	cbw_send(b, 77, (uint32_t)want, 0x80, cdb, n);
	if (want == 0) {
		assert_int_equal(csw_get(b, 77, NULL), 0);
		return 0;
	}
	got = usbdev_bulk_in(b, 0x81, out, want);
	if (got >= 0)
		assert_int_equal(csw_get(b, 77, NULL), 0);
	return got;
}

static inline void clear_halt(struct board *b, uint8_t ep)
{
	uint8_t setup[8] = { 0x02, 0x01, 0, 0, ep, 0, 0, 0 };

	assert_int_equal(usbdev_control(b, setup, NULL, 0), 0);
}

static inline int get_descriptor_of(struct board *b, uint8_t type, uint8_t index, uint8_t *out,
				    size_t max)
{
	uint8_t setup[8] = { 0x80, 0x06, index, type, 0, 0, 0, 0 };

	put_le16(setup + 6, (uint16_t)max);
	return usbdev_control(b, setup, out, max);
}

#endif
