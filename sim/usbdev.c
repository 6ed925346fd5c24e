/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbdev.c - what every USB device does: control requests, halts, time and counts.
 *
 * What the bytes on the bulk endpoints mean is the front ends' business. Follows USB
 * 2.0 chapter 9 and the bulk-only class requests; time per URB is the bench model's.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "sim/board.h"
#include "sim/descriptors.h"

/* Timing model of the virtual bench. UNSURE: no direct measurement of a probe. Times in public
 * st-flash logs (stlink issues 1205, 1473, 1484) come to 0.17 to 0.24 ms for a command and its
 * answer: two turnarounds and the firmware's time. Bytes are below what USB 2.0 5.8.4 allows: 19
 * packets of 64 in a frame, 13 of 512 in a microframe. High-speed turnaround: assumed. */
const struct usb_speed usb_full_speed = {
	.packet = 64, .urb_ns = 100000, .ns_per_30_bytes = 30000, .firmware_ns = 20000,
};

const struct usb_speed usb_high_speed = {
	.high = true, .packet = 512, .urb_ns = 40000, .ns_per_30_bytes = 1000, .firmware_ns = 10000,
};

/* USB 2.0 table 9-4; the class requests of the bulk-only transport, section 3 */
enum {
	REQ_GET_STATUS = 0, REQ_CLEAR_FEATURE = 1, REQ_SET_FEATURE = 3, REQ_SET_ADDRESS = 5,
	REQ_GET_DESCRIPTOR = 6, REQ_GET_CONFIGURATION = 8, REQ_SET_CONFIGURATION = 9,
	REQ_GET_INTERFACE = 10, REQ_SET_INTERFACE = 11,
	REQ_GET_MAX_LUN = 0xFE, REQ_BULK_RESET = 0xFF
};

enum { DESC_DEVICE = 1 };
enum { CLASS_MISC = 0xEF, SUBCLASS_COMMON = 2, PROTOCOL_IAD = 1 };        /* USB IAD ECN */
enum { RECIPIENT_INTERFACE = 1, RECIPIENT_ENDPOINT = 2 };

void usb_charge(struct board *b, size_t len)
{
	const struct usb_speed *s = b->kind->front->speed;

	sim_clock_spend(&b->clock, s->urb_ns + len * s->ns_per_30_bytes / 30u);
}

static uint32_t halt_bit(uint8_t ep)
{
	return 1u << ((ep & 0xFu) + (ep & 0x80u ? 16u : 0u));
}

void usb_halt(struct board *b, uint8_t ep)
{
	b->halted |= halt_bit(ep);
}

void usb_unhalt(struct board *b, uint8_t ep)
{
	b->halted &= ~halt_bit(ep);
}

bool usb_halted(const struct board *b, uint8_t ep)
{
	return (b->halted & halt_bit(ep)) != 0;
}

int reply_take(struct board *b, uint8_t *data, size_t len)
{
	struct reply *r = &b->probe.reply;
	size_t have = r->len - r->off, packet = b->kind->front->speed->packet;

	if (!r->pending || len == 0)
		return USBDEV_NAK;
	if (len < have && len % packet != 0) {
		board_illegal(b, "IN of %zu bytes for an answer of %zu", len, have);
		r->pending = false;
		return USBDEV_BABBLE;
	}
	if (len > have && have % packet == 0) {
		if (!r->starved)
			board_illegal(b, "IN of %zu bytes: no short packet ends an answer of %zu",
				      len, have);
		r->starved = true;
		return USBDEV_NAK;
	}
	if (have > len)
		have = len;
	memcpy(data, r->data + r->off, have);
	r->off += have;
	r->pending = r->off < r->len;
	return (int)have;
}

/* ---- presence -------------------------------------------------------------------- */

unsigned usbdev_generation(const struct board *b)
{
	return b->generation;
}

bool usbdev_present(const struct board *b)
{
	return !b->absent;
}

bool usbdev_enumerate(struct board *b)
{
	if (b->unplugged)
		return false;
	b->absent = false;
	return true;
}

void usbdev_reset(struct board *b)
{
	if (!usbdev_enumerate(b))
		return;
	b->halted = 0;
	b->out.command = NULL;
	b->probe.reply.pending = false;
	b->kind->front->reset(b);
	for (size_t i = 0; i < FUNCTIONS_MAX && b->kind->front->functions[i] != NULL; i++)
		b->kind->front->functions[i]->reset(b);
}

void usbdev_ids(const struct board *b, struct usbdev_ids *out)
{
	const struct front_end *f = b->kind->front;

	memset(out, 0, sizeof(*out));
	out->vid = b->vid;
	out->pid = b->pid;
	out->bcd_device = BCD_DEVICE;
	if (f->composite) {
		out->dev_class = CLASS_MISC;
		out->dev_subclass = SUBCLASS_COMMON;
		out->dev_protocol = PROTOCOL_IAD;
	}
	out->configuration_value = 1;
	out->n_configurations = 1;
	out->n_interfaces = (uint8_t)descriptor_classes(f, out->interface_class,
							ARRAY_LEN(out->interface_class));
	out->high_speed = f->speed->high;
	out->max_packet = f->speed->packet;
}

/* ---- control transfers -------------------------------------------------------------- */

/* The function that owns an interface or an endpoint; NULL: the debug interface does. */
static const struct usb_function *by_interface(const struct board *b, unsigned n)
{
	const struct usb_function *const *f = b->kind->front->functions;

	for (size_t i = 0; i < FUNCTIONS_MAX && f[i] != NULL; i++)
		if (n >= f[i]->first_interface && n - f[i]->first_interface < f[i]->n_interfaces)
			return f[i];
	return NULL;
}

static const struct usb_function *by_endpoint(const struct board *b, uint8_t ep)
{
	const struct usb_function *const *f = b->kind->front->functions;

	for (size_t i = 0; i < FUNCTIONS_MAX && f[i] != NULL; i++)
		if (ep == f[i]->ep_out || ep == f[i]->ep_in || (ep != 0 && ep == f[i]->ep_note))
			return f[i];
	return NULL;
}

static struct usb_setup setup_parse(const uint8_t raw[8])
{
	struct cursor c = cur_make(raw, 8);
	struct usb_setup s = { 0 };

	s.type = cur_u8(&c);
	s.request = cur_u8(&c);
	s.value = cur_le16(&c);
	s.index = cur_le16(&c);
	s.length = cur_le16(&c);
	return s;
}

static int give(uint8_t *data, size_t len, const uint8_t *src, size_t n)
{
	if (n > len)
		n = len;
	memcpy(data, src, n);
	return (int)n;
}

static int get_descriptor(struct board *b, const struct usb_setup *s, uint8_t *data, size_t len)
{
	uint8_t buf[DESCRIPTOR_MAX];
	size_t n = descriptor_make(b, (uint8_t)(s->value >> 8), (uint8_t)s->value, buf);

	return n == 0 ? USBDEV_STALL : give(data, len, buf, n);
}

static int set_configuration(struct board *b, const struct usb_setup *s)
{
	if (s->value > 1)
		return USBDEV_STALL;
	usbdev_reset(b);
	b->configuration = (uint8_t)s->value;
	return 0;
}

static int endpoint_feature(struct board *b, const struct usb_setup *s)
{
	uint8_t ep = (uint8_t)s->index;
	const struct usb_function *f = by_endpoint(b, ep);

	if ((s->type & 0x1Fu) != RECIPIENT_ENDPOINT || s->value != 0)
		return 0;
	if (s->request == REQ_SET_FEATURE)
		usb_halt(b, ep);
	else if (f == NULL ? !b->bot.need_reset : f->stays_halted == NULL || !f->stays_halted(b))
		usb_unhalt(b, ep);      /* bulk-only 6.6.1: an invalid CBW needs the reset first */
	return 0;
}

static int get_status(struct board *b, const struct usb_setup *s, uint8_t *data, size_t len)
{
	uint8_t st[2] = { 0, 0 };

	if ((s->type & 0x1Fu) == RECIPIENT_ENDPOINT)
		st[0] = usb_halted(b, (uint8_t)s->index) ? 1 : 0;
	return give(data, len, st, sizeof(st));
}

static int standard_request(struct board *b, const struct usb_setup *s, uint8_t *data, size_t len)
{
	static const uint8_t zero;

	switch (s->request) {
	case REQ_GET_STATUS:
		return get_status(b, s, data, len);
	case REQ_CLEAR_FEATURE:
	case REQ_SET_FEATURE:
		return endpoint_feature(b, s);
	case REQ_SET_ADDRESS:
		return 0;
	case REQ_GET_DESCRIPTOR:
		return get_descriptor(b, s, data, len);
	case REQ_GET_CONFIGURATION:
		return give(data, len, &b->configuration, 1);
	case REQ_SET_CONFIGURATION:
		return set_configuration(b, s);
	case REQ_GET_INTERFACE:
		return give(data, len, &zero, 1);
	case REQ_SET_INTERFACE:
		return s->value == 0 ? 0 : USBDEV_STALL;
	default:
		return USBDEV_STALL;
	}
}

static int class_request(struct board *b, const struct usb_setup *s, uint8_t *data, size_t len)
{
	static const uint8_t zero;
	const struct usb_function *f = NULL;

	if ((s->type & 0x1Fu) == RECIPIENT_INTERFACE)
		f = by_interface(b, s->index & 0xFFu);
	if (f != NULL)
		return f->request(b, s, data, len);
	if (b->kind->front->class_reset == NULL)
		return USBDEV_STALL;
	if (s->type == USB_CLASS_IN && s->request == REQ_GET_MAX_LUN)
		return give(data, len, &zero, 1);
	if (s->type == USB_CLASS_OUT && s->request == REQ_BULK_RESET) {
		b->kind->front->class_reset(b);
		return 0;
	}
	return USBDEV_STALL;
}

static bool enumerates(const struct usb_setup *s)
{
	if (s->type == 0x80u)
		return s->request == REQ_GET_DESCRIPTOR && s->value >> 8 == DESC_DEVICE;
	return s->type == 0 &&
	       (s->request == REQ_SET_ADDRESS || s->request == REQ_SET_CONFIGURATION);
}

static int do_control(struct board *b, const uint8_t setup[8], uint8_t *data, size_t len)
{
	struct usb_setup s = setup_parse(setup);
	int n;

	if (b->absent && (!enumerates(&s) || !usbdev_enumerate(b)))
		return USBDEV_GONE;
	if (len > s.length)
		len = s.length;
	if ((s.type & 0x60u) == 0)
		n = standard_request(b, &s, data, len);
	else
		n = class_request(b, &s, data, len);
	if (n == USBDEV_STALL)
		b->report.stalls++;
	else if (n >= 0)
		b->report.urbs++;
	return n;
}

/* ---- bulk transfers -------------------------------------------------------------------- */

static int count_bulk(struct board *b, int n, uint64_t *bytes)
{
	if (n == USBDEV_STALL)
		b->report.stalls++;
	if (n < 0)
		return n;
	b->report.urbs++;
	b->report.bulk_urbs++;
	*bytes += (uint64_t)n;
	return n;
}

/* What a locked-up or halted endpoint says; 0: it works. */
static int dead_end(struct board *b, uint8_t ep)
{
	if (b->probe.hung)
		return USBDEV_NAK;
	if (!b->report.wedged && !usb_halted(b, ep))
		return 0;
	usb_charge(b, 0);
	return USBDEV_STALL;
}

static int do_bulk_out(struct board *b, uint8_t ep, const uint8_t *data, size_t len)
{
	const struct usb_function *f;
	int n = USBDEV_STALL;

	if (b->absent)
		return USBDEV_GONE;
	f = by_endpoint(b, ep);
	if (ep & 0x80u || (f == NULL && ep != b->kind->front->ep_out))
		board_illegal(b, "OUT on endpoint %02X", ep);
	else if ((n = dead_end(b, ep)) == 0)
		n = f != NULL ? f->out(b, data, len) : b->kind->front->out(b, data, len);
	return count_bulk(b, n, &b->report.bytes_out);
}

static int do_bulk_in(struct board *b, uint8_t ep, uint8_t *data, size_t len)
{
	const struct usb_function *f;
	int n = USBDEV_STALL;

	if (b->absent)
		return USBDEV_GONE;
	f = by_endpoint(b, ep);
	if ((ep != 0 && ep == b->kind->front->ep_trace) || (f != NULL && ep == f->ep_note))
		return USBDEV_NAK;
	if (!(ep & 0x80u) || (f == NULL && ep != b->kind->front->ep_in))
		board_illegal(b, "IN on endpoint %02X", ep);
	else if ((n = dead_end(b, ep)) == 0)
		n = f != NULL ? f->in(b, data, len) : b->kind->front->in(b, data, len);
	return count_bulk(b, n, &b->report.bytes_in);
}

/* So long without a transfer: what comes is another job. */
#define PAUSE_NS 500000000u

static void let_in(struct board *b)
{
	sim_clock_follow(&b->clock);
	if (b->clock.now_ns - b->last_ns >= PAUSE_NS)
		sim_clock_acquit(&b->clock);
}

/* What the simulator computes for a transfer is no time of the host's. */
static int let_out(struct board *b, int n)
{
	sim_clock_forgive(&b->clock);
	b->last_ns = b->clock.now_ns;
	return n;
}

int usbdev_control(struct board *b, const uint8_t setup[8], uint8_t *data, size_t len)
{
	let_in(b);
	return let_out(b, do_control(b, setup, data, len));
}

int usbdev_bulk_out(struct board *b, uint8_t ep, const uint8_t *data, size_t len)
{
	let_in(b);
	return let_out(b, do_bulk_out(b, ep, data, len));
}

int usbdev_bulk_in(struct board *b, uint8_t ep, uint8_t *data, size_t len)
{
	let_in(b);
	return let_out(b, do_bulk_in(b, ep, data, len));
}
