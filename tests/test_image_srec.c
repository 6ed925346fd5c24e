/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_image_srec.c - S-records: what is taken, and each refusal with its line.
 */
#include "tests/image_help.h"

#define S0 "S0030000FC\n"
#define S9 "S9030000FC\n"
#define D4 "S107000001020304EE\n" /* 01 02 03 04 at 0 */

static void srec__one_record__is_one_span(void **state)
{
	struct image *img = load_text(S0 D4 S9, "srec");

	(void)state;
	assert_int_equal(img->n_spans, 1);
	assert_false(img->has_entry);
	assert_span(img, 0, 0, "\1\2\3\4", 4);
	image_free(img);
}

static void srec__line_ends_blanks_and_case__do_not_matter(void **state)
{
	static const char *const texts[] = {
		"S107000001020304EE\r\nS9030000FC\r\n",
		"S107000001020304ee\nS9030000fc",
		"\n \nS107000001020304EE \t\r\n\r\nS9030000FC\r\n\n",
		"S107000001020304EE\rS9030000FC",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct image *img = load_text(texts[i], "srec");

		assert_span(img, 0, 0, "\1\2\3\4", 4);
		image_free(img);
	}
}

static void srec__each_data_record__has_its_address_length(void **state)
{
	struct image *img = load_text("S1041234AA0B\nS205123456AAB4\nS30608000010AA37\n"
				      "S70508000000F2\n", "srec");

	(void)state;
	assert_int_equal(img->n_spans, 3);
	assert_span(img, 0, 0x1234, "\xaa", 1);
	assert_span(img, 1, 0x123456, "\xaa", 1);
	assert_span(img, 2, 0x08000010, "\xaa", 1);
	image_free(img);
}

static void srec__each_end_record__gives_the_entry(void **state)
{
	static const struct {
		const char *text;
		uint32_t entry;
	} rows[] = {
		{ D4 "S70508000131C0\n", 0x08000131 },
		{ D4 "S804123456" "5F\n", 0x123456 },
		{ D4 "S9031234B6\n", 0x1234 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct image *img = load_text(rows[i].text, "srec");

		assert_true(img->has_entry);
		assert_int_equal(img->entry, rows[i].entry);
		image_free(img);
	}
}

static void srec__right_counts__are_taken(void **state)
{
	static const char *const texts[] = {
		S0 D4 "S5030001FB\n" S9,
		S0 D4 "S604000001FA\n" S9,
		S0 "S5030000FC\n" D4 "S5030001FB\n" S9,
		/* As srec_cat ends a file. */
		S0 D4 "S5030001FB\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		image_free(load_text(texts[i], "srec"));
}

static void srec__adjacent_records_in_any_order__are_one_span(void **state)
{
	struct image *img = load_text("S10500040506EB\n" D4 "S104000909E9\n" S9, "srec");

	(void)state;
	assert_int_equal(img->n_spans, 2);
	assert_span(img, 0, 0, "\1\2\3\4\5\6", 6);
	assert_span(img, 1, 9, "\t", 1);
	image_free(img);
}

static void srec__damage__is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *found;
	} rows[] = {
		{ D4 "S107000401020304EB\n" S9, "image, line 2: checksum is 0xeb, must be 0xea" },
		{ "S5030000FC\n" D4, "image, line 2: the file ends without an S7, S8 or S9 record" },
		{ D4 S0, "image, line 2: the file ends without an S7, S8 or S9 record" },
		{ D4 "\n" S9 "\n" D4, "image, line 5: more text after the end record" },
		{ D4 "S10700040102\n" S9, "image, line 2: the record is cut: 5 bytes of 8" },
		{ D4 "S1\n" S9, "image, line 2: the record is cut: 0 bytes of 4" },
		{ D4 "S10\n" S9, "image, line 2: odd number of digits: the record is cut" },
		{ D4 "S107000401020304EAFF\n" S9,
		  "image, line 2: 1 bytes behind the record, whose count is 7" },
		{ D4 "S100FF\n" S9, "image, line 2: 1 bytes behind the record, whose count is 0" },
		{ D4 "S100\n" S9, "image, line 2: checksum is 0x00, must be 0xff" },
		{ D4 "S102" "00FD\n" S9, "image, line 2: S1 with count 2 has no room for its address" },
		{ D4 "S3040000" "00FB\n" S9, "image, line 2: S3 with count 4 has no room for its address" },
		{ D4 "S107000401x20304EA\n" S9,
		  "image, line 2: character 11 is 'x', not a hexadecimal digit" },
		{ D4 "S4030000FC\n" S9, "image, line 2: S4 is reserved and has no meaning" },
		{ D4 "SA030000FC\n" S9, "image, line 2: starts with 'S', not with S0 to S9" },
		{ D4 ":0000\n" S9, "image, line 2: starts with ':', not with S0 to S9" },
		{ D4 "S5030002FA\n" S9,
		  "image, line 2: counts 2 data records, but 1 came before it" },
		{ D4 "S604010001F9\n" S9,
		  "image, line 2: counts 65537 data records, but 1 came before it" },
		{ D4 "S5040001AA50\n" S9, "image, line 2: S5 carries 1 data bytes, must have none" },
		{ D4 "S9040000AA51\n", "image, line 2: S9 carries 1 data bytes, must have none" },
		{ D4 "S104000309EF\n" S9,
		  "image, line 2: overlap at 0x00000003, which line 1 gave already" },
		{ "S307FFFFFFFFAABB97\n" S9,
		  "image, line 1: 2 bytes at 0xffffffff pass the end of the 32-bit address space" },
		{ S0 S9, "image holds no data" },
		/* Damage in the first line does not make it a plain binary. */
		{ "S10\n" D4 S9, "image, line 1: odd number of digits: the record is cut" },
		{ "# made by a tool\n" D4 S9, "image, line 1: starts with '#', not with S0 to S9" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		refuse_text(rows[i].text, rows[i].found);
}

static void srec__longest_record__is_taken(void **state)
{
	char text[700];
	size_t len = (size_t)snprintf(text, sizeof(text), "S1FF0000");
	struct image *img;

	(void)state;
	for (int i = 0; i < 252; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "00");
	(void)snprintf(text + len, sizeof(text) - len, "00\n" S9);
	img = load_text(text, "srec");
	assert_int_equal(img->total, 252);
	image_free(img);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(srec__one_record__is_one_span),
		cmocka_unit_test(srec__line_ends_blanks_and_case__do_not_matter),
		cmocka_unit_test(srec__each_data_record__has_its_address_length),
		cmocka_unit_test(srec__each_end_record__gives_the_entry),
		cmocka_unit_test(srec__right_counts__are_taken),
		cmocka_unit_test(srec__adjacent_records_in_any_order__are_one_span),
		cmocka_unit_test(srec__damage__is_refused_with_its_line),
		cmocka_unit_test(srec__longest_record__is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
