/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * freeze.c - keep debugging alive in low-power modes, and watchdogs still while the core is
 * halted; put everything back at the end.
 *
 * Bits: DBGMCU chapter of each family's reference manual, as OpenOCD's target files and
 * Black Magic Probe set them.
 */
#include "target/priv.h"

#include <string.h>

#include "base/compiler.h"

struct freeze_row {
	const char *family;
	struct { uint32_t addr, set; } reg[FREEZE_REGS];        /* addr 0: no more */
};

#define LOW_POWER UINT32_C(7)           /* DBG_SLEEP, DBG_STOP, DBG_STANDBY: bits 0-2 of DBGMCU_CR */
#define WDG_11_12 UINT32_C(0x1800)      /* WWDG_STOP 11, IWDG_STOP 12 of DBGMCU_APB1_FZ */

static const struct freeze_row rows[] = {
	/* F1 has IWDG_STOP 8 and WWDG_STOP 9 in DBGMCU_CR itself. */
	{ "F1", { { 0xE0042004, LOW_POWER | 0x300 } } },
	{ "F2", { { 0xE0042004, LOW_POWER }, { 0xE0042008, WDG_11_12 } } },
	{ "F3", { { 0xE0042004, LOW_POWER }, { 0xE0042008, WDG_11_12 } } },
	{ "F4", { { 0xE0042004, LOW_POWER }, { 0xE0042008, WDG_11_12 } } },
	{ "F7", { { 0xE0042004, LOW_POWER }, { 0xE0042008, WDG_11_12 } } },
	{ "G4", { { 0xE0042004, LOW_POWER }, { 0xE0042008, WDG_11_12 } } },
	{ "L1", { { 0xE0042004, LOW_POWER }, { 0xE0042008, WDG_11_12 } } },
	{ "L4", { { 0xE0042004, LOW_POWER }, { 0xE0042008, WDG_11_12 } } },
	{ "F0", { { 0x40015804, 6 }, { 0x40015808, WDG_11_12 } } },     /* no DBG_SLEEP on M0 */
	{ "L0", { { 0x40015804, LOW_POWER }, { 0x40015808, WDG_11_12 } } },
	{ "G0", { { 0x40015804, 6 }, { 0x40015808, WDG_11_12 } } },
	{ "C0", { { 0x40015804, 6 }, { 0x40015808, WDG_11_12 } } },
	{ "U0", { { 0x40015804, 6 }, { 0x40015808, WDG_11_12 } } },
	{ "WB", { { 0xE0042004, LOW_POWER }, { 0xE004203C, WDG_11_12 } } },
	{ "WL", { { 0xE0042004, LOW_POWER }, { 0xE004203C, WDG_11_12 } } },
	{ "L5", { { 0xE0044004, 6 }, { 0xE0044008, WDG_11_12 } } },
	{ "U5", { { 0xE0044004, 6 }, { 0xE0044008, WDG_11_12 } } },
	{ "U3", { { 0xE0044004, 6 }, { 0xE0044008, WDG_11_12 } } },
	{ "WBA", { { 0xE0044004, 6 }, { 0xE0044008, WDG_11_12 } } },
	{ "H5", { { 0x44024004, 6 }, { 0x44024008, WDG_11_12 } } },
	/* H7: WWDG1 bit 6 of APB3FZ1, IWDG1 bit 18 of APB4FZ1. */
	{ "H7", { { 0x5C001004, LOW_POWER }, { 0x5C001034, 1u << 6 }, { 0x5C001054, 1u << 18 } } },
};

/* Whose debug unit a look-alike with this controller has. UNSURE: all of them; the GD32F103's
 * manual gives the bits of the F1. */
static const struct { const char *controller, *family; } clones[] = { { "f1", "F1" } };

static const char *family_of(const struct chip_row *chip)
{
	for (size_t i = 0; i < ARRAY_LEN(clones); i++)
		if (strcmp(chip->family, "clone") == 0 &&
		    strcmp(clones[i].controller, chip->controller) == 0)
			return clones[i].family;
	return chip->family;
}

static const struct freeze_row *find_row(const struct chip_row *chip)
{
	for (size_t i = 0; chip && i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].family, family_of(chip)) == 0)
			return &rows[i];
	return NULL;
}

/* Turn the debug unit's clock on where it has one that was found off. */
static enum sl_err clock_on(struct target *t, struct ctx *c)
{
	const struct saved_reg *s = &t->dbg_clock;
	uint32_t now = 0;
	enum sl_err err;

	if (!s->saved)
		return SL_OK;
	err = link_read32(t->l, c, s->addr, &now);
	if (!err && !(now & s->value))
		err = link_write32(t->l, c, s->addr, now | s->value);
	if (!err)
		t->dbg_clock_on = true;
	return err;
}

/* That bit and no other. */
static enum sl_err clock_off(struct target *t, struct ctx *c)
{
	uint32_t now = 0;
	enum sl_err err;

	if (!t->dbg_clock_on)
		return SL_OK;
	t->dbg_clock_on = false;
	err = link_read32(t->l, c, t->dbg_clock.addr, &now);
	return err ? err : link_write32(t->l, c, t->dbg_clock.addr, now & ~t->dbg_clock.value);
}

enum sl_err freeze_set(struct target *t, struct ctx *c)
{
	const struct freeze_row *row = find_row(t->info.chip);
	enum sl_err err;

	if (t->frozen)
		return SL_OK;
	err = clock_on(t, c);
	for (int i = 0; !err && row && i < FREEZE_REGS && row->reg[i].addr; i++) {
		struct saved_reg *s = &t->freeze[i];
		uint32_t now = 0;

		err = link_read32(t->l, c, row->reg[i].addr, &now);
		if (err)
			break;
		if (!s->saved)
			*s = (struct saved_reg){ row->reg[i].addr, now, true };
		if ((now & row->reg[i].set) != row->reg[i].set)
			err = link_write32(t->l, c, row->reg[i].addr, now | row->reg[i].set);
	}
	t->frozen = !err;
	return err;
}

enum sl_err freeze_restore(struct target *t, struct ctx *c)
{
	enum sl_err first = t->freeze[0].saved ? clock_on(t, c) : SL_OK, err;

	for (int i = 0; i < FREEZE_REGS; i++) {
		if (!t->freeze[i].saved)
			continue;
		err = link_write32(t->l, c, t->freeze[i].addr, t->freeze[i].value);
		first = first ? first : err;
		t->freeze[i].saved = false;
	}
	err = clock_off(t, c);
	t->frozen = false;
	return first ? first : err;
}

enum sl_err target_debug_bits(struct target *t, struct ctx *c, uint32_t *addr, uint32_t *value)
{
	const struct freeze_row *row = find_row(t->info.chip);
	enum sl_err err;

	*addr = *value = 0;
	if (!row)
		return SL_OK;
	*addr = row->reg[0].addr;
	*value = t->freeze[0].value;
	if (t->freeze[0].saved)
		return SL_OK;
	err = clock_on(t, c);
	return err ? err : link_read32(t->l, c, *addr, value);
}

void freeze_lost(struct target *t)
{
	t->frozen = false;
}
