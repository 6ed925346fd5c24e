/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * stm32f1.c - the FPEC of F0, F1 and F3: half-words, pages; and the second one of XL parts.
 *
 * Follows PM0075 (F10x flash programming, also PM0063 for F100) and the FLASH chapters of
 * RM0091 (F0) and RM0316 (F3), which are the same for main flash. The XL register set: PM0068.
 * Does not touch option bytes.
 */
#include "flash/driver.h"

/* PM0075, register descriptions; PM0068 for KEYR2, SR2, CR2 and AR2 of bank 2. */
struct fpec_regs {
	uint32_t keyr, sr, cr, ar;
};

static const struct fpec_regs banks[2] = {
	{ .keyr = 0x04, .sr = 0x0C, .cr = 0x10, .ar = 0x14 },
	{ .keyr = 0x44, .sr = 0x4C, .cr = 0x50, .ar = 0x54 },
};

static const uint32_t keys[2] = { 0x45670123, 0xCDEF89AB };     /* PM0075, FLASH_KEYR */

#define FPEC_WRPR     UINT32_C(0x20)            /* PM0075, FLASH_WRPR: 1 = not protected */
#define SR_EOP        (UINT32_C(1) << 5)        /* PM0075, FLASH_SR: write 1 to clear, as the errors */
#define CR_PG         (UINT32_C(1) << 0)        /* PM0075, FLASH_CR */
#define CR_PER        (UINT32_C(1) << 1)
#define CR_MER        (UINT32_C(1) << 2)
#define CR_STRT       (UINT32_C(1) << 6)
#define CR_LOCK       (UINT32_C(1) << 7)

/* RCC_CR of RM0041, RM0008, RM0091 and RM0316: the flash is timed by the internal RC. */
#define RCC_CR        UINT32_C(0x40021000)
#define RCC_HSION     (UINT32_C(1) << 0)
#define RCC_HSIRDY    (UINT32_C(1) << 1)

enum {
	/* STM32F103 data sheet table 28: erase 40 ms, half-word 70 us at most. Look-alikes are
	 * slower: GD32F130 450 ms a page, 9.6 s all, 400 us. */
	PAGE_ERASE_MS = 500,
	MASS_ERASE_MS = 10000,
	HALFWORD_US = 400,
	BUSY_MS = 500,
	HSI_READY_MS = 10,
	/* PM0075, write protection: a WRPR bit is 4 pages of 1K or 2 of 2K; the last is the rest. */
	GUARD_BYTES = 4096,
	GUARD_LAST = 31
};

static unsigned n_banks(const struct flash *f)
{
	return f->sectors[f->n_sectors - 1].bank + 1u;
}

static enum sl_err f1_read_guards(struct flash *f, struct ctx *c)
{
	return ctrl_read(f, c, FPEC_WRPR, &f->guard[0]);
}

/* UNSURE: on F100 high density (0x428) OpenOCD counts 4 pages of 2 KiB a bit. If it is right, a
 * plan there may be refused for the wrong page, or stopped by WRPRTERR; nothing else goes wrong. */
static bool f1_guarded(const struct flash *f, const struct flash_sector *s)
{
	uint32_t bit = (s->addr - f->chip->flash_base) / GUARD_BYTES;

	return !(f->guard[0] >> (bit > GUARD_LAST ? GUARD_LAST : bit) & 1);
}

static enum sl_err hsi_on(struct flash *f, struct ctx *c)
{
	struct deadline d = ctx_deadline(c, HSI_READY_MS);
	uint32_t cr = 0;
	enum sl_err err = target_read32(f->t, c, RCC_CR, &cr);

	if (err || (cr & RCC_HSIRDY))
		return err;
	f->s.hsi_was = cr;
	f->s.hsi_changed = true;
	err = target_write32(f->t, c, RCC_CR, cr | RCC_HSION);
	while (!err && !(cr & RCC_HSIRDY)) {
		bool late = ctx_expired(c, d);

		err = target_read32(f->t, c, RCC_CR, &cr);
		if (!err && !(cr & RCC_HSIRDY) && late)
			err = ctx_fail(c, SL_FLASH, "flash",
				       "the internal oscillator, which times the flash, does not start");
	}
	return err;
}

static enum sl_err hsi_back(struct flash *f, struct ctx *c)
{
	uint32_t cr = 0;
	enum sl_err err;

	if (!f->s.hsi_changed)
		return SL_OK;
	f->s.hsi_changed = false;
	err = target_read32(f->t, c, RCC_CR, &cr);
	if (err || (f->s.hsi_was & RCC_HSION))
		return err;
	return target_write32(f->t, c, RCC_CR, cr & ~RCC_HSION);
}

/* Not busy, no old flags, no operation chosen, open. */
static enum sl_err unlock_bank(struct flash *f, struct ctx *c, const struct fpec_regs *r)
{
	uint32_t stale = ctrl_flag_mask(f->ops) | SR_EOP, cr = 0;
	enum sl_err err = ctrl_write(f, c, r->sr, stale);

	if (!err)
		err = ctrl_wait(f, c, r->sr, BUSY_MS, f->chip->flash_base);
	if (!err)
		err = ctrl_read(f, c, r->cr, &cr);
	/* Keys only when it is locked: keys to an open controller lock it until reset. */
	if (!err && (cr & CR_LOCK))
		err = ctrl_keys(f, c, r->keyr, keys);
	else if (!err && (cr & (CR_PG | CR_PER | CR_MER)))
		err = ctrl_write(f, c, r->cr, 0);
	if (!err)
		err = ctrl_read(f, c, r->cr, &cr);
	if (!err && (cr & CR_LOCK))
		err = ctrl_still_locked(c);
	return err;
}

static enum sl_err f1_unlock(struct flash *f, struct ctx *c)
{
	enum sl_err err = hsi_on(f, c);

	for (unsigned b = 0; !err && b < n_banks(f); b++)
		err = unlock_bank(f, c, &banks[b]);
	return err;
}

static enum sl_err f1_lock(struct flash *f, struct ctx *c)
{
	enum sl_err first = SL_OK;

	for (unsigned b = 0; b < n_banks(f); b++) {
		enum sl_err err = ctrl_wait(f, c, banks[b].sr, MASS_ERASE_MS, f->chip->flash_base);

		first = first ? first : err;
		err = ctrl_write(f, c, banks[b].cr, CR_LOCK);
		first = first ? first : err;
	}
	if (first) {
		struct fault why = c->fault;

		if (hsi_back(f, c))
			c->fault = why;
		return first;
	}
	return hsi_back(f, c);
}

/* One operation by STRT; CR is 0 again afterwards, whatever happened. */
static enum sl_err run(struct flash *f, struct ctx *c, unsigned bank, uint32_t op, uint32_t addr)
{
	const struct fpec_regs *r = &banks[bank];
	unsigned max_ms = op == CR_MER ? MASS_ERASE_MS : PAGE_ERASE_MS;
	struct fault why;
	enum sl_err err = ctrl_write(f, c, r->cr, op);

	if (!err && op == CR_PER)
		err = ctrl_write(f, c, r->ar, addr);
	if (!err)
		err = ctrl_write(f, c, r->cr, op | CR_STRT);
	if (!err)
		err = ctrl_wait(f, c, r->sr, max_ms, addr);
	if (!err)
		err = ctrl_write(f, c, r->sr, SR_EOP);
	if (!err)
		return ctrl_write(f, c, r->cr, 0);
	why = c->fault;
	if (ctrl_write(f, c, r->cr, 0))
		c->fault = why;
	return err;
}

static enum sl_err f1_erase_sector(struct flash *f, struct ctx *c, const struct flash_sector *s)
{
	return run(f, c, s->bank, CR_PER, s->addr);
}

static enum sl_err f1_erase_all(struct flash *f, struct ctx *c)
{
	enum sl_err err = SL_OK;

	for (unsigned b = 0; !err && b < n_banks(f); b++)
		err = run(f, c, b, CR_MER, f->chip->flash_base);
	return err;
}

static enum sl_err f1_program_on(struct flash *f, struct ctx *c, unsigned bank, bool fresh,
				 struct flash_how *how)
{
	(void)fresh;
	*how = (struct flash_how){
		.loader = &loader_f1, .step_bytes = 2, .step_max_us = HALFWORD_US,
		.sr = f->chip->flash_regs + banks[bank].sr,
	};
	return ctrl_write(f, c, banks[bank].cr, CR_PG);
}

static enum sl_err f1_program_off(struct flash *f, struct ctx *c, unsigned bank)
{
	enum sl_err err = ctrl_wait(f, c, banks[bank].sr, BUSY_MS, f->chip->flash_base);

	if (!err)
		err = ctrl_write(f, c, banks[bank].sr, SR_EOP);
	return err ? err : ctrl_write(f, c, banks[bank].cr, 0);
}

const struct flash_ops flash_stm32f1 = {
	.name = "stm32f1",
	.busy = UINT32_C(1) << 0,
	.dma_clock = 0x40021014, .dma_bits = 3,         /* RCC_AHBENR: DMA1EN, DMA2EN */
	.flags = {
		{ UINT32_C(1) << 2, "PGERR", "the place is not blank" },
		{ UINT32_C(1) << 4, "WRPRTERR", "this part of flash is write-protected" },
	},
	.read_guards = f1_read_guards, .guarded = f1_guarded,
	.unlock = f1_unlock, .lock = f1_lock,
	.erase_sector = f1_erase_sector, .erase_all = f1_erase_all,
	.program_on = f1_program_on, .program_off = f1_program_off,
};
