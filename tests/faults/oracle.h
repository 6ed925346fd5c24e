/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * oracle.h - was all that the program said and did right? Asked of the virtual board, never of the
 * program.
 */
#ifndef TESTS_FAULTS_ORACLE_H
#define TESTS_FAULTS_ORACLE_H

#include "tests/faults/stage.h"

enum { WHY_MAX = 240, FLASH_MAX = 1 << 20, SRAM_WORDS = 1024 };

/* What the board was before. */
struct before {
	uint8_t flash[FLASH_MAX];
	uint32_t sram[SRAM_WORDS];
	struct chip_report chip;
	uint64_t us;
	size_t blocks, descriptors;
};

void oracle_look(struct before *b);

/* How a run ended. */
struct ended {
	int status;
	const char *output;             /* all that the program printed */
	const struct fault_kind *fault; /* the first; NULL: none */
	const struct fault_kind *second; /* of a pair; NULL: none */
	bool for_ever, compound;
	bool again;                     /* the run after a single fault */
	const struct fault_kind *earlier;       /* that a run before this one met; NULL: none */
};

/* oracle_judge - true when everything holds; else why (WHY_MAX bytes) says what does not. */
bool oracle_judge(const struct before *b, const struct ended *e, char *why);

#endif
