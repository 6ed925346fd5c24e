/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * habit.c - what the firmware on a chip does to its debug port soon after it starts.
 *
 * Stands in for firmware that enters SLEEP or STOP, or gives the SWD pins another use: the
 * chip does so by itself, whatever is in flash. As on silicon it comes anew after each reset and
 * each time a debugger lets the core run; sleep.c says what it means for the debugger. Code in
 * SRAM, such as a debugger's flash loader, is not the firmware: the habit waits until it is over.
 */
#include "sim/chip_priv.h"

/* How long the firmware runs first: clocks and pins are set up. No figure of a real program;
 * long enough for a debugger that asks for a halt right after reset, short for any other. */
#define HABIT_PS (UINT64_C(1000000) * PS_PER_NS)
#define RESETS_PS (20u * HABIT_PS)      /* a watchdog is given more time than that */

#define REGION_SRAM 1u          /* ARMv7-M B3.1: 20000000 to 3FFFFFFF */

/* The firmware does not execute. */
static bool held(struct chip *c)
{
	return !c->power || c->nrst_low || c->core.halted ||
	       core_reg(c, REG_PC) >> 29 == REGION_SRAM;
}

static bool due(struct chip *c)
{
	return c->habit != CHIP_STAYS && c->core.t_ps >= c->habit_ps && !held(c);
}

static bool sleeps(enum chip_habit h)
{
	return h == CHIP_SLEEPS || h == CHIP_STOPS;
}

static bool is_timed(enum chip_habit h)
{
	return sleeps(h) || h == CHIP_RESETS;
}

enum chip_habit habit_state(struct chip *c)
{
	return due(c) ? c->habit : CHIP_STAYS;
}

void habit_restart(struct chip *c)
{
	c->habit_ps = c->core.t_ps + (c->habit == CHIP_RESETS ? RESETS_PS : HABIT_PS);
}

uint64_t habit_limit(struct chip *c, uint64_t t_ps)
{
	if (!is_timed(c->habit) || c->habit_ps > t_ps || held(c))
		return t_ps;
	return c->habit_ps;
}

void habit_settle(struct chip *c)
{
	if (c->habit == CHIP_STAYS)
		return;
	if (held(c))
		habit_restart(c);
	else if (due(c) && c->habit == CHIP_DROPS_SWD)
		c->swj_off = true;
	else if (due(c) && c->habit == CHIP_RESETS)
		c->reset_request |= RESET_IWDG;
	else if (due(c))
		c->core.sleeping = true;
}

void chip_set_habit(struct chip *c, enum chip_habit h)
{
	bool was_due;

	chip_sync(c);
	was_due = due(c);
	if (was_due && c->habit == CHIP_DROPS_SWD)
		c->swj_off = false;
	if (was_due && sleeps(c->habit))
		c->core.sleeping = false;
	c->habit = h;
	c->habit_ps = c->core.t_ps;     /* a chip found in that state, not one just reset */
	habit_settle(c);
}
