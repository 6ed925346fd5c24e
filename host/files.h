/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * files.h - the files that belong into /etc, as they stand in udev/, modprobe.d/ and sysusers.d/.
 */
#ifndef HOST_FILES_H
#define HOST_FILES_H

#include <stddef.h>

enum file_purpose {
	FILE_RULES,             /* permissions, names, the fake disk kept quiet */
	FILE_MODPROBE,          /* no disk driver for the fake disk */
	FILE_GROUP_RULES,       /* for those who log in over the network */
	FILE_GROUP,
};

struct host_file {
	enum file_purpose purpose;
	const char *dir;        /* below /etc and /usr/lib: "udev/rules.d" */
	const char *name;
	const char *text;
	size_t len;
};

/* host_files - the table; *n rows. */
const struct host_file *host_files(size_t *n);

/* host_file_for - the row of a purpose; NULL: this version has none. */
const struct host_file *host_file_for(enum file_purpose purpose);

#endif
