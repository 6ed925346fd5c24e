/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rule_text.c - reading udev rules. Source: udev(7), systemd 252.
 */
#define _POSIX_C_SOURCE 200809L /* fnmatch */
#include "host/rule_text.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/probe.h"

enum { RULE_MAX = 4096, WRITE_BY_OTHERS = 0002 };

/* One KEY{attribute}op"value" of a rule. */
struct token {
	char key[24], attribute[48], op[3], value[256];
};

static const char *copy_while(const char *p, bool (*take)(int ch), char *out, size_t room)
{
	size_t n = 0;

	for (; *p && take((unsigned char)*p); p++)
		if (n + 1 < room)
			out[n++] = *p;
	out[n] = '\0';
	return p;
}

static bool is_key(int ch)
{
	return isupper(ch) || ch == '_';
}

static bool is_inside(int ch)
{
	return ch != '}';
}

static bool is_op(int ch)
{
	return ch != '\0' && strchr("=!+-:", ch) != NULL;
}

static bool is_quoted(int ch)
{
	return ch != '"';
}

/* The next token at *p, which is moved behind it. Returns false at the end, or at what is none. */
static bool next_token(const char **p, struct token *t)
{
	const char *s = *p + strspn(*p, " \t,");

	memset(t, 0, sizeof(*t));
	s = copy_while(s, is_key, t->key, sizeof(t->key));
	if (*s == '{') {
		s = copy_while(s + 1, is_inside, t->attribute, sizeof(t->attribute));
		s += *s == '}';
	}
	s += strspn(s, " \t");
	s = copy_while(s, is_op, t->op, sizeof(t->op));
	s += strspn(s, " \t");
	s += *s == 'e' || *s == 'i';    /* e"..." has escapes, i"..." ignores case */
	if (!t->key[0] || !t->op[0] || *s != '"')
		return false;
	s = copy_while(s + 1, is_quoted, t->value, sizeof(t->value));
	*p = s + (*s == '"');
	return true;
}

static bool fits_one(const char *pattern, size_t len, const char *id)
{
	char one[64];

	if (len >= sizeof(one))
		return false;
	for (size_t i = 0; i < len; i++)
		one[i] = (char)tolower((unsigned char)pattern[i]);
	one[len] = '\0';
	return fnmatch(one, id, 0) == 0;
}

/* Does a value with its alternatives fit the id? */
static bool fits(const char *value, unsigned id)
{
	char text[8];

	(void)snprintf(text, sizeof(text), "%04x", id);
	for (const char *p = value;; p++) {
		size_t len = strcspn(p, "|");

		if (fits_one(p, len, text))
			return true;
		p += len;
		if (*p == '\0')
			return false;
	}
}

static bool fits_any_probe(const char *value)
{
	size_t n = 0;
	const struct probe_kind *kinds = probe_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (fits(value, kinds[i].pid))
			return true;
	return false;
}

enum answer { NOT_ASKED, YES, NO };

/* What one rule asks for and does. */
struct rule {
	enum answer vendor, product;
	bool subsystem;         /* of the device itself, so not of everything below */
	bool mode_final, uaccess, changes;
	char mode[16], group[40], runs[80];
};

static void take_match(struct rule *r, const struct token *t)
{
	bool equal = strcmp(t->op, "==") == 0;

	if (strcmp(t->attribute, "idVendor") == 0 || strcmp(t->attribute, "ID_VENDOR_ID") == 0)
		r->vendor = equal && fits(t->value, PROBE_VID) && !strpbrk(t->value, "*?[") ? YES : NO;
	else if (strcmp(t->attribute, "idProduct") == 0 || strcmp(t->attribute, "ID_MODEL_ID") == 0)
		r->product = equal && fits_any_probe(t->value) ? YES : NO;
	else if (strcmp(t->key, "SUBSYSTEM") == 0 || strcmp(t->key, "KERNEL") == 0)
		r->subsystem = true;
	/* An attribute of the device itself, too: what hangs below a probe has no such ids. */
	if (strcmp(t->key, "ATTR") == 0)
		r->subsystem = true;
}

static void take_assignment(struct rule *r, const struct token *t)
{
	if (strcmp(t->key, "MODE") == 0) {
		(void)snprintf(r->mode, sizeof(r->mode), "%.15s", t->value);
		r->mode_final = strcmp(t->op, ":=") == 0;
	} else if (strcmp(t->key, "GROUP") == 0) {
		(void)snprintf(r->group, sizeof(r->group), "%.39s", t->value);
	} else if (strcmp(t->key, "TAG") == 0) {
		r->uaccess |= strcmp(t->value, "uaccess") == 0;
	} else if (strcmp(t->key, "RUN") == 0 && strcmp(t->attribute, "builtin") != 0) {
		(void)snprintf(r->runs, sizeof(r->runs), "%.79s", t->value);
	} else if (strcmp(t->key, "GOTO") == 0 || strcmp(t->key, "LABEL") == 0) {
		return;
	}
	r->changes = true;
}

static void merge(struct rule_digest *d, const struct rule *r)
{
	bool to_all = (strtoul(r->mode, NULL, 8) & WRITE_BY_OTHERS) != 0;

	d->rules++;
	d->to_all |= to_all;
	d->final |= r->mode_final;
	d->children |= to_all && !r->subsystem;
	d->uaccess |= r->uaccess;
	if (r->mode[0])
		memcpy(d->mode, r->mode, sizeof(d->mode));
	if (r->group[0])
		memcpy(d->group, r->group, sizeof(d->group));
	if (r->runs[0])
		memcpy(d->runs, r->runs, sizeof(d->runs));
}

static void read_rule(const char *text, struct rule_digest *d)
{
	struct rule r = { 0 };
	struct token t;

	while (next_token(&text, &t)) {
		bool match = strcmp(t.op, "==") == 0 || strcmp(t.op, "!=") == 0;

		if (match)
			take_match(&r, &t);
		else
			take_assignment(&r, &t);
	}
	/* Without a product it is for everything of that vendor. */
	if (r.changes && r.vendor == YES && r.product != NO)
		merge(d, &r);
}

void rule_digest(const char *text, struct rule_digest *d)
{
	char rule[RULE_MAX];
	size_t used = 0;

	memset(d, 0, sizeof(*d));
	while (*text) {
		size_t len = strcspn(text, "\n"), keep = len;
		bool comment = text[strspn(text, " \t")] == '#';
		bool more = len > 0 && text[len - 1] == '\\';

		/* A comment within a rule that goes on is left out. */
		keep = comment ? 0 : keep - more;
		if (keep > sizeof(rule) - 1 - used)
			keep = sizeof(rule) - 1 - used;
		memcpy(rule + used, text, keep);
		used += keep;
		rule[used] = '\0';
		if (!more && !(comment && used > 0)) {
			read_rule(rule, d);
			used = 0;
		}
		text += len + (text[len] == '\n');
	}
	if (used > 0)
		read_rule(rule, d);
}
