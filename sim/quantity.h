/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * quantity.h - "3.3", "3.3V", "3300mV": a number with a unit, to the thousandth.
 */
#ifndef SIM_QUANTITY_H
#define SIM_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* quantity_parse - thousandths of unit: digits, at most three more after a point, then nothing or unit;
 * or whole thousandths and "m" before unit. Nothing else, no sign, no blank.
 * Returns false, *milli left alone, for anything else or more than most. */
bool quantity_parse(const char *text, const char *unit, uint32_t most, uint32_t *milli);

#endif
