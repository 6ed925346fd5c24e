/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * write.c - spans into files; the format is the one that the file's name asks for.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "image/format.h"
#include "image/image.h"

static const char where[] = "image";

static const struct image_format *format_named(const char *name)
{
	size_t n;
	const struct image_format *const *formats = image_formats(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

static bool has_extension(const struct image_format *format, const char *ext)
{
	for (const char *const *e = format->extensions; e && *e; e++)
		if (strcasecmp(*e, ext) == 0)
			return true;
	return false;
}

const char *image_format_of_name(const char *path)
{
	const char *dot = strrchr(path, '.'); /* in a directory's name, what follows has a slash */
	size_t n;
	const struct image_format *const *formats = image_formats(&n);

	for (size_t i = 0; dot && i < n; i++)
		if (has_extension(formats[i], dot + 1))
			return formats[i]->name;
	return formats[n - 1]->name;
}

static enum sl_err check_spans(struct ctx *c, const struct span *spans, size_t n)
{
	uint64_t end = 0;

	for (size_t i = 0; i < n; i++) {
		if (spans[i].len == 0 || spans[i].addr < end ||
		    spans[i].len > UINT64_C(0x100000000) - spans[i].addr)
			return ctx_fail(c, SL_BUG, where, "span %zu at 0x%08" PRIx32 " of %zu bytes is "
					"out of order", i, spans[i].addr, spans[i].len);
		end = (uint64_t)spans[i].addr + spans[i].len;
	}
	if (n == 0)
		return ctx_fail(c, SL_IMAGE, where, "there are no bytes to write");
	if (n > IMAGE_MAX_SPANS)
		return ctx_fail(c, SL_IMAGE, where, "%zu separate parts; at most %d are written", n,
				IMAGE_MAX_SPANS);
	return SL_OK;
}

enum sl_err image_to_memory(struct ctx *c, const char *format, const struct span *spans, size_t n,
			    struct buffer *out)
{
	const struct image_format *f = format_named(format);
	enum sl_err err;

	/* No file is written that image_load would refuse as too large. */
	buf_init(out, IMAGE_MAX_BYTES);
	if (!f || !f->write)
		return ctx_fail(c, SL_UNSUPPORTED, where, "format %s cannot be written", format);
	err = check_spans(c, spans, n);
	if (err)
		return err;
	err = f->write(c, spans, n, out);
	if (err == SL_NOMEM)
		return ctx_fail(c, SL_NOMEM, where, "no memory for the %s file", f->title);
	if (err == SL_OTHER)
		return ctx_fail(c, SL_IMAGE, where, "the %s file would have more than %d bytes",
				f->title, IMAGE_MAX_BYTES);
	return err;
}

enum sl_err image_write(struct ctx *c, const char *path, const struct span *spans, size_t n,
			bool force)
{
	struct buffer out;
	enum sl_err err;

	if (strcmp(path, "-") == 0)
		return ctx_fail(c, SL_FILE, where, "an image is not written to standard output");
	err = file_check_new(c, path, force);
	if (err)
		return err;
	err = image_to_memory(c, image_format_of_name(path), spans, n, &out);
	if (!err)
		err = file_write_all(c, path, out.data, out.len, force);
	buf_free(&out);
	return err;
}
