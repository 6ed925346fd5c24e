/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * session.c - what surrounds all work on flash: core halted and its registers kept, DMA stopped,
 * CRC unit on, clock raised, loader at work; and everything put back, whatever happened in between.
 */
#include "flash/run.h"

#include <string.h>

#include "flash/borrow.h"
#include "flash/crc.h"

#define WWDGEN (UINT32_C(1) << 11)      /* RCC_APB1ENR */

/* A DMA goes on when the core is halted: it must not write over a loader, or read the flash
 * that is worked on (RCC_AHBENR, RCC_AHB1ENR of each manual; st-flash does the same). The clock of
 * the CRC unit is in the same register. */
static enum sl_err begin_ahb(struct flash *f, struct ctx *c)
{
	uint32_t was = 0, now;
	enum sl_err err = target_read32(f->t, c, f->ops->ahb_clock, &was);

	if (err)
		return err;
	now = (was & ~f->ops->dma_bits) | f->ops->crc_bit;
	f->s.ahb_was = was;
	f->s.ahb_changed = now != was;
	f->s.crc_used = (was & f->ops->crc_bit) != 0;
	if (was & f->ops->dma_bits)
		ctx_log(c, LOG_INFO, "a DMA of the firmware is stopped for the while");
	if (f->s.crc_used)
		err = target_read32(f->t, c, CRC_UNIT_DR, &f->s.crc_was);
	return err || now == was ? err : target_write32(f->t, c, f->ops->ahb_clock, now);
}

/* Firmware that was in the middle of a sum goes on with it. */
static enum sl_err end_crc(struct flash *f, struct ctx *c)
{
	enum sl_err err;

	if (!f->s.crc_used)
		return SL_OK;
	f->s.crc_used = false;
	err = target_write32(f->t, c, CRC_UNIT_CR, CRC_CR_RESET);
	return err ? err : target_write32(f->t, c, CRC_UNIT_DR, crc_word_to(f->s.crc_was));
}

static enum sl_err end_ahb(struct flash *f, struct ctx *c)
{
	bool was = f->s.ahb_changed;

	f->s.ahb_changed = false;
	return was ? target_write32(f->t, c, f->ops->ahb_clock, f->s.ahb_was) : SL_OK;
}

/* The loader cannot feed a window watchdog, whose window only the firmware knows, and the bit that
 * freezes it counts only while the core is halted: it stands still without its clock (RM0008 20.3;
 * WWDGEN, "set and cleared by software", of each manual). */
static enum sl_err begin_wwdg(struct flash *f, struct ctx *c)
{
	uint32_t was = 0;
	enum sl_err err = target_read32(f->t, c, f->ops->apb1_clock, &was);

	f->s.apb1_was = 0;
	if (err || !(was & WWDGEN))
		return err;
	f->s.apb1_was = was;
	return target_write32(f->t, c, f->ops->apb1_clock, was & ~WWDGEN);
}

static enum sl_err end_wwdg(struct flash *f, struct ctx *c)
{
	uint32_t was = f->s.apb1_was;

	f->s.apb1_was = 0;
	return was ? target_write32(f->t, c, f->ops->apb1_clock, was) : SL_OK;
}

static enum sl_err begin_clock(struct flash *f, struct ctx *c)
{
	f->s.core_khz = 0;
	return f->ops->clock_up ? f->ops->clock_up(f, c) : SL_OK;
}

static enum sl_err end_clock(struct flash *f, struct ctx *c)
{
	return f->ops->clock_back ? f->ops->clock_back(f, c) : SL_OK;
}

/* Code that faults in SRAM is no reason to give up where the probe can do the work itself. */
static enum sl_err begin_engine(struct flash *f, struct ctx *c)
{
	enum sl_err err = engine_start(f, c);

	if (!err || !f->engine.broken || !f->ops->by_probe)
		return err;
	run_tell_broken(c);
	return SL_OK;
}

/* Is the core in the loader of a session that was cut off? Then what was saved of it is no firmware's,
 * nor are the clocks; whoever put that back would let the loader go on with flash locked. Costs nothing
 * unless the core was in that part of SRAM. A core that was found halted stays there. */
static enum sl_err refuse_stale(struct flash *f, struct ctx *c)
{
	const struct loader *l = f->ops->loader(f);
	uint32_t pc = f->s.core.regs[15];
	uint8_t code[ENGINE_CODE_ROOM];
	enum sl_err err;

	if (target_stays_halted(f->t) || pc < f->work_addr || pc - f->work_addr >= l->mailbox)
		return SL_OK;
	err = target_read_mem(f->t, c, f->work_addr, code, l->mailbox);
	f->stale = !err && memcmp(code, l->code, l->mailbox) == 0;
	if (f->stale)
		return ctx_fail(c, SL_FLASH, "flash",
				"the core is still in the loader of a session that was cut off");
	return err;
}

enum sl_err session_begin(struct flash *f, struct ctx *c)
{
	enum sl_err err = target_halt_quietly(f->t, c);

	f->s.open = true;
	f->engine.on = f->engine.broken = false;
	if (!err)
		err = borrow_begin(f, c);
	if (!err)
		err = begin_ahb(f, c);
	if (!err)
		err = target_save_core(f->t, c, &f->s.core);
	f->s.core_saved = !err;
	if (!err)
		err = refuse_stale(f, c);
	if (!err)
		err = begin_wwdg(f, c);
	if (!err)
		err = begin_clock(f, c);
	return err ? err : begin_engine(f, c);
}

enum sl_err session_unlock(struct flash *f, struct ctx *c)
{
	enum sl_err err;

	if (f->s.unlocked)
		return SL_OK;
	f->s.locks = true;              /* from here on it is locked again, even after half an unlock */
	err = f->ops->unlock(f, c);
	f->s.unlocked = !err;
	f->stuck = err == SL_FLASH;
	return err;
}

enum sl_err session_unlock_early(struct flash *f, struct ctx *c)
{
	enum sl_err err = session_unlock(f, c);

	/* Whether that matters is not known yet; if it does, it will be tried again and told. */
	if (err == SL_FLASH) {
		ctx_clear(c);
		err = SL_OK;
	}
	return err;
}

static enum sl_err end_controller(struct flash *f, struct ctx *c)
{
	bool was = f->s.locks;

	f->s.locks = f->s.unlocked = false;
	return was ? f->ops->lock(f, c) : SL_OK;
}

static enum sl_err end_core(struct flash *f, struct ctx *c)
{
	(void)c;
	if (f->s.core_saved)
		target_restore_core(f->t, &f->s.core);
	f->s.core_saved = false;
	return SL_OK;
}

/* After a reset firmware runs anew: what was saved is of another life. */
static void forget(struct flash *f)
{
	borrow_forget(f);
	f->s.core_saved = f->s.ahb_changed = f->s.crc_used = false;
	f->s.clock_raised = f->s.hsi_changed = false;
	f->s.apb1_was = 0;
}

/* What puts something back is tried twice: one lost transfer must not send firmware astray. */
static enum sl_err twice(enum sl_err (*step)(struct flash *, struct ctx *), struct flash *f,
			 struct ctx *c)
{
	struct flash_session kept = f->s;
	enum sl_err err = step(f, c);

	if (!err || err == SL_GONE)
		return err;
	ctx_log(c, LOG_DEBUG, "putting back is tried again: %s", c->fault.text);
	f->s = kept;
	return step(f, c);
}

enum sl_err session_end(struct flash *f, struct ctx *c, enum sl_err err)
{
	static enum sl_err (*const steps[])(struct flash *, struct ctx *) = {
		engine_stop, end_controller, end_crc, end_clock, borrow_end, end_core, end_ahb, end_wwdg,
	};
	struct fault why = c->fault;

	if (target_call_lost(f->t))
		forget(f);
	for (size_t i = 0; f->s.open && i < ARRAY_LEN(steps); i++) {
		enum sl_err e = twice(steps[i], f, c);

		if (e && steps[i] == borrow_end)
			target_keep_halted(f->t, c);
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
