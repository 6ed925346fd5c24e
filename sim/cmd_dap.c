/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_dap.c - raw debug port and access port commands 45, 46, and lists of them 51..53.
 *
 * Source: OpenOCD stlink_usb.c (dapdirect) and psdb agree on the layout of 51 and 52.
 * AP-not-open checking is off unless board_set asks for it: stlink-org never opens an AP and is
 * in wide use.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "sim/commands.h"
#include "sim/swd.h"

#define PORT_DP 0xFFFFu
#define AP_LIMIT 8u
#define CTRL_STAT 4u
#define CTRL_CORUNDETECT 1u

enum misc_op { MISC_ADDR = 1, MISC_WRITE = 2, MISC_READ = 3, MISC_AP = 5 };

enum command_result cmd_read_dap(struct call *c)
{
	unsigned port = get_le16(c->cdb + 2), reg = get_le16(c->cdb + 4);
	uint32_t v = 0;
	uint8_t st;

	if (port == PORT_DP)
		st = swd_dp_read(c->b, reg, &v);
	else if (port > AP_LIMIT || !command_ap_ready(c->b, port))
		st = STATUS_BAD_AP;
	else
		st = swd_ap_read(c->b, port, reg, &v);
	c->reply->data[0] = st;
	put_le32(c->reply->data + 4, v);
	return CMD_DONE;
}

enum command_result cmd_write_dap(struct call *c)
{
	unsigned port = get_le16(c->cdb + 2), reg = get_le16(c->cdb + 4);
	uint32_t v = get_le32(c->cdb + 6);
	uint8_t st;

	if (port == PORT_DP && reg == CTRL_STAT && (v & CTRL_CORUNDETECT))
		board_illegal(c->b, "F2 46 sets CORUNDETECT");
	if (port == PORT_DP)
		st = swd_dp_write(c->b, reg, v);
	else if (port > AP_LIMIT || !command_ap_ready(c->b, port))
		st = STATUS_BAD_AP;
	else
		st = swd_ap_write(c->b, port, reg, v);
	c->reply->data[0] = st;
	return CMD_DONE;
}

static bool reaches_memory(const struct board *b, uint32_t ap)
{
	return ap == 0 && command_ap_ready(b, ap);
}

static void misc_item(struct board *b, uint32_t i, uint32_t word, uint32_t *addr, uint32_t *ap)
{
	struct probe *p = &b->probe;
	uint8_t st = STATUS_OK;

	switch ((enum misc_op)p->misc_ops[i]) {
	case MISC_ADDR:
		*addr = word;
		break;
	case MISC_WRITE:
		st = reaches_memory(b, *ap) ? swd_write32(b, *addr, word) : STATUS_BAD_AP;
		break;
	case MISC_READ:
		st = reaches_memory(b, *ap) ? swd_read32(b, word, &p->misc_value[i]) : STATUS_BAD_AP;
		break;
	case MISC_AP:
		*ap = word;
		break;
	default:
		board_illegal(b, "F2 51 with item code %02X", p->misc_ops[i]);
		st = STATUS_COMMAND_ERROR;
		break;
	}
	p->misc_error[i] = st;
}

enum command_result cmd_misc_out(struct call *c)
{
	struct board *b = c->b;
	struct probe *p = &b->probe;
	struct cursor cur = cur_make(c->data, c->len);
	uint32_t count = get_le32(c->cdb + 2);
	uint32_t addr = 0, ap = 0;

	if (count == 0 || count > firmware_misc_max(&b->firmware)) {
		board_illegal(b, "F2 51 with %u items", (unsigned)count);
		p->misc_count = 0;
		return CMD_DONE;
	}
	p->misc_count = count;
	memset(p->misc_value, 0, sizeof(p->misc_value));
	cur_bytes(&cur, p->misc_ops, count);
	cur_skip(&cur, (4 - count % 4) % 4);
	for (uint32_t i = 0; i < count; i++)
		misc_item(b, i, cur_le32(&cur), &addr, &ap);
	b->probe.swd.sticky_err = false;
	return CMD_DONE;
}

enum command_result cmd_misc_in(struct call *c)
{
	struct probe *p = &c->b->probe;
	uint32_t n = p->misc_count;

	for (uint32_t i = 0; i < n; i++) {
		put_le32(c->reply->data + 4 * i, p->misc_value[i]);
		put_le32(c->reply->data + 4 * (n + i), p->misc_error[i]);
	}
	c->reply->len = 8u * n;
	if (n == 0)
		board_illegal(c->b, "F2 52 without F2 51 before");
	p->misc_count = 0;
	return CMD_DONE;
}

enum command_result cmd_misc_max(struct call *c)
{
	put_le16(c->reply->data, (uint16_t)firmware_misc_max(&c->b->firmware));
	return CMD_DONE;
}
