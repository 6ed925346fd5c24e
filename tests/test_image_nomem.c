/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_image_nomem.c - each allocation fails once: the answer is SL_NOMEM, nothing
 * leaks, and nothing is half done. Not under AddressSanitizer, which owns the heap.
 */
#include "tests/image_help.h"

#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define HEAP_IS_TAKEN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEAP_IS_TAKEN 1
#endif
#endif

#ifdef HEAP_IS_TAKEN

static void nomem__every_allocation__is_answered(void **state)
{
	(void)state;
	skip();
}

#else

void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

/* Allocations that succeed before one fails; negative: none fails. */
static int until_failure = -1;
static int live;

static int fails_now(void)
{
	return until_failure >= 0 && until_failure-- == 0;
}

void *calloc(size_t n, size_t size)
{
	void *p = fails_now() ? NULL : __libc_calloc(n, size);

	live += p != NULL;
	return p;
}

void *realloc(void *old, size_t size)
{
	void *p = fails_now() ? NULL : __libc_realloc(old, size);

	live += p != NULL && old == NULL;
	return p;
}

void free(void *p)
{
	live -= p != NULL;
	__libc_free(p);
}

/* Fails allocation 0, 1, 2 ... of loading path, until none is left to fail. */
static int count_failures(const char *path)
{
	for (int n = 0;; n++) {
		struct image *img = NULL;
		struct ctx c;
		enum sl_err err;
		int before = live;

		ctx_init(&c);
		until_failure = n;
		err = image_load(&c, path, &nowhere, &img);
		if (until_failure >= 0) {
			until_failure = -1;
			assert_int_equal(err, SL_OK);
			image_free(img);
			assert_int_equal(live, before);
			return n;
		}
		assert_int_equal(err, SL_NOMEM);
		assert_int_equal(c.fault.code, SL_NOMEM);
		assert_null(img);
		assert_int_equal(live, before);
	}
}

static void nomem__every_allocation_of_loading__is_answered(void)
{
	/* file, image, store, pieces, bytes, spans */
	assert_true(count_failures("tests/corpus/image/program.hex") >= 6);
	assert_true(count_failures("tests/corpus/image/program.s37") >= 6);
	assert_true(count_failures("tests/corpus/image/program.elf") >= 6);
	assert_true(count_failures("tests/corpus/image/program-isr.bin") >= 6);
	/* and the bytes once more, in order */
	assert_true(count_failures("tests/corpus/image/unordered.hex") >= 7);
}

static void nomem__every_allocation_of_writing__is_answered(void)
{
	static const uint8_t bytes[400];
	static const struct span s = { .addr = 0, .len = sizeof(bytes), .data = bytes };
	static const char *const formats[] = { "bin", "ihex", "srec" };

	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		int before = live;
		int n;

		for (n = 0;; n++) {
			struct buffer out;
			struct ctx c;
			enum sl_err err;

			ctx_init(&c);
			until_failure = n;
			err = image_to_memory(&c, formats[i], &s, 1, &out);
			buf_free(&out);
			assert_int_equal(live, before);
			if (until_failure >= 0)
				break;
			assert_int_equal(err, SL_NOMEM);
			assert_int_equal(c.fault.code, SL_NOMEM);
		}
		until_failure = -1;
		assert_true(n >= 1);
	}
}

static void nomem__every_allocation__is_answered(void **state)
{
	(void)state;
	nomem__every_allocation_of_loading__is_answered();
	nomem__every_allocation_of_writing__is_answered();
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nomem__every_allocation__is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
