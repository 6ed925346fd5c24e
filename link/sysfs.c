/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sysfs.c - reading attributes and going down directories of sysfs.
 *
 * Opens no device node; knows nothing of probes.
 * Source: Linux Documentation/ABI/testing/sysfs-bus-usb.
 */
#define _POSIX_C_SOURCE 200809L
#include "link/sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int sysfs_read(const char *dir, const char *name, char *out, size_t room)
{
	char path[PATH_MAX];
	size_t len = 0;
	ssize_t n;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	do {
		n = read(fd, out + len, room - 1 - len);
		len += n > 0 ? (size_t)n : 0;
		/* A signal interrupts the kernel's wait for the lock of a USB device. */
	} while ((n > 0 && len < room - 1) || (n < 0 && errno == EINTR));
	(void)close(fd);
	if (n < 0)
		return -1;
	if (len > 0 && out[len - 1] == '\n')
		len--;
	out[len] = '\0';
	return (int)len;
}

bool sysfs_number(const char *dir, const char *name, int base, unsigned long *out)
{
	char text[32];
	char *end = text;

	if (sysfs_read(dir, name, text, sizeof(text)) <= 0 || !isxdigit((unsigned char)text[0]))
		return false;
	*out = strtoul(text, &end, base);
	return *end == '\0';
}

static bool name_fits(const char *name, const struct sysfs_name *w)
{
	size_t len = strlen(name), begin = strlen(w->begin), end = strlen(w->end);

	return name[0] != '.' && len >= begin + end && strncmp(name, w->begin, begin) == 0 &&
	       strcmp(name + len - end, w->end) == 0;
}

bool sysfs_descend(char *path, const struct sysfs_name *w)
{
	char best[NAME_MAX + 1] = "";
	size_t used = strlen(path);
	DIR *d = opendir(path);
	struct dirent *e;

	if (!d)
		return false;
	while ((e = readdir(d)) != NULL)
		if (name_fits(e->d_name, w) && (!best[0] || strcmp(e->d_name, best) < 0))
			(void)snprintf(best, sizeof(best), "%s", e->d_name);
	(void)closedir(d);
	return best[0] &&
	       snprintf(path + used, PATH_MAX - used, "/%s", best) < (int)(PATH_MAX - used);
}
