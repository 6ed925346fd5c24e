/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * timers.c - the independent watchdog and the plain up-counters TIM2-4, 6, 7.
 *
 * A counter is a value at an instant (mark_ps); it is computed when somebody
 * looks. Capture, compare and down-counting are not modelled.
 */
#include "sim/chip_priv.h"

/* ---- TIMx: RM0008 15.4 ------------------------------------------------------------------------ */

enum { CR1 = 0, DIER = 3, SR = 4, EGR = 5, CNT = 9, PSC = 10, ARR = 11, N_REGS = 20 };
enum { CEN = 1u << 0, UDIS = 1u << 1, URS = 1u << 2, OPM = 1u << 3 };

/* DBGMCU_CR of the F1 (RM0008 31.16.3), DBGMCU_APB1_FZ of F4 and L1 (RM0090 38.16.4). */
static const struct {
	uint32_t base;
	uint8_t cr_bit, fz_bit;
} freeze_bits[] = {
	{ 0x40000000, 11, 0 }, { 0x40000400, 12, 1 }, { 0x40000800, 13, 2 },
	{ 0x40000C00, 18, 3 }, { 0x40001000, 19, 4 }, { 0x40001400, 20, 5 },
};

enum { DBGMCU_CR_OFF = 4 };

/* Stopped with the core, by DBG_TIMx_STOP; it is where the watchdog's bit is. */
static bool timer_frozen(const struct chip *c, const struct periph *p)
{
	unsigned off = c->kind->iwdg_freeze_off, i;

	for (i = 0; c->core.halted && i < ARRAY_LEN(freeze_bits); i++)
		if (freeze_bits[i].base == p->d->base)
			return c->dbgmcu[off / 4u] >> (off == DBGMCU_CR_OFF ? freeze_bits[i].cr_bit
									    : freeze_bits[i].fz_bit) & 1u;
	return false;
}

static bool running(const struct chip *c, const struct periph *p)
{
	return (p->reg[CR1] & CEN) && p->reg[ARR] && !timer_frozen(c, p);
}

/* aux holds the prescaler in use: PSC is loaded at each update. */
static uint64_t divider(const struct periph *p)
{
	return p->aux + 1u;
}

static uint64_t overflow_ps(struct chip *c, const struct periph *p)
{
	uint64_t cnt = p->reg[CNT], arr = p->reg[ARR];
	uint64_t left = cnt > arr ? 0x10000u - cnt + arr + 1u : arr + 1u - cnt;

	return p->mark_ps + chip_ticks_ps(left * divider(p), rcc_timer_hz(c, 1));
}

static void raise(struct chip *c, struct periph *p)
{
	p->reg[SR] |= 1u;
	if (p->reg[DIER] & 1u)
		exc_pend(c, 16u + p->d->irq);
}

static void timer_update(struct chip *c, struct periph *p, uint64_t t_ps)
{
	while (running(c, p) && t_ps >= overflow_ps(c, p)) {
		p->mark_ps = overflow_ps(c, p);
		p->reg[CNT] = 0;
		p->aux = p->reg[PSC];
		if (!(p->reg[CR1] & UDIS))
			raise(c, p);
		if (p->reg[CR1] & OPM)
			p->reg[CR1] &= ~(uint32_t)CEN;
	}
	/* The line is a level: it pends again while flag and enable are set. */
	if ((p->reg[SR] & p->reg[DIER] & 1u) && !c->core.active[16u + p->d->irq] &&
	    !c->core.pend[16u + p->d->irq])
		exc_pend(c, 16u + p->d->irq);
}

static void timer_rebase(struct chip *c, struct periph *p, uint64_t t_ps)
{
	uint64_t n;

	timer_update(c, p, t_ps);
	if (running(c, p) && t_ps > p->mark_ps) {
		n = chip_ticks(t_ps - p->mark_ps, rcc_timer_hz(c, 1)) / divider(p);
		p->reg[CNT] = (uint32_t)(p->reg[CNT] + n) & 0xFFFFu;
	}
	p->mark_ps = t_ps;
}

static uint32_t timer_count(struct chip *c, struct periph *p)
{
	uint64_t n;

	if (!running(c, p) || c->at_ps <= p->mark_ps)
		return p->reg[CNT];
	n = chip_ticks(c->at_ps - p->mark_ps, rcc_timer_hz(c, 1)) / divider(p);
	return (uint32_t)(p->reg[CNT] + n) & 0xFFFFu;
}

static void timer_reset(struct chip *c, struct periph *p)
{
	(void)c;
	p->reg[ARR] = 0xFFFFu;
}

static uint32_t timer_read(struct chip *c, struct periph *p, uint32_t off)
{
	timer_update(c, p, c->at_ps);
	if (off / 4u == CNT)
		return timer_count(c, p);
	return off / 4u < N_REGS && off / 4u != EGR ? p->reg[off / 4u] : 0;
}

static enum bus_result timer_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	unsigned r = off / 4u;

	if (r >= N_REGS)
		return BUS_OK;
	if (r == SR) {
		timer_update(c, p, c->at_ps);
		p->reg[SR] &= v;
		return BUS_OK;
	}
	timer_rebase(c, p, c->at_ps);
	if (r == EGR && v & 1u) {
		p->reg[CNT] = 0;
		p->aux = p->reg[PSC];
		if (!(p->reg[CR1] & (UDIS | URS)))
			raise(c, p);
	} else if (r != EGR) {
		p->reg[r] = v & 0xFFFFu;
	}
	return BUS_OK;
}

static uint64_t timer_next(struct chip *c, struct periph *p)
{
	if (!running(c, p) || !(p->reg[DIER] & 1u))
		return PS_NEVER;
	return overflow_ps(c, p);
}

const struct periph_ops timer_basic = {
	.reset = timer_reset, .read = timer_read, .write = timer_write,
	.next_ps = timer_next, .update = timer_update, .rebase = timer_rebase,
};

/* ---- IWDG: RM0008 19.4 -------------------------------------------------------------------------- */

enum { KR = 0, PR = 1, RLR = 2, WSR = 3, UNLOCKED = 8 };

static bool frozen(const struct chip *c)
{
	uint32_t reg = c->dbgmcu[c->kind->iwdg_freeze_off / 4u];

	return c->core.halted && (reg >> c->kind->iwdg_freeze_bit & 1u);
}

/* aux: LSI ticks gone since the last reload, up to mark_ps. */
static uint64_t iwdg_limit(const struct periph *p)
{
	unsigned pr = p->reg[PR] > 6 ? 6 : p->reg[PR];

	return (p->reg[RLR] + UINT64_C(1)) * (UINT64_C(4) << pr);
}

static uint64_t iwdg_next(struct chip *c, struct periph *p)
{
	uint64_t limit = iwdg_limit(p);

	if (!p->on || frozen(c))
		return PS_NEVER;
	limit = limit > p->aux ? limit - p->aux : 0;
	return p->mark_ps + chip_ticks_ps(limit, c->kind->lsi_hz);
}

static void iwdg_update(struct chip *c, struct periph *p, uint64_t t_ps)
{
	if (p->on && t_ps >= iwdg_next(c, p))
		c->reset_request |= RESET_IWDG;
}

static void iwdg_rebase(struct chip *c, struct periph *p, uint64_t t_ps)
{
	if (p->on && !frozen(c) && t_ps > p->mark_ps)
		p->aux += chip_ticks(t_ps - p->mark_ps, c->kind->lsi_hz);
	p->mark_ps = t_ps;
}

static void iwdg_reset(struct chip *c, struct periph *p)
{
	(void)c;
	p->reg[RLR] = 0xFFFu;
}

static uint32_t iwdg_read(struct chip *c, struct periph *p, uint32_t off)
{
	(void)c;
	return off == 4 || off == 8 ? p->reg[off / 4u] : 0;
}

bool iwdg_is_feed(uint32_t addr, uint32_t v)
{
	return addr == 0x40003000u && (v & 0xFFFFu) == 0xAAAAu;
}

void iwdg_fed_later(struct chip *c, uint64_t ps)
{
	unsigned i;

	for (i = 0; i < c->n_periphs; i++)
		if (c->periphs[i].d->ops == &iwdg)
			c->periphs[i].mark_ps += ps;
}

static enum bus_result iwdg_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	/* A reload makes its event later: whoever comes too early sees that there is none. */
	if (!iwdg_is_feed(p->d->base + off, v))
		c->replan = true;
	if (off == 0) {
		p->reg[UNLOCKED] = (v & 0xFFFFu) == 0x5555u;
		if ((v & 0xFFFFu) == 0xCCCCu)
			p->on = true;
		if ((v & 0xFFFFu) == 0xAAAAu || (v & 0xFFFFu) == 0xCCCCu) {
			p->aux = 0;
			p->mark_ps = c->at_ps;
		}
	} else if (p->reg[UNLOCKED] && off == 4) {
		p->reg[PR] = v & 7u;
	} else if (p->reg[UNLOCKED] && off == 8) {
		p->reg[RLR] = v & 0xFFFu;
	}
	return BUS_OK;
}

void iwdg_start(struct chip *c)
{
	unsigned i;

	for (i = 0; i < c->n_periphs; i++)
		if (c->periphs[i].d->ops == &iwdg) {
			c->periphs[i].on = true;
			c->periphs[i].aux = 0;
			c->periphs[i].mark_ps = c->core.t_ps;
		}
}

const struct periph_ops iwdg = {
	.reset = iwdg_reset, .read = iwdg_read, .write = iwdg_write, .untimed = true,
	.next_ps = iwdg_next, .update = iwdg_update, .rebase = iwdg_rebase,
};
