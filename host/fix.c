/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fix.c - what --fix does: the files that are missing, and a word to the kernel and to udev.
 *
 * Runs no program. udev looks for new rules by itself, at most every 3 s and when an event comes
 * (systemd, udevd.c); writing "change" to a device's uevent file is what udevadm trigger does.
 */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "host/files.h"
#include "host/priv.h"
#include "host/tree.h"

enum { UDEV_LOOKS_EVERY_MS = 3000, MARGIN_MS = 200 };

static void add_step(struct host_plan *plan, const char *path, const char *data, size_t len)
{
	struct host_step *s = &plan->step[plan->n];

	if (plan->n == HOST_STEPS_MAX)
		return;
	(void)snprintf(s->path, sizeof(s->path), "%s", path);
	s->data = data;
	s->len = len;
	plan->n++;
}

static void add_file(struct host_plan *plan, enum file_purpose purpose)
{
	const struct host_file *file = host_file_for(purpose);
	char path[256];

	if (!file)
		return;
	(void)snprintf(path, sizeof(path), "/etc/%s/%s", file->dir, file->name);
	add_step(plan, path, file->text, file->len);
	plan->n_files = plan->n;
}

/* A word to a file that is there: words are kept in the plan. */
static void add_word(const struct host *h, struct host_plan *plan, const char *path, const char *word)
{
	size_t i = plan->n;

	if (i == HOST_STEPS_MAX || !tree_exists(h, path) || strlen(word) >= sizeof(plan->words[0]))
		return;
	(void)snprintf(plan->words[i], sizeof(plan->words[i]), "%s", word);
	add_step(plan, path, plan->words[i], strlen(word));
	plan->step[i].live = true;
}

static enum sl_err plan_rules(struct machine *m, struct host_plan *plan)
{
	struct ctx *c = m->host->ctx;

	switch (m->rules) {
	case RULES_GOOD:
		return SL_OK;
	case RULES_MASKED:
		(void)ctx_fail(c, SL_FILE, "host", "%s switches the rules off", m->rules_path);
		ctx_hint(c, "if that is not wanted any more: sudo rm %s", m->rules_path);
		return SL_FILE;
	case RULES_OTHER:
		/* A copy in /etc would hide what a package brings later on. */
		if (strncmp(m->rules_path, "/etc/", 5) != 0)
			return SL_OK;
		break;
	case RULES_MISSING:
		break;
	}
	add_file(plan, FILE_RULES);
	return SL_OK;
}

/* In force at the next start. Not beside a value of somebody else: one of the two would be lost. */
static void plan_disk_flag(struct machine *m, struct host_plan *plan, enum disk_flag state)
{
	struct settings s;

	settings_read(m->host, "scsi_mod", "dev_flags", &s);
	if ((state == DISK_FLAG_MISSING || state == DISK_FLAG_UNTIL_RESTART) && s.n == 0 &&
	    !module_is_builtin(m->host, "scsi_mod"))
		add_file(plan, FILE_MODPROBE);
}

/* udev looks a group up when it reads the rules, and does not read them again before they change
 * (systemd 252): the group comes first. A system that is not running makes it when it starts. */
static enum sl_err plan_group(struct machine *m, struct host_plan *plan)
{
	const struct host *h = m->host;
	char path[256];

	if (h->root[0] == '\0' && !group_exists(h, STLINK_GROUP)) {
		(void)ctx_fail(h->ctx, SL_OTHER, "host", "there is no group " STLINK_GROUP " yet");
		ctx_hint(h->ctx, "sudo groupadd --system " STLINK_GROUP ", then this again");
		return SL_OTHER;
	}
	file_in_force(h, FILE_GROUP_RULES, path);
	if (!path[0])
		add_file(plan, FILE_GROUP_RULES);
	file_in_force(h, FILE_GROUP, path);
	if (!path[0])
		add_file(plan, FILE_GROUP);
	return SL_OK;
}

/* Let udev apply its rules to what is plugged in already. */
static void plan_events(struct machine *m, struct host_plan *plan)
{
	char path[128];

	for (size_t i = 0; i < m->probes.n; i++) {
		const struct probe *p = &m->probes.probe[i];
		const char *sg = strrchr(p->sg_node, '/');

		(void)snprintf(path, sizeof(path), "/sys/bus/usb/devices/%s/uevent", p->port);
		add_word(m->host, plan, path, "change");
		if (!sg)
			continue;
		(void)snprintf(path, sizeof(path), "/sys/class/scsi_generic/%s/uevent", sg + 1);
		add_word(m->host, plan, path, "change");
	}
}

static enum sl_err plan_all(struct machine *m, bool group, struct host_plan *plan)
{
	const struct host *h = m->host;
	char wanted[SETTING_MAX];
	enum disk_flag state = disk_flag_state(h, wanted);
	enum sl_err err = SL_OK;

	if (m->container && !m->udev && h->root[0] == '\0') {
		err = ctx_fail(h->ctx, SL_OTHER, "host", "in a container there is nothing to install");
		ctx_hint(h->ctx, "run stlink-download setup --fix on the host");
		return err;
	}
	err = plan_rules(m, plan);
	if (err)
		return err;
	plan_disk_flag(m, plan, state);
	if (group)
		err = plan_group(m, plan);
	if (err)
		return err;
	if (state == DISK_FLAG_MISSING || state == DISK_FLAG_LATER)
		add_word(h, plan, "/proc/scsi/device_info", wanted);
	if (m->udev && (plan->n_files > 0 || m->blocked))
		plan_events(m, plan);
	return SL_OK;
}

enum sl_err host_plan_fix(const struct host *h, bool group, struct host_plan *out)
{
	struct machine *m = calloc(1, sizeof(*m));
	struct findings *unused = calloc(1, sizeof(*unused));
	enum sl_err err;

	memset(out, 0, sizeof(*out));
	if (m && unused) {
		machine_look(m, h, unused);
		err = plan_all(m, group, out);
	} else {
		err = ctx_fail(h->ctx, SL_NOMEM, "host", "no memory to look at this machine");
	}
	free(unused);
	free(m);
	return err;
}

static enum sl_err make_directories(const struct host *h, const char *path)
{
	char whole[TREE_PATH_MAX];

	tree_path(h, whole, "%s", path);
	for (char *p = whole + strlen(h->root) + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(whole, 0755) && errno != EEXIST)
			return ctx_fail_errno(h->ctx, SL_FILE, "host", errno, "cannot make %s", whole);
		*p = '/';
	}
	return SL_OK;
}

static enum sl_err install(const struct host *h, const struct host_step *s, const char *whole)
{
	enum sl_err err = make_directories(h, s->path);

	if (!err)
		err = file_write_all(h->ctx, whole, s->data, s->len, true);
	/* Whatever the umask: everybody may read what is set up here. */
	if (!err && chmod(whole, 0644))
		err = ctx_fail_errno(h->ctx, SL_FILE, "host", errno, "cannot give %s its mode", whole);
	return err;
}

static enum sl_err write_word(const struct host *h, const struct host_step *s, const char *whole)
{
	int fd = open(whole, O_WRONLY | O_TRUNC | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, s->data, s->len) == (ssize_t)s->len;
	int why = errno;

	if (fd >= 0)
		(void)close(fd);
	if (good)
		return SL_OK;
	return ctx_fail_errno(h->ctx, SL_FILE, "host", why, "cannot write \"%s\" to %s", s->data, whole);
}

enum sl_err host_do_step(const struct host *h, const struct host_step *step)
{
	char whole[TREE_PATH_MAX];
	enum sl_err err;

	tree_path(h, whole, "%s", step->path);
	if (!whole[0])
		return ctx_fail(h->ctx, SL_FILE, "host", "the name of the root is too long");
	err = step->live ? write_word(h, step, whole) : install(h, step, whole);
	if (err == SL_FILE && (h->ctx->fault.sys_errno == EACCES || h->ctx->fault.sys_errno == EPERM)) {
		err = h->ctx->fault.code = SL_PERM;
		ctx_hint(h->ctx, "sudo stlink-download setup --fix");
	}
	return err;
}

void host_wait_for_udev(const struct host *h)
{
	if (tree_exists(h, "/run/udev/control"))
		ctx_sleep_us(h->ctx, (UDEV_LOOKS_EVERY_MS + MARGIN_MS) * 1000u);
}
