/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_child.c - any bytes as what the confined child tells of an image: it may be the one whom a hostile
 * image has taken over.
 *
 * What is taken must keep the promises of image/image.h, as an image's own.
 */
#include <string.h>

#include "image/confined.h"
#include "tests/fuzz/fuzz.h"

/* Nothing that a terminal would obey. */
static void check_text(const char *text, size_t room)
{
	must(memchr(text, '\0', room) != NULL);
	for (const char *p = text; *p; p++)
		must((unsigned char)*p >= ' ' && *p != 0x7F);
}

static void check_log(void *priv, enum log_level level, const char *line)
{
	(void)priv;
	must(level <= LOG_WIRE);
	check_text(line, 4096);
}

static void check_built(struct ctx *c, struct builder *b, const struct source *src)
{
	struct built built;
	uint64_t end = 0;

	if (builder_finish(c, b, src, &built))
		return;
	must(built.n_spans > 0 && built.n_spans <= IMAGE_MAX_SPANS);
	for (size_t i = 0; i < built.n_spans; i++) {
		must(built.spans[i].len > 0 && (i == 0 || built.spans[i].addr > end));
		end = (uint64_t)built.spans[i].addr + built.spans[i].len;
		must(end <= UINT64_C(0x100000000));
	}
	buf_free(&built.bytes);
	free(built.spans);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct source src = { .name = "f" };
	const struct image_format *format = NULL;
	struct buffer in = { .len = size, .cap = size, .max = size };
	struct builder b;
	struct ctx c;
	enum sl_err err;

	ctx_init(&c);
	c.log.max = LOG_WIRE;
	c.log.write = check_log;
	in.data = (uint8_t *)(uintptr_t)fence(data, size);
	builder_init(&b);
	err = confined_hear(&c, &src, &in, &b, &format);
	must((err == SL_OK) == (format != NULL));
	if (err) {
		must(c.fault.code == err && c.fault.cause < CAUSE_END);
		check_text(c.fault.text, sizeof(c.fault.text));
		check_text(c.fault.hint, sizeof(c.fault.hint));
		check_text(c.fault.doing, sizeof(c.fault.doing));
	} else {
		check_built(&c, &b, &src);
	}
	builder_free(&b);
	return 0;
}
