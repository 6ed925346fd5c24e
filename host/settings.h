/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * settings.h - parameters of kernel modules: what is configured where, and quirk strings.
 */
#ifndef HOST_SETTINGS_H
#define HOST_SETTINGS_H

#include "host/host.h"

enum { SETTINGS_MAX = 16, SETTING_MAX = 256 };

struct setting {
	char value[SETTING_MAX];
	char from[256];         /* file, or "the kernel command line" */
	bool command_line;
};

struct settings {
	size_t n;
	struct setting item[SETTINGS_MAX];
};

/* settings_read - every value that is given to module's parameter, in the order in which it is
 * read; the last counts. module: with underscores, "usb_storage". Source: modprobe.d(5); kernel
 * Documentation/admin-guide/kernel-parameters.rst. */
void settings_read(const struct host *h, const char *module, const char *parameter,
		   struct settings *out);

/* settings_of_text - as settings_read, of one file's text. */
void settings_of_text(const char *text, const char *from, const char *wanted[2],
		      struct settings *out);

/* module_is_there - loaded, or built in. module_is_builtin - not to be loaded: modprobe.d does not
 * count for it. Source: /sys/module/NAME/initstate is there for loaded modules only. */
bool module_is_there(const struct host *h, const char *module);
bool module_is_builtin(const struct host *h, const char *module);

/* quirks_for - the letters that a quirk string has for a device; the last entry counts. "" none.
 * Returns whether there is an entry. Source: kernel-parameters.txt, usb-storage.quirks. */
bool quirks_for(const char *quirks, unsigned vid, unsigned pid, char *letters, size_t room);

/* quirks_merge - add the entries of more that into has none of, or others. */
void quirks_merge(char into[SETTING_MAX], const char *more);

#endif
