/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_values.c - the error table, numbers, cursor, buffer and byte order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/number.h"

/* With AddressSanitizer, too, an allocation that is too large shall fail and not abort. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void error__every_code__has_one_row_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < SL_ERR_COUNT; i++) {
		const struct err_info *a = err_info((enum sl_err)i);

		assert_int_equal(a->code, i);
		assert_true(strlen(a->name) > 0);
		assert_true(strlen(a->sentence) > 0);
		for (int k = 0; k < i; k++) {
			const struct err_info *b = err_info((enum sl_err)k);

			assert_string_not_equal(a->name, b->name);
			assert_string_not_equal(a->sentence, b->sentence);
		}
	}
}

static void error__every_failure__has_a_cure_and_a_status(void **state)
{
	(void)state;
	for (int i = SL_OK + 1; i < SL_ERR_COUNT; i++) {
		const struct err_info *a = err_info((enum sl_err)i);

		assert_true(a->exit_status > 0);
		assert_true(a->exit_status <= 13 || a->exit_status == 130);
		/* Who pressed Ctrl-C needs no advice. */
		assert_true(strlen(a->cure) > 0 || i == SL_INTR);
	}
	assert_int_equal(err_info(SL_OK)->exit_status, 0);
}

static void error__sentences_and_names__have_one_style(void **state)
{
	(void)state;
	for (int i = 0; i < SL_ERR_COUNT; i++) {
		const struct err_info *a = err_info((enum sl_err)i);

		assert_int_equal(strspn(a->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(a->name));
		assert_int_not_equal(a->sentence[strlen(a->sentence) - 1], '.');
		if (a->cure[0])
			assert_int_not_equal(a->cure[strlen(a->cure) - 1], '.');
	}
}

static void error__unknown_code__is_a_bug(void **state)
{
	(void)state;
	assert_int_equal(err_info((enum sl_err)SL_ERR_COUNT)->code, SL_BUG);
	assert_int_equal(err_info((enum sl_err)9999)->code, SL_BUG);
}

static void error__exit_status__is_the_tables_or_the_signals(void **state)
{
	/* The statuses that users' scripts rely on. */
	static const struct {
		enum sl_err code;
		int status;
	} rows[] = {
		{ SL_OK, 0 }, { SL_OTHER, 1 }, { SL_USAGE, 2 }, { SL_IMAGE, 3 }, { SL_FILE, 4 },
		{ SL_NOPROBE, 5 }, { SL_MANYPROBES, 5 }, { SL_PERM, 6 }, { SL_BUSY, 7 },
		{ SL_HOST, 8 }, { SL_PROBE, 9 }, { SL_TARGET, 10 }, { SL_FLASH, 11 },
		{ SL_VERIFY, 12 }, { SL_UNSEEN, 13 }, { SL_INTR, 130 },
	};
	struct fault f = { .code = SL_OK };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		f.code = rows[i].code;
		assert_int_equal(err_exit_status(&f), rows[i].status);
	}
	f.code = SL_INTR;
	f.signo = 15;
	assert_int_equal(err_exit_status(&f), 143);
	f.code = SL_FLASH;
	assert_int_equal(err_exit_status(&f), 11);
}

static void number__right_spellings__are_taken(void **state)
{
	static const struct {
		const char *text;
		uint32_t value;
	} rows[] = {
		{ "0", 0 }, { "7", 7 }, { "10", 10 }, { "4294967295", UINT32_MAX },
		{ "0x0", 0 }, { "0x08000000", 0x08000000 }, { "0XfF", 255 },
		{ "0xFFFFFFFF", UINT32_MAX }, { "0x000000000000FFFFFFFF", UINT32_MAX },
		{ "64k", 65536 }, { "64K", 65536 }, { "1m", 1048576 }, { "4M", 4194304 },
		{ "0k", 0 }, { "0x10k", 16384 }, { "4194303k", 0xfffffc00 }, { "4095M", 0xfff00000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t v = 1;

		if (!num_parse_str(rows[i].text, &v))
			fail_msg("%s", rows[i].text);
		assert_int_equal(v, rows[i].value);
	}
}

static void number__sloppy_spellings__are_refused(void **state)
{
	static const char *const rows[] = {
		"", " ", "-1", "+1", " 1", "1 ", "1\n", "0x", "0xk", "x", "k", "M", "00", "01", "010",
		"007", "1kk", "1kM", "1.5", "1e3", "0b1", "0x1g", "12a", "ff", "0x-1", "0x 1",
		"4294967296", "0x100000000", "4194304k", "4096M", "99999999999999999999999999",
		"0xFFFFFFFFFFFFFFFFFFFFFFFF", "1,000", "1_000", "k1", "0x0x1", "\xb2",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t v = 0xabcd;

		if (num_parse_str(rows[i], &v))
			fail_msg("taken: \"%s\"", rows[i]);
		assert_int_equal(v, 0xabcd);
	}
}

static void number__length__ends_the_text(void **state)
{
	uint32_t v = 0;

	(void)state;
	assert_true(num_parse("123:64k", 3, &v));
	assert_int_equal(v, 123);
	assert_true(num_parse("0x10zz", 4, &v));
	assert_int_equal(v, 16);
	assert_false(num_parse("12\0" "3", 4, &v));
}

static void cursor__integers__have_their_byte_order(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };
	struct cursor c = cur_make(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(cur_u8(&c), 1);
	assert_int_equal(cur_le16(&c), 0x0302);
	assert_int_equal(cur_be16(&c), 0x0405);
	assert_int_equal(cur_le32(&c), 0x09080706);
	assert_int_equal(cur_be32(&c), 0x0a0b0c0d);
	assert_int_equal(cur_left(&c), 0);
	assert_false(c.over);
}

static void cursor__past_the_end__gives_zero_and_stays(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	struct cursor c = cur_make(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(cur_le32(&c), 0);
	assert_true(c.over);
	assert_int_equal(c.off, 0);
	assert_int_equal(cur_le16(&c), 0x0201);
	assert_true(c.over); /* it does not forget */
	assert_int_equal(cur_be16(&c), 0);
	assert_int_equal(cur_be32(&c), 0);
	assert_int_equal(cur_u8(&c), 3);
	assert_int_equal(cur_u8(&c), 0);
}

static void cursor__views_and_copies__are_bounded(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	uint8_t copy[4] = { 9, 9, 9, 9 };
	struct cursor c = cur_make(bytes, sizeof(bytes));

	(void)state;
	assert_null(cur_view(&c, 4));
	assert_true(c.over);
	c = cur_make(bytes, sizeof(bytes));
	assert_null(cur_view(&c, SIZE_MAX));
	cur_bytes(&c, copy, 4);
	assert_memory_equal(copy, "\0\0\0\0", 4);
	c = cur_make(bytes, sizeof(bytes));
	assert_ptr_equal(cur_view(&c, 3), bytes);
	assert_non_null(cur_view(&c, 0));
	assert_false(c.over);
	cur_bytes(&c, NULL, 0);
	assert_false(c.over);
	cur_seek(&c, 1);
	cur_bytes(&c, copy, 2);
	assert_memory_equal(copy, "\2\3\0\0", 4);
	cur_seek(&c, 3);
	assert_false(c.over);
	cur_seek(&c, 4);
	assert_true(c.over);
	assert_int_equal(c.off, 3);
	c = cur_make(NULL, 0);
	cur_skip(&c, 0);
	assert_false(c.over);
	cur_skip(&c, 1);
	assert_true(c.over);
}

static void buffer__maximum__is_exact(void **state)
{
	struct buffer b;
	uint8_t ten[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

	(void)state;
	buf_init(&b, 1000);
	for (int i = 0; i < 100; i++)
		assert_int_equal(buf_append(&b, ten, sizeof(ten)), SL_OK);
	assert_int_equal(b.len, 1000);
	assert_true(b.cap <= 1000);
	assert_int_equal(buf_append(&b, ten, 1), SL_OTHER);
	assert_int_equal(buf_append(&b, ten, 0), SL_OK);
	assert_int_equal(buf_reserve(&b, SIZE_MAX), SL_OTHER);
	assert_int_equal(b.len, 1000);
	for (size_t i = 0; i < b.len; i++)
		assert_int_equal(b.data[i], i % 10);
	buf_free(&b);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 1000);
	assert_int_equal(buf_append(&b, ten, sizeof(ten)), SL_OK);
	buf_free(&b);
}

static void buffer__reserve__adds_room_and_no_bytes(void **state)
{
	struct buffer b;

	(void)state;
	buf_init(&b, 300);
	assert_int_equal(buf_reserve(&b, 300), SL_OK);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.cap, 300);
	assert_int_equal(buf_reserve(&b, 301), SL_OTHER);
	assert_int_equal(b.cap, 300);
	buf_free(&b);
	buf_init(&b, 0);
	assert_int_equal(buf_append(&b, NULL, 0), SL_OK);
	assert_int_equal(buf_append(&b, "x", 1), SL_OTHER);
	buf_free(&b);
	buf_free(&b);
}

static void buffer__no_memory__leaves_it_as_it_was(void **state)
{
	struct buffer b;

	(void)state;
	buf_init(&b, SIZE_MAX / 2);
	assert_int_equal(buf_append(&b, "abc", 3), SL_OK);
	assert_int_equal(buf_reserve(&b, SIZE_MAX / 2 - 3), SL_NOMEM);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "abc", 3);
	buf_free(&b);
}

static void bytes__put_and_get__are_opposites(void **state)
{
	uint8_t b[4];

	(void)state;
	put_le32(b, 0x81828384);
	assert_memory_equal(b, "\x84\x83\x82\x81", 4);
	assert_true(get_le32(b) == 0x81828384 && get_be32(b) == 0x84838281);
	put_be32(b, 0x81828384);
	assert_memory_equal(b, "\x81\x82\x83\x84", 4);
	assert_true(get_be32(b) == 0x81828384);
	put_le16(b, 0x8182);
	assert_memory_equal(b, "\x82\x81\x83\x84", 4);
	assert_true(get_le16(b) == 0x8182 && get_be16(b) == 0x8281);
	put_be16(b, 0x8182);
	assert_memory_equal(b, "\x81\x82\x83\x84", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error__every_code__has_one_row_of_its_own),
		cmocka_unit_test(error__every_failure__has_a_cure_and_a_status),
		cmocka_unit_test(error__sentences_and_names__have_one_style),
		cmocka_unit_test(error__unknown_code__is_a_bug),
		cmocka_unit_test(error__exit_status__is_the_tables_or_the_signals),
		cmocka_unit_test(number__right_spellings__are_taken),
		cmocka_unit_test(number__sloppy_spellings__are_refused),
		cmocka_unit_test(number__length__ends_the_text),
		cmocka_unit_test(cursor__integers__have_their_byte_order),
		cmocka_unit_test(cursor__past_the_end__gives_zero_and_stays),
		cmocka_unit_test(cursor__views_and_copies__are_bounded),
		cmocka_unit_test(buffer__maximum__is_exact),
		cmocka_unit_test(buffer__reserve__adds_room_and_no_bytes),
		cmocka_unit_test(buffer__no_memory__leaves_it_as_it_was),
		cmocka_unit_test(bytes__put_and_get__are_opposites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
