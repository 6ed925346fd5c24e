/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * modules.c - what usb-storage and scsi_mod were told about the V1's fake disk, and what is in
 * force of it.
 *
 * Source: kernel Documentation/admin-guide/kernel-parameters.txt (usb-storage.quirks),
 * drivers/scsi/scsi_devinfo.c (dev_flags, /proc/scsi/device_info).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/files.h"
#include "host/priv.h"
#include "host/settings.h"
#include "host/tree.h"

static const char live_quirks[] = "/sys/module/usb_storage/parameters/quirks";
static const char device_info[] = "/proc/scsi/device_info";

static unsigned v1_pid(void)
{
	size_t n = 0;
	const struct probe_kind *kinds = probe_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (kinds[i].generation == PROBE_V1)
			return kinds[i].pid;
	return 0;
}

/* Has a list every entry of another one? */
static bool has_all(const char *list, const char *entries)
{
	char one[SETTING_MAX];

	for (const char *p = entries; *p; p += strcspn(p, ","), p += *p == ',') {
		(void)snprintf(one, sizeof(one), "%.*s", (int)strcspn(p, ","), p);
		if (!strstr(list, one))
			return false;
	}
	return true;
}

/* The first value that the last one, which counts, does not contain; NULL: none. */
static const struct setting *lost_of(const struct settings *s)
{
	for (size_t i = 0; i + 1 < s->n; i++)
		if (!has_all(s->item[s->n - 1].value, s->item[i].value))
			return &s->item[i];
	return NULL;
}

/* A string parameter that is given twice: the last one counts, the others are lost. */
static void tell_lost(struct machine *m, const struct settings *s, const char *option,
		      const char *merged)
{
	const struct setting *last = s->n ? &s->item[s->n - 1] : NULL, *lost = lost_of(s);
	struct finding *f;

	if (!lost)
		return;
	f = find(m, "options", FINDING_NOTE, "%s is set %zu times: only that of %s counts, that of %s is "
					     "lost", option, s->n, last->from, lost->from);
	if (!last->command_line)
		cure(f, "echo 'options %s=%s' | sudo tee /etc/modprobe.d/zz-stlink.conf", option, merged);
}

static void cure_ignored(struct finding *f, const struct settings *s)
{
	char letters[32];

	for (size_t i = s->n; i-- > 0;) {
		const struct setting *it = &s->item[i];

		if (!quirks_for(it->value, PROBE_VID, v1_pid(), letters, sizeof(letters)))
			continue;
		if (strncmp(it->from, "/etc/", 5) == 0)
			cure(f, "sudo sed -i '/%x:%x/s/^/#/' %s && sudo modprobe -r uas usb_storage",
			     (unsigned)PROBE_VID, v1_pid(), it->from);
		return;
	}
	cure(f, "echo | sudo tee %s", live_quirks);
}

static void tell_live_quirk(struct machine *m, const char *live, const struct settings *s)
{
	char letters[32];
	struct finding *f;

	if (!quirks_for(live, PROBE_VID, v1_pid(), letters, sizeof(letters)))
		return;
	if (!strchr(letters, 'i')) {
		(void)find(m, "quirks", FINDING_OK, "usb-storage has quirks for the V1, which keep its sg "
						    "node (quirks=%s)", live);
		return;
	}
	f = find(m, "quirks", FINDING_NOTE, "usb-storage is told to ignore the V1 (quirks=%s): it has no "
					    "sg node and is reached through libusb only", live);
	cure_ignored(f, s);
}

void check_quirks(struct machine *m)
{
	char live[SETTING_MAX], merged[SETTING_MAX] = "", letters[32];
	bool loaded = tree_line(m->host, live_quirks, live, sizeof(live));
	struct settings s;

	settings_read(m->host, "usb_storage", "quirks", &s);
	for (size_t i = s.n; i-- > 0;)
		quirks_merge(merged, s.item[i].value);
	tell_lost(m, &s, "usb-storage quirks", merged);
	if (loaded)
		tell_live_quirk(m, live, &s);
	if (loaded && s.n > 0 &&
	    quirks_for(s.item[s.n - 1].value, PROBE_VID, v1_pid(), letters, sizeof(letters)) &&
	    !quirks_for(live, PROBE_VID, v1_pid(), letters, sizeof(letters)))
		(void)find(m, "quirks", FINDING_NOTE, "%s has a quirk for the V1 that is not in force: "
						      "usb-storage %s", s.item[s.n - 1].from,
			   module_is_builtin(m->host, "usb_storage") ?
			   "is built into the kernel, which reads its own command line only" :
			   "was loaded before");
}

/* ---- scsi_mod dev_flags -------------------------------------------------------------- */

/* The value that this version of the program wants; "" when it ships none. */
static void wanted_flags(char out[SETTING_MAX])
{
	const struct host_file *file = host_file_for(FILE_MODPROBE);
	const char *wanted[2] = { "scsi_mod", "dev_flags" };
	struct settings s = { 0 };

	out[0] = '\0';
	if (file)
		settings_of_text(file->text, file->name, wanted, &s);
	if (s.n > 0)
		memcpy(out, s.item[0].value, SETTING_MAX);
}

/* "VENDOR:MODEL:FLAGS", the first entry of a list. */
struct flag_entry {
	char vendor[9], model[17];
	unsigned long flags;
};

static size_t trimmed(const char *s, size_t n)
{
	while (n > 0 && s[n - 1] == ' ')
		n--;
	return n;
}

static bool read_entry(const char *text, struct flag_entry *e)
{
	const char *model = strchr(text, ':');
	const char *flags = model ? strchr(model + 1, ':') : NULL;

	if (!flags)
		return false;
	(void)snprintf(e->vendor, sizeof(e->vendor), "%.*s",
		       (int)trimmed(text, (size_t)(model - text)), text);
	(void)snprintf(e->model, sizeof(e->model), "%.*s",
		       (int)trimmed(model + 1, (size_t)(flags - model - 1)), model + 1);
	e->flags = strtoul(flags + 1, NULL, 0);
	return true;
}

/* A line of the kernel's list: 'STM32' '' 0x100000, names perhaps padded with blanks. */
static bool line_has(const char *line, size_t len, const struct flag_entry *e)
{
	char text[80];
	const char *names[2] = { e->vendor, e->model };
	char *p = text;

	(void)snprintf(text, sizeof(text), "%.*s", len < sizeof(text) ? (int)len : 0, line);
	for (size_t i = 0; i < 2; i++) {
		char *quote = *p == '\'' ? strchr(p + 1, '\'') : NULL;

		if (!quote || trimmed(p + 1, (size_t)(quote - p - 1)) != strlen(names[i]) ||
		    strncmp(p + 1, names[i], strlen(names[i])) != 0)
			return false;
		p = quote + 1 + strspn(quote + 1, " ");
	}
	return (strtoul(p, NULL, 0) & e->flags) == e->flags;
}

static bool flags_in_force(const char *list, const char *wanted)
{
	struct flag_entry e;

	if (!read_entry(wanted, &e))
		return false;
	for (const char *p = list; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (line_has(p, strcspn(p, "\n"), &e))
			return true;
	return false;
}

enum disk_flag disk_flag_state(const struct host *h, char wanted[SETTING_MAX])
{
	char *list = tree_text(h, device_info);
	enum disk_flag state = DISK_FLAG_MISSING;
	bool builtin = module_is_builtin(h, "scsi_mod");
	struct settings s;

	wanted_flags(wanted);
	settings_read(h, "scsi_mod", "dev_flags", &s);
	for (size_t i = 0; i < s.n && wanted[0]; i++)
		if (strstr(s.item[i].value, wanted) && (!builtin || s.item[i].command_line))
			state = list ? DISK_FLAG_LATER : DISK_FLAG_CONFIGURED;
	if (!wanted[0])
		state = DISK_FLAG_NONE;
	else if (list && flags_in_force(list, wanted))
		state = state == DISK_FLAG_MISSING ? DISK_FLAG_UNTIL_RESTART : DISK_FLAG_IN_FORCE;
	free(list);
	return state;
}

/* Every value that is configured, and wanted, in one. */
static void merge_flags(const struct settings *s, const char *wanted, char merged[SETTING_MAX])
{
	merged[0] = '\0';
	for (size_t i = 0; i <= s->n; i++) {
		const char *value = i < s->n ? s->item[i].value : wanted;
		size_t used = strlen(merged);

		if (!strstr(merged, value))
			(void)snprintf(merged + used, SETTING_MAX - used, "%s%s", used ? "," : "", value);
	}
}

static void tell_missing(struct machine *m, const char *wanted, bool builtin)
{
	char merged[SETTING_MAX];
	struct settings s;
	struct finding *f;

	f = find(m, "disk-flag", FINDING_NOTE, "the kernel's disk driver reads the fake disk of a V1, which "
					       "may take minutes%s",
		 builtin ? "; scsi_mod is built in, so that it is told by the kernel command line" : "");
	settings_read(m->host, "scsi_mod", "dev_flags", &s);
	merge_flags(&s, wanted, merged);
	if (s.n > 0 && !builtin)
		cure(f, "echo 'options scsi_mod dev_flags=%s' | sudo tee /etc/modprobe.d/zz-stlink.conf",
		     merged);
	else if (builtin)
		cure(f, "sudo sed -i 's/^GRUB_CMDLINE_LINUX=\"/&scsi_mod.dev_flags=%s /' "
			"/etc/default/grub && sudo update-grub", wanted);
	else
		cure(f, "sudo stlink-download setup --fix");
}

static void tell_merged_flags(struct machine *m, const char *wanted)
{
	char merged[SETTING_MAX];
	struct settings s;

	settings_read(m->host, "scsi_mod", "dev_flags", &s);
	merge_flags(&s, wanted, merged);
	tell_lost(m, &s, "scsi_mod dev_flags", merged);
}

void check_disk_flag(struct machine *m)
{
	char wanted[SETTING_MAX];
	bool builtin = module_is_builtin(m->host, "scsi_mod");
	struct finding *f;

	switch (disk_flag_state(m->host, wanted)) {
	case DISK_FLAG_NONE:
		return;
	case DISK_FLAG_IN_FORCE:
		(void)find(m, "disk-flag", FINDING_OK, "no disk driver is bound to a V1 (scsi_mod "
						       "dev_flags=%s is in force)", wanted);
		break;
	case DISK_FLAG_CONFIGURED:
		(void)find(m, "disk-flag", FINDING_OK, "no disk driver is bound to a V1 (scsi_mod "
						       "dev_flags=%s is configured; it counts when "
						       "scsi_mod is loaded, mostly from the "
						       "initramfs)", wanted);
		break;
	case DISK_FLAG_UNTIL_RESTART:
		f = find(m, "disk-flag", FINDING_NOTE, "scsi_mod dev_flags=%s is in force until the next "
						       "start, but not configured", wanted);
		if (!builtin)
			cure(f, "sudo stlink-download setup --fix");
		break;
	case DISK_FLAG_LATER:
		f = find(m, "disk-flag", FINDING_NOTE, "scsi_mod dev_flags=%s is configured, but scsi_mod "
						       "was loaded before (from the initramfs: sudo "
						       "update-initramfs -u)", wanted);
		cure(f, "echo '%s' | sudo tee %s", wanted, device_info);
		break;
	case DISK_FLAG_MISSING:
		tell_missing(m, wanted, builtin);
		break;
	}
	tell_merged_flags(m, wanted);
}
