/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flash_rig.h - a virtual board, attached, with its flash driver open: what the tests of
 * target/ and flash/ begin with. Functions are in the header because only those tests link
 * the two rooms.
 *
 * Includes cmocka: the includer must have included what cmocka needs.
 */
#ifndef TESTS_SUPPORT_FLASH_RIG_H
#define TESTS_SUPPORT_FLASH_RIG_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "target/target.h"
#include "tests/support/board_pipe.h"

struct rig {
	struct board_link bl;
	struct ctx *c;
	struct chip *chip;
	struct target *t;
};

/* Fail the test with the fault in words. */
#define rig_ok(r, call) \
	do { \
		enum sl_err rig_err_ = (call); \
		if (rig_err_ != SL_OK) \
			fail_msg("%s: %s: %s [%s]", #call, err_info(rig_err_)->name, (r)->c->fault.text, \
				 (r)->c->fault.doing); \
	} while (0)

static inline void rig_log(void *priv, enum log_level level, const char *line)
{
	(void)priv;
	print_message("  %d %s\n", (int)level, line);
}

/* The board of that name with a link, nothing attached yet. */
static inline void rig_start(struct rig *r, const char *board, const struct board_options *o)
{
	memset(r, 0, sizeof(*r));
	board_link_open(&r->bl, board, o);
	r->c = &r->bl.ctx;
	if (getenv("RIG_LOG"))
		r->c->log = (struct log_sink){ .write = rig_log, .max = LOG_WIRE };
	r->chip = board_chip(r->bl.board);
}

static inline enum sl_err rig_attach(struct rig *r, enum target_connect how)
{
	struct target_options o = { .connect = how };

	return target_attach(r->c, r->bl.link, &o, &r->t);
}

static inline void rig_open(struct rig *r, const char *board)
{
	rig_start(r, board, NULL);
	rig_ok(r, rig_attach(r, CONNECT_NORMAL));
}

static inline void rig_close(struct rig *r)
{
	if (r->t)
		rig_ok(r, target_detach(r->t, r->c));
	r->t = NULL;
	board_link_close(&r->bl);
}

static inline struct chip_report rig_report(struct rig *r)
{
	struct chip_report rep;

	chip_get_report(r->chip, &rep);
	return rep;
}

/* Fill len bytes with noise that has no blank unit and repeats for a seed. */
static inline void rig_noise(uint8_t *dst, size_t len, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		dst[i] = (uint8_t)(1 + (x >> 24) % 254);        /* never 00 or FF */
	}
}

#endif
