/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_target_chips.c - walks the chip table: sorted, unique, sensible, with its sources.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/compiler.h"
#include "target/chip_table.h"

static void table__rows__are_sorted_and_unique(void **state)
{
	size_t n;
	const struct chip_row *r = chip_rows(&n);

	(void)state;
	assert_true(n >= 70);
	for (size_t i = 1; i < n; i++)
		assert_true(r[i].dev_id > r[i - 1].dev_id);
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(chip_find(r[i].dev_id), &r[i]);
	assert_null(chip_find(0));
	assert_null(chip_find(0xFFF));
}

static bool core_known(const char *name)
{
	size_t n;
	const struct core_kind *k = core_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(core_short_name(&k[i]), name) == 0)
			return true;
	return false;
}

/* Bytes of the runs when a bank of that size is filled; the rest that does not fit in *left. */
static uint32_t fill(const struct sector_run *runs, uint32_t bytes, uint32_t *left)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 6 && runs[i].bytes; i++) {
		uint32_t fit = (bytes - sum) / runs[i].bytes;

		if (runs[i].count && fit > runs[i].count)
			fit = runs[i].count;
		sum += fit * runs[i].bytes;
		if (runs[i].count == 0)
			assert_true(i == 5 || runs[i + 1].bytes == 0);
	}
	*left = bytes - sum;
	return sum;
}

static void check_row(const struct chip_row *r)
{
	uint32_t all = r->max_flash_kb * 1024, left = 0;

	assert_non_null(r->family);
	assert_true(r->devices && r->devices[0]);
	assert_true(r->source && r->source[0]);
	assert_non_null(r->controller);
	assert_true(r->controller[0] != 0);
	if (r->size_rule == SIZE_NONE)
		return;
	assert_true(all > 0);
	assert_true(r->sectors[0].bytes > 0);
	assert_int_equal(r->flash_base % 1024, 0);
	assert_int_equal(r->size_reg % 2, 0);
	assert_true(r->unit_bytes && (r->unit_bytes & (r->unit_bytes - 1)) == 0);
	assert_true(r->erased == 0xFF || r->erased == 0x00);
	assert_int_equal(r->flash_regs % 4, 0);
	for (size_t i = 0; i < 6 && r->sectors[i].bytes; i++) {
		assert_int_equal(r->sectors[i].bytes & (r->sectors[i].bytes - 1), 0);
		assert_int_equal(r->sectors[i].bytes % r->unit_bytes, 0);
	}
	if (r->bank_rule == BANKS_ONE) {
		assert_int_equal(r->sectors2[0].bytes, 0);
		(void)fill(r->sectors, all, &left);
	} else {
		assert_true(r->sectors2[0].bytes > 0);
		assert_true(r->bank2_addr == 0 || r->bank2_addr > r->flash_base);
		(void)fill(r->sectors, all / 2, &left);
		assert_int_equal(left, 0);
		(void)fill(r->sectors2, all / 2, &left);
	}
	assert_int_equal(left, 0);
}

static void table__geometry__adds_up_to_the_maximum(void **state)
{
	size_t n, nc;
	const struct chip_row *r = chip_rows(&n);
	const struct clone_row *c = clone_rows(&nc);

	(void)state;
	for (size_t i = 0; i < n; i++)
		check_row(&r[i]);
	for (size_t i = 0; i < nc; i++) {
		uint32_t all = c[i].chip.max_flash_kb;

		assert_true(all > 0);
		assert_true(c[i].chip.source && c[i].chip.source[0]);
		assert_int_equal(c[i].idcode & ~c[i].idcode_mask, 0);
	}
}

static void table__cores_and_places__are_known(void **state)
{
	static const uint32_t places[] = {
		0xE0042000, 0x40015800, 0xE0044000, 0x44024000, 0x5C001000, 0x44001000, 0,
	};
	size_t n;
	const struct chip_row *r = chip_rows(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool found = false;

		assert_true(core_known(r[i].core_names));
		for (size_t k = 0; k < ARRAY_LEN(places); k++)
			found = found || r[i].idcode_addr == places[k];
		assert_true(found);
	}
}

static void table__tested_marks__are_only_where_a_virtual_board_is(void **state)
{
	size_t n;
	const struct chip_row *r = chip_rows(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool board = r[i].dev_id == 0x410 || r[i].dev_id == 0x413 || r[i].dev_id == 0x416 ||
			     r[i].dev_id == 0x420 || r[i].dev_id == 0x433;
		enum tested want = board ? SIM : NT;

		assert_int_equal(r[i].tested.identify, want);
		assert_int_equal(r[i].tested.read, want);
		assert_int_equal(r[i].tested.erase, want);
		assert_int_equal(r[i].tested.program, want);
	}
}

static void table__l0_and_l1__are_erased_to_zero_with_split_unique_ids(void **state)
{
	size_t n;
	const struct chip_row *r = chip_rows(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool lx = strcmp(r[i].family, "L0") == 0 || strcmp(r[i].family, "L1") == 0;

		if (r[i].size_rule == SIZE_NONE)
			continue;
		assert_int_equal(r[i].erased, lx ? 0x00 : 0xFF);
		if (r[i].uid_addr)
			assert_int_equal(r[i].uid_off[2], lx ? 0x14 : 8);
	}
}

static void clones__genuine_f103__is_none(void **state)
{
	(void)state;
	assert_null(clone_find(0x20036410, "M3", 0x1BA01477));
	assert_null(clone_find(0x10016420, "M3", 0x1BA01477));
	assert_null(clone_find(0x10006444, "M0", 0x0BB11477));
}

static void clones__known_marks__are_found(void **state)
{
	(void)state;
	assert_non_null(clone_find(0x20036410, "M3", 0x2BA01477));
	assert_string_equal(clone_find(0x13030410, "M3", 0x2BA01477)->devices, "GD32F1x0");
	assert_string_equal(clone_find(0x19090410, "M23", 0)->controller, "gd32e23x");
	assert_non_null(clone_find(0x70050240, "M4", 0x2BA01477));
	assert_non_null(clone_find(0x00000444, "M33", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table__rows__are_sorted_and_unique),
		cmocka_unit_test(table__geometry__adds_up_to_the_maximum),
		cmocka_unit_test(table__cores_and_places__are_known),
		cmocka_unit_test(table__tested_marks__are_only_where_a_virtual_board_is),
		cmocka_unit_test(table__l0_and_l1__are_erased_to_zero_with_split_unique_ids),
		cmocka_unit_test(clones__genuine_f103__is_none),
		cmocka_unit_test(clones__known_marks__are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
