/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flash_f4.c - the flash interface of STM32F401 and F407: sectors, PSIZE, OPTCR, OTP.
 *
 * After the flash interface chapter of RM0090 and the flash characteristics of DS8626. Stale
 * lines of the data cache are not modelled.
 */
#include "sim/chip_priv.h"

/* RM0090, register map. */
enum { ACR = 0x00, KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, OPTCR = 0x14 };
enum { SR_EOP = 1u << 0, SR_OPERR = 1u << 1, SR_WRPERR = 1u << 4, SR_PGAERR = 1u << 5,
       SR_PGPERR = 1u << 6, SR_PGSERR = 1u << 7, SR_BSY = 1u << 16, SR_ERRORS = 0xF2 };
enum { CR_PG = 1u << 0, CR_SER = 1u << 1, CR_MER = 1u << 2, CR_STRT = 1u << 16,
       CR_EOPIE = 1u << 24 };
#define CR_LOCK (1u << 31)
#define CR_WRITABLE 0x0301037Fu
enum { OPT_LOCK = 1u << 0, OPT_STRT = 1u << 1, OPT_WDG_SW = 1u << 5 };
#define OPT_RDP 0x0000FF00u
#define OPT_FIELDS 0x0FFFFFECu
#define OPT_SPRMOD (1u << 31)           /* RM0368, FLASH_OPTCR; the F407 has none */

#define OB_BASE 0x1FFFC000u
#define OTP_BASE 0x1FFF7800u
#define OTP_LOCKS 0x1FFF7A00u
#define OTP_END 0x1FFF7A10u
#define RDP_LEVEL0 0xAAu
#define RDP_LEVEL2 0xCCu

static const uint32_t keys[2] = { 0x45670123u, 0xCDEF89ABu };           /* RM0090, FLASH_KEYR */
static const uint32_t opt_keys[2] = { 0x08192A3Bu, 0x4C5D6E7Fu };       /* RM0090, FLASH_OPTKEYR */

/* Typical times of the bench's timing model. UNSURE: remembered from DS8626, of which only maxima were
 * looked up (table 40: a 128 KiB sector 4, 2.6, 2 s, an access 100 us); those of the F401 taken for
 * the same. Milliseconds: rows x8, x16, x32; columns 16 KiB, 64 KiB, 128 KiB. */
static const uint32_t erase_ms[3][3] = {
	{ 400, 1200, 2000 }, { 300, 700, 1300 }, { 250, 550, 1000 }
};
#define PROGRAM_NS 16000u       /* per access, whatever its width */

static unsigned psize(const struct chip *c)
{
	return c->flash.cr >> 8 & 3u;
}

static uint8_t rdp_byte(const struct chip *c)
{
	return (uint8_t)(c->flash.optcr >> 8);
}

/* RM0090, program/erase parallelism: x16 from 2.1 V, x32 from 2.7 V, x64 only with Vpp. */
static bool psize_allowed(struct chip *c)
{
	static const unsigned least_mv[4] = { 1700, 2100, 2700, UINT32_MAX };

	if (c->supply_mv >= least_mv[psize(c)])
		return true;
	c->flash.sr |= SR_PGPERR;       /* UNSURE: what silicon reports; the result is not sure */
	chip_note_illegal(c, "PSIZE %u at %u mV", psize(c), c->supply_mv);
	return false;
}

static uint32_t option_fields(const struct chip *c)
{
	return OPT_FIELDS | (c->kind->pcrop ? OPT_SPRMOD : 0);
}

static void load_options(struct chip *c)
{
	uint32_t user = info_get(c, OB_BASE, 2), wrp = info_get(c, OB_BASE + 8u, 2);

	c->flash.optcr = OPT_LOCK | (user & 0xFFECu) | ((wrp & 0x8FFFu) << 16 & option_fields(c));
	c->flash.rdp = rdp_byte(c) != RDP_LEVEL0;
}

static void f4_reset(struct chip *c, bool power_on)
{
	struct flash *f = &c->flash;

	f->op = FLASH_IDLE;
	f->busy_until_ps = 0;
	f->acr = f->sr = 0;
	f->cr = CR_LOCK;
	f->key_step = f->optkey_step = 0;
	f->key_dead = f->optkey_dead = false;
	if (power_on)
		f->debug_seen = false;
	load_options(c);
	f->wdg_hw = !(f->optcr & OPT_WDG_SW);
	f->debug_off = rdp_byte(c) == RDP_LEVEL2;
}

static void f4_finish(struct chip *c)
{
	struct flash *f = &c->flash;

	if (f->cr & CR_EOPIE)           /* EOP only with its interrupt enabled */
		f->sr |= SR_EOP;
	f->cr &= ~(uint32_t)CR_STRT;
	f->optcr &= ~(uint32_t)OPT_STRT;
}

static uint32_t f4_reg_read(struct chip *c, uint32_t off)
{
	struct flash *f = &c->flash;

	flash_settle(c);
	switch (off) {
	case ACR: return f->acr;
	case SR: return f->sr | (flash_busy(c) ? SR_BSY : 0);
	case CR: return f->cr;
	case OPTCR: return f->optcr;
	default: return 0;
	}
}

/* ---- erase --------------------------------------------------------------------------------------- */

/* With SPRMOD the bits mean the opposite: 1 is PCROP, which refuses erase and program, too (RM0368).
 * Reading of such a sector is not modelled. */
static bool sector_locked(const struct chip *c, unsigned n)
{
	bool set = c->flash.optcr >> (16u + n) & 1u;

	return c->flash.optcr & OPT_SPRMOD ? set : !set;
}

static bool any_sector_locked(const struct chip *c)
{
	unsigned n;

	for (n = 0; n < c->n_sectors; n++)
		if (sector_locked(c, n))
			return true;
	return false;
}

static unsigned size_column(uint32_t len)
{
	return len <= 16384u ? 0 : len <= 65536u ? 1 : 2;
}

static unsigned erase_row(const struct chip *c)
{
	return psize(c) > 2 ? 2 : psize(c);
}

static uint64_t erase_ns(const struct chip *c, unsigned column)
{
	return (uint64_t)erase_ms[erase_row(c)][column] * 1000000u;
}

static uint64_t mass_erase_ns(const struct chip *c)
{
	return (uint64_t)c->kind->mass_erase_ms[erase_row(c)] * 1000000u;
}

static bool refuse_protected(struct chip *c, bool locked, const char *what, uint32_t addr)
{
	if (!locked && !flash_reads_denied(c))
		return false;
	c->flash.sr |= SR_WRPERR;
	chip_note_illegal(c, "%s at protected %08x", what, (unsigned)addr);
	return true;
}

static void erase_sector(struct chip *c)
{
	unsigned n = c->flash.cr >> 3 & 15u;
	uint32_t len, addr = chip_sector_addr(c, n, &len);

	if (n >= c->n_sectors) {
		c->flash.sr |= SR_PGSERR;       /* UNSURE: the manual forbids it without a flag */
		chip_note_illegal(c, "sector erase with SNB %u", n);
		return;
	}
	if (refuse_protected(c, sector_locked(c, n), "sector erase", addr))
		return;
	flash_fill(c, addr, len, 0xFF);
	flash_start(c, FLASH_ERASE, addr, len, erase_ns(c, size_column(len)));
}

static void erase_all(struct chip *c)
{
	const struct chip_kind *k = c->kind;

	if (refuse_protected(c, any_sector_locked(c), "mass erase", k->flash_base))
		return;
	flash_fill(c, k->flash_base, k->flash_bytes, 0xFF);
	flash_start(c, FLASH_MASS, k->flash_base, k->flash_bytes, mass_erase_ns(c));
}

static void start_operation(struct chip *c)
{
	struct flash *f = &c->flash;
	uint32_t mode = f->cr & (CR_PG | CR_SER | CR_MER);

	if (!psize_allowed(c)) {
		/* refused */
	} else if (mode == CR_SER) {
		erase_sector(c);
	} else if (mode == CR_MER) {
		erase_all(c);
	} else {
		f->sr |= SR_PGSERR;
		chip_note_illegal(c, "STRT with operation bits %x", (unsigned)mode);
	}
	if (f->op == FLASH_IDLE)
		f->cr &= ~(uint32_t)CR_STRT;
}

static void write_cr(struct chip *c, uint32_t v)
{
	struct flash *f = &c->flash;

	if (!flash_wait(c))             /* RM0090, FLASH_CR: a write while BSY stalls the bus */
		return;
	if (f->cr & CR_LOCK) {
		if ((v ^ f->cr) & CR_WRITABLE)
			chip_note_illegal(c, "FLASH_CR <- %08x while locked", (unsigned)v);
		return;
	}
	f->cr = v & CR_WRITABLE;
	if (v & CR_LOCK) {
		f->cr |= CR_LOCK;
		f->key_step = 0;
	}
	if (v & CR_STRT)
		start_operation(c);
}

/* ---- option bytes ---------------------------------------------------------------------------------- */

static void mass_erase_by_rdp(struct chip *c)
{
	unsigned i;

	flash_fill(c, c->kind->flash_base, c->kind->flash_bytes, 0xFF);
	for (i = 0; i < c->n_sectors; i++)
		c->flash.sector_erases[i]++;
	c->rep.mass_erases++;
}

/* The hardware erases and rewrites its user sector: as long as a 16 KiB sector (UNSURE). */
static void start_options(struct chip *c, uint32_t v)
{
	struct flash *f = &c->flash;
	uint8_t old = (uint8_t)(info_get(c, OB_BASE, 2) >> 8), now = (uint8_t)(v >> 8);
	uint64_t ns = erase_ns(c, 0);

	if (old == RDP_LEVEL2) {
		chip_note_illegal(c, "option bytes are frozen by level 2");
		return;
	}
	if (old != RDP_LEVEL0 && now == RDP_LEVEL0) {
		mass_erase_by_rdp(c);
		ns += mass_erase_ns(c);
	}
	/* RM0368, PCROP: SPRMOD goes only together with level 1 to level 0. */
	if (info_get(c, OB_BASE + 8u, 2) & ~v >> 16 & 0x8000u & option_fields(c) >> 16 &&
	    !(old != RDP_LEVEL0 && now == RDP_LEVEL0)) {
		f->sr |= SR_WRPERR;
		chip_note_illegal(c, "SPRMOD cleared without leaving level 1");
		return;
	}
	f->optcr = (f->optcr & OPT_LOCK) | (v & option_fields(c));
	info_put(c, OB_BASE, 2, v & 0xFFECu);
	info_put(c, OB_BASE + 8u, 2,
		   (0xF000u & ~(option_fields(c) >> 16)) | (v >> 16 & option_fields(c) >> 16));
	f->rdp = now != RDP_LEVEL0;
	f->optcr |= OPT_STRT;
	c->rep.option_erases++;
	flash_start(c, FLASH_OPT_PROGRAM, OB_BASE, 16, ns);
	core_protect(c);
}

static void write_optcr(struct chip *c, uint32_t v)
{
	struct flash *f = &c->flash;

	if (!flash_wait(c))
		return;
	if (f->optcr & OPT_LOCK) {
		if ((v ^ f->optcr) & (option_fields(c) | OPT_STRT))
			chip_note_illegal(c, "FLASH_OPTCR <- %08x while locked", (unsigned)v);
		return;
	}
	/* Fields written wait in the register; protection changes with OPTSTRT. */
	f->optcr = v & option_fields(c);
	if (v & OPT_LOCK) {
		f->optcr |= OPT_LOCK;
		f->optkey_step = 0;
	}
	if (v & OPT_STRT)
		start_options(c, v);
}

static enum bus_result f4_reg_write(struct chip *c, uint32_t off, uint32_t v)
{
	struct flash *f = &c->flash;

	flash_settle(c);
	switch (off) {
	case ACR:
		f->acr = v & c->kind->flash_acr_mask;
		clock_check(c);
		break;
	case KEYR:
		if (flash_key(c, &f->key_step, &f->key_dead, keys, v))
			f->cr &= ~CR_LOCK;
		return f->key_dead ? BUS_FAULT : BUS_OK;
	case OPTKEYR:
		if (flash_key(c, &f->optkey_step, &f->optkey_dead, opt_keys, v))
			f->optcr &= ~(uint32_t)OPT_LOCK;
		return f->optkey_dead ? BUS_FAULT : BUS_OK;
	case SR:
		f->sr &= ~(v & (SR_ERRORS | SR_EOP));
		break;
	case CR:
		write_cr(c, v);
		break;
	case OPTCR:
		write_optcr(c, v);
		break;
	default:
		break;
	}
	return BUS_OK;
}

/* ---- programming ------------------------------------------------------------------------------------ */

static enum bus_result refuse(struct chip *c, uint32_t flag, uint32_t addr, const char *why)
{
	c->flash.sr |= flag;
	chip_note_illegal(c, "program at %08x %s", (unsigned)addr, why);
	return BUS_OK;
}

static bool otp_locked(struct chip *c, uint32_t addr)
{
	return addr < OTP_LOCKS && info_get(c, OTP_LOCKS + (addr - OTP_BASE) / 32u, 1) == 0;
}

static enum bus_result f4_store(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	struct flash *f = &c->flash;
	bool otp = addr >= OTP_BASE && addr < OTP_END;
	uint32_t old;
	int sector;

	flash_settle(c);
	if (!(f->cr & CR_PG) || (f->cr & CR_MER))
		return refuse(c, SR_PGSERR, addr, "without PG alone");
	/* st-flash 1.7.0 sets PG in a CR where SER is left over from the erase. In a log of a real
	 * F411 (stlink issue 1340) CR has SER just before, and the error is PGPERR, not PGSERR.
	 * UNSURE: seen in that one log, and in that st-flash works on F4 boards at all. */
	if (f->cr & CR_SER)
		chip_note_illegal(c, "program at %08x with SER still set", (unsigned)addr);
	if (!flash_in_main(c, addr) && !otp)
		return refuse(c, SR_WRPERR, addr, "outside flash");
	if (size != 1u << psize(c))
		return refuse(c, SR_PGPERR, addr, "with a width that PSIZE does not say");
	if (!psize_allowed(c))
		return BUS_OK;
	if (f->sr & SR_ERRORS)
		chip_note_illegal(c, "program at %08x with stale error flags %02x",
				  (unsigned)addr, (unsigned)(f->sr & SR_ERRORS));
	sector = otp ? -1 : flash_sector_of(c, addr);
	if (refuse_protected(c, otp ? otp_locked(c, addr) : sector_locked(c, (unsigned)sector),
			     "program", addr))
		return BUS_OK;
	old = info_get(c, addr, size);
	if ((old & v) != v)             /* bits go from 1 to 0 only; nothing tells */
		chip_note_illegal(c, "program at %08x cannot set bits: %x over %x",
				  (unsigned)addr, (unsigned)v, (unsigned)old);
	info_put(c, addr, size, old & v);
	flash_start(c, FLASH_PROGRAM, addr, size, PROGRAM_NS);
	return BUS_OK;
}

/* ---- what an earlier owner did ------------------------------------------------------------------------ */

static bool f4_set_rdp(struct chip *c, unsigned level)
{
	static const uint32_t bytes[] = { RDP_LEVEL0, 0x55, RDP_LEVEL2 };
	uint32_t user = info_get(c, OB_BASE, 2) & 0xFFu;

	if (level >= ARRAY_LEN(bytes))
		return false;
	info_put(c, OB_BASE, 2, user | bytes[level] << 8);
	load_options(c);
	return true;
}

static void f4_set_wrp(struct chip *c, size_t sector, bool on)
{
	uint32_t wrp = info_get(c, OB_BASE + 8u, 2), bit = 1u << sector;

	info_put(c, OB_BASE + 8u, 2, on ? wrp & ~bit : wrp | bit);
	load_options(c);
}

static bool f4_locked(struct chip *c)
{
	return (c->flash.cr & CR_LOCK) != 0;
}

static bool f4_rdp_active(struct chip *c)
{
	return c->flash.rdp;
}

const struct flash_ops flash_f4 = {
	.reg_base = 0x40023C00, .reg_size = 0x400,
	.reset = f4_reset, .reg_read = f4_reg_read, .reg_write = f4_reg_write,
	.store = f4_store, .finish = f4_finish, .set_rdp = f4_set_rdp, .set_wrp = f4_set_wrp,
	.locked = f4_locked, .rdp_active = f4_rdp_active,
};
