/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * disk.c - the SCSI commands of an emulated disk, its limits and its faults.
 *
 * What the disks are is in volume.c. What a real V1 answers to MODE SENSE, START STOP and the
 * like is not published; plain answers are given. A V2-1 or V3 programs the chip with a file
 * that is copied to its disk; here writes are taken and forgotten. SBC-2, SPC-3.
 */
#include "sim/disk.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/board.h"

#define DFU_LIMIT_LBA 0x1000u   /* log: in the boot loader a read here ends in an error */
#define READ_BLOCKS_MAX (REPLY_MAX / DISK_BLOCK)

/* SPC-3 table 27, ASC/ASCQ assignments */
enum { KEY_NONE = 0, KEY_ILLEGAL = 5, KEY_PROTECT = 7 };
enum { ASC_OPCODE = 0x20, ASC_LBA = 0x21, ASC_FIELD = 0x24, ASC_WRITE_PROTECTED = 0x27 };

/* ---- commands ------------------------------------------------------------------------ */

void disk_set_sense(struct disk *d, uint8_t key, uint8_t asc, uint8_t ascq)
{
	d->sense_key = key;
	d->asc = asc;
	d->ascq = ascq;
}

static enum disk_result fail(struct disk *d, uint8_t key, uint8_t asc)
{
	disk_set_sense(d, key, asc, 0);
	return DISK_FAILS;
}

static enum disk_result answer(struct disk *d, const uint8_t *src, size_t n, size_t alloc)
{
	struct reply *r = d->reply;

	r->len = n < alloc ? n : alloc;
	memcpy(r->data, src, r->len);
	return DISK_DONE;
}

static enum disk_result done(struct disk *d, const uint8_t *cdb)
{
	(void)d;
	(void)cdb;
	return DISK_DONE;
}

static enum disk_result request_sense(struct disk *d, const uint8_t *cdb)
{
	uint8_t s[SENSE_LEN] = { 0x70, 0, d->sense_key, 0, 0, 0, 0, 10 };

	/* OpenOCD's 18-byte CBW ends before the allocation length */
	s[12] = d->asc;
	s[13] = d->ascq;
	disk_set_sense(d, KEY_NONE, 0, 0);
	return answer(d, s, sizeof(s), cdb[4] != 0 ? cdb[4] : sizeof(s));
}

static enum disk_result inquiry(struct disk *d, const uint8_t *cdb)
{
	const struct disk_model *m = d->model;
	uint8_t a[36] = { 0x00, 0x80, 0x00, 0x00, 31 };

	if (cdb[1] & 1u)
		return fail(d, KEY_ILLEGAL, ASC_FIELD);
	a[2] = m->ansi;
	memcpy(a + 8, m->vendor, 8);
	memcpy(a + 16, m->product, 16);
	memcpy(a + 32, m->revision, 4);
	return answer(d, a, sizeof(a), cdb[4]);
}

static enum disk_result mode_sense6(struct disk *d, const uint8_t *cdb)
{
	static const uint8_t a[4] = { 3, 0, 0, 0 };

	if (d->board->cond.disk_hang_mode_sense)
		return DISK_HANGS;
	return answer(d, a, sizeof(a), cdb[4]);
}

static enum disk_result mode_sense10(struct disk *d, const uint8_t *cdb)
{
	static const uint8_t a[8] = { 0, 6 };

	if (d->board->cond.disk_hang_mode_sense)
		return DISK_HANGS;
	return answer(d, a, sizeof(a), get_be16(cdb + 7));
}

static enum disk_result format_capacities(struct disk *d, const uint8_t *cdb)
{
	uint8_t a[12] = { 0, 0, 0, 8 };

	put_be32(a + 4, d->model->volume.blocks);
	put_be32(a + 8, 0x02000000u | DISK_BLOCK);
	return answer(d, a, sizeof(a), get_be16(cdb + 7));
}

static enum disk_result read_capacity(struct disk *d, const uint8_t *cdb)
{
	uint8_t a[8];

	(void)cdb;
	put_be32(a, d->model->volume.blocks - 1);
	put_be32(a + 4, DISK_BLOCK);
	return answer(d, a, sizeof(a), sizeof(a));
}

static bool beyond(const struct disk *d, const uint8_t *cdb)
{
	uint32_t lba = get_be32(cdb + 2), n = get_be16(cdb + 7);

	return lba >= d->model->limit_lba || n > d->model->limit_lba - lba;
}

static enum disk_result read10(struct disk *d, const uint8_t *cdb)
{
	struct reply *r = d->reply;
	uint32_t lba = get_be32(cdb + 2);
	uint32_t n = get_be16(cdb + 7);

	if (d->board->cond.disk_hang_read)
		return DISK_HANGS;
	if (d->board->probe.mode == MODE_DFU && lba >= DFU_LIMIT_LBA)
		return DISK_PHASE_ERROR;
	if (beyond(d, cdb))
		return fail(d, KEY_ILLEGAL, ASC_LBA);
	if (n > READ_BLOCKS_MAX)
		return fail(d, KEY_ILLEGAL, ASC_FIELD);
	for (uint32_t i = 0; i < n; i++)
		volume_block(&d->model->volume, lba + i, r->data + (size_t)i * DISK_BLOCK);
	r->len = (size_t)n * DISK_BLOCK;
	return DISK_DONE;
}

static enum disk_result write10(struct disk *d, const uint8_t *cdb)
{
	if (!d->model->writable)
		return fail(d, KEY_PROTECT, ASC_WRITE_PROTECTED);
	if (beyond(d, cdb))
		return fail(d, KEY_ILLEGAL, ASC_LBA);
	return disk_out_len(cdb) > 0 ? DISK_TAKES : DISK_DONE;
}

uint32_t disk_out_len(const uint8_t *cdb)
{
	return get_be16(cdb + 7) * DISK_BLOCK;
}

struct disk_op {
	uint8_t op;
	enum disk_result (*run)(struct disk *d, const uint8_t *cdb);
};

/* SPC-3 and SBC-2 operation codes */
static const struct disk_op ops[] = {
	{ 0x00, done },                 /* TEST UNIT READY */
	{ 0x03, request_sense },
	{ 0x12, inquiry },
	{ 0x1A, mode_sense6 },
	{ 0x1B, done },                 /* START STOP UNIT */
	{ 0x1E, done },                 /* PREVENT ALLOW MEDIUM REMOVAL */
	{ 0x23, format_capacities },
	{ 0x25, read_capacity },
	{ 0x28, read10 },
	{ 0x2A, write10 },
	{ 0x2F, done },                 /* VERIFY(10) */
	{ 0x35, done },                 /* SYNCHRONIZE CACHE(10) */
	{ 0x5A, mode_sense10 },
};

enum disk_result disk_command(struct disk *d, const uint8_t *cdb)
{
	d->reply->len = d->reply->off = 0;
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (ops[i].op == cdb[0])
			return ops[i].run(d, cdb);
	return fail(d, KEY_ILLEGAL, ASC_OPCODE);
}
