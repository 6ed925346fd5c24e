/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_sha256.c - the digest against published examples, the calendar against known days.
 *
 * Source: FIPS 180-4 examples (SHA256.pdf of NIST's "Examples with Intermediate Values"), and
 * SHA256ShortMsg of NIST's CAVP for the single byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "base/wall.h"

static void is_digest(const void *data, size_t len, const char *wanted)
{
	char hex[SHA256_HEX];

	assert_string_equal(sha256_hex(data, len, hex), wanted);
}

static void sha256__examples_of_the_standard__come_out(void **state)
{
	static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	is_digest("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	is_digest(two, 56, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	is_digest("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	is_digest(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	is_digest("\xd3", 1, "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
}

static void sha256__a_million_letters__come_out(void **state)
{
	enum { MILLION = 1000000 };
	char *text = malloc(MILLION);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', MILLION);
	is_digest(text, MILLION, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(text);
}

/* Each length around the places where padding needs one block more; the digests of all of them
 * together are one number, which sha256sum gave for the same bytes. */
static void sha256__every_length_to_two_blocks__pads_right(void **state)
{
	uint8_t all[130 * SHA256_BYTES], text[130];

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		text[len] = (uint8_t)len;
		sha256(text, len, all + len * SHA256_BYTES);
	}
	is_digest(all, sizeof(all), "105812602bb337abca31d9f6bf3a57a3907500005fad7c01e1e1140aa77e4499");
}

static void is_time(int64_t seconds, const char *wanted)
{
	char text[WALL_TEXT];

	assert_string_equal(wall_text(seconds, text), wanted);
}

static void wall__days_that_calendars_get_wrong__are_right(void **state)
{
	(void)state;
	is_time(0, "1970-01-01T00:00:00Z");
	is_time(INT64_C(68169600) - 1, "1972-02-28T23:59:59Z");
	is_time(INT64_C(68169600), "1972-02-29T00:00:00Z");
	is_time(INT64_C(951782400), "2000-02-29T00:00:00Z");
	is_time(INT64_C(978307199), "2000-12-31T23:59:59Z");
	is_time(INT64_C(4107542400), "2100-03-01T00:00:00Z");
	is_time(INT64_C(4107542400) - 1, "2100-02-28T23:59:59Z");
	is_time(INT64_C(253402300799), "9999-12-31T23:59:59Z");
	is_time(INT64_C(253402300800), "9999-12-31T23:59:59Z");
	is_time(-1, "1970-01-01T00:00:00Z");
	assert_true(wall_now() > INT64_C(1700000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256__examples_of_the_standard__come_out),
		cmocka_unit_test(sha256__a_million_letters__come_out),
		cmocka_unit_test(sha256__every_length_to_two_blocks__pads_right),
		cmocka_unit_test(wall__days_that_calendars_get_wrong__are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
