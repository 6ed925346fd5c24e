/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * word.c - parsing the chain of command words.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/word.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

static const char where[] = "cli";

enum sl_err word_usage(struct ctx *c, const struct word *w, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)ctx_fail(c, SL_USAGE, where, "%s", text);
	ctx_hint(c, "the word is written %s", w->command->syntax);
	return SL_USAGE;
}

enum sl_err word_parse_number(struct ctx *c, const char *text, size_t len, const char *what,
			      uint32_t *out)
{
	if (num_parse(text, len, out))
		return SL_OK;
	(void)ctx_fail(c, SL_USAGE, where, "%.*s is not %s", len < 60 ? (int)len : 60, text, what);
	if (len == 0)
		(void)ctx_fail(c, SL_USAGE, where, "%s is missing", what);
	ctx_hint(c, "numbers are decimal or 0x..., at most 32 bits, with k or M for 1024 or "
		    "1024 x 1024");
	return SL_USAGE;
}

static enum sl_err keep_file(struct ctx *c, struct word *w, const char *text, size_t len)
{
	if (len == 0)
		return word_usage(c, w, "no file is named");
	w->file = strndup(text, len);
	return w->file ? SL_OK : ctx_fail(c, SL_NOMEM, where, "no memory for a file name");
}

enum sl_err word_parse_file(struct ctx *c, struct word *w, const char *rest)
{
	return keep_file(c, w, rest, strlen(rest));
}

/* Letters and digits only, a digit first: meant as a number, right or wrong. */
static bool looks_like_number(const char *text)
{
	static const char alnum[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return text[0] >= '0' && text[0] <= '9' && text[strspn(text, alnum)] == '\0';
}

enum sl_err word_parse_file_at(struct ctx *c, struct word *w, const char *rest)
{
	const char *at = strrchr(rest, '@');
	enum sl_err err;

	if (at && at[1] == '\0')
		return word_usage(c, w, "no address follows the @");
	if (!at || !looks_like_number(at + 1))
		return keep_file(c, w, rest, strlen(rest));
	err = word_parse_number(c, at + 1, strlen(at + 1), "an address", &w->addr);
	if (err)
		return err;
	w->has_addr = true;
	return keep_file(c, w, rest, (size_t)(at - rest));
}

enum sl_err word_parse_range(struct ctx *c, struct word *w, const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	size_t addr_len = colon ? (size_t)(colon - text) : len;
	enum sl_err err = word_parse_number(c, text, addr_len, "an address", &w->addr);

	if (err)
		return err;
	w->has_addr = true;
	if (!colon)
		return SL_OK;
	err = word_parse_number(c, colon + 1, len - addr_len - 1, "a length", &w->len);
	if (err)
		return err;
	w->has_len = true;
	if (w->len == 0)
		return word_usage(c, w, "a length of 0 bytes does nothing");
	if ((uint64_t)w->addr + w->len > (uint64_t)1 << 32)
		return word_usage(c, w, "0x%08x and %u bytes reach past the end of the address space",
				  w->addr, w->len);
	return SL_OK;
}

enum sl_err word_parse_file_range(struct ctx *c, struct word *w, const char *rest)
{
	const char *at = strrchr(rest, '@');
	enum sl_err err;

	if (!at)
		return word_usage(c, w, "no address is named");
	err = word_parse_range(c, w, at + 1, strlen(at + 1));
	return err ? err : keep_file(c, w, rest, (size_t)(at - rest));
}

enum sl_err word_parse_addr_value(struct ctx *c, struct word *w, const char *rest)
{
	const char *equals = strchr(rest, '=');
	enum sl_err err;

	if (!equals)
		return word_usage(c, w, "no value is named");
	err = word_parse_number(c, rest, (size_t)(equals - rest), "an address", &w->addr);
	w->has_addr = true;
	return err ? err : word_parse_number(c, equals + 1, strlen(equals + 1), "a value", &w->value);
}

static enum sl_err unknown_word(struct ctx *c, const char *text)
{
	const struct command *near = verb_nearest(text);

	(void)ctx_fail(c, SL_USAGE, where, "unknown word %.60s", text);
	if (near)
		ctx_hint(c, "did you mean %s? See stlink-download --help", near->syntax);
	else if (strncmp(text, "loader=", 7) == 0 || strncmp(text, "cmd1", 4) == 0)
		ctx_hint(c, "a test word of the 2010 program, which did nothing useful; leave it out");
	return SL_USAGE;
}

static const char *rest_of(const struct word *w)
{
	return w->text + (w->command->form == FORM_OWN ? 0 : strlen(w->command->name));
}

enum sl_err chain_parse(struct ctx *c, const char *const texts[], size_t n, struct chain *out)
{
	enum sl_err err = SL_OK;

	out->n = 0;
	out->words = calloc(n + 1, sizeof(*out->words));
	if (!out->words)
		return ctx_fail(c, SL_NOMEM, where, "no memory for the command words");
	for (size_t i = 0; i < n && !err; i++) {
		struct word *w = &out->words[out->n];

		w->text = texts[i];
		w->command = verb_find(texts[i]);
		if (!w->command)
			return ctx_doing(c, unknown_word(c, texts[i]), "command line");
		out->n++;
		if (w->command->takes_next && i + 1 < n)
			w->next = texts[++i];
		if (w->command->parse)
			err = w->command->parse(c, w, rest_of(w));
		err = ctx_doing(c, err, "%.100s", w->text);
	}
	return err;
}

static bool images_meet(const struct image *a, const struct image *b, uint32_t *addr)
{
	size_t i = 0, j = 0;

	while (i < a->n_spans && j < b->n_spans) {
		const struct span *x = &a->spans[i], *y = &b->spans[j];

		if ((uint64_t)x->addr + x->len <= y->addr) {
			i++;
		} else if ((uint64_t)y->addr + y->len <= x->addr) {
			j++;
		} else {
			*addr = x->addr > y->addr ? x->addr : y->addr;
			return true;
		}
	}
	return false;
}

typedef enum sl_err check_pair(struct ctx *c, const struct word *a, const struct word *b,
			       bool force);

static enum sl_err check_names(struct ctx *c, const struct word *a, const struct word *b,
			       bool force)
{
	bool out = a->command->file_use == FILE_OUT;
	bool is_std;

	if (!a->file || !b->file || strcmp(a->file, b->file) != 0 ||
	    a->command->file_use != b->command->file_use)
		return SL_OK;
	is_std = strcmp(a->file, "-") == 0;
	if (!out && is_std) {
		(void)ctx_fail(c, SL_USAGE, where, "standard input can be read once, but %s and %s both "
			       "do", a->text, b->text);
		ctx_hint(c, "save it to a file first");
		return SL_USAGE;
	}
	if (out && !is_std && !force) {
		(void)ctx_fail(c, SL_USAGE, where, "%.80s would be written twice", a->file);
		ctx_hint(c, "choose two names, or add --force to keep the last");
		return SL_USAGE;
	}
	return SL_OK;
}

static enum sl_err check_images(struct ctx *c, const struct word *a, const struct word *b,
				bool force)
{
	uint32_t addr = 0;

	if (force || a->command != b->command || !a->command->changes || !a->image || !b->image ||
	    !images_meet(a->image, b->image, &addr))
		return SL_OK;
	(void)ctx_fail_addr(c, SL_USAGE, where, addr, "%.80s and %.80s overlap at 0x%08x", a->file,
			    b->file, (unsigned)addr);
	ctx_hint(c, "give one of them another address, or add --force to let the later one win");
	return SL_USAGE;
}

static enum sl_err check_alone(struct ctx *c, const struct word *a, const struct word *b, bool force)
{
	(void)force;
	if (a->command != b->command || !a->command->changes || !a->image || !b->image)
		return SL_OK;
	(void)ctx_fail(c, SL_USAGE, where, "with --mass-erase, %.80s would erase what %.80s wrote",
		       b->text, a->text);
	ctx_hint(c, "use: erase program=FILE program=FILE, or one file that holds both");
	return SL_USAGE;
}

static enum sl_err each_pair(struct ctx *c, const struct chain *chain, check_pair *check,
			     bool force)
{
	enum sl_err err = SL_OK;

	for (size_t i = 0; i < chain->n && !err; i++)
		for (size_t j = i + 1; j < chain->n && !err; j++)
			err = check(c, &chain->words[i], &chain->words[j], force);
	return ctx_doing(c, err, "command line");
}

enum sl_err chain_check_names(struct ctx *c, const struct chain *chain, bool force)
{
	return each_pair(c, chain, check_names, force);
}

enum sl_err chain_check_images(struct ctx *c, const struct chain *chain, bool force)
{
	return each_pair(c, chain, check_images, force);
}

enum sl_err chain_check_mass_erase(struct ctx *c, const struct chain *chain)
{
	return each_pair(c, chain, check_alone, false);
}

void chain_free(struct chain *chain)
{
	for (size_t i = 0; i < chain->n; i++) {
		free(chain->words[i].file);
		image_free(chain->words[i].image);
		free(chain->words[i].assign);
	}
	free(chain->words);
	chain->words = NULL;
	chain->n = 0;
}
