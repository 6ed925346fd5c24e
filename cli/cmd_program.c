/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_program.c - program=, verify=, flash:w:, flash:v:: files against flash.
 *
 * Nothing is reported as done that the flash room has not proved.
 */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/confine.h"
#include "cli/format.h"
#include "cli/image_core.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/word.h"

enum { DEFAULT_BASE = 0x08000000, SEGMENTS_SHOWN = 256 };

/* What to do with a file; the rows differ in nothing else. */
struct kind {
	const char *action;             /* as in the event "plan" */
	bool writes, erases;
};

static const struct kind kind_program = { "program", true, true };
static const struct kind kind_write = { "write", true, false };
static const struct kind kind_verify = { "verify", false, false };

static enum sl_err load(struct session *s, struct word *w)
{
	struct image_where at = {
		.has_addr = w->has_addr,
		.addr = w->addr,
		.default_base = DEFAULT_BASE,
		.confined = confine_wanted(),
	};

	if (s->given && strcmp(s->given->name, w->file) == 0)
		return image_from_memory(s->ctx, s->given->data, s->given->len, &at, &w->image);
	return image_load(s->ctx, w->file, &at, &w->image);
}

/* A plain binary does not say where it belongs; its vector table does, when it is to stand where the core
 * looks for it: ARMv7-M B1.5.3, second word, bit 0 for Thumb. */
static void doubt_address(struct session *s, const struct word *w)
{
	const struct chip_row *chip = target_get_info(s->target)->chip;
	const struct span *first = &w->image->spans[0];
	uint32_t reset;

	if (!w->command->changes || !chip || strcmp(w->image->format, "bin") != 0 ||
	    first->addr != chip->flash_base || first->len < 8)
		return;
	reset = get_le32(first->data + 4);
	/* Some link for address 0, where flash shows, too. */
	if (reset & 1 && (reset - first->addr < first->len || reset < first->len))
		return;
	ctx_log(s->ctx, LOG_WARN, "%s: its reset vector, 0x%08x, does not lead into the file: is it for "
		"another address, or no program? [E%u]", w->file, (unsigned)reset,
		(unsigned)CAUSE_OTHER_ADDRESS);
}

static enum sl_err check(struct session *s, struct word *w)
{
	const struct image *img = w->image;
	const struct span *last = &img->spans[img->n_spans - 1];
	enum sl_err err = SL_OK;

	if (w->command->changes)
		err = image_check_core(s->ctx, &img->needs, target_get_info(s->target)->core);
	if (err)
		return err;
	err = flash_check(s->flash, s->ctx, img->spans, img->n_spans);
	if (!err)
		doubt_address(s, w);
	if (err == SL_IMAGE && s->ctx->fault.hint[0] == '\0')
		ctx_hint(s->ctx, "the file has %s from 0x%08x to 0x%08x; is it for another chip, or for "
				 "another address?", format_bytes(img->total).s,
			 (unsigned)img->spans[0].addr, (unsigned)(last->addr + (last->len - 1)));
	return err == SL_IMAGE ? ctx_cause(s->ctx, err, CAUSE_OTHER_ADDRESS) : err;
}

static void plan_event(struct session *s, const struct word *w, const struct kind *k)
{
	struct json *j = output_event(s->out, "plan");

	if (!j)
		return;
	json_string(j, "word", w->text);
	json_string(j, "action", k->action);
	json_string(j, "file", w->file);
	json_string(j, "format", w->image->format);
	json_number(j, "bytes", w->image->total);
	json_number(j, "segment_count", w->image->n_spans);
	json_array(j, "segments");
	for (size_t i = 0; i < w->image->n_spans && i < SEGMENTS_SHOWN; i++) {
		json_object(j, NULL);
		json_number(j, "address", w->image->spans[i].addr);
		json_number(j, "bytes", w->image->spans[i].len);
		json_object_end(j);
	}
	json_array_end(j);
	output_event_end(s->out);
}

static void plan(struct session *s, const struct word *w, const struct kind *k)
{
	const struct image *img = w->image;
	char safe[200];

	plan_event(s, w, k);
	output_talk(s->out, "%s: %s, %s, %s", k->action, format_escape(safe, sizeof(safe), w->file),
		    img->title, format_bytes(img->total).s);
}

static void proof_event(struct session *s, const struct word *w, const struct flash_stats *st,
			uint64_t us)
{
	struct json *j = output_event(s->out, "proof");

	if (!j)
		return;
	json_string(j, "word", w->text);
	json_number(j, "bytes", w->image->total);
	json_number(j, "bytes_proved", st->bytes_proved);
	json_number(j, "bytes_summed", st->bytes_summed);
	json_number(j, "bytes_programmed", st->bytes_programmed);
	json_number(j, "bytes_kept", st->bytes_kept);
	json_number(j, "sectors_erased", st->sectors_erased);
	json_bool(j, "mass_erased", st->mass_erased);
	json_seconds(j, "seconds", us);
	output_event_end(s->out);
}

static bool changed(const struct flash_stats *st)
{
	return st->mass_erased || st->sectors_erased || st->bytes_programmed;
}

/* The lines about what it took, under the line about what was asked. */
static void report_effort(struct session *s, const struct flash_stats *st, int indent)
{
	if (!changed(st))
		output_done(s->out, "%*s nothing to change: flash had it already", indent, "");
	else if (st->mass_erased)
		output_done(s->out, "%*s erased the whole flash, wrote %s", indent, "",
			    format_bytes(st->bytes_programmed).s);
	else
		output_done(s->out, "%*s erased %s sector%s, wrote %s", indent, "",
			    format_count(st->sectors_erased).s, st->sectors_erased == 1 ? "" : "s",
			    format_bytes(st->bytes_programmed).s);
	if (st->bytes_kept)
		output_done(s->out, "%*s kept %s around it", indent, "",
			    format_bytes(st->bytes_kept).s);
}

static void report(struct session *s, const struct word *w, const struct kind *k,
		   const struct flash_stats *st, uint64_t us)
{
	const struct image *img = w->image;
	char where[48] = "";

	if (img->n_spans > 1)
		(void)snprintf(where, sizeof(where), " in %zu segments from", img->n_spans);
	output_done(s->out, "%s: %s%s 0x%08x, %s by %s, %s", k->action,
		    format_bytes(img->total).s, where[0] ? where : " at",
		    (unsigned)img->spans[0].addr, k->writes ? "proved" : "the same",
		    format_proof(st->bytes_proved, st->bytes_summed), format_seconds(us).s);
	if (k->writes)
		report_effort(s, st, (int)strlen(k->action) + 1);
}

/* The work itself; the core runs no more while flash is written. */
static enum sl_err touch_flash(struct session *s, const struct flash_job *job,
			       const struct kind *k, struct flash_stats *st)
{
	bool is_running = false;
	enum sl_err err;

	if (!k->writes)
		return flash_verify(s->flash, s->ctx, job, st);
	err = session_ask_halt(s, &is_running);
	if (!err)
		err = session_explain_stop(s, flash_program(s->flash, s->ctx, job, st));
	s->program_changed |= !err && changed(st);
	return err;
}

static enum sl_err work(struct session *s, struct word *w, const struct kind *k)
{
	struct progress p;
	struct flash_job job = {
		.spans = w->image->spans,
		.n_spans = w->image->n_spans,
		.erase_first = k->erases,
		.mass_erase = k->erases && s->options->mass_erase,
		.progress = progress_begin(&p, s->out, w->text),
	};
	struct flash_stats st = { 0 };
	uint64_t start = ctx_now_us(s->ctx), us;
	enum sl_err err;

	plan(s, w, k);
	err = touch_flash(s, &job, k, &st);
	progress_end(&p);
	if (err)
		return err;
	/* The promise of the program, checked where it is given. */
	if (st.bytes_proved < w->image->total)
		return ctx_fail(s->ctx, SL_BUG, "cli", "only %s of %s were proved",
				format_count(st.bytes_proved).s, format_bytes(w->image->total).s);
	us = ctx_now_us(s->ctx) - start;
	report(s, w, k, &st, us);
	proof_event(s, w, &st, us);
	return SL_OK;
}

static enum sl_err program_run(struct session *s, struct word *w)
{
	return work(s, w, &kind_program);
}

static enum sl_err write_run(struct session *s, struct word *w)
{
	return work(s, w, &kind_write);
}

static enum sl_err verify_run(struct session *s, struct word *w)
{
	return work(s, w, &kind_verify);
}

const struct command verb_program = {
	.name = "program=",
	.syntax = "program=FILE[@ADDR]",
	.summary = "erase what it must, write FILE, prove every byte",
	.help = "Writes FILE into flash: erases the sectors it touches, keeps what they hold\n"
		"outside of it, writes, and proves every byte. FILE is Intel HEX, S-record,\n"
		"ELF or plain binary, told apart by content; - is standard input. A plain binary\n"
		"goes to ADDR, or to 0x08000000. All files are read and checked before the probe\n"
		"is opened. What flash holds already is not written again. The core is left as\n"
		"it was found: put reset or run after it to start the new program.\n"
		"\n"
		"  stlink-download program=blink.hex reset\n"
		"  stlink-download program=boot.elf program=app.bin@0x08004000 reset\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_FLASH,
	.file_use = FILE_IN,
	.changes = true,
	.parse = word_parse_file_at,
	.prepare = load,
	.check = check,
	.run = program_run,
};

const struct command verb_verify = {
	.name = "verify=",
	.syntax = "verify=FILE[@ADDR]",
	.summary = "compare flash with FILE; changes nothing",
	.help = "Reads back every byte that FILE has and compares. Changes nothing. Exit status\n"
		"12 and the first differing address when flash differs.\n"
		"\n"
		"  stlink-download verify=blink.hex\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_FLASH,
	.file_use = FILE_IN,
	.parse = word_parse_file_at,
	.prepare = load,
	.check = check,
	.run = verify_run,
};

const struct command verb_flash_write = {
	.name = "flash:w:",
	.syntax = "flash:w:FILE",
	.summary = "write FILE without erasing, prove every byte",
	.help = "Writes FILE into flash that is blank already, as the original did: nothing is\n"
		"erased. Refused, before anything is written, where flash is not blank and would\n"
		"have to change. A plain binary goes to 0x08000000.\n"
		"\n"
		"  stlink-download erase=all flash:w:app.bin flash:v:app.bin run\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_FLASH,
	.file_use = FILE_IN,
	.changes = true,
	.parse = word_parse_file,
	.prepare = load,
	.check = check,
	.run = write_run,
};

const struct command verb_flash_verify = {
	.name = "flash:v:",
	.syntax = "flash:v:FILE",
	.summary = "compare flash with FILE, as verify=",
	.help = "Reads back every byte that FILE has and compares, as verify= does.\n"
		"\n"
		"  stlink-download flash:v:app.bin\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_FLASH,
	.file_use = FILE_IN,
	.parse = word_parse_file,
	.prepare = load,
	.check = check,
	.run = verify_run,
};
