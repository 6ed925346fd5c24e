/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * program.c - bytes to flash through a loader in target SRAM.
 *
 * Two blocks: while the loader programs one, the next travels. Whatever the loader reports is
 * believed only when it is a failure; success is proved later by reading back.
 *
 * Where a loader faults, which blank STM32L1 are known for (OpenOCD's stm32lx driver, which names
 * their errata sheet), the probe writes the same steps, if the controller takes that.
 */
#include "flash/run.h"

#include <string.h>

enum {
	CALL_SLACK_MS = 200,
	RUN_MAX_US = 1000000,           /* one run at worst: the watchdog is fed between runs only */
	BY_PROBE_WAIT_MS = 100,
	BY_PROBE_STEP_MAX = 128         /* a half page of L1 */
};

/* RM0041, IWDG_KR: the key register of the independent watchdog, and the key that reloads it. It
 * lies there in all families that this room drives. A watchdog that is off does not care. */
#define IWDG_KR        UINT32_C(0x40003000)
#define IWDG_KR_RELOAD UINT32_C(0xAAAA)

/* The loader at work on one block. */
struct pass {
	struct flash *f;
	struct flash_how how;
	struct target_call call;
	bool running;
	unsigned bank;
	bool fresh;
	const uint8_t *data;            /* of the block that is being programmed */
	uint32_t at, len, at_buf;       /* where it goes, how long it is, where it is in SRAM */
};

static enum sl_err start(struct pass *p, struct ctx *c)
{
	const struct flash *f = p->f;
	uint32_t steps = p->len / p->how.step_bytes;
	enum sl_err err;

	p->call = (struct target_call){
		.pc = f->code_addr,
		.stop = f->code_addr + p->how.loader->stop,
		.r = { p->at_buf, p->at, steps, p->how.sr, ctrl_flag_mask(f->ops), p->how.burst_words },
		.timeout_ms = (unsigned)((uint64_t)steps * p->how.step_max_us / 1000) + CALL_SLACK_MS,
	};
	/* The watchdog stands still while the core is halted, but not while the loader runs. */
	err = target_write32(f->t, c, IWDG_KR, IWDG_KR_RELOAD);
	if (err)
		return err;
	p->running = true;
	return target_call_start(f->t, c, &p->call);
}

/* The steps of the block that flash does not hold yet, each in one piece. */
static enum sl_err write_block(struct pass *p, struct ctx *c)
{
	struct flash *f = p->f;
	uint32_t step = p->how.step_bytes;
	uint8_t is[BY_PROBE_STEP_MAX];
	enum sl_err err = step <= sizeof(is) ? SL_OK : ctx_fail(c, SL_BUG, "flash", "step of %u bytes",
								 step);

	for (uint32_t i = 0; !err && i < p->len; i += step) {
		if (bytes_blank(f, p->data + i, step))
			continue;
		err = target_read_mem(f->t, c, p->at + i, is, step);
		if (err || memcmp(is, p->data + i, step) == 0)
			continue;
		err = target_write_mem(f->t, c, p->at + i, p->data + i, step);
		if (!err)
			err = ctrl_wait(f, c, p->how.sr - f->chip->flash_regs, BY_PROBE_WAIT_MS,
					p->at + i);
	}
	return ctx_doing(c, err, "programming flash through the probe");
}

/* The loader faulted somewhere: leave nothing half begun, and write the block without it. */
static enum sl_err do_without_loader(struct pass *p, struct ctx *c)
{
	struct flash *f = p->f;
	enum sl_err err;

	ctx_log(c, LOG_WARN, "%s: the probe writes instead, slower; reset the chip before its firmware runs",
		c->fault.text);
	ctx_clear(c);
	f->s.no_loader = true;
	if (f->ops->program_off(f, c, p->bank))
		ctx_clear(c);
	err = f->ops->unlock(f, c);
	if (!err)
		err = f->ops->program_on(f, c, p->bank, p->fresh, &p->how);
	return err ? err : write_block(p, c);
}

static enum sl_err finish(struct pass *p, struct ctx *c)
{
	uint32_t status, at, left;
	enum sl_err err;

	if (!p->running)
		return SL_OK;
	p->running = false;
	err = target_call_finish(p->f->t, c, &p->call);
	if (err && p->call.faulted && p->f->ops->by_probe)
		return do_without_loader(p, c);
	if (err)
		return ctx_doing(c, err, "programming flash");
	status = p->call.r[0];
	at = p->call.r[1];
	left = p->call.r[2];
	if (left == 0)
		return SL_OK;
	err = ctrl_flags(p->f, c, status, at);
	if (!err)
		err = ctx_fail_addr(c, SL_FLASH, "flash", at,
				    "the loader stopped at 0x%08x with %u units left (status 0x%08x)", at,
				    left, status);
	return err;
}

static uint64_t count_units(const struct flash *f, const uint8_t *data, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i += f->unit)
		n += bytes_blank(f, data + i, f->unit) ? 0 : f->unit;
	return n;
}

static enum sl_err block(struct pass *p, struct ctx *c, uint32_t at, const uint8_t *data, uint32_t len)
{
	struct flash *f = p->f;
	uint32_t buf = p->at_buf == f->buf_addr[0] ? f->buf_addr[1] : f->buf_addr[0];
	enum sl_err err = SL_OK;

	if (!f->s.no_loader)
		err = target_write_mem(f->t, c, buf, data, len);
	if (!err)
		err = finish(p, c);     /* of the block before; the loader may fail there */
	if (err)
		return err;
	p->at = at;
	p->data = data;
	p->len = len;
	p->at_buf = buf;
	return f->s.no_loader ? write_block(p, c) : start(p, c);
}

static enum sl_err blocks(struct pass *p, struct ctx *c, const struct stretch *s)
{
	uint32_t most = RUN_MAX_US / p->how.step_max_us * p->how.step_bytes;
	enum sl_err err = SL_OK;

	most = most < p->f->buf_bytes ? most : p->f->buf_bytes;
	for (size_t off = 0; !err && off < s->len;) {
		size_t n = s->len - off < most ? s->len - off : most;

		if (!bytes_blank(p->f, s->data + off, n))
			err = block(p, c, s->addr + (uint32_t)off, s->data + off, (uint32_t)n);
		off += n;
	}
	return err ? err : finish(p, c);
}

enum sl_err loader_run(struct flash *f, struct ctx *c, const struct stretch *s, uint64_t *programmed)
{
	struct pass p = { .f = f, .bank = s->bank, .fresh = s->fresh };
	enum sl_err err;

	if (bytes_blank(f, s->data, s->len))
		return SL_OK;
	err = f->ops->program_on(f, c, s->bank, s->fresh, &p.how);
	if (!err && !f->s.no_loader)
		err = target_write_mem(f->t, c, f->code_addr, p.how.loader->code, p.how.loader->bytes);
	if (!err)
		err = blocks(&p, c, s);
	if (err)
		return err;             /* session_end stops the loader and locks */
	*programmed += count_units(f, s->data, s->len);
	return f->ops->program_off(f, c, s->bank);
}
