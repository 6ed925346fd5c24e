/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * drivers.c - which driver works the controller of which chips: a new one is a row here.
 */
#include "flash/driver.h"

#include <string.h>

/* Keys: chip_row.controller of target/chips.c. */
static const struct {
	const char *key;
	const struct flash_ops *ops;
} drivers[] = {
	{ "f0", &flash_stm32f1 },
	{ "f1", &flash_stm32f1 },
	{ "f1xl", &flash_stm32f1 },
	{ "f3", &flash_stm32f1 },
	{ "f2", &flash_stm32f4 },
	{ "f4", &flash_stm32f4 },
	{ "f4db", &flash_stm32f4 },
	{ "l0", &flash_stm32l0 },
	{ "l1", &flash_stm32l1 },
};

const struct flash_ops *driver_find(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
		if (strcmp(drivers[i].key, key) == 0)
			return drivers[i].ops;
	return NULL;
}
