/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * stm32l1.c - the program memory interface of L0 and L1: an erased bit is 0, words and half
 * pages, two locks one behind the other.
 *
 * Follows the flash chapters of RM0038 (L1), RM0367 and RM0377 (L0). Does not touch data EEPROM and option
 * bytes. There is no mass erase that leaves the protection level alone, so none is offered.
 */
#include "flash/driver.h"

/* Offsets: FLASH register map of RM0038 and RM0367, as ST's device headers give them. */
#define LX_PECR       UINT32_C(0x04)
#define LX_PEKEYR     UINT32_C(0x0C)
#define LX_PRGKEYR    UINT32_C(0x10)
#define LX_SR         UINT32_C(0x18)
#define LX_OBR        UINT32_C(0x1C)

#define PECR_PELOCK   (UINT32_C(1) << 0)        /* RM0038, FLASH_PECR */
#define PECR_PRGLOCK  (UINT32_C(1) << 1)
/* Each can only be set (RM0038), and that to a controller which is locked changes nothing. */
#define PECR_LOCKS    (PECR_PELOCK | PECR_PRGLOCK | UINT32_C(1) << 2)
#define PECR_PROG     (UINT32_C(1) << 3)
#define PECR_ERASE    (UINT32_C(1) << 9)
#define PECR_FPRG     (UINT32_C(1) << 10)
#define SR_EOP        (UINT32_C(1) << 1)        /* RM0038, FLASH_SR */
#define OBR_SPRMOD    (UINT32_C(1) << 8)        /* RM0038, FLASH_OBR: WRP bits mean the opposite */

/* RM0038, FLASH_WRPR1 to 4: one bit for 4 KiB, 32 bits a register; 1 = protected. */
static const uint32_t wrpr[FLASH_GUARD_WORDS] = { 0x20, 0x80, 0x84, 0x88 };

/* Clocks: RM0038 and RM0367, RCC_ICSCR.MSIRANGE, RCC_CFGR, RCC_APB1ENR, PWR_CR.VOS. */
struct lx_rcc {
	uint32_t icscr, cfgr, apb1enr;
};

static const struct lx_rcc l1_rcc = { 0x40023804, 0x40023808, 0x40023824 };
static const struct lx_rcc l0_rcc = { 0x40021004, 0x4002100C, 0x40021038 };

#define ICSCR_MSIRANGE (UINT32_C(7) << 13)      /* RM0038, RCC_ICSCR */
#define ICSCR_MSI_RESET (UINT32_C(5) << 13)
#define ICSCR_MSI_FAST (UINT32_C(6) << 13)
#define CFGR_SWS      (UINT32_C(3) << 2)        /* 0: MSI */
#define CFGR_HPRE     (UINT32_C(0xF) << 4)
#define APB1ENR_PWREN (UINT32_C(1) << 28)
#define PWR_CR        UINT32_C(0x40007000)      /* RM0038, PWR_CR */
#define PWR_CR_VOS    (UINT32_C(3) << 11)
#define PWR_CR_RANGE3 (UINT32_C(3) << 11)

static const uint32_t pe_keys[2] = { 0x89ABCDEF, 0x02030405 };  /* RM0038, FLASH_PEKEYR */
static const uint32_t prg_keys[2] = { 0x8C9DAEBF, 0x13141516 };

enum {
	/* STM32L152 data sheet, flash memory characteristics: 3.94 ms at most for each of word,
	 * half page and page; times three, for a part at the edge. */
	STEP_US = 12000,
	STEP_TYP_NS = 3290000,          /* typical, and of a page erase */
	ERASE_TYP_US = 3940,
	MSI_KHZ = 2097,
	FAST_KHZ = 4194,
	ERASE_MS = 100,                 /* as OpenOCD */
	BUSY_MS = 200,
	GUARD_BYTES = 4096
};

static enum sl_err lx_read_guards(struct flash *f, struct ctx *c)
{
	uint32_t last = f->sectors[f->n_sectors - 1].addr - f->chip->flash_base, obr = 0;
	enum sl_err err = ctrl_read(f, c, LX_OBR, &obr);

	f->guard_inverted = (obr & OBR_SPRMOD) != 0;
	for (uint32_t i = 0; !err && i < FLASH_GUARD_WORDS && i <= last / GUARD_BYTES / 32; i++)
		err = ctrl_read(f, c, wrpr[i], &f->guard[i]);
	return err;
}

static bool lx_guarded(const struct flash *f, const struct flash_sector *s)
{
	uint32_t n = (s->addr - f->chip->flash_base) / GUARD_BYTES;
	bool set = f->guard[n / 32 % FLASH_GUARD_WORDS] >> (n % 32) & 1;

	return set != f->guard_inverted;
}

static enum sl_err lx_unlock(struct flash *f, struct ctx *c)
{
	uint32_t pecr = 0;
	enum sl_err err = ctrl_write(f, c, LX_SR, ctrl_flag_mask(f->ops) | SR_EOP);

	if (!err)
		err = ctrl_wait(f, c, LX_SR, BUSY_MS, f->chip->flash_base);
	if (!err)
		err = ctrl_read(f, c, LX_PECR, &pecr);
	if (!err && (pecr & PECR_PELOCK))
		err = ctrl_keys(f, c, LX_PEKEYR, pe_keys);
	if (!err && (pecr & PECR_PRGLOCK))
		err = ctrl_keys(f, c, LX_PRGKEYR, prg_keys);
	if (!err)
		err = ctrl_read(f, c, LX_PECR, &pecr);
	if (!err && (pecr & (PECR_PELOCK | PECR_PRGLOCK)))
		err = ctrl_still_locked(c);
	if (!err && (pecr & (PECR_PROG | PECR_ERASE | PECR_FPRG)))
		err = ctrl_write(f, c, LX_PECR, 0);
	return err;
}

static enum sl_err lx_lock(struct flash *f, struct ctx *c)
{
	enum sl_err err = ctrl_wait(f, c, LX_SR, BUSY_MS, f->chip->flash_base);
	struct fault why = c->fault;
	enum sl_err lock = ctrl_write(f, c, LX_PECR, PECR_LOCKS);

	if (!err)
		return lock;
	c->fault = why;
	return err;
}

/* RM0038, page erase: PROG and ERASE, then zero to the first word of the page. */
static void lx_erase_sector(const struct flash *f, const struct flash_sector *s,
			    struct flash_script *out)
{
	uint32_t base = f->chip->flash_regs;

	*out = (struct flash_script){ .sr = base + LX_SR, .addr = s->addr, .max_ms = ERASE_MS,
				      .typ_us = ERASE_TYP_US };
	script_add(out, base + LX_PECR, PECR_PROG | PECR_ERASE);
	script_add(out, s->addr, 0);
	script_wait(out);
	script_add(out, base + LX_SR, SR_EOP);
	script_add(out, base + LX_PECR, 0);
}

/* Half pages (half of an erase page) where everything is erased; else word by word, so that
 * words that hold something are never written. PROG goes with ERASE and FPRG: single words are
 * written without it (ST's HAL and OpenOCD do so on both families). */
static void lx_program_on(const struct flash *f, unsigned bank, bool fresh, struct flash_how *how,
			  struct flash_script *out)
{
	uint32_t half_page = f->sectors[0].bytes / 2, base = f->chip->flash_regs;
	uint16_t step = fresh ? (uint16_t)half_page : 4;

	(void)bank;
	*how = (struct flash_how){
		.loader = &loader_ring_lx, .step_bytes = step, .burst_words = step / 4,
		.step_max_us = STEP_US, .step_typ_ns = STEP_TYP_NS, .sr = base + LX_SR,
	};
	*out = (struct flash_script){ .sr = how->sr, .addr = f->chip->flash_base, .max_ms = BUSY_MS };
	script_add(out, base + LX_PECR, fresh ? PECR_PROG | PECR_FPRG : 0);
}

static void lx_program_off(const struct flash *f, unsigned bank, struct flash_script *out)
{
	uint32_t base = f->chip->flash_regs;

	(void)bank;
	*out = (struct flash_script){ .sr = base + LX_SR, .addr = f->chip->flash_base, .max_ms = BUSY_MS };
	script_wait(out);
	script_add(out, base + LX_SR, SR_EOP);
	script_add(out, base + LX_PECR, 0);
}

static const struct loader *lx_loader(const struct flash *f)
{
	(void)f;
	return &loader_ring_lx;
}

/* MSI at 4.2 MHz instead of 2.1: without wait states in voltage ranges 1 and 2 of both families
 * (RM0038 and RM0367, CPU clock versus voltage range); PWR tells the range only while it is clocked.
 * Only where the core runs from MSI as after reset. */
static enum sl_err raise_msi(struct flash *f, struct ctx *c, const struct lx_rcc *rcc)
{
	uint32_t *was = f->s.clock_was, cfgr = 0, enr = 0, pwr = 0;
	enum sl_err err = target_read32(f->t, c, rcc->icscr, &was[0]);

	if (!err)
		err = target_read32(f->t, c, rcc->cfgr, &cfgr);
	if (err || (cfgr & (CFGR_SWS | CFGR_HPRE)) || (was[0] & ICSCR_MSIRANGE) != ICSCR_MSI_RESET)
		return err;
	f->s.core_khz = MSI_KHZ;
	err = target_read32(f->t, c, rcc->apb1enr, &enr);
	if (!err)
		err = target_write32(f->t, c, rcc->apb1enr, enr | APB1ENR_PWREN);
	if (!err)
		err = target_read32(f->t, c, PWR_CR, &pwr);
	if (!err)
		err = target_write32(f->t, c, rcc->apb1enr, enr);
	if (err || (pwr & PWR_CR_VOS) == PWR_CR_RANGE3 || !(pwr & PWR_CR_VOS))
		return err;
	f->s.clock_raised = true;
	err = target_write32(f->t, c, rcc->icscr, (was[0] & ~ICSCR_MSIRANGE) | ICSCR_MSI_FAST);
	if (!err)
		f->s.core_khz = FAST_KHZ;
	return err;
}

static enum sl_err lower_msi(struct flash *f, struct ctx *c, const struct lx_rcc *rcc)
{
	bool raised = f->s.clock_raised;

	f->s.clock_raised = false;
	return raised ? target_write32(f->t, c, rcc->icscr, f->s.clock_was[0]) : SL_OK;
}

static enum sl_err l1_clock_up(struct flash *f, struct ctx *c)
{
	return raise_msi(f, c, &l1_rcc);
}

static enum sl_err l1_clock_back(struct flash *f, struct ctx *c)
{
	return lower_msi(f, c, &l1_rcc);
}

static enum sl_err l0_clock_up(struct flash *f, struct ctx *c)
{
	return raise_msi(f, c, &l0_rcc);
}

static enum sl_err l0_clock_back(struct flash *f, struct ctx *c)
{
	return lower_msi(f, c, &l0_rcc);
}

#define COMMON_FLAGS \
	{ UINT32_C(1) << 8, "WRPERR", "this part of flash is write-protected", NULL, \
	  CAUSE_WRITE_PROTECTED }, \
	{ UINT32_C(1) << 9, "PGAERR", "a half page was not written in one piece", NULL, CAUSE_NONE }, \
	{ UINT32_C(1) << 10, "SIZERR", "a write was not a whole word, or not of this mode", NULL, \
	  CAUSE_NONE }, \
	{ UINT32_C(1) << 13, "RDERR", "read of a read-protected sector", NULL, CAUSE_NONE }

#define COMMON_OPS \
	.busy = UINT32_C(1) << 0, \
	.read_guards = lx_read_guards, .guarded = lx_guarded, \
	.unlock = lx_unlock, .lock = lx_lock, .erase_sector = lx_erase_sector, \
	.program_on = lx_program_on, .program_off = lx_program_off, \
	.loader = lx_loader, .by_probe = true, .slot_bytes = ENGINE_SLOT_LEAST

const struct flash_ops flash_stm32l1 = {
	.name = "stm32l1",
	/* RCC_AHBENR: DMA1EN, DMA2EN, CRCEN. */
	.apb1_clock = 0x40023824,
	.ahb_clock = 0x4002381C, .dma_bits = UINT32_C(3) << 24, .crc_bit = UINT32_C(1) << 12,
	.clock_up = l1_clock_up, .clock_back = l1_clock_back,
	.flags = { COMMON_FLAGS },
	COMMON_OPS,
};

const struct flash_ops flash_stm32l0 = {
	.name = "stm32l0",
	/* RCC_AHBENR: DMAEN, CRCEN. */
	.apb1_clock = 0x40021038,
	.ahb_clock = 0x40021030, .dma_bits = 1, .crc_bit = UINT32_C(1) << 12,
	.clock_up = l0_clock_up, .clock_back = l0_clock_back,
	.flags = {
		COMMON_FLAGS,
		{ UINT32_C(1) << 16, "NOTZEROERR", "the place is not blank", NULL,
		  CAUSE_NONE },  /* RM0367, FLASH_SR */
		{ UINT32_C(1) << 17, "FWWERR", "an instruction fetch stopped the write", NULL, CAUSE_NONE },
	},
	COMMON_OPS,
};
