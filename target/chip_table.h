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
	const char *name;               /* "Cortex-M3"; after the dash as in chip_row.core_names */
	bool v8m;
	bool fpu_possible;
	bool mainline;                  /* ARMv7-M or v8-M mainline: CFSR, BASEPRI, FAULTMASK exist */
	unsigned tar_block;             /* bytes that its access port counts on by itself; 0: 1 KiB */
};

/* What the flash size register holds. */
enum size_rule {
	SIZE_KB,                        /* KiB, 16 bits */
	SIZE_LOW8,                      /* KiB in the low byte only */
	SIZE_L1_CODE,                   /* 0: 384 KiB, 1: 256 KiB */
	SIZE_WORDS_LESS_1,              /* 32-bit words minus 1 */
	SIZE_NONE                       /* no register, no flash */
};

/* Where bank 2 begins when there is one. */
enum bank_rule {
	BANKS_ONE,                      /* one bank, or two that behave as one */
	BANKS_FILL,                     /* bank 1 up to bank2_addr, the rest in bank 2 */
	BANKS_HALF,                     /* half each; bank 2 at bank2_addr, else directly after */
	BANKS_OPTION                    /* an option bit decides: the driver asks */
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
	enum size_rule size_rule;
	uint32_t max_flash_kb;
	struct sector_run sectors[6];   /* bank 1; ends with bytes 0 */
	struct sector_run sectors2[6];  /* bank 2, if any */
	enum bank_rule bank_rule;
	uint32_t bank2_addr;            /* 0: none, or directly after bank 1 */
	uint32_t sram_base, sram_bytes;
	uint32_t sysmem_base, sysmem_bytes;
	uint32_t uid_addr;
	uint16_t uid_off[3];            /* offsets of the three words: L0/L1 are not contiguous */
	uint32_t option_base, option_bytes;
	const char *controller;         /* "f1": key into flash/drivers.c */
	uint32_t flash_regs;            /* base of the controller's registers */
	const char *peripherals;        /* family whose peripherals it has; NULL: its own */
	uint16_t unit_bytes;            /* program unit */
	uint8_t erased;                 /* 0xFF, or 0x00 on L0/L1 */
	uint32_t dpidr;                 /* genuine debug port id, 0 unknown */
	struct tested_marks tested;
	const char *source;
	const char *note;
};

/* A look-alike: not ST's, but it shows an id code of ST's or one near it. */
struct clone_row {
	uint32_t idcode, idcode_mask;   /* whole DBGMCU_IDCODE word */
	const char *core;               /* "M4": needed for a match; NULL: any */
	uint32_t dpidr;                 /* needed for a match; 0: any */
	struct chip_row chip;           /* what to treat it as */
};

/* chip_rows - the table, sorted by dev_id; *n rows. */
const struct chip_row *chip_rows(size_t *n);

/* chip_find - the row of a DEV_ID, NULL if there is none. */
const struct chip_row *chip_find(uint16_t dev_id);

/* clone_rows - look-alikes, most particular first; *n rows. clone_find - the first that
 * matches everything; NULL: none. core: "M3" as in chip_row.core_names. */
const struct clone_row *clone_rows(size_t *n);
const struct chip_row *clone_find(uint32_t idcode, const char *core, uint32_t dpidr);

/* core_kinds - the cores; *n rows. core_find - the row of a CPUID value, NULL: unknown. */
const struct core_kind *core_kinds(size_t *n);
const struct core_kind *core_find(uint32_t cpuid);

/* core_short_name - "M3" of "Cortex-M3". */
const char *core_short_name(const struct core_kind *k);

#endif
