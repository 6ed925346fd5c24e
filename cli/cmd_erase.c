/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_erase.c - erase, erase=all, erase=ADDR[:LEN].
 */
#include <inttypes.h>
#include <string.h>

#include "cli/format.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/word.h"

static enum sl_err range_parse(struct ctx *c, struct word *w, const char *rest)
{
	if (rest[0] == '\0')
		return word_usage(c, w, "neither all nor an address is named");
	return word_parse_range(c, w, rest, strlen(rest));
}

/* Without a length: to the end of the sector that holds the address, from its start. */
static enum sl_err range_check(struct session *s, struct word *w)
{
	size_t n = 0;
	const struct flash_sector *sector = flash_sectors(s->flash, &n);
	uint64_t end = (uint64_t)w->addr + (w->has_len ? w->len : 1), covered = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t first = sector[i].addr, last = first + sector[i].bytes;

		if (!w->has_len && w->addr >= first && w->addr < last) {
			w->addr = sector[i].addr;
			w->len = sector[i].bytes;
			w->has_len = true;
			return SL_OK;
		}
		if (w->addr < last && end > first)
			covered += (end < last ? end : last) - (w->addr > first ? w->addr : first);
	}
	if (w->has_len && covered == w->len)
		return SL_OK;
	if (covered == 0)
		(void)ctx_fail_addr(s->ctx, SL_USAGE, "cli", w->addr, "0x%08x is not in this chip's "
				    "flash", (unsigned)w->addr);
	else
		(void)ctx_fail_addr(s->ctx, SL_USAGE, "cli", w->addr, "0x%08x to 0x%08" PRIx64 " is only "
				    "partly in this chip's flash", (unsigned)w->addr, end - 1);
	if (n)
		ctx_hint(s->ctx, "its flash is 0x%08x to 0x%08" PRIx64, (unsigned)sector[0].addr,
			 (uint64_t)sector[n - 1].addr + sector[n - 1].bytes - 1);
	return SL_USAGE;
}

static void report(struct session *s, const struct word *w, const struct flash_stats *st,
		   uint64_t us)
{
	struct json *j = output_event(s->out, "proof");
	size_t n = 0;
	const struct flash_sector *sectors = flash_sectors(s->flash, &n);
	/* What was kept was proved as well, but is not blank. */
	uint64_t blank = w->has_len ? w->len : st->bytes_proved;

	output_done(s->out, "erase: %s at 0x%08x, proved blank by %s, %s",
		    format_bytes(blank).s,
		    (unsigned)(w->has_len || n == 0 ? w->addr : sectors[0].addr),
		    format_proof(st->bytes_proved, st->bytes_summed), format_seconds(us).s);
	if (st->mass_erased)
		output_done(s->out, "       erased the whole flash");
	else
		output_done(s->out, "       erased %s sector%s", format_count(st->sectors_erased).s,
			    st->sectors_erased == 1 ? "" : "s");
	if (st->bytes_kept)
		output_done(s->out, "       kept %s around it", format_bytes(st->bytes_kept).s);
	if (!j)
		return;
	json_string(j, "word", w->text);
	json_number(j, "bytes", blank);
	json_number(j, "bytes_proved", st->bytes_proved);
	json_number(j, "bytes_summed", st->bytes_summed);
	json_number(j, "bytes_kept", st->bytes_kept);
	json_number(j, "sectors_erased", st->sectors_erased);
	json_bool(j, "mass_erased", st->mass_erased);
	json_seconds(j, "seconds", us);
	output_event_end(s->out);
}

static void plan(struct session *s, const struct word *w)
{
	struct json *j = output_event(s->out, "plan");

	if (!j)
		return;
	json_string(j, "word", w->text);
	json_string(j, "action", "erase");
	if (w->has_len) {
		json_number(j, "address", w->addr);
		json_number(j, "bytes", w->len);
	}
	output_event_end(s->out);
}

static enum sl_err erase_run(struct session *s, struct word *w)
{
	struct progress p;
	struct flash_progress listener = progress_begin(&p, s->out, w->text);
	struct flash_stats st = { 0 };
	uint64_t start = ctx_now_us(s->ctx);
	bool is_running = false;
	enum sl_err err = session_ask_halt(s, &is_running);

	if (err)
		return err;
	plan(s, w);
	if (w->has_len)
		err = flash_erase_range(s->flash, s->ctx, (struct flash_range){ w->addr, w->len },
					&listener, &st);
	else
		err = flash_erase_all(s->flash, s->ctx, &listener, &st);
	progress_end(&p);
	err = session_explain_stop(s, err);
	if (!err)
		report(s, w, &st, ctx_now_us(s->ctx) - start);
	return err;
}

const struct command verb_erase = {
	.name = "erase",
	.syntax = "erase",
	.summary = "erase the whole flash (also: erase=all)",
	.help = "Erases the whole main flash and proves that it is blank. Option bytes are not\n"
		"touched.\n"
		"\n"
		"  stlink-download erase\n",
	.form = FORM_ALONE,
	.needs = RUNG_FLASH,
	.changes = true,
	.unattended = true,
	.run = erase_run,
};

const struct command verb_erase_all = {
	.name = "erase=all",
	.syntax = "erase=all",
	.summary = "the same as erase",
	.help = "The same as erase: erases the whole main flash and proves that it is blank.\n"
		"\n"
		"  stlink-download erase=all flash:w:app.bin flash:v:app.bin run\n",
	.form = FORM_ALONE,
	.needs = RUNG_FLASH,
	.changes = true,
	.hidden = true,
	.unattended = true,
	.run = erase_run,
};

const struct command verb_erase_range = {
	.name = "erase=",
	.syntax = "erase=ADDR[:LEN]",
	.summary = "erase one sector, or LEN bytes",
	.help = "Without LEN: erases the sector (page) that holds ADDR. With LEN: erases exactly\n"
		"that range; what the first and last sector hold outside of it is kept. Proves\n"
		"that the range is blank.\n"
		"\n"
		"  stlink-download erase=0x08004000\n"
		"  stlink-download erase=0x08004000:16k\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_FLASH,
	.changes = true,
	.parse = range_parse,
	.check = range_check,
	.unattended = true,
	.run = erase_run,
};
