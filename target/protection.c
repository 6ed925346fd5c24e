/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * protection.c - is main flash read-protected, by what the flash controller reports.
 *
 * One row per controller key of the chip table: which register, which field, what it means.
 * Changes nothing. Offsets and fields: FLASH chapter of each reference manual, ST's device
 * headers, OpenOCD. A key without a row gives PROTECTION_UNKNOWN.
 */
#include "target/priv.h"

#include <string.h>

#include "base/compiler.h"

struct protection_row {
	const char *controller;
	uint32_t reg;                   /* offset from chip_row.flash_regs */
	uint8_t shift;
	uint32_t mask;                  /* of the field, after the shift */
	uint32_t none, level2;          /* field values; level2 == none: has no level 2 */
	uint32_t lock;                  /* while it is clear the field may be what somebody is about to
					 * store, and not what is in force; 0: never */
};

#define RDP_BYTE(ctrl, off, sh) \
	{ .controller = (ctrl), .reg = (off), .shift = (sh), .mask = 0xFF, .none = 0xAA, .level2 = 0xCC }

#define RDP_OPTCR(ctrl) \
	{ .controller = (ctrl), .reg = 0x14, .shift = 8, .mask = 0xFF, .none = 0xAA, .level2 = 0xCC, \
	  .lock = 1 }

static const struct protection_row rows[] = {
	/* F1: FLASH_OBR.RDPRT bit 1 (PM0075); one level only. */
	{ .controller = "f1", .reg = 0x1C, .shift = 1, .mask = 1, .none = 0, .level2 = 0 },
	{ .controller = "f1xl", .reg = 0x1C, .shift = 1, .mask = 1, .none = 0, .level2 = 0 },
	/* F0, F3: FLASH_OBR.RDPRT bits 2:1, 0 none, 1 level 1, 3 level 2 (RM0091, RM0316). */
	{ .controller = "f0", .reg = 0x1C, .shift = 1, .mask = 3, .none = 0, .level2 = 3 },
	{ .controller = "f3", .reg = 0x1C, .shift = 1, .mask = 3, .none = 0, .level2 = 3 },
	/* F2, F4, F7: FLASH_OPTCR.RDP bits 15:8, OPTLOCK bit 0 (RM0033, RM0090, RM0385). */
	RDP_OPTCR("f2"), RDP_OPTCR("f4"), RDP_OPTCR("f4db"), RDP_OPTCR("f7"), RDP_OPTCR("f7db"),
	/* L0, L1: FLASH_OPTR/OBR.RDPROT bits 7:0 (RM0367, RM0038). */
	RDP_BYTE("l0", 0x1C, 0), RDP_BYTE("l1", 0x1C, 0),
	/* L4, G0, G4, C0, U0, WB, WL: FLASH_OPTR.RDP bits 7:0. */
	RDP_BYTE("l4", 0x20, 0), RDP_BYTE("l4p", 0x20, 0), RDP_BYTE("g0", 0x20, 0),
	RDP_BYTE("g0db", 0x20, 0), RDP_BYTE("g4", 0x20, 0), RDP_BYTE("c0", 0x20, 0),
	RDP_BYTE("u0", 0x20, 0), RDP_BYTE("wb", 0x20, 0), RDP_BYTE("wl", 0x20, 0),
	/* H7: FLASH_OPTSR_CUR.RDP bits 15:8 (RM0433). */
	RDP_BYTE("h7", 0x1C, 8), RDP_BYTE("h7ab", 0x1C, 8),
};

static enum target_protection decode(const struct protection_row *r, uint32_t reg)
{
	uint32_t field = (reg >> r->shift) & r->mask;

	if (r->lock && !(reg & r->lock))
		return PROTECTION_UNKNOWN;
	if (field == r->none)
		return PROTECTION_NONE;
	return field == r->level2 ? PROTECTION_LEVEL2 : PROTECTION_LEVEL1;
}

enum sl_err protection_read(struct target *t, struct ctx *c, enum target_protection *out)
{
	const struct chip_row *chip = t->info.chip;

	*out = PROTECTION_UNKNOWN;
	for (size_t i = 0; chip && i < ARRAY_LEN(rows); i++) {
		uint32_t reg = 0;
		bool there = false;
		enum sl_err err;

		if (strcmp(rows[i].controller, chip->controller) != 0)
			continue;
		err = read_quiet(t, c, chip->flash_regs + rows[i].reg, &reg, &there);
		if (!err && there)
			*out = decode(&rows[i], reg);
		return err;
	}
	return SL_OK;
}

enum sl_err target_look_at_protection(struct target *t, struct ctx *c)
{
	enum sl_err err = freeze_set(t, c);

	return err ? err : protection_read(t, c, &t->info.protection);
}
