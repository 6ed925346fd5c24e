/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rcc_priv.h - between rcc.c, which every family shares, and the clock trees of rcc_trees.c
 * and the limits of clock_rules.c.
 */
#ifndef SIM_RCC_PRIV_H
#define SIM_RCC_PRIV_H

#include <stdbool.h>
#include <stdint.h>

struct chip;
struct init_word;

/* RCC_CR, the same place in all families here (RM0008, RM0090, RM0038, RCC register maps). */
enum { CR = 0x00, CR_HSION = 1u << 0, CR_MSION = 1u << 8, CR_HSEON = 1u << 16,
       CR_HSEBYP = 1u << 18, CR_PLLON = 1u << 24 };
enum { CSR_LSION = 1u << 0, CSR_LSIRDY = 1u << 1, CSR_RMVF = 1u << 24, CSR_PIN = 1u << 26,
       CSR_SOFT = 1u << 28, CSR_IWDG = 1u << 29, CSR_WWDG = 1u << 30 };

/* Clock tree of a family. */
struct rcc_map {
	uint32_t cfgr_off, csr_off;
	uint32_t csr_power, csr_other;          /* reset flags: after power-on, of every reset */
	unsigned ppre1_shift, ppre2_shift;
	uint32_t rstr_lo, rstr_hi, rstr_delta;  /* reset registers; + delta = enable register */
	const struct init_word *resets;         /* offset + 1 and reset value, 0 ends */
	uint32_t wake_on;                       /* in RCC_CR: the oscillator that STOP wakes with */
	uint32_t hsi_hz;
	uint32_t hsi_start_ns, msi_start_ns, pll_lock_ns;       /* at most, data sheets */
	/* Where the PLL's factors are, frozen while it runs: offsets and masks, mask 0: none. */
	struct { uint32_t off, mask; } pll[2];
	uint32_t msi_off;                       /* register of the MSI's range, 0: no MSI */
	uint32_t (*source_hz)(struct chip *c, unsigned sw);     /* 0: not ready */
	/* What the PLL's factors break, NULL: nothing. */
	const char *(*pll_fault)(struct chip *c);
};

uint32_t rcc_reg(const struct chip *c, uint32_t off);
/* Frequencies of oscillators, 0 while they are not ready. */
uint32_t rcc_hse_hz(const struct chip *c);
uint32_t rcc_hsi_hz(const struct chip *c);
bool rcc_msi_ready(const struct chip *c);
bool rcc_pll_ready(const struct chip *c);

#endif
