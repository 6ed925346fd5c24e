/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_image_ihex.c - Intel HEX: what is taken, and each refusal with its line.
 */
#include "tests/image_help.h"

#define EOF_LINE ":00000001FF\n"
#define D4 ":0400000001020304F2\n" /* 01 02 03 04 at 0 */

static void ihex__one_record__is_one_span(void **state)
{
	struct image *img = load_text(D4 EOF_LINE, "ihex");

	(void)state;
	assert_int_equal(img->n_spans, 1);
	assert_int_equal(img->total, 4);
	assert_false(img->has_entry);
	assert_span(img, 0, 0, "\1\2\3\4", 4);
	image_free(img);
}

static void ihex__line_ends_blanks_and_case__do_not_matter(void **state)
{
	static const char *const texts[] = {
		":0400000001020304F2\r\n:00000001FF\r\n",
		":0400000001020304f2\n:00000001ff",
		"\n\n \t\n:0400000001020304F2  \t\n\r\n\n:00000001FF \r\n\r\n\n",
		":0400000001020304F2\r:00000001FF\r",
		"  :0400000001020304F2\n\t:00000001FF",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct image *img = load_text(texts[i], "ihex");

		assert_int_equal(img->n_spans, 1);
		assert_span(img, 0, 0, "\1\2\3\4", 4);
		image_free(img);
	}
}

static void ihex__linear_address__is_the_upper_half(void **state)
{
	struct image *img = load_text(":020000040801F1\n:02FFFE00AABB9C\n" EOF_LINE, "ihex");

	(void)state;
	assert_span(img, 0, 0x0801fffe, "\xaa\xbb", 2);
	image_free(img);
}

static void ihex__linear_record_across_64k__goes_on(void **state)
{
	struct image *img = load_text(":020000040801F1\n:04FFFE0001020304F5\n" EOF_LINE, "ihex");

	(void)state;
	assert_span(img, 0, 0x0801fffe, "\1\2\3\4", 4);
	image_free(img);
}

static void ihex__segment_address__is_times_sixteen(void **state)
{
	struct image *img = load_text(":020000021200EA\n:02000100AABB98\n" EOF_LINE, "ihex");

	(void)state;
	assert_span(img, 0, 0x12001, "\xaa\xbb", 2);
	image_free(img);
}

static void ihex__highest_segment__passes_one_mebibyte(void **state)
{
	struct image *img = load_text(":02000002FFFFFE\n:01FFFF00AA57\n" EOF_LINE, "ihex");

	(void)state;
	assert_span(img, 0, 0x10ffef, "\xaa", 1);
	image_free(img);
}

static void ihex__linear_after_segment__replaces_it(void **state)
{
	struct image *img = load_text(":020000021200EA\n:020000040800F2\n:04FFFE0001020304F5\n"
				      EOF_LINE, "ihex");

	(void)state;
	assert_span(img, 0, 0x0800fffe, "\1\2\3\4", 4);
	image_free(img);
}

static void ihex__start_records__give_the_entry(void **state)
{
	struct image *img = load_text(D4 ":0400000508000131BD\n" EOF_LINE, "ihex");

	(void)state;
	assert_true(img->has_entry);
	assert_int_equal(img->entry, 0x08000131);
	image_free(img);
	img = load_text(":0400000312000010D7\n" D4 EOF_LINE, "ihex");
	assert_true(img->has_entry);
	assert_int_equal(img->entry, 0x12010);
	image_free(img);
}

static void ihex__two_different_starts__are_no_start(void **state)
{
	struct image *img = load_text(":0400000508000131BD\n:0400000508000131BD\n" D4 EOF_LINE,
				      "ihex");

	(void)state;
	assert_true(img->has_entry);
	image_free(img);
	img = load_text(":0400000508000131BD\n:0400000508000133BB\n:0400000508000131BD\n" D4
			EOF_LINE, "ihex");
	assert_false(img->has_entry);
	image_free(img);
}

static void ihex__adjacent_records_in_any_order__are_one_span(void **state)
{
	struct image *img = load_text(":020004000506EF\n" D4 ":0100060007F2\n" EOF_LINE, "ihex");

	(void)state;
	assert_int_equal(img->n_spans, 1);
	assert_span(img, 0, 0, "\1\2\3\4\5\6\7", 7);
	image_free(img);
}

static void ihex__hole__stays_a_hole(void **state)
{
	struct image *img = load_text(":0100060007F2\n" D4 EOF_LINE, "ihex");

	(void)state;
	assert_int_equal(img->n_spans, 2);
	assert_int_equal(img->total, 5);
	assert_span(img, 0, 0, "\1\2\3\4", 4);
	assert_span(img, 1, 6, "\7", 1);
	image_free(img);
}

static void ihex__last_byte_of_the_address_space__is_taken(void **state)
{
	struct image *img = load_text(":02000004FFFFFC\n:01FFFF00AA57\n" EOF_LINE, "ihex");

	(void)state;
	assert_span(img, 0, 0xffffffff, "\xaa", 1);
	image_free(img);
}

static void ihex__empty_data_record__adds_nothing(void **state)
{
	struct image *img = load_text(":00FFFF0002\n" D4 EOF_LINE, "ihex");

	(void)state;
	assert_int_equal(img->n_spans, 1);
	image_free(img);
}

static void ihex__longest_record__is_taken(void **state)
{
	char text[600];
	size_t len = (size_t)snprintf(text, sizeof(text), ":FF000000");
	struct image *img;

	(void)state;
	for (int i = 0; i < 255; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "00");
	(void)snprintf(text + len, sizeof(text) - len, "01\n" EOF_LINE);
	img = load_text(text, "ihex");
	assert_int_equal(img->total, 255);
	image_free(img);
}

struct refusal {
	const char *text;
	const char *found;
};

static void ihex__damage__is_refused_with_its_line(void **state)
{
	static const struct refusal rows[] = {
		{ D4 ":0400040001020304EF\n" EOF_LINE,
		  "image, line 2: checksum is 0xef, must be 0xee" },
		{ D4 "\n\r\n:00000001FE\n", "image, line 4: checksum is 0xfe, must be 0xff" },
		{ D4, "image, line 1: the file ends without an end-of-file record" },
		{ D4 EOF_LINE "\n" EOF_LINE, "image, line 4: more text after the end-of-file record" },
		{ D4 EOF_LINE "x", "image, line 3: more text after the end-of-file record" },
		{ D4 ":04000400010203\n" EOF_LINE, "image, line 2: the record is cut: 7 bytes of 9" },
		{ D4 ":040\n" EOF_LINE, "image, line 2: odd number of digits: the record is cut" },
		{ D4 ":\n" EOF_LINE, "image, line 2: the record is cut: 0 bytes of 5" },
		{ D4 ":04000400010203040506EE\n" EOF_LINE,
		  "image, line 2: 2 bytes behind the record, which says it has 4 data bytes" },
		{ D4 ":0400040001020G04EE\n" EOF_LINE,
		  "image, line 2: character 15 is 'G', not a hexadecimal digit" },
		{ D4 ":04000400010 0304EE\n" EOF_LINE,
		  "image, line 2: character 13 has code 0x20, not a hexadecimal digit" },
		{ D4 ":0400:0400010203040EE\n" EOF_LINE,
		  "image, line 2: character 6 is ':', not a hexadecimal digit" },
		{ D4 "0400040001020304EE\n" EOF_LINE, "image, line 2: starts with '0', not with ':'" },
		{ D4 "\xef\xbb\xbf" EOF_LINE, "image, line 2: starts with code 0xef, not with ':'" },
		{ D4 ":00000006FA\n" EOF_LINE, "image, line 2: unknown record type 0x06" },
		{ D4 ":000000FF01\n" EOF_LINE, "image, line 2: unknown record type 0xff" },
		{ D4 ":0100000408F3\n" EOF_LINE,
		  "image, line 2: record type 04 has 1 data bytes, must have 2" },
		{ D4 ":0100000208F5\n" EOF_LINE,
		  "image, line 2: record type 02 has 1 data bytes, must have 2" },
		{ D4 ":00000003FD\n" EOF_LINE,
		  "image, line 2: record type 03 has 0 data bytes, must have 4" },
		{ D4 ":020000050800F1\n" EOF_LINE,
		  "image, line 2: record type 05 has 2 data bytes, must have 4" },
		{ D4 ":0100000100FE\n", "image, line 2: record type 01 has 1 data bytes, must have 0" },
		{ D4 ":0100030009F3\n" EOF_LINE,
		  "image, line 2: overlap at 0x00000003, which line 1 gave already" },
		{ ":0100030009F3\n" D4 EOF_LINE,
		  "image, line 2: overlap at 0x00000003, which line 1 gave already" },
		{ D4 D4 EOF_LINE, "image, line 2: overlap at 0x00000000, which line 1 gave already" },
		{ ":02000004FFFFFC\n:02FFFF00AABB9B\n" EOF_LINE,
		  "image, line 2: 2 bytes at 0xffffffff pass the end of the 32-bit address space" },
		{ ":020000021200EA\n:04FFFE0001020304F5\n" EOF_LINE,
		  "image, line 2: 4 bytes at offset 0xfffe pass the end of their 64 KiB segment" },
		{ EOF_LINE, "image holds no data" },
		{ ":00FFFF0002\n" EOF_LINE, "image holds no data" },
		/* Damage in the first line does not make it a plain binary. */
		{ ":04000\n" D4 EOF_LINE, "image, line 1: odd number of digits: the record is cut" },
		{ "; made by a tool\n" D4 EOF_LINE, "image, line 1: starts with ';', not with ':'" },
		{ "\xef\xbb\xbf" D4 EOF_LINE, "image, line 1: starts with code 0xef, not with ':'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		refuse_text(rows[i].text, rows[i].found);
}

static void ihex__zero_byte_in_a_line__is_refused(void **state)
{
	static const char text[] = D4 ":0400\0";

	(void)state;
	refuse_bytes(text, sizeof(text) - 1,
		     "image, line 2: character 6 has code 0x00, not a hexadecimal digit");
}

static void ihex__line_longer_than_any_record__is_refused(void **state)
{
	char text[800];
	size_t len = (size_t)snprintf(text, sizeof(text), D4 ":");

	(void)state;
	for (int i = 0; i < 2 * 261; i++)
		text[len++] = '0';
	text[len] = '\0';
	refuse_text(text, "image, line 2: 523 characters, longer than any record");
}

static void ihex__overlap__names_the_address_in_the_fault(void **state)
{
	static const char text[] = D4 ":0100030009F3\n" EOF_LINE;
	struct image *img = NULL;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(image_from_memory(&c, text, sizeof(text) - 1, &nowhere, &img), SL_IMAGE);
	assert_int_equal(c.fault.has_addr, 1);
	assert_int_equal(c.fault.addr, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ihex__one_record__is_one_span),
		cmocka_unit_test(ihex__line_ends_blanks_and_case__do_not_matter),
		cmocka_unit_test(ihex__linear_address__is_the_upper_half),
		cmocka_unit_test(ihex__linear_record_across_64k__goes_on),
		cmocka_unit_test(ihex__segment_address__is_times_sixteen),
		cmocka_unit_test(ihex__highest_segment__passes_one_mebibyte),
		cmocka_unit_test(ihex__linear_after_segment__replaces_it),
		cmocka_unit_test(ihex__start_records__give_the_entry),
		cmocka_unit_test(ihex__two_different_starts__are_no_start),
		cmocka_unit_test(ihex__adjacent_records_in_any_order__are_one_span),
		cmocka_unit_test(ihex__hole__stays_a_hole),
		cmocka_unit_test(ihex__last_byte_of_the_address_space__is_taken),
		cmocka_unit_test(ihex__empty_data_record__adds_nothing),
		cmocka_unit_test(ihex__longest_record__is_taken),
		cmocka_unit_test(ihex__damage__is_refused_with_its_line),
		cmocka_unit_test(ihex__zero_byte_in_a_line__is_refused),
		cmocka_unit_test(ihex__line_longer_than_any_record__is_refused),
		cmocka_unit_test(ihex__overlap__names_the_address_in_the_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
