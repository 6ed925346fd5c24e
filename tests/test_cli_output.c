/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_cli_output.c - JSON escaping, progress lines, number formats, the error lines.
 */
#define _POSIX_C_SOURCE 200809L /* fmemopen */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/format.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/progress.h"

struct capture {
	struct ctx ctx;
	struct output o;
	char out[16384], err[16384];
};

static uint64_t fake_now;

static uint64_t now_us(const struct clock *c)
{
	(void)c;
	return fake_now;
}

static const struct clock fake_clock = { .now_us = now_us };

static void capture_open(struct capture *k, bool json, bool terminal, bool quiet)
{
	memset(k, 0, sizeof(*k));
	fake_now = 0;
	ctx_init(&k->ctx);
	k->ctx.clock = &fake_clock;
	k->o.out = fmemopen(k->out, sizeof(k->out), "w");
	k->o.err = fmemopen(k->err, sizeof(k->err), "w");
	k->o.json_on = json;
	k->o.terminal = terminal;
	k->o.quiet = quiet;
	k->o.clock = &fake_clock;
	if (json)
		assert_true(json_open(&k->o.json));
}

static void capture_close(struct capture *k)
{
	if (k->o.json_on)
		json_close(&k->o.json);
	(void)fclose(k->o.out);
	(void)fclose(k->o.err);
}

static void json_of(const char *value, const char *expected)
{
	char text[512] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");
	struct json j;

	assert_true(json_open(&j));
	json_begin(&j, "x");
	json_string(&j, "v", value);
	assert_true(json_end(&j, f));
	(void)fclose(f);
	json_close(&j);
	assert_string_equal(text, expected);
}

static void json__strings__are_escaped(void **state)
{
	(void)state;
	json_of("plain", "{\"event\":\"x\",\"v\":\"plain\"}\n");
	json_of("a\"b\\c", "{\"event\":\"x\",\"v\":\"a\\\"b\\\\c\"}\n");
	json_of("\n\t\x01\x7f", "{\"event\":\"x\",\"v\":\"\\u000a\\u0009\\u0001\\u007f\"}\n");
	json_of(NULL, "{\"event\":\"x\",\"v\":null}\n");
}

static void json__what_is_not_utf8__becomes_the_replacement_character(void **state)
{
	(void)state;
	json_of("\xC3\xA9", "{\"event\":\"x\",\"v\":\"\xC3\xA9\"}\n");
	json_of("\xF0\x9F\x98\x80", "{\"event\":\"x\",\"v\":\"\xF0\x9F\x98\x80\"}\n");
	json_of("\xC3", "{\"event\":\"x\",\"v\":\"\\ufffd\"}\n");
	json_of("\xC0\xAF", "{\"event\":\"x\",\"v\":\"\\ufffd\\ufffd\"}\n");
	json_of("\xED\xA0\x80", "{\"event\":\"x\",\"v\":\"\\ufffd\\ufffd\\ufffd\"}\n");
	json_of("\xF4\x90\x80\x80", "{\"event\":\"x\",\"v\":\"\\ufffd\\ufffd\\ufffd\\ufffd\"}\n");
	json_of("\xE2\x82", "{\"event\":\"x\",\"v\":\"\\ufffd\\ufffd\"}\n");
}

static void json__nesting__puts_commas_where_they_belong(void **state)
{
	char text[256] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");
	struct json j;

	(void)state;
	assert_true(json_open(&j));
	json_begin(&j, "x");
	json_array(&j, "a");
	json_array_end(&j);
	json_array(&j, "b");
	json_object(&j, NULL);
	json_number(&j, "n", UINT64_MAX);
	json_bool(&j, "t", true);
	json_object_end(&j);
	json_number(&j, NULL, 7);
	json_array_end(&j);
	json_seconds(&j, "s", 1000001);
	assert_true(json_end(&j, f));
	(void)fclose(f);
	json_close(&j);
	assert_string_equal(text, "{\"event\":\"x\",\"a\":[],\"b\":[{\"n\":18446744073709551615,"
				  "\"t\":true},7],\"s\":1.000001}\n");
}

static void json__line_too_long__is_replaced_by_a_valid_one(void **state)
{
	char *text = calloc(1, 2 * JSON_LINE_MAX);
	FILE *f = fmemopen(text, 2 * JSON_LINE_MAX, "w");
	struct json j;

	(void)state;
	assert_true(json_open(&j));
	json_begin(&j, "x");
	for (size_t i = 0; i < JSON_LINE_MAX / 4; i++)
		json_string(&j, "key", "value");
	assert_true(json_end(&j, f));
	(void)fclose(f);
	json_close(&j);
	assert_string_equal(text, "{\"event\":\"too-long\"}\n");
	free(text);
}

static void format__counts__get_separators(void **state)
{
	(void)state;
	assert_string_equal(format_count(0).s, "0");
	assert_string_equal(format_count(999).s, "999");
	assert_string_equal(format_count(1000).s, "1,000");
	assert_string_equal(format_count(12345678).s, "12,345,678");
	assert_string_equal(format_count(UINT64_MAX).s, "18,446,744,073,709,551,615");
	assert_string_equal(format_bytes(1).s, "1 byte");
	assert_string_equal(format_bytes(0).s, "0 bytes");
}

static void format__durations__are_as_exact_as_useful(void **state)
{
	(void)state;
	assert_string_equal(format_seconds(0).s, "0.000 s");
	assert_string_equal(format_seconds(34999).s, "0.034 s");
	assert_string_equal(format_seconds(1234567).s, "1.23 s");
	assert_string_equal(format_seconds(12345678).s, "12.3 s");
	assert_string_equal(format_seconds(200000000).s, "3 min 20 s");
	assert_string_equal(format_left(1).s, "1 s");
	assert_string_equal(format_left(61000000).s, "1 min 1 s");
	assert_string_equal(format_rate(1024, 1000000).s, "1.0 KiB/s");
	assert_string_equal(format_rate(1, 0).s, "");
	assert_string_equal(format_rate(2048 * 1024, 1000000).s, "2.0 MiB/s");
	assert_string_equal(format_size_kb(128).s, "128 KiB");
	assert_string_equal(format_size_kb(2048).s, "2 MiB");
	assert_string_equal(format_size_kb(1536).s, "1536 KiB");
}

static void format__foreign_strings__cannot_drive_the_terminal(void **state)
{
	char s[16];

	(void)state;
	assert_string_equal(format_escape(s, sizeof(s), "ok"), "ok");
	assert_string_equal(format_escape(s, sizeof(s), "\x1b[2J"), "\\x1B[2J");
	assert_string_equal(format_escape(s, sizeof(s), "a\\b"), "a\\\\b");
	assert_string_equal(format_escape(s, sizeof(s), "0123456789abcdefgh"), "0123456789ab...");
	assert_string_equal(format_escape(s, 8, "\n\n\n\n"), "\\x0A...");
}

static void progress__line__says_bytes_rate_and_time_left(void **state)
{
	char line[PROGRESS_LINE_MAX];

	(void)state;
	progress_format(line, FLASH_PROGRAM, 0, 65536, 0);
	assert_string_equal(line, "write   0%  0 of 65,536 bytes");
	progress_format(line, FLASH_PROGRAM, 32768, 65536, 1000000);
	assert_string_equal(line, "write  50%  32,768 of 65,536 bytes  32.0 KiB/s  1 s left");
	progress_format(line, FLASH_PROVE, 65536, 65536, 1000000);
	assert_string_equal(line, "prove 100%  65,536 of 65,536 bytes  64.0 KiB/s");
	progress_format(line, FLASH_ERASE, 0, 0, 0);
	assert_string_equal(line, "erase 100%  0 of 0 bytes");
	progress_format(line, FLASH_READ, UINT64_MAX / 2, UINT64_MAX, UINT64_MAX / 3);
	assert_true(strlen(line) < PROGRESS_LINE_MAX);
	/* The clock jumped to its end. */
	progress_format(line, FLASH_PROGRAM, 1, 65536, UINT64_MAX - 1);
	assert_non_null(strstr(line, "960 min 0 s left"));
	/* Not a promise of 100 before the end. */
	progress_format(line, FLASH_READ, 999999, 1000000, 0);
	assert_non_null(strstr(line, " 99%"));
}

static unsigned count(const char *text, char what)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == what;
	return n;
}

static void run_progress(struct capture *k)
{
	struct progress p;
	struct flash_progress l = progress_begin(&p, &k->o, "program=x");

	for (uint64_t i = 0; i <= 1000; i++) {
		fake_now += 10000;
		l.fn(l.priv, FLASH_PROGRAM, i, 1000);
	}
	progress_end(&p);
}

static void progress__no_terminal__prints_about_ten_plain_lines(void **state)
{
	struct capture k;

	(void)state;
	capture_open(&k, false, false, false);
	run_progress(&k);
	capture_close(&k);
	assert_int_equal(count(k.err, '\n'), 10);
	assert_int_equal(count(k.err, '\r'), 0);
	assert_int_equal(k.out[0], 0);
}

static void progress__phases_that_take_turns__keep_to_ten_lines_each(void **state)
{
	struct capture k;
	struct progress p;

	(void)state;
	capture_open(&k, false, false, false);
	progress_begin(&p, &k.o, "erase");
	for (uint64_t i = 0; i <= 100; i++) {
		fake_now += 1000000;
		progress_update(&p, FLASH_ERASE, i, 100);
		progress_update(&p, FLASH_PROVE, i, 100);
	}
	capture_close(&k);
	assert_int_equal(count(k.err, '\n'), 20);
}

static void progress__terminal__rewrites_one_line_and_clears_it(void **state)
{
	struct capture k;

	(void)state;
	capture_open(&k, false, true, false);
	run_progress(&k);
	capture_close(&k);
	assert_int_equal(count(k.err, '\n'), 0);
	assert_in_range(count(k.err, '\r'), 5, 110);
	assert_int_equal(k.err[strlen(k.err) - 1], '\r');
	assert_null(strchr(k.err, '\033'));
}

static void progress__quiet__is_silent(void **state)
{
	struct capture k;

	(void)state;
	capture_open(&k, false, true, true);
	run_progress(&k);
	capture_close(&k);
	assert_string_equal(k.err, "");
	assert_string_equal(k.out, "");
}

static void progress__json__writes_events(void **state)
{
	struct capture k;

	(void)state;
	capture_open(&k, true, false, false);
	run_progress(&k);
	capture_close(&k);
	assert_int_equal(count(k.out, '\n'), 10);
	assert_non_null(strstr(k.out, "\"event\":\"progress\""));
	assert_non_null(strstr(k.out, "\"done\":1000,\"total\":1000}"));
	assert_string_equal(k.err, "");
}

static void fault__text__is_two_lines_and_escaped(void **state)
{
	struct capture k;

	(void)state;
	capture_open(&k, false, false, false);
	(void)ctx_fail_addr(&k.ctx, SL_VERIFY, "flash", 0x08000010, "differs \x1b[31m");
	(void)ctx_doing(&k.ctx, SL_VERIFY, "verify=a");
	output_fault(&k.o, &k.ctx.fault);
	capture_close(&k);
	assert_string_equal(k.err, "stlink-download: verify=a: differs \\x1B[31m\n"
				   "  try: program the file again\n");
}

static void fault__verbose__adds_code_and_place(void **state)
{
	struct capture k;

	(void)state;
	capture_open(&k, false, false, false);
	k.o.verbosity = 1;
	(void)ctx_fail_addr(&k.ctx, SL_VERIFY, "flash", 0x08000010, "differs");
	output_fault(&k.o, &k.ctx.fault);
	capture_close(&k);
	assert_non_null(strstr(k.err, "code: verify, exit status 12, noticed in flash/, "
				      "address 0x08000010\n"));
}

static void fault__json__has_code_cause_and_cure(void **state)
{
	struct capture k;

	(void)state;
	capture_open(&k, true, false, false);
	(void)ctx_fail(&k.ctx, SL_NOPROBE, "link", "nothing \"there\"");
	output_fault(&k.o, &k.ctx.fault);
	capture_close(&k);
	assert_non_null(strstr(k.out, "\"code\":\"no-probe\",\"status\":5,\"diagnosis\":\"E201\","
				      "\"diagnosis_name\":\"no-probe\",\"doing\":null,"
				      "\"cause\":\"nothing \\\"there\\\"\",\"cure\":\"plug"));
	assert_non_null(strstr(k.err, "  try: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json__strings__are_escaped),
		cmocka_unit_test(json__what_is_not_utf8__becomes_the_replacement_character),
		cmocka_unit_test(json__nesting__puts_commas_where_they_belong),
		cmocka_unit_test(json__line_too_long__is_replaced_by_a_valid_one),
		cmocka_unit_test(format__counts__get_separators),
		cmocka_unit_test(format__durations__are_as_exact_as_useful),
		cmocka_unit_test(format__foreign_strings__cannot_drive_the_terminal),
		cmocka_unit_test(progress__line__says_bytes_rate_and_time_left),
		cmocka_unit_test(progress__no_terminal__prints_about_ten_plain_lines),
		cmocka_unit_test(progress__phases_that_take_turns__keep_to_ten_lines_each),
		cmocka_unit_test(progress__terminal__rewrites_one_line_and_clears_it),
		cmocka_unit_test(progress__quiet__is_silent),
		cmocka_unit_test(progress__json__writes_events),
		cmocka_unit_test(fault__text__is_two_lines_and_escaped),
		cmocka_unit_test(fault__verbose__adds_code_and_place),
		cmocka_unit_test(fault__json__has_code_cause_and_cure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
