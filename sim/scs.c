/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * scs.c - everything at E0000000: SysTick, NVIC, system control block, DBGMCU,
 * the ROM table and component ids.
 *
 * After DDI 0403 B3 and the chips' reference manuals (DBGMCU). Core debug, FPB
 * and DWT are in core_debug.c, core_fpb.c and core_dwt.c.
 */
#include "sim/chip_priv.h"

#define VECTKEY 0x05FAu
#define VECTKEY_READ 0xFA05u

/* ---- SysTick ------------------------------------------------------------------------------- */

enum { ST_ENABLE = 1u << 0, ST_TICKINT = 1u << 1, ST_CLKSOURCE = 1u << 2,
       ST_COUNTFLAG = 1u << 16 };

static uint32_t systick_hz(struct chip *c)
{
	uint32_t hz = rcc_hclk_hz(c);

	return c->core.systick_ctrl & ST_CLKSOURCE ? hz : hz / 8u;
}

static bool systick_runs(const struct chip *c)
{
	return (c->core.systick_ctrl & ST_ENABLE) && !c->core.halted && c->core.systick_load;
}

/* Ticks until the counter next reaches 0. A counter at 0 reloads first. */
static uint64_t ticks_to_zero(const struct core *co)
{
	return co->systick_val ? co->systick_val : (uint64_t)co->systick_load + 1u;
}

uint64_t systick_next_ps(struct chip *c)
{
	if (!systick_runs(c))
		return PS_NEVER;
	return c->core.systick_mark_ps + chip_ticks_ps(ticks_to_zero(&c->core), systick_hz(c));
}

void systick_update(struct chip *c, uint64_t t_ps)
{
	struct core *co = &c->core;

	if (!systick_runs(c))
		return;
	while (t_ps >= systick_next_ps(c)) {
		co->systick_mark_ps = systick_next_ps(c);
		co->systick_val = 0;
		co->systick_ctrl |= ST_COUNTFLAG;
		if (co->systick_ctrl & ST_TICKINT)
			exc_pend(c, 15);
	}
}

static uint32_t systick_now(struct chip *c, uint64_t t_ps)
{
	struct core *co = &c->core;
	uint64_t n;

	systick_update(c, t_ps);
	if (!systick_runs(c) || t_ps <= co->systick_mark_ps)
		return co->systick_val;
	n = chip_ticks(t_ps - co->systick_mark_ps, systick_hz(c));
	if (n == 0)
		return co->systick_val;
	return (uint32_t)(ticks_to_zero(co) - n);
}

void systick_rebase(struct chip *c, uint64_t t_ps)
{
	c->core.systick_val = systick_now(c, t_ps);
	c->core.systick_mark_ps = t_ps;
}

static uint32_t systick_ctrl_read(struct chip *c)
{
	struct core *co = &c->core;
	uint32_t v;

	systick_update(c, c->at_ps);
	v = co->systick_ctrl;
	if (c->acc_by == BY_CORE)
		co->systick_ctrl &= ~(uint32_t)ST_COUNTFLAG;
	return v;
}

static void systick_write(struct chip *c, uint32_t addr, uint32_t v)
{
	struct core *co = &c->core;

	systick_rebase(c, c->at_ps);
	if (addr == 0xE000E010u)
		co->systick_ctrl = (co->systick_ctrl & ST_COUNTFLAG) | (v & 7u);
	else if (addr == 0xE000E014u)
		co->systick_load = v & 0xFFFFFFu;
	else {
		co->systick_val = 0;
		co->systick_ctrl &= ~(uint32_t)ST_COUNTFLAG;
	}
	co->systick_mark_ps = c->at_ps;
	c->replan = true;
}

/* ---- NVIC -------------------------------------------------------------------------------------- */

static uint32_t bits_read(const bool *flags, unsigned word)
{
	uint32_t v = 0;
	unsigned i;

	for (i = 0; i < 32 && 16u + 32u * word + i < MAX_EXC; i++)
		v |= flags[16u + 32u * word + i] ? 1u << i : 0;
	return v;
}

static void bits_write(struct chip *c, bool *flags, unsigned word, uint32_t v, bool on)
{
	unsigned i;

	for (i = 0; i < 32 && 32u * word + i < c->kind->n_irq; i++)
		if (v >> i & 1u)
			flags[16u + 32u * word + i] = on;
	exc_refresh(c);
	c->replan = true;
}

static uint32_t prio_read(const struct chip *c, unsigned first)
{
	const uint8_t *p = c->core.prio;
	uint32_t v = 0;
	unsigned i;

	for (i = 0; i < 4; i++)
		if (first + i < MAX_EXC)
			v |= (uint32_t)p[first + i] << (8u * i);
	return v;
}

static void prio_write(struct chip *c, unsigned first, uint32_t v)
{
	unsigned i;

	for (i = 0; i < 4; i++)         /* STM32 implements the upper 4 bits */
		if (first + i < MAX_EXC && first + i >= 4)
			c->core.prio[first + i] = (uint8_t)(v >> (8u * i)) & 0xF0u;
	c->replan = true;               /* what waits may be due now */
}

static bool nvic_read(struct chip *c, uint32_t addr, uint32_t *v)
{
	unsigned word = addr >> 2 & 0x1Fu;

	if (addr >= 0xE000E400u && addr < 0xE000E4F0u) {
		*v = prio_read(c, 16u + (addr - 0xE000E400u));
		return true;
	}
	if (addr < 0xE000E100u || addr >= 0xE000E380u || word > 3)
		return false;
	switch (addr & 0xF80u) {
	case 0x100: case 0x180:
		*v = bits_read(c->core.enabled, word);
		return true;
	case 0x200: case 0x280:
		*v = bits_read(c->core.pend, word);
		return true;
	case 0x300:
		*v = bits_read(c->core.active, word);
		return true;
	default:
		return false;
	}
}

static bool nvic_write(struct chip *c, uint32_t addr, uint32_t v)
{
	unsigned word = addr >> 2 & 0x1Fu;

	if (addr >= 0xE000E400u && addr < 0xE000E4F0u) {
		prio_write(c, 16u + (addr - 0xE000E400u), v);
		return true;
	}
	if (addr < 0xE000E100u || addr >= 0xE000E300u || word > 3)
		return false;
	bits_write(c, addr & 0x200u ? c->core.pend : c->core.enabled, word, v, !(addr & 0x80u));
	return true;
}

/* ---- system control block ------------------------------------------------------------------------ */

/* VECTACTIVE, RETTOBASE, VECTPENDING, and the pending bits */
static uint32_t icsr_read(struct chip *c)
{
	const struct core *co = &c->core;
	uint32_t v = core_reg(c, REG_XPSR) & 0x1FFu;
	unsigned n, nested = 0;

	for (n = 1; n < MAX_EXC; n++)
		nested += co->active[n];
	for (n = EXC_IRQ0; n < MAX_EXC; n++)
		if (co->pend[n])
			v |= 1u << 22;
	v |= nested <= 1 && v ? 1u << 11 : 0;
	v |= exc_pending(c, 257) << 12;
	v |= co->pend[EXC_PENDSV] ? 1u << 28 : 0;
	v |= co->pend[EXC_SYSTICK] ? 1u << 26 : 0;
	return v | (co->pend[EXC_NMI] ? 1u << 31 : 0);
}

static void icsr_write(struct chip *c, uint32_t v)
{
	struct core *co = &c->core;

	if (v & 1u << 27)
		co->pend[14] = false;
	if (v & 1u << 25)
		co->pend[15] = false;
	if (v & 1u << 28)
		exc_pend(c, 14);
	if (v & 1u << 26)
		exc_pend(c, 15);
	if (v & 1u << 31)
		exc_pend(c, 2);
	exc_refresh(c);
	c->replan = true;
}

static void aircr_write(struct chip *c, uint32_t v)
{
	if (v >> 16 != VECTKEY)
		return;
	c->core.aircr_prigroup = v >> 8 & 7u;
	c->replan = true;
	if (v & 1u << 1 && c->core.halted)
		exc_clear_active(c);
	else if (v & 1u << 1)
		chip_note_illegal(c, "VECTCLRACTIVE while the core runs is unpredictable");
	if (v & 1u << 2)
		c->reset_request = RESET_SOFT;
	else if (v & 1u << 0 && c->core.halted)
		c->reset_request = RESET_CORE;
	else if (v & 1u << 0)
		chip_note_illegal(c, "VECTRESET while the core runs is unpredictable");
}

/* Bits of SHCSR that show an exception's state: B3.2.13. */
static const struct {
	uint8_t n, active_bit, pend_bit;        /* 0xFF: no such bit */
} shcsr_bits[] = {
	{ EXC_MEM, 0, 13 }, { EXC_BUS, 1, 14 }, { EXC_USAGE, 3, 12 }, { EXC_SVC, 7, 15 },
	{ EXC_MONITOR, 8, 0xFF }, { EXC_PENDSV, 10, 0xFF }, { EXC_SYSTICK, 11, 0xFF },
};

static uint32_t shcsr_read(const struct chip *c)
{
	const struct core *co = &c->core;
	uint32_t v = co->shcsr;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(shcsr_bits); i++) {
		if (co->active[shcsr_bits[i].n])
			v |= 1u << shcsr_bits[i].active_bit;
		if (shcsr_bits[i].pend_bit != 0xFF && co->pend[shcsr_bits[i].n])
			v |= 1u << shcsr_bits[i].pend_bit;
	}
	return v;
}

static void shcsr_write(struct chip *c, uint32_t v)
{
	struct core *co = &c->core;
	unsigned i;

	co->shcsr = v & 0x00070000u;
	for (i = 0; i < ARRAY_LEN(shcsr_bits); i++) {
		co->active[shcsr_bits[i].n] = v >> shcsr_bits[i].active_bit & 1u;
		if (shcsr_bits[i].pend_bit != 0xFF)
			co->pend[shcsr_bits[i].n] = v >> shcsr_bits[i].pend_bit & 1u;
	}
	exc_refresh(c);
	c->replan = true;
}

static void ccr_write(struct chip *c, uint32_t v)
{
	c->core.ccr = v & 0x31Bu;
	look_configure(c);
	if (v & CCR_UNALIGN_TRP)
		chip_note_illegal(c, "not modelled: CCR.UNALIGN_TRP");
}

static void cpacr_write(struct chip *c, uint32_t v)
{
	c->core.cpacr = c->kind->m4 ? v & 0x00F00000u : 0;
	look_configure(c);
}

/* The FPU's registers beside CPACR: B3.2.20 to 22. Frames are stored at once, so LSPACT is
 * never set. */
static uint32_t fpu_read(const struct chip *c, uint32_t addr)
{
	if (!c->kind->m4)
		return 0;
	switch (addr) {
	case 0xE000EF34u: return c->core.fpccr;
	case 0xE000EF38u: return c->core.fpcar;
	case 0xE000EF3Cu: return c->core.fpdscr;
	case 0xE000EF40u: return 0x10110021u;   /* MVFR0, MVFR1: M4 TRM */
	case 0xE000EF44u: return 0x11000011u;
	default: return 0;
	}
}

static void fpu_write(struct chip *c, uint32_t addr, uint32_t v)
{
	struct core *co = &c->core;

	if (!c->kind->m4)
		return;
	if (addr == 0xE000EF34u)
		co->fpccr = v & 0xC0000000u;
	else if (addr == 0xE000EF38u)
		co->fpcar = v & ~7u;
	else
		co->fpdscr = v & 0x07C00000u;
}

static uint32_t systick_read(struct chip *c, uint32_t addr)
{
	switch (addr) {
	case 0xE000E010u: return systick_ctrl_read(c);
	case 0xE000E014u: return c->core.systick_load;
	case 0xE000E018u: return systick_now(c, c->at_ps);
	case 0xE000E01Cu: return 0x40000000u | 8999u;           /* SKEW, as RM0008 gives TENMS */
	default: return 0;
	}
}

static uint32_t scb_read(struct chip *c, uint32_t addr)
{
	const struct core *co = &c->core;

	if (addr >= 0xE000E010u && addr < 0xE000E020u)
		return systick_read(c, addr);
	switch (addr) {
	case 0xE000E004u: return (c->kind->n_irq - 1u) / 32u;   /* ICTR */
	case 0xE000ED00u: return c->kind->cpuid;
	case 0xE000ED04u: return icsr_read(c);
	case 0xE000ED08u: return co->vtor;
	case 0xE000ED0Cu: return (uint32_t)VECTKEY_READ << 16 | co->aircr_prigroup << 8;
	case 0xE000ED10u: return co->scr;
	case 0xE000ED14u: return co->ccr;
	case 0xE000ED18u: case 0xE000ED1Cu: case 0xE000ED20u:
		return prio_read(c, 4u + (addr - 0xE000ED18u));
	case 0xE000ED24u: return shcsr_read(c);
	case 0xE000ED28u: return co->cfsr;
	case 0xE000ED2Cu: return co->hfsr;
	case 0xE000ED30u: return co->dfsr;
	case 0xE000ED34u: return co->mmfar;
	case 0xE000ED38u: return co->bfar;
	case 0xE000ED3Cu: return co->afsr;
	case 0xE000ED88u: return co->cpacr;
	default: return fpu_read(c, addr);
	}
}

static void scb_write(struct chip *c, uint32_t addr, uint32_t v)
{
	struct core *co = &c->core;

	switch (addr) {
	case 0xE000E010u: case 0xE000E014u: case 0xE000E018u:
		systick_write(c, addr, v);
		break;
	case 0xE000ED04u: icsr_write(c, v); break;
	case 0xE000ED08u: co->vtor = v & 0x3FFFFF80u; break;
	case 0xE000ED0Cu: aircr_write(c, v); break;
	case 0xE000ED10u: co->scr = v & 0x16u; break;
	case 0xE000ED14u: ccr_write(c, v); break;
	case 0xE000ED18u: case 0xE000ED1Cu: case 0xE000ED20u:
		prio_write(c, 4u + (addr - 0xE000ED18u), v);
		break;
	case 0xE000ED24u: shcsr_write(c, v); break;
	case 0xE000ED28u: co->cfsr &= ~v; break;
	case 0xE000ED2Cu: co->hfsr &= ~v; break;
	case 0xE000ED30u: co->dfsr &= ~v; break;
	case 0xE000ED34u: co->mmfar = v; break;
	case 0xE000ED38u: co->bfar = v; break;
	case 0xE000ED88u: cpacr_write(c, v); break;
	case 0xE000EF34u: case 0xE000EF38u: case 0xE000EF3Cu:
		fpu_write(c, addr, v);
		break;
	case 0xE000EF00u:                       /* STIR */
		if ((v & 0x1FFu) < c->kind->n_irq)
			exc_pend(c, 16u + (v & 0x1FFu));
		c->replan = true;
		break;
	default:
		break;
	}
}

/* ---- DBGMCU, ROM table, ids ------------------------------------------------------------------------- */

static uint32_t dbgmcu_read(struct chip *c, uint32_t off)
{
	uint32_t idcode = c->idcode != 0 ? c->idcode : c->kind->idcode;

	if (off == 0)           /* F1 errata: 0 to code when no debugger is attached */
		return c->acc_by == BY_DEBUG || c->attached ? idcode : 0;
	return off < 16 ? c->dbgmcu[off / 4u] : 0;
}

static void dbgmcu_write(struct chip *c, uint32_t off, uint32_t v)
{
	if (off == 0 || off >= 16)
		return;
	chip_rebase(c, c->at_ps);       /* a frozen watchdog starts or stops counting */
	c->dbgmcu[off / 4u] = off == 4 ? v & c->kind->dbgmcu_cr_mask : v;
	c->replan = true;
}

/* ADIv5 ROM table: offsets of the components of a Cortex-M3 or M4 (their TRMs). */
static const uint32_t rom_entries[] = {
	0xFFF0F003u, 0xFFF02003u, 0xFFF03003u, 0xFFF01003u, 0xFFF41003u
};

static uint32_t id_registers(uint32_t off, uint32_t part, uint32_t rev, uint32_t class)
{
	static const uint32_t cid[4] = { 0x0D, 0x00, 0x05, 0xB1 };

	switch (off) {
	case 0xFD0: return part >> 24;                          /* JEP106 continuation */
	case 0xFE0: return part & 0xFFu;
	case 0xFE4: return part >> 8 & 0xFFu;
	case 0xFE8: return rev << 4 | 8u | (part >> 16 & 0xFu);
	case 0xFF0: case 0xFF4: case 0xFF8: case 0xFFC:
		return off == 0xFF4 ? class : cid[(off - 0xFF0u) / 4u];
	default: return 0;
	}
}

static uint32_t rom_read(const struct chip *c, uint32_t off)
{
	if (off / 4u < ARRAY_LEN(rom_entries))
		return rom_entries[off / 4u];
	if (off == 0xFCC)
		return 1;               /* MEMTYPE: system memory present */
	/* Part number is the DEV_ID, designer is ST (JEP106 0x20). */
	return id_registers(off, 2u << 16 | (c->kind->idcode & 0xFFFu), 0, 0x10);
}

/* Parts of ARM (JEP106 0x3B, bank 4): continuation << 24 | des_hi << 16 | des_lo, part. */
#define ARM_PART(part) (4u << 24 | 3u << 16 | 0xBu << 12 | (part))

static uint32_t component_id(const struct chip *c, uint32_t addr)
{
	uint32_t off = addr & 0xFFFu;

	switch (addr & 0xFFFFF000u) {
	case 0xE000E000u: return id_registers(off, ARM_PART(c->kind->m4 ? 0x00Cu : 0x000u), 0, 0xE0);
	case 0xE0000000u: return id_registers(off, ARM_PART(0x001u), 1, 0xE0);
	case 0xE0001000u: return id_registers(off, ARM_PART(0x002u), 1, 0xE0);
	case 0xE0002000u: return id_registers(off, ARM_PART(0x003u), 1, 0xE0);
	case 0xE0040000u: return id_registers(off, ARM_PART(c->kind->m4 ? 0x9A1u : 0x923u), 1, 0x90);
	default: return 0;
	}
}

/* ---- the map ---------------------------------------------------------------- */

enum bus_result scs_read(struct chip *c, uint32_t addr, uint32_t *v)
{
	*v = 0;
	if (addr >= 0xE0100000u)
		return BUS_FAULT;
	if (addr >= 0xE00FF000u)
		*v = rom_read(c, addr & 0xFFFu);
	else if (addr - 0xE0042000u < 0x400u)
		*v = dbgmcu_read(c, addr - 0xE0042000u);
	else if ((addr & 0xFFFu) >= 0xFD0u)
		*v = component_id(c, addr);
	else if (addr < 0xE0003000u || (addr >= 0xE000EDF0u && addr < 0xE000EE00u))
		return debug_read(c, addr, v);
	else if (addr - 0xE000E000u < 0x1000u && !nvic_read(c, addr, v))
		*v = scb_read(c, addr);
	return BUS_OK;
}

enum bus_result scs_write(struct chip *c, uint32_t addr, uint32_t v)
{
	if (addr >= 0xE0100000u)
		return BUS_FAULT;
	if (addr - 0xE0042000u < 0x400u)
		dbgmcu_write(c, addr - 0xE0042000u, v);
	else if (addr < 0xE0003000u || (addr >= 0xE000EDF0u && addr < 0xE000EE00u))
		return debug_write(c, addr, v);
	else if (addr - 0xE000E000u < 0x1000u && !nvic_write(c, addr, v))
		scb_write(c, addr, v);
	return BUS_OK;
}
