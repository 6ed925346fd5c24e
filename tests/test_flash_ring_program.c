/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_ring_program.c - what the ring loaders write: every alignment and length of 0 to 64
 * bytes around the edges of units and slots, with and without masks, in 1, 2 and 3 slots.
 */
#include "tests/support/ring_bench.h"

enum { AREA = 1024, DATA_BYTES = 4 * 128 };

static void same(struct ring *r, const uint8_t *expect, uint32_t at, uint32_t units)
{
	for (size_t i = 0; i < AREA; i++)
		if (r->flash[i] != expect[i])
			fail_msg("%s on %s, %u slots: %u units at %u: flash[%zu] is %02x, must be %02x",
				 r->k->l->name, r->k->chip, r->n_slots, units, at, i, r->flash[i],
				 expect[i]);
}

/* One length at one place; the loader goes on. */
static void program_one(struct ring *r, uint32_t at, uint32_t units)
{
	uint8_t data[DATA_BYTES], expect[AREA];

	ring_wipe(r, AREA);
	memset(expect, r->k->blank, AREA);
	ring_noise(data, sizeof(data), at * 65 + units);
	memcpy(expect + at, data, (size_t)units * r->k->unit);
	ring_program(r, FLASH_AT + at, data, units);
	ring_finish(r);
	assert_int_equal(ring_box(r, BOX_STATE), RING_WORKING);
	assert_int_equal(ring_box(r, BOX_DONE), r->seq);
	same(r, expect, at, units);
}

static uint32_t up_to(const struct ring_kit *k, uint32_t bytes)
{
	return k->unit > 4 ? 3 : bytes / k->unit;
}

static void program_all(const struct ring_kit *k, struct ring_how how)
{
	struct ring r;

	ring_open(&r, k, how);
	for (uint32_t place = 0; place <= up_to(k, 32); place++)
		for (uint32_t n = 0; n <= up_to(k, 64); n++)
			program_one(&r, place * k->unit, n);
	ring_no_illegal(&r);
	ring_close(&r);
}

static void program__0_to_64_bytes_at_every_place__write_that_and_nothing_else(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++)
		for (unsigned slots = 1; slots <= 3; slots++)
			program_all(&ring_kits[k], (struct ring_how){
				.n_slots = slots,
				.payload = ring_kits[k].unit > 4 ? ring_kits[k].unit : 20 + 8 * slots });
}

/* Masks and units as a host packs them; returns the bytes. */
static size_t pack(const struct ring_kit *k, const uint32_t *masks, uint32_t groups, const uint8_t *data,
		   uint8_t *payload)
{
	size_t n = 0;

	for (uint32_t g = 0; g < groups; g++) {
		memcpy(payload + n, &masks[g], 4);
		n += 4;
		for (unsigned i = 0; i < 32; i++)
			if (masks[g] >> i & 1u) {
				memcpy(payload + n, data + (g * 32 + i) * k->unit, k->unit);
				n += k->unit;
			}
		for (; n % 4; n++)
			payload[n] = 0xE1;
	}
	return n;
}

static void masked_one(struct ring *r, uint32_t at, const uint32_t *masks, uint32_t groups)
{
	uint8_t data[AREA], expect[AREA], payload[4 * 136];
	uint64_t units = report(r->b).units_programmed;
	unsigned set = 0;
	size_t bytes;

	ring_wipe(r, AREA);
	memset(expect, r->k->blank, AREA);
	ring_noise(data, sizeof(data), masks[0] + at);
	for (uint32_t i = 0; i < groups * 32; i++)
		if (masks[i / 32] >> i % 32 & 1u) {
			memcpy(expect + at + i * r->k->unit, data + i * r->k->unit, r->k->unit);
			set++;
		}
	bytes = pack(r->k, masks, groups, data, payload);
	ring_do(r, &(struct ring_work){ RING_MASKED, FLASH_AT + at, groups, payload, bytes });
	assert_int_equal(ring_box(r, BOX_STATE), RING_WORKING);
	assert_int_equal(ring_box(r, BOX_DONE), r->seq);
	same(r, expect, at, groups);
	assert_int_equal(report(r->b).units_programmed - units, set);
}

static const uint32_t masks_tried[][4] = {
	{ 0, 0, 0, 0 }, { UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX },
	{ 0x55555555, 0x55555555, 0x55555555, 0x55555555 },
	{ 0xAAAAAAAA, 0xAAAAAAAA, 0xAAAAAAAA, 0xAAAAAAAA },
	{ 1, 0x80000000, 1, 0x80000000 }, { 0x80000000, 1, 0x80000000, 1 },
	{ 0, 0, 0, 0x80000000 }, { 0, 1, 0, 0 }, { UINT32_MAX, 0, 0, UINT32_MAX },
	{ 0x7FFFFFFF, 0xFFFFFFFE, 0x00018000, 0 }, { 0xFFFF0000, 0x0000FFFF, 0xF0F0F0F0, 7 },
};

static void masked__any_masks__write_the_units_whose_bit_is_set(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		uint32_t x = 77, random[4];
		struct ring r;

		if (ring_kits[k].burst)
			continue;
		ring_open(&r, &ring_kits[k], (struct ring_how){ .payload = 4 * 132 });
		for (size_t m = 0; m < ARRAY_LEN(masks_tried); m++)
			for (uint32_t n = 0; n <= 4; n++)
				masked_one(&r, (uint32_t)m % 5 * r.k->unit, masks_tried[m], n);
		for (unsigned bit = 0; bit < 32; bit++)
			masked_one(&r, bit * r.k->unit, (uint32_t[]){ 1u << bit }, 1);
		for (unsigned i = 0; i < 64; i++) {
			for (unsigned j = 0; j < 4; j++) {
				x = x * 1664525u + 1013904223u;
				random[j] = x ^ x >> 15;
			}
			masked_one(&r, i * r.k->unit, random, 1 + i % 4);
		}
		ring_no_illegal(&r);
		ring_close(&r);
	}
}

/* L0 has half pages of 16 words, L1 of 32. The places are in SRAM, their status register, too. */
static void bursts__of_any_size__go_where_they_belong(void **state)
{
	static const uint8_t words[] = { 1, 2, 3, 4, 8, 12, 16, 24, 32 };
	const uint32_t sr = RAM + 0x1FF0, place = RAM + 0x1400;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct ring_kit k = ring_kits[N_RING_KITS - 1];
		uint8_t data[8 * 128], now[8 * 128 + 4];
		struct ring r;

		k.burst = words[i];
		k.unit = 4u * words[i];
		ring_open(&r, &k, (struct ring_how){ .sr = sr, .payload = 4 * k.unit });
		w32(r.b, sr, 0);
		ring_noise(data, sizeof(data), words[i]);
		ring_program(&r, place, data, 8);
		ring_finish(&r);
		assert_int_equal(ring_box(&r, BOX_DONE), 2);
		ring_get(&r, place, now, sizeof(now));
		assert_memory_equal(now, data, 8 * k.unit);
		assert_memory_equal(now + 8 * k.unit, r.before + (place - RAM) + 8 * k.unit, 4);
		ring_close(&r);
	}
}

/* More rounds than a byte counts, nearly always with all slots full. */
static void slots__many_rounds__keep_their_order(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		const struct ring_kit *kit = &ring_kits[k];
		uint32_t each = kit->unit < 4 ? 4 : kit->unit;
		uint8_t data[300 * 4], expect[300 * 4];
		uint32_t rounds = kit->unit > 4 ? 8 : 300;

		for (unsigned slots = 2; slots <= 3; slots++) {
			struct ring r;

			ring_open(&r, kit, (struct ring_how){ .n_slots = slots, .payload = each });
			ring_noise(data, sizeof(data), slots);
			memcpy(expect, data, sizeof(data));
			ring_program(&r, FLASH_AT, data, rounds * each / kit->unit);
			ring_finish(&r);
			assert_int_equal(ring_box(&r, BOX_DONE), rounds);
			assert_memory_equal(r.flash, expect, rounds * each);
			ring_no_illegal(&r);
			ring_close(&r);
		}
	}
}

static void slots__counted_from_any_number__keep_their_order(void **state)
{
	static const uint32_t from[] = { 1, 0x7FFFFFFD, 0x9E3779B8, 0xFFFFFFFC, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		uint8_t data[64];
		struct ring r;

		ring_open(&r, &ring_kits[0], (struct ring_how){
			.done = from[i], .n_slots = 3, .payload = 8 });
		ring_noise(data, sizeof(data), 8);
		ring_program(&r, FLASH_AT, data, 32);
		ring_finish(&r);
		assert_int_equal(ring_box(&r, BOX_DONE), from[i] + 8u);
		assert_memory_equal(r.flash, data, 64);
		ring_no_illegal(&r);
		ring_close(&r);
	}
}

/* CR as WRITES leaves it: with PG off, erase, and back on, between two programs of one place. */
static void writes__erase_between_programs__leave_the_new_data(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		const struct ring_kit *kit = &ring_kits[k];
		bool f1 = kit->l == &loader_ring_f1, lx = kit->burst != 0;
		uint32_t base = kit->sr & ~0xFFu;
		uint32_t pairs_f1[] = { kit->cr, 2, base + 0x14, FLASH_AT, kit->cr, 0x42, 0, 0, kit->cr, 1 };
		uint32_t pairs_f4[] = { kit->cr, kit->cr_off | 2, kit->cr, kit->cr_off | 2 | 1u << 16, 0, 0,
					kit->cr, kit->cr_on };
		uint32_t pairs_l1[] = { kit->cr, 0x208, FLASH_AT, 0, 0, 0, kit->cr, kit->cr_on };
		uint8_t data[2][256];
		struct ring r;

		ring_open(&r, kit, (struct ring_how){ .n_slots = 3 });
		for (unsigned i = 0; i < 2; i++) {
			ring_noise(data[i], 256, i + 1);
			ring_send(&r, &(struct ring_work){
				RING_WRITES, 0, f1 ? 5 : 4, f1 ? pairs_f1 : lx ? pairs_l1 : pairs_f4,
				f1 ? sizeof(pairs_f1) : sizeof(pairs_f4) });
			ring_program(&r, FLASH_AT, data[i], 256 / kit->unit);
			ring_finish(&r);
			assert_int_equal(ring_box(&r, BOX_STATE), RING_WORKING);
			assert_memory_equal(r.flash, data[i], 256);
			assert_int_equal(chip_sector_erases(r.b->chip, 0), i + 1);
		}
		ring_no_illegal(&r);
		ring_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program__0_to_64_bytes_at_every_place__write_that_and_nothing_else),
		cmocka_unit_test(masked__any_masks__write_the_units_whose_bit_is_set),
		cmocka_unit_test(bursts__of_any_size__go_where_they_belong),
		cmocka_unit_test(slots__many_rounds__keep_their_order),
		cmocka_unit_test(slots__counted_from_any_number__keep_their_order),
		cmocka_unit_test(writes__erase_between_programs__leave_the_new_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
