/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_image.c - any bytes as an image file of any format.
 *
 * What is accepted must keep the promises of image/image.h, and one in four must come back the
 * same after being written as Intel HEX or as S-record. The mutator repairs
 * checksums in some inputs, so that the parsers behind them are reached; nothing in
 * the product is built differently for this. With FUZZ_FOCUS=elf, ihex or srec it also
 * makes inputs that are recognised as such.
 */
#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "tests/fuzz/fuzz.h"

/* MemorySanitizer: libFuzzer is not compiled with it, and writes all that it hands over. */
void __msan_unpoison(const volatile void *p, size_t n) __attribute__((weak));

static void check_promises(const struct image *img, size_t size)
{
	uint64_t end = 0;
	uint64_t total = 0;
	unsigned sum = 0;

	must(img->n_spans > 0 && img->n_spans <= IMAGE_MAX_SPANS);
	for (size_t i = 0; i < img->n_spans; i++) {
		const struct span *s = &img->spans[i];

		must(s->len > 0);
		must(i == 0 || s->addr > end);
		end = (uint64_t)s->addr + s->len;
		must(end <= UINT64_C(0x100000000));
		total += s->len;
		for (size_t k = 0; k < s->len; k++)
			sum += s->data[k];
	}
	must(total == img->total && total <= IMAGE_MAX_BYTES);
	must(sum <= total * 255);
	if (strcmp(img->format, "bin") == 0)
		must(total == size && img->n_spans == 1 && img->spans[0].addr == 0x08000000);
	if (strcmp(img->format, "ihex") == 0 || strcmp(img->format, "srec") == 0)
		must(total < size / 2);
}

static void check_round_trip(struct ctx *c, const struct image *img, const char *format)
{
	const struct image_where where = { 0 };
	struct image *again = NULL;
	struct buffer out;

	must(image_to_memory(c, format, img->spans, img->n_spans, &out) == SL_OK);
	must(image_from_memory(c, out.data, out.len, &where, &again) == SL_OK);
	must(strcmp(again->format, format) == 0 && again->n_spans == img->n_spans);
	for (size_t i = 0; i < img->n_spans; i++) {
		const struct span *a = &img->spans[i];
		const struct span *b = &again->spans[i];

		must(a->addr == b->addr && a->len == b->len);
		must(memcmp(a->data, b->data, a->len) == 0);
	}
	image_free(again);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct image_where where = { .default_base = 0x08000000 };
	struct image *img = NULL;
	struct ctx c;
	enum sl_err err;

	ctx_init(&c);
	err = image_from_memory(&c, fence(data, size), size, &where, &img);
	if (err) {
		must(err == SL_IMAGE && img == NULL);
		must(c.fault.code == err && c.fault.text[0] != '\0');
		return 0;
	}
	check_promises(img, size);
	/* Two more parsers' work: for some, by a bit of their own. */
	if (data[size / 2] % 4 == 0)
		check_round_trip(&c, img, size % 2 ? "ihex" : "srec");
	image_free(img);
	return 0;
}

static int digit(uint8_t ch)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = ch ? strchr(digits, ch) : NULL;

	return at ? (int)(at - digits) : -1;
}

static void put_hex(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)"0123456789ABCDEF"[v >> 4 & 15];
	p[1] = (uint8_t)"0123456789ABCDEF"[v & 15];
}

/* Gives the record of n digits at p its right count and checksum. */
static void repair(uint8_t *p, size_t n, int srec)
{
	unsigned sum = 0;

	if (n < 8 || n % 2 || n / 2 > 255)
		return;
	put_hex(p, (unsigned)(srec ? n / 2 - 1 : n / 2 - 5) & 255);
	for (size_t i = 0; i + 2 < n; i += 2)
		sum += (unsigned)(digit(p[i]) << 4 | digit(p[i + 1]));
	put_hex(p + n - 2, (srec ? ~sum : 0u - sum) & 255);
}

static void repair_all(uint8_t *data, size_t size)
{
	size_t start = 0;

	while (start < size) {
		size_t skip = data[start] == ':' ? 1 : data[start] == 'S' ? 2 : 0;
		size_t n = 0;

		while (skip && start + skip + n < size && digit(data[start + skip + n]) >= 0)
			n++;
		if (skip)
			repair(data + start + skip, n, skip == 2);
		start += skip + n ? skip + n : 1;
	}
}

/* Makes the input one of the format that is looked at. */
static size_t focus(uint8_t *data, size_t size, size_t max_size)
{
	static const uint8_t elf[] = { 0x7F, 'E', 'L', 'F', 1, 1, 1 };
	const char *name = getenv("FUZZ_FOCUS");

	if (!name || max_size < 64)
		return size;
	if (strcmp(name, "elf") == 0) {
		memcpy(data, elf, sizeof(elf));
		if (size < 52)
			memset(data + size, 0, 52 - size);
		data[16] = 2;                   /* an executable, for ARM */
		data[18] = 40;
		return size < 52 ? 52 : size;
	}
	data[0] = strcmp(name, "ihex") == 0 ? ':' : strcmp(name, "srec") == 0 ? 'S' : data[0];
	return size ? size : 1;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (__msan_unpoison)
		__msan_unpoison(data, size);
	if (seed % 16 != 0)
		size = focus(data, size, max_size);
	if (seed % 4 != 0)
		repair_all(data, size);
	return size;
}
