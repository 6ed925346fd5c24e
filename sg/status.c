/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * status.c - tables of what the SCSI layer and the sg driver can say.
 *
 * Names are the kernel's: include/scsi/scsi_status.h, scsi_proto.h, drivers/scsi/sg.c.
 */
#include "sg/status.h"

#include <errno.h>

#include "base/scsi_sense.h"

struct cause {
	const char *name, *what;
	enum sl_err err;
};

/* Index: host_status; enum scsi_host_status. What usb-storage really gives was measured:
 * too much data, a wrong tag and a phase error end in DID_ERROR after a device reset. */
static const struct cause host_causes[] = {
	[0x00] = { "DID_OK", "", SL_OK },
	[0x01] = { "DID_NO_CONNECT", "the probe is no longer there", SL_GONE },
	[0x02] = { "DID_BUS_BUSY", "the bus stayed busy", SL_HOST },
	[0x03] = { "DID_TIME_OUT", "the probe did not answer in time and was reset", SL_TIMEOUT },
	[0x04] = { "DID_BAD_TARGET", "the probe is no longer there", SL_GONE },
	[0x05] = { "DID_ABORT", "the command was aborted", SL_HOST },
	[0x06] = { "DID_PARITY", "the transfer was damaged", SL_HOST },
	[0x07] = { "DID_ERROR", "the probe broke the transfer's rules and was reset", SL_HOST },
	[0x08] = { "DID_RESET", "the probe was reset while it worked", SL_HOST },
	[0x09] = { "DID_BAD_INTR", "unexpected interrupt", SL_HOST },
	[0x0A] = { "DID_PASSTHROUGH", "the driver passed the failure on", SL_HOST },
	[0x0B] = { "DID_SOFT_ERROR", "the driver wants a retry", SL_HOST },
	[0x0C] = { "DID_IMM_RETRY", "the driver wants a retry at once", SL_HOST },
	[0x0D] = { "DID_REQUEUE", "the driver wants the command again", SL_HOST },
	[0x0E] = { "DID_TRANSPORT_DISRUPTED", "the path to the probe broke", SL_GONE },
	[0x0F] = { "DID_TRANSPORT_FAILFAST", "the path to the probe is down", SL_GONE },
};

/* Index: low nibble of driver_status; drivers/scsi/sg.c and older scsi.h. */
static const struct cause driver_causes[] = {
	[0x0] = { "DRIVER_OK", "", SL_OK },
	[0x1] = { "DRIVER_BUSY", "the driver is busy", SL_HOST },
	[0x2] = { "DRIVER_SOFT", "the driver failed", SL_HOST },
	[0x3] = { "DRIVER_MEDIA", "the driver sees a media failure", SL_HOST },
	[0x4] = { "DRIVER_ERROR", "the driver failed", SL_HOST },
	[0x5] = { "DRIVER_INVALID", "the driver refused the command", SL_HOST },
	[0x6] = { "DRIVER_TIMEOUT", "the probe did not answer in time", SL_TIMEOUT },
	[0x7] = { "DRIVER_HARD", "the driver failed for good", SL_HOST },
	[0x8] = { "DRIVER_SENSE", "", SL_OK },  /* only says that sense bytes are there */
};

enum { SAM_GOOD = 0x00, SAM_CHECK_CONDITION = 0x02 };

struct scsi_status_cause {
	uint8_t status;
	struct cause cause;
};

/* SAM-4 5.3.1 */
static const struct scsi_status_cause scsi_causes[] = {
	{ 0x04, { "CONDITION MET", "", SL_OK } },
	{ 0x08, { "BUSY", "the probe is busy", SL_PROBE } },
	{ 0x18, { "RESERVATION CONFLICT", "another host holds the probe", SL_BUSY } },
	{ 0x22, { "COMMAND TERMINATED", "the probe ended the command", SL_PROBE } },
	{ 0x28, { "TASK SET FULL", "the probe takes no more commands", SL_PROBE } },
	{ 0x40, { "TASK ABORTED", "the probe aborted the command", SL_PROBE } },
};

static enum sl_err host_fail(struct ctx *c, const struct sg_io_hdr *h, uint8_t opcode)
{
	static const struct cause unknown = { "unknown", "the SCSI layer failed", SL_HOST };
	const struct cause *cause =
		h->host_status < ARRAY_LEN(host_causes) ? &host_causes[h->host_status] : &unknown;

	return ctx_fail(c, cause->err, "sg", "command %02X: %s (%s, host status %02X)", opcode,
			cause->what, cause->name, h->host_status);
}

static enum sl_err scsi_fail(struct ctx *c, const struct sg_io_hdr *h, uint8_t opcode)
{
	for (size_t i = 0; i < ARRAY_LEN(scsi_causes); i++) {
		const struct cause *cause = &scsi_causes[i].cause;

		if (scsi_causes[i].status != h->status)
			continue;
		if (cause->err == SL_OK)
			return SL_OK;
		return ctx_fail(c, cause->err, "sg", "command %02X: %s (%s)", opcode, cause->what,
				cause->name);
	}
	return ctx_fail(c, SL_PROTO, "sg", "command %02X ended with SCSI status %02X", opcode,
			h->status);
}

static enum sl_err driver_fail(struct ctx *c, const struct sg_io_hdr *h, uint8_t opcode)
{
	static const struct cause unknown = { "unknown", "the driver failed", SL_HOST };
	size_t n = h->driver_status & 0x0Fu;
	const struct cause *cause = n < ARRAY_LEN(driver_causes) ? &driver_causes[n] : &unknown;

	if (cause->err == SL_OK)
		return SL_OK;
	return ctx_fail(c, cause->err, "sg", "command %02X: %s (%s, driver status %02X)", opcode,
			cause->what, cause->name, h->driver_status);
}

enum sl_err sg_status_check(struct ctx *c, const struct sg_io_hdr *h, uint8_t opcode)
{
	enum sl_err err;

	if (h->host_status != 0)
		return host_fail(c, h, opcode);
	if (h->status == SAM_CHECK_CONDITION)
		return scsi_sense_fail(c, "sg", opcode, h->sbp, h->sb_len_wr);
	err = h->status == SAM_GOOD ? SL_OK : scsi_fail(c, h, opcode);
	return err == SL_OK ? driver_fail(c, h, opcode) : err;
}

struct errno_cause {
	int err;
	enum sl_err code;
	const char *what;
	const char *hint, *hint_after;  /* the node stands between them when there is an after */
};

#define RULES_HINT \
	"stlink-download setup says why, and what to type (mostly the udev rules are missing); ls -l ", \
	" shows who may use it"
#define CABLE_HINT "check the cable and plug the board in again", NULL

/* drivers/scsi/sg.c, sg_open: O_EXCL with O_NONBLOCK answers EBUSY at once when anyone has the
 * node open; ENXIO: no such device any more. EPERM comes from a device policy (containers). */
static const struct errno_cause open_causes[] = {
	{ EACCES, SL_PERM, "this user may not read and write the node", RULES_HINT },
	{ EPERM, SL_PERM, "a device policy forbids the node",
	  "in a container, allow character devices of major 21 for reading and writing", NULL },
	{ EROFS, SL_PERM, "the node lies on a read-only file system",
	  "mount the file system of ", " for writing, or run outside the container" },
	{ EBUSY, SL_BUSY, "another program has the node open",
	  "close the other program; fuser -v ", " names it" },
	{ ENODEV, SL_GONE, "the probe left the bus", CABLE_HINT },
	{ ENXIO, SL_GONE, "the probe left the bus", CABLE_HINT },
	{ ENOENT, SL_GONE, "the node is no longer there", CABLE_HINT },
	{ ENOMEM, SL_NOMEM, "the kernel has no memory for it", "free memory and run again", NULL },
};

/* sg_new_write filters commands of a node that is not open for writing; the disk node's
 * filter (scsi_cmd_allowed) knows no vendor command at all. */
static const struct errno_cause ioctl_causes[] = {
	{ ENODEV, SL_GONE, "the probe left the bus", CABLE_HINT },
	{ ENXIO, SL_GONE, "the probe left the bus", CABLE_HINT },
	{ EPERM, SL_PERM, "the kernel filtered the probe's command",
	  "only the sg node, open for writing, takes such commands; ls -l ", " shows its mode" },
	{ EACCES, SL_PERM, "the kernel filtered the probe's command", RULES_HINT },
	{ ENOMEM, SL_NOMEM, "the kernel has no memory for it", "free memory and run again", NULL },
};

static enum sl_err errno_fail(struct ctx *c, const char *node, int err,
			      const struct errno_cause *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct errno_cause *e = &table[i];

		if (e->err != err)
			continue;
		(void)ctx_fail_errno(c, e->code, "sg", err, "%s: %s", node, e->what);
		ctx_hint(c, "%s%s%s", e->hint, e->hint_after ? node : "",
			 e->hint_after ? e->hint_after : "");
		return e->code;
	}
	return ctx_fail_errno(c, SL_HOST, "sg", err, "%s", node);
}

enum sl_err sg_open_failed(struct ctx *c, const char *node, int err)
{
	return errno_fail(c, node, err, open_causes, ARRAY_LEN(open_causes));
}

enum sl_err sg_ioctl_failed(struct ctx *c, const char *node, int err)
{
	return errno_fail(c, node, err, ioctl_causes, ARRAY_LEN(ioctl_causes));
}
