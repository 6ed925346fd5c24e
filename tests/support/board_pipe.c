/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * board_pipe.c - the virtual board behind struct pipe.
 */
#include "tests/support/board_pipe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "usb/descriptor.h"
#include "usb/usb.h"

struct board_pipe {
	struct pipe base;
	struct board *board;
	unsigned generation;
};

/* ---- time ---- */

static uint64_t board_now_us(const struct clock *c)
{
	const struct board_time *t = c->priv;

	return board_clock(t->board)->now_ns / 1000u;
}

static void board_sleep_us(const struct clock *c, uint64_t us)
{
	const struct board_time *t = c->priv;

	chip_idle_until(board_chip(t->board), board_clock(t->board)->now_ns + us * 1000u);
}

void board_time_init(struct board_time *t, struct board *b)
{
	t->clock.now_us = board_now_us;
	t->clock.sleep_us = board_sleep_us;
	t->clock.priv = t;
	t->board = b;
}

/* ---- pipe ---- */

static enum sl_err from_code(struct ctx *c, int n, uint8_t ep)
{
	switch (n) {
	case USBDEV_STALL:
		return ctx_fail(c, SL_STALL, "board", "endpoint %02x stalled", ep);
	case USBDEV_GONE:
		return ctx_fail(c, SL_GONE, "board", "the board left the bus");
	case USBDEV_BABBLE:
		return ctx_fail(c, SL_PROTO, "board", "babble on endpoint %02x", ep);
	case USBDEV_NAK:
		return ctx_fail(c, SL_TIMEOUT, "board", "endpoint %02x: no answer in time", ep);
	default:
		return SL_OK;
	}
}

static bool is_stale(const struct board_pipe *p)
{
	return p->generation != usbdev_generation(p->board) || !usbdev_present(p->board);
}

static enum sl_err board_bulk(struct pipe *base, struct ctx *c, struct pipe_xfer *x)
{
	struct board_pipe *p = (struct board_pipe *)base;
	uint64_t end = board_clock(p->board)->now_ns + x->timeout_ms * 1000000ull;
	uint64_t step = 100000;
	int n;

	x->got = 0;
	for (;;) {
		uint64_t now;

		if (is_stale(p))
			return from_code(c, USBDEV_GONE, x->ep);
		n = x->ep & 0x80 ? usbdev_bulk_in(p->board, x->ep, x->data, x->len) :
				   usbdev_bulk_out(p->board, x->ep, x->data, x->len);
		now = board_clock(p->board)->now_ns;
		if (n != USBDEV_NAK || now >= end)
			break;
		chip_idle_until(board_chip(p->board), now + step < end ? now + step : end);
		step *= 2;
	}
	x->got = n > 0 ? (size_t)n : 0;
	return from_code(c, n, x->ep);
}

static enum sl_err board_control(struct pipe *base, struct ctx *c, struct pipe_xfer *x)
{
	struct board_pipe *p = (struct board_pipe *)base;
	int n;

	x->got = 0;
	if (is_stale(p))
		return from_code(c, USBDEV_GONE, 0);
	n = usbdev_control(p->board, x->setup, x->data, x->len);
	x->got = n > 0 ? (size_t)n : 0;
	return from_code(c, n, 0);
}

static enum sl_err board_clear_halt(struct pipe *base, struct ctx *c, uint8_t ep)
{
	struct pipe_xfer x = { .setup = { 0x02, 0x01, 0, 0, ep } };

	return board_control(base, c, &x);
}

static void board_pipe_close(struct pipe *base, struct ctx *c)
{
	(void)c;
	free(base);
}

static const struct pipe_ops board_ops = {
	.bulk = board_bulk,
	.control = board_control,
	.clear_halt = board_clear_halt,
	.close = board_pipe_close,
};

enum sl_err board_pipe_open(struct ctx *c, struct board *b, struct pipe **out)
{
	static const uint8_t get_config[8] = { 0x80, 6, 0, 2, 0, 0, 0xFF, 0 };
	static const uint8_t set_config[8] = { 0x00, 9, 1, 0, 0, 0, 0, 0 };
	struct board_pipe *p;
	struct usbdev_ids ids;
	uint8_t config[255];
	int n;

	if (!usbdev_enumerate(b))
		return ctx_fail(c, SL_NOPROBE, "board", "the board is unplugged");
	p = calloc(1, sizeof(*p));
	assert_non_null(p);
	p->base.ops = &board_ops;
	p->board = b;
	p->generation = usbdev_generation(b);
	usbdev_ids(b, &ids);
	p->base.pid = ids.pid;
	n = usbdev_control(b, get_config, config, sizeof(config));
	assert_true(n > 0);
	assert_int_equal(usb_parse_debug_interface(c, config, (size_t)n, &p->base), SL_OK);
	assert_int_equal(usbdev_control(b, set_config, NULL, 0), 0);
	strcpy(p->base.describe, "virtual board");
	*out = &p->base;
	return SL_OK;
}

enum sl_err board_transport_open(struct ctx *c, struct board *b, struct transport **out)
{
	static const struct probe unknown = { .kind = NULL };
	struct pipe *pipe = NULL;
	enum sl_err err = board_pipe_open(c, b, &pipe);

	/* The kind is left to the pipe's product id, as behind USB/IP. */
	return err ? err : usb_framing_for(c, &unknown, pipe, out);
}

enum sl_err board_reopen(void *priv, struct ctx *c, struct transport **out)
{
	return board_transport_open(c, priv, out);
}

/* ---- link ---- */

void board_link_start(struct board_link *bl, const char *name, const struct board_options *o)
{
	static const struct board_options usual = { .serial = NULL };
	const struct board_kind *kind = board_kind_find(name);

	memset(bl, 0, sizeof(*bl));
	assert_non_null(kind);
	bl->board = board_new(kind, o ? o : &usual);
	assert_non_null(bl->board);
	board_time_init(&bl->time, bl->board);
	ctx_init(&bl->ctx);
	bl->ctx.clock = &bl->time.clock;
}

enum sl_err board_link_connect(struct board_link *bl)
{
	struct transport *t = NULL;
	enum sl_err err = board_transport_open(&bl->ctx, bl->board, &t);

	return err ? err : link_open_on(&bl->ctx, t, board_reopen, bl->board, &bl->link);
}

void board_link_open(struct board_link *bl, const char *name, const struct board_options *o)
{
	board_link_start(bl, name, o);
	if (board_link_connect(bl))
		fail_msg("%s: %s", name, bl->ctx.fault.text);
}

void board_link_close(struct board_link *bl)
{
	link_close(bl->link, &bl->ctx);
	board_free(bl->board);
	memset(bl, 0, sizeof(*bl));
}

void board_link_no_illegal(const struct board_link *bl)
{
	struct usb_report usb;
	struct chip_report chip;

	usbdev_get_report(bl->board, &usb);
	chip_get_report(board_chip(bl->board), &chip);
	if (usb.illegal)
		fail_msg("the probe saw %llu illegal acts, first: %s",
			 (unsigned long long)usb.illegal,
			 usbdev_illegal(bl->board, 0));
	if (chip.illegal)
		fail_msg("the chip saw %llu illegal acts, first: %s",
			 (unsigned long long)chip.illegal,
			 chip_illegal(board_chip(bl->board), 0));
	assert_int_equal(usb.unknown_commands, 0);
	assert_false(usb.wedged);
}
