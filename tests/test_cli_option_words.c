/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_cli_option_words.c - option bytes as text: assignments, files, lists of areas; and any bytes at
 * all in the place of a file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/option_words.h"

static struct assignments a;

static enum sl_err file(struct ctx *c, const char *text)
{
	ctx_init(c);
	return assign_parse_file(c, "x.opt", text, strlen(text), &a);
}

static void list__names_and_values__are_taken_in_order(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(assign_parse_list(&c, "WDG_SW=1,DATA0=0x42", &a), SL_OK);
	assert_int_equal(a.n, 2);
	assert_string_equal(a.item[0].name, "WDG_SW");
	assert_int_equal(a.item[0].value, 1);
	assert_string_equal(a.item[1].name, "DATA0");
	assert_int_equal(a.item[1].value, 0x42);
}

static void list__mistakes__are_refused(void **state)
{
	static const char *const bad[] = {
		"", "A", "=1", "A=", "A=1,", ",A=1", "A=1,,B=2", "A=1;B=2", "A==1", "A=01", "A=-1", "A =1",
		"A=1,A=2", "A=0x100000000", "A_NAME_THAT_IS_MUCH_TOO_LONG=1", "\xc3\xa4=1",
	};
	struct ctx c;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ctx_init(&c);
		if (assign_parse_list(&c, bad[i], &a) != SL_USAGE)
			fail_msg("taken: %s", bad[i]);
	}
}

static void file__blanks_and_comments__do_not_matter(void **state)
{
	struct ctx c;

	(void)state;
	assert_int_equal(file(&c, "# text\r\n\n \t\nchip=0x410\r\n\tWDG_SW =\t1  # c = d\nDATA0=66"), SL_OK);
	assert_int_equal(a.chip, 0x410);
	assert_int_equal(a.n, 2);
	assert_int_equal(a.item[0].line, 5);
	assert_int_equal(a.item[1].value, 66);
}

static void file__mistakes__are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "line \"chip = ID\"" }, { "chip = 1\n", "no field" }, { "A = 1\n",
			   "line \"chip = ID\"" },
		{ "chip = 1\nchip = 1\nA = 1", "x.opt:2:" }, { "chip = 1\nA = 1\nA = 1\n", "x.opt:3:" },
		{ "chip = 1\nA\n", "x.opt:2:" }, { "chip = 1\nA = 1 2\n", "x.opt:2:" },
		{ "chip = x\n", "x.opt:1:" }, { "chip = 1\n= 1\n", "x.opt:2:" },
	};
	struct ctx c;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (file(&c, bad[i].text) != SL_IMAGE)
			fail_msg("taken: %s", bad[i].text);
		if (!strstr(c.fault.text, bad[i].says))
			fail_msg("%s: says %s", bad[i].text, c.fault.text);
	}
}

static void file__too_many_names__are_refused(void **state)
{
	char text[4096];
	size_t used = (size_t)snprintf(text, sizeof(text), "chip = 1\n");
	struct ctx c;

	(void)state;
	for (unsigned i = 0; i <= ASSIGN_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "N%u = %u\n", i, i);
	assert_int_equal(file(&c, text), SL_IMAGE);
	assert_int_equal(a.n, ASSIGN_MAX);
}

static void file__any_bytes__are_refused_or_taken_without_harm(void **state)
{
	static const char letters[] = "chip = 0x41\nA_=#\t\r\\\"\xff";
	uint8_t bytes[300];
	uint32_t x = 1;
	struct ctx c;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		size_t len = round % sizeof(bytes);

		for (size_t i = 0; i < len; i++) {
			x = x * 1664525u + 1013904223u;
			bytes[i] = round % 2 ? (uint8_t)letters[(x >> 16) % sizeof(letters)] :
				   (uint8_t)(x >> 24);
		}
		ctx_init(&c);
		(void)!assign_parse_file(&c, "x.opt", bytes, len, &a);
		assert_true(a.n <= ASSIGN_MAX);
	}
}

static void areas__text__is_understood_or_refused(void **state)
{
	static const char *const good[] = { "all", "none", "0", "0-3,7", "0x08000000", "0x08000000:4k,1" };
	static const char *const bad[] = {
		"", "ALL", "all,1", "3-1", "1-", "-1", "1,,2", "1,", "0x", "0x08000000:", "0x08000000:0",
		"0xFFFFFFFF:2", "0x08000000-0x08001000", "1:2", "a",
	};
	struct ctx c;

	(void)state;
	ctx_init(&c);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (areas_check_text(&c, good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (areas_check_text(&c, bad[i]) != SL_USAGE)
			fail_msg("taken: %s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list__names_and_values__are_taken_in_order),
		cmocka_unit_test(list__mistakes__are_refused),
		cmocka_unit_test(file__blanks_and_comments__do_not_matter),
		cmocka_unit_test(file__mistakes__are_refused_with_their_line),
		cmocka_unit_test(file__too_many_names__are_refused),
		cmocka_unit_test(file__any_bytes__are_refused_or_taken_without_harm),
		cmocka_unit_test(areas__text__is_understood_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
