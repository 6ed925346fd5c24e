/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * by_probe.c - programming without code in SRAM, where the controller takes it.
 *
 * For chips on which a loader faults, which blank STM32L1 are known for (OpenOCD's stm32lx driver,
 * which names their errata sheet). Slow.
 */
#include <string.h>

#include "flash/run.h"

enum {
	WAIT_MS = 100,
	STEP_MOST = 128                 /* a half page of L1 */
};

void run_tell_broken(struct ctx *c)
{
	ctx_log(c, LOG_WARN, "%s: the probe writes instead, slower; reset the chip before its firmware runs",
		c->fault.text);
	ctx_clear(c);
}

/* One step that flash does not hold yet, in one piece. */
static enum sl_err write_step(struct flash *f, struct ctx *c, const struct flash_how *how,
			      uint32_t at, const uint8_t *data)
{
	uint8_t is[STEP_MOST];
	enum sl_err err = target_read_mem(f->t, c, at, is, how->step_bytes);

	if (err || memcmp(is, data, how->step_bytes) == 0)
		return err;
	err = target_write_mem(f->t, c, at, data, how->step_bytes);
	return err ? err : ctrl_wait(f, c, how->sr - f->chip->flash_regs, WAIT_MS, at);
}

enum sl_err probe_program(struct flash *f, struct ctx *c, const struct stretch *s, uint64_t *programmed)
{
	struct flash_how how = { 0 };
	struct flash_script on = { 0 }, off = { 0 };
	enum sl_err err;

	if (bytes_blank(f, s->data, s->len))
		return SL_OK;
	f->ops->program_on(f, s->bank, s->fresh, &how, &on);
	if (how.step_bytes > STEP_MOST)
		return ctx_fail(c, SL_BUG, "flash", "step of %u bytes", how.step_bytes);
	err = script_by_probe(f, c, &on);
	for (size_t i = 0; !err && i < s->len; i += how.step_bytes) {
		if (bytes_blank(f, s->data + i, how.step_bytes))
			continue;
		err = write_step(f, c, &how, s->addr + (uint32_t)i, s->data + i);
		*programmed += how.step_bytes;
	}
	if (err)
		return ctx_doing(c, err, "programming flash through the probe");
	f->ops->program_off(f, s->bank, &off);
	return script_by_probe(f, c, &off);
}
