/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bed_priv.h - what bed.c and judge.c share.
 */
#ifndef TESTS_HOST_BED_PRIV_H
#define TESTS_HOST_BED_PRIV_H

#include "tests/host/bed.h"
#include "tests/t1/mock_kernel.h"

enum { FLASH_MAX = 1 << 18 };

struct bed {
	const struct bed_kind *kind;
	struct board *board;
	struct mock_kernel *mk;         /* NULL: USB/IP */
	char dir[64], work[72];         /* work: the program's, with its output only */
	char *preload;
	int out, err;
	uint8_t image[IMAGE_LEN], before_flash[FLASH_MAX];
	struct chip_report before;
};

extern struct bed bed;

void bed_lock(void);
void bed_unlock(void);
void bed_noise(uint8_t *dst, size_t len, uint32_t seed);

typedef void bed_file_fn(const char *name, void *arg);

/* bed_each_file - of the program's directory. */
void bed_each_file(bed_file_fn *fn, void *arg);

#endif
