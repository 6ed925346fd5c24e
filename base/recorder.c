/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * recorder.c - the ring of transactions, and what of them may leave this machine.
 */
#define _POSIX_C_SOURCE 200809L /* fdopen, O_CLOEXEC */
#include "base/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/pcapng.h"

static const char where[] = "recorder";

enum { PROBE_TEXT = 160, TOLD_MAX = 8000 };

/* A transaction in memory: its data up to RECORD_DATA_MAX bytes. */
struct kept {
	struct record record;
	uint8_t data[RECORD_DATA_MAX];
	uint32_t data_len;
	unsigned probe;
	bool left_out;                  /* the data, or the value in the command */
};

struct recorder {
	struct kept kept[RECORD_FIRST + RECORD_KEPT]; /* the first, and a ring of the others */
	uint64_t all;
	unsigned probes;
	char probe[PROBE_TEXT];         /* the last one */
	struct {
		uint32_t addr, len;
	} own[RECORD_OWNS];
	char told[TOLD_MAX];
	struct pcapng file;             /* .f NULL: none was asked for */
};

struct recorder *recorder_new(void)
{
	return calloc(1, sizeof(struct recorder));
}

/* NULL and errno, and then no file without content. A link that somebody has put there is not followed. */
static FILE *create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0666);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
	int bad = errno;
	struct stat st;

	if (!f && fd >= 0) {
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			(void)unlink(path);
		(void)close(fd);
	}
	errno = bad;
	return f;
}

enum sl_err recorder_file(struct ctx *c, struct recorder *r, const char *path)
{
	char seed[24];

	if (!r)
		return ctx_fail(c, SL_NOMEM, where, "no memory for a recording");
	r->file.f = create(path);
	if (!r->file.f)
		return ctx_fail_errno(c, SL_FILE, where, errno, "cannot write %.150s", path);
	(void)snprintf(seed, sizeof(seed), "seed: %u", (unsigned)c->seed);
	pcapng_begin(&r->file, seed);
	return SL_OK;
}

void recorder_probe(struct recorder *r, const char *text)
{
	if (!r || (r->probes && strncmp(r->probe, text, sizeof(r->probe) - 1) == 0))
		return;
	r->probes++;
	(void)snprintf(r->probe, sizeof(r->probe), "%s", text);
	if (r->file.f)
		pcapng_interface(&r->file, text);
}

void recorder_own(struct recorder *r, enum record_own which, uint32_t addr, uint32_t len)
{
	if (!r)
		return;
	r->own[which].addr = addr;
	r->own[which].len = len;
}

void recorder_tell(struct recorder *r, const char *what, const char *found)
{
	size_t used = r ? strlen(r->told) : 0;

	if (r)
		(void)snprintf(r->told + used, sizeof(r->told) - used, "%s: %s\n", what, found);
}

const char *recorder_told(const struct recorder *r)
{
	return r ? r->told : "";
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

/* Where images and what a maker wrote for ever are: flash and core-coupled RAM, OTP, SRAM, external
 * memory. Between them system memory with sizes, the option bytes, the peripherals. Sources of the OTP
 * areas: RM0090 3.9, RM0385 3.6, RM0351 3.3.1. */
static const struct {
	uint32_t first, last;
} contents[] = {
	{ 0x00000000, 0x1FEFFFFF },
	{ 0x1FF0F000, 0x1FF0F41F }, { 0x1FFF7000, 0x1FFF73FF }, { 0x1FFF7800, 0x1FFF7A0F },
	{ 0x20000000, 0x3FFFFFFF },
	{ 0x60000000, 0x9FFFFFFF },
};

static bool is_own(const struct recorder *r, uint32_t addr, uint32_t len)
{
	for (size_t i = 0; i < RECORD_OWNS; i++)
		if (addr >= r->own[i].addr && len <= r->own[i].len &&
		    addr - r->own[i].addr <= r->own[i].len - len)
			return true;
	return false;
}

static bool is_content(uint32_t addr, uint32_t len)
{
	uint32_t last = len ? addr + len - 1 : addr;

	for (size_t i = 0; i < ARRAY_LEN(contents); i++)
		if (addr <= contents[i].last && last >= contents[i].first)
			return true;
	return false;
}

static void leave_out(const struct recorder *r, struct kept *k)
{
	uint8_t *cdb = k->record.command;
	uint32_t addr = get_le32(cdb + 2);

	for (size_t i = 0; i < ARRAY_LEN(carriers); i++) {
		uint32_t len = carriers[i].in_command ? 4 : k->record.len - carriers[i].status;

		if (cdb[0] != 0xF2 || cdb[1] != carriers[i].op || !is_content(addr, len) ||
		    is_own(r, addr, len))
			continue;
		k->left_out = true;
		if (carriers[i].in_command)
			memset(cdb + 6, 0, 4);
		else if (k->data_len > carriers[i].status)
			k->data_len = carriers[i].status;
	}
}

/* ---- one transaction ---------------------------------------------------------------------- */

/* Where in memory the transaction of this number is. */
static size_t place(uint64_t i)
{
	return i < RECORD_FIRST ? (size_t)i : RECORD_FIRST + (size_t)((i - RECORD_FIRST) % RECORD_KEPT);
}

void recorder_note(struct recorder *r, const struct record *one)
{
	struct kept *k;
	uint32_t moved;

	if (!r)
		return;
	moved = one->dir == RECORD_OUT ? one->len : one->dir == RECORD_IN ? one->got : 0;
	k = &r->kept[place(r->all++)];
	k->record = *one;
	k->record.data = NULL;
	k->probe = r->probes;
	k->left_out = false;
	k->data_len = moved < RECORD_DATA_MAX ? moved : RECORD_DATA_MAX;
	leave_out(r, k);
	if (k->data_len)
		memcpy(k->data, one->data, k->data_len);
	if (r->file.f)
		pcapng_transaction(&r->file, one, moved, NULL);
}

/* ---- the dump --------------------------------------------------------------------------- */

static void dump_one(const struct recorder *r, struct pcapng *out, uint64_t i)
{
	struct kept k = r->kept[place(i)];

	k.record.data = k.data;
	out->number = i;
	pcapng_transaction(out, &k.record, k.data_len, k.left_out ? "memory content is left out" : NULL);
}

static void dump_all(const struct recorder *r, struct pcapng *out)
{
	const unsigned none = r->probes + 1;
	unsigned probe = none;

	for (uint64_t i = 0; i < r->all; i++) {
		unsigned of;

		if (i == RECORD_FIRST && r->all > RECORD_FIRST + RECORD_KEPT)
			i = r->all - RECORD_KEPT;
		of = r->kept[place(i)].probe;
		if (of != probe)
			pcapng_interface(out, of == r->probes ? r->probe : "an earlier probe");
		probe = of;
		dump_one(r, out, i);
	}
}

enum sl_err recorder_dump(struct ctx *c, const struct recorder *r, const char *path, const char *report)
{
	struct pcapng out = { .f = create(path) };
	int error;

	if (!out.f)
		return ctx_fail_errno(c, SL_FILE, where, errno, "cannot write %.150s", path);
	pcapng_begin(&out, report);
	if (r)
		dump_all(r, &out);
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
	*kept = *all < RECORD_FIRST + RECORD_KEPT ? (size_t)*all : RECORD_FIRST + RECORD_KEPT;
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
