/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * disk.c - the SCSI commands of a V1's emulated disk, its limits and its faults.
 *
 * After published logs: vendor "STM32", blank product, 64000 blocks of which those from
 * F980 on are refused with 05/21/00, three tiny files. What a real V1 answers to MODE
 * SENSE, START STOP and the like is not published; plain answers are given. SBC-2, SPC-3.
 */
#include "sim/disk.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/board.h"

#define DISK_LAST_LBA 0xF9FFu
#define DISK_LIMIT_LBA 0xF980u
#define DFU_LIMIT_LBA 0x1000u   /* log: in the boot loader a read here ends in an error */
#define READ_BLOCKS_MAX (REPLY_MAX / DISK_BLOCK)

/* SPC-3 table 27, ASC/ASCQ assignments */
enum { KEY_NONE = 0, KEY_ILLEGAL = 5, KEY_PROTECT = 7 };
enum { ASC_OPCODE = 0x20, ASC_LBA = 0x21, ASC_FIELD = 0x24, ASC_WRITE_PROTECTED = 0x27 };

/* ---- the volume: FAT16 without a partition table --------------------------------- */

#define FAT_SECTORS 63u
#define FAT_COPIES 2u
#define ROOT_ENTRIES 512u
#define CLUSTER_SECTORS 4u
#define FAT_START 1u
#define ROOT_START (FAT_START + FAT_COPIES * FAT_SECTORS)
#define DATA_START (ROOT_START + ROOT_ENTRIES * 32u / DISK_BLOCK)

struct disk_file {
	char name[12];
	const char *text;
};

static const struct disk_file files[] = {
	{ "README  TXT", "This disk is only a disguise of the debug probe.\r\n" },
	{ "STM32   HTM", "<html><body>STM32 Value Line Discovery</body></html>\r\n" },
	{ "VERSION TXT", "virtual ST-LINK/V1\r\n" },
};

static void boot_block(uint8_t *out)
{
	static const uint8_t head[] = {
		0xEB, 0x3C, 0x90, 'M', 'S', 'D', 'O', 'S', '5', '.', '0',
		0x00, 0x02, CLUSTER_SECTORS, FAT_START, 0x00, FAT_COPIES,
	};

	memcpy(out, head, sizeof(head));
	put_le16(out + 17, ROOT_ENTRIES);
	put_le16(out + 19, DISK_LAST_LBA + 1);
	out[21] = 0xF8;
	put_le16(out + 22, FAT_SECTORS);
	put_le16(out + 24, 63);
	put_le16(out + 26, 255);
	out[36] = 0x80;
	out[38] = 0x29;
	put_le32(out + 39, 0x20100901);
	memcpy(out + 43, "STM32      FAT16   ", 19);
	put_le16(out + 510, 0xAA55);
}

static void fat_block(uint8_t *out)
{
	put_le16(out, 0xFFF8);
	for (size_t i = 1; i < 2 + ARRAY_LEN(files); i++)
		put_le16(out + 2 * i, 0xFFFF);
}

static void root_block(uint8_t *out)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		uint8_t *e = out + 32 * i;

		memcpy(e, files[i].name, 11);
		e[11] = 0x01;
		put_le16(e + 24, (2010 - 1980) << 9 | 9 << 5 | 1);
		put_le16(e + 26, (uint16_t)(2 + i));
		put_le32(e + 28, (uint32_t)strlen(files[i].text));
	}
}

void disk_block(uint32_t lba, uint8_t out[DISK_BLOCK])
{
	memset(out, 0, DISK_BLOCK);
	if (lba == 0)
		boot_block(out);
	else if (lba == FAT_START || lba == FAT_START + FAT_SECTORS)
		fat_block(out);
	else if (lba == ROOT_START)
		root_block(out);
	else if (lba >= DATA_START && (lba - DATA_START) % CLUSTER_SECTORS == 0 &&
		 (lba - DATA_START) / CLUSTER_SECTORS < ARRAY_LEN(files)) {
		const char *t = files[(lba - DATA_START) / CLUSTER_SECTORS].text;

		memcpy(out, t, strlen(t));
	}
}

/* ---- commands ------------------------------------------------------------------------ */

void disk_set_sense(struct board *b, uint8_t key, uint8_t asc, uint8_t ascq)
{
	b->bot.sense_key = key;
	b->bot.asc = asc;
	b->bot.ascq = ascq;
}

static enum disk_result fail(struct board *b, uint8_t key, uint8_t asc)
{
	disk_set_sense(b, key, asc, 0);
	return DISK_FAILS;
}

static enum disk_result answer(struct board *b, const uint8_t *src, size_t n, size_t alloc)
{
	struct reply *r = &b->probe.reply;

	r->len = n < alloc ? n : alloc;
	memcpy(r->data, src, r->len);
	return DISK_DONE;
}

static enum disk_result done(struct board *b, const uint8_t *cdb)
{
	(void)b;
	(void)cdb;
	return DISK_DONE;
}

static enum disk_result request_sense(struct board *b, const uint8_t *cdb)
{
	uint8_t s[SENSE_LEN] = { 0x70, 0, b->bot.sense_key, 0, 0, 0, 0, 10 };

	/* OpenOCD's 18-byte CBW ends before the allocation length */
	s[12] = b->bot.asc;
	s[13] = b->bot.ascq;
	disk_set_sense(b, KEY_NONE, 0, 0);
	return answer(b, s, sizeof(s), cdb[4] != 0 ? cdb[4] : sizeof(s));
}

static enum disk_result inquiry(struct board *b, const uint8_t *cdb)
{
	uint8_t d[36] = { 0x00, 0x80, 0x00, 0x00, 31 };

	if (cdb[1] & 1u)
		return fail(b, KEY_ILLEGAL, ASC_FIELD);
	memset(d + 8, ' ', 28);
	memcpy(d + 8, "STM32", 5);
	return answer(b, d, sizeof(d), cdb[4]);
}

static enum disk_result mode_sense6(struct board *b, const uint8_t *cdb)
{
	static const uint8_t d[4] = { 3, 0, 0, 0 };

	if (b->cond.disk_hang_mode_sense)
		return DISK_HANGS;
	return answer(b, d, sizeof(d), cdb[4]);
}

static enum disk_result mode_sense10(struct board *b, const uint8_t *cdb)
{
	static const uint8_t d[8] = { 0, 6 };

	if (b->cond.disk_hang_mode_sense)
		return DISK_HANGS;
	return answer(b, d, sizeof(d), get_be16(cdb + 7));
}

static enum disk_result format_capacities(struct board *b, const uint8_t *cdb)
{
	uint8_t d[12] = { 0, 0, 0, 8 };

	put_be32(d + 4, DISK_LAST_LBA + 1);
	put_be32(d + 8, 0x02000000u | DISK_BLOCK);
	return answer(b, d, sizeof(d), get_be16(cdb + 7));
}

static enum disk_result read_capacity(struct board *b, const uint8_t *cdb)
{
	uint8_t d[8];

	(void)cdb;
	put_be32(d, DISK_LAST_LBA);
	put_be32(d + 4, DISK_BLOCK);
	return answer(b, d, sizeof(d), sizeof(d));
}

static enum disk_result read10(struct board *b, const uint8_t *cdb)
{
	struct reply *r = &b->probe.reply;
	uint32_t lba = get_be32(cdb + 2);
	uint32_t n = get_be16(cdb + 7);

	if (b->cond.disk_hang_read)
		return DISK_HANGS;
	if (b->probe.mode == MODE_DFU && lba >= DFU_LIMIT_LBA)
		return DISK_PHASE_ERROR;
	if (lba >= DISK_LIMIT_LBA || n > DISK_LIMIT_LBA - lba)
		return fail(b, KEY_ILLEGAL, ASC_LBA);
	if (n > READ_BLOCKS_MAX)
		return fail(b, KEY_ILLEGAL, ASC_FIELD);
	for (uint32_t i = 0; i < n; i++)
		disk_block(lba + i, r->data + (size_t)i * DISK_BLOCK);
	r->len = (size_t)n * DISK_BLOCK;
	return DISK_DONE;
}

static enum disk_result write10(struct board *b, const uint8_t *cdb)
{
	(void)cdb;
	return fail(b, KEY_PROTECT, ASC_WRITE_PROTECTED);
}

struct disk_op {
	uint8_t op;
	enum disk_result (*run)(struct board *b, const uint8_t *cdb);
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

enum disk_result disk_command(struct board *b, const uint8_t *cdb)
{
	b->probe.reply.len = b->probe.reply.off = 0;
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (ops[i].op == cdb[0])
			return ops[i].run(b, cdb);
	return fail(b, KEY_ILLEGAL, ASC_OPCODE);
}
