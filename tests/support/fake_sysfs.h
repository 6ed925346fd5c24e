/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fake_sysfs.h - made-up trees of USB devices and their nodes, in a temporary directory.
 */
#ifndef TESTS_SUPPORT_FAKE_SYSFS_H
#define TESTS_SUPPORT_FAKE_SYSFS_H

#include <stddef.h>

#include "base/ctx.h"

struct fake_device {
	const char *port, *vid, *pid;
	unsigned bus, address;
	const char *serial;             /* as the kernel shows it; NULL: no attribute */
	const char *driver, *sg, *disk; /* NULL: none */
};

/* What the tests plug in: a V2, a V2-1, a V1 with its disk, and two that are no probes. */
extern const struct fake_device fake_v2, fake_v21, fake_v1, fake_mouse, fake_rom_dfu;

/* fake_sysfs_setup, fake_sysfs_teardown - an empty tree; c looks there afterwards. */
int fake_sysfs_setup(struct ctx *c);
int fake_sysfs_teardown(void);

/* fake_plug, fake_unplug - a device appears or goes. */
void fake_plug(const struct fake_device *d);
void fake_unplug(const char *port);

/* fake_attr - write an attribute of a device; NULL removes it. */
void fake_attr(const char *port, const char *name, const char *text);

/* fake_file - any file below /sys, by its path there; directories are made. */
void fake_file(const char *path, const char *text);

/* fake_node - an empty file below /dev; directories are made. fake_link - a symbolic link. */
void fake_node(const char *name);
void fake_link(const char *name, const char *target);

/* fake_dev - where /dev is now. */
const char *fake_dev(void);

#endif
