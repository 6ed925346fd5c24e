/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * romtable.c - the part number in ST's ROM table, for chips that show no IDCODE.
 *
 * Only the identification registers of the table are read. On many chips the part number is
 * the DEV_ID (Black Magic Probe identifies H5 and WB0 so). Layout: ARM Debug Interface v5.2,
 * peripheral identification registers PIDR0-PIDR4.
 */
#include "target/priv.h"

#include "base/compiler.h"

/* ROM tables of Cortex-M3/M4/M7/M33 and of M0/M0+ systems. */
static const uint32_t bases[] = { 0xE00FF000, 0xE00FE000, 0xF0000000 };

enum { PIDR4 = 0xFD0, PIDR0 = 0xFE0, DESIGNER_ST = 0x020 };

static enum sl_err read_pidrs(struct target *t, struct ctx *c, uint32_t base, uint32_t pidr[4],
			      bool *there)
{
	enum sl_err err = read_quiet(t, c, base + PIDR4, &pidr[3], there);

	for (uint32_t i = 0; !err && *there && i < 3; i++)
		err = read_quiet(t, c, base + PIDR0 + 4 * i, &pidr[i], there);
	return err;
}

enum sl_err romtable_part(struct target *t, struct ctx *c, uint16_t *part)
{
	*part = 0;
	for (size_t i = 0; i < ARRAY_LEN(bases); i++) {
		uint32_t p[4] = { 0 };  /* PIDR0, 1, 2, 4 */
		bool there = false;
		uint32_t designer;
		enum sl_err err = read_pidrs(t, c, bases[i], p, &there);

		if (err)
			return err;
		if (!there)
			continue;
		designer = (p[3] & 0xF) << 8 | (p[2] & 7) << 4 | (p[1] >> 4 & 0xF);
		if (designer == DESIGNER_ST) {
			*part = (uint16_t)((p[1] & 0xF) << 8 | (p[0] & 0xFF));
			return SL_OK;
		}
	}
	return SL_OK;
}
