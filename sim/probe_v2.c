/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * probe_v2.c - the V2, V2-1 and V3 front end: 16-byte commands out, then data one way or nothing.
 *
 * No status block, no tag; ordering is the only correlation, so what arrives out of
 * order is counted as an illegal act. Commands themselves are in commands.c.
 */
#include <string.h>

#include "sim/board.h"
#include "sim/commands.h"
#include "sim/descriptors.h"

static void finish(struct board *b, enum command_result r)
{
	struct reply *reply = &b->probe.reply;

	reply->pending = reply->starved = false;
	switch (r) {
	case CMD_DONE:
		reply->pending = reply->len > 0;
		break;
	case CMD_STALLS:
		usb_halt(b, b->kind->front->ep_in);
		break;
	case CMD_LEAVES:
		board_leave_bus(b, MODE_MASS);
		break;
	case CMD_HANGS:
		b->probe.hung = true;
		b->report.wedged = true;
		break;
	case CMD_WEDGES:
		b->report.wedged = true;
		break;
	}
}

static void start_command(struct board *b, const uint8_t *cdb)
{
	const struct command *c = command_find(b, cdb);
	struct data_out *o = &b->out;

	if (b->probe.reply.pending)
		board_illegal(b, "%02X %02X before the last answer was read", cdb[0], cdb[1]);
	b->probe.reply.pending = false;
	if (b->cond.hang)
		return;
	o->want = command_out_len(b, c, cdb);
	if (o->want == 0) {
		finish(b, command_run(b, c, cdb, NULL, 0));
		return;
	}
	o->command = c;
	o->have = 0;
	memcpy(o->cdb, cdb, CDB_LEN);
}

static void take_data(struct board *b, const uint8_t *data, size_t len)
{
	struct data_out *o = &b->out;
	const struct command *c = o->command;

	if (len > o->want - o->have) {
		board_illegal(b, "%zu bytes of data for %s, %zu wanted", o->have + len, c->name,
			      o->want);
		len = o->want - o->have;
	}
	memcpy(o->data + o->have, data, len);
	o->have += len;
	if (o->have < o->want)
		return;
	o->command = NULL;
	if (!b->cond.hang)
		finish(b, command_run(b, c, o->cdb, o->data, o->have));
}

static int v2_out(struct board *b, const uint8_t *data, size_t len)
{
	usb_charge(b, len);
	if (b->out.command != NULL)
		take_data(b, data, len);
	else if (len == CDB_LEN)
		start_command(b, data);
	else
		board_illegal(b, "a command of %zu bytes instead of 16", len);
	return (int)len;
}

static int v2_in(struct board *b, uint8_t *data, size_t len)
{
	int n = reply_take(b, data, len);

	if (n >= 0)
		usb_charge(b, (size_t)n);
	return n;
}

static void v2_reset(struct board *b)
{
	(void)b;        /* nothing beyond what usbdev_reset drops */
}

const struct front_end front_v2 = {
	.out = v2_out,
	.in = v2_in,
	.reset = v2_reset,
	.pid = 0x3748,
	.ep_out = 0x02,
	.ep_in = 0x81,
	.ep_trace = 0x83,
	.speed = &usb_full_speed,
	.configuration = config_v2,
	.configuration_len = sizeof(config_v2),
	.product = "STM32 STLink",
	.names = { "ST Link" },
	.swd_hz = 1800000,
};

const struct front_end front_v21 = {
	.out = v2_out,
	.in = v2_in,
	.reset = v2_reset,
	.pid = 0x374B,
	.ep_out = 0x01,
	.ep_in = 0x81,
	.ep_trace = 0x82,
	.speed = &usb_full_speed,
	.functions = { &function_msd, &function_vcp },
	.configuration = config_v21,
	.configuration_len = sizeof(config_v21),
	.product = "STM32 STLink",
	.names = { "ST-Link Debug", "ST-Link Mass Storage", "ST-Link VCP Ctrl",
		   "ST-Link VCP Data" },
	.composite = true,
	.swd_hz = 1800000,
};

/* UNSURE: the SWD clock before the host sets one; a middle one of its list. */
const struct front_end front_v3 = {
	.out = v2_out,
	.in = v2_in,
	.reset = v2_reset,
	.pid = 0x374E,
	.ep_out = 0x01,
	.ep_in = 0x81,
	.ep_trace = 0x82,
	.speed = &usb_high_speed,
	.functions = { &function_msd, &function_vcp },
	.configuration = config_v3,
	.configuration_len = sizeof(config_v3),
	.product = "STLINK-V3",
	.names = { "Default", "ST-Link Debug", "ST-Link Mass Storage", "ST-Link VCP Ctrl",
		   "ST-Link VCP Data" },
	.composite = true,
	.swd_hz = 3300000,
};
