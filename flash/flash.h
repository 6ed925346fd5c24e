/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flash.h - erase, program and prove, on whatever controller the chip has.
 *
 * flash_plan says what would be touched before anything is; flash_run does it;
 * every byte asked for is proved after the last write to its sector, by the chip's CRC-32 over
 * each sector or by reading back. Bytes of a touched sector that were not asked for keep their value.
 */
#ifndef FLASH_FLASH_H
#define FLASH_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/span.h"
#include "target/target.h"

struct flash;

/* What happens, for progress lines and JSON. */
enum flash_phase { FLASH_ERASE, FLASH_PROGRAM, FLASH_PROVE, FLASH_READ };

typedef void flash_progress_fn(void *priv, enum flash_phase phase, uint64_t done, uint64_t total);

struct flash_progress {
	flash_progress_fn *fn;          /* NULL: nobody listens */
	void *priv;
};

struct flash_stats {
	uint32_t sectors_erased;
	bool mass_erased;
	uint64_t bytes_programmed;      /* sent to the loader; blank units are skipped */
	uint64_t bytes_proved;          /* after the last write to them */
	uint64_t bytes_summed;          /* of these, by the chip's CRC-32 of each sector, not read back */
	uint64_t bytes_kept;            /* of touched sectors, not asked for, written again */
};

struct flash_sector {
	uint32_t addr, bytes;
	uint16_t index;                 /* number for the controller */
	uint8_t bank;                   /* 0 or 1 */
};

/* flash_has_driver - is there one for this chip's flash controller? */
bool flash_has_driver(const struct chip_row *chip);

/* flash_open - get the driver for the target's chip ready.
 * Returns SL_UNSUPPORTED with the chip's name when no driver exists; SL_PROTECTED when read
 *   protection forbids work on flash. Changes nothing on the chip. */
enum sl_err flash_open(struct ctx *c, struct target *t, struct flash **out) MUST_CHECK;
void flash_close(struct flash *f);

/* flash_set_proof - from now on compare and prove by reading every byte back instead of by the
 * chip's CRC-32 of each sector. */
void flash_set_proof(struct flash *f, bool by_reading);

/* flash_sectors - the chip's sectors in address order. */
const struct flash_sector *flash_sectors(const struct flash *f, size_t *n);
uint8_t flash_erased_byte(const struct flash *f);

/* flash_check - would these spans fit the chip's flash? SL_IMAGE says which do not, before
 * anything is touched. */
enum sl_err flash_check(struct flash *f, struct ctx *c, const struct span *spans, size_t n) MUST_CHECK;

/* flash_program - erase what must be erased, write, prove every byte.
 * erase_first: false writes without erasing (flash:w:), and refuses beforehand where a unit
 *   that would change is not blank.
 * mass_erase: the spans are all that flash is to hold; where anything must be erased, all of it is
 *   at once, on controllers that can.
 *   What a sector holds already is not written again; what is not changed is proved by the
 *   comparison that showed it.
 * Returns SL_IMAGE for data outside flash or wanted twice; SL_FLASH for write-protected sectors
 *   (both before anything is touched) and with the controller's flags; SL_VERIFY with the first
 *   differing address; SL_INTR between groups of sectors (4 KiB, or one larger sector; 32 KiB
 *   when the whole chip is replaced), where every sector has its old or its new content, or is
 *   blank when the whole chip was erased at once. What a failure left half done is logged.
 * Effects: flash locked again, core registers and SRAM as before, on every path (after a reset
 *   under the loader they are left alone); DMA clocks off meanwhile; core left halted
 *   (target_detach decides how it ends). A running independent watchdog is reloaded, a
 *   window watchdog stands still meanwhile. */
struct flash_job {
	const struct span *spans;
	size_t n_spans;
	bool erase_first;
	bool mass_erase;
	struct flash_progress progress;
};
enum sl_err flash_program(struct flash *f, struct ctx *c, const struct flash_job *job,
			  struct flash_stats *stats) MUST_CHECK;

/* flash_verify - read back and compare; changes nothing. SL_VERIFY with the first difference. */
enum sl_err flash_verify(struct flash *f, struct ctx *c, const struct flash_job *job,
			 struct flash_stats *stats) MUST_CHECK;

struct flash_range {
	uint32_t addr, len;
};

/* flash_erase_range - erase len bytes at addr; bytes of the first and last sector outside the range
 * keep their value. flash_erase_all - the whole main flash, whose size is confirmed first
 * (target_confirm). Both erase what is blank already, too, and prove that it is blank. Errors and
 * effects as flash_program; SL_USAGE for 0 bytes. */
enum sl_err flash_erase_range(struct flash *f, struct ctx *c, struct flash_range range,
			      const struct flash_progress *p, struct flash_stats *stats) MUST_CHECK;
enum sl_err flash_erase_all(struct flash *f, struct ctx *c, const struct flash_progress *p,
			    struct flash_stats *stats) MUST_CHECK;

#endif
