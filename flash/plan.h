/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * plan.h - what must happen to which sector, decided before anything is touched.
 *
 * A plan holds, for each sector that the spans touch, its content at the end (want) and what
 * must be programmed to get there (put: erased bytes where nothing needs to be written).
 * Sectors that lie side by side have their bytes side by side.
 */
#ifndef FLASH_PLAN_H
#define FLASH_PLAN_H

#include "flash/driver.h"

struct plan_sector {
	const struct flash_sector *s;
	size_t off;                     /* of its bytes in want and put */
	uint32_t asked;                 /* bytes that spans cover */
	bool differs;                   /* from what it must hold */
	bool erase;
	bool fresh;                     /* all erased when programming begins */
};

struct plan {
	struct plan_sector *sec;
	size_t n;
	uint8_t *want, *put;            /* bytes long each */
	size_t bytes;
	size_t n_differs, n_erase;
	bool erase_all;                 /* one mass erase does it */
};

enum { PLAN_PIECE = 1024 };       /* what of a big sector is looked at as one, at most */

enum plan_mode {
	PLAN_PROGRAM,                   /* erase where it must be */
	PLAN_WRITE,                     /* never erase: refuse where it would need to be */
	PLAN_ERASE                      /* erase all that is touched, needed or not */
};

/* What is asked for. */
struct plan_request {
	const struct span *spans;
	size_t n;
	enum plan_mode mode;
	bool all;                       /* all sectors, blank where the spans say nothing */
	/* Done while the chip counts, at most once for each run of sectors. NULL: nothing. */
	enum sl_err (*meanwhile)(struct flash *f, struct ctx *c);
};

/* plan_make - learn what must be known of flash and decide: by sums that the chip makes where the
 * loader runs, by reading what is left to know. A sector of less than 16 KiB that is wanted whole,
 * differs and is not blank is erased without a closer look: that costs less than looking.
 * Touches nothing.
 * Returns SL_FLASH with the address for a PLAN_WRITE onto something not blank, and for sectors
 *   that would have to change but are write-protected; SL_NOMEM; what reading gives.
 * Effects: *p is to be given to plan_free, whatever is returned. */
enum sl_err plan_make(struct flash *f, struct ctx *c, const struct plan_request *req,
		      struct plan *p) MUST_CHECK;
void plan_free(struct plan *p);

/* A plan in the making (plan.c, look.c). */
struct planner {
	struct flash *f;
	const struct plan_request *req;
	struct plan *p;
	bool sums;                      /* the chip's sums can be relied on */
	uint8_t *cur;                   /* what one sector holds now; room for the biggest */
	uint32_t bad;                   /* first unit that must change and is not blank */
	struct {
		bool same, blank, have; /* as wanted; blank; in cur */
	} *piece;                       /* of one sector */
};

/* look_at_all - compare every sector of the plan, and say how it is to become as wanted.
 * Returns as plan_make. */
enum sl_err look_at_all(struct planner *k, struct ctx *c) MUST_CHECK;

/* plan_overlap - the part of the span that lies in [addr, addr + len); 0 bytes: none. */
uint32_t plan_overlap(uint32_t addr, uint32_t len, const struct span *sp, uint32_t *from);

/* bytes_blank - are all of these the erased byte? */
bool bytes_blank(const struct flash *f, const uint8_t *data, size_t len);

#endif
