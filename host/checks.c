/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * checks.c - the table of checks, and the facts that several of them need.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/priv.h"
#include "host/tree.h"

typedef void check_fn(struct machine *m);

/* What is far from the probe first: it explains what comes after it. */
static check_fn *const checks[] = {
	check_surroundings, check_rules, check_other_rules, check_quirks,
	check_disk_flag, check_nodes, check_holders,
};

/* Names of processes, files and groups are not ours: nothing that a terminal would act on. */
static void make_plain(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++)
		if (*p < 0x20 || *p >= 0x7F)
			*p = '?';
}

struct finding *find(struct machine *m, const char *check, enum finding_level level,
		     const char *fmt, ...)
{
	struct findings *out = m->out;
	struct finding *f = &out->item[out->n < FINDINGS_MAX ? out->n++ : FINDINGS_MAX - 1];
	va_list ap;

	memset(f, 0, sizeof(*f));
	f->check = check;
	f->level = level;
	f->code = level == FINDING_PROBLEM ? SL_PERM : SL_OK;
	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	make_plain(f->text);
	return f;
}

void cure(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(f->cure, sizeof(f->cure), fmt, ap);
	va_end(ap);
	make_plain(f->cure);
}

bool may_use(const struct host *h, const char *path)
{
	return h->may_use ? h->may_use(path) : access(path, R_OK | W_OK) == 0;
}

const char *shown(const struct host *h, const char *path)
{
	size_t len = strlen(h->root);

	return strncmp(path, h->root, len) == 0 && path[len] == '/' ? path + len : path;
}

static bool is_wsl(const struct host *h)
{
	char release[128];

	(void)tree_line(h, "/proc/sys/kernel/osrelease", release, sizeof(release));
	return strstr(release, "microsoft") || strstr(release, "Microsoft") || strstr(release, "WSL");
}

static bool is_container(const struct host *h)
{
	/* docker, podman, and what systemd was told or found out (systemd's container interface). */
	return tree_exists(h, "/.dockerenv") || tree_exists(h, "/run/.containerenv") ||
	       tree_exists(h, "/run/systemd/container");
}

static void look_for_probes(struct machine *m)
{
	struct ctx *c = m->host->ctx;

	if (probe_list(c, &m->probes)) {
		struct finding *f = find(m, "usb", FINDING_PROBLEM, "%.300s", c->fault.text);

		f->code = SL_HOST;
		cure(f, "%s", c->fault.hint);
		m->probes.n = 0;
		ctx_clear(c);
	}
	for (size_t i = 0; i < m->probes.n; i++) {
		const struct probe *p = &m->probes.probe[i];

		m->blocked |= !may_use(m->host, p->sg_node[0] ? p->sg_node : p->usb_node);
	}
}

void machine_look(struct machine *m, const struct host *h, struct findings *out)
{
	memset(m, 0, sizeof(*m));
	m->host = h;
	m->out = out;
	m->udev = tree_exists(h, "/run/udev/control");
	m->container = is_container(h);
	m->wsl = is_wsl(h);
	look_for_probes(m);
	rules_look(m);
}

enum sl_err host_examine(const struct host *h, struct findings *out)
{
	struct machine *m = calloc(1, sizeof(*m));

	memset(out, 0, sizeof(*out));
	if (!m)
		return ctx_fail(h->ctx, SL_NOMEM, "host", "no memory to look at this machine");
	machine_look(m, h, out);
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		checks[i](m);
	free(m);
	return SL_OK;
}
