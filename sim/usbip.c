/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip.c - the USB/IP server: connections, the list of devices, importing one.
 *
 * Transfers of an imported device are in usbip_urb.c. Follows Linux
 * Documentation/usb/usbip_protocol and the tools' behaviour: one request per connection,
 * which an import turns into the device's own.
 */
#define _GNU_SOURCE
#include "sim/usbip.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "sim/usbip_priv.h"

#define USBIP_VERSION 0x0111u
#define OP_HEADER 8u
#define BUSID_LEN 32u
#define PATH_LEN 256u
#define DEVICE_LEN 312u
#define BUS_NUM 1u
#define OUT_MAX (16u << 20)
#define OUT_FULL (4u << 20)     /* stop reading while so much waits to be sent */
#define READ_CHUNK 65536u

enum { OP_REQ_DEVLIST = 0x8005, OP_REP_DEVLIST = 0x0005, OP_REQ_IMPORT = 0x8003,
       OP_REP_IMPORT = 0x0003 };
/* Linux tools/usb/usbip/libsrc/usbip_common.h */
enum { ST_OK = 0, ST_DEV_BUSY = 2, ST_NODEV = 4, ST_ERROR = 5 };

struct usbip_server {
	struct board *boards[USBIP_BOARDS_MAX];
	size_t n_boards;
	const struct listener *listener;
	struct usbip_conn conns[USBIP_CLIENTS_MAX];
	struct trace *trace;
	uint64_t urbs;
};

struct usbip_server *usbip_new(struct board *const *boards, size_t n, const struct listener *l)
{
	struct usbip_server *s;

	if (n > USBIP_BOARDS_MAX)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	memcpy(s->boards, boards, n * sizeof(*boards));
	s->n_boards = n;
	s->listener = l;
	for (size_t i = 0; i < USBIP_CLIENTS_MAX; i++)
		s->conns[i].fd = -1;
	return s;
}

void usbip_trace(struct usbip_server *s, struct trace *t)
{
	s->trace = t;
	for (size_t i = 0; i < USBIP_CLIENTS_MAX; i++)
		s->conns[i].trace = t;
}

static void conn_close(struct usbip_conn *c)
{
	if (c->fd < 0)
		return;
	(void)close(c->fd);
	c->fd = -1;
	usbip_urb_drop(c);
	buf_free(&c->in);
	buf_free(&c->out);
	c->board = NULL;
}

void usbip_free(struct usbip_server *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < USBIP_CLIENTS_MAX; i++)
		conn_close(&s->conns[i]);
	free(s);
}

static struct usbip_conn *conn_open(struct usbip_server *s, int fd)
{
	for (size_t i = 0; i < USBIP_CLIENTS_MAX; i++) {
		struct usbip_conn *c = &s->conns[i];

		if (c->fd >= 0)
			continue;
		memset(c, 0, sizeof(*c));
		c->fd = fd;
		c->trace = s->trace;
		c->urbs = &s->urbs;
		buf_init(&c->in, USBIP_TRANSFER_MAX + USBIP_HEADER + READ_CHUNK);
		buf_init(&c->out, OUT_MAX);
		return c;
	}
	(void)close(fd);
	return NULL;
}

bool usbip_attached(const struct usbip_server *s, size_t n)
{
	for (size_t i = 0; i < USBIP_CLIENTS_MAX; i++)
		if (s->conns[i].fd >= 0 && !s->conns[i].closing &&
		    s->conns[i].board == s->boards[n])
			return true;
	return false;
}

uint32_t usbip_devid(const struct usbip_server *s, size_t n)
{
	/* a device that came back has another address */
	return BUS_NUM << 16 |
	       (uint32_t)(2 + n + USBIP_BOARDS_MAX * (usbdev_generation(s->boards[n]) % 1024u));
}

static bool import(struct usbip_server *s, struct usbip_conn *c, size_t n)
{
	if (!usbdev_enumerate(s->boards[n]))
		return false;
	usbdev_reset(s->boards[n]);
	c->board = s->boards[n];
	c->board_index = n;
	c->generation = usbdev_generation(c->board);
	c->device = (uint16_t)usbip_devid(s, n);
	if (c->trace != NULL)
		trace_device(c->trace, n, c->device);
	return true;
}

bool usbip_adopt(struct usbip_server *s, size_t n, int fd)
{
	struct usbip_conn *c;

	if (n >= s->n_boards || usbip_attached(s, n)) {
		(void)close(fd);
		return false;
	}
	c = conn_open(s, fd);
	if (c == NULL)
		return false;
	if (!import(s, c, n)) {
		conn_close(c);
		return false;
	}
	return true;
}

/* ---- the two requests ---------------------------------------------------------------- */

static void put(struct usbip_conn *c, const void *data, size_t n)
{
	if (buf_append(&c->out, data, n) != SL_OK)
		c->closing = true;
}

static void put_op(struct usbip_conn *c, unsigned code, uint32_t status)
{
	uint8_t h[OP_HEADER];

	put_be16(h, USBIP_VERSION);
	put_be16(h + 2, (uint16_t)code);
	put_be32(h + 4, status);
	put(c, h, sizeof(h));
}

static void busid(size_t n, char out[BUSID_LEN])
{
	memset(out, 0, BUSID_LEN);
	(void)snprintf(out, BUSID_LEN, "%u-%zu", BUS_NUM, n + 1);
}

static void put_device(const struct usbip_server *s, struct usbip_conn *c, size_t n)
{
	uint8_t d[DEVICE_LEN] = { 0 };
	struct usbdev_ids ids;
	char id[BUSID_LEN];

	usbdev_ids(s->boards[n], &ids);
	busid(n, id);
	(void)snprintf((char *)d, PATH_LEN, "/sys/devices/virtual/stlink-sim/usb%u/%s", BUS_NUM,
		       id);
	memcpy(d + PATH_LEN, id, BUSID_LEN);
	put_be32(d + 288, BUS_NUM);
	put_be32(d + 292, usbip_devid(s, n) & 0xFFFFu);
	put_be32(d + 296, ids.high_speed ? USBIP_SPEED_HIGH : USBIP_SPEED_FULL);
	put_be16(d + 300, ids.vid);
	put_be16(d + 302, ids.pid);
	put_be16(d + 304, ids.bcd_device);
	d[306] = ids.dev_class;
	d[307] = ids.dev_subclass;
	d[308] = ids.dev_protocol;
	d[309] = ids.configuration_value;
	d[310] = ids.n_configurations;
	d[311] = ids.n_interfaces;
	put(c, d, sizeof(d));
}

static void put_interfaces(struct usbip_conn *c, const struct board *b)
{
	struct usbdev_ids ids;

	usbdev_ids(b, &ids);
	for (unsigned i = 0; i < ids.n_interfaces; i++) {
		uint8_t d[4] = { 0 };

		memcpy(d, ids.interface_class[i], 3);
		put(c, d, sizeof(d));
	}
}

/* Plugged in: on the bus, or about to come back when somebody enumerates it. */
static bool listed(const struct usbip_server *s, size_t n)
{
	return usbdev_present(s->boards[n]) || usbdev_enumerate(s->boards[n]);
}

static void reply_devlist(const struct usbip_server *s, struct usbip_conn *c)
{
	uint8_t count[4];
	uint32_t n = 0;

	for (size_t i = 0; i < s->n_boards; i++)
		n += listed(s, i) ? 1 : 0;
	put_op(c, OP_REP_DEVLIST, ST_OK);
	put_be32(count, n);
	put(c, count, sizeof(count));
	for (size_t i = 0; i < s->n_boards; i++) {
		if (!listed(s, i))
			continue;
		put_device(s, c, i);
		put_interfaces(c, s->boards[i]);
	}
	c->closing = true;
}

static void reply_import(struct usbip_server *s, struct usbip_conn *c, const uint8_t *want)
{
	uint32_t status = ST_NODEV;

	for (size_t i = 0; i < s->n_boards; i++) {
		char id[BUSID_LEN];

		busid(i, id);
		if (strncmp(id, (const char *)want, BUSID_LEN) != 0)
			continue;
		if (usbip_attached(s, i)) {
			status = ST_DEV_BUSY;
		} else if (import(s, c, i)) {
			put_op(c, OP_REP_IMPORT, ST_OK);
			put_device(s, c, i);
			return;
		}
	}
	put_op(c, OP_REP_IMPORT, status);
	c->closing = true;
}

/* Returns the bytes used up, 0 when more must come. */
static size_t take_op(struct usbip_server *s, struct usbip_conn *c)
{
	struct cursor in = cur_make(c->in.data, c->in.len);
	unsigned version = cur_be16(&in), code = cur_be16(&in);
	const uint8_t *id;

	cur_skip(&in, 4);
	if (in.over)
		return 0;
	if (version != USBIP_VERSION || (code != OP_REQ_DEVLIST && code != OP_REQ_IMPORT)) {
		put_op(c, code & 0x7FFFu, ST_ERROR);
		c->closing = true;
		return OP_HEADER;
	}
	if (code == OP_REQ_DEVLIST) {
		reply_devlist(s, c);
		return OP_HEADER;
	}
	id = cur_view(&in, BUSID_LEN);
	if (id == NULL)
		return 0;
	reply_import(s, c, id);
	return OP_HEADER + BUSID_LEN;
}

/* ---- moving bytes --------------------------------------------------------------------- */

void usbip_conn_send(struct usbip_conn *c)
{
	size_t sent = 0;

	while (sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + sent, c->out.len - sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
			sent = c->out.len;      /* nobody is there any more */
			c->closing = true;
		}
		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	if (sent == 0)
		return;
	memmove(c->out.data, c->out.data + sent, c->out.len - sent);
	c->out.len -= sent;
}

static void conn_digest(struct usbip_server *s, struct usbip_conn *c)
{
	while (!c->closing && c->in.len > 0) {
		size_t used = c->board != NULL ? usbip_urb_take(c) : take_op(s, c);

		if (used == 0)
			break;
		memmove(c->in.data, c->in.data + used, c->in.len - used);
		c->in.len -= used;
	}
}

static void conn_read(struct usbip_server *s, struct usbip_conn *c)
{
	ssize_t n;

	if (buf_reserve(&c->in, READ_CHUNK) != SL_OK) {
		c->closing = true;
		return;
	}
	n = recv(c->fd, c->in.data + c->in.len, READ_CHUNK, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		conn_close(c);
		return;
	}
	if (c->closing)
		return;         /* whatever it still says */
	c->in.len += (size_t)n;
	conn_digest(s, c);
}

size_t usbip_pollfds(const struct usbip_server *s, struct pollfd *p, size_t max)
{
	size_t n = 0;

	if (s->listener != NULL && s->listener->fd >= 0 && n < max)
		p[n++] = (struct pollfd){ .fd = s->listener->fd, .events = POLLIN };
	for (size_t i = 0; i < USBIP_CLIENTS_MAX && n < max; i++) {
		const struct usbip_conn *c = &s->conns[i];
		short events = 0;

		if (c->fd < 0)
			continue;
		if (c->out.len < OUT_FULL)
			events |= POLLIN;
		if (c->out.len > 0)
			events |= POLLOUT;
		p[n++] = (struct pollfd){ .fd = c->fd, .events = events };
	}
	return n;
}

static short happened(const struct pollfd *p, size_t n, int fd)
{
	for (size_t i = 0; i < n; i++)
		if (p[i].fd == fd)
			return p[i].revents;
	return 0;
}

static void conn_handle(struct usbip_server *s, struct usbip_conn *c, short events)
{
	if (events & (POLLIN | POLLHUP | POLLERR)) {
		conn_read(s, c);
		if (c->fd < 0)
			return;
	}
	if (c->board != NULL && c->generation != usbdev_generation(c->board))
		c->closing = true;
	if (c->board != NULL && !c->closing)
		usbip_urb_pump(c);
	usbip_conn_send(c);
	/* Closing with input unread would take back what was just sent: let the other
	 * side close first. */
	if (c->closing && c->out.len == 0 && !c->shut)
		c->shut = shutdown(c->fd, SHUT_WR) == 0;
	if (c->closing && c->out.len == 0 && !c->shut)
		conn_close(c);
}

void usbip_handle(struct usbip_server *s, const struct pollfd *p, size_t n)
{
	for (size_t i = 0; i < USBIP_CLIENTS_MAX; i++) {
		struct usbip_conn *c = &s->conns[i];

		if (c->fd >= 0)
			conn_handle(s, c, happened(p, n, c->fd));
	}
	if (s->listener != NULL && (happened(p, n, s->listener->fd) & POLLIN)) {
		int fd = listen_accept(s->listener);

		if (fd >= 0)
			(void)conn_open(s, fd);
	}
}
