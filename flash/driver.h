/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * driver.h - the seam between what must happen to flash and how a controller does it.
 *
 * A controller is one file with a const struct flash_ops and one row in drivers.c. It knows
 * registers; it does not know files, plans, blocks or proofs.
 */
#ifndef FLASH_DRIVER_H
#define FLASH_DRIVER_H

#include "flash/flash.h"
#include "flash/loaders/loaders.h"

/* A flag of the status register that means failure. */
struct flash_flag {
	uint32_t bit;
	const char *name;               /* in the manual's spelling */
	const char *meaning;
};

enum { FLASH_FLAGS_MAX = 10, FLASH_GUARD_WORDS = 4 };

/* How units are programmed from now on: what the loader gets. */
struct flash_how {
	const struct loader *loader;
	uint16_t step_bytes;            /* what the loader counts */
	uint16_t burst_words;           /* r5 of the loader, 0: it takes none */
	uint32_t sr;                    /* address of the status register */
	uint32_t step_max_us;           /* longest time of one step */
};

struct flash_ops {
	const char *name;
	uint32_t busy;                          /* bits of the status register */
	uint32_t dma_clock, dma_bits;           /* register of RCC that gates the DMAs */
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

	/* Clocks on, not busy, stale flags cleared, unlocked. lock: the opposite, on every path;
	 * tries everything even when something fails. */
	enum sl_err (*unlock)(struct flash *f, struct ctx *c);
	enum sl_err (*lock)(struct flash *f, struct ctx *c);
	enum sl_err (*erase_sector)(struct flash *f, struct ctx *c, const struct flash_sector *s);
	enum sl_err (*erase_all)(struct flash *f, struct ctx *c);       /* NULL: cannot */
	/* Around programming in one bank. fresh: everything there is erased. */
	enum sl_err (*program_on)(struct flash *f, struct ctx *c, unsigned bank, bool fresh,
				  struct flash_how *how);
	enum sl_err (*program_off)(struct flash *f, struct ctx *c, unsigned bank);
	/* May the probe itself write a step, as words, when code in SRAM does not run? */
	bool by_probe;
	/* Make reads see what flash holds now. NULL: they do. */
	enum sl_err (*flush)(struct flash *f, struct ctx *c);
};

/* What a session changed and puts back. */
struct flash_session {
	bool open, unlocked, sram_saved, core_saved;
	bool no_loader;                 /* code in SRAM faulted: the probe writes */
	struct target_core core;
	uint8_t *sram;
	uint32_t dma_was;               /* dma_bits that were set when the session began */
	uint32_t hsi_was;               /* f1: RCC_CR as found, when HSI had to be turned on */
	bool hsi_changed;
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
	uint32_t code_addr, buf_addr[2], buf_bytes;     /* work area in SRAM */
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

/* ctrl_flags - SL_OK, or SL_FLASH with the failure flags of status in words. */
enum sl_err ctrl_flags(struct flash *f, struct ctx *c, uint32_t status, uint32_t addr) MUST_CHECK;

/* ctrl_flag_mask - all failure flags of the driver. */
uint32_t ctrl_flag_mask(const struct flash_ops *ops);

/* ctrl_keys - write two keys to the key register at offset off. */
enum sl_err ctrl_keys(struct flash *f, struct ctx *c, uint32_t off, const uint32_t key[2]) MUST_CHECK;

/* ctrl_still_locked - the failure of an unlock that had no effect. */
enum sl_err ctrl_still_locked(struct ctx *c) MUST_CHECK;

#endif
