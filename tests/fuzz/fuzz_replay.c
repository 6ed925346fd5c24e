/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_replay.c - any bytes as a recording that stlink-sim --replay plays.
 *
 * What is taken must answer each command that is in it, and any other, within the room of an answer,
 * and say who it was. The file is handed over in memory. The mutator makes block lengths fit again.
 */
#include <string.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/file.h"
#include "sim/replay.h"
#include "tests/fuzz/fuzz.h"

enum { BLOCK_LEAST = 12, STEP = 4, ASKED_MAX = 64, MAGIC_AT = 8 };

enum sl_err __wrap_file_read_all(struct ctx *c, const char *path, struct buffer *b);

static const uint8_t *file;
static size_t file_len;

enum sl_err __wrap_file_read_all(struct ctx *c, const char *path, struct buffer *b)
{
	(void)path;
	(void)c;
	/* Not a byte more, which a growing buffer would have. */
	b->data = malloc(file_len ? file_len : 1);
	must(b->data != NULL && file_len <= b->max);
	memcpy(b->data, file, file_len);
	b->len = b->cap = file_len;
	return SL_OK;
}

/* What looks like a command in it, asked twice, so that answers come again. */
static void ask(struct replay *r)
{
	static struct reply reply;
	uint8_t cdb[CDB_LEN];
	unsigned asked = 0;

	for (size_t at = 0; at + CDB_LEN <= file_len && asked < ASKED_MAX; at += STEP) {
		memcpy(cdb, file + at, CDB_LEN);
		if (cdb[0] < 0xF1 && at % (STEP * STEP) != 0)
			continue;
		asked++;
		for (int i = 0; i < 2; i++) {
			(void)replay_answer(r, cdb, &reply);
			must(reply.len <= sizeof(reply.data));
		}
	}
}

static void check(struct replay *r)
{
	char firmware[16], text[120];
	const char *news;
	uint16_t pid;

	must(replay_identity(r, &pid, firmware) != NULL);
	must(memchr(firmware, '\0', sizeof(firmware)) != NULL);
	replay_about(r, text, sizeof(text));
	for (const char *p = text; *p; p++)
		must((unsigned char)*p >= ' ' && *p != 0x7F);
	ask(r);
	news = replay_news(r);
	must((news != NULL) == (replay_missed(r) > 0) && replay_news(r) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct replay *r = NULL;
	struct ctx c;
	enum sl_err err;

	ctx_init(&c);
	file = data;
	file_len = size;
	err = replay_load(&c, "f", &r);
	must(err == SL_OK || (err == SL_IMAGE && c.fault.text[0] != '\0'));
	if (!err)
		check(r);
	replay_free(r);
	return 0;
}

/* Blocks that end where they say, a head that is one. */
static void repair(uint8_t *data, size_t size)
{
	size_t at = 0;

	if (size < 28)
		return;
	put_le32(data, 0x0A0D0D0A);
	put_le32(data + MAGIC_AT, 0x1A2B3C4D);
	while (at + BLOCK_LEAST <= size) {
		uint32_t len = get_le32(data + at + 4) & ~3u;

		len = len < BLOCK_LEAST ? 0x80 : len;
		if (len > size - at)
			len = (uint32_t)(size - at) & ~3u;
		put_le32(data + at + 4, len);
		at += len;
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (seed % 8 != 0)
		repair(data, size);
	return size;
}
