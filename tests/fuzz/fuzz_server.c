/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_server.c - any bytes as what a client sends to a virtual board: to its USB/IP server, as requests,
 * transfers and unlinks of any kind, or to its control socket, as lines.
 *
 * The sockets are wrapped. The first byte chooses board and socket; what follows is taken as it is, or
 * in pieces that are what they claim to be: an import, a transfer of an endpoint, a SCSI command.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "sim/control.h"
#include "sim/usbip.h"
#include "tests/fuzz/fuzz.h"

enum { LISTENER = 999, FD = 1000, STREAM_MAX = 1 << 16, HEAD = 48, CBW_LEN = 31, TURNS_MAX = 400,
       CHUNK = 700 };

ssize_t __wrap_recv(int fd, void *to, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *from, size_t len, int flags);
int __wrap_shutdown(int fd, int how);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap_listen_accept(const struct listener *l);
void __wrap_chip_idle_until(struct chip *c, uint64_t ns);

static uint8_t stream[STREAM_MAX];
static size_t stream_len, stream_at;
static int open_fds;
static uint32_t seqnum;

int __wrap_listen_accept(const struct listener *l)
{
	(void)l;
	open_fds++;
	return FD;
}

int __wrap_close(int fd)
{
	if (fd != FD)
		return __real_close(fd);
	must(--open_fds >= 0);
	return 0;
}

int __wrap_shutdown(int fd, int how)
{
	(void)how;
	must(fd == FD);
	return 0;
}

ssize_t __wrap_send(int fd, const void *from, size_t len, int flags)
{
	uint8_t sum = 0;

	must(fd == FD && (flags & MSG_NOSIGNAL) && len > 0);
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)from)[i]);
	return (ssize_t)(len > 1000 ? len - (sum & 0xFu) : len);
}

ssize_t __wrap_recv(int fd, void *to, size_t len, int flags)
{
	size_t n = stream_len - stream_at;

	must(fd == FD && len > 0);
	(void)flags;
	if (n > CHUNK)
		n = CHUNK;
	if (n > len)
		n = len;
	memcpy(to, stream + stream_at, n);
	stream_at += n;
	return (ssize_t)n;
}

/* A board's own time may be asked to pass for a day. */
void __wrap_chip_idle_until(struct chip *c, uint64_t ns)
{
	(void)c;
	(void)ns;
}

/* ---- what the client sends -------------------------------------------------------------------- */

static uint8_t *room(size_t n)
{
	uint8_t *at = stream + stream_len;

	if (n > sizeof(stream) - stream_len)
		return NULL;
	stream_len += n;
	memset(at, 0, n);
	return at;
}

static void put_raw(struct cursor *in, size_t n)
{
	uint8_t *at;

	n = n < cur_left(in) ? n : cur_left(in);
	at = room(n);
	if (at)
		cur_bytes(in, at, n);
}

static void put_request(uint16_t code)
{
	uint8_t *at = room(code == 0x8003 ? 40 : 8);

	if (!at)
		return;
	put_be16(at, 0x0111);
	put_be16(at + 2, code);
	if (code == 0x8003)
		memcpy(at + 8, "1-1", 3);
}

static void put_transfer(struct cursor *in, uint8_t what)
{
	bool in_dir = what & 4;
	uint8_t ep = cur_u8(in) & 0xF, *at = room(HEAD);
	size_t len = (size_t)cur_u8(in) << (what & 2 ? 6 : 0);

	if (!at)
		return;
	if (what & 8)
		len = in_dir ? 512 : CBW_LEN;
	put_be32(at, 1);
	put_be32(at + 4, ++seqnum);
	put_be32(at + 12, in_dir);
	put_be32(at + 16, ep);
	put_be32(at + 24, (uint32_t)len);
	if (ep == 0)
		cur_bytes(in, at + 40, 8);
	if (in_dir)
		return;
	if ((what & 8) == 0) {
		at = room(len);
		for (size_t i = 0; at && i < len && cur_left(in) > 0; i++)
			at[i] = cur_u8(in);
		return;
	}
	at = room(CBW_LEN);
	if (!at)
		return;
	memcpy(at, "USBC", 4);
	put_le32(at + 8, (uint32_t)cur_u8(in) << (what & 0x30) / 4);
	at[12] = cur_u8(in) & 0x80;
	at[14] = 16;
	cur_bytes(in, at + 15, 16);
}

static void make_stream(struct cursor *in)
{
	while (cur_left(in) > 0) {
		uint8_t what = cur_u8(in);

		if (what < 0x10)
			put_raw(in, cur_u8(in));
		else if (what < 0x20)
			put_request(0x8003);
		else if (what < 0x28)
			put_request(0x8005);
		else
			put_transfer(in, what);
		/* Take one back. */
		if (what >= 0xF8 && room(HEAD)) {
			put_be32(stream + stream_len - HEAD, 2);
			put_be32(stream + stream_len - HEAD + 4, ++seqnum);
			put_be32(stream + stream_len - HEAD + 20, seqnum - (what & 3));
		}
	}
}

/* ---- both sockets ------------------------------------------------------------------------------ */

static void serve(struct board *b, const struct listener *l)
{
	struct pollfd p[USBIP_FDS_MAX];
	struct usbip_server *s = usbip_new(&b, 1, l);

	must(s != NULL);
	p[0] = (struct pollfd){ .fd = LISTENER, .revents = POLLIN };
	usbip_handle(s, p, 1);
	for (int i = 0; i < TURNS_MAX && open_fds > 0; i++) {
		size_t n = usbip_pollfds(s, p, USBIP_FDS_MAX);

		for (size_t k = 0; k < n; k++)
			p[k].revents = p[k].fd == FD ? p[k].events : 0;
		usbip_handle(s, p, n);
	}
	usbip_free(s);
}

static void control(struct board *b, const struct listener *l)
{
	struct control c;
	struct pollfd p[CONTROL_FDS_MAX];

	control_init(&c, &b, 1, l);
	p[0] = (struct pollfd){ .fd = LISTENER, .revents = POLLIN };
	control_handle(&c, p, 1);
	for (int i = 0; i < TURNS_MAX && open_fds > 0; i++) {
		size_t n = control_pollfds(&c, p, CONTROL_FDS_MAX);

		for (size_t k = 0; k < n; k++)
			p[k].revents = p[k].fd == FD ? p[k].events : 0;
		control_handle(&c, p, n);
	}
	control_close(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const boards[] = { "vldiscovery", "bluepill", "nucleo-f401re", "nucleo-v3" };
	const struct listener l = { .fd = LISTENER };
	struct cursor in = cur_make(fence(data, size), size);
	uint8_t how = cur_u8(&in);
	struct board *b = board_new(board_kind_find(boards[how & 3]), NULL);

	must(b != NULL);
	stream_len = stream_at = 0;
	seqnum = 0;
	if (how & 4)
		put_raw(&in, STREAM_MAX);
	else
		make_stream(&in);
	(how & 4 ? control : serve)(b, &l);
	must(open_fds == 0);
	board_free(b);
	return 0;
}
