/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flash_l1.c - the flash interface of STM32L152: erased cells are 0, pages of
 * 256 bytes, words and half pages, data EEPROM, option words.
 *
 * After the flash chapter of RM0038.
 */
#include "sim/chip_priv.h"

#include <string.h>

/* RM0038, register map. */
enum { ACR = 0x00, PECR = 0x04, PDKEYR = 0x08, PEKEYR = 0x0C, PRGKEYR = 0x10, OPTKEYR = 0x14,
       SR = 0x18, OBR = 0x1C, WRPR = 0x20 };
enum { ACR_LATENCY = 1u << 0, ACR_PRFTEN = 1u << 1, ACR_ACC64 = 1u << 2 };
enum { PE_LOCK = 1u << 0, PRG_LOCK = 1u << 1, OPT_LOCK = 1u << 2, PROG = 1u << 3,
       FTDW = 1u << 8, ERASE = 1u << 9, FPRG = 1u << 10, OBL_LAUNCH = 1u << 18,
       PECR_WRITABLE = 0x30718 };
enum { SR_BSY = 1u << 0, SR_EOP = 1u << 1, SR_ENDHV = 1u << 2, SR_READY = 1u << 3,
       SR_WRPERR = 1u << 8, SR_PGAERR = 1u << 9, SR_SIZERR = 1u << 10, SR_OPTVERR = 1u << 11,
       SR_CLEAR = 0x1F02 };

#define OB_BASE 0x1FF80000u
#define OB_BYTES 32u
#define USER_DEFAULT 0x78u             /* no reset by Stop and Standby, watchdog by software, BOR level 8 */
#define LEVEL0 0xAAu                    /* RM0038, RDP */
#define LEVEL2 0xCCu
#define PAGE 256u
#define HALF_PAGE 128u
#define EEPROM_BASE 0x08080000u
#define EEPROM_BYTES 4096u

/* Typical values of the bench's timing model; remembered from the data sheet. */
#define PROGRAM_NS 3280000u
#define ERASE_NS 3940000u

static const uint32_t pe_keys[2] = { 0x89ABCDEFu, 0x02030405u };        /* RM0038, FLASH_PEKEYR */
static const uint32_t prg_keys[2] = { 0x8C9DAEBFu, 0x13141516u };
static const uint32_t opt_keys[2] = { 0xFBEAD9C8u, 0x24252627u };

/* Half-word n; where the complement does not agree, what the chip works with then. Seen on an L151
 * (ST community, "State of the option byte values in flash after a forced mass erase"): OBR 007800AA
 * and WRPR 0 with USER and WRP words erased. RM0038, RDP: no valid value is level 1. */
static uint32_t option(struct chip *c, unsigned n, uint32_t otherwise)
{
	uint32_t v = info_get(c, OB_BASE + 4u * n, 4);

	if ((v & 0xFFFFu) == (~v >> 16 & 0xFFFFu))
		return v & 0xFFFFu;
	c->flash.sr |= SR_OPTVERR;
	return otherwise;
}

static void load_options(struct chip *c)
{
	struct flash *f = &c->flash;
	uint32_t rdp, user;

	f->sr &= ~(uint32_t)SR_OPTVERR;
	rdp = option(c, 0, 0) & 0xFFu;
	user = option(c, 1, USER_DEFAULT) & 0xFFu;
	f->wrpr = option(c, 2, 0) | option(c, 3, 0) << 16;
	f->obr = rdp | user << 16;
	f->rdp = rdp != LEVEL0;
	f->wdg_hw = !(user & 1u << 4);  /* IWDG_SW: bit 20 of OBR */
}

static void abandon_half_page(struct chip *c)
{
	c->flash.hp_words = 0;
}

static void l1_reset(struct chip *c, bool power_on)
{
	struct flash *f = &c->flash;

	f->op = FLASH_IDLE;
	f->busy_until_ps = 0;
	f->acr = f->sr = 0;
	f->cr = PE_LOCK | PRG_LOCK | OPT_LOCK;
	f->key_step = f->optkey_step = f->pekey_step = 0;
	f->key_dead = f->optkey_dead = f->pekey_dead = false;
	abandon_half_page(c);
	if (power_on)
		f->debug_seen = false;
	if (power_on || f->optcr) {     /* options load at power-on and by OBL_LAUNCH */
		f->optcr = 0;
		load_options(c);
	}
	f->debug_off = (f->obr & 0xFFu) == LEVEL2;
}

static void l1_finish(struct chip *c)
{
	c->flash.sr |= SR_EOP;          /* UNSURE whether it needs EOPIE */
}

static uint32_t l1_reg_read(struct chip *c, uint32_t off)
{
	struct flash *f = &c->flash;

	flash_settle(c);
	switch (off) {
	case ACR: return f->acr;
	case PECR: return f->cr;
	case SR: return f->sr | (flash_busy(c) ? SR_BSY : SR_ENDHV | SR_READY);
	case OBR: return f->obr;
	case WRPR: return f->wrpr;
	default: return 0;
	}
}

/* ---- locks ----------------------------------------------------------------------------------------- */

static void lock(struct chip *c, uint32_t bits)
{
	struct flash *f = &c->flash;

	if (bits & PE_LOCK) {           /* closes everything behind it */
		f->cr = PE_LOCK | PRG_LOCK | OPT_LOCK;
		f->pekey_step = f->key_step = f->optkey_step = 0;
	}
	if (bits & PRG_LOCK) {
		f->cr |= PRG_LOCK;
		f->key_step = 0;
	}
	if (bits & OPT_LOCK) {
		f->cr |= OPT_LOCK;
		f->optkey_step = 0;
	}
}

static enum bus_result unlock_pe(struct chip *c, uint32_t v)
{
	struct flash *f = &c->flash;

	if (flash_key(c, &f->pekey_step, &f->pekey_dead, pe_keys, v))
		f->cr &= ~(uint32_t)PE_LOCK;
	return f->pekey_dead ? BUS_FAULT : BUS_OK;
}

static enum bus_result unlock_inner(struct chip *c, uint32_t off, uint32_t v)
{
	struct flash *f = &c->flash;
	bool prg = off == PRGKEYR;
	unsigned *step = prg ? &f->key_step : &f->optkey_step;
	bool *dead = prg ? &f->key_dead : &f->optkey_dead;

	if (f->cr & PE_LOCK) {
		chip_note_illegal(c, "inner key %08x while PELOCK is set", (unsigned)v);
		return BUS_OK;
	}
	if (flash_key(c, step, dead, prg ? prg_keys : opt_keys, v))
		f->cr &= ~(uint32_t)(prg ? PRG_LOCK : OPT_LOCK);
	return *dead ? BUS_FAULT : BUS_OK;
}

static void write_pecr(struct chip *c, uint32_t v)
{
	struct flash *f = &c->flash;

	if (flash_busy(c)) {
		chip_note_illegal(c, "FLASH_PECR <- %08x while busy", (unsigned)v);
		return;
	}
	if (f->cr & PE_LOCK) {
		if (v != f->cr)
			chip_note_illegal(c, "FLASH_PECR <- %08x while locked", (unsigned)v);
		return;
	}
	if (f->hp_words) {
		f->sr |= SR_PGAERR;
		chip_note_illegal(c, "FLASH_PECR written within a half page");
		abandon_half_page(c);
	}
	f->cr = (f->cr & (PRG_LOCK | OPT_LOCK)) | (v & PECR_WRITABLE);
	lock(c, v & (PE_LOCK | PRG_LOCK | OPT_LOCK));
	if (v & OBL_LAUNCH) {
		if (f->cr & OPT_LOCK) {
			chip_note_illegal(c, "OBL_LAUNCH while the option bytes are locked");
			return;
		}
		f->optcr = 1;           /* reload at the reset that it causes */
		c->reset_request = RESET_SOFT;
	}
}

/* RM0038, FLASH_ACR: LATENCY and PRFTEN can be set only while ACC64 is, and ACC64 cleared only
 * while they are not: three separate writes each way. */
static void write_acr(struct chip *c, uint32_t v)
{
	uint32_t old = c->flash.acr;

	if (!(old & ACR_ACC64) && v & (ACR_LATENCY | ACR_PRFTEN)) {
		chip_note_illegal(c, "FLASH_ACR <- %02x before ACC64 is set", (unsigned)v);
		v &= ~(uint32_t)(ACR_LATENCY | ACR_PRFTEN);
	}
	if (old & (ACR_LATENCY | ACR_PRFTEN) && !(v & ACR_ACC64)) {
		chip_note_illegal(c, "FLASH_ACR <- %02x clears ACC64 in use", (unsigned)v);
		v |= ACR_ACC64;
	}
	c->flash.acr = v;
	clock_check(c);
}

static enum bus_result l1_reg_write(struct chip *c, uint32_t off, uint32_t v)
{
	struct flash *f = &c->flash;

	flash_settle(c);
	switch (off) {
	case ACR:
		write_acr(c, v & 0x1Fu);
		break;
	case PECR:
		write_pecr(c, v);
		break;
	case PEKEYR:
		return unlock_pe(c, v);
	case PRGKEYR: case OPTKEYR:
		return unlock_inner(c, off, v);
	case SR:
		f->sr &= ~(v & SR_CLEAR);
		break;
	default:
		break;
	}
	return BUS_OK;
}

/* ---- stores ------------------------------------------------------------------------------------------ */

static enum bus_result refuse(struct chip *c, uint32_t flag, uint32_t addr, const char *why)
{
	c->flash.sr |= flag;
	abandon_half_page(c);
	chip_note_illegal(c, "store at %08x %s", (unsigned)addr, why);
	return BUS_OK;
}

/* RM0038, FLASH_WRPR: one WRPR bit per 4 KiB, 1 = protected on this chip's options. */
static bool page_locked(const struct chip *c, uint32_t addr)
{
	uint32_t n = (addr - c->kind->flash_base) / 4096u;

	return flash_reads_denied(c) || (n < 32u && c->flash.wrpr >> n & 1u);
}

static enum bus_result erase_page(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	if (!(c->flash.cr & PROG))
		return refuse(c, SR_PGAERR, addr, "with ERASE but without PROG");
	if (size != 4)
		return refuse(c, SR_SIZERR, addr, "must be a word to erase a page");
	if (addr % PAGE || v != 0)
		return refuse(c, SR_PGAERR, addr, "erases no page: 0 to its first word does");
	flash_fill(c, addr, PAGE, 0);
	flash_start(c, FLASH_ERASE, addr, PAGE, ERASE_NS);
	return BUS_OK;
}

/* The array without an erase in between: bits can only be set (UNSURE for L1; 0 is erased). */
static void merge_word(struct chip *c, uint32_t addr, uint32_t v)
{
	uint32_t old = info_get(c, addr, 4);

	if (old & ~v)
		chip_note_illegal(c, "program at %08x over %08x without erase", (unsigned)addr,
				  (unsigned)old);
	info_put(c, addr, 4, old | v);
}

static bool core_runs_from_flash(const struct chip *c)
{
	uint32_t pc = c->core.last_pc;

	return c->acc_by == BY_CORE && (pc < c->kind->flash_bytes || flash_in_main(c, pc));
}

static void finish_half_page(struct chip *c)
{
	struct flash *f = &c->flash;
	unsigned i;

	for (i = 0; i < 32; i++)
		merge_word(c, f->hp_base + 4u * i, f->hp_data[i]);
	abandon_half_page(c);
	flash_start(c, FLASH_PROGRAM, f->hp_base, HALF_PAGE, PROGRAM_NS);
}

static enum bus_result half_page(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	struct flash *f = &c->flash;

	if (!(f->cr & PROG))
		return refuse(c, SR_PGAERR, addr, "with FPRG but without PROG");
	if (size != 4)
		return refuse(c, SR_SIZERR, addr, "must be a word of a half page");
	if (core_runs_from_flash(c))
		return refuse(c, SR_PGAERR, addr, "of a half page by code in flash");
	if (f->hp_words == 0 && addr % HALF_PAGE)
		return refuse(c, SR_PGAERR, addr, "does not begin a half page");
	if (f->hp_words && (addr != f->hp_base + 4u * f->hp_words ||
			    f->hp_from_debug != (c->acc_by == BY_DEBUG)))
		return refuse(c, SR_PGAERR, addr, "does not continue the half page");
	if (f->hp_words == 0) {
		f->hp_base = addr;
		f->hp_from_debug = c->acc_by == BY_DEBUG;
	}
	f->hp_data[f->hp_words++] = v;
	if (f->hp_words == 32)
		finish_half_page(c);
	return BUS_OK;
}

static enum bus_result store_main(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	struct flash *f = &c->flash;

	if (f->cr & PRG_LOCK)
		return refuse(c, SR_WRPERR, addr, "while program memory is locked");
	if (page_locked(c, addr))
		return refuse(c, SR_WRPERR, addr, "in a protected page");
	if (f->cr & ERASE)
		return erase_page(c, addr, size, v);
	if (f->cr & FPRG)
		return half_page(c, addr, size, v);
	if (size != 4)
		return refuse(c, SR_SIZERR, addr, "must be a word");
	merge_word(c, addr, v);
	flash_start(c, FLASH_PROGRAM, addr, 4, PROGRAM_NS);
	return BUS_OK;
}

/* Data EEPROM: any width, erased by itself; only PELOCK guards it. */
static enum bus_result store_eeprom(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	if (c->flash.cr & PE_LOCK)
		return refuse(c, SR_WRPERR, addr, "to EEPROM while PECR is locked");
	info_put(c, addr, size, v);
	flash_start(c, FLASH_PROGRAM, addr, size, PROGRAM_NS);
	return BUS_OK;
}

/* Level 1 to level 0: program memory and EEPROM are erased (RM0038, RDP), and the option words that
 * are not written meanwhile (seen on an L151, see option()). */
static void leave_level1(struct chip *c)
{
	unsigned i;

	flash_fill(c, OB_BASE, OB_BYTES, 0);

	flash_fill(c, c->kind->flash_base, c->kind->flash_bytes, 0);
	flash_fill(c, EEPROM_BASE, EEPROM_BYTES, 0);
	for (i = 0; i < c->n_sectors; i++)
		c->flash.sector_erases[i]++;
	c->rep.mass_erases++;
}

static enum bus_result store_option(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	struct flash *f = &c->flash;
	uint64_t ns = PROGRAM_NS;

	if (f->cr & OPT_LOCK)
		return refuse(c, SR_WRPERR, addr, "while the option bytes are locked");
	if (size != 4)
		return refuse(c, SR_SIZERR, addr, "must be a whole option word");
	if (f->debug_off || (f->obr & 0xFFu) == LEVEL2)
		return refuse(c, SR_WRPERR, addr, "while level 2 freezes the option bytes");
	if (addr == OB_BASE && f->rdp && (v & 0xFFu) == LEVEL0) {
		leave_level1(c);
		ns += ERASE_NS;         /* UNSURE: duration of the mass erase */
	}
	if ((v & 0xFFFFu) != (~v >> 16 & 0xFFFFu))
		chip_note_illegal(c, "option word %08x at %08x without its complement",
				  (unsigned)v, (unsigned)addr);
	info_put(c, addr, 4, v);
	flash_start(c, FLASH_OPT_PROGRAM, addr, 4, ns);
	return BUS_OK;
}

static enum bus_result l1_store(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	flash_settle(c);
	/* RM0038, dynamic voltage scaling: no programming and erasing in range 3. UNSURE: which flag. */
	if (pwr_vos(c) == 3u)
		return refuse(c, SR_WRPERR, addr, "in voltage range 3");
	if (flash_in_main(c, addr))
		return store_main(c, addr, size, v);
	if (addr - EEPROM_BASE < EEPROM_BYTES)
		return store_eeprom(c, addr, size, v);
	if (addr - OB_BASE < OB_BYTES)
		return store_option(c, addr, size, v);
	chip_note_illegal(c, "store to read-only %08x", (unsigned)addr);
	return BUS_FAULT;
}

/* ---- what an earlier owner did ---------------------------------------------------------------------- */

static bool l1_set_rdp(struct chip *c, unsigned level)
{
	static const uint32_t words[] = { 0xFF5500AA, 0xFFFF0000, 0xFF3300CC };

	if (level >= ARRAY_LEN(words))
		return false;
	info_put(c, OB_BASE, 4, words[level]);
	load_options(c);
	return true;
}

static void l1_set_wrp(struct chip *c, size_t sector, bool on)
{
	uint32_t group = (uint32_t)sector / 16u, at = OB_BASE + 8u + 4u * (group / 16u);
	uint32_t v = info_get(c, at, 2), bit = 1u << group % 16u;

	v = on ? v | bit : v & ~bit;
	info_put(c, at, 4, (v & 0xFFFFu) | (~v & 0xFFFFu) << 16);
	load_options(c);
}

static bool l1_locked(struct chip *c)
{
	return (c->flash.cr & PE_LOCK) != 0;
}

static bool l1_rdp_active(struct chip *c)
{
	return c->flash.rdp;
}

const struct flash_ops flash_l1 = {
	.reg_base = 0x40023C00, .reg_size = 0x400,
	.reset = l1_reset, .reg_read = l1_reg_read, .reg_write = l1_reg_write,
	.store = l1_store, .finish = l1_finish, .set_rdp = l1_set_rdp, .set_wrp = l1_set_wrp,
	.locked = l1_locked, .rdp_active = l1_rdp_active,
};
