/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_auto_insertion.c - what counts as one insertion, and the file that remembers it.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "auto/insertion.h"

struct bench {
	struct ctx ctx;
	struct clock clock;
	uint64_t now_us;
	char folder[64];
	char state[96];
};

static uint64_t bench_now(const struct clock *c)
{
	return *(uint64_t *)c->priv;
}

static void bench_sleep(const struct clock *c, uint64_t us)
{
	*(uint64_t *)c->priv += us;
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	ctx_init(&b->ctx);
	b->now_us = 1000000;
	b->clock = (struct clock){ .now_us = bench_now, .sleep_us = bench_sleep, .priv = &b->now_us };
	b->ctx.clock = &b->clock;
	(void)snprintf(b->folder, sizeof(b->folder), "/tmp/test-insertion.XXXXXX");
	if (!mkdtemp(b->folder))
		return -1;
	(void)snprintf(b->state, sizeof(b->state), "%s/1-2.state", b->folder);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	(void)unlink(b->state);
	(void)rmdir(b->folder);
	free(b);
	return 0;
}

static struct insertion *open_port(struct bench *b)
{
	struct insertion *in = NULL;

	assert_int_equal(insertion_open(&b->ctx, b->folder, "1-2", 100, &in), SL_OK);
	return in;
}

static const struct enumeration first = { UINT64_C(0x1234567800000009), 5 }, second = { 77, 6 };

static void insertion__device_that_was_begun__is_known_after_reopening(void **state)
{
	struct bench *b = *state;
	struct insertion *in = open_port(b);
	struct enumeration other = first;

	assert_false(insertion_has(in, &first));
	assert_int_equal(insertion_begin(in, &b->ctx, &first), SL_OK);
	insertion_close(in);
	in = open_port(b);
	assert_true(insertion_has(in, &first));
	assert_false(insertion_has(in, &second));
	other.address++;
	assert_false(insertion_has(in, &other));
	other = first;
	other.inode++;
	assert_false(insertion_has(in, &other));
	insertion_close(in);
}

static void insertion__device_that_came_back__belongs_to_it(void **state)
{
	struct bench *b = *state;
	struct insertion *in = open_port(b);

	assert_int_equal(insertion_begin(in, &b->ctx, &first), SL_OK);
	assert_int_equal(insertion_add(in, &b->ctx, &second), SL_OK);
	insertion_close(in);
	in = open_port(b);
	assert_true(insertion_has(in, &first));
	assert_true(insertion_has(in, &second));
	insertion_close(in);
}

static void insertion__new_one__forgets_the_last(void **state)
{
	struct bench *b = *state;
	struct insertion *in = open_port(b);

	assert_int_equal(insertion_begin(in, &b->ctx, &first), SL_OK);
	assert_int_equal(insertion_begin(in, &b->ctx, &second), SL_OK);
	insertion_close(in);
	in = open_port(b);
	assert_false(insertion_has(in, &first));
	assert_true(insertion_has(in, &second));
	insertion_close(in);
}

static void insertion__probe_that_comes_back_for_ever__is_still_known(void **state)
{
	struct bench *b = *state;
	struct insertion *in = open_port(b);
	struct enumeration e = { 1, 1 };

	assert_int_equal(insertion_begin(in, &b->ctx, &e), SL_OK);
	for (e.inode = 2; e.inode < 50; e.inode++)
		assert_int_equal(insertion_add(in, &b->ctx, &e), SL_OK);
	e.inode = 49;
	assert_true(insertion_has(in, &e));
	insertion_close(in);
	in = open_port(b);
	assert_true(insertion_has(in, &e));
	insertion_close(in);
}

static void failures__five_in_a_row__make_a_pause_that_ends(void **state)
{
	struct bench *b = *state;
	struct insertion *in = open_port(b);

	for (unsigned i = 0; i < INSERTION_FAILURES_MAX; i++) {
		assert_false(insertion_pauses(in, &b->ctx));
		assert_int_equal(insertion_end(in, &b->ctx, false), SL_OK);
	}
	assert_true(insertion_pauses(in, &b->ctx));
	insertion_close(in);
	in = open_port(b);
	assert_true(insertion_pauses(in, &b->ctx));
	b->now_us += INSERTION_PAUSE_S * UINT64_C(1000000) - 1000;
	assert_true(insertion_pauses(in, &b->ctx));
	b->now_us += 1000;
	assert_false(insertion_pauses(in, &b->ctx));
	insertion_close(in);
}

static void failures__one_success__starts_the_count_anew(void **state)
{
	struct bench *b = *state;
	struct insertion *in = open_port(b);

	for (unsigned i = 0; i < INSERTION_FAILURES_MAX - 1; i++)
		assert_int_equal(insertion_end(in, &b->ctx, false), SL_OK);
	assert_int_equal(insertion_end(in, &b->ctx, true), SL_OK);
	assert_int_equal(insertion_end(in, &b->ctx, false), SL_OK);
	assert_false(insertion_pauses(in, &b->ctx));
	insertion_close(in);
}

static void state__another_process_has__is_waited_for_and_then_busy(void **state)
{
	struct bench *b = *state;
	struct insertion *in = open_port(b), *other = NULL;
	uint64_t start = b->now_us;

	assert_int_equal(insertion_open(&b->ctx, b->folder, "1-2", 1000, &other), SL_BUSY);
	assert_true(b->now_us - start >= 1000000);
	insertion_close(in);
	in = open_port(b);
	insertion_close(in);
}

static void state__junk__is_taken_for_none(void **state)
{
	static const char *const junk[] = {
		"", "\n", "seen", "seen 1", "seen 1 2", "seen x y\n", "seen 1  2\n", "SEEN 1 2\n",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 2\n", "failures 99 99 99\n", "\xff\xff\n",
	};
	struct bench *b = *state;
	struct enumeration e = { 1, 2 };

	for (size_t i = 0; i < ARRAY_LEN(junk); i++) {
		FILE *f = fopen(b->state, "w");
		struct insertion *in;

		assert_non_null(f);
		(void)fputs(junk[i], f);
		(void)fclose(f);
		in = open_port(b);
		assert_false(insertion_has(in, &e));
		assert_false(insertion_pauses(in, &b->ctx));
		insertion_close(in);
	}
}

static void state__not_to_be_made__is_said(void **state)
{
	struct bench *b = *state;
	struct insertion *in = NULL;

	assert_int_equal(insertion_open(&b->ctx, "/proc/nothing", "1-2", 0, &in), SL_FILE);
	assert_null(in);
}

static void ask__device_in_sysfs__has_a_number_and_an_address(void **state)
{
	struct bench *b = *state;
	static const char *const folders[] = {
		"bus", "bus/usb", "bus/usb/devices", "bus/usb/devices/1-2",
	};
	struct enumeration e = { 0, 0 }, again = { 0, 0 };
	char path[160];
	FILE *f;

	b->ctx.sysfs = b->folder;
	assert_int_equal(insertion_ask(&b->ctx, "1-2", &e), SL_NOPROBE);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", b->folder, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	assert_int_equal(insertion_ask(&b->ctx, "1-2", &e), SL_NOPROBE);
	(void)snprintf(path, sizeof(path), "%s/bus/usb/devices/1-2/devnum", b->folder);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs("17\n", f);
	(void)fclose(f);
	assert_int_equal(insertion_ask(&b->ctx, "1-2", &e), SL_OK);
	assert_int_equal(e.address, 17);
	assert_int_equal(insertion_ask(&b->ctx, "1-2", &again), SL_OK);
	assert_true(insertion_same(&e, &again));
	(void)unlink(path);
	for (size_t len = strlen(path); len > strlen(b->folder); len = strlen(path)) {
		*strrchr(path, '/') = '\0';
		(void)rmdir(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			insertion__device_that_was_begun__is_known_after_reopening, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			insertion__device_that_came_back__belongs_to_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			insertion__new_one__forgets_the_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			insertion__probe_that_comes_back_for_ever__is_still_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			failures__five_in_a_row__make_a_pause_that_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			failures__one_success__starts_the_count_anew, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			state__another_process_has__is_waited_for_and_then_busy, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			state__junk__is_taken_for_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			state__not_to_be_made__is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			ask__device_in_sysfs__has_a_number_and_an_address, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
