/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * voltage.c - the target's supply as the probe's converter sees it.
 *
 * The probe compares its 1.2 V reference with half the supply: V = 2 * 1.2 * rail / reference.
 * Source: OpenOCD, stlink-org.
 */
#include "link/voltage.h"

#include "base/cursor.h"

enum { TWICE_REFERENCE_MV = 2400, HIGHEST_MV = 6000 };

enum sl_err voltage_measure(struct link *l, struct ctx *c, unsigned *mv, bool *measured)
{
	uint8_t reply[8];
	struct command cmd = command_query(GROUP_VOLTAGE, reply, sizeof(reply));
	struct cursor cur = cur_make(reply, sizeof(reply));
	uint64_t reference, rail, rounded;
	enum sl_err err = link_run(l, c, &cmd);

	if (err)
		return ctx_doing(c, err, "measuring the supply");
	reference = cur_le32(&cur);
	rail = cur_le32(&cur);
	*mv = 0;
	*measured = false;
	/* Copies of the probe answer zeros (stlink-org 3387ca5) or an earlier reply. */
	if (reference == 0 || reply_is_stale(l, reply, sizeof(reply)))
		return SL_OK;
	rounded = (rail * TWICE_REFERENCE_MV + reference / 2) / reference;
	if (rounded > HIGHEST_MV)
		return SL_OK;
	*mv = (unsigned)rounded;
	*measured = true;
	return SL_OK;
}

enum sl_err link_supply_mv(struct link *l, struct ctx *c, unsigned *mv, bool *measured)
{
	*mv = 0;
	*measured = false;
	return l->caps.voltage ? voltage_measure(l, c, mv, measured) : SL_OK;
}

enum sl_err link_voltage_mv(struct link *l, struct ctx *c, unsigned *mv, bool *known)
{
	enum sl_err err;

	if (!l->caps.voltage) {
		*mv = 0;
		*known = false;
		return SL_OK;
	}
	err = voltage_measure(l, c, mv, known);
	if (!err && *mv == 0)
		*known = false;
	return err;
}
