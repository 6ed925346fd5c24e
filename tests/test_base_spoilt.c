/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_spoilt.c - files, believed files and confined children when the system fails under them, at
 * every call (by dlsym: spoil.h).
 */
#define _GNU_SOURCE /* pipe2, mkostemp */
#include "tests/spoil.h"

#include "base/confine.h"
#include "base/file.h"
#include "base/trusted.h"

static char folder[] = "/tmp/spoilt.XXXXXX", path[64], other[64];
static const char text[] = "a few bytes\n";
static struct ctx ctx;

static int setup(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/spoilt.XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/a.conf", folder);
	(void)snprintf(other, sizeof(other), "%s/b.conf", folder);
	ctx_init(&ctx);
	assert_int_equal(file_write_all(&ctx, path, text, sizeof(text), true), SL_OK);
	assert_int_equal(chmod(path, 0644), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	assert_int_equal(rmdir(folder), 0);     /* nothing was forgotten in it */
	return 0;
}

static void reads(const void *arg)
{
	struct buffer b;
	enum sl_err err;

	(void)arg;
	ctx_init(&ctx);
	buf_init(&b, 4096);
	spoil_on();
	err = file_read_all(&ctx, path, &b);
	spoil_off();
	assert_told(&ctx, err);
	if (!err) {
		assert_int_equal(b.len, sizeof(text));
		assert_memory_equal(b.data, text, sizeof(text));
	}
	buf_free(&b);
}

static void read__whatever_fails__gives_all_or_says_why(void **state)
{
	(void)state;
	assert_true(spoil_each(EIO, reads, NULL) >= 4);
	assert_true(spoil_each(EINTR, reads, NULL) >= 2);
	(void)spoil_each(0, reads, NULL);
}

/* Before and after are the only two states of the file, and there is no third file. */
static void writes(const void *arg)
{
	const bool replace = arg != NULL;
	static const char newer[] = "something else";
	const char *name = replace ? path : other;
	struct buffer b;
	enum sl_err err;

	ctx_init(&ctx);
	(void)unlink(other);
	assert_int_equal(file_write_all(&ctx, path, text, sizeof(text), true), SL_OK);
	spoil_on();
	err = file_write_all(&ctx, name, newer, sizeof(newer), replace);
	spoil_off();
	assert_told(&ctx, err);
	ctx_clear(&ctx);
	buf_init(&b, 4096);
	if (!err || replace || access(other, F_OK) == 0) {
		assert_int_equal(file_read_all(&ctx, name, &b), SL_OK);
		if (!err || !replace)
			assert_string_equal((char *)b.data, newer);
		else
			assert_true(strcmp((char *)b.data, newer) == 0 ||
				    strcmp((char *)b.data, text) == 0);
	}
	buf_free(&b);
}

static void write__whatever_fails__leaves_the_old_or_the_new_file(void **state)
{
	(void)state;
	assert_true(spoil_each(ENOSPC, writes, NULL) >= 6);
	assert_true(spoil_each(EIO, writes, text) >= 6);
	(void)spoil_each(EINTR, writes, text);
}

static void believes(const void *arg)
{
	struct trusted_names names;
	struct buffer b;
	uid_t owner = 4711;
	enum sl_err err;

	(void)arg;
	ctx_init(&ctx);
	buf_init(&b, 4096);
	spoil_on();
	err = trusted_read(&ctx, path, geteuid(), &b, &owner);
	if (!err)
		err = trusted_list(&ctx, folder, geteuid(), ".conf", &names);
	spoil_off();
	assert_told(&ctx, err);
	if (!err) {
		assert_int_equal(b.len, sizeof(text));
		assert_int_equal(owner, geteuid());
		assert_int_equal(names.n, 1);
		assert_string_equal(names.name[0], "a.conf");
	}
	buf_free(&b);
}

static void believe__whatever_fails__believes_nothing(void **state)
{
	(void)state;
	assert_true(spoil_each(EIO, believes, NULL) >= 8);
	(void)spoil_each(0, believes, NULL);
}

static void refuses(const char *name)
{
	struct buffer b;

	ctx_init(&ctx);
	buf_init(&b, 4096);
	assert_int_equal(trusted_read(&ctx, name, geteuid(), &b, NULL), SL_FILE);
	assert_true(ctx.fault.text[0] != '\0');
	buf_free(&b);
}

static void believe__odd_paths__are_refused(void **state)
{
	char name[512], many[400];
	struct trusted_names names;

	(void)state;
	refuses("a.conf");
	refuses("");
	refuses("/");
	refuses(folder);
	refuses("/dev/null");
	(void)snprintf(name, sizeof(name), "%s//a.conf", folder);
	refuses(name);
	(void)snprintf(name, sizeof(name), "%s/./a.conf", folder);
	refuses(name);
	(void)snprintf(name, sizeof(name), "%s/../a.conf", folder);
	refuses(name);
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	(void)snprintf(name, sizeof(name), "%s/%s", folder, many);
	refuses(name);
	(void)snprintf(name, sizeof(name), "%s/a.conf/b", folder);
	refuses(name);
	assert_int_equal(chmod(path, 0666), 0);
	refuses(path);
	assert_non_null(strstr(ctx.fault.text, "may be written by others"));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(symlink(path, other), 0);
	refuses(other);
	assert_non_null(strstr(ctx.fault.text, "is a symbolic link"));
	/* A name that does not fit in the list is no reason to leave it out in silence. */
	(void)snprintf(name, sizeof(name), "%s/%.200s.conf", folder, many);
	assert_int_equal(symlink("x", name), 0);
	ctx_init(&ctx);
	assert_int_equal(trusted_list(&ctx, folder, geteuid(), ".conf", &names), SL_FILE);
	assert_non_null(strstr(ctx.fault.text, "a name above"));
	assert_int_equal(unlink(name), 0);
	assert_int_equal(trusted_list(&ctx, "folder", geteuid(), ".conf", &names), SL_FILE);
	(void)snprintf(name, sizeof(name), "%s/nowhere", folder);
	ctx_clear(&ctx);
	assert_int_equal(trusted_list(&ctx, name, geteuid(), ".conf", &names), SL_OK);
	assert_int_equal(names.n, 0);
}

#ifndef __SANITIZE_ADDRESS__
static void computes(void *arg, struct buffer *out)
{
	(void)arg;
	if (buf_append(out, text, sizeof(text)))
		abort();
}

static void confines(const void *arg)
{
	struct buffer out;
	enum sl_err err;

	(void)arg;
	ctx_init(&ctx);
	buf_init(&out, 4096);
	spoil_on();
	err = confine_run(&ctx, computes, NULL, 20000, &out);
	spoil_off();
	/* A child whose end could not be waited for is not ours to lose. */
	(void)waitpid(-1, NULL, 0);
	assert_told(&ctx, err);
	if (!err) {
		assert_int_equal(out.len, sizeof(text));
		assert_memory_equal(out.data, text, sizeof(text));
	}
	buf_free(&out);
}

static void confine__whatever_fails__gives_all_or_says_why(void **state)
{
	(void)state;
	assert_true(spoil_each(EIO, confines, NULL) >= 3);
	(void)spoil_each(0, confines, NULL);
}

static void pours_too_much(void *arg, struct buffer *out)
{
	static const char much[64];

	(void)arg;
	out->max = 2 * sizeof(much);
	if (buf_append(out, much, sizeof(much)))
		abort();
}

static void confine__more_than_was_allowed__is_refused(void **state)
{
	struct buffer out;

	(void)state;
	ctx_init(&ctx);
	buf_init(&out, 16);
	assert_int_equal(confine_run(&ctx, pours_too_much, NULL, 20000, &out), SL_OTHER);
	assert_non_null(strstr(ctx.fault.text, "more than 16 bytes"));
	buf_free(&out);
}
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(read__whatever_fails__gives_all_or_says_why),
		TEST(write__whatever_fails__leaves_the_old_or_the_new_file),
		TEST(believe__whatever_fails__believes_nothing),
		TEST(believe__odd_paths__are_refused),
#ifndef __SANITIZE_ADDRESS__    /* the filter would end it */
		TEST(confine__whatever_fails__gives_all_or_says_why),
		TEST(confine__more_than_was_allowed__is_refused),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
