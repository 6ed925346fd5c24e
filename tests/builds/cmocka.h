/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmocka.h - as much of cmocka's interface as the tests without a virtual board use, for compilers
 * and machines for which no cmocka is installed. tests/builds/run.sh puts it in cmocka's place.
 */
#ifndef TESTS_BUILDS_CMOCKA_H
#define TESTS_BUILDS_CMOCKA_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void CMUnitTestFunction(void **state);
typedef int CMFixtureFunction(void **state);

struct CMUnitTest {
	const char *name;
	CMUnitTestFunction *test_func;
	CMFixtureFunction *setup_func, *teardown_func;
	void *initial_state;
};

/* A range may begin at 0. */
#pragma GCC diagnostic ignored "-Wtype-limits"

enum { TINY_FAILED = 1, TINY_SKIPPED };

static jmp_buf tiny_out;

__attribute__((noreturn, unused)) static void _fail(const char *file, int line)
{
	(void)printf("[   LINE   ] --- %s:%d: error: Failure!\n", file, line);
	longjmp(tiny_out, TINY_FAILED);
}

#define tiny_check(holds) ((holds) ? (void)0 : _fail(__FILE__, __LINE__))
#define assert_true(x) tiny_check(x)
#define assert_false(x) tiny_check(!(x))
#define assert_null(x) tiny_check((x) == NULL)
#define assert_non_null(x) tiny_check((x) != NULL)
#define assert_int_equal(a, b) tiny_check((uint64_t)(a) == (uint64_t)(b))
#define assert_int_not_equal(a, b) tiny_check((uint64_t)(a) != (uint64_t)(b))
#define assert_ptr_equal(a, b) tiny_check((const void *)(a) == (const void *)(b))
#define assert_string_equal(a, b) tiny_check(strcmp(a, b) == 0)
#define assert_string_not_equal(a, b) tiny_check(strcmp(a, b) != 0)
#define assert_memory_equal(a, b, n) tiny_check(memcmp(a, b, n) == 0)
#define assert_in_range(x, lo, hi) tiny_check((uint64_t)(x) >= (uint64_t)(lo) && \
					      (uint64_t)(x) <= (uint64_t)(hi))
#define fail() _fail(__FILE__, __LINE__)
#define fail_msg(...) ((void)printf(__VA_ARGS__), (void)printf("\n"), _fail(__FILE__, __LINE__))
#define print_message(...) ((void)printf(__VA_ARGS__))
#define skip() longjmp(tiny_out, TINY_SKIPPED)

#define cmocka_unit_test(f) { #f, f, NULL, NULL, NULL }
#define cmocka_unit_test_setup(f, s) { #f, f, s, NULL, NULL }
#define cmocka_unit_test_setup_teardown(f, s, t) { #f, f, s, t, NULL }

/* Returns 0, TINY_FAILED or TINY_SKIPPED. */
__attribute__((unused)) static int tiny_run_one(const struct CMUnitTest *t, void *state)
{
	volatile int how;

	if (t->setup_func && t->setup_func(&state))
		return TINY_FAILED;
	how = setjmp(tiny_out);
	if (how == 0)
		t->test_func(&state);
	if (t->teardown_func && t->teardown_func(&state))
		return TINY_FAILED;
	return how;
}

__attribute__((unused)) static int tiny_run(const struct CMUnitTest *t, size_t n, CMFixtureFunction *setup,
		    CMFixtureFunction *teardown)
{
	int failed = 0, skipped = 0;
	void *state = NULL;

	if (setup && setup(&state))
		return 1;
	for (size_t i = 0; i < n; i++) {
		int how = tiny_run_one(&t[i], t[i].initial_state ? t[i].initial_state : state);

		failed += how == TINY_FAILED;
		skipped += how == TINY_SKIPPED;
		if (how == TINY_FAILED)
			(void)printf("[  FAILED  ] %s\n", t[i].name);
	}
	if (teardown && teardown(&state))
		failed++;
	(void)printf("[  PASSED  ] %d test(s).\n", (int)n - failed - skipped);
	if (skipped)
		(void)printf("[  SKIPPED ] %d test(s).\n", skipped);
	if (failed)
		(void)printf("[  FAILED  ] %d test(s).\n", failed);
	return failed;
}

#define cmocka_run_group_tests(tests, setup, teardown) \
	tiny_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

#endif
