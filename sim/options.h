/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * options.h - the command line of stlink-sim.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "sim/usbip.h"

#define SETS_MAX 16u

struct board_spec {
	const struct board_kind *kind;
	struct board_options options;
	const char *flash_file;         /* loaded when it exists, written at exit */
	const char *load_file;
	const char *replay_file;        /* then kind is what that says; NULL: none */
	char firmware[16];              /* of the recording */
	const char *sets[SETS_MAX];
	size_t n_sets;
};

struct sim_options {
	struct board_spec boards[USBIP_BOARDS_MAX];
	size_t n_boards;
	const char *listen, *control, *report, *trace;
	bool attach, leds, quiet;
	enum sim_pace pace;             /* in a hurry unless an option says otherwise */
	bool list, help, version;
	uint32_t duration_ms;           /* 0: until a signal */
};

/* options_parse - read argv. Board options belong to the last --board before them.
 * Returns SL_OK, or SL_USAGE with the fault saying which word. */
enum sl_err options_parse(struct ctx *ctx, int argc, char **argv,
			  struct sim_options *out) MUST_CHECK;

/* options_help - the text of --help. */
const char *options_help(void);

#endif
