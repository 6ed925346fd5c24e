/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_ring_errors.c - each way in which a unit can fail, at each unit of a slot, and work
 * that a ring loader does not know: it stops there and says what and where.
 *
 * First the controllers of the virtual chips, then a status register that the test plays itself
 * while it steps the loader: every flag, at every unit.
 */
#include "tests/support/ring_bench.h"

enum { UNITS = 20 };

static const struct ring_kit *const f1 = &ring_kits[0], *const f4x8 = &ring_kits[2],
	*const f4x32 = &ring_kits[4], *const l1 = &ring_kits[5], *const l1_half = &ring_kits[6];

static void not_blank(struct ring *r, uint32_t at)
{
	r->flash[at - FLASH_AT] = 0x12;
	chip_flash_changed(r->b->chip);
}

/* The unit is the first one of the next sector with a protection of its own. */
static void next_protected(struct ring *r, uint32_t at)
{
	size_t n = 0;

	while (chip_sector_addr(r->b->chip, n, NULL) < at)
		n++;
	chip_write_protect(r->b->chip, n, true);
}

static const struct failure {
	const char *what;
	const struct ring_kit *const *kit;
	uint32_t at;                    /* where the failing unit is; 0: anywhere */
	uint32_t flags;
	void (*prepare)(struct ring *r, uint32_t at);
} failures[] = {
	{ "PGERR", &f1, 0, 4, not_blank },
	{ "WRPRTERR", &f1, FLASH_AT + 4096, 0x10, next_protected },
	{ "WRPERR x8", &f4x8, FLASH_AT + 16384, 0x10, next_protected },
	{ "WRPERR x32", &f4x32, FLASH_AT + 16384, 0x10, next_protected },
	{ "WRPERR", &l1, FLASH_AT + 4096, 0x100, next_protected },
	{ "WRPERR half page", &l1_half, FLASH_AT + 4096, 0x100, next_protected },
};

static void fail_at(const struct failure *f, uint32_t unit, bool masked)
{
	uint32_t size = (*f->kit)->unit, at = f->at ? f->at : FLASH_AT + 512, from = at - unit * size;
	uint32_t units = (*f->kit)->unit > 4 ? 6 : UNITS;
	uint8_t payload[8 + 6 * 128], next[4] = { 0 };
	struct ring r;

	ring_open(&r, *f->kit, (struct ring_how){ .n_slots = 3 });
	f->prepare(&r, at);
	ring_noise(payload, sizeof(payload), unit + 1);
	if (masked)
		memset(payload, 0xFF, 4);
	ring_send(&r, &(struct ring_work){ RING_WRITES, 0, 0, next, 0 });
	ring_send(&r, &(struct ring_work){ masked ? RING_MASKED : RING_PROGRAM, from, masked ? 1 : units,
					   payload, masked ? 4 + 32 * size : units * size });
	ring_send(&r, &(struct ring_work){ RING_PROGRAM, FLASH_AT + 8192, 4 / size, next, 4 });
	ring_finish(&r);
	ring_gave_up(&r, RING_FLASH_ERROR);
	assert_int_equal(ring_box(&r, BOX_DONE), 1);
	assert_int_equal(ring_box(&r, BOX_WHERE), at);
	assert_int_equal(ring_box(&r, BOX_STATUS) & r.k->errors, f->flags);
	assert_int_equal(ring_box(&r, BOX_STATUS) & r.k->busy, 0);
	assert_memory_equal(r.flash + from - FLASH_AT, payload + (masked ? 4 : 0), unit * size);
	for (uint32_t i = at + (f->at ? 0 : size); i < at + 64 * size; i++)
		assert_int_equal(r.flash[i - FLASH_AT], r.k->blank);
	assert_int_equal(report(r.b).illegal, r.k->burst ? r.k->burst : 1);
	ring_close(&r);
}

static void failure__at_each_unit__stops_the_loader_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		const struct ring_kit *k = *failures[i].kit;

		for (uint32_t unit = 0; unit < (k->unit > 4 ? 6 : UNITS); unit++) {
			fail_at(&failures[i], unit, false);
			if (!k->burst)
				fail_at(&failures[i], unit, true);
		}
	}
}

/* ---- the test plays the status register ------------------------------------------------------ */

#define FAKE_SR (RAM + 0x1F80u)
#define PLACE (RAM + 0x1C00u)

enum { STEPPING = 0xA05F000D, MOST_STEPS = 20000 };

static bool stopped_at_bkpt(struct ring *r)
{
	return get_reg(r->b, 15) == r->code + r->k->l->stop;
}

static uint32_t units_there(struct ring *r, const uint8_t *data, uint32_t units)
{
	uint8_t now[UNITS * 4];
	uint32_t n = 0;

	ring_get(r, PLACE, now, sizeof(now));
	while (n < units && !memcmp(now + n * r->k->unit, data + n * r->k->unit, r->k->unit))
		n++;
	return n;
}

/* The loader has the units and is halted while it waits for the first. */
static void play_begin(struct ring *r, const uint8_t *data, uint32_t units)
{
	w32(r->b, FAKE_SR, r->k->busy);
	ring_program(r, PLACE, data, units);
	pass(r->b, MS);
	ring_halt(r);
	w32(r->b, FAKE_SR, ~(r->k->busy | r->k->errors));
}

/* Step through units; each store makes the fake busy for some steps, that of unit bad leaves flags.
 * Returns how many units were stored. */
static uint32_t play(struct ring *r, const uint8_t *data, uint32_t units, uint32_t bad, uint32_t flags)
{
	uint32_t there = 0, busy = 0, seq = ring_box(r, BOX_DONE);

	for (unsigned i = 0; i < MOST_STEPS && !stopped_at_bkpt(r) && ring_box(r, BOX_DONE) == seq; i++) {
		uint32_t now;

		w32(r->b, DHCSR, STEPPING);
		pass(r->b, 1000);
		assert_true(ring_stopped(r));
		now = units_there(r, data, units);
		if (now != there) {
			assert_int_equal(now, there + 1);
			assert_int_equal(busy, 0);
			busy = 30 + now % 7;
			w32(r->b, FAKE_SR, r->k->busy);
		} else if (busy && --busy == 0) {
			w32(r->b, FAKE_SR, there == bad + 1 ? flags : ~(r->k->busy | r->k->errors));
		}
		there = now;
	}
	return there;
}

static void play_one(const struct ring_kit *k, uint32_t bad, uint32_t flags)
{
	uint32_t slot_units = UNITS / 2, stored;
	uint8_t data[UNITS * 4];
	struct ring r;

	ring_open(&r, k, (struct ring_how){ .sr = FAKE_SR, .payload = 256 });
	ring_noise(data, sizeof(data), flags);
	play_begin(&r, data, slot_units);
	stored = play(&r, data, slot_units, bad, flags);
	assert_int_equal(stored, bad + 1);
	assert_true(stopped_at_bkpt(&r));
	ring_gave_up(&r, RING_FLASH_ERROR);
	assert_int_equal(ring_box(&r, BOX_WHERE), PLACE + bad * k->unit);
	assert_int_equal(ring_box(&r, BOX_STATUS), flags);
	assert_int_equal(ring_box(&r, BOX_DONE), 0);
	ring_close(&r);
}

static void play_flags(const struct ring_kit *k, uint32_t bad)
{
	for (uint32_t bit = 0; bit < 32; bit++)
		if (k->errors >> bit & 1u)
			play_one(k, bad, 1u << bit);
	play_one(k, bad, k->errors);
}

static void flag__any_at_any_unit__is_seen_before_the_next_store(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		const struct ring_kit *kit = &ring_kits[k];

		for (uint32_t bad = 0; bad < UNITS / 2 && kit->unit <= 4; bad++)
			play_flags(kit, bad);
	}
}

static void flag__none_of_ours__does_not_stop_the_loader(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		uint8_t data[UNITS * 4];
		struct ring r;

		if (ring_kits[k].unit > 4)
			continue;
		ring_open(&r, &ring_kits[k], (struct ring_how){ .sr = FAKE_SR, .payload = 256 });
		ring_noise(data, sizeof(data), 9);
		play_begin(&r, data, UNITS);
		assert_int_equal(play(&r, data, UNITS, UNITS, 0), UNITS);
		assert_int_equal(ring_box(&r, BOX_DONE), 1);
		assert_int_equal(ring_box(&r, BOX_STATE), RING_WORKING);
		ring_close(&r);
	}
}

/* ---- WRITES ---------------------------------------------------------------------------------- */

/* A pair that sets a flag in the fake register, then one that waits, or the end. */
static void writes_one(const struct ring_kit *k, uint32_t bad, uint32_t flag, bool waits)
{
	uint32_t pairs[12][2], n = 0, header;
	struct ring r;

	ring_open(&r, k, (struct ring_how){ .sr = FAKE_SR, .payload = sizeof(pairs) });
	w32(r.b, FAKE_SR, 0);
	header = ring_header_of(&r, 0);
	for (uint32_t i = 0; i <= bad; i++, n++) {
		pairs[n][0] = i == bad ? FAKE_SR : PLACE + 4 * i;
		pairs[n][1] = i == bad ? flag : i + 1;
		if (i == bad || i % 2)
			continue;
		n++;
		pairs[n][0] = 0;
		pairs[n][1] = 0x55;
	}
	if (waits) {
		pairs[n][0] = 0;
		pairs[n++][1] = 0;
		pairs[n][0] = PLACE;
		pairs[n++][1] = 0xBAD;
	}
	w32(r.b, PLACE, 0);
	ring_do(&r, &(struct ring_work){ RING_WRITES, 0, n, pairs, n * 8 });
	ring_gave_up(&r, RING_FLASH_ERROR);
	assert_int_equal(ring_box(&r, BOX_STATUS), flag);
	assert_int_equal(ring_box(&r, BOX_WHERE), waits ? header - 16 : header);
	assert_int_equal(ring_box(&r, BOX_DONE), 0);
	for (uint32_t i = 0; i < bad; i++)
		assert_int_equal(r32(r.b, PLACE + 4 * i), i + 1);
	ring_no_illegal(&r);
	ring_close(&r);
}

static void writes__flag_after_any_pair__stops_at_the_next_wait(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++)
		for (uint32_t bit = 0; bit < 32; bit++)
			for (uint32_t bad = 0; bad < 6 && ring_kits[k].errors >> bit & 1u; bad++) {
				writes_one(&ring_kits[k], bad, 1u << bit, false);
				writes_one(&ring_kits[k], bad, 1u << bit, true);
			}
}

/* ---- work that it does not know -------------------------------------------------------------- */

static void op__any_unknown__is_refused_with_its_word(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++)
		for (uint32_t op = 0; op < 256; op++) {
			uint8_t payload[8] = { 0 };
			struct ring r;

			if (op >= RING_WRITES && op <= RING_CRC &&
			    !(op == RING_MASKED && ring_kits[k].burst))
				continue;
			ring_open(&r, &ring_kits[k], (struct ring_how){ 0 });
			ring_send(&r, &(struct ring_work){ RING_WRITES, 0, 0, payload, 0 });
			ring_do(&r, &(struct ring_work){ op, FLASH_AT, 1, payload, 8 });
			ring_gave_up(&r, RING_UNKNOWN);
			assert_int_equal(ring_box(&r, BOX_STATUS), op | 8 << 8);
			assert_int_equal(ring_box(&r, BOX_WHERE), ring_header_of(&r, 1));
			assert_int_equal(ring_box(&r, BOX_DONE), 1);
			assert_int_equal(report(r.b).units_programmed, 0);
			ring_no_illegal(&r);
			ring_close(&r);
			op += op > 8 ? 16 : 0;
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failure__at_each_unit__stops_the_loader_there),
		cmocka_unit_test(flag__any_at_any_unit__is_seen_before_the_next_store),
		cmocka_unit_test(flag__none_of_ours__does_not_stop_the_loader),
		cmocka_unit_test(writes__flag_after_any_pair__stops_at_the_next_wait),
		cmocka_unit_test(op__any_unknown__is_refused_with_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
