/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_priv.h - the seam between option bytes and how a controller keeps them.
 */
#ifndef FLASH_OPTION_PRIV_H
#define FLASH_OPTION_PRIV_H

#include "flash/driver.h"
#include "flash/option_bytes.h"

/* How the write protection bits lie in an image. */
struct ob_guard {
	bool by_sector;                 /* one bit for a sector, a word for a bank; else 4 KiB each */
	uint8_t word, shift, bits;      /* first word, first bit, bits in a word */
	uint8_t most;                   /* areas; the last one is all the rest. 0: as many as there are */
	bool set;                       /* value of the bit that protects */
};

/* How a controller keeps its option bytes. */
struct ob_ops {
	enum sl_err (*read)(struct option_bytes *ob, struct ctx *c, struct ob_state *out);
	/* Not busy, open for option bytes; nothing is changed. */
	enum sl_err (*unlock)(struct option_bytes *ob, struct ctx *c);
	/* Needs the core halted and the controller open; leaves it open for launch. */
	enum sl_err (*write)(struct option_bytes *ob, struct ctx *c, const struct ob_image *want);
	/* Tries everything even when something fails. */
	enum sl_err (*lock)(struct option_bytes *ob, struct ctx *c);
	/* Instead of lock, after a failure: what is read is what is stored again. NULL: it always is. */
	enum sl_err (*undo)(struct option_bytes *ob, struct ctx *c);
	/* What of the image there is on this chip. */
	unsigned (*words)(const struct option_bytes *ob);
};

/* One controller, or a few of a kind: fields and rules. */
struct ob_kind {
	const char *controllers;        /* keys of the chip table, parted by spaces */
	const char *manual;
	const struct ob_ops *ops;
	const struct ob_field *fields;  /* name NULL ends */
	struct ob_guard guard;
	uint8_t level0, level1, level2; /* values of the field RDP; level2 0: does not exist */
	/* The write that reloads, by a system reset; 0: any system reset does. */
	uint32_t launch_off, launch_value;
	uint8_t obr_user, obr_data;     /* F0, F1, F3: places in FLASH_OBR */
	const char *power_cycle;
};

struct option_bytes {
	struct flash f;                 /* registers and geometry; no session */
	const struct ob_kind *kind;
	const struct ob_field *rdp, *pcrop;     /* pcrop NULL: none */
	struct ob_area *areas;          /* owned */
	size_t n_areas;
	unsigned n_words;
};

/* option_fields.c: the rows; *n of them. */
const struct ob_kind *ob_kinds(size_t *n);

extern const struct ob_ops ob_fpec, ob_f4, ob_lx;

/* ob_mask - the bits of word n that some field of this chip has. */
uint32_t ob_mask(const struct option_bytes *ob, unsigned n);

#endif
