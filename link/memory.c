/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * memory.c - target memory in commands that the firmware can do.
 *
 * Any address, any length: bytes up to the first word, words, the last bytes; never more
 * in one command than firmware and carrier take, never across the block in which old
 * firmware's address register wraps. The status of each command is asked for. A V1 cannot
 * read bytes: there the words around them are read.
 * Source: size and alignment rules of OpenOCD, stlink-org (usb.c, sg.c) and pyOCD.
 */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "link/session.h"

static const char where[] = "link";

/* One memory command. */
struct block {
	uint8_t op;
	uint32_t addr;
	size_t len;
	uint8_t *in;                    /* reads */
	const uint8_t *out;             /* writes */
	bool once;                      /* never a second time, even after WAIT */
};

enum { SWD_CLOCKS_PER_ACCESS = 50, SLOW_KHZ_IF_UNKNOWN = 1000 };

/* The probe answers when the last access is over: 6 KiB at 5 kHz take 15 s. */
static unsigned block_timeout_ms(const struct link *l, size_t len)
{
	size_t khz = l->speed_khz ? l->speed_khz : SLOW_KHZ_IF_UNKNOWN;

	return (unsigned)(COMMAND_MS + len * SWD_CLOCKS_PER_ACCESS / khz);
}

/* ---- status after a transfer ---- */

/* Asks how the last memory command went. *addr: the failing address where the firmware
 * knows it and it lies in the block. API v1 has no such question: OK. */
static enum sl_err ask_status(struct link *l, struct ctx *c, const struct block *b, uint8_t *status,
			      uint32_t *addr)
{
	uint8_t reply[12];
	bool has_addr = l->caps.rw_status2;
	struct command cmd = command_debug(has_addr ? GETLASTRWSTATUS2 : GETLASTRWSTATUS, reply,
					   has_addr ? sizeof(reply) : 2);
	struct cursor cur = cur_make(reply, sizeof(reply));
	uint32_t fault_addr;
	enum sl_err err;

	*status = STATUS_OK;
	*addr = b->addr;
	if (!l->caps.rw_status && !l->caps.rw_status2)
		return SL_OK;
	err = link_run(l, c, &cmd);
	if (err)
		return err;
	*status = cmd.status;
	if (!has_addr)
		return SL_OK;
	cur_seek(&cur, 4);
	fault_addr = cur_le32(&cur);
	if (fault_addr - b->addr < b->len)
		*addr = fault_addr;
	return SL_OK;
}

static enum sl_err block_once(struct link *l, struct ctx *c, const struct block *b, uint8_t *status,
			      uint32_t *addr)
{
	uint8_t two[2] = { 0 };
	/* One byte is answered with two; a buffer of one would be overrun (OpenOCD, probe-rs). */
	bool single = b->in && b->len == 1;
	struct command cmd = command_memory(b->op, b->addr, b->len, single ? two : b->in, b->out);
	enum sl_err err;

	if (single)
		cmd.x.len = sizeof(two);
	cmd.x.timeout_ms = block_timeout_ms(l, b->len);
	err = link_run(l, c, &cmd);
	if (single)
		b->in[0] = two[0];
	return err ? err : ask_status(l, c, b, status, addr);
}

static enum sl_err block_fail(struct link *l, struct ctx *c, const struct block *b, uint8_t status,
			      uint32_t addr)
{
	const struct status_row *row = status_find(status);
	char doing[48];

	if (row && row->action == STATUS_FAULT)
		sticky_clear(l, c);
	if (b->len <= 4 || addr != b->addr)
		(void)snprintf(doing, sizeof(doing), "%s 0x%08x", b->in ? "reading" : "writing",
			       (unsigned)addr);
	else
		(void)snprintf(doing, sizeof(doing), "%s 0x%08x-0x%08x",
			       b->in ? "reading" : "writing",
			       (unsigned)b->addr, (unsigned)(b->addr + b->len - 1));
	return status_fail(c, status, &addr, doing);
}

static enum sl_err block_run(struct link *l, struct ctx *c, const struct block *b)
{
	struct retry r = { .started = false };
	uint8_t status = STATUS_OK;
	uint32_t addr = b->addr;
	enum retry_next next;

	do {
		enum sl_err err = block_once(l, c, b, &status, &addr);

		if (err)
			return ctx_doing(c, err, "%s 0x%08x", b->in ? "reading" : "writing",
					 (unsigned)b->addr);
		next = retry_after(&r, c, status);
		if (next == RETRY_GIVE_UP && !b->once &&
		    (session_open_ap(l, c, status) || wire_retry(l, c, status, true)))
			next = RETRY_AGAIN;
	} while (next == RETRY_AGAIN && !b->once);
	return next == RETRY_DONE ? SL_OK : block_fail(l, c, b, status, addr);
}

/* ---- splitting ---- */

static enum sl_err check_range(struct ctx *c, uint32_t addr, size_t len)
{
	if (len > 0 && len - 1 > UINT32_MAX - addr)
		return ctx_fail_addr(c, SL_USAGE, where, addr,
				     "%zu bytes at 0x%08x pass the end of the address space", len,
				     (unsigned)addr);
	return SL_OK;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Bytes from addr that one command may carry, at most len; unit: bytes of one access. */
static size_t limit(const struct link *l, uint32_t addr, size_t len, size_t most, size_t unit)
{
	size_t n = smaller(len, most);

	if (l->t->max_data)
		n = smaller(n, l->t->max_data);
	if (l->caps.tar_block)
		n = smaller(n, l->caps.tar_block - addr % l->caps.tar_block);
	return n - n % unit;
}

void link_allow_block(struct link *l, unsigned bytes)
{
	if (l->caps.tar_block && bytes > l->caps.tar_block)
		l->caps.tar_block = bytes;
}

void link_set_patience(struct link *l, unsigned ms)
{
	l->patience_ms = ms;
}

/* Bytes to do singly before the next whole word can be done; 0: a word is next. */
static size_t odd_bytes(uint32_t addr, size_t len)
{
	size_t to_word = (4 - (addr & 3)) & 3;

	if (len < 4 || to_word)
		return smaller(len, to_word ? to_word : len);
	return 0;
}

/* The next command of a range. */
static struct block next_block(const struct link *l, uint32_t addr, uint8_t *in, const uint8_t *out,
			       size_t len)
{
	struct block b = { .addr = addr, .in = in, .out = out, .len = odd_bytes(addr, len) };

	if (b.len) {
		b.op = in ? READMEM_8BIT : WRITEMEM_8BIT;
		b.len = smaller(b.len, l->caps.max_8bit);
	} else {
		b.op = in ? READMEM_32BIT : WRITEMEM_32BIT;
		b.len = limit(l, addr, len, in ? l->caps.max_read : l->caps.max_write, 4);
	}
	return b;
}

/* On a V1: the word that holds addr, of which some bytes are wanted. */
static enum sl_err read_part_of_word(struct link *l, struct ctx *c, uint32_t addr, uint8_t *dst,
				     size_t n)
{
	uint8_t word[4];
	struct block b = { .op = READMEM_32BIT, .addr = addr & ~3u, .in = word,
			   .len = sizeof(word) };
	enum sl_err err = block_run(l, c, &b);

	if (!err)
		memcpy(dst, word + (addr & 3), n);
	return err;
}

enum sl_err link_read_mem(struct link *l, struct ctx *c, uint32_t addr, void *dst, size_t len)
{
	uint8_t *to = dst;
	enum sl_err err = check_range(c, addr, len);

	while (!err && len > 0) {
		struct block b = next_block(l, addr, to, NULL, len);

		if (b.op == READMEM_8BIT && !l->caps.read8)
			err = read_part_of_word(l, c, addr, to, b.len);
		else
			err = block_run(l, c, &b);
		addr += (uint32_t)b.len;
		to += b.len;
		len -= b.len;
	}
	return err;
}

enum sl_err link_write_mem(struct link *l, struct ctx *c, uint32_t addr, const void *src,
			   size_t len)
{
	const uint8_t *from = src;
	enum sl_err err = check_range(c, addr, len);

	while (!err && len > 0) {
		struct block b = next_block(l, addr, NULL, from, len);

		err = block_run(l, c, &b);
		addr += (uint32_t)b.len;
		from += b.len;
		len -= b.len;
	}
	return err;
}

/* ---- single accesses ---- */

static enum sl_err check_aligned(struct ctx *c, uint32_t addr, unsigned unit)
{
	if (addr % unit)
		return ctx_fail_addr(c, SL_USAGE, where, addr, "0x%08x is not a multiple of %u",
				     (unsigned)addr, unit);
	return SL_OK;
}

/* link_run_checked with the address in the fault. */
static enum sl_err register_access(struct link *l, struct ctx *c, struct command *cmd,
				   uint32_t addr,
				   const char *verb)
{
	char doing[32];
	enum sl_err err;

	cmd->needs_ap = true;
	(void)snprintf(doing, sizeof(doing), "%s 0x%08x", verb, (unsigned)addr);
	err = link_run_checked(l, c, cmd, doing);
	if (err == SL_TARGET) {
		c->fault.addr = addr;
		c->fault.has_addr = 1;
	}
	return err;
}

enum sl_err link_read32(struct link *l, struct ctx *c, uint32_t addr, uint32_t *value)
{
	uint8_t reply[8];
	struct command cmd = command_debug(READDEBUGREG, reply, sizeof(reply));
	struct cursor cur = cur_make(reply, sizeof(reply));
	struct block word = { .op = READMEM_32BIT, .addr = addr, .in = reply, .len = 4 };
	enum sl_err err = check_aligned(c, addr, 4);

	if (err)
		return err;
	/* API v1 has no such command; a memory command of one word is one access, too. */
	if (l->caps.api == 1) {
		err = block_run(l, c, &word);
	} else {
		command_u32(&cmd, addr);
		cmd.repeatable = true;
		err = register_access(l, c, &cmd, addr, "reading");
		cur_seek(&cur, 4);
	}
	if (!err)
		*value = cur_le32(&cur);
	return err;
}

enum sl_err link_write32(struct link *l, struct ctx *c, uint32_t addr, uint32_t value)
{
	uint8_t reply[2], bytes[4];
	struct command cmd = command_debug(WRITEDEBUGREG, reply, sizeof(reply));
	struct block word = { .op = WRITEMEM_32BIT, .addr = addr, .out = bytes, .len = 4 };
	enum sl_err err = check_aligned(c, addr, 4);

	if (err)
		return err;
	if (l->caps.api == 1) {
		put_le32(bytes, value);
		return block_run(l, c, &word);
	}
	command_u32(&cmd, addr);
	command_u32(&cmd, value);
	return register_access(l, c, &cmd, addr, "writing");
}

enum sl_err link_write_halfwords(struct link *l, struct ctx *c, uint32_t addr, const uint16_t *src,
				 size_t n)
{
	enum { CHUNK_BYTES = 1024 };
	uint8_t bytes[CHUNK_BYTES];
	enum sl_err err = check_range(c, addr, n * 2);

	if (!l->caps.mem16)
		return ctx_cause(c, ctx_fail(c, SL_OLDPROBE, where, "firmware %s has no 16-bit accesses",
					     l->version.text),
				 l->version.stlink == 1 ? CAUSE_PROBE_CANNOT : CAUSE_OLD_FIRMWARE);
	if (!err)
		err = check_aligned(c, addr, 2);
	while (!err && n > 0) {
		/* A second try would repeat accesses that were made: flash takes that ill. */
		struct block b = { .op = WRITEMEM_16BIT, .addr = addr, .out = bytes, .once = true };

		b.len = limit(l, addr, n * 2, CHUNK_BYTES, 2);
		for (size_t i = 0; i < b.len / 2; i++)
			put_le16(bytes + 2 * i, src[i]);
		err = block_run(l, c, &b);
		addr += (uint32_t)b.len;
		src += b.len / 2;
		n -= b.len / 2;
	}
	return err;
}
