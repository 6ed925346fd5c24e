/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_options.c - options, option:NAME=VALUE, options=FILE, options:w:FILE.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/format.h"
#include "cli/option_words.h"
#include "cli/word.h"

/* ---- options ------------------------------------------------------------------------ */

static void show_event(struct session *s, const struct option_bytes *ob, const struct ob_state *st)
{
	struct json *j = output_event(s->out, "options");
	const struct ob_field *f;

	if (!j)
		return;
	json_string(j, "manual", ob_manual(ob));
	json_bool(j, "erased", st->blank);
	json_bool(j, "complements_ok", st->bad == 0);
	json_bool(j, "in_force", st->loaded);
	json_array(j, "fields");
	for (size_t i = 0; (f = ob_field(ob, i)) != NULL; i++) {
		json_object(j, NULL);
		json_string(j, "name", f->name);
		json_number(j, "value", ob_get(f, &st->stored));
		json_string(j, "meaning", ob_means(f, ob_get(f, &st->stored)));
		json_string(j, "source", f->source);
		json_object_end(j);
	}
	json_array_end(j);
	output_event_end(s->out);
}

static enum sl_err options_run(struct session *s, struct word *w)
{
	struct option_bytes *ob = NULL;
	struct ob_state st;
	const struct ob_field *f;
	enum sl_err err = options_get(s, &ob, &st);

	(void)w;
	if (err)
		return err;
	output_result(s->out, "option bytes (%s):", ob_manual(ob));
	for (size_t i = 0; (f = ob_field(ob, i)) != NULL; i++) {
		uint32_t v = ob_get(f, &st.stored);

		output_result(s->out, "%-20s 0x%-6" PRIx32 " %s", f->name, v, ob_means(f, v));
	}
	options_tell_state(s, &st);
	show_event(s, ob, &st);
	ob_close(ob);
	return SL_OK;
}

/* ---- changing ------------------------------------------------------------------------ */

static enum sl_err new_assignments(struct ctx *c, struct word *w)
{
	w->assign = calloc(1, sizeof(*w->assign));
	return w->assign ? SL_OK : ctx_fail(c, SL_NOMEM, "cli", "no memory for option bytes");
}

static enum sl_err option_parse(struct ctx *c, struct word *w, const char *rest)
{
	enum sl_err err = new_assignments(c, w);

	return err ? err : assign_parse_list(c, rest, w->assign);
}

static enum sl_err assign_want(struct session *s, const struct word *w, const struct option_bytes *ob,
			       struct ob_image *want)
{
	uint16_t id = target_get_info(s->target)->dev_id;

	if (w->assign->has_chip && w->assign->chip != id)
		return ctx_fail(s->ctx, SL_IMAGE, "cli",
			   "%.80s is of a chip with device id 0x%03" PRIx32 ", this is 0x%03x",
				w->file, w->assign->chip, id);
	return assign_apply(s, ob, w->assign, want);
}

static enum sl_err assign_check(struct session *s, struct word *w)
{
	return option_word_check(s, w, assign_want);
}

static enum sl_err assign_run(struct session *s, struct word *w)
{
	return option_word_run(s, w, assign_want, NULL);
}

/* ---- files ------------------------------------------------------------------------------ */

static enum sl_err save_prepare(struct session *s, struct word *w)
{
	return file_check_new(s->ctx, w->file, s->options->force);
}

static enum sl_err save_run(struct session *s, struct word *w)
{
	struct option_bytes *ob = NULL;
	struct ob_state st;
	char name[200];
	enum sl_err err = options_get(s, &ob, &st);

	if (err)
		return err;
	err = assign_write_file(s, ob, &st, w->file);
	if (!err)
		output_done(s->out, "options: saved in %s", format_escape(name, sizeof(name), w->file));
	options_tell_state(s, &st);
	ob_close(ob);
	return err;
}

static enum sl_err load_prepare(struct session *s, struct word *w)
{
	struct buffer b;
	enum sl_err err = new_assignments(s->ctx, w);

	buf_init(&b, OPTION_FILE_MAX);
	if (!err)
		err = file_read_all(s->ctx, w->file, &b);
	if (!err)
		err = assign_parse_file(s->ctx, w->file, b.data, b.len, w->assign);
	buf_free(&b);
	return err;
}

const struct command verb_options = {
	.name = "options",
	.syntax = "options",
	.summary = "the option bytes, by name, with their meaning",
	.help = "Shows every field of the option bytes that is known of this chip, by the name\n"
		"it has in the reference manual, with its value and what that means. Changes\n"
		"nothing.\n"
		"\n"
		"  stlink-download options\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.run = options_run,
};

const struct command verb_option = {
	.name = "option:",
	.syntax = "option:NAME=VALUE,...",
	.summary = "change option bytes",
	.help = "Changes the named fields of the option bytes; all others keep their value.\n"
		"Shows each change, writes, has the chip load them by a reset, reads them back\n"
		"and checks that they are in force. Names are those that options shows. Read\n"
		"protection and PCROP are not changed this way: see unlock and lock=1.\n"
		"\n"
		"A power failure in the middle leaves option bytes that the chip takes for read\n"
		"protection level 1: unlock puts that right, and erases the flash.\n"
		"\n"
		"  stlink-download option:WDG_SW=0\n"
		"  stlink-download option:nRST_STOP=0,DATA0=0x42\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.changes = true,
	.reloads = true,
	.parse = option_parse,
	.check = assign_check,
	.run = assign_run,
};

const struct command verb_options_save = {
	.name = "options=",
	.syntax = "options=FILE",
	.summary = "save the option bytes in a new FILE",
	.help = "Writes all fields of the option bytes as text, one a line, into FILE: NAME =\n"
		"VALUE, and what it means after a #. An existing file is kept unless --force is\n"
		"given. options:w:FILE writes them back.\n"
		"\n"
		"  stlink-download options=board.opt\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.file_use = FILE_OUT,
	.parse = word_parse_file,
	.prepare = save_prepare,
	.run = save_run,
};

const struct command verb_options_write = {
	.name = "options:w:",
	.syntax = "options:w:FILE",
	.summary = "write the option bytes of FILE",
	.help = "Writes option bytes that options=FILE has saved, or lines of your own in that\n"
		"form; fields that the file does not name keep their value. The line chip = ID\n"
		"must name this chip's device id. Read protection and PCROP are not changed:\n"
		"where the file has others than the chip, nothing is written. Otherwise as\n"
		"option:.\n"
		"\n"
		"  stlink-download options:w:board.opt\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.file_use = FILE_IN,
	.changes = true,
	.reloads = true,
	.parse = word_parse_file,
	.prepare = load_prepare,
	.check = assign_check,
	.run = assign_run,
};
