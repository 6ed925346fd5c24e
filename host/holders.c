/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * holders.c - which processes hold a probe, and where its fake disk is mounted.
 *
 * By /proc/N/fd, which shows a user's own processes only, unless root asks. Source: proc(5).
 */
#define _XOPEN_SOURCE 700 /* readlink */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/priv.h"
#include "host/tree.h"

static bool is_number(const char *name)
{
	return isdigit((unsigned char)name[0]) && name[strspn(name, "0123456789")] == '\0';
}

/* Which node of which probe a link of /proc leads to; NULL: of none. */
static const char *node_of(const struct host *h, const struct probe_list *list, const char *target,
			   size_t *probe)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct probe *p = &list->probe[i];
		const char *const nodes[] = { p->sg_node, p->usb_node, p->disk_node, p->tty[0],
					      p->tty[1] };

		for (size_t k = 0; k < ARRAY_LEN(nodes); k++)
			if (nodes[k][0] && strcmp(shown(h, nodes[k]), target) == 0) {
				*probe = i;
				return nodes[k];
			}
	}
	return NULL;
}

static bool known(const struct host_holders *out, size_t first, const char *node)
{
	for (size_t i = first; i < out->n; i++)
		if (strcmp(out->item[i].node, node) == 0)
			return true;
	return false;
}

static void add_holder(const struct host *h, const char *pid, const char *node, size_t probe,
		       struct host_holders *out)
{
	struct host_holder *one = &out->item[out->n];
	char path[64];

	if (out->n == HOLDERS_MAX)
		return;
	out->n++;
	one->probe = probe;
	(void)snprintf(one->node, sizeof(one->node), "%s", node);
	(void)snprintf(one->pid, sizeof(one->pid), "%.*s", (int)sizeof(one->pid) - 1, pid);
	(void)snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	(void)tree_line(h, path, one->name, sizeof(one->name));
	if (!one->name[0])
		(void)snprintf(one->name, sizeof(one->name), "a process");
}

/* One process. A node that it has open twice is told once. */
static void look_into(const struct host *h, const struct probe_list *list, const char *pid,
		      struct host_holders *out)
{
	char path[TREE_PATH_MAX], file[TREE_PATH_MAX + 32], target[256];
	size_t probe = 0, first = out->n;
	struct dirent *e;
	DIR *d;

	tree_path(h, path, "/proc/%.20s/fd", pid);
	d = opendir(path);
	out->hidden |= !d && errno == EACCES;
	while (d && (e = readdir(d)) != NULL) {
		const char *node = NULL;
		ssize_t n = -1;

		if (is_number(e->d_name) &&
		    snprintf(file, sizeof(file), "%s/%.20s", path, e->d_name) < (int)sizeof(file))
			n = readlink(file, target, sizeof(target) - 1);
		if (n > 0) {
			target[n] = '\0';
			node = node_of(h, list, target, &probe);
		}
		if (node && !known(out, first, node))
			add_holder(h, pid, node, probe, out);
	}
	if (d)
		(void)closedir(d);
}

void host_find_holders(const struct host *h, const struct probe_list *list, struct host_holders *out)
{
	char path[TREE_PATH_MAX];
	struct dirent *e;
	DIR *d;

	memset(out, 0, sizeof(*out));
	tree_path(h, path, "/proc");
	d = list->n ? opendir(path) : NULL;
	while (d && (e = readdir(d)) != NULL)
		if (is_number(e->d_name))
			look_into(h, list, e->d_name, out);
	if (d)
		(void)closedir(d);
}

/* Of a probe's nodes, the ones through which it is driven. */
static bool is_own(const struct probe *p, const char *node)
{
	return strcmp(node, p->sg_node) == 0 || strcmp(node, p->usb_node) == 0;
}

static void tell_holder(struct machine *m, const struct host_holder *one)
{
	const struct probe *p = &m->probes.probe[one->probe];
	bool drives = is_own(p, one->node);
	struct finding *f;

	f = find(m, "holder", drives ? FINDING_PROBLEM : FINDING_NOTE, "%s at port %s: %s is open in %s "
		 "(pid %s)", p->kind->name, p->port, shown(m->host, one->node), one->name, one->pid);
	if (drives)
		f->code = SL_BUSY;
	cure(f, "kill %s", one->pid);
}

/* A serial port that is open is in nobody's way. */
static bool is_tty(const struct probe *p, const char *node)
{
	return strcmp(node, p->tty[0]) == 0 || strcmp(node, p->tty[1]) == 0;
}

/* Claimed through usbfs, and by nobody who could be found. */
static void tell_hidden(struct machine *m)
{
	for (size_t i = 0; i < m->probes.n; i++) {
		const struct probe *p = &m->probes.probe[i];
		struct finding *f;

		if (strcmp(p->driver, "usbfs") != 0)
			continue;
		f = find(m, "holder", FINDING_PROBLEM, "%s at port %s: a process of another user holds it",
			 p->kind->name, p->port);
		f->code = SL_BUSY;
		cure(f, "sudo stlink-download setup");
	}
}

/* Lines of /proc/self/mounts: "/dev/sdb1 /media/x vfat ..." */
static void tell_mounts(struct machine *m)
{
	char *text = tree_text(m->host, "/proc/self/mounts");

	for (const char *p = text; p && *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t device = strcspn(p, " \n"), place = 0;

		if (p[device] == ' ')
			place = strcspn(p + device + 1, " \n");
		for (size_t i = 0; i < m->probes.n; i++) {
			const char *disk = shown(m->host, m->probes.probe[i].disk_node);
			struct finding *f;

			/* The disk, or a partition of it. */
			if (!disk[0] || strncmp(p, disk, strlen(disk)) != 0 ||
			    strspn(p + strlen(disk), "0123456789") + strlen(disk) != device)
				continue;
			f = find(m, "mount", FINDING_NOTE, "the fake disk of the probe at port %s is mounted "
							   "at %.*s", m->probes.probe[i].port,
				 place < 200 ? (int)place : 200, p + device + 1);
			cure(f, "sudo umount %s", disk);
		}
	}
	free(text);
}

void check_holders(struct machine *m)
{
	struct host_holders holders;
	size_t found = 0;

	if (m->probes.n == 0)
		return;
	host_find_holders(m->host, &m->probes, &holders);
	for (size_t i = 0; i < holders.n; i++) {
		const struct host_holder *one = &holders.item[i];

		if (is_tty(&m->probes.probe[one->probe], one->node))
			continue;
		tell_holder(m, one);
		found++;
	}
	if (found == 0 && holders.hidden)
		tell_hidden(m);
	tell_mounts(m);
}
