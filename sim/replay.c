/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * replay.c - transactions out of a pcapng file with usbmon headers, and answering from them.
 *
 * Follows draft-ietf-opsawg-pcapng and Linux Documentation/usb/usbmon.rst; little-endian files alone,
 * which is what is written here.
 */
#include "sim/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/file.h"

#define ROOM "sim"

enum {
	FILE_MAX = 256 * 1024 * 1024, BLOCK_SECTION = 0x0A0D0D0A, BLOCK_PACKET = 6, BLOCK_OVERHEAD = 12,
	PACKET_FIXED = 20, USBMON_HEADER = 64, INTERFACES_MAX = 64, SOON = 24, OPT_COMMENT = 1,
	SEED_TEXT = 16, REPLY_LEAST = 2,
};

#define BYTE_ORDER_MAGIC 0x1A2B3C4Du

/* One command and what came of it; data lies in the file. */
struct transaction {
	uint8_t cdb[CDB_LEN];
	const uint8_t *data;
	uint32_t len, data_len;         /* that came, and of these in the file */
	int status;
	unsigned interface;
	uint64_t urb;
};

struct replay {
	struct buffer file;
	struct transaction *list;
	size_t n, room, next, missed;
	bool gap;                       /* transactions in the middle were not kept */
	bool told;                      /* of the first that was refused */
	uint8_t refused[CDB_LEN];
	char seed[SEED_TEXT];           /* "" not said */
	char news[160];
};

/* ---- reading ------------------------------------------------------------------------------ */

/* Commands of group F2 with a data phase to the probe: the next OUT is theirs. */
static bool takes_data(const uint8_t *cdb)
{
	static const uint8_t ops[] = { 0x08, 0x0D, 0x48, 0x50, 0x51 };

	for (size_t i = 0; i < sizeof(ops); i++)
		if (cdb[0] == 0xF2 && cdb[1] == ops[i])
			return true;
	return false;
}

struct reading {
	struct replay *r;
	bool wants_data;                /* the last command's data is still to come */
	unsigned interface;
};

static bool add(struct replay *r, const uint8_t *cdb, unsigned interface, uint64_t urb)
{
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 256;
		struct transaction *list = realloc(r->list, room * sizeof(*list));

		if (list == NULL)
			return false;
		r->list = list;
		r->room = room;
	}
	r->list[r->n] = (struct transaction){ .interface = interface, .urb = urb };
	memcpy(r->list[r->n].cdb, cdb, CDB_LEN);
	r->n++;
	return true;
}

static bool take_out(struct reading *in, const uint8_t *data, uint32_t n, uint64_t urb)
{
	if (in->wants_data) {
		in->wants_data = false;
		return true;
	}
	if (n != CDB_LEN)
		return true;
	in->wants_data = takes_data(data);
	return add(in->r, data, in->interface, urb);
}

static void complete(struct transaction *t, uint8_t ep, const struct transaction *c)
{
	t->status = c->status;
	if (!(ep & 0x80u))
		return;
	t->data = c->data;
	t->data_len = c->data_len;
	t->len = c->len;
}

/* One packet: usbmon header, then what was captured. False: no memory. */
static bool take_urb(struct reading *in, struct cursor *cur)
{
	struct transaction c = { .status = 0 };
	struct replay *r = in->r;
	uint8_t event, ep;
	uint64_t urb;

	urb = cur_le32(cur);
	urb |= (uint64_t)cur_le32(cur) << 32;
	event = cur_u8(cur);
	cur_skip(cur, 1);
	ep = cur_u8(cur);
	cur_skip(cur, 17);
	c.status = (int)cur_le32(cur);
	c.len = cur_le32(cur);
	c.data_len = cur_le32(cur);
	cur_skip(cur, USBMON_HEADER - 40);
	c.data = cur_view(cur, c.data_len);
	if (cur->over)
		return true;
	if (event == 'S' && !(ep & 0x80u))
		return take_out(in, c.data, c.data_len, urb);
	if (event == 'C' && r->n > 0 && r->list[r->n - 1].interface == in->interface)
		complete(&r->list[r->n - 1], ep, &c);
	return true;
}

/* An enhanced packet block's body. */
static bool take_packet(struct reading *in, const uint8_t *body, size_t len)
{
	struct cursor cur = cur_make(body, len), urb;
	uint32_t captured;
	const uint8_t *data;

	in->interface = cur_le32(&cur);
	cur_skip(&cur, 8);
	captured = cur_le32(&cur);
	cur_skip(&cur, 4);
	data = cur_view(&cur, captured);
	if (cur.over || in->interface >= INTERFACES_MAX)
		return true;
	urb = cur_make(data, captured);
	return take_urb(in, &urb);
}

/* Of the comment at the beginning: the line "seed: N". */
static void take_section(struct replay *r, const uint8_t *body, size_t len)
{
	static const char key[] = "seed: ";
	struct cursor cur = cur_make(body, len);
	const uint8_t *text;
	uint16_t code, n;

	cur_skip(&cur, 16);
	code = cur_le16(&cur);
	n = cur_le16(&cur);
	text = cur_view(&cur, n);
	if (cur.over || code != OPT_COMMENT)
		return;
	for (size_t i = 0; i + sizeof(key) - 1 < n; i++) {
		const uint8_t *value = text + i + sizeof(key) - 1;
		size_t digits = 0;

		if ((i > 0 && text[i - 1] != '\n') || memcmp(text + i, key, sizeof(key) - 1) != 0)
			continue;
		while (value + digits < text + n && digits < SEED_TEXT - 1 && value[digits] >= '0' &&
		       value[digits] <= '9')
			digits++;
		memcpy(r->seed, value, digits);
		r->seed[digits] = '\0';
	}
}

static enum sl_err read_blocks(struct ctx *ctx, struct replay *r, const char *path)
{
	struct cursor cur = cur_make(r->file.data, r->file.len);
	struct reading in = { .r = r };

	if (cur_le32(&cur) != BLOCK_SECTION || (cur_skip(&cur, 4), cur_le32(&cur)) != BYTE_ORDER_MAGIC)
		return ctx_fail(ctx, SL_IMAGE, ROOM, "%.150s is no recording of stlink-download", path);
	cur_seek(&cur, 0);
	while (cur_left(&cur) >= BLOCK_OVERHEAD) {
		uint32_t type = cur_le32(&cur), len = cur_le32(&cur);
		const uint8_t *body;

		if (len < BLOCK_OVERHEAD || len % 4 != 0)
			break;
		body = cur_view(&cur, len - BLOCK_OVERHEAD);
		cur_skip(&cur, 4);
		if (cur.over)
			break;          /* a recording may end in the middle */
		if (type == BLOCK_SECTION)
			take_section(r, body, len - BLOCK_OVERHEAD);
		if (type == BLOCK_PACKET && !take_packet(&in, body, len - BLOCK_OVERHEAD))
			return ctx_fail(ctx, SL_NOMEM, ROOM, "no memory for the recording");
	}
	return SL_OK;
}

/* The others' transactions are left out. Each has two URBs at most: numbers that jump further tell of
 * what is not here. */
static void keep_busiest(struct replay *r)
{
	size_t count[INTERFACES_MAX] = { 0 }, n = 0;
	unsigned best = 0;

	for (size_t i = 1; i < r->n; i++)
		r->gap = r->gap || r->list[i].urb - r->list[i - 1].urb > 2;
	for (size_t i = 0; i < r->n; i++)
		if (++count[r->list[i].interface] >= count[best])
			best = r->list[i].interface;
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].interface == best)
			r->list[n++] = r->list[i];
	r->n = n;
}

enum sl_err replay_load(struct ctx *ctx, const char *path, struct replay **out)
{
	struct replay *r = calloc(1, sizeof(*r));
	enum sl_err e;

	if (r == NULL)
		return ctx_fail(ctx, SL_NOMEM, ROOM, "no memory for the recording");
	buf_init(&r->file, FILE_MAX);
	e = file_read_all(ctx, path, &r->file);
	if (e == SL_OK)
		e = read_blocks(ctx, r, path);
	if (e == SL_OK) {
		keep_busiest(r);
		if (r->n == 0)
			e = ctx_fail(ctx, SL_IMAGE, ROOM, "%.150s has no transaction of a probe", path);
	}
	if (e != SL_OK) {
		replay_free(r);
		return e;
	}
	*out = r;
	return SL_OK;
}

void replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	buf_free(&r->file);
	free(r->list);
	free(r);
}

/* ---- who it was --------------------------------------------------------------------------- */

static const uint8_t *answer_to(const struct replay *r, uint8_t group, size_t least)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].cdb[0] == group && r->list[i].data_len >= least)
			return r->list[i].data;
	return NULL;
}

/* Boards by the product id of their probe; the first is for what is none of them. */
static const struct {
	uint16_t pid;
	const char *board;
} boards[] = {
	{ 0x3748, "bluepill" }, { 0x3744, "vldiscovery" }, { 0x374A, "nucleo-f401re" },
	{ 0x374B, "nucleo-f401re" }, { 0x3752, "nucleo-f401re" }, { 0x374D, "nucleo-v3" },
	{ 0x374E, "nucleo-v3" }, { 0x374F, "nucleo-v3" }, { 0x3753, "nucleo-v3" },
	{ 0x3754, "nucleo-v3" }, { 0x3755, "nucleo-v3" }, { 0x3757, "nucleo-v3" },
};

static void name_firmware(const struct replay *r, const uint8_t *f1, uint16_t pid, char firmware[16])
{
	unsigned word = get_be16(f1), x = word >> 6 & 63, y = word & 63, major = word >> 12;
	const uint8_t *fb = answer_to(r, 0xFB, 6);
	bool v21 = pid == 0x374A || pid == 0x374B || pid == 0x3752;

	if (major >= 3 && fb != NULL)
		(void)snprintf(firmware, 16, "V3J%u", fb[2] & 63u);
	else if (major == 1 || major == 2)
		(void)snprintf(firmware, 16, "V%uJ%u%c%u", major, x, v21 ? 'M' : 'S', y);
	else
		firmware[0] = '\0';
}

const struct board_kind *replay_identity(const struct replay *r, uint16_t *pid, char firmware[16])
{
	const uint8_t *f1 = answer_to(r, 0xF1, 6);
	const char *name = boards[0].board;

	firmware[0] = '\0';
	*pid = 0;
	if (f1 == NULL)
		return board_kind_find(name);
	*pid = get_le16(f1 + 4);
	for (size_t i = 0; i < ARRAY_LEN(boards); i++)
		if (boards[i].pid == *pid)
			name = boards[i].board;
	name_firmware(r, f1, *pid, firmware);
	return board_kind_find(name);
}

/* ---- answering ------------------------------------------------------------------------------ */

static const struct transaction *forward(struct replay *r, const uint8_t *cdb, size_t end)
{
	for (size_t i = r->next; i < end && i < r->n; i++)
		if (memcmp(r->list[i].cdb, cdb, CDB_LEN) == 0) {
			r->next = i + 1;
			return &r->list[i];
		}
	return NULL;
}

/* Soon after the last one; else what it was before; else whenever it came. A host that asks once more,
 * or not so often, than it did then does not leave the recording by it. */
static const struct transaction *find(struct replay *r, const uint8_t *cdb)
{
	const struct transaction *t = forward(r, cdb, r->next + SOON);

	for (size_t i = r->next; t == NULL && i > 0; i--)
		if (memcmp(r->list[i - 1].cdb, cdb, CDB_LEN) == 0)
			t = &r->list[i - 1];
	return t != NULL ? t : forward(r, cdb, r->n);
}

/* What never came. */
static enum command_result answer_missing(struct replay *r, const uint8_t *cdb, struct reply *reply)
{
	static const uint8_t reads[] = { 0x07, 0x0C, 0x47, 0x54 };

	if (!r->gap) {
		if (r->missed++ == 0)
			memcpy(r->refused, cdb, CDB_LEN);
		return CMD_STALLS;
	}
	if (takes_data(cdb))
		return CMD_DONE;
	reply->len = REPLY_LEAST;
	for (size_t i = 0; i < sizeof(reads); i++)
		if (cdb[0] == 0xF2 && cdb[1] == reads[i])
			reply->len = get_le16(cdb + 6);
	reply->len = reply->len < REPLY_MAX ? reply->len : REPLY_MAX;
	memset(reply->data, 0, reply->len);
	return CMD_DONE;
}

enum command_result replay_answer(struct replay *r, const uint8_t *cdb, struct reply *reply)
{
	const struct transaction *t = find(r, cdb);

	reply->len = reply->off = 0;
	if (t == NULL)
		return answer_missing(r, cdb, reply);
	/* No answer came then, so none comes now. */
	if (t->status == -ETIMEDOUT)
		return CMD_DONE;
	if (t->status != 0)
		return CMD_STALLS;
	reply->len = t->len < REPLY_MAX ? t->len : REPLY_MAX;
	memset(reply->data, 0, reply->len);
	if (t->data_len > 0)
		memcpy(reply->data, t->data, t->data_len < reply->len ? t->data_len : reply->len);
	return CMD_DONE;
}

size_t replay_missed(const struct replay *r)
{
	return r->missed;
}

const char *replay_news(struct replay *r)
{
	const uint8_t *b = r->refused;

	if (r->missed == 0 || r->told)
		return NULL;
	r->told = true;
	(void)snprintf(r->news, sizeof(r->news),
		       "%02X %02X %02X %02X %02X %02X %02X %02X %02X %02X was not asked when this was "
		       "recorded, and is refused",
		       b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9]);
	return r->news;
}

void replay_about(const struct replay *r, char *text, size_t room)
{
	(void)snprintf(text, room, "%zu transactions%s%s%s", r->n, r->gap ? ", not all that there were" : "",
		       r->seed[0] ? ", seed " : "", r->seed);
}
