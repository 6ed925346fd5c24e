/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_image_confined.c - an image taken apart by a child without rights is the same image, and a
 * child that lies is not believed.
 */
#define _GNU_SOURCE /* mkstemp */
#include "tests/image_help.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "image/confined.h"

struct outcome {
	struct ctx c;
	enum sl_err err;
	struct image *img;
	struct buffer lines;
};

static void load(struct outcome *o, const char *path, bool confined)
{
	const struct image_where at = { .default_base = 0x08000000, .confined = confined };

	ctx_init(&o->c);
	o->img = NULL;
	buf_init(&o->lines, 65536);
	confined_listen(&o->c, &o->lines);
	o->c.log.max = LOG_WARN;
	o->err = image_load(&o->c, path, &at, &o->img);
}

static void free_outcome(struct outcome *o)
{
	image_free(o->img);
	buf_free(&o->lines);
}

static void same_image(const struct image *l, const struct image *r)
{
	assert_string_equal(l->format, r->format);
	assert_int_equal(l->n_spans, r->n_spans);
	assert_int_equal(l->total, r->total);
	assert_int_equal(l->has_entry, r->has_entry);
	assert_int_equal(l->entry, r->entry);
	assert_memory_equal(&l->needs, &r->needs, sizeof(l->needs));
	for (size_t i = 0; i < l->n_spans; i++) {
		assert_int_equal(l->spans[i].addr, r->spans[i].addr);
		assert_int_equal(l->spans[i].len, r->spans[i].len);
		assert_memory_equal(l->spans[i].data, r->spans[i].data, l->spans[i].len);
	}
}

static void same_outcome(const char *path, size_t *good, size_t *bad)
{
	struct outcome here, there;

	load(&here, path, false);
	load(&there, path, true);
	assert_int_equal(here.err, there.err);
	if (here.err) {
		(*bad)++;
		assert_int_equal(here.c.fault.code, there.c.fault.code);
		assert_int_equal(here.c.fault.cause, there.c.fault.cause);
		assert_int_equal(here.c.fault.addr, there.c.fault.addr);
		assert_int_equal(here.c.fault.has_addr, there.c.fault.has_addr);
		assert_string_equal(here.c.fault.where, there.c.fault.where);
		assert_string_equal(here.c.fault.text, there.c.fault.text);
		assert_string_equal(here.c.fault.hint, there.c.fault.hint);
	} else {
		(*good)++;
		same_image(here.img, there.img);
	}
	assert_int_equal(here.lines.len, there.lines.len);
	if (here.lines.len)
		assert_memory_equal(here.lines.data, there.lines.data, here.lines.len);
	free_outcome(&here);
	free_outcome(&there);
}

static void every_file_of_the_corpus__confined__gives_the_same(void **state)
{
	static const char folder[] = "tests/corpus/image";
	size_t good = 0, bad = 0;
	struct dirent *e;
	char path[400];
	DIR *d = opendir(folder);

	(void)state;
	assert_non_null(d);
	while ((e = readdir(d))) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			same_outcome(path, &good, &bad);
	}
	(void)closedir(d);
	assert_true(good > 5);
	assert_true(bad > 0);
}

/* Two start addresses: a warning that the child says and the parent must log. */
static void warnings__of_the_child__are_logged(void **state)
{
	static const char text[] = ":0400000508000000EF\n:0400000508000004EB\n:0100000055AA\n"
				   ":00000001FF\n";
	char path[] = "/tmp/confinedXXXXXX";
	size_t good = 0, bad = 0;
	struct outcome o;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	same_outcome(path, &good, &bad);
	assert_int_equal(good, 1);
	load(&o, path, true);
	assert_true(o.lines.len > 0);
	free_outcome(&o);
	(void)unlink(path);
}

/* Tells into a buffer of that size. */
static bool tell_into(struct buffer *told, size_t max, bool fault)
{
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5 };
	struct span spans[] = { { 0x08000000, 3, bytes }, { 0x08000100, 5, bytes } };
	const struct image img = { .spans = spans, .n_spans = 2, .format = "ihex", .has_entry = true,
				   .entry = 0x08000101, .needs = { 13, 'M', 6 } };
	struct buffer lines;
	struct ctx c;
	bool good;

	ctx_init(&c);
	buf_init(&lines, 1000);
	confined_listen(&c, &lines);
	c.log.max = LOG_WARN;
	ctx_log(&c, LOG_WARN, "a line");
	if (fault)
		(void)ctx_fail(&c, SL_IMAGE, "image", "line 3 is bad");
	buf_init(told, max);
	good = confined_tell(&c, fault ? SL_IMAGE : SL_OK, &img, &lines, told);
	buf_free(&lines);
	return good;
}

static void tell(struct buffer *told, bool fault)
{
	assert_true(tell_into(told, 10000, fault));
}

static void tell__without_room_for_all__says_so(void **state)
{
	(void)state;
	for (int fault = 0; fault < 2; fault++) {
		struct buffer whole, part;

		tell(&whole, fault);
		for (size_t max = 0; max < whole.len; max++) {
			assert_false(tell_into(&part, max, fault));
			buf_free(&part);
		}
		assert_true(tell_into(&part, whole.len, fault));
		buf_free(&part);
		buf_free(&whole);
	}
}

static void told__core_and_arithmetic_that_it_needs__arrive(void **state)
{
	struct source src = { .name = "x" };
	const struct image_format *format = NULL;
	struct buffer told;
	struct builder b;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	tell(&told, false);
	builder_init(&b);
	assert_int_equal(confined_hear(&c, &src, &told, &b, &format), SL_OK);
	assert_int_equal(b.needs.arch, 13);
	assert_int_equal(b.needs.profile, 'M');
	assert_int_equal(b.needs.fp, 6);
	builder_free(&b);
	buf_free(&told);
}

/* Hears len of the bytes. True when they were believed: an image, or a fault of an image. */
static bool hear(struct buffer *told, size_t len, enum sl_err *err)
{
	struct source src = { .name = "x" };
	const struct buffer in = { .data = told->data, .len = len };
	const struct image_format *format = NULL;
	struct built built = { .spans = NULL };
	struct builder b;
	struct ctx c;

	ctx_init(&c);
	builder_init(&b);
	*err = confined_hear(&c, &src, &in, &b, &format);
	if (!*err) {
		assert_non_null(format);
		*err = builder_finish(&c, &b, &src, &built);
	}
	if (*err)
		assert_int_equal(c.fault.code, *err);
	for (size_t i = 0; i < built.n_spans; i++)
		assert_true((uint64_t)built.spans[i].addr + built.spans[i].len <= UINT64_C(1) << 32);
	buf_free(&built.bytes);
	free(built.spans);
	builder_free(&b);
	return !*err;
}

static void told__cut_anywhere__is_no_image(void **state)
{
	struct buffer told;
	enum sl_err err;

	(void)state;
	for (int fault = 0; fault < 2; fault++) {
		tell(&told, fault);
		for (size_t len = 0; len < told.len; len++) {
			assert_false(hear(&told, len, &err));
			assert_int_equal(err, SL_OTHER);
		}
		assert_int_equal(hear(&told, told.len, &err), !fault);
		assert_int_equal(err, fault ? SL_IMAGE : SL_OK);
		buf_free(&told);
	}
}

static void told__any_byte_changed__does_no_harm(void **state)
{
	static const uint8_t masks[] = { 0x01, 0x80, 0xFF };
	struct buffer told;
	enum sl_err err;

	(void)state;
	for (int fault = 0; fault < 2; fault++) {
		tell(&told, fault);
		for (size_t i = 0; i < told.len * 3; i++) {
			told.data[i / 3] ^= masks[i % 3];
			(void)hear(&told, told.len, &err);
			told.data[i / 3] ^= masks[i % 3];
		}
		buf_free(&told);
	}
}

static void log_count(void *priv, enum log_level level, const char *line)
{
	(void)line;
	assert_true(level <= LOG_WIRE);
	(*(unsigned *)priv)++;
}

/* How many lines of what was told are logged. */
static unsigned logged(const struct buffer *told)
{
	struct source src = { .name = "x" };
	const struct image_format *format = NULL;
	unsigned n = 0;
	struct builder b;
	struct ctx c;

	ctx_init(&c);
	c.log = (struct log_sink){ .write = log_count, .priv = &n, .max = LOG_WIRE };
	builder_init(&b);
	assert_int_equal(confined_hear(&c, &src, told, &b, &format), SL_OK);
	builder_free(&b);
	return n;
}

/* Behind the status and the length of all lines stand the level and the length of the first. */
static void told__line_of_an_unknown_level_or_over_its_end__is_not_logged(void **state)
{
	enum { LEVEL = 8, LENGTH = 12, UNKNOWN = LOG_WIRE + 1 };
	struct buffer told;

	(void)state;
	tell(&told, false);
	assert_int_equal(logged(&told), 1);
	told.data[LENGTH]++;
	assert_int_equal(logged(&told), 0);
	told.data[LENGTH]--;
	told.data[LEVEL] = UNKNOWN;
	assert_int_equal(logged(&told), 0);
	buf_free(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_of_the_corpus__confined__gives_the_same),
		cmocka_unit_test(warnings__of_the_child__are_logged),
		cmocka_unit_test(tell__without_room_for_all__says_so),
		cmocka_unit_test(told__core_and_arithmetic_that_it_needs__arrive),
		cmocka_unit_test(told__cut_anywhere__is_no_image),
		cmocka_unit_test(told__any_byte_changed__does_no_harm),
		cmocka_unit_test(told__line_of_an_unknown_level_or_over_its_end__is_not_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
