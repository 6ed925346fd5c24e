/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * confined.c - an image, or the fault that there is none, as little endian words and bytes.
 */
#include "image/confined.h"

#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"

enum { LINES_MAX = 64, LINE_MAX_BYTES = 512 };

static const char where[] = "image";

static bool tell_word(struct buffer *out, uint32_t v)
{
	uint8_t le[4];

	put_le32(le, v);
	return !buf_append(out, le, sizeof(le));
}

static bool tell_text(struct buffer *out, const char *text)
{
	return tell_word(out, (uint32_t)strlen(text)) && !buf_append(out, text, strlen(text));
}

static void keep_line(void *priv, enum log_level level, const char *line)
{
	struct buffer *lines = priv;

	/* A line that finds no room is lost, not the image. */
	if (lines->len < lines->max / 2)
		(void)(tell_word(lines, (uint32_t)level) && tell_text(lines, line));
}

void confined_listen(struct ctx *c, struct buffer *lines)
{
	c->log.write = keep_line;
	c->log.priv = lines;
}

static bool tell_fault(const struct fault *f, struct buffer *out)
{
	return tell_word(out, (uint32_t)f->cause) && tell_word(out, f->has_addr != 0) &&
	       tell_word(out, f->addr) && tell_text(out, f->text) && tell_text(out, f->hint) &&
	       tell_text(out, f->doing);
}

static uint32_t index_of(const char *format)
{
	size_t n, i = 0;
	const struct image_format *const *formats = image_formats(&n);

	while (i < n && strcmp(formats[i]->name, format) != 0)
		i++;
	return (uint32_t)i;
}

static bool tell_needs(struct buffer *out, const struct image_needs *n)
{
	return tell_word(out, (uint32_t)n->arch | (uint32_t)n->profile << 8 | (uint32_t)n->fp << 16);
}

static struct image_needs hear_needs(struct cursor *in)
{
	uint32_t word = cur_le32(in);

	return (struct image_needs){ (uint8_t)word, (uint8_t)(word >> 8), (uint8_t)(word >> 16) };
}

static bool tell_image(const struct image *img, struct buffer *out)
{
	bool good = tell_word(out, index_of(img->format)) && tell_word(out, img->has_entry) &&
		    tell_word(out, img->entry) && tell_needs(out, &img->needs) &&
		    tell_word(out, (uint32_t)img->n_spans);

	for (size_t i = 0; good && i < img->n_spans; i++)
		good = tell_word(out, img->spans[i].addr) &&
		       tell_word(out, (uint32_t)img->spans[i].len) &&
		       !buf_append(out, img->spans[i].data, img->spans[i].len);
	return good;
}

bool confined_tell(const struct ctx *c, enum sl_err err, const struct image *img,
		   const struct buffer *lines, struct buffer *out)
{
	if (!tell_word(out, (uint32_t)err) || !tell_word(out, (uint32_t)lines->len) ||
	    (lines->len && buf_append(out, lines->data, lines->len)))
		return false;
	return err ? tell_fault(&c->fault, out) : tell_image(img, out);
}

/* Takes a text that fits; a longer one makes no sense. Nothing in it is for a terminal to obey. */
static void hear_text(struct cursor *in, char *text, size_t size)
{
	uint32_t len = cur_le32(in);

	if (len >= size)
		in->over = true;
	else
		cur_bytes(in, text, len);
	len = in->over ? 0 : len;
	text[len] = '\0';
	for (uint32_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
			text[i] = '?';
}

static void hear_lines(struct ctx *c, struct cursor *in)
{
	uint32_t len = cur_le32(in);
	const uint8_t *bytes = cur_view(in, len);
	struct cursor lines = cur_make(bytes, bytes ? len : 0);
	char line[LINE_MAX_BYTES];

	for (int i = 0; i < LINES_MAX && cur_left(&lines) > 0; i++) {
		uint32_t level = cur_le32(&lines);

		hear_text(&lines, line, sizeof(line));
		if (lines.over || level > LOG_WIRE)
			break;
		ctx_log(c, (enum log_level)level, "%s", line);
	}
}

static enum sl_err hear_fault(struct ctx *c, enum sl_err code, struct cursor *in)
{
	struct fault f = { .code = code, .where = where };
	uint32_t cause = cur_le32(in);

	f.has_addr = cur_le32(in) != 0;
	f.addr = cur_le32(in);
	hear_text(in, f.text, sizeof(f.text));
	hear_text(in, f.hint, sizeof(f.hint));
	hear_text(in, f.doing, sizeof(f.doing));
	if (in->over || cause >= CAUSE_END)
		return ctx_fail(c, SL_OTHER, where, "a confined child does not say what it found");
	f.cause = (enum sl_cause)cause;
	c->fault = f;
	return code;
}

static enum sl_err hear_image(struct ctx *c, const struct source *src, struct cursor *in,
			      struct builder *b, const struct image_format **format)
{
	size_t n;
	const struct image_format *const *formats = image_formats(&n);
	uint32_t which = cur_le32(in), has_entry = cur_le32(in), entry = cur_le32(in);
	struct image_needs needs = hear_needs(in);
	uint32_t left = cur_le32(in);
	enum sl_err err = SL_OK;

	for (; !err && left > 0 && !in->over; left--) {
		struct span s = { .addr = cur_le32(in) };

		s.len = cur_le32(in);
		s.data = cur_view(in, s.len);
		if (s.data)
			err = builder_add(c, b, src, 0, &s);
	}
	if (!err && (in->over || cur_left(in) > 0 || which >= n))
		err = ctx_fail(c, SL_OTHER, where, "a confined child gives no whole image");
	if (err)
		return err;
	if (has_entry)
		builder_entry(c, b, src, 0, entry);
	b->needs = needs;
	*format = formats[which];
	return SL_OK;
}

enum sl_err confined_hear(struct ctx *c, const struct source *src, const struct buffer *in,
			  struct builder *b, const struct image_format **format)
{
	struct cursor cur = cur_make(in->data, in->len);
	uint32_t code = cur_le32(&cur);

	hear_lines(c, &cur);
	if (cur.over || code >= SL_ERR_COUNT)
		return ctx_fail(c, SL_OTHER, where, "a confined child says nothing");
	if (code)
		return hear_fault(c, (enum sl_err)code, &cur);
	return hear_image(c, src, &cur, b, format);
}
