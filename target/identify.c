/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * identify.c - which core, which chip, how much flash, which unique id, protected or not.
 *
 * Only reads, apart from the debug unit's clock on Cortex-M0/M0+. What a chip cannot tell is
 * taken from its table row and flagged as assumed; nothing is guessed silently.
 */
#include "target/priv.h"

#include <string.h>

#include "base/bytes.h"
#include "target/scs.h"

/* DEV_ID of the F2, which F405/407 revision A report too (STM32F405/407 errata ES0182). */
enum { DEV_F2 = 0x411, DEV_F405 = 0x413 };

static bool core_fits(const struct target_info *i, const struct chip_row *row)
{
	return row && i->core && strcmp(core_short_name(i->core), row->core_names) == 0;
}

static const struct chip_row *choose_row(struct target_info *i)
{
	const char *core = core_short_name(i->core);
	const struct chip_row *clone = clone_find(i->idcode, core, i->dpidr);
	const struct chip_row *row = chip_find(i->dev_id);

	if (clone) {
		i->clone_suspected = true;
		return clone;
	}
	if (i->dev_id == DEV_F2 && !core_fits(i, row)) {
		row = chip_find(DEV_F405);
		if (core_fits(i, row))
			i->dev_id = DEV_F405;
	}
	return core_fits(i, row) ? row : NULL;
}

static enum sl_err find_chip(struct target *t, struct ctx *c)
{
	struct target_info *i = &t->info;
	uint16_t part = 0;
	enum sl_err err = idcode_read(t, c, &i->idcode);

	if (err)
		return err;
	i->dev_id = i->idcode & 0xFFF;
	i->rev_id = (uint16_t)(i->idcode >> 16);
	if (i->idcode)
		i->chip = choose_row(i);
	if (!i->chip && i->idcode == 0) {
		err = romtable_part(t, c, &part);
		if (err)
			return err;
		i->dev_id = part;
		i->chip = core_fits(i, chip_find(part)) ? chip_find(part) : NULL;
	}
	if (i->chip && i->dpidr && i->chip->dpidr && i->chip->dpidr != i->dpidr)
		i->clone_suspected = true;
	return SL_OK;
}

static enum sl_err unknown_chip(struct target *t, struct ctx *c)
{
	const struct target_info *i = &t->info;
	enum sl_err err;

	if (!i->core)
		err = ctx_fail(c, SL_UNSUPPORTED, "target", "unknown core: CPUID 0x%08x, debug port 0x%08x",
			       i->cpuid, i->dpidr);
	else
		err = ctx_fail(c, SL_UNSUPPORTED, "target",
			       "unknown chip: %s, IDCODE 0x%08x (device id 0x%03x), debug port 0x%08x",
			       i->core->name, i->idcode, i->dev_id, i->dpidr);
	return ctx_cause(c, err, CAUSE_UNKNOWN_CHIP);
}

/* KiB that the register's content means, 0: it says nothing. */
static uint32_t size_by_rule(enum size_rule rule, uint32_t word, uint16_t half)
{
	switch (rule) {
	case SIZE_KB:
		return half == 0xFFFF ? 0 : half;
	case SIZE_LOW8:                 /* RM0038, F_SIZE; OpenOCD: only the low byte counts on category 2 */
		return half == 0xFFFF ? 0 : half & 0xFF;
	case SIZE_L1_CODE:              /* RM0038, F_SIZE; OpenOCD: 0 is 384 KiB, 1 is 256 KiB */
		return half == 0 ? 384 : half == 1 ? 256 : 0;
	case SIZE_WORDS_LESS_1:         /* CMSIS stm32wb0x: SIZE bits 16:0 hold words - 1 */
		return ((word & 0x1FFFF) + 1) * 4 / 1024;
	case SIZE_NONE:
		break;
	}
	return 0;
}

/* Size register and unique id, as far as they are there. */
struct marks {
	uint32_t size_word, uid[3];
	bool size_there, uid_there;
};

/* What lies between them is ST's own and may be read, but is not read by the kilobyte. */
enum { MARKS_BYTES = 128 };

static enum sl_err read_mark(struct target *t, struct ctx *c, uint32_t addr, uint32_t *word, bool *there)
{
	if (!*there)
		return SL_OK;
	return read_quiet(t, c, addr, word, there);
}

static enum sl_err read_marks_singly(struct target *t, struct ctx *c, struct marks *m)
{
	const struct chip_row *chip = t->info.chip;
	enum sl_err err = read_mark(t, c, chip->size_reg & ~UINT32_C(3), &m->size_word, &m->size_there);

	for (int w = 0; !err && w < 3; w++)
		err = read_mark(t, c, chip->uid_addr + chip->uid_off[w], &m->uid[w], &m->uid_there);
	return err;
}

/* Both in one command where they are neighbours; where that meets a fault, word by word. The
 * half-word of the size is taken from the aligned word: some probes and some parts dislike anything
 * narrower, and the other half means nothing (or SRAM, on clones). */
static enum sl_err read_marks(struct target *t, struct ctx *c, struct marks *m)
{
	const struct chip_row *chip = t->info.chip;
	uint32_t size = chip->size_reg & ~UINT32_C(3), from = size, end = size + 4;
	uint8_t block[MARKS_BYTES];
	enum sl_err err;

	m->size_there = chip->size_rule != SIZE_NONE;
	m->uid_there = chip->uid_addr != 0;
	for (int w = 0; w < 3; w++) {
		uint32_t at = chip->uid_addr + chip->uid_off[w];

		from = at < from ? at : from;
		end = at + 4 > end ? at + 4 : end;
	}
	if (!m->size_there || !m->uid_there || end - from > MARKS_BYTES)
		return read_marks_singly(t, c, m);
	err = link_read_mem(t->l, c, from, block, end - from);
	if (err == SL_TARGET) {
		ctx_clear(c);
		return read_marks_singly(t, c, m);
	}
	if (err)
		return err;
	m->size_word = get_le32(block + (size - from));
	for (int w = 0; w < 3; w++)
		m->uid[w] = get_le32(block + (chip->uid_addr + chip->uid_off[w] - from));
	return SL_OK;
}

static void set_size(struct target *t, struct ctx *c, const struct marks *m)
{
	struct target_info *i = &t->info;
	const struct chip_row *chip = i->chip;

	i->flash_kb = chip->max_flash_kb;
	if (chip->size_rule == SIZE_NONE)
		return;
	i->flash_kb_register = (uint16_t)(m->size_word >> (chip->size_reg & 2) * 8);
	i->flash_kb = m->size_there ?
		      size_by_rule(chip->size_rule, m->size_word, i->flash_kb_register) : 0;
	if (i->flash_kb == 0 || i->flash_kb > chip->max_flash_kb) {
		i->flash_kb = chip->max_flash_kb;
		i->flash_kb_assumed = true;
		ctx_log(c, LOG_WARN, "flash size register says 0x%04x, assuming %u KiB [E%u]",
			(unsigned)i->flash_kb_register, (unsigned)i->flash_kb, (unsigned)CAUSE_FLASH_SIZE);
	}
}

static enum sl_err read_size_and_uid(struct target *t, struct ctx *c)
{
	struct target_info *i = &t->info;
	struct marks m = { 0 };
	enum sl_err err = read_marks(t, c, &m);

	if (err)
		return err;
	set_size(t, c, &m);
	for (int w = 0; w < 3; w++)
		put_le32(i->uid + 4 * w, m.uid[w]);
	i->has_uid = m.uid_there;
	return SL_OK;
}

static enum sl_err read_ids(struct target *t, struct ctx *c)
{
	struct target_info *i = &t->info;
	enum sl_err err = link_read_dpidr(t->l, c, &i->dpidr);

	/* Old firmware may not tell; the core then decides alone. */
	if (err == SL_OLDPROBE || err == SL_PROBE || err == SL_TARGET) {
		ctx_clear(c);
		i->dpidr = 0;
		err = SL_OK;
	}
	if (!err)
		err = link_read32(t->l, c, SCS_CPUID, &i->cpuid);
	if (err)
		return err;
	i->core = core_find(i->cpuid);
	if (i->core && i->core->tar_block)
		link_allow_block(t->l, i->core->tar_block);
	return SL_OK;
}

struct chip_names target_chip_names(const char *devices)
{
	struct chip_names names;
	size_t at = 0;

	for (; *devices && at + 3 < sizeof(names.s); devices++) {
		names.s[at++] = *devices == ';' ? ',' : *devices;
		if (*devices == ';')
			names.s[at++] = ' ';
	}
	names.s[at] = '\0';
	return names;
}

static enum sl_err another(struct ctx *c, const char *what, uint32_t first, uint32_t now)
{
	return ctx_fail(c, SL_PROBE, "target", "%s was 0x%08x first and is 0x%08x now: one of the "
			"answers was wrong", what, (unsigned)first, (unsigned)now);
}

enum sl_err target_confirm(struct target *t, struct ctx *c)
{
	const struct target_info *i = &t->info;
	const struct chip_row *chip = i->chip;
	bool there = chip && chip->size_rule != SIZE_NONE && !i->flash_kb_chosen;
	uint32_t idcode = 0, word = 0, now;
	enum sl_err err = idcode_read(t, c, &idcode);

	if (!err && idcode != i->idcode)
		err = another(c, "IDCODE", i->idcode, idcode);
	if (!err)
		err = read_mark(t, c, there ? chip->size_reg & ~UINT32_C(3) : 0, &word, &there);
	if (err || !there)
		return err;
	now = word >> (chip->size_reg & 2) * 8 & 0xFFFF;
	return now == i->flash_kb_register ? SL_OK :
	       another(c, "the flash size register", i->flash_kb_register, now);
}

enum sl_err target_identify(struct target *t, struct ctx *c, bool allow_unknown)
{
	struct target_info *i = &t->info;
	enum sl_err err = read_ids(t, c);

	i->protection = PROTECTION_UNKNOWN;
	if (!err && i->core)
		err = find_chip(t, c);
	if (err)
		return err;
	if (!i->chip)
		return allow_unknown ? SL_OK : unknown_chip(t, c);
	i->sram_bytes = i->chip->sram_bytes;
	err = read_size_and_uid(t, c);
	if (!err)
		err = protection_read(t, c, &i->protection);
	if (!err && i->clone_suspected)
		ctx_log(c, LOG_WARN, "this may not be a genuine ST chip: debug port 0x%08x, IDCODE "
			"0x%08x [E%u]", (unsigned)i->dpidr, (unsigned)i->idcode, (unsigned)CAUSE_CLONE);
	return err;
}
