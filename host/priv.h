/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * priv.h - what the checks of this room share. Not for other rooms.
 */
#ifndef HOST_PRIV_H
#define HOST_PRIV_H

#include "host/files.h"
#include "host/host.h"
#include "host/settings.h"
#include "link/probe.h"

enum rules_state {
	RULES_GOOD,             /* as this program would install them */
	RULES_MISSING,
	RULES_MASKED,           /* switched off by a file of the same name */
	RULES_OTHER,            /* another version, or edited */
};

/* The facts that more than one check needs, gathered first. */
struct machine {
	const struct host *host;
	struct findings *out;
	struct probe_list probes;
	bool udev;              /* udev runs */
	bool container, wsl;
	enum rules_state rules;
	char rules_path[256];   /* of the file in force, if any */
	bool blocked;           /* a probe is there that may not be used */
};

/* machine_look - fill m. Returns SL_OK. A sysfs that cannot be read gives a finding. */
void machine_look(struct machine *m, const struct host *h, struct findings *out);

/* find - add a finding and return it, for its cure. level FINDING_PROBLEM has code SL_PERM unless
 * it is set afterwards. */
struct finding *find(struct machine *m, const char *check, enum finding_level level,
		     const char *fmt, ...) PRINTF_LIKE(4, 5);

/* cure - the command for a finding. */
void cure(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* may_use - may who asks read and write this node? */
bool may_use(const struct host *h, const char *path);

/* shown - a path as people know it, without the root. */
const char *shown(const struct host *h, const char *path);

/* The checks, in the order of checks.c. */
void check_surroundings(struct machine *m);
void check_rules(struct machine *m);
void check_other_rules(struct machine *m);
void check_quirks(struct machine *m);
void check_disk_flag(struct machine *m);
void check_nodes(struct machine *m);
void check_holders(struct machine *m);

/* Is the disk driver kept off the V1's fake disk? */
enum disk_flag {
	DISK_FLAG_NONE,         /* this version of the program does not ask for it */
	DISK_FLAG_MISSING,
	DISK_FLAG_LATER,        /* configured, not in force */
	DISK_FLAG_CONFIGURED,   /* configured; the kernel does not show what is in force */
	DISK_FLAG_UNTIL_RESTART, /* in force, not configured */
	DISK_FLAG_IN_FORCE,
};

/* disk_flag_state - how it stands; wanted: the value of dev_flags, "" with DISK_FLAG_NONE. */
enum disk_flag disk_flag_state(const struct host *h, char wanted[SETTING_MAX]);

/* group_exists - does /etc/group have it? */
bool group_exists(const struct host *h, const char *group);

/* file_in_force - the path of an installed file of ours; "" when it is nowhere. */
void file_in_force(const struct host *h, enum file_purpose purpose, char path[256]);

/* The group that the group rules give probes to. */
#define STLINK_GROUP "stlink"

/* rules_look - which of our rules are in force. */
void rules_look(struct machine *m);

#endif
