/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_protection.c - protection, unlock, lock=1, lock=2:NAME, wrp=LIST.
 */
#include <stdio.h>
#include <string.h>

#include "cli/confirm.h"
#include "cli/describe.h"
#include "cli/format.h"
#include "cli/option_words.h"
#include "cli/progress.h"
#include "cli/word.h"

/* ---- protection ------------------------------------------------------------------------ */

/* Areas from i on that follow each other and are all guarded; returns the first after them. */
static size_t run_of_areas(const struct option_bytes *ob, const struct ob_image *img, size_t i)
{
	size_t end = i + 1;

	while (ob_area(ob, end) && ob_area_guarded(ob, img, end) &&
	       ob_area(ob, end)->addr == ob_area(ob, end - 1)->addr + ob_area(ob, end - 1)->bytes)
		end++;
	return end;
}

/* Calls show for each run of guarded areas; returns how many areas are guarded, *all how many there are. */
static size_t each_guarded(struct session *s, const struct option_bytes *ob, const struct ob_image *img,
			   size_t *all)
{
	size_t n = 0, i = 0;

	while (ob_area(ob, i)) {
		const struct ob_area *a = ob_area(ob, i), *last;
		size_t end = i + 1;

		if (ob_area_guarded(ob, img, i)) {
			end = run_of_areas(ob, img, i);
			last = ob_area(ob, end - 1);
			output_result(s->out, "                   0x%08x to 0x%08x: area%s %zu%s%.0zu",
				      (unsigned)a->addr, (unsigned)(last->addr + last->bytes - 1),
				      end - i > 1 ? "s" : "", i, end - i > 1 ? " to " : "",
						   end - i > 1 ? end - 1 : 0);
			n += end - i;
		}
		i = end;
	}
	*all = i;
	return n;
}

static size_t count_guarded(const struct option_bytes *ob, const struct ob_image *img, size_t *all)
{
	size_t n = 0;

	for (*all = 0; ob_area(ob, *all); (*all)++)
		n += ob_area_guarded(ob, img, *all);
	return n;
}

static void protection_event(struct session *s, const struct option_bytes *ob, const struct ob_state *st)
{
	struct json *j = output_event(s->out, "protection");

	if (!j)
		return;
	json_string(j, "read", describe_protection_word(st->level));
	json_bool(j, "pcrop", ob_pcrop(ob, &st->stored));
	json_bool(j, "complements_ok", st->bad == 0);
	json_bool(j, "in_force", st->loaded);
	json_array(j, "write_protected");
	for (size_t i = 0; ob_area(ob, i); i++) {
		if (!ob_area_guarded(ob, &st->stored, i))
			continue;
		json_object(j, NULL);
		json_number(j, "area", i);
		json_number(j, "address", ob_area(ob, i)->addr);
		json_number(j, "bytes", ob_area(ob, i)->bytes);
		json_object_end(j);
	}
	json_array_end(j);
	output_event_end(s->out);
}

/* Of a chip whose option bytes are not known, the level is often all the same. */
static enum sl_err level_only(struct session *s)
{
	enum target_protection level = target_get_info(s->target)->protection;
	struct json *j;

	if (level == PROTECTION_UNKNOWN)
		return s->ctx->fault.code;
	output_result(s->out, "read protection:   %s", describe_protection(level));
	output_result(s->out, "write protection:  unknown: %s", s->ctx->fault.text);
	ctx_clear(s->ctx);
	j = output_event(s->out, "protection");
	if (!j)
		return SL_OK;
	json_string(j, "read", describe_protection_word(level));
	output_event_end(s->out);
	return SL_OK;
}

static void show_write_protection(struct session *s, const struct option_bytes *ob,
				  const struct ob_image *img)
{
	size_t all = 0, n = count_guarded(ob, img, &all);

	if (ob_pcrop(ob, img))
		output_result(s->out, "PCROP:             %zu of %zu areas may be executed only; "
			      "unlock after lock=1 takes it off", n, all);
	else if (n == 0)
		output_result(s->out, "write protection:  none (%zu areas)", all);
	else
		output_result(s->out, "write protection:  %zu of %zu areas; wrp=none takes it off", n, all);
	(void)each_guarded(s, ob, img, &all);
}

static enum sl_err protection_run(struct session *s, struct word *w)
{
	struct option_bytes *ob = NULL;
	struct ob_state st;
	enum sl_err err = options_get(s, &ob, &st);

	(void)w;
	if (err == SL_UNSUPPORTED)
		return level_only(s);
	if (err)
		return err;
	output_result(s->out, "read protection:   %s", describe_protection(st.level));
	show_write_protection(s, ob, &st.stored);
	options_tell_state(s, &st);
	protection_event(s, ob, &st);
	ob_close(ob);
	return SL_OK;
}

/* ---- unlock ------------------------------------------------------------------------------ */

static enum sl_err ask_unlock(struct session *s)
{
	const struct target_info *info = target_get_info(s->target);
	char name[CHIP_NAME_MAX];
	enum sl_err err = target_confirm(s->target, s->ctx);

	if (err)
		return err;
	output_talk(s->out, "unlock: %s gives up its read protection only by erasing its whole flash (%s)",
		    describe_chip_name(info, name, sizeof(name)), format_size_kb(info->flash_kb).s);
	return confirm_yes(s, "erase everything in this chip's flash? [y/N] ");
}

static enum sl_err prove_blank(struct session *s, struct option_bytes *ob, const struct word *w,
			       uint64_t *bytes)
{
	struct progress p;
	struct flash_progress listener = progress_begin(&p, s->out, w->text);
	enum sl_err err = ob_prove_blank(ob, s->ctx, &listener, bytes);

	progress_end(&p);
	if (err == SL_INTR)
		ctx_hint(s->ctx, "the protection is off and the chip has erased its flash; only the proof "
			 "was cut short");
	return ctx_doing(s->ctx, err, "proving that the flash is blank");
}

static void report_unlocked(struct session *s, const struct option_bytes *ob, uint64_t bytes)
{
	struct json *j = output_event(s->out, "unlock");
	const char *rest = ob_power_cycle(ob);

	output_done(s->out, "unlock: no read protection; all %s of flash are blank and can be read, "
		   "proved by reading",
		    format_size_kb((uint32_t)(bytes / 1024)).s);
	if (rest) {
		s->power_cycle = rest;
		output_talk(s->out, "unlock: %s until the board is powered off and on; do that before you "
			    "program it", rest);
	}
	if (!j)
		return;
	json_number(j, "bytes_blank", bytes);
	json_bool(j, "power_cycle", rest != NULL);
	output_event_end(s->out);
}

/* From level 1: everything goes. From level 0 it is a repair of what a power failure left. */
static enum sl_err unlock(struct session *s, struct word *w, struct option_bytes *ob, struct ob_state *st)
{
	struct ob_image want;
	bool locked = st->level != PROTECTION_NONE || ob_level(ob, &st->stored) != PROTECTION_NONE;
	bool needed = ob_unlocked(ob, st, &want);
	uint64_t bytes = 0;
	enum sl_err err = SL_OK;

	if (!locked && !st->bad) {
		output_done(s->out, "unlock: the chip is not read-protected; nothing was changed%s",
			    needed ? " (protection shows what else there is)" : "");
		return SL_OK;
	}
	if (st->level == PROTECTION_LEVEL2)
		return ctx_fail(s->ctx, SL_PROTECTED, "cli", "read protection level 2 is for ever");
	if (locked)
		err = ask_unlock(s);
	if (!err)
		err = options_change(s, ob, st, &(struct option_change){ w, &want, true });
	if (err || !locked)
		return err;
	err = target_halt_quietly(s->target, s->ctx);
	if (!err)
		err = prove_blank(s, ob, w, &bytes);
	if (!err)
		report_unlocked(s, ob, bytes);
	return err;
}

static enum sl_err unlock_run(struct session *s, struct word *w)
{
	struct option_bytes *ob = NULL;
	struct ob_state st;
	enum sl_err err = options_get_settled(s, &ob, &st);

	if (err)
		return err;
	err = unlock(s, w, ob, &st);
	ob_close(ob);
	return err;
}

/* ---- lock ---------------------------------------------------------------------------------- */

static enum sl_err want_level1(struct session *s, const struct word *w, const struct option_bytes *ob,
			       struct ob_image *want)
{
	(void)s;
	(void)w;
	ob_set_level(ob, want, PROTECTION_LEVEL1);
	return SL_OK;
}

static enum sl_err want_level2(struct session *s, const struct word *w, const struct option_bytes *ob,
			       struct ob_image *want)
{
	(void)s;
	(void)w;
	ob_set_level(ob, want, PROTECTION_LEVEL2);
	return SL_OK;
}

static enum sl_err lock1_run(struct session *s, struct word *w)
{
	enum sl_err err = option_word_run(s, w, want_level1, NULL);

	if (!err)
		output_talk(s->out, "lock: flash cannot be read any more; while a debugger has been there, "
			    "the firmware may not run before the board is powered off and on");
	return err;
}

/* "2" or "2:NAME". */
static enum sl_err lock_parse(struct ctx *c, struct word *w, const char *rest)
{
	if (rest[0] == '2' && (rest[1] == '\0' || (rest[1] == ':' && rest[2] != '\0')))
		return SL_OK;
	if (rest[0] == '0' && rest[1] == '\0') {
		(void)ctx_fail(c, SL_USAGE, "cli",
			   "read protection is taken off by unlock, which erases the flash");
		return SL_USAGE;
	}
	return word_usage(c, w, "there are lock=1 and lock=2:CHIP");
}

/* Is it one of the names that the chip's row has? */
static bool names_chip(const struct target_info *info, const char *typed)
{
	size_t len = strlen(typed);

	for (const char *p = info->chip->devices; len && *p; p += strcspn(p, ";"), p += *p == ';')
		if (strcspn(p, ";") == len && memcmp(p, typed, len) == 0)
			return true;
	return false;
}

/* Before anybody types anything: could it be done? */
static enum sl_err check_level2(struct session *s)
{
	struct option_bytes *ob = NULL;
	struct ob_state st;
	enum sl_err err = options_get(s, &ob, &st);

	if (err)
		return err;
	if (!ob_has_level2(ob)) {
		err = ctx_fail(s->ctx, SL_UNSUPPORTED, "cli",
			       "this chip knows read protection level 1 only");
		ctx_hint(s->ctx, "nothing was changed; lock=1 sets level 1");
	}
	ob_close(ob);
	return err;
}

static enum sl_err lock2_run(struct session *s, struct word *w)
{
	const struct target_info *info = target_get_info(s->target);
	const char *typed = strchr(w->text, ':');
	char name[CHIP_NAME_MAX], line[64];
	enum sl_err err = check_level2(s);

	if (err)
		return err;
	(void)describe_chip_name(info, name, sizeof(name));
	output_talk(s->out, "lock: level 2 closes the debug port of this chip for ever; nothing can be\n"
			    "programmed or taken back by a probe afterwards");
	(void)snprintf(line, sizeof(line), "%s", typed ? typed + 1 : "");
	if (!typed) {
		output_talk(s->out, "lock: one of %s", name);
		confirm_typed(s, "type one of these names to do it: ", line, sizeof(line));
	}
	if (!names_chip(info, line)) {
		(void)ctx_fail(s->ctx, SL_USAGE, "cli",
			   "nothing was changed: level 2 needs the name of this chip");
		ctx_hint(s->ctx, "lock=2:CHIP, with one of: %.200s; --yes does not stand for it", name);
		return SL_USAGE;
	}
	err = option_word_run(s, w, want_level2, NULL);
	if (!err)
		output_done(s->out, "lock: from the next power-on the debug port is closed for ever");
	return err;
}

/* ---- wrp -------------------------------------------------------------------------------------- */

static enum sl_err wrp_parse(struct ctx *c, struct word *w, const char *rest)
{
	if (rest[0] == '\0')
		return word_usage(c, w, "neither all, none nor an area is named");
	return areas_check_text(c, rest);
}

static enum sl_err wrp_want(struct session *s, const struct word *w, const struct option_bytes *ob,
			    struct ob_image *want)
{
	return areas_parse(s, ob, w->text + strlen(w->command->name), want);
}

static enum sl_err wrp_check(struct session *s, struct word *w)
{
	return option_word_check(s, w, wrp_want);
}

static enum sl_err wrp_run(struct session *s, struct word *w)
{
	return option_word_run(s, w, wrp_want, show_write_protection);
}

/* ---- rows -------------------------------------------------------------------------------------- */

const struct command verb_protection = {
	.name = "protection",
	.syntax = "protection",
	.summary = "read and write protection, in words",
	.help = "Shows the level of read protection, which parts of flash are write-protected,\n"
		"and PCROP where the chip has it; and says when the option bytes are damaged or\n"
		"not in force yet. Works on protected chips. Changes nothing.\n"
		"\n"
		"  stlink-download protection\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.run = protection_run,
};

const struct command verb_unlock = {
	.name = "unlock",
	.syntax = "unlock",
	.summary = "take read protection off; erases the flash",
	.help = "Takes read protection level 1 off, and with it PCROP and write protection. The\n"
		"chip erases its whole flash (L0 and L1: EEPROM, too) when that happens; unlock\n"
		"asks first, unless there is --yes. It writes the option bytes, has the chip\n"
		"load them, reads them back and reads all of flash: blank, and readable. Other\n"
		"option bytes keep their values. A chip that is not protected is left alone.\n"
		"\n"
		"On F1 the first 4 KiB stay write-protected until the board is powered off and\n"
		"on. This is also the cure when another program finds a flash of 0 bytes,\n"
		"cannot read memory, or a write of option bytes was cut off by a power failure:\n"
		"run it again.\n"
		"\n"
		"  stlink-download --yes unlock\n"
		"  stlink-download --yes unlock program=fw.hex reset      (not on F1)\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.changes = true,
	.reloads = true,
	.run = unlock_run,
};

const struct command verb_lock1 = {
	.name = "lock=1",
	.syntax = "lock=1",
	.summary = "read-protect the flash (level 1)",
	.help = "Sets read protection level 1: flash cannot be read through the debug port any\n"
		"more, and the only way back, unlock, erases it. Writes the option bytes, has\n"
		"the chip load them and reads them back. With a debugger at the chip the\n"
		"firmware may stand still until the board is powered off and on.\n"
		"\n"
		"  stlink-download program=fw.hex lock=1\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.changes = true,
	.reloads = true,
	.unattended = true,
	.run = lock1_run,
};

const struct command verb_lock2 = {
	.name = "lock=",
	.syntax = "lock=2[:CHIP]",
	.summary = "close the debug port FOR EVER (level 2)",
	.help = "Sets read protection level 2, on chips that have it (not F1). There is no way\n"
		"back: no probe will ever reach this chip again, not even to erase it. CHIP is\n"
		"one of the names that info shows for it; without it the name is asked for on\n"
		"the terminal. --yes does not stand for it. Not for autoflash.\n"
		"\n"
		"  stlink-download lock=2:STM32F407\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.changes = true,
	.reloads = true,
	.parse = lock_parse,
	.run = lock2_run,
};

const struct command verb_wrp = {
	.name = "wrp=",
	.syntax = "wrp=all|none|LIST",
	.summary = "write-protect parts of the flash, or nothing",
	.help = "Write-protects exactly the named areas: all, none, or a list of numbers N or\n"
		"N-M, as protection counts them (sectors on F2 and F4, 4 KiB on F1, L0 and L1),\n"
		"and of addresses ADDR or ADDR:LEN. What is protected can be neither erased nor\n"
		"programmed until wrp= takes it off. Writes the option bytes, has the chip load\n"
		"them and reads them back.\n"
		"\n"
		"  stlink-download wrp=none\n"
		"  stlink-download wrp=0-3,0x08010000:16k\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.changes = true,
	.reloads = true,
	.parse = wrp_parse,
	.check = wrp_check,
	.run = wrp_run,
};
