/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_usbip.c - any bytes as what a USB/IP server sends: list, import, and then transfers, some of
 * them late, of a pipe that is opened as the program opens it.
 *
 * Socket and clock are wrapped, nothing leaves the process. The input is read in pieces: how many
 * bytes come at once, or a wait that is in vain, or an answer whose head is the one that the client
 * waits for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake_clock.h"
#include "usb/usb.h"
#include "usb/usbip_client.h"
#include "usb/usbip_wire.h"

enum { FD = 1000, HEAD = 48, CONNECTIONS_MAX = 4, TRANSFERS_MAX = 24, ROOM = 512,
       CMD_SUBMIT = 1, CMD_UNLINK = 2, OP_IMPORT = 0x8003, DEVICE_LEN = 312 };

ssize_t __wrap_recv(int fd, void *to, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *from, size_t len, int flags);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms);
int __wrap_close(int fd);
int __real_close(int fd);
enum sl_err __wrap_usbip_connect(struct ctx *c, const struct usbip_address *a, struct deadline d, int *fd);

static struct cursor input;
static uint8_t ready[HEAD + 8 + DEVICE_LEN];    /* made here, comes before the input's bytes */
static size_t ready_len, ready_at, burst;
static uint32_t asked;                          /* sequence number of the last command */
static struct fake_clock time_;
static int connections, open_fds;

/* ---- the other side -------------------------------------------------------------------------- */

enum sl_err __wrap_usbip_connect(struct ctx *c, const struct usbip_address *a, struct deadline d, int *fd)
{
	(void)a;
	(void)d;
	if (++connections > CONNECTIONS_MAX)
		return ctx_fail(c, SL_HOST, "fuzz", "refused");
	open_fds++;
	*fd = FD;
	return SL_OK;
}

int __wrap_close(int fd)
{
	if (fd != FD)
		return __real_close(fd);
	must(--open_fds >= 0);
	return 0;
}

/* A reply that fits the command: its status and length are the input's. */
static void make_ret(uint32_t command)
{
	ready_at = 0;
	ready_len = HEAD;
	memset(ready, 0, HEAD);
	put_be32(ready, command == CMD_UNLINK ? 4 : 3);
	put_be32(ready + 4, asked);
	put_be32(ready + 20, (uint32_t)(int8_t)cur_u8(&input));
	put_be32(ready + 24, cur_u8(&input));
}

/* An import that succeeds, of a probe that is one. */
static void make_import(void)
{
	static const uint16_t pids[] = { 0x3748, 0x3744, 0x374B, 0x374F };

	ready_at = 0;
	ready_len = 8 + DEVICE_LEN;
	memset(ready, 0, ready_len);
	put_be32(ready, 0x01110003);
	memcpy(ready + 8 + 256, "1-1", 3);
	put_be16(ready + 8 + 300, 0x0483);
	put_be16(ready + 8 + 302, pids[cur_u8(&input) % ARRAY_LEN(pids)]);
	ready[8 + 309] = cur_u8(&input);
}

ssize_t __wrap_send(int fd, const void *from, size_t len, int flags)
{
	struct cursor cur = cur_make(from, len);
	uint32_t command = cur_be32(&cur), seqnum = cur_be32(&cur);
	uint8_t how;

	must(fd == FD && (flags & MSG_NOSIGNAL) && len > 0);
	/* Of a transfer only the head asks for anything; its data comes in a call of its own. */
	if (len == HEAD && (command == CMD_SUBMIT || command == CMD_UNLINK)) {
		how = cur_u8(&input);
		asked = seqnum;
		if (how < 0xC0)
			make_ret(command);
	} else if ((command & 0xFFFF) == OP_IMPORT && (how = cur_u8(&input)) < 0xE0) {
		make_import();
	}
	return (ssize_t)len;
}

ssize_t __wrap_recv(int fd, void *to, size_t len, int flags)
{
	size_t n;

	must(fd == FD && flags == 0 && len > 0);
	if (ready_at < ready_len) {
		n = len < ready_len - ready_at ? len : ready_len - ready_at;
		memcpy(to, ready + ready_at, n);
		ready_at += n;
		return (ssize_t)n;
	}
	if (cur_left(&input) == 0)
		return 0;
	if (burst == 0)
		burst = cur_u8(&input);
	if (burst == 0 || burst == 0xFF) {
		errno = burst ? ECONNRESET : EAGAIN;
		burst = 0;
		return -1;
	}
	n = len < burst ? len : burst;
	n = n < cur_left(&input) ? n : cur_left(&input);
	cur_bytes(&input, to, n);
	burst -= n;
	return (ssize_t)n;
}

/* Every other wait is over at once; the others last as long as they may. */
int __wrap_poll(struct pollfd *p, nfds_t n, int ms)
{
	must(n == 1 && p->fd == FD && ms >= 0);
	if (ready_at < ready_len || (cur_u8(&input) & 1) == 0)
		return 1;
	time_.now_us += (uint64_t)ms * 1000 + 1;
	return 0;
}

/* ---- the program's side ---------------------------------------------------------------------- */

static void transfers(struct ctx *c, struct pipe *p)
{
	uint8_t *data = malloc(ROOM);
	volatile sig_atomic_t signalled = 0;

	must(data != NULL && !(p->ep_out & 0x80) && (p->ep_in & 0x80) && p->max_packet > 0);
	c->signal_flag = &signalled;
	for (int i = 0; i < TRANSFERS_MAX && cur_left(&input) > 0; i++) {
		uint8_t what = cur_u8(&input);
		struct pipe_xfer x = { .ep = what & 1 ? p->ep_in : p->ep_out, .len = what,
				       .timeout_ms = what * 4u, .hurry_ms = what & 8 ? 10 : 0 };

		memset(data, 0xA5, ROOM);
		x.data = data + ROOM - x.len;
		signalled = what == 0x5D;
		if (what & 2)
			x = (struct pipe_xfer){ .setup = { 0x80, 6 }, .data = x.data, .len = x.len,
						.timeout_ms = 10 };
		if ((what & 6) == 6)
			(void)p->ops->clear_halt(p, c, p->ep_in);
		else if (what & 2)
			(void)p->ops->control(p, c, &x);
		else
			(void)p->ops->bulk(p, c, &x);
		must(x.got <= x.len);
	}
	free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const urls[] = {
		"usbip:host:1/1-1", "usbip:unix:/x,1-1", "usbip:host", "usbip:unix:/x",
	};
	struct pipe *p = NULL;
	struct ctx c;
	enum sl_err err;

	ctx_init(&c);
	c.clock = &time_.clock;
	c.log.max = LOG_WARN;
	input = cur_make(fence(data, size), size);
	ready_len = ready_at = burst = 0;
	fake_clock_init(&time_);
	connections = 0;
	err = usb_pipe_usbip(&c, urls[cur_u8(&input) % ARRAY_LEN(urls)], &p);
	must((err == SL_OK) == (p != NULL) && time_.now_us < UINT64_C(60000000));
	if (err) {
		must(c.fault.code == err && c.fault.text[0] != '\0');
		for (const char *s = c.fault.text; *s; s++)
			must((unsigned char)*s >= ' ' && *s != 0x7F);
	} else {
		transfers(&c, p);
		p->ops->close(p, &c);
	}
	must(open_fds == 0);
	return 0;
}
