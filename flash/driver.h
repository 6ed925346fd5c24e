/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * driver.h - the seam between what must happen to flash and how a controller does it.
 *
 * A controller is one file with a const struct flash_ops and one row in drivers.c. It knows
 * registers; it does not know files, plans, blocks or proofs.
 */
#ifndef FLASH_DRIVER_H
#define FLASH_DRIVER_H

#include "flash/engine.h"
#include "flash/flash.h"
#include "flash/loaders/loaders.h"

/* A flag of the status register that means failure. */
struct flash_flag {
	uint32_t bit;
	const char *name;               /* in the manual's spelling */
	const char *meaning;
	const char *cure;               /* NULL: that of the cause, or of the error code */
	enum sl_cause cause;
};

enum { FLASH_FLAGS_MAX = 10, FLASH_GUARD_WORDS = 4 };

/* How units are programmed from now on. */
struct flash_how {
	const struct loader *loader;
	uint16_t step_bytes;            /* what is started and waited for as one */
	uint16_t burst_words;           /* stm32l1: words of a step, for the loader; 0: it takes none */
	bool masked;                    /* the loader takes masks: blank units need not travel */
	uint32_t sr;                    /* address of the status register */
	uint32_t step_max_us;           /* longest time of one step */
	uint32_t step_typ_ns;           /* usual time of one step and of the loader around it */
};

/* One write of a script. Address 0: wait until flash is free, and look at its flags. */
struct flash_write {
	uint32_t addr, value;
};

enum { SCRIPT_MAX = 8 };

/* Register writes that do one thing to flash. The loader carries them out, or the probe; both
 * wait and look at the flags at the end in any case. */
struct flash_script {
	struct flash_write w[SCRIPT_MAX];
	unsigned n;
	uint32_t sr;                    /* address of the status register to wait on */
	uint32_t addr;                  /* what is worked on, for messages */
	unsigned max_ms;                /* longest time that it may take */
	uint32_t typ_us;                /* usual time */
};

struct flash_ops {
	const char *name;
	uint32_t busy;                          /* bits of the status register */
	/* Register of RCC that gates DMAs and CRC unit, and their bits. */
	uint32_t ahb_clock, dma_bits, crc_bit;
	uint32_t apb1_clock;            /* RCC_APB1ENR: WWDGEN is bit 11 in all */
	/* Size of a slot for the loader: a piece of work that lasts well longer than its journey. */
	uint16_t slot_bytes;
	struct flash_flag flags[FLASH_FLAGS_MAX];       /* ends with bit 0 */

	/* Bytes of bank 1, where an option bit decides (BANKS_OPTION). NULL: never asked. */
	enum sl_err (*bank1_bytes)(struct flash *f, struct ctx *c, uint32_t *bytes);
	/* Number of the i-th sector of a bank for the controller. NULL: counted through. */
	uint16_t (*sector_index)(unsigned bank, unsigned i);
	/* Read write protection into f->guard. */
	enum sl_err (*read_guards)(struct flash *f, struct ctx *c);
	bool (*guarded)(const struct flash *f, const struct flash_sector *s);
	/* Choose what depends on the supply; no effect on the chip. NULL: nothing does. */
	void (*choose)(struct flash *f, struct ctx *c);

	/* Let the core run faster while it works for us, where that is safe whatever the supply; sets
	 * f->s.core_khz, 0: not known. clock_back: as it was found. Both leave clocks alone that the
	 * firmware has chosen. */
	enum sl_err (*clock_up)(struct flash *f, struct ctx *c);
	enum sl_err (*clock_back)(struct flash *f, struct ctx *c);

	/* Clocks on, not busy, stale flags cleared, unlocked. lock: the opposite, on every path;
	 * tries everything even when something fails. */
	enum sl_err (*unlock)(struct flash *f, struct ctx *c);
	enum sl_err (*lock)(struct flash *f, struct ctx *c);

	/* Scripts. erase_all: its i-th part, false when there is none; NULL: cannot. */
	void (*erase_sector)(const struct flash *f, const struct flash_sector *s,
			     struct flash_script *out);
	bool (*erase_all)(const struct flash *f, unsigned i, struct flash_script *out);
	/* Around programming in one bank. fresh: everything there is erased. */
	void (*program_on)(const struct flash *f, unsigned bank, bool fresh, struct flash_how *how,
			   struct flash_script *out);
	void (*program_off)(const struct flash *f, unsigned bank, struct flash_script *out);
	/* The loader of this controller as it is chosen now. */
	const struct loader *(*loader)(const struct flash *f);
	/* May the probe itself write a step, as words, when code in SRAM does not run? */
	bool by_probe;
	/* Make reads see what flash holds now. NULL: they do. */
	enum sl_err (*flush)(struct flash *f, struct ctx *c);
};

/* A part of SRAM that was borrowed from its end downwards. */
struct borrowed {
	uint32_t low, high;             /* [low, high) is saved; low == high: nothing */
};

enum { BORROW_CODE, BORROW_SLOT, BORROW_PARTS = BORROW_SLOT + ENGINE_SLOTS, CLOCK_REGS = 4 };

/* What a session changed and puts back. */
struct flash_session {
	bool open, unlocked, core_saved;
	bool locks;                     /* the controller is to be locked at the end */
	struct target_core core;
	uint8_t *sram;                  /* copy of the work area, where it is borrowed */
	struct borrowed part[BORROW_PARTS];
	uint32_t ahb_was;               /* f->ops->ahb_clock as found */
	uint32_t apb1_was;              /* f->ops->apb1_clock as found, while the WWDG stands still; else 0 */
	bool ahb_changed;
	uint32_t crc_was;               /* state of the CRC unit, where firmware may use it */
	bool crc_used;
	uint32_t clock_was[CLOCK_REGS]; /* registers of RCC and flash that clock_up changed */
	bool clock_raised;
	uint32_t hsi_was;               /* f1: RCC_CR as found, when HSI had to be turned on */
	bool hsi_changed;
	unsigned core_khz;              /* 0: not known */
};

struct flash {
	struct target *t;
	const struct target_info *info;
	const struct chip_row *chip;
	const struct flash_ops *ops;
	struct flash_sector *sectors;
	size_t n_sectors;
	uint32_t unit;                  /* bytes that are programmed together, at least */
	uint32_t psize;                 /* f4: FLASH_CR.PSIZE */
	uint32_t guard[FLASH_GUARD_WORDS];
	bool guard_inverted;
	uint32_t work_addr, work_bytes; /* of SRAM: code, then slots */
	uint32_t slot_bytes;
	bool proof_read;                /* compare and prove by reading */
	struct engine engine;
	bool stuck;                     /* the controller did not take its keys in the last session */
	bool stale;                     /* the core was in a loader that an earlier session left behind */
	struct flash_session s;
};

extern const struct flash_ops flash_stm32f1, flash_stm32f4, flash_stm32l0, flash_stm32l1;

/* drivers.c: the driver of a controller key, NULL: none. */
const struct flash_ops *driver_find(const char *key);

/* What a driver may call. ------------------------------------------------------------ */

/* ctrl_read, ctrl_write - a register of the controller by its offset. */
enum sl_err ctrl_read(struct flash *f, struct ctx *c, uint32_t off, uint32_t *value) MUST_CHECK;
enum sl_err ctrl_write(struct flash *f, struct ctx *c, uint32_t off, uint32_t value) MUST_CHECK;

/* ctrl_wait - poll the status register at offset sr_off until it is not busy, then look at
 * the failure flags. max_ms: the longest time that the operation may take. addr: what is
 * worked on, for the message.
 * Returns SL_FLASH with the flags in words, which are cleared; or when it stays busy. */
enum sl_err ctrl_wait(struct flash *f, struct ctx *c, uint32_t sr_off, unsigned max_ms,
		       uint32_t addr) MUST_CHECK;

/* ctrl_calm - wait until what a job that failed began is over, at most max_ms: control registers must
 * not be written meanwhile (PM0075, RM0090, RM0038: BSY). An answer that is lost is asked for again.
 * Records no fault; flags do not matter. */
void ctrl_calm(struct flash *f, struct ctx *c, uint32_t sr_off, unsigned max_ms);

/* ctrl_flags - SL_OK, or SL_FLASH with the failure flags of status in words. */
enum sl_err ctrl_flags(struct flash *f, struct ctx *c, uint32_t status, uint32_t addr) MUST_CHECK;

/* ctrl_flag_mask - all failure flags of the driver. */
uint32_t ctrl_flag_mask(const struct flash_ops *ops);

/* ctrl_keys - write two keys to the key register at offset off. */
enum sl_err ctrl_keys(struct flash *f, struct ctx *c, uint32_t off, const uint32_t key[2]) MUST_CHECK;

/* clock_wait - poll a register of RCC until the bits of it read as value; SL_FLASH after 10 ms. */
enum sl_err clock_wait(struct flash *f, struct ctx *c, uint32_t addr, uint32_t bits,
		       uint32_t value) MUST_CHECK;

/* script_add, script_wait - append a write, or a wait, to a script; more than SCRIPT_MAX are not. */
void script_add(struct flash_script *s, uint32_t addr, uint32_t value);
void script_wait(struct flash_script *s);

/* script_by_probe - carry a script out without the loader. Returns as ctrl_wait. */
enum sl_err script_by_probe(struct flash *f, struct ctx *c, const struct flash_script *s) MUST_CHECK;

/* ctrl_still_locked - the failure of an unlock that had no effect. */
enum sl_err ctrl_still_locked(struct ctx *c) MUST_CHECK;

#endif
