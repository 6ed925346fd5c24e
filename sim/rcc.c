/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rcc.c - what the clock controllers of all families share: oscillators that take time to
 * get ready, switching the core's clock, clock enables, peripheral resets, reset flags.
 *
 * After the RCC chapters of RM0041, RM0008, RM0090, RM0368 and RM0038. What differs is in the
 * tables of rcc_trees.c; what the manuals forbid is in clock_rules.c. A switch to a clock that
 * is not ready is refused. The LSE is not modelled: it never gets ready.
 */
#include "sim/chip_priv.h"
#include "sim/rcc_priv.h"

#include <string.h>

/* Crystal start-up: 2 ms typical (DS5319 table 23, DS6876 and DS8626 likewise). */
#define HSE_START_PS (UINT64_C(2000000) * PS_PER_NS)
/* A signal from outside needs no start-up, only the synchronizer (UNSURE: no figure). */
#define HSE_SIGNAL_PS (UINT64_C(1000) * PS_PER_NS)

uint32_t rcc_reg(const struct chip *c, uint32_t off)
{
	return c->rcc_periph->reg[off / 4u];
}

static bool ready(const struct chip *c, enum rcc_osc osc, uint32_t on)
{
	return (rcc_reg(c, CR) & on) && c->at_ps >= c->osc_ready_ps[osc];
}

/* HSEBYP waits for a signal, which a crystal does not give. UNSURE: a signal without HSEBYP
 * passes the amplifier and is taken as well. */
static bool hse_ready(const struct chip *c)
{
	if (c->hse_hz == 0 || (rcc_reg(c, CR) & CR_HSEBYP && !c->hse_is_signal))
		return false;
	return ready(c, OSC_HSE, CR_HSEON);
}

bool rcc_pll_ready(const struct chip *c)
{
	return ready(c, OSC_PLL, CR_PLLON);
}

uint32_t rcc_hse_hz(const struct chip *c)
{
	return hse_ready(c) ? c->hse_hz : 0;
}

uint32_t rcc_hsi_hz(const struct chip *c)
{
	return ready(c, OSC_HSI, CR_HSION) ? c->kind->rcc->hsi_hz : 0;
}

bool rcc_msi_ready(const struct chip *c)
{
	return ready(c, OSC_MSI, CR_MSION);
}

/* ---- what all share ---------------------------------------------------------------------------------- */

static uint32_t ahb_divider(uint32_t hpre)
{
	static const uint16_t div[8] = { 2, 4, 8, 16, 64, 128, 256, 512 };

	return hpre & 8u ? div[hpre & 7u] : 1u;
}

uint32_t rcc_sysclk_hz(struct chip *c)
{
	uint32_t cfgr = rcc_reg(c, c->kind->rcc->cfgr_off);

	return c->kind->rcc->source_hz(c, cfgr >> 2 & 3u);
}

uint32_t rcc_hclk_hz(struct chip *c)
{
	uint32_t cfgr = rcc_reg(c, c->kind->rcc->cfgr_off), hz;

	if (c->clocks_off)
		return 0;
	hz = rcc_sysclk_hz(c) / ahb_divider(cfgr >> 4 & 15u);

	return hz ? hz : 1000u;         /* a core without clock: slow enough to be noticed */
}

static unsigned apb_shift(struct chip *c, unsigned bus)
{
	const struct rcc_map *m = c->kind->rcc;
	uint32_t ppre = rcc_reg(c, m->cfgr_off) >> (bus == 2 ? m->ppre2_shift : m->ppre1_shift);

	return ppre & 4u ? (ppre & 3u) + 1u : 0;
}

uint32_t rcc_pclk_hz(struct chip *c, unsigned bus)
{
	return rcc_hclk_hz(c) >> apb_shift(c, bus);
}

uint32_t rcc_timer_hz(struct chip *c, unsigned bus)
{
	uint32_t hz = rcc_pclk_hz(c, bus);

	/* Timers get twice the bus clock unless the bus is not divided (RM0008, clock tree). */
	return apb_shift(c, bus) ? hz * 2u : hz;
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
	v |= cause & RESET_WWDG ? CSR_WWDG : 0;
	c->rcc_periph->reg[RCC_FLAGS] |= v;
}

static void rcc_reset(struct chip *c, struct periph *p)
{
	const struct init_word *w;

	memset(c->osc_ready_ps, 0, sizeof c->osc_ready_ps);
	c->clock_rule = 0;
	c->stopped = c->clocks_off = false;
	for (w = c->kind->rcc->resets; w->addr; w++)
		p->reg[(w->addr - 1u) / 4u] = w->value;
}

static uint32_t rcc_read(struct chip *c, struct periph *p, uint32_t off)
{
	uint32_t v = off / 4u < RCC_FLAGS ? p->reg[off / 4u] : 0;

	if (off == CR) {
		v &= ~(CR_HSION << 1 | CR_MSION << 1 | CR_HSEON << 1 | (uint32_t)CR_PLLON << 1);
		v |= rcc_hsi_hz(c) ? CR_HSION << 1 : 0;
		v |= rcc_msi_ready(c) ? CR_MSION << 1 : 0;
		v |= hse_ready(c) ? CR_HSEON << 1 : 0;
		v |= rcc_pll_ready(c) ? (uint32_t)CR_PLLON << 1 : 0;
	} else if (off == c->kind->rcc->csr_off) {
		v |= p->reg[RCC_FLAGS] | (v & CSR_LSION ? CSR_LSIRDY : 0);
	}
	return v;
}

/* "Stop mode" in the manuals: PLL and HSE are disabled, the clock at wake-up is SW 0's. */
void rcc_enter_stop(struct chip *c)
{
	uint32_t *cr = &c->rcc_periph->reg[CR], *cfgr;

	cfgr = &c->rcc_periph->reg[c->kind->rcc->cfgr_off / 4u];
	*cr = (*cr & ~(uint32_t)(CR_HSEON | CR_PLLON)) | c->kind->rcc->wake_on;
	*cfgr &= ~0xFu;
}

/* Oscillators that v switches on get ready later. */
static void start_oscillators(struct chip *c, uint32_t old, uint32_t v)
{
	const struct rcc_map *m = c->kind->rcc;
	uint32_t started = v & ~old;
	uint64_t hse = c->hse_is_signal ? HSE_SIGNAL_PS : HSE_START_PS;

	if (started & CR_HSION)
		c->osc_ready_ps[OSC_HSI] = c->at_ps + (uint64_t)m->hsi_start_ns * PS_PER_NS;
	if (started & CR_MSION)
		c->osc_ready_ps[OSC_MSI] = c->at_ps + (uint64_t)m->msi_start_ns * PS_PER_NS;
	if (started & CR_HSEON)
		c->osc_ready_ps[OSC_HSE] = c->at_ps + hse;
	if (started & CR_PLLON)
		c->osc_ready_ps[OSC_PLL] = c->at_ps + (uint64_t)m->pll_lock_ns * PS_PER_NS;
}

static void write_cr(struct chip *c, struct periph *p, uint32_t v)
{
	const struct rcc_map *m = c->kind->rcc;
	uint32_t old = p->reg[0], hz = rcc_hclk_hz(c);
	const char *fault;

	start_oscillators(c, old, v);
	p->reg[0] = v;
	if (rcc_sysclk_hz(c) == 0) {
		chip_note_illegal(c, "RCC_CR <- %08x switches off the clock in use (%u Hz)",
				  (unsigned)v, (unsigned)hz);
		p->reg[0] = old;
	}
	if (v & ~old & CR_PLLON) {
		fault = m->pll_fault(c);
		if (fault)
			chip_note_illegal(c, "PLLON: %s", fault);
	}
}

/* The PLL's factors are frozen while it is on (RCC_CFGR, RCC_CFGR2, RCC_PLLCFGR in the manuals). */
static uint32_t keep_pll(struct chip *c, uint32_t off, uint32_t v)
{
	const struct rcc_map *m = c->kind->rcc;
	uint32_t old = rcc_reg(c, off), frozen = 0;
	unsigned i;

	for (i = 0; i < ARRAY_LEN(m->pll); i++)
		if (m->pll[i].mask && m->pll[i].off == off)
			frozen |= m->pll[i].mask;
	if (!(rcc_reg(c, CR) & CR_PLLON) || !((v ^ old) & frozen))
		return v;
	chip_note_illegal(c, "RCC register %02x <- %08x changes the PLL while it is on",
			  (unsigned)off, (unsigned)v);
	return (v & ~frozen) | (old & frozen);
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

static bool changes_clock(const struct rcc_map *m, uint32_t off)
{
	return off == CR || off == m->cfgr_off || (m->msi_off && off == m->msi_off) ||
	       (m->pll[0].mask && off == m->pll[0].off) || (m->pll[1].mask && off == m->pll[1].off);
}

static enum bus_result rcc_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	const struct rcc_map *m = c->kind->rcc;

	if (off / 4u >= RCC_FLAGS)
		return BUS_OK;
	if (changes_clock(m, off)) {
		chip_rebase(c, c->at_ps);
		v = keep_pll(c, off, v);
		if (off == CR)
			write_cr(c, p, v);
		else if (off == m->cfgr_off)
			write_cfgr(c, p, v);
		else
			p->reg[off / 4u] = v;
		core_clock_changed(c);
		clock_check(c);
		return BUS_OK;
	}
	if (off == m->csr_off && v & CSR_RMVF)
		p->reg[RCC_FLAGS] = 0;
	if (off == m->csr_off)
		v &= CSR_LSION;
	if (off >= m->rstr_lo && off <= m->rstr_hi)
		reset_some(c, off + m->rstr_delta, v);
	/* What counts by a clock that is turned on or off here has counted until now. */
	if (off != m->csr_off) {
		chip_rebase(c, c->at_ps);
		c->replan = true;
	}
	p->reg[off / 4u] = v;
	return BUS_OK;
}

const struct periph_ops rcc_regs = {
	.reset = rcc_reset, .read = rcc_read, .write = rcc_write,
};
