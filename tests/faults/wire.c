/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * wire.c - a virtual board's bulk pipe on which anything can go wrong.
 */
#include "tests/faults/boards.h"
#include "tests/faults/stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { CBW_LEN = 31, CSW_LEN = 13, COMMAND_LEN = 16, LATE_US = 700000 };

/* What of a command that was swallowed still has to be answered for. */
struct lie {
	bool told;                      /* a bulk-only command: its status comes, too */
	bool takes, gives;              /* a data phase */
	size_t len;
	uint8_t tag[4];
};

struct wire_pipe {
	struct pipe base;
	struct pipe *inner;
	struct lie lie;
};

static uint8_t previous[4096];
static size_t previous_len;

void wire_remember(const uint8_t *data, size_t len)
{
	previous_len = len < sizeof(previous) ? len : sizeof(previous);
	memcpy(previous, data, previous_len);
}

/* Each documented status in turn. */
static uint8_t some_status(void)
{
#define CODE(hex) 0x##hex,
	static const uint8_t codes[] = { DOCUMENTED_STATUSES(CODE) };
#undef CODE

	return codes[stage.count[AT_TRANSFER] % ARRAY_LEN(codes)];
}

void wire_mangle(const struct fault_kind *f, uint8_t *data, size_t *len, size_t room)
{
	size_t at;

	switch (f->what) {
	case WIRE_EMPTY:
		*len = 0;
		break;
	case WIRE_ONE:
		*len = *len > 1 ? 1 : *len;
		break;
	case WIRE_SHORT:
		*len -= *len > 0;
		break;
	case WIRE_LONG:
		if (*len < room)
			memset(data + *len, 0x80, room - *len);
		*len = room;
		break;
	case WIRE_STATUS:
		data[0] = some_status();
		break;
	case WIRE_UNDEFINED:
		data[0] = 0xE7;
		break;
	case WIRE_FLIP:
		at = *len ? stage.count[AT_TRANSFER] * 7 % (*len * 8) : 0;
		data[at / 8] = (uint8_t)(data[at / 8] ^ 1u << at % 8);
		break;
	case WIRE_PREVIOUS:
		*len = previous_len < *len ? previous_len : *len;
		memcpy(data, previous, *len);
		break;
	case WIRE_FEED:
		if (stage_feed)
			stage_feed(data, len, room);
		break;
	default:
		if (f->what >= WIRE_STATUS_IS)
			data[0] = (uint8_t)(f->what - WIRE_STATUS_IS);
		break;
	}
}

/* Commands of the debug group that change something: registers, memory, core, reset, mode. */
bool wire_lie_applies(const uint8_t *cmd)
{
	static const uint8_t ops[] = { 0x03, 0x06, 0x08, 0x09, 0x0A, 0x0D, 0x21, 0x32, 0x34, 0x35,
				       0x3C, 0x48 };

	for (size_t i = 0; i < sizeof(ops); i++)
		if (cmd[0] == 0xF2 && cmd[1] == ops[i])
			return true;
	return false;
}

/* ---- failing transfers ------------------------------------------------------------------- */

static void pass(unsigned ms)
{
	stage.time.clock.sleep_us(&stage.time.clock, (uint64_t)ms * 1000);
}

/* A transfer that does not happen. SL_OK: it does, and what comes is mangled. */
static enum sl_err broken(struct ctx *c, const struct fault_kind *f, const struct pipe_xfer *x)
{
	switch (f->what) {
	case WIRE_TIMEOUT:
		pass(x->timeout_ms);
		return ctx_fail(c, SL_TIMEOUT, "wire", "no answer in time");
	case WIRE_STALL:
		/* A V1 goes on with a status, which comes after any of its halts. */
		if (stage.station->carrier == CARRIER_BULK && x->ep)
			board_refuse(stage_plugged(), x->ep);
		return ctx_fail(c, SL_STALL, "wire", "endpoint %02x stalled", x->ep);
	case WIRE_IO:
		return ctx_fail_errno(c, SL_HOST, "wire", 5, "transfer");
	case WIRE_GONE:
	case WIRE_REPLUG:
	case WIRE_SWAP:
	case WIRE_SWAP_KIND:
		stage_pull(f);
		return ctx_fail(c, SL_GONE, "wire", "the probe left the bus");
	case WIRE_LATE:
		stage.late_until_us = stage.time.clock.now_us(&stage.time.clock) + LATE_US;
		return SL_OK;
	case WIRE_FLASH_BUSY:
	case WIRE_DAP_BUSY:
	case WIRE_IN_RESET:
		stage_keep_busy(f);
		return SL_OK;
	default:
		return SL_OK;
	}
}

/* Answers are held back: true when this one does not come in time. */
static bool held_back(struct ctx *c, const struct pipe_xfer *x)
{
	uint64_t now = stage.time.clock.now_us(&stage.time.clock);

	(void)c;
	if (now >= stage.late_until_us)
		return false;
	if (now + x->timeout_ms * UINT64_C(1000) < stage.late_until_us) {
		pass(x->timeout_ms);
		return true;
	}
	pass((unsigned)((stage.late_until_us - now) / 1000 + 1));
	return false;
}

/* ---- lies ------------------------------------------------------------------------------- */

/* The command in an OUT transfer, NULL: it has none. */
static const uint8_t *command_of(const struct pipe_xfer *x)
{
	if (x->len == CBW_LEN && memcmp(x->data, "USBC", 4) == 0)
		return x->data + 15;
	return x->len == COMMAND_LEN && x->data[0] == 0xF2 ? x->data : NULL;
}

static void begin_lie(struct lie *l, const struct pipe_xfer *x)
{
	const uint8_t *cmd = command_of(x);

	*l = (struct lie){ .told = x->len == CBW_LEN };
	if (l->told) {
		memcpy(l->tag, x->data + 4, 4);
		l->len = get_le32(x->data + 8);
		l->gives = l->len > 0 && (x->data[12] & 0x80);
		l->takes = l->len > 0 && !l->gives;
		return;
	}
	l->takes = cmd[1] == 0x08 || cmd[1] == 0x0D || cmd[1] == 0x48;
	l->gives = !l->takes && cmd[1] != 0x21;
	l->len = 2;
}

/* True when the transfer was a part of the lie. */
static bool lied(struct lie *l, struct pipe_xfer *x)
{
	if (!(x->ep & 0x80)) {
		x->got = l->takes ? x->len : 0;
		return l->takes && !(l->takes = false);
	}
	if (l->gives) {
		x->got = l->len < x->len ? l->len : x->len;
		memset(x->data, 0, x->got);
		x->data[0] = 0x80;
		l->gives = false;
		return true;
	}
	if (!l->told || x->len < CSW_LEN)
		return false;
	memset(x->data, 0, CSW_LEN);
	memcpy(x->data, "USBS", 4);
	memcpy(x->data + 4, l->tag, 4);
	x->got = CSW_LEN;
	l->told = false;
	return true;
}

/* ---- the pipe ------------------------------------------------------------------------------ */

static enum sl_err transfer(struct wire_pipe *w, struct ctx *c, struct pipe_xfer *x)
{
	bool in = (x->ep & 0x80) != 0;
	const uint8_t *cmd = in ? NULL : command_of(x);
	unsigned moves = (in ? MOVES_IN : MOVES_OUT) |
			 (cmd && wire_lie_applies(cmd) ? MOVES_COMMAND : 0);
	const struct fault_kind *f = stage_at(AT_TRANSFER, moves);
	enum sl_err err = f ? broken(c, f, x) : SL_OK;

	x->got = 0;
	if (err)
		return err;
	if (f && f->what == WIRE_LIE) {
		begin_lie(&w->lie, x);
		x->got = x->len;
		return SL_OK;
	}
	if (lied(&w->lie, x))
		return SL_OK;
	if (in && held_back(c, x))
		return ctx_fail(c, SL_TIMEOUT, "wire", "no answer in time");
	err = w->inner->ops->bulk(w->inner, c, x);
	if (in && !err && f)
		wire_mangle(f, x->data, &x->got, x->len);
	else if (in && !err)
		wire_remember(x->data, x->got);
	return err;
}

static enum sl_err wire_bulk(struct pipe *p, struct ctx *c, struct pipe_xfer *x)
{
	bool acting = stage.acting;
	enum sl_err err;

	stage.acting = false;
	err = transfer((struct wire_pipe *)p, c, x);
	stage.acting = acting;
	return err;
}

static enum sl_err wire_control(struct pipe *p, struct ctx *c, struct pipe_xfer *x)
{
	struct wire_pipe *w = (struct wire_pipe *)p;
	const struct fault_kind *f = stage_at(AT_TRANSFER, MOVES_CONTROL);
	bool acting = stage.acting;
	enum sl_err err;

	stage.acting = false;
	err = f ? broken(c, f, x) : SL_OK;
	w->lie = (struct lie){ .told = false };
	if (!err)
		err = w->inner->ops->control(w->inner, c, x);
	if (!err && f && f->what == WIRE_FEED && (x->setup[0] & 0x80))
		wire_mangle(f, x->data, &x->got, x->len);
	stage.acting = acting;
	return err;
}

static enum sl_err wire_clear_halt(struct pipe *p, struct ctx *c, uint8_t ep)
{
	struct pipe_xfer x = { .setup = { 0x02, 0x01, 0, 0, ep }, .timeout_ms = 500 };

	return wire_control(p, c, &x);
}

static void wire_close(struct pipe *p, struct ctx *c)
{
	struct wire_pipe *w = (struct wire_pipe *)p;
	bool acting = stage.acting;

	stage.acting = false;
	w->inner->ops->close(w->inner, c);
	free(w);
	stage.acting = acting;
}

static const struct pipe_ops wire_ops = {
	.bulk = wire_bulk, .control = wire_control, .clear_halt = wire_clear_halt, .close = wire_close,
};

enum sl_err wire_open(struct ctx *c, struct pipe **out)
{
	bool acting = stage.acting;
	struct wire_pipe *w;
	enum sl_err err;

	stage.acting = false;
	w = calloc(1, sizeof(*w));
	err = w ? board_pipe_open(c, stage_plugged(), &w->inner) : SL_NOMEM;
	stage.acting = acting;
	if (err) {
		free(w);
		return err;
	}
	w->base = *w->inner;
	w->base.ops = &wire_ops;
	*out = &w->base;
	return SL_OK;
}
