/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * geometry.c - the list of sectors, from the chip's row and the size it reported.
 *
 * Nothing here looks at the chip but the driver's bank1_bytes, where an option bit decides.
 */
#include "flash/geometry.h"

#include <stdlib.h>

/* Append the sectors of one bank; out NULL: count only. Returns how many. */
static size_t fill_bank(const struct flash *f, unsigned bank, uint32_t addr, uint32_t bytes,
			struct flash_sector *out)
{
	const struct sector_run *run = bank ? f->chip->sectors2 : f->chip->sectors;
	const struct sector_run *last = run + ARRAY_LEN(f->chip->sectors);
	size_t n = 0;

	for (; run < last && run->bytes; run++) {
		for (unsigned k = 0; (run->count == 0 || k < run->count) && bytes >= run->bytes; k++) {
			if (out)
				out[n] = (struct flash_sector){
					.addr = addr, .bytes = run->bytes, .bank = (uint8_t)bank,
					.index = f->ops->sector_index ?
						f->ops->sector_index(bank, (unsigned)n) : (uint16_t)n,
				};
			addr += run->bytes;
			bytes -= run->bytes;
			n++;
		}
	}
	return n;
}

/* How the size is shared between the banks. */
static enum sl_err split(struct flash *f, struct ctx *c, uint32_t bank[2], uint32_t *bank2_addr)
{
	const struct chip_row *chip = f->chip;
	uint32_t all = f->info->flash_kb * 1024, fixed = chip->bank2_addr - chip->flash_base;
	enum sl_err err = SL_OK;

	bank[0] = all;
	switch (chip->bank_rule) {
	case BANKS_ONE:
		break;
	case BANKS_FILL:
		bank[0] = all < fixed ? all : fixed;
		break;
	case BANKS_HALF:
		bank[0] = all / 2;
		break;
	case BANKS_OPTION:
		if (!f->ops->bank1_bytes)
			return ctx_fail(c, SL_UNSUPPORTED, "flash",
					"the driver %s cannot tell the banks of %s", f->ops->name,
					target_chip_names(chip->devices).s);
		err = f->ops->bank1_bytes(f, c, &bank[0]);
		break;
	}
	bank[1] = all - bank[0];
	*bank2_addr = chip->bank2_addr ? chip->bank2_addr : chip->flash_base + bank[0];
	return err;
}

enum sl_err geometry_build(struct flash *f, struct ctx *c)
{
	uint32_t bank[2], base2 = 0;
	enum sl_err err = split(f, c, bank, &base2);
	size_t n1, n2;

	if (err)
		return err;
	n1 = fill_bank(f, 0, f->chip->flash_base, bank[0], NULL);
	n2 = bank[1] ? fill_bank(f, 1, base2, bank[1], NULL) : 0;
	if (n1 + n2 == 0)
		return ctx_fail(c, SL_UNSUPPORTED, "flash", "%s has no flash that can be programmed",
				target_chip_names(f->chip->devices).s);
	f->sectors = calloc(n1 + n2, sizeof(*f->sectors));
	if (!f->sectors)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for %zu sectors", n1 + n2);
	fill_bank(f, 0, f->chip->flash_base, bank[0], f->sectors);
	if (n2)
		fill_bank(f, 1, base2, bank[1], f->sectors + n1);
	f->n_sectors = n1 + n2;
	return SL_OK;
}

const struct flash_sector *geometry_find(const struct flash *f, uint32_t addr)
{
	for (size_t i = 0; i < f->n_sectors; i++)
		if (addr >= f->sectors[i].addr && addr - f->sectors[i].addr < f->sectors[i].bytes)
			return &f->sectors[i];
	return NULL;
}
