/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * firmware.c - reading "V2J37S7".
 *
 * Knows nothing of commands; see commands.c for what a version can do.
 */
#include "sim/firmware.h"

#include <string.h>

#include "base/number.h"

#define FIELD_MAX 63            /* six bits each in the F1 answer */
#define V1_API2_FROM 11

static bool parse_field(const char **p, unsigned *out)
{
	size_t n = strspn(*p, "0123456789");
	uint32_t v = 0;

	if (n == 0 || n > 2 || !num_parse(*p, n, &v) || v > FIELD_MAX)
		return false;
	*p += n;
	*out = (unsigned)v;
	return true;
}

bool firmware_parse(const char *text, struct firmware *out)
{
	struct firmware f;
	const char *p = text;

	memset(&f, 0, sizeof(f));
	if (strlen(text) >= sizeof(f.text))
		return false;
	memcpy(f.text, text, strlen(text));
	if (*p++ != 'V' || !parse_field(&p, &f.major))
		return false;
	if (*p++ != 'J' || !parse_field(&p, &f.jtag))
		return false;
	if (*p == 'S' || *p == 'M') {
		p++;
		if (!parse_field(&p, &f.swim))
			return false;
	}
	if (*p != '\0' || f.major < 1 || f.major > 2)
		return false;
	*out = f;
	return true;
}

uint16_t firmware_word(const struct firmware *f)
{
	return (uint16_t)(f->major << 12 | f->jtag << 6 | f->swim);
}

unsigned firmware_api(const struct firmware *f)
{
	return f->major == 1 && f->jtag < V1_API2_FROM ? 1 : 2;
}
