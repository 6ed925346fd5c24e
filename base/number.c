/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * number.c - strict number parsing.
 */
#include "base/number.h"

#include <string.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static uint32_t suffix_factor(char c)
{
	if (c == 'k' || c == 'K')
		return 1024u;
	if (c == 'm' || c == 'M')
		return 1024u * 1024u;
	return 1u;
}

static bool parse_digits(const char *text, size_t len, unsigned base, uint64_t *out)
{
	uint64_t value = 0;

	if (len == 0)
		return false;
	if (base == 10 && len > 1 && text[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		int d = digit_value(text[i]);

		if (d < 0 || (unsigned)d >= base)
			return false;
		value = value * base + (unsigned)d;
		if (value > UINT32_MAX)
			return false;
	}
	*out = value;
	return true;
}

bool num_parse(const char *text, size_t len, uint32_t *out)
{
	uint32_t factor;
	uint64_t value = 0;
	unsigned base = 10;

	if (len == 0)
		return false;
	factor = suffix_factor(text[len - 1]);
	if (factor != 1)
		len--;
	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
		len -= 2;
	}
	if (!parse_digits(text, len, base, &value) || value * factor > UINT32_MAX)
		return false;
	*out = (uint32_t)(value * factor);
	return true;
}

bool num_parse_str(const char *text, uint32_t *out)
{
	return num_parse(text, strlen(text), out);
}
