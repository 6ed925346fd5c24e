/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * engine.c - fill the slots of the resident loader, and know how each piece of work ended.
 *
 * Polls only when the oldest piece should be done: how long each takes is known. What the loader
 * says is believed only as a failure; success is proved later.
 */
#include "flash/engine.h"

#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "base/recorder.h"
#include "flash/borrow.h"
#include "flash/crc.h"
#include "flash/encode.h"

enum {
	SLACK_MS = 200,                 /* over the time that a piece of work may take */
	LOOK_US = 100000,               /* a long erase is looked at now and then */
	NAP_MIN_US = 200, NAP_MAX_US = 5000, NAP_PART = 64,
	LATE_PART = 128,                /* looks come later than the work should be done by that */
	PAIR = 8,
	TOLD_BYTES = BOX_WHERE + 4,
	SLOT_MS_MOST = 60000,
	CALL_MS = 24 * 3600 * 1000,     /* deadlines are kept here, piece by piece */
	CRC_CYCLES = 6,                 /* for a word */
	EARLY_LEAST = 16,               /* sums: fewer are not worth a look of their own */
	SECRET_WORDS = 16,              /* a sum over fewer gives them away */
	CRC_KHZ_LEAST = 65              /* slowest clock of the family: MSI range 0 */
};

/* RM0041, IWDG_KR: lies there in all families that this room drives. */
#define IWDG_KR UINT32_C(0x40003000)

static uint32_t header_addr(const struct flash *f, uint32_t seq)
{
	return f->work_addr + ENGINE_CODE_ROOM + (seq % ENGINE_SLOTS + 1) * f->slot_bytes - SLOT_HEADER_BYTES;
}

static uint32_t mailbox(const struct flash *f)
{
	return f->work_addr + f->ops->loader(f)->mailbox;
}

static size_t room(const struct flash *f)
{
	return f->slot_bytes - SLOT_HEADER_BYTES;
}

/* ---- how it goes ---- */

static enum sl_err fail_flags(struct flash *f, struct ctx *c, const struct engine_slot *s,
			      uint32_t status, uint32_t where)
{
	uint32_t first = header_addr(f, f->engine.done) - s->bytes, addr = where;
	unsigned pair = (where - first) / PAIR;
	enum sl_err err;

	if (s->op == RING_WRITES) {
		addr = s->mark[0].addr;
		for (unsigned i = 0; i < s->n_marks; i++)
			if (i == 0 || pair >= s->mark[i - 1].pairs)
				addr = s->mark[i].addr;
	}
	err = ctrl_flags(f, c, status, addr);
	/* Flags that stay would fail the next operation; the first failure is reported. */
	if (err) {
		struct fault why = c->fault;

		if (target_write32(f->t, c, f->engine.sr, status & ctrl_flag_mask(f->ops)))
			ctx_log(c, LOG_DEBUG, "clearing the flash flags failed");
		c->fault = why;
		return err;
	}
	return ctx_fail_addr(c, SL_FLASH, "flash", addr,
			     "the loader stopped at 0x%08x for no reason that is known (status 0x%08x)",
			     addr, status);
}

/* The core has halted: it failed, or something halted it. */
static enum sl_err why_halted(struct flash *f, struct ctx *c)
{
	struct engine *e = &f->engine;
	struct target_call call = { .pc = 0 };
	uint8_t told[TOLD_BYTES];
	enum sl_err err;

	e->on = false;
	err = target_call_finish(f->t, c, &call);
	e->broken = call.faulted;
	if (!err)
		err = target_read_mem(f->t, c, mailbox(f), told, sizeof(told));
	if (err)
		return err;
	e->done = get_le32(told + BOX_DONE);
	if (get_le32(told + BOX_STATE) == RING_FLASH_ERROR && e->done < e->queued)
		return fail_flags(f, c, &e->slot[e->done % ENGINE_SLOTS], get_le32(told + BOX_STATUS),
				  get_le32(told + BOX_WHERE));
	return ctx_fail(c, SL_TARGET, "flash",
			"the loader in SRAM stopped in a state that cannot be (%u, status 0x%08x)",
			get_le32(told + BOX_STATE), get_le32(told + BOX_STATUS));
}

static enum sl_err stop_now(struct flash *f, struct ctx *c)
{
	f->engine.on = false;
	return target_call_abort(f->t, c);
}

static enum sl_err hangs(struct flash *f, struct ctx *c, const struct engine_slot *s)
{
	enum sl_err err = stop_now(f, c);

	if (err)
		return err;
	return ctx_fail_addr(c, SL_TARGET, "flash", s->addr,
			     "the loader in SRAM does not finish its work at 0x%08x within %u ms", s->addr,
			     s->max_ms);
}

/* Until a little after the time at which the oldest piece should be done; after a look in vain, a
 * part of the time that is gone. */
static void nap(const struct engine *e, struct ctx *c, const struct engine_slot *s)
{
	uint64_t now = ctx_now_us(c), us = (now - e->head_since_us) / NAP_PART;
	uint64_t late = s->typ_us / LATE_PART < NAP_MAX_US ? s->typ_us / LATE_PART : NAP_MAX_US;

	us = us < NAP_MIN_US ? NAP_MIN_US : us > NAP_MAX_US ? NAP_MAX_US : us;
	if (now < s->end_us + late)
		us = s->end_us + late - now < LOOK_US ? s->end_us + late - now : LOOK_US;
	else if (!e->in_vain_us)
		return;
	ctx_sleep_us(c, us);
}

/* The chip is slower than was thought: so will the rest be. */
static void move_ends(struct engine *e)
{
	const struct engine_slot *s = &e->slot[e->done % ENGINE_SLOTS];
	uint64_t shift = e->in_vain_us > s->end_us ? e->in_vain_us - s->end_us : 0;

	for (uint32_t i = e->done; i != e->queued; i++)
		e->slot[i % ENGINE_SLOTS].end_us += shift;
	e->in_vain_us = 0;
}

/* One look at the counter. *moved: pieces were finished since the last. */
static enum sl_err look(struct flash *f, struct ctx *c, bool *moved)
{
	struct engine *e = &f->engine;
	uint64_t now = ctx_now_us(c);
	uint32_t done = 0;
	enum sl_err err = target_read32(f->t, c, mailbox(f) + BOX_DONE, &done);

	*moved = !err && done != e->done;
	if (!err && !*moved)
		e->in_vain_us = now;
	if (err || !*moved)
		return err;
	if (done - e->done > e->queued - e->done)
		return ctx_fail(c, SL_TARGET, "flash",
				"the loader in SRAM says that it has done %u pieces of work, it got %u",
				done, e->queued);
	move_ends(e);
	e->done = done;
	e->head_since_us = ctx_now_us(c);
	return SL_OK;
}

/* Wait until at most left pieces are not done. */
static enum sl_err wait_for(struct flash *f, struct ctx *c, uint32_t left)
{
	struct engine *e = &f->engine;
	enum sl_err err = SL_OK;

	while (!err && e->queued - e->done > left) {
		const struct engine_slot *s = &e->slot[e->done % ENGINE_SLOTS];
		bool late, in_vain, moved = false, halted = false;

		nap(e, c, s);
		late = ctx_now_us(c) > e->head_since_us + (uint64_t)(s->max_ms + SLACK_MS) * 1000;
		in_vain = e->in_vain_us != 0;
		err = look(f, c, &moved);
		if (err || moved || !(in_vain || late))
			continue;
		err = target_call_poll(f->t, c, &halted);
		if (!err && halted)
			err = why_halted(f, c);
		else if (!err && late)
			err = hangs(f, c, s);
	}
	return err;
}

/* ---- slots ---- */

/* Hand e->next over; its payload is in e->payload. */
static enum sl_err submit(struct flash *f, struct ctx *c)
{
	struct engine *e = &f->engine;
	struct engine_slot *s = &e->next;
	uint32_t at = header_addr(f, e->queued);
	uint8_t *header = e->payload + s->bytes;
	uint64_t now;
	enum sl_err err = wait_for(f, c, ENGINE_SLOTS - 1);

	if (!err)
		err = borrow_down_to(f, c, BORROW_SLOT + e->queued % ENGINE_SLOTS, at - s->bytes);
	if (err)
		return err;
	put_le32(header + SLOT_OP, s->op | s->bytes << 8);
	put_le32(header + SLOT_ADDR, s->addr);
	put_le32(header + SLOT_COUNT, s->count);
	put_le32(header + SLOT_SEQ, e->queued + 1);
	err = target_write_mem(f->t, c, at - s->bytes + s->still, e->payload + s->still,
			       s->bytes - s->still + SLOT_HEADER_BYTES);
	if (err)
		return err;
	now = ctx_now_us(c);
	s->end_us = now;
	if (e->queued == e->done)
		e->head_since_us = now;
	else if (e->slot[(e->queued - 1) % ENGINE_SLOTS].end_us > now)
		s->end_us = e->slot[(e->queued - 1) % ENGINE_SLOTS].end_us;
	s->end_us += s->typ_us;
	e->slot[e->queued++ % ENGINE_SLOTS] = *s;
	*s = (struct engine_slot){ 0 };
	return SL_OK;
}

/* Register writes that gathered are a piece of work before any other. */
static enum sl_err flush_writes(struct flash *f, struct ctx *c)
{
	return f->engine.next.op == RING_WRITES ? submit(f, c) : SL_OK;
}

/* A parameter of the mailbox changes only while nothing is at work. */
static enum sl_err set_parameter(struct flash *f, struct ctx *c, uint32_t *now, uint32_t value, uint32_t off)
{
	enum sl_err err;

	if (*now == value)
		return SL_OK;
	err = engine_drain(f, c);
	if (!err)
		err = target_write32(f->t, c, mailbox(f) + off, value);
	if (!err)
		*now = value;
	return err;
}

enum sl_err engine_drain(struct flash *f, struct ctx *c)
{
	enum sl_err err = flush_writes(f, c);

	return err ? err : wait_for(f, c, 0);
}

enum sl_err engine_script(struct flash *f, struct ctx *c, const struct flash_script *script)
{
	struct engine_slot *s = &f->engine.next;
	enum sl_err err = set_parameter(f, c, &f->engine.sr, script->sr, BOX_SR);

	if (!err && (s->bytes + script->n * PAIR > room(f) || s->n_marks == ENGINE_MARKS ||
		     s->max_ms + script->max_ms > SLOT_MS_MOST))
		err = flush_writes(f, c);
	if (err)
		return err;
	s->op = RING_WRITES;
	s->addr = s->n_marks ? s->addr : script->addr;
	for (unsigned i = 0; i < script->n; i++, s->bytes += PAIR) {
		put_le32(f->engine.payload + s->bytes, script->w[i].addr);
		put_le32(f->engine.payload + s->bytes + 4, script->w[i].value);
	}
	s->count += script->n;
	s->max_ms += script->max_ms;
	s->typ_us += script->typ_us;
	s->mark[s->n_marks++] = (struct engine_mark){ (uint16_t)s->count, script->addr };
	return SL_OK;
}

/* Room for an even part of what is left: a short piece at the end would be done before the next
 * can be there. */
static size_t even_part(const struct flash *f, const struct engine_data *d, size_t off)
{
	size_t left = encode_bytes(f, d, off), n = (left + room(f) - 1) / room(f);
	size_t part = n ? (left + n - 1) / n + ENCODE_GRAIN(d->how->step_bytes) : room(f);

	return part < room(f) ? part & ~(size_t)3 : room(f);
}

enum sl_err engine_program(struct flash *f, struct ctx *c, const struct engine_data *d, uint64_t *units)
{
	struct engine_slot *s = &f->engine.next;
	enum sl_err err = set_parameter(f, c, &f->engine.sr, d->how->sr, BOX_SR);

	if (!err)
		err = set_parameter(f, c, &f->engine.burst, d->how->burst_words, BOX_BURST);
	if (!err)
		err = flush_writes(f, c);
	for (size_t off = 0; !err && off < d->len;) {
		struct encoding e = encode_slot(f, d, off, f->engine.payload, even_part(f, d, off));

		*s = (struct engine_slot){
			.op = e.op, .addr = d->addr + (uint32_t)(off + e.skipped), .count = e.count,
			.bytes = e.bytes,
			.max_ms = (unsigned)((uint64_t)e.units * d->how->step_max_us / 1000) + 1,
			.typ_us = (uint64_t)e.units * d->how->step_typ_ns / 1000,
		};
		if (e.op)
			err = submit(f, c);
		off += e.taken;
		*units += (uint64_t)e.units * d->how->step_bytes;
	}
	return err;
}

/* ---- sums ---- */

/* Where the results of the piece of work that was submitted last are, and how many were read. */
struct results {
	uint32_t at;
	size_t n, have;
};

static enum sl_err read_results(struct flash *f, struct ctx *c, struct results *r, size_t upto, uint32_t *sum)
{
	enum sl_err err;

	if (upto == r->have)
		return SL_OK;
	if (r->n == 1) {
		r->have = upto;
		return target_read32(f->t, c, r->at, sum);      /* its answer comes with its status */
	}
	err = target_read_mem(f->t, c, r->at + 4 * (uint32_t)r->have, f->engine.payload,
			      4 * (upto - r->have));
	for (size_t i = r->have; !err && i < upto; i++)
		sum[i] = get_le32(f->engine.payload + 4 * (i - r->have));
	r->have = err ? r->have : upto;
	return err;
}

/* Sums that are ready while others are counted. Stops when there are no more of them than at the
 * last look, so that it ends even if the chip was reset meanwhile: waiting for the rest has its own
 * deadline. A clock that is known is fast enough for a loader that took its work to have said so. */
static enum sl_err read_early(struct flash *f, struct ctx *c, struct results *r, uint64_t each_us,
			      uint32_t *sum)
{
	enum sl_err err = wait_for(f, c, 1);
	size_t seen = SIZE_MAX;
	bool idle = false, slept = false;

	while (!err && r->n - r->have > EARLY_LEAST && !idle) {
		uint32_t where = 0;
		size_t ready;

		err = target_read32(f->t, c, mailbox(f) + BOX_WHERE, &where);
		ready = (where - r->at) / 4;
		if (err || where < r->at || ready > r->n || ready < r->have)
			break;
		idle = seen != SIZE_MAX && (ready < seen || (ready == seen && (slept || ready == r->have)));
		seen = ready;
		slept = ready - r->have < EARLY_LEAST;
		if (!slept)
			err = read_results(f, c, r, ready, sum);
		else if (!idle)
			ctx_sleep_us(c, each_us * EARLY_LEAST / 2);
	}
	return err;
}

static enum sl_err crc_some(struct flash *f, struct ctx *c, const struct engine_pieces *p,
			    uint32_t *sum)
{
	struct engine *e = &f->engine;
	unsigned khz = f->s.core_khz ? f->s.core_khz : CRC_KHZ_LEAST;
	uint64_t cycles = (uint64_t)p->n * (p->words + 8) * CRC_CYCLES;
	struct results r = { header_addr(f, e->queued) - 4 * (uint32_t)p->n, p->n, 0 };
	enum sl_err err;

	e->next = (struct engine_slot){
		.op = RING_CRC, .addr = p->addr, .count = (uint32_t)p->n, .bytes = 4 * (uint32_t)p->n,
		.max_ms = (unsigned)(cycles / CRC_KHZ_LEAST) + 1,
		.typ_us = f->s.core_khz ? cycles * 1000 / khz : 0,
	};
	e->next.still = e->next.bytes - 4;
	put_le32(e->payload + e->next.still, p->words);
	recorder_own(c->recorder, RECORD_SUMS, r.at, p->words < SECRET_WORDS ? 0 : e->next.bytes);
	err = submit(f, c);
	if (!err && p->meanwhile)
		err = p->meanwhile(f, c);
	if (!err && f->s.core_khz)
		err = read_early(f, c, &r, cycles * 1000 / khz / p->n, sum);
	if (!err)
		err = wait_for(f, c, 0);
	return err ? err : read_results(f, c, &r, p->n, sum);
}

enum sl_err engine_crc(struct flash *f, struct ctx *c, const struct engine_pieces *p, uint32_t *sum)
{
	enum sl_err err = engine_drain(f, c);

	for (size_t i = 0; !err && i < p->n;) {
		size_t n = p->n - i < room(f) / 4 ? p->n - i : room(f) / 4;
		struct engine_pieces some = { p->addr + (uint32_t)i * p->words * 4, p->words, n,
					      i == 0 ? p->meanwhile : NULL };

		err = crc_some(f, c, &some, sum + i);
		i += n;
	}
	return err;
}

/* ---- beginning and end ---- */

static void fill_mailbox(const struct flash *f, uint8_t *mb)
{
	struct flash_how how = { 0 };
	struct flash_script unused = { 0 };

	f->ops->program_on(f, 0, true, &how, &unused);
	memset(mb, 0, BOX_BYTES);
	put_le32(mb + BOX_DONE, f->engine.done);
	put_le32(mb + BOX_SLOTS, header_addr(f, 0));
	put_le32(mb + BOX_STRIDE, f->slot_bytes);
	put_le32(mb + BOX_LAST, header_addr(f, ENGINE_SLOTS - 1));
	put_le32(mb + BOX_SR, how.sr);
	put_le32(mb + BOX_BUSY, f->ops->busy);
	put_le32(mb + BOX_ERRORS, ctrl_flag_mask(f->ops));
	put_le32(mb + BOX_BURST, how.burst_words);
	put_le32(mb + BOX_CRC, CRC_UNIT_DR);
	put_le32(mb + BOX_IWDG, IWDG_KR);
}

/* The sum over the code itself: it arrived whole, it runs, and the CRC unit is one. */
static enum sl_err test_crc(struct flash *f, struct ctx *c, const uint8_t *blob)
{
	const struct loader *l = f->ops->loader(f);
	struct engine_pieces code = { f->work_addr, l->mailbox / 4u, 1, NULL };
	uint32_t sum = 0;
	enum sl_err err = engine_crc(f, c, &code, &sum);

	f->engine.crc_lies = !err && sum != crc_words(blob, l->mailbox);
	if (f->engine.crc_lies)
		ctx_log(c, LOG_INFO, "the chip's CRC unit does not count like an STM32's: "
				     "flash is read instead");
	return err;
}

/* Pieces are counted from a number that what lies in SRAM is most unlikely to hold, so that stale
 * words do not look like work. Even: it belongs to the first slot. */
static uint32_t first_number(struct ctx *c)
{
	uint32_t seed = c->seed ? c->seed : (uint32_t)ctx_now_us(c);

	return (seed * UINT32_C(2654435761) ^ UINT32_C(0x5A17C3E2)) & ~UINT32_C(1);
}

enum sl_err engine_start(struct flash *f, struct ctx *c)
{
	const struct loader *l = f->ops->loader(f);
	struct target_call call = { .pc = f->work_addr, .stop = f->work_addr + l->stop,
				    .timeout_ms = CALL_MS, .bare = true };
	uint8_t blob[ENGINE_CODE_ROOM];
	enum sl_err err;

	memset(&f->engine, 0, offsetof(struct engine, payload));
	f->engine.done = f->engine.queued = first_number(c);
	memcpy(blob, l->code, l->bytes);
	fill_mailbox(f, blob + l->mailbox);
	f->engine.sr = get_le32(blob + l->mailbox + BOX_SR);
	f->engine.burst = get_le32(blob + l->mailbox + BOX_BURST);
	recorder_own(c->recorder, RECORD_MAILBOX, mailbox(f), BOX_BYTES);
	err = borrow_down_to(f, c, BORROW_CODE, f->work_addr);
	if (!err)
		err = target_write_mem(f->t, c, f->work_addr, blob, l->bytes);
	if (!err)
		err = target_call_start(f->t, c, &call);
	f->engine.on = !err;
	return err ? err : test_crc(f, c, blob);
}

/* What was handed over before something failed is done to its end: a half page that has begun must be
 * filled before anybody writes FLASH_PECR (RM0038, half page programming). No error of its own. */
static void let_finish(struct flash *f, struct ctx *c)
{
	struct fault why = c->fault;

	if (wait_for(f, c, 0))
		ctx_log(c, LOG_DEBUG, "the loader is stopped at its work: %s", c->fault.text);
	c->fault = why;
}

enum sl_err engine_stop(struct flash *f, struct ctx *c)
{
	if (f->engine.on && f->engine.done != f->engine.queued)
		let_finish(f, c);
	return stop_now(f, c);
}
