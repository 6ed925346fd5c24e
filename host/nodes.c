/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * nodes.c - may who asks use the nodes of the probes that are plugged in; if not, why not.
 */
#define _XOPEN_SOURCE 700 /* readlink, S_IFMT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/priv.h"
#include "host/tree.h"

/* A node, and what there is to say of it. */
struct node {
	const char *path;
	bool there, usable;
	bool marked;            /* udev has applied our rules to it */
	bool for_group;         /* its group may read and write */
	char owner[80];         /* "mode 0660, group plugdev" */
	char group[40];
	unsigned gid;
};

/* Name of a group, as /etc/group has it; its number when it is not there. */
static void group_name(const struct host *h, unsigned gid, char *out, size_t room)
{
	char *text = tree_text(h, "/etc/group");

	(void)snprintf(out, room, "%u", gid);
	for (const char *p = text; p && *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t name = strcspn(p, ":\n");
		const char *rest = p[name] == ':' ? strchr(p + name + 1, ':') : NULL;

		if (rest && strtoul(rest + 1, NULL, 10) == gid && name < room) {
			(void)snprintf(out, room, "%.*s", (int)name, p);
			break;
		}
	}
	free(text);
}

/* What udev keeps of a device that it has seen: lines as "E:ID_STLINK=1" (systemd, sd-device). */
static bool has_mark(const struct host *h, const char *number)
{
	char path[96];
	char *text;
	bool found;

	(void)snprintf(path, sizeof(path), "/run/udev/data/c%s", number);
	text = tree_text(h, path);
	found = text && strstr(text, "E:ID_STLINK=1\n");
	free(text);
	return found;
}

/* number_of: file of sysfs with "MAJOR:MINOR". */
static void look_at(const struct machine *m, const char *path, const char *number_of, struct node *n)
{
	char number[32];
	struct stat st;

	memset(n, 0, sizeof(*n));
	n->path = path;
	n->there = stat(path, &st) == 0;
	if (!n->there)
		return;
	n->usable = may_use(m->host, path);
	n->gid = st.st_gid;
	group_name(m->host, n->gid, n->group, sizeof(n->group));
	/* Nobody should join group disk, which may write to every disk, for the sake of a probe. */
	n->for_group = n->gid != 0 && (st.st_mode & 0060) == 0060 && strcmp(n->group, "disk") != 0;
	(void)snprintf(n->owner, sizeof(n->owner), "mode %04o, group %s", (unsigned)st.st_mode & 07777,
		       n->group);
	if (tree_line(m->host, number_of, number, sizeof(number)))
		n->marked = has_mark(m->host, number);
}

/* The group's rules are there and the group, too, and yet the node is not the group's: udev read
 * them before there was the group. */
static bool group_came_later(const struct machine *m, char rules[256])
{
	file_in_force(m->host, FILE_GROUP_RULES, rules);
	return rules[0] && group_exists(m->host, STLINK_GROUP);
}

/* The one thing that stands in the way, and what removes it. */
static void cure_node(struct machine *m, struct finding *f, const struct node *n)
{
	const char *node = shown(m->host, n->path);
	char rules[256];

	if (!m->udev && m->container && n->for_group)
		cure(f, "docker run --group-add %u ...", n->gid);
	else if (!m->udev && m->container)
		cure(f, "docker run --user root ...");
	else if (!m->udev)
		cure(f, "sudo chown \"$USER\" %s", node);
	else if (m->rules == RULES_MASKED)
		cure(f, "sudo rm %s", m->rules_path);
	else if (m->rules == RULES_MISSING)
		cure(f, "sudo stlink-download setup --fix");
	else if (!n->marked)
		cure(f, "sudo udevadm control --reload && sudo udevadm trigger --name-match=%s", node);
	else if (n->for_group)
		cure(f, "sudo usermod -aG %s \"$USER\"", n->group);
	else if (group_came_later(m, rules))
		cure(f, "sudo touch %s && sleep 4 && sudo udevadm trigger --name-match=%s", rules, node);
	else
		cure(f, "sudo groupadd --system --force " STLINK_GROUP " && sudo usermod -aG " STLINK_GROUP
			" \"$USER\" && sudo stlink-download setup --fix --group --yes");
}

static const char *reason(const struct machine *m, const struct node *n)
{
	char rules[256];

	if (!m->udev || m->rules == RULES_MASKED || m->rules == RULES_MISSING)
		return "";
	if (!n->marked)
		return "; the rules came after the probe and were not applied to it";
	if (n->for_group)
		return "; you do not sit at this machine, nor were you in that group when you logged in";
	if (group_came_later(m, rules))
		return "; udev read the rules of group " STLINK_GROUP " before there was that group";
	return "; you do not sit at this machine (ssh, or no seat), so a group is needed";
}

static void tell_forbidden(struct machine *m, const struct probe *p, const struct node *n)
{
	struct finding *f;

	if (!n->there) {
		f = find(m, "node", FINDING_PROBLEM, "%s at port %s: there is no %s", p->kind->name, p->port,
			 shown(m->host, n->path));
		if (m->container)
			cure(f, "docker run -v /dev/bus/usb:/dev/bus/usb "
				"--device-cgroup-rule='c 189:* rmw' ...");
		return;
	}
	f = find(m, "node", FINDING_PROBLEM, "%s at port %s: you may not read and write %s (%s)%s",
		 p->kind->name, p->port, shown(m->host, n->path), n->owner, reason(m, n));
	cure_node(m, f, n);
}

/* A V1 without its SCSI generic node: is there a driver missing? */
static void tell_no_sg(struct machine *m, const struct probe *p)
{
	struct finding *f;

	if (strcmp(p->driver, "usb-storage") == 0 && !module_is_there(m->host, "sg")) {
		f = find(m, "sg", FINDING_NOTE, "%s at port %s: no sg node, because module sg is not loaded",
			 p->kind->name, p->port);
		cure(f, "sudo modprobe sg");
	} else {
		(void)find(m, "sg", FINDING_NOTE, "%s at port %s has no sg node (its driver: %s); it is "
						  "reached through libusb", p->kind->name, p->port,
			   p->driver[0] ? p->driver : "none");
	}
}

static void tell_disk(struct machine *m, const struct probe *p)
{
	char path[TREE_PATH_MAX], target[256];
	const char *address;
	struct finding *f;
	ssize_t n;

	f = find(m, "disk", FINDING_NOTE, "%s at port %s: the kernel's disk driver has its fake disk %s",
		 p->kind->name, p->port, shown(m->host, p->disk_node));
	tree_path(m->host, path, "/sys/class/scsi_generic/%s/device", strrchr(p->sg_node, '/') + 1);
	n = readlink(path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	address = strrchr(target, '/');
	if (address)
		cure(f, "echo %s | sudo tee /sys/bus/scsi/drivers/sd/unbind", address + 1);
}

static void look_at_usb(const struct machine *m, const struct probe *p, struct node *n)
{
	char number_of[96];

	(void)snprintf(number_of, sizeof(number_of), "/sys/bus/usb/devices/%s/dev", p->port);
	look_at(m, p->usb_node, number_of, n);
}

static void tell_usable(struct machine *m, const struct probe *p, const struct node *n)
{
	(void)find(m, "node", FINDING_OK, "%s at port %s: %s may be read and written", p->kind->name,
		   p->port, shown(m->host, n->path));
}

static void check_v1(struct machine *m, const struct probe *p)
{
	struct node sg, usb;
	char number_of[128];

	look_at_usb(m, p, &usb);
	if (!p->sg_node[0]) {
		tell_no_sg(m, p);
		(usb.usable ? tell_usable : tell_forbidden)(m, p, &usb);
		return;
	}
	(void)snprintf(number_of, sizeof(number_of), "/sys/class/scsi_generic/%s/dev",
		       strrchr(p->sg_node, '/') + 1);
	look_at(m, p->sg_node, number_of, &sg);
	if (p->disk_node[0])
		tell_disk(m, p);
	if (sg.usable || !usb.usable) {
		(sg.usable ? tell_usable : tell_forbidden)(m, p, &sg);
		return;
	}
	/* The tool goes on through libusb, but takes the probe from usb-storage for it. */
	tell_forbidden(m, p, &sg);
	m->out->item[m->out->n - 1].level = FINDING_NOTE;
	m->out->item[m->out->n - 1].code = SL_OK;
	tell_usable(m, p, &usb);
}

void check_nodes(struct machine *m)
{
	struct node n;

	if (m->probes.n == 0)
		(void)find(m, "node", FINDING_NOTE, "no ST-LINK is plugged in; with one, its nodes are "
						    "looked at as well");
	for (size_t i = 0; i < m->probes.n; i++) {
		const struct probe *p = &m->probes.probe[i];

		if (p->kind->generation == PROBE_V1) {
			check_v1(m, p);
			continue;
		}
		look_at_usb(m, p, &n);
		(n.usable ? tell_usable : tell_forbidden)(m, p, &n);
	}
}
