/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_regs.c - regs, reg<N|name>, wreg<N|name>=V: core registers.
 *
 * Registers can be read only while the core is halted; a running core is halted for the moment
 * and let go again. Writing to a running core makes no sense and is refused.
 */
#include <stdio.h>
#include <string.h>

#include "cli/describe.h"
#include "cli/word.h"
#include "target/regs.h"

enum { PER_LINE = 4, NAME_MAX_LEN = 15 };

static enum sl_err find_reg(struct ctx *c, struct word *w, const char *text, size_t len)
{
	char name[NAME_MAX_LEN + 1];

	if (len == 0)
		return word_usage(c, w, "no register is named");
	if (len <= NAME_MAX_LEN) {
		memcpy(name, text, len);
		name[len] = '\0';
		w->reg = reg_find(name);
	}
	if (w->reg)
		return SL_OK;
	(void)ctx_fail(c, SL_USAGE, "cli", "there is no core register %.*s",
		       len < 40 ? (int)len : 40, text);
	ctx_hint(c, "r0 to r15, sp, lr, pc, xpsr, msp, psp, primask, basepri, faultmask, control, "
		    "fpscr, s0 to s31; the word is written %s", w->command->syntax);
	return SL_USAGE;
}

static enum sl_err reg_parse(struct ctx *c, struct word *w, const char *rest)
{
	return find_reg(c, w, rest, strlen(rest));
}

static enum sl_err wreg_parse(struct ctx *c, struct word *w, const char *rest)
{
	const char *equals = strchr(rest, '=');
	enum sl_err err;

	if (!equals)
		return word_usage(c, w, "no value is named");
	err = find_reg(c, w, rest, (size_t)(equals - rest));
	return err ? err : word_parse_number(c, equals + 1, strlen(equals + 1), "a value", &w->value);
}

static void show(struct session *s, const struct reg_name *r, uint32_t value)
{
	struct json *j = output_event(s->out, "register");

	if (!j) {
		output_result(s->out, "%s = 0x%08x", r->name, (unsigned)value);
		return;
	}
	json_string(j, "name", r->name);
	json_number(j, "value", value);
	output_event_end(s->out);
}

/* The general registers and the special ones that this core has; no FPU registers. */
static bool belongs(const struct session *s, const struct reg_name *r)
{
	const struct core_kind *core = target_get_info(s->target)->core;

	return !r->fpu && !(r->mainline && core && !core->mainline);
}

static enum sl_err show_all(struct session *s)
{
	size_t n = 0, used = 0;
	const struct reg_name *names = reg_names(&n);
	char line[PER_LINE * 24 + 1] = "";
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t value = 0;
		enum sl_err err;

		if (!belongs(s, &names[i]))
			continue;
		err = reg_read(s->target, s->ctx, &names[i], &value);
		if (err)
			return err;
		if (s->out->json_on) {
			show(s, &names[i], value);
			continue;
		}
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%8s=0x%08x",
				       at ? " " : "", names[i].name, (unsigned)value);
		if (++used % PER_LINE == 0) {
			output_result(s->out, "%s", line);
			at = 0;
		}
	}
	if (at)
		output_result(s->out, "%s", line);
	return SL_OK;
}

static enum sl_err regs_run(struct session *s, struct word *w)
{
	bool was_running = false;
	enum sl_err err = session_pause_core(s, &was_running), resumed;
	uint32_t value = 0;

	if (err)
		return err;
	if (w->reg) {
		err = reg_read(s->target, s->ctx, w->reg, &value);
		if (!err)
			show(s, w->reg, value);
	} else {
		err = show_all(s);
	}
	if (err)
		return err;     /* target_detach puts the core back */
	resumed = session_resume_core(s, was_running);
	return resumed;
}

static enum sl_err wreg_run(struct session *s, struct word *w)
{
	enum target_state state = TARGET_RUNNING;
	uint32_t back = 0;
	enum sl_err err = target_get_state(s->target, s->ctx, &state);

	if (err)
		return err;
	if (state != TARGET_HALTED) {
		(void)ctx_fail(s->ctx, SL_TARGET, "cli", "the core is %s, registers can only be "
			       "written while it is halted", describe_state(state));
		ctx_hint(s->ctx, "put debug before it: stlink-download debug %.60s", w->text);
		return SL_TARGET;
	}
	err = reg_write(s->target, s->ctx, w->reg, w->value);
	if (!err)
		err = reg_read(s->target, s->ctx, w->reg, &back);
	if (err)
		return err;
	if (back != w->value)
		ctx_log(s->ctx, LOG_WARN, "%s keeps only part of 0x%08x", w->reg->name,
			(unsigned)w->value);
	if (strcmp(w->reg->name, "pc") == 0)
		s->program_changed = false;
	show(s, w->reg, back);
	return SL_OK;
}

const struct command verb_regs = {
	.name = "regs",
	.syntax = "regs",
	.summary = "show the core registers",
	.help = "Shows the core registers, four to a line. A running core is halted for the\n"
		"moment and goes on afterwards.\n"
		"\n"
		"  stlink-download debug regs\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.run = regs_run,
};

const struct command verb_reg = {
	.name = "reg",
	.syntax = "reg<N|name>",
	.summary = "show one core register: reg0, regpc, regxpsr",
	.help = "Shows one core register, by number or by name: r0 to r15, sp, lr, pc, xpsr,\n"
		"msp, psp, primask, basepri, faultmask, control, fpscr, s0 to s31. Numbers are\n"
		"the core's own (16 is xpsr). A running core is halted for the moment.\n"
		"\n"
		"  stlink-download debug reg0 regpc\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.parse = reg_parse,
	.run = regs_run,
};

const struct command verb_wreg = {
	.name = "wreg",
	.syntax = "wreg<N|name>=V",
	.summary = "write one core register of a halted core",
	.help = "Writes one core register, reads it back and shows it. The core must be halted:\n"
		"put debug before it.\n"
		"\n"
		"  stlink-download debug wregr0=0x1234 wregpc=0x08000100 run\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.changes = true,
	.parse = wreg_parse,
	.run = wreg_run,
};
