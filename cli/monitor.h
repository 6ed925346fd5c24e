/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * monitor.h - watching an open serial port: show, forward what is typed, look for a text.
 */
#ifndef CLI_MONITOR_H
#define CLI_MONITOR_H

#include <regex.h>

#include "cli/output.h"

struct monitor {
	struct ctx *ctx;
	struct output *out;
	int port;                       /* open, non-blocking */
	const regex_t *expect;          /* extended, compiled; NULL: nothing is looked for */
	unsigned timeout_s;             /* 0: for ever */
};

/* monitor_watch - until the text came, time is over, Ctrl-] is typed at a terminal, or a signal.
 * Standard input is forwarded to the port; at its end watching goes on.
 * Returns SL_OK: the text came, or, with none to look for, the user left or time is over;
 *   SL_UNSEEN: left, or time is over, without the text; SL_GONE: the port vanished; SL_INTR. */
enum sl_err monitor_watch(const struct monitor *m) MUST_CHECK;

#endif
