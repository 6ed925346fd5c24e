/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * borrow.c - what is saved of SRAM: only what is used, and only when it is needed, so that most
 * of it happens while flash is busy.
 */
#include "flash/borrow.h"

#include <stdlib.h>

static uint32_t part_end(const struct flash *f, unsigned part)
{
	uint32_t end = f->work_addr + ENGINE_CODE_ROOM;

	return part == BORROW_CODE ? end : end + (part - BORROW_SLOT + 1) * f->slot_bytes;
}

void borrow_forget(struct flash *f)
{
	for (unsigned i = 0; i < BORROW_PARTS; i++)
		f->s.part[i].low = f->s.part[i].high = part_end(f, i);
}

enum sl_err borrow_begin(struct flash *f, struct ctx *c)
{
	borrow_forget(f);
	if (!f->s.sram)
		f->s.sram = malloc(f->work_bytes);
	return f->s.sram ? SL_OK : ctx_fail(c, SL_NOMEM, "flash", "no memory for a copy of SRAM");
}

enum sl_err borrow_down_to(struct flash *f, struct ctx *c, unsigned part, uint32_t addr)
{
	struct borrowed *b = &f->s.part[part];
	enum sl_err err;

	if (addr >= b->low)
		return SL_OK;
	err = target_read_mem(f->t, c, addr, f->s.sram + (addr - f->work_addr), b->low - addr);
	if (!err)
		b->low = addr;
	return err;
}

/* The header of a slot that nothing is in becomes what firmware had there: no number that is
 * waited for, but for one in four thousand million. */
enum sl_err borrow_end_other(struct flash *f, struct ctx *c)
{
	for (unsigned i = 0; i < ENGINE_SLOTS; i++) {
		struct borrowed *b = &f->s.part[BORROW_SLOT + i];
		uint32_t low = b->low, n = b->high - b->low;

		if (!n || (f->engine.queued - 1) % ENGINE_SLOTS == i)
			continue;
		b->low = b->high;
		return target_write_mem(f->t, c, low, f->s.sram + (low - f->work_addr), n);
	}
	return SL_OK;
}

enum sl_err borrow_end(struct flash *f, struct ctx *c)
{
	enum sl_err first = SL_OK;

	for (unsigned i = 0; i < BORROW_PARTS;) {
		uint32_t low = f->s.part[i].low, high = f->s.part[i].high;
		enum sl_err err = SL_OK;

		/* Parts that lie side by side go in one piece. */
		for (i++; i < BORROW_PARTS && f->s.part[i].low == high; i++)
			high = f->s.part[i].high;
		if (high > low)
			err = target_write_mem(f->t, c, low, f->s.sram + (low - f->work_addr), high - low);
		first = first ? first : err;
	}
	borrow_forget(f);
	return first;
}
