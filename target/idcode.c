/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * idcode.c - find and read DBGMCU_IDCODE.
 *
 * Where it is follows from the core, and where that is not enough from the debug port id: so
 * that no address is touched that this chip may not have, as far as that can be avoided.
 * A fault on the way is cleared and the next place tried. On Cortex-M0/M0+ the debug unit is
 * a peripheral whose clock may be off; it is turned on, and off again by freeze_restore.
 * Places: DBGMCU chapter of each family's reference manual, OpenOCD's target files.
 */
#include "target/priv.h"

#include "base/compiler.h"

struct place {
	uint16_t core;                  /* CPUID part */
	uint32_t dpidr;                 /* 0: any */
	uint32_t idcode_addr;
	uint32_t clock_addr;            /* RCC enable register, 0: none needed */
	uint8_t clock_bit;
};

static const struct place places[] = {
	{ 0xC20, 0, 0x40015800, 0x40021018, 22 },       /* F0: RCC_APB2ENR.DBGMCUEN */
	{ 0xC60, 0, 0x40015800, 0x40021034, 22 },       /* L0: RCC_APB2ENR.DBGEN */
	{ 0xC60, 0, 0x40015800, 0x4002103C, 27 },       /* G0 C0 U0: RCC_APBENR1.DBGEN */
	{ 0xC23, 0, 0xE0042000, 0, 0 },
	{ 0xC24, 0, 0xE0042000, 0, 0 },
	{ 0xC27, 0x6BA02477, 0x5C001000, 0, 0 },        /* H7, H7RS */
	{ 0xC27, 0, 0xE0042000, 0, 0 },                 /* F7 */
	{ 0xD20, 0, 0x40015800, 0, 0 },
	{ 0xD21, 0, 0xE0044000, 0, 0 },                 /* L5 U5 U3 WBA */
	{ 0xD21, 0, 0x44024000, 0, 0 },                 /* H5, seen from the core's access port */
	{ 0xD22, 0, 0x44001000, 0, 0 },                 /* N6 */
};

static bool known(const struct target *t, uint32_t idcode)
{
	return chip_find(idcode & 0xFFF) != NULL ||
	       clone_find(idcode, core_short_name(t->info.core), t->info.dpidr) != NULL;
}

/* Turn the clock on; *on false when the bit does not stick, which then is no clock bit here. */
static enum sl_err try_clock(struct target *t, struct ctx *c, const struct place *p, bool *on)
{
	uint32_t bit = UINT32_C(1) << p->clock_bit, was = 0, now = 0;
	bool there = false;
	enum sl_err err = read_quiet(t, c, p->clock_addr, &was, &there);

	*on = false;
	if (err || !there || (was & bit))
		return err;
	err = link_write32(t->l, c, p->clock_addr, was | bit);
	if (!err)
		err = link_read32(t->l, c, p->clock_addr, &now);
	if (err)
		return err;
	if (now & bit) {
		*on = true;
		t->dbg_clock = (struct saved_reg){ p->clock_addr, bit, true };
		t->dbg_clock_on = true;
		return SL_OK;
	}
	return link_write32(t->l, c, p->clock_addr, was);
}

static enum sl_err clock_off(struct target *t, struct ctx *c)
{
	struct saved_reg s = t->dbg_clock;
	uint32_t now = 0;
	enum sl_err err = link_read32(t->l, c, s.addr, &now);

	t->dbg_clock.saved = t->dbg_clock_on = false;
	return err ? err : link_write32(t->l, c, s.addr, now & ~s.value);
}

/* One place; *idcode stays 0 when nothing is there. */
static enum sl_err try_place(struct target *t, struct ctx *c, const struct place *p, uint32_t *idcode)
{
	uint32_t v = 0;
	bool there = false, on = false;
	enum sl_err err = read_quiet(t, c, p->idcode_addr, &v, &there);

	if (!err && !(v & 0xFFF) && p->clock_addr) {
		err = try_clock(t, c, p, &on);
		if (!err && on)
			err = read_quiet(t, c, p->idcode_addr, &v, &there);
		if (!err && on && !(v & 0xFFF))
			err = clock_off(t, c);
	}
	if (!err && there && (v & 0xFFF) && v != UINT32_MAX)
		*idcode = v;
	return err;
}

enum sl_err idcode_read(struct target *t, struct ctx *c, uint32_t *idcode)
{
	*idcode = 0;
	for (size_t i = 0; t->info.core && i < ARRAY_LEN(places); i++) {
		const struct place *p = &places[i];
		uint32_t v = 0;
		enum sl_err err;

		if (p->core != t->info.core->part || (p->dpidr && p->dpidr != t->info.dpidr))
			continue;
		err = try_place(t, c, p, &v);
		if (err)
			return err;
		if (v && (*idcode == 0 || known(t, v)))
			*idcode = v;
		if (v && known(t, v))
			break;
	}
	return SL_OK;
}
