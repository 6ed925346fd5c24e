/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * recorder.h - what went over the wire: the last transactions in memory, all of them in a file when
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

enum { RECORD_COMMAND = 16, RECORD_DATA_MAX = 128, RECORD_KEPT = 2048 };

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

/* recorder_probe - the transactions that follow are those of another probe. */
void recorder_probe(struct recorder *r, const char *text);

/* recorder_note - one transaction is over. Records no fault; a write error is kept. */
void recorder_note(struct recorder *r, const struct record *one);

/* recorder_dump - the last RECORD_KEPT transactions into a file of their own. What was read from or
 * written to flash and SRAM is zeros there, and marked.
 * report: text for the beginning of the file. Returns SL_OK; SL_FILE. */
enum sl_err recorder_dump(struct ctx *c, const struct recorder *r, const char *path,
			  const char *report) MUST_CHECK;

/* recorder_counts - how many are in memory, and how many there were. */
void recorder_counts(const struct recorder *r, size_t *kept, uint64_t *all);

/* recorder_close - SL_FILE when the file is not complete. r is freed; NULL is fine. */
enum sl_err recorder_close(struct ctx *c, struct recorder *r) MUST_CHECK;

#endif
