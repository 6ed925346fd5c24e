/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * generate.c - udev rules from a template and the table of probes in link/kinds.c.
 *
 * Reads a .rules.in from standard input, writes the rules to standard output. In the template
 * @NAME@ stands for ids as udev matches alternatives: "3744|3748|374a". An @ that no capital letter
 * follows is one.
 */
#include <stdio.h>
#include <string.h>

#include "link/probe.h"

static bool is_any(const struct probe_kind *k)
{
	return k->pid != 0;
}

static bool is_v1(const struct probe_kind *k)
{
	return k->generation == PROBE_V1;
}

static bool has_vcp(const struct probe_kind *k)
{
	return k->vcps == 1;
}

static bool has_vcps(const struct probe_kind *k)
{
	return k->vcps > 1;
}

/* Which kinds a mark stands for; the marks' common part is none of another's beginning. */
static const struct {
	const char *mark;
	bool (*wanted)(const struct probe_kind *k);
} marks[] = {
	{ "@PROBES@", is_any },
	{ "@V1@", is_v1 },
	{ "@ONE-VCP@", has_vcp },
	{ "@MORE-VCPS@", has_vcps },
};

static int put_ids(bool (*wanted)(const struct probe_kind *k))
{
	size_t n = 0, put = 0;
	const struct probe_kind *kinds = probe_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (wanted(&kinds[i]))
			(void)printf("%s%04x", put++ ? "|" : "", (unsigned)kinds[i].pid);
	return put ? 0 : 1;
}

/* Writes what the mark at text stands for. Returns the mark's length, 0 when it is none. */
static size_t put_mark(const char *text)
{
	if (strncmp(text, "@VID@", 5) == 0) {
		(void)printf("%04x", (unsigned)PROBE_VID);
		return 5;
	}
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (strncmp(text, marks[i].mark, strlen(marks[i].mark)) == 0)
			return put_ids(marks[i].wanted) ? 0 : strlen(marks[i].mark);
	return 0;
}

int main(void)
{
	char line[512];

	while (fgets(line, sizeof(line), stdin)) {
		for (const char *p = line; *p;) {
			bool mark = p[0] == '@' && p[1] >= 'A' && p[1] <= 'Z';
			size_t len = mark ? put_mark(p) : 0;

			if (mark && len == 0) {
				(void)fprintf(stderr, "generate: unknown or empty mark: %s", p);
				return 1;
			}
			if (len == 0)
				(void)putchar(*p);
			p += len ? len : 1;
		}
	}
	return fflush(stdout) ? 1 : 0;
}
