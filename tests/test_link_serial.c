/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_serial.c - what the kernel shows as a serial number, decoded; what users write, matched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "link/serial.h"

#define HEX12 "57FF72066668749511724086"
#define LATIN12 "W\xC3\xBFr\x06" "fht\xC2\x95\x11r@\xC2\x86"

static const struct probe_kind v2 = { .pid = 0x3748 }, v1 = { .pid = 0x3744 }, v21 = { .pid = 0x374B };

static struct probe decoded(const struct probe_kind *kind, const char *text, size_t len)
{
	struct probe p;

	memset(&p, 0x55, sizeof(p));
	p.kind = kind;
	serial_decode(&p, text, len);
	return p;
}

static void decode__each_shape__is_shown_as_text_or_as_hex(void **state)
{
	static const struct {
		const struct probe_kind *kind;
		const char *text, *shown;
		bool unsure;
	} rows[] = {
		{ &v21, "53FF6D064966505632152187", "53FF6D064966505632152187", false },
		{ &v2, LATIN12, HEX12, false },
		{ &v21, LATIN12, HEX12, false },
		{ &v1, "000000000001", "303030303030303030303031", false },
		{ &v2, "W\xC3\xBFr", "57FF72", true },          /* cut at a zero */
		{ &v2, "Wr", "5772", true },
		{ &v1, "Wr", "5772", true },
		{ &v21, "Wr", "Wr", false },
		{ &v21, "!~", "!~", false },
		{ &v21, "W r", "572072", true },                /* a blank is not plain, nor is DEL */
		{ &v21, "W\x7fr", "577F72", true },
		{ &v21, "abcdefghijk m", "6162636465666768696A6B206D", false },
		{ &v21, "\xC2\x80\xC3\xBF", "80FF", true },
		{ &v21, "a\xC4\x80", "61C480", true },          /* above FF */
		{ &v21, "a\xC1\xBF", "61C1BF", true },          /* not UTF-8 */
		{ &v21, "a\xC3", "61C3", true },
		{ &v21, "a\xC3z", "61C37A", true },
		{ &v21, "a\x80", "6180", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct probe p = decoded(rows[i].kind, rows[i].text, strlen(rows[i].text));

		assert_string_equal(p.serial, rows[i].shown);
		assert_int_equal(p.serial_unsure, rows[i].unsure);
	}
}

/* The longest that is kept as it is, and the first that is not. */
static void decode__very_long__is_cut_and_matches_nothing_longer(void **state)
{
	char text[100];
	struct probe p;

	(void)state;
	memset(text, 'a', sizeof(text));
	p = decoded(&v21, text, 71);
	assert_int_equal(strlen(p.serial), 71);
	p = decoded(&v21, text, 72);
	assert_int_equal(strlen(p.serial), 70);
	assert_true(p.serial_unsure);
	assert_memory_equal(p.serial, "616161", 6);
	/* More bytes than a match compares: matched as text alone. */
	assert_int_equal(serial_match(&p, "6161"), SERIAL_BEGINS);
	assert_int_equal(serial_match(&p, "aa"), SERIAL_DIFFERS);
	memset(text, '6', sizeof(text));
	text[65] = '\0';
	assert_int_equal(serial_match(&p, text), SERIAL_DIFFERS);
	text[64] = '\0';
	assert_int_equal(serial_match(&p, text), SERIAL_DIFFERS);
}

static enum serial_match match(const char *serial, bool unsure, const char *wanted)
{
	struct probe p = { .kind = &v2, .serial_unsure = unsure };

	(void)snprintf(p.serial, sizeof(p.serial), "%s", serial);
	return serial_match(&p, wanted);
}

static void match__each_way_to_write_it__is_taken(void **state)
{
	static const struct {
		const char *serial;
		bool unsure;
		const char *wanted;
		enum serial_match is;
	} rows[] = {
		{ HEX12, false, HEX12, SERIAL_EQUALS },
		{ HEX12, false, "57ff72066668749511724086", SERIAL_EQUALS },
		{ HEX12, false, LATIN12, SERIAL_EQUALS },
		{ HEX12, false, "W\xFFr\x06" "fht\x95\x11r@\x86", SERIAL_EQUALS },
		{ HEX12, false, "W?r\x06" "fht?\x11r@?", SERIAL_EQUALS },
		{ HEX12, false, "573F72066668743F1172403F", SERIAL_EQUALS },
		{ HEX12, false, "573F", SERIAL_BEGINS },
		{ HEX12, false, "3FFF", SERIAL_DIFFERS },       /* 57 is no byte that gets a mark */
		{ HEX12, false, "?\xFF", SERIAL_BEGINS },       /* among bytes it may stand for any */
		{ HEX12, false, "5", SERIAL_BEGINS },
		{ HEX12, false, "58", SERIAL_DIFFERS },
		{ HEX12, false, "57FF7206666874951172408600", SERIAL_DIFFERS },
		{ HEX12, false, "", SERIAL_DIFFERS },
		{ "ABCDEF", false, "abcdef", SERIAL_EQUALS },
		{ "ABCDEF", false, "\xAB\xCD\xEF", SERIAL_EQUALS },
		{ "ABCDEF", false, "\xC2\xAB\xC3\x8D\xC3\xAF", SERIAL_EQUALS },
		{ "0A9F", false, "0a9f", SERIAL_EQUALS },
		{ "GHIJ", false, "ghij", SERIAL_EQUALS },
		{ "GHIJ", false, "GH\xC2\x80", SERIAL_DIFFERS },
		{ "ABC", false, "\xAB", SERIAL_DIFFERS },       /* an odd digit: a text, not bytes */
		{ "57FF", true, "57FF", SERIAL_EQUALS },        /* as it is shown */
		{ "57FF", true, "W\xFF", SERIAL_BEGINS },       /* there may be more */
		{ "57FF", true, "57FF0012", SERIAL_BEGINS },
		{ "57FF", true, "57FF1200", SERIAL_DIFFERS },
		{ "57FF", false, "57FF0012", SERIAL_DIFFERS },
		{ "", true, "0012", SERIAL_BEGINS },            /* its first byte is 00 */
		{ "", true, "1200", SERIAL_DIFFERS },
		{ "", false, "0012", SERIAL_DIFFERS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (match(rows[i].serial, rows[i].unsure, rows[i].wanted) != rows[i].is)
			fail_msg("row %zu: \"%s\" against \"%s\" is %d", i, rows[i].wanted, rows[i].serial,
				 (int)match(rows[i].serial, rows[i].unsure, rows[i].wanted));
}

/* What is written may be as long as the most bytes, in hex. */
static void match__longest_that_is_looked_at__is_64_digits(void **state)
{
	char serial[72] = "", wanted[72] = "";

	(void)state;
	for (int i = 0; i < 32; i++) {
		strcat(serial, "F1");
		strcat(wanted, "\xF1");
	}
	assert_int_equal(match(serial, false, serial), SERIAL_EQUALS);
	assert_int_equal(match(serial, false, wanted), SERIAL_EQUALS);
	strcat(serial, "F");
	assert_int_equal(match(serial, false, serial), SERIAL_DIFFERS);
}

static struct probe_list list;

static size_t aliases_of(const char *serial, const struct probe_kind *kind, char out[PROBE_ALIASES_MAX][72])
{
	struct probe *p = &list.probe[0];

	memset(p, 0, sizeof(*p));
	p->kind = kind;
	(void)snprintf(p->serial, sizeof(p->serial), "%s", serial);
	(void)snprintf(p->port, sizeof(p->port), "1-1");
	return probe_serial_aliases(p, &list, out);
}

static void aliases__of_each_shape__are_listed(void **state)
{
	char out[PROBE_ALIASES_MAX][72];

	(void)state;
	memset(&list, 0, sizeof(list));
	list.n = 1;
	assert_int_equal(aliases_of("", &v2, out), 0);
	assert_int_equal(aliases_of("AB", &v21, out), 0);               /* as short as it can be */
	assert_int_equal(aliases_of("ABCD", &v21, out), 0);
	assert_int_equal(aliases_of("ABCDE", &v21, out), 1);
	assert_string_equal(out[0], "ABCD");
	assert_int_equal(aliases_of(HEX12, &v2, out), 2);
	assert_string_equal(out[0], "573F72066668743F1172403F");        /* as other tools print it */
	assert_string_equal(out[1], "57FF");
	assert_int_equal(aliases_of(HEX12, &v21, out), 1);
	assert_string_equal(out[0], "57FF");
	assert_int_equal(aliases_of("577F72066668741511724006", &v2, out), 1);  /* no byte gets a mark */
	assert_int_equal(aliases_of("000000000001", &v1, out), 2);
	assert_string_equal(out[0], "303030303030303030303031");
	assert_string_equal(out[1], "0000");
}

/* Another probe that begins the same makes it longer; one that is the same leaves none. */
static void aliases__beginning_of_another_probe__is_no_short_one(void **state)
{
	char out[PROBE_ALIASES_MAX][72];
	struct probe *other = &list.probe[1];

	(void)state;
	memset(&list, 0, sizeof(list));
	list.n = 2;
	other->kind = &v21;
	strcpy(other->serial, "ABCDEF12");
	strcpy(other->port, "1-2");
	assert_int_equal(aliases_of("ABCDEF77", &v21, out), 1);
	assert_string_equal(out[0], "ABCDEF7");
	assert_int_equal(aliases_of("ABCDEF12", &v21, out), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decode__each_shape__is_shown_as_text_or_as_hex),
		cmocka_unit_test(decode__very_long__is_cut_and_matches_nothing_longer),
		cmocka_unit_test(match__each_way_to_write_it__is_taken),
		cmocka_unit_test(match__longest_that_is_looked_at__is_64_digits),
		cmocka_unit_test(aliases__of_each_shape__are_listed),
		cmocka_unit_test(aliases__beginning_of_another_probe__is_no_short_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
