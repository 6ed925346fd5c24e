/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_ring_manners.c - what the ring loaders promise besides their work: they take a slot
 * only when all of it is there, run anywhere, touch nothing else, take no interrupt and feed a watchdog.
 */
#include "tests/support/ring_bench.h"

enum { ICSR = 0xE000ED04, SYST_CSR = 0xE000E010, NVIC_ISER = 0xE000E100, NVIC_ISPR = 0xE000E200,
       SHPR3 = 0xE000ED20, VTOR = 0xE000ED08, WAIT = 5 * MS };

/* ---- slots ----------------------------------------------------------------------------------- */

/* What is in the slot, and whether it is work. */
static void seq__any_but_the_next__is_left_alone(void **state)
{
	static const uint32_t not_it[] = { 0, 2, 3, 0xFF, 0x100, 0x10001, 0x80000001, UINT32_MAX };

	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		uint8_t data[128];
		struct ring r;

		ring_open(&r, &ring_kits[k], (struct ring_how){ 0 });
		ring_noise(data, sizeof(data), 1);
		for (size_t i = 0; i < ARRAY_LEN(not_it); i++) {
			r.seq = not_it[i] - 1;
			ring_put(&r, ring_header_of(&r, 0) - 128, data, 128);
			ring_put(&r, ring_header_of(&r, 0), (uint32_t[]){
				RING_PROGRAM | 128 << 8, FLASH_AT, 128 / r.k->unit, not_it[i] }, 16);
			pass(r.b, WAIT);
			assert_int_equal(report(r.b).units_programmed, 0);
			assert_int_equal(ring_box(&r, BOX_DONE), 0);
		}
		r.seq = 0;
		ring_program(&r, FLASH_AT, data, 128 / r.k->unit);
		ring_finish(&r);
		assert_memory_equal(r.flash, data, 128);
		ring_no_illegal(&r);
		ring_close(&r);
	}
}

/* A slot arrives in pieces, with time between. The last one makes it work. */
static void slot__partly_written__is_not_taken(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		uint8_t slot[128 + SLOT_HEADER_BYTES];
		struct ring r;

		ring_open(&r, &ring_kits[k], (struct ring_how){ .n_slots = 3 });
		for (uint32_t turn = 0; turn < 4; turn++) {
			uint32_t at = ring_header_of(&r, turn) - 128, off = turn * 128;
			uint32_t header[4] = { RING_PROGRAM | 128 << 8, FLASH_AT + off,
					       128 / r.k->unit, turn + 1 };

			ring_noise(slot, 128, turn);
			memcpy(slot + 128, header, sizeof(header));
			for (size_t i = 0; i < sizeof(slot); i += 4) {
				assert_int_equal(ring_box(&r, BOX_DONE), turn);
				ring_put(&r, at + (uint32_t)i, slot + i, 4);
				pass(r.b, MS / 5);
			}
			r.seq++;
			ring_finish(&r);
			assert_memory_equal(r.flash + off, slot, 128);
			/* The same bytes again, as after a failed transfer: nothing comes of it. */
			ring_put(&r, at, slot, sizeof(slot));
			pass(r.b, WAIT);
			assert_int_equal(ring_box(&r, BOX_DONE), turn + 1);
		}
		assert_int_equal(report(r.b).units_programmed, 512 / r.k->unit);
		ring_no_illegal(&r);
		ring_close(&r);
	}
}

/* ---- what it leaves alone -------------------------------------------------------------------- */

/* Work of every kind, done twice round; payload and header are there unchanged, but for CRCs. */
static void work_of_all_kinds(struct ring *r)
{
	uint32_t pairs[4] = { 0, 0, r->k->cr, r->k->cr_on }, crc[2] = { 16, 0 };
	uint8_t data[4 + 128];

	ring_noise(data, sizeof(data), 4);
	for (uint32_t i = 0; i < 2; i++) {
		ring_send(r, &(struct ring_work){ RING_WRITES, 0, 2, pairs, sizeof(pairs) });
		ring_program(r, FLASH_AT + 256 * i, data, 128 / r->k->unit);
		memset(data, 0x81, 4);
		if (!r->k->burst)
			ring_send(r, &(struct ring_work){ RING_MASKED, FLASH_AT + 256 * i + 128, 1,
							  data, 132 });
		ring_send(r, &(struct ring_work){ RING_CRC, FLASH_AT, 2, crc, sizeof(crc) });
	}
	ring_finish(r);
	assert_int_equal(ring_box(r, BOX_STATE), RING_WORKING);
	assert_int_equal(ring_box(r, BOX_DONE), r->seq);
}

static bool is_ours(const struct ring *r, uint32_t addr)
{
	return (addr >= r->box && addr < r->box + 16) ||
	       (addr >= r->code + r->k->l->bytes &&
		addr < r->first + (r->n_slots - 1) * r->stride + SLOT_HEADER_BYTES);
}

static void compare_memory(struct ring *r)
{
	uint8_t now[RAM_BYTES];

	ring_get(r, RAM, now, RAM_BYTES);
	for (uint32_t a = 0; a < RAM_BYTES; a++)
		if (!is_ours(r, RAM + a) && now[a] != r->before[a])
			fail_msg("%s at %08x changed %08x", r->k->l->name, r->code, RAM + a);
}

static void memory__outside_slots_and_mailbox__is_as_before_at_any_place(void **state)
{
	static const uint32_t places[] = {
		RAM, RAM + 4, RAM + 8, RAM + 12, RAM + 0xFC, RAM + 0x100, RAM + 0x3FC, RAM + 0x400,
		RAM + 0xFFC, RAM + 0x1004,
	};

	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++)
		for (size_t p = 0; p < ARRAY_LEN(places); p++) {
			struct ring r;

			ring_open(&r, &ring_kits[k], (struct ring_how){
				.code = places[p], .n_slots = 2 + p % 2, .payload = 132 });
			work_of_all_kinds(&r);
			ring_halt(&r);
			compare_memory(&r);
			assert_int_equal(get_reg(r.b, 13), SP_IS);
			assert_int_equal(get_reg(r.b, 14), LR_IS);
			ring_no_illegal(&r);
			ring_close(&r);
		}
}

static void payload__after_the_work__is_what_the_host_wrote(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		uint8_t data[128], now[128];
		struct ring r;

		ring_open(&r, &ring_kits[k], (struct ring_how){ .payload = 128 });
		ring_noise(data, sizeof(data), 3);
		ring_program(&r, FLASH_AT, data, 128 / r.k->unit);
		ring_finish(&r);
		ring_get(&r, ring_header_of(&r, 0) - 128, now, 128);
		assert_memory_equal(now, data, 128);
		ring_get(&r, ring_header_of(&r, 0), now, 16);
		assert_memory_equal(now, ((uint32_t[]){ RING_PROGRAM | 128 << 8, FLASH_AT,
							128 / r.k->unit, 1 }), 16);
		ring_close(&r);
	}
}

/* ---- interrupts ------------------------------------------------------------------------------ */

static void pend_interrupts(struct ring *r)
{
	w32(r->b, VTOR, RAM + 0x1E00);          /* nothing good */
	w32(r->b, SYST_CSR + 4, 50);
	w32(r->b, SYST_CSR + 8, 0);
	w32(r->b, SYST_CSR, 7);
	w32(r->b, NVIC_ISER, UINT32_MAX);
	w32(r->b, NVIC_ISPR, UINT32_MAX);
	w32(r->b, ICSR, 1u << 28 | 1u << 26);   /* PendSV, SysTick */
}

static void interrupts__pending_and_enabled__are_never_taken(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		uint8_t now[256];
		struct ring r;

		ring_open(&r, &ring_kits[k], (struct ring_how){ .payload = 256 });
		pend_interrupts(&r);
		work_of_all_kinds(&r);
		assert_int_equal(r32(r.b, ICSR) & 0x1FF, 0);
		assert_true(r32(r.b, ICSR) & 1u << 28);
		assert_true(r32(r.b, ICSR) & 1u << 26);
		assert_true(r32(r.b, NVIC_ISPR));
		ring_halt(&r);
		assert_int_equal(get_reg(r.b, 13), SP_IS);
		ring_get(&r, SP_IS - 256, now, 256);
		assert_memory_equal(now, r.before + (SP_IS - RAM) - 256, 256);
		ring_no_illegal(&r);
		ring_close(&r);
	}
}

/* ---- a watchdog ------------------------------------------------------------------------------ */

/* The erase of 128 KiB where there is one, then PG again. */
static void erase_long(struct ring *r)
{
	uint32_t cr = r->k->cr, off = r->k->cr_off | 2 | 5 << 3;
	uint32_t f1[] = { cr, 2, cr + 4, FLASH_AT + 4096, cr, 0x42, 0, 0, cr, 1 };
	uint32_t f4[] = { cr, off, cr, off | 1u << 16, 0, 0, cr, r->k->cr_on };
	uint32_t l1[] = { cr, 0x208, FLASH_AT + 4096, 0, 0, 0, cr, r->k->cr_on };

	if (r->k->l == &loader_ring_f1)
		ring_do(r, &(struct ring_work){ RING_WRITES, 0, 5, f1, sizeof(f1) });
	else
		ring_do(r, &(struct ring_work){ RING_WRITES, 0, 4, r->k->burst ? l1 : f4, sizeof(f4) });
	assert_int_equal(report(r->b).sectors_erased, 1);
}

static void watchdog__running__is_fed_in_all_that_lasts(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		const struct ring_kit *kit = &ring_kits[k];
		uint32_t crc[1] = { 16384 };
		uint8_t data[1024], masks[6000] = { 0 };
		uint64_t resets;
		struct ring r;

		ring_open(&r, kit, (struct ring_how){
			.iwdg = true, .n_slots = 1, .payload = sizeof(masks) });
		resets = report(r.b).resets;
		pass(r.b, UINT64_C(100) * MS);
		erase_long(&r);
		ring_noise(data, sizeof(data), 2);
		ring_program(&r, FLASH_AT + 4096, data, 1024 / kit->unit);
		if (!kit->burst)
			ring_send(&r, &(struct ring_work){ RING_MASKED, FLASH_AT, 1500, masks, 6000 });
		ring_do(&r, &(struct ring_work){ RING_CRC, FLASH_AT, 1, crc, 4 });
		assert_int_equal(ring_box(&r, BOX_DONE), r.seq);
		assert_memory_equal(r.flash + 4096, data, 1024);
		assert_int_equal(report(r.b).resets, resets);
		ring_no_illegal(&r);
		/* It was awake all the time. */
		ring_halt(&r);
		pass(r.b, UINT64_C(5) * MS);
		assert_int_equal(report(r.b).resets, resets + 1);
		ring_close(&r);
	}
}

/* ---- the table ------------------------------------------------------------------------------- */

static void table__all_ring_loaders__fit_their_room_and_end_in_bkpt(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_RING_KITS; k++) {
		const struct loader *l = ring_kits[k].l;

		assert_true(l->bytes <= RING_MAX_BYTES);
		assert_int_equal(l->bytes % 4, 0);
		assert_int_equal(l->mailbox % 4, 0);
		assert_int_equal(l->mailbox + BOX_BYTES, l->bytes);
		assert_true(l->stop + 2 <= l->mailbox);
		assert_int_equal(l->code[l->stop], 0x00);
		assert_int_equal(l->code[l->stop + 1], 0xBE);
		for (size_t i = l->mailbox; i < l->bytes; i++)
			assert_int_equal(l->code[i], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seq__any_but_the_next__is_left_alone),
		cmocka_unit_test(slot__partly_written__is_not_taken),
		cmocka_unit_test(memory__outside_slots_and_mailbox__is_as_before_at_any_place),
		cmocka_unit_test(payload__after_the_work__is_what_the_host_wrote),
		cmocka_unit_test(interrupts__pending_and_enabled__are_never_taken),
		cmocka_unit_test(watchdog__running__is_fed_in_all_that_lasts),
		cmocka_unit_test(table__all_ring_loaders__fit_their_room_and_end_in_bkpt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
