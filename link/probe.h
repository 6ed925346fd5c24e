/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * probe.h - which ST-LINKs are plugged in, and which one the user means.
 *
 * Probes are found in sysfs alone: listing never opens a node, never claims an
 * interface and so never disturbs a probe that is at work.
 */
#ifndef LINK_PROBE_H
#define LINK_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

enum probe_generation { PROBE_V1 = 1, PROBE_V2 = 2, PROBE_V3 = 3 };

/* One row per USB product id, sorted; the udev rules are made from the same table. */
struct probe_kind {
	uint16_t pid;
	enum probe_generation generation;
	const char *name;               /* "ST-LINK/V2-1" */
	bool bootloader;                /* enumerates so in its loader: cannot debug */
	unsigned char vcps;             /* serial ports (CDC ACM); 2: more than one */
};

enum { PROBE_VID = 0x0483, PROBE_SERIAL_RAW_MAX = 32, PROBE_LIST_MAX = 64, PROBE_TTYS_MAX = 2 };

/* probe_kind_of_pid - the row of a product id; NULL: not an ST-LINK. */
const struct probe_kind *probe_kind_of_pid(uint16_t pid);

/* probe_kinds - the table; *n rows. */
const struct probe_kind *probe_kinds(size_t *n);

struct probe {
	const struct probe_kind *kind;
	unsigned bus, address;          /* usbfs numbers; 0 for usbip: */
	char port[32];                  /* "1-2.3", stable over replugging; sysfs name */
	char serial[72];                /* 24 hex digits for 12 raw bytes; else as is */
	bool serial_unsure;             /* the kernel's copy of a binary serial was cut short */
	char product[64], manufacturer[64];
	unsigned interfaces;            /* of its USB configuration; 0: unknown */
	char sg_node[64];               /* V1: "/dev/sg2", "" while there is none */
	char disk_node[64];             /* V1: "/dev/sdb", "" when no disk driver is bound */
	char volume_node[64];           /* V2-1, V3: "/dev/sdc", the disk for drag and drop */
	char tty[PROBE_TTYS_MAX][64];   /* "/dev/ttyACM0" */
	size_t n_ttys;
	char usb_node[64];              /* "/dev/bus/usb/001/005" */
	char driver[32];                /* kernel driver of interface 0, "" for none */
	char url[256];                  /* "usbip:..." as given; else "" */
	bool disk_waits;                /* V1: found by probe_disk_waits; sg is no good then */
};

struct probe_list {
	size_t n;
	struct probe probe[PROBE_LIST_MAX];
};

/* probe_list - all probes that sysfs shows, by port.
 * Returns SL_OK (n may be 0); SL_HOST when sysfs cannot be read. Opens no device. */
enum sl_err probe_list(struct ctx *c, struct probe_list *out) MUST_CHECK;

/* probe_find - the probe that the user means.
 * device: NULL or "" the only one present; "/dev/stlink", "/dev/sgN" or any other node of the
 *   probe: its serial port, disk or usbfs node; "serial:S" (24 hex,
 *   raw bytes, '?' for 3F, unique prefix), "usb:BUS.ADDR", "port:1-2.3", "usbip:...".
 * Returns SL_OK; SL_NOPROBE; SL_MANYPROBES with the list in the fault; SL_USAGE for a word
 *   that is none of these. */
enum sl_err probe_find(struct ctx *c, const char *device, struct probe *out) MUST_CHECK;

enum { PROBE_ALIASES_MAX = 3 };

/* probe_serial_aliases - other ways to write a probe's serial number that -d serial: takes and
 * other tools print: hex for text, 3F for bytes above 7F, and the shortest beginning that no other
 * probe of the list has.
 * Returns how many were written. */
size_t probe_serial_aliases(const struct probe *p, const struct probe_list *list,
			    char out[PROBE_ALIASES_MAX][72]);

/* probe_refind - the same probe again after it left the bus and came back, by port (its
 * serial and address may have changed). Returns SL_NOPROBE while it is not there. */
enum sl_err probe_refind(struct ctx *c, const struct probe *was, struct probe *out) MUST_CHECK;

/* probe_disk_waits - true when the kernel has sent the V1's fake disk a SCSI command and neither
 * that nor any other was answered for ms. What is sent through sg then waits behind it.
 * Returns at once when nothing is under way or something moves, or a signal came. Reads sysfs
 * alone; false where that does not tell. */
bool probe_disk_waits(struct ctx *c, const struct probe *p, unsigned ms);

#endif
