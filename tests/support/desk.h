/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * desk.h - two virtual boards and a client at their control socket, for cmocka.
 *
 * Client and server share one thread. To be included after simhost.h, by a file that
 * defines _GNU_SOURCE.
 */
#ifndef TESTS_SUPPORT_DESK_H
#define TESTS_SUPPORT_DESK_H

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim/control.h"

struct desk {
	struct ctx ctx;
	char dir[64];
	struct listener listener;
	struct board *boards[2];        /* a V2 with a button, a clone without */
	struct control control;
	int fd;
	char said[32768];
};

static void serve(struct desk *d)
{
	for (int i = 0; i < 3; i++) {
		struct pollfd p[CONTROL_FDS_MAX];
		size_t n = control_pollfds(&d->control, p, CONTROL_FDS_MAX);

		(void)poll(p, n, 0);
		control_handle(&d->control, p, n);
	}
}

static int setup(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char where[96];

	assert_non_null(d);
	ctx_init(&d->ctx);
	(void)snprintf(d->dir, sizeof(d->dir), "/tmp/simcontrol-XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	(void)snprintf(where, sizeof(where), "unix:%s/s", d->dir);
	assert_int_equal(listen_open(&d->ctx, where, &d->listener), SL_OK);
	d->boards[0] = plug("l-discovery", NULL);
	d->boards[1] = plug("bluepill", NULL);
	control_init(&d->control, d->boards, 2, &d->listener);
	d->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(a.sun_path, where + 5, strlen(where + 5));
	assert_int_equal(connect(d->fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	serve(d);
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct desk *d = *state;

	(void)close(d->fd);
	control_close(&d->control);
	listen_close(&d->listener);
	board_free(d->boards[0]);
	board_free(d->boards[1]);
	assert_int_equal(rmdir(d->dir), 0);
	free(d);
	return 0;
}

/* One line to the socket; its answer without the newline. */
static const char *say(struct desk *d, const char *line)
{
	ssize_t n;

	assert_int_equal(send(d->fd, line, strlen(line), 0), (ssize_t)strlen(line));
	assert_int_equal(send(d->fd, "\n", 1, 0), 1);
	serve(d);
	n = recv(d->fd, d->said, sizeof(d->said) - 1, MSG_DONTWAIT);
	assert_true(n > 0);
	assert_int_equal(d->said[n - 1], '\n');
	d->said[n - 1] = '\0';
	assert_null(strchr(d->said, '\n'));
	return d->said;
}

static void say_ok(struct desk *d, const char *line)
{
	assert_string_equal(say(d, line), "ok");
}

#endif
