/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * source.c - failures that name file and place.
 */
#include "image/source.h"

#include <stdarg.h>
#include <stdio.h>

/* Room for the name in front of what was found; the end of a long path tells more. */
enum { NAME_MAX_SHOWN = 60, TEXT_MAX = 160 };

static const char where[] = "image";

static const char *short_name(const char *name, char buf[NAME_MAX_SHOWN + 4])
{
	size_t len = 0;

	while (name[len])
		len++;
	if (len <= NAME_MAX_SHOWN)
		return name;
	(void)snprintf(buf, NAME_MAX_SHOWN + 4, "...%s", name + (len - NAME_MAX_SHOWN));
	return buf;
}

enum sl_err source_fail(struct ctx *c, const struct source *src, size_t at, const char *fmt, ...)
{
	char buf[NAME_MAX_SHOWN + 4];
	const char *name = short_name(src->name, buf);
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (src->unit == SOURCE_LINE)
		return ctx_fail(c, SL_IMAGE, where, "%s, line %zu: %s", name, at, text);
	return ctx_fail(c, SL_IMAGE, where, "%s, offset 0x%zx: %s", name, at, text);
}

enum sl_err source_fail_whole(struct ctx *c, const struct source *src, const char *fmt, ...)
{
	char buf[NAME_MAX_SHOWN + 4];
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return ctx_fail(c, SL_IMAGE, where, "%s %s", short_name(src->name, buf), text);
}

enum sl_err source_fail_nomem(struct ctx *c, const struct source *src)
{
	char buf[NAME_MAX_SHOWN + 4];

	return ctx_fail(c, SL_NOMEM, where, "no memory for %s", short_name(src->name, buf));
}
