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
#include <stdlib.h>
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

/* ---- option bytes -------------------------------------------------------------------------- */

/* Bits that have a value; reg: of a register, else in a word of the option bytes. */
struct bits {
	uint32_t at, mask, value;
};

/* Where the chip keeps what the claims are about, and where it shows what it works with. */
struct option_place {
	const char *controller;
	uint32_t addr;
	unsigned complement;            /* so far above each bit; 0: nowhere */
	uint32_t used[4];               /* bits of the words, complements included, that mean something */
	struct bits level_0, wrp_0, stop_resets;        /* stored; at: the word */
	struct bits wrp_0_loaded, stop_resets_loaded;   /* at: the register */
};

#define ALL UINT32_MAX

/* PM0075 2.5, 3; RM0090 3.7, 3.9.10; RM0038 3.8, 3.9. */
static const struct option_place option_places[] = {
	{ "f1/", 0x1FFFF800, 8, { ALL, ALL, ALL, ALL }, { 0, 0xFF, 0xA5 }, { 2, 1, 0 }, { 0, 1u << 17, 0 },
	  { 0x40022020, 1, 0 }, { 0x4002201C, 1u << 3, 0 } },
	{ "f4/", 0x1FFFC000, 0, { 0xFFEC, 0, 0x0FFF, 0 }, { 0, 0xFF00, 0xAA00 }, { 2, 1, 0 },
	  { 0, 1u << 6, 0 }, { 0x40023C14, 1u << 16, 0 }, { 0x40023C14, 1u << 6, 0 } },
	{ "l1/", 0x1FF80000, 16, { ALL, ALL, ALL, ALL }, { 0, 0xFF, 0xAA }, { 2, 1, 1 }, { 1, 1u << 5, 0 },
	  { 0x40023C20, 1, 1 }, { 0x40023C1C, 1u << 21, 0 } },
};

static const struct option_place *place(void)
{
	for (size_t i = 0; i < ARRAY_LEN(option_places); i++)
		if (strncmp(stage.station->name, option_places[i].controller, 3) == 0)
			return &option_places[i];
	return NULL;
}

/* As they are stored, which need not be what the controller works with. */
static void look_at_options(uint32_t *w)
{
	const struct option_place *p = place();

	for (uint32_t i = 0; i < OPTION_WORDS; i++) {
		w[i] = 0;
		if (p)
			(void)chip_peek(board_chip(stage.board), p->addr + 4 * i, &w[i]);
		w[i] &= p ? p->used[i] : 0;
	}
}

void oracle_look(struct before *b)
{
	struct chip *chip = board_chip(stage.board);
	size_t len;
	const uint8_t *flash = chip_flash(chip, &len);

	memcpy(b->flash, flash, len);
	memcpy(b->lately, flash, len);
	look_at_options(b->options);
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

/* In the option bytes, not in a register. */
static bool is_stored(const struct bits *b)
{
	const struct option_place *p = place();
	uint32_t w[OPTION_WORDS];

	look_at_options(w);
	return (w[b->at] & b->mask) == b->value &&
	       (!p->complement || (w[b->at] >> p->complement & b->mask) == (~w[b->at] & b->mask));
}

/* In the register, not in the option bytes. A chip that is off loads what is stored as it comes back. */
static bool is_loaded(const struct bits *b)
{
	uint32_t v = 0;
	enum bus_result r = chip_read(board_chip(stage.board), b->at, 4, &v);

	return r == BUS_OFF || (r == BUS_OK && (v & b->mask) == b->value);
}

static bool is_protected(void)
{
	struct chip_report r;

	chip_get_report(board_chip(stage.board), &r);
	return r.protected;
}

/* A status other than 0 says enough about what is not in force. */
static bool option_holds(const struct ended *e, const struct bits *stored, const struct bits *loaded)
{
	return is_stored(stored) && (e->status != 0 || is_loaded(loaded));
}

/* A line that says why it does not say more. */
static bool admits(const char *line)
{
	static const char *const ways[] = { "unknown", "not to be had: ", "1 in 300 ms", "held in reset" };
	size_t len = strcspn(line, "\n");

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		const char *at = strstr(line, ways[i]);

		if (at && (size_t)(at - line) < len)
			return true;
	}
	return false;
}

/* A line of text that begins as this one, which is all of it where everything is known. */
static bool has_line(const char *text, const char *line, bool all)
{
	size_t len = strcspn(line, "\n");

	for (; text; text = (text = strchr(text, '\n')) ? text + 1 : NULL)
		if (strncmp(text, line, len) == 0 && (!all || strcspn(text, "\n") == len))
			return true;
	return false;
}

/* Each line of a is in b, but for those that warn, and for an admission, which may be long. */
static bool within(const char *a, const char *b, bool all)
{
	static const char warning[] = "stlink-download: ";
	bool admitted = false;

	for (; *a; a += strcspn(a, "\n"), a += *a == '\n') {
		admitted = admits(a) || (admitted && *a == ' ');
		if (!admitted && strncmp(a, warning, sizeof(warning) - 1) != 0 && !has_line(b, a, all))
			return false;
	}
	return true;
}

/* Each line of what it says is true; and it says everything, or why not. */
static bool output_as_ever(const char *said, const char *ever)
{
	bool all = true;

	for (const char *at = said; all && at; at = (at = strchr(at, '\n')) ? at + 1 : NULL)
		all = !admits(at) || has_line(ever, at, true);
	return within(said, ever, all) && (!all || within(ever, said, true));
}

static uint64_t digest_of_file(void)
{
	static uint8_t bytes[65536];
	FILE *f = fopen(stage_output_path(), "rb");
	size_t n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
	uint64_t h = f ? UINT64_C(0xCBF29CE484222325) : 0;

	if (f)
		(void)fclose(f);
	for (size_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * UINT64_C(0x100000001B3);
	return h;
}

void oracle_keep(struct clean *c, int status, const char *output)
{
	c->status = status;
	c->file = digest_of_file();
	(void)snprintf(c->said, sizeof(c->said), "%s", output);
}

static bool claim_holds(const struct ended *e)
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
	case CLAIM_FILE_AS_EVER:
		return !e->clean || digest_of_file() == e->clean->file;
	case CLAIM_OUTPUT_AS_EVER:
		return !e->clean || output_as_ever(e->output, e->clean->said);
	case CLAIM_WRP_0:
		return option_holds(e, &place()->wrp_0, &place()->wrp_0_loaded);
	case CLAIM_STOP_RESETS:
		return option_holds(e, &place()->stop_resets, &place()->stop_resets_loaded);
	case CLAIM_LOCKED:
		return !is_stored(&place()->level_0) && (e->status != 0 || is_protected());
	case CLAIM_UNLOCKED:
		return is_stored(&place()->level_0) && (e->status != 0 || !is_protected()) &&
		       all_blank(flash, len);
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

/* Words that claim what the scenario claims, whatever the exit status. */
static bool claims(const char *output)
{
	static const char *const words[] = {
		"proved", "the same by", "jolly good", " read back", "are so already",
		"cannot be read any more",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(output, words[i]))
			return true;
	return false;
}

/* Answers that were made up. A command that was swallowed is no such thing. */
static bool misleads(const struct fault_kind *k)
{
	return k && (k->excuses & EXCUSE_DATA) && k->what != WIRE_LIE;
}

static bool was_misled(const struct ended *e)
{
	return misleads(e->fault) || misleads(e->second);
}

/* All options but that one are as they were, or it is said what half a write has left. */
static bool others_kept(const struct before *b, const struct ended *e)
{
	const struct option_place *p = place();
	const struct bits *own = stage.scenario->claim == CLAIM_WRP_0 ? &p->wrp_0 : &p->stop_resets;
	uint32_t now[OPTION_WORDS];
	bool same = true;

	look_at_options(now);
	for (unsigned i = 0; i < OPTION_WORDS; i++)
		same = same && !((now[i] ^ b->options[i]) &
				 ~(i == own->at ? own->mask | own->mask << p->complement : 0));
	return same || strstr(e->output, "was cut off") || strstr(e->output, "read-protected");
}

static bool spoke_truth(const struct before *b, const struct ended *e, char *why)
{
	const struct scenario *sc = stage.scenario;
	bool claimed = claims(e->output), option = sc->claim == CLAIM_WRP_0 || sc->claim == CLAIM_STOP_RESETS;
	struct chip_report r;

	if (e->status != 0 && !claimed)
		return true;
	if ((sc->claim == CLAIM_FILE_IS_FLASH || sc->claim == CLAIM_FILE_AS_EVER ||
	     sc->claim == CLAIM_OUTPUT_AS_EVER) && ((excuses_of(e) & EXCUSE_DATA) || e->status != 0))
		return true;
	if ((e->again || option) && sc->claim != CLAIM_LOCKED && shut_silently(e))
		return no(why, "status 0, the chip is read-protected now, and nobody says so");
	if (!claim_holds(e))
		return no(why, "false success: status %d%s", e->status, claimed ? ", and words" : "");
	if (option && e->status == 0 && !misleads(e->earlier) && !others_kept(b, e))
		return no(why, "status 0, other option bytes were changed");
	chip_get_report(board_chip(stage.board), &r);
	if (e->status == 0 && sc->resets && !was_misled(e) && r.resets == b->chip.resets)
		return no(why, "status 0, and the chip was not reset");
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

/* What shares a sector with the image was kept; or may be lost, and that is said. */
static bool kept_the_rest(const struct before *b, const struct ended *e, char *why)
{
	const struct scenario *sc = stage.scenario;
	bool told = strstr(e->output, "may be lost") || strstr(e->output, "is not sure");
	size_t len;
	const uint8_t *flash = chip_flash(board_chip(stage.board), &len);

	if (sc->whole || sc->sectors || was_misled(e) || (e->status != 0 && told))
		return true;
	for (size_t i = 0; i < len; i++)
		if ((i < IMAGE_OFF || i >= IMAGE_OFF + sc->bytes) && flash[i] != b->lately[i])
			return no(why, "status %d, flash[%zx] was to be kept", e->status, i);
	return true;
}

/* The last event tells the exit status. */
static bool events_agree(const struct ended *e, char *why)
{
	const char *done = strstr(e->output, "{\"event\":\"done\"");
	const char *status = done ? strstr(done, "\"status\":") : NULL;

	if (!status || strtol(status + strlen("\"status\":"), NULL, 10) == e->status)
		return true;
	return no(why, "status %d, and the last event has another", e->status);
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
	return stage.scenario->dfu && ((e->fault && e->fault->what == WIRE_SWAP) ||
				       (e->second && e->second->what == WIRE_SWAP));
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
	return spoke_truth(b, e, why) && touched_little(b, e, why) && kept_the_rest(b, e, why) &&
	       events_agree(e, why) && blamed_right(e, why) && left_order(b, e, why);
}
