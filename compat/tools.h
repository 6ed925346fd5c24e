/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tools.h - what the files of compat/ share; nobody else includes this.
 */
#ifndef COMPAT_TOOLS_H
#define COMPAT_TOOLS_H

#include "cli/session.h"
#include "compat/args.h"
#include "compat/compat.h"
#include "compat/stock.h"

#define STOCK_VERSION "1.7.0"

int st_flash_main(struct ctx *c, int argc, char *const argv[]);
int st_info_main(struct ctx *c, int argc, char *const argv[]);

/* ---- say.c ---- */

enum say_level { SAY_DEBUG, SAY_INFO, SAY_WARN, SAY_ERROR };

/* say - a line as the stock tools log them, on standard error: time, level, source file, text. */
void say(enum say_level level, const char *file, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* say_fault - what failed and what to do, under this program's own name. */
void say_fault(const struct ctx *c);

/* say_listen - let the rooms' log through; debug: all of it, else failures only. */
void say_listen(struct ctx *c, bool debug);

/* ---- device.c ---- */

/* Everything that one run needs. */
struct tool {
	struct session s;
	struct options options;
	struct output out;
	char device[128];
	const struct stock_chip *chip;
	uint32_t flash_bytes, sram_bytes;
};

/* tool_open - an idle session for the probe that is meant. serial: NULL, or as the user wrote it. */
enum sl_err tool_open(struct tool *t, struct ctx *c, const struct stock_args *a) MUST_CHECK;

/* tool_attach - probe, then chip. *at_chip: the probe was opened, it is the chip that failed. */
enum sl_err tool_attach(struct tool *t, bool *at_chip) MUST_CHECK;

/* tool_close - leave chip and probe; so_far as session_close. SL_FILE: standard output could not take
 * everything. */
enum sl_err tool_close(struct tool *t, enum sl_err so_far) MUST_CHECK;

/* ---- write.c ---- */

/* do_write, do_erase - the commands; false: failed, and it was said. */
bool do_write(struct tool *t, const struct stock_args *a);
bool do_erase(struct tool *t, const struct stock_args *a);

/* ---- read.c ---- */
bool do_read(struct tool *t, const struct stock_args *a);

#endif
