/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * status.h - what the status byte of a reply means, inside link/ only.
 */
#ifndef LINK_STATUS_H
#define LINK_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What to do on a status. */
enum status_action {
	STATUS_DONE,            /* success */
	STATUS_WAIT,            /* busy: the same again, later */
	STATUS_FAULT,           /* a bus access failed and left a sticky error to clear */
	STATUS_FAIL             /* give up */
};

struct status_row {
	uint8_t code;
	enum status_action action;
	enum sl_err err;
	const char *name;       /* "AP FAULT" */
	const char *cause;      /* a clause for a person */
	const char *cure;       /* NULL: the error table's */
};

enum {
	STATUS_OK = 0x80, STATUS_FAULT_CODE = 0x81, STATUS_OTHER_MODE = 0x0E,
	STATUS_COMMAND_ERROR = 0x08, STATUS_BAD_AP = 0x1D,
	STATUS_AP_FAULT = 0x11, STATUS_DP_FAULT = 0x15, STATUS_UNKNOWN_COMMAND = 0x42
};

/* status_find - the row of a code; NULL: no status that is known, so not a status at all. */
const struct status_row *status_find(uint8_t code);

/* status_wire - what a status says of the wire: nothing, bits were lost, or bits were lost on the way
 * out, so that the chip certainly did nothing. */
enum status_wire { WIRE_FINE, WIRE_LOST, WIRE_UNDONE };
enum status_wire status_wire(uint8_t code);

/* status_is_done - true for a code that means success. */
bool status_is_done(uint8_t code);

/* status_table - all rows, sorted by code. */
const struct status_row *status_table(size_t *n);

#endif
