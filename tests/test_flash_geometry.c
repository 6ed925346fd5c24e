/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_geometry.c - which chips have a driver, the sectors of those that do, and that
 * nothing at all is written to those that do not.
 */
#include "tests/support/fake_open.h"

static bool must_have_driver(const struct chip_row *r)
{
	static const char *const families[] = { "F0", "F1", "F2", "F3", "F4", "L0", "L1" };

	for (size_t i = 0; i < 7; i++)
		if (strcmp(r->family, families[i]) == 0)
			return true;
	return false;
}

static void check_sectors(struct open_chip *o, const struct chip_row *r, uint32_t kb)
{
	size_t n;
	const struct flash_sector *s = flash_sectors(o->f, &n);
	uint64_t sum = 0;

	assert_int_equal(s[0].addr, r->flash_base);
	for (size_t i = 0; i < n; i++) {
		sum += s[i].bytes;
		assert_int_equal(s[i].addr % s[i].bytes, 0);
		if (i > 0)
			assert_true(s[i].addr >= s[i - 1].addr + s[i - 1].bytes);
		if (i > 0 && s[i].bank == s[i - 1].bank)
			assert_int_equal(s[i].index, s[i - 1].index + 1);
	}
	assert_int_equal(sum, (uint64_t)kb * 1024);
	assert_int_equal(flash_erased_byte(o->f), r->erased);
	assert_int_equal(o->f->work_addr, r->sram_base);
	assert_true(o->f->work_bytes <= r->sram_bytes);
	assert_true(o->f->slot_bytes >= ENGINE_SLOT_LEAST && o->f->slot_bytes <= ENGINE_SLOT_MOST);
	/* The smallest parts of a family have 4 KiB. */
	assert_true(r->sram_bytes >= 32768 || o->f->work_bytes <= 2048);
}

static void open__every_row__has_sectors_that_add_up_or_says_that_there_is_no_driver(void **state)
{
	size_t n;
	const struct chip_row *r = chip_rows(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct open_chip o;

		open_it(&o, &r[i], r[i].max_flash_kb, 0);
		if (must_have_driver(&r[i])) {
			if (o.err)
				fail_msg("0x%03x: %s", r[i].dev_id, o.c.fault.text);
			check_sectors(&o, &r[i], r[i].max_flash_kb);
		} else {
			assert_int_equal(o.err, SL_UNSUPPORTED);
			assert_non_null(strstr(o.c.fault.text, target_chip_names(r[i].devices).s));
			assert_int_equal(err_exit_status(&o.c.fault), 10);
			assert_null(o.f);
		}
		close_it(&o);
	}
}

static const struct flash_sector *sector(struct open_chip *o, size_t i, size_t want)
{
	size_t n;
	const struct flash_sector *s = flash_sectors(o->f, &n);

	assert_int_equal(o->err, SL_OK);
	assert_int_equal(n, want);
	return &s[i];
}

static void geometry__f42x__follows_size_and_db1m(void **state)
{
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x419), 2048, 0);
	assert_int_equal(sector(&o, 12, 24)->addr, 0x08100000);
	assert_int_equal(sector(&o, 12, 24)->index, 16);
	assert_int_equal(sector(&o, 12, 24)->bytes, 16 * 1024);
	assert_int_equal(sector(&o, 23, 24)->index, 27);
	close_it(&o);
	open_it(&o, chip_find(0x419), 1024, 0);
	assert_int_equal(sector(&o, 11, 12)->addr, 0x080E0000);
	assert_int_equal(sector(&o, 11, 12)->bank, 0);
	close_it(&o);
	open_it(&o, chip_find(0x419), 1024, 1u << 30);
	assert_int_equal(sector(&o, 8, 16)->addr, 0x08080000);
	assert_int_equal(sector(&o, 8, 16)->index, 16);
	assert_int_equal(sector(&o, 8, 16)->bank, 1);
	close_it(&o);
	open_it(&o, chip_find(0x434), 512, 1u << 30);
	assert_int_equal(sector(&o, 7, 8)->bank, 0);
	close_it(&o);
}

static void geometry__f1_xl__has_its_second_bank_at_512_kib(void **state)
{
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x430), 768, 0);
	assert_int_equal(sector(&o, 255, 384)->bank, 0);
	assert_int_equal(sector(&o, 256, 384)->bank, 1);
	assert_int_equal(sector(&o, 256, 384)->addr, 0x08080000);
	close_it(&o);
	open_it(&o, chip_find(0x430), 512, 0);
	assert_int_equal(sector(&o, 255, 256)->bank, 0);
	close_it(&o);
}

static void geometry__l1_category_6_of_384_kib__has_a_hole(void **state)
{
	uint8_t byte = 0;
	struct span s[2] = { { 0x0802FFFF, 1, &byte }, { 0x08030000, 1, &byte } };
	struct span across = { 0x0802FFFF, 2, &byte };
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x437), 384, 0);
	assert_int_equal(sector(&o, 767, 1536)->addr, 0x0802FF00);
	assert_int_equal(sector(&o, 768, 1536)->addr, 0x08040000);
	assert_int_equal(flash_check(o.f, &o.c, &s[0], 1), SL_OK);
	assert_int_equal(flash_check(o.f, &o.c, &s[1], 1), SL_IMAGE);
	assert_non_null(strstr(o.c.fault.text, "hole"));
	assert_int_equal(flash_check(o.f, &o.c, &across, 1), SL_IMAGE);
	assert_int_equal(o.c.fault.addr, 0x08030000);
	close_it(&o);
}

static void geometry__f413__has_sixteen_sectors(void **state)
{
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x463), 1536, 0);
	assert_int_equal(sector(&o, 15, 16)->addr, 0x08160000);
	close_it(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open__every_row__has_sectors_that_add_up_or_says_that_there_is_no_driver),
		cmocka_unit_test(geometry__f42x__follows_size_and_db1m),
		cmocka_unit_test(geometry__f1_xl__has_its_second_bank_at_512_kib),
		cmocka_unit_test(geometry__l1_category_6_of_384_kib__has_a_hole),
		cmocka_unit_test(geometry__f413__has_sixteen_sectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
