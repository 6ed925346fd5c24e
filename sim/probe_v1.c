/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * probe_v1.c - the V1 front end: USB mass storage, bulk-only, vendor commands in CDBs.
 *
 * Follows the USB Mass Storage Class Bulk-Only Transport 1.0, and where the real probe
 * leaves it: data OUT lengths come from the CDB, not from the CBW; a CBW that wants data
 * from a command without any makes it fail; the residue cannot be relied on.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "sim/board.h"
#include "sim/commands.h"
#include "sim/descriptors.h"
#include "sim/disk.h"

#define CBW_LEN 31u
#define CBW_SENSE_LEN 18u       /* OpenOCD sends so much of a REQUEST SENSE */
#define CSW_LEN 13u
#define CBW_SIGNATURE 0x43425355u
#define CSW_SIGNATURE 0x53425355u
#define OP_REQUEST_SENSE 0x03u
#define FLAG_IN 0x80u

enum { CSW_PASSED = 0, CSW_FAILED = 1, CSW_PHASE_ERROR = 2 };

struct cbw {
	uint32_t signature, tag, asked;
	uint8_t flags, lun, cdb_len;
};

static void to_status(struct board *b, uint8_t status)
{
	b->probe.reply.pending = false;
	b->bot.status = status;
	b->bot.phase = BOT_CSW;
}

/* UNSURE: no source shows the sense of a failed vendor command; 05/20/00 is given. */
static void fail_vendor(struct board *b)
{
	disk_set_sense(&b->disk, 0x05, 0x20, 0x00);
	usb_halt(b, EP_IN);
	to_status(b, CSW_FAILED);
}

/* The reply is ready: offer what the host asked for, then the status. */
static void offer_reply(struct board *b, bool vendor)
{
	struct reply *r = &b->probe.reply;
	struct bot *t = &b->bot;

	if (vendor && r->len > t->asked)
		board_illegal(b, "%02X %02X answers %zu bytes, the CBW asks for %u", t->cdb[0],
			      t->cdb[1], r->len, (unsigned)t->asked);
	if (r->len > t->asked)
		r->len = t->asked;
	if (vendor && r->len > 0 && r->len < t->asked && r->len % b->kind->front->speed->packet == 0) {
		board_illegal(b, "%02X %02X: the CBW asks for %u bytes, %zu come in full packets",
			      t->cdb[0], t->cdb[1], (unsigned)t->asked, r->len);
		fail_vendor(b);
		return;
	}
	if (r->len == 0) {
		to_status(b, CSW_PASSED);
		return;
	}
	r->pending = true;
	r->starved = false;
	t->status = CSW_PASSED;
	t->phase = BOT_DATA_IN;
}

static void run_vendor(struct board *b, const struct command *c, const uint8_t *data, size_t len)
{
	enum command_result r = command_run(b, c, b->bot.cdb, data, len);

	switch (r) {
	case CMD_DONE:
		offer_reply(b, true);
		break;
	case CMD_STALLS:
		fail_vendor(b);
		break;
	case CMD_LEAVES:
		if (b->cond.dfu_exit_now) {
			board_leave_bus(b, MODE_MASS);
			break;
		}
		b->bot.leave_after = true;
		to_status(b, CSW_PASSED);
		break;
	case CMD_HANGS:
	case CMD_WEDGES:
		b->report.wedged = true;
		break;
	}
}

static void start_vendor(struct board *b, uint8_t flags)
{
	struct bot *t = &b->bot;
	const struct command *c = command_find(b, t->cdb);
	size_t n = command_out_len(b, c, t->cdb);

	if (b->cond.hang) {
		t->phase = BOT_HANG;
		return;
	}
	if (c != NULL && (c->flags & CMD_ZERO_LENGTH) && t->asked != 0) {
		board_illegal(b, "%02X %02X %s with a data length of %u", t->cdb[0], t->cdb[1],
			      c->name, (unsigned)t->asked);
		fail_vendor(b);
		return;
	}
	if (n == 0) {
		run_vendor(b, c, NULL, 0);
		return;
	}
	if (t->asked != 0 && (t->asked != n || (flags & FLAG_IN)))
		board_illegal(b, "%s of %zu bytes, the CBW announces %u %s", c->name, n,
			      (unsigned)t->asked, flags & FLAG_IN ? "IN" : "OUT");
	b->out.command = c;
	b->out.want = n;
	b->out.have = 0;
	t->phase = BOT_DATA_OUT;
}

static void start_disk(struct board *b, uint8_t flags)
{
	struct bot *t = &b->bot;

	b->report.scsi_commands++;
	sim_clock_spend(&b->clock, b->kind->front->speed->firmware_ns);
	switch (disk_command(&b->disk, t->cdb)) {
	case DISK_DONE:
		offer_reply(b, false);
		break;
	case DISK_FAILS:
		if (t->asked != 0)
			usb_halt(b, flags & FLAG_IN ? EP_IN : EP_OUT);
		to_status(b, CSW_FAILED);
		break;
	case DISK_HANGS:
		t->phase = BOT_HANG;
		break;
	case DISK_PHASE_ERROR:
	case DISK_TAKES:        /* not by a disk that is write-protected */
		to_status(b, CSW_PHASE_ERROR);
		break;
	}
}

/* Bulk-only 6.6.1: after a CBW that is not valid both pipes stall until reset recovery. */
static void refuse_cbw(struct board *b, size_t len)
{
	board_illegal(b, "not a command block wrapper: %zu bytes", len);
	b->bot.need_reset = true;
	usb_halt(b, EP_IN);
	usb_halt(b, EP_OUT);
}

static void take_cbw(struct board *b, const uint8_t *data, size_t len)
{
	struct cursor c = cur_make(data, len);
	struct bot *t = &b->bot;
	struct cbw w = { 0 };
	size_t n;

	if (t->phase != BOT_CBW)
		board_illegal(b, "a new command before the status of %02X %02X was read",
			      t->cdb[0], t->cdb[1]);
	b->probe.reply.pending = false;
	t->phase = BOT_CBW;
	w.signature = cur_le32(&c);
	w.tag = cur_le32(&c);
	w.asked = cur_le32(&c);
	w.flags = cur_u8(&c);
	w.lun = cur_u8(&c);
	w.cdb_len = cur_u8(&c);
	n = cur_left(&c);
	memset(t->cdb, 0, sizeof(t->cdb));
	cur_bytes(&c, t->cdb, n < CDB_LEN ? n : CDB_LEN);
	if (w.signature != CBW_SIGNATURE || w.lun != 0 || w.cdb_len == 0 || w.cdb_len > CDB_LEN ||
	    (len != CBW_LEN && !(len == CBW_SENSE_LEN && t->cdb[0] == OP_REQUEST_SENSE))) {
		refuse_cbw(b, len);
		return;
	}
	t->tag = w.tag;
	t->asked = w.asked;
	t->moved = 0;
	if (t->cdb[0] >= 0xF0)
		start_vendor(b, w.flags);
	else
		start_disk(b, w.flags);
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
	b->bot.moved += (uint32_t)len;
	if (o->have < o->want)
		return;
	o->command = NULL;
	run_vendor(b, c, o->data, o->have);
}

static int v1_out(struct board *b, const uint8_t *data, size_t len)
{
	if (b->bot.phase == BOT_HANG)
		return USBDEV_NAK;
	usb_charge(b, len);
	if (b->bot.phase == BOT_DATA_OUT)
		take_data(b, data, len);
	else
		take_cbw(b, data, len);
	return (int)len;
}

static int give_csw(struct board *b, uint8_t *data, size_t len)
{
	struct bot *t = &b->bot;
	uint32_t residue = t->moved < t->asked ? t->asked - t->moved : 0;

	if (len < CSW_LEN) {
		board_illegal(b, "IN of %zu bytes for a status block of 13", len);
		t->phase = BOT_CBW;
		return USBDEV_BABBLE;
	}
	put_le32(data, CSW_SIGNATURE);
	put_le32(data + 4, t->tag);
	put_le32(data + 8, b->cond.residue_broken ? t->asked : residue);
	data[12] = t->status;
	t->phase = BOT_CBW;
	usb_charge(b, CSW_LEN);
	if (t->leave_after)
		board_leave_bus(b, MODE_MASS);
	return (int)CSW_LEN;
}

static int v1_in(struct board *b, uint8_t *data, size_t len)
{
	struct bot *t = &b->bot;
	int n;

	if (t->phase == BOT_CSW)
		return give_csw(b, data, len);
	if (t->phase != BOT_DATA_IN)
		return USBDEV_NAK;
	n = reply_take(b, data, len);
	if (n >= 0) {
		usb_charge(b, (size_t)n);
		t->moved += (uint32_t)n;
	}
	if (n == USBDEV_BABBLE || (n >= 0 && !b->probe.reply.pending))
		t->phase = BOT_CSW;
	return n;
}

/* Bulk-only reset: ready for the next CBW; halts stay until they are cleared. */
static void v1_class_reset(struct board *b)
{
	b->bot.phase = BOT_CBW;
	b->bot.need_reset = false;
	b->out.command = NULL;
	b->probe.reply.pending = false;
}

const struct front_end front_v1 = {
	.out = v1_out,
	.in = v1_in,
	.reset = v1_class_reset,
	.class_reset = v1_class_reset,
	.pid = 0x3744,
	.ep_out = EP_OUT,
	.ep_in = EP_IN,
	.speed = &usb_full_speed,
	.product = "STM32 STLink",
	.swd_hz = 1800000,
	.configuration = config_v1,
	.configuration_len = sizeof(config_v1),
};
