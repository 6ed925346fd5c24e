/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_cause.c - the table of causes: no gap, no duplicate, every row whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cause.h"
#include "base/ctx.h"

static void causes__have_a_row_each_in_order(void **state)
{
	size_t n = 0;
	const struct cause_info *rows = cause_table(&n);

	(void)state;
	assert_int_equal(n, CAUSE_END - CAUSE_NO_PROBE);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(rows[i].code, CAUSE_NO_PROBE + (int)i);
		assert_ptr_equal(cause_info(rows[i].code), &rows[i]);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(rows[i].name, rows[k].name);
			assert_string_not_equal(rows[i].title, rows[k].title);
		}
	}
	assert_null(cause_info(CAUSE_NONE));
	assert_null(cause_info(CAUSE_END));
}

static void causes__say_what_is_meant_and_what_to_do(void **state)
{
	size_t n = 0;
	const struct cause_info *rows = cause_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const char *p = rows[i].meaning;

		assert_true(rows[i].title[0] && rows[i].cure[0] && p[0]);
		assert_int_not_equal(rows[i].cure[strlen(rows[i].cure) - 1], '.');
		assert_int_equal(p[strlen(p) - 1], '\n');
		for (size_t len; *p; p += len + 1) {
			len = strcspn(p, "\n");
			assert_in_range(len, 0, 80);
		}
		/* An obstacle ends a job, and must say with which status. */
		if (rows[i].weight == CAUSE_OBSTACLE)
			assert_int_not_equal(rows[i].err, SL_OK);
		if (rows[i].command)
			assert_ptr_equal(strstr(rows[i].command, "stlink-download "), rows[i].command);
	}
}

static void fault__that_names_no_cause_has_that_of_its_code(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	(void)ctx_fail(&c, SL_BUSY, "usb", "held");
	assert_int_equal(cause_of(&c.fault), CAUSE_HELD);
	(void)ctx_fail(&c, SL_PERM, "cli", "only root may");
	assert_int_equal(cause_of(&c.fault), CAUSE_NONE);
	(void)ctx_fail(&c, SL_TARGET, "link", "something");
	assert_int_equal(cause_of(&c.fault), CAUSE_NONE);
	assert_int_equal(ctx_cause(&c, SL_TARGET, CAUSE_ASLEEP), SL_TARGET);
	assert_int_equal(cause_of(&c.fault), CAUSE_ASLEEP);
	(void)ctx_fail(&c, SL_TARGET, "link", "something else");
	assert_int_equal(c.fault.cause, CAUSE_NONE);
	ctx_clear(&c);
	assert_int_equal(ctx_cause(&c, SL_OK, CAUSE_ASLEEP), SL_OK);
	assert_int_equal(cause_of(&c.fault), CAUSE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(causes__have_a_row_each_in_order),
		cmocka_unit_test(causes__say_what_is_meant_and_what_to_do),
		cmocka_unit_test(fault__that_names_no_cause_has_that_of_its_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
