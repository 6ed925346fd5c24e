/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbip_wire.c - connecting, sending and receiving; every wait is a poll with a deadline.
 */
#define _GNU_SOURCE
#include "usb/usbip_wire.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static enum sl_err wait_for(struct ctx *c, int fd, short events, struct deadline d)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		unsigned left = deadline_left_ms(c->clock, d);
		int rc = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);

		if (rc > 0)
			return SL_OK;
		if (rc == 0)
			return ctx_fail(c, SL_TIMEOUT, "usb",
					"the USB/IP server did not answer in time");
		if (errno != EINTR)
			return ctx_fail_errno(c, SL_HOST, "usb", errno,
					      "waiting for the USB/IP server");
	}
}

enum sl_err usbip_wait(struct ctx *c, int fd, struct deadline d)
{
	return wait_for(c, fd, POLLIN, d);
}

static enum sl_err fail_wire(struct ctx *c, int err)
{
	if (err == ECONNRESET || err == EPIPE || err == ENOTCONN)
		return ctx_fail_errno(c, SL_GONE, "usb", err, "the USB/IP server hung up");
	return ctx_fail_errno(c, SL_HOST, "usb", err, "talking to the USB/IP server");
}

enum sl_err usbip_send(struct ctx *c, int fd, const void *data, size_t len, struct deadline d)
{
	const uint8_t *from = data;

	while (len > 0) {
		ssize_t n = send(fd, from, len, MSG_NOSIGNAL);

		if (n > 0) {
			from += n;
			len -= (size_t)n;
		} else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			enum sl_err err = wait_for(c, fd, POLLOUT, d);

			if (err != SL_OK)
				return err;
		} else if (n < 0 && errno != EINTR) {
			return fail_wire(c, errno);
		}
	}
	return SL_OK;
}

enum sl_err usbip_receive(struct ctx *c, int fd, void *data, size_t len, struct deadline d)
{
	uint8_t *to = data;

	while (len > 0) {
		ssize_t n = recv(fd, to, len, 0);

		if (n == 0)
			return ctx_fail(c, SL_GONE, "usb", "the USB/IP server hung up");
		if (n > 0) {
			to += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			enum sl_err err = wait_for(c, fd, POLLIN, d);

			if (err != SL_OK)
				return err;
		} else if (errno != EINTR) {
			return fail_wire(c, errno);
		}
	}
	return SL_OK;
}

struct connect_cause {
	int err;
	enum sl_err code;
	const char *hint;
};

static const struct connect_cause connect_causes[] = {
	{ ECONNREFUSED, SL_HOST,
	  "start the server there (stlink-sim --listen, or usbipd), and check address and port" },
	{ ENOENT, SL_HOST, "start the server (stlink-sim --listen unix:PATH), and check the path" },
	{ EACCES, SL_PERM, "the socket must be writable for this user" },
	{ EPERM, SL_PERM, "a policy or a firewall forbids the connection" },
	{ EHOSTUNREACH, SL_HOST, "check the network and the address" },
	{ ENETUNREACH, SL_HOST, "check the network and the address" },
	{ ETIMEDOUT, SL_TIMEOUT, "check the network and the address" },
};

static enum sl_err fail_connect(struct ctx *c, const char *where, int err)
{
	for (size_t i = 0; i < ARRAY_LEN(connect_causes); i++) {
		if (connect_causes[i].err != err)
			continue;
		(void)ctx_fail_errno(c, connect_causes[i].code, "usb", err, "connecting to %s",
				     where);
		ctx_hint(c, "%s", connect_causes[i].hint);
		return connect_causes[i].code;
	}
	return ctx_fail_errno(c, SL_HOST, "usb", err, "connecting to %s", where);
}

/* Connect one socket; *fd is set on success. Takes the address as the system gave it. */
static enum sl_err connect_one(struct ctx *c, const char *where, const struct addrinfo *to,
			       struct deadline d, int *fd)
{
	int s = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int failed = 0;
	socklen_t failed_len = sizeof(failed);
	enum sl_err err = SL_OK;

	if (s < 0)
		return fail_connect(c, where, errno);
	if (connect(s, to->ai_addr, to->ai_addrlen) != 0) {
		if (errno == EINPROGRESS || errno == EAGAIN || errno == EINTR)
			err = wait_for(c, s, POLLOUT, d);
		else
			err = fail_connect(c, where, errno);
	}
	if (err == SL_OK && getsockopt(s, SOL_SOCKET, SO_ERROR, &failed, &failed_len) != 0)
		failed = errno;
	if (err == SL_OK && failed != 0)
		err = fail_connect(c, where, failed);
	if (err != SL_OK) {
		(void)close(s);
		return err;
	}
	*fd = s;
	return SL_OK;
}

static enum sl_err connect_unix(struct ctx *c, const char *path, struct deadline d, int *fd)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const struct addrinfo to = { .ai_family = AF_UNIX, .ai_addr = (struct sockaddr *)&un,
				     .ai_addrlen = sizeof(un) };

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	return connect_one(c, path, &to, d, fd);
}

static enum sl_err connect_tcp(struct ctx *c, const struct usbip_address *a, struct deadline d,
			       int *fd)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	enum sl_err err = SL_HOST;
	char where[160];
	int one = 1;
	int rc = getaddrinfo(a->host, a->port, &want, &list);

	(void)snprintf(where, sizeof(where), "%s port %s", a->host, a->port);
	if (rc != 0)
		return ctx_fail(c, SL_HOST, "usb", "%s: %s", where, gai_strerror(rc));
	for (struct addrinfo *i = list; i; i = i->ai_next) {
		err = connect_one(c, where, i, d, fd);
		if (err == SL_OK)
			break;
	}
	freeaddrinfo(list);
	/* Small packets both ways: without this each would wait for the last one's receipt. */
	if (err == SL_OK && setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0)
		ctx_log(c, LOG_WARN, "usb: TCP_NODELAY: %s; transfers will be slow",
			strerror(errno));
	return err;
}

enum sl_err usbip_connect(struct ctx *c, const struct usbip_address *a, struct deadline d, int *fd)
{
	return a->is_unix ? connect_unix(c, a->path, d, fd) : connect_tcp(c, a, d, fd);
}
