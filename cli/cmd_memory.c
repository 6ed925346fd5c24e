/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_memory.c - read<ADDR>, write<ADDR>=V: words of memory and peripherals.
 *
 * Each word is exactly one 32-bit bus access, because reading some registers has effects.
 */
#include "cli/session.h"
#include "cli/word.h"

#include <string.h>

enum {
	READ_WORDS = 4,                 /* 16 bytes, as the original */
	FLASH_REGS_BYTES = 0x400        /* a slot of the memory map: RM0041, RM0038, RM0090 */
};

static enum sl_err check_aligned(struct ctx *c, const struct word *w)
{
	return w->addr % 4 ? word_usage(c, w, "0x%08x is not a multiple of 4", (unsigned)w->addr)
			   : SL_OK;
}

static enum sl_err read_parse(struct ctx *c, struct word *w, const char *rest)
{
	enum sl_err err = word_parse_number(c, rest, strlen(rest), "an address", &w->addr);

	return err ? err : check_aligned(c, w);
}

static enum sl_err write_parse(struct ctx *c, struct word *w, const char *rest)
{
	enum sl_err err = word_parse_addr_value(c, w, rest);

	return err ? err : check_aligned(c, w);
}

static enum sl_err read_run(struct session *s, struct word *w)
{
	uint32_t v[READ_WORDS] = { 0 };
	enum sl_err err = SL_OK;
	struct json *j;

	for (uint32_t i = 0; i < READ_WORDS && !err; i++)
		err = target_read32(s->target, s->ctx, w->addr + 4 * i, &v[i]);
	if (err)
		return session_explain_fault(s, err);
	output_result(s->out, "0x%08x: %08x %08x %08x %08x", (unsigned)w->addr, (unsigned)v[0],
		      (unsigned)v[1], (unsigned)v[2], (unsigned)v[3]);
	j = output_event(s->out, "memory");
	if (!j)
		return SL_OK;
	json_number(j, "address", w->addr);
	json_array(j, "words");
	for (size_t i = 0; i < READ_WORDS; i++)
		json_number(j, NULL, v[i]);
	json_array_end(j);
	output_event_end(s->out);
	return SL_OK;
}

static enum sl_err refuse(struct session *s, uint32_t addr, const char *what, const char *hint)
{
	(void)ctx_fail_addr(s->ctx, SL_USAGE, "cli", addr, "0x%08x %s", (unsigned)addr, what);
	ctx_hint(s->ctx, "%s", hint);
	return SL_USAGE;
}

/* What other words are for, so that nothing but them changes flash, option bytes or protection: a few
 * keys, written one by one, would do. */
static enum sl_err check_barred(struct session *s, uint32_t addr)
{
	const struct target_info *info = target_get_info(s->target);
	const struct chip_row *chip = info->chip;

	if (chip && addr - chip->flash_base < info->flash_kb * 1024)
		return refuse(s, addr, "is flash, which a plain write does not change",
			      "use program=FILE@ADDR or flash:w:FILE");
	if (chip && addr - chip->flash_regs < FLASH_REGS_BYTES)
		return refuse(s, addr, "is the flash controller's, which a plain write leaves alone",
			      "program, erase, wrp=, lock=, unlock and option: are for flash and option "
			      "bytes");
	return SL_OK;
}

static enum sl_err write_run(struct session *s, struct word *w)
{
	enum sl_err err = check_barred(s, w->addr);
	struct json *j;

	if (err)
		return err;
	err = target_write32(s->target, s->ctx, w->addr, w->value);
	if (err)
		return session_explain_fault(s, err);
	output_done(s->out, "0x%08x: sent %08x", (unsigned)w->addr, (unsigned)w->value);
	j = output_event(s->out, "write");
	if (j) {
		json_number(j, "address", w->addr);
		json_number(j, "value", w->value);
		output_event_end(s->out);
	}
	return SL_OK;
}

const struct command verb_read_word = {
	.name = "read",
	.syntax = "read<ADDR>",
	.summary = "show 16 bytes of memory as four words",
	.help = "Reads four 32-bit words, one bus access each, and shows them. ADDR must be a\n"
		"multiple of 4. To read memory into a file see help read=.\n"
		"\n"
		"  stlink-download read0x20000000 read0x40021000\n",
	.form = FORM_NUMBER,
	.needs = RUNG_TARGET,
	.parse = read_parse,
	.run = read_run,
};

const struct command verb_write_word = {
	.name = "write",
	.syntax = "write<ADDR>=V",
	.summary = "write one word of SRAM or of a peripheral",
	.help = "Writes one 32-bit word with one bus access. It is not read back, because\n"
		"reading some peripheral registers has effects; put read<ADDR> after it to look.\n"
		"ADDR must be a multiple of 4. Flash and the registers of its controller are not\n"
		"written this way.\n"
		"\n"
		"  stlink-download write0x20000000=0x12345678 read0x20000000\n",
	.form = FORM_NUMBER,
	.needs = RUNG_TARGET,
	.changes = true,
	.parse = write_parse,
	.unattended = true,
	.run = write_run,
};
