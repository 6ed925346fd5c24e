/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * nrst.c - the target's reset pin, and the query that flushes a V1.
 *
 * F2 3C is never sent to a V1: it stalls, and so does everything after it until the probe
 * is plugged in again (stlink-org 480, OpenOCD c3976ac65).
 */
#include "link/session.h"

enum sl_err link_nrst(struct link *l, struct ctx *c, enum link_nrst what)
{
	static const uint8_t levels[] = {
		[LINK_NRST_LOW] = 0, [LINK_NRST_HIGH] = 1, [LINK_NRST_PULSE] = 2,
	};
	uint8_t reply[2];
	struct command cmd = command_debug(DRIVE_NRST, reply, sizeof(reply));
	enum sl_err err;

	if (!l->caps.nrst)
		return ctx_cause(c, ctx_fail(c, SL_OLDPROBE, "link", "an ST-LINK/V%u cannot drive NRST",
					     l->version.stlink),
				 l->version.stlink == 1 ? CAUSE_PROBE_CANNOT : CAUSE_OLD_FIRMWARE);
	command_u8(&cmd, levels[what]);
	err = link_run_checked(l, c, &cmd, "driving NRST");
	if (!err)
		l->nrst_low = what == LINK_NRST_LOW;
	return err;
}

enum sl_err link_flush(struct link *l, struct ctx *c)
{
	uint8_t reply[2];
	struct command cmd = command_plain(GROUP_DEBUG, V1_GETSTATUS);
	enum link_mode mode;

	if (l->caps.api != 1)
		return link_get_mode(l, c, &mode);
	/* The core's state, 80 or 81, not a status: any answer will do (Becker). */
	cmd.x.dir = XFER_IN;
	cmd.x.in = reply;
	cmd.x.len = sizeof(reply);
	cmd.least = sizeof(reply);
	return link_run(l, c, &cmd);
}
