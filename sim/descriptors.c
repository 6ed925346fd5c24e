/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * descriptors.c - device, configuration and string descriptors, odd serials included.
 *
 * The V2 after published lsusb listings; of a V1 no full listing is published, its
 * interface class and endpoints are (the rest is by analogy). USB 2.0 chapter 9.6.
 */
#include "sim/descriptors.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/board.h"

enum { DESC_DEVICE = 1, DESC_CONFIG = 2, DESC_STRING = 3 };
enum { STR_LANG = 0, STR_MANUFACTURER = 1, STR_PRODUCT = 2, STR_SERIAL = 3, STR_INTERFACE = 4 };

#define LANG_US 0x0409u
#define UID_BYTES 12u

#define BULK(ep) 7, 5, (ep), 2, 64, 0, 0

const uint8_t config_v1[CONFIG_V1_LEN] = {
	9, DESC_CONFIG, CONFIG_V1_LEN, 0, 1, 1, 0, 0x80, 50,
	9, 4, 0, 0, 2, 0x08, 0x06, 0x50, 0,
	BULK(0x81), BULK(0x02),
};

const uint8_t config_v2[CONFIG_V2_LEN] = {
	9, DESC_CONFIG, CONFIG_V2_LEN, 0, 1, 1, 0, 0x80, 50,
	9, 4, 0, 0, 3, 0xFF, 0xFF, 0xFF, STR_INTERFACE,
	BULK(0x81), BULK(0x02), BULK(0x83),
};

static size_t make_device(const struct board *b, uint8_t *out)
{
	static const uint8_t plain[18] = {
		18, DESC_DEVICE, 0x00, 0x02, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0,
		STR_MANUFACTURER, STR_PRODUCT, STR_SERIAL, 1
	};

	memcpy(out, plain, sizeof(plain));
	put_le16(out + 8, VID_ST);
	put_le16(out + 10, b->kind->front->pid);
	put_le16(out + 12, BCD_DEVICE);
	return sizeof(plain);
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
	switch (index) {
	case STR_LANG:
		out[0] = 4;
		out[1] = DESC_STRING;
		put_le16(out + 2, LANG_US);
		return 4;
	case STR_MANUFACTURER:
		return make_string("STMicroelectronics", out);
	case STR_PRODUCT:
		return make_string("STM32 STLink", out);
	case STR_SERIAL:
		return make_serial(b, out);
	case STR_INTERFACE:
		if (b->kind->front->interface_name != NULL)
			return make_string(b->kind->front->interface_name, out);
		return 0;
	default:
		return 0;
	}
}

size_t descriptor_make(const struct board *b, uint8_t type, uint8_t index,
		       uint8_t out[DESCRIPTOR_MAX])
{
	const struct front_end *f = b->kind->front;

	switch (type) {
	case DESC_DEVICE:
		return make_device(b, out);
	case DESC_CONFIG:
		if (index != 0)
			return 0;
		memcpy(out, f->configuration, f->configuration_len);
		return f->configuration_len;
	case DESC_STRING:
		return make_any_string(b, index, out);
	default:
		return 0;       /* a full-speed device has no qualifier */
	}
}
