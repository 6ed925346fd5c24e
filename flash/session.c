/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * session.c - what surrounds all work on flash: core halted, controller open, SRAM borrowed;
 * and everything put back, whatever happened in between.
 */
#include "flash/run.h"

#include <stdlib.h>

static uint32_t borrowed(const struct flash *f)
{
	return f->buf_addr[1] + f->buf_bytes - f->code_addr;
}

/* A DMA goes on when the core is halted: it must not write over a loader, or read the flash
 * that is worked on (RCC_AHBENR, RCC_AHB1ENR of each manual; st-flash does the same). */
static enum sl_err stop_dma(struct flash *f, struct ctx *c)
{
	uint32_t now = 0;
	enum sl_err err = target_read32(f->t, c, f->ops->dma_clock, &now);

	f->s.dma_was = err ? 0 : now & f->ops->dma_bits;
	if (err || !f->s.dma_was)
		return err;
	ctx_log(c, LOG_INFO, "a DMA of the firmware is stopped for the while");
	return target_write32(f->t, c, f->ops->dma_clock, now & ~f->ops->dma_bits);
}

static enum sl_err end_dma(struct flash *f, struct ctx *c)
{
	uint32_t was = f->s.dma_was, now = 0;
	enum sl_err err = was ? target_read32(f->t, c, f->ops->dma_clock, &now) : SL_OK;

	f->s.dma_was = 0;
	return err || !was ? err : target_write32(f->t, c, f->ops->dma_clock, now | was);
}

static enum sl_err borrow_sram(struct flash *f, struct ctx *c)
{
	enum sl_err err = target_save_core(f->t, c, &f->s.core);

	if (err)
		return err;
	f->s.core_saved = true;
	if (!f->s.sram)
		f->s.sram = malloc(borrowed(f));
	if (!f->s.sram)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for a copy of SRAM");
	err = target_read_mem(f->t, c, f->code_addr, f->s.sram, borrowed(f));
	f->s.sram_saved = !err;
	return err;
}

static enum sl_err open_controller(struct flash *f, struct ctx *c)
{
	f->s.unlocked = true;           /* from here on it is locked again, even after half an unlock */
	return f->ops->unlock(f, c);
}

enum sl_err session_begin(struct flash *f, struct ctx *c, bool need_sram)
{
	enum sl_err err = target_halt_quietly(f->t, c);

	f->s.open = true;
	f->s.no_loader = false;
	if (!err)
		err = stop_dma(f, c);
	if (!err && need_sram)
		err = borrow_sram(f, c);
	if (!err)
		err = open_controller(f, c);
	return err;
}

static enum sl_err end_call(struct flash *f, struct ctx *c)
{
	return target_call_abort(f->t, c);
}

static enum sl_err end_controller(struct flash *f, struct ctx *c)
{
	bool was = f->s.unlocked;

	f->s.unlocked = false;
	return was ? f->ops->lock(f, c) : SL_OK;
}

static enum sl_err end_sram(struct flash *f, struct ctx *c)
{
	bool was = f->s.sram_saved;

	f->s.sram_saved = false;
	return was ? target_write_mem(f->t, c, f->code_addr, f->s.sram, borrowed(f)) : SL_OK;
}

static enum sl_err end_core(struct flash *f, struct ctx *c)
{
	bool was = f->s.core_saved;

	f->s.core_saved = false;
	return was ? target_restore_core(f->t, c, &f->s.core) : SL_OK;
}

enum sl_err session_end(struct flash *f, struct ctx *c, enum sl_err err)
{
	static enum sl_err (*const steps[])(struct flash *, struct ctx *) = {
		end_call, end_controller, end_sram, end_core, end_dma,
	};
	struct fault why = c->fault;

	/* After a reset firmware runs anew: what was saved is of another life. */
	if (target_call_lost(f->t)) {
		f->s.sram_saved = f->s.core_saved = false;
		f->s.dma_was = 0;
	}
	for (size_t i = 0; f->s.open && i < ARRAY_LEN(steps); i++) {
		enum sl_err e = steps[i](f, c);

		if (e && err)
			ctx_log(c, LOG_DEBUG, "putting things back failed too: %s", c->fault.text);
		if (e && !err) {
			err = e;
			why = c->fault;
		}
	}
	f->s.open = false;
	if (err)
		c->fault = why;
	return err;
}
