/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * vcp.c - the CDC ACM interfaces of a V2-1 or V3: bytes between the host and USART2.
 *
 * After USB CDC 1.2 and PSTN 1.2. The line's rate, as the host sets it, paces what goes to the
 * chip; parity and stop bits count for the time only. UNSURE: how much a real probe buffers,
 * and what SEND_BREAK does; here 4096 bytes from the chip are kept, and breaks go nowhere.
 */
#include "sim/vcp.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/board.h"

#define NS_PER_S 1000000000ull
#define RATE_DEFAULT 115200u

enum { SET_LINE_CODING = 0x20, GET_LINE_CODING = 0x21, SET_CONTROL_LINES = 0x22,
       SEND_BREAK = 0x23 };

static void on_tx(void *priv, unsigned usart, uint8_t byte, uint64_t at_ns)
{
	struct board *b = priv;
	struct vcp *v = &b->vcp;

	(void)at_ns;
	if (usart != VCP_USART)
		return;
	if (v->count == VCP_BUFFER) {
		b->report.vcp_lost++;
		return;
	}
	v->from_chip[(v->first + v->count) % VCP_BUFFER] = byte;
	v->count++;
}

void vcp_connect(struct board *b)
{
	put_le32(b->vcp.coding, RATE_DEFAULT);
	b->vcp.coding[6] = 8;
	chip_on_tx(b->chip, on_tx, b);
}

/* Start bit, data, parity, one, one and a half or two stop bits: in half bits. */
static uint64_t char_ns(const struct vcp *v)
{
	uint32_t rate = get_le32(v->coding);
	uint64_t halves = 2u * (1u + v->coding[6] + (v->coding[5] != 0)) + 2u + v->coding[4];

	return halves * NS_PER_S / 2u / (rate != 0 ? rate : RATE_DEFAULT);
}

static int vcp_out(struct board *b, const uint8_t *data, size_t len)
{
	size_t room = chip_rx_room(b->chip, VCP_USART), n = len;

	if (len > CHIP_RX_MAX) {
		board_illegal(b, "serial port: %zu bytes in one transfer", len);
		n = CHIP_RX_MAX;
	}
	if (room < n)
		return USBDEV_NAK;
	usb_charge(b, len);
	for (size_t i = 0; i < n; i++)
		(void)chip_rx(b->chip, VCP_USART, data[i], char_ns(&b->vcp));
	b->report.vcp_out += n;
	b->report.vcp_lost += len - n;
	return (int)len;
}

static int vcp_in(struct board *b, uint8_t *data, size_t len)
{
	struct vcp *v = &b->vcp;
	size_t n;

	chip_sync(b->chip);
	n = v->count < len ? v->count : len;
	if (n == 0)
		return USBDEV_NAK;
	for (size_t i = 0; i < n; i++)
		data[i] = v->from_chip[(v->first + i) % VCP_BUFFER];
	v->first = (v->first + n) % VCP_BUFFER;
	v->count -= n;
	usb_charge(b, n);
	b->report.vcp_in += n;
	return (int)n;
}

static bool coding_sane(const uint8_t *c)
{
	return get_le32(c) != 0 && c[4] <= 2 && c[5] <= 4 && c[6] >= 5 && c[6] <= 16;
}

static int vcp_request(struct board *b, const struct usb_setup *s, uint8_t *data, size_t len)
{
	struct vcp *v = &b->vcp;

	if (s->type == USB_CLASS_IN && s->request == GET_LINE_CODING) {
		len = len < sizeof(v->coding) ? len : sizeof(v->coding);
		memcpy(data, v->coding, len);
		return (int)len;
	}
	if (s->type != USB_CLASS_OUT)
		return USBDEV_STALL;
	switch (s->request) {
	case SET_LINE_CODING:
		if (len != sizeof(v->coding) || !coding_sane(data))
			return USBDEV_STALL;
		memcpy(v->coding, data, len);
		return (int)len;
	case SET_CONTROL_LINES:
		v->lines = s->value;
		return 0;
	case SEND_BREAK:
		return 0;
	default:
		return USBDEV_STALL;
	}
}

static void vcp_reset(struct board *b)
{
	b->vcp.count = 0;
	b->vcp.lines = 0;
}

const struct usb_function function_vcp = {
	.first_interface = VCP_INTERFACE, .n_interfaces = 2,
	.ep_out = VCP_OUT, .ep_in = VCP_IN, .ep_note = VCP_NOTE,
	.out = vcp_out, .in = vcp_in, .request = vcp_request, .reset = vcp_reset,
};
