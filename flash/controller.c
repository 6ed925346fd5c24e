/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * controller.c - what all flash controllers have in common: registers, waiting, failure flags.
 */
#include "flash/driver.h"

#include <stdio.h>
#include <string.h>

/* Between looks at the status: a sixteenth of the time gone, so that little is lost at the end
 * of short and of long operations alike, within these bounds. */
enum { POLL_MIN_US = 200, POLL_MAX_US = 5000, POLL_PART = 16 };

enum { CLOCK_MS = 10 };         /* oscillators and PLLs of these families start within 1 ms */

static void nap(struct ctx *c, uint64_t since_us)
{
	uint64_t us = (ctx_now_us(c) - since_us) / POLL_PART;

	us = us < POLL_MIN_US ? POLL_MIN_US : us;
	ctx_sleep_us(c, us > POLL_MAX_US ? POLL_MAX_US : us);
}

enum sl_err ctrl_read(struct flash *f, struct ctx *c, uint32_t off, uint32_t *value)
{
	return target_read32(f->t, c, f->chip->flash_regs + off, value);
}

enum sl_err ctrl_write(struct flash *f, struct ctx *c, uint32_t off, uint32_t value)
{
	return target_write32(f->t, c, f->chip->flash_regs + off, value);
}

uint32_t ctrl_flag_mask(const struct flash_ops *ops)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < FLASH_FLAGS_MAX; i++)
		mask |= ops->flags[i].bit;
	return mask;
}

enum sl_err ctrl_flags(struct flash *f, struct ctx *c, uint32_t status, uint32_t addr)
{
	char text[160] = "";
	size_t used = 0;

	if (!(status & ctrl_flag_mask(f->ops)))
		return SL_OK;
	for (size_t i = 0; i < FLASH_FLAGS_MAX && used < sizeof(text); i++) {
		const struct flash_flag *g = &f->ops->flags[i];
		int n;

		if (!(status & g->bit))
			continue;
		n = snprintf(text + used, sizeof(text) - used, "%s%s: %s", used ? "; " : "", g->name,
			     g->meaning);
		used += n > 0 ? (size_t)n : 0;
	}
	(void)ctx_fail_addr(c, SL_FLASH, "flash", addr, "at 0x%08x: %s (status 0x%08x)", addr, text, status);
	for (size_t i = 0; i < FLASH_FLAGS_MAX; i++) {
		const struct flash_flag *g = &f->ops->flags[i];

		if ((status & g->bit) && g->cure)
			ctx_hint(c, "%s", g->cure);
		if ((status & g->bit) && g->cause)
			(void)ctx_cause(c, SL_FLASH, g->cause);
	}
	return SL_FLASH;
}

enum sl_err ctrl_wait(struct flash *f, struct ctx *c, uint32_t sr_off, unsigned max_ms, uint32_t addr)
{
	struct deadline d = ctx_deadline(c, max_ms);
	uint64_t start_us = ctx_now_us(c);
	uint32_t sr = 0;
	enum sl_err err;

	for (;;) {
		bool late = ctx_expired(c, d);

		err = ctrl_read(f, c, sr_off, &sr);
		if (err)
			return err;
		if (!(sr & f->ops->busy))
			break;
		if (late) {
			err = ctx_fail_addr(c, SL_FLASH, "flash", addr,
					    "at 0x%08x: flash stays busy for more than %u ms (status 0x%08x)",
					    addr, max_ms, sr);
			ctx_hint(c, "its clock may be off or the supply too low: power the board off and on");
			return err;
		}
		nap(c, start_us);
	}
	err = ctrl_flags(f, c, sr, addr);
	if (err) {
		/* Flags that stay would fail the next operation; the first failure is reported. */
		struct fault why = c->fault;

		if (ctrl_write(f, c, sr_off, sr & ctrl_flag_mask(f->ops)))
			ctx_log(c, LOG_DEBUG, "clearing the flash flags failed");
		c->fault = why;
	}
	return err;
}

enum sl_err clock_wait(struct flash *f, struct ctx *c, uint32_t addr, uint32_t bits, uint32_t value)
{
	struct deadline d = ctx_deadline(c, CLOCK_MS);
	uint32_t now = 0;

	for (;;) {
		bool late = ctx_expired(c, d);
		enum sl_err err = target_read32(f->t, c, addr, &now);

		if (err || (now & bits) == value)
			return err;
		if (late)
			return ctx_fail(c, SL_FLASH, "flash",
					"a clock does not start or stop (0x%08x reads 0x%08x)", addr, now);
	}
}

enum sl_err ctrl_keys(struct flash *f, struct ctx *c, uint32_t off, const uint32_t key[2])
{
	enum sl_err err = ctrl_write(f, c, off, key[0]);

	if (!err)
		err = ctrl_write(f, c, off, key[1]);
	/* A controller that is locked until reset answers keys with a bus error (PM0075, unlocking):
	 * its LOCK bit, which the caller looks at next, says the same in a better way. */
	if (err != SL_TARGET)
		return err;
	ctx_clear(c);
	return SL_OK;
}

void ctrl_calm(struct flash *f, struct ctx *c, uint32_t sr_off, unsigned max_ms)
{
	struct fault why = c->fault;
	enum sl_err err = ctrl_wait(f, c, sr_off, max_ms, f->chip->flash_base);

	if (err && err != SL_FLASH && err != SL_GONE)
		err = ctrl_wait(f, c, sr_off, max_ms, f->chip->flash_base);
	if (err && err != SL_FLASH)
		ctx_log(c, LOG_DEBUG, "is the controller busy? %s", c->fault.text);
	c->fault = why;
}

enum sl_err ctrl_still_locked(struct ctx *c)
{
	enum sl_err err = ctx_fail(c, SL_FLASH, "flash",
				   "the flash controller refuses its keys and stays locked");

	ctx_hint(c, "firmware may have sent wrong keys: reset the chip, then run again (word reset first)");
	return err;
}
