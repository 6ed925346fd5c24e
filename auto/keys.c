/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * keys.c - the one table of configuration keys, and what each takes.
 */
#include "auto/keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

static const char where[] = "auto";

enum sl_err auto_fail(struct auto_place *at, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)ctx_fail(at->ctx, SL_USAGE, where, "%.120s:%u: %s", at->file, at->line, text);
	ctx_hint(at->ctx, "stlink-autoflash(5) is the grammar; autoflash --check tries it");
	return SL_USAGE;
}

static bool is_word(const struct auto_text *t, const char *word)
{
	return t->len == strlen(word) && memcmp(t->s, word, t->len) == 0;
}

/* Only characters that stand in allowed. */
static bool made_of(const struct auto_text *t, const char *allowed)
{
	for (size_t i = 0; i < t->len; i++)
		if (!strchr(allowed, t->s[i]))
			return false;
	return true;
}

static enum sl_err take_serial(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	if (is_word(v, "any"))
		return SL_OK;
	for (size_t i = 0; i < v->len; i++)
		if (v->s[i] <= ' ' || v->s[i] > '~')
			return auto_fail(at, "a serial is printable ASCII, as list shows it, or any");
	return auto_keep(at, v, &r->serial);
}

static enum sl_err take_port(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	static const char url[] = "usbip:";
	size_t len = sizeof(url) - 1;

	if (is_word(v, "any"))
		return SL_OK;
	if (!made_of(v, "0123456789-.") && (v->len < len || memcmp(v->s, url, len) != 0))
		return auto_fail(at, "a port is written 1-2.3, as list shows it, or any");
	return auto_keep(at, v, &r->port);
}

static enum sl_err take_chip(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	uint32_t id = 0;

	if (!num_parse(v->s, v->len, &id) || id == 0 || id > 0xFFF)
		return auto_fail(at, "a chip is its device id, for example 0x410, as info shows it");
	if (r->n_chips == AUTO_CHIPS_MAX)
		return auto_fail(at, "a board has at most %d chip lines", AUTO_CHIPS_MAX);
	r->chip[r->n_chips++] = (uint16_t)id;
	return SL_OK;
}

/* The value of a hexadecimal digit, or -1. */
static int hex_digit(char ch)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *p = ch ? strchr(digits, ch) : NULL;

	return p ? (int)((p - digits) & 15) : -1;
}

enum sl_err auto_take_uid(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	struct auto_uid uid, *more;

	for (size_t i = 0; i < AUTO_UID_BYTES; i++) {
		int high = v->len == 2 * AUTO_UID_BYTES ? hex_digit(v->s[2 * i]) : -1;
		int low = high < 0 ? -1 : hex_digit(v->s[2 * i + 1]);

		if (low < 0)
			return auto_fail(at, "a unique id is 24 hexadecimal digits, as info shows it");
		uid.bytes[i] = (uint8_t)(high << 4 | low);
	}
	if (r->n_uids == AUTO_UIDS_MAX)
		return auto_fail(at, "a board has at most %d unique ids", AUTO_UIDS_MAX);
	/* Powers of two: room is made when the number is one. */
	if ((r->n_uids & (r->n_uids - 1)) == 0) {
		more = realloc(r->uid, (r->n_uids ? 2 * r->n_uids : 1) * sizeof(*more));
		if (!more)
			return ctx_fail(at->ctx, SL_NOMEM, where, "no memory for unique ids");
		r->uid = more;
	}
	r->uid[r->n_uids++] = uid;
	r->needs_uid = true;
	return SL_OK;
}

static enum sl_err take_path(struct auto_place *at, const struct auto_text *v, char **out)
{
	if (v->s[0] != '/')
		return auto_fail(at, "a path is absolute: it begins with /");
	if (memchr(v->s, '@', v->len))
		return auto_fail(at, "a path has no @; the address has a key of its own");
	return auto_keep(at, v, out);
}

static enum sl_err take_uid_list(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	r->needs_uid = true;
	return take_path(at, v, &r->uid_list);
}

static enum sl_err take_image(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	return take_path(at, v, &r->image);
}

static enum sl_err take_address(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	if (!num_parse(v->s, v->len, &r->address))
		return auto_fail(at, "an address is a number, for example 0x08004000");
	r->has_address = true;
	return SL_OK;
}

static enum sl_err take_words(struct auto_place *at, struct auto_words *w, const struct auto_text *v)
{
	size_t from = 0;
	enum sl_err err = SL_OK;

	if (is_word(v, "none"))
		return SL_OK;
	while (from < v->len && !err) {
		struct auto_text word = { v->s + from, 0 };

		while (from + word.len < v->len && word.s[word.len] != ' ' && word.s[word.len] != '\t')
			word.len++;
		from += word.len + 1;
		if (word.len == 0)
			continue;
		if (w->n == AUTO_WORDS_MAX)
			return auto_fail(at, "at most %d words", AUTO_WORDS_MAX);
		err = auto_keep(at, &word, &w->word[w->n]);
		w->n += !err;
	}
	return err;
}

static enum sl_err take_before(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	return take_words(at, &r->before, v);
}

static enum sl_err take_after(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	r->has_after = true;
	return take_words(at, &r->after, v);
}

static enum sl_err take_connect(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	if (!is_word(v, "normal") && !is_word(v, "under-reset"))
		return auto_fail(at, "connect is normal or under-reset");
	return auto_keep(at, v, &r->connect);
}

static enum sl_err take_speed(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	if (!num_parse(v->s, v->len, &r->speed_khz) || r->speed_khz == 0 || r->speed_khz > 100000)
		return auto_fail(at, "speed is a clock in kHz, 1 to 100000");
	return SL_OK;
}

static enum sl_err take_mismatch(struct auto_place *at, struct auto_rule *r, const struct auto_text *v)
{
	if (!is_word(v, "fail") && !is_word(v, "ignore"))
		return auto_fail(at, "mismatch is fail or ignore");
	r->mismatch = is_word(v, "ignore") ? MISMATCH_IGNORE : MISMATCH_FAIL;
	return SL_OK;
}

static const struct key {
	const char *name;
	bool must, repeats;
	enum sl_err (*take)(struct auto_place *at, struct auto_rule *r, const struct auto_text *v);
} keys[] = {
	{ "serial", true, false, take_serial },
	{ "port", true, false, take_port },
	{ "chip", true, true, take_chip },
	{ "image", true, false, take_image },
	{ "address", false, false, take_address },
	{ "uid", false, true, auto_take_uid },
	{ "uid-list", false, false, take_uid_list },
	{ "before", false, false, take_before },
	{ "after", false, false, take_after },
	{ "connect", false, false, take_connect },
	{ "speed", false, false, take_speed },
	{ "mismatch", false, false, take_mismatch },
};

enum sl_err auto_take_key(struct auto_place *at, struct auto_rule *r, const struct auto_text *key,
			  const struct auto_text *value)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!is_word(key, keys[i].name))
			continue;
		if ((at->seen >> i & 1) && !keys[i].repeats)
			return auto_fail(at, "%s is said twice for this board", keys[i].name);
		if (value->len == 0)
			return auto_fail(at, "%s has no value", keys[i].name);
		at->seen |= UINT32_C(1) << i;
		return keys[i].take(at, r, value);
	}
	return auto_fail(at, "unknown key %.*s", key->len < 40 ? (int)key->len : 40,
			 key->s);
}

const char *auto_lacks_key(const struct auto_place *at)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].must && !(at->seen >> i & 1))
			return keys[i].name;
	return NULL;
}
