/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_program.c - program, write and verify on each virtual board; the oracle is what
 * the virtual chip's flash holds, never what the tool says about it.
 */
#include "tests/support/flash_bench.h"

static enum sl_err run_job(struct bench *b, const struct span *spans, size_t n, bool erase_first)
{
	struct flash_job job = { .spans = spans, .n_spans = n, .erase_first = erase_first };

	return flash_program(b->f, b->rig.c, &job, &b->stats);
}

static void program_span(struct bench *b, uint32_t off, size_t len, uint32_t seed)
{
	uint8_t *data = malloc(len + 1);
	struct span s = { BASE + off, len, data };

	assert_non_null(data);
	rig_noise(data, len, seed);
	memcpy(b->expect + off, data, len);
	rig_ok(&b->rig, run_job(b, &s, 1, true));
	assert_true(b->stats.bytes_proved >= len);
	free(data);
	check(b, "program");
}

static void program__unaligned_spans__leave_their_neighbours(void **state)
{
	static const struct { uint32_t off; size_t len; } cases[] = {
		{ 0, 1 }, { 1, 1 }, { 3, 2 }, { 5, 7 }, { 1023, 2 }, { 1020, 9 }, { 255, 258 },
		{ 4096, 1024 }, { 8191, 3 }, { 9001, 2999 },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct bench b;

		bench_open(&b, boards[k], true);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			program_span(&b, cases[i].off, cases[i].len, (uint32_t)i + 1);
		bench_close(&b);
	}
}

/* With proof by reading, each byte of the image travels at least once more than with sums. */
static void program__proof_by_reading__reads_every_byte(void **state)
{
	enum { LEN = 20000 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct usb_report before, after;
		uint64_t n[2];
		struct bench b;

		for (int by_reading = 0; by_reading < 2; by_reading++) {

			bench_open(&b, boards[k], true);
			flash_set_proof(b.f, by_reading);
			usbdev_get_report(b.rig.bl.board, &before);
			program_span(&b, 0, LEN, 3);
			usbdev_get_report(b.rig.bl.board, &after);
			n[by_reading] = after.bytes_in - before.bytes_in;
			assert_int_equal(b.stats.bytes_summed > 0, !by_reading);
			assert_true(b.stats.bytes_summed <= b.stats.bytes_proved);
			bench_close(&b);
		}
		assert_true(n[1] >= n[0] + LEN);
	}
}

static void program__ends_of_flash__are_reached(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct bench b;

		bench_open(&b, boards[k], true);
		program_span(&b, (uint32_t)b.bytes - 1, 1, 7);
		program_span(&b, 0, 2, 8);
		bench_close(&b);
	}
}

static void program__two_spans_with_a_hole__keep_the_hole(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t one[301], two[77];
		struct span s[2] = { { BASE + 1001, sizeof(two), two }, { BASE + 3, sizeof(one), one } };
		struct bench b;

		bench_open(&b, boards[k], true);
		rig_noise(one, sizeof(one), 1);
		rig_noise(two, sizeof(two), 2);
		memcpy(b.expect + 3, one, sizeof(one));
		memcpy(b.expect + 1001, two, sizeof(two));
		rig_ok(&b.rig, run_job(&b, s, 2, true));
		check(&b, boards[k]);
		assert_true(b.stats.bytes_kept > 0);
		bench_close(&b);
	}
}

static void program__image_across_sectors__arrives_and_again_changes_nothing(void **state)
{
	static const size_t lens[ARRAY_LEN(boards)] = {
		40000, 40000, 20001, 140001, 40000, 140001, 40000,
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct chip_report before, after;
		struct bench b;

		bench_open(&b, boards[k], true);
		program_span(&b, 0, lens[k], 3);
		assert_true(b.stats.sectors_erased > 1);
		before = rig_report(&b.rig);
		program_span(&b, 0, lens[k], 3);
		after = rig_report(&b.rig);
		assert_int_equal(b.stats.sectors_erased, 0);
		assert_int_equal(b.stats.bytes_programmed, 0);
		assert_int_equal(b.stats.bytes_proved, lens[k]);
		assert_int_equal(after.sectors_erased, before.sectors_erased);
		assert_int_equal(after.units_programmed, before.units_programmed);
		bench_close(&b);
	}
}

static void program__onto_blank_flash__erases_nothing(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct bench b;

		bench_open(&b, boards[k], false);
		program_span(&b, 100, 3000, 4);
		assert_int_equal(b.stats.sectors_erased, 0);
		assert_int_equal(rig_report(&b.rig).sectors_erased, 0);
		bench_close(&b);
	}
}

static void program__blank_units_of_the_image__are_not_programmed(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t data[2048];
		struct span s = { BASE, sizeof(data), data };
		struct bench b;
		uint64_t units;

		bench_open(&b, boards[k], false);
		memset(data, flash_erased_byte(b.f), sizeof(data));
		rig_noise(data + 512, 4, 5);
		memcpy(b.expect, data, sizeof(data));
		units = rig_report(&b.rig).units_programmed;
		rig_ok(&b.rig, run_job(&b, &s, 1, true));
		check(&b, boards[k]);
		assert_true(rig_report(&b.rig).units_programmed - units <= 4);
		bench_close(&b);
	}
}

static void program__whole_chip_of_other_data__uses_one_mass_erase_where_there_is_one(void **state)
{
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct bench b;

		bench_open(&b, boards[k], true);
		program_span(&b, 0, b.bytes, 6);
		assert_true(b.stats.mass_erased);
		assert_int_equal(rig_report(&b.rig).mass_erases, 1);
		assert_int_equal(rig_report(&b.rig).sectors_erased, 0);
		bench_close(&b);
	}
}

static void write__onto_blank__writes_without_erasing(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t data[333];
		struct span s = { BASE + 129, sizeof(data), data };
		struct bench b;

		bench_open(&b, boards[k], false);
		rig_noise(data, sizeof(data), 9);
		memcpy(b.expect + 129, data, sizeof(data));
		rig_ok(&b.rig, run_job(&b, &s, 1, false));
		check(&b, boards[k]);
		/* Beside what is there already, and over what is the same. */
		s.addr = BASE + 129 + 400;
		memcpy(b.expect + 129 + 400, data, sizeof(data));
		rig_ok(&b.rig, run_job(&b, &s, 1, false));
		rig_ok(&b.rig, run_job(&b, &s, 1, false));
		check(&b, boards[k]);
		assert_int_equal(rig_report(&b.rig).sectors_erased, 0);
		bench_close(&b);
	}
}

static void write__onto_something_else__is_refused_with_the_address_and_changes_nothing(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t data[600];
		struct span s = { BASE, sizeof(data), data };
		struct chip_report before;
		struct bench b;

		bench_open(&b, boards[k], false);
		b.oracle[520] = b.expect[520] = 0x5A;
		chip_flash_changed(b.rig.chip);
		rig_noise(data, sizeof(data), 10);
		before = rig_report(&b.rig);
		assert_int_equal(run_job(&b, &s, 1, false), SL_FLASH);
		assert_int_equal(b.rig.c->fault.addr, BASE + 520);
		assert_non_null(strstr(b.rig.c->fault.text, "0x08000208"));
		check(&b, boards[k]);
		assert_int_equal(rig_report(&b.rig).units_programmed, before.units_programmed);
		bench_close(&b);
	}
}

static void verify__one_wrong_byte__is_found_at_its_address(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		static const uint32_t at[] = { 0, 1, 4095, 4096, 9998 };
		uint8_t *data = malloc(9999);
		struct span s = { BASE + 1, 9999, data };
		struct flash_job job = { .spans = &s, .n_spans = 1 };
		struct bench b;

		bench_open(&b, boards[k], true);
		memcpy(data, b.oracle + 1, 9999);
		rig_ok(&b.rig, flash_verify(b.f, b.rig.c, &job, &b.stats));
		assert_int_equal(b.stats.bytes_proved, 9999);
		for (size_t i = 0; i < 5; i++) {
			data[at[i]] ^= 0x10;
			assert_int_equal(flash_verify(b.f, b.rig.c, &job, &b.stats), SL_VERIFY);
			assert_int_equal(b.rig.c->fault.addr, BASE + 1 + at[i]);
			data[at[i]] ^= 0x10;
		}
		check(&b, boards[k]);
		free(data);
		bench_close(&b);
	}
}

static void check__image_outside_flash__is_refused_before_anything(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t data[64] = { 1 };
		struct span s = { 0, sizeof(data), data };
		struct bench b;

		bench_open(&b, boards[k], true);
		s.addr = BASE + (uint32_t)b.bytes - 32;
		assert_int_equal(run_job(&b, &s, 1, true), SL_IMAGE);
		assert_int_equal(b.rig.c->fault.addr, BASE + b.bytes);
		s.addr = BASE - 1;
		assert_int_equal(run_job(&b, &s, 1, true), SL_IMAGE);
		s.addr = 0x20000000;
		assert_int_equal(run_job(&b, &s, 1, true), SL_IMAGE);
		s.addr = 0xFFFFFFC0;
		assert_int_equal(run_job(&b, &s, 1, true), SL_IMAGE);
		check(&b, boards[k]);
		bench_close(&b);
	}
}

static void check__overlapping_spans__are_refused(void **state)
{
	uint8_t data[64] = { 1 };
	struct span s[2] = { { BASE + 40, 64, data }, { BASE, 41, data } };
	struct bench b;

	(void)state;
	bench_open(&b, "vldiscovery", true);
	assert_int_equal(run_job(&b, s, 2, true), SL_IMAGE);
	assert_int_equal(b.rig.c->fault.addr, BASE + 40);
	check(&b, "overlap");
	bench_close(&b);
}

static void program__write_protected_sector__is_refused_before_anything(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t *data = malloc(100000);
		struct span s = { BASE, 0, data };
		struct chip_report before;
		struct bench b;
		uint32_t addr, len;

		bench_open(&b, boards[k], true);
		chip_write_protect(b.rig.chip, 2, true);
		addr = chip_sector_addr(b.rig.chip, 2, &len);
		rig_noise(data, 100000, 12);
		s.len = addr + len - BASE;
		assert_true(s.len <= 100000);
		before = rig_report(&b.rig);
		assert_int_equal(run_job(&b, &s, 1, true), SL_FLASH);
		assert_non_null(strstr(b.rig.c->fault.text, "write-protected"));
		check(&b, boards[k]);
		assert_int_equal(rig_report(&b.rig).sectors_erased, before.sectors_erased);
		free(data);
		bench_close(&b);
	}
}

static void open__protected_chip__is_named_and_left_alone(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct flash *f = NULL;
		struct rig r;

		rig_start(&r, boards[k], NULL);
		chip_set_protected(r.chip, true);
		rig_ok(&r, rig_attach(&r, CONNECT_NORMAL));
		assert_int_equal(flash_open(r.c, r.t, &f), SL_PROTECTED);
		assert_non_null(strstr(r.c->fault.text, "read-protected"));
		assert_null(f);
		board_link_no_illegal(&r.bl);
		rig_close(&r);
	}
}

static void program__f4_at_low_supply__takes_a_width_that_it_allows(void **state)
{
	static const unsigned mv[] = { 3300, 2700, 2650, 2100, 2050, 1800 };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct board_options o = { .supply_mv = mv[i] };
		struct bench b;

		bench_open_with(&b, "f4discovery", &o, true);
		program_span(&b, 5, 300, 13);
		bench_close(&b);
	}
}

static void program__core_and_sram__are_as_before(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t was[4096], is[4096];
		struct target_core before;
		uint32_t r0 = 0;
		struct bench b;

		bench_open(&b, boards[k], true);
		rig_noise(was, sizeof(was), 14);
		rig_ok(&b.rig, target_write_mem(b.rig.t, b.rig.c, 0x20000000, was, sizeof(was)));
		rig_ok(&b.rig, target_save_core(b.rig.t, b.rig.c, &before));
		program_span(&b, 0, 5000, 15);
		rig_ok(&b.rig, target_read_reg(b.rig.t, b.rig.c, 0, &r0));
		rig_ok(&b.rig, target_read_mem(b.rig.t, b.rig.c, 0x20000000, is, sizeof(is)));
		assert_memory_equal(was, is, sizeof(was));
		for (unsigned i = 0; i < 17; i++)
			assert_int_equal(chip_core_reg(board_chip(b.rig.bl.board), i), before.regs[i]);
		bench_close(&b);
	}
}

/* Blank bytes of an image are wanted like all others: what was there must go. */
static void program__blank_bytes_over_data__erase_it(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t data[1500];
		struct bench b;

		bench_open(&b, boards[k], true);
		memset(data, flash_erased_byte(b.f), sizeof(data));
		data[700] = 0x42;
		memcpy(b.expect + 77, data, sizeof(data));
		rig_ok(&b.rig, run_job(&b, &(struct span){ BASE + 77, sizeof(data), data }, 1, true));
		assert_true(b.stats.sectors_erased > 0);
		check(&b, boards[k]);
		bench_close(&b);
	}
}

/* A watchdog of about 100 ms (40 kHz or 37 kHz, divided by 4, 1000 counts), started by firmware. */
static void program__with_the_watchdog_running__keeps_it_fed(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct bench b;
		uint64_t resets;

		bench_open(&b, boards[k], true);
		resets = rig_report(&b.rig).resets;
		(void)chip_write(b.rig.chip, 0x40003000, 4, 0x5555);
		(void)chip_write(b.rig.chip, 0x40003004, 4, 0);
		(void)chip_write(b.rig.chip, 0x40003008, 4, 1000);
		(void)chip_write(b.rig.chip, 0x40003000, 4, 0xCCCC);
		program_span(&b, 0, 20000, 16);
		assert_int_equal(rig_report(&b.rig).resets, resets);
		bench_close(&b);
	}
}

/* A window watchdog of 64 counts, 33 to 131 ms, that has the rest of one count to go when the core
 * runs: nobody but the firmware could refresh it. It goes on afterwards. */
static void program__with_the_window_watchdog_running__lets_it_stand_still(void **state)
{
	static const uint32_t enr[] = { 0x4002101C, 0x4002101C, 0x40023824, 0x40023840 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(enr); k++) {
		struct bench b;
		uint64_t resets;
		uint32_t cr = 0;

		bench_open(&b, boards[k], true);
		resets = rig_report(&b.rig).resets;
		(void)chip_write(b.rig.chip, enr[k], 4, UINT32_C(1) << 11);
		(void)chip_write(b.rig.chip, 0x40002C00, 4, 0xFF);
		program_span(&b, 0, 20000, 16);
		assert_int_equal(rig_report(&b.rig).resets, resets);
		rig_ok(&b.rig, target_read32(b.rig.t, b.rig.c, 0x40002C00, &cr));
		assert_int_equal(cr, 0xFF);
		rig_ok(&b.rig, target_run(b.rig.t, b.rig.c));
		chip_idle_until(b.rig.chip, board_clock(b.rig.bl.board)->now_ns + 200000000u);
		assert_true(rig_report(&b.rig).resets > resets);
		bench_close(&b);
	}
}

struct meddler {
	struct bench *b;
	size_t at;
	bool done;
};

/* Something else changes flash after it was programmed. */
static void meddle(void *priv, enum flash_phase phase, uint64_t done, uint64_t total)
{
	struct meddler *m = priv;

	if (phase != FLASH_PROGRAM || done < total || m->done)
		return;
	m->done = true;
	m->b->oracle[m->at] ^= 0x08;
	chip_flash_changed(m->b->rig.chip);
}

static void proof__byte_that_is_wrong_after_programming__is_found_kept_ones_too(void **state)
{
	static const size_t at[] = { 0, 99, 100, 2999, 3000, 3071, 3099 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
			uint8_t data[3000];
			struct bench b;
			struct meddler m = { .b = &b, .at = at[i] };
			struct span s = { BASE + 100, sizeof(data), data };
			struct flash_job job = {
				.spans = &s, .n_spans = 1, .erase_first = true,
				.progress = { meddle, &m },
			};

			bench_open(&b, boards[k], true);
			rig_noise(data, sizeof(data), 17);
			assert_int_equal(flash_program(b.f, b.rig.c, &job, &b.stats), SL_VERIFY);
			assert_true(m.done);
			assert_int_equal(b.rig.c->fault.addr, BASE + at[i]);
			assert_true(rig_report(&b.rig).flash_locked);
			bench_close(&b);
		}
	}
}

static void program__supply_that_drops_after_the_choice__is_never_called_done(void **state)
{
	uint8_t data[3000];
	struct span s = { BASE, sizeof(data), data };
	enum sl_err err;
	struct bench b;

	(void)state;
	bench_open(&b, "f4discovery", true);
	rig_noise(data, sizeof(data), 18);
	chip_set_supply_mv(b.rig.chip, 2200);
	err = run_job(&b, &s, 1, true);
	assert_true(err == SL_FLASH || err == SL_VERIFY);
	assert_true(b.rig.c->fault.has_addr);
	assert_true(rig_report(&b.rig).flash_locked);
	bench_close(&b);
}

static void program__f4_with_its_caches_on__leaves_them_on(void **state)
{
	struct bench b;
	uint32_t acr = 0;

	(void)state;
	bench_open(&b, "f4discovery", true);
	(void)chip_write(b.rig.chip, 0x40023C00, 4, 0x705);
	program_span(&b, 0, 300, 19);
	assert_int_equal(chip_read(b.rig.chip, 0x40023C00, 4, &acr), BUS_OK);
	assert_int_equal(acr, 0x705);
	bench_close(&b);
}

static void program__target_that_goes_away_in_between__ends_with_an_error(void **state)
{
	static const char *const keys[] = { "power", "swd" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		for (size_t i = 0; i < 2; i++) {
			uint8_t data[300];
			struct span s = { BASE, sizeof(data), data };
			struct target *t;
			struct bench b;

			bench_open(&b, boards[k], true);
			rig_noise(data, sizeof(data), 20);
			assert_true(board_set(b.rig.bl.board, keys[i], "off"));
			assert_int_not_equal(run_job(&b, &s, 1, true), SL_OK);
			assert_true(b.rig.c->fault.text[0] != 0);
			t = b.rig.t;
			b.rig.t = NULL;
			assert_int_not_equal(target_detach(t, b.rig.c), SL_OK);
			bench_close(&b);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program__unaligned_spans__leave_their_neighbours),
		cmocka_unit_test(program__proof_by_reading__reads_every_byte),
		cmocka_unit_test(program__ends_of_flash__are_reached),
		cmocka_unit_test(program__two_spans_with_a_hole__keep_the_hole),
		cmocka_unit_test(program__image_across_sectors__arrives_and_again_changes_nothing),
		cmocka_unit_test(program__onto_blank_flash__erases_nothing),
		cmocka_unit_test(program__blank_units_of_the_image__are_not_programmed),
		cmocka_unit_test(program__whole_chip_of_other_data__uses_one_mass_erase_where_there_is_one),
		cmocka_unit_test(write__onto_blank__writes_without_erasing),
		cmocka_unit_test(write__onto_something_else__is_refused_with_the_address_and_changes_nothing),
		cmocka_unit_test(verify__one_wrong_byte__is_found_at_its_address),
		cmocka_unit_test(check__image_outside_flash__is_refused_before_anything),
		cmocka_unit_test(check__overlapping_spans__are_refused),
		cmocka_unit_test(program__write_protected_sector__is_refused_before_anything),
		cmocka_unit_test(open__protected_chip__is_named_and_left_alone),
		cmocka_unit_test(program__f4_at_low_supply__takes_a_width_that_it_allows),
		cmocka_unit_test(program__core_and_sram__are_as_before),
		cmocka_unit_test(program__blank_bytes_over_data__erase_it),
		cmocka_unit_test(program__with_the_watchdog_running__keeps_it_fed),
		cmocka_unit_test(program__with_the_window_watchdog_running__lets_it_stand_still),
		cmocka_unit_test(proof__byte_that_is_wrong_after_programming__is_found_kept_ones_too),
		cmocka_unit_test(program__supply_that_drops_after_the_choice__is_never_called_done),
		cmocka_unit_test(program__f4_with_its_caches_on__leaves_them_on),
		cmocka_unit_test(program__target_that_goes_away_in_between__ends_with_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
