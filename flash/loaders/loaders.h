/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * loaders.h - pieces of Thumb code that program flash from SRAM, and how a host speaks with them.
 *
 * Each is position independent and needs no stack. Follows flash/loaders/engine.inc.
 */
#ifndef FLASH_LOADERS_LOADERS_H
#define FLASH_LOADERS_LOADERS_H

#include <stddef.h>
#include <stdint.h>

struct loader {
	const char *name;
	const uint8_t *code;
	uint16_t bytes;         /* multiple of 4 */
	uint16_t stop;          /* offset of the BKPT */
	uint16_t mailbox;       /* offset of its words, enum ring_mailbox */
};

/* The ring loaders stay: they take work from slots in SRAM, round and round, and stop only after
 * a failure, in the BKPT at .stop. Code and mailbox are one piece that begins at any word: the
 * debugger patches the mailbox, sends both, and sets PC to the beginning with interrupts masked
 * (C_MASKINTS). SP and LR are not touched, r0-r12 are. Source: flash/loaders/engine.inc.
 * A slot is written in ascending order, its sequence number last; writing the same again is harmless.
 *
 * Words of the mailbox, as offsets. */
enum ring_mailbox {
	BOX_DONE = 0x00,        /* slots finished, counted on from what the host puts there; all that a slot
				 * leaves behind is stored before */
	BOX_STATE = 0x04,       /* enum ring_state */
	BOX_STATUS = 0x08,      /* after a failure: the status register; RING_UNKNOWN: the op word */
	BOX_WHERE = 0x0C,       /* PROGRAM, MASKED: the unit (burst) that failed; WRITES: in SRAM, the
				 * waiting pair, or the header for the wait at the end. While a CRC
				 * is at work: where its next result goes, the others are ready */
	BOX_SLOTS = 0x10,       /* address of the header of slot 0 */
	BOX_STRIDE = 0x14,      /* bytes from one header to the next */
	BOX_LAST = 0x18,        /* address of the header of the last slot */
	BOX_SR = 0x1C,          /* address of the flash status register */
	BOX_BUSY = 0x20,        /* its busy bits */
	BOX_ERRORS = 0x24,      /* its failure flags */
	BOX_BURST = 0x28,       /* ring_lx: words in a burst, 1 or those of a half page */
	BOX_CRC = 0x2C,         /* address of CRC_DR */
	BOX_IWDG = 0x30,        /* address of IWDG_KR; fed in whatever may last 1 ms */
	BOX_BYTES = 0x34
};

enum ring_state { RING_WORKING, RING_FLASH_ERROR, RING_UNKNOWN };

/* A slot is payload, which ends where the header begins, and this header: op word, address,
 * count, sequence number. The slot whose turn it is is taken when that is BOX_DONE + 1. What SRAM
 * holds before the loader starts may look like that: the host clears the slots' numbers, or counts
 * from one that cannot be there. */
enum ring_header {
	SLOT_OP = 0,            /* bits 0-7 enum ring_op, the others bytes of payload, whole words */
	SLOT_ADDR = 4,
	SLOT_COUNT = 8,
	SLOT_SEQ = 12,
	SLOT_HEADER_BYTES = 16
};

enum ring_op {
	RING_WRITES = 1,        /* count pairs address, value: words to store; address 0: wait until
				 * flash is not busy and check the flags, which the end does as well */
	RING_PROGRAM = 2,       /* count units (ring_lx: bursts) for the places from addr on */
	RING_MASKED = 3,        /* count groups for 32 units each: a mask, bit 0 first, and the units
				 * whose bit is set, filled up to a word. Not in ring_lx */
	RING_CRC = 4            /* count pieces from addr on; last payload word: words in a piece. The
				 * results of the CRC unit replace the payload, from word 0 on */
};

/* Room for the largest; a test holds it against the table. */
enum { RING_MAX_BYTES = 456 };

extern const struct loader loader_ring_f1;
extern const struct loader loader_ring_f4x8;
extern const struct loader loader_ring_f4x16;
extern const struct loader loader_ring_f4x32;
extern const struct loader loader_ring_lx;

/* Option bytes of F0, F1 and F3: erased and written in one go. Registers: flash/loaders/option_f1.s. */
extern const struct loader loader_option_f1;

#endif
