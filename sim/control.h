/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * control.h - a socket through which scripts change and ask about running boards.
 *
 * One command a line, one answer line each:
 *   board N        the commands that follow mean board N (from 0; 0 at first)
 *   set KEY=VALUE  as --set
 *   unplug, plug   pull the USB cable, put it back
 *   power-cycle    the chip's supply off and on, the probe's not
 *   press B        B is reset (NRST low) or button (the user's)
 *   release B
 *   run SECONDS    let the board's own time pass, with its core running
 *   time           virtual microseconds
 *   report         one line of JSON about all boards
 *   quit           end the program
 * Answers: "ok", "ok VALUE" or "error WHY".
 */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "sim/listen.h"
#include "sim/usbdev.h"

#define CONTROL_LINE_MAX 256u
#define CONTROL_CLIENTS_MAX 4u
#define CONTROL_FDS_MAX (CONTROL_CLIENTS_MAX + 1u)

struct control_client {
	int fd;
	char line[CONTROL_LINE_MAX];
	size_t len;
	size_t board;
};

struct control {
	struct board *const *boards;
	size_t n_boards;
	const struct listener *listener;
	struct control_client clients[CONTROL_CLIENTS_MAX];
	bool quit;
};

void control_init(struct control *c, struct board *const *boards, size_t n,
		  const struct listener *l);
void control_close(struct control *c);
size_t control_pollfds(const struct control *c, struct pollfd *p, size_t max);
void control_handle(struct control *c, const struct pollfd *p, size_t n);

#define CONTROL_WHY_MAX 96u

/* control_set - "key=value" for a board, or "dfu" for dfu=on. False, and in why (max bytes) what
 * would do, when there is no such key or value. */
bool control_set(struct board *b, const char *assignment, char *why, size_t max);

#endif
