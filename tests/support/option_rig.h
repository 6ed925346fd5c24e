/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_rig.h - a virtual board, attached, with its option bytes open; the board's own account of
 * them is the oracle. Functions are in the header because only the tests of option bytes use them.
 */
#ifndef TESTS_SUPPORT_OPTION_RIG_H
#define TESTS_SUPPORT_OPTION_RIG_H

#include "tests/support/flash_rig.h"

#include "flash/option_bytes.h"

/* One board of each way to keep option bytes, and what their protection words look like. */
struct option_board {
	const char *name;
	uint32_t rdp_addr;              /* word that holds the protection byte */
	uint32_t level0;                /* of that word, under the mask */
	uint32_t mask;
	bool power_cycle;               /* F1: part of flash stays locked until then */
};

static const struct option_board option_boards[] = {
	{ "vldiscovery", 0x1FFFF800, 0x5AA5, 0xFFFF, true },
	{ "bluepill", 0x1FFFF800, 0x5AA5, 0xFFFF, true },
	{ "nucleo-v3", 0x1FFFF800, 0x5AA5, 0xFFFF, true },
	{ "f4discovery", 0x1FFFC000, 0xAA00, 0xFF00, false },
	{ "nucleo-f401re", 0x1FFFC000, 0xAA00, 0xFF00, false },
	{ "f303", 0x1FFFF800, 0x55AA, 0xFFFF, false },
	{ "l-discovery", 0x1FF80000, 0xFF5500AA, 0xFFFFFFFF, false },
};

struct option_rig {
	struct rig rig;
	struct option_bytes *ob;
	struct ob_state st;
	uint8_t *flash;
	size_t bytes;
	uint64_t blank;                 /* bytes that were proved so */
	const struct option_board *board;
};

static inline bool rig_is_level0(struct option_rig *o)
{
	uint32_t v = 0;

	assert_true(chip_peek(o->rig.chip, o->board->rdp_addr, &v));
	return (v & o->board->mask) == o->board->level0;
}

static inline void rig_options(struct option_rig *o)
{
	rig_ok(&o->rig, rig_attach(&o->rig, CONNECT_NORMAL));
	rig_ok(&o->rig, ob_open(o->rig.c, o->rig.t, &o->ob));
	rig_ok(&o->rig, ob_read(o->ob, o->rig.c, &o->st));
}

/* The board with flash full of noise, read-protected or not. */
static inline void option_open(struct option_rig *o, const struct option_board *board, bool locked)
{
	memset(o, 0, sizeof(*o));
	o->board = board;
	rig_start(&o->rig, board->name, NULL);
	o->flash = chip_flash(o->rig.chip, &o->bytes);
	rig_noise(o->flash, o->bytes, 7);
	chip_flash_changed(o->rig.chip);
	chip_set_protected(o->rig.chip, locked);
	rig_options(o);
}

static inline void option_drop(struct option_rig *o)
{
	ob_close(o->ob);
	o->ob = NULL;
	if (o->rig.t)
		rig_ok(&o->rig, target_detach(o->rig.t, o->rig.c));
	o->rig.t = NULL;
}

/* Power off and on, and attach again. */
static inline void option_power_cycle(struct option_rig *o)
{
	option_drop(o);
	chip_power(o->rig.chip, false);
	chip_power(o->rig.chip, true);
	rig_options(o);
}

static inline void option_close(struct option_rig *o)
{
	option_drop(o);
	board_link_close(&o->rig.bl);
}

static inline bool flash_is(const struct option_rig *o, uint8_t value)
{
	for (size_t i = 0; i < o->bytes; i++)
		if (o->flash[i] != value)
			return false;
	return true;
}

static inline uint32_t option_field(struct option_rig *o, const char *name)
{
	const struct ob_field *f = ob_find(o->ob, name, strlen(name));

	if (!f)
		fail_msg("%s has no field %s", o->board->name, name);
	return ob_get(f, &o->st.stored);
}

static inline void option_put(struct option_rig *o, struct ob_image *img, const char *name, uint32_t value)
{
	const struct ob_field *f = ob_find(o->ob, name, strlen(name));

	assert_non_null(f);
	ob_put(f, img, value);
}

#endif
