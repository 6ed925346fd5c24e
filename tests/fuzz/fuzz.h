/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz.h - what the fuzz targets share.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* must - a finding, unless it holds. */
static inline void must(int holds)
{
	if (!holds)
		abort();
}

/* fence - the same bytes with a wall behind them: whoever reads past the end is caught without
 * AddressSanitizer, too. Good until the next call. text: with a NUL as the last byte before it. */
const uint8_t *fence(const uint8_t *data, size_t size);
char *fence_text(const uint8_t *data, size_t size);

#endif
