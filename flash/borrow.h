/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * borrow.h - SRAM of the firmware, used for a while and put back byte for byte.
 */
#ifndef FLASH_BORROW_H
#define FLASH_BORROW_H

#include "flash/driver.h"

/* borrow_begin - nothing is borrowed yet. SL_NOMEM. */
enum sl_err borrow_begin(struct flash *f, struct ctx *c) MUST_CHECK;

/* borrow_down_to - save [addr, end) of a part of the work area, as far as it is not saved yet.
 * part: BORROW_CODE or BORROW_SLOT + i. Before anything is written there. */
enum sl_err borrow_down_to(struct flash *f, struct ctx *c, unsigned part, uint32_t addr) MUST_CHECK;

/* borrow_end_other - put back what the engine's last piece of work does not use. */
enum sl_err borrow_end_other(struct flash *f, struct ctx *c) MUST_CHECK;

/* borrow_end - put everything back. borrow_forget - leave it: it is of another life. */
enum sl_err borrow_end(struct flash *f, struct ctx *c) MUST_CHECK;
void borrow_forget(struct flash *f);

#endif
