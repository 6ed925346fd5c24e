/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * commands.c - the table of probe commands and the rules that hold for all of them.
 *
 * Which firmware knows a command is a column. Source of op codes, lengths and versions:
 * OpenOCD stlink_usb.c and stlink-org commands.h, pyOCD for 4A and 56; where they differ
 * (43 from J20 or J22, V1 second API from J11 or J12) OpenOCD's figure is taken.
 * A new command is one row and one handler.
 */
#include "sim/commands.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/replay.h"
#include "sim/swd.h"

/* Rows of the debug group F2. V1 column pairs: {0, 255} all, {0, 10} first API only,
 * {11, 255} second API only, {NEVER, 0} none. */
#define ALL_V1 .v1_from = 0, .v1_to = 255
#define V1_API1 .v1_from = 0, .v1_to = 10
#define V1_API2 .v1_from = 11, .v1_to = 255
#define NO_V1 .v1_from = NEVER, .v1_to = 0
#define V3_ONLY NO_V1, .v2_from = NEVER, .v3_from = 0
#define F2(o) .group = 0xF2, .op = (o)

static const struct command table[] = {
	{ .group = 0xF1, .any_op = true, ALL_V1, .v2_from = 0, .flags = CMD_ANY_MODE, .reply = 6,
	  .name = "GET_VERSION", .run = cmd_version },
	{ .group = 0xF5, .any_op = true, ALL_V1, .v2_from = 0, .flags = CMD_ANY_MODE, .reply = 2,
	  .name = "GET_CURRENT_MODE", .run = cmd_mode },
	{ .group = 0xF7, .any_op = true, NO_V1, .v2_from = 13, .reply = 8,
	  .name = "GET_TARGET_VOLTAGE", .run = cmd_voltage },
	{ .group = 0xF3, .op = 0x07, ALL_V1, .v2_from = 0, .flags = CMD_ANY_MODE | CMD_ZERO_LENGTH,
	  .name = "DFU_EXIT", .run = cmd_dfu_exit },
	{ .group = 0xF4, .op = 0x00, ALL_V1, .v2_from = 0, .name = "SWIM_ENTER",
	  .run = cmd_swim_enter },
	{ .group = 0xF4, .op = 0x01, ALL_V1, .v2_from = 0, .name = "SWIM_EXIT",
	  .run = cmd_swim_exit },
	{ .group = 0xF4, .op = 0x09, ALL_V1, .v2_from = 0, .reply = 4, .name = "SWIM_READSTATUS",
	  .run = cmd_swim_status },
	{ .group = 0xF4, .op = 0x0D, ALL_V1, .v2_from = 0, .reply = 2, .name = "SWIM_READBUFSIZE",
	  .run = cmd_swim_size },

	/* the first API: V1 keeps it, V2 only knows a few of its codes */
	{ F2(0x01), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 2,
	  .name = "GETSTATUS", .run = cmd_get_status },
	{ F2(0x02), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 2,
	  .name = "FORCEDEBUG", .run = cmd_halt },
	{ F2(0x03), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 2,
	  .name = "RESETSYS", .run = cmd_reset_sys },
	{ F2(0x04), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 84,
	  .name = "READALLREGS", .run = cmd_read_all_v1 },
	{ F2(0x05), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 4,
	  .name = "READREG", .run = cmd_read_reg_v1 },
	{ F2(0x06), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 2,
	  .name = "WRITEREG", .run = cmd_write_reg },
	{ F2(0x07), ALL_V1, .v2_from = 0, .flags = CMD_DEBUG | CMD_MEMORY,
	  .name = "READMEM_32BIT", .run = cmd_read32 },
	{ F2(0x08), ALL_V1, .v2_from = 0, .flags = CMD_DEBUG | CMD_MEMORY | CMD_OUT,
	  .name = "WRITEMEM_32BIT", .run = cmd_write32 },
	{ F2(0x09), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 2,
	  .name = "RUNCORE", .run = cmd_run_core },
	{ F2(0x0A), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 2,
	  .name = "STEPCORE", .run = cmd_step },
	{ F2(0x0B), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 2,
	  .name = "SETFP", .run = cmd_set_fp },
	/* UNSURE: taken without effect and without data by some V1 firmware (one source). */
	{ F2(0x0C), V1_API1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG,
	  .name = "READMEM_8BIT", .run = cmd_read8_nothing },
	{ F2(0x0C), V1_API2, .v2_from = 0, .flags = CMD_DEBUG | CMD_MEMORY,
	  .name = "READMEM_8BIT", .run = cmd_read8 },
	{ F2(0x0D), ALL_V1, .v2_from = 0, .flags = CMD_DEBUG | CMD_MEMORY | CMD_OUT,
	  .name = "WRITEMEM_8BIT", .run = cmd_write8 },
	{ F2(0x0E), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 2,
	  .name = "CLEARFP", .run = cmd_clear_fp },
	{ F2(0x0F), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .flags = CMD_DEBUG, .reply = 2,
	  .name = "WRITEDEBUGREG", .run = cmd_write_debug },
	{ F2(0x20), ALL_V1, .v2_from = 0, .flags = CMD_ZERO_LENGTH,
	  .name = "ENTER (API 1)", .run = cmd_enter_v1 },
	{ F2(0x21), ALL_V1, .v2_from = 0, .flags = CMD_ZERO_LENGTH,
	  .name = "EXIT", .run = cmd_exit },
	{ F2(0x22), ALL_V1, .v2_from = 0, .flags = CMD_DEBUG, .reply = 4,
	  .name = "READCOREID", .run = cmd_core_id },

	/* the second API */
	{ F2(0x30), V1_API2, .v2_from = 0, .reply = 2, .name = "ENTER", .run = cmd_enter },
	{ F2(0x31), V1_API2, .v2_from = 0, .flags = CMD_DEBUG, .reply = 12,
	  .name = "READ_IDCODES", .run = cmd_idcodes },
	{ F2(0x32), V1_API2, .v2_from = 0, .reply = 2, .name = "RESETSYS", .run = cmd_reset_sys },
	{ F2(0x33), V1_API2, .v2_from = 0, .flags = CMD_DEBUG | CMD_AP, .reply = 8,
	  .name = "READREG", .run = cmd_read_reg },
	{ F2(0x34), V1_API2, .v2_from = 0, .flags = CMD_DEBUG | CMD_AP, .reply = 2,
	  .name = "WRITEREG", .run = cmd_write_reg },
	/* UNSURE: stlink-org sends 35 and 36 to first-API V1 firmware, too. */
	{ F2(0x35), ALL_V1, .v2_from = 0, .flags = CMD_DEBUG | CMD_AP, .reply = 2,
	  .name = "WRITEDEBUGREG", .run = cmd_write_debug },
	{ F2(0x36), ALL_V1, .v2_from = 0, .flags = CMD_DEBUG | CMD_AP, .reply = 8,
	  .name = "READDEBUGREG", .run = cmd_read_debug },
	{ F2(0x3A), V1_API2, .v2_from = 0, .flags = CMD_DEBUG | CMD_AP, .reply = 88,
	  .name = "READALLREGS", .run = cmd_read_all },
	{ F2(0x3B), V1_API2, .v2_from = 0, .v3_from = NEVER, .flags = CMD_LATE_OK, .reply = 2,
	  .name = "GETLASTRWSTATUS", .run = cmd_rw_status },
	/* Pins the probe down until it is replugged, whatever the API: stlink-org issue 480. */
	{ F2(0x3C), ALL_V1, .v2_from = NEVER, .v3_from = NEVER, .reply = 2,
	  .name = "DRIVE_NRST", .run = cmd_nrst_wedge },
	{ F2(0x3C), NO_V1, .v2_from = 0, .reply = 2, .name = "DRIVE_NRST", .run = cmd_nrst },
	{ F2(0x3E), NO_V1, .v2_from = 15, .flags = CMD_LATE_OK, .reply = 12,
	  .name = "GETLASTRWSTATUS2", .run = cmd_rw_status2 },
	{ F2(0x40), NO_V1, .v2_from = 13, .reply = 2, .name = "START_TRACE_RX",
	  .run = cmd_trace_start },
	{ F2(0x41), NO_V1, .v2_from = 13, .reply = 2, .name = "STOP_TRACE_RX",
	  .run = cmd_trace_stop },
	{ F2(0x42), NO_V1, .v2_from = 13, .flags = CMD_DEBUG, .reply = 2,
	  .name = "GET_TRACE_NB", .run = cmd_trace_count },
	{ F2(0x43), NO_V1, .v2_from = 22, .v3_from = NEVER, .reply = 2, .name = "SWD_SET_FREQ",
	  .run = cmd_swd_freq },
	{ F2(0x44), NO_V1, .v2_from = 24, .v3_from = NEVER, .reply = 2, .name = "JTAG_SET_FREQ",
	  .run = cmd_jtag_freq },
	{ F2(0x45), NO_V1, .v2_from = 24, .flags = CMD_DEBUG, .reply = 8,
	  .name = "READ_DAP_REG", .run = cmd_read_dap },
	{ F2(0x46), NO_V1, .v2_from = 24, .flags = CMD_DEBUG, .reply = 2,
	  .name = "WRITE_DAP_REG", .run = cmd_write_dap },
	{ F2(0x47), NO_V1, .v2_from = 26, .flags = CMD_DEBUG | CMD_MEMORY,
	  .name = "READMEM_16BIT", .run = cmd_read16 },
	{ F2(0x48), NO_V1, .v2_from = 26, .flags = CMD_DEBUG | CMD_MEMORY | CMD_OUT,
	  .name = "WRITEMEM_16BIT", .run = cmd_write16 },
	{ F2(0x49), NO_V1, .v2_from = 28, .reply = 2, .name = "BLINK_LED", .run = cmd_status_only },
	{ F2(0x4B), NO_V1, .v2_from = 28, .flags = CMD_DEBUG, .reply = 2,
	  .name = "INIT_AP", .run = cmd_init_ap },
	{ F2(0x4C), NO_V1, .v2_from = 28, .flags = CMD_DEBUG, .reply = 2,
	  .name = "CLOSE_AP_DBG", .run = cmd_close_ap },
	{ F2(0x50), NO_V1, .v2_from = 26, .flags = CMD_DEBUG | CMD_MEMORY | CMD_OUT,
	  .name = "WRITEMEM_32BIT_NO_ADDR_INC", .run = cmd_write32_fixed },
	{ F2(0x51), NO_V1, .v2_from = 32, .v3_from = 2, .flags = CMD_DEBUG | CMD_OUT,
	  .name = "RW_MISC_OUT", .run = cmd_misc_out },
	{ F2(0x52), NO_V1, .v2_from = 32, .v3_from = 2, .flags = CMD_DEBUG,
	  .name = "RW_MISC_IN", .run = cmd_misc_in },
	{ F2(0x53), NO_V1, .v2_from = 32, .v3_from = 2, .flags = CMD_DEBUG, .reply = 2,
	  .name = "RW_MISC_GET_MAX", .run = cmd_misc_max },
	{ F2(0x54), NO_V1, .v2_from = 32, .v3_from = 2, .flags = CMD_DEBUG | CMD_MEMORY,
	  .name = "READMEM_32BIT_NO_ADDR_INC", .run = cmd_read32_fixed },
	{ F2(0x61), V3_ONLY, .reply = 8, .name = "SET_COM_FREQ", .run = cmd_set_com_freq },
	{ F2(0x62), V3_ONLY, .reply = 52, .name = "GET_COM_FREQ", .run = cmd_get_com_freq },
	{ F2(0x63), V3_ONLY, .reply = 8, .name = "SWITCH_STLINK_FREQ", .run = cmd_switch_freq },
	{ .group = 0xFB, .any_op = true, V3_ONLY, .flags = CMD_ANY_MODE, .reply = 12,
	  .name = "GET_VERSION_EX", .run = cmd_version_ex },
	{ F2(0x56), NO_V1, .v2_from = 36, .v3_from = 6, .reply = 128, .name = "GET_BOARD_IDENTIFIERS",
	  .run = cmd_board_ids },
};

const struct command *command_table(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}

static bool firmware_knows(const struct firmware *f, const struct command *c)
{
	if (f->major == 1)
		return c->v1_from != NEVER && f->jtag >= c->v1_from && f->jtag <= c->v1_to;
	if (f->major == 3)
		return c->v3_from != NEVER && f->jtag >= c->v3_from;
	return c->v2_from != NEVER && f->jtag >= c->v2_from;
}

const struct command *command_find(const struct board *b, const uint8_t *cdb)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct command *c = &table[i];

		if (c->group == cdb[0] && (c->any_op || c->op == cdb[1]) &&
		    firmware_knows(&b->firmware, c))
			return c;
	}
	return NULL;
}

size_t command_out_len(const struct board *b, const struct command *c, const uint8_t *cdb)
{
	uint32_t count;

	if (c == NULL || !(c->flags & CMD_OUT))
		return 0;
	if (c->flags & CMD_MEMORY)
		return get_le16(cdb + 6);
	/* RW_MISC_OUT: op bytes padded to a multiple of 4, then one word each */
	count = get_le32(cdb + 2);
	return count > firmware_misc_max(&b->firmware) ? 0 : (count + 3) / 4 * 4 + 4 * count;
}

bool command_ap_ready(const struct board *b, unsigned ap)
{
	return !b->cond.ap_strict || !firmware_has_aps(&b->firmware) ||
	       (ap < 32 && (b->probe.ap_open >> ap & 1u));
}

static enum command_result answer_unknown(struct board *b, const uint8_t *cdb)
{
	struct reply *r = &b->probe.reply;

	b->report.unknown_commands++;
	if (b->firmware.major == 1 && cdb[0] == 0xF7)
		board_illegal(b, "F7: a V1 cannot measure voltage");
	r->data[0] = STATUS_UNKNOWN_COMMAND;
	r->data[1] = 0;
	r->len = 2;
	return CMD_DONE;
}

/* An answer that says no: a status, or none and a status for 3B or 3E to read. */
static enum command_result refuse(struct board *b, const struct command *c, const uint8_t *cdb,
				  uint8_t status)
{
	struct reply *r = &b->probe.reply;

	if (c->flags & CMD_MEMORY) {
		b->probe.rw_status = status;
		if (!(c->flags & CMD_OUT)) {
			r->len = get_le16(cdb + 6);
			memset(r->data, 0, r->len);
		}
	} else if (r->len > 0) {
		r->data[0] = status;
	}
	return CMD_DONE;
}

/* A debug command outside debug mode: a V1 stalls, a V2 answers with an error.
 * UNSURE: the code a V2 gives; 08 is "command error". */
static enum command_result refuse_mode(struct board *b, const struct command *c,
				       const uint8_t *cdb)
{
	board_illegal(b, "%02X %02X %s outside debug mode (mode %d)", cdb[0], cdb[1], c->name,
		      (int)b->probe.mode);
	if (b->firmware.major == 1 || b->probe.mode == MODE_DFU)
		return CMD_STALLS;
	return refuse(b, c, cdb, STATUS_COMMAND_ERROR);
}

/* UNSURE: from which firmware on an access port must be opened first. pyswd saw a register
 * read answered with 08 by J38; memory and raw accesses get 1D, BAD_AP. */
static bool lacks_ap(const struct board *b, const struct command *c, const uint8_t *cdb)
{
	return (c->flags & (CMD_MEMORY | CMD_AP)) &&
	       !command_ap_ready(b, c->flags & CMD_MEMORY ? cdb[8] : 0);
}

static void note_status_asked(struct board *b, const struct command *c)
{
	struct probe *p = &b->probe;

	if (c->flags & CMD_LATE_OK) {
		p->rw_unasked = false;
	} else if (p->rw_unasked && (c->flags & CMD_MEMORY)) {
		p->rw_unasked = false;
		b->report.unasked_status++;
	}
	/* V1 with the first API has no command that would tell */
	if ((c->flags & CMD_MEMORY) && firmware_api(&b->firmware) == 2)
		p->rw_unasked = true;
}

enum command_result command_run(struct board *b, const struct command *c, const uint8_t *cdb,
				const uint8_t *data, size_t len)
{
	struct reply *r = &b->probe.reply;
	struct call call = { .b = b, .cdb = cdb, .data = data, .len = len, .reply = r };

	b->report.commands++;
	sim_clock_spend(&b->clock, b->kind->front->speed->firmware_ns);
	if (b->replay != NULL)
		return replay_answer(b->replay, cdb, r);
	r->len = r->off = 0;
	if (c == NULL)
		return answer_unknown(b, cdb);
	r->len = c->reply;
	memset(r->data, 0, c->reply);
	if (b->probe.mode == MODE_DFU && !(c->flags & CMD_ANY_MODE))
		return refuse_mode(b, c, cdb);
	if ((c->flags & CMD_DEBUG) && b->probe.mode != MODE_DEBUG)
		return refuse_mode(b, c, cdb);
	note_status_asked(b, c);
	if (lacks_ap(b, c, cdb))
		return refuse(b, c, cdb,
			      c->flags & CMD_MEMORY ? STATUS_BAD_AP : STATUS_COMMAND_ERROR);
	return c->run(&call);
}
