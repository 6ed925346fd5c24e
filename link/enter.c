/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * enter.c - entering SWD, under reset or not, and why no chip answers.
 *
 * Source: enter sequences of OpenOCD (reset held before and after ENTER, because the probe
 * chooses its reset pin by the mode), stlink-org and pyOCD (speed before ENTER).
 */
#include <string.h>

#include "base/cursor.h"
#include "link/session.h"
#include "link/voltage.h"

static const char where[] = "link";

/* Bit 0 of every debug port's id is 1 (ADIv5.2, B2.2.5): one that reads otherwise lost bits. */
static bool is_id(const struct link *l, const uint8_t *reply, uint32_t id)
{
	return (id & 1) && id != UINT32_MAX && !reply_is_stale(l, reply, 4);
}

/* READCOREID has no status; an id of all zeros or ones is nobody's. */
static enum sl_err read_core_id(struct link *l, struct ctx *c, uint32_t *id)
{
	uint8_t reply[4];
	struct command cmd = command_plain(GROUP_DEBUG, READCOREID);
	struct cursor cur = cur_make(reply, sizeof(reply));
	enum sl_err err;

	cmd.x.dir = XFER_IN;
	cmd.x.in = reply;
	cmd.x.len = sizeof(reply);
	cmd.least = sizeof(reply);
	err = link_run(l, c, &cmd);
	if (err)
		return err;
	*id = cur_le32(&cur);
	if (!is_id(l, reply, *id))
		return ctx_fail(c, SL_NOTARGET, where, "the chip's id code reads as %08x",
				(unsigned)*id);
	l->dpidr = *id;
	return SL_OK;
}

enum sl_err link_read_dpidr(struct link *l, struct ctx *c, uint32_t *dpidr)
{
	uint8_t reply[12];
	struct command cmd = command_debug(READ_IDCODES, reply, sizeof(reply));
	struct cursor cur = cur_make(reply, sizeof(reply));
	enum sl_err err;

	*dpidr = l->dpidr;
	if (l->dpidr)
		return SL_OK;
	if (l->caps.api == 1)
		return read_core_id(l, c, dpidr);
	cmd.repeatable = true;
	err = link_run_checked(l, c, &cmd, "reading the id code");
	if (err)
		return err;
	cur_seek(&cur, 4);
	*dpidr = cur_le32(&cur);
	if (!is_id(l, reply + 4, *dpidr))
		return ctx_fail(c, SL_NOTARGET, where, "the chip's id code reads as %08x",
				(unsigned)*dpidr);
	l->dpidr = *dpidr;
	return SL_OK;
}

uint32_t link_last_dpidr(const struct link *l)
{
	return l->dpidr;
}

static enum sl_err enter_v1(struct link *l, struct ctx *c)
{
	struct command cmd = command_plain(GROUP_DEBUG, V1_ENTER);
	uint32_t id;
	enum sl_err err;

	/* No reply and no data phase: with a length, API v1 firmware aborts the transfer. */
	command_u8(&cmd, ENTER_SWD);
	err = link_run(l, c, &cmd);
	return err ? err : read_core_id(l, c, &id);
}

static enum sl_err enter_once(struct link *l, struct ctx *c, uint8_t *status)
{
	uint8_t reply[2];
	struct command cmd = command_debug(ENTER, reply, sizeof(reply));
	struct retry r = { .started = false };
	enum sl_err err;

	command_u8(&cmd, ENTER_SWD);
	command_u8(&cmd, 0);
	do {
		err = link_run(l, c, &cmd);
		*status = cmd.status;
	} while (!err && retry_after(&r, c, cmd.status) == RETRY_AGAIN);
	return err;
}

/* Which V1 firmware first knows API v2 is disputed (J11 or J12): its answer tells. How firmware
 * without a status refuses a command is not known: a V1 stalls on other unknown ones. */
static bool is_api_v1(const struct link *l, enum sl_err err, uint8_t status)
{
	if (l->version.stlink != 1)
		return false;
	if (!err)
		return status == STATUS_UNKNOWN_COMMAND;
	return l->caps.api_unsure && (err == SL_STALL || err == SL_PROTO || err == SL_PROBE);
}

static enum sl_err fall_back_to_v1(struct link *l, struct ctx *c)
{
	ctx_log(c, LOG_INFO, "firmware %s does not know API v2", l->version.text);
	ctx_clear(c);
	l->caps.api = 1;
	l->caps.rw_status = false;
	return enter_v1(l, c);
}

/* A V1 wants READCOREID to be the first debug command (Becker); API v2 has a status for what
 * the id would say. */
static enum sl_err first_debug_command(struct link *l, struct ctx *c)
{
	uint32_t id;
	enum sl_err err;

	if (l->version.stlink != 1)
		return SL_OK;
	err = read_core_id(l, c, &id);
	if (err != SL_NOTARGET)
		return err;
	ctx_clear(c);
	return SL_OK;
}

enum sl_err session_enter(struct link *l, struct ctx *c)
{
	uint8_t status = 0;
	enum sl_err err;

	l->dpidr = 0;
	l->ap_asked = l->mode_known = false;
	if (l->caps.api == 1)
		return enter_v1(l, c);
	err = enter_once(l, c, &status);
	if (!err && status == STATUS_OTHER_MODE) {
		err = session_leave_mode(l, c);
		if (!err)
			err = enter_once(l, c, &status);
	}
	if (is_api_v1(l, err, status))
		return fall_back_to_v1(l, c);
	if (err)
		return err;
	if (!status_is_done(status))
		return status_fail(c, status, NULL, "");
	l->mode = LINK_DEBUG;
	l->mode_known = true;
	return first_debug_command(l, c);
}

bool session_open_ap(struct link *l, struct ctx *c, uint8_t status)
{
	uint8_t reply[2];
	struct command cmd = command_debug(INIT_AP, reply, sizeof(reply));
	struct fault kept = c->fault;
	enum sl_err err;

	/* Most firmware has port 0 open: stlink-org never sends this, OpenOCD and pyOCD always do.
	 * Firmware that has not says 1D, or 08 to a core register (pyswd 26, on J38). */
	if ((status != STATUS_BAD_AP && status != STATUS_COMMAND_ERROR) || !l->caps.init_ap ||
	    l->ap_asked)
		return false;
	l->ap_asked = true;
	command_u8(&cmd, 0);    /* access port 0 */
	command_u8(&cmd, 0);    /* core: none in particular, as OpenOCD and pyOCD */
	err = link_run(l, c, &cmd);
	if (err || !status_is_done(cmd.status))
		ctx_log(c, LOG_DEBUG, "access port 0 could not be opened (status %02x)", cmd.status);
	c->fault = kept;
	return !err && status_is_done(cmd.status);
}

static enum sl_err set_speed(struct link *l, struct ctx *c, unsigned khz)
{
	unsigned actual = 0;
	enum sl_err err = link_set_speed(l, c, khz, &actual);

	/* A copy that does not know the command runs at its own speed; slow enough, it seems. */
	if (err == SL_OLDPROBE && khz == 0) {
		ctx_clear(c);
		return SL_OK;
	}
	return err;
}

/* Adds what the supply says to a fault that blames the chip. */
static void explain_no_target(struct link *l, struct ctx *c)
{
	/* The lowest supply of any STM32 is 1.65 V (data sheets of the L0 and L1). */
	enum { LEAST_MV = 1650 };
	struct fault kept = c->fault;
	unsigned mv = 0;
	bool measured = false;

	if (l->gone || !l->caps.voltage || voltage_measure(l, c, &mv, &measured) || !measured ||
	    mv >= LEAST_MV) {
		c->fault = kept;
		return;
	}
	(void)ctx_fail(c, SL_NOTARGET, where,
		       "the target has no power: the probe measures %u.%02u V (%.100s)",
		       mv / 1000, mv % 1000 / 10, kept.text);
	ctx_hint(c, "power the board; the probe's VAPP pin must be wired to the target's supply");
	c->fault.probe_status = kept.probe_status;
	c->fault.cause = CAUSE_UNPOWERED;
}

static enum sl_err hold_reset(struct link *l, struct ctx *c)
{
	if (l->caps.nrst)
		return link_nrst(l, c, LINK_NRST_LOW);
	(void)ctx_fail(c, SL_OLDPROBE, where, "an ST-LINK/V%u cannot hold the target in reset",
		       l->version.stlink);
	ctx_hint(c, "hold the board's reset button, start without --connect=under-reset, let go");
	return ctx_cause(c, SL_OLDPROBE, CAUSE_PROBE_CANNOT);
}

/* Before ENTER the probe may not know yet which pin is NRST, and say so: OpenOCD passes over
 * its answer there, and so is it here. Afterwards it counts. */
static enum sl_err hold_reset_early(struct link *l, struct ctx *c)
{
	enum sl_err err = hold_reset(l, c);

	if (!err || c->fault.probe_status == 0)
		return err;
	ctx_log(c, LOG_DEBUG, "before entering SWD: %s", c->fault.text);
	ctx_clear(c);
	return SL_OK;
}

static enum sl_err fail_enter(struct link *l, struct ctx *c, enum sl_err err)
{
	struct fault kept;

	if (err == SL_NOTARGET && l->speed_fixed)
		ctx_hint(c, "check power, SWDIO, SWCLK and GND; leave out --speed, or lower it; try "
			    "--connect=under-reset");
	if (err == SL_NOTARGET)
		explain_no_target(l, c);
	kept = c->fault;
	if (l->nrst_low && !l->gone && link_nrst(l, c, LINK_NRST_HIGH))
		ctx_log(c, LOG_WARN, "NRST could not be released: %s", c->fault.text);
	c->fault = kept;
	return ctx_doing(c, err, "entering SWD");
}

/* Old firmware may not tell the id: what needs it asks again. */
static enum sl_err look_at_id(struct link *l, struct ctx *c)
{
	uint32_t id;
	enum sl_err err = link_read_dpidr(l, c, &id);

	if (err != SL_OLDPROBE && err != SL_PROBE && err != SL_TARGET)
		return err;
	if (status_wire(c->fault.probe_status) != WIRE_FINE)
		return err;
	ctx_clear(c);
	return SL_OK;
}

/* Enter and see the id code: the first two things that a bad wire spoils. */
static enum sl_err enter_and_look(struct link *l, struct ctx *c, const struct link_options *o)
{
	enum sl_err err = SL_OK;

	if (o->connect_under_reset)
		err = hold_reset_early(l, c);
	if (!err)
		err = session_enter(l, c);
	if (!err && o->connect_under_reset)
		err = hold_reset(l, c);
	return err ? err : look_at_id(l, c);
}

static bool may_be_the_wire(const struct ctx *c, enum sl_err err)
{
	return err == SL_NOTARGET || status_wire(c->fault.probe_status) != WIRE_FINE;
}

enum sl_err link_enter_swd(struct link *l, struct ctx *c, const struct link_options *o)
{
	unsigned first;
	enum sl_err err;

	if (!l->caps.swd) {
		(void)ctx_fail(c, SL_OLDPROBE, where, "firmware %s has no SWD, only SWIM for STM8",
			       l->version.text);
		return ctx_cause(c, SL_OLDPROBE, CAUSE_PROBE_CANNOT);
	}
	err = set_speed(l, c, o->speed_khz);
	first = l->speed_khz;
	if (!err)
		err = enter_and_look(l, c, o);
	while (err && may_be_the_wire(c, err) && !l->gone && speed_step_down(l, c)) {
		ctx_clear(c);
		err = enter_and_look(l, c, o);
	}
	if (err)
		return fail_enter(l, c, err);
	if (l->speed_khz < first && !l->slower_said)
		speed_say(l, c, first);
	return SL_OK;
}
