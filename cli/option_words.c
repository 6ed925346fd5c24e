/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_words.c - showing option bytes, and writing them for a command word.
 */
#include "cli/option_words.h"

#include <inttypes.h>

#include "cli/describe.h"

enum sl_err options_get(struct session *s, struct option_bytes **ob, struct ob_state *st)
{
	enum sl_err err = ob_open(s->ctx, s->target, ob);

	if (err)
		return err;
	err = ob_read(*ob, s->ctx, st);
	if (err)
		ob_close(*ob);
	return err;
}

enum sl_err options_get_settled(struct session *s, struct option_bytes **ob, struct ob_state *st)
{
	enum sl_err err = options_get(s, ob, st);

	if (err || !st->unsure)
		return err;
	err = ob_settle(*ob, s->ctx, st);
	session_drop_flash(s);
	s->program_changed = false;
	if (err)
		ob_close(*ob);
	return err;
}

void options_tell_state(struct session *s, const struct ob_state *st)
{
	if (st->blank)
		output_result(s->out, "caution:           the option bytes are erased: a write was cut off; "
			      "unlock writes them anew");
	else if (st->unsure)
		output_result(s->out, "caution:           the option registers are open: a write was cut "
			      "off, or the firmware is writing; a reset loads what is stored");
	else if (st->bad)
		output_result(s->out, "caution:           option bytes have wrong complements: a write was "
			      "cut off; the chip works with its defaults");
	else if (!st->loaded)
		output_result(s->out, "caution:           the option bytes were changed and are not in "
			      "force before the board is powered off and on");
}

/* Lines or members for all fields that differ; returns how many do. */
static size_t show_changes(struct session *s, const struct option_bytes *ob, const struct ob_image *from,
			   const struct option_change *ch)
{
	const struct ob_field *f;
	struct json *j;
	size_t n = 0;

	for (size_t i = 0; (f = ob_field(ob, i)) != NULL; i++) {
		uint32_t was = ob_get(f, from), now = ob_get(f, ch->want);

		if (was == now)
			continue;
		n++;
		output_result(s->out, "%-12s 0x%" PRIx32 " -> 0x%" PRIx32 "  %s", f->name, was, now,
			      ob_means(f, now));
	}
	j = n || ch->again ? output_event(s->out, "option-change") : NULL;
	if (!j)
		return n;
	json_string(j, "word", ch->word->text);
	json_array(j, "fields");
	for (size_t i = 0; (f = ob_field(ob, i)) != NULL; i++) {
		if (ob_get(f, from) == ob_get(f, ch->want))
			continue;
		json_object(j, NULL);
		json_string(j, "name", f->name);
		json_number(j, "before", ob_get(f, from));
		json_number(j, "after", ob_get(f, ch->want));
		json_object_end(j);
	}
	json_array_end(j);
	output_event_end(s->out);
	return n;
}

/* The chip was reset: what is known of flash is old, and the firmware has begun anew. */
static enum sl_err after_reset(struct session *s, bool was_running)
{
	session_drop_flash(s);
	s->program_changed = false;
	return was_running ? target_run(s->target, s->ctx) : SL_OK;
}

/* Half a write counts as protection, and taking that off would erase the flash: it stays, and is told. */
static void tell_what_stays(struct session *s, const struct option_bytes *ob, const struct ob_state *before,
			    const struct ob_image *want)
{
	if (before->blank || before->bad)
		ctx_log(s->ctx, LOG_WARN, "an earlier write of the option bytes was cut off");
	if (ob_level(ob, &before->stored) == PROTECTION_LEVEL1 && ob_level(ob, want) == PROTECTION_LEVEL1)
		ctx_log(s->ctx, LOG_WARN, "the chip is read-protected (level 1) and stays so: unlock, which "
					  "erases the flash, ends that");
}

/* Nothing is to be written; but after a write that was cut off the chip may work with something else. */
static enum sl_err nothing_to_write(struct session *s, struct option_bytes *ob, struct ob_state *st,
				    const struct option_change *ch, bool was_running)
{
	enum sl_err err;

	/* Level 2 waits for the next power-on. */
	if (st->loaded || ob_level(ob, ch->want) == PROTECTION_LEVEL2) {
		output_done(s->out, "%s: the option bytes are so already; nothing was written",
			    ch->word->text);
		return SL_OK;
	}
	err = ob_load(ob, s->ctx, ch->want, st);
	session_drop_flash(s);
	if (err)
		return err;
	output_done(s->out, "%s: the option bytes are so already; they were not in force, and were loaded by "
		    "a reset of the chip", ch->word->text);
	return after_reset(s, was_running);
}

enum sl_err options_change(struct session *s, struct option_bytes *ob, struct ob_state *st,
			   const struct option_change *ch)
{
	struct ob_state before = *st;
	bool was_running = false;
	size_t n;
	enum sl_err err = session_ask_halt(s, &was_running);

	if (err)
		return err;
	tell_what_stays(s, ob, &before, ch->want);
	n = show_changes(s, ob, &before.stored, ch);
	if (n == 0 && !ch->again)
		return nothing_to_write(s, ob, st, ch, was_running);
	err = ob_write(ob, s->ctx, ch->want, st);
	session_drop_flash(s);
	if (err)
		return err;
	if (ob_level(ob, ch->want) == PROTECTION_LEVEL2) {
		output_done(s->out, "%s: option bytes written and read back", ch->word->text);
		return SL_OK;
	}
	output_done(s->out, "%s: option bytes written, loaded by a reset of the chip, and read "
		   "back", ch->word->text);
	return after_reset(s, was_running);
}

enum sl_err option_word_check(struct session *s, const struct word *w, option_want_fn *want)
{
	struct option_bytes *ob = NULL;
	struct ob_state st;
	enum sl_err err = options_get(s, &ob, &st);

	if (err)
		return err;
	err = want(s, w, ob, &st.stored);
	ob_close(ob);
	return err;
}

enum sl_err option_word_run(struct session *s, const struct word *w, option_want_fn *want,
			    option_done_fn *done)
{
	struct option_bytes *ob = NULL;
	struct ob_image wanted;
	struct ob_state st;
	enum sl_err err = options_get_settled(s, &ob, &st);

	if (err)
		return err;
	wanted = st.stored;
	err = want(s, w, ob, &wanted);
	if (!err)
		err = options_change(s, ob, &st, &(struct option_change){ w, &wanted, st.bad != 0 });
	if (!err && done)
		done(s, ob, &wanted);
	ob_close(ob);
	return err;
}
