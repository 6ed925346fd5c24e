/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * error.h - errors as values with a cause.
 *
 * Every function that can fail returns enum sl_err. The first room that knows
 * what went wrong fills struct fault; rooms above may add what they were doing
 * but never overwrite the cause. Host, probe and target failures have codes of
 * their own, so that a user can tell the cable from the board.
 * The table in error.c holds name, sentence, cure and exit status of each code;
 * --help, the man page and JSON output are made from it.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum sl_err {
	SL_OK = 0,
	SL_OTHER,       /* anything without a better name */
	SL_NOMEM,       /* the host is out of memory */
	SL_BUG,         /* this program contradicts itself */
	SL_USAGE,       /* the command line */
	SL_IMAGE,       /* the content of an image file */
	SL_FILE,        /* reading or writing a file */
	SL_NOPROBE,     /* no probe, or none that matches */
	SL_MANYPROBES,  /* more than one probe matches */
	SL_PERM,        /* the node may not be opened */
	SL_BUSY,        /* another process holds the probe */
	SL_HOST,        /* USB or SCSI layer of the host failed */
	SL_GONE,        /* the probe left the bus */
	SL_TIMEOUT,     /* the probe did not answer in time */
	SL_STALL,       /* the probe stalled an endpoint */
	SL_PROTO,       /* the probe's answer makes no sense */
	SL_PROBE,       /* the probe reports a failure of its own */
	SL_OLDPROBE,    /* probe firmware cannot do what was asked */
	SL_NOTARGET,    /* no chip answers behind the probe */
	SL_TARGET,      /* the chip answered with an error */
	SL_PROTECTED,   /* read protection stands in the way */
	SL_UNSUPPORTED, /* chip is known, or not, but has no driver here */
	SL_FLASH,       /* erasing or programming failed */
	SL_VERIFY,      /* memory differs from what it must be */
	SL_UNSEEN,      /* what the firmware was to say did not come */
	SL_INTR,        /* a signal asked to stop */
	SL_ERR_COUNT
};

/* What is wrong, as far as it is known; the numbers are what people look up (base/cause.h). They are
 * for ever: a cause that is no more leaves a gap. */
enum sl_cause {
	CAUSE_NONE = 0,
	CAUSE_NO_PROBE = 201, CAUSE_FORBIDDEN, CAUSE_HELD, CAUSE_IN_DFU, CAUSE_OLD_FIRMWARE,
	CAUSE_NOT_ST, CAUSE_ASLEEP, CAUSE_UNPOWERED, CAUSE_NO_SENSE, CAUSE_WIRES,
	CAUSE_TOO_FAST, CAUSE_NO_NRST, CAUSE_REMAPPED, CAUSE_LOCKUP, CAUSE_RESET_LOOP,
	CAUSE_PROTECTED, CAUSE_PROTECTED_2, CAUSE_WRITE_PROTECTED, CAUSE_CLONE, CAUSE_FLASH_SIZE,
	CAUSE_UNKNOWN_CHIP, CAUSE_NOT_BLANK, CAUSE_NO_DRIVER, CAUSE_OTHER_ADDRESS, CAUSE_OTHER_CORE,
	CAUSE_IN_RESET, CAUSE_SILENT, CAUSE_PROBE_CANNOT, CAUSE_MANY_PROBES,
	CAUSE_END
};

struct fault {
	enum sl_err code;
	enum sl_cause cause;    /* CAUSE_NONE: not known (yet) */
	const char *where;      /* room that noticed, e.g. "link" */
	uint32_t addr;          /* target address, when has_addr */
	int has_addr;
	uint8_t probe_status;   /* status byte of the probe, 0 if none */
	int sys_errno;          /* errno of the host call, 0 if none */
	int signo;              /* signal number for SL_INTR */
	char text[240];         /* what was found */
	char hint[320];         /* what to do; empty: the table's cure */
	char doing[120];        /* what the rooms above wanted */
};

/* One row per code: symbol as printed in JSON, sentence, cure, exit status. */
struct err_info {
	enum sl_err code;
	const char *name;
	const char *sentence;
	const char *cure;
	int exit_status;
};

/* err_info - the table row of a code; never NULL, unknown codes give SL_BUG's.
 * Source: this project's own exit status table. */
const struct err_info *err_info(enum sl_err code);

/* err_exit_status - exit status for a fault: the table's, or 128+signo for SL_INTR. */
int err_exit_status(const struct fault *f);

#endif
