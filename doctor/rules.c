/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rules.c - which cause explains what was measured: the decision tree, a row for each leaf.
 *
 * Obstacles come in the order in which they hide each other: without power no wire can be judged,
 * without a debug port no core. Sources: ADIv5.2 for what a debug port must answer, ARMv7-M C1.6 for
 * DHCSR, data sheets for the lowest supply, the issue trackers named in base/cause.c for the rest.
 */
#include "doctor/doctor.h"

#include "base/compiler.h"

enum { LEAST_MV = 1650 };       /* data sheets of L0 and L1: the lowest supply of any STM32 */
enum { LOOP_RESETS = 2 };       /* one may be somebody's button */

/* The probe's statuses (OpenOCD): AP WAIT, DP WAIT; bits lost: parity, write data. */
static bool says_wait(const struct climb_try *t)
{
	return t->fault.probe_status == 0x10 || t->fault.probe_status == 0x14;
}

static bool says_lost(const struct climb_try *t)
{
	return t->fault.probe_status == 0x13 || t->fault.probe_status == 0x17 ||
	       t->fault.probe_status == 0x18;
}

static bool is_reset(enum target_connect how)
{
	return how == CONNECT_UNDER_RESET || how == CONNECT_SLOW_RESET;
}

/* The first try: before anything was done about a failure. NULL: none, or it worked. */
static const struct climb_try *first_failure(const struct doctor_facts *f)
{
	const struct climb_try *t = &f->climb.tries[0];

	return f->climb.n > 0 && t->fault.code != SL_OK ? t : NULL;
}

/* In reset, by the probe or by somebody's finger, the firmware has no say. */
static bool past_firmware(enum target_connect how)
{
	return is_reset(how) || how == CONNECT_CATCH;
}

/* Some try with the firmware out of the way (or not): did a debug port answer? */
static bool id_seen(const struct doctor_facts *f, bool past)
{
	for (size_t i = 0; i < f->climb.n; i++)
		if (past_firmware(f->climb.tries[i].how) == past && f->climb.tries[i].dpidr)
			return true;
	return !past && f->id_at_khz != 0;
}

static bool first_has_no_id(const struct doctor_facts *f)
{
	const struct climb_try *t = first_failure(f);

	return t && t->fault.code == SL_NOTARGET && t->dpidr == 0;
}

static bool nothing_answers(const struct doctor_facts *f)
{
	return first_has_no_id(f) && !id_seen(f, false) && !id_seen(f, true);
}

static bool unpowered(const struct doctor_facts *f)
{
	bool silent = f->attached ? false : nothing_answers(f) || f->climb.n == 0;

	return silent && f->opened && f->supply_measured && f->supply_mv < LEAST_MV;
}

/* Somebody pulled the plug while a session was going on. */
static bool power_was_lost(const struct doctor_facts *f)
{
	return f->attached && f->fault.code != SL_OK && !f->state_known && f->supply_measured &&
	       f->supply_mv < LEAST_MV;
}

static bool remapped(const struct doctor_facts *f)
{
	return first_has_no_id(f) && !id_seen(f, false) && id_seen(f, true);
}

static bool too_fast(const struct doctor_facts *f)
{
	const struct climb_try *t = first_failure(f);

	if (t && says_lost(t))
		return true;
	if (f->slowed)
		return true;
	for (size_t i = 0; first_has_no_id(f) && i < f->climb.n; i++)
		if (f->climb.tries[i].how == CONNECT_SLOW && f->climb.tries[i].dpidr)
			return true;
	return first_has_no_id(f) && f->id_at_khz != 0;
}

static bool bus_waits(const struct doctor_facts *f)
{
	const struct climb_try *t = first_failure(f);

	return t && says_wait(t);
}

/* In reset the bus has its clock, whatever the firmware does: if it waits all the same, there is no
 * reset. */
static bool reset_has_no_effect(const struct doctor_facts *f)
{
	for (size_t i = 0; i < f->climb.n; i++)
		if (is_reset(f->climb.tries[i].how) && says_wait(&f->climb.tries[i]))
			return true;
	return f->attached && f->info.nrst_open;
}

static bool in_reset(const struct doctor_facts *f)
{
	return f->state_known && f->state == TARGET_IN_RESET;
}

static bool resets_itself(const struct doctor_facts *f)
{
	return f->resets >= LOOP_RESETS;
}

static bool unknown_chip(const struct doctor_facts *f)
{
	return f->attached && !f->info.chip;
}

static bool protected_2(const struct doctor_facts *f)
{
	return f->attached && f->info.protection == PROTECTION_LEVEL2;
}

static bool protected_1(const struct doctor_facts *f)
{
	return f->attached && f->info.protection == PROTECTION_LEVEL1;
}

static bool no_driver(const struct doctor_facts *f)
{
	return f->attached && f->info.chip && !f->has_driver;
}

static bool clone(const struct doctor_facts *f)
{
	return f->attached && f->info.clone_suspected;
}

static bool size_unknown(const struct doctor_facts *f)
{
	return f->attached && f->info.flash_kb_assumed;
}

static bool locked_up(const struct doctor_facts *f)
{
	/* The firmware of a protected chip faults because a debugger is there (RM0008, F1). */
	return f->state_known && f->state == TARGET_LOCKUP && !protected_1(f) && !protected_2(f);
}

static bool too_old_for_clock(const struct doctor_facts *f)
{
	return f->clock_fixed && f->generation != 1;
}

static bool no_kind_for_clock(const struct doctor_facts *f)
{
	return f->clock_fixed && f->generation == 1;
}

static bool no_sense(const struct doctor_facts *f)
{
	return f->attached && f->caps.voltage && !f->supply_lost &&
	       (!f->supply_measured || f->supply_mv < LEAST_MV);
}

struct rule {
	enum sl_cause cause;
	bool (*holds)(const struct doctor_facts *f);
};

/* When the chip was not reached. */
static const struct rule unreached[] = {
	{ CAUSE_UNPOWERED, unpowered },
	{ CAUSE_REMAPPED, remapped },
	{ CAUSE_TOO_FAST, too_fast },
	{ CAUSE_WIRES, nothing_answers },
	{ CAUSE_NO_NRST, reset_has_no_effect },
	{ CAUSE_ASLEEP, bus_waits },
};

/* When it was. */
static const struct rule reached[] = {
	{ CAUSE_UNPOWERED, power_was_lost },
	{ CAUSE_IN_RESET, in_reset },
	{ CAUSE_UNKNOWN_CHIP, unknown_chip },
	{ CAUSE_PROTECTED_2, protected_2 },
	{ CAUSE_NO_DRIVER, no_driver }, /* without one, unlock is no way out of the next */
	{ CAUSE_PROTECTED, protected_1 },
};

/* What work goes on in spite of. */
static const struct rule remarks[] = {
	{ CAUSE_REMAPPED, remapped },
	{ CAUSE_ASLEEP, bus_waits },
	{ CAUSE_TOO_FAST, too_fast },
	{ CAUSE_NO_NRST, reset_has_no_effect },
	{ CAUSE_RESET_LOOP, resets_itself },
	{ CAUSE_LOCKUP, locked_up },
	{ CAUSE_CLONE, clone },
	{ CAUSE_FLASH_SIZE, size_unknown },
	{ CAUSE_NO_SENSE, no_sense },
	{ CAUSE_OLD_FIRMWARE, too_old_for_clock },
	{ CAUSE_PROBE_CANNOT, no_kind_for_clock },
};

static enum sl_cause first_of(const struct rule *rules, size_t n, const struct doctor_facts *f)
{
	for (size_t i = 0; i < n; i++)
		if (rules[i].holds(f))
			return rules[i].cause;
	return CAUSE_NONE;
}

void doctor_judge(const struct doctor_facts *f, struct doctor_verdict *out)
{
	out->n = 0;
	out->obstacle = f->fault.code ? cause_of(&f->fault) : CAUSE_NONE;
	if (!out->obstacle && f->attached)
		out->obstacle = first_of(reached, ARRAY_LEN(reached), f);
	else if (!out->obstacle)
		out->obstacle = first_of(unreached, ARRAY_LEN(unreached), f);
	for (size_t i = 0; f->attached && i < ARRAY_LEN(remarks); i++)
		if (remarks[i].cause != out->obstacle && remarks[i].holds(f))
			out->remark[out->n++] = remarks[i].cause;
}
