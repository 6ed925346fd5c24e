/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * listen.c - opening and closing the sockets that stlink-sim listens on.
 *
 * What is spoken on them is not here. POSIX sockets; Linux for accept flags.
 */
#define _GNU_SOURCE
#include "sim/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ROOM "sim"
#define BACKLOG 8
#define UNIX_PREFIX "unix:"

static enum sl_err refuse(struct ctx *ctx, const char *what, const char *where)
{
	return ctx_fail_errno(ctx, SL_HOST, ROOM, errno, "%s %s", what, where);
}

/* True when the path is a socket that no one accepts on. */
static bool unix_stale(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool stale;

	if (fd < 0)
		return false;
	stale = connect(fd, (const struct sockaddr *)a, sizeof(*a)) != 0 && errno == ECONNREFUSED;
	(void)close(fd);
	return stale;
}

static enum sl_err open_unix(struct ctx *ctx, const char *where, struct listener *l)
{
	const char *path = where + strlen(UNIX_PREFIX);
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = strlen(path);
	int fd;

	if (n == 0 || n >= sizeof(a.sun_path))
		return ctx_fail(ctx, SL_USAGE, ROOM, "socket path is empty or too long: %s", where);
	memcpy(a.sun_path, path, n);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return refuse(ctx, "no socket for", where);
	if (bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 &&
	    (errno != EADDRINUSE || !unix_stale(&a) || unlink(path) != 0 ||
	     bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0)) {
		enum sl_err e = refuse(ctx, "cannot bind", where);

		(void)close(fd);
		return e;
	}
	l->fd = fd;
	l->is_unix = true;
	(void)snprintf(l->name, sizeof(l->name), "%s", where);
	return SL_OK;
}

/* "[::1]:3240" and "127.0.0.1:3240" into their two parts. */
static bool split_host(const char *where, char *host, size_t host_max, char *port, size_t port_max)
{
	const char *colon = strrchr(where, ':');
	const char *from = where;
	size_t n;

	if (colon == NULL || colon[1] == '\0' || strlen(colon + 1) >= port_max)
		return false;
	n = (size_t)(colon - where);
	if (n >= 2 && where[0] == '[' && where[n - 1] == ']') {
		from++;
		n -= 2;
	}
	if (n == 0 || n >= host_max)
		return false;
	memcpy(host, from, n);
	host[n] = '\0';
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return true;
}

static enum sl_err name_tcp(struct ctx *ctx, struct listener *l, const char *where)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof(a);
	char host[64], port[8];

	if (getsockname(l->fd, (struct sockaddr *)&a, &n) != 0)
		return refuse(ctx, "no name for", where);
	if (getnameinfo((const struct sockaddr *)&a, n, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return ctx_fail(ctx, SL_HOST, ROOM, "no name for %s", where);
	(void)snprintf(l->name, sizeof(l->name), a.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
		       host, port);
	return SL_OK;
}

static enum sl_err open_tcp(struct ctx *ctx, const char *where, struct listener *l)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM };
	struct addrinfo *ai = NULL;
	char host[64], port[8];
	const int one = 1;
	enum sl_err e;

	if (!split_host(where, host, sizeof(host), port, sizeof(port)) ||
	    port[strspn(port, "0123456789")] != '\0')
		return ctx_fail(ctx, SL_USAGE, ROOM, "not ADDR:PORT or unix:PATH: %s", where);
	if (getaddrinfo(host, port, &hints, &ai) != 0)
		return ctx_fail(ctx, SL_USAGE, ROOM, "no such address: %s", where);
	l->fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0) {
		e = refuse(ctx, "no socket for", where);
		goto out;
	}
	(void)setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(l->fd, ai->ai_addr, ai->ai_addrlen) != 0)
		e = refuse(ctx, "cannot bind", where);
	else
		e = name_tcp(ctx, l, where);
out:
	freeaddrinfo(ai);
	return e;
}

enum sl_err listen_open(struct ctx *ctx, const char *where, struct listener *l)
{
	enum sl_err e;

	memset(l, 0, sizeof(*l));
	l->fd = -1;
	if (strncmp(where, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		e = open_unix(ctx, where, l);
	else
		e = open_tcp(ctx, where, l);
	if (e == SL_OK && listen(l->fd, BACKLOG) != 0)
		e = refuse(ctx, "cannot listen on", where);
	if (e != SL_OK && l->fd >= 0) {
		(void)close(l->fd);
		l->fd = -1;
	}
	return e;
}

void listen_close(struct listener *l)
{
	if (l->fd < 0)
		return;
	(void)close(l->fd);
	l->fd = -1;
	if (l->is_unix)
		(void)unlink(l->name + strlen(UNIX_PREFIX));
}

int listen_accept(const struct listener *l)
{
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	const int one = 1;

	if (fd >= 0 && !l->is_unix)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}
