/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * serial_port.c - the kernel's serial port interface, with rates that are plain numbers.
 *
 * asm/termbits.h instead of termios.h, which knows no rate but those of its table.
 * Source: ioctl_tty(2).
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/serial_port.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#ifndef TCGETS2                 /* musl's sys/ioctl.h does not have it */
#include <asm/ioctls.h>
#endif

static enum sl_err fail_open(struct ctx *c, const char *node, int err)
{
	if (err == EACCES || err == EPERM) {
		(void)ctx_fail_errno(c, SL_PERM, "cli", err, "%s", node);
		ctx_hint(c, "sudo usermod -aG dialout \"$USER\", then log in again; or stlink-download "
			    "setup");
		return SL_PERM;
	}
	if (err == EBUSY) {
		(void)ctx_fail_errno(c, SL_BUSY, "cli", err, "%s", node);
		ctx_hint(c, "another program has the serial port for itself: fuser -v %s names it", node);
		return SL_BUSY;
	}
	return ctx_fail_errno(c, err == ENOENT || err == ENXIO || err == ENODEV ? SL_GONE : SL_HOST,
			      "cli", err, "%s", node);
}

static enum sl_err set_raw(struct ctx *c, int fd, const char *node, uint32_t baud)
{
	struct termios2 t;

	if (ioctl(fd, TCGETS2, &t) != 0)
		return ctx_fail_errno(c, SL_HOST, "cli", errno, "%s is no serial port", node);
	t.c_iflag = IGNBRK;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cflag = BOTHER | CS8 | CREAD | CLOCAL;
	t.c_ispeed = t.c_ospeed = baud;
	memset(t.c_cc, 0, sizeof(t.c_cc));
	if (ioctl(fd, TCSETS2, &t) != 0) {
		(void)ctx_fail_errno(c, SL_USAGE, "cli", errno, "%s does not take %u baud", node,
				     (unsigned)baud);
		ctx_hint(c, "monitor=115200 is what most firmware uses");
		return SL_USAGE;
	}
	return SL_OK;
}

enum sl_err serial_open(struct ctx *c, const char *node, uint32_t baud, int *out)
{
	int fd = open(node, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	enum sl_err err;

	if (fd < 0)
		return fail_open(c, node, errno);
	err = set_raw(c, fd, node, baud);
	/* Others that open it from now on are refused (but for root). */
	if (!err && ioctl(fd, TIOCEXCL) != 0)
		err = ctx_fail_errno(c, SL_HOST, "cli", errno, "%s", node);
	if (err) {
		(void)close(fd);
		return err;
	}
	serial_drop_input(fd);
	*out = fd;
	return SL_OK;
}

void serial_drop_input(int fd)
{
	(void)ioctl(fd, TCFLSH, TCIFLUSH);
}

void serial_close(int fd)
{
	(void)ioctl(fd, TIOCNXCL);
	(void)close(fd);
}
