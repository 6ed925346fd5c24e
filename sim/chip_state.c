/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * chip_state.c - the digest of a chip's state.
 *
 * The struct is copied and taken as a whole after what does not count has been set to zero: a field
 * that is added later counts until somebody says here that it does not. Forgetting one makes states
 * differ that are alike, never the other way round.
 */
#include "sim/state.h"

#include <stdlib.h>
#include <string.h>

#include "sim/chip_priv.h"

static void take_core_registers(struct state_digest *d, struct chip *c)
{
	for (unsigned n = 0; n <= REG_PSP; n++) {
		uint32_t v = core_reg(c, n);

		state_take(d, &v, sizeof(v));
	}
	for (unsigned n = 0; c->kind->m4 && n < 32; n++) {
		uint32_t v = core_reg(c, REG_S0 + n);

		state_take(d, &v, sizeof(v));
	}
}

/* How the host's engine gets along, and what has been counted. */
static void forget_engine(struct core *co)
{
	co->t_ps = co->stop_ps = co->insns = co->slice_budget = co->slice_insns = co->stall_until_ps = 0;
	co->stores = co->device_reads = co->retired_at = 0;
	co->last_pc = co->start_pc = 0;
	memset(&co->poll, 0, sizeof(co->poll));
	memset(&co->code, 0, sizeof(co->code));
	memset(&co->fix, 0, sizeof(co->fix));
	if (co->it.state == 0)
		co->it.pc = 0;
	co->dcrdr = 0;          /* of the last transfer; who uses it fills it anew */
	/* What counts by itself is never in a state in which it was before. */
	if (!(co->dwt.ctrl & 1u))
		co->dwt.mark_ps = 0;
	if (!(co->systick_ctrl & 1u))
		co->systick_mark_ps = 0;
}

static uint64_t left(uint64_t until_ps, uint64_t now_ps)
{
	return until_ps >= PS_NEVER ? PS_NEVER : until_ps > now_ps ? until_ps - now_ps : 0;
}

/* What is still to come counts by the time until then. */
static void forget_time(struct chip *c, uint64_t now_ps)
{
	c->at_ps = c->next_event_ps = 0;
	c->habit_ps = left(c->habit_ps, now_ps);
	c->flash.busy_until_ps = c->flash.op == FLASH_IDLE ? 0 : left(c->flash.busy_until_ps, now_ps);
	for (unsigned i = 0; i < N_OSC; i++)
		c->osc_ready_ps[i] = left(c->osc_ready_ps[i], now_ps);
}

/* Where the last flash operation was, and when the supply failed that is there again. */
static void forget_operation(struct chip *c)
{
	if (c->flash.op == FLASH_IDLE)
		c->flash.op_addr = c->flash.op_len = 0;
	if (c->cut.left > 0 || c->cut.due)
		return;
	c->cut.when = CHIP_CUT_BEFORE;
	c->cut.at_ps = 0;
}

static void forget_counts(struct chip *c)
{
	memset(c->flash.sector_erases, 0, sizeof(c->flash.sector_erases));
	memset(&c->rep, 0, sizeof(c->rep));
	memset(c->illegal, 0, sizeof(c->illegal));
	c->cut.operations = 0;
	c->acc_by = BY_CORE;
	for (unsigned i = 0; i < c->n_blocks; i++)
		c->blocks[i].dirty_lo = c->blocks[i].dirty_hi = 0;
}

/* The time base of what does not run is stale. */
static void take_time_bases(struct state_digest *d, struct chip *c, struct chip *copy)
{
	for (unsigned i = 0; i < c->n_periphs; i++) {
		struct periph *p = &c->periphs[i];
		uint64_t next = p->d->ops->next_ps ? p->d->ops->next_ps(c, p) : PS_NEVER;

		next = left(next, c->core.t_ps);
		state_take(d, &next, sizeof(next));
		copy->periphs[i].mark_ps = 0;
	}
}

bool state_take_chip(struct state_digest *d, struct chip *c)
{
	struct chip *copy = malloc(sizeof(*copy));

	if (!copy)
		return false;
	chip_sync(c);
	memcpy(copy, c, sizeof(*copy));
	take_time_bases(d, c, copy);
	take_core_registers(d, c);
	forget_engine(&copy->core);
	forget_time(copy, c->core.t_ps);
	forget_counts(copy);
	forget_operation(copy);
	state_take(d, copy, sizeof(*copy));
	for (unsigned i = 0; i < c->n_blocks; i++)
		state_take(d, c->blocks[i].host, c->blocks[i].d->size);
	free(copy);
	return true;
}
