/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * virtual.c - one job of the benchmark by this tool's own rooms, in virtual time.
 *
 *	virtual BOARD program BEFORE IMAGE
 *	virtual BOARD read|info BEFORE
 *
 * Board and tool are one process; time is the board's alone and repeats to the microsecond.
 * Does what the words "program=IMAGE reset", "flash:r:FILE" and "info" do, from opening the
 * probe to letting it go. Prints one JSON object: the board's report before and after; whoever
 * reads it judges flash by the report's hash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "flash/flash.h"
#include "sim/report.h"
#include "target/target.h"
#include "tests/support/board_pipe.h"

enum { READ_AT_ONCE = 4096 };           /* as the word read= does */

struct work {
	struct board_link bl;
	struct ctx *c;
	struct target *t;
	struct flash *f;
	struct buffer image;
	const char *image_name;         /* NULL: none */
	uint8_t *flash;                 /* the chip's array itself */
	size_t flash_len;
	const char *fault;              /* what no room reports */
};

static enum sl_err do_info(struct work *w)
{
	return target_get_info(w->t)->chip ? SL_OK : SL_NOTARGET;
}

static enum sl_err do_read(struct work *w)
{
	uint32_t base = target_get_info(w->t)->chip->flash_base;
	uint8_t part[READ_AT_ONCE];
	enum sl_err err = SL_OK;

	for (size_t off = 0; off < w->flash_len && !err; off += sizeof(part)) {
		err = target_read_mem(w->t, w->c, base + (uint32_t)off, part, sizeof(part));
		if (!err && memcmp(part, w->flash + off, sizeof(part)) != 0)
			w->fault = "what was read is not what flash holds";
	}
	return err;
}

static enum sl_err do_program(struct work *w)
{
	struct span span = {
		.addr = target_get_info(w->t)->chip->flash_base,
		.len = w->image.len,
		.data = w->image.data,
	};
	struct flash_job job = { .spans = &span, .n_spans = 1, .erase_first = true };
	struct flash_stats stats = { 0 };
	enum sl_err err = flash_open(w->c, w->t, &w->f);

	if (!err)
		err = flash_check(w->f, w->c, &span, 1);
	if (!err)
		err = target_halt_quietly(w->t, w->c);
	if (!err)
		err = flash_program(w->f, w->c, &job, &stats);
	if (!err && stats.bytes_proved < w->image.len)
		w->fault = "not every byte was proved";
	return err ? err : target_reset(w->t, w->c, RESET_RUN);
}

struct job {
	const char *name;
	enum sl_err (*run)(struct work *w);
	bool needs_image;
};

static const struct job jobs[] = {
	{ "program", do_program, true },
	{ "read", do_read, false },
	{ "info", do_info, false },
};

/* From the closed probe to the closed probe. */
static enum sl_err session(struct work *w, const struct job *job)
{
	struct target_options o = { .connect = CONNECT_NORMAL };
	enum sl_err err = board_link_connect(&w->bl), detached;

	if (!err)
		err = target_attach(w->c, w->bl.link, &o, &w->t);
	if (!err)
		err = job->run(w);
	flash_close(w->f);
	detached = target_detach(w->t, w->c);
	if (w->bl.link)
		link_close(w->bl.link, w->c);
	w->bl.link = NULL;
	return err ? err : detached;
}

/* The chip is powered up with the file in its flash. */
static enum sl_err fill_flash(struct work *w, const char *path)
{
	struct chip *chip = board_chip(w->bl.board);
	struct buffer buf;
	enum sl_err err;

	w->flash = chip_flash(chip, &w->flash_len);
	buf_init(&buf, w->flash_len);
	err = file_read_all(w->c, path, &buf);
	if (!err) {
		memcpy(w->flash, buf.data, buf.len);
		chip_flash_changed(chip);
		chip_power(chip, false);
		chip_power(chip, true);
	}
	buf_free(&buf);
	return err;
}

static void print_report(const char *name, struct work *w)
{
	struct board *const boards[1] = { w->bl.board };

	printf(",\"%s\":", name);
	report_json(stdout, boards, 1);
}

static int run(struct work *w, const struct job *job, const char *before)
{
	enum sl_err err = fill_flash(w, before);

	buf_init(&w->image, w->flash_len);
	if (!err && job->needs_image)
		err = file_read_all(w->c, w->image_name, &w->image);
	printf("{\"job\":\"%s\"", job->name);
	print_report("before", w);
	if (!err)
		err = session(w, job);
	print_report("after", w);
	printf(",\"status\":%d}\n", err || w->fault ? 1 : 0);
	if (err || w->fault)
		fprintf(stderr, "virtual: %s\n", err ? w->c->fault.text : w->fault);
	buf_free(&w->image);
	board_link_close(&w->bl);
	return err || w->fault ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct work w;

	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		if (argc != (jobs[i].needs_image ? 5 : 4) || strcmp(argv[2], jobs[i].name) != 0)
			continue;
		w.image_name = jobs[i].needs_image ? argv[4] : NULL;
		board_link_start(&w.bl, argv[1], NULL);
		w.c = &w.bl.ctx;
		return run(&w, &jobs[i], argv[3]);
	}
	fprintf(stderr, "usage: virtual BOARD program BEFORE IMAGE | BOARD read|info BEFORE\n");
	return 2;
}
