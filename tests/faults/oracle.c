/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * oracle.c - what must hold after any run with any fault: it ended, it told the truth, it blamed
 * the right side, it touched only what was asked, it left order, it gave everything back.
 */
#define _GNU_SOURCE
#include "tests/faults/oracle.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compat/compat.h"

/* Longest time of a run: the longest limit of a wait (64 s, F4: option bytes, whose write may erase all)
 * twice, and every other command of a session that fails on its way out. */
enum { LONGEST_S = 150, SLOW_S = 2, DESCRIPTORS_MAX = 64 };

static size_t descriptors(void)
{
	size_t n = 0;

	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

void oracle_look(struct before *b)
{
	struct chip *chip = board_chip(stage.board);
	size_t len;
	const uint8_t *flash = chip_flash(chip, &len);

	memcpy(b->flash, flash, len);
	for (uint32_t i = 0; i < SRAM_WORDS; i++)
		(void)chip_peek(chip, 0x20000000u + 4 * i, &b->sram[i]);
	chip_get_report(chip, &b->chip);
	b->us = stage.time.clock.now_us(&stage.time.clock);
	b->blocks = memory_live();
	b->descriptors = descriptors();
}

static bool no(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, WHY_MAX, fmt, ap);
	va_end(ap);
	return false;
}

/* Of both faults of a pair. */
static unsigned excuses_of(const struct ended *e)
{
	return (e->fault ? e->fault->excuses : 0) | (e->second ? e->second->excuses : 0);
}

/* ---- truth --------------------------------------------------------------------------------- */

static bool file_is_flash(const uint8_t *flash)
{
	static uint8_t bytes[65536];
	FILE *f = fopen(stage_output_path(), "rb");
	size_t n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;

	if (f)
		(void)fclose(f);
	return n == stage.scenario->bytes && memcmp(bytes, flash + IMAGE_OFF, n) == 0;
}

static bool all_blank(const uint8_t *p, size_t n)
{
	uint8_t blank = board_kind_blank(board_get_kind(stage.board));

	for (size_t i = 0; i < n; i++)
		if (p[i] != blank)
			return false;
	return true;
}

/* In the option bytes, not in a register: WRP0 (PM0075), nWRP (RM0090), WRP1 (RM0038). */
static bool wrp_0_is_stored(void)
{
	static const struct {
		const char *controller;
		uint32_t addr, bit;             /* of area or sector 0 */
	} places[] = {
		{ "f1/", 0x1FFFF808, 0 }, { "f4/", 0x1FFFC008, 0 }, { "l1/", 0x1FF80008, 1 },
	};
	uint32_t word = 0;

	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (strncmp(stage.station->name, places[i].controller, 3) == 0)
			return chip_peek(board_chip(stage.board), places[i].addr, &word) &&
			       (word & 1) == places[i].bit;
	return false;
}

static bool claim_holds(void)
{
	const struct scenario *sc = stage.scenario;
	size_t len;
	const uint8_t *flash = chip_flash(board_chip(stage.board), &len);

	switch (sc->claim) {
	case CLAIM_FLASH_IS_IMAGE:
		return memcmp(flash + IMAGE_OFF, stage_image(), sc->bytes) == 0;
	case CLAIM_FLASH_IS_BLANK:
		return sc->whole ? all_blank(flash, len) : all_blank(flash + IMAGE_OFF, sc->bytes);
	case CLAIM_FILE_IS_FLASH:
		return file_is_flash(flash);
	case CLAIM_WRP_0_STORED:
		return wrp_0_is_stored();
	case CLAIM_NOTHING:
		return true;
	}
	return false;
}

/* Half a write of option bytes counts as protection, which only an erase ends. */
static bool shut_silently(const struct ended *e)
{
	struct chip_report r;

	chip_get_report(board_chip(stage.board), &r);
	return r.protected && !stage.scenario->locked && !strstr(e->output, "read-protected");
}

static bool spoke_truth(const struct ended *e, char *why)
{
	unsigned excuses = excuses_of(e);
	bool proved = strstr(e->output, "proved") != NULL;

	if (e->status != 0 && !proved)
		return true;
	if (stage.scenario->claim == CLAIM_FILE_IS_FLASH && (excuses & EXCUSE_DATA))
		return true;
	if (e->again && shut_silently(e))
		return no(why, "status 0, the chip is read-protected now, and nobody says so");
	if (!claim_holds())
		return no(why, "false success: status %d%s", e->status, proved ? ", proved" : "");
	return true;
}

/* ---- blame --------------------------------------------------------------------------------- */

static bool blamed_right(const struct ended *e, char *why)
{
	if (e->status == 0 || e->compound || stage.scenario->refused)
		return true;
	if (!e->fault)
		return no(why, "status %d although nothing was wrong", e->status);
	if (stage.scenario->stock)
		return e->status == (e->fault->number ? COMPAT_INTERRUPTED : COMPAT_FAILED) ? true :
		       no(why, "status %d is none of the stock tools", e->status);
	if (e->fault->number)
		return e->status == 128 + e->fault->number ? true :
		       no(why, "status %d after signal %d", e->status, e->fault->number);
	if (e->status < 32 && (e->fault->exits >> e->status & 1))
		return true;
	return no(why, "status %d is no fair description", e->status);
}

/* Is an act that silicon refuses nobody's fault? */
static bool excused(const struct ended *e, const char *act)
{
	if (e->fault && (e->for_ever || (excuses_of(e) & EXCUSE_LAW)))
		return true;
	/* A run that was cut off between two keys cannot be seen: the next key is the wrong one. */
	return e->earlier && ((e->earlier->excuses & EXCUSE_LAW) || strstr(act, "wrong key"));
}

/* Of acts that silicon refuses, those of the program: its loaders run in the core, but so does what
 * is left of a firmware after an erase, which may do anything. */
static uint64_t illegal(const struct chip_report *r)
{
	return stage.scenario->whole ? r->illegal_debugger : r->illegal;
}

/* ---- touch --------------------------------------------------------------------------------- */

/* First and one past the last byte of the sectors that may change. */
static void may_change(size_t *from, size_t *to, size_t len)
{
	const struct scenario *sc = stage.scenario;
	struct chip *chip = board_chip(stage.board);
	bool writes = sc->claim == CLAIM_FLASH_IS_IMAGE || sc->claim == CLAIM_FLASH_IS_BLANK;

	*from = *to = 0;
	if (sc->whole)
		*to = len;
	for (size_t i = 0; writes && !sc->whole && i < chip_sector_count(chip); i++) {
		uint32_t size, off = chip_sector_addr(chip, i, &size) - 0x08000000u;

		if (off + size <= IMAGE_OFF)
			*from = off + size;
		if (off < IMAGE_OFF + sc->bytes)
			*to = off + size;
	}
}

static bool touched_little(const struct before *b, const struct ended *e, char *why)
{
	struct chip *chip = board_chip(stage.board);
	struct chip_report r;
	size_t len, from, to;
	const char *act;
	const uint8_t *flash = chip_flash(chip, &len);

	may_change(&from, &to, len);
	for (size_t i = 0; i < len; i++)
		if ((i < from || i >= to) && flash[i] != b->flash[i])
			return no(why, "flash[%zx] was not to be touched", i);
	chip_get_report(chip, &r);
	if (!stage.scenario->options && (r.option_erases != b->chip.option_erases ||
					 r.option_programs != b->chip.option_programs))
		return no(why, "option bytes were touched");
	/* Whoever gets no answer any more cannot see whether the controller is busy. */
	act = chip_illegal(chip, (size_t)b->chip.illegal);
	act = act ? act : "an act whose words are lost";
	if (illegal(&r) != illegal(&b->chip) && !excused(e, act))
		return no(why, "illegal: %.180s", act);
	return true;
}

/* ---- order --------------------------------------------------------------------------------- */

static bool left_sram(const struct before *b, const struct ended *e, char *why)
{
	struct chip *chip = board_chip(stage.board);
	uint32_t word;

	for (uint32_t i = 0; i < SRAM_WORDS; i++)
		if (chip_peek(chip, 0x20000000u + 4 * i, &word) && word != b->sram[i])
			return no(why, "status %d, SRAM at %x differs", e->status,
				  0x20000000u + 4 * i);
	return true;
}

static bool left_order(const struct before *b, const struct ended *e, char *why)
{
	struct chip *chip = board_chip(stage.board);
	unsigned excuses = excuses_of(e);
	struct chip_report r;

	if ((excuses & EXCUSE_LAW) || ((excuses & EXCUSE_ORDER) && e->status != 0))
		return true;
	chip_get_report(chip, &r);
	if (!r.flash_locked && r.resets == b->chip.resets &&
	    r.units_programmed + r.sectors_erased + r.mass_erases !=
	    b->chip.units_programmed + b->chip.sectors_erased + b->chip.mass_erases)
		return no(why, "status %d, flash is left unlocked", e->status);
	/* Found halted, it is left so; only words that run it do otherwise. */
	if (r.core_halted && !stage.scenario->halts && (!b->chip.core_halted || stage.scenario->runs))
		return no(why, "status %d, the core is left halted", e->status);
	/* From here on a firmware that was started may shut debug out, which is said, and no failure. */
	if ((excuses & EXCUSE_ORDER) && !r.core_halted && strstr(e->output, "closed the debug port"))
		return true;
	if (r.debug_enabled && !b->chip.debug_enabled && !stage.scenario->halts)
		return no(why, "status %d, debugging is left enabled", e->status);
	if (r.dbgmcu_cr != b->chip.dbgmcu_cr || r.demcr != b->chip.demcr)
		return no(why, "status %d, DBGMCU_CR %x DEMCR %x", e->status, (unsigned)r.dbgmcu_cr,
			  (unsigned)r.demcr);
	/* Without firmware the core faults, and writes where its stack may be; and so it does when its
	 * flash is shut, as it is after half a write of option bytes, and a debugger comes. */
	if (stage.scenario->whole || (stage.scenario->options && e->earlier && r.protected))
		return true;
	return r.resets != b->chip.resets || left_sram(b, e, why);
}

/* A probe that leaves its boot loader comes back with another address and another serial number:
 * there, one of the same kind in the same port is the same for everyone. */
static bool taken_for_the_same(const struct ended *e)
{
	return stage.scenario->dfu && e->fault && e->fault->what == WIRE_SWAP;
}

bool oracle_judge(const struct before *b, const struct ended *e, char *why)
{
	uint64_t us = stage.time.clock.now_us(&stage.time.clock) - b->us;
	/* Answers that all come late, but come, make a session slow and no failure. */
	bool slow = e->fault && e->fault->what == WIRE_LATE && e->for_ever;
	uint64_t longest_s = LONGEST_S + (slow ? SLOW_S * stage.count[AT_TRANSFER] : 0);

	if (us > longest_s * UINT64_C(1000000))
		return no(why, "took %llu s", (unsigned long long)(us / 1000000));
	if (memory_live() != b->blocks)
		return no(why, "status %d, %zu blocks leaked", e->status, memory_live() - b->blocks);
	if (descriptors() != b->descriptors)
		return no(why, "status %d, %zu descriptors, before %zu", e->status, descriptors(),
			  b->descriptors);
	if (stage_strangers() > 0 && !taken_for_the_same(e))
		return no(why, "status %d, another probe got %llu transfers", e->status,
			  (unsigned long long)stage_strangers());
	return spoke_truth(e, why) && touched_little(b, e, why) && blamed_right(e, why) &&
	       left_order(b, e, why);
}
