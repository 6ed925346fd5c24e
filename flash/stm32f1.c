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
#define RCC_PLLON     (UINT32_C(1) << 24)
#define RCC_PLLRDY    (UINT32_C(1) << 25)

/* RCC_CFGR of the same: HSI is source 0; the source of the PLL is HSI/2 where PLLSRC is 0. */
#define RCC_CFGR      UINT32_C(0x40021004)
#define CFGR_SW       (UINT32_C(3) << 0)
#define CFGR_SW_PLL   (UINT32_C(2) << 0)
#define CFGR_SWS      (UINT32_C(3) << 2)
#define CFGR_PRESCALERS (UINT32_C(0x3FF) << 4)          /* HPRE, PPRE1, PPRE2 */
#define CFGR_PLL      (UINT32_C(0x7F) << 15)            /* PLLSRC (two bits on F0), PLLXTPRE, PLLMUL */
#define CFGR_PLLMUL6  (UINT32_C(4) << 18)

enum {
	/* STM32F103 data sheet table 28: erase 40 ms, half-word 70 us at most. Look-alikes are
	 * slower: GD32F130 450 ms a page, 9.6 s all, 400 us. */
	PAGE_ERASE_MS = 500,
	MASS_ERASE_MS = 10000,
	HALFWORD_US = 400,
	/* The same table, typical: 20 to 40 ms, 40 to 70 us. */
	PAGE_ERASE_TYP_US = 30000,
	MASS_ERASE_TYP_US = 30000,
	HALFWORD_TYP_NS = 52700,
	BUSY_MS = 500,
	FAST_KHZ = 24000,
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

static enum sl_err hsi_on(struct flash *f, struct ctx *c, uint32_t cr)
{
	enum sl_err err;

	if (cr & RCC_HSIRDY)
		return SL_OK;
	f->s.hsi_was = cr;
	f->s.hsi_changed = true;
	err = target_write32(f->t, c, RCC_CR, cr | RCC_HSION);
	return err ? err : clock_wait(f, c, RCC_CR, RCC_HSIRDY, RCC_HSIRDY);
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

/* 24 MHz from HSI by the PLL: the fastest for which flash needs no wait state, so that FLASH_ACR
 * stays alone, and within the limits of every F0, F1 and F3. Only where the core runs from plain
 * HSI as after reset. */
static enum sl_err f1_clock_up(struct flash *f, struct ctx *c)
{
	uint32_t cr = 0, cfgr = 0, pll;
	enum sl_err err = target_read32(f->t, c, RCC_CR, &cr);

	if (!err)
		err = hsi_on(f, c, cr);
	if (!err)
		err = target_read32(f->t, c, RCC_CFGR, &cfgr);
	if (err || (cfgr & (CFGR_SW | CFGR_SWS | CFGR_PRESCALERS)) || (cr & RCC_PLLON))
		return err;
	f->s.clock_was[0] = cr;
	f->s.clock_was[1] = cfgr;
	f->s.clock_raised = true;
	pll = (cfgr & ~CFGR_PLL) | CFGR_PLLMUL6;
	err = target_write32(f->t, c, RCC_CFGR, pll);
	if (!err)
		err = target_write32(f->t, c, RCC_CR, cr | RCC_HSION | RCC_PLLON);
	if (!err)
		err = clock_wait(f, c, RCC_CR, RCC_PLLRDY, RCC_PLLRDY);
	if (!err)
		err = target_write32(f->t, c, RCC_CFGR, pll | CFGR_SW_PLL);
	if (!err)
		f->s.core_khz = FAST_KHZ;
	return err;
}

static enum sl_err f1_clock_back(struct flash *f, struct ctx *c)
{
	uint32_t cfgr = (f->s.clock_was[1] & ~CFGR_PLL) | CFGR_PLLMUL6;
	enum sl_err err;

	if (!f->s.clock_raised)
		return hsi_back(f, c);
	f->s.clock_raised = false;
	err = target_write32(f->t, c, RCC_CFGR, cfgr);
	if (!err)
		err = clock_wait(f, c, RCC_CFGR, CFGR_SWS, 0);
	if (!err)
		err = target_write32(f->t, c, RCC_CR, f->s.clock_was[0] | RCC_HSION);
	if (!err)
		err = target_write32(f->t, c, RCC_CFGR, f->s.clock_was[1]);
	return err ? err : hsi_back(f, c);
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
	enum sl_err err = SL_OK;

	for (unsigned b = 0; !err && b < n_banks(f); b++)
		err = unlock_bank(f, c, &banks[b]);
	return err;
}

static enum sl_err f1_lock(struct flash *f, struct ctx *c)
{
	enum sl_err first = SL_OK;

	for (unsigned b = 0; b < n_banks(f); b++) {
		enum sl_err err = ctrl_wait(f, c, banks[b].sr, MASS_ERASE_MS, f->chip->flash_base);
		struct fault why = c->fault;
		enum sl_err lock = ctrl_write(f, c, banks[b].cr, CR_LOCK);

		if (err)
			c->fault = why;
		first = first ? first : err ? err : lock;
	}
	return first;
}

/* One operation by STRT. */
static void operation(const struct flash *f, unsigned bank, uint32_t op, struct flash_script *out)
{
	const struct fpec_regs *r = &banks[bank];
	uint32_t base = f->chip->flash_regs;

	out->sr = base + r->sr;
	script_add(out, base + r->cr, op);
	if (op == CR_PER)
		script_add(out, base + r->ar, out->addr);
	script_add(out, base + r->cr, op | CR_STRT);
	script_wait(out);
	script_add(out, base + r->sr, SR_EOP);
	script_add(out, base + r->cr, 0);
}

static void f1_erase_sector(const struct flash *f, const struct flash_sector *s, struct flash_script *out)
{
	*out = (struct flash_script){ .addr = s->addr, .max_ms = PAGE_ERASE_MS,
				      .typ_us = PAGE_ERASE_TYP_US };
	operation(f, s->bank, CR_PER, out);
}

static bool f1_erase_all(const struct flash *f, unsigned i, struct flash_script *out)
{
	if (i >= n_banks(f))
		return false;
	*out = (struct flash_script){ .addr = f->chip->flash_base, .max_ms = MASS_ERASE_MS,
				      .typ_us = MASS_ERASE_TYP_US };
	operation(f, i, CR_MER, out);
	return true;
}

static void f1_program_on(const struct flash *f, unsigned bank, bool fresh, struct flash_how *how,
			  struct flash_script *out)
{
	(void)fresh;
	*how = (struct flash_how){
		.loader = &loader_ring_f1, .step_bytes = 2, .masked = true,
		.step_max_us = HALFWORD_US, .step_typ_ns = HALFWORD_TYP_NS,
		.sr = f->chip->flash_regs + banks[bank].sr,
	};
	*out = (struct flash_script){ .sr = how->sr, .addr = f->chip->flash_base, .max_ms = BUSY_MS };
	script_add(out, f->chip->flash_regs + banks[bank].cr, CR_PG);
}

static void f1_program_off(const struct flash *f, unsigned bank, struct flash_script *out)
{
	*out = (struct flash_script){ .sr = f->chip->flash_regs + banks[bank].sr,
				      .addr = f->chip->flash_base, .max_ms = BUSY_MS };
	script_wait(out);
	script_add(out, out->sr, SR_EOP);
	script_add(out, f->chip->flash_regs + banks[bank].cr, 0);
}

static const struct loader *f1_loader(const struct flash *f)
{
	(void)f;
	return &loader_ring_f1;
}

const struct flash_ops flash_stm32f1 = {
	.name = "stm32f1",
	.busy = UINT32_C(1) << 0,
	/* RCC_AHBENR: DMA1EN, DMA2EN, CRCEN. */
	.apb1_clock = 0x4002101C,
	.ahb_clock = 0x40021014, .dma_bits = 3, .crc_bit = UINT32_C(1) << 6,
	.slot_bytes = ENGINE_SLOT_LEAST,
	.flags = {
		{ UINT32_C(1) << 2, "PGERR", "the place is not blank", NULL, CAUSE_NONE },
		/* PM0075, read protection: it guards the first pages against writing, option bytes or not. */
		{ UINT32_C(1) << 4, "WRPRTERR", "this part of flash is write-protected",
		  "if read protection was just taken off: power the board off and on, and run again",
		  CAUSE_WRITE_PROTECTED },
	},
	.read_guards = f1_read_guards, .guarded = f1_guarded,
	.clock_up = f1_clock_up, .clock_back = f1_clock_back,
	.unlock = f1_unlock, .lock = f1_lock,
	.erase_sector = f1_erase_sector, .erase_all = f1_erase_all,
	.program_on = f1_program_on, .program_off = f1_program_off, .loader = f1_loader,
};
