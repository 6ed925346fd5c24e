/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * serial_port.h - a serial port of this machine, for monitor: open it raw at any rate.
 */
#ifndef CLI_SERIAL_PORT_H
#define CLI_SERIAL_PORT_H

#include <stdint.h>

#include "base/ctx.h"

/* serial_open - open a port for this process alone: raw, 8 data bits, no parity, one stop bit, no
 * flow control; what it had received is dropped.
 * Returns SL_OK and *fd (non-blocking); SL_PERM, SL_BUSY, SL_GONE, SL_HOST; SL_USAGE for a rate that
 *   the port does not take. */
enum sl_err serial_open(struct ctx *c, const char *node, uint32_t baud, int *fd) MUST_CHECK;

/* serial_drop_input - forget what was received and not yet read. */
void serial_drop_input(int fd);

/* serial_close - give it back. */
void serial_close(int fd);

#endif
