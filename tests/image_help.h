/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * image_help.h - what the tests of image/ share: loading from strings and files of
 * the corpus, and saying what must come out. Run from the top of the project.
 */
#ifndef TESTS_IMAGE_HELP_H
#define TESTS_IMAGE_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "image/image.h"

static const struct image_where nowhere = { .default_base = 0x08000000 };

/* Loads len bytes, which must succeed and be of the format. */
static inline struct image *load_bytes(const void *bytes, size_t len, const char *format)
{
	struct image *img = NULL;
	struct ctx c;

	ctx_init(&c);
	if (image_from_memory(&c, bytes, len, &nowhere, &img))
		fail_msg("refused: %s", c.fault.text);
	assert_string_equal(img->format, format);
	return img;
}

static inline struct image *load_text(const char *text, const char *format)
{
	return load_bytes(text, strlen(text), format);
}

static inline struct image *load_corpus(const char *name, const char *format)
{
	struct image *img = NULL;
	char path[200];
	struct ctx c;

	ctx_init(&c);
	(void)snprintf(path, sizeof(path), "tests/corpus/image/%s", name);
	if (image_load(&c, path, &nowhere, &img))
		fail_msg("refused: %s", c.fault.text);
	assert_string_equal(img->format, format);
	return img;
}

/* Loads len bytes, which must be refused with exactly this text behind "image". */
static inline void refuse_bytes(const void *bytes, size_t len, const char *text)
{
	struct image untouched;
	struct image *img = &untouched;
	struct ctx c;

	ctx_init(&c);
	assert_int_equal(image_from_memory(&c, bytes, len, &nowhere, &img), SL_IMAGE);
	assert_int_equal(c.fault.code, SL_IMAGE);
	assert_string_equal(c.fault.where, "image");
	assert_string_equal(c.fault.text, text);
	assert_ptr_equal(img, &untouched);
}

static inline void refuse_text(const char *bytes, const char *text)
{
	refuse_bytes(bytes, strlen(bytes), text);
}

static inline void assert_span(const struct image *img, size_t i, uint32_t addr, const char *bytes,
			       size_t len)
{
	size_t n;
	const struct span *s = image_spans(img, &n);

	assert_true(i < n);
	assert_int_equal(s[i].addr, addr);
	assert_int_equal(s[i].len, len);
	assert_memory_equal(s[i].data, bytes, len);
}

/* Two images with the same bytes at the same addresses and the same start. */
static inline void assert_same(const struct image *a, const struct image *b)
{
	assert_int_equal(a->n_spans, b->n_spans);
	assert_int_equal(a->total, b->total);
	for (size_t i = 0; i < a->n_spans; i++)
		assert_span(b, i, a->spans[i].addr, (const char *)a->spans[i].data,
			    a->spans[i].len);
}

#endif
