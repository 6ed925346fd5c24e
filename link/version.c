/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * version.c - the two version replies, F1 and FB, into numbers and a name.
 *
 * Does not judge what a version can do: link/capability.c. Source: OpenOCD stlink_usb.c,
 * stlink-org usb.c, ST's STLINK-V3-BRIDGE interface headers.
 */
#include <stdio.h>
#include <string.h>

#include "base/cursor.h"
#include "link/session.h"

static const char where[] = "link";

/* Probes of the V2-1 kind put a disk version where a V2 has its SWIM version. */
static bool is_v2_1(uint16_t pid)
{
	return pid == 0x374A || pid == 0x374B || pid == 0x3752;
}

/* Old and new numbering of boards with an STM8: x is the disk, y is SWIM, no SWD (OpenOCD). */
static bool is_stm8_board(unsigned x, unsigned y)
{
	return (x <= 22 && y == 7) || (x >= 25 && y >= 7 && y <= 12);
}

static void append(struct link_version *v, char letter, unsigned number)
{
	size_t used = strlen(v->text);

	if (number)
		(void)snprintf(v->text + used, sizeof(v->text) - used, "%c%u", letter, number);
}

static void name_version(struct link_version *v)
{
	(void)snprintf(v->text, sizeof(v->text), "V%u", v->stlink);
	append(v, 'J', v->jtag);
	append(v, 'M', v->msd);
	append(v, 'B', v->bridge);
	append(v, 'S', v->swim);
	append(v, 'P', v->power);
}

static enum sl_err fail_not_st(struct ctx *c, const struct link_version *v)
{
	if (v->stlink == 0 && v->vid == 0 && v->pid == 0) {
		(void)ctx_fail(c, SL_PROTO, where, "the probe reports an ID of 0/0");
		ctx_hint(c, "it may still be starting up: wait some seconds and run again; if it "
			    "stays, its firmware is not ST's");
		return ctx_cause(c, SL_PROTO, CAUSE_NOT_ST);
	}
	(void)ctx_fail(c, SL_PROTO, where,
		       "the device is not an ST-LINK: VID/PID %04x/%04x, version %u",
		       v->vid, v->pid, v->stlink);
	ctx_hint(c, "its firmware is not ST's; if it is an ST-LINK, plug it in again or update it");
	return ctx_cause(c, SL_PROTO, CAUSE_NOT_ST);
}

enum sl_err version_decode(struct ctx *c, const uint8_t *reply, struct link_version *v)
{
	struct cursor cur = cur_make(reply, VERSION_BYTES);
	unsigned packed = cur_be16(&cur);
	unsigned x = packed >> 6 & 0x3F, y = packed & 0x3F;

	memset(v, 0, sizeof(*v));
	v->stlink = packed >> 12;
	v->vid = cur_le16(&cur);
	v->pid = cur_le16(&cur);
	if (v->stlink == 0 || v->stlink > 4 || v->vid != PROBE_VID)
		return fail_not_st(c, v);
	if (!is_v2_1(v->pid)) {
		v->jtag = x;
		v->swim = y;
	} else if (is_stm8_board(x, y)) {
		v->msd = x;
		v->swim = y;
	} else {
		v->jtag = x;
		v->msd = y;
	}
	name_version(v);
	return SL_OK;
}

void version_decode_ex(const uint8_t reply[VERSION_EX_BYTES], struct link_version *v)
{
	struct cursor cur = cur_make(reply, VERSION_EX_BYTES);

	v->stlink = cur_u8(&cur);
	v->swim = cur_u8(&cur);
	v->jtag = cur_u8(&cur);
	v->msd = cur_u8(&cur);
	v->bridge = cur_u8(&cur);
	v->power = cur_u8(&cur);
	cur_skip(&cur, 2);
	v->vid = cur_le16(&cur);
	v->pid = cur_le16(&cur);
	name_version(v);
}
