/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * kinds.c - the USB product ids of ST-LINKs, one row each.
 *
 * Does not look at devices. The udev rules are made from this table
 * (make udev).
 * Source: the id tables of OpenOCD (stlink_usb.c), stlink-org, pyOCD and probe-rs.
 */
#include "link/probe.h"

/* 3742 stands in probe-rs alone, where it looks like a misprint of 3752: left out. */
static const struct probe_kind kinds[] = {
	{ 0x3744, PROBE_V1, "ST-LINK/V1", false, 0 },
	{ 0x3748, PROBE_V2, "ST-LINK/V2", false, 0 },
	{ 0x374A, PROBE_V2, "ST-LINK/V2-1 (audio)", false, 1 },
	{ 0x374B, PROBE_V2, "ST-LINK/V2-1", false, 1 },
	{ 0x374D, PROBE_V3, "STLINK-V3 boot loader", true, 0 },
	{ 0x374E, PROBE_V3, "STLINK-V3E", false, 1 },
	{ 0x374F, PROBE_V3, "STLINK-V3SET", false, 1 },
	{ 0x3752, PROBE_V2, "ST-LINK/V2-1 (no disk)", false, 1 },
	{ 0x3753, PROBE_V3, "STLINK-V3 (two serial ports)", false, 2 },
	{ 0x3754, PROBE_V3, "STLINK-V3 (no disk)", false, 1 },
	/* UNSURE: a loader for OpenOCD, a probe for pyOCD. */
	{ 0x3755, PROBE_V3, "STLINK-V3PWR boot loader", true, 0 },
	/* UNSURE: the power measurement is said to have a serial port of its own. */
	{ 0x3757, PROBE_V3, "STLINK-V3PWR", false, 2 },
};

const struct probe_kind *probe_kind_of_pid(uint16_t pid)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].pid == pid)
			return &kinds[i];
	return NULL;
}

const struct probe_kind *probe_kinds(size_t *n)
{
	*n = ARRAY_LEN(kinds);
	return kinds;
}
