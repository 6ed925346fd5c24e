/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_bytes.h - option bytes and protection: read, change, reload, prove.
 *
 * Fields are rows of a table for each controller (option_fields.c); how a controller writes them is
 * one file each (option_fpec.c, option_f4.c, option_lx.c). Works on read-protected chips, too.
 * Does not decide what may be changed: that is up to whoever asks.
 */
#ifndef FLASH_OPTION_BYTES_H
#define FLASH_OPTION_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "flash/flash.h"
#include "target/target.h"

enum { OB_WORDS_MAX = 10, OB_MEANINGS = 5 };

/* The option bytes without complements: bytes (F0, F1, F3), registers (F2, F4), half-words (L0, L1). */
struct ob_image {
	uint32_t w[OB_WORDS_MAX];
};

/* What a value of a field means. */
struct ob_meaning {
	uint32_t value;
	const char *text;               /* NULL ends the list */
};

struct ob_field {
	const char *name;               /* in the manual's spelling */
	uint8_t word, shift, bits;      /* place in struct ob_image */
	const char *text;               /* what it is; shown where no meaning fits */
	struct ob_meaning meaning[OB_MEANINGS];
	const uint16_t *only;           /* device ids, 0 ends; NULL: every chip of the controller */
	const char *instead;            /* words that change it; NULL: option: does */
	const char *source;             /* manual, section */
};

/* A part of flash with a write protection bit of its own. */
struct ob_area {
	uint32_t addr, bytes;
	uint8_t word;
	uint32_t mask;                  /* the bit; areas may share one */
};

struct ob_state {
	struct ob_image stored;         /* as they are in the option bytes */
	uint32_t bad;                   /* bit n: word n has a wrong complement */
	bool blank;                     /* erased, and not written since */
	bool loaded;                    /* the chip works with what is stored, read protection included */
	bool unsure;                    /* F2, F4: registers, which somebody left open for a change; what is
					 * stored, and in force, may be something else */
	enum target_protection level;   /* in force now */
};

struct option_bytes;

/* ob_open - option bytes of the target's chip. Returns SL_UNSUPPORTED with the chip's name where
 * there is no table for its controller; SL_NOMEM. Changes nothing on the chip. */
enum sl_err ob_open(struct ctx *c, struct target *t, struct option_bytes **out) MUST_CHECK;
void ob_close(struct option_bytes *ob);

/* ob_field - the i-th field that this chip has, NULL past the end. ob_find - by its name of len
 * characters, small or capital letters; NULL: none. */
const struct ob_field *ob_field(const struct option_bytes *ob, size_t i);
const struct ob_field *ob_find(const struct option_bytes *ob, const char *name, size_t len);

/* ob_get, ob_put - a field of an image. ob_fits - is value within the field? */
uint32_t ob_get(const struct ob_field *f, const struct ob_image *img);
void ob_put(const struct ob_field *f, struct ob_image *img, uint32_t value);
bool ob_fits(const struct ob_field *f, uint32_t value);

/* ob_means - a value of a field in words. */
const char *ob_means(const struct ob_field *f, uint32_t value);

/* ob_manual - where the option bytes of this chip are described. */
const char *ob_manual(const struct option_bytes *ob);

/* ob_area - the i-th part with a write protection bit, NULL past the end. ob_area_guarded,
 * ob_area_guard - is it write-protected in the image; make it so, or not. */
const struct ob_area *ob_area(const struct option_bytes *ob, size_t i);
bool ob_area_guarded(const struct option_bytes *ob, const struct ob_image *img, size_t i);
void ob_area_guard(const struct option_bytes *ob, struct ob_image *img, size_t i, bool on);

/* ob_pcrop - do the write protection bits mean protection against reading by code as well? */
bool ob_pcrop(const struct option_bytes *ob, const struct ob_image *img);
/* ob_pcrop_off - in the image; the chip takes that only together with level 1 to level 0. */
void ob_pcrop_off(const struct option_bytes *ob, struct ob_image *img);

/* ob_level, ob_set_level - read protection of an image. ob_has_level2 - does the chip know it? */
enum target_protection ob_level(const struct option_bytes *ob, const struct ob_image *img);
void ob_set_level(const struct option_bytes *ob, struct ob_image *img, enum target_protection level);
bool ob_has_level2(const struct option_bytes *ob);

/* ob_unlocked - st without read protection, PCROP and write protection: what unlock writes. Returns
 * false where that is so already, complements included. */
bool ob_unlocked(const struct option_bytes *ob, const struct ob_state *st, struct ob_image *want);

/* ob_read - the option bytes as they are. Returns what reading memory returns. No effect. */
enum sl_err ob_read(struct option_bytes *ob, struct ctx *c, struct ob_state *out) MUST_CHECK;

/* ob_settle - where they are unsure, reset the chip, which loads the registers and locks them, say so, and
 * read again. Before anything is made of them. *st: as read last. */
enum sl_err ob_settle(struct option_bytes *ob, struct ctx *c, struct ob_state *st) MUST_CHECK;

/* ob_load - have the chip load what is stored, by a reset, and read it again: where an earlier write came
 * no further. Writes nothing. want: what was read, which may have been wrong.
 * Returns SL_VERIFY where something else is read now, SL_FLASH when it is not in force even then.
 * Not for level 2, which is in force afterwards. Effects: the core is left halted. */
enum sl_err ob_load(struct option_bytes *ob, struct ctx *c, const struct ob_image *want,
		    struct ob_state *out) MUST_CHECK;

/* ob_write - write the option bytes, reload them by a reset of the chip, read back and compare.
 * Words that are the same already may be written again.
 * *out: as read after the reload.
 * Returns SL_FLASH with the controller's flags, and when what is read back is right but is not in force
 *   before the next power cycle; SL_VERIFY where something else is read back.
 * Effects: the core is left halted after the reset; from level 1 to level 0 the chip erases its
 *   flash. Not interrupted by signals. A power failure on the way: option bytes with wrong
 *   complements, or erased, count as level 1, and ob_write again puts them right. A
 *   failure where the option bytes are registers (F2, F4) ends with a reset, too, which loads what
 *   is stored; where even that fails they stay open, and are unsure.
 * Level 2: no reset; it is in force from the next power-on, after which the chip is out of reach for
 *   ever. */
enum sl_err ob_write(struct option_bytes *ob, struct ctx *c, const struct ob_image *want,
		     struct ob_state *out) MUST_CHECK;

/* ob_power_cycle - after level 1 to level 0: what stays as it was until the board is powered off
 * and on, in words; NULL: nothing. */
const char *ob_power_cycle(const struct option_bytes *ob);

/* ob_prove_blank - read all of main flash. *bytes: how much was read; less than the chip's flash only
 * where its size was assumed and there is nothing at a sector's address. SL_VERIFY with the first
 * address that is not blank. */
enum sl_err ob_prove_blank(struct option_bytes *ob, struct ctx *c, const struct flash_progress *p,
			   uint64_t *bytes) MUST_CHECK;

#endif
