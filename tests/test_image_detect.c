/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_image_detect.c - the format table, recognition by content, plain binaries and
 * the corpus: one program in all formats gives the same bytes.
 */
#include "tests/image_help.h"

#include "image/format.h"

static void table__rows__are_complete_and_different(void **state)
{
	size_t n;
	const struct image_format *const *f = image_formats(&n);

	(void)state;
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		assert_true(strlen(f[i]->name) > 0);
		assert_true(strlen(f[i]->title) > 0);
		assert_non_null(f[i]->check);
		assert_non_null(f[i]->load);
		assert_int_equal(f[i]->takes_address, i + 1 == n);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(f[i]->name, f[k]->name);
	}
	assert_true(f[n - 1]->check((const uint8_t *)"", 0));
	for (size_t i = 0; i + 1 < n; i++)
		assert_false(f[i]->check((const uint8_t *)"", 0));
}

static void table__extensions__belong_to_one_row_that_can_write(void **state)
{
	size_t n;
	const struct image_format *const *f = image_formats(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (const char *const *e = f[i]->extensions; e && *e; e++) {
			char name[32];

			assert_non_null(f[i]->write);
			(void)snprintf(name, sizeof(name), "dir.bin/a.%s", *e);
			assert_string_equal(image_format_of_name(name), f[i]->name);
		}
}

static void detect__plain_bytes_that_begin_like_a_record__are_bin(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
		{ ":", 1 },
		{ "S", 1 },
		{ "S1", 2 },
		{ ":hello", 6 },
		{ "Some words of text\nand more\n", 28 },
		{ "S1 is the first\n", 16 },
		{ ":0400000\x80\x01", 11 },
		{ ":\0\0\0\0\0\0\0\0\0\0", 11 },
		{ "S3\x15\x08\0\0\0\0", 8 },
		{ "\x7f" "EL", 3 },
		{ "\x7f" "elf", 4 },
		{ "\n\n\n", 3 },
		{ "\0\x20\0\x20\1\1\0\x08\n:00000001FF\n", 21 },
		{ "\0:0400000001020304F2\n:00000001FF\n", 33 },
		{ "x :00000001FF y\n", 16 },
		{ "S0\n:\nS9\n", 8 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct image *img = load_bytes(rows[i].bytes, rows[i].len, "bin");

		assert_int_equal(img->n_spans, 1);
		assert_span(img, 0, 0x08000000, rows[i].bytes, rows[i].len);
		image_free(img);
	}
}

static void detect__every_pair_of_first_bytes__is_bin(void **state)
{
	uint8_t bytes[64];

	(void)state;
	for (unsigned first = 0; first < 65536; first++) {
		struct image *img;

		memset(bytes, 0x20, sizeof(bytes));
		bytes[0] = (uint8_t)first;
		bytes[1] = (uint8_t)(first >> 8);
		img = load_bytes(bytes, sizeof(bytes), "bin");
		image_free(img);
	}
}

static void bin__address_named__is_used(void **state)
{
	const struct image_where at = { .has_addr = true, .addr = 0x08004000, .default_base = 1 };
	struct image *img = NULL;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(image_from_memory(&c, "abc", 3, &at, &img), SL_OK);
	assert_span(img, 0, 0x08004000, "abc", 3);
	assert_false(img->has_entry);
	image_free(img);
}

static void bin__address_zero_named__is_zero(void **state)
{
	const struct image_where at = { .has_addr = true, .addr = 0, .default_base = 0x08000000 };
	struct image *img = NULL;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(image_from_memory(&c, "abc", 3, &at, &img), SL_OK);
	assert_span(img, 0, 0, "abc", 3);
	image_free(img);
}

static void bin__end_of_the_address_space__is_the_limit(void **state)
{
	struct image_where at = { .has_addr = true, .addr = 0xfffffffd };
	struct image *img = NULL;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(image_from_memory(&c, "abc", 3, &at, &img), SL_OK);
	image_free(img);
	at.addr++;
	assert_int_equal(image_from_memory(&c, "abc", 3, &at, &img), SL_IMAGE);
	assert_string_equal(c.fault.text, "image, offset 0x0: 3 bytes at 0xfffffffe pass the end of "
					  "the 32-bit address space");
}

static void address_named__for_a_format_with_its_own__is_refused(void **state)
{
	static const char *const names[] = { "program.hex", "program.s37", "program.elf" };
	const struct image_where at = { .has_addr = true, .addr = 0x08004000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct image *img = NULL;
		char path[100];
		struct ctx c;

		ctx_init(&c);
		(void)snprintf(path, sizeof(path), "tests/corpus/image/%s", names[i]);
		assert_int_equal(image_load(&c, path, &at, &img), SL_IMAGE);
		assert_non_null(strstr(c.fault.text, "@0x08004000 cannot move it"));
		assert_string_equal(c.fault.hint, "leave the address out");
		assert_null(img);
	}
}

static void empty_file__is_refused(void **state)
{
	struct image *img = NULL;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	refuse_bytes("", 0, "image is empty");
	refuse_bytes(NULL, 0, "image is empty");
	assert_int_equal(image_load(&c, "/dev/null", &nowhere, &img), SL_FILE);
	assert_int_equal(image_load(&c, "tests/corpus/image", &nowhere, &img), SL_FILE);
	assert_int_equal(image_load(&c, "tests/corpus/no-such", &nowhere, &img), SL_FILE);
	assert_null(img);
}

static void corpus__one_program_in_every_format__gives_the_same_bytes(void **state)
{
	static const struct {
		const char *name, *format;
	} rows[] = {
		{ "program.hex", "ihex" }, { "program-lf.hex", "ihex" }, { "program.s37", "srec" },
		{ "program-long.s37", "srec" }, { "unordered.hex", "ihex" },
		{ "srecord.hex", "ihex" }, { "srecord.s37", "srec" }, /* by srec_cat */
	};
	struct image *elf = load_corpus("program.elf", "elf");
	struct image *isr = load_corpus("program-isr.bin", "bin");
	struct image *far = load_corpus("program-far.bin", "bin");

	(void)state;
	assert_int_equal(elf->n_spans, 2);
	assert_span(elf, 0, 0x08000000, (const char *)isr->spans[0].data, isr->spans[0].len);
	assert_span(elf, 1, 0x0801fff0, (const char *)far->spans[0].data, far->spans[0].len);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct image *img = load_corpus(rows[i].name, rows[i].format);

		assert_same(elf, img);
		assert_true(img->has_entry);
		assert_int_equal(img->entry, elf->entry);
		image_free(img);
	}
	image_free(elf);
	image_free(isr);
	image_free(far);
}

/* binutils and srec_cat split a start address differently into CS:IP; the specification
 * joins them as CS * 16 + IP, which agrees with binutils. */
static void corpus__segment_records_of_another_tool__give_the_same_bytes(void **state)
{
	struct image *a = load_corpus("srecord-i16.hex", "ihex");
	struct image *b = load_corpus("middle.hex", "ihex");

	(void)state;
	assert_same(a, b);
	assert_int_equal(a->entry, 0x00029);
	assert_int_equal(b->entry, 0x20009);
	image_free(a);
	image_free(b);
}

static void assert_same_files(const char *name, const char *format, const char *hex)
{
	struct image *a = load_corpus(name, format);
	struct image *b = load_corpus(hex, "ihex");

	assert_same(a, b);
	assert_true(a->has_entry && b->has_entry);
	assert_int_equal(a->entry, b->entry);
	image_free(a);
	image_free(b);
}

static void corpus__16_and_24_bit_addresses__give_the_same_bytes(void **state)
{
	(void)state;
	assert_same_files("low.s19", "srec", "low.hex");
	assert_same_files("srecord.s19", "srec", "low.hex");
	assert_same_files("middle.s28", "srec", "middle.hex"); /* 02 and 03 records */
	assert_same_files("middle.elf", "elf", "middle.hex");
}

static void detect__file_cut_within_its_first_record__is_refused(void **state)
{
	static const char *const rows[] = { ":100", ":0000000", ":0000000\n", ":10000000\r\n", "S1130",
					    "S113080" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct image_where at = { .default_base = 0x08000000 };
		struct image *img = NULL;
		struct ctx c;

		ctx_init(&c);
		assert_int_equal(image_from_memory(&c, rows[i], strlen(rows[i]), &at, &img), SL_IMAGE);
		assert_non_null(strstr(c.fault.text, "line 1"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table__rows__are_complete_and_different),
		cmocka_unit_test(table__extensions__belong_to_one_row_that_can_write),
		cmocka_unit_test(detect__plain_bytes_that_begin_like_a_record__are_bin),
		cmocka_unit_test(detect__file_cut_within_its_first_record__is_refused),
		cmocka_unit_test(detect__every_pair_of_first_bytes__is_bin),
		cmocka_unit_test(bin__address_named__is_used),
		cmocka_unit_test(bin__address_zero_named__is_zero),
		cmocka_unit_test(bin__end_of_the_address_space__is_the_limit),
		cmocka_unit_test(address_named__for_a_format_with_its_own__is_refused),
		cmocka_unit_test(empty_file__is_refused),
		cmocka_unit_test(corpus__one_program_in_every_format__gives_the_same_bytes),
		cmocka_unit_test(corpus__segment_records_of_another_tool__give_the_same_bytes),
		cmocka_unit_test(corpus__16_and_24_bit_addresses__give_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
