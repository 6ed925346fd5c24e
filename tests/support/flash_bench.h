/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flash_bench.h - a virtual board with its flash driver open, beside what its flash must be:
 * what the tests of flash/ begin with. The oracle is the virtual chip's array.
 */
#ifndef TESTS_SUPPORT_FLASH_BENCH_H
#define TESTS_SUPPORT_FLASH_BENCH_H

#include "tests/support/flash_rig.h"

#include "flash/flash.h"

enum { BASE = 0x08000000 };

static const char *const boards[] = {
	"vldiscovery", "bluepill", "l-discovery", "f4discovery",
	"bluepill-clone", "nucleo-f401re", "nucleo-v3",
};

struct bench {
	struct rig rig;
	struct flash *f;
	uint8_t *oracle;                /* the chip's flash itself */
	uint8_t *expect;                /* what it must be */
	size_t bytes;
	struct flash_stats stats;
};

/* A board whose flash is full of other data. */
static inline void bench_open_with(struct bench *b, const char *board, const struct board_options *o,
			    bool full)
{
	memset(b, 0, sizeof(*b));
	rig_start(&b->rig, board, o);
	b->oracle = chip_flash(b->rig.chip, &b->bytes);
	if (full) {
		rig_noise(b->oracle, b->bytes, 99);
		chip_flash_changed(b->rig.chip);
	}
	b->expect = malloc(b->bytes);
	assert_non_null(b->expect);
	memcpy(b->expect, b->oracle, b->bytes);
	rig_ok(&b->rig, rig_attach(&b->rig, CONNECT_NORMAL));
	rig_ok(&b->rig, target_halt(b->rig.t, b->rig.c));
	rig_ok(&b->rig, flash_open(b->rig.c, b->rig.t, &b->f));
}

static inline void bench_open(struct bench *b, const char *board, bool full)
{
	bench_open_with(b, board, NULL, full);
}

static inline void bench_close(struct bench *b)
{
	flash_close(b->f);
	rig_close(&b->rig);
	free(b->expect);
}

/* Flash is what it must be, nothing illegal was done, the controller is locked. */
static inline void check(struct bench *b, const char *what)
{
	for (size_t i = 0; i < b->bytes; i++)
		if (b->oracle[i] != b->expect[i])
			fail_msg("%s: flash[0x%zx] is %02x, must be %02x", what, i, b->oracle[i],
				 b->expect[i]);
	board_link_no_illegal(&b->rig.bl);
	assert_true(rig_report(&b->rig).flash_locked);
}

#endif
