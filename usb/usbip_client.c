/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip_client.c - importing a device and running transfers on it.
 *
 * All numbers on the wire are big-endian. "doc" below is the Linux kernel's
 * Documentation/usb/usbip_protocol.rst.
 */
#define _GNU_SOURCE
#include "usb/usbip_client.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "link/probe.h"
#include "usb/usbip_wire.h"

enum {
	VERSION = 0x0111,               /* doc: USBIP version 1.1.1 */
	OP_REQ_DEVLIST = 0x8005,
	OP_REP_DEVLIST = 0x0005,
	OP_REQ_IMPORT = 0x8003,
	OP_REP_IMPORT = 0x0003,
	CMD_SUBMIT = 1,
	CMD_UNLINK = 2,
	RET_SUBMIT = 3,
	RET_UNLINK = 4,
	OP_HEADER_LEN = 8,
	DEVICE_LEN = 312,               /* doc: OP_REP_IMPORT from 0x08 */
	PDU_LEN = 48,
	DEVICES_MAX = 256,              /* more than this is no list of real devices */
	DIALOG_MS = 5000,               /* connect, list, import */
	UNLINK_MS = 500,
	SLICE_MS = 100,
};

struct usbip_device {
	char busid[USBIP_BUSID_LEN];
	uint32_t busnum, devnum;
	uint16_t vid, pid;
	uint8_t configuration, interfaces;
};

static bool parse_device(const uint8_t bytes[DEVICE_LEN], struct usbip_device *out)
{
	struct cursor cur = cur_make(bytes, DEVICE_LEN);
	struct usbip_device d = { 0 };

	cur_skip(&cur, 256);            /* path on the server */
	cur_bytes(&cur, d.busid, sizeof(d.busid));
	d.busnum = cur_be32(&cur);
	d.devnum = cur_be32(&cur);
	cur_skip(&cur, 4);              /* speed; the endpoint descriptor tells what matters */
	d.vid = cur_be16(&cur);
	d.pid = cur_be16(&cur);
	cur_skip(&cur, 5);              /* bcdDevice, class, subclass, protocol */
	d.configuration = cur_u8(&cur);
	cur_skip(&cur, 1);              /* number of configurations */
	d.interfaces = cur_u8(&cur);
	if (cur.over || !usbip_is_busid(d.busid, sizeof(d.busid)))
		return false;
	*out = d;
	return true;
}

static bool is_stlink(const struct usbip_device *d)
{
	return d->vid == PROBE_VID && probe_kind_of_pid(d->pid) != NULL;
}

static enum sl_err fail_protocol(struct ctx *c, const char *what)
{
	(void)ctx_fail(c, SL_PROTO, "usb", "the server does not speak USB/IP 1.1.1: %s", what);
	ctx_hint(c, "check address and port: stlink-sim or usbipd must answer there");
	return SL_PROTO;
}

/* A request of the first stage, and the code of its reply. */
struct question {
	uint8_t bytes[OP_HEADER_LEN + USBIP_BUSID_LEN];
	size_t len;
	uint16_t reply;
};

static struct question question_make(uint16_t code, uint16_t reply)
{
	struct question q = { .len = OP_HEADER_LEN, .reply = reply };

	put_be16(q.bytes, VERSION);
	put_be16(q.bytes + 2, code);
	return q;
}

/* Send a request and read the 8 bytes that begin every reply of this stage. */
static enum sl_err ask(struct ctx *c, int fd, const struct question *q, struct deadline d,
		       uint32_t *status)
{
	uint8_t head[OP_HEADER_LEN] = { 0 };
	struct cursor cur = cur_make(head, sizeof(head));
	enum sl_err err = usbip_send(c, fd, q->bytes, q->len, d);

	if (err == SL_OK)
		err = usbip_receive(c, fd, head, sizeof(head), d);
	if (err != SL_OK)
		return err;
	if (cur_be16(&cur) != VERSION)
		return fail_protocol(c, "another version");
	if (cur_be16(&cur) != q->reply)
		return fail_protocol(c, "an unexpected reply");
	*status = cur_be32(&cur);
	return SL_OK;
}

/* The ST-LINKs of a list: how many, the first, and as many names as there is room for. */
struct found {
	size_t n;
	char first[USBIP_BUSID_LEN];
	char all[120];
};

static void found_add(struct found *f, const char *busid)
{
	size_t used = strlen(f->all);

	if (f->n++ == 0)
		memcpy(f->first, busid, USBIP_BUSID_LEN);
	if (used + strlen(busid) + 3 <= sizeof(f->all))
		(void)snprintf(f->all + used, sizeof(f->all) - used, "%s%s", used ? ", " : "", busid);
}

static enum sl_err read_list_entry(struct ctx *c, int fd, struct deadline d, struct found *found)
{
	uint8_t bytes[DEVICE_LEN] = { 0 }, interface[4];
	struct usbip_device device;
	enum sl_err err = usbip_receive(c, fd, bytes, sizeof(bytes), d);

	if (err != SL_OK)
		return err;
	if (!parse_device(bytes, &device))
		return fail_protocol(c, "a device without a proper bus id");
	for (unsigned i = 0; i < device.interfaces; i++) {
		err = usbip_receive(c, fd, interface, sizeof(interface), d);
		if (err != SL_OK)
			return err;
	}
	if (is_stlink(&device))
		found_add(found, device.busid);
	return SL_OK;
}

static enum sl_err read_list(struct ctx *c, int fd, struct deadline d, char busid[USBIP_BUSID_LEN])
{
	const struct question q = question_make(OP_REQ_DEVLIST, OP_REP_DEVLIST);
	uint8_t count[4] = { 0 };
	uint32_t status = 0, n;
	struct found found = { 0 };
	enum sl_err err = ask(c, fd, &q, d, &status);

	if (err == SL_OK && status != 0)
		err = ctx_fail(c, SL_HOST, "usb", "the USB/IP server gives no list (status %u)",
			       (unsigned)status);
	if (err == SL_OK)
		err = usbip_receive(c, fd, count, sizeof(count), d);
	if (err != SL_OK)
		return err;
	n = get_be32(count);
	if (n > DEVICES_MAX)
		return fail_protocol(c, "a list of too many devices");
	for (uint32_t i = 0; i < n; i++) {
		err = read_list_entry(c, fd, d, &found);
		if (err != SL_OK)
			return err;
	}
	if (found.n == 0)
		return ctx_fail(c, SL_NOPROBE, "usb",
				"the USB/IP server has no ST-LINK among %u devices", (unsigned)n);
	memcpy(busid, found.first, USBIP_BUSID_LEN);
	if (found.n > 1) {
		(void)ctx_fail(c, SL_MANYPROBES, "usb", "the USB/IP server has %zu ST-LINKs: %s",
			       found.n, found.all);
		ctx_hint(c, "name one, as in usbip:HOST/%s or usbip:unix:PATH,%s", busid, busid);
		return SL_MANYPROBES;
	}
	return SL_OK;
}

/* The list has a connection of its own: the kernel's server hangs up after it. */
static enum sl_err find_busid(struct ctx *c, const struct usbip_address *a, struct deadline d,
			      char busid[USBIP_BUSID_LEN])
{
	int fd = -1;
	enum sl_err err = usbip_connect(c, a, d, &fd);

	if (err != SL_OK)
		return err;
	err = read_list(c, fd, d, busid);
	(void)close(fd);
	return err;
}

/* doc: status of OP_REP_IMPORT; names from tools/usb/usbip/libsrc/usbip_common.h. */
static enum sl_err fail_import(struct ctx *c, const char *busid, uint32_t status)
{
	enum { ST_NA = 1, ST_DEV_BUSY = 2, ST_DEV_ERR = 3, ST_NODEV = 4 };

	switch (status) {
	case ST_NA:
	case ST_NODEV:
		(void)ctx_fail(c, SL_NOPROBE, "usb", "the USB/IP server has no device %s to give",
			       busid);
		ctx_hint(c, "usbip list -r HOST shows what the server offers");
		return SL_NOPROBE;
	case ST_DEV_BUSY:
		(void)ctx_fail(c, SL_BUSY, "usb", "device %s is imported by another client", busid);
		ctx_hint(c, "let the other client detach it, then run again");
		return SL_BUSY;
	case ST_DEV_ERR:
		return ctx_fail(c, SL_HOST, "usb", "the USB/IP server reports device %s in error",
				busid);
	default:
		return ctx_fail(c, SL_HOST, "usb",
				"the USB/IP server refuses device %s (status %u)", busid,
				(unsigned)status);
	}
}

static enum sl_err import_on(struct ctx *c, int fd, const char busid[USBIP_BUSID_LEN],
			     struct deadline d, struct usbip_device *out)
{
	struct question q = question_make(OP_REQ_IMPORT, OP_REP_IMPORT);
	uint8_t bytes[DEVICE_LEN] = { 0 };
	uint32_t status = 0;
	enum sl_err err;

	memcpy(q.bytes + OP_HEADER_LEN, busid, strnlen(busid, USBIP_BUSID_LEN - 1));
	q.len = sizeof(q.bytes);
	err = ask(c, fd, &q, d, &status);
	if (err == SL_OK && status != 0)
		err = fail_import(c, busid, status);
	if (err == SL_OK)
		err = usbip_receive(c, fd, bytes, sizeof(bytes), d);
	if (err != SL_OK)
		return err;
	if (!parse_device(bytes, out))
		return fail_protocol(c, "a device without a proper bus id");
	if (!is_stlink(out))
		return ctx_fail(c, SL_NOPROBE, "usb", "device %s is %04x:%04x, no ST-LINK", busid,
				out->vid, out->pid);
	return SL_OK;
}

enum sl_err usbip_import(struct ctx *c, const struct usbip_address *a, struct usbip_client *out)
{
	struct deadline d = ctx_deadline(c, DIALOG_MS);
	char busid[USBIP_BUSID_LEN];
	struct usbip_device device = { 0 };
	enum sl_err err = SL_OK;
	int fd = -1;

	memcpy(busid, a->busid, sizeof(busid));
	if (busid[0] == '\0')
		err = find_busid(c, a, d, busid);
	if (err == SL_OK)
		err = usbip_connect(c, a, d, &fd);
	if (err != SL_OK)
		return err;
	err = import_on(c, fd, busid, d, &device);
	if (err != SL_OK) {
		(void)close(fd);
		return err;
	}
	memset(out, 0, sizeof(*out));
	out->fd = fd;
	out->devid = device.busnum << 16 | (device.devnum & 0xFFFF);    /* doc: CMD_SUBMIT devid */
	out->vid = device.vid;
	out->pid = device.pid;
	out->configuration = device.configuration;
	memcpy(out->busid, busid, sizeof(busid));
	return SL_OK;
}

void usbip_hang_up(struct usbip_client *u)
{
	if (u->fd >= 0)
		(void)close(u->fd);
	u->fd = -1;
}

/* ---- transfers --------------------------------------------------------------- */

/* A reply to a submit or an unlink, doc: USBIP_RET_SUBMIT, USBIP_RET_UNLINK. */
struct ret {
	uint32_t command, seqnum;
	int32_t status;                 /* 0 or a negative errno of Linux */
	uint32_t actual;
};

struct status_cause {
	int32_t status;
	enum sl_err err;
	const char *what;
};

/* Linux: Documentation/driver-api/usb/error-codes.rst. The numbers are the protocol's, whatever
 * errno.h of this host says. */
static const struct status_cause status_causes[] = {
	{ -32, SL_STALL, "the probe stalled the transfer" },
	{ -75, SL_PROTO, "the probe sent more than was asked for" },
	{ -19, SL_GONE, "the probe left the bus" },
	{ -108, SL_GONE, "the probe left the bus" },
	{ -110, SL_TIMEOUT, "the probe did not answer in time" },
	{ -2, SL_GONE, "the server took the transfer back" },
	{ -104, SL_GONE, "the server took the transfer back" },
	{ -71, SL_HOST, "the transfer failed on the wire" },
	{ -84, SL_HOST, "the transfer failed on the wire" },
	{ -62, SL_HOST, "the transfer failed on the wire" },
};

static enum sl_err check_status(struct ctx *c, int32_t status, uint8_t ep)
{
	if (status == 0 || status == -121)      /* EREMOTEIO: shorter than asked, which is fine */
		return SL_OK;
	for (size_t i = 0; i < ARRAY_LEN(status_causes); i++)
		if (status_causes[i].status == status)
			return ctx_fail(c, status_causes[i].err, "usb", "endpoint %02X: %s", ep,
					status_causes[i].what);
	return ctx_fail(c, SL_HOST, "usb", "endpoint %02X: the USB/IP server says status %d", ep,
			(int)status);
}

/* The stream of replies is lost or wrong: nothing on this connection can be trusted. */
static enum sl_err give_up(struct usbip_client *u, enum sl_err err)
{
	u->down = err == SL_GONE ? SL_GONE : SL_HOST;
	return err;
}

static bool is_in(const struct pipe_xfer *t)
{
	return ((t->ep ? t->ep : t->setup[0]) & 0x80) != 0;
}

static void put_header(struct usbip_client *u, uint8_t pdu[PDU_LEN], uint32_t command,
		       const struct pipe_xfer *t)
{
	memset(pdu, 0, PDU_LEN);
	put_be32(pdu, command);
	put_be32(pdu + 4, ++u->seqnum);
	put_be32(pdu + 8, u->devid);
	put_be32(pdu + 12, is_in(t));
	put_be32(pdu + 16, t->ep & 0x0Fu);
}

static enum sl_err send_submit(struct usbip_client *u, struct ctx *c,
			       const struct pipe_xfer *t, struct deadline d)
{
	uint8_t pdu[PDU_LEN];
	enum sl_err err;

	put_header(u, pdu, CMD_SUBMIT, t);
	put_be32(pdu + 24, (uint32_t)t->len);
	/* 20 flags, 28 start frame, 32 number of packets, 36 interval: 0 outside isochronous. */
	if (t->ep == 0)
		memcpy(pdu + 40, t->setup, 8);
	err = usbip_send(c, u->fd, pdu, sizeof(pdu), d);
	if (err == SL_OK && !is_in(t) && t->len > 0)
		err = usbip_send(c, u->fd, t->data, t->len, d);
	return err;
}

static enum sl_err receive_ret(struct usbip_client *u, struct ctx *c, struct ret *r,
			       struct deadline d)
{
	uint8_t pdu[PDU_LEN] = { 0 };
	struct cursor cur = cur_make(pdu, sizeof(pdu));
	enum sl_err err = usbip_receive(c, u->fd, pdu, sizeof(pdu), d);

	if (err != SL_OK)
		return err;
	r->command = cur_be32(&cur);
	r->seqnum = cur_be32(&cur);
	cur_skip(&cur, 12);             /* devid, direction, endpoint: not set in replies */
	r->status = (int32_t)cur_be32(&cur);
	r->actual = cur_be32(&cur);
	return SL_OK;
}

/* The rest of a RET_SUBMIT for t: its data, and what became of it. */
static enum sl_err take_result(struct usbip_client *u, struct ctx *c, struct pipe_xfer *t,
			       const struct ret *r, struct deadline d)
{
	enum sl_err err;

	if (r->actual > t->len)
		return give_up(u, ctx_fail(c, SL_HOST, "usb",
					   "the USB/IP server claims %u bytes, %zu were asked for",
					   (unsigned)r->actual, t->len));
	if (is_in(t) && r->actual > 0) {
		err = usbip_receive(c, u->fd, t->data, r->actual, d);
		if (err != SL_OK)
			return give_up(u, err);
	}
	t->got = r->actual;
	return check_status(c, r->status, t->ep);
}

static enum sl_err fail_sequence(struct usbip_client *u, struct ctx *c, const struct ret *r)
{
	return give_up(u, ctx_fail(c, SL_HOST, "usb",
				   "the USB/IP server sent reply %u for transfer %u out of turn",
				   (unsigned)r->command, (unsigned)r->seqnum));
}

/* Take a late transfer back. It may complete in the meantime: then its result stands. */
static enum sl_err unlink_late(struct usbip_client *u, struct ctx *c, struct pipe_xfer *t,
			       uint32_t submitted)
{
	struct deadline d = ctx_deadline(c, UNLINK_MS);
	struct fault outcome;
	uint8_t pdu[PDU_LEN];
	struct ret r = { 0 };
	enum sl_err err, result;

	result = ctx_fail(c, SL_TIMEOUT, "usb",
			  "endpoint %02X: the probe did not answer within %u ms", t->ep,
			  t->timeout_ms);
	outcome = c->fault;
	put_header(u, pdu, CMD_UNLINK, t);
	put_be32(pdu + 20, submitted);
	err = usbip_send(c, u->fd, pdu, sizeof(pdu), d);
	if (err == SL_OK)
		err = receive_ret(u, c, &r, d);
	if (err == SL_OK && r.command == RET_SUBMIT && r.seqnum == submitted) {
		result = take_result(u, c, t, &r, d);
		if (u->down != SL_OK)
			return result;
		outcome = c->fault;
		err = receive_ret(u, c, &r, d);
	}
	if (err != SL_OK)
		return give_up(u, err);
	if (r.command != RET_UNLINK || r.seqnum != u->seqnum)
		return fail_sequence(u, c, &r);
	c->fault = outcome;
	return result;
}

/* Wait for the reply's first byte, in slices, so that a signal which comes in between two of
 * them is seen. */
static enum sl_err wait_reply(struct usbip_client *u, struct ctx *c, struct pipe_xfer *t)
{
	struct fault before = c->fault;
	unsigned left = t->timeout_ms ? t->timeout_ms : 1;
	bool hurried = false;
	enum sl_err err;

	do {
		unsigned slice = left < SLICE_MS ? left : SLICE_MS;

		if (!hurried && t->hurry_ms && ctx_signalled(c)) {
			hurried = true;
			left = left < t->hurry_ms ? left : t->hurry_ms;
			t->timeout_ms = left;
		}
		err = usbip_wait(c, u->fd, ctx_deadline(c, slice));
		left -= left < slice ? left : slice;
	} while (err == SL_TIMEOUT && left > 0);
	if (err == SL_OK)
		c->fault = before;
	return err;
}

enum sl_err usbip_submit(struct usbip_client *u, struct ctx *c, struct pipe_xfer *t)
{
	struct deadline d = ctx_deadline(c, t->timeout_ms ? t->timeout_ms : 1);
	struct ret r = { 0 };
	uint32_t submitted;
	enum sl_err err;

	t->got = 0;
	if (u->down != SL_OK)
		return ctx_fail(c, u->down, "usb", "the connection to the USB/IP server is lost");
	err = send_submit(u, c, t, d);
	submitted = u->seqnum;
	if (err != SL_OK)
		return give_up(u, err);
	err = wait_reply(u, c, t);
	if (err == SL_TIMEOUT)
		return unlink_late(u, c, t, submitted);
	/* From its first byte on, a reply has time of its own: it must not be cut in two. */
	d = ctx_deadline(c, UNLINK_MS);
	if (err == SL_OK)
		err = receive_ret(u, c, &r, d);
	if (err != SL_OK)
		return give_up(u, err);
	if (r.command != RET_SUBMIT || r.seqnum != submitted)
		return fail_sequence(u, c, &r);
	return take_result(u, c, t, &r, d);
}
