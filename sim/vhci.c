/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * vhci.c - attach and detach through /sys/devices/platform/vhci_hcd.0.
 *
 * The socket is handed to the kernel by number; no import handshake takes place. Follows
 * Linux drivers/usb/usbip/vhci_sysfs.c (formats of status, attach and detach).
 */
#define _GNU_SOURCE
#include "sim/vhci.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/number.h"

#define ROOM "sim"
#define VHCI_DIR "devices/platform/vhci_hcd.0"
#define STATUS_MAX 65536u
#define SPEED_FULL 2u           /* enum usb_device_speed */
#define SPEED_HIGH 3u
#define STATE_FREE 4u           /* VDEV_ST_NULL */

static void node_path(const struct ctx *ctx, const char *node, char *out, size_t max)
{
	(void)snprintf(out, max, "%s/%s/%s", ctx->sysfs, VHCI_DIR, node);
}

/* The next word of a line, as a decimal number with leading zeros allowed. */
static bool word_number(const char **p, unsigned *out)
{
	uint32_t v = 0;
	size_t n;

	*p += strspn(*p, " ");
	n = strspn(*p, "0123456789");
	if (n == 0)
		return false;
	while (n > 1 && **p == '0') {
		(*p)++;
		n--;
	}
	if (!num_parse(*p, n, &v))
		return false;
	*p += n;
	*out = (unsigned)v;
	return true;
}

/* "hs  0000 004 ...": hub, port, state. Returns false for other lines. */
static bool parse_status_line(const char *line, unsigned *port, unsigned *state)
{
	if (strncmp(line, "hs ", 3) != 0)
		return false;
	line += 3;
	return word_number(&line, port) && word_number(&line, state);
}

/* The state of one port, or the first free port when want is negative. */
static bool find_port(struct ctx *ctx, int want, unsigned *port, unsigned *state)
{
	struct buffer b;
	char path[256];
	bool found = false;

	node_path(ctx, "status", path, sizeof(path));
	buf_init(&b, STATUS_MAX);
	if (file_read_all(ctx, path, &b) == SL_OK && buf_append(&b, "", 1) == SL_OK) {
		for (const char *l = (const char *)b.data; l != NULL && !found;
		     l = strchr(l, '\n'), l = l != NULL ? l + 1 : NULL)
			found = parse_status_line(l, port, state) &&
				(want < 0 ? *state == STATE_FREE : *port == (unsigned)want);
	}
	buf_free(&b);
	return found;
}

static enum sl_err write_node(struct ctx *ctx, const char *node, const char *text)
{
	char path[256];
	enum sl_err e = SL_OK;
	int fd;

	node_path(ctx, node, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return ctx_fail_errno(ctx, errno == EACCES ? SL_PERM : SL_HOST, ROOM, errno,
				      "cannot open %s", path);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		e = ctx_fail_errno(ctx, SL_HOST, ROOM, errno, "%s refuses \"%s\"", path, text);
	(void)close(fd);
	return e;
}

enum sl_err vhci_attach(struct ctx *ctx, uint32_t devid, bool high_speed, int *fd,
			unsigned *port)
{
	unsigned state = 0, p = 0;
	char text[64];
	int pair[2];
	enum sl_err e;

	if (!find_port(ctx, -1, &p, &state)) {
		e = ctx_fail(ctx, SL_HOST, ROOM, "no free port of vhci_hcd");
		ctx_hint(ctx, "load the module: modprobe vhci-hcd");
		return e;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return ctx_fail_errno(ctx, SL_HOST, ROOM, errno, "no socket pair");
	(void)snprintf(text, sizeof(text), "%u %d %u %u", p, pair[1], (unsigned)devid,
		       high_speed ? SPEED_HIGH : SPEED_FULL);
	e = write_node(ctx, "attach", text);
	(void)close(pair[1]);           /* the kernel holds its own reference */
	if (e != SL_OK) {
		(void)close(pair[0]);
		return e;
	}
	(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	*fd = pair[0];
	*port = p;
	return SL_OK;
}

void vhci_detach(struct ctx *ctx, unsigned port)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", port);
	if (write_node(ctx, "detach", text) != SL_OK)
		ctx_clear(ctx);
}

bool vhci_port_free(struct ctx *ctx, unsigned port)
{
	unsigned p = 0, state = 0;

	return find_port(ctx, (int)port, &p, &state) && state == STATE_FREE;
}
