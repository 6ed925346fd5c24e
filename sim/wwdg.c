/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * wwdg.c - the window watchdog: counts down with PCLK1, resets when it is refreshed too late or too
 * early.
 *
 * After RM0008 20 (WWDG_CR, WWDG_CFR) and the same chapter of RM0041, RM0038 and RM0090; the freeze
 * bit after DBGMCU_CR or DBGMCU_APB1_FZ. Without its clock (WWDGEN) it stands still. Its early wakeup
 * interrupt is not modelled: EWI is counted as illegal when it is set.
 */
#include "sim/chip_priv.h"

enum { CR = 0, CFR = 1, T_MASK = 0x7F, WDGA = 0x80, T_LAST = 0x3F, EWI = 1u << 9 };
enum { DBGMCU_CR_OFF = 4, CR_FREEZE_BIT = 9, FZ_FREEZE_BIT = 11 };

static bool counts(struct chip *c, const struct periph *p)
{
	unsigned off = c->kind->iwdg_freeze_off;
	unsigned bit = off == DBGMCU_CR_OFF ? CR_FREEZE_BIT : FZ_FREEZE_BIT;

	if (c->core.halted && (c->dbgmcu[off / 4u] >> bit & 1u))
		return false;
	return (p->reg[CR] & WDGA) && periph_clocked(c, p) && rcc_pclk_hz(c, 1);
}

/* Clocks of PCLK1 in a count. */
static uint64_t divider(const struct periph *p)
{
	return UINT64_C(4096) << (p->reg[CFR] >> 7 & 3u);
}

/* aux: clocks of PCLK1 gone in this count, up to mark_ps. */
static uint64_t wwdg_next(struct chip *c, struct periph *p)
{
	uint64_t t = p->reg[CR] & T_MASK, clocks;

	if (!counts(c, p))
		return PS_NEVER;
	clocks = t > T_LAST ? (t - T_LAST) * divider(p) - p->aux : 0;
	return p->mark_ps + chip_ticks_ps(clocks, rcc_pclk_hz(c, 1));
}

static void wwdg_update(struct chip *c, struct periph *p, uint64_t t_ps)
{
	if (t_ps >= wwdg_next(c, p))
		c->reset_request |= RESET_WWDG;
}

static void wwdg_rebase(struct chip *c, struct periph *p, uint64_t t_ps)
{
	uint64_t t = p->reg[CR] & T_MASK, gone;

	if (counts(c, p) && t_ps > p->mark_ps) {
		p->aux += chip_ticks(t_ps - p->mark_ps, rcc_pclk_hz(c, 1));
		gone = p->aux / divider(p);
		p->aux %= divider(p);
		p->reg[CR] = (p->reg[CR] & ~(uint32_t)T_MASK) | (uint32_t)(gone < t ? t - gone : 0);
	}
	p->mark_ps = t_ps;
}

static void wwdg_reset(struct chip *c, struct periph *p)
{
	(void)c;
	p->reg[CR] = p->reg[CFR] = T_MASK;
}

static uint32_t wwdg_read(struct chip *c, struct periph *p, uint32_t off)
{
	wwdg_rebase(c, p, c->at_ps);
	return off / 4u <= CFR ? p->reg[off / 4u] : 0;
}

static enum bus_result wwdg_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	wwdg_rebase(c, p, c->at_ps);
	if (off / 4u == CFR) {
		p->reg[CFR] = v & 0x1FFu;
		if (v & EWI)
			chip_note_illegal(c, "not modelled: WWDG early wakeup interrupt");
	}
	if (off / 4u != CR)
		return BUS_OK;
	if (counts(c, p) && (p->reg[CR] & T_MASK) > (p->reg[CFR] & T_MASK))
		c->reset_request |= RESET_WWDG;         /* too early */
	p->reg[CR] = (p->reg[CR] & WDGA) | (v & (WDGA | T_MASK));
	p->aux = 0;
	return BUS_OK;
}

const struct periph_ops wwdg = {
	.reset = wwdg_reset, .read = wwdg_read, .write = wwdg_write,
	.next_ps = wwdg_next, .update = wwdg_update, .rebase = wwdg_rebase,
};
