/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_poll.c - pass over waiting loops without executing each turn.
 *
 * Code that waits (for BSY, for a word that the debugger will write) comes back
 * to the same instruction with the same registers, having stored nothing but the
 * watchdog's reload and having read no device but a busy flash controller. Every further turn is then
 * the same until an event, the debugger, or the end of the flash operation
 * changes something; whole turns up to that instant are added to time and
 * instruction count at once. The result is exactly that of executing them.
 */
#include "sim/chip_priv.h"

#include <string.h>

#include <unicorn/unicorn.h>

#define NO_PC UINT32_MAX
#define LONGEST_TURN 64u        /* instructions; longer loops are executed */
#define GAP_LEAST 16u
#define GAP_MOST 256u

/* Everything that can differ between two turns. FPU registers count on the M4: a loop may
 * wait in them alone. */
static void snapshot(struct chip *c, struct poll_state *s)
{
	static const int core_regs[16] = {
		UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3, UC_ARM_REG_R4,
		UC_ARM_REG_R5, UC_ARM_REG_R6, UC_ARM_REG_R7, UC_ARM_REG_R8, UC_ARM_REG_R9,
		UC_ARM_REG_R10, UC_ARM_REG_R11, UC_ARM_REG_R12, UC_ARM_REG_SP, UC_ARM_REG_LR,
		UC_ARM_REG_XPSR
	};
	int i;

	memset(s, 0, sizeof *s);
	for (i = 0; i < 16; i++)
		(void)uc_reg_read(c->core.uc, core_regs[i], &s->r[i]);
	for (i = 0; c->kind->m4 && i < 16; i++)
		(void)uc_reg_read(c->core.uc, UC_ARM_REG_D0 + i, &s->d[i]);
	s->stores = c->core.stores;
	s->device_reads = c->core.device_reads;
}

void core_poll_start(struct chip *c)
{
	c->core.poll.pc = NO_PC;
	c->core.poll.wait = GAP_LEAST;
	c->core.poll.gap = GAP_LEAST;
}

static void arm(struct chip *c, uint32_t addr)
{
	struct poll *p = &c->core.poll;

	p->pc = addr;
	p->wait = LONGEST_TURN;
	p->t_ps = c->core.t_ps;
	p->insns = c->core.insns;
	p->flash_read = p->fed = false;
	snapshot(c, &p->state);
}

static void back_off(struct poll *p)
{
	p->pc = NO_PC;
	p->gap = p->gap * 2u > GAP_MOST ? GAP_MOST : p->gap * 2u;
	p->wait = p->gap;
}

static void skip_turns(struct chip *c)
{
	struct core *co = &c->core;
	uint64_t turn_ps = co->t_ps - co->poll.t_ps, turn = co->insns - co->poll.insns;
	uint64_t until = co->stop_ps, k;

	if (co->poll.flash_read && c->flash.busy_until_ps < until)
		until = c->flash.busy_until_ps;
	if (turn_ps == 0 || until <= co->t_ps + turn_ps)
		return;
	k = (until - co->t_ps - 1u) / turn_ps;
	if (k > (co->slice_budget - co->slice_insns) / turn)
		k = (co->slice_budget - co->slice_insns) / turn;
	co->t_ps += k * turn_ps;
	co->insns += k * turn;
	co->slice_insns += k * turn;
	if (co->poll.fed)
		iwdg_fed_later(c, k * turn_ps);
}

void core_poll(struct chip *c, uint32_t addr)
{
	struct poll *p = &c->core.poll;
	struct poll_state now;

	if (addr != p->pc) {
		if (p->pc == NO_PC)
			arm(c, addr);
		else
			back_off(p);
		return;
	}
	snapshot(c, &now);
	if (memcmp(&now, &p->state, sizeof now) != 0) {
		back_off(p);
		return;
	}
	skip_turns(c);
	p->gap = GAP_LEAST;
	arm(c, addr);
}
