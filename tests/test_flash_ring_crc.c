/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_ring_crc.c - CRC by the ring loaders against a CRC-32 computed here bit by bit (RM0008 4:
 * polynomial 04C11DB7, from FFFFFFFF, words, most significant bit first), and how long all their
 * work takes at the clocks that a host may choose.
 */
#include "tests/support/ring_bench.h"

enum { RCC_F1 = 0x40021000, RCC_F4 = 0x40023800, ACR_F1 = 0x40022000, ACR_F4 = 0x40023C00,
       MOST_STEPS = 8 };

/* ---- clocks: RM0041 6.3, RM0008 7.3, RM0090 6.3, RM0038 6.3 ---------------------------------- */

struct clock_step {
	uint32_t at, clear, set, ready;
};

struct pace {
	const char *what;
	uint8_t kit;
	uint32_t hz;
	unsigned gap;                   /* at most, from unit to unit, in tenths of an instruction */
	struct clock_step steps[MOST_STEPS];
};

#define PLL_ON(cr) { cr, 0, 1u << 24, 1u << 25 }
#define MHZ 1000000u

static const struct pace paces[] = {
	{ "F100, HSI", 0, 8 * MHZ, 60, { { 0 } } },
	{ "F100, PLL", 0, 24 * MHZ, 60, {
		{ RCC_F1 + 4, 0, 4u << 18, 0 }, PLL_ON(RCC_F1), { RCC_F1 + 4, 3, 2, 2u << 2 } } },
	{ "F103, PLL", 1, 64 * MHZ, 60, {
		{ ACR_F1, 7, 2, 0 }, { RCC_F1 + 4, 0, 14u << 18 | 4u << 8, 0 }, PLL_ON(RCC_F1),
		{ RCC_F1 + 4, 3, 2, 2u << 2 } } },
	{ "F407 x8, HSI", 2, 16 * MHZ, 60, { { 0 } } },
	{ "F407 x16, HSI", 3, 16 * MHZ, 60, { { 0 } } },
	{ "F407 x32, HSI", 4, 16 * MHZ, 60, { { 0 } } },
	{ "F407 x32, PLL", 4, 168 * MHZ, 60, {
		{ ACR_F4, 7, 5, 0 }, { RCC_F4 + 4, UINT32_MAX, 16 | 336 << 6 | 7 << 24, 0 },
		{ RCC_F4 + 8, 0, 5u << 10 | 4u << 13, 0 }, PLL_ON(RCC_F4), { RCC_F4 + 8, 3, 2, 2u << 2 } } },
	{ "L152 words, MSI", 5, 2097000, 280, { { 0 } } },
	{ "L152 half pages, MSI", 6, 2097000, 500, { { 0 } } },
	{ "L152 half pages, MSI 4.2 MHz", 6, 4194000, 500, { { RCC_F4 + 4, 7u << 13, 6u << 13, 0 } } },
	{ "L152 half pages, HSI", 6, 16 * MHZ, 500, {
		{ ACR_F4, 0, 4, 0 }, { ACR_F4, 0, 1, 0 }, { RCC_F4, 0, 1, 2 },
		{ RCC_F4 + 8, 3, 1, 1u << 2 } } },
};

static void set_clock(struct ring *r, const struct pace *p)
{
	for (unsigned i = 0; i < MOST_STEPS && p->steps[i].at; i++) {
		const struct clock_step *s = &p->steps[i];

		w32(r->b, s->at, (r32(r->b, s->at) & ~s->clear) | s->set);
		for (unsigned n = 0; (r32(r->b, s->at) & s->ready) != s->ready; n++) {
			assert_true(n < 1000);
			pass(r->b, MS / 100);
		}
	}
}

/* ---- CRC ------------------------------------------------------------------------------------- */

static uint32_t crc_words(const uint8_t *data, size_t words)
{
	uint32_t crc = UINT32_MAX, word;

	for (size_t i = 0; i < words; i++) {
		memcpy(&word, data + 4 * i, 4);
		crc ^= word;
		for (unsigned bit = 0; bit < 32; bit++)
			crc = crc & 1u << 31 ? crc << 1 ^ 0x04C11DB7u : crc << 1;
	}
	return crc;
}

static void crc_one(struct ring *r, uint32_t off, uint32_t words, uint32_t pieces)
{
	uint32_t payload[16], got[16];

	for (uint32_t i = 0; i < 16; i++)
		payload[i] = words;
	ring_do(r, &(struct ring_work){ RING_CRC, FLASH_AT + off, pieces, payload, sizeof(payload) });
	assert_int_equal(ring_box(r, BOX_STATE), RING_WORKING);
	assert_int_equal(ring_box(r, BOX_DONE), r->seq);
	ring_get(r, ring_header_of(r, r->seq - 1) - 64, got, 64);
	for (uint32_t i = 0; i < 16; i++) {
		uint32_t must = i < pieces ? crc_words(r->flash + off + (size_t)i * words * 4, words) : words;

		if (got[i] != must)
			fail_msg("%s: %u pieces of %u words at %x: %u is %08x, must be %08x",
				 r->k->l->name, pieces, words, off, i, got[i], must);
	}
}

static void crc__any_words_and_pieces__are_those_of_the_unit(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		struct ring r;
		size_t len;

		ring_open(&r, &ring_kits[k], (struct ring_how){ .n_slots = 3 });
		(void)chip_flash(r.b->chip, &len);
		ring_noise(r.flash, len, (uint32_t)k);
		chip_flash_changed(r.b->chip);
		for (uint32_t words = 1; words <= 40; words++)
			for (uint32_t pieces = 0; pieces <= 4; pieces++)
				crc_one(&r, words * 4 % 56, words, pieces);
		crc_one(&r, 0, 256, 16);
		crc_one(&r, 1024, 1023, 7);
		crc_one(&r, 4, 4096 + 5, 3);
		ring_no_illegal(&r);
		ring_close(&r);
	}
}

/* What follows the last word of flash cannot be read. */
static void crc__at_the_end_of_flash__reads_nothing_behind_it(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		struct ring r;
		size_t len;

		ring_open(&r, &ring_kits[k], (struct ring_how){ 0 });
		(void)chip_flash(r.b->chip, &len);
		assert_true(read_faults(r.b, FLASH_AT + (uint32_t)len));
		ring_noise(r.flash + len - 512, 512, 3);
		chip_flash_changed(r.b->chip);
		for (uint32_t words = 1; words <= 40; words++)
			crc_one(&r, (uint32_t)len - words * 4 * 2, words, 2);
		ring_close(&r);
	}
}

/* ---- pace ------------------------------------------------------------------------------------ */

static uint64_t time_of(struct ring *r, const struct ring_work *w, uint64_t step)
{
	uint64_t t0 = r->b->clk.now_ns;

	ring_give(r, w);
	while (ring_box(r, BOX_DONE) != r->seq) {
		pass(r->b, step);
		assert_false(ring_stopped(r));
	}
	return r->b->clk.now_ns - t0;
}

/* Nanoseconds of a unit: the difference of two lengths, without what a slot costs. */
static double unit_time(struct ring *r)
{
	uint32_t more = r->k->unit > 4 ? 24 : 240;
	uint64_t t[2];
	uint8_t data[28 * 128];

	ring_noise(data, sizeof(data), 5);
	for (uint32_t i = 0; i < 2; i++) {
		uint32_t n = 4 + i * more;

		t[i] = time_of(r, &(struct ring_work){ RING_PROGRAM, FLASH_AT + 4096 * i, n, data,
						       n * r->k->unit }, r->k->unit_ns / 100);
		assert_memory_equal(r->flash + 4096 * i, data, n * r->k->unit);
	}
	return (double)(t[1] - t[0]) / more;
}

static double crc_time(struct ring *r)
{
	uint32_t words[1] = { 8192 };
	uint64_t t = time_of(r, &(struct ring_work){ RING_CRC, FLASH_AT, 1, words, 4 }, MS / 100);

	return (double)t / 8192;
}

static void pace__at_each_clock__is_that_of_the_flash(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paces); i++) {
		const struct pace *p = &paces[i];
		double insn_ns = 1.5e9 / p->hz, gap, crc;
		struct ring r;

		ring_open(&r, &ring_kits[p->kit], (struct ring_how){ .payload = 28 * 128, .n_slots = 1 });
		set_clock(&r, p);
		gap = (unit_time(&r) - r.k->unit_ns) / insn_ns;
		crc = crc_time(&r) * p->hz / 1e9;
		if (getenv("RING_PACE"))
			print_message("%-30s %5.1f instructions, %5.2f us = %.2f%% from unit to unit, "
				      "%.2f clocks a CRC word\n", p->what, gap, gap * insn_ns / 1000,
				      gap * insn_ns / r.k->unit_ns * 100, crc);
		assert_true(gap > 1);
		assert_true(gap * 10 <= p->gap);
		assert_true(crc > 5 && crc < 7);
		ring_no_illegal(&r);
		ring_close(&r);
	}
}

/* The whole of the work at the highest clock, against the same flash. */
static void clock__raised__changes_no_result(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paces); i++) {
		uint8_t data[512];
		struct ring r;

		ring_open(&r, &ring_kits[paces[i].kit], (struct ring_how){ .payload = 128, .n_slots = 3 });
		set_clock(&r, &paces[i]);
		ring_noise(data, sizeof(data), (uint32_t)i);
		ring_program(&r, FLASH_AT, data, 512 / r.k->unit);
		for (uint32_t words = 1; words <= 20; words++)
			crc_one(&r, words * 4, words, 4);
		assert_memory_equal(r.flash, data, 512);
		ring_no_illegal(&r);
		ring_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc__any_words_and_pieces__are_those_of_the_unit),
		cmocka_unit_test(crc__at_the_end_of_flash__reads_nothing_behind_it),
		cmocka_unit_test(pace__at_each_clock__is_that_of_the_flash),
		cmocka_unit_test(clock__raised__changes_no_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
