/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_image_limits.c - each limit: what is exactly at it is taken, one more is not.
 */
#include "tests/image_help.h"

#include <stdlib.h>

#include "base/bytes.h"

struct text {
	char *at;
	size_t len;
};

static struct text text_new(size_t max)
{
	struct text t = { .at = malloc(max) };

	assert_non_null(t.at);
	return t;
}

static void add(struct text *t, const char *what)
{
	size_t n = strlen(what);

	memcpy(t->at + t->len, what, n);
	t->len += n;
}

static void bytes__limit_of_a_file__is_64_mebibytes(void **state)
{
	uint8_t *bytes = calloc(1, (size_t)IMAGE_MAX_BYTES + 1);
	struct image *img;

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(IMAGE_MAX_BYTES, 67108864);
	img = load_bytes(bytes, IMAGE_MAX_BYTES, "bin");
	assert_int_equal(img->total, IMAGE_MAX_BYTES);
	image_free(img);
	refuse_bytes(bytes, (size_t)IMAGE_MAX_BYTES + 1, "image is larger than 67108864 bytes");
	free(bytes);
}

/* Two segments that share their bytes in the file: together larger than the file. */
static void bytes__limit_of_all_segments__is_64_mebibytes(void **state)
{
	const uint32_t half = IMAGE_MAX_BYTES / 2;
	const size_t len = (size_t)half + 116;
	uint8_t *elf = calloc(1, len);
	struct image *img;

	(void)state;
	assert_non_null(elf);
	memcpy(elf, "\x7f" "ELF\1\1\1", 7);
	put_le16(elf + 16, 2);
	put_le16(elf + 18, 40);
	put_le32(elf + 28, 52);
	put_le16(elf + 42, 32);
	put_le16(elf + 44, 2);
	for (uint32_t i = 0; i < 2; i++) {
		uint8_t *ph = elf + 52 + 32 * i;

		put_le32(ph, 1);
		put_le32(ph + 4, 116);
		put_le32(ph + 12, 0x80000000 * i);
		put_le32(ph + 16, half);
		put_le32(ph + 20, half);
	}
	img = load_bytes(elf, len, "elf");
	assert_int_equal(img->total, IMAGE_MAX_BYTES);
	assert_int_equal(img->n_spans, 2);
	image_free(img);
	/* A third program header behind the second moves the shared bytes by 32. */
	put_le16(elf + 44, 3);
	memcpy(elf + 116, elf + 84, 32);
	put_le32(elf + 116 + 12, 0x40000000);
	for (uint32_t i = 0; i < 3; i++) {
		put_le32(elf + 52 + 32 * i + 4, 148);
		put_le32(elf + 52 + 32 * i + 16, i < 2 ? half - 32 : 64);
	}
	image_free(load_bytes(elf, len, "elf"));
	put_le32(elf + 116 + 16, 65);
	refuse_bytes(elf, len, "image, offset 0x74: the image holds more than 67108864 bytes");
	free(elf);
}

static void records__limit__is_one_mebi(void **state)
{
	struct text t = text_new((size_t)13 * (IMAGE_MAX_RECORDS + 4));

	(void)state;
	assert_int_equal(IMAGE_MAX_RECORDS, 1048576);
	add(&t, ":01000000AA55\n\n\n"); /* blank lines are no records */
	for (int i = 0; i < IMAGE_MAX_RECORDS - 2; i++)
		add(&t, ":0000000000\n");
	add(&t, ":00000001FF\n");
	image_free(load_bytes(t.at, t.len, "ihex"));
	t.len -= 12;
	add(&t, ":0000000000\n:00000001FF\n");
	refuse_bytes(t.at, t.len, "image, line 1048579: more than 1048576 records");
	free(t.at);
}

static void records__limit_in_srec__is_one_mebi(void **state)
{
	struct text t = text_new((size_t)12 * (IMAGE_MAX_RECORDS + 4));

	(void)state;
	add(&t, "S1040000AA51\n");
	for (int i = 0; i < IMAGE_MAX_RECORDS - 2; i++)
		add(&t, "S1030000FC\n");
	add(&t, "S9030000FC\n");
	image_free(load_bytes(t.at, t.len, "srec"));
	t.len -= 11;
	add(&t, "S1030000FC\nS9030000FC\n");
	refuse_bytes(t.at, t.len, "image, line 1048577: more than 1048576 records");
	free(t.at);
}

/* n parts of one byte, the last first, every second address. */
static struct text parts(unsigned n)
{
	struct text t = text_new((size_t)n * 16 + 16);

	for (unsigned i = n; i-- > 0;) {
		unsigned addr = 2 * i;
		unsigned sum = 1 + (addr >> 8) + (addr & 255);
		char line[32];

		(void)snprintf(line, sizeof(line), ":01%04X0000%02X\n", addr & 0xffff, -sum & 255);
		add(&t, line);
	}
	add(&t, ":00000001FF\n");
	return t;
}

static void parts__limit__is_4096(void **state)
{
	struct text t = parts(IMAGE_MAX_SPANS);
	struct image *img;

	(void)state;
	assert_int_equal(IMAGE_MAX_SPANS, 4096);
	img = load_bytes(t.at, t.len, "ihex");
	assert_int_equal(img->n_spans, 4096);
	for (uint32_t i = 0; i < 4096; i++)
		assert_int_equal(img->spans[i].addr, 2 * i);
	image_free(img);
	free(t.at);
	t = parts(IMAGE_MAX_SPANS + 1);
	refuse_bytes(t.at, t.len, "image has 4097 separate parts; at most 4096 are taken");
	free(t.at);
}

static void parts__limit_when_writing__is_4096(void **state)
{
	static struct span spans[IMAGE_MAX_SPANS + 1];
	struct buffer out;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	for (uint32_t i = 0; i <= IMAGE_MAX_SPANS; i++)
		spans[i] = (struct span){ .addr = 2 * i, .len = 1, .data = (const uint8_t *)"x" };
	assert_int_equal(image_to_memory(&c, "ihex", spans, IMAGE_MAX_SPANS, &out), SL_OK);
	image_free(load_bytes(out.data, out.len, "ihex"));
	buf_free(&out);
	assert_int_equal(image_to_memory(&c, "ihex", spans, IMAGE_MAX_SPANS + 1, &out), SL_IMAGE);
	buf_free(&out);
}

static void name__however_long__leaves_room_for_what_was_found(void **state)
{
	char path[1200];
	struct image *img = NULL;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	memset(path, 0, sizeof(path));
	while (strlen(path) < 1000)
		(void)strncat(path, "tests/../", sizeof(path) - strlen(path) - 1);
	(void)strncat(path, "tests/corpus/image/x86-64.elf", sizeof(path) - strlen(path) - 1);
	assert_int_equal(image_load(&c, path, &nowhere, &img), SL_IMAGE);
	assert_non_null(strstr(c.fault.text, "..."));
	assert_non_null(strstr(c.fault.text, "corpus/image/x86-64.elf, offset 0x4: ELF class is 2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes__limit_of_a_file__is_64_mebibytes),
		cmocka_unit_test(bytes__limit_of_all_segments__is_64_mebibytes),
		cmocka_unit_test(records__limit__is_one_mebi),
		cmocka_unit_test(records__limit_in_srec__is_one_mebi),
		cmocka_unit_test(parts__limit__is_4096),
		cmocka_unit_test(parts__limit_when_writing__is_4096),
		cmocka_unit_test(name__however_long__leaves_room_for_what_was_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
