/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rules.c - are our udev rules in force, and what do those of other packages say of probes?
 *
 * Source: udev(7), systemd's 60-persistent-storage.rules and 73-seat-late.rules.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/files.h"
#include "host/priv.h"
#include "host/rule_text.h"
#include "host/tree.h"

enum { SEAT_LATE = 73 };
static const char kind[] = "udev/rules.d", end[] = ".rules";

static enum rules_state compare(const struct host *h, const char *path, const struct host_file *ours)
{
	char *text = tree_text(h, path);
	enum rules_state state = RULES_OTHER;

	/* Empty, or a link to /dev/null, which is no regular file. */
	if (!text || text[0] == '\0')
		state = RULES_MASKED;
	else if (strcmp(text, ours->text) == 0)
		state = RULES_GOOD;
	free(text);
	return state;
}

void file_in_force(const struct host *h, enum file_purpose purpose, char path[256])
{
	const struct host_file *file = host_file_for(purpose);
	struct conf_files *c;

	path[0] = '\0';
	if (tree_conf_files(h, file->dir, strrchr(file->name, '.'), &c)) {
		ctx_clear(h->ctx);
		return;
	}
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->file[i].name, file->name) == 0)
			memcpy(path, c->file[i].path, sizeof(c->file[i].path));
	free(c);
}

void rules_look(struct machine *m)
{
	file_in_force(m->host, FILE_RULES, m->rules_path);
	m->rules = RULES_MISSING;
	if (m->rules_path[0])
		m->rules = compare(m->host, m->rules_path, host_file_for(FILE_RULES));
}

void check_rules(struct machine *m)
{
	const char *name = host_file_for(FILE_RULES)->name;
	/* Where no rule has an effect, and where all probes can be used, it is only good to know. */
	bool needed = m->udev && (m->blocked || m->probes.n == 0);
	struct finding *f;

	switch (m->rules) {
	case RULES_GOOD:
		(void)find(m, "rules", FINDING_OK, "the udev rules are installed (%s)", m->rules_path);
		break;
	case RULES_MISSING:
		f = find(m, "rules", needed ? FINDING_PROBLEM : FINDING_NOTE,
			 "the udev rules are not installed (%s)", name);
		if (m->udev)
			cure(f, "sudo stlink-download setup --fix");
		break;
	case RULES_MASKED:
		f = find(m, "rules", needed ? FINDING_PROBLEM : FINDING_NOTE,
			 "the udev rules are switched off by %s, which is empty", m->rules_path);
		cure(f, "sudo rm %s", m->rules_path);
		break;
	case RULES_OTHER:
		f = find(m, "rules", FINDING_NOTE, "%s is another version than this program's",
			 m->rules_path);
		if (strncmp(m->rules_path, "/etc/", 5) == 0)
			cure(f, "sudo stlink-download setup --fix");
		break;
	}
}

bool group_exists(const struct host *h, const char *group)
{
	char *text = tree_text(h, "/etc/group");
	size_t len = strlen(group);
	bool found = false;

	for (const char *p = text; p && *p && !found; p += strcspn(p, "\n"), p += *p == '\n')
		found = strncmp(p, group, len) == 0 && p[len] == ':';
	free(text);
	return found;
}

/* A file in /etc is moved, one of a package is covered by one of the same name. */
static void cure_without(struct finding *f, const struct conf_file *file)
{
	if (strncmp(file->path, "/etc/", 5) == 0)
		cure(f, "sudo mv %s %s.off", file->path, file->path);
	else
		cure(f, "sudo ln -s /dev/null /etc/udev/rules.d/%s", file->name);
}

static void tell_mode(struct machine *m, const struct conf_file *file, const struct rule_digest *d)
{
	struct finding *f;

	f = find(m, "other-rules", FINDING_NOTE, "%s lets everybody write to ST-LINKs (MODE%s\"%s\"%s)%s",
		 file->path, d->final ? ":=" : "=", d->mode,
		 d->final ? ", which no other file can mend" : "",
		 d->children ? ", to the V1's disk node and to serial ports as well" : "");
	cure_without(f, file);
}

static void tell_group(struct machine *m, const struct conf_file *file, const struct rule_digest *d)
{
	struct finding *f;

	if (group_exists(m->host, d->group)) {
		(void)find(m, "other-rules", FINDING_OK, "%s lets group %s use ST-LINKs", file->path,
			   d->group);
		return;
	}
	f = find(m, "other-rules", FINDING_NOTE, "%s names group %s, which does not exist: udev leaves "
						 "that out", file->path, d->group);
	cure(f, "sudo groupadd --system %s", d->group);
}

/* The tag has been read by then, and nothing says so. */
static void tell_late(struct machine *m, const struct conf_file *file)
{
	struct finding *f;

	f = find(m, "order", FINDING_NOTE, "%s sets tag uaccess too late, behind 73-seat-late.rules: it "
					   "gives no permission", file->path);
	cure(f, "sudo mv %s /etc/udev/rules.d/70-%s", file->path,
	     file->name + strspn(file->name, "0123456789-"));
}

static void tell_about(struct machine *m, const struct conf_file *file, const struct rule_digest *d)
{
	struct finding *f;

	if (d->to_all)
		tell_mode(m, file, d);
	if (d->group[0])
		tell_group(m, file, d);
	if (d->uaccess && strtoul(file->name, NULL, 10) >= SEAT_LATE)
		tell_late(m, file);
	if (d->runs[0]) {
		f = find(m, "other-rules", FINDING_NOTE, "%s runs a program when an ST-LINK comes: %s",
			 file->path, d->runs);
		cure_without(f, file);
	}
}

void check_other_rules(struct machine *m)
{
	struct conf_files *c;

	if (tree_conf_files(m->host, kind, end, &c)) {
		ctx_clear(m->host->ctx);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		char *text = NULL;
		struct rule_digest d;

		if (strcmp(c->file[i].name, host_file_for(FILE_RULES)->name) != 0)
			text = tree_text(m->host, c->file[i].path);
		if (text) {
			rule_digest(text, &d);
			tell_about(m, &c->file[i], &d);
		}
		free(text);
	}
	free(c);
}
