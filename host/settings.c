/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * settings.c - options of kernel modules, and the quirk strings of usb-storage.
 */
#define _XOPEN_SOURCE 700
#include "host/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/tree.h"

static const char blanks[] = " \t";

/* Names of modules are the same with - and _. */
static bool same_module(const char *text, size_t len, const char *module)
{
	if (len != strlen(module))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((text[i] == '-' ? '_' : text[i]) != module[i])
			return false;
	return true;
}

static void add(struct settings *out, const char *value, size_t len, const char *from)
{
	struct setting *s = &out->item[out->n < SETTINGS_MAX ? out->n++ : SETTINGS_MAX - 1];

	/* The kernel takes quotes off a value. */
	if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	(void)snprintf(s->value, sizeof(s->value), "%.*s", len < sizeof(s->value) ? (int)len : 0, value);
	(void)snprintf(s->from, sizeof(s->from), "%s", from);
	s->command_line = from[0] != '/';
}

/* "options MODULE A=B PARAMETER=VALUE" */
static void read_options(const char *line, size_t len, const char *wanted[2],
			 const char *from, struct settings *out)
{
	const char *stop = line + len;
	size_t parameter = strlen(wanted[1]);
	unsigned word = 0;

	for (const char *p = line; p < stop; word++) {
		size_t n;

		p += strspn(p, blanks);
		n = strcspn(p, " \t\n");
		if (p >= stop)
			return;
		if ((word == 0 && (n != 7 || strncmp(p, "options", 7) != 0)) ||
		    (word == 1 && !same_module(p, n, wanted[0])))
			return;
		if (word > 1 && n > parameter && strncmp(p, wanted[1], parameter) == 0 &&
		    p[parameter] == '=')
			add(out, p + parameter + 1, n - parameter - 1, from);
		p += n;
	}
}

void settings_of_text(const char *text, const char *from, const char *wanted[2],
		      struct settings *out)
{
	size_t len;

	for (const char *p = text; *p; p += len + (p[len] == '\n')) {
		len = strcspn(p, "\n");
		read_options(p, len, wanted, from, out);
	}
}

static void read_files(const struct host *h, const char *wanted[2], struct settings *out)
{
	struct conf_files *c;

	if (tree_conf_files(h, "modprobe.d", ".conf", &c)) {
		ctx_clear(h->ctx);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		char *text = tree_text(h, c->file[i].path);

		if (text)
			settings_of_text(text, c->file[i].path, wanted, out);
		free(text);
	}
	free(c);
}

/* "MODULE.PARAMETER=VALUE" */
static void read_command_line(const struct host *h, const char *wanted[2], struct settings *out)
{
	char line[4096];
	size_t parameter = strlen(wanted[1]);

	(void)tree_line(h, "/proc/cmdline", line, sizeof(line));
	for (const char *p = line; *p;) {
		size_t n, dot;

		p += strspn(p, blanks);
		n = strcspn(p, blanks);
		dot = strcspn(p, ".= \t");
		if (p[dot] == '.' && same_module(p, dot, wanted[0]) &&
		    strncmp(p + dot + 1, wanted[1], parameter) == 0 && p[dot + 1 + parameter] == '=')
			add(out, p + dot + parameter + 2, n - dot - parameter - 2,
			    "the kernel command line");
		p += n;
	}
}

void settings_read(const struct host *h, const char *module, const char *parameter,
		   struct settings *out)
{
	const char *wanted[2] = { module, parameter };

	memset(out, 0, sizeof(*out));
	/* What modprobe finds on the command line it gives last (kmod, libkmod-config.c). */
	read_files(h, wanted, out);
	read_command_line(h, wanted, out);
}

bool module_is_there(const struct host *h, const char *module)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "/sys/module/%s", module);
	return tree_exists(h, path);
}

bool module_is_builtin(const struct host *h, const char *module)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "/sys/module/%s/initstate", module);
	return module_is_there(h, module) && !tree_exists(h, path);
}

/* One entry: "483:3744:i". */
struct quirk {
	unsigned long vid, pid;
	const char *text, *letters;
	size_t len, n_letters;
};

/* The entry at *p, which is moved behind it. Returns false at the end. */
static bool next_quirk(const char **p, struct quirk *q)
{
	char *stop;

	memset(q, 0, sizeof(*q));
	*p += strspn(*p, ", ");
	if (**p == '\0')
		return false;
	q->text = *p;
	q->len = strcspn(*p, ",");
	q->vid = strtoul(*p, &stop, 16);
	q->pid = *stop == ':' ? strtoul(stop + 1, &stop, 16) : 0;
	q->letters = *stop == ':' ? stop + 1 : q->text + q->len;
	q->n_letters = (size_t)(q->text + q->len - q->letters);
	*p += q->len;
	return true;
}

bool quirks_for(const char *quirks, unsigned vid, unsigned pid, char *letters, size_t room)
{
	struct quirk q;
	bool found = false;

	letters[0] = '\0';
	while (next_quirk(&quirks, &q)) {
		if (q.vid != vid || q.pid != pid)
			continue;
		found = true;
		(void)snprintf(letters, room, "%.*s", q.n_letters < room ? (int)q.n_letters : 0,
			       q.letters);
	}
	return found;
}

void quirks_merge(char into[SETTING_MAX], const char *more)
{
	char letters[32];
	struct quirk q;

	while (next_quirk(&more, &q)) {
		size_t used = strlen(into);

		if (quirks_for(into, (unsigned)q.vid, (unsigned)q.pid, letters, sizeof(letters)) ||
		    used + q.len + 2 > SETTING_MAX)
			continue;
		(void)snprintf(into + used, SETTING_MAX - used, "%s%.*s", used ? "," : "", (int)q.len,
			       q.text);
	}
}
