/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sg.c - one probe command as one SG_IO on the probe's own sg node.
 *
 * Source: SCSI-Generic-HOWTO (version 3 header), drivers/scsi/sg.c; the probe's side is
 * known from stlink-access-test and the original stlink-download.
 */
#define _GNU_SOURCE
#include "sg/sg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sg/status.h"

enum {
	CDB_LEN = 10,                   /* what the probe expects; 16 for SWIM writes */
	CDB_LONG = 16,
	SENSE_LEN = 64,
	MAX_DATA = 32768,               /* SG_DEF_RESERVED_SIZE: the kernel has it at hand */
	HANG_UP_MS = 500,               /* a hub is looked at 4 times a second */
	HELD_MS = 5000,                 /* over its own time-out: not the probe made it late */
	HELD_MAX = 3,                   /* a disk driver that gives up has done so by then */
	QUIRKS_LEN = 129,               /* drivers/usb/storage/usb.c: 128 and an end */
	SG_VERSION_MIN = 30000,         /* the header used here came with version 3 */
};

/* Whether the residue that the probe reports can be believed; asked only when it matters. */
enum residue_trust { RESIDUE_UNKNOWN, RESIDUE_HONEST, RESIDUE_LIES };

struct sg {
	struct transport base;
	int fd;
	bool gone;
	enum residue_trust residue;
	char node[64];
};

struct sg_command {
	uint8_t cdb[CDB_LONG];
	uint8_t cdb_len;
	int direction;
	uint8_t *data;
	size_t len;
	unsigned timeout_ms;
	size_t missing;                 /* set: bytes that did not move, as the kernel says */
};

/* The ioctl must not be cut short by a signal: the command would go on without us, or be sent
 * twice. It ends by its own timeout. */
static int sg_io(int fd, struct sg_io_hdr *h)
{
	sigset_t all, before;
	int rc, err;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	rc = ioctl(fd, SG_IO, h);
	err = errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	errno = err;
	return rc;
}

/* A probe whose cable was pulled breaks the transfer first, as the kernel sees it; a moment later
 * the node hangs up (drivers/scsi/sg.c, sg_poll). True when it did. */
static bool hung_up(const struct sg *s)
{
	struct pollfd p = { .fd = s->fd };

	return poll(&p, 1, HANG_UP_MS) == 1 && (p.revents & (POLLHUP | POLLERR));
}

/* The kernel queues our command behind those of its disk driver, which waits 30 s for each READ
 * that a fake disk leaves unanswered; the time-out of SG_IO counts only from the head of that
 * queue (measured on Linux 6.1: 31 to 37 s a command, for more than five minutes). */
static void note_delay(struct sg *s, struct ctx *c, unsigned timeout_ms, uint64_t took_us)
{
	if (took_us / 1000 < (uint64_t)timeout_ms + HELD_MS)
		return;
	s->base.held++;
	ctx_log(c, LOG_WARN, "%s: the kernel's disk driver kept a command waiting for %u s", s->node,
		(unsigned)(took_us / 1000000));
}

/* The quirks that usb-storage goes by, "" if none or unknown. */
static void read_quirks(const struct ctx *c, char *quirks, size_t size)
{
	char path[512];
	FILE *f;

	quirks[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/module/usb_storage/parameters/quirks", c->sysfs);
	f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(quirks, (int)size, f))
		quirks[0] = '\0';
	quirks[strcspn(quirks, "\n")] = '\0';
	(void)fclose(f);
}

static enum sl_err fail_held(struct sg *s, struct ctx *c)
{
	char quirks[QUIRKS_LEN];
	enum sl_err err = ctx_fail(c, SL_HOST, "sg",
				   "%s: the kernel's disk driver blocks the probe: its fake disk "
				   "does not answer", s->node);

	/* The file has one line; what others wrote there stays. */
	read_quirks(c, quirks, sizeof(quirks));
	ctx_hint(c, "allow the probe's usbfs node (the project's udev rules do), or tell usb-storage "
		    "to leave it alone: echo %.60s%s483:3744:i "
		    ">/sys/module/usb_storage/parameters/quirks, as root, and plug the board in again",
		 quirks, quirks[0] ? "," : "");
	return err;
}

static enum sl_err run(struct sg *s, struct ctx *c, struct sg_command *cmd)
{
	uint64_t began = ctx_now_us(c);
	uint8_t sense[SENSE_LEN] = { 0 };
	struct sg_io_hdr h = {
		.interface_id = 'S',
		.dxfer_direction = cmd->direction,
		.cmd_len = cmd->cdb_len,
		.mx_sb_len = SENSE_LEN,
		.dxfer_len = (unsigned)cmd->len,
		.dxferp = cmd->data,
		.cmdp = cmd->cdb,
		.sbp = sense,
		.timeout = cmd->timeout_ms ? cmd->timeout_ms : 1,       /* 0: a minute */
	};
	enum sl_err err;

	if (sg_io(s->fd, &h) < 0)
		err = sg_ioctl_failed(c, s->node, errno);
	else
		err = sg_status_check(c, &h, cmd->cdb[0]);
	note_delay(s, c, h.timeout, ctx_now_us(c) - began);
	if (err == SL_HOST && hung_up(s))
		err = sg_ioctl_failed(c, s->node, ENODEV);
	if (err == SL_GONE)
		s->gone = true;
	/* A residue beyond the request makes no sense; nothing is known to have moved then. */
	cmd->missing = cmd->len;
	if (err == SL_OK && h.resid >= 0 && (size_t)h.resid <= cmd->len)
		cmd->missing = (size_t)h.resid;
	return err;
}

/* A V1 may report a residue although everything moved (known from stlink-access-test). The
 * kernel believes it, so the answer looks short. The version query ends with the probe's USB
 * ids, so it shows whether all of a "short" answer was there. */
static enum residue_trust test_residue(struct sg *s, struct ctx *c, unsigned timeout_ms)
{
	static const uint8_t ids[4] = { 0x83, 0x04, 0x44, 0x37 };
	struct fault before = c->fault;
	uint8_t version[6] = { 0 };
	struct sg_command cmd = { .cdb = { 0xF1, 0x80 }, .cdb_len = CDB_LEN,
				  .direction = SG_DXFER_FROM_DEV, .data = version,
				  .len = sizeof(version), .timeout_ms = timeout_ms };
	enum sl_err err = run(s, c, &cmd);
	bool complete = err == SL_OK && memcmp(version + 2, ids, sizeof(ids)) == 0;

	c->fault = before;
	if (err != SL_OK)
		return RESIDUE_UNKNOWN;
	if (!complete || cmd.missing == 0)
		return RESIDUE_HONEST;
	ctx_log(c, LOG_INFO, "sg: the probe reports wrong residues; they are ignored");
	return RESIDUE_LIES;
}

static size_t bytes_moved(struct sg *s, struct ctx *c, const struct sg_command *cmd)
{
	if (cmd->missing > 0 && s->residue == RESIDUE_UNKNOWN)
		s->residue = test_residue(s, c, cmd->timeout_ms);
	return s->residue == RESIDUE_LIES ? cmd->len : cmd->len - cmd->missing;
}

static enum sl_err sg_xfer(struct transport *t, struct ctx *c, struct xfer *x)
{
	static const int directions[] = { [XFER_NONE] = SG_DXFER_NONE,
					  [XFER_IN] = SG_DXFER_FROM_DEV,
					  [XFER_OUT] = SG_DXFER_TO_DEV };
	struct sg *s = (struct sg *)t;
	enum xfer_dir dir = x->len > 0 ? x->dir : XFER_NONE;
	struct sg_command cmd = {
		.cdb_len = x->command_len > CDB_LEN ? CDB_LONG : CDB_LEN,
		.direction = directions[dir],
		.timeout_ms = x->timeout_ms,
	};
	enum sl_err err;

	x->got = 0;
	if (s->gone)
		return ctx_fail(c, SL_GONE, "sg", "%s: the probe left the bus before", s->node);
	/* After a signal nobody wants to wait another half minute for each command. */
	if (s->base.held >= HELD_MAX || (s->base.held > 0 && ctx_signalled(c)))
		return fail_held(s, c);
	memcpy(cmd.cdb, x->command, x->command_len < CDB_LONG ? x->command_len : CDB_LONG);
	if (dir != XFER_NONE) {
		/* One pointer serves both directions; the kernel only reads OUT data. */
		cmd.data = dir == XFER_IN ? x->in : (uint8_t *)(uintptr_t)x->out;
		cmd.len = x->len;
	}
	if (cmd.len > t->max_data)
		return ctx_fail(c, SL_BUG, "sg", "%zu bytes in one command", cmd.len);
	err = run(s, c, &cmd);
	if (err == SL_OK)
		x->got = bytes_moved(s, c, &cmd);
	return err;
}

static void sg_close(struct transport *t, struct ctx *c)
{
	struct sg *s = (struct sg *)t;

	if (close(s->fd) != 0)
		ctx_log(c, LOG_WARN, "sg: closing %s: %s", s->node, strerror(errno));
	free(s);
}

static const struct transport_ops sg_ops = {
	.xfer = sg_xfer,
	.close = sg_close,
};

/* What was opened must be a SCSI generic character device, whatever the name says. */
static enum sl_err check_node(struct ctx *c, int fd, const char *node)
{
	struct stat st;
	int version = 0;

	if (fstat(fd, &st) != 0)
		return ctx_fail_errno(c, SL_HOST, "sg", errno, "%s", node);
	if (!S_ISCHR(st.st_mode))
		return ctx_fail(c, SL_HOST, "sg", "%s is no character device", node);
	if (ioctl(fd, SG_GET_VERSION_NUM, &version) != 0)
		return ctx_fail_errno(c, SL_HOST, "sg", errno, "%s is no SCSI generic node", node);
	if (version < SG_VERSION_MIN)
		return ctx_fail(c, SL_HOST, "sg", "%s: sg driver version %d is too old", node,
				version);
	return SL_OK;
}

static enum sl_err sg_open(struct ctx *c, const struct probe *p, struct transport **out)
{
	struct sg *s = calloc(1, sizeof(*s));
	enum sl_err err;

	if (!s)
		return ctx_fail(c, SL_NOMEM, "sg", "no memory for the transport");
	/* O_EXCL shuts every other opener of this node out; with O_NONBLOCK a held node is EBUSY
	 * at once and not a wait without end. O_EXCL needs O_RDWR (drivers/scsi/sg.c). */
	s->fd = open(p->sg_node, O_RDWR | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (s->fd < 0) {
		err = sg_open_failed(c, p->sg_node, errno);
		free(s);
		return err;
	}
	err = check_node(c, s->fd, p->sg_node);
	if (err != SL_OK) {
		(void)close(s->fd);
		free(s);
		return err;
	}
	(void)snprintf(s->node, sizeof(s->node), "%s", p->sg_node);
	(void)snprintf(s->base.describe, sizeof(s->base.describe), "sg (%s)", p->sg_node);
	s->base.ops = &sg_ops;
	s->base.max_data = MAX_DATA;
	s->base.shared = true;
	*out = &s->base;
	return SL_OK;
}

/* why_no_node - one sentence on why a V1 has no sg node. */
static void why_no_node(struct ctx *c, const struct probe *p, char *why, size_t size)
{
	char quirks[QUIRKS_LEN];

	read_quirks(c, quirks, sizeof(quirks));
	if (strcmp(p->driver, "usb-storage") == 0)
		(void)snprintf(why, size, "no sg node yet: it comes a second after plugging in, "
					  "if module sg is there");
	else if (strcasestr(quirks, "483:3744:"))
		(void)snprintf(why, size, "no sg node: usb-storage is told to ignore the probe "
					  "(quirks=%s)", quirks);
	else if (p->driver[0] != '\0')
		(void)snprintf(why, size, "no sg node: driver %s has the probe", p->driver);
	else
		(void)snprintf(why, size, "no sg node: usb-storage is not bound to the probe");
}

static bool sg_can_serve(struct ctx *c, const struct probe *p, char *why, size_t size)
{
	if (!p->kind || p->kind->generation != PROBE_V1) {
		(void)snprintf(why, size, "only a V1 is reached through sg");
		return false;
	}
	if (p->sg_node[0] == '\0') {
		why_no_node(c, p, why, size);
		return false;
	}
	if (p->disk_waits) {
		(void)snprintf(why, size, "the kernel's disk driver blocks %s", p->sg_node);
		return false;
	}
	/* Without permission it is opened all the same: the failure has the cause and the cure,
	 * and another carrier is tried then. */
	if (access(p->sg_node, R_OK | W_OK) != 0)
		(void)snprintf(why, size, "%s is there, but: %s", p->sg_node, strerror(errno));
	else
		(void)snprintf(why, size, "%s may be read and written", p->sg_node);
	return true;
}

const struct transport_class transport_sg = {
	.name = "sg",
	.can_serve = sg_can_serve,
	.open = sg_open,
};
