/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_cli_promises.c - what is promised stands in README.md in the same words, and the tests that
 * are named are there.
 */
#define _GNU_SOURCE /* strtok_r */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "cli/promises.h"

/* A file with runs of white space as one space each; the caller frees it. */
static char *flat(const char *path)
{
	struct buffer b;
	struct ctx c;
	char *text;
	size_t n = 0;

	ctx_init(&c);
	buf_init(&b, 1024 * 1024);
	assert_int_equal(file_read_all(&c, path, &b), SL_OK);
	text = malloc(b.len + 1);
	assert_non_null(text);
	for (size_t i = 0; i < b.len; i++) {
		char ch = b.data[i] == '\n' || b.data[i] == '\t' ? ' ' : (char)b.data[i];

		if (ch != ' ' || n == 0 || text[n - 1] != ' ')
			text[n++] = ch;
	}
	text[n] = '\0';
	buf_free(&b);
	return text;
}

static void promises__in_the_readme__have_the_same_words(void **state)
{
	char *readme = flat("README.md");
	size_t n = 0;
	const struct promise *rows = promise_table(&n);

	(void)state;
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		if (!strstr(readme, rows[i].title))
			fail_msg("README.md lacks: %s", rows[i].title);
		if (!strstr(readme, rows[i].text))
			fail_msg("README.md lacks: %s", rows[i].text);
	}
	free(readme);
}

static void check_holder(const char *const makefile[2], const char *holder)
{
	char target[80];

	if (strncmp(holder, "make ", 5) == 0) {
		(void)snprintf(target, sizeof(target), " %s: ", holder + 5);
		if (!strstr(makefile[0], target) && !strstr(makefile[1], target))
			fail_msg("there is no \"%s\"", holder);
	} else if (access(holder, R_OK)) {
		fail_msg("there is no %s", holder);
	}
}

static void tests__that_hold_a_promise_up__are_there(void **state)
{
	char *makefile[2] = { flat("Makefile"), flat("tests/fuzz/fuzz.mk") };
	size_t n = 0;
	const struct promise *rows = promise_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char *list = strdup(rows[i].held_by);
		char *rest = NULL;
		int count = 0;

		assert_non_null(list);
		for (char *p = strtok_r(list, ",", &rest); p; p = strtok_r(NULL, ",", &rest)) {
			check_holder((const char *const *)makefile, p + (*p == ' '));
			count++;
		}
		assert_true(count > 0);
		free(list);
	}
	free(makefile[0]);
	free(makefile[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promises__in_the_readme__have_the_same_words),
		cmocka_unit_test(tests__that_hold_a_promise_up__are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
