/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * insertion.h - one flash for one insertion.
 *
 * A board that is plugged in shows up as a USB device of the kernel, and shows up again, as
 * another one, when its probe leaves its boot loader. A file for each port holds which of the
 * kernel's devices belong to the insertion at hand, so that the second is not flashed again. The
 * file is locked while a board is at work, and lives where a boot empties it.
 */
#ifndef AUTO_INSERTION_H
#define AUTO_INSERTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

enum { INSERTION_SEEN_MAX = 8, INSERTION_FAILURES_MAX = 5, INSERTION_PAUSE_S = 60 };

/* One device of the kernel: its folder in sysfs, whose number is not given again before a boot
 * (Linux fs/kernfs/dir.c: ids are allocated in a cycle, with a generation above), and the USB
 * address. */
struct enumeration {
	uint64_t inode;
	uint32_t address;
};

struct insertion;

/* insertion_same - are both one device? */
bool insertion_same(const struct enumeration *a, const struct enumeration *b);

/* insertion_ask - which device is at the port now. Returns SL_OK; SL_NOPROBE. */
enum sl_err insertion_ask(struct ctx *c, const char *port, struct enumeration *out) MUST_CHECK;

/* insertion_open - the file of a port, locked: another process at the same port is waited for.
 * folder: made when it is not there. port: a name of sysfs, "1-2.3".
 * Returns SL_OK; SL_FILE; SL_BUSY after wait_ms; SL_INTR; SL_NOMEM. */
enum sl_err insertion_open(struct ctx *c, const char *folder, const char *port, unsigned wait_ms,
			   struct insertion **out) MUST_CHECK;
void insertion_close(struct insertion *in);

/* insertion_has - does this device belong to the insertion that was worked on last? */
bool insertion_has(const struct insertion *in, const struct enumeration *e);

/* insertion_pauses - have the last INSERTION_FAILURES_MAX insertions at the port failed, the last
 * within INSERTION_PAUSE_S? Then a board that falls off the bus when it is worked on would be
 * worked on for ever. */
bool insertion_pauses(const struct insertion *in, const struct ctx *c);

/* insertion_begin - a new insertion, of which e is the first device.
 * insertion_add - e is the same insertion, come back.
 * insertion_end - how it went. Each is written before it returns: SL_OK or SL_FILE. */
enum sl_err insertion_begin(struct insertion *in, struct ctx *c,
			    const struct enumeration *e) MUST_CHECK;
enum sl_err insertion_add(struct insertion *in, struct ctx *c,
			  const struct enumeration *e) MUST_CHECK;
enum sl_err insertion_end(struct insertion *in, struct ctx *c, bool passed) MUST_CHECK;

#endif
