/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_image_write.c - spans into files and back, and what is refused.
 */
#define _GNU_SOURCE /* mkdtemp */
#include "tests/image_help.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static int make_dir(void **state)
{
	static char dir[32];

	(void)snprintf(dir, sizeof(dir), "/tmp/image-test-XXXXXX");
	*state = mkdtemp(dir);
	return *state ? 0 : -1;
}

static int remove_dir(void **state)
{
	return rmdir(*state);
}

static const struct span one[] = {
	{ .addr = 0x0800fffa, .len = 10, .data = (const uint8_t *)"\0\1\2\3\4\5\6\7\xfe\xff" },
};

static const struct span parted[] = {
	{ .addr = 0x08000003, .len = 3, .data = (const uint8_t *)"abc" },
	{ .addr = 0x08000008, .len = 1, .data = (const uint8_t *)"d" },
	{ .addr = 0xffffffff, .len = 1, .data = (const uint8_t *)"e" },
};

static void assert_text(const char *format, const struct span *spans, size_t n, const char *text)
{
	struct buffer out;
	struct ctx c;

	ctx_init(&c);
	assert_int_equal(image_to_memory(&c, format, spans, n, &out), SL_OK);
	assert_int_equal(out.len, strlen(text));
	assert_memory_equal(out.data, text, out.len);
	buf_free(&out);
}

static void ihex__span_across_64k__gets_two_address_records(void **state)
{
	(void)state;
	assert_text("ihex", one, 1,
		    ":020000040800F2\n:06FFFA00000102030405F2\n:020000040801F1\n:040000000607FEFFF2\n"
		    ":00000001FF\n");
}

static void ihex__low_address__needs_no_address_record(void **state)
{
	const struct span low = { .addr = 0x20, .len = 2, .data = (const uint8_t *)"\1\2" };

	(void)state;
	assert_text("ihex", &low, 1, ":020020000102DB\n:00000001FF\n");
}

static void ihex__each_64k__gets_one_address_record_before_its_first_row(void **state)
{
	const struct span low = { .addr = 0xffff, .len = 2, .data = (const uint8_t *)"\1\2" };
	const struct span rows = { .addr = 0x0801000e, .len = 4, .data = (const uint8_t *)"\1\2\3\4" };

	(void)state;
	assert_text("ihex", &low, 1, ":01FFFF000100\n:020000040001F9\n:0100000002FD\n"
		    ":00000001FF\n");
	assert_text("ihex", &rows, 1, ":020000040801F1\n:02000E000102ED\n:020010000304E7\n"
		    ":00000001FF\n");
}

static void srec__widest_address__chooses_the_records(void **state)
{
	struct span s = { .addr = 0xfffe, .len = 2, .data = (const uint8_t *)"\1\2" };

	(void)state;
	assert_text("srec", &s, 1, "S00600004844521B\nS105FFFE0102FA\nS5030001FB\nS9030000FC\n");
	s.addr++;
	assert_text("srec", &s, 1,
		    "S00600004844521B\nS20500FFFF01FB\nS20501000002F7\nS5030002FA\nS804000000FB\n");
	s.addr = 0xfffffe;
	assert_text("srec", &s, 1, "S00600004844521B\nS206FFFFFE0102FA\nS5030001FB\nS804000000FB\n");
	s.addr = 0xffffff;
	assert_text("srec", &s, 1, "S00600004844521B\nS30600FFFFFF01FB\nS3060100000002F6\n"
				   "S5030002FA\nS70500000000FA\n");
}

static void assert_round_trip(const char *format, const struct span *spans, size_t n)
{
	struct buffer out;
	struct image *img;
	struct ctx c;

	ctx_init(&c);
	assert_int_equal(image_to_memory(&c, format, spans, n, &out), SL_OK);
	img = load_bytes(out.data, out.len, format);
	assert_int_equal(img->n_spans, n);
	for (size_t i = 0; i < n; i++)
		assert_span(img, i, spans[i].addr, (const char *)spans[i].data, spans[i].len);
	assert_false(img->has_entry);
	image_free(img);
	buf_free(&out);
}

static void text_formats__read_back__give_the_same_spans(void **state)
{
	(void)state;
	assert_round_trip("ihex", one, ARRAY_LEN(one));
	assert_round_trip("srec", one, ARRAY_LEN(one));
	assert_round_trip("ihex", parted, ARRAY_LEN(parted));
	assert_round_trip("srec", parted, ARRAY_LEN(parted));
}

static void text_formats__two_mebibytes_at_any_alignment__read_back(void **state)
{
	const size_t len = 2 * 1024 * 1024;
	uint8_t *bytes = malloc(len);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 13);
	for (uint32_t shift = 0; shift < 17; shift += 5) {
		const struct span s = { .addr = 0x08000000 + shift, .len = len, .data = bytes };

		assert_round_trip("ihex", &s, 1);
		assert_round_trip("srec", &s, 1);
	}
	free(bytes);
}

static void bin__spans_that_touch__are_joined(void **state)
{
	const struct span touch[] = {
		{ .addr = 0x10, .len = 2, .data = (const uint8_t *)"ab" },
		{ .addr = 0x12, .len = 1, .data = (const uint8_t *)"c" },
	};

	(void)state;
	assert_text("bin", touch, 2, "abc");
}

static void bin__hole__is_refused_with_its_address(void **state)
{
	struct buffer out;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(image_to_memory(&c, "bin", parted, 2, &out), SL_IMAGE);
	assert_string_equal(c.fault.text, "a plain binary cannot hold the hole before 0x08000008");
	assert_int_equal(c.fault.addr, 0x08000008);
	assert_string_equal(c.fault.hint, "choose a name that ends in .hex");
	buf_free(&out);
}

static void spans__wrong__are_refused(void **state)
{
	static const struct span rows[][2] = {
		{ { 8, 2, (const uint8_t *)"ab" }, { 4, 2, (const uint8_t *)"cd" } },
		{ { 8, 2, (const uint8_t *)"ab" }, { 9, 2, (const uint8_t *)"cd" } },
		{ { 8, 2, (const uint8_t *)"ab" }, { 12, 0, (const uint8_t *)"" } },
		{ { 8, 2, (const uint8_t *)"ab" }, { 0xffffffff, 2, (const uint8_t *)"cd" } },
	};
	struct buffer out;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(image_to_memory(&c, "ihex", rows[i], 2, &out), SL_BUG);
		assert_int_equal(out.len, 0);
		buf_free(&out);
	}
	assert_int_equal(image_to_memory(&c, "ihex", rows[0], 0, &out), SL_IMAGE);
	assert_string_equal(c.fault.text, "there are no bytes to write");
	assert_int_equal(image_to_memory(&c, "elf", one, 1, &out), SL_UNSUPPORTED);
	assert_int_equal(image_to_memory(&c, "hexagon", one, 1, &out), SL_UNSUPPORTED);
}

static void file_too_large_to_read_back__is_not_written(void **state)
{
	const size_t len = 32 * 1024 * 1024;
	uint8_t *bytes = calloc(1, len);
	const struct span s = { .addr = 0, .len = len, .data = bytes };
	struct buffer out;
	struct ctx c;

	(void)state;
	assert_non_null(bytes);
	ctx_init(&c);
	assert_int_equal(image_to_memory(&c, "ihex", &s, 1, &out), SL_IMAGE);
	assert_string_equal(c.fault.text, "the Intel HEX file would have more than 67108864 bytes");
	buf_free(&out);
	free(bytes);
}

static void format_of_name__extension_alone__decides(void **state)
{
	static const struct {
		const char *path, *format;
	} rows[] = {
		{ "a.hex", "ihex" }, { "a.HEX", "ihex" }, { "a.ihex", "ihex" }, { "a.Ihx", "ihex" },
		{ "a.s19", "srec" }, { "a.S37", "srec" }, { "a.srec", "srec" }, { "a.mot", "srec" },
		{ "a.s28", "srec" }, { "a.bin", "bin" }, { "a", "bin" }, { "hex", "bin" },
		{ "a.hex/b", "bin" }, { "./x.y/a.hex", "ihex" }, { "a.hex.bin", "bin" },
		{ "a.hexx", "bin" }, { "a.he", "bin" }, { "a.", "bin" }, { "", "bin" },
		{ "a.bin.hex", "ihex" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(image_format_of_name(rows[i].path), rows[i].format);
}

static void write__each_extension__can_be_loaded_again(void **state)
{
	static const char *const names[] = { "a.hex", "a.s19", "a.bin" };
	const struct image_where at = { .has_addr = false, .default_base = one[0].addr };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct image *img = NULL;
		char path[100];
		struct ctx c;

		ctx_init(&c);
		(void)snprintf(path, sizeof(path), "%s/%s", (char *)*state, names[i]);
		assert_int_equal(image_write(&c, path, one, 1, false), SL_OK);
		assert_int_equal(image_load(&c, path, &at, &img), SL_OK);
		assert_string_equal(img->format, image_format_of_name(path));
		assert_int_equal(img->n_spans, 1);
		assert_span(img, 0, one[0].addr, (const char *)one[0].data, one[0].len);
		image_free(img);
		assert_int_equal(unlink(path), 0);
	}
}

static void write__existing_file__stays_without_force(void **state)
{
	struct image *img = NULL;
	char path[100];
	struct ctx c;

	ctx_init(&c);
	(void)snprintf(path, sizeof(path), "%s/x.bin", (char *)*state);
	assert_int_equal(image_write(&c, path, one, 1, false), SL_OK);
	assert_int_equal(image_write(&c, path, parted, 1, false), SL_FILE);
	assert_non_null(strstr(c.fault.text, "exists already"));
	assert_int_equal(image_load(&c, path, &nowhere, &img), SL_OK);
	assert_int_equal(img->total, one[0].len);
	image_free(img);
	assert_int_equal(image_write(&c, path, parted, 1, true), SL_OK);
	assert_int_equal(image_load(&c, path, &nowhere, &img), SL_OK);
	assert_span(img, 0, 0x08000000, "abc", 3);
	image_free(img);
	assert_int_equal(unlink(path), 0);
}

static void write__refused_spans__leave_no_file(void **state)
{
	char path[100];
	struct ctx c;

	ctx_init(&c);
	(void)snprintf(path, sizeof(path), "%s/x.bin", (char *)*state);
	assert_int_equal(image_write(&c, path, parted, 3, false), SL_IMAGE);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(image_write(&c, "-", one, 1, true), SL_FILE);
	assert_int_equal(access("-", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ihex__span_across_64k__gets_two_address_records),
		cmocka_unit_test(ihex__low_address__needs_no_address_record),
		cmocka_unit_test(ihex__each_64k__gets_one_address_record_before_its_first_row),
		cmocka_unit_test(srec__widest_address__chooses_the_records),
		cmocka_unit_test(text_formats__read_back__give_the_same_spans),
		cmocka_unit_test(text_formats__two_mebibytes_at_any_alignment__read_back),
		cmocka_unit_test(bin__spans_that_touch__are_joined),
		cmocka_unit_test(bin__hole__is_refused_with_its_address),
		cmocka_unit_test(spans__wrong__are_refused),
		cmocka_unit_test(file_too_large_to_read_back__is_not_written),
		cmocka_unit_test(format_of_name__extension_alone__decides),
		cmocka_unit_test(write__each_extension__can_be_loaded_again),
		cmocka_unit_test(write__existing_file__stays_without_force),
		cmocka_unit_test(write__refused_spans__leave_no_file),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
