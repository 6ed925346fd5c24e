/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * assign.c - option bytes as text: NAME=VALUE on the command line and in files.
 *
 * The file: "NAME = VALUE" a line, "# ..." up to the end of a line is a comment, and one line
 * "chip = ID" names the device id that it is of.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "base/file.h"
#include "base/number.h"
#include "cli/describe.h"
#include "cli/option_words.h"

static const char where[] = "cli";

enum { LINE_CHARS = 200, LINE_ROOM = 160 };

/* ---- reading ---------------------------------------------------------------------- */

static bool name_char(char ch)
{
	return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '_';
}

static bool is_name(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!name_char(s[i]))
			return false;
	return len > 0 && len < ASSIGN_NAME_MAX;
}

/* One more; NULL: twice the same, or too many. */
static struct assignment *add(struct assignments *a, const char *name, size_t len, uint32_t value)
{
	struct assignment *x;

	for (size_t i = 0; i < a->n; i++)
		if (strlen(a->item[i].name) == len && memcmp(a->item[i].name, name, len) == 0)
			return NULL;
	if (a->n == ASSIGN_MAX)
		return NULL;
	x = &a->item[a->n++];
	*x = (struct assignment){ .value = value };
	memcpy(x->name, name, len);
	return x;
}

enum sl_err assign_parse_list(struct ctx *c, const char *text, struct assignments *out)
{
	memset(out, 0, sizeof(*out));
	for (const char *p = text;; p++) {
		size_t len = strcspn(p, ","), name = strcspn(p, "=,");
		uint32_t value = 0;

		if (name >= len || !is_name(p, name) || !num_parse(p + name + 1, len - name - 1, &value)) {
			(void)ctx_fail(c, SL_USAGE, where, "\"%.*s\" is not NAME=VALUE", len < 60 ?
				   (int)len : 60, p);
			ctx_hint(c, "stlink-download options lists the names; several are parted by commas");
			return SL_USAGE;
		}
		if (!add(out, p, name, value))
			return ctx_fail(c, SL_USAGE, where, "%.*s is given twice", (int)name, p);
		p += len;
		if (*p == '\0')
			return SL_OK;
	}
}

struct line {
	const char *s;
	size_t len;
};

static void trim(struct line *t)
{
	while (t->len > 0 && (t->s[0] == ' ' || t->s[0] == '\t')) {
		t->s++;
		t->len--;
	}
	while (t->len > 0 && strchr(" \t\r", t->s[t->len - 1]))
		t->len--;
}

static struct line next_line(struct cursor *cur)
{
	struct cursor start = *cur;
	struct line t;
	size_t len = 0;
	bool comment = false;

	for (t.len = 0; cur_left(cur) > 0; len++) {
		uint8_t ch = cur_u8(cur);

		if (ch == '\n')
			break;
		comment = comment || ch == '#';
		t.len += !comment;
	}
	t.s = (const char *)cur_view(&start, len);
	trim(&t);
	return t;
}

static enum sl_err bad_line(struct ctx *c, const char *file, unsigned line, const char *what)
{
	return ctx_fail(c, SL_IMAGE, where, "%.80s:%u: %s", file, line, what);
}

static enum sl_err take_line(struct ctx *c, const char *file, unsigned number, struct line t,
			     struct assignments *out)
{
	const char *equals = t.len > 0 ? memchr(t.s, '=', t.len) : NULL;
	struct line name, value;
	struct assignment *x;
	uint32_t v = 0;

	if (t.len == 0)
		return SL_OK;
	if (!equals || t.len > LINE_CHARS)
		return bad_line(c, file, number, "is not NAME = VALUE");
	name = (struct line){ t.s, (size_t)(equals - t.s) };
	value = (struct line){ equals + 1, t.len - name.len - 1 };
	trim(&name);
	trim(&value);
	if (!is_name(name.s, name.len) || !num_parse(value.s, value.len, &v))
		return bad_line(c, file, number, "is not NAME = VALUE");
	if (name.len == 4 && memcmp(name.s, "chip", 4) == 0) {
		if (out->has_chip)
			return bad_line(c, file, number, "names a second chip");
		out->has_chip = true;
		out->chip = v;
		return SL_OK;
	}
	x = add(out, name.s, name.len, v);
	if (!x)
		return bad_line(c, file, number, "a name for the second time, or too many names");
	x->line = number;
	return SL_OK;
}

enum sl_err assign_parse_file(struct ctx *c, const char *file, const void *data, size_t len,
			      struct assignments *out)
{
	struct cursor cur = cur_make(data, len);
	enum sl_err err = SL_OK;

	memset(out, 0, sizeof(*out));
	for (unsigned line = 1; !err && cur_left(&cur) > 0; line++)
		err = take_line(c, file, line, next_line(&cur), out);
	if (!err && (!out->has_chip || out->n == 0)) {
		err = ctx_fail(c, SL_IMAGE, where, "%.80s is no file of option bytes: no %s in it", file,
			       out->has_chip ? "field" : "line \"chip = ID\"");
		ctx_hint(c, "stlink-download options=FILE writes one");
	}
	return err;
}

/* ---- writing ---------------------------------------------------------------------- */

enum sl_err assign_write_file(struct session *s, const struct option_bytes *ob, const struct ob_state *st,
			      const char *path)
{
	const struct target_info *info = target_get_info(s->target);
	char name[CHIP_NAME_MAX], line[CHIP_NAME_MAX + LINE_ROOM];
	const struct ob_field *f;
	struct buffer b;
	enum sl_err err;
	int n;

	buf_init(&b, OPTION_FILE_MAX);
	n = snprintf(line, sizeof(line), "# option bytes of %s (%s), saved by stlink-download\n"
		     "chip = 0x%03x\n", describe_chip_name(info, name, sizeof(name)),
				   ob_manual(ob), info->dev_id);
	err = buf_append(&b, line, (size_t)n);
	for (size_t i = 0; !err && (f = ob_field(ob, i)) != NULL; i++) {
		uint32_t v = ob_get(f, &st->stored);

		n = snprintf(line, sizeof(line), "%s = 0x%" PRIx32 "\t# %s\n", f->name, v, ob_means(f, v));
		err = buf_append(&b, line, (size_t)n);
	}
	if (err)
		err = ctx_fail(s->ctx, err, where, "no memory for the file");
	if (!err)
		err = file_write_all(s->ctx, path, b.data, b.len, s->options->force);
	buf_free(&b);
	return err;
}

/* ---- a chip's ------------------------------------------------------------------------ */

static enum sl_err apply_one(struct session *s, const struct option_bytes *ob, const struct assignment *a,
			     struct ob_image *img)
{
	const struct ob_field *f = ob_find(ob, a->name, strlen(a->name));
	struct ob_image other = *img;
	char at[24] = "";

	if (a->line)
		(void)snprintf(at, sizeof(at), "line %u: ", a->line);
	if (!f) {
		(void)ctx_fail(s->ctx, SL_USAGE, where, "%sthis chip has no option %s", at, a->name);
		ctx_hint(s->ctx, "stlink-download options lists the names");
		return SL_USAGE;
	}
	if (!ob_fits(f, a->value))
		return ctx_fail(s->ctx, SL_USAGE, where,
			   "%s0x%" PRIx32 " does not fit the %u bit%s of %s", at,
				a->value, f->bits, f->bits == 1 ? "" : "s", f->name);
	ob_put(f, &other, a->value);
	if (!f->instead) {
		*img = other;
		return SL_OK;
	}
	/* One level has many values: a file of another day may have another one. */
	if (ob_get(f, img) == a->value || (strcmp(f->name, "RDP") == 0 && ob_level(ob,
		   img) == ob_level(ob, &other)))
		return SL_OK;
	(void)ctx_fail(s->ctx, SL_USAGE, where, "%s%s is 0x%" PRIx32 ", and is not changed to 0x%" PRIx32
		       " this way", at, f->name, ob_get(f, img), a->value);
	ctx_hint(s->ctx, "%s is changed by %s", f->name, f->instead);
	return SL_USAGE;
}

static enum sl_err refuse_pcrop(struct session *s)
{
	(void)ctx_fail(s->ctx, SL_FLASH, where, "PCROP is on: this chip's write protection bits say what "
		       "may not be read, and can only be taken off together with read protection");
	ctx_hint(s->ctx, "stlink-download lock=1, then unlock, which erases the flash");
	return SL_FLASH;
}

/* Do two images differ in what is write-protected? */
static bool areas_differ(const struct option_bytes *ob, const struct ob_image *a, const struct ob_image *b)
{
	for (size_t i = 0; ob_area(ob, i); i++)
		if (ob_area_guarded(ob, a, i) != ob_area_guarded(ob, b, i))
			return true;
	return false;
}

enum sl_err assign_apply(struct session *s, const struct option_bytes *ob, const struct assignments *a,
			 struct ob_image *img)
{
	struct ob_image before = *img;
	enum sl_err err = SL_OK;

	for (size_t i = 0; i < a->n && !err; i++)
		err = apply_one(s, ob, &a->item[i], img);
	if (!err && ob_pcrop(ob, &before) && areas_differ(ob, &before, img))
		err = refuse_pcrop(s);
	return err;
}

/* ---- areas of write protection -------------------------------------------------------- */

/* One item of a list: numbers from..to, or with is_addr addresses. */
struct item {
	bool is_addr;
	uint32_t from, to;
};

static bool parse_item(const char *text, size_t len, struct item *out)
{
	size_t head = 0;
	bool ok;

	out->is_addr = len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	while (head < len && text[head] != (out->is_addr ? ':' : '-'))
		head++;
	ok = num_parse(text, head, &out->from);
	out->to = out->from;
	if (ok && head < len)
		ok = num_parse(text + head + 1, len - head - 1, &out->to);
	if (!ok || head == len || !out->is_addr)
		return ok && out->to >= out->from;
	/* A length. */
	if (out->to == 0 || out->to - 1 > UINT32_MAX - out->from)
		return false;
	out->to = out->from + out->to - 1;
	return true;
}

static enum sl_err bad_item(struct ctx *c, const char *text, size_t len, const char *why)
{
	(void)ctx_fail(c, SL_USAGE, where, "\"%.*s\" %s", len < 60 ? (int)len : 60, text, why);
	ctx_hint(c, "wrp=all, wrp=none, or numbers and addresses: wrp=0-3,7,0x08010000:8k; stlink-download "
		 "protection shows the numbers");
	return SL_USAGE;
}

enum sl_err areas_check_text(struct ctx *c, const char *text)
{
	struct item it;

	if (strcmp(text, "all") == 0 || strcmp(text, "none") == 0)
		return SL_OK;
	for (const char *p = text;; p++) {
		size_t len = strcspn(p, ",");

		if (!parse_item(p, len, &it))
			return bad_item(c, p, len, "is no area of write protection");
		p += len;
		if (*p == '\0')
			return SL_OK;
	}
}

static bool area_in(const struct ob_area *a, size_t number, const struct item *it)
{
	if (!it->is_addr)
		return number >= it->from && number <= it->to;
	return it->from <= a->addr + (a->bytes - 1) && it->to >= a->addr;
}

/* Everything that is named must be there. */
static bool all_there(const struct option_bytes *ob, const struct item *it)
{
	size_t n = 0;
	bool first = false, last = false;

	for (const struct ob_area *a; (a = ob_area(ob, n)) != NULL; n++) {
		uint32_t end = a->addr + (a->bytes - 1);

		first = first || (it->from >= a->addr && it->from <= end);
		last = last || (it->to >= a->addr && it->to <= end);
	}
	return it->is_addr ? first && last : it->to < n;
}

static enum sl_err guard_list(struct session *s, const struct option_bytes *ob, const char *text,
			      struct ob_image *img)
{
	struct item it;

	for (const char *p = text;; p++) {
		size_t len = strcspn(p, ",");

		if (!parse_item(p, len, &it) || !all_there(ob, &it))
			return bad_item(s->ctx, p, len, "is not in this chip's flash");
		for (size_t i = 0; ob_area(ob, i); i++)
			if (area_in(ob_area(ob, i), i, &it))
				ob_area_guard(ob, img, i, true);
		p += len;
		if (*p == '\0')
			return SL_OK;
	}
}

enum sl_err areas_parse(struct session *s, const struct option_bytes *ob, const char *text,
			struct ob_image *img)
{
	bool all = strcmp(text, "all") == 0;

	if (ob_pcrop(ob, img))
		return refuse_pcrop(s);
	for (size_t i = 0; ob_area(ob, i); i++)
		ob_area_guard(ob, img, i, all);
	return all || strcmp(text, "none") == 0 ? SL_OK : guard_list(s, ob, text, img);
}
