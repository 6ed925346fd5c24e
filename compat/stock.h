/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * stock.h - what the stock tools show of each chip.
 */
#ifndef COMPAT_STOCK_H
#define COMPAT_STOCK_H

#include <stddef.h>
#include <stdint.h>

/* How the stock tools write a kind of flash, which is what their lines tell of. */
enum stock_flash {
	STOCK_UNKNOWN, STOCK_F0, STOCK_F1_XL, STOCK_F4, STOCK_F7, STOCK_L0, STOCK_L4, STOCK_G0, STOCK_G4,
	STOCK_WB, STOCK_H7
};

struct stock_chip {
	uint16_t dev_id;
	const char *description;
	enum stock_flash flash;
	uint32_t page_bytes, sram_bytes;
	uint32_t option_base;           /* 0: not supported there */
	uint32_t option_bytes;
};

/* stock_find - the row of a DEV_ID; a row of zeros for one that they do not know. */
const struct stock_chip *stock_find(uint16_t dev_id);

/* stock_rows - the table, for tests; *n rows. */
const struct stock_chip *stock_rows(size_t *n);

#endif
