/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fake_chip.h - words of a chip made from its row of the chip table: enough to be identified.
 */
#ifndef TESTS_SUPPORT_FAKE_CHIP_H
#define TESTS_SUPPORT_FAKE_CHIP_H

#include "target/chip_table.h"
#include "target/target.h"
#include "tests/support/fake_link.h"

static inline uint16_t fake_part(const char *core)
{
	size_t n;
	const struct core_kind *k = core_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(core_short_name(&k[i]), core) == 0)
			return k[i].part;
	fail_msg("no core %s", core);
	return 0;
}

/* What the size register says for that many KiB. */
static inline uint32_t fake_size(const struct chip_row *r, uint32_t kb)
{
	if (r->size_rule == SIZE_L1_CODE)
		return kb == 384 ? 0 : 1;
	if (r->size_rule == SIZE_WORDS_LESS_1)
		return kb * 256 - 1;
	return r->size_rule == SIZE_LOW8 ? kb | 0x5A00 : kb;
}

/* The clock of DBGMCU on Cortex-M0/M0+: F0, L0, and G0 C0 U0. */
static inline void fake_dbg_clock(struct link *l, const struct chip_row *r)
{
	bool f0 = strcmp(r->family, "F0") == 0, l0 = strcmp(r->family, "L0") == 0;
	uint32_t addr = f0 ? 0x40021018 : l0 ? 0x40021034 : 0x4002103C;
	uint32_t bit = f0 || l0 ? 1u << 22 : 1u << 27;

	if (r->idcode_addr != 0x40015800 || strcmp(r->core_names, "M23") == 0)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (l->word[i].addr >= 0x40015800 && l->word[i].addr <= 0x40015808) {
			l->word[i].gate_addr = addr;
			l->word[i].gate_bits = bit;
		}
	/* The other family's register exists too, without that bit. */
	fake_put(l, 0x40021018, 0x40, f0 ? bit | 0x40 : 0x40);
	fake_put(l, 0x40021034, 0x3, l0 ? bit | 3 : 3);
	fake_put(l, 0x4002103C, 0x1, f0 || l0 ? 1 : bit | 1);
}

/* ST's own words between size register and unique id, where they are neighbours. */
static inline void fake_between(struct link *l, const struct chip_row *r)
{
	uint32_t size = r->size_reg & ~3u, id = r->uid_addr, end;
	uint32_t from = size < id ? size : id;

	end = size > id + r->uid_off[2] ? size : id + r->uid_off[2];
	if (r->size_rule == SIZE_NONE || id == 0 || end - from > 128)
		return;
	for (uint32_t at = from; at < end; at += 4)
		if (!fake_find(l, at))
			fake_put(l, at, 0x5A5A5A5A, 0);
}

/* The chip of a row with kb KiB of flash, unprotected as far as reg says, DBGMCU included. */
static inline void fake_chip(struct link *l, const struct chip_row *r, uint32_t kb, uint32_t idcode)
{
	fake_core(l, fake_part(r->core_names), r->dpidr);
	if (r->idcode_addr) {
		fake_put(l, r->idcode_addr, idcode, 0);
		fake_put(l, r->idcode_addr + 4, 0, UINT32_MAX);
		fake_put(l, r->idcode_addr + 8, 0, UINT32_MAX);
		fake_put(l, r->idcode_addr + 0x34, 0, UINT32_MAX);
		fake_put(l, r->idcode_addr + 0x54, 0, UINT32_MAX);
		fake_put(l, 0xE004203C, 0, UINT32_MAX);
	} else {
		/* ST's ROM table: PIDR4, PIDR0-2 with designer 020 and the part number. */
		fake_put(l, 0xF0000FD0, 0, 0);
		fake_put(l, 0xF0000FE0, r->dev_id & 0xFF, 0);
		fake_put(l, 0xF0000FE4, (uint32_t)(r->dev_id >> 8) & 0xF, 0);
		fake_put(l, 0xF0000FE8, 0x0A, 0);
	}
	fake_dbg_clock(l, r);
	if (r->size_rule != SIZE_NONE)
		fake_put(l, r->size_reg & ~3u, fake_size(r, kb) << (r->size_reg & 2) * 8 |
			 (r->size_reg & 2 ? 0xBEEF : 0xFFFF0000u), 0);
	if (r->size_rule == SIZE_WORDS_LESS_1)
		l->word[l->n - 1].value = fake_size(r, kb);
	for (int i = 0; i < 3 && r->uid_addr; i++)
		fake_put(l, r->uid_addr + r->uid_off[i], 0x11111111u * (unsigned)(i + 1), 0);
	fake_between(l, r);
}

#endif
