/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_control.c - debug (halt), run, step, reset.
 */
#include <stdio.h>

#include "cli/session.h"

static enum sl_err say(struct session *s, enum sl_err err, const char *what)
{
	struct json *j;

	if (err)
		return err;
	output_done(s->out, "%s", what);
	j = output_event(s->out, "core");
	if (j) {
		json_string(j, "state", what);
		output_event_end(s->out);
	}
	return SL_OK;
}

static enum sl_err debug_run(struct session *s, struct word *w)
{
	(void)w;
	return say(s, target_halt(s->target, s->ctx), "halted");
}

/* A core that was let go may have locked up at once, as it does without a program in flash, or have met a
 * breakpoint. One that cannot be asked any more (asleep, SWD pins in other use) was let go all the same. */
static enum sl_err say_going(struct session *s, enum sl_err err, const char *before)
{
	const char *now = "running";
	char what[40];
	enum target_state state = TARGET_RUNNING;

	if (!err && target_get_state(s->target, s->ctx, &state)) {
		ctx_log(s->ctx, LOG_INFO, "its state is not known: %s", s->ctx->fault.text);
		ctx_clear(s->ctx);
		state = TARGET_RUNNING;
	}
	if (state == TARGET_LOCKUP || state == TARGET_HALTED)
		now = state == TARGET_LOCKUP ? "locked up" : "halted again";
	(void)snprintf(what, sizeof(what), "%s%s", before, now);
	err = say(s, err, what);
	if (!err && state == TARGET_LOCKUP)
		ctx_log(s->ctx, LOG_WARN, "the core has locked up: is there a program in flash?");
	return err;
}

static enum sl_err start_over(struct session *s)
{
	s->program_changed = false;
	return say_going(s, target_reset(s->target, s->ctx, RESET_RUN), "reset, ");
}

/* As with the original, whose program= had reset the chip: run starts what was written. */
static enum sl_err run_run(struct session *s, struct word *w)
{
	(void)w;
	if (s->program_changed)
		return start_over(s);
	return say_going(s, target_run(s->target, s->ctx), "");
}

static enum sl_err step_run(struct session *s, struct word *w)
{
	uint32_t pc = 0;
	char what[40];
	enum sl_err err = target_step(s->target, s->ctx);

	(void)w;
	if (!err)
		err = target_read_reg(s->target, s->ctx, 15, &pc);
	(void)snprintf(what, sizeof(what), "stepped to 0x%08x", (unsigned)pc);
	return say(s, err, what);
}

static enum sl_err reset_run(struct session *s, struct word *w)
{
	(void)w;
	return start_over(s);
}

const struct command verb_debug = {
	.name = "debug",
	.syntax = "debug",
	.summary = "halt the core; it stays halted (also: halt)",
	.help = "Halts the core, which stays halted when the program ends, until run, reset or a\n"
		"power cycle.\n"
		"\n"
		"  stlink-download debug regs\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.changes = true,
	.unattended = true,
	.run = debug_run,
};

const struct command verb_halt = {
	.name = "halt",
	.syntax = "halt",
	.summary = "the same as debug",
	.help = "The same as debug: halts the core, which stays halted.\n"
		"\n"
		"  stlink-download halt regs\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.changes = true,
	.hidden = true,
	.unattended = true,
	.run = debug_run,
};

const struct command verb_run = {
	.name = "run",
	.restarts = true,
	.syntax = "run",
	.summary = "let the core run; a program just written, from reset",
	.help = "Lets the core run on from its program counter. After words that changed the\n"
		"program it resets the chip, because counter and stack of the old program mean\n"
		"nothing to the new one; wregpc= before it prevents that.\n"
		"\n"
		"  stlink-download program=blink.hex reset run\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.changes = true,
	.unattended = true,
	.run = run_run,
};

const struct command verb_step = {
	.name = "step",
	.syntax = "step",
	.summary = "execute one instruction; the core stays halted",
	.help = "Executes one instruction with interrupts masked and shows where the core\n"
		"stopped.\n"
		"\n"
		"  stlink-download debug step step regs\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.changes = true,
	.run = step_run,
};

const struct command verb_reset = {
	.name = "reset",
	.restarts = true,
	.syntax = "reset",
	.summary = "reset the chip and let it run",
	.help = "Resets the whole chip; it starts as after power-on.\n"
		"\n"
		"  stlink-download program=blink.hex reset\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.changes = true,
	.unattended = true,
	.run = reset_run,
};
