/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * recorder.c - the ring of transactions, and what of them may leave this machine.
 */
#define _GNU_SOURCE /* fopen's "e" */
#include "base/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/pcapng.h"

static const char where[] = "recorder";

enum { PROBE_TEXT = 160 };

/* A transaction in memory: its data up to RECORD_DATA_MAX bytes. */
struct kept {
	struct record record;
	uint8_t data[RECORD_DATA_MAX];
	uint32_t data_len;
	unsigned probe;
};

struct recorder {
	struct kept ring[RECORD_KEPT];
	uint64_t all;
	unsigned probes;
	char probe[PROBE_TEXT];         /* the last one */
	struct pcapng file;             /* .f NULL: none was asked for */
};

struct recorder *recorder_new(void)
{
	return calloc(1, sizeof(struct recorder));
}

enum sl_err recorder_file(struct ctx *c, struct recorder *r, const char *path)
{
	char seed[24];

	if (!r)
		return ctx_fail(c, SL_NOMEM, where, "no memory for a recording");
	r->file.f = fopen(path, "wbe");
	if (!r->file.f)
		return ctx_fail_errno(c, SL_FILE, where, errno, "cannot write %.150s", path);
	(void)snprintf(seed, sizeof(seed), "seed: %u", (unsigned)c->seed);
	pcapng_begin(&r->file, seed);
	return SL_OK;
}

void recorder_probe(struct recorder *r, const char *text)
{
	if (!r)
		return;
	r->probes++;
	(void)snprintf(r->probe, sizeof(r->probe), "%s", text);
	if (r->file.f)
		pcapng_interface(&r->file, text);
}

void recorder_note(struct recorder *r, const struct record *one)
{
	struct kept *k;
	uint32_t moved;

	if (!r)
		return;
	moved = one->dir == RECORD_OUT ? one->len : one->got;
	k = &r->ring[r->all++ % RECORD_KEPT];
	k->record = *one;
	k->record.data = NULL;
	k->probe = r->probes;
	k->data_len = moved < RECORD_DATA_MAX ? moved : RECORD_DATA_MAX;
	if (one->dir == RECORD_NONE)
		k->data_len = 0;
	if (k->data_len)
		memcpy(k->data, one->data, k->data_len);
	if (r->file.f)
		pcapng_transaction(&r->file, one, one->dir == RECORD_NONE ? 0 : moved, NULL);
}

/* ---- what is left out ------------------------------------------------------------------- */

/* Commands of group F2 whose bytes 2 to 5 are an address of the chip, and where the memory's content
 * stands. Source: OpenOCD, stlink-org. */
static const struct {
	uint8_t op;
	bool in_command;                /* bytes 6 to 9 of the command, not a data phase */
	uint8_t status;                 /* bytes of the data phase that are none of the memory's */
} carriers[] = {
	{ 0x07, false, 0 }, { 0x08, false, 0 }, { 0x0C, false, 0 }, { 0x0D, false, 0 },
	{ 0x47, false, 0 }, { 0x48, false, 0 }, { 0x50, false, 0 }, { 0x54, false, 0 },
	{ 0x35, true, 0 }, { 0x0F, true, 0 }, { 0x36, false, 4 },
};

/* Flash and SRAM, where images are; not system memory and option bytes, peripherals, the core. */
static bool is_content(uint32_t addr)
{
	return addr < 0x1FF00000u || (addr >= 0x20000000u && addr < 0x40000000u);
}

static bool leave_out(struct kept *k)
{
	uint8_t *cdb = k->record.command;

	if (cdb[0] != 0xF2 || !is_content(get_le32(cdb + 2)))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(carriers); i++) {
		if (cdb[1] != carriers[i].op)
			continue;
		if (carriers[i].in_command)
			memset(cdb + 6, 0, 4);
		else if (k->data_len > carriers[i].status)
			memset(k->data + carriers[i].status, 0, k->data_len - carriers[i].status);
		return true;
	}
	return false;
}

/* ---- the dump --------------------------------------------------------------------------- */

static void dump_ring(const struct recorder *r, struct pcapng *out)
{
	uint64_t first = r->all > RECORD_KEPT ? r->all - RECORD_KEPT : 0;
	unsigned probe = 0;

	for (uint64_t i = first; i < r->all; i++) {
		struct kept k = r->ring[i % RECORD_KEPT];
		bool content;

		if (i == first || k.probe != probe)
			pcapng_interface(out, k.probe == r->probes ? r->probe : "an earlier probe");
		probe = k.probe;
		content = leave_out(&k);
		k.record.data = k.data;
		pcapng_transaction(out, &k.record, k.data_len, content ? "memory content is left out" : NULL);
	}
}

enum sl_err recorder_dump(struct ctx *c, const struct recorder *r, const char *path, const char *report)
{
	struct pcapng out = { .f = fopen(path, "wbe") };
	int error;

	if (!out.f)
		return ctx_fail_errno(c, SL_FILE, where, errno, "cannot write %.150s", path);
	pcapng_begin(&out, report);
	if (r)
		dump_ring(r, &out);
	error = out.error;
	if (fclose(out.f) != 0 && !error)
		error = errno;
	if (error)
		return ctx_fail_errno(c, SL_FILE, where, error, "cannot write %.150s", path);
	return SL_OK;
}

void recorder_counts(const struct recorder *r, size_t *kept, uint64_t *all)
{
	*all = r ? r->all : 0;
	*kept = *all < RECORD_KEPT ? (size_t)*all : RECORD_KEPT;
}

enum sl_err recorder_close(struct ctx *c, struct recorder *r)
{
	int error = 0;

	if (r && r->file.f) {
		error = r->file.error;
		if (fclose(r->file.f) != 0 && !error)
			error = errno;
	}
	free(r);
	if (error)
		return ctx_fail_errno(c, SL_FILE, where, error, "the recording is not complete");
	return SL_OK;
}
