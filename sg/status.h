/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * status.h - what the header of a finished SG_IO says, as an error with a cause.
 *
 * The ioctl itself succeeds even when the command failed: only the header tells.
 */
#ifndef SG_STATUS_H
#define SG_STATUS_H

#include <scsi/sg.h>

#include "base/ctx.h"

/* sg_status_check - decode SCSI, host and driver status and the sense of a finished command.
 * opcode: first byte of the command. Returns SL_OK when the command was carried out; else the
 * cause: SL_GONE, SL_TIMEOUT, SL_STALL, SL_PROBE, SL_PROTO, SL_HOST.
 * After a failure the data is of an earlier command and must not be used. */
enum sl_err sg_status_check(struct ctx *c, const struct sg_io_hdr *h, uint8_t opcode) MUST_CHECK;

/* sg_open_failed - the cause of an open of node that failed with err, and what to do. */
enum sl_err sg_open_failed(struct ctx *c, const char *node, int err) MUST_CHECK;

/* sg_ioctl_failed - the cause of an SG_IO on node that the kernel refused with err. */
enum sl_err sg_ioctl_failed(struct ctx *c, const char *node, int err) MUST_CHECK;

#endif
