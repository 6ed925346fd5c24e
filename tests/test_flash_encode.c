/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_encode.c - which units travel to the loader: decoded again by the test, every slot
 * gives the bytes that were to be written, and nothing where they are blank.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/bytes.h"
#include "flash/crc.h"
#include "flash/encode.h"

enum { LEN = 2048, GUARD = 0x5A };

struct kind {
	uint16_t step;
	bool masked;
	uint8_t erased;
};

static const struct kind kinds[] = {
	{ 1, true, 0xFF }, { 2, true, 0xFF }, { 4, true, 0xFF }, { 4, false, 0 }, { 128, false, 0 },
};

/* Part in 256 of the bytes that is blank; whole steps are blank more often than not. */
static void noise(const struct kind *k, uint8_t *data, size_t len, unsigned blank, uint32_t seed)
{
	for (size_t i = 0; i < len; i += k->step) {
		bool empty;

		seed = seed * 1664525 + 1013904223;
		empty = (seed >> 16 & 0xFF) < blank;
		for (size_t b = 0; b < k->step; b++) {
			seed = seed * 1664525 + 1013904223;
			data[i + b] = empty ? k->erased : (uint8_t)(seed >> 24);
		}
	}
}

/* What the loader would do with a slot. Returns units written. */
static uint32_t decode(const struct kind *k, const struct encoding *e, const uint8_t *payload,
		       uint8_t *flash, size_t at)
{
	const uint8_t *p = payload;
	uint32_t units = 0;

	if (e->op == RING_PROGRAM) {
		memcpy(flash + at, payload, (size_t)e->count * k->step);
		return e->count;
	}
	assert_int_equal(e->op, RING_MASKED);
	for (uint32_t g = 0; g < e->count; g++, at += (size_t)32 * k->step) {
		uint32_t mask = get_le32(p);

		p += 4;
		for (unsigned i = 0; i < 32; i++) {
			if (!(mask >> i & 1))
				continue;
			memcpy(flash + at + (size_t)i * k->step, p, k->step);
			p += k->step;
			units++;
		}
		p += (size_t)(-(p - payload) & 3);
	}
	assert_int_equal(p - payload, e->bytes);
	return units;
}

static void round_trip(const struct kind *k, size_t len, size_t room, unsigned blank)
{
	struct chip_row chip = { .erased = k->erased };
	struct flash f = { .chip = &chip };
	struct flash_how how = { .step_bytes = k->step, .masked = k->masked };
	uint8_t data[LEN], flash[LEN + 64], payload[1024 + 4];
	struct engine_data d = { 0x08000000, data, len, &how };

	noise(k, data, len, blank, (uint32_t)(len * 77 + room + blank));
	memset(flash, k->erased, sizeof(flash));
	for (size_t off = 0; off < len;) {
		struct encoding e;

		memset(payload, GUARD, sizeof(payload));
		e = encode_slot(&f, &d, off, payload, room);
		assert_true(e.taken > 0 && off + e.taken <= len);
		assert_true(e.bytes <= room && e.bytes % 4 == 0);
		for (size_t i = room; i < sizeof(payload); i++)
			assert_int_equal(payload[i], GUARD);
		if (e.op)
			assert_int_equal(decode(k, &e, payload, flash, off + e.skipped), e.units);
		off += e.taken;
	}
	assert_memory_equal(flash, data, len);
	for (size_t i = len; i < sizeof(flash); i++)
		assert_int_equal(flash[i], k->erased);
}

static void encode__any_mixture__gives_back_the_data(void **state)
{
	static const unsigned blanks[] = { 0, 1, 20, 128, 250, 256 };
	static const size_t rooms[] = { 132, 496, 500, 1024 };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) * 6 * 4; i++) {
		const struct kind *k = &kinds[i / 24];

		for (size_t n = 1; n <= 70 && n * k->step <= LEN; n++)
			round_trip(k, n * k->step, rooms[i % 4], blanks[i / 4 % 6]);
	}
}

static void encode__without_blanks__spends_no_mask(void **state)
{
	struct chip_row chip = { .erased = 0xFF };
	struct flash f = { .chip = &chip };
	struct flash_how how = { .step_bytes = 2, .masked = true };
	uint8_t data[LEN], payload[496];
	struct engine_data d = { 0x08000000, data, LEN, &how };
	struct encoding e;

	(void)state;
	memset(data, 0x11, sizeof(data));
	e = encode_slot(&f, &d, 0, payload, sizeof(payload));
	assert_int_equal(e.op, RING_PROGRAM);
	assert_int_equal(e.taken, 496);
	assert_int_equal(e.units, 248);
	/* All blank: nothing travels. */
	memset(data, 0xFF, sizeof(data));
	e = encode_slot(&f, &d, 0, payload, sizeof(payload));
	assert_int_equal(e.op, 0);
	assert_int_equal(e.taken, LEN);
}

/* Bit by bit, from the polynomial alone. */
static uint32_t slow_crc(const uint8_t *data, size_t len)
{
	uint32_t sum = UINT32_MAX;

	for (size_t i = 0; i < len; i += 4) {
		sum ^= get_le32(data + i);
		for (int b = 0; b < 32; b++)
			sum = sum >> 31 ? sum << 1 ^ UINT32_C(0x04C11DB7) : sum << 1;
	}
	return sum;
}

static void crc__of_words__is_that_of_the_polynomial_and_can_be_set(void **state)
{
	uint8_t data[LEN], word[4];

	(void)state;
	noise(&kinds[0], data, sizeof(data), 0, 5);
	for (size_t len = 0; len <= sizeof(data); len += 4) {
		uint32_t sum = slow_crc(data, len);

		assert_int_equal(crc_words(data, len), sum);
		put_le32(word, crc_word_to(sum));
		assert_int_equal(slow_crc(word, 4), sum);
	}
	memset(data, 0xA5, sizeof(data));
	assert_int_equal(crc_fill(0xA5, 100), slow_crc(data, 100));
	/* RM0008's unit gives this for one word of zeros (known from many publications). */
	memset(word, 0, 4);
	assert_int_equal(crc_words(word, 4), 0xC704DD7B);
}

/* A group of nothing but its mask fits into the last word of the room. */
static void encode__blank_group_in_the_last_word__is_taken(void **state)
{
	struct chip_row chip = { .erased = 0xFF };
	struct flash f = { .chip = &chip };
	struct flash_how how = { .step_bytes = 2, .masked = true };
	uint8_t data[192], payload[12];
	struct engine_data d = { 0x08000000, data, sizeof(data), &how };
	struct encoding e;

	(void)state;
	memset(data, 0xFF, sizeof(data));
	data[0] = data[128] = 1;
	e = encode_slot(&f, &d, 0, payload, sizeof(payload));
	assert_int_equal(e.op, RING_MASKED);
	assert_int_equal(e.count, 2);
	assert_int_equal(e.units, 1);
	assert_int_equal(e.bytes, 12);
	assert_int_equal(e.taken, 128);
	e = encode_slot(&f, &d, 0, payload, sizeof(payload) - 1);
	assert_int_equal(e.count, 1);
	assert_int_equal(e.bytes, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encode__any_mixture__gives_back_the_data),
		cmocka_unit_test(encode__blank_group_in_the_last_word__is_taken),
		cmocka_unit_test(encode__without_blanks__spends_no_mask),
		cmocka_unit_test(crc__of_words__is_that_of_the_polynomial_and_can_be_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
