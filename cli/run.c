/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * run.c - running the chain of command words.
 */
#include "cli/run.h"

#include "cli/serial_port.h"
#include "cli/session.h"
#include "cli/version.h"
#include "cli/word.h"

static void start_event(struct output *out, const struct options *opt)
{
	struct json *j = output_event(out, "start");

	if (!j)
		return;
	json_number(j, "schema", 1);
	json_string(j, "program", "stlink-download");
	json_string(j, "version", STLINK_DOWNLOAD_VERSION);
	json_string(j, "device", opt->device);
	json_array(j, "words");
	for (size_t i = 0; i < opt->n_words; i++)
		json_string(j, NULL, opt->words[i]);
	json_array_end(j);
	output_event_end(out);
}

static void done_event(struct output *out)
{
	struct json *j = output_event(out, "done");

	if (!j)
		return;
	json_number(j, "status", 0);
	output_event_end(out);
}

/* Before the first word that changes something: does everything after it fit this chip? What comes
 * after a word that reloads option bytes is looked at when that is done. */
static enum sl_err check_rest(struct session *s, struct chain *chain, size_t from)
{
	enum sl_err err = SL_OK;

	for (size_t i = from; i < chain->n && !err; i++) {
		struct word *w = &chain->words[i];

		if (w->command->check) {
			err = session_climb(s, w->command->needs);
			if (!err)
				err = w->command->check(s, w);
			err = ctx_doing(s->ctx, err, "%.100s", w->text);
		}
		if (w->command->reloads)
			break;
	}
	return err;
}

/* Flash that only a power cycle opens: better now than in the middle of the work. */
static enum sl_err await_power_cycle(struct session *s, const struct word *w)
{
	if (!s->power_cycle || !w->command->changes || w->command->needs < RUNG_FLASH)
		return SL_OK;
	(void)ctx_fail(s->ctx, SL_FLASH, "cli", "after unlock, %s until the board is powered off and on",
		       s->power_cycle);
	ctx_hint(s->ctx, "power the board off and on, then: stlink-download %.200s", w->text);
	return ctx_doing(s->ctx, SL_FLASH, "%.100s", w->text);
}

static enum sl_err run_word(struct session *s, struct word *w)
{
	enum sl_err err = session_climb(s, w->command->needs);

	/* An opening that failed says itself what was being done. */
	if (err)
		return err;
	ctx_log(s->ctx, LOG_DEBUG, "word: %s", w->text);
	if (w->command->restarts && s->serial_open)
		serial_drop_input(s->serial);
	return ctx_doing(s->ctx, session_diagnose(s, w->command->run(s, w)), "%.100s", w->text);
}

enum sl_err run_chain(struct session *s, struct chain *chain)
{
	enum sl_err err = SL_OK;
	bool checked = false;

	for (size_t i = 0; i < chain->n && !err; i++) {
		struct word *w = &chain->words[i];

		err = ctx_doing(s->ctx, ctx_interrupted(s->ctx), "%.100s", w->text);
		if (!err)
			err = await_power_cycle(s, w);
		if (!err && !checked && (w->command->changes || w->command->check)) {
			checked = true;
			err = check_rest(s, chain, i);
		}
		if (!err && w->command->takes_rest) {
			s->rest = w + 1;
			s->n_rest = chain->n - i - 1;
			return run_word(s, w);
		}
		if (!err)
			err = run_word(s, w);
		checked = checked && !w->command->reloads;
	}
	return err;
}

enum sl_err run_prepare(struct session *s, struct chain *chain)
{
	enum sl_err err = chain_check_names(s->ctx, chain, s->options->force);

	for (size_t i = 0; i < chain->n && !err; i++) {
		struct word *w = &chain->words[i];

		if (w->command->prepare)
			err = w->command->prepare(s, w);
		err = ctx_doing(s->ctx, err, "%.100s", w->text);
	}
	if (!err && s->options->mass_erase)
		err = chain_check_mass_erase(s->ctx, chain);
	return err ? err : chain_check_images(s->ctx, chain, s->options->force);
}

/* Once a signal came, what failed after it is the signal's doing for whoever sent it. */
static enum sl_err prefer_signal(struct ctx *c, enum sl_err err)
{
	struct fault other = c->fault;

	if (!err || err == SL_INTR || !ctx_interrupted(c))
		return err;
	ctx_log(c, LOG_WARN, "after the signal: %s", other.text);
	return ctx_doing(c, SL_INTR, "%s", other.doing);
}

/* A word with words of its own says itself what its end by a signal means. */
static bool says_its_end(const struct chain *chain)
{
	return chain->n > 0 && chain->words[0].command->takes_rest;
}

enum sl_err run_words(struct ctx *c, const struct options *opt, struct output *out)
{
	struct session s;
	struct chain chain = { 0 };
	enum sl_err err;

	start_event(out, opt);
	session_init(&s, c, opt, out);
	err = chain_parse(c, opt->words, opt->n_words, &chain);
	if (!err)
		err = run_prepare(&s, &chain);
	if (!err)
		err = run_chain(&s, &chain);
	if (!says_its_end(&chain))
		err = prefer_signal(c, err);
	err = session_close(&s, err);
	if (!err && s.program_changed)
		output_talk(out, "the chip was not reset: reset or run starts the new program");
	chain_free(&chain);
	if (!err)
		done_event(out);
	return err;
}
