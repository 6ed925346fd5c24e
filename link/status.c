/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * status.c - status codes of the probe firmware and their causes.
 *
 * Source: the status constants of OpenOCD (stlink_usb.c), pyOCD, probe-rs and Black Magic
 * Debug, which agree unless a row says otherwise.
 */
#include "link/status.h"

static const char slower[] = "lower --speed, shorten the SWD wires, check GND";
static const char attach[] = "check power, SWDIO, SWCLK and GND; try --connect=under-reset";
static const char replug[] = "plug the board in again";

static const struct status_row rows[] = {
	/* Old firmware says so for a memory fault (pyOCD). */
	{ 0x01, STATUS_FAULT, SL_TARGET, "UNKNOWN ERROR", "the access failed", NULL },
	{ 0x02, STATUS_FAIL, SL_PROBE, "SPI ERROR", "the probe's own SPI failed", replug },
	{ 0x03, STATUS_FAIL, SL_PROBE, "DMA ERROR", "the probe's own DMA failed", replug },
	{ 0x04, STATUS_FAIL, SL_NOTARGET, "UNKNOWN JTAG CHAIN", "no known JTAG chain answers",
	  attach },
	{ 0x05, STATUS_FAIL, SL_NOTARGET, "NO DEVICE", "no device is connected", attach },
	{ 0x06, STATUS_FAIL, SL_PROBE, "INTERNAL ERROR", "the probe has an internal error",
	  replug },
	{ 0x07, STATUS_WAIT, SL_PROBE, "COMMAND WAIT", "the probe stays busy", replug },
	/* Also: frequency too low (61), or a register access on an access port not opened. */
	{ 0x08, STATUS_FAIL, SL_PROBE, "COMMAND ERROR", "the probe refuses the command", NULL },
	{ 0x09, STATUS_FAIL, SL_NOTARGET, "IDCODE ERROR", "the chip's id code cannot be read",
	  attach },
	{ 0x0A, STATUS_FAIL, SL_PROBE, "ALIGNMENT ERROR", "address or length is not aligned",
	  NULL },
	{ 0x0B, STATUS_FAULT, SL_TARGET, "DEBUG POWER ERROR", "the chip's debug part has no power",
	  attach },
	{ 0x0C, STATUS_FAIL, SL_TARGET, "WRITE ERROR", "the write failed", NULL },
	/* Normal where a register reads back otherwise: ignored (OpenOCD, Black Magic Debug). */
	{ 0x0D, STATUS_DONE, SL_OK, "WRITE VERIFY", "what was written reads back otherwise", NULL },
	{ 0x0E, STATUS_FAIL, SL_PROBE, "OTHER MODE", "the probe is open in another mode", replug },
	{ 0x10, STATUS_WAIT, SL_TARGET, "AP WAIT", "the chip's bus stays busy",
	  "firmware may have put the chip to sleep: --connect=under-reset reaches it" },
	{ 0x11, STATUS_FAULT, SL_TARGET, "AP FAULT",
	  "bus fault: nothing answers there, or it is protected", NULL },
	/* No acknowledge, or none that means anything. */
	{ 0x12, STATUS_FAULT, SL_NOTARGET, "AP ERROR", "the chip stopped answering", attach },
	{ 0x13, STATUS_FAULT, SL_TARGET, "AP PARITY ERROR", "bits were lost on the wire", slower },
	{ 0x14, STATUS_WAIT, SL_TARGET, "DP WAIT", "the chip's debug port stays busy", NULL },
	{ 0x15, STATUS_FAULT, SL_TARGET, "DP FAULT",
	  "bus fault: nothing answers there, or it is protected", NULL },
	{ 0x16, STATUS_FAULT, SL_NOTARGET, "DP ERROR", "the chip stopped answering", attach },
	{ 0x17, STATUS_FAULT, SL_TARGET, "DP PARITY ERROR", "bits were lost on the wire", slower },
	{ 0x18, STATUS_FAULT, SL_TARGET, "AP WDATA ERROR", "write data was lost on the wire",
	  slower },
	{ 0x19, STATUS_FAULT, SL_TARGET, "AP STICKY ERROR", "an earlier bus fault is pending",
	  NULL },
	{ 0x1A, STATUS_FAULT, SL_TARGET, "AP STICKY OVERRUN", "an earlier overrun is pending",
	  slower },
	/* V2J28 answers CLOSE_AP so, always: CLOSE_AP is not used, leaving SWD closes all. */
	{ 0x1D, STATUS_FAIL, SL_TARGET, "BAD AP",
	  "the chip has no such access port, or it is not open", NULL },
	{ 0x20, STATUS_FAIL, SL_OLDPROBE, "SWV NOT AVAILABLE", "the probe has no trace input",
	  NULL },
	/* UNSURE: Black Magic Debug alone; may be 1D, which is 29 in decimal. */
	{ 0x29, STATUS_FAIL, SL_TARGET, "TOO MANY APS", "the access port's number is too high",
	  NULL },
	{ 0x40, STATUS_DONE, SL_OK, "CONFIGURATION CHANGED", "the probe changed its own clock",
	  NULL },
	{ 0x41, STATUS_FAIL, SL_PROBE, "FREQUENCY", "the probe cannot make this frequency",
	  "choose another --speed" },
	{ 0x42, STATUS_FAIL, SL_OLDPROBE, "UNKNOWN COMMAND", "the probe does not know the command",
	  NULL },
	{ 0x80, STATUS_DONE, SL_OK, "OK", "done", NULL },
	{ 0x81, STATUS_FAULT, SL_TARGET, "FAULT", "the access failed", NULL },
};

const struct status_row *status_find(uint8_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

enum status_wire status_wire(uint8_t code)
{
	switch (code) {
	case 0x12: case 0x13: case 0x16: case 0x17:
		return WIRE_LOST;
	case 0x18:      /* the chip saw the wrong parity and did not do the write (ADIv5.2, B4.2.4) */
		return WIRE_UNDONE;
	default:
		return WIRE_FINE;
	}
}

bool status_is_done(uint8_t code)
{
	const struct status_row *row = status_find(code);

	return row && row->action == STATUS_DONE;
}

const struct status_row *status_table(size_t *n)
{
	*n = ARRAY_LEN(rows);
	return rows;
}
