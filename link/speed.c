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

/* What a V2 and a V1 start with. A V3 gets the fastest that programs every chip: old firmware
 * fails above 3.3 MHz on the U5 (psdb). Set anew each time, because another program may have
 * left the probe at 5 kHz (OpenOCD 0.12 does). */
enum { DEFAULT_V2_KHZ = 1800, DEFAULT_V3_KHZ = 3300 };

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
enum { FREQ_REPLY_BYTES = 52, FREQ_MAX = 10 };

static enum sl_err choose_frequency(struct link *l, struct ctx *c, unsigned khz, uint32_t *chosen)
{
	uint8_t reply[FREQ_REPLY_BYTES];
	struct command cmd = command_debug(GET_COM_FREQ, reply, sizeof(reply));
	struct cursor cur = cur_make(reply, sizeof(reply));
	uint32_t count, best = 0, slowest = 0;
	enum sl_err err;

	command_u8(&cmd, COM_SWD);
	err = link_run_checked(l, c, &cmd, "asking for the SWD clocks");
	if (err)
		return err;
	cur_seek(&cur, 8);
	count = cur_le32(&cur);
	for (uint32_t i = 0; i < count && i < FREQ_MAX; i++) {
		uint32_t f = cur_le32(&cur);

		if (f != 0 && (slowest == 0 || f < slowest))
			slowest = f;
		if (f <= khz && f > best)
			best = f;
	}
	if (slowest == 0)
		return ctx_fail(c, SL_PROTO, where, "the probe lists no SWD clock");
	*chosen = best ? best : slowest;
	return SL_OK;
}

static enum sl_err set_frequency(struct link *l, struct ctx *c, unsigned khz, unsigned *actual)
{
	uint8_t reply[8];
	struct command cmd = command_debug(SET_COM_FREQ, reply, sizeof(reply));
	struct cursor cur = cur_make(reply, sizeof(reply));
	uint32_t chosen = 0, got;
	enum sl_err err = choose_frequency(l, c, khz, &chosen);

	if (err)
		return err;
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

enum sl_err link_set_speed(struct link *l, struct ctx *c, unsigned khz, unsigned *actual_khz)
{
	enum sl_err err = SL_OK;
	unsigned actual = 0;

	if (l->caps.com_freq)
		err = set_frequency(l, c, khz ? khz : DEFAULT_V3_KHZ, &actual);
	else if (l->caps.swd_freq)
		err = set_divisor(l, c, khz ? khz : DEFAULT_V2_KHZ, &actual);
	if (err)
		return err;
	l->speed_khz = actual;
	if (khz && actual == 0)
		ctx_log(c, LOG_INFO, "this probe's SWD clock is fixed");
	else if (khz && actual > khz)
		ctx_log(c, LOG_WARN, "%u kHz is the slowest SWD clock of this probe", actual);
	*actual_khz = actual;
	return SL_OK;
}

unsigned link_get_speed_khz(const struct link *l)
{
	return l->speed_khz;
}
