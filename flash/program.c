/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * program.c - bytes to flash through a loader in target SRAM.
 *
 * Two blocks: while the loader programs one, the next travels. Whatever the loader reports is
 * believed only when it is a failure; success is proved later by reading back.
 */
#include "flash/run.h"

enum { CALL_SLACK_MS = 200 };

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
};

static enum sl_err start(struct pass *p, struct ctx *c, uint32_t addr, uint32_t src, uint32_t len)
{
	const struct flash *f = p->f;
	uint32_t steps = len / p->how.step_bytes;
	enum sl_err err;

	p->call = (struct target_call){
		.pc = f->code_addr,
		.stop = f->code_addr + p->how.loader->stop,
		.r = { src, addr, steps, p->how.sr, ctrl_flag_mask(f->ops), p->how.burst_words },
		.timeout_ms = (unsigned)((uint64_t)steps * p->how.step_max_us / 1000) + CALL_SLACK_MS,
	};
	/* The watchdog stands still while the core is halted, but not while the loader runs. */
	err = target_write32(f->t, c, IWDG_KR, IWDG_KR_RELOAD);
	if (err)
		return err;
	p->running = true;
	return target_call_start(f->t, c, &p->call);
}

static enum sl_err finish(struct pass *p, struct ctx *c)
{
	uint32_t status, at, left;
	enum sl_err err;

	if (!p->running)
		return SL_OK;
	p->running = false;
	err = target_call_finish(p->f->t, c, &p->call);
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

static enum sl_err blocks(struct pass *p, struct ctx *c, const struct stretch *s)
{
	struct flash *f = p->f;
	enum sl_err err = SL_OK;
	unsigned which = 0;

	for (size_t off = 0; !err && off < s->len;) {
		size_t n = s->len - off < f->buf_bytes ? s->len - off : f->buf_bytes;
		uint32_t at = s->addr + (uint32_t)off;

		if (!bytes_blank(f, s->data + off, n)) {
			err = target_write_mem(f->t, c, f->buf_addr[which], s->data + off, n);
			if (!err)
				err = finish(p, c);
			if (!err)
				err = start(p, c, at, f->buf_addr[which], (uint32_t)n);
			which ^= 1;
		}
		off += n;
	}
	return err ? err : finish(p, c);
}

enum sl_err loader_run(struct flash *f, struct ctx *c, const struct stretch *s, uint64_t *programmed)
{
	struct pass p = { .f = f };
	enum sl_err err;

	if (bytes_blank(f, s->data, s->len))
		return SL_OK;
	err = f->ops->program_on(f, c, s->bank, s->fresh, &p.how);
	if (!err)
		err = target_write_mem(f->t, c, f->code_addr, p.how.loader->code, p.how.loader->bytes);
	if (!err)
		err = blocks(&p, c, s);
	if (err)
		return err;             /* session_end stops the loader and locks */
	*programmed += count_units(f, s->data, s->len);
	return f->ops->program_off(f, c, s->bank);
}
