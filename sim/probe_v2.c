/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * probe_v2.c - the V2 front end: 16-byte commands out, then data one way or nothing.
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
		usb_halt(b, EP_IN);
		break;
	case CMD_LEAVES:
		board_leave_bus(b, MODE_MASS);
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
	o->want = command_out_len(c, cdb);
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
	.interface_class = { 0xFF, 0xFF, 0xFF },
	.configuration = config_v2,
	.configuration_len = sizeof(config_v2),
	.interface_name = "ST Link",
	.has_trace = true,
};
