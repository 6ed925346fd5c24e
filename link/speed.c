/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * speed.c - the SWD clock: a divisor on a V2, a frequency list on a V3, fixed on a V1.
 *
 * Always the highest that is not above what was asked; below the slowest, the slowest.
 */
#include "base/cursor.h"
#include "link/session.h"

static const char where[] = "link";

struct speed_row {
	unsigned khz;
	uint16_t divisor;
};

/* Source: OpenOCD, stlink-org, psdb. The names are nominal: psdb measured 2360 kHz at 0. */
static const struct speed_row divisors[] = {
	{ 4000, 0 }, { 1800, 1 }, { 1200, 2 }, { 950, 3 }, { 480, 7 }, { 240, 15 },
	{ 125, 31 }, { 100, 40 }, { 50, 79 }, { 25, 158 }, { 15, 265 }, { 5, 798 },
};

/* The highest that works everywhere. A V2 tops out at 4000, which is 2.4 MHz in truth. A V3 gets 8 MHz:
 * at 24 MHz its firmware before J10 writes wrong (psdb), and a core that runs from a 2 MHz clock
 * answers WAIT to most of it. UNSURE: psdb saw firmware before J10 fail on the U5 above 3.3 MHz.
 * Set anew each time, because another program may have left the probe at 5 kHz (OpenOCD 0.12
 * does). */
enum { DEFAULT_V2_KHZ = 4000, DEFAULT_V3_KHZ = 8000 };

/* Stepping down: to 60 % of the clock that failed, or less, but not below LEAST_KHZ: wires on which
 * that fails are broken, not long. */
enum { STEP_PERCENT = 60, LEAST_KHZ = 100 };

static enum sl_err set_divisor(struct link *l, struct ctx *c, unsigned khz, unsigned *actual)
{
	uint8_t reply[2];
	struct command cmd = command_debug(SWD_SET_FREQ, reply, sizeof(reply));
	const struct speed_row *row = divisors;
	enum sl_err err;

	while (row->khz > khz && row < &divisors[ARRAY_LEN(divisors) - 1])
		row++;
	command_u16(&cmd, row->divisor);
	err = link_run_checked(l, c, &cmd, "setting the SWD clock");
	if (!err)
		*actual = row->khz;
	return err;
}

/* Reply of 62: status, 3 unused, current kHz, count, then up to 10 frequencies. */
enum { FREQ_REPLY_BYTES = 52 };

static enum sl_err learn_frequencies(struct link *l, struct ctx *c)
{
	uint8_t reply[FREQ_REPLY_BYTES];
	struct command cmd = command_debug(GET_COM_FREQ, reply, sizeof(reply));
	struct cursor cur = cur_make(reply, sizeof(reply));
	uint32_t count;
	size_t n = 0;
	enum sl_err err;

	if (l->freq[0])
		return SL_OK;
	command_u8(&cmd, COM_SWD);
	err = link_run_checked(l, c, &cmd, "asking for the SWD clocks");
	if (err)
		return err;
	cur_seek(&cur, 8);
	count = cur_le32(&cur);
	for (uint32_t i = 0; i < count && i < FREQ_MAX; i++) {
		l->freq[n] = cur_le32(&cur);
		n += l->freq[n] != 0;
	}
	if (n == 0)
		return ctx_fail(c, SL_PROTO, where, "the probe lists no SWD clock");
	return SL_OK;
}

/* The highest of a V3's list that is not above khz; below the slowest, the slowest. */
static uint32_t choose_frequency(const struct link *l, unsigned khz)
{
	uint32_t best = 0, slowest = l->freq[0];

	for (size_t i = 0; i < FREQ_MAX && l->freq[i]; i++) {
		if (l->freq[i] < slowest)
			slowest = l->freq[i];
		if (l->freq[i] <= khz && l->freq[i] > best)
			best = l->freq[i];
	}
	return best ? best : slowest;
}

static enum sl_err set_frequency(struct link *l, struct ctx *c, unsigned khz, unsigned *actual)
{
	uint8_t reply[8];
	struct command cmd = command_debug(SET_COM_FREQ, reply, sizeof(reply));
	struct cursor cur = cur_make(reply, sizeof(reply));
	uint32_t chosen, got;
	enum sl_err err = learn_frequencies(l, c);

	if (err)
		return err;
	chosen = choose_frequency(l, khz);
	command_u8(&cmd, COM_SWD);
	command_u8(&cmd, 0);
	command_u32(&cmd, chosen);
	err = link_run_checked(l, c, &cmd, "setting the SWD clock");
	if (err)
		return err;
	cur_seek(&cur, 4);
	got = cur_le32(&cur);
	*actual = got ? got : chosen;
	return SL_OK;
}

static enum sl_err set_clock(struct link *l, struct ctx *c, unsigned khz)
{
	enum sl_err err = SL_OK;
	unsigned actual = 0;

	if (l->caps.com_freq)
		err = set_frequency(l, c, khz ? khz : DEFAULT_V3_KHZ, &actual);
	else if (l->caps.swd_freq)
		err = set_divisor(l, c, khz ? khz : DEFAULT_V2_KHZ, &actual);
	if (!err)
		l->speed_khz = actual;
	return err;
}

/* Once: each way to the chip asks anew. */
static void say_fixed(struct link *l, struct ctx *c)
{
	bool is_v1 = l->version.stlink == 1;

	ctx_log(c, l->fixed_said ? LOG_INFO : LOG_WARN, is_v1 ?
		"an ST-LINK/V1 cannot change its SWD clock: --speed has no effect [E%u]" :
		"this probe's firmware is too old to change its SWD clock: --speed has no effect [E%u]",
		is_v1 ? (unsigned)CAUSE_PROBE_CANNOT : (unsigned)CAUSE_OLD_FIRMWARE);
	l->fixed_said = true;
}

enum sl_err link_set_speed(struct link *l, struct ctx *c, unsigned khz, unsigned *actual_khz)
{
	enum sl_err err = set_clock(l, c, khz);

	if (err)
		return err;
	l->speed_fixed = khz != 0;
	if (khz && l->speed_khz == 0)
		say_fixed(l, c);
	else if (khz && l->speed_khz > khz)
		ctx_log(c, LOG_WARN, "%u kHz is the slowest SWD clock of this probe", l->speed_khz);
	*actual_khz = l->speed_khz;
	return SL_OK;
}

bool speed_step_down(struct link *l, struct ctx *c)
{
	struct fault kept = c->fault;
	unsigned before = l->speed_khz, khz = before * STEP_PERCENT / 100;
	enum sl_err err;

	if (l->speed_fixed || khz < LEAST_KHZ)
		return false;
	err = set_clock(l, c, khz);
	if (err)
		ctx_log(c, LOG_DEBUG, "the SWD clock could not be lowered: %s", c->fault.text);
	else
		ctx_log(c, LOG_DEBUG, "SWD clock %u kHz after %u", l->speed_khz, before);
	c->fault = kept;
	return !err && l->speed_khz < before;
}

void speed_say(struct link *l, struct ctx *c, unsigned before_khz)
{
	ctx_log(c, l->slower_said ? LOG_INFO : LOG_WARN,
		"the SWD wires do not carry %u kHz: going on at %u kHz (--speed=%u asks for that at "
		"once)", before_khz, l->speed_khz, l->speed_khz);
	l->slower_said = true;
}

bool link_was_slowed(const struct link *l)
{
	return l->slower_said;
}

unsigned link_get_speed_khz(const struct link *l)
{
	return l->speed_khz;
}
