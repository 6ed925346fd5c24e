/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_voltage.c - what the answer about the supply means, and which answers mean nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/link_script.h"

static void voltage__answers_of_copies__are_unknown(void **state)
{
	static const char *const replies[] = {
		"00 00 00 00 00 00 00 00", "00 00 00 00 0b 08 00 00", "f1 05 00 00 00 00 00 00",
		"29 47 83 04 48 37 00 00", "01 00 00 00 ff ff 00 00",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		const struct script_step steps[] = {
			OPEN(V2J37), { "f7", replies[i], NULL, 0, 0 },
		};
		unsigned mv = 1;
		bool known = true;
		struct link *l;

		BEGIN(steps);
		l = open_ok();
		assert_int_equal(link_voltage_mv(l, &ctx, &mv, &known), SL_OK);
		assert_false(known);
		assert_int_equal(mv, 0);
		link_close(l, &ctx);
		script_done(&script);
	}
}

static void voltage__example_of_the_firmware__is_3_25_volt(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f7", "f1 05 00 00 0b 08 00 00", NULL, 0, 0 },
	};
	unsigned mv = 0;
	bool known = false;
	struct link *l;

	(void)state;
	BEGIN(steps);
	l = open_ok();
	assert_int_equal(link_voltage_mv(l, &ctx, &mv, &known), SL_OK);
	assert_true(known);
	assert_int_equal(mv, 3249);
	close_all(l);
}

static void voltage__up_to_6_volt__is_believed(void **state)
{
	static const struct { const char *reply; unsigned mv; bool known; } rows[] = {
		{ "e8 03 00 00 c4 09 00 00", 6000, true },        /* 2500 of 1000 */
		{ "b0 04 00 00 b9 0b 00 00", 0, false },          /* 3001 of 1200: 6002 */
		{ "e8 03 00 00 01 00 00 00", 2, true },           /* 1 of 1000: 2.4 */
		{ "c0 03 00 00 01 00 00 00", 3, true },           /* 1 of 960: 2.5 */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct script_step steps[] = {
			OPEN(V2J37), { "f7", rows[i].reply, NULL, 0, 0 },
		};
		unsigned mv = 1;
		bool known = !rows[i].known;
		struct link *l;

		BEGIN(steps);
		l = open_ok();
		assert_int_equal(link_voltage_mv(l, &ctx, &mv, &known), SL_OK);
		assert_int_equal(known, rows[i].known);
		assert_int_equal(mv, rows[i].mv);
		link_close(l, &ctx);
		script_done(&script);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(voltage__answers_of_copies__are_unknown),
		cmocka_unit_test(voltage__example_of_the_firmware__is_3_25_volt),
		cmocka_unit_test(voltage__up_to_6_volt__is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
