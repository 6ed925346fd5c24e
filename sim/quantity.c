/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * quantity.c - volts and seconds as people write them on the command line and the control
 * socket. A bare number is whole units, never thousandths: "9" is 9 V, and refused as such.
 */
#include "sim/quantity.h"

#include <string.h>

#include "base/number.h"

#define DIGITS "0123456789"

/* "", or up to three digits behind a point, as thousandths. */
static bool parse_part(const char *text, size_t len, uint32_t *part)
{
	size_t i;

	*part = 0;
	if (len == 0)
		return true;
	if (len < 2 || len > 4 || text[0] != '.' || strspn(text + 1, DIGITS) < len - 1)
		return false;
	for (i = 1; i < 4; i++)
		*part = *part * 10u + (i < len ? (uint32_t)(text[i] - '0') : 0u);
	return true;
}

bool quantity_parse(const char *text, const char *unit, uint32_t most, uint32_t *milli)
{
	size_t whole_len = strspn(text, DIGITS), len = strspn(text, DIGITS ".");
	const char *suffix = text + len;
	bool thousandths = suffix[0] == 'm' && strcmp(suffix + 1, unit) == 0 && len == whole_len;
	uint32_t whole = 0, part = 0;

	if (!num_parse(text, whole_len, &whole) || whole > most ||
	    !parse_part(text + whole_len, len - whole_len, &part))
		return false;
	if (!thousandths) {
		if ((*suffix != '\0' && strcmp(suffix, unit) != 0) || whole > most / 1000u)
			return false;
		whole = whole * 1000u + part;
	}
	if (whole > most)
		return false;
	*milli = whole;
	return true;
}
