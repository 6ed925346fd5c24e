/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * chip.c - the virtual chip as a whole: making, time, reset, power, the oracle.
 *
 * Nothing here knows one family from another: that is in the const tables of
 * kinds.c. Time is explained in chip_priv.h.
 */
#include "sim/chip_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- time ------------------------------------------------------------------------ */

uint64_t chip_clock_ps(const struct chip *c)
{
	return c->clk->now_ns * PS_PER_NS;
}

/* Whole ticks of a clock of hz in dt. Nanosecond steps keep the product within 64 bits. */
uint64_t chip_ticks(uint64_t dt_ps, uint32_t hz)
{
	uint64_t ns = dt_ps / PS_PER_NS;

	return ns / 1000000000u * hz + ns % 1000000000u * hz / 1000000000u;
}

uint64_t chip_ticks_ps(uint64_t ticks, uint32_t hz)
{
	uint64_t ns;

	if (hz == 0 || ticks / hz > 1000000u)
		return PS_NEVER;
	ns = ticks / hz * 1000000000u + (ticks % hz * 1000000000u + hz - 1) / hz;
	return ns * PS_PER_NS;
}

static uint64_t next_event(struct chip *c)
{
	uint64_t best = systick_next_ps(c), cut = cut_next_ps(c);
	unsigned i;

	best = cut < best ? cut : best;

	for (i = 0; i < c->n_periphs; i++) {
		struct periph *p = &c->periphs[i];
		uint64_t at = p->d->ops->next_ps ? p->d->ops->next_ps(c, p) : PS_NEVER;

		if (at < best)
			best = at;
	}
	return best;
}

void chip_events(struct chip *c)
{
	uint64_t t_ps = c->core.t_ps;
	unsigned i;

	cut_settle(c);
	if (t_ps >= c->next_event_ps) {
		systick_update(c, t_ps);
		for (i = 0; i < c->n_periphs; i++) {
			struct periph *p = &c->periphs[i];

			if (p->d->ops->update)
				p->d->ops->update(c, p, t_ps);
		}
		c->replan = true;
	}
	if (c->reset_request != RESET_NONE) {
		unsigned cause = c->reset_request;

		c->reset_request = RESET_NONE;
		chip_reset(c, cause);
	}
	sleep_settle(c);
	if (c->replan) {
		c->replan = false;
		c->next_event_ps = next_event(c);
	}
}

void chip_rebase(struct chip *c, uint64_t t_ps)
{
	unsigned i;

	systick_rebase(c, t_ps);
	dwt_rebase(c, t_ps);
	for (i = 0; i < c->n_periphs; i++) {
		struct periph *p = &c->periphs[i];

		if (p->d->ops->rebase)
			p->d->ops->rebase(c, p, t_ps);
	}
	c->replan = true;
}

/* Where an idle core wakes at the latest: an event, the end of a stall, t_ps. */
static uint64_t idle_until(const struct chip *c, uint64_t t_ps)
{
	uint64_t stall = c->core.stall_until_ps;

	if (stall > c->core.t_ps && stall < t_ps)
		t_ps = stall;
	return c->next_event_ps < t_ps ? c->next_event_ps : t_ps;
}

void chip_pump(struct chip *c, uint64_t t_ps)
{
	struct core *co = &c->core;

	chip_events(c);
	while (co->t_ps < t_ps && c->power) {
		uint64_t end = habit_limit(c, t_ps);

		if (core_idle(c) || end <= co->t_ps)
			co->t_ps = idle_until(c, t_ps);
		else
			core_run(c, end, UINT64_MAX);
		chip_events(c);
	}
	habit_settle(c);
}

void chip_sync(struct chip *c)
{
	if (!c->power) {
		c->core.t_ps = chip_clock_ps(c);
		return;
	}
	chip_pump(c, chip_clock_ps(c));
	c->at_ps = chip_clock_ps(c);
	flash_settle(c);
}

void chip_idle_until(struct chip *c, uint64_t at_ns)
{
	if (at_ns > c->clk->now_ns)
		sim_clock_spend(c->clk, at_ns - c->clk->now_ns);
	chip_sync(c);
	sim_clock_forgive(c->clk);
}

/* ---- reset and power ---------------------------------------------------------------- */

static void reset_peripherals(struct chip *c)
{
	unsigned i;

	for (i = 0; i < c->n_periphs; i++) {
		struct periph *p = &c->periphs[i];

		memset(p->reg, 0, sizeof p->reg);
		p->mark_ps = c->core.t_ps;
		p->aux = 0;
		p->on = false;
		p->d->ops->reset(c, p);
	}
}

void chip_reset(struct chip *c, unsigned cause)
{
	c->rep.resets++;
	if (!(cause & RESET_CORE)) {
		uint32_t flags = c->rcc_periph->reg[RCC_FLAGS];

		flash_abort(c);
		c->swj_off = false;
		reset_peripherals(c);
		c->rcc_periph->reg[RCC_FLAGS] = cause & RESET_POWER ? 0 : flags;
		rcc_set_reset_flags(c, cause);
		c->kind->flash->reset(c, (cause & RESET_POWER) != 0);
		if (c->flash.wdg_hw)
			iwdg_start(c);
	}
	core_protect(c);
	core_reset(c, cause);
	habit_restart(c);
	if (!(cause & RESET_CORE))
		gpio_refresh(c);
	c->replan = true;
	c->next_event_ps = c->core.t_ps;
}

/* SRAM after power-on holds no particular content: a fixed pattern that is not blank. */
static void scramble_ram(struct chip *c)
{
	uint32_t x = 0x2545F491u;
	unsigned i;
	uint32_t k;

	for (i = 0; i < c->n_blocks; i++) {
		struct block *b = &c->blocks[i];

		if (b->d->type != BLOCK_RAM && b->d->type != BLOCK_CCM)
			continue;
		for (k = 0; k < b->d->size; k++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			b->host[k] = (uint8_t)x;
		}
		bus_dirty(c, b->d->base, b->d->size);
	}
}

void chip_power(struct chip *c, bool on)
{
	if (on == c->power)
		return;
	chip_sync(c);
	if (!on) {
		flash_abort(c);
		c->power = false;
		gpio_refresh(c);
		return;
	}
	c->power = true;
	c->core.t_ps = chip_clock_ps(c);
	c->attached = false;
	memset(c->dbgmcu, 0, sizeof c->dbgmcu);
	scramble_ram(c);
	debug_power_reset(c);
	chip_reset(c, RESET_POWER);
}

void chip_nrst(struct chip *c, bool low)
{
	chip_sync(c);
	if (low == c->nrst_low)
		return;
	c->nrst_low = low;
	if (c->power && low)
		chip_reset(c, RESET_PIN);
	if (c->power && !low) {
		exc_reset(c);
		c->replan = true;
	}
}

/* ---- debug port ------------------------------------------------------------------------ */

void chip_attach_debug(struct chip *c, bool attached)
{
	chip_sync(c);
	if (!c->power || attached == c->attached)
		return;
	c->attached = attached;
	if (attached)
		c->flash.debug_seen = true;
	core_protect(c);
}

bool chip_swd_ok(struct chip *c)
{
	chip_sync(c);
	return c->power && !c->swj_off && !c->flash.debug_off;
}

uint32_t chip_dpidr(struct chip *c)
{
	return chip_swd_ok(c) ? c->kind->dpidr : 0;
}

void chip_set_supply_mv(struct chip *c, unsigned mv)
{
	chip_sync(c);
	c->supply_mv = mv;
	if (c->power)
		clock_check(c);
}

void chip_set_hse(struct chip *c, uint32_t hz, bool is_signal)
{
	c->hse_hz = hz;
	c->hse_is_signal = is_signal;
}

unsigned chip_get_supply_mv(const struct chip *c)
{
	return c->power ? c->supply_mv : 0;
}

/* ---- making and ending --------------------------------------------------------------------- */

static unsigned count_sectors(const struct chip_kind *k)
{
	const struct sector_run *r;
	unsigned n = 0;

	for (r = k->runs; r->count; r++)
		n += r->count;
	return n;
}

static void collect_peripherals(struct chip *c)
{
	const struct periph_desc *d;

	for (d = c->kind->periphs; d->ops && c->n_periphs < MAX_PERIPHS; d++) {
		struct periph *p = &c->periphs[c->n_periphs++];

		p->d = d;
		if (d->arg == UINT32_MAX)
			c->rcc_periph = p;
	}
}

struct chip *chip_new(const struct chip_kind *kind, struct sim_clock *clk)
{
	struct chip *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->kind = kind;
	c->clk = clk;
	c->supply_mv = 3300;
	c->n_sectors = count_sectors(kind);
	memset(c->pin_drive, -1, sizeof c->pin_drive);
	memset(c->pin_level, -1, sizeof c->pin_level);
	collect_peripherals(c);
	if (bus_init(c) != BUS_OK || core_init(c) != BUS_OK) {
		chip_free(c);
		return NULL;
	}
	flash_init(c);
	chip_power(c, true);
	c->rep.resets = 0;
	return c;
}

void chip_free(struct chip *c)
{
	if (!c)
		return;
	cut_disarm(c);
	core_free(c);
	bus_free(c);
	free(c);
}

const struct chip_kind *chip_get_kind(const struct chip *c)
{
	return c->kind;
}

/* ---- the oracle -------------------------------------------------------------------------------- */

const char *chip_who(const struct chip *c)
{
	return c->acc_by == BY_DEBUG ? "debugger" : "core";
}

void chip_note_illegal(struct chip *c, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	if (c->rep.illegal < MAX_ILLEGAL) {
		text = c->illegal[c->rep.illegal];
		n = snprintf(text, ILLEGAL_TEXT, "%llu ns, %s: ",
			     (unsigned long long)(c->at_ps / PS_PER_NS), chip_who(c));
		va_start(ap, fmt);
		if (n > 0 && n < ILLEGAL_TEXT)
			(void)vsnprintf(text + n, (size_t)(ILLEGAL_TEXT - n), fmt, ap);
		va_end(ap);
	}
	c->rep.illegal++;
	c->rep.illegal_debugger += c->acc_by == BY_DEBUG;
}

const char *chip_illegal(const struct chip *c, size_t n)
{
	return n < MAX_ILLEGAL && n < c->rep.illegal ? c->illegal[n] : NULL;
}

void chip_get_report(struct chip *c, struct chip_report *out)
{
	chip_sync(c);
	*out = c->rep;
	out->flash_base = c->kind->flash_base;
	out->flash_bytes = c->kind->flash_bytes;
	out->instructions = c->core.insns;
	out->protected = c->flash.rdp;
	out->flash_locked = c->kind->flash->locked(c);
	out->core_halted = c->core.halted;
	out->debug_enabled = (c->core.dhcsr & 1u) != 0;
	out->dbgmcu_cr = c->dbgmcu[1];
	out->demcr = c->core.demcr;
	out->hclk_hz = rcc_hclk_hz(c);
}

bool chip_peek(struct chip *c, uint32_t addr, uint32_t *value)
{
	const uint8_t *host;

	chip_sync(c);
	host = addr % 4u == 0 ? bus_host(c, addr, 4) : NULL;
	if (host)
		*value = get_mem(host, 4);
	return host != NULL;
}

uint32_t chip_core_reg(struct chip *c, unsigned n)
{
	chip_sync(c);
	return core_reg(c, n);
}

uint8_t *chip_flash(struct chip *c, size_t *len)
{
	if (len)
		*len = c->kind->flash_bytes;
	return bus_host(c, c->kind->flash_base, c->kind->flash_bytes);
}

void chip_flash_changed(struct chip *c)
{
	bus_dirty(c, c->kind->flash_base, c->kind->flash_bytes);
}

uint32_t chip_sector_erases(const struct chip *c, size_t n)
{
	return n < c->n_sectors ? c->flash.sector_erases[n] : 0;
}

size_t chip_sector_count(const struct chip *c)
{
	return c->n_sectors;
}

uint32_t chip_sector_addr(const struct chip *c, size_t n, uint32_t *len)
{
	const struct sector_run *r;
	uint32_t addr = c->kind->flash_base;

	for (r = c->kind->runs; r->count; r++) {
		if (n < r->count) {
			if (len)
				*len = r->size;
			return addr + (uint32_t)n * r->size;
		}
		n -= r->count;
		addr += r->count * r->size;
	}
	if (len)
		*len = 0;
	return 0;
}

bool chip_set_protected(struct chip *c, unsigned level)
{
	bool has;

	chip_sync(c);
	has = c->kind->flash->set_rdp(c, level);
	core_protect(c);
	return has;
}

void chip_write_protect(struct chip *c, size_t sector, bool on)
{
	chip_sync(c);
	if (sector < c->n_sectors)
		c->kind->flash->set_wrp(c, sector, on);
}

void chip_poke_idcode(struct chip *c, uint32_t idcode)
{
	c->idcode = idcode;
}

void chip_poke_size_register(struct chip *c, uint16_t kib)
{
	info_put(c, c->kind->size_reg, 2, kib);
}
