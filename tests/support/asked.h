/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * asked.h - what a virtual V2 says of its chip when asked in its own commands, for tests of
 * conditions. To be included after simhost.h.
 */
#ifndef TESTS_SUPPORT_ASKED_H
#define TESTS_SUPPORT_ASKED_H

#define DEMCR_ADDR 0xE000EDFCu
#define DBGMCU_CR 0xE0042004u
#define DCRSR 0xE000EDF4u
#define DCRDR 0xE000EDF8u
#define HALT 0xA05F0003u
#define RUN 0xA05F0001u
#define S_HALT (1u << 17)
#define S_SLEEP (1u << 18)
#define MS 1000000u

/* ---- what the probe says ---------------------------------------------------------- */

static inline uint8_t enter(struct board *b)
{
	uint8_t r[2];

	assert_int_equal(v2_ask(b, "\xF2\x30\xA3", 3, r, 2), 2);
	return r[0];
}

static inline uint8_t peek(struct board *b, uint32_t addr, uint32_t *v)
{
	uint8_t cmd[16] = { 0xF2, 0x36 }, r[8];

	put_le32(cmd + 2, addr);
	assert_int_equal(v2_ask(b, cmd, 16, r, 8), 8);
	*v = get_le32(r + 4);
	return r[0];
}

static inline uint8_t poke(struct board *b, uint32_t addr, uint32_t v)
{
	uint8_t cmd[16] = { 0xF2, 0x35 }, r[2];

	put_le32(cmd + 2, addr);
	put_le32(cmd + 6, v);
	assert_int_equal(v2_ask(b, cmd, 16, r, 2), 2);
	return r[0];
}

static inline uint32_t dhcsr(struct board *b)
{
	uint32_t v = 0;

	assert_int_equal(peek(b, DHCSR_ADDR, &v), 0x80);
	return v;
}

static inline uint8_t dpidr(struct board *b, uint32_t *id)
{
	uint8_t r[12];

	assert_int_equal(v2_ask(b, "\xF2\x31", 2, r, 12), 12);
	*id = get_le32(r + 4);
	return r[0];
}

static inline void nrst(struct board *b, uint8_t how)
{
	uint8_t cmd[3] = { 0xF2, 0x3C, how }, r[2];

	assert_int_equal(v2_ask(b, cmd, 3, r, 2), 2);
	assert_int_equal(r[0], 0x80);
}

static inline unsigned millivolts(struct board *b)
{
	uint8_t r[8];

	assert_int_equal(v2_ask(b, "\xF7", 1, r, 8), 8);
	return (unsigned)(2400u * get_le32(r + 4) / get_le32(r));
}

static inline uint64_t resets(struct board *b)
{
	struct chip_report r;

	chip_get_report(board_chip(b), &r);
	return r.resets;
}

static inline uint64_t executed(struct board *b)
{
	struct chip_report r;

	chip_get_report(board_chip(b), &r);
	return r.instructions;
}

/* A vector table and an endless loop, so that the core runs. */
static inline void give_firmware(struct board *b)
{
	static const uint8_t code[] = { 0, 0x10, 0, 0x20, 9, 0, 0, 8, 0xFE, 0xE7, 0, 0 };

	memcpy(chip_flash(board_chip(b), NULL), code, sizeof(code));
	chip_flash_changed(board_chip(b));
	chip_power(board_chip(b), false);
	chip_power(board_chip(b), true);
}

static inline void let_pass(struct board *b, uint64_t ns)
{
	chip_idle_until(board_chip(b), ns_now(b) + ns);
}

#endif
