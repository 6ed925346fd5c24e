/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * figures.c - what the main jobs cost on the virtual boards: transfers and virtual time.
 *
 * Prints a table (make figures). Time is the board's and repeats to the microsecond; the
 * flash is compared by the board's own array, and a job that fails stops the program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "tests/support/flash_bench.h"

enum { JOB_BYTES = 64 * 1024 };

struct mark {
	uint64_t urbs, ns;
};

static struct mark mark_of(struct rig *r)
{
	struct usb_report u;

	usbdev_get_report(r->bl.board, &u);
	return (struct mark){ u.urbs, board_clock(r->bl.board)->now_ns };
}

static void row(const char *board, const char *job, struct mark from, struct mark to)
{
	printf("| %-11s | %-34s | %8llu | %9.3f |\n", board, job,
	       (unsigned long long)(to.urbs - from.urbs), (double)(to.ns - from.ns) / 1e9);
}

static void info(const char *board)
{
	struct mark zero = { 0 }, end;
	struct rig r;

	rig_open(&r, board);
	rig_ok(&r, target_detach(r.t, r.c));
	r.t = NULL;
	link_close(r.bl.link, r.c);
	r.bl.link = NULL;
	end = mark_of(&r);
	row(board, "info, from open to close", zero, end);
	rig_close(&r);
}

static void job(struct bench *b, const char *name, const struct flash_job *j, const char *board)
{
	struct mark from = mark_of(&b->rig);

	rig_ok(&b->rig, flash_program(b->f, b->rig.c, j, &b->stats));
	row(board, name, from, mark_of(&b->rig));
	check(b, name);
}

static void program(const char *board)
{
	static uint8_t image[JOB_BYTES];
	struct span span = { .addr = BASE, .len = sizeof(image), .data = image };
	struct flash_job j = { .spans = &span, .n_spans = 1, .erase_first = true };
	struct bench b;

	rig_noise(image, sizeof(image), 7);
	bench_open(&b, board, true);
	memcpy(b.expect, image, sizeof(image));
	job(&b, "program 64 KiB onto other data", &j, board);
	job(&b, "the same once more", &j, board);
	image[1000] ^= 0x55;
	b.expect[1000] ^= 0x55;
	job(&b, "one byte changed", &j, board);
	bench_close(&b);
}

int main(void)
{
	printf("| board       | job                                |     URBs | virtual s |\n"
	       "|---|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(boards); i++) {
		info(boards[i]);
		program(boards[i]);
	}
	return 0;
}
