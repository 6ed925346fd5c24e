/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * serial.c - decoding serial numbers from sysfs and matching what users write.
 *
 * Good probes give 24 hex digits. Old boot loaders give the 12 bytes of the unique id
 * as 12 characters of 00..FF, which the kernel stores as UTF-8 and cuts at a 00 byte.
 * Old firmware gives the constant "000000000001". Does not read sysfs itself.
 */
#include "link/serial.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { RAW_BYTES = 12, HEX_DIGITS = 2 * RAW_BYTES, SHORT_LEAST = 4 };

static int hex_value(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

/* Bytes of an even number of hex digits; 0 when it is anything else or too long. */
static size_t hex_decode(const char *text, uint8_t *out, size_t room)
{
	size_t len = strlen(text);

	if (len == 0 || len % 2 || len / 2 > room)
		return 0;
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_value(text[i]), low = hex_value(text[i + 1]);

		if (high < 0 || low < 0)
			return 0;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return len / 2;
}

/* Code points 00..FF of UTF-8 text as bytes. False: not UTF-8, above FF, or too long. */
static bool latin_decode(const char *text, size_t len, uint8_t *out, size_t room, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned b = (uint8_t)text[i];

		if (b >= 0x80) {
			unsigned next = i + 1 < len ? (uint8_t)text[i + 1] : 0;

			/* C2 and C3 lead the code points 80..FF. */
			if ((b != 0xC2 && b != 0xC3) || (next & 0xC0) != 0x80)
				return false;
			b = (b & 3) << 6 | (next & 0x3F);
			i++;
		}
		if (*n == room)
			return false;
		out[(*n)++] = (uint8_t)b;
	}
	return true;
}

static bool is_plain(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] <= ' ' || bytes[i] > '~')
			return false;
	return true;
}

/* The two product ids whose boot loader answers with raw bytes. */
static bool may_be_raw(const struct probe_kind *k)
{
	return k->pid == 0x3744 || k->pid == 0x3748;
}

static void store_hex(struct probe *p, const uint8_t *bytes, size_t n)
{
	size_t room = sizeof(p->serial) / 2 - 1;

	p->serial[0] = '\0';
	for (size_t i = 0; i < n && i < room; i++)
		(void)snprintf(p->serial + 2 * i, 3, "%02X", bytes[i]);
}

void serial_decode(struct probe *p, const char *text, size_t len)
{
	uint8_t raw[sizeof(p->serial) - 1];
	size_t n = 0;
	bool latin = latin_decode(text, len, raw, sizeof(raw), &n);

	p->serial_unsure = false;
	if (!latin) {
		/* Longer or wider than any shape that is known: shown as its own bytes. */
		store_hex(p, (const uint8_t *)text, len);
		p->serial_unsure = true;
		return;
	}
	if (n == RAW_BYTES || (n < RAW_BYTES && may_be_raw(p->kind)) || !is_plain(raw, n)) {
		store_hex(p, raw, n);
		p->serial_unsure = n < RAW_BYTES;
		return;
	}
	memcpy(p->serial, raw, n);
	p->serial[n] = '\0';
}

static bool byte_matches(uint8_t wanted, uint8_t have, bool raw)
{
	if (wanted == have)
		return true;
	return wanted == '?' && (raw || have >= 0x80);
}

static enum serial_match bytes_match(const struct probe *p, const uint8_t *wanted, size_t n,
				     bool raw)
{
	uint8_t have[PROBE_SERIAL_RAW_MAX];
	size_t have_n = hex_decode(p->serial, have, sizeof(have));

	if (n == 0 || (have_n == 0 && !p->serial_unsure))
		return SERIAL_DIFFERS;
	for (size_t i = 0; i < n && i < have_n; i++)
		if (!byte_matches(wanted[i], have[i], raw))
			return SERIAL_DIFFERS;
	if (n < have_n)
		return SERIAL_BEGINS;
	if (n == have_n)
		return p->serial_unsure ? SERIAL_BEGINS : SERIAL_EQUALS;
	/* The kernel's copy ends where the serial has a 00: that much agrees. */
	return p->serial_unsure && wanted[have_n] == 0 ? SERIAL_BEGINS : SERIAL_DIFFERS;
}

static enum serial_match text_match(const struct probe *p, const char *wanted)
{
	size_t n = strlen(wanted);

	if (strncasecmp(p->serial, wanted, n) != 0)
		return SERIAL_DIFFERS;
	return p->serial[n] == '\0' ? SERIAL_EQUALS : SERIAL_BEGINS;
}

enum serial_match serial_match(const struct probe *p, const char *wanted)
{
	uint8_t bytes[PROBE_SERIAL_RAW_MAX];
	size_t len = strlen(wanted), n;
	enum serial_match best, m;

	if (len == 0 || len > 2 * sizeof(bytes))
		return SERIAL_DIFFERS;
	best = text_match(p, wanted);
	n = hex_decode(wanted, bytes, sizeof(bytes));
	m = bytes_match(p, bytes, n, false);
	best = m > best ? m : best;
	if (len <= sizeof(bytes)) {
		m = bytes_match(p, (const uint8_t *)wanted, len, true);
		best = m > best ? m : best;
	}
	if (latin_decode(wanted, len, bytes, sizeof(bytes), &n)) {
		m = bytes_match(p, bytes, n, true);
		best = m > best ? m : best;
	}
	return best;
}

/* Hex digits of the bytes; those above 7F as 3F when marks. */
static void write_hex(char out[72], const uint8_t *bytes, size_t n, bool marks)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02X", marks && bytes[i] >= 0x80 ? '?' : bytes[i]);
}

/* The shortest beginning, of SHORT_LEAST characters at least, that names this probe alone. */
static bool shortest(const struct probe *p, const struct probe_list *list, char out[72])
{
	size_t len = strlen(p->serial);

	for (size_t n = SHORT_LEAST; n < len; n++) {
		bool alone = true;

		(void)snprintf(out, 72, "%.*s", (int)n, p->serial);
		for (size_t i = 0; i < list->n && alone; i++)
			alone = strcmp(list->probe[i].port, p->port) == 0 ||
				serial_match(&list->probe[i], out) == SERIAL_DIFFERS;
		if (alone)
			return true;
	}
	return false;
}

size_t probe_serial_aliases(const struct probe *p, const struct probe_list *list,
			    char out[PROBE_ALIASES_MAX][72])
{
	uint8_t raw[PROBE_SERIAL_RAW_MAX];
	size_t count = 0, len = strlen(p->serial), n;

	if (len == 0)
		return 0;
	n = hex_decode(p->serial, raw, sizeof(raw));
	if (len == RAW_BYTES)
		write_hex(out[count++], (const uint8_t *)p->serial, len, false);
	if (n == RAW_BYTES && may_be_raw(p->kind)) {
		write_hex(out[count], raw, n, true);
		count += strcasecmp(out[count], p->serial) != 0;
	}
	return count + shortest(p, list, out[count]);
}
