/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_recorder.c - the ring, the files, and what is left out of a dump. That a recording can be
 * answered from is tests/cli/replay.py's.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/recorder.h"

static struct ctx ctx;
static char dir[32], path[64];
static uint8_t file[4 * 1024 * 1024];
static size_t file_len;

static int setup(void **state)
{
	(void)state;
	ctx_init(&ctx);
	(void)snprintf(dir, sizeof(dir), "/tmp/recorder-XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/r", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static void slurp(void)
{
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	file_len = fread(file, 1, sizeof(file), f);
	assert_int_equal(fclose(f), 0);
}

/* How often these bytes stand in the file. */
static size_t count_of(const void *bytes, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i + n <= file_len; i++)
		count += memcmp(file + i, bytes, n) == 0;
	return count;
}

/* Every block has its length at both ends, and the last one ends with the file. */
static size_t blocks(void)
{
	size_t n = 0, at = 0;

	while (at < file_len) {
		uint32_t len;

		assert_true(at + 12 <= file_len);
		len = get_le32(file + at + 4);
		assert_true(len >= 12 && len % 4 == 0 && at + len <= file_len);
		assert_int_equal(get_le32(file + at + len - 4), len);
		at += len;
		n++;
	}
	return n;
}

static void note(struct recorder *r, uint8_t op, uint32_t addr, enum record_dir way, const char *data)
{
	struct record one = { .command = { 0xF2, op }, .dir = way, .len = (uint32_t)strlen(data),
			      .got = (uint32_t)strlen(data), .data = (const uint8_t *)data };

	put_le32(one.command + 2, addr);
	put_le32(one.command + 6, 0x44434241);
	recorder_note(r, &one);
}

static void dump__of_memory__has_its_addresses_and_not_its_content(void **state)
{
	struct recorder *r = recorder_new();

	(void)state;
	note(r, 0x07, 0x08000000, RECORD_IN, "flash read");
	note(r, 0x08, 0x20000100, RECORD_OUT, "sram written");
	note(r, 0x36, 0x20000000, RECORD_IN, "\x80zzzword");
	note(r, 0x35, 0x08000000, RECORD_NONE, "");
	note(r, 0x07, 0x40022000, RECORD_IN, "peripheral");
	note(r, 0x0C, 0x1FFFF7E0, RECORD_IN, "flash size");
	assert_int_equal(recorder_dump(&ctx, r, path, "the report"), SL_OK);
	slurp();
	assert_int_equal(blocks(), 2 + 4 * 5 + 2);
	assert_int_equal(count_of("the report", 10), 1);
	assert_int_equal(count_of("flash read", 10), 0);
	assert_int_equal(count_of("sram written", 12), 0);
	assert_int_equal(count_of("word", 4), 0);
	assert_int_equal(count_of("\x80zzz", 4), 1);
	assert_int_equal(count_of("peripheral", 10), 1);
	assert_int_equal(count_of("flash size", 10), 1);
	assert_int_equal(count_of("\x36\x00\x00\x00\x20", 5), 1);
	assert_int_equal(count_of("memory content is left out", 26), 4);
	/* The value of the register write is one; those of other commands are lengths. */
	assert_int_equal(count_of("\x35\x00\x00\x00\x08\0\0\0\0", 9), 1);
	assert_int_equal(recorder_close(&ctx, r), SL_OK);
}

static void ring__more_than_it_holds__keeps_first_and_last(void **state)
{
	enum { ALL = RECORD_FIRST + RECORD_KEPT + 5 };
	struct recorder *r = recorder_new();
	uint64_t all;
	char text[16];
	size_t kept;

	(void)state;
	for (int i = 0; i < ALL; i++) {
		(void)snprintf(text, sizeof(text), "<%04d>", i);
		note(r, 0x07, 0x40000000, RECORD_IN, text);
	}
	recorder_counts(r, &kept, &all);
	assert_int_equal(kept, RECORD_FIRST + RECORD_KEPT);
	assert_int_equal(all, ALL);
	assert_int_equal(recorder_dump(&ctx, r, path, ""), SL_OK);
	slurp();
	assert_int_equal(blocks(), 2 + 4 * (RECORD_FIRST + RECORD_KEPT));
	assert_int_equal(count_of("<0000>", 6), 1);
	assert_int_equal(count_of("<0255>", 6), 1);
	assert_int_equal(count_of("<0256>", 6), 0);
	assert_int_equal(count_of("<0260>", 6), 0);
	assert_int_equal(count_of("<0261>", 6), 1);
	assert_int_equal(count_of("<4356>", 6), 1);
	assert_int_equal(recorder_close(&ctx, r), SL_OK);
}

static void own__range_of_sram__is_kept_and_nothing_beside_it(void **state)
{
	struct recorder *r = recorder_new();

	(void)state;
	recorder_own(r, RECORD_MAILBOX, 0x20000100, 8);
	note(r, 0x07, 0x20000100, RECORD_IN, "counters");
	note(r, 0x07, 0x20000104, RECORD_IN, "overlong");
	note(r, 0x07, 0x200000FC, RECORD_IN, "before");
	recorder_own(r, RECORD_MAILBOX, 0, 0);
	note(r, 0x07, 0x20000100, RECORD_IN, "no more");
	assert_int_equal(recorder_dump(&ctx, r, path, ""), SL_OK);
	slurp();
	assert_int_equal(count_of("counters", 8), 1);
	assert_int_equal(count_of("overlong", 8), 0);
	assert_int_equal(count_of("before", 6), 0);
	assert_int_equal(count_of("no more", 7), 0);
	assert_int_equal(recorder_close(&ctx, r), SL_OK);
}

static void content__otp_and_external_memory__are_some_too(void **state)
{
	struct recorder *r = recorder_new();

	(void)state;
	note(r, 0x07, 0x1FFF7800, RECORD_IN, "OTP of F4");
	note(r, 0x07, 0x1FFF77FC, RECORD_IN, "reaches into it");
	note(r, 0x07, 0x60000000, RECORD_IN, "external");
	note(r, 0x07, 0xA0000000, RECORD_IN, "controller");
	assert_int_equal(recorder_dump(&ctx, r, path, ""), SL_OK);
	slurp();
	assert_int_equal(count_of("OTP of F4", 9), 0);
	assert_int_equal(count_of("reaches", 7), 0);
	assert_int_equal(count_of("external", 8), 0);
	assert_int_equal(count_of("controller", 10), 1);
	assert_int_equal(recorder_close(&ctx, r), SL_OK);
}

static void told__lines__come_back_and_too_many_do_no_harm(void **state)
{
	struct recorder *r = recorder_new();

	(void)state;
	assert_string_equal(recorder_told(r), "");
	recorder_tell(r, "supply", "3.30 V");
	recorder_tell(r, "core", "sleeping");
	assert_string_equal(recorder_told(r), "supply: 3.30 V\ncore: sleeping\n");
	for (int i = 0; i < 2000; i++)
		recorder_tell(r, "again", "and again");
	assert_true(strlen(recorder_told(r)) < 8000);
	assert_string_equal(recorder_told(NULL), "");
	recorder_tell(NULL, "a", "b");
	recorder_own(NULL, RECORD_SUMS, 0, 4);
	assert_int_equal(recorder_close(&ctx, r), SL_OK);
}

static void file__has_everything(void **state)
{
	struct recorder *r = recorder_new();
	char text[1200];

	(void)state;
	memset(text, 'q', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(recorder_file(&ctx, r, path), SL_OK);
	recorder_probe(r, "ST-LINK/V2 on a test");
	note(r, 0x07, 0x08000000, RECORD_IN, text);
	assert_int_equal(recorder_close(&ctx, r), SL_OK);
	slurp();
	assert_int_equal(blocks(), 2 + 4);
	assert_int_equal(count_of(text, sizeof(text) - 1), 1);
	assert_int_equal(count_of("ST-LINK/V2 on a test", 20), 1);
}

static void file__that_cannot_be_written__is_a_file_fault(void **state)
{
	struct recorder *r = recorder_new();

	(void)state;
	assert_int_equal(recorder_file(&ctx, r, "/nonexistent/r"), SL_FILE);
	assert_int_equal(recorder_dump(&ctx, r, "/nonexistent/r", ""), SL_FILE);
	assert_int_equal(recorder_close(&ctx, r), SL_OK);
	r = recorder_new();
	assert_int_equal(recorder_file(&ctx, r, "/dev/full"), SL_OK);
	note(r, 0x07, 0, RECORD_IN, "x");
	assert_int_equal(recorder_close(&ctx, r), SL_FILE);
	recorder_note(NULL, NULL);
	recorder_probe(NULL, "x");
	assert_int_equal(recorder_close(&ctx, NULL), SL_OK);
}

/* What a link that somebody planted leads to is not written. */
static void file__that_is_a_link__is_not_followed(void **state)
{
	struct recorder *r = recorder_new();
	char other[80];

	(void)state;
	(void)snprintf(other, sizeof(other), "%s-other", path);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(recorder_file(&ctx, r, path), SL_FILE);
	assert_int_equal(ctx.fault.sys_errno, ELOOP);
	assert_int_equal(recorder_dump(&ctx, r, path, ""), SL_FILE);
	assert_int_equal(recorder_close(&ctx, r), SL_OK);
	assert_int_equal(access(other, F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dump__of_memory__has_its_addresses_and_not_its_content),
		TEST(ring__more_than_it_holds__keeps_first_and_last),
		TEST(own__range_of_sram__is_kept_and_nothing_beside_it),
		TEST(content__otp_and_external_memory__are_some_too),
		TEST(told__lines__come_back_and_too_many_do_no_harm),
		TEST(file__has_everything),
		TEST(file__that_cannot_be_written__is_a_file_fault),
		TEST(file__that_is_a_link__is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
