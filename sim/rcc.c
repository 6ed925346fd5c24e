/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rcc.c - clock trees of F1, F4 and L1: which clock the core runs on, clock
 * enables, peripheral resets, reset flags.
 *
 * After RM0041 (F100), RM0008 (F103), RM0090 (F407), RM0038 (L152). Oscillators
 * get ready after a fixed time; a switch to a clock that is not ready is refused.
 */
#include "sim/chip_priv.h"

enum { CR = 0x00, CR_HSION = 1u << 0, CR_MSION = 1u << 8, CR_HSEON = 1u << 16,
       CR_PLLON = 1u << 24 };
enum { CSR_LSION = 1u << 0, CSR_LSIRDY = 1u << 1, CSR_RMVF = 1u << 24, CSR_PIN = 1u << 26,
       CSR_SOFT = 1u << 28, CSR_IWDG = 1u << 29 };

/* Crystal start-up 2 ms typical, PLL lock 200 us at most (F100 and F103 data sheets). */
#define HSE_START_PS (UINT64_C(2000000) * PS_PER_NS)
#define PLL_LOCK_PS (UINT64_C(200000) * PS_PER_NS)

static uint32_t rcc_reg(const struct chip *c, uint32_t off)
{
	return c->rcc_periph->reg[off / 4u];
}

static bool hse_ready(const struct chip *c)
{
	return (rcc_reg(c, CR) & CR_HSEON) && c->at_ps >= c->hse_ready_ps;
}

static bool pll_ready(const struct chip *c)
{
	return (rcc_reg(c, CR) & CR_PLLON) && c->at_ps >= c->pll_ready_ps;
}

static uint32_t hse_hz(const struct chip *c)
{
	return hse_ready(c) ? c->kind->hse_hz : 0;
}

static uint32_t hsi_hz(const struct chip *c, uint32_t hz)
{
	return rcc_reg(c, CR) & CR_HSION ? hz : 0;
}

/* ---- F1: SW 0 HSI, 1 HSE, 2 PLL ------------------------------------------------------------- */

static uint32_t f1_source(struct chip *c, unsigned sw)
{
	uint32_t cfgr = rcc_reg(c, 0x04), mul = (cfgr >> 18 & 15u) + 2u, in;

	if (sw == 0)
		return hsi_hz(c, 8000000u);
	if (sw == 1)
		return hse_hz(c);
	if (sw != 2 || !pll_ready(c))
		return 0;
	in = hsi_hz(c, 4000000u);
	if (cfgr & 1u << 16) {
		in = hse_hz(c) / ((rcc_reg(c, 0x2C) & 15u) + 1u);       /* F100: PREDIV1 */
		if (cfgr & 1u << 17)
			in /= 2u;                                       /* PLLXTPRE */
	}
	return in * (mul > 16u ? 16u : mul);
}

static const struct init_word f1_resets[] = {
	{ 0x00 + 1, 0x00000083 }, { 0x14 + 1, 0x00000014 }, { 0, 0 }
};

const struct rcc_map rcc_f1 = {
	.cfgr_off = 0x04, .csr_off = 0x24, .csr_power = 0x0C000000, .csr_other = CSR_PIN,
	.ppre1_shift = 8, .ppre2_shift = 11,
	.rstr_lo = 0x0C, .rstr_hi = 0x10, .rstr_delta = 0x0C,
	.resets = f1_resets, .source_hz = f1_source,
};

/* ---- F4: SW 0 HSI, 1 HSE, 2 PLL; PLL = in / M * N / P ------------------------------------------ */

static uint32_t f4_source(struct chip *c, unsigned sw)
{
	uint32_t pll = rcc_reg(c, 0x04), in, m = pll & 63u;

	if (sw == 0)
		return hsi_hz(c, 16000000u);
	if (sw == 1)
		return hse_hz(c);
	if (sw != 2 || !pll_ready(c) || m < 2u)
		return 0;
	in = pll & 1u << 22 ? hse_hz(c) : hsi_hz(c, 16000000u);
	return in / m * (pll >> 6 & 511u) / (2u * ((pll >> 16 & 3u) + 1u));
}

static const struct init_word f4_resets[] = {
	{ 0x00 + 1, 0x00000083 }, { 0x04 + 1, 0x24003010 }, { 0x30 + 1, 0x00100000 },
	{ 0x50 + 1, 0x7E6791FF }, { 0x60 + 1, 0x36FEC9FF }, { 0x64 + 1, 0x00075F33 },
	{ 0x84 + 1, 0x20003000 }, { 0, 0 }
};

const struct rcc_map rcc_f4 = {
	.cfgr_off = 0x08, .csr_off = 0x74, .csr_power = 0x0E000000, .csr_other = CSR_PIN,
	.ppre1_shift = 10, .ppre2_shift = 13,
	.rstr_lo = 0x10, .rstr_hi = 0x24, .rstr_delta = 0x20,
	.resets = f4_resets, .source_hz = f4_source,
};

/* RM0368, RCC register map: no CCM, fewer peripherals. */
static const struct init_word f401_resets[] = {
	{ 0x00 + 1, 0x00000083 }, { 0x04 + 1, 0x24003010 }, { 0x50 + 1, 0x0061900F },
	{ 0x54 + 1, 0x00000080 }, { 0x60 + 1, 0x10E2C80F }, { 0x64 + 1, 0x00077930 },
	{ 0x84 + 1, 0x24003000 }, { 0, 0 }
};

const struct rcc_map rcc_f401 = {
	.cfgr_off = 0x08, .csr_off = 0x74, .csr_power = 0x0E000000, .csr_other = CSR_PIN,
	.ppre1_shift = 10, .ppre2_shift = 13,
	.rstr_lo = 0x10, .rstr_hi = 0x24, .rstr_delta = 0x20,
	.resets = f401_resets, .source_hz = f4_source,
};

/* ---- L1: SW 0 MSI, 1 HSI, 2 HSE, 3 PLL ------------------------------------------------------------ */

static uint32_t l1_pll(struct chip *c)
{
	static const uint8_t mul[16] = { 3, 4, 6, 8, 12, 16, 24, 32, 48 };
	uint32_t cfgr = rcc_reg(c, 0x08), in, div = (cfgr >> 22 & 3u) + 1u;

	in = cfgr & 1u << 16 ? hse_hz(c) : hsi_hz(c, 16000000u);
	return div < 2u ? 0 : in * mul[cfgr >> 18 & 15u] / div;
}

static uint32_t l1_source(struct chip *c, unsigned sw)
{
	/* RM0038 6.2.3: MSI ranges; the timing model names 2.097 MHz. */
	static const uint32_t msi[8] = { 65536, 131072, 262144, 524288, 1048000, 2097000,
					 4194000, 0 };

	switch (sw) {
	case 0: return rcc_reg(c, CR) & CR_MSION ? msi[rcc_reg(c, 0x04) >> 13 & 7u] : 0;
	case 1: return hsi_hz(c, 16000000u);
	case 2: return hse_hz(c);
	default: return pll_ready(c) ? l1_pll(c) : 0;
	}
}

static const struct init_word l1_resets[] = {
	{ 0x00 + 1, 0x00000300 }, { 0x04 + 1, 0x0000B000 }, { 0x1C + 1, 0x00008000 }, { 0, 0 }
};

const struct rcc_map rcc_l1 = {
	.cfgr_off = 0x08, .csr_off = 0x34, .csr_power = 0x0C000000, .csr_other = CSR_PIN,
	.ppre1_shift = 8, .ppre2_shift = 11,
	.rstr_lo = 0x10, .rstr_hi = 0x18, .rstr_delta = 0x0C,
	.resets = l1_resets, .source_hz = l1_source,
};

/* ---- what all share ---------------------------------------------------------------------------------- */

static uint32_t ahb_divider(uint32_t hpre)
{
	static const uint16_t div[8] = { 2, 4, 8, 16, 64, 128, 256, 512 };

	return hpre & 8u ? div[hpre & 7u] : 1u;
}

uint32_t rcc_hclk_hz(struct chip *c)
{
	uint32_t cfgr = rcc_reg(c, c->kind->rcc->cfgr_off);
	uint32_t hz = c->kind->rcc->source_hz(c, cfgr >> 2 & 3u) / ahb_divider(cfgr >> 4 & 15u);

	return hz ? hz : 1000u;         /* a core without clock: slow enough to be noticed */
}

uint32_t rcc_timer_hz(struct chip *c, unsigned bus)
{
	const struct rcc_map *m = c->kind->rcc;
	uint32_t cfgr = rcc_reg(c, m->cfgr_off), hz = rcc_hclk_hz(c);
	uint32_t ppre = cfgr >> (bus == 2 ? m->ppre2_shift : m->ppre1_shift) & 7u;

	/* Timers get twice the bus clock unless the bus is not divided (RM0008, clock tree). */
	return ppre & 4u ? hz / (2u << (ppre & 3u)) * 2u : hz;
}

bool rcc_hsi_on(const struct chip *c)
{
	return (rcc_reg(c, CR) & CR_HSION) != 0;
}

void rcc_set_reset_flags(struct chip *c, unsigned cause)
{
	const struct rcc_map *m = c->kind->rcc;
	uint32_t v = cause & RESET_POWER ? m->csr_power : m->csr_other;

	v |= cause & RESET_SOFT ? CSR_SOFT : 0;
	v |= cause & RESET_IWDG ? CSR_IWDG : 0;
	c->rcc_periph->reg[RCC_FLAGS] |= v;
}

static void rcc_reset(struct chip *c, struct periph *p)
{
	const struct init_word *w;

	c->hse_ready_ps = c->pll_ready_ps = 0;
	for (w = c->kind->rcc->resets; w->addr; w++)
		p->reg[(w->addr - 1u) / 4u] = w->value;
}

static uint32_t rcc_read(struct chip *c, struct periph *p, uint32_t off)
{
	uint32_t v = off / 4u < RCC_FLAGS ? p->reg[off / 4u] : 0;

	if (off == CR) {
		v &= ~(CR_HSION << 1 | CR_MSION << 1 | CR_HSEON << 1 | (uint32_t)CR_PLLON << 1);
		v |= (v & (CR_HSION | CR_MSION)) << 1;
		v |= hse_ready(c) ? CR_HSEON << 1 : 0;
		v |= pll_ready(c) ? (uint32_t)CR_PLLON << 1 : 0;
	} else if (off == c->kind->rcc->csr_off) {
		v |= p->reg[RCC_FLAGS] | (v & CSR_LSION ? CSR_LSIRDY : 0);
	}
	return v;
}

static void write_cr(struct chip *c, struct periph *p, uint32_t v)
{
	uint32_t old = p->reg[0];
	unsigned sws = p->reg[c->kind->rcc->cfgr_off / 4u] >> 2 & 3u;
	uint32_t hz = rcc_hclk_hz(c);

	if (!(old & CR_HSEON) && (v & CR_HSEON))
		c->hse_ready_ps = c->at_ps + HSE_START_PS;
	if (!(old & CR_PLLON) && (v & CR_PLLON))
		c->pll_ready_ps = c->at_ps + PLL_LOCK_PS;
	p->reg[0] = v;
	if (c->kind->rcc->source_hz(c, sws) == 0) {
		chip_note_illegal(c, "RCC_CR <- %08x switches off the clock in use (%u Hz)",
				  (unsigned)v, (unsigned)hz);
		p->reg[0] = old;
	}
}

static void write_cfgr(struct chip *c, struct periph *p, uint32_t v)
{
	uint32_t *reg = &p->reg[c->kind->rcc->cfgr_off / 4u];
	unsigned sw = v & 3u;
	uint32_t old = *reg;

	*reg = (v & ~0xCu) | (old & 0xCu);
	if (c->kind->rcc->source_hz(c, sw) == 0)
		chip_note_illegal(c, "RCC_CFGR.SW <- %u, a clock that is not ready", sw);
	else
		*reg = (v & ~0xCu) | sw << 2;
	if (rcc_hclk_hz(c) > c->kind->max_hz)
		chip_note_illegal(c, "core clock of %u Hz, %u allowed",
				  (unsigned)rcc_hclk_hz(c), (unsigned)c->kind->max_hz);
}

static void reset_some(struct chip *c, uint32_t enr_off, uint32_t mask)
{
	unsigned i;

	for (i = 0; i < c->n_periphs; i++) {
		struct periph *p = &c->periphs[i];
		unsigned k;

		if (p->d->clk_off != enr_off || !(p->d->clk_mask & mask))
			continue;
		for (k = 0; k < ARRAY_LEN(p->reg); k++)
			p->reg[k] = 0;
		p->mark_ps = c->at_ps;
		p->on = false;
		p->d->ops->reset(c, p);
	}
	gpio_refresh(c);
}

static enum bus_result rcc_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	const struct rcc_map *m = c->kind->rcc;

	if (off / 4u >= RCC_FLAGS)
		return BUS_OK;
	if (off == CR || off == m->cfgr_off || off == 0x2C) {
		chip_rebase(c, c->at_ps);
		if (off == CR)
			write_cr(c, p, v);
		else if (off == m->cfgr_off)
			write_cfgr(c, p, v);
		else
			p->reg[off / 4u] = v;
		core_clock_changed(c);
		return BUS_OK;
	}
	if (off == m->csr_off && v & CSR_RMVF)
		p->reg[RCC_FLAGS] = 0;
	if (off == m->csr_off)
		v &= CSR_LSION;
	if (off >= m->rstr_lo && off <= m->rstr_hi)
		reset_some(c, off + m->rstr_delta, v);
	p->reg[off / 4u] = v;
	if (m == &rcc_l1 && off == 0x04)
		core_clock_changed(c);
	return BUS_OK;
}

const struct periph_ops rcc_regs = {
	.reset = rcc_reset, .read = rcc_read, .write = rcc_write,
};
