/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * commands.c - building command bytes, and naming them for the wire log.
 *
 * Sends nothing. Parameter positions: OpenOCD's stlink_usb.c and stlink-org's usb.c.
 */
#include "link/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/compiler.h"

static void add_byte(struct command *cmd, uint8_t v)
{
	if (cmd->x.command_len < XFER_COMMAND_MAX)
		cmd->x.command[cmd->x.command_len++] = v;
}

static void expect(struct command *cmd, uint8_t *reply, size_t len)
{
	cmd->x.dir = XFER_IN;
	cmd->x.in = reply;
	cmd->x.len = len;
	cmd->least = len;
}

struct command command_plain(uint8_t group, uint8_t op)
{
	struct command cmd = { .x = { .dir = XFER_NONE, .timeout_ms = COMMAND_MS } };

	add_byte(&cmd, group);
	add_byte(&cmd, op);
	return cmd;
}

struct command command_query(uint8_t group, uint8_t *reply, size_t len)
{
	struct command cmd = { .x = { .timeout_ms = COMMAND_MS } };

	add_byte(&cmd, group);
	expect(&cmd, reply, len);
	return cmd;
}

struct command command_debug(uint8_t op, uint8_t *reply, size_t len)
{
	struct command cmd = command_plain(GROUP_DEBUG, op);

	expect(&cmd, reply, len);
	cmd.has_status = true;
	return cmd;
}

struct command command_memory(uint8_t op, uint32_t addr, size_t len, uint8_t *in,
			      const uint8_t *out)
{
	struct command cmd = command_plain(GROUP_DEBUG, op);

	command_u32(&cmd, addr);
	command_u16(&cmd, (uint16_t)len);
	if (in) {
		expect(&cmd, in, len);
	} else {
		cmd.x.dir = XFER_OUT;
		cmd.x.out = out;
		cmd.x.len = len;
	}
	return cmd;
}

void command_u8(struct command *cmd, uint8_t v)
{
	add_byte(cmd, v);
}

void command_u16(struct command *cmd, uint16_t v)
{
	add_byte(cmd, (uint8_t)v);
	add_byte(cmd, (uint8_t)(v >> 8));
}

void command_u32(struct command *cmd, uint32_t v)
{
	command_u16(cmd, (uint16_t)v);
	command_u16(cmd, (uint16_t)(v >> 16));
}

/* ---- names ---- */

struct parameter {
	const char *label;
	uint8_t offset, size;   /* size 1, 2 or 4; 0: no parameter */
};

struct command_row {
	uint8_t group;
	int op;                 /* -1: the group has no op */
	const char *name;
	struct parameter parameters[3];
};

#define MEMORY { { "addr", 2, 4 }, { "len", 6, 2 } }

static const struct command_row names[] = {
	{ GROUP_VERSION, -1, "GET_VERSION", { { 0 } } },
	{ GROUP_MODE, -1, "GET_CURRENT_MODE", { { 0 } } },
	{ GROUP_VOLTAGE, -1, "GET_TARGET_VOLTAGE", { { 0 } } },
	{ GROUP_VERSION_EX, -1, "GET_VERSION_EX", { { 0 } } },
	{ GROUP_DFU, DFU_EXIT, "DFU EXIT", { { 0 } } },
	{ GROUP_SWIM, SWIM_EXIT, "SWIM EXIT", { { 0 } } },
	{ GROUP_DEBUG, V1_GETSTATUS, "GETSTATUS", { { 0 } } },
	{ GROUP_DEBUG, V1_READALLREGS, "READALLREGS (v1)", { { 0 } } },
	{ GROUP_DEBUG, V1_READREG, "READREG (v1)", { { "reg", 2, 1 } } },
	{ GROUP_DEBUG, V1_WRITEREG, "WRITEREG (v1)", { { "reg", 2, 1 }, { "value", 3, 4 } } },
	{ GROUP_DEBUG, V1_ENTER, "ENTER (v1)", { { "mode", 2, 1 } } },
	{ GROUP_DEBUG, READMEM_32BIT, "READMEM_32BIT", MEMORY },
	{ GROUP_DEBUG, WRITEMEM_32BIT, "WRITEMEM_32BIT", MEMORY },
	{ GROUP_DEBUG, READMEM_8BIT, "READMEM_8BIT", MEMORY },
	{ GROUP_DEBUG, WRITEMEM_8BIT, "WRITEMEM_8BIT", MEMORY },
	{ GROUP_DEBUG, READMEM_16BIT, "READMEM_16BIT", MEMORY },
	{ GROUP_DEBUG, WRITEMEM_16BIT, "WRITEMEM_16BIT", MEMORY },
	{ GROUP_DEBUG, EXIT, "EXIT", { { 0 } } },
	{ GROUP_DEBUG, READCOREID, "READCOREID", { { 0 } } },
	{ GROUP_DEBUG, ENTER, "ENTER", { { "mode", 2, 1 } } },
	{ GROUP_DEBUG, READ_IDCODES, "READ_IDCODES", { { 0 } } },
	{ GROUP_DEBUG, READREG, "READREG", { { "reg", 2, 1 } } },
	{ GROUP_DEBUG, WRITEREG, "WRITEREG", { { "reg", 2, 1 }, { "value", 3, 4 } } },
	{ GROUP_DEBUG, WRITEDEBUGREG, "WRITEDEBUGREG", { { "addr", 2, 4 }, { "value", 6, 4 } } },
	{ GROUP_DEBUG, READDEBUGREG, "READDEBUGREG", { { "addr", 2, 4 } } },
	{ GROUP_DEBUG, READALLREGS, "READALLREGS", { { 0 } } },
	{ GROUP_DEBUG, GETLASTRWSTATUS, "GETLASTRWSTATUS", { { 0 } } },
	{ GROUP_DEBUG, GETLASTRWSTATUS2, "GETLASTRWSTATUS2", { { 0 } } },
	{ GROUP_DEBUG, DRIVE_NRST, "DRIVE_NRST", { { "level", 2, 1 } } },
	{ GROUP_DEBUG, SWD_SET_FREQ, "SWD_SET_FREQ", { { "divisor", 2, 2 } } },
	{ GROUP_DEBUG, WRITE_DAP_REG, "WRITE_DAP_REG",
	  { { "port", 2, 2 }, { "reg", 4, 2 }, { "value", 6, 4 } } },
	{ GROUP_DEBUG, INIT_AP, "INIT_AP", { { "ap", 2, 1 }, { "core", 3, 1 } } },
	{ GROUP_DEBUG, SET_COM_FREQ, "SET_COM_FREQ", { { "com", 2, 1 }, { "khz", 4, 4 } } },
	{ GROUP_DEBUG, GET_COM_FREQ, "GET_COM_FREQ", { { "com", 2, 1 } } },
};

static uint32_t parameter_value(const uint8_t *bytes, const struct parameter *p)
{
	const uint8_t *at = bytes + p->offset;

	return p->size == 4 ? get_le32(at) : p->size == 2 ? get_le16(at) : *at;
}

static void append_parameter(const uint8_t *bytes, const struct parameter *p, char *text,
			     size_t room)
{
	size_t used = strlen(text);

	(void)snprintf(text + used, room - used, " %s=0x%0*x", p->label, p->size * 2,
		       parameter_value(bytes, p));
}

void command_name(const uint8_t *bytes, char *text, size_t room)
{
	const struct command_row *row = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names) && !row; i++)
		if (names[i].group == bytes[0] && (names[i].op < 0 || names[i].op == bytes[1]))
			row = &names[i];
	(void)snprintf(text, room, "%s", row ? row->name : "?");
	for (size_t i = 0; row && i < ARRAY_LEN(row->parameters); i++)
		if (row->parameters[i].size)
			append_parameter(bytes, &row->parameters[i], text, room);
}
