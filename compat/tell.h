/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tell.h - what st-flash says while it erases and writes.
 */
#ifndef COMPAT_TELL_H
#define COMPAT_TELL_H

#include "compat/tools.h"

struct teller {
	const struct tool *tool;
	uint32_t addr, len;
	uint32_t units, told;           /* pages or half pages to be counted aloud */
	bool begun;                     /* the lines on erasing and the loader were printed */
	bool section;
	uint64_t dot_us;
};

/* teller_begin - before flash_program. teller_progress - its listener. teller_end - all was written
 * and proved; teller_stop - it failed. */
void teller_begin(struct teller *t, const struct tool *tool, uint32_t addr, uint32_t len);
void teller_progress(void *priv, enum flash_phase phase, uint64_t done, uint64_t total);
void teller_end(struct teller *t);
void teller_stop(struct teller *t);

/* The same for erasing the whole flash, or a section. */
void teller_begin_erase(struct teller *t, const struct tool *tool, bool section);
void teller_erasing(void *priv, enum flash_phase phase, uint64_t done, uint64_t total);
void teller_end_erase(struct teller *t, bool good);

#endif
