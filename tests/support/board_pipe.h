/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * board_pipe.h - a virtual board in this process, as a pipe, as a transport, as a link.
 *
 * Time is the board's: sleeping lets the virtual chip run, nothing waits for the host. The
 * board is the oracle: ask it (chip_flash, chip_get_report, usbdev_get_report) what happened.
 */
#ifndef TESTS_SUPPORT_BOARD_PIPE_H
#define TESTS_SUPPORT_BOARD_PIPE_H

#include "link/link.h"
#include "sim/usbdev.h"
#include "usb/pipe.h"

/* A clock that shows and spends a board's virtual time. */
struct board_time {
	struct clock clock;
	struct board *board;
};

void board_time_init(struct board_time *t, struct board *b);

/* board_pipe_open - the board's bulk endpoints; enumerates it when it is off the bus.
 * Returns SL_OK; SL_NOPROBE when it is unplugged. */
enum sl_err board_pipe_open(struct ctx *c, struct board *b, struct pipe **out) MUST_CHECK;

/* board_transport_open - a pipe with the framing of the board's probe. */
enum sl_err board_transport_open(struct ctx *c, struct board *b, struct transport **out) MUST_CHECK;

/* board_reopen - a link_reopen_fn; priv is the struct board. */
enum sl_err board_reopen(void *priv, struct ctx *c, struct transport **out) MUST_CHECK;

/* A board with all that a test needs to talk to it. */
struct board_link {
	struct board *board;
	struct board_time time;
	struct ctx ctx;                 /* silent; clock is the board's */
	struct link *link;              /* NULL after board_link_start alone */
};

/* board_link_start - plug in the board of that name; o may be NULL. Fails the test when there
 * is no such board. No link yet. */
void board_link_start(struct board_link *bl, const char *name, const struct board_options *o);

/* board_link_connect - link_open_on the started board, through the real framing. */
enum sl_err board_link_connect(struct board_link *bl) MUST_CHECK;

/* board_link_open - start and connect; fails the test with the fault when that does not work. */
void board_link_open(struct board_link *bl, const char *name, const struct board_options *o);

/* board_link_close - close the link, then free the board. */
void board_link_close(struct board_link *bl);

/* board_link_no_illegal - fails the test, with the words, if probe or chip saw an illegal act. */
void board_link_no_illegal(const struct board_link *bl);

#endif
