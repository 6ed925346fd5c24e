/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * commands.h - layouts of the probe's commands, inside link/ only.
 *
 * Builders make the bytes; link/command.c sends them. Source: stlink_usb.c of OpenOCD,
 * commands.h and usb.c of stlink-org, pyOCD, probe-rs; all fields little endian.
 */
#ifndef LINK_COMMANDS_H
#define LINK_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/transport.h"

/* Byte 0. */
enum {
	GROUP_VERSION = 0xF1, GROUP_DEBUG = 0xF2, GROUP_DFU = 0xF3, GROUP_SWIM = 0xF4,
	GROUP_MODE = 0xF5, GROUP_VOLTAGE = 0xF7, GROUP_VERSION_EX = 0xFB
};

/* Byte 1 of GROUP_DFU and GROUP_SWIM. */
enum { DFU_EXIT = 0x07, SWIM_EXIT = 0x01 };

/* Byte 1 of GROUP_DEBUG. */
enum {
	/* API v1 */
	V1_GETSTATUS = 0x01, V1_READALLREGS = 0x04, V1_READREG = 0x05, V1_WRITEREG = 0x06,
	V1_ENTER = 0x20,
	/* every API */
	READMEM_32BIT = 0x07, WRITEMEM_32BIT = 0x08, READMEM_8BIT = 0x0C, WRITEMEM_8BIT = 0x0D,
	EXIT = 0x21, READCOREID = 0x22,
	/* API v2 and v3 */
	ENTER = 0x30, READ_IDCODES = 0x31, READREG = 0x33, WRITEREG = 0x34, WRITEDEBUGREG = 0x35,
	READDEBUGREG = 0x36, READALLREGS = 0x3A, GETLASTRWSTATUS = 0x3B, DRIVE_NRST = 0x3C,
	GETLASTRWSTATUS2 = 0x3E, SWD_SET_FREQ = 0x43, WRITE_DAP_REG = 0x46, READMEM_16BIT = 0x47,
	WRITEMEM_16BIT = 0x48, INIT_AP = 0x4B, SET_COM_FREQ = 0x61, GET_COM_FREQ = 0x62
};

enum { ENTER_SWD = 0xA3, COM_SWD = 0x00, PORT_DP = 0xFFFF, DP_ABORT = 0x00 };

/* Time limits of one command, milliseconds.
 * 3000: stlink-org's for every command; pyOCD and probe-rs use 1000, OpenOCD 6000.
 * LATE_MS: after a command that was not answered, halved with each further one down to
 * LATE_LEAST_MS, until one is. HURRY_MS: what a command still gets when a signal comes. */
enum { COMMAND_MS = 3000, LATE_MS = 1000, LATE_LEAST_MS = 250, HURRY_MS = 1000 };

struct command {
	struct xfer x;
	size_t least;           /* a reply shorter than this is none */
	bool has_status;        /* reply byte 0 is a status */
	bool repeatable;        /* does no harm twice */
	bool needs_ap;          /* goes through access port 0, which may have to be opened */
	uint8_t status;         /* set by link_run where has_status */
};

/* command_plain - group, op and nothing else; no data phase. */
struct command command_plain(uint8_t group, uint8_t op);

/* command_query - one byte, or with op two, and a reply of len bytes without a status. */
struct command command_query(uint8_t group, uint8_t *reply, size_t len);

/* command_debug - F2 op with a reply of len bytes whose first is a status. */
struct command command_debug(uint8_t op, uint8_t *reply, size_t len);

/* command_memory - F2 op addr len16 with data of len bytes in or out (the other NULL). */
struct command command_memory(uint8_t op, uint32_t addr, size_t len, uint8_t *in,
			      const uint8_t *out);

/* command_u8 .. command_u32 - add a parameter. */
void command_u8(struct command *cmd, uint8_t v);
void command_u16(struct command *cmd, uint16_t v);
void command_u32(struct command *cmd, uint32_t v);

/* command_name - what the bytes mean, for logs: "READDEBUGREG addr=0xe000edf0". */
void command_name(const uint8_t *bytes, char *text, size_t room);

#endif
