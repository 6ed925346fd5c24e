/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * chip_table.h - one const row per chip id, one per core.
 */
#ifndef TARGET_CHIP_TABLE_H
#define TARGET_CHIP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was really tested with this chip, and on what. */
enum tested { NT = 0, SIM = 1, OK = 2, BAD = 3 };       /* not at all, virtual board, silicon */

struct tested_marks {
	enum tested identify, read, erase, program;
};

struct core_kind {
	uint16_t part;                  /* CPUID[15:4], e.g. 0xC23 */
	const char *name;               /* "Cortex-M3" */
	bool v8m;
	bool fpu_possible;
};

/* Flash geometry: runs of equal sectors, bank after bank. count 0: as many as the size says. */
struct sector_run {
	uint32_t bytes;
	uint16_t count;
};

struct chip_row {
	uint16_t dev_id;
	const char *family;             /* "F1" */
	const char *devices;            /* "STM32F100x4/x6/x8/xB" */
	const char *core_names;         /* as CPUID must say, e.g. "M3" */
	uint32_t idcode_addr;
	uint32_t flash_base, size_reg;
	uint32_t max_flash_kb;
	struct sector_run sectors[6];   /* bank 1; ends with bytes 0 */
	struct sector_run sectors2[6];  /* bank 2, if any */
	uint32_t bank2_addr;            /* 0: none, or directly after bank 1 */
	uint32_t sram_base, sram_bytes;
	uint32_t sysmem_base, sysmem_bytes;
	uint32_t uid_addr;
	uint16_t uid_off[3];            /* offsets of the three words: L0/L1 are not contiguous */
	uint32_t option_base, option_bytes;
	const char *controller;         /* "f1": key into flash/drivers.c */
	uint32_t flash_regs;            /* base of the controller's registers */
	uint16_t unit_bytes;            /* program unit */
	uint8_t erased;                 /* 0xFF, or 0x00 on L0/L1 */
	uint32_t dpidr;                 /* genuine debug port id, 0 unknown */
	struct tested_marks tested;
	const char *source;
	const char *note;
};

/* chip_rows - the table, sorted by dev_id; *n rows. */
const struct chip_row *chip_rows(size_t *n);
const struct core_kind *core_kinds(size_t *n);

#endif
