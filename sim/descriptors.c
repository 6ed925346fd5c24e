/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * descriptors.c - device, configuration and string descriptors, odd serials included.
 *
 * The V2 after published lsusb listings; of a V1 no full listing is published, its
 * interface class and endpoints are (the rest is by analogy). Of composite probes there are
 * listings of parts: a V3E's lengths, strings 4, 6 and 7 and the endpoints 81, 01, 82, 83, 84,
 * 85; a V2-1's IF0, its trace packets of 32 bytes and string 6. UNSURE: the rest of those two,
 * which follows firmware written to look like a V2-1. USB 2.0 chapter 9.6, CDC 1.2.
 */
#include "sim/descriptors.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/board.h"

enum { DESC_DEVICE = 1, DESC_CONFIG = 2, DESC_STRING = 3, DESC_INTERFACE = 4, DESC_ENDPOINT = 5,
       DESC_QUALIFIER = 6, DESC_OTHER_SPEED = 7 };
enum { STR_LANG = 0, STR_MANUFACTURER = 1, STR_PRODUCT = 2, STR_SERIAL = 3, STR_NAMES = 4 };

#define LANG_US 0x0409u
#define UID_BYTES 12u

#define BULK_OF(ep, size) 7, DESC_ENDPOINT, (ep), 2, (size) & 0xFF, (size) >> 8, 0
#define BULK(ep) BULK_OF(ep, 64)
#define NOTE(ep, size, interval) 7, DESC_ENDPOINT, (ep), 3, (size), 0, (interval)

/* Interface association, control interface 2 with its functional descriptors. */
#define CDC_CONTROL(name) \
	8, 11, 2, 2, 0x02, 0x02, 0x01, (name), \
	9, DESC_INTERFACE, 2, 0, 1, 0x02, 0x02, 0x01, (name), \
	5, 0x24, 0x00, 0x10, 0x01,      /* header: CDC 1.10 */ \
	5, 0x24, 0x01, 0x00, 3,         /* call management: none */ \
	4, 0x24, 0x02, 0x06,            /* ACM: line coding, break */ \
	5, 0x24, 0x06, 2, 3             /* union */

const uint8_t config_v1[CONFIG_V1_LEN] = {
	9, DESC_CONFIG, CONFIG_V1_LEN, 0, 1, 1, 0, 0x80, 50,
	9, 4, 0, 0, 2, 0x08, 0x06, 0x50, 0,
	BULK(0x81), BULK(0x02),
};

const uint8_t config_v2[CONFIG_V2_LEN] = {
	9, DESC_CONFIG, CONFIG_V2_LEN, 0, 1, 1, 0, 0x80, 50,
	9, 4, 0, 0, 3, 0xFF, 0xFF, 0xFF, STR_NAMES,
	BULK(0x81), BULK(0x02), BULK(0x83),
};

const uint8_t config_v21[CONFIG_COMPOSITE_LEN] = {
	9, DESC_CONFIG, CONFIG_COMPOSITE_LEN, 0, 4, 1, 0, 0x80, 250,
	9, DESC_INTERFACE, 0, 0, 3, 0xFF, 0xFF, 0xFF, 4,
	BULK(0x81), BULK(0x01), BULK_OF(0x82, 32),
	9, DESC_INTERFACE, 1, 0, 2, 0x08, 0x06, 0x50, 5,
	BULK(0x83), BULK(0x03),
	CDC_CONTROL(6), NOTE(0x84, 8, 16),
	9, DESC_INTERFACE, 3, 0, 2, 0x0A, 0x00, 0x00, 7,
	BULK_OF(0x05, 16), BULK_OF(0x85, 16),
};

const uint8_t config_v3[CONFIG_COMPOSITE_LEN] = {
	9, DESC_CONFIG, CONFIG_COMPOSITE_LEN, 0, 4, 1, 4, 0x80, 250,
	9, DESC_INTERFACE, 0, 0, 3, 0xFF, 0xFF, 0xFF, 5,
	BULK_OF(0x81, 512), BULK_OF(0x01, 512), BULK_OF(0x82, 512),
	9, DESC_INTERFACE, 1, 0, 2, 0x08, 0x06, 0x50, 6,
	BULK_OF(0x83, 512), BULK_OF(0x03, 512),
	CDC_CONTROL(7), NOTE(0x84, 10, 255),
	9, DESC_INTERFACE, 3, 0, 2, 0x0A, 0x00, 0x00, 8,
	BULK_OF(0x05, 512), BULK_OF(0x85, 512),
};

static size_t make_device(const struct board *b, uint8_t *out)
{
	static const uint8_t plain[18] = {
		18, DESC_DEVICE, 0x00, 0x02, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0,
		STR_MANUFACTURER, STR_PRODUCT, STR_SERIAL, 1
	};

	struct usbdev_ids ids;

	usbdev_ids(b, &ids);
	memcpy(out, plain, sizeof(plain));
	out[4] = ids.dev_class;
	out[5] = ids.dev_subclass;
	out[6] = ids.dev_protocol;
	put_le16(out + 8, ids.vid);
	put_le16(out + 10, ids.pid);
	put_le16(out + 12, BCD_DEVICE);
	return sizeof(plain);
}

/* USB 2.0 9.6.2: what would differ at the other speed. */
static size_t make_qualifier(const struct board *b, uint8_t *out)
{
	uint8_t device[18];

	if (!b->kind->front->speed->high)
		return 0;       /* a full-speed device has no qualifier */
	(void)make_device(b, device);
	memcpy(out, device, 8);
	out[0] = 10;
	out[1] = DESC_QUALIFIER;
	out[8] = 1;
	out[9] = 0;
	return 10;
}

static size_t make_configuration(const struct board *b, uint8_t *out, bool other_speed)
{
	const struct front_end *f = b->kind->front;

	if (other_speed && !f->speed->high)
		return 0;
	memcpy(out, f->configuration, f->configuration_len);
	for (size_t i = 0; other_speed && i < f->configuration_len; i += out[i])
		if (out[i + 1] == DESC_ENDPOINT && get_le16(out + i + 4) > usb_full_speed.packet)
			put_le16(out + i + 4, (uint16_t)usb_full_speed.packet);
	if (other_speed)
		out[1] = DESC_OTHER_SPEED;
	return f->configuration_len;
}

size_t descriptor_classes(const struct front_end *f, uint8_t out[][3], size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < f->configuration_len && n < max; i += f->configuration[i])
		if (f->configuration[i + 1] == DESC_INTERFACE)
			memcpy(out[n++], f->configuration + i + 5, 3);
	return n;
}

static size_t make_string(const char *s, uint8_t *out)
{
	size_t n = strlen(s);

	out[0] = (uint8_t)(2 + 2 * n);
	out[1] = DESC_STRING;
	for (size_t i = 0; i < n; i++)
		put_le16(out + 2 + 2 * i, (uint8_t)s[i]);
	return out[0];
}

static unsigned hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return (unsigned)((c | 0x20) - 'a') + 10u;
}

static size_t make_serial(const struct board *b, uint8_t *out)
{
	enum serial_form form = b->serial_form;

	if (b->serial_text[0] != '\0')
		return make_string(b->serial_text, out);
	/* the old boot loader gives raw bytes whatever the application says later */
	if (form == SERIAL_CONSTANT && b->probe.mode == MODE_DFU)
		form = SERIAL_BINARY;
	if (form == SERIAL_HEX)
		return make_string(b->serial, out);
	if (form == SERIAL_CONSTANT)
		return make_string("000000000001", out);
	out[0] = 2 + 2 * UID_BYTES;
	out[1] = DESC_STRING;
	for (size_t i = 0; i < UID_BYTES; i++)
		put_le16(out + 2 + 2 * i, (uint16_t)(hex_digit(b->serial[2 * i]) << 4 |
						     hex_digit(b->serial[2 * i + 1])));
	return out[0];
}

static size_t make_any_string(const struct board *b, uint8_t index, uint8_t *out)
{
	const struct front_end *f = b->kind->front;

	switch (index) {
	case STR_LANG:
		out[0] = 4;
		out[1] = DESC_STRING;
		put_le16(out + 2, LANG_US);
		return 4;
	case STR_MANUFACTURER:
		return make_string("STMicroelectronics", out);
	case STR_PRODUCT:
		return make_string(f->product, out);
	case STR_SERIAL:
		return make_serial(b, out);
	default:
		index = (uint8_t)(index - STR_NAMES);
		if (index >= ARRAY_LEN(f->names) || f->names[index] == NULL)
			return 0;
		return make_string(f->names[index], out);
	}
}

size_t descriptor_make(const struct board *b, uint8_t type, uint8_t index,
		       uint8_t out[DESCRIPTOR_MAX])
{
	switch (type) {
	case DESC_DEVICE:
		return make_device(b, out);
	case DESC_CONFIG:
	case DESC_OTHER_SPEED:
		return index != 0 ? 0 : make_configuration(b, out, type == DESC_OTHER_SPEED);
	case DESC_QUALIFIER:
		return make_qualifier(b, out);
	case DESC_STRING:
		return make_any_string(b, index, out);
	default:
		return 0;
	}
}
