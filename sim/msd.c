/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * msd.c - the disk interface of a V2-1 or V3: USB Mass Storage Class Bulk-Only Transport 1.0.
 *
 * Plain and by the book, unlike the V1's (probe_v1.c), because nothing is published about
 * misbehaviour of this one. The SCSI commands are in disk.c.
 */
#include "sim/msd.h"

#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "sim/board.h"

#define CBW_LEN 31u
#define CSW_LEN 13u
#define CBW_SIGNATURE 0x43425355u
#define CSW_SIGNATURE 0x53425355u
#define FLAG_IN 0x80u
#define REQ_GET_MAX_LUN 0xFEu
#define REQ_BULK_RESET 0xFFu

enum { CSW_PASSED = 0, CSW_FAILED = 1, CSW_PHASE_ERROR = 2 };

static void to_status(struct msd *m, uint8_t status)
{
	m->status = status;
	m->phase = MSD_CSW;
}

/* Bulk-only 6.7: where the host expects data that do not come, its pipe stalls. */
static void no_data(struct board *b, uint8_t status)
{
	struct msd *m = &b->msd;

	if (m->asked > m->moved)
		usb_halt(b, m->in ? MSD_IN : MSD_OUT);
	to_status(m, status);
}

static void offer(struct board *b)
{
	struct msd *m = &b->msd;
	struct reply *r = &b->msd_reply;

	if (r->len > 0 && (!m->in || m->asked == 0)) {
		no_data(b, CSW_PHASE_ERROR);
		return;
	}
	if (r->len > m->asked)
		r->len = m->asked;
	if (r->len == 0)
		no_data(b, CSW_PASSED);
	else
		m->phase = MSD_DATA_IN;
}

static void take_out(struct board *b, const uint8_t *cdb)
{
	struct msd *m = &b->msd;

	if (m->in || m->asked != disk_out_len(cdb))
		no_data(b, CSW_PHASE_ERROR);
	else
		m->phase = MSD_DATA_OUT;
}

static void run(struct board *b, const uint8_t *cdb)
{
	b->report.scsi_commands++;
	sim_clock_spend(&b->clock, b->kind->front->speed->firmware_ns);
	switch (disk_command(&b->disk, cdb)) {
	case DISK_DONE:
		offer(b);
		break;
	case DISK_FAILS:
		no_data(b, CSW_FAILED);
		break;
	case DISK_HANGS:
		b->msd.phase = MSD_HANG;
		break;
	case DISK_PHASE_ERROR:
		no_data(b, CSW_PHASE_ERROR);
		break;
	case DISK_TAKES:
		take_out(b, cdb);
		break;
	}
}

/* Bulk-only 6.6.1: after a CBW that is not valid both pipes stall until reset recovery. */
static void refuse_cbw(struct board *b, size_t len)
{
	board_illegal(b, "disk: not a command block wrapper: %zu bytes", len);
	b->msd.need_reset = true;
	usb_halt(b, MSD_IN);
	usb_halt(b, MSD_OUT);
}

static void take_cbw(struct board *b, const uint8_t *data, size_t len)
{
	struct cursor c = cur_make(data, len);
	struct msd *m = &b->msd;
	uint32_t signature = cur_le32(&c);
	uint8_t cdb[CDB_LEN] = { 0 }, flags, lun, cdb_len;

	if (m->phase != MSD_CBW)
		board_illegal(b, "disk: a new command before the status of the last was read");
	m->phase = MSD_CBW;
	m->tag = cur_le32(&c);
	m->asked = cur_le32(&c);
	m->moved = 0;
	flags = cur_u8(&c);
	lun = cur_u8(&c);
	cdb_len = cur_u8(&c);
	cur_bytes(&c, cdb, cur_left(&c) < CDB_LEN ? cur_left(&c) : CDB_LEN);
	m->in = (flags & FLAG_IN) != 0;
	if (len != CBW_LEN || signature != CBW_SIGNATURE || lun != 0 || cdb_len == 0 ||
	    cdb_len > CDB_LEN)
		refuse_cbw(b, len);
	else
		run(b, cdb);
}

static int msd_out(struct board *b, const uint8_t *data, size_t len)
{
	struct msd *m = &b->msd;

	if (m->phase == MSD_HANG)
		return USBDEV_NAK;
	usb_charge(b, len);
	if (m->phase != MSD_DATA_OUT) {
		take_cbw(b, data, len);
		return (int)len;
	}
	if (len > m->asked - m->moved)
		board_illegal(b, "disk: %zu bytes more than announced",
			      len - (m->asked - m->moved));
	m->moved += len > m->asked - m->moved ? m->asked - m->moved : (uint32_t)len;
	if (m->moved == m->asked)
		to_status(m, CSW_PASSED);
	return (int)len;
}

static int give_csw(struct board *b, uint8_t *data, size_t len)
{
	struct msd *m = &b->msd;

	m->phase = MSD_CBW;
	if (len < CSW_LEN) {
		board_illegal(b, "disk: IN of %zu bytes for a status block of 13", len);
		return USBDEV_BABBLE;
	}
	put_le32(data, CSW_SIGNATURE);
	put_le32(data + 4, m->tag);
	put_le32(data + 8, m->asked - m->moved);
	data[12] = m->status;
	usb_charge(b, CSW_LEN);
	return (int)CSW_LEN;
}

static int msd_in(struct board *b, uint8_t *data, size_t len)
{
	struct msd *m = &b->msd;
	struct reply *r = &b->msd_reply;
	size_t n = r->len - r->off;

	if (m->phase == MSD_CSW)
		return give_csw(b, data, len);
	if (m->phase != MSD_DATA_IN || len == 0)
		return USBDEV_NAK;
	if (n > len)
		n = len;
	memcpy(data, r->data + r->off, n);
	r->off += n;
	m->moved += (uint32_t)n;
	usb_charge(b, n);
	if (r->off < r->len)
		return (int)n;
	/* full packets to the end, and the host expects more: a stall must say that it is over */
	if (m->moved < m->asked && m->moved % b->kind->front->speed->packet == 0)
		usb_halt(b, MSD_IN);
	to_status(m, CSW_PASSED);
	return (int)n;
}

static void msd_reset(struct board *b)
{
	b->msd.phase = MSD_CBW;
	b->msd.need_reset = false;
}

static int msd_request(struct board *b, const struct usb_setup *s, uint8_t *data, size_t len)
{
	if (s->type == USB_CLASS_IN && s->request == REQ_GET_MAX_LUN && len > 0) {
		data[0] = 0;
		return 1;
	}
	if (s->type == USB_CLASS_OUT && s->request == REQ_BULK_RESET) {
		msd_reset(b);
		return 0;
	}
	return USBDEV_STALL;
}

static bool msd_stays_halted(const struct board *b)
{
	return b->msd.need_reset;
}

const struct usb_function function_msd = {
	.first_interface = MSD_INTERFACE, .n_interfaces = 1,
	.ep_out = MSD_OUT, .ep_in = MSD_IN,
	.out = msd_out, .in = msd_in, .request = msd_request, .reset = msd_reset,
	.stays_halted = msd_stays_halted,
};
