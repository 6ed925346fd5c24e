/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * with_board.c - runs a command on a machine that has virtual boards plugged in.
 *
 *     with_board BOARD[,KEY=VALUE...]... [--no-sg] [--fault NODE=ERRNO] [--report] -- COMMAND...
 *
 * The command finds the boards in /sys and /dev as on a real machine. KEY=VALUE is a condition
 * of the board (sim/usbdev.h, board_set), or serial24=HEX, firmware=NAME, dfu=start, flash=FILE
 * (loaded before, saved after). --no-sg: usb-storage has quirk 'i'. --fault: opening NODE fails
 * with that errno number. --report: what the boards saw, on stderr. Returns the command's
 * status, 128+n for a signal, 125 when the boards could not be set up.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/t1/mock_kernel.h"
#include "tests/t1/preload.h"

enum { BOARDS_MAX = 8, STATUS_SETUP = 125 };

struct plugged {
	struct board *board;
	const char *flash;
	char *spec;
};

struct setup {
	struct plugged boards[BOARDS_MAX];
	size_t n;
	struct mock_options options;
	bool report;
};

static _Noreturn void die(const char *what, const char *which)
{
	(void)fprintf(stderr, "with_board: %s%s%s\n", what, which ? ": " : "", which ? which : "");
	exit(STATUS_SETUP);
}

static void load_flash(struct board *b, const char *path)
{
	size_t len;
	uint8_t *flash = chip_flash(board_chip(b), &len);
	FILE *f = fopen(path, "rb");

	if (!f)
		return;                 /* the first run starts with what the chip has */
	if (fread(flash, 1, len, f) != len && ferror(f))
		die("cannot read flash", path);
	(void)fclose(f);
	chip_flash_changed(board_chip(b));
	/* It was there when the board was plugged in. */
	chip_nrst(board_chip(b), true);
	chip_nrst(board_chip(b), false);
}

static void save_flash(struct board *b, const char *path)
{
	size_t len;
	const uint8_t *flash = chip_flash(board_chip(b), &len);
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(flash, 1, len, f) != len || fclose(f) != 0)
		die("cannot save flash", path);
}

/* One KEY=VALUE: those that are known when the board is made. */
static bool take_option(struct board_options *o, const char *key, const char *value)
{
	if (strcmp(key, "serial24") == 0)
		o->serial = value;
	else if (strcmp(key, "firmware") == 0)
		o->firmware = value;
	else if (strcmp(key, "dfu") == 0 && strcmp(value, "start") == 0)
		o->start_in_dfu = true;
	else
		return false;
	return true;
}

static void add_board(struct setup *s, const char *spec)
{
	struct plugged *p = &s->boards[s->n];
	struct board_options options = { .pace = PACE_HURRY };
	const char *keys[16], *values[16];
	size_t n_keys = 0;
	char *rest, *word;

	if (s->n == BOARDS_MAX)
		die("too many boards", NULL);
	p->spec = strdup(spec);
	if (!p->spec)
		die("out of memory", NULL);
	rest = p->spec;
	word = strsep(&rest, ",");
	if (!board_kind_find(word))
		die("no such board", word);
	for (char *key = strsep(&rest, ","); key; key = strsep(&rest, ",")) {
		char *value = strchr(key, '=');

		if (!value || n_keys == 16)
			die("KEY=VALUE expected", key);
		*value++ = '\0';
		if (strcmp(key, "flash") == 0) {
			p->flash = value;
		} else if (!take_option(&options, key, value)) {
			keys[n_keys] = key;
			values[n_keys++] = value;
		}
	}
	p->board = board_new(board_kind_find(word), &options);
	if (!p->board)
		die("the board cannot be made", spec);
	if (p->flash)
		load_flash(p->board, p->flash);
	for (size_t i = 0; i < n_keys; i++)
		if (!board_set(p->board, keys[i], values[i]))
			die("the board has no such condition", keys[i]);
	s->n++;
}

static char **take_arguments(struct setup *s, char **argv)
{
	for (argv++; *argv && strcmp(*argv, "--") != 0; argv++) {
		if (strcmp(*argv, "--no-sg") == 0)
			s->options.ignore_storage = true;
		else if (strcmp(*argv, "--report") == 0)
			s->report = true;
		else if (strcmp(*argv, "--fault") == 0 && argv[1])
			(void)setenv("STLINK_T1_NODE_FAULT", *++argv, 1);
		else if (**argv == '-')
			die("unknown option", *argv);
		else
			add_board(s, *argv);
	}
	if (!*argv || !argv[1])
		die("usage: with_board BOARD... -- COMMAND...", NULL);
	return argv + 1;
}

static int run(char **command)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("cannot fork", NULL);
	if (pid == 0) {
		(void)execvp(command[0], command);
		(void)fprintf(stderr, "with_board: cannot run %s\n", command[0]);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) != pid)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void report(const struct mock_counts *k, size_t n, struct board *b)
{
	struct usb_report u;
	struct chip_report c;

	usbdev_get_report(b, &u);
	chip_get_report(board_chip(b), &c);
	(void)fprintf(stderr,
		      "board %zu: urbs %llu commands %llu usb-illegal %llu erased %llu mass %llu "
		      "programmed %llu chip-illegal %llu locked %d halted %d debug %d\n",
		      n, (unsigned long long)u.urbs, (unsigned long long)u.commands,
		      (unsigned long long)u.illegal, (unsigned long long)c.sectors_erased,
		      (unsigned long long)c.mass_erases, (unsigned long long)c.units_programmed,
		      (unsigned long long)c.illegal, c.flash_locked, c.core_halted,
		      c.debug_enabled);
	(void)fprintf(stderr,
		      "kernel: ioctls %lu sg_io %lu urbs %lu claims %lu releases %lu "
		      "disconnects %lu connects %lu\n", k->ioctls, k->sg_ios, k->urbs, k->claims,
		      k->releases, k->disconnects, k->connects);
}

int main(int argc, char **argv)
{
	struct setup s = { .options = { .replug_ms = 50 } };
	struct mock_kernel *mk;
	struct mock_counts counts;
	char **command;
	int status;

	(void)argc;
	preload_or_die(argv);
	command = take_arguments(&s, argv);
	mk = mock_kernel_new();
	for (size_t i = 0; i < s.n; i++)
		(void)mock_kernel_plug(mk, s.boards[i].board, &s.options);
	status = run(command);
	mock_get_counts(mk, &counts);
	mock_kernel_lock(mk);
	for (size_t i = 0; i < s.n; i++) {
		if (s.report)
			report(&counts, i, s.boards[i].board);
		if (s.boards[i].flash)
			save_flash(s.boards[i].board, s.boards[i].flash);
	}
	mock_kernel_unlock(mk);
	mock_kernel_free(mk);
	for (size_t i = 0; i < s.n; i++) {
		board_free(s.boards[i].board);
		free(s.boards[i].spec);
	}
	return status;
}
