/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * scsi_sense.c - sense keys and the additional codes that a small device uses.
 *
 * Source: SPC-4 4.5.3 (fixed format), 4.5.2 (descriptor format), table of sense keys,
 * annex of additional sense codes.
 */
#include "base/scsi_sense.h"

#include "base/cursor.h"

struct sense_key {
	const char *name;
	enum sl_err err;
};

/* Index: sense key, SPC-4 table "sense key descriptions". */
static const struct sense_key keys[16] = {
	[0x0] = { "NO SENSE", SL_PROBE },
	[0x1] = { "RECOVERED ERROR", SL_PROBE },
	[0x2] = { "NOT READY", SL_PROBE },
	[0x3] = { "MEDIUM ERROR", SL_PROBE },
	[0x4] = { "HARDWARE ERROR", SL_PROBE },
	[0x5] = { "ILLEGAL REQUEST", SL_STALL },
	[0x6] = { "UNIT ATTENTION", SL_PROBE },
	[0x7] = { "DATA PROTECT", SL_STALL },
	[0x8] = { "BLANK CHECK", SL_PROBE },
	[0x9] = { "VENDOR SPECIFIC", SL_PROBE },
	[0xA] = { "COPY ABORTED", SL_PROBE },
	[0xB] = { "ABORTED COMMAND", SL_PROBE },
	[0xC] = { "OBSOLETE KEY C", SL_PROBE },
	[0xD] = { "VOLUME OVERFLOW", SL_PROBE },
	[0xE] = { "MISCOMPARE", SL_PROBE },
	[0xF] = { "COMPLETED", SL_PROBE },
};

struct sense_code {
	uint8_t asc, ascq;
	const char *what;
};

static const struct sense_code codes[] = {
	{ 0x04, 0x00, "not ready, cause not reported" },
	{ 0x04, 0x01, "becoming ready" },
	{ 0x1A, 0x00, "parameter list length error" },
	{ 0x20, 0x00, "invalid command operation code" },
	{ 0x21, 0x00, "logical block address out of range" },
	{ 0x24, 0x00, "invalid field in the command" },
	{ 0x25, 0x00, "logical unit not supported" },
	{ 0x26, 0x00, "invalid field in the parameter list" },
	{ 0x28, 0x00, "medium may have changed" },
	{ 0x29, 0x00, "power on or reset occurred" },
	{ 0x3A, 0x00, "medium not present" },
	{ 0x44, 0x00, "internal target failure" },
	{ 0x4E, 0x00, "overlapped commands" },
};

static const char *what_of(uint8_t asc, uint8_t ascq)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].asc == asc && codes[i].ascq == ascq)
			return codes[i].what;
	return "";
}

bool scsi_sense_decode(const uint8_t *bytes, size_t len, struct scsi_sense *out)
{
	struct cursor cur = cur_make(bytes, len);
	uint8_t format = cur_u8(&cur) & 0x7F;
	struct scsi_sense s = { 0 };

	if (format == 0x70 || format == 0x71) {
		/* SPC-4 4.5.3: key in byte 2, codes in 12 and 13 when that many were sent. */
		cur_seek(&cur, 2);
		s.key = cur_u8(&cur) & 0x0F;
		if (cur.over)
			return false;
		cur_seek(&cur, 12);
		s.asc = cur_u8(&cur);
		s.ascq = cur_u8(&cur);
	} else if (format == 0x72 || format == 0x73) {
		s.key = cur_u8(&cur) & 0x0F;
		if (cur.over)
			return false;
		s.asc = cur_u8(&cur);
		s.ascq = cur_u8(&cur);
	} else {
		return false;
	}
	s.key_name = keys[s.key].name;
	s.what = what_of(s.asc, s.ascq);
	*out = s;
	return true;
}

enum sl_err scsi_sense_fail(struct ctx *c, const char *where, uint8_t opcode, const uint8_t *bytes,
			    size_t len)
{
	struct scsi_sense s;

	if (!scsi_sense_decode(bytes, len, &s))
		return ctx_fail(c, SL_PROTO, where,
				"the probe failed command %02X and gave no readable reason", opcode);
	return ctx_fail(c, keys[s.key].err, where,
			"the probe refused command %02X: %s%s%s (%02X/%02X/%02X)", opcode, s.key_name,
			s.what[0] ? ", " : "", s.what, s.key, s.asc, s.ascq);
}
