/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * mock_storage.c - sg and usb-storage, as far as SG_IO shows them, on a virtual board.
 *
 * What ends how was measured on a real kernel (Linux 6.1): failures of the transport are
 * host_status 7, a timeout is host_status 3, both after a device reset; ioctl() succeeds.
 * Source: Linux drivers/usb/storage/transport.c, drivers/scsi/sg.c.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/t1/mock_priv.h"

enum { CBW_LEN = 31, CSW_LEN = 13, MAX_TRANSFER = 122880, EP_OUT = 0x02, EP_IN = 0x81 };
enum { GOOD = 0, CHECK_CONDITION = 2, DRIVER_SENSE = 8 };
enum { HOST_OK = 0, HOST_NO_CONNECT = 1, HOST_TIME_OUT = 3, HOST_ERROR = 7 };

struct command {
	const uint8_t *cdb;
	uint8_t cdb_len;
	bool in;
	uint8_t *data;
	size_t len, moved;
	uint8_t status;
};

static void clear_halt(struct board *b, uint8_t ep)
{
	const uint8_t setup[8] = { 0x02, 0x01, 0, 0, ep };

	(void)usbdev_control(b, setup, NULL, 0);
}

static unsigned host_of(int n)
{
	switch (n) {
	case USBDEV_NAK:
		return HOST_TIME_OUT;   /* nobody else moves the board: it will not answer */
	case USBDEV_GONE:
		return HOST_NO_CONNECT;
	default:
		return HOST_ERROR;
	}
}

static unsigned move_data(struct board *b, struct command *c)
{
	uint8_t ep = c->in ? EP_IN : EP_OUT;
	int n = c->in ? usbdev_bulk_in(b, ep, c->data, c->len) :
			usbdev_bulk_out(b, ep, c->data, c->len);

	if (n == USBDEV_STALL) {
		clear_halt(b, ep);
		return HOST_OK;
	}
	if (n < 0)
		return host_of(n);
	c->moved = (size_t)n;
	return HOST_OK;
}

/* One command through its three phases; host status. */
static unsigned run(struct board *b, struct command *c)
{
	static uint32_t tag = 0x1000;
	uint8_t cbw[CBW_LEN] = { 'U', 'S', 'B', 'C' }, csw[64] = { 0 };
	unsigned host = HOST_OK;
	size_t residue;
	int n;

	put_le32(cbw + 4, ++tag);
	put_le32(cbw + 8, (uint32_t)c->len);
	cbw[12] = c->in ? 0x80 : 0x00;
	cbw[14] = c->cdb_len;
	memcpy(cbw + 15, c->cdb, c->cdb_len);
	n = usbdev_bulk_out(b, EP_OUT, cbw, sizeof(cbw));
	if (n != CBW_LEN)
		return host_of(n);
	if (c->len > 0)
		host = move_data(b, c);
	if (host != HOST_OK)
		return host;
	n = usbdev_bulk_in(b, EP_IN, csw, sizeof(csw));
	if (n == USBDEV_STALL) {
		clear_halt(b, EP_IN);
		n = usbdev_bulk_in(b, EP_IN, csw, sizeof(csw));
	}
	if (n < 0)
		return host_of(n);
	if (n != CSW_LEN || memcmp(csw, "USBS", 4) != 0 || get_le32(csw + 4) != tag || csw[12] > 1)
		return HOST_ERROR;
	c->status = csw[12];
	residue = get_le32(csw + 8);
	if (residue > c->len)
		residue = c->len;
	if (c->len - c->moved < residue)
		c->moved = c->len - residue;    /* the kernel believes the larger of the two */
	return HOST_OK;
}

void mock_storage(struct board *b, struct sg_io_hdr *h, const uint8_t *cdb, uint8_t *data,
		  uint8_t *sense)
{
	static const uint8_t sense_cdb[6] = { 0x03, 0, 0, 0, 18, 0 };
	uint8_t bytes[18] = { 0 };
	struct command c = { .cdb = cdb, .cdb_len = h->cmd_len, .data = data, .len = h->dxfer_len,
			     .in = h->dxfer_direction == SG_DXFER_FROM_DEV };
	struct command ask = { .cdb = sense_cdb, .cdb_len = 6, .in = true, .data = bytes,
			       .len = sizeof(bytes) };

	if (h->dxfer_direction == SG_DXFER_NONE)
		c.len = 0;
	h->status = h->masked_status = h->sb_len_wr = 0;
	h->driver_status = 0;
	h->host_status = (unsigned short)run(b, &c);
	h->resid = (int)(c.len - c.moved);
	if (h->host_status == HOST_ERROR || h->host_status == HOST_TIME_OUT)
		usbdev_reset(b);
	if (h->host_status != HOST_OK || c.status == 0)
		return;
	h->status = CHECK_CONDITION;
	h->masked_status = CHECK_CONDITION >> 1;
	h->driver_status = DRIVER_SENSE;
	if (run(b, &ask) != HOST_OK)
		return;
	h->sb_len_wr = h->mx_sb_len < sizeof(bytes) ? h->mx_sb_len : (unsigned char)sizeof(bytes);
	memcpy(sense, bytes, h->sb_len_wr);
}

static void canned(struct mock_kernel *mk, struct sg_io_hdr *h, uint8_t *sense)
{
	const struct mock_sg_result *r = &mk->sg_result;

	h->host_status = (unsigned short)r->host_status;
	h->driver_status = (unsigned short)r->driver_status;
	h->status = (unsigned char)r->status;
	h->resid = r->resid;
	h->sb_len_wr = 0;
	if (r->status == CHECK_CONDITION) {
		h->sb_len_wr = (unsigned char)sizeof(r->sense);
		memcpy(sense, r->sense, sizeof(r->sense));
	}
	mk->has_sg_result = false;
}

/* NULL: a null pointer, or whoever called was killed meanwhile and nobody waits for an answer. */
static UMockdevIoctlData *resolve(UMockdevIoctlData *data, size_t offset, size_t len)
{
	GError *error = NULL;
	UMockdevIoctlData *out = umockdev_ioctl_data_resolve(data, offset, len, &error);

	if (error)
		g_error_free(error);
	return out;
}

static struct mock_answer sg_io(struct mock_device *d, UMockdevIoctlData *arg)
{
	UMockdevIoctlData *x = resolve(arg, 0, sizeof(struct sg_io_hdr));
	struct sg_io_hdr *h = x ? (struct sg_io_hdr *)(void *)x->data : NULL;
	UMockdevIoctlData *cdb, *sense, *data = NULL;

	if (!h)
		return (struct mock_answer){ -1, EFAULT };
	if (h->interface_id != 'S' || h->cmd_len < 6 || h->cmd_len > 16 || h->mx_sb_len < 18)
		return (struct mock_answer){ -1, EINVAL };
	if (h->dxfer_len > MAX_TRANSFER)
		return (struct mock_answer){ -1, EINVAL };
	cdb = resolve(x, offsetof(struct sg_io_hdr, cmdp), h->cmd_len);
	sense = resolve(x, offsetof(struct sg_io_hdr, sbp), h->mx_sb_len);
	if (h->dxfer_len > 0)
		data = resolve(x, offsetof(struct sg_io_hdr, dxferp), h->dxfer_len);
	if (!cdb || !sense || (h->dxfer_len > 0 && !data))
		return (struct mock_answer){ -1, EFAULT };
	d->mk->counts.sg_ios++;
	if (d->mk->has_sg_result)
		canned(d->mk, h, sense->data);
	else
		mock_storage(d->board, h, cdb->data, data ? data->data : NULL, sense->data);
	return (struct mock_answer){ 0, 0 };
}

struct mock_answer mock_sg(struct mock_device *d, UMockdevIoctlClient *client)
{
	UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
	const int version = 30536;
	UMockdevIoctlData *slot;

	if (!d->present || strcmp(umockdev_ioctl_client_get_devnode(client), d->sg_node) != 0)
		return (struct mock_answer){ -1, ENODEV };
	switch (umockdev_ioctl_client_get_request(client)) {
	case SG_GET_VERSION_NUM:
		slot = resolve(arg, 0, sizeof(version));
		if (!slot)
			return (struct mock_answer){ -1, EFAULT };
		memcpy(slot->data, &version, sizeof(version));
		d->mk->counts.sg_opens++;
		return (struct mock_answer){ 0, 0 };
	case SG_IO:
		return sg_io(d, arg);
	default:
		return (struct mock_answer){ -1, ENOTTY };
	}
}
