/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sysfs.h - reading attributes and going down directories of sysfs, inside link/ only.
 */
#ifndef LINK_SYSFS_H
#define LINK_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

/* Which entry of a directory is wanted: one that begins so and ends so. */
struct sysfs_name {
	const char *begin, *end;
};

/* sysfs_read - a small attribute without its final newline, NUL added. A serial may hold newlines
 * and other control characters, so only one is taken off.
 * Returns its length, -1 if absent. */
int sysfs_read(const char *dir, const char *name, char *out, size_t room);

/* sysfs_number - an attribute that is a number in this base; false and *out kept otherwise. */
bool sysfs_number(const char *dir, const char *name, int base, unsigned long *out);

/* sysfs_descend - append "/entry" of the first entry that fits, by name.
 * path: PATH_MAX bytes. Returns false, path as it was, when none fits. */
bool sysfs_descend(char *path, const struct sysfs_name *w);

#endif
