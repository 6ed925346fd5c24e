/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * control.c - the control socket: reads lines, runs the command table, answers.
 *
 * A client that sends a line longer than CONTROL_LINE_MAX is cut off.
 */
#define _GNU_SOURCE
#include "sim/control.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/number.h"
#include "sim/quantity.h"
#include "sim/report.h"

#define KEY_MAX 32u
#define RUN_MAX_S 86400u
#define NS_PER_MS 1000000ull

struct control_call {
	struct control *control;
	struct control_client *client;
	struct board *board;
	const char *arg;
};

static void say(const struct control_client *cl, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(cl->fd, text, n, MSG_NOSIGNAL);

		if (sent < 0 && (errno == EINTR || errno == EAGAIN)) {
			struct pollfd p = { .fd = cl->fd, .events = POLLOUT };

			if (poll(&p, 1, 1000) > 0)
				continue;
		}
		if (sent <= 0)
			return;
		text += sent;
		n -= (size_t)sent;
	}
}

static void say_line(const struct control_client *cl, const char *text)
{
	say(cl, text, strlen(text));
	say(cl, "\n", 1);
}

bool control_set(struct board *b, const char *assignment, char *why, size_t max)
{
	const char *eq = strchr(assignment, '='), *takes;
	char key[KEY_MAX];

	if (strcmp(assignment, "dfu") == 0) {
		assignment = "dfu=on";
		eq = assignment + 3;
	}
	if (eq == NULL || (size_t)(eq - assignment) >= sizeof(key)) {
		(void)snprintf(why, max, "KEY=VALUE?");
		return false;
	}
	memcpy(key, assignment, (size_t)(eq - assignment));
	key[eq - assignment] = '\0';
	if (board_set(b, key, eq + 1))
		return true;
	takes = board_set_takes(key);
	if (takes == NULL)
		(void)snprintf(why, max, "unknown key %s", key);
	else
		(void)snprintf(why, max, "%s takes %s", key, takes);
	return false;
}

static void do_board(struct control_call *c)
{
	uint32_t n = 0;

	if (!num_parse_str(c->arg, &n) || n >= c->control->n_boards) {
		say_line(c->client, "error no such board");
		return;
	}
	c->client->board = n;
	say_line(c->client, "ok");
}

static void do_set(struct control_call *c)
{
	char why[CONTROL_WHY_MAX], text[CONTROL_WHY_MAX + 8];

	if (control_set(c->board, c->arg, why, sizeof(why)))
		(void)snprintf(text, sizeof(text), "ok");
	else
		(void)snprintf(text, sizeof(text), "error %s", why);
	say_line(c->client, text);
}

static void answer(struct control_call *c, bool well, const char *why)
{
	say_line(c->client, well ? "ok" : why);
}

static void do_unplug(struct control_call *c)
{
	answer(c, board_set(c->board, "plug", "out"), "error cannot unplug");
}

static void do_plug(struct control_call *c)
{
	answer(c, board_set(c->board, "plug", "in"), "error cannot plug in");
}

static void do_power_cycle(struct control_call *c)
{
	answer(c, board_set(c->board, "power", "off") && board_set(c->board, "power", "on"),
	       "error cannot switch the supply");
}

static void push(struct control_call *c, const char *state)
{
	if (strcmp(c->arg, "reset") == 0 || strcmp(c->arg, "button") == 0)
		answer(c, board_set(c->board, c->arg, state), "error no such button on this board");
	else
		say_line(c->client, "error reset or button?");
}

static void do_press(struct control_call *c)
{
	push(c, "down");
}

static void do_release(struct control_call *c)
{
	push(c, "up");
}

static void do_run(struct control_call *c)
{
	uint32_t ms = 0;

	if (!quantity_parse(c->arg, "s", RUN_MAX_S * 1000u, &ms)) {
		say_line(c->client, "error run takes 0 to 86400 s, as 0.5, 0.5s or 500ms");
		return;
	}
	chip_idle_until(board_chip(c->board), board_clock(c->board)->now_ns + ms * NS_PER_MS);
	say_line(c->client, "ok");
}

static void do_time(struct control_call *c)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "ok %" PRIu64, board_clock(c->board)->now_ns / 1000u);
	say_line(c->client, text);
}

static void do_report(struct control_call *c)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL) {
		say_line(c->client, "error no memory");
		return;
	}
	report_json(f, c->control->boards, c->control->n_boards);
	if (fclose(f) == 0) {
		say(c->client, "ok ", 3);
		say(c->client, text, n);
	} else {
		say_line(c->client, "error no memory");
	}
	free(text);
}

static void say_word(struct control_call *c, uint32_t word)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "ok %08" PRIx32, word);
	say_line(c->client, text);
}

static void do_peek(struct control_call *c)
{
	uint32_t addr = 0, word = 0;

	if (num_parse_str(c->arg, &addr) && chip_peek(board_chip(c->board), addr, &word))
		say_word(c, word);
	else
		say_line(c->client, "error no memory there");
}

static void do_reg(struct control_call *c)
{
	uint32_t n = 0;

	if (num_parse_str(c->arg, &n))
		say_word(c, chip_core_reg(board_chip(c->board), n));
	else
		say_line(c->client, "error which register?");
}

static void do_quit(struct control_call *c)
{
	c->control->quit = true;
	say_line(c->client, "ok");
}

struct control_word {
	const char *word;
	void (*run)(struct control_call *c);
};

static const struct control_word words[] = {
	{ "board", do_board }, { "set", do_set }, { "unplug", do_unplug }, { "plug", do_plug },
	{ "power-cycle", do_power_cycle }, { "press", do_press }, { "release", do_release },
	{ "run", do_run }, { "time", do_time }, { "report", do_report }, { "peek", do_peek },
	{ "reg", do_reg }, { "quit", do_quit },
};

static void run_line(struct control *c, struct control_client *cl)
{
	const char *space = strchr(cl->line, ' ');
	size_t n = space != NULL ? (size_t)(space - cl->line) : strlen(cl->line);
	struct control_call call = { .control = c, .client = cl, .board = c->boards[cl->board],
				     .arg = space != NULL ? space + 1 : "" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strlen(words[i].word) == n && strncmp(words[i].word, cl->line, n) == 0) {
			words[i].run(&call);
			return;
		}
	}
	say_line(cl, "error unknown command");
}

static void drop(struct control_client *cl)
{
	(void)close(cl->fd);
	cl->fd = -1;
}

static void read_client(struct control *c, struct control_client *cl)
{
	char ch;
	ssize_t n;

	while (cl->fd >= 0) {
		n = recv(cl->fd, &ch, 1, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0 || cl->len + 1 >= sizeof(cl->line)) {
			drop(cl);
		} else if (ch == '\n') {
			cl->line[cl->len] = '\0';
			cl->len = 0;
			run_line(c, cl);
		} else if (ch != '\r') {
			cl->line[cl->len++] = ch;
		}
	}
}

void control_init(struct control *c, struct board *const *boards, size_t n,
		  const struct listener *l)
{
	memset(c, 0, sizeof(*c));
	c->boards = boards;
	c->n_boards = n;
	c->listener = l;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		c->clients[i].fd = -1;
}

void control_close(struct control *c)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (c->clients[i].fd >= 0)
			drop(&c->clients[i]);
}

size_t control_pollfds(const struct control *c, struct pollfd *p, size_t max)
{
	size_t n = 0;

	if (c->listener == NULL || c->listener->fd < 0)
		return 0;
	if (n < max)
		p[n++] = (struct pollfd){ .fd = c->listener->fd, .events = POLLIN };
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX && n < max; i++)
		if (c->clients[i].fd >= 0)
			p[n++] = (struct pollfd){ .fd = c->clients[i].fd, .events = POLLIN };
	return n;
}

static void welcome(struct control *c)
{
	int fd = listen_accept(c->listener);

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX && fd >= 0; i++) {
		if (c->clients[i].fd >= 0)
			continue;
		memset(&c->clients[i], 0, sizeof(c->clients[i]));
		c->clients[i].fd = fd;
		fd = -1;
	}
	if (fd >= 0)
		(void)close(fd);
}

void control_handle(struct control *c, const struct pollfd *p, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		if (p[k].revents == 0)
			continue;
		if (p[k].fd == c->listener->fd) {
			welcome(c);
			continue;
		}
		for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
			if (c->clients[i].fd == p[k].fd)
				read_client(c, &c->clients[i]);
	}
}
