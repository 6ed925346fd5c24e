/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * stm32f4.c - the flash interface of F2 and F4: sectors, a program width that the supply
 * allows, two banks on F42x, F43x, F469 and F479.
 *
 * Follows the flash interface chapters of RM0033 or PM0059 (F2), RM0090 (F40x, F42x) and RM0386
 * (F469). Does not touch option bytes.
 */
#include "flash/driver.h"

/* Offsets: RM0090, flash interface registers. */
#define F4_ACR        UINT32_C(0x00)
#define F4_KEYR       UINT32_C(0x04)
#define F4_SR         UINT32_C(0x0C)
#define F4_CR         UINT32_C(0x10)
#define F4_OPTCR      UINT32_C(0x14)
#define F4_OPTCR1     UINT32_C(0x18)            /* RM0090, FLASH_OPTCR1: nWRP of bank 2 */

#define ACR_ICEN      (UINT32_C(1) << 9)        /* RM0090, FLASH_ACR */
#define ACR_DCEN      (UINT32_C(1) << 10)
#define ACR_ICRST     (UINT32_C(1) << 11)       /* only while ICEN is 0 */
#define ACR_DCRST     (UINT32_C(1) << 12)       /* only while DCEN is 0 */
#define SR_EOP        (UINT32_C(1) << 0)        /* RM0090, FLASH_SR */
#define CR_PG         (UINT32_C(1) << 0)        /* RM0090, FLASH_CR */
#define CR_SER        (UINT32_C(1) << 1)
#define CR_MER        (UINT32_C(1) << 2)
#define CR_SNB_SHIFT  3
#define CR_PSIZE_SHIFT 8
#define CR_MER2       (UINT32_C(1) << 15)       /* two-bank parts */
#define CR_STRT       (UINT32_C(1) << 16)
#define CR_LOCK       (UINT32_C(1) << 31)
#define OPTCR_NWRP_SHIFT 16                     /* RM0090, FLASH_OPTCR: 0 = protected */
#define OPTCR_DB1M    (UINT32_C(1) << 30)
#define OPTCR_SPRMOD  (UINT32_C(1) << 31)       /* then 1 = protected against reading too */

/* RM0090, SYSCFG_MEMRMP.FB_MODE: bank 2 shows at the address of bank 1, and the other way round;
 * sector numbers stay with the bank. The clock of SYSCFG: RCC_APB2ENR. */
#define RCC_APB2ENR   UINT32_C(0x40023844)
#define RCC_SYSCFGEN  (UINT32_C(1) << 14)
#define SYSCFG_MEMRMP UINT32_C(0x40013800)
#define MEMRMP_FB_MODE (UINT32_C(1) << 8)

/* RCC of RM0090: HSI is source 0 of the system clock, and of the PLL where bit 22 is 0.
 * 16 MHz / 8 * 120 / 4; the USB divider 5 is in range; APB1 gets half, which the slowest may have. */
#define RCC_CR        UINT32_C(0x40023800)
#define RCC_PLLON     (UINT32_C(1) << 24)
#define RCC_PLLRDY    (UINT32_C(1) << 25)
#define RCC_PLLCFGR   UINT32_C(0x40023804)
#define PLL_60_MHZ    (UINT32_C(5) << 24 | UINT32_C(1) << 16 | UINT32_C(120) << 6 | UINT32_C(8))
#define RCC_CFGR      UINT32_C(0x40023808)
#define CFGR_SW       (UINT32_C(3) << 0)
#define CFGR_SW_PLL   (UINT32_C(2) << 0)
#define CFGR_SWS      (UINT32_C(3) << 2)
#define CFGR_PRESCALERS (UINT32_C(0xF) << 4 | UINT32_C(0x3F) << 10)     /* HPRE, PPRE1, PPRE2 */
#define CFGR_PPRE1_2  (UINT32_C(4) << 10)
#define ACR_LATENCY   UINT32_C(0xF)             /* RM0090, FLASH_ACR */
#define ACR_WAIT_STATES UINT32_C(3)

static const uint32_t keys[2] = { 0x45670123, 0xCDEF89AB };     /* RM0090, FLASH_KEYR */

enum {
	BUSY_MS = 33000,                /* whatever was started before us may be a mass erase */
	UNIT_US = 100,                  /* STM32F405 data sheet: at most, any width */
	UNIT_TYP_NS = 16100,            /* typical */
	HSI_KHZ = 16000,
	FAST_KHZ = 60000,
	UNIT_WAIT_MS = 100,             /* for the last unit: far more than it can take */
	BANK2_SNB = 16,                 /* RM0090, FLASH_CR.SNB: sector 12 + i is number 16 + i */
	LAST_NWRP_BIT = 14              /* F413: sectors 14 and 15 share it (OpenOCD) */
};

/* Program width by supply: RM0090, program/erase parallelism. Erase limits: STM32F405 data
 * sheet, flash memory programming (maxima, doubled: boards near the edge of a range are slower). */
struct width {
	unsigned min_mv;
	uint8_t psize, bytes;
	const struct loader *loader;
	unsigned erase_ms[3];           /* up to 16, 64, 128 KiB */
	unsigned mass_ms;
	unsigned erase_typ_ms[3], mass_typ_ms;  /* the same table, typical */
};

static const struct width widths[] = {
	{ 2700, 2, 4, &loader_ring_f4x32, { 1000, 2200, 4000 }, 33000, { 250, 550, 1000 }, 8000 },
	{ 2100, 1, 2, &loader_ring_f4x16, { 1200, 2800, 5200 }, 44000, { 300, 700, 1300 }, 11000 },
	{ 0, 0, 1, &loader_ring_f4x8, { 1600, 4800, 8000 }, 64000, { 400, 1200, 2000 }, 16000 },
};

enum { WIDTH_UNKNOWN_SUPPLY = 1 };

static const struct width *chosen(const struct flash *f)
{
	for (size_t i = 0; i < ARRAY_LEN(widths); i++)
		if (widths[i].psize == f->psize)
			return &widths[i];
	return &widths[ARRAY_LEN(widths) - 1];
}

/* A probe that cannot measure (V1, some clones) leaves 16 bits: right from 2.1 V up, which
 * nearly every board has, and what OpenOCD has always used; 32 bits would need 2.7 V to be
 * reliable, 8 bits would double the erase times of everybody. What went wrong all the same is
 * found by the proof, which reads every byte. */
static void f4_choose(struct flash *f, struct ctx *c)
{
	const struct width *w = &widths[WIDTH_UNKNOWN_SUPPLY];

	if (f->info->supply_known && f->info->supply_mv > 0)
		for (w = widths; f->info->supply_mv < w->min_mv; w++)
			;
	f->psize = w->psize;
	f->unit = w->bytes;
	ctx_log(c, LOG_DEBUG, "flash is programmed by %u bits (supply %u mV%s)", 8u * w->bytes,
		f->info->supply_mv, f->info->supply_known ? "" : ", not measured");
}

/* RM0090, flash organization and FLASH_OPTCR.DB1M: parts of 1 MiB are one bank unless DB1M is
 * set; smaller ones always. */
static enum sl_err f4_bank1_bytes(struct flash *f, struct ctx *c, uint32_t *bytes)
{
	uint32_t all = f->info->flash_kb * 1024, optcr = 0;
	enum sl_err err = ctrl_read(f, c, F4_OPTCR, &optcr);

	if (err)
		return err;
	*bytes = all;
	if (f->info->flash_kb > 1024 || (f->info->flash_kb == 1024 && (optcr & OPTCR_DB1M)))
		*bytes = all / 2;
	return SL_OK;
}

static uint16_t f4_sector_index(unsigned bank, unsigned i)
{
	return (uint16_t)(bank * BANK2_SNB + i);
}

static enum sl_err f4_read_guards(struct flash *f, struct ctx *c)
{
	bool two = f->sectors[f->n_sectors - 1].bank != 0;
	enum sl_err err = ctrl_read(f, c, F4_OPTCR, &f->guard[0]);

	f->guard_inverted = (f->guard[0] & OPTCR_SPRMOD) != 0;
	if (!err && two)
		err = ctrl_read(f, c, F4_OPTCR1, &f->guard[1]);
	return err;
}

static bool f4_guarded(const struct flash *f, const struct flash_sector *s)
{
	unsigned bit = s->index % BANK2_SNB;
	bool set;

	bit = bit > LAST_NWRP_BIT ? LAST_NWRP_BIT : bit;
	set = f->guard[s->bank] >> (OPTCR_NWRP_SHIFT + bit) & 1;
	return set == f->guard_inverted;
}

/* Firmware, or the boot ROM for OPTCR.BFB2, may have exchanged the banks: a sector number would
 * then erase the other bank. */
static enum sl_err refuse_exchanged(struct flash *f, struct ctx *c)
{
	uint32_t enr = 0, memrmp = 0;
	enum sl_err err = target_read32(f->t, c, RCC_APB2ENR, &enr);

	if (!err && !(enr & RCC_SYSCFGEN))
		err = target_write32(f->t, c, RCC_APB2ENR, enr | RCC_SYSCFGEN);
	if (!err)
		err = target_read32(f->t, c, SYSCFG_MEMRMP, &memrmp);
	if (!err && !(enr & RCC_SYSCFGEN))
		err = target_write32(f->t, c, RCC_APB2ENR, enr);
	if (err || !(memrmp & MEMRMP_FB_MODE))
		return err;
	err = ctx_fail(c, SL_FLASH, "flash",
		       "the firmware runs with the two banks of flash exchanged (SYSCFG_MEMRMP 0x%08x)",
		       memrmp);
	ctx_hint(c, "nothing was changed; connect before it runs: --connect=under-reset");
	return err;
}

static enum sl_err f4_unlock(struct flash *f, struct ctx *c)
{
	bool two = f->sectors[f->n_sectors - 1].bank != 0;
	uint32_t cr = 0;
	enum sl_err err = two ? refuse_exchanged(f, c) : SL_OK;

	if (!err)
		err = ctrl_write(f, c, F4_SR, ctrl_flag_mask(f->ops) | SR_EOP);
	/* SR first: a write to CR while busy stalls the bus until the operation ends. */
	if (!err)
		err = ctrl_wait(f, c, F4_SR, BUSY_MS, f->chip->flash_base);
	if (!err)
		err = ctrl_read(f, c, F4_CR, &cr);
	if (!err && (cr & CR_LOCK))
		err = ctrl_keys(f, c, F4_KEYR, keys);
	else if (!err && cr)
		err = ctrl_write(f, c, F4_CR, 0);
	if (!err)
		err = ctrl_read(f, c, F4_CR, &cr);
	if (!err && (cr & CR_LOCK))
		err = ctrl_still_locked(c);
	return err;
}

static enum sl_err f4_lock(struct flash *f, struct ctx *c)
{
	enum sl_err err = ctrl_wait(f, c, F4_SR, BUSY_MS, f->chip->flash_base);
	struct fault why = c->fault;
	enum sl_err lock = ctrl_write(f, c, F4_CR, CR_LOCK);

	if (!err)
		return lock;
	c->fault = why;
	return err;
}

static void operation(const struct flash *f, uint32_t op, struct flash_script *out)
{
	uint32_t cr = f->chip->flash_regs + F4_CR;

	op |= f->psize << CR_PSIZE_SHIFT;
	out->sr = f->chip->flash_regs + F4_SR;
	script_add(out, cr, op);
	script_add(out, cr, op | CR_STRT);
	script_wait(out);
	script_add(out, cr, 0);
}

static void f4_erase_sector(const struct flash *f, const struct flash_sector *s,
			    struct flash_script *out)
{
	unsigned size = s->bytes > 64 * 1024 ? 2 : s->bytes > 16 * 1024 ? 1 : 0;

	*out = (struct flash_script){ .addr = s->addr, .max_ms = chosen(f)->erase_ms[size],
				      .typ_us = chosen(f)->erase_typ_ms[size] * 1000u };
	operation(f, CR_SER | (uint32_t)s->index << CR_SNB_SHIFT, out);
}

static bool f4_erase_all(const struct flash *f, unsigned i, struct flash_script *out)
{
	uint32_t both = f->sectors[f->n_sectors - 1].bank ? CR_MER2 : 0;

	if (i > 0)
		return false;
	*out = (struct flash_script){ .addr = f->chip->flash_base, .max_ms = chosen(f)->mass_ms,
				      .typ_us = chosen(f)->mass_typ_ms * 1000u };
	operation(f, CR_MER | both, out);
	return true;
}

static void f4_program_on(const struct flash *f, unsigned bank, bool fresh, struct flash_how *how,
			  struct flash_script *out)
{
	const struct width *w = chosen(f);

	(void)bank;
	(void)fresh;
	*how = (struct flash_how){
		.loader = w->loader, .step_bytes = w->bytes, .masked = true,
		.step_max_us = UNIT_US, .step_typ_ns = UNIT_TYP_NS, .sr = f->chip->flash_regs + F4_SR,
	};
	*out = (struct flash_script){ .sr = how->sr, .addr = f->chip->flash_base, .max_ms = UNIT_WAIT_MS };
	script_add(out, f->chip->flash_regs + F4_CR, CR_PG | f->psize << CR_PSIZE_SHIFT);
}

static void f4_program_off(const struct flash *f, unsigned bank, struct flash_script *out)
{
	(void)bank;
	*out = (struct flash_script){ .sr = f->chip->flash_regs + F4_SR, .addr = f->chip->flash_base,
				      .max_ms = UNIT_WAIT_MS };
	script_wait(out);
	script_add(out, f->chip->flash_regs + F4_CR, 0);
}

static const struct loader *f4_loader(const struct flash *f)
{
	return chosen(f)->loader;
}

/* 60 MHz from HSI by the PLL: within the limits of every F2 and F4 at any voltage scale, with the
 * wait states of the lowest supply (RM0090 and RM0033, relation between CPU clock and flash read
 * time). Only where the core runs from plain HSI as after reset. */
static enum sl_err f4_clock_up(struct flash *f, struct ctx *c)
{
	uint32_t *was = f->s.clock_was, fast;
	enum sl_err err = target_read32(f->t, c, RCC_CR, &was[0]);

	f->s.core_khz = HSI_KHZ;
	if (!err)
		err = target_read32(f->t, c, RCC_CFGR, &was[1]);
	if (!err && ((was[1] & (CFGR_SW | CFGR_SWS | CFGR_PRESCALERS)) || (was[0] & RCC_PLLON))) {
		f->s.core_khz = 0;
		return SL_OK;
	}
	if (!err)
		err = target_read32(f->t, c, RCC_PLLCFGR, &was[2]);
	if (!err)
		err = ctrl_read(f, c, F4_ACR, &was[3]);
	if (err)
		return err;
	f->s.clock_raised = true;
	err = ctrl_write(f, c, F4_ACR, (was[3] & ~ACR_LATENCY) | ACR_WAIT_STATES);
	if (!err)
		err = target_write32(f->t, c, RCC_PLLCFGR, PLL_60_MHZ);
	if (!err)
		err = target_write32(f->t, c, RCC_CR, was[0] | RCC_PLLON);
	if (!err)
		err = clock_wait(f, c, RCC_CR, RCC_PLLRDY, RCC_PLLRDY);
	fast = was[1] | CFGR_PPRE1_2;
	if (!err)
		err = target_write32(f->t, c, RCC_CFGR, fast | CFGR_SW_PLL);
	if (!err)
		f->s.core_khz = FAST_KHZ;
	return err;
}

static enum sl_err f4_clock_back(struct flash *f, struct ctx *c)
{
	const uint32_t *was = f->s.clock_was;
	enum sl_err err;

	if (!f->s.clock_raised)
		return SL_OK;
	f->s.clock_raised = false;
	err = target_write32(f->t, c, RCC_CFGR, was[1]);
	if (!err)
		err = clock_wait(f, c, RCC_CFGR, CFGR_SWS, 0);
	if (!err)
		err = target_write32(f->t, c, RCC_CR, was[0]);
	if (!err)
		err = target_write32(f->t, c, RCC_PLLCFGR, was[2]);
	return err ? err : ctrl_write(f, c, F4_ACR, was[3]);
}

/* RM0090, ART accelerator and FLASH_ACR: after erase or program the caches hold old data; reset
 * them while they are off, then put them back. A debugger reads through the data cache too. */
static enum sl_err f4_flush(struct flash *f, struct ctx *c)
{
	uint32_t acr = 0, off;
	enum sl_err err = ctrl_read(f, c, F4_ACR, &acr);

	if (err || !(acr & (ACR_ICEN | ACR_DCEN)))
		return err;
	off = acr & ~(ACR_ICEN | ACR_DCEN);
	err = ctrl_write(f, c, F4_ACR, off);
	if (!err)
		err = ctrl_write(f, c, F4_ACR, off | ACR_ICRST | ACR_DCRST);
	if (!err)
		err = ctrl_write(f, c, F4_ACR, off);
	return err ? err : ctrl_write(f, c, F4_ACR, acr);
}

const struct flash_ops flash_stm32f4 = {
	.name = "stm32f4",
	.busy = UINT32_C(1) << 16,
	/* RCC_AHB1ENR: DMA1EN, DMA2EN, CRCEN. */
	.apb1_clock = 0x40023840,
	.ahb_clock = 0x40023830, .dma_bits = UINT32_C(3) << 21, .crc_bit = UINT32_C(1) << 12,
	.slot_bytes = ENGINE_SLOT_MOST,
	.flags = {
		{ UINT32_C(1) << 1, "OPERR", "the operation failed", NULL, CAUSE_NONE },
		{ UINT32_C(1) << 4, "WRPERR", "this sector is write-protected", NULL, CAUSE_WRITE_PROTECTED },
		{ UINT32_C(1) << 5, "PGAERR", "a write crossed a 128-bit row", NULL, CAUSE_NONE },
		{ UINT32_C(1) << 6, "PGPERR", "the write width is not what PSIZE says", NULL, CAUSE_NONE },
		{ UINT32_C(1) << 7, "PGSERR", "write sequence error", NULL, CAUSE_NONE },
		{ UINT32_C(1) << 8, "RDERR", "read of a read-protected sector", NULL, CAUSE_NONE },
	},
	.bank1_bytes = f4_bank1_bytes, .sector_index = f4_sector_index,
	.read_guards = f4_read_guards, .guarded = f4_guarded, .choose = f4_choose,
	.clock_up = f4_clock_up, .clock_back = f4_clock_back,
	.unlock = f4_unlock, .lock = f4_lock,
	.erase_sector = f4_erase_sector, .erase_all = f4_erase_all,
	.program_on = f4_program_on, .program_off = f4_program_off,
	.loader = f4_loader, .flush = f4_flush,
};
