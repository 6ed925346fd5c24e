/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_station.c - station: one fixed probe, one board after the other.
 *
 * Waits for a chip behind the probe, runs the words that stand after it, shows PASS or FAIL, waits
 * for the board to be taken away. A chip that passed is not flashed again, known by its unique id.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/banner.h"
#include "cli/describe.h"
#include "cli/format.h"
#include "cli/run.h"
#include "cli/session.h"
#include "cli/station_log.h"
#include "cli/word.h"

static const char where[] = "cli";

enum {
	POLL_US = 200000,
	STEADY = 2,                     /* polls in a row that agree: contacts bounce */
	PROBE_POLL_US = 500000,
	SUPPLY_MIN_MV = 1500,           /* no STM32 runs below 1.65 V; measured within 0.1 V */
	DONE_MAX = 100000,
};

struct done_uid {
	uint8_t uid[12];
};

struct station {
	struct session *s;
	struct ctx *ctx;
	struct output *out;
	struct station_log log;
	struct done_uid *done;          /* unique ids that passed; owned */
	size_t n_done;
	uint64_t passes, failures, again;
	/* Of the board at hand. */
	char chip[CHIP_NAME_MAX], uid[25];
	uint16_t dev_id;
	uint64_t start_us;
};

/* ---- the probe ------------------------------------------------------------------ */

static bool lost(enum sl_err err)
{
	return err == SL_GONE || err == SL_NOPROBE || err == SL_HOST;
}

/* The probe was pulled out: nothing to flash with until it is back. */
static enum sl_err wait_for_probe(struct station *st)
{
	enum sl_err err = session_close(st->s, SL_OK);

	ctx_clear(st->ctx);
	output_talk(st->out, "station: the probe is gone; waiting for it");
	do {
		ctx_sleep_us(st->ctx, PROBE_POLL_US);
		err = ctx_interrupted(st->ctx);
		if (err)
			return err;
		err = session_climb(st->s, RUNG_PROBE);
		if (err)
			ctx_clear(st->ctx);
	} while (err);
	output_talk(st->out, "station: the probe is back");
	return SL_OK;
}

/* Is a chip there? Voltage where the probe measures it, then the debug port's id. */
static enum sl_err look(struct station *st, bool *there)
{
	const struct link_options o = {
		.speed_khz = st->s->options->speed_khz,
		.connect_under_reset = st->s->options->connect == CONNECT_UNDER_RESET,
	};
	struct link *l = st->s->link;
	unsigned mv = 0;
	bool known = false;
	uint32_t dpidr = 0;
	enum sl_err err = link_voltage_mv(l, st->ctx, &mv, &known), left;

	*there = false;
	if (err || (known && mv < SUPPLY_MIN_MV))
		return err;
	err = link_enter_swd(l, st->ctx, &o);
	if (!err && link_get_caps(l)->dap_reg)
		err = link_read_dpidr(l, st->ctx, &dpidr);
	*there = !err;
	if (!lost(err))
		ctx_clear(st->ctx);
	left = link_leave(l, st->ctx);
	if (left && !lost(left))
		ctx_clear(st->ctx);
	if (lost(err) || lost(left))
		return lost(err) ? err : left;
	return SL_OK;
}

/* Wait until the chip is there, or is gone, in STEADY polls in a row. */
static enum sl_err wait_until(struct station *st, bool wanted)
{
	unsigned steady = 0;
	bool there = false;
	enum sl_err err = SL_OK;

	while (!err && steady < STEADY) {
		err = ctx_interrupted(st->ctx);
		if (err)
			break;
		err = look(st, &there);
		if (lost(err)) {
			/* A board that comes with the probe may be another one. */
			err = wait_for_probe(st);
			if (!wanted)
				return err;
			there = false;
		}
		steady = there == wanted ? steady + 1 : 0;
		if (!err && steady < STEADY)
			ctx_sleep_us(st->ctx, POLL_US);
	}
	return err;
}

/* ---- the board ------------------------------------------------------------------ */

static bool was_done(const struct station *st, const struct target_info *info)
{
	for (size_t i = 0; info->has_uid && i < st->n_done; i++)
		if (memcmp(st->done[i].uid, info->uid, sizeof(info->uid)) == 0)
			return true;
	return false;
}

static void remember(struct station *st, const uint8_t uid[12])
{
	if (st->n_done < DONE_MAX)
		memcpy(st->done[st->n_done++].uid, uid, sizeof(st->done[0].uid));
}

static enum sl_err run_rest(struct station *st)
{
	struct chain rest = { st->s->rest, st->s->n_rest };

	return run_chain(st->s, &rest);
}

/* What is said and written about a board that was worked on. */
static enum sl_err report(struct station *st, enum sl_err err)
{
	const struct fault *f = &st->ctx->fault;
	struct fault kept = *f;
	struct station_record r = {
		.number = st->passes + st->failures, .passed = !err,
		.chip = st->chip[0] ? st->chip : NULL, .uid = st->uid[0] ? st->uid : NULL,
		.dev_id = st->dev_id, .us = ctx_now_us(st->ctx) - st->start_us,
		.code = err ? err_info(err)->name : NULL,
		.cause = !err ? NULL : f->text[0] ? f->text : err_info(err)->sentence,
		.passes = st->passes, .failures = st->failures,
	};

	if (err)
		output_fault(st->out, &kept);
	banner_show(st->out, !err);
	output_result(st->out, "board %" PRIu64 ": %s, %s %s, %s; %" PRIu64 " passed, %" PRIu64 " failed",
		      r.number, err ? "FAIL" : "PASS", st->chip[0] ? st->chip : "unknown chip", st->uid,
		      format_seconds(r.us).s, st->passes, st->failures);
	if (output_event(st->out, "station-board")) {
		station_log_members(&st->out->json, &r);
		output_event_end(st->out);
	}
	return station_log_add(&st->log, st->ctx, &r);
}

/* Connected: one flash for a unique id. *skip: it had its own. */
static enum sl_err work(struct station *st, bool *skip)
{
	const struct target_info *info = target_get_info(st->s->target);
	uint8_t uid[12];
	bool has_uid = info->has_uid;
	enum sl_err err;

	(void)describe_chip_name(info, st->chip, sizeof(st->chip));
	(void)describe_uid(info, st->uid);
	st->dev_id = info->dev_id;
	memcpy(uid, info->uid, sizeof(uid));
	*skip = was_done(st, info);
	if (*skip)
		return session_drop_target(st->s, SL_OK);
	output_talk(st->out, "station: %s %s", st->chip, st->uid);
	err = session_drop_target(st->s, run_rest(st));
	if (!err && has_uid)
		remember(st, uid);
	return err;
}

/* One board that is there. Failures of the board are told and counted; what is returned ends the
 * station. */
static enum sl_err do_board(struct station *st)
{
	bool skip = false;
	enum sl_err err, logged;

	st->chip[0] = st->uid[0] = '\0';
	st->dev_id = 0;
	st->s->program_changed = false;
	st->start_us = ctx_now_us(st->ctx);
	err = session_climb(st->s, RUNG_TARGET);
	if (err == SL_NOTARGET) {
		/* Contact was lost again; not a board yet. */
		ctx_clear(st->ctx);
		return session_drop_target(st->s, SL_OK);
	}
	if (!err)
		err = work(st, &skip);
	else
		err = session_drop_target(st->s, err);
	if (skip && !err) {
		st->again++;
		output_result(st->out, "board with %s passed before: not flashed again", st->uid);
		return SL_OK;
	}
	st->passes += !err;
	st->failures += err != SL_OK;
	logged = report(st, err);
	if (err == SL_INTR || logged)
		return err == SL_INTR ? err : logged;
	ctx_clear(st->ctx);
	return lost(err) ? wait_for_probe(st) : SL_OK;
}

/* ---- the day -------------------------------------------------------------------- */

static enum sl_err shift(struct station *st)
{
	enum sl_err err = session_climb(st->s, RUNG_PROBE);

	while (!err) {
		output_talk(st->out, "station: ready for a board");
		err = wait_until(st, true);
		if (!err)
			err = do_board(st);
		if (!err) {
			output_talk(st->out, "station: take the board away");
			err = wait_until(st, false);
		}
	}
	return err;
}

/* Ctrl-C is how a shift ends: that is no failure; boards that failed are one. */
static enum sl_err tally(struct station *st, enum sl_err err)
{
	uint64_t n = st->passes + st->failures;

	output_result(st->out, "station: %" PRIu64 " board%s, %" PRIu64 " passed, %" PRIu64 " failed, %"
		      PRIu64 " came again", n, n == 1 ? "" : "s", st->passes, st->failures, st->again);
	if (output_event(st->out, "station-tally")) {
		json_number(&st->out->json, "boards", n);
		json_number(&st->out->json, "passes", st->passes);
		json_number(&st->out->json, "failures", st->failures);
		json_number(&st->out->json, "again", st->again);
		output_event_end(st->out);
	}
	if (err != SL_INTR)
		return err;
	ctx_clear(st->ctx);
	if (st->failures == 0)
		return SL_OK;
	(void)ctx_fail(st->ctx, SL_OTHER, where, "%" PRIu64 " of %" PRIu64 " boards failed",
		       st->failures, n);
	return SL_OTHER;
}

static enum sl_err station_run(struct session *s, struct word *w)
{
	struct station *st = calloc(1, sizeof(*st));
	enum sl_err err;

	(void)w;
	if (!st)
		return ctx_fail(s->ctx, SL_NOMEM, where, "no memory for the station");
	st->s = s;
	st->ctx = s->ctx;
	st->out = s->out;
	st->done = calloc(DONE_MAX, sizeof(*st->done));
	err = st->done ? station_log_open(&st->log, s->ctx, s->options) :
	      ctx_fail(s->ctx, SL_NOMEM, where, "no memory for the station");
	if (!err)
		err = tally(st, shift(st));
	station_log_close(&st->log);
	free(st->done);
	free(st);
	return err;
}

static enum sl_err station_usage(struct session *s, struct word *w)
{
	if (strcmp(s->options->words[0], "station") != 0)
		return word_usage(s->ctx, w, "station comes first: the words after it are for each "
				  "board");
	if (s->options->n_words < 2)
		return word_usage(s->ctx, w, "no word says what to do with a board");
	return SL_OK;
}

const struct command verb_station = {
	.name = "station",
	.syntax = "station WORD...",
	.summary = "do WORD... to each board that comes, until ^C",
	.help = "For one fixed probe and boards that are swapped behind it: waits for a chip,\n"
		"does the words that follow, shows PASS or FAIL in large letters, and waits for\n"
		"the board to be taken away. A chip that passed is not flashed again when it\n"
		"comes back: its unique id is remembered until the station ends. Files are read\n"
		"once, at the beginning. --log adds a line for each board to a file, as CSV when\n"
		"its name ends in .csv, else as JSON. Ctrl-C ends it and shows the tally; exit\n"
		"status 0 when no board failed, else 1.\n"
		"\n"
		"  stlink-download station program=fw.hex reset\n"
		"  stlink-download -d port:1-2 --log=day.csv station program=fw.elf run\n",
	.form = FORM_ALONE,
	.needs = RUNG_NOTHING,
	.takes_rest = true,
	.prepare = station_usage,
	.run = station_run,
};
