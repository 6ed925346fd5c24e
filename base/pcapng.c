/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pcapng.c - blocks of a pcapng file with usbmon headers (LINKTYPE_USB_LINUX_MMAPPED), little-endian
 * on any host.
 *
 * Follows draft-ietf-opsawg-pcapng and Linux Documentation/usb/usbmon.rst.
 */
#include "base/pcapng.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

enum {
	BLOCK_SECTION = 0x0A0D0D0A, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6,
	OPT_COMMENT = 1, OPT_IF_DESCRIPTION = 3, OPT_USER_APPLICATION = 4,
	LINKTYPE_USB_LINUX_MMAPPED = 220, USBMON_HEADER = 64, XFER_BULK = 3,
	EP_OUT = 0x02, EP_IN = 0x81, BUS = 1, DEVICE = 2, TEXT_MAX = 32000, US_PER_S = 1000000,
};

#define BYTE_ORDER_MAGIC 0x1A2B3C4Du

static void put(struct pcapng *p, const void *data, size_t n)
{
	if (p->error == 0 && n > 0 && fwrite(data, 1, n, p->f) != n)
		p->error = errno ? errno : EIO;
}

static void put_word(struct pcapng *p, uint32_t v)
{
	uint8_t raw[4];

	put_le32(raw, v);
	put(p, raw, sizeof(raw));
}

static uint32_t padded(size_t n)
{
	return (uint32_t)((n + 3) / 4 * 4);
}

static void put_padded(struct pcapng *p, const void *data, size_t n)
{
	static const uint8_t zero[3];

	put(p, data, n);
	put(p, zero, padded(n) - n);
}

static size_t text_len(const char *text)
{
	size_t n = text ? strlen(text) : 0;

	return n < TEXT_MAX ? n : TEXT_MAX;
}

/* Bytes of one option with its end marker; 0 for an empty text, which is left out. */
static uint32_t option_len(const char *text)
{
	return text_len(text) ? 4 + padded(text_len(text)) + 4 : 0;
}

static void put_option(struct pcapng *p, unsigned code, const char *text)
{
	size_t n = text_len(text);

	if (n == 0)
		return;
	put_word(p, code | (uint32_t)n << 16);
	put_padded(p, text, n);
	put_word(p, 0);
}

void pcapng_begin(struct pcapng *p, const char *comment)
{
	const char *text = text_len(comment) ? comment : "stlink-download";
	uint32_t len = 28 + option_len(text);

	put_word(p, BLOCK_SECTION);
	put_word(p, len);
	put_word(p, BYTE_ORDER_MAGIC);
	put_word(p, 1);                 /* version 1.0 */
	put_word(p, UINT32_MAX);        /* length of the section: not said */
	put_word(p, UINT32_MAX);
	put_option(p, text == comment ? OPT_COMMENT : OPT_USER_APPLICATION, text);
	put_word(p, len);
}

void pcapng_interface(struct pcapng *p, const char *description)
{
	uint32_t len = 20 + option_len(description);

	put_word(p, BLOCK_INTERFACE);
	put_word(p, len);
	put_word(p, LINKTYPE_USB_LINUX_MMAPPED);
	put_word(p, 0);                 /* whole packets */
	put_option(p, OPT_IF_DESCRIPTION, description);
	put_word(p, len);
	p->interfaces++;
}

/* One URB at one instant. */
struct urb {
	char event;                     /* 'S' submitted, 'C' completed */
	uint8_t ep;
	uint64_t at_us;
	int status;                     /* 0 or a negated errno */
	uint32_t len;                   /* wanted, or moved */
	const uint8_t *data;
	uint32_t data_len;
	const char *comment;
};

static void put_urb(struct pcapng *p, const struct urb *u)
{
	uint32_t captured = USBMON_HEADER + u->data_len;
	uint32_t len = 32 + padded(captured) + option_len(u->comment);
	uint8_t h[USBMON_HEADER] = { 0 };

	put_le32(h, (uint32_t)p->id);
	put_le32(h + 4, (uint32_t)(p->id >> 32));
	h[8] = (uint8_t)u->event;
	h[9] = XFER_BULK;
	h[10] = u->ep;
	h[11] = DEVICE;
	put_le16(h + 12, BUS);
	h[14] = '-';
	h[15] = u->data_len ? 0 : u->ep & 0x80 ? '<' : '>';
	put_le32(h + 16, (uint32_t)(u->at_us / US_PER_S));
	put_le32(h + 24, (uint32_t)(u->at_us % US_PER_S));
	put_le32(h + 28, (uint32_t)u->status);
	put_le32(h + 32, u->len);
	put_le32(h + 36, u->data_len);
	put_word(p, BLOCK_PACKET);
	put_word(p, len);
	put_word(p, p->interfaces ? p->interfaces - 1 : 0);
	put_word(p, (uint32_t)(u->at_us >> 32));
	put_word(p, (uint32_t)u->at_us);
	put_word(p, captured);
	put_word(p, captured);
	put(p, h, sizeof(h));
	put_padded(p, u->data, u->data_len);
	put_option(p, OPT_COMMENT, u->comment);
	put_word(p, len);
}

/* What usbmon would have seen. */
static int status_of(enum sl_err err)
{
	switch (err) {
	case SL_OK:
		return 0;
	case SL_TIMEOUT:
		return -ETIMEDOUT;
	case SL_STALL:
		return -EPIPE;
	case SL_GONE:
		return -ENODEV;
	default:
		return -EPROTO;
	}
}

static void put_pair(struct pcapng *p, struct urb submitted, const struct urb *completed)
{
	p->id++;
	submitted.event = 'S';
	submitted.status = -EINPROGRESS;
	put_urb(p, &submitted);
	put_urb(p, completed);
}

void pcapng_transaction(struct pcapng *p, const struct record *t, uint32_t data_len, const char *comment)
{
	bool in = t->dir == RECORD_IN;
	int status = status_of(t->err);
	struct urb s = { .ep = EP_OUT, .at_us = t->at_us, .len = RECORD_COMMAND, .data = t->command,
			 .data_len = RECORD_COMMAND,
			 .comment = t->dir == RECORD_NONE ? comment : NULL };
	struct urb c = { .event = 'C', .ep = EP_OUT, .at_us = t->at_us, .len = RECORD_COMMAND,
			 .status = t->dir == RECORD_NONE ? status : 0 };

	if (p->interfaces == 0)
		pcapng_interface(p, "");
	p->id = 2 * p->number++;
	put_pair(p, s, &c);
	if (t->dir == RECORD_NONE)
		return;
	s = (struct urb){ .ep = in ? EP_IN : EP_OUT, .at_us = t->at_us, .len = t->len,
			  .data = in ? NULL : t->data, .data_len = in ? 0 : data_len,
			  .comment = in ? NULL : comment };
	c = (struct urb){ .event = 'C', .ep = s.ep, .at_us = t->at_us + t->took_us, .len = t->got,
			  .status = status, .data = in ? t->data : NULL, .data_len = in ? data_len : 0,
			  .comment = in ? comment : NULL };
	put_pair(p, s, &c);
}
