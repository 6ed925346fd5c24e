/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * clock_rules.c - how fast a chip may run: its clocks against the data sheet, the regulator's
 * voltage range, and the wait states of flash.
 *
 * After the flash and power chapters of RM0008, RM0090, RM0368 and RM0038. Silicon does not say
 * when such a rule is broken: it fails some day. So nothing is refused here, and each act after
 * which a rule is newly broken is counted as illegal.
 */
#include "sim/chip_priv.h"

enum clock_rule { RULE_NONE, RULE_SYSCLK, RULE_VOS, RULE_APB1, RULE_APB2, RULE_WAITS };

static unsigned wait_states(const struct chip *c)
{
	return c->flash.acr & c->kind->limits->latency_mask;
}

/* The highest clock at which flash can be read now. */
static uint64_t flash_hz(const struct chip *c)
{
	const struct wait_row *r = c->kind->limits->waits;
	unsigned vos = pwr_vos(c);

	for (; r && r->step_hz; r++)
		if ((r->vos == 0 || r->vos == vos) && c->supply_mv >= r->least_mv)
			return (uint64_t)r->step_hz * (wait_states(c) + 1u);
	return UINT64_MAX;
}

static enum clock_rule broken_rule(struct chip *c)
{
	const struct clock_limits *l = c->kind->limits;
	uint32_t sysclk = rcc_sysclk_hz(c), hclk = rcc_hclk_hz(c);
	const struct vos_desc *vos = c->kind->vos;

	if (sysclk > l->hclk_hz)
		return RULE_SYSCLK;
	if (vos && sysclk > vos->most_hz[pwr_vos(c)])
		return RULE_VOS;
	if (rcc_pclk_hz(c, 1) > l->apb1_hz)
		return RULE_APB1;
	if (rcc_pclk_hz(c, 2) > l->apb2_hz)
		return RULE_APB2;
	if ((l->by_sysclk ? sysclk : hclk) > flash_hz(c))
		return RULE_WAITS;
	return RULE_NONE;
}

void clock_check(struct chip *c)
{
	const struct clock_limits *l = c->kind->limits;
	enum clock_rule rule = broken_rule(c);

	if ((unsigned)rule == c->clock_rule)
		return;
	c->clock_rule = rule;
	switch (rule) {
	case RULE_NONE:
		break;
	case RULE_SYSCLK:
		chip_note_illegal(c, "system clock of %u Hz, %u allowed",
				  (unsigned)rcc_sysclk_hz(c), (unsigned)l->hclk_hz);
		break;
	case RULE_VOS:
		chip_note_illegal(c, "system clock of %u Hz, VOS %u allows %u",
				  (unsigned)rcc_sysclk_hz(c), pwr_vos(c),
				  (unsigned)c->kind->vos->most_hz[pwr_vos(c)]);
		break;
	case RULE_APB1:
		chip_note_illegal(c, "APB1 clock of %u Hz, %u allowed",
				  (unsigned)rcc_pclk_hz(c, 1), (unsigned)l->apb1_hz);
		break;
	case RULE_APB2:
		chip_note_illegal(c, "APB2 clock of %u Hz, %u allowed",
				  (unsigned)rcc_pclk_hz(c, 2), (unsigned)l->apb2_hz);
		break;
	case RULE_WAITS:
		chip_note_illegal(c, "flash read at %u Hz with %u wait states",
				  (unsigned)(l->by_sysclk ? rcc_sysclk_hz(c) : rcc_hclk_hz(c)),
				  wait_states(c));
		break;
	}
}
