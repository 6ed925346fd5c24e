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

static const char *node_of(const struct machine *m, const char *target, size_t *probe)
{
	for (size_t i = 0; i < m->probes.n; i++) {
		const struct probe *p = &m->probes.probe[i];
		const char *const nodes[] = { p->sg_node, p->usb_node, p->disk_node };

		for (size_t k = 0; k < ARRAY_LEN(nodes); k++)
			if (nodes[k][0] && strcmp(shown(m->host, nodes[k]), target) == 0) {
				*probe = i;
				return nodes[k];
			}
	}
	return NULL;
}

static void tell_holder(struct machine *m, const char *pid, const char *node, size_t probe)
{
	const struct probe *p = &m->probes.probe[probe];
	bool disk = strcmp(node, p->disk_node) == 0;
	char path[64], name[32];
	struct finding *f;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	(void)tree_line(m->host, path, name, sizeof(name));
	f = find(m, "holder", disk ? FINDING_NOTE : FINDING_PROBLEM, "%s at port %s: %s is open in %s "
		 "(pid %s)", p->kind->name, p->port, shown(m->host, node), name[0] ? name : "a process",
		 pid);
	if (!disk)
		f->code = SL_BUSY;
	cure(f, "kill %s", pid);
}

/* One process. Returns the number of findings; *hidden when it could not be looked into. */
static size_t look_into(struct machine *m, const char *pid, bool *hidden)
{
	char path[TREE_PATH_MAX], file[TREE_PATH_MAX + 32], target[256];
	size_t found = 0, probe = 0;
	struct dirent *e;
	DIR *d;

	tree_path(m->host, path, "/proc/%.20s/fd", pid);
	d = opendir(path);
	*hidden |= !d && errno == EACCES;
	/* A process that has a node open twice is told once. */
	while (d && found == 0 && (e = readdir(d)) != NULL) {
		const char *node = NULL;
		ssize_t n = -1;

		if (is_number(e->d_name) &&
		    snprintf(file, sizeof(file), "%s/%.20s", path, e->d_name) < (int)sizeof(file))
			n = readlink(file, target, sizeof(target) - 1);
		if (n > 0) {
			target[n] = '\0';
			node = node_of(m, target, &probe);
		}
		if (node) {
			tell_holder(m, pid, node, probe);
			found++;
		}
	}
	if (d)
		(void)closedir(d);
	return found;
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
	char path[TREE_PATH_MAX];
	bool hidden = false;
	struct dirent *e;
	size_t found = 0;
	DIR *d;

	if (m->probes.n == 0)
		return;
	tree_path(m->host, path, "/proc");
	d = opendir(path);
	while (d && (e = readdir(d)) != NULL)
		if (is_number(e->d_name))
			found += look_into(m, e->d_name, &hidden);
	if (d)
		(void)closedir(d);
	if (found == 0 && hidden)
		tell_hidden(m);
	tell_mounts(m);
}
