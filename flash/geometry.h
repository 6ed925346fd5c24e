/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * geometry.h - the chip's sectors.
 */
#ifndef FLASH_GEOMETRY_H
#define FLASH_GEOMETRY_H

#include "flash/driver.h"

/* geometry_build - fill f->sectors, in address order. SL_UNSUPPORTED without flash; SL_NOMEM. */
enum sl_err geometry_build(struct flash *f, struct ctx *c) MUST_CHECK;

/* geometry_find - the sector that holds addr, NULL: none does. */
const struct flash_sector *geometry_find(const struct flash *f, uint32_t addr);

#endif
