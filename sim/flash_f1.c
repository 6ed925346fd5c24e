/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flash_f1.c - the FPEC of STM32F100/F103 and F303: half-words, pages, option bytes.
 *
 * After PM0075 (F10x flash programming), PM0063 (F100) and RM0316 (F303). What those leave open
 * is marked UNSURE and chosen so that a tool which relies on it is caught.
 */
#include "sim/chip_priv.h"

#include <string.h>

/* PM0075, register map. */
enum { ACR = 0x00, KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, AR = 0x14, OBR = 0x1C,
       WRPR = 0x20 };
enum { ACR_PRFTBE = 1u << 4 };
enum { SR_PGERR = 1u << 2, SR_WRPRTERR = 1u << 4, SR_EOP = 1u << 5 };
enum { CR_PG = 1u << 0, CR_PER = 1u << 1, CR_MER = 1u << 2, CR_OPTPG = 1u << 4,
       CR_OPTER = 1u << 5, CR_STRT = 1u << 6, CR_LOCK = 1u << 7, CR_OPTWRE = 1u << 9,
       CR_MODE = CR_PG | CR_PER | CR_MER | CR_OPTPG | CR_OPTER,
       CR_OBL_LAUNCH = 1u << 13,        /* RM0316, FLASH_CR */
       CR_WRITABLE = CR_MODE | CR_STRT | 1u << 10 | 1u << 12 };

#define OB_BASE 0x1FFFF800u
#define OB_BYTES 16u
#define RDP_OFF 0xA5u                   /* PM0075, RDP: the only value without protection */
#define LEVEL0 0xAAu                    /* RM0316, RDP */
#define LEVEL2 0xCCu

/* Typical values, DS5319 table 28; the F100's are remembered to be the same.
 * The erase figure is the middle of the range 20-40 ms. */
#define PROGRAM_NS 52500u
#define ERASE_NS 30000000u

static const uint32_t keys[2] = { 0x45670123u, 0xCDEF89ABu };   /* PM0075, FLASH_KEYR */

static uint8_t ob_byte(struct chip *c, unsigned n)
{
	return (uint8_t)info_get(c, OB_BASE + 2u * n, 1);
}

/* A half-word whose upper byte is not the complement counts as erased: value FF. */
static bool ob_valid(struct chip *c, unsigned n)
{
	uint32_t v = info_get(c, OB_BASE + 2u * n, 2);

	return v == 0xFFFFu || (v & 0xFFu) == (~v >> 8 & 0xFFu);
}

static uint32_t rdp_off(const struct chip *c)
{
	return c->kind->rdp_levels ? LEVEL0 : RDP_OFF;
}

/* RM0316, FLASH_OBR: RDPRT 0, 1 or 3 for the levels, then the bytes in whole ones. */
static uint32_t obr_of(const struct chip *c, const uint8_t v[8], bool bad)
{
	uint32_t level = v[0] == rdp_off(c) ? 0 : c->kind->rdp_levels && v[0] == LEVEL2 ? 3u : 1u;

	if (c->kind->rdp_levels)
		return (bad ? 1u : 0) | level << 1 | (uint32_t)v[1] << 8 | (uint32_t)v[2] << 16 |
		       (uint32_t)v[3] << 24;
	return (bad ? 1u : 0) | level << 1 | (uint32_t)v[1] << 2 | (uint32_t)v[2] << 10 |
	       (uint32_t)v[3] << 18;
}

static void load_options(struct chip *c)
{
	struct flash *f = &c->flash;
	uint8_t v[8];
	unsigned i;
	bool bad = false;

	for (i = 0; i < 8; i++) {
		v[i] = ob_byte(c, i);
		if (!ob_valid(c, i)) {
			bad = true;
			v[i] = 0xFF;
		}
	}
	f->rdp = v[0] != rdp_off(c);
	f->obr = obr_of(c, v, bad);
	f->wdg_hw = !(v[1] & 1u);               /* WDG_SW = 0 */
	f->debug_off = c->kind->rdp_levels && v[0] == LEVEL2;
	f->wrpr = (uint32_t)v[4] | (uint32_t)v[5] << 8 | (uint32_t)v[6] << 16 |
		  (uint32_t)v[7] << 24;
}

/* PRFTBS follows PRFTBE. PM0075: both are set after reset. */
static void write_acr(struct chip *c, uint32_t v)
{
	v &= c->kind->flash_acr_mask;
	c->flash.acr = v | (v & ACR_PRFTBE) << 1;
}

static void f1_reset(struct chip *c, bool power_on)
{
	struct flash *f = &c->flash;

	f->op = FLASH_IDLE;
	f->busy_until_ps = 0;
	f->sr = f->ar = 0;
	write_acr(c, c->kind->flash_acr_reset);
	f->cr = CR_LOCK;
	f->key_step = f->optkey_step = 0;
	f->key_dead = f->optkey_dead = false;
	if (power_on) {
		f->first4k_locked = false;
		f->debug_seen = false;
	}
	/* F303: loaded at power-on and by OBL_LAUNCH. UNSURE whether any reset does it there, too: a tool
	 * that relies on that is caught. */
	if (power_on || !c->kind->rdp_levels || f->optcr)
		load_options(c);
	f->optcr = 0;
}

static void f1_finish(struct chip *c)
{
	c->flash.sr |= SR_EOP;          /* set whether or not EOPIE is (Black Magic Probe) */
	c->flash.cr &= ~(uint32_t)CR_STRT;
}

static uint32_t f1_reg_read(struct chip *c, uint32_t off)
{
	struct flash *f = &c->flash;

	flash_settle(c);
	switch (off) {
	case ACR: return f->acr;
	case SR: return f->sr | (flash_busy(c) ? 1u : 0);
	case CR: return f->cr;
	case AR: return f->ar;
	case OBR: return f->obr;
	case WRPR: return f->wrpr;
	default: return 0;              /* KEYR, OPTKEYR: write only */
	}
}

/* The FPEC counts with the HSI: without it an operation never ends (UNSURE: remembered). */
static uint64_t timed(struct chip *c, uint64_t ns)
{
	if (rcc_hsi_on(c))
		return ns;
	chip_note_illegal(c, "flash operation with the HSI switched off never ends");
	return PS_NEVER;
}

/* PM0075, write protection: one WRP bit is 4 pages of 1 KiB. A protected chip also locks its first 4 KiB. */
static bool page_locked(const struct chip *c, uint32_t addr)
{
	const struct flash *f = &c->flash;
	uint32_t group = (addr - c->kind->flash_base) / 4096u;

	if (group == 0 && !c->kind->rdp_levels && (f->rdp || f->first4k_locked))
		return true;
	return !(f->wrpr >> (group > 31u ? 31u : group) & 1u);
}

static bool refuse_wrp(struct chip *c, uint32_t addr, const char *what)
{
	if (!(flash_reads_denied(c) || page_locked(c, addr)))
		return false;
	c->flash.sr |= SR_WRPRTERR;
	chip_note_illegal(c, "%s at protected %08x", what, (unsigned)addr);
	return true;
}

static void erase_page(struct chip *c)
{
	uint32_t bytes = c->kind->runs[0].size, page = c->flash.ar & ~(bytes - 1u);

	if (!flash_in_main(c, page)) {
		chip_note_illegal(c, "page erase outside flash, AR %08x", (unsigned)c->flash.ar);
		return;
	}
	if (refuse_wrp(c, page, "page erase"))
		return;
	flash_fill(c, page, bytes, 0xFF);
	flash_start(c, FLASH_ERASE, page, bytes, timed(c, ERASE_NS));
}

static void erase_all(struct chip *c)
{
	const struct chip_kind *k = c->kind;
	uint32_t groups = k->flash_bytes / 4096u;
	uint32_t mask = groups >= 32 ? UINT32_MAX : (1u << groups) - 1u;

	if ((c->flash.wrpr & mask) != mask) {
		c->flash.sr |= SR_WRPRTERR;
		chip_note_illegal(c, "mass erase while pages are write-protected");
		return;
	}
	flash_fill(c, k->flash_base, k->flash_bytes, 0xFF);
	flash_start(c, FLASH_MASS, k->flash_base, k->flash_bytes, timed(c, ERASE_NS));
}

/* RM0316, level 2: option bytes cannot be changed any more. */
static bool frozen(struct chip *c)
{
	if (!c->flash.debug_off)
		return false;
	c->flash.sr |= SR_WRPRTERR;
	chip_note_illegal(c, "option bytes are frozen by level 2");
	return true;
}

static void start_operation(struct chip *c)
{
	switch (c->flash.cr & CR_MODE) {
	case CR_PER:
		erase_page(c);
		break;
	case CR_MER:
		erase_all(c);
		break;
	case CR_OPTER:
		if (frozen(c))
			break;
		flash_fill(c, OB_BASE, OB_BYTES, 0xFF);
		flash_start(c, FLASH_OPT_ERASE, OB_BASE, OB_BYTES, timed(c, ERASE_NS));
		break;
	default:
		chip_note_illegal(c, "STRT with operation bits %02x",
				  (unsigned)(c->flash.cr & CR_MODE));
		c->flash.cr &= ~(uint32_t)CR_STRT;
	}
	if (c->flash.op == FLASH_IDLE)
		c->flash.cr &= ~(uint32_t)CR_STRT;
}

static void write_cr(struct chip *c, uint32_t v)
{
	struct flash *f = &c->flash;

	if (f->cr & CR_LOCK) {
		if (v != f->cr)
			chip_note_illegal(c, "FLASH_CR <- %08x while locked", (unsigned)v);
		return;
	}
	if (flash_busy(c)) {
		chip_note_illegal(c, "FLASH_CR <- %08x while busy", (unsigned)v);
		return;
	}
	if ((v & (CR_OPTPG | CR_OPTER)) && !(f->cr & CR_OPTWRE)) {
		chip_note_illegal(c, "option operation without OPTWRE");
		v &= ~(uint32_t)(CR_OPTPG | CR_OPTER);
	}
	if (!(v & CR_OPTWRE))           /* OPTWRE: cleared by writing 0, set by keys only */
		f->optkey_step = 0;
	f->cr = (v & CR_WRITABLE) | (f->cr & v & CR_OPTWRE);
	if (v & CR_LOCK) {
		f->cr |= CR_LOCK;
		f->cr &= ~(uint32_t)CR_OPTWRE;
		f->key_step = f->optkey_step = 0;
	}
	if (v & CR_STRT)
		start_operation(c);
	if (v & CR_OBL_LAUNCH && c->kind->rdp_levels) {
		if (!(f->cr & CR_OPTWRE)) {
			chip_note_illegal(c, "OBL_LAUNCH without OPTWRE");
			return;
		}
		f->optcr = 1;           /* reload at the reset that it causes */
		c->reset_request = RESET_SOFT;
	}
}

static enum bus_result write_key(struct chip *c, uint32_t v)
{
	struct flash *f = &c->flash;

	if (flash_key(c, &f->key_step, &f->key_dead, keys, v))
		f->cr &= ~(uint32_t)CR_LOCK;
	return f->key_dead ? BUS_FAULT : BUS_OK;        /* PM0075, unlocking: bus error */
}

static enum bus_result write_optkey(struct chip *c, uint32_t v)
{
	struct flash *f = &c->flash;

	if (f->cr & CR_LOCK) {
		chip_note_illegal(c, "OPTKEYR <- %08x while FLASH_CR is locked", (unsigned)v);
		return BUS_OK;
	}
	if (flash_key(c, &f->optkey_step, &f->optkey_dead, keys, v))
		f->cr |= CR_OPTWRE;
	return f->optkey_dead ? BUS_FAULT : BUS_OK;
}

static enum bus_result f1_reg_write(struct chip *c, uint32_t off, uint32_t v)
{
	struct flash *f = &c->flash;

	flash_settle(c);
	switch (off) {
	case ACR:
		write_acr(c, v);
		clock_check(c);
		break;
	case KEYR:
		return write_key(c, v);
	case OPTKEYR:
		return write_optkey(c, v);
	case SR:
		f->sr &= ~(v & (SR_PGERR | SR_WRPRTERR | SR_EOP));
		break;
	case CR:
		write_cr(c, v);
		break;
	case AR:
		if (flash_busy(c))
			chip_note_illegal(c, "FLASH_AR written while busy");
		else
			f->ar = v;
		break;
	default:
		break;                  /* OBR, WRPR: read only */
	}
	return BUS_OK;
}

/* ---- stores ---------------------------------------------------------------------------- */

static enum bus_result bad_store(struct chip *c, uint32_t addr, unsigned size, const char *why)
{
	chip_note_illegal(c, "store of %u bytes at %08x %s", size, (unsigned)addr, why);
	return BUS_FAULT;
}

/* Programming RDP = A5 over an active protection mass-erases main flash first (PM0075). */
static uint64_t unprotect(struct chip *c)
{
	const struct chip_kind *k = c->kind;
	unsigned i;

	flash_fill(c, k->flash_base, k->flash_bytes, 0xFF);
	for (i = 0; i < c->n_sectors; i++)
		c->flash.sector_erases[i]++;
	c->rep.mass_erases++;
	c->flash.first4k_locked = true;
	return ERASE_NS;
}

static enum bus_result program_option(struct chip *c, uint32_t addr, uint32_t v)
{
	uint64_t ns = PROGRAM_NS;
	uint32_t low = v & 0xFFu;

	if (addr - OB_BASE >= OB_BYTES)
		return bad_store(c, addr, 2, "with OPTPG outside the option bytes");
	if (frozen(c))
		return BUS_OK;
	if (info_get(c, addr, 2) != 0xFFFFu) {
		c->flash.sr |= SR_PGERR;
		chip_note_illegal(c, "option half-word %08x programmed without erase",
				  (unsigned)addr);
		return BUS_OK;
	}
	if (addr == OB_BASE && low == rdp_off(c) && c->flash.rdp)
		ns += unprotect(c);
	info_put(c, addr, 2, low | (~low & 0xFFu) << 8);        /* complement by hardware */
	flash_start(c, FLASH_OPT_PROGRAM, addr, 2, timed(c, ns));
	return BUS_OK;
}

static enum bus_result program_main(struct chip *c, uint32_t addr, uint32_t v)
{
	if (refuse_wrp(c, addr, "program"))
		return BUS_OK;
	if (info_get(c, addr, 2) != 0xFFFFu && v != 0) {
		c->flash.sr |= SR_PGERR;
		chip_note_illegal(c, "half-word %08x is not blank, PGERR", (unsigned)addr);
		return BUS_OK;
	}
	info_put(c, addr, 2, v);
	flash_start(c, FLASH_PROGRAM, addr, 2, timed(c, PROGRAM_NS));
	return BUS_OK;
}

static enum bus_result f1_store(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	struct flash *f = &c->flash;

	flash_settle(c);
	if (f->cr & CR_LOCK)
		return bad_store(c, addr, size, "while flash is locked");
	if ((f->cr & CR_MODE) != CR_PG && (f->cr & CR_MODE) != CR_OPTPG)
		return bad_store(c, addr, size, "without PG or OPTPG alone");
	if (size != 2)                  /* PM0075, programming: any other width is a bus error */
		return bad_store(c, addr, size, "must be a half-word");
	if (f->sr & (SR_PGERR | SR_WRPRTERR))
		chip_note_illegal(c, "program at %08x with stale error flags %02x",
				  (unsigned)addr, (unsigned)f->sr);
	if (f->cr & CR_OPTPG)
		return program_option(c, addr, v & 0xFFFFu);
	if (!flash_in_main(c, addr))
		return bad_store(c, addr, size, "with PG outside main flash");
	return program_main(c, addr, v & 0xFFFFu);
}

/* ---- what the factory or an earlier owner did -------------------------------------------- */

static bool f1_set_rdp(struct chip *c, unsigned level)
{
	const uint32_t bytes[] = { rdp_off(c), 0x00, LEVEL2 };

	if (level >= ARRAY_LEN(bytes) || (level == 2 && !c->kind->rdp_levels))
		return false;
	info_put(c, OB_BASE, 2, bytes[level] | (~bytes[level] & 0xFFu) << 8);
	load_options(c);
	return true;
}

static void f1_set_wrp(struct chip *c, size_t sector, bool on)
{
	uint32_t group = (uint32_t)sector / 4u;
	uint32_t at, v;

	if (group > 31u)
		group = 31u;
	at = OB_BASE + 8u + 2u * (group / 8u);
	v = info_get(c, at, 1);
	v = on ? v & ~(1u << group % 8u) : v | 1u << group % 8u;
	info_put(c, at, 2, (v & 0xFFu) | (~v & 0xFFu) << 8);
	load_options(c);
}

static bool f1_locked(struct chip *c)
{
	return (c->flash.cr & CR_LOCK) != 0;
}

static bool f1_rdp_active(struct chip *c)
{
	return c->flash.rdp;
}

const struct flash_ops flash_f1 = {
	.reg_base = 0x40022000, .reg_size = 0x400,
	.reset = f1_reset, .reg_read = f1_reg_read, .reg_write = f1_reg_write,
	.store = f1_store, .finish = f1_finish, .set_rdp = f1_set_rdp, .set_wrp = f1_set_wrp,
	.locked = f1_locked, .rdp_active = f1_rdp_active,
};
