/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * oracle.h - was all that the program said and did right? Asked of the virtual board, never of the
 * program.
 */
#ifndef TESTS_FAULTS_ORACLE_H
#define TESTS_FAULTS_ORACLE_H

#include "tests/faults/stage.h"

enum { WHY_MAX = 240, FLASH_MAX = 1 << 20, SRAM_WORDS = 1024, OPTION_WORDS = 4, SAID_MAX = 4096 };

/* What the board was before. */
struct before {
	uint8_t flash[FLASH_MAX];       /* before anything went wrong */
	uint8_t lately[FLASH_MAX];      /* before this run */
	uint32_t options[OPTION_WORDS];
	uint32_t sram[SRAM_WORDS];
	struct chip_report chip;
	uint64_t us;
	size_t blocks, descriptors;
};

void oracle_look(struct before *b);

/* What the run without a fault printed, and a digest of the file that it wrote. */
struct clean {
	char said[SAID_MAX];
	uint64_t file;
	int status;
};

void oracle_keep(struct clean *c, int status, const char *output);

/* How a run ended. */
struct ended {
	int status;
	const char *output;             /* all that the program printed */
	const struct fault_kind *fault; /* the first; NULL: none */
	const struct fault_kind *second; /* of a pair; NULL: none */
	bool for_ever, compound;
	bool again;                     /* the run after a single fault */
	const struct fault_kind *earlier;       /* that a run before this one met; NULL: none */
	const struct clean *clean;      /* NULL: not known */
};

/* oracle_judge - true when everything holds; else why (WHY_MAX bytes) says what does not. */
bool oracle_judge(const struct before *b, const struct ended *e, char *why);

#endif
