/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * json.h - NDJSON: one event, one object, one line. The schema is docs/json.md.
 *
 * Members are written as they come into a buffer of fixed size; json_end writes the line in
 * one go. Knows nothing of what the events mean.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_LINE_MAX = 65536 };

struct json {
	char *line;                     /* owned, JSON_LINE_MAX bytes */
	size_t len;
	bool comma;                     /* the next member needs one before it */
	bool over;                      /* the line did not fit; json_end says so instead */
};

/* json_open, json_close - a writer; open returns false without memory. */
bool json_open(struct json *j);
void json_close(struct json *j);

/* json_begin - start the line of an event. */
void json_begin(struct json *j, const char *event);

/* json_end - finish the line, write it to f and flush. Returns false when f refuses it. */
bool json_end(struct json *j, FILE *f);

/* Members of the current object. A key is plain ASCII of ours; a string value is anything:
 * quotes, backslashes and control characters are escaped, bytes that are not UTF-8 become
 * U+FFFD. NULL becomes null. */
void json_string(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, uint64_t value);
void json_seconds(struct json *j, const char *key, uint64_t us);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

/* Nested arrays and objects; key NULL inside an array. */
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);

#endif
