/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * measure.c - the steps, from the probe to the firmware; each finds one thing out and tells it.
 */
#include "doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "flash/flash.h"

enum { FOUND_MAX = 200 };

/* Resets are watched for through one and a half of the shortest watchdog times that are in use. */
enum { WATCH_MS = 300, WATCH_EVERY_US = 10000 };

#define DHCSR         UINT32_C(0xE000EDF0)      /* ARMv7-M C1.6.2 */
#define DHCSR_S_RESET (UINT32_C(1) << 25)       /* sticky, cleared by the read */

static void tell(const struct doctor *d, const char *what, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void tell(const struct doctor *d, const char *what, const char *fmt, ...)
{
	char found[FOUND_MAX];
	va_list ap;

	if (!d->tell)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(found, sizeof(found), fmt, ap);
	va_end(ap);
	d->tell(d->priv, what, found);
}

/* ---- the probe ---- */

static enum sl_err look_probe(struct doctor *d)
{
	const struct link_version *v = link_get_version(d->link);
	enum link_mode mode = LINK_MASS;
	enum sl_err err = link_get_mode(d->link, d->ctx, &mode);

	d->facts.opened = true;
	d->facts.generation = v->stlink;
	d->facts.caps = *link_get_caps(d->link);
	d->facts.clock_fixed = d->speed_khz && !d->facts.caps.swd_freq && !d->facts.caps.com_freq;
	tell(d, "probe", "%.160s", link_describe(d->link));
	if (!err)
		tell(d, "firmware", "%s, commands of API v%u, mode %d%s", v->text, d->facts.caps.api,
		     (int)mode, d->facts.caps.swd ? "" : ", no SWD (a board with an STM8)");
	return err;
}

static enum sl_err look_supply(struct doctor *d)
{
	struct doctor_facts *f = &d->facts;
	enum sl_err err = link_supply_mv(d->link, d->ctx, &f->supply_mv, &f->supply_measured);

	f->supply_lost = err != SL_OK;
	if (err)
		return err;
	if (f->supply_measured)
		tell(d, "supply", "%u.%02u V at the probe's VAPP pin", f->supply_mv / 1000,
		     f->supply_mv / 10 % 100);
	else
		tell(d, "supply", "%s", f->caps.voltage ? "not to be had: the probe's reference is 0" :
							  "this probe cannot measure it");
	return SL_OK;
}

/* ---- the wires ---- */

static enum sl_err look_tries(struct doctor *d)
{
	const struct climb *c = &d->facts.climb;

	d->facts.slowed = link_was_slowed(d->link);
	for (size_t i = 0; i < c->n; i++) {
		const struct climb_try *t = &c->tries[i];
		bool says_more = t->fault.code && (t->dpidr || t->fault.code != SL_NOTARGET);
		char id[32] = "no debug port", clock[24] = "";

		if (t->dpidr)
			(void)snprintf(id, sizeof(id), "debug port id %08x", (unsigned)t->dpidr);
		if (t->khz)
			(void)snprintf(clock, sizeof(clock), " at %u kHz", t->khz);
		tell(d, "SWD", "%s%s: %s%s%.120s", target_connect_name(t->how), clock, id,
		     says_more ? "; " : "", says_more ? t->fault.text : "");
	}
	return SL_OK;
}

static bool slow_was_tried(const struct doctor_facts *f)
{
	for (size_t i = 0; i < f->climb.n; i++)
		if (f->climb.tries[i].how == CONNECT_SLOW)
			return true;
	return false;
}

/* A clock that the user fixed, too fast for the wires, looks like no chip at all. */
static enum sl_err look_clocks(struct doctor *d)
{
	static const unsigned falling[] = { 480, 100, 15, 5 };
	struct doctor_facts *f = &d->facts;
	bool can = f->caps.swd_freq || f->caps.com_freq;

	if (!can || f->climb.n == 0 || f->climb.tries[0].dpidr || slow_was_tried(f) ||
	    f->climb.tries[0].fault.code != SL_NOTARGET)
		return SL_OK;
	for (size_t i = 0; i < ARRAY_LEN(falling) && !f->id_at_khz; i++) {
		const struct link_options o = { .speed_khz = falling[i] };
		enum sl_err err = ctx_interrupted(d->ctx);

		if (err)
			return err;
		if (d->speed_khz && falling[i] >= d->speed_khz)
			continue;
		if (!link_enter_swd(d->link, d->ctx, &o))
			f->id_at_khz = link_get_speed_khz(d->link);
		tell(d, "SWD", "%u kHz: %s", falling[i], f->id_at_khz ? "a debug port answers" : "nothing");
		ctx_clear(d->ctx);
		err = link_leave(d->link, d->ctx);
		if (err)
			return err;
	}
	return SL_OK;
}

/* ---- the chip ---- */

static enum sl_err look_chip(struct doctor *d)
{
	const struct target_info *i = target_get_info(d->target);

	d->facts.attached = true;
	d->facts.info = *i;
	d->facts.has_driver = i->chip && flash_has_driver(i->chip);
	tell(d, "core", "CPUID %08x: %s; debug port id %08x", (unsigned)i->cpuid,
	     i->core ? i->core->name : "unknown", (unsigned)i->dpidr);
	tell(d, "chip", "IDCODE %08x (device id %03x): %s", (unsigned)i->idcode, i->dev_id,
	     i->chip ? target_chip_names(i->chip->devices).s : "unknown");
	return SL_OK;
}

static enum sl_err look_memory(struct doctor *d)
{
	static const char *const levels[] = {
		[PROTECTION_NONE] = "none", [PROTECTION_LEVEL1] = "level 1",
		[PROTECTION_LEVEL2] = "level 2", [PROTECTION_UNKNOWN] = "unknown",
	};
	const struct target_info *i = &d->facts.info;

	if (!i->chip)
		return SL_OK;
	tell(d, "flash size", "the register reads 0x%04x: %u KiB%s", i->flash_kb_register,
	     (unsigned)i->flash_kb, i->flash_kb_assumed ? " are assumed" : "");
	tell(d, "protection", "%s", levels[i->protection]);
	tell(d, "driver", "controller %s: %s", i->chip->controller,
	     d->facts.has_driver ? "has a driver" : "has none");
	return SL_OK;
}

static enum sl_err look_debug_bits(struct doctor *d)
{
	uint32_t addr = 0, value = 0;
	enum sl_err err = target_debug_bits(d->target, d->ctx, &addr, &value);

	if (!err && addr)
		tell(d, "DBGMCU", "0x%08x reads 0x%08x%s", (unsigned)addr, (unsigned)value,
		     value & 7 ? ": low-power debug is on; the firmware or another tool set it" : "");
	return err;
}

static enum sl_err look_state(struct doctor *d)
{
	static const char *const states[] = {
		[TARGET_RUNNING] = "running", [TARGET_HALTED] = "halted", [TARGET_SLEEPING] = "sleeping",
		[TARGET_LOCKUP] = "locked up", [TARGET_IN_RESET] = "held in reset",
	};
	struct doctor_facts *f = &d->facts;
	enum sl_err err = target_get_state(d->target, d->ctx, &f->state);

	f->state_known = !err;
	if (!err)
		tell(d, "core state", "%s", states[f->state]);
	return err;
}

/* The first words of flash: initial stack pointer and reset vector (ARMv7-M B1.5.3). */
static enum sl_err look_vectors(struct doctor *d)
{
	const struct chip_row *chip = d->facts.info.chip;
	uint32_t sp = 0, pc = 0;
	enum sl_err err;

	if (!chip || d->facts.info.protection == PROTECTION_LEVEL1)
		return SL_OK;
	err = link_read32(d->link, d->ctx, chip->flash_base, &sp);
	if (!err)
		err = link_read32(d->link, d->ctx, chip->flash_base + 4, &pc);
	if (err)
		return err;
	d->facts.blank = sp == pc && (sp == UINT32_MAX || sp == 0);
	if (d->discreet)
		tell(d, "firmware", "%s", d->facts.blank ? "flash is blank" : "there is some");
	else
		tell(d, "firmware", "stack pointer %08x, reset vector %08x%s", (unsigned)sp, (unsigned)pc,
		     d->facts.blank ? ": flash is blank" : "");
	return SL_OK;
}

/* One look for a reset since the last. One that still lasts is no other: somebody has a finger on the
 * button. */
static enum sl_err look_for_reset(struct doctor *d, bool *lasts)
{
	uint32_t dhcsr = 0;
	enum sl_err err = link_read32(d->link, d->ctx, DHCSR, &dhcsr);

	if (err || !(dhcsr & DHCSR_S_RESET)) {
		*lasts = false;
		return err;
	}
	d->facts.resets += !*lasts;
	err = link_read32(d->link, d->ctx, DHCSR, &dhcsr);
	*lasts = !err && (dhcsr & DHCSR_S_RESET);
	return err;
}

/* A core that is halted here runs nothing that could reset it. */
static enum sl_err look_resets(struct doctor *d)
{
	struct deadline end = ctx_deadline(d->ctx, WATCH_MS);
	struct doctor_facts *f = &d->facts;
	uint32_t dhcsr = 0;
	bool lasts = false;
	enum sl_err err;

	if (!f->state_known || f->state == TARGET_HALTED || f->state == TARGET_IN_RESET)
		return SL_OK;
	err = link_read32(d->link, d->ctx, DHCSR, &dhcsr);      /* forgets what was before */
	/* Counted as well: a clock that stands is no reason to watch for ever. */
	for (unsigned n = 0; !err && n < WATCH_MS * 1000 / WATCH_EVERY_US && !ctx_expired(d->ctx, end); n++) {
		ctx_sleep_us(d->ctx, WATCH_EVERY_US);
		err = ctx_interrupted(d->ctx);
		if (!err)
			err = look_for_reset(d, &lasts);
	}
	if (!err)
		tell(d, "resets", "%u in %d ms", f->resets, WATCH_MS);
	return err;
}

/* ---- all of them ---- */

struct step {
	const char *name;
	bool needs_target;              /* else: the probe */
	bool without_target;            /* only while the chip was not reached */
	bool quick;                     /* a failed job has time for it */
	enum sl_err (*look)(struct doctor *d);
};

static const struct step steps[] = {
	{ "probe", false, false, true, look_probe },
	{ "supply", false, false, true, look_supply },
	{ "SWD", false, false, true, look_tries },
	{ "SWD", false, true, true, look_clocks },
	{ "chip", true, false, true, look_chip },
	{ "flash size", true, false, false, look_memory },
	{ "core state", true, false, true, look_state },
	{ "DBGMCU", true, false, false, look_debug_bits },
	{ "resets", true, false, false, look_resets },
	{ "firmware", true, false, false, look_vectors },
};

static bool possible(const struct doctor *d, const struct step *s, enum doctor_depth depth)
{
	if (!d->link || (depth == DOCTOR_QUICK && !s->quick))
		return false;
	if (s->needs_target && !d->target)
		return false;
	return !s->without_target || !d->target;
}

enum sl_err doctor_measure(struct doctor *d, enum doctor_depth depth)
{
	struct fault kept = d->ctx->fault;
	enum sl_err err = SL_OK;

	for (size_t i = 0; i < ARRAY_LEN(steps) && err != SL_INTR && err != SL_GONE; i++) {
		if (!possible(d, &steps[i], depth))
			continue;
		ctx_clear(d->ctx);
		err = steps[i].look(d);
		if (err)
			tell(d, steps[i].name, "not to be had: %.150s", d->ctx->fault.text);
		if (err && !d->facts.missed.code)
			d->facts.missed = d->ctx->fault;
	}
	if (err == SL_INTR)
		return err;
	d->ctx->fault = kept;
	return SL_OK;
}
