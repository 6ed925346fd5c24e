/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_mem.c - memory commands 07, 08, 0C, 0D, 47, 48, 50, 54 and their status 3B, 3E.
 *
 * Limits as hosts know them: a read moves at most 6144 bytes, an 8-bit transfer 64 on
 * full-speed probes and 512 on a V3, 32-bit writes have no limit but the length field (stlink-org,
 * OpenOCD). What a real probe does to a host that ignores them is only partly known:
 * above a limit it stalls; a length that is no multiple of the width yields wrong bytes.
 */
#include <string.h>

#include "base/bytes.h"
#include "sim/commands.h"
#include "sim/swd.h"

#define READ_MAX 6144u
#define CSW_AP_FROM_V2 32u      /* OpenOCD, pyOCD: AP and CSW fields from J32, V3 from J2 */
#define CSW_AP_FROM_V3 2u

/* What one memory command may do. */
struct mem_rule {
	unsigned size;
	size_t max;
	bool fixed;
	bool by_firmware;       /* max is the firmware's */
};

static const struct mem_rule rule_read32 = { .size = 4, .max = READ_MAX };
static const struct mem_rule rule_read32_fixed = { .size = 4, .max = READ_MAX, .fixed = true };
static const struct mem_rule rule_read16 = { .size = 2, .max = READ_MAX };
static const struct mem_rule rule_bytes = { .size = 1, .by_firmware = true };
static const struct mem_rule rule_write32 = { .size = 4, .max = DATA_OUT_MAX };
static const struct mem_rule rule_write32_fixed = { .size = 4, .max = DATA_OUT_MAX,
						    .fixed = true };
static const struct mem_rule rule_write16 = { .size = 2, .max = READ_MAX };

static unsigned csw_ap_from(const struct board *b)
{
	return b->firmware.major == 3 ? CSW_AP_FROM_V3 : CSW_AP_FROM_V2;
}

enum verdict { FINE, STALLS, WRONG };

/* Address, length and the AP/CSW bytes against the rule. */
static enum verdict check(struct call *c, const struct mem_rule *r, uint32_t addr, size_t len)
{
	struct board *b = c->b;
	static const uint8_t zero[4];
	size_t max = r->by_firmware ? firmware_bytes_max(&b->firmware) : r->max;

	if (len == 0) {
		board_illegal(b, "F2 %02X of length 0", c->cdb[1]);
		return WRONG;
	}
	if (len > max) {
		board_illegal(b, "F2 %02X of %zu bytes: at most %zu", c->cdb[1], len, max);
		return STALLS;
	}
	if ((b->firmware.major == 1 || b->firmware.jtag < csw_ap_from(b)) &&
	    memcmp(c->cdb + 8, zero, sizeof(zero)) != 0) {
		board_illegal(b, "F2 %02X with AP or CSW bytes on %s", c->cdb[1], b->firmware.text);
		return WRONG;
	}
	if (addr % r->size != 0 || len % r->size != 0) {
		board_illegal(b, "F2 %02X at %08X, length %zu: not a multiple of %u", c->cdb[1],
			      addr, len, r->size);
		return WRONG;
	}
	return FINE;
}

static void set_status(struct board *b, uint8_t st, uint32_t fault_addr)
{
	b->probe.rw_status = st;
	b->probe.rw_fault_addr = st == STATUS_OK ? 0 : fault_addr;
	/* the firmware clears the sticky flags before its next transfer */
	b->probe.swd.sticky_err = false;
}

static enum command_result read_mem(struct call *c, const struct mem_rule *r)
{
	uint32_t addr = get_le32(c->cdb + 2);
	size_t len = get_le16(c->cdb + 6);
	enum verdict v = check(c, r, addr, len);
	struct swd_block blk = { .addr = addr, .size = r->size, .count = len / r->size,
				 .fixed = r->fixed, .fault_addr = addr };

	if (v == STALLS)
		return CMD_STALLS;
	c->reply->len = len;
	if (v == WRONG) {
		/* the right number of bytes, and none of them right */
		memset(c->reply->data, 0xA5, len);
		set_status(c->b, STATUS_ALIGNMENT, addr);
		return CMD_DONE;
	}
	set_status(c->b, swd_read_block(c->b, &blk, c->reply->data), blk.fault_addr);
	/* quirk of all versions: one byte asked, two bytes sent */
	if (r->size == 1 && len == 1)
		c->reply->len = 2;
	return CMD_DONE;
}

static enum command_result write_mem(struct call *c, const struct mem_rule *r)
{
	uint32_t addr = get_le32(c->cdb + 2);
	size_t len = get_le16(c->cdb + 6);
	enum verdict v = check(c, r, addr, len);
	struct swd_block blk = { .addr = addr, .size = r->size, .count = len / r->size,
				 .fixed = r->fixed, .fault_addr = addr };

	if (v == STALLS)
		return CMD_STALLS;
	if (v == WRONG || c->len != len) {
		set_status(c->b, STATUS_ALIGNMENT, addr);
		return CMD_DONE;
	}
	set_status(c->b, swd_write_block(c->b, &blk, c->data), blk.fault_addr);
	return CMD_DONE;
}

enum command_result cmd_read32(struct call *c)
{
	return read_mem(c, &rule_read32);
}

enum command_result cmd_read32_fixed(struct call *c)
{
	return read_mem(c, &rule_read32_fixed);
}

enum command_result cmd_read16(struct call *c)
{
	return read_mem(c, &rule_read16);
}

enum command_result cmd_read8(struct call *c)
{
	return read_mem(c, &rule_bytes);
}

enum command_result cmd_read8_nothing(struct call *c)
{
	board_illegal(c->b, "F2 0C has no effect on %s", c->b->firmware.text);
	return CMD_DONE;
}

enum command_result cmd_write32(struct call *c)
{
	return write_mem(c, &rule_write32);
}

enum command_result cmd_write32_fixed(struct call *c)
{
	return write_mem(c, &rule_write32_fixed);
}

enum command_result cmd_write16(struct call *c)
{
	return write_mem(c, &rule_write16);
}

enum command_result cmd_write8(struct call *c)
{
	return write_mem(c, &rule_bytes);
}

enum command_result cmd_rw_status(struct call *c)
{
	c->reply->data[0] = c->b->probe.rw_status;
	return CMD_DONE;
}

enum command_result cmd_rw_status2(struct call *c)
{
	c->reply->data[0] = c->b->probe.rw_status;
	put_le32(c->reply->data + 4, c->b->probe.rw_fault_addr);
	return CMD_DONE;
}
