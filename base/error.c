/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * error.c - the one table of error codes, sentences, cures and exit statuses.
 */
#include "base/error.h"

static const struct err_info table[] = {
	{ SL_OK, "ok", "done", "", 0 },
	{ SL_OTHER, "other", "something failed",
	  "run again with -vv and look at the last lines", 1 },
	{ SL_NOMEM, "no-memory", "the host is out of memory", "free memory and run again", 1 },
	{ SL_BUG, "bug", "this program contradicts itself",
	  "please report it, with the output of the same command with -vvv", 1 },
	{ SL_USAGE, "usage", "the command line is not understood", "see stlink-download --help", 2 },
	{ SL_IMAGE, "image", "the image file cannot be used",
	  "build the image again, or name the right file", 3 },
	{ SL_FILE, "file", "a file cannot be read or written",
	  "check the path and its permissions", 4 },
	{ SL_NOPROBE, "no-probe", "no ST-LINK was found",
	  "plug the board in; stlink-download list shows what is there", 5 },
	{ SL_MANYPROBES, "many-probes", "more than one ST-LINK matches",
	  "choose one with -d serial:..., -d port:... or -d usb:BUS.ADDR", 5 },
	{ SL_PERM, "permission", "the probe's device node may not be opened",
	  "stlink-download setup says why, and what to type", 6 },
	{ SL_BUSY, "busy", "another program holds the probe",
	  "close the other program and run again", 7 },
	{ SL_HOST, "host", "the host's USB or SCSI layer failed",
	  "plug the board in again, at another port or cable", 8 },
	{ SL_GONE, "gone", "the probe left the bus", "check the cable and plug the board in again", 8 },
	{ SL_TIMEOUT, "timeout", "the probe did not answer in time", "plug the board in again", 8 },
	{ SL_STALL, "stall", "the probe refused a transfer", "plug the board in again", 8 },
	{ SL_PROTO, "protocol", "the probe's answer makes no sense",
	  "plug the board in again; if it stays, update the probe's firmware", 9 },
	{ SL_PROBE, "probe", "the probe reports a failure of its own", "plug the board in again", 9 },
	{ SL_OLDPROBE, "old-probe", "the probe's firmware cannot do this",
	  "update the probe's firmware with ST's tool, or leave this step out", 9 },
	{ SL_NOTARGET, "no-target", "no chip answers behind the probe",
	  "check power, SWDIO, SWCLK and GND; try --connect=under-reset or a lower --speed", 10 },
	{ SL_TARGET, "target", "the chip answered with an error", "reset the board and run again", 10 },
	{ SL_PROTECTED, "protected", "the chip is read-protected",
	  "stlink-download unlock takes the protection off, which erases the flash", 10 },
	{ SL_UNSUPPORTED, "unsupported", "no driver for this chip or this operation",
	  "nothing was changed; see docs/adding.md for how a driver is added", 10 },
	{ SL_FLASH, "flash", "erasing or programming failed",
	  "check the supply voltage and write protection, then run again", 11 },
	{ SL_VERIFY, "verify", "the memory differs from the file", "program the file again", 12 },
	{ SL_UNSEEN, "unseen", "the text that was expected did not come",
	  "look at what came, and at --expect and --timeout", 13 },
	{ SL_INTR, "interrupted", "stopped by a signal", "", 130 },
};

const struct err_info *err_info(enum sl_err code)
{
	const struct err_info *bug = &table[SL_BUG];

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].code == code)
			return &table[i];
	return bug;
}

int err_exit_status(const struct fault *f)
{
	if (f->code == SL_INTR && f->signo > 0)
		return 128 + f->signo;
	return err_info(f->code)->exit_status;
}
