/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * listen.h - listening sockets of the virtual board: TCP and Unix.
 */
#ifndef SIM_LISTEN_H
#define SIM_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

#define LISTEN_NAME_MAX 160u

struct listener {
	int fd;                         /* -1: closed */
	char name[LISTEN_NAME_MAX];     /* as clients write it, the chosen port in it */
	bool is_unix;
};

/* listen_open - "ADDR:PORT", "[V6]:PORT" (port 0: any free one) or "unix:PATH".
 * A stale Unix socket that nobody serves is replaced.
 * Returns SL_OK; SL_USAGE cannot be understood; SL_HOST the system refuses. */
enum sl_err listen_open(struct ctx *ctx, const char *where, struct listener *l) MUST_CHECK;

/* listen_close - and remove the Unix socket's path. */
void listen_close(struct listener *l);

/* listen_accept - the next client, non-blocking and without delay; -1: none. */
int listen_accept(const struct listener *l);

#endif
