/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * commands.h - the probe's command set F1..F7, whatever frame carries it.
 *
 * A front end finds the row, collects the data OUT bytes if the row wants some,
 * runs it, and sends what is then in the board's reply.
 */
#ifndef SIM_COMMANDS_H
#define SIM_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/board.h"

enum {
	CMD_ANY_MODE = 1,       /* answered in the boot loader, too */
	CMD_DEBUG = 2,          /* only in debug mode */
	CMD_MEMORY = 4,         /* leaves a status for 3B or 3E */
	CMD_OUT = 8,            /* data OUT; its length by .out_len */
	CMD_ZERO_LENGTH = 16,   /* V1: a CBW that asks for data makes it fail */
	CMD_LATE_OK = 32,       /* reads that status */
	CMD_AP = 64             /* goes through access port 0 */
};

enum { NEVER = 255 };

enum command_result {
	CMD_DONE,
	CMD_STALLS,             /* no answer but a stalled pipe */
	CMD_LEAVES,             /* the device leaves the bus and comes back as an application */
	CMD_WEDGES,             /* every transfer stalls until the probe is replugged */
	CMD_HANGS               /* no transfer moves until the probe is replugged */
};

/* What a handler sees. It writes its answer to reply, zeroed and of the row's length. */
struct call {
	struct board *b;
	const uint8_t *cdb;
	const uint8_t *data;
	size_t len;             /* of data OUT */
	struct reply *reply;
};

typedef enum command_result command_fn(struct call *c);

struct command {
	uint8_t group, op;
	bool any_op;            /* byte 1 does not matter */
	uint8_t v1_from, v1_to; /* firmware J versions that know it; NEVER: none */
	uint8_t v2_from, v3_from;
	uint8_t flags;
	uint16_t reply;         /* bytes; what the handler makes of it counts */
	const char *name;
	command_fn *run;
};

/* command_find - the row for these 16 bytes that this firmware knows; NULL: unknown. */
const struct command *command_find(const struct board *b, const uint8_t *cdb);

/* command_table - all rows, for tests. */
const struct command *command_table(size_t *n);

/* command_out_len - bytes of data OUT that the command wants, by its own length field. */
size_t command_out_len(const struct board *b, const struct command *c, const uint8_t *cdb);

/* command_ap_ready - false when board_set("ap", "strict") wants 4B for this access port first. */
bool command_ap_ready(const struct board *b, unsigned ap);

/* command_run - spend the firmware's time, check mode and rules, do it, fill the reply.
 * c NULL: the answer to an unknown command. */
enum command_result command_run(struct board *b, const struct command *c, const uint8_t *cdb,
				const uint8_t *data, size_t len);

/* Handlers by subject: cmd_probe.c, cmd_core.c, cmd_mem.c, cmd_dap.c. */
command_fn cmd_version, cmd_mode, cmd_voltage, cmd_dfu_exit, cmd_swim_enter, cmd_swim_exit;
command_fn cmd_swim_status, cmd_swim_size, cmd_enter, cmd_enter_v1, cmd_exit, cmd_nrst;
command_fn cmd_nrst_wedge, cmd_swd_freq, cmd_jtag_freq, cmd_trace_start, cmd_trace_stop;
command_fn cmd_trace_count, cmd_status_only, cmd_board_ids, cmd_init_ap, cmd_close_ap;
command_fn cmd_idcodes, cmd_core_id, cmd_reset_sys, cmd_get_status, cmd_halt, cmd_run_core;
command_fn cmd_step, cmd_read_all_v1, cmd_read_all, cmd_read_reg_v1, cmd_read_reg;
command_fn cmd_write_reg, cmd_write_debug, cmd_read_debug, cmd_set_fp, cmd_clear_fp;
command_fn cmd_read32, cmd_write32, cmd_read16, cmd_write16, cmd_read8, cmd_write8;
command_fn cmd_read8_nothing, cmd_read32_fixed, cmd_write32_fixed, cmd_rw_status;
command_fn cmd_rw_status2, cmd_read_dap, cmd_write_dap, cmd_misc_out, cmd_misc_in, cmd_misc_max;
command_fn cmd_version_ex, cmd_set_com_freq, cmd_get_com_freq, cmd_switch_freq;

#endif
