/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cores.c - the Cortex-M cores that STM32 chips (and their look-alikes) are built on.
 *
 * Part numbers: CPUID[15:4] of each core's Technical Reference Manual. tar_block: the AHB-AP of the
 * Cortex-M3 wraps within 4 KiB (its manual, AHB-AP control and status word, AddrInc), OpenOCD goes
 * by that for the M3 and M4, whatever the probe; ADIv5 promises 1 KiB.
 */
#include "target/chip_table.h"

#include <string.h>

#include "base/compiler.h"

static const struct core_kind kinds[] = {
	{ .part = 0xC20, .name = "Cortex-M0" },
	{ .part = 0xC23, .name = "Cortex-M3", .mainline = true, .tar_block = 4096 },
	{ .part = 0xC24, .name = "Cortex-M4", .mainline = true, .fpu_possible = true,
	  .tar_block = 4096 },
	{ .part = 0xC27, .name = "Cortex-M7", .mainline = true, .fpu_possible = true },
	{ .part = 0xC60, .name = "Cortex-M0+" },
	{ .part = 0xD20, .name = "Cortex-M23", .v8m = true },
	{ .part = 0xD21, .name = "Cortex-M33", .v8m = true, .mainline = true, .fpu_possible = true },
	{ .part = 0xD22, .name = "Cortex-M55", .v8m = true, .mainline = true, .fpu_possible = true },
};

const struct core_kind *core_kinds(size_t *n)
{
	*n = ARRAY_LEN(kinds);
	return kinds;
}

const struct core_kind *core_find(uint32_t cpuid)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].part == ((cpuid >> 4) & 0xFFF))
			return &kinds[i];
	return NULL;
}

const char *core_short_name(const struct core_kind *k)
{
	const char *dash = strchr(k->name, '-');

	return dash ? dash + 1 : k->name;
}
