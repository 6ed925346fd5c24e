/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * json.c - writing NDJSON.
 */
#include "cli/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

bool json_open(struct json *j)
{
	memset(j, 0, sizeof(*j));
	j->line = malloc(JSON_LINE_MAX);
	return j->line != NULL;
}

void json_close(struct json *j)
{
	free(j->line);
	j->line = NULL;
}

static void put(struct json *j, const char *text, size_t n)
{
	if (j->over || n > JSON_LINE_MAX - j->len) {
		j->over = true;
		return;
	}
	memcpy(j->line + j->len, text, n);
	j->len += n;
}

static void putf(struct json *j, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void putf(struct json *j, const char *fmt, ...)
{
	char text[64];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put(j, text, n > 0 && (size_t)n < sizeof(text) ? (size_t)n : 0);
}

/* Length of the well-formed UTF-8 sequence at s, 0 when it is none. RFC 3629, section 4. */
static size_t utf8_length(const unsigned char *s)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xC2 || s[0] > 0xF4)
		return 0;
	n = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
	if (s[0] == 0xE0)
		low = 0xA0;     /* overlong */
	if (s[0] == 0xED)
		high = 0x9F;    /* surrogates */
	if (s[0] == 0xF0)
		low = 0x90;
	if (s[0] == 0xF4)
		high = 0x8F;    /* above U+10FFFF */
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (s[i] < 0x80 || s[i] > 0xBF)
			return 0;
	return n;
}

static void put_quoted(struct json *j, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	put(j, "\"", 1);
	while (*s) {
		size_t n = utf8_length(s);

		if (*s == '"' || *s == '\\')
			putf(j, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7F)
			putf(j, "\\u%04x", *s);
		else if (n == 2 && s[0] == 0xC2 && s[1] < 0xA0)
			putf(j, "\\u%04x", s[1]);     /* C1: a terminal obeys these, too */
		else if (n == 0)
			put(j, "\\ufffd", 6);
		else
			put(j, (const char *)s, n);
		s += n ? n : 1;
	}
	put(j, "\"", 1);
}

static void put_key(struct json *j, const char *key)
{
	if (j->comma)
		put(j, ",", 1);
	j->comma = true;
	if (key) {
		put_quoted(j, key);
		put(j, ":", 1);
	}
}

void json_begin(struct json *j, const char *event)
{
	j->len = 0;
	j->over = false;
	j->comma = false;
	put(j, "{", 1);
	json_string(j, "event", event);
}

bool json_end(struct json *j, FILE *f)
{
	put(j, "}\n", 2);
	if (j->over) {
		json_begin(j, "too-long");
		put(j, "}\n", 2);
	}
	return fwrite(j->line, 1, j->len, f) == j->len && fflush(f) == 0;
}

void json_string(struct json *j, const char *key, const char *value)
{
	put_key(j, key);
	if (value)
		put_quoted(j, value);
	else
		put(j, "null", 4);
}

void json_number(struct json *j, const char *key, uint64_t value)
{
	put_key(j, key);
	putf(j, "%" PRIu64, value);
}

void json_seconds(struct json *j, const char *key, uint64_t us)
{
	put_key(j, key);
	putf(j, "%" PRIu64 ".%06" PRIu64, us / 1000000u, us % 1000000u);
}

void json_bool(struct json *j, const char *key, bool value)
{
	put_key(j, key);
	putf(j, "%s", value ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	json_string(j, key, NULL);
}

static void open_nested(struct json *j, const char *key, const char *bracket)
{
	put_key(j, key);
	put(j, bracket, 1);
	j->comma = false;
}

static void close_nested(struct json *j, const char *bracket)
{
	put(j, bracket, 1);
	j->comma = true;
}

void json_array(struct json *j, const char *key)
{
	open_nested(j, key, "[");
}

void json_array_end(struct json *j)
{
	close_nested(j, "]");
}

void json_object(struct json *j, const char *key)
{
	open_nested(j, key, "{");
}

void json_object_end(struct json *j)
{
	close_nested(j, "}");
}
