/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sleep.c - low-power modes: how deep a core that waits for an interrupt sleeps, which clocks that
 * stops, and whether a debugger still reaches the bus.
 *
 * After "Debug support for low-power modes", DBGMCU_CR, and "Low-power modes" of RM0008, RM0041,
 * RM0090 and RM0038: without its bit in DBGMCU_CR, Sleep has no HCLK and Stop neither HCLK nor
 * FCLK. That the access port then answers WAIT, in Sleep as well, is what users of F3 and F4 boards
 * report (probe-rs issues 350 and 2851). UNSURE: some chips read zeros instead of waiting, and
 * whether a debugger that holds C_DEBUGEN keeps HCLK alive; here it does not.
 * Standby is not modelled: it sleeps as Stop does. EXTI lines wake nobody.
 */
#include "sim/chip_priv.h"

/* DBGMCU_CR: DBG_SLEEP, DBG_STOP, DBG_STANDBY are bits 0, 1 and 2: depth less one. */
enum depth { AWAKE, SLEEP, STOP, STANDBY };

#define SCR_SLEEPDEEP (1u << 2)         /* ARMv7-M B3.2.7 */

static enum depth firmware_depth(struct chip *c)
{
	const struct core *co = &c->core;

	if (!co->sleeping || exc_wakes(c))
		return AWAKE;
	if (!(co->scr & SCR_SLEEPDEEP))
		return SLEEP;
	return pwr_standby(c) ? STANDBY : STOP;
}

static enum depth depth_now(struct chip *c)
{
	if (!c->power || c->nrst_low || c->core.halted)
		return AWAKE;
	switch (habit_state(c)) {
	case CHIP_SLEEPS: return SLEEP;
	case CHIP_STOPS: return STOP;
	default: return firmware_depth(c);
	}
}

static bool kept_alive(const struct chip *c, enum depth d)
{
	return d == AWAKE || (c->dbgmcu[1] >> (d - 1u) & 1u);
}

void sleep_settle(struct chip *c)
{
	enum depth d = depth_now(c);

	if ((d >= STOP) == c->stopped)
		return;
	chip_rebase(c, c->core.t_ps);
	c->stopped = d >= STOP;
	if (c->stopped) {
		rcc_enter_stop(c);
		if (d == STANDBY)
			chip_note_illegal(c, "not modelled: Standby, taken for Stop");
	}
	c->clocks_off = !kept_alive(c, c->stopped ? d : AWAKE);
	core_clock_changed(c);
}

bool chip_debug_clock(struct chip *c)
{
	chip_sync(c);
	return kept_alive(c, depth_now(c));
}
