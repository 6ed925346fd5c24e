/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * recorder.h - what went over the wire: first and last transactions in memory, all of them in a file when
 * one was asked for.
 *
 * A transaction is one probe command with its data phase, whatever carries it. Files are pcapng with
 * usbmon headers, each transaction as the bulk transfers of an ST-LINK/V2, so that Wireshark shows
 * them and the virtual board can answer from them. Follows the pcapng specification
 * (draft-ietf-opsawg-pcapng) and Linux Documentation/usb/usbmon.rst.
 */
#ifndef BASE_RECORDER_H
#define BASE_RECORDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

struct recorder;

/* The first ones say who probe and chip are, the last ones what went wrong. */
enum { RECORD_COMMAND = 16, RECORD_DATA_MAX = 1024, RECORD_FIRST = 256, RECORD_KEPT = 4096 };

enum record_dir { RECORD_NONE, RECORD_IN, RECORD_OUT };

struct record {
	uint8_t command[RECORD_COMMAND];
	enum record_dir dir;
	uint32_t len, got;              /* of the data phase: wanted, moved */
	const uint8_t *data;            /* IN: got bytes; OUT: len bytes */
	enum sl_err err;
	uint64_t at_us, took_us;
};

/* recorder_new - an empty recorder; NULL without memory, which all functions here accept. */
struct recorder *recorder_new(void);

/* recorder_file - from now on, all transactions go to path, too; an existing file is replaced.
 * Returns SL_OK; SL_FILE; SL_NOMEM when r is NULL. */
enum sl_err recorder_file(struct ctx *c, struct recorder *r, const char *path) MUST_CHECK;

/* recorder_probe - the transactions that follow are those of this probe. The same text again: of the
 * same one. */
void recorder_probe(struct recorder *r, const char *text);

/* recorder_note - one transaction is over. In memory, what was read from or written to flash, OTP,
 * SRAM and external memory is left out, and marked. Records no fault; a write error is kept. */
void recorder_note(struct recorder *r, const struct record *one);

/* What of SRAM is this program's own and may be kept: nothing of an image is in it. */
enum record_own { RECORD_MAILBOX, RECORD_SUMS, RECORD_OWNS };

/* recorder_own - from now on [addr, addr + len) is such; len 0: nothing is. One range of each kind. */
void recorder_own(struct recorder *r, enum record_own which, uint32_t addr, uint32_t len);

/* recorder_tell - one thing that was measured, for the report; what is too much is left out.
 * recorder_told - all of them, a line each; "" none. */
void recorder_tell(struct recorder *r, const char *what, const char *found);
const char *recorder_told(const struct recorder *r);

/* recorder_dump - the first RECORD_FIRST and the last RECORD_KEPT transactions into a file of their own.
 * report: text for the beginning of the file. Returns SL_OK; SL_FILE. */
enum sl_err recorder_dump(struct ctx *c, const struct recorder *r, const char *path,
			  const char *report) MUST_CHECK;

/* recorder_counts - how many are in memory, and how many there were. */
void recorder_counts(const struct recorder *r, size_t *kept, uint64_t *all);

/* recorder_close - SL_FILE when the file is not complete. r is freed; NULL is fine. */
enum sl_err recorder_close(struct ctx *c, struct recorder *r) MUST_CHECK;

#endif
