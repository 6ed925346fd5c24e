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
#define V2_APS_FROM 28
#define V3_LONG_BYTES_FROM 6

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

/* V1 and V2: one of S and M, both the low field. V3: any of M, B, S, each once, in this order. */
static bool parse_rest(const char *p, struct firmware *f)
{
	unsigned *const v3[] = { &f->msc, &f->bridge, &f->swim };
	static const char letters[] = "MBS";

	if (f->major != 3 && (*p == 'S' || *p == 'M')) {
		p++;
		if (!parse_field(&p, &f->swim))
			return false;
	}
	for (size_t i = 0; f->major == 3 && i < 3; i++) {
		if (*p != letters[i])
			continue;
		p++;
		if (!parse_field(&p, v3[i]))
			return false;
	}
	return *p == '\0';
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
	if (!parse_rest(p, &f) || f.major < 1 || f.major > 3)
		return false;
	*out = f;
	return true;
}

uint16_t firmware_word(const struct firmware *f)
{
	if (f->major == 3)              /* the fields are in the FB answer */
		return (uint16_t)(f->major << 12);
	return (uint16_t)(f->major << 12 | f->jtag << 6 | f->swim);
}

unsigned firmware_api(const struct firmware *f)
{
	return f->major == 1 && f->jtag < V1_API2_FROM ? 1 : 2;
}

bool firmware_has_aps(const struct firmware *f)
{
	return f->major == 3 || (f->major == 2 && f->jtag >= V2_APS_FROM);
}

size_t firmware_bytes_max(const struct firmware *f)
{
	return f->major == 3 && f->jtag >= V3_LONG_BYTES_FROM ? 512 : 64;
}

uint32_t firmware_misc_max(const struct firmware *f)
{
	return f->major == 3 ? 1227 : 64;
}
