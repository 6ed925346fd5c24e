/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_compat_args.c - names, numbers and tables of the personalities. What is printed is compared
 * with the stock tools by tests/cli/personality.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "compat/args.h"
#include "compat/compat.h"
#include "compat/stock.h"

static void numbers__every_form__has_its_value(void **state)
{
	static const struct {
		const char *text;
		uint32_t value;
	} good[] = {
		{ "0", 0 }, { "10", 10 }, { "010", 8 }, { "0x10", 16 }, { "0XfF", 255 }, { "0b101", 5 },
		{ "1k", 1024 }, { "2M", 2097152 }, { "0x", 0 }, { "4294967295", UINT32_MAX },
		{ "0x08000000", 0x08000000 }, { "8000000", 8000000 }, { "128K", 131072 },
	};
	static const char *const bad[] = {
		"zz", "1q", "08", "0b2", "1kk", "1 ", " 1", "-1", "4294967296", "4096M", "0x1g",
		"99999999999999999999999999999999",
	};
	uint32_t value;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		value = 77;
		assert_true(args_number(good[i].text, &value));
		assert_int_equal(value, good[i].value);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(args_number(bad[i], &value));
}

static void freq__forms_of_1_6_and_1_7__are_khz(void **state)
{
	unsigned khz;

	(void)state;
	assert_true(args_freq("480", &khz) && khz == 480);
	assert_true(args_freq("480k", &khz) && khz == 480);
	assert_true(args_freq("4M", &khz) && khz == 4000);
	assert_true(args_freq("1.8M", &khz) && khz == 1800);
	assert_false(args_freq("fast", &khz));
	assert_false(args_freq("4Mx", &khz));
}

static void names__of_other_tools__are_found_and_nothing_else(void **state)
{
	static char *by_link[] = { "/usr/bin/st-flash", "erase" };
	static char *by_word[] = { "stlink-download", "st-info", "--probe" };
	static char *own[] = { "/usr/bin/stlink-download", "info" };
	static char *file[] = { "stlink-download", "./st-info" };
	static char *none[] = { NULL };
	int skip;

	(void)state;
	assert_string_equal(compat_find(2, by_link, &skip)->name, "st-flash");
	assert_int_equal(skip, 0);
	assert_string_equal(compat_find(3, by_word, &skip)->name, "st-info");
	assert_int_equal(skip, 1);
	assert_null(compat_find(2, own, &skip));
	assert_null(compat_find(2, file, &skip));
	assert_null(compat_find(0, none, &skip));
}

static void args__device_of_old_scripts_and_section_of_1_8__are_taken(void **state)
{
	static char *old[] = { "st-flash", "write", "/dev/stlink", "fw.bin", "0x8000000" };
	static char *v1[] = { "st-flash", "write", "v1", "fw.bin", "0x8000000" };
	static char *section[] = { "st-flash", "--reset", "erase", "0x8000400", "2k" };
	struct stock_args a;

	(void)state;
	assert_true(args_read(5, old, &a));
	assert_string_equal(a.device, "/dev/stlink");
	assert_string_equal(a.path, "fw.bin");
	assert_true(args_read(5, v1, &a));
	assert_null(a.device);
	assert_int_equal(a.addr, 0x08000000);
	assert_true(args_read(5, section, &a));
	assert_true(a.reset && a.section);
	assert_int_equal(a.addr, 0x08000400);
	assert_int_equal(a.size, 2048);
}

static void stock__table__ascends_and_has_its_texts(void **state)
{
	size_t n;
	const struct stock_chip *rows = stock_rows(&n);

	(void)state;
	assert_true(n > 40);
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || rows[i - 1].dev_id < rows[i].dev_id);
		assert_true(rows[i].description[0] && rows[i].page_bytes && rows[i].sram_bytes);
	}
	assert_string_equal(stock_find(0x410)->description, "F1xx Medium-density");
	assert_string_equal(stock_find(0xFFF)->description, "unknown device");
	assert_int_equal(stock_find(0xFFF)->page_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers__every_form__has_its_value),
		cmocka_unit_test(freq__forms_of_1_6_and_1_7__are_khz),
		cmocka_unit_test(names__of_other_tools__are_found_and_nothing_else),
		cmocka_unit_test(args__device_of_old_scripts_and_section_of_1_8__are_taken),
		cmocka_unit_test(stock__table__ascends_and_has_its_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
