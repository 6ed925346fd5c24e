/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_loaders.c - each loader alone, on the virtual core: every length around unit
 * edges, any place in SRAM, blank units between, and a stop at the unit that fails.
 */
#include "tests/support/flash_bench.h"

#include "flash/driver.h"

enum { SRAM = 0x20000000, MARK = 0xC7 };

struct kit {
	const char *board;
	const char *loader;
	unsigned supply_mv;
	bool fresh;
};

static const struct kit kits[] = {
	{ "vldiscovery", "f1", 3300, true },
	{ "bluepill", "f1", 3300, true },
	{ "f4discovery", "f4x32", 3300, true },
	{ "f4discovery", "f4x16", 2400, true },
	{ "f4discovery", "f4x8", 1900, true },
	{ "l-discovery", "lx", 3300, false },
	{ "l-discovery", "lx", 3300, true },
};

enum { N_KITS = sizeof(kits) / sizeof(kits[0]) };

static void kit_open(struct bench *b, const struct kit *k, struct flash_how *how)
{
	struct board_options o = { .supply_mv = k->supply_mv };

	bench_open_with(b, k->board, &o, false);
	rig_ok(&b->rig, b->f->ops->unlock(b->f, b->rig.c));
	rig_ok(&b->rig, b->f->ops->program_on(b->f, b->rig.c, 0, k->fresh, how));
	assert_string_equal(how->loader->name, k->loader);
}

static void kit_close(struct bench *b)
{
	rig_ok(&b->rig, b->f->ops->program_off(b->f, b->rig.c, 0));
	rig_ok(&b->rig, b->f->ops->lock(b->f, b->rig.c));
	bench_close(b);
}

/* Where things lie: loader, its source, and the destination from the start of flash. */
struct place {
	uint32_t code, src, off;
};

static struct target_call run_loader(struct bench *b, const struct flash_how *how, struct place at,
				     const uint8_t *data, uint32_t steps)
{
	struct target_call call = {
		.pc = at.code, .stop = at.code + how->loader->stop,
		.r = { at.src, BASE + at.off, steps, how->sr, ctrl_flag_mask(b->f->ops), how->burst_words },
		.timeout_ms = 5000,
	};
	struct rig *r = &b->rig;
	size_t len = (size_t)steps * how->step_bytes;

	rig_ok(r, target_write_mem(r->t, r->c, at.code, how->loader->code, how->loader->bytes));
	if (len)
		rig_ok(r, target_write_mem(r->t, r->c, at.src, data, len));
	rig_ok(r, target_call(r->t, r->c, &call));
	return call;
}

static void wipe(struct bench *b)
{
	memset(b->oracle, flash_erased_byte(b->f), 16384);
	chip_flash_changed(b->rig.chip);
	memset(b->expect, flash_erased_byte(b->f), 16384);
}

static void loader__lengths_0_to_64_at_every_unit__write_that_and_nothing_else(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_KITS; k++) {
		struct flash_how how;
		struct bench b;
		uint8_t *data = malloc(64 * 128);

		kit_open(&b, &kits[k], &how);
		for (uint32_t steps = 0; steps <= 64; steps += how.step_bytes > 4 && steps > 3 ? 15 : 1) {
			uint32_t at = how.step_bytes * (1 + steps % 5);
			struct target_call call;

			wipe(&b);
			rig_noise(data, 64 * 128, steps + 1);
			memcpy(b.expect + at, data, (size_t)steps * how.step_bytes);
			call = run_loader(&b, &how, (struct place){ SRAM, SRAM + 128, at }, data, steps);
			assert_int_equal(call.r[2], 0);
			assert_int_equal(call.r[1], BASE + at + steps * how.step_bytes);
			assert_int_equal(call.r[0] & ctrl_flag_mask(b.f->ops), 0);
			assert_memory_equal(b.oracle, b.expect, 16384);
		}
		board_link_no_illegal(&b.rig.bl);
		free(data);
		kit_close(&b);
	}
}

static void loader__anywhere_in_sram__works_and_leaves_the_rest_of_it(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_KITS; k++) {
		uint8_t data[512], ram[2048];
		struct flash_how how;
		struct bench b;

		kit_open(&b, &kits[k], &how);
		for (uint32_t code = SRAM; code < SRAM + 256; code += 2 * (1 + (code & 7))) {
			uint32_t steps = 256u / how.step_bytes, src = SRAM + 512 + (code & 0xFC);
			struct target_call call;

			wipe(&b);
			rig_noise(data, sizeof(data), code);
			memset(ram, MARK, sizeof(ram));
			rig_ok(&b.rig, target_write_mem(b.rig.t, b.rig.c, SRAM, ram, sizeof(ram)));
			memcpy(b.expect, data, 256);
			call = run_loader(&b, &how, (struct place){ code, src, 0 }, data, steps);
			assert_int_equal(call.r[2], 0);
			assert_memory_equal(b.oracle, b.expect, 16384);
			memcpy(ram + (code - SRAM), how.loader->code, how.loader->bytes);
			memcpy(ram + (src - SRAM), data, 256);
			rig_ok(&b.rig, target_read_mem(b.rig.t, b.rig.c, SRAM, data, 512));
			assert_memory_equal(data, ram, 512);
		}
		board_link_no_illegal(&b.rig.bl);
		kit_close(&b);
	}
}

static void loader__blank_units_between__are_passed_over(void **state)
{
	(void)state;
	for (size_t k = 0; k < N_KITS; k++) {
		uint8_t data[1024];
		struct target_call call;
		struct flash_how how;
		struct bench b;
		uint64_t units;

		kit_open(&b, &kits[k], &how);
		wipe(&b);
		memset(data, flash_erased_byte(b.f), sizeof(data));
		data[128] = data[131] = data[1023] = 0x55;
		memcpy(b.expect, data, sizeof(data));
		units = rig_report(&b.rig).units_programmed;
		call = run_loader(&b, &how, (struct place){ SRAM, SRAM + 128, 0 }, data,
				  1024u / how.step_bytes);
		assert_int_equal(call.r[2], 0);
		assert_memory_equal(b.oracle, b.expect, 16384);
		units = rig_report(&b.rig).units_programmed - units;
		assert_true(units <= 3u * (how.burst_words ? how.burst_words : 1));
		board_link_no_illegal(&b.rig.bl);
		kit_close(&b);
	}
}

static void loader__place_not_blank__stops_there_and_says_why(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		uint8_t data[64];
		struct flash_how how;
		struct target_call call;
		struct bench b;

		kit_open(&b, &kits[k], &how);
		wipe(&b);
		b.oracle[20] = b.expect[20] = 0x12;
		chip_flash_changed(b.rig.chip);
		rig_noise(data, sizeof(data), 3);
		memcpy(b.expect, data, 20);
		call = run_loader(&b, &how, (struct place){ SRAM, SRAM + 128, 0 }, data, 32);
		assert_int_equal(call.r[1], BASE + 20);
		assert_int_equal(call.r[2], 22);
		assert_int_equal(call.r[0] & ctrl_flag_mask(b.f->ops), 4);      /* PGERR */
		assert_memory_equal(b.oracle, b.expect, 16384);
		assert_int_equal(ctrl_flags(b.f, b.rig.c, call.r[0], call.r[1]), SL_FLASH);
		assert_non_null(strstr(b.rig.c->fault.text, "PGERR"));
		(void)b.f->ops->program_off(b.f, b.rig.c, 0);
		rig_ok(&b.rig, b.f->ops->lock(b.f, b.rig.c));
		bench_close(&b);
	}
}

/* STM32L011: 2 KiB; the smallest F100, F030: 4 KiB. */
static void program__with_2_kib_of_sram_at_its_end__works(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t data[5000], guard[64], is[64];
		struct span s = { BASE + 11, sizeof(data), data };
		struct flash_job job = { .spans = &s, .n_spans = 1, .erase_first = true };
		struct bench b;
		uint32_t top;

		bench_open(&b, boards[k], true);
		top = SRAM + 8192;
		b.f->buf_bytes = (2048 - 128) / 2 / 128 * 128;
		b.f->code_addr = top - 2048;
		b.f->buf_addr[0] = b.f->code_addr + 128;
		b.f->buf_addr[1] = b.f->buf_addr[0] + b.f->buf_bytes;
		memset(guard, MARK, sizeof(guard));
		rig_ok(&b.rig, target_write_mem(b.rig.t, b.rig.c, top - 2048 - 64, guard, 64));
		rig_noise(data, sizeof(data), 5);
		memcpy(b.expect + 11, data, sizeof(data));
		rig_ok(&b.rig, flash_program(b.f, b.rig.c, &job, &b.stats));
		check(&b, boards[k]);
		rig_ok(&b.rig, target_read_mem(b.rig.t, b.rig.c, top - 2048 - 64, is, 64));
		assert_memory_equal(is, guard, 64);
		bench_close(&b);
	}
}

static void table__all_loaders__fit_their_room_and_end_in_bkpt(void **state)
{
	static const struct loader *const all[] = {
		&loader_f1, &loader_f4x8, &loader_f4x16, &loader_f4x32, &loader_lx,
	};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		const struct loader *l = all[i];

		assert_true(l->bytes <= LOADER_MAX_BYTES);
		assert_int_equal(l->bytes % 4, 0);
		assert_true(l->stop + 2u <= l->bytes);
		assert_int_equal(l->code[l->stop], 0x00);
		assert_int_equal(l->code[l->stop + 1], 0xBE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loader__lengths_0_to_64_at_every_unit__write_that_and_nothing_else),
		cmocka_unit_test(loader__anywhere_in_sram__works_and_leaves_the_rest_of_it),
		cmocka_unit_test(loader__blank_units_between__are_passed_over),
		cmocka_unit_test(loader__place_not_blank__stops_there_and_says_why),
		cmocka_unit_test(program__with_2_kib_of_sram_at_its_end__works),
		cmocka_unit_test(table__all_loaders__fit_their_room_and_end_in_bkpt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
