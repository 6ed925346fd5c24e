/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * peripherals.h - where a chip's peripherals are and what their registers are called, as far as
 * the display words of the original need it: STM32F1. One const table.
 */
#ifndef CLI_PERIPHERALS_H
#define CLI_PERIPHERALS_H

#include <stddef.h>
#include <stdint.h>

/* A kind of peripheral. Registers whose reading has an effect (data registers, which pop a FIFO
 * or clear a flag) have no name here and are never read. */
struct peripheral_kind {
	struct {
		uint16_t off;
		const char *name;
	} regs[32];                     /* ends with name NULL */
};

struct peripheral {
	const char *name;               /* upper case */
	uint32_t base;
	const struct peripheral_kind *kind;
	uint32_t clock_reg, clock_bit;  /* enabled when the bit is set; reg 0: always */
	const char *family;             /* as in the chip table; NULL: every Cortex-M */
};

/* peripherals - the table; *n rows. */
const struct peripheral *peripherals(size_t *n);

/* peripheral_find - by name, in any case of letters; NULL: none of that name. */
const struct peripheral *peripheral_find(const char *name);

#endif
