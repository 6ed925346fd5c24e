/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_erase.c - erase of ranges and of all, and what happens when the controller or a
 * signal stands in the way.
 */
#include "tests/support/flash_bench.h"

static enum sl_err try_erase(struct bench *b, uint32_t addr, uint32_t len)
{
	struct flash_range range = { addr, len };

	return flash_erase_range(b->f, b->rig.c, range, NULL, &b->stats);
}

static void erase_range(struct bench *b, uint32_t off, uint32_t len)
{
	memset(b->expect + off, flash_erased_byte(b->f), len);
	rig_ok(&b->rig, try_erase(b, BASE + off, len));
	check(b, "erase");
}

static void erase__range_with_edges__keeps_the_edges(void **state)
{
	static const struct { uint32_t off, len; } cases[] = {
		{ 0, 1 }, { 1023, 2 }, { 2051, 3001 }, { 4096, 4096 }, { 257, 255 }, { 9000, 1 },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct bench b;

		bench_open(&b, boards[k], true);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			erase_range(&b, cases[i].off, cases[i].len);
			assert_true(b.stats.sectors_erased >= 1);
			assert_false(b.stats.mass_erased);
		}
		bench_close(&b);
	}
}

static void erase__range__touches_no_other_sector(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct bench b;
		uint32_t addr, len;

		bench_open(&b, boards[k], true);
		addr = chip_sector_addr(b.rig.chip, 1, &len);
		erase_range(&b, addr - BASE, len);
		assert_int_equal(b.stats.bytes_programmed, 0);
		for (size_t i = 0; i < chip_sector_count(b.rig.chip); i++)
			assert_int_equal(chip_sector_erases(b.rig.chip, i), i == 1);
		bench_close(&b);
	}
}

static void erase__all__leaves_nothing_and_reads_all_of_it(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct bench b;

		bench_open(&b, boards[k], true);
		memset(b.expect, flash_erased_byte(b.f), b.bytes);
		rig_ok(&b.rig, flash_erase_all(b.f, b.rig.c, NULL, &b.stats));
		check(&b, boards[k]);
		assert_int_equal(b.stats.bytes_proved, b.bytes);
		assert_int_equal(b.stats.bytes_programmed, 0);
		bench_close(&b);
	}
}

/* A size that was misheard must not make "all" a part. */
static void erase__all_of_a_size_that_changes__erases_nothing(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, boards[0], true);
	chip_poke_size_register(b.rig.chip, 12);
	assert_int_equal(flash_erase_all(b.f, b.rig.c, NULL, &b.stats), SL_PROBE);
	check(&b, boards[0]);
	assert_int_equal(b.stats.sectors_erased, 0);
	bench_close(&b);
}

static void erase__outside_flash__is_refused(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, "bluepill", true);
	assert_int_equal(try_erase(&b, BASE + (uint32_t)b.bytes - 1, 2), SL_IMAGE);
	assert_int_equal(try_erase(&b, 0x1FFFF800, 16), SL_IMAGE);
	assert_int_equal(try_erase(&b, BASE, 0), SL_USAGE);
	check(&b, "refused");
	bench_close(&b);
}

static void erase__all_with_a_write_protected_sector__is_refused(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct bench b;

		bench_open(&b, boards[k], true);
		chip_write_protect(b.rig.chip, 0, true);
		assert_int_equal(flash_erase_all(b.f, b.rig.c, NULL, &b.stats), SL_FLASH);
		assert_int_equal(b.rig.c->fault.addr, BASE);
		check(&b, boards[k]);
		bench_close(&b);
	}
}

/* Firmware that sent a wrong key has locked the controller until the next reset. */
static void unlock__controller_locked_until_reset__is_reset_and_the_job_done(void **state)
{
	static const struct { const char *board; uint32_t keyr; } cases[] = {
		{ "vldiscovery", 0x40022004 }, { "bluepill", 0x40022004 },
		{ "l-discovery", 0x40023C0C }, { "f4discovery", 0x40023C04 },
	};

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		uint64_t resets;
		struct bench b;

		bench_open(&b, cases[k].board, true);
		(void)chip_write(b.rig.chip, cases[k].keyr, 4, 0xDEADBEEF);
		resets = rig_report(&b.rig).resets;
		rig_ok(&b.rig, try_erase(&b, BASE, 16));
		assert_int_equal(rig_report(&b.rig).resets, resets + 1);
		assert_true(rig_report(&b.rig).flash_locked);
		bench_close(&b);
	}
}

/* Firmware left the controller open with an operation chosen and flags set. */
static void unlock__controller_left_open__is_taken_over_and_locked(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, "bluepill", true);
	(void)chip_write(b.rig.chip, 0x40022004, 4, 0x45670123);
	(void)chip_write(b.rig.chip, 0x40022004, 4, 0xCDEF89AB);
	(void)chip_write(b.rig.chip, 0x40022010, 4, 1);
	assert_false(rig_report(&b.rig).flash_locked);
	erase_range(&b, 100, 50);
	bench_close(&b);
}

static void signal__while_erasing__stops_between_sectors_with_all_kept_bytes_in_place(void **state)
{
	static volatile sig_atomic_t flag;
	struct bench b;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		bench_open(&b, boards[k], true);
		flag = SIGINT;
		b.rig.c->signal_flag = &flag;
		assert_int_equal(try_erase(&b, BASE + 10, 20000), SL_INTR);
		flag = 0;
		check(&b, boards[k]);
		bench_close(&b);
	}
}

struct stop_at {
	volatile sig_atomic_t flag;
	enum flash_phase phase;
	uint64_t at;
	uint64_t last[FLASH_READ + 1];
	bool backwards, too_far;
};

static void stopper(void *priv, enum flash_phase phase, uint64_t done, uint64_t total)
{
	struct stop_at *s = priv;

	s->backwards |= done < s->last[phase];
	s->too_far |= done > total;
	s->last[phase] = done;
	if (phase == s->phase && done >= s->at)
		s->flag = SIGTERM;
}

static void signal__in_the_middle_of_a_program__leaves_whole_sectors_old_or_new(void **state)
{
	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct stop_at stop = { .phase = FLASH_PROGRAM, .at = 6000 };
		uint8_t *data = malloc(20000);
		struct span s = { BASE + 7, 20000, data };
		struct flash_job job = {
			.spans = &s, .n_spans = 1, .erase_first = true,
			.progress = { .fn = stopper, .priv = &stop },
		};
		struct bench b;
		size_t news = 0, olds = 0;

		bench_open(&b, boards[k], true);
		rig_noise(data, 20000, 21);
		b.rig.c->signal_flag = &stop.flag;
		assert_int_equal(flash_program(b.f, b.rig.c, &job, &b.stats), SL_INTR);
		assert_int_equal(b.rig.c->fault.signo, SIGTERM);
		stop.flag = 0;
		for (size_t i = 0; i < 20000; i++) {
			news += b.oracle[7 + i] == data[i];
			olds += b.oracle[7 + i] == b.expect[7 + i];
			assert_true(b.oracle[7 + i] == data[i] || b.oracle[7 + i] == b.expect[7 + i]);
		}
		assert_true(news > 6000 && olds > 6000);
		assert_memory_equal(b.oracle, b.expect, 7);
		assert_memory_equal(b.oracle + 20007, b.expect + 20007, b.bytes - 20007);
		assert_true(rig_report(&b.rig).flash_locked);
		free(data);
		bench_close(&b);
	}
}

static void progress__of_a_job__ends_at_its_total(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct stop_at watch = { .phase = FLASH_READ };
		uint8_t *data = malloc(9000);
		struct span s = { BASE + 3, 9000, data };
		struct flash_job job = {
			.spans = &s, .n_spans = 1, .erase_first = true,
			.progress = { .fn = stopper, .priv = &watch },
		};
		struct bench b;

		bench_open(&b, boards[k], true);
		rig_noise(data, 9000, 22);
		memcpy(b.expect + 3, data, 9000);
		rig_ok(&b.rig, flash_program(b.f, b.rig.c, &job, &b.stats));
		check(&b, boards[k]);
		assert_false(watch.backwards);
		assert_false(watch.too_far);
		assert_true(watch.last[FLASH_PROVE] >= 9000);
		assert_int_equal(watch.last[FLASH_PROVE], b.stats.bytes_proved);
		free(data);
		bench_close(&b);
	}
}

/* The internal oscillator times the FPEC; firmware may have turned it off. Here it can be,
 * because the core is told to run from the external one. */
static void program__f1_with_hsi_off__turns_it_on_and_off_again(void **state)
{
	struct bench b;
	uint32_t cr = 0;

	(void)state;
	bench_open(&b, "vldiscovery", true);
	assert_int_equal(chip_read(b.rig.chip, 0x40021000, 4, &cr), BUS_OK);
	(void)chip_write(b.rig.chip, 0x40021000, 4, cr | 1u << 16);
	chip_idle_until(b.rig.chip, board_clock(b.rig.bl.board)->now_ns + 10000000);
	(void)chip_write(b.rig.chip, 0x40021004, 4, 1);
	chip_idle_until(b.rig.chip, board_clock(b.rig.bl.board)->now_ns + 1000000);
	assert_int_equal(chip_read(b.rig.chip, 0x40021000, 4, &cr), BUS_OK);
	(void)chip_write(b.rig.chip, 0x40021000, 4, cr & ~1u);
	assert_int_equal(chip_read(b.rig.chip, 0x40021000, 4, &cr), BUS_OK);
	assert_int_equal(cr & 3, 0);
	erase_range(&b, 100, 50);
	assert_int_equal(chip_read(b.rig.chip, 0x40021000, 4, &cr), BUS_OK);
	assert_int_equal(cr & 3, 0);
	bench_close(&b);
}

struct protector {
	struct bench *b;
	size_t sector;
};

static void protect(void *priv, enum flash_phase phase, uint64_t done, uint64_t total)
{
	struct protector *p = priv;

	(void)done;
	(void)total;
	if (phase == FLASH_PROGRAM || phase == FLASH_ERASE)
		chip_write_protect(p->b->rig.chip, p->sector, true);
}

/* Protection that was not there when the job was planned: the controller's flag is named. */
static void program__sector_protected_in_between__is_told_by_the_controllers_flag(void **state)
{
	static const struct { size_t sector; const char *flag; } row[ARRAY_LEN(boards)] = {
		{ 16, "WRPRTERR" }, { 16, "WRPRTERR" }, { 80, "WRPERR" }, { 3, "WRPERR" },
		{ 16, "WRPRTERR" }, { 3, "WRPERR" }, { 16, "WRPRTERR" },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct bench b;
		struct protector p = { .b = &b, .sector = row[k].sector };
		uint8_t *data = malloc(65536);
		struct span s = { BASE, 0, data };
		struct flash_job job = {
			.spans = &s, .n_spans = 1, .erase_first = true, .progress = { protect, &p },
		};
		uint32_t addr, len;

		bench_open(&b, boards[k], true);
		rig_noise(data, 65536, 30);
		addr = chip_sector_addr(b.rig.chip, row[k].sector, &len);
		s.len = addr + len - BASE;
		assert_true(s.len <= 65536);
		assert_int_equal(flash_program(b.f, b.rig.c, &job, &b.stats), SL_FLASH);
		assert_non_null(strstr(b.rig.c->fault.text, row[k].flag));
		assert_int_equal(b.rig.c->fault.addr & ~0xFFFu, addr & ~0xFFFu);
		assert_memory_equal(b.oracle + (addr - BASE), b.expect + (addr - BASE), len);
		assert_true(rig_report(&b.rig).flash_locked);
		free(data);
		bench_close(&b);
	}
}

/* Flash is given away: all that the image leaves out is blank afterwards; again changes nothing. */
static void program__with_mass_erase__leaves_nothing_else(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t one[301], two[77];
		struct span s[2] = { { BASE + 9001, sizeof(two), two }, { BASE + 3, sizeof(one), one } };
		struct flash_job job = { .spans = s, .n_spans = 2, .erase_first = true, .mass_erase = true };
		struct bench b;

		bench_open(&b, boards[k], true);
		rig_noise(one, sizeof(one), 1);
		rig_noise(two, sizeof(two), 2);
		memset(b.expect, flash_erased_byte(b.f), b.bytes);
		memcpy(b.expect + 3, one, sizeof(one));
		memcpy(b.expect + 9001, two, sizeof(two));
		rig_ok(&b.rig, flash_program(b.f, b.rig.c, &job, &b.stats));
		check(&b, boards[k]);
		assert_int_equal(b.stats.mass_erased, b.stats.sectors_erased == 0);
		assert_int_equal(b.stats.bytes_kept, 0);
		rig_ok(&b.rig, flash_program(b.f, b.rig.c, &job, &b.stats));
		check(&b, boards[k]);
		assert_false(b.stats.mass_erased || b.stats.sectors_erased || b.stats.bytes_programmed);
		b.oracle[12345] = 0x5A;         /* what is left out, and no more */
		chip_flash_changed(b.rig.chip);
		rig_ok(&b.rig, flash_program(b.f, b.rig.c, &job, &b.stats));
		check(&b, boards[k]);
		bench_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(erase__range_with_edges__keeps_the_edges),
		cmocka_unit_test(erase__range__touches_no_other_sector),
		cmocka_unit_test(erase__all__leaves_nothing_and_reads_all_of_it),
		cmocka_unit_test(erase__all_of_a_size_that_changes__erases_nothing),
		cmocka_unit_test(erase__outside_flash__is_refused),
		cmocka_unit_test(erase__all_with_a_write_protected_sector__is_refused),
		cmocka_unit_test(unlock__controller_locked_until_reset__is_reset_and_the_job_done),
		cmocka_unit_test(unlock__controller_left_open__is_taken_over_and_locked),
		cmocka_unit_test(signal__while_erasing__stops_between_sectors_with_all_kept_bytes_in_place),
		cmocka_unit_test(signal__in_the_middle_of_a_program__leaves_whole_sectors_old_or_new),
		cmocka_unit_test(progress__of_a_job__ends_at_its_total),
		cmocka_unit_test(program__sector_protected_in_between__is_told_by_the_controllers_flag),
		cmocka_unit_test(program__f1_with_hsi_off__turns_it_on_and_off_again),
		cmocka_unit_test(program__with_mass_erase__leaves_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
