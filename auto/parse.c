/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * parse.c - the grammar of autoflash's configuration, through the bounded cursor.
 *
 *   # comment
 *   [board NAME]
 *   key = value
 *
 * Strict: what is not understood is an error with file and line, never skipped. What the keys
 * mean is the table in keys.c.
 */
#include <stdlib.h>
#include <string.h>

#include "auto/keys.h"

static const char where[] = "auto";

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

static void trim(struct auto_text *t)
{
	while (t->len > 0 && is_blank(t->s[0])) {
		t->s++;
		t->len--;
	}
	while (t->len > 0 && is_blank(t->s[t->len - 1]))
		t->len--;
}

enum sl_err auto_next_line(struct auto_place *at, struct cursor *bytes, struct auto_text *out)
{
	struct cursor start = *bytes;
	size_t len = 0;

	at->line++;
	while (cur_left(bytes) > 0) {
		uint8_t ch = cur_u8(bytes);

		if (ch == '\n')
			break;
		if ((ch < 0x20 && ch != '\t') || ch == 0x7F)
			return auto_fail(at, "character 0x%02x is not text%s", ch,
					 ch == '\r' ? ": lines end in a newline alone" : "");
		if (++len > AUTO_LINE_MAX)
			return auto_fail(at, "a line has at most %d characters", AUTO_LINE_MAX);
	}
	out->s = (const char *)cur_view(&start, len);
	out->len = len;
	trim(out);
	if (out->len > 0 && (out->s[0] == '#' || out->s[0] == ';'))
		out->len = 0;
	return SL_OK;
}

enum sl_err auto_keep(struct auto_place *at, const struct auto_text *t, char **out)
{
	char *copy = malloc(t->len + 1);

	if (!copy)
		return ctx_fail(at->ctx, SL_NOMEM, where, "no memory for the configuration");
	memcpy(copy, t->s, t->len);
	copy[t->len] = '\0';
	free(*out);
	*out = copy;
	return SL_OK;
}

/* A rule that is complete but for its keys. */
static enum sl_err new_rule(struct auto_place *at, struct auto_rules *out,
			    const struct auto_text *name)
{
	const struct auto_text file = { at->file, strlen(at->file) };
	struct auto_rule *more, *r;
	enum sl_err err;

	if (out->n == AUTO_RULES_MAX)
		return auto_fail(at, "there are more than %d boards", AUTO_RULES_MAX);
	more = realloc(out->rule, (out->n + 1) * sizeof(*more));
	if (!more)
		return ctx_fail(at->ctx, SL_NOMEM, where, "no memory for the configuration");
	out->rule = more;
	r = &more[out->n++];
	memset(r, 0, sizeof(*r));
	r->line = at->line;
	r->owner = at->owner;
	at->seen = 0;
	err = auto_keep(at, &file, &r->file);
	return err ? err : auto_keep(at, name, &r->name);
}

static enum sl_err take_head(struct auto_place *at, struct auto_rules *out,
			     const struct auto_text *line)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	static const char word[] = "board";
	struct auto_text in = { line->s + 1, line->len - 1 };

	if (in.len == 0 || in.s[in.len - 1] != ']')
		return auto_fail(at, "the ] is missing");
	in.len--;
	trim(&in);
	if (in.len < strlen(word) || memcmp(in.s, word, strlen(word)) != 0 ||
	    (in.len > strlen(word) && !is_blank(in.s[strlen(word)])))
		return auto_fail(at, "sections are written [board] or [board NAME]");
	in.s += strlen(word);
	in.len -= strlen(word);
	trim(&in);
	for (size_t i = 0; i < in.len; i++)
		if (!strchr(allowed, in.s[i]))
			return auto_fail(at, "a board's name has letters, digits, '.', '_' and '-' alone");
	if (in.len > 40)
		return auto_fail(at, "a board's name has at most 40 characters");
	return new_rule(at, out, &in);
}

static enum sl_err take_line(struct auto_place *at, struct auto_rules *out,
			     const struct auto_text *line)
{
	const char *equals = memchr(line->s, '=', line->len);
	struct auto_text key, value;

	if (!equals)
		return auto_fail(at, "neither [board] nor KEY = VALUE");
	if (out->n == at->first)
		return auto_fail(at, "a [board] line must come before this");
	key.s = line->s;
	key.len = (size_t)(equals - line->s);
	value.s = equals + 1;
	value.len = line->len - key.len - 1;
	trim(&key);
	trim(&value);
	return auto_take_key(at, &out->rule[out->n - 1], &key, &value);
}

/* What the finished section lacks, and whether it can ever be asked. */
static enum sl_err finish_rule(struct auto_place *at, struct auto_rules *out)
{
	struct auto_place head = *at;
	const struct auto_rule *r;
	const char *lacks;

	if (out->n == at->first)
		return SL_OK;
	r = &out->rule[out->n - 1];
	head.line = r->line;
	lacks = auto_lacks_key(at);
	if (lacks)
		return auto_fail(&head, "the board lacks %s =", lacks);
	for (size_t i = 0; i + 1 < out->n; i++)
		if (auto_hides(&out->rule[i], r))
			return auto_fail(&head, "never used: %s:%u takes every such board before it",
					 out->rule[i].file, out->rule[i].line);
	return SL_OK;
}

enum sl_err auto_parse(struct ctx *c, const char *file, uid_t owner, struct cursor *bytes,
		       struct auto_rules *out)
{
	struct auto_place at = { .ctx = c, .file = file, .owner = owner, .first = out->n };
	struct auto_text line;
	enum sl_err err = SL_OK;

	while (!err && cur_left(bytes) > 0) {
		err = auto_next_line(&at, bytes, &line);
		if (err || line.len == 0)
			continue;
		if (line.s[0] == '[') {
			err = finish_rule(&at, out);
			if (!err)
				err = take_head(&at, out, &line);
		} else {
			err = take_line(&at, out, &line);
		}
	}
	return err ? err : finish_rule(&at, out);
}

enum sl_err auto_parse_uids(struct ctx *c, const char *file, struct cursor *bytes,
			    struct auto_rule *rule)
{
	struct auto_place at = { .ctx = c, .file = file, .owner = rule->owner };
	struct auto_text line;
	enum sl_err err = SL_OK;

	while (!err && cur_left(bytes) > 0) {
		err = auto_next_line(&at, bytes, &line);
		if (!err && line.len > 0)
			err = auto_take_uid(&at, rule, &line);
	}
	return err;
}
