/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rcc_trees.c - the clock trees of F100, F103, F407, F401 and L152: sources, PLL, reset values.
 *
 * After the RCC chapters of RM0041 (F100), RM0008 (F103), RM0090 (F407), RM0368 (F401) and
 * RM0038 (L152); times and ranges of the oscillators after the data sheets. Const tables and
 * the functions that they name; registers are served by rcc.c.
 */
#include "sim/chip_priv.h"
#include "sim/rcc_priv.h"

#define MHZ 1000000u

/* ---- F1: SW 0 HSI, 1 HSE, 2 PLL; PLL = HSI/2 or HSE/n, x 2 to 16 ---------------------------- */

enum { F1_CFGR = 0x04, F100_CFGR2 = 0x2C, F1_PLLSRC = 1u << 16, F1_PLLXTPRE = 1u << 17 };

static uint32_t f1_pll_hz(struct chip *c, uint32_t in)
{
	uint32_t mul = (rcc_reg(c, F1_CFGR) >> 18 & 15u) + 2u;

	return in * (mul > 16u ? 16u : mul);
}

/* RM0008, RCC_CFGR.PLLXTPRE: HSE divided by two. */
static uint32_t f103_pll_in(struct chip *c)
{
	uint32_t cfgr = rcc_reg(c, F1_CFGR);

	if (!(cfgr & F1_PLLSRC))
		return rcc_hsi_hz(c) / 2u;
	return rcc_hse_hz(c) / (cfgr & F1_PLLXTPRE ? 2u : 1u);
}

/* RM0041, RCC_CFGR2.PREDIV1: PLLXTPRE is another name of its bit 0. */
static uint32_t f100_pll_in(struct chip *c)
{
	uint32_t cfgr = rcc_reg(c, F1_CFGR), prediv = rcc_reg(c, F100_CFGR2) & 15u;

	if (!(cfgr & F1_PLLSRC))
		return rcc_hsi_hz(c) / 2u;
	return rcc_hse_hz(c) / ((prediv | (cfgr & F1_PLLXTPRE ? 1u : 0)) + 1u);
}

static uint32_t f1_source(struct chip *c, unsigned sw, uint32_t pll_in)
{
	switch (sw) {
	case 0: return rcc_hsi_hz(c);
	case 1: return rcc_hse_hz(c);
	case 2: return rcc_pll_ready(c) ? f1_pll_hz(c, pll_in) : 0;
	default: return 0;
	}
}

static uint32_t f100_source(struct chip *c, unsigned sw)
{
	return f1_source(c, sw, f100_pll_in(c));
}

static uint32_t f103_source(struct chip *c, unsigned sw)
{
	return f1_source(c, sw, f103_pll_in(c));
}

/* PLL characteristics, DS5944 (F100) and DS5319 (F103): input from 1 MHz, output from 16 MHz to
 * the highest core clock. */
static const char *f1_pll_fault(struct chip *c, uint32_t in)
{
	uint32_t out = f1_pll_hz(c, in);

	if (in < MHZ || in > 25u * MHZ)
		return "PLL input not within 1 to 25 MHz";
	if (out < 16u * MHZ || out > c->kind->limits->hclk_hz)
		return "PLL output not within 16 MHz and the highest core clock";
	return NULL;
}

static const char *f100_pll_fault(struct chip *c)
{
	return f1_pll_fault(c, f100_pll_in(c));
}

static const char *f103_pll_fault(struct chip *c)
{
	return f1_pll_fault(c, f103_pll_in(c));
}

static const struct init_word f1_resets[] = {
	{ 0x00 + 1, 0x00000083 }, { 0x14 + 1, 0x00000014 }, { 0, 0 }
};

/* HSI start-up 2 us, PLL lock 200 us at most (DS5319 and DS5944, clock characteristics). */
const struct rcc_map rcc_f100 = {
	.cfgr_off = F1_CFGR, .csr_off = 0x24, .csr_power = 0x0C000000, .csr_other = CSR_PIN,
	.ppre1_shift = 8, .ppre2_shift = 11,
	.rstr_lo = 0x0C, .rstr_hi = 0x10, .rstr_delta = 0x0C,
	.resets = f1_resets, .wake_on = CR_HSION,
	.hsi_hz = 8 * MHZ, .hsi_start_ns = 2000, .pll_lock_ns = 200000,
	.pll = { { F1_CFGR, 0x003F0000 }, { F100_CFGR2, 0xF } },
	.source_hz = f100_source, .pll_fault = f100_pll_fault,
};

const struct rcc_map rcc_f103 = {
	.cfgr_off = F1_CFGR, .csr_off = 0x24, .csr_power = 0x0C000000, .csr_other = CSR_PIN,
	.ppre1_shift = 8, .ppre2_shift = 11,
	.rstr_lo = 0x0C, .rstr_hi = 0x10, .rstr_delta = 0x0C,
	.resets = f1_resets, .wake_on = CR_HSION,
	.hsi_hz = 8 * MHZ, .hsi_start_ns = 2000, .pll_lock_ns = 200000,
	.pll = { { F1_CFGR, 0x003F0000 } },
	.source_hz = f103_source, .pll_fault = f103_pll_fault,
};

/* ---- F4: SW 0 HSI, 1 HSE, 2 PLL; PLL = in / M * N / P ------------------------------------------ */

enum { F4_PLLCFGR = 0x04, F4_PLLSRC = 1u << 22 };

/* Input of the PLL's oscillator, and its output. */
static uint32_t f4_vco_in(struct chip *c)
{
	uint32_t pll = rcc_reg(c, F4_PLLCFGR), m = pll & 63u;

	return m < 2u ? 0 : (pll & F4_PLLSRC ? rcc_hse_hz(c) : rcc_hsi_hz(c)) / m;
}

static uint64_t f4_vco(struct chip *c)
{
	return (uint64_t)f4_vco_in(c) * (rcc_reg(c, F4_PLLCFGR) >> 6 & 511u);
}

static uint32_t f4_source(struct chip *c, unsigned sw)
{
	uint32_t p = 2u * ((rcc_reg(c, F4_PLLCFGR) >> 16 & 3u) + 1u);

	switch (sw) {
	case 0: return rcc_hsi_hz(c);
	case 1: return rcc_hse_hz(c);
	case 2: return rcc_pll_ready(c) ? (uint32_t)(f4_vco(c) / p) : 0;
	default: return 0;
	}
}

/* RM0090 and RM0368, RCC_PLLCFGR: M from 2, 1 to 2 MHz behind it; N from 50 to 432 on the F407, from
 * 192 on the F401, and the oscillator's output within as many MHz. */
static const char *f4_pll_fault(struct chip *c, uint32_t least)
{
	uint32_t pll = rcc_reg(c, F4_PLLCFGR), n = pll >> 6 & 511u, in = f4_vco_in(c);
	uint64_t out = f4_vco(c);

	if (in < MHZ || in > 2u * MHZ)
		return "PLL input behind PLLM not within 1 to 2 MHz";
	if (n > 432u || out < (uint64_t)least * MHZ || out > UINT64_C(432) * MHZ)
		return "PLL oscillator out of its range";
	return NULL;
}

static const char *f407_pll_fault(struct chip *c)
{
	return f4_pll_fault(c, 100);
}

static const char *f401_pll_fault(struct chip *c)
{
	return f4_pll_fault(c, 192);
}

static const struct init_word f4_resets[] = {
	{ 0x00 + 1, 0x00000083 }, { 0x04 + 1, 0x24003010 }, { 0x30 + 1, 0x00100000 },
	{ 0x50 + 1, 0x7E6791FF }, { 0x60 + 1, 0x36FEC9FF }, { 0x64 + 1, 0x00075F33 },
	{ 0x84 + 1, 0x20003000 }, { 0, 0 }
};

/* HSI start-up 4 us, PLL lock 300 us at most (DS8626 and DS10086, clock characteristics). */
const struct rcc_map rcc_f4 = {
	.cfgr_off = 0x08, .csr_off = 0x74, .csr_power = 0x0E000000, .csr_other = CSR_PIN,
	.ppre1_shift = 10, .ppre2_shift = 13,
	.rstr_lo = 0x10, .rstr_hi = 0x24, .rstr_delta = 0x20,
	.resets = f4_resets, .wake_on = CR_HSION,
	.hsi_hz = 16 * MHZ, .hsi_start_ns = 4000, .pll_lock_ns = 300000,
	.pll = { { F4_PLLCFGR, 0x0F437FFF } },
	.source_hz = f4_source, .pll_fault = f407_pll_fault,
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
	.resets = f401_resets, .wake_on = CR_HSION,
	.hsi_hz = 16 * MHZ, .hsi_start_ns = 4000, .pll_lock_ns = 300000,
	.pll = { { F4_PLLCFGR, 0x0F437FFF } },
	.source_hz = f4_source, .pll_fault = f401_pll_fault,
};

/* ---- L1: SW 0 MSI, 1 HSI, 2 HSE, 3 PLL ------------------------------------------------------------ */

enum { L1_ICSCR = 0x04, L1_CFGR = 0x08, L1_PLLSRC = 1u << 16 };

static uint32_t l1_pll_in(struct chip *c)
{
	return rcc_reg(c, L1_CFGR) & L1_PLLSRC ? rcc_hse_hz(c) : rcc_hsi_hz(c);
}

/* 0 for a factor that is reserved. */
static uint32_t l1_vco(struct chip *c)
{
	static const uint8_t mul[16] = { 3, 4, 6, 8, 12, 16, 24, 32, 48 };

	return l1_pll_in(c) * mul[rcc_reg(c, L1_CFGR) >> 18 & 15u];
}

static uint32_t l1_pll(struct chip *c)
{
	uint32_t div = (rcc_reg(c, L1_CFGR) >> 22 & 3u) + 1u;

	return div < 2u ? 0 : l1_vco(c) / div;
}

static uint32_t l1_msi(struct chip *c)
{
	/* RM0038, MSI clock: seven ranges; the timing model names 2.097 MHz. */
	static const uint32_t msi[8] = { 65536, 131072, 262144, 524288, 1048000, 2097000,
					 4194000, 0 };

	return rcc_msi_ready(c) ? msi[rcc_reg(c, L1_ICSCR) >> 13 & 7u] : 0;
}

static uint32_t l1_source(struct chip *c, unsigned sw)
{
	switch (sw) {
	case 0: return l1_msi(c);
	case 1: return rcc_hsi_hz(c);
	case 2: return rcc_hse_hz(c);
	default: return rcc_pll_ready(c) ? l1_pll(c) : 0;
	}
}

/* RM0038, PLL: input from 2 to 24 MHz, a division by at least 2, and an oscillator of 96, 48, or 24 MHz
 * at most in range 1, 2, 3. */
static const char *l1_pll_fault(struct chip *c)
{
	static const uint32_t most[4] = { 0, 96 * MHZ, 48 * MHZ, 24 * MHZ };
	uint32_t in = l1_pll_in(c);

	if (in < 2u * MHZ || in > 24u * MHZ)
		return "PLL input not within 2 to 24 MHz";
	if (l1_pll(c) == 0)
		return "PLLMUL or PLLDIV reserved";
	if (l1_vco(c) > most[pwr_vos(c)])
		return "PLL oscillator too fast for this voltage range";
	return NULL;
}

static const struct init_word l1_resets[] = {
	{ 0x00 + 1, 0x00000300 }, { 0x04 + 1, 0x0000B000 }, { 0x1C + 1, 0x00008000 }, { 0, 0 }
};

/* HSI start-up 6 us, MSI 6 us in range 5 (30 in range 0; UNSURE: one figure for all), PLL lock
 * 160 us at most (DS6876 and DS17659, clock characteristics). */
const struct rcc_map rcc_l1 = {
	.cfgr_off = L1_CFGR, .csr_off = 0x34, .csr_power = 0x0C000000, .csr_other = CSR_PIN,
	.ppre1_shift = 8, .ppre2_shift = 11,
	.rstr_lo = 0x10, .rstr_hi = 0x18, .rstr_delta = 0x0C,
	.resets = l1_resets, .wake_on = CR_MSION,
	.hsi_hz = 16 * MHZ, .hsi_start_ns = 6000, .msi_start_ns = 6000,
	.pll_lock_ns = 160000, .pll = { { L1_CFGR, 0x00FD0000 } }, .msi_off = L1_ICSCR,
	.source_hz = l1_source, .pll_fault = l1_pll_fault,
};
