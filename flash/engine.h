/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * engine.h - the loader that stays in target SRAM for a whole session and never stops between
 * pieces of work: it takes them from slots that are filled while it works.
 *
 * The contract between this file and the code in SRAM: flash/loaders/engine.inc.
 * Knows neither plans nor proofs. The core runs while an engine is on.
 */
#ifndef FLASH_ENGINE_H
#define FLASH_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

struct flash;
struct flash_how;
struct flash_script;

enum {
	ENGINE_SLOTS = 2,               /* one is worked on while the other is filled */
	/* Code and mailbox, then slots; with the least slots the second begins at 1 KiB, where old
	 * firmware of the probe must begin a new command, and each takes the sums of 128 pages. */
	ENGINE_CODE_ROOM = 480,
	ENGINE_SLOT_LEAST = 544,
	ENGINE_SLOT_MOST = 6144,        /* what firmware of the probe takes in one command */
	ENGINE_MARKS = 32
};

/* Up to which pair of a slot of register writes which place is worked on. */
struct engine_mark {
	uint16_t pairs;
	uint32_t addr;
};

/* What a slot holds. */
struct engine_slot {
	uint8_t op;
	uint32_t addr, count, bytes;
	unsigned n_marks;
	struct engine_mark mark[ENGINE_MARKS];
	unsigned max_ms;                /* longest time that it may take */
	uint64_t typ_us;
	uint64_t end_us;                /* when it should be done */
	uint32_t still;                 /* bytes at the beginning of the payload that need not travel */
};

struct engine {
	bool on;
	bool broken;                    /* code in SRAM faulted: not again in this session */
	bool crc_lies;                  /* the CRC unit does not count as it should */
	uint32_t sr, burst;             /* that the mailbox says now */
	uint32_t queued, done;          /* slots */
	uint64_t head_since_us;         /* the oldest slot is worked on since then, at the latest */
	uint64_t in_vain_us;            /* the last look that found it unfinished; 0: none */
	struct engine_slot slot[ENGINE_SLOTS];
	struct engine_slot next;        /* being made */
	uint8_t payload[ENGINE_SLOT_MOST];      /* of next; register writes gather here */
};

/* engine_start - put the code into SRAM, let it run, and see that it and the CRC unit work.
 * The core must be halted. Returns SL_TARGET when code in SRAM faults (engine.broken is set then)
 *   or does not answer; what target memory gives. Effects: f->engine.crc_lies when the sum over
 *   the code is wrong. SRAM that it uses is borrowed before. */
enum sl_err engine_start(struct flash *f, struct ctx *c) MUST_CHECK;

/* engine_stop - let it finish what it was given, as long as that goes well, then halt the core; nothing when
 * it does not run. */
enum sl_err engine_stop(struct flash *f, struct ctx *c) MUST_CHECK;

/* engine_script - queue register writes. engine_program - queue data of one bank; blank units are
 * passed over; *units grows by the bytes of the others. Both return as soon as everything is handed
 * over; an earlier piece's failure may show here: SL_FLASH with the controller's flags and the place,
 * SL_TARGET when the code stops, faults, hangs beyond its time, or reports what cannot be. */
struct engine_data {
	uint32_t addr;
	const uint8_t *data;
	size_t len;
	const struct flash_how *how;
};
enum sl_err engine_script(struct flash *f, struct ctx *c, const struct flash_script *s) MUST_CHECK;
enum sl_err engine_program(struct flash *f, struct ctx *c, const struct engine_data *d,
			   uint64_t *units) MUST_CHECK;

/* engine_drain - wait until everything queued is done. Returns as above. */
enum sl_err engine_drain(struct flash *f, struct ctx *c) MUST_CHECK;

/* engine_crc - CRC-32 of n pieces of words each, one behind the other from addr on, into sum[n],
 * as the chip's CRC unit counts it (crc.h). Waits for everything queued before. */
struct engine_pieces {
	uint32_t addr, words;
	size_t n;
	/* Done while the chip counts; its failure is a failure of the whole. NULL: nothing. */
	enum sl_err (*meanwhile)(struct flash *f, struct ctx *c);
};
enum sl_err engine_crc(struct flash *f, struct ctx *c, const struct engine_pieces *p,
		       uint32_t *sum) MUST_CHECK;

#endif
