/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * progress.h - from the flash room's calls to lines a person can follow, or events.
 *
 * On a terminal one line is rewritten ten times a second; elsewhere a line is written about
 * every ten per cent; with -q nothing. The clock is injected.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/output.h"
#include "flash/flash.h"

/* What is known of one phase; phases may take turns, sector by sector. */
struct progress_phase {
	bool started;
	uint64_t start_us;
	unsigned shown_percent;
};

struct progress {
	struct output *out;
	const char *what;               /* the word, as typed */
	struct progress_phase phase[FLASH_READ + 1];
	uint64_t shown_us;              /* when the last line was shown */
};

enum { PROGRESS_LINE_MAX = 96 };

/* progress_begin - the listener to hand to flash/; p must outlive the work. */
struct flash_progress progress_begin(struct progress *p, struct output *o, const char *what);

/* progress_update - one call of the flash room; exposed for commands that loop themselves. */
void progress_update(void *priv, enum flash_phase phase, uint64_t done, uint64_t total);

/* progress_end - take the line away. */
void progress_end(struct progress *p);

/* progress_format - one line: phase, per cent, bytes, rate, time left; below 80 columns for what
 * fits an STM32.
 * us: since the phase began. Rate and time left appear once there is something to go by. */
void progress_format(char line[PROGRESS_LINE_MAX], enum flash_phase phase, uint64_t done,
		     uint64_t total, uint64_t us);

#endif
