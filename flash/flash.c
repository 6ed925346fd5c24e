/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flash.c - open the driver of a chip, and say beforehand what cannot be done.
 */
#include "flash/flash.h"

#include <stdlib.h>

#include "flash/geometry.h"

/* Where loader and slots go: at the beginning of SRAM, no more than what the work needs. */
static void lay_out_sram(struct flash *f)
{
	uint32_t big = f->ops->slot_bytes;

	f->slot_bytes = big;
	if (ENGINE_CODE_ROOM + ENGINE_SLOTS * big > f->info->sram_bytes)
		f->slot_bytes = ENGINE_SLOT_LEAST;
	f->work_addr = f->chip->sram_base;
	f->work_bytes = ENGINE_CODE_ROOM + ENGINE_SLOTS * f->slot_bytes;
}

static enum sl_err refuse_protected(struct ctx *c, const struct target_info *i)
{
	if (i->protection == PROTECTION_LEVEL1)
		return ctx_cause(c, ctx_fail(c, SL_PROTECTED, "flash", "%s is read-protected (level 1): "
					     "flash can be neither read nor written",
					     target_chip_names(i->chip->devices).s),
				 CAUSE_PROTECTED);
	if (i->protection == PROTECTION_LEVEL2)
		return ctx_cause(c, ctx_fail(c, SL_PROTECTED, "flash",
					     "%s is read-protected for ever (level 2)",
					     target_chip_names(i->chip->devices).s),
				 CAUSE_PROTECTED_2);
	return SL_OK;
}

bool flash_has_driver(const struct chip_row *chip)
{
	return driver_find(chip->controller) != NULL;
}

static enum sl_err find_driver(struct flash *f, struct ctx *c)
{
	if (!f->chip)
		return ctx_cause(c, ctx_fail(c, SL_UNSUPPORTED, "flash", "this chip (IDCODE 0x%08x) is not "
					     "in the table, so its flash is left alone", f->info->idcode),
				 CAUSE_UNKNOWN_CHIP);
	f->ops = driver_find(f->chip->controller);
	if (!f->ops)
		return ctx_cause(c, ctx_fail(c, SL_UNSUPPORTED, "flash", "there is no flash driver for %s "
					     "(controller %s) yet; nothing was changed",
					     target_chip_names(f->chip->devices).s, f->chip->controller),
				 CAUSE_NO_DRIVER);
	return refuse_protected(c, f->info);
}

static enum sl_err prepare(struct flash *f, struct ctx *c)
{
	enum sl_err err = find_driver(f, c);

	if (!err)
		err = geometry_build(f, c);
	if (err)
		return err;
	f->unit = f->chip->unit_bytes;
	if (f->ops->choose)
		f->ops->choose(f, c);
	lay_out_sram(f);
	if (f->work_bytes > f->info->sram_bytes)
		return ctx_fail(c, SL_UNSUPPORTED, "flash", "%s has too little SRAM (%u bytes) for a loader",
				target_chip_names(f->chip->devices).s, f->info->sram_bytes);
	return SL_OK;
}

enum sl_err flash_open(struct ctx *c, struct target *t, struct flash **out)
{
	struct flash *f = calloc(1, sizeof(*f));
	enum sl_err err;

	if (!f)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for a driver");
	f->t = t;
	f->info = target_get_info(t);
	f->chip = f->info->chip;
	err = prepare(f, c);
	if (err)
		flash_close(f);
	else
		*out = f;
	return err;
}

void flash_close(struct flash *f)
{
	if (!f)
		return;
	free(f->sectors);
	free(f->s.sram);
	free(f);
}

void flash_set_proof(struct flash *f, bool by_reading)
{
	f->proof_read = by_reading;
}

const struct flash_sector *flash_sectors(const struct flash *f, size_t *n)
{
	*n = f->n_sectors;
	return f->sectors;
}

uint8_t flash_erased_byte(const struct flash *f)
{
	return f->chip->erased;
}

static enum sl_err outside(const struct flash *f, struct ctx *c, uint32_t addr)
{
	const struct flash_sector *first = &f->sectors[0], *last = &f->sectors[f->n_sectors - 1];
	const char *hole = addr > first->addr && addr < last->addr ? ", with a hole there" : "";

	return ctx_fail_addr(c, SL_IMAGE, "flash", addr,
			     "data at 0x%08x: flash of this chip goes from 0x%08x to 0x%08x%s", addr,
			     first->addr, last->addr + last->bytes - 1, hole);
}

/* Every byte of the span must lie in a sector; banks may have a hole between them. */
static enum sl_err check_span(struct flash *f, struct ctx *c, const struct span *s)
{
	uint32_t addr = s->addr;
	size_t left = s->len;

	while (left > 0) {
		const struct flash_sector *sec = geometry_find(f, addr);
		uint32_t n;

		if (!sec)
			return outside(f, c, addr);
		n = sec->addr + sec->bytes - addr;
		n = left < n ? (uint32_t)left : n;
		addr += n;
		left -= n;
	}
	return SL_OK;
}

static int by_address(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static enum sl_err check_overlap(struct ctx *c, const struct span *spans, size_t n)
{
	struct span *sorted = malloc(n * sizeof(*sorted));
	enum sl_err err = SL_OK;

	if (!sorted)
		return ctx_fail(c, SL_NOMEM, "flash", "no memory for %zu spans", n);
	for (size_t i = 0; i < n; i++)
		sorted[i] = spans[i];
	qsort(sorted, n, sizeof(*sorted), by_address);
	for (size_t i = 1; !err && i < n; i++)
		if (sorted[i].addr < sorted[i - 1].addr + sorted[i - 1].len)
			err = ctx_fail_addr(c, SL_IMAGE, "flash", sorted[i].addr,
					    "two parts of the image want address 0x%08x", sorted[i].addr);
	free(sorted);
	return err;
}

enum sl_err flash_check(struct flash *f, struct ctx *c, const struct span *spans, size_t n)
{
	enum sl_err err = SL_OK;

	for (size_t i = 0; !err && i < n; i++)
		err = check_span(f, c, &spans[i]);
	if (!err && n > 1)
		err = check_overlap(c, spans, n);
	return err;
}
