/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * image.c - loading: recognise the format, let it add its pieces, hand out spans.
 */
#include "image/image.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/confine.h"
#include "base/file.h"
#include "image/confined.h"
#include "image/format.h"

enum { CONFINED_MS = 60000 };

struct image_store {
	struct buffer bytes;
};

static const struct image_format *recognise(const struct source *src)
{
	size_t n;
	const struct image_format *const *formats = image_formats(&n);

	for (size_t i = 0; i + 1 < n; i++)
		if (formats[i]->check(src->data, src->len))
			return formats[i];
	return formats[n - 1];
}

static struct image *image_new(void)
{
	struct image *img = calloc(1, sizeof(*img));

	if (!img)
		return NULL;
	img->store = calloc(1, sizeof(*img->store));
	if (!img->store) {
		free(img);
		return NULL;
	}
	return img;
}

/* Makes the image of what the builder has. Returns as builder_finish. */
static enum sl_err image_make(struct ctx *c, const struct source *src,
			      const struct image_format *format, struct builder *b,
			      struct image **out)
{
	struct built built = { .spans = NULL };
	struct image *img = image_new();
	enum sl_err err;

	if (!img)
		return source_fail_nomem(c, src);
	err = builder_finish(c, b, src, &built);
	if (err) {
		image_free(img);
		return err;
	}
	img->store->bytes = built.bytes;
	img->spans = built.spans;
	img->n_spans = built.n_spans;
	img->total = built.bytes.len;
	img->has_entry = b->has_entry;
	img->entry = b->has_entry ? b->entry : 0;
	img->needs = b->needs;
	img->format = format->name;
	img->title = format->title;
	ctx_log(c, LOG_DEBUG, "%s: %s, parts: %zu, bytes: %" PRIu64, src->name, img->title,
		img->n_spans, img->total);
	*out = img;
	return SL_OK;
}

/* The address that the user named fits the format, and the file is not empty. */
static enum sl_err check_source(struct ctx *c, const struct source *src,
				const struct image_format *format, const struct image_where *where)
{
	if (src->len == 0)
		return source_fail_whole(c, src, "is empty");
	if (src->len > IMAGE_MAX_BYTES)
		return source_fail_whole(c, src, "is larger than %d bytes", IMAGE_MAX_BYTES);
	if (where->has_addr && !format->takes_address) {
		(void)source_fail_whole(c, src, "is %s, which says itself where it belongs; "
					"@0x%08" PRIx32 " cannot move it", format->title, where->addr);
		ctx_hint(c, "leave the address out");
		return SL_IMAGE;
	}
	return SL_OK;
}

static enum sl_err load_here(struct ctx *c, struct source *src, const struct image_where *at,
			     struct image **out)
{
	const struct image_format *format = recognise(src);
	struct builder b;
	enum sl_err err;

	src->unit = format->unit;
	src->base = at->has_addr ? at->addr : at->default_base;
	err = check_source(c, src, format, at);
	if (err)
		return err;
	builder_init(&b);
	err = format->load(c, src, &b);
	if (!err)
		err = image_make(c, src, format, &b, out);
	builder_free(&b);
	return err;
}

struct errand {
	struct ctx *ctx;
	struct source *src;
	const struct image_where *at;
};

/* In the child, which ends afterwards: nothing needs to be freed. */
static void load_there(void *arg, struct buffer *out)
{
	enum { LINES_MAX_BYTES = 32 * 1024 };
	struct errand *e = arg;
	struct image *img = NULL;
	struct buffer lines;
	enum sl_err err;

	buf_init(&lines, LINES_MAX_BYTES);
	confined_listen(e->ctx, &lines);
	err = load_here(e->ctx, e->src, e->at, &img);
	if (!confined_tell(e->ctx, err, img, &lines, out))
		out->len = 0;
}

static enum sl_err load_confined(struct ctx *c, struct source *src, const struct image_where *at,
				 struct image **out)
{
	struct errand e = { .ctx = c, .src = src, .at = at };
	const struct image_format *format = NULL;
	struct buffer told;
	struct builder b;
	enum sl_err err;

	builder_init(&b);
	buf_init(&told, CONFINED_MAX_BYTES);
	err = confine_run(c, load_there, &e, CONFINED_MS, &told);
	if (err)
		err = ctx_doing(c, err, "taking %s apart", src->name);
	else
		err = confined_hear(c, src, &told, &b, &format);
	if (!err)
		err = image_make(c, src, format, &b, out);
	buf_free(&told);
	builder_free(&b);
	return err;
}

static enum sl_err load_source(struct ctx *c, struct source *src, const struct image_where *at,
			       struct image **out)
{
	return at->confined ? load_confined(c, src, at, out) : load_here(c, src, at, out);
}

enum sl_err image_load(struct ctx *c, const char *path, const struct image_where *where,
		       struct image **out)
{
	struct source src = { .name = strcmp(path, "-") == 0 ? "standard input" : path };
	struct buffer b;
	enum sl_err err;

	buf_init(&b, IMAGE_MAX_BYTES);
	err = file_read_all(c, path, &b);
	if (!err) {
		src.data = b.data;
		src.len = b.len;
		err = load_source(c, &src, where, out);
	}
	buf_free(&b);
	return err;
}

enum sl_err image_from_memory(struct ctx *c, const void *bytes, size_t len,
			      const struct image_where *where, struct image **out)
{
	struct source src = { .name = "image", .data = bytes, .len = len };

	return load_source(c, &src, where, out);
}

void image_free(struct image *img)
{
	if (!img)
		return;
	buf_free(&img->store->bytes);
	free(img->store);
	free(img->spans);
	free(img);
}

const struct span *image_spans(const struct image *img, size_t *n)
{
	*n = img->n_spans;
	return img->spans;
}
