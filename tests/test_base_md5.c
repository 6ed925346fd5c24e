/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_md5.c - the test suite of RFC 1321, A.5, and lengths around a block.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/md5.h"

static const char *hex(const void *data, size_t len, char out[33])
{
	uint8_t digest[MD5_BYTES];

	md5(data, len, digest);
	for (int i = 0; i < MD5_BYTES; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return out;
}

static void md5__rfc_1321__has_its_digests(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{ "", "d41d8cd98f00b204e9800998ecf8427e" },
		{ "a", "0cc175b9c0f1b6a831c399e269772661" },
		{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
		{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
		{ "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
		  "d174ab98d277d9f5a5611c2c9f419d9f" },
		{ "1234567890123456789012345678901234567890123456789012345678901234567890123456789"
		  "0", "57edf4a22be3c955ac49da2e2107b67a" },
	};
	char out[33];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(hex(rows[i].text, strlen(rows[i].text), out), rows[i].digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(md5__rfc_1321__has_its_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
