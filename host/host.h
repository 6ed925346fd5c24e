/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * host.h - what of this machine stands between its user and an ST-LINK.
 *
 * Looks at the live state: nodes by access(2), udev's rules and what they did, options of kernel
 * modules, who holds a probe. Talks to no probe, opens no node, prints nothing. Everything is read
 * below a root directory, so that an image, or a test, can be looked at like the running system.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"
#include "link/probe.h"

struct host {
	struct ctx *ctx;        /* its sysfs and dev are those below root */
	const char *root;       /* "" the running system; else a directory without final slash */
	bool is_root;           /* of who asks: may do everything, so access(2) says nothing */
	bool (*may_use)(const char *path); /* NULL: access(2) for reading and writing */
};

enum finding_level {
	FINDING_OK,
	FINDING_NOTE,           /* probes can be used, but somebody should know */
	FINDING_PROBLEM,        /* a probe cannot be used, or not by everybody who should */
};

struct finding {
	const char *check;      /* "rules", "node" ...; static */
	enum finding_level level;
	enum sl_err code;       /* of a problem: what a session would fail with; else SL_OK */
	char text[400];         /* this and cure: ASCII without control characters */
	char cure[400];         /* the command to type; "" when none is needed or known */
};

enum { FINDINGS_MAX = 128 };

struct findings {
	size_t n;
	struct finding item[FINDINGS_MAX];
};

/* host_examine - look at everything.
 * out: filled; what did not fit is counted in the last one.
 * Returns SL_OK also when there are problems; SL_NOMEM. */
enum sl_err host_examine(const struct host *h, struct findings *out) MUST_CHECK;

/* One thing that --fix does. */
struct host_step {
	char path[256];         /* below root, begins with '/' */
	const char *data;
	size_t len;
	bool live;              /* a word to the running kernel; else a file to install */
};

enum { HOST_STEPS_MAX = 64 };

struct host_plan {
	size_t n;
	struct host_step step[HOST_STEPS_MAX];
	size_t n_files;         /* steps that install a file; they come first */
	char words[HOST_STEPS_MAX][64]; /* what live steps write, when it is not static */
};

/* host_plan_fix - the least that has to be done: files that are missing, and telling the kernel
 * and udev about them. group: also the group for those who log in over the network.
 * Returns SL_OK (n may be 0); SL_NOMEM; SL_FILE when an administrator or a package has a file of the
 *   same name in the way, with the cure. */
enum sl_err host_plan_fix(const struct host *h, bool group, struct host_plan *out) MUST_CHECK;

/* host_do_step - install one file (directories are made, mode 0644) or write one word.
 * Returns SL_OK; SL_PERM or SL_FILE with errno. */
enum sl_err host_do_step(const struct host *h, const struct host_step *step) MUST_CHECK;

/* A process that has a node of a probe open. */
struct host_holder {
	size_t probe;           /* index in the list */
	char node[64];          /* as in struct probe */
	char pid[24], name[32]; /* name: as the kernel has it, anything may stand in it */
};

enum { HOLDERS_MAX = 64 };

struct host_holders {
	size_t n;
	struct host_holder item[HOLDERS_MAX];
	bool hidden;            /* there are processes that this user may not look into */
};

/* host_find_holders - who has nodes of these probes open, by /proc. Opens no node. */
void host_find_holders(const struct host *h, const struct probe_list *list,
		       struct host_holders *out);

/* host_wait_for_udev - sleep until udev has noticed new rules; at once when it does not run. */
void host_wait_for_udev(const struct host *h);

#endif
