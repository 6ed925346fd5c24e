/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * script.c - register writes that do one thing to flash, as a list; and the probe carrying one
 * out where no code runs in SRAM.
 */
#include "flash/driver.h"

void script_add(struct flash_script *s, uint32_t addr, uint32_t value)
{
	if (s->n < SCRIPT_MAX)
		s->w[s->n++] = (struct flash_write){ addr, value };
}

void script_wait(struct flash_script *s)
{
	script_add(s, 0, 0);
}

enum sl_err script_by_probe(struct flash *f, struct ctx *c, const struct flash_script *s)
{
	uint32_t sr_off = s->sr - f->chip->flash_regs;
	bool free = false;
	enum sl_err err = SL_OK;

	for (unsigned i = 0; !err && i < s->n; i++) {
		free = s->w[i].addr == 0;
		err = free ? ctrl_wait(f, c, sr_off, s->max_ms, s->addr)
			   : target_write32(f->t, c, s->w[i].addr, s->w[i].value);
	}
	return err || free ? err : ctrl_wait(f, c, sr_off, s->max_ms, s->addr);
}
