/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * descriptor.c - finds the bulk endpoints of interface 0.
 *
 * Every modern tool takes interface 0, alternate setting 0, as the debug interface (known
 * from OpenOCD, stlink, probe-rs); the endpoint numbers differ between generations.
 */
#include "usb/descriptor.h"

#include "base/cursor.h"

/* USB 2.0 table 9-5 and 9.6.5, 9.6.6 */
enum { DT_DEVICE = 1, DT_CONFIG = 2, DT_INTERFACE = 4, DT_ENDPOINT = 5, XFER_TYPE_BULK = 2 };

bool usb_parse_device(const uint8_t *bytes, size_t len, uint16_t *vid, uint16_t *pid)
{
	struct cursor cur = cur_make(bytes, len);
	uint8_t length = cur_u8(&cur);
	uint8_t type = cur_u8(&cur);

	cur_seek(&cur, 8);
	*vid = cur_le16(&cur);
	*pid = cur_le16(&cur);
	return !cur.over && length == USB_DEVICE_DESCRIPTOR_LEN && type == DT_DEVICE;
}

static void take_endpoint(struct cursor body, struct pipe *p)
{
	uint8_t ep = cur_u8(&body);
	uint8_t attributes = cur_u8(&body);
	uint16_t max_packet = cur_le16(&body) & 0x07FF;

	if (body.over || (attributes & 0x03) != XFER_TYPE_BULK)
		return;
	if (!(ep & 0x80)) {
		if (p->ep_out == 0)
			p->ep_out = ep;
	} else if (p->ep_in == 0) {
		p->ep_in = ep;
		p->max_packet = max_packet;
	} else if (p->ep_trace == 0) {
		p->ep_trace = ep;
	}
}

/* One step through the list of descriptors; false at its end. */
static bool next_descriptor(struct cursor *cur, uint8_t *type, struct cursor *body)
{
	uint8_t len = cur_u8(cur);
	const uint8_t *data;

	*type = cur_u8(cur);
	if (cur->over || len < 2)
		return false;
	data = cur_view(cur, len - 2u);
	*body = cur_make(data, data ? len - 2u : 0);
	return data != NULL;
}

enum sl_err usb_parse_debug_interface(struct ctx *c, const uint8_t *bytes, size_t len,
				      struct pipe *p)
{
	struct cursor cur = cur_make(bytes, len);
	struct cursor body;
	bool inside = false;
	uint8_t type;

	p->ep_in = p->ep_out = p->ep_trace = 0;
	p->max_packet = 0;
	while (next_descriptor(&cur, &type, &body)) {
		if (type == DT_INTERFACE) {
			uint8_t number = cur_u8(&body);
			uint8_t alternate = cur_u8(&body);

			inside = !body.over && number == 0 && alternate == 0;
		} else if (type == DT_ENDPOINT && inside) {
			take_endpoint(body, p);
		}
	}
	if (p->ep_in == 0 || p->ep_out == 0)
		return ctx_fail(c, SL_PROTO, "usb", "interface 0 has no pair of bulk endpoints");
	/* USB 2.0 5.8.3: 8 to 64 at full speed, 512 at high speed. */
	if (p->max_packet < 8 || p->max_packet > 512)
		return ctx_fail(c, SL_PROTO, "usb", "endpoint %02X has packets of %u bytes",
				p->ep_in, p->max_packet);
	return SL_OK;
}
