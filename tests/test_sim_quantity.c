/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_quantity.c - volts and seconds as the command line and the control socket take them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "sim/quantity.h"

static void quantity__units_and_thousandths__are_told_apart(void **state)
{
	static const struct { const char *text; uint32_t milli; } good[] = {
		{ "0", 0 }, { "3", 3000 }, { "3.3", 3300 }, { "3.30", 3300 }, { "3.301", 3301 },
		{ "0.001", 1 }, { "5.5", 5500 }, { "3.3V", 3300 }, { "3V", 3000 }, { "0mV", 0 },
		{ "3300mV", 3300 }, { "5500mV", 5500 }, { "9mV", 9 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(good); i++) {
		uint32_t milli = 77;

		if (!quantity_parse(good[i].text, "V", 5500, &milli))
			fail_msg("%s is refused", good[i].text);
		assert_int_equal(milli, good[i].milli);
	}
}

static void quantity__anything_else__is_refused_and_leaves_the_value(void **state)
{
	static const char *const bad[] = {
		"", "V", "mV", ".", "3.", ".3", "3.3333", "3.3.3", "-1", "+1", " 3", "3 ", "3 V", "3.3v",
		"3.3mV", "3300 mV", "3300MV", "3300mVV", "3300m", "3300", "9", "5.501", "5501mV", "0x3",
		"3k", "03", "99999999999", "4294967297", "4294968", "3.3s", "3e0", "nan"
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		uint32_t milli = 77;

		if (quantity_parse(bad[i], "V", 5500, &milli))
			fail_msg("\"%s\" is taken for %u", bad[i], (unsigned)milli);
		assert_int_equal(milli, 77);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantity__units_and_thousandths__are_told_apart),
		cmocka_unit_test(quantity__anything_else__is_refused_and_leaves_the_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
