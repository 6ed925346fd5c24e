/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * session.c - climbing from probe to flash, and back down.
 */
#include "cli/session.h"

#include <stdio.h>
#include <string.h>

#include "base/recorder.h"
#include "cli/describe.h"
#include "cli/holder.h"
#include "cli/serial_port.h"

enum { BUSY_MS = 200, BUSY_POLL_US = 40000 };

enum { CATCH_ALONE_MS = 10000 };        /* a person presses the reset button */

void session_init(struct session *s, struct ctx *c, const struct options *o, struct output *out)
{
	memset(s, 0, sizeof(*s));
	s->ctx = c;
	s->options = o;
	s->out = out;
}

/* Somebody's list may hold the probe just now, for some milliseconds. */
static enum sl_err open_probe(struct session *s)
{
	struct deadline end = ctx_deadline(s->ctx, BUSY_MS);
	enum sl_err err = link_open(s->ctx, &s->probe, &s->link);

	while (err == SL_BUSY && !ctx_expired(s->ctx, end) && !ctx_signalled(s->ctx)) {
		ctx_sleep_us(s->ctx, BUSY_POLL_US);
		ctx_clear(s->ctx);
		err = link_open(s->ctx, &s->probe, &s->link);
	}
	return err;
}

/* Who has it is told. Whoever had it may have ended just now, and nobody has it: then once more. */
static enum sl_err open_or_tell(struct session *s)
{
	enum sl_err err = open_probe(s);

	if (err != SL_BUSY || s->probe.url[0] || holder_tell(s->ctx, &s->probe))
		return err;
	ctx_clear(s->ctx);
	err = open_probe(s);
	if (err == SL_BUSY)
		(void)holder_tell(s->ctx, &s->probe);
	return err;
}

static enum sl_err climb_probe(struct session *s)
{
	struct ctx *c = s->ctx;
	enum sl_err err;

	if (s->link)
		return SL_OK;
	err = probe_find(c, s->options->device, &s->probe);
	if (err)
		return ctx_doing(c, err, "looking for a probe");
	err = open_or_tell(s);
	if (err)
		return ctx_doing(c, err, "opening the probe");
	/* Over USB/IP the kind shows only now. */
	if (!s->probe.kind)
		s->probe.kind = probe_kind_of_pid(link_get_version(s->link)->pid);
	describe_probe_event(s->out, &s->probe, s->link);
	return SL_OK;
}

static void doctor_of(struct session *s, struct doctor *d)
{
	memset(d, 0, sizeof(*d));
	d->ctx = s->ctx;
	d->link = s->link;
	d->target = s->target;
	d->speed_khz = s->options->speed_khz;
	d->facts.climb = s->climb;
}

static void keep_one(void *priv, const char *what, const char *found)
{
	recorder_tell(priv, what, found);
}

/* For the bundle, all that can be measured; the failure stays what it was. */
static void keep_evidence(struct session *s)
{
	struct doctor d = { .tell = keep_one, .priv = s->ctx->recorder, .discreet = true };
	struct fault kept = s->ctx->fault;

	if (session_examine(s, &d))
		recorder_tell(s->ctx->recorder, "measuring", "ended by a signal");
	s->ctx->fault = kept;
}

enum sl_err session_diagnose(struct session *s, enum sl_err err)
{
	struct doctor d;

	if (!err)
		return SL_OK;
	if (!s->link)
		return doctor_explain_host(s->ctx, err);
	doctor_of(s, &d);
	err = doctor_explain(&d, err);
	if (s->options->bundle)
		keep_evidence(s);
	return err;
}

enum sl_err session_examine(struct session *s, struct doctor *d)
{
	doctor_tell_fn *tell = d->tell;
	void *priv = d->priv;
	bool discreet = d->discreet;

	doctor_of(s, d);
	d->tell = tell;
	d->priv = priv;
	d->discreet = discreet;
	return doctor_measure(d, DOCTOR_ALL);
}

static enum sl_err climb_target(struct session *s)
{
	struct target_options o = {
		.connect = s->options->connect,
		.speed_khz = s->options->speed_khz,
		.flash_bytes = s->options->flash_bytes,
		/* Core and memory words work on any Cortex-M; flash_open asks for the chip. */
		.allow_unknown = true,
		.catch_ms = s->options->connect == CONNECT_CATCH ? CATCH_ALONE_MS : 0,
	};
	const struct target_info *info;
	char name[CHIP_NAME_MAX];
	enum sl_err err;

	if (s->target)
		return SL_OK;
	err = target_climb(s->ctx, s->link, &o, &s->climb, &s->target);
	describe_climb_events(s->out, &s->climb);
	if (err)
		return ctx_doing(s->ctx, session_diagnose(s, err), "connecting to the chip");
	info = target_get_info(s->target);
	ctx_log(s->ctx, LOG_INFO, "chip: %s, flash %u KiB, protection %s",
		describe_chip_name(info, name, sizeof(name)), (unsigned)info->flash_kb,
		describe_protection(info->protection));
	describe_chip_event(s->out, info);
	return SL_OK;
}

static enum sl_err climb_flash(struct session *s)
{
	const struct chip_row *chip;
	enum sl_err err;

	if (s->flash)
		return SL_OK;
	err = session_chip(s, &chip);
	if (!err)
		err = flash_open(s->ctx, s->target, &s->flash);
	if (!err)
		flash_set_proof(s->flash, s->options->proof_read);
	return ctx_doing(s->ctx, err, "preparing the flash");
}

enum sl_err session_climb(struct session *s, enum rung rung)
{
	enum sl_err err = SL_OK;

	if (rung >= RUNG_PROBE)
		err = climb_probe(s);
	if (!err && rung >= RUNG_TARGET)
		err = climb_target(s);
	if (!err && rung >= RUNG_FLASH)
		err = climb_flash(s);
	return err;
}

void session_drop_flash(struct session *s)
{
	flash_close(s->flash);
	s->flash = NULL;
}

/* Chip, then, unless it is kept, the probe. */
static enum sl_err leave(struct session *s, enum sl_err so_far, bool keep_probe)
{
	struct ctx *c = s->ctx;
	const volatile sig_atomic_t *flag = c->signal_flag;
	struct fault kept = c->fault;
	enum sl_err err;

	/* Putting things back is not to be interrupted: a second signal kills, the first must not
	 * leave the chip in debug mode. */
	c->signal_flag = NULL;
	flash_close(s->flash);
	s->flash = NULL;
	if (s->serial_open)
		serial_close(s->serial);
	s->serial_open = false;
	ctx_clear(c);
	err = ctx_doing(c, target_detach(s->target, c), "leaving the chip");
	s->target = NULL;
	s->power_cycle = NULL;
	if (!keep_probe) {
		link_close(s->link, c);
		s->link = NULL;
	}
	c->signal_flag = flag;
	if (!so_far)
		return err;
	if (err)
		ctx_log(c, LOG_WARN, "leaving the chip failed as well: %s", c->fault.text);
	c->fault = kept;
	return so_far;
}

enum sl_err session_close(struct session *s, enum sl_err so_far)
{
	return leave(s, so_far, false);
}

enum sl_err session_drop_target(struct session *s, enum sl_err so_far)
{
	return leave(s, so_far, true);
}

enum sl_err session_chip(struct session *s, const struct chip_row **out)
{
	const struct target_info *info = target_get_info(s->target);
	char name[CHIP_NAME_MAX];

	if (!info->chip) {
		(void)ctx_fail(s->ctx, SL_UNSUPPORTED, "cli", "%s: its memories are not known here",
			       describe_chip_name(info, name, sizeof(name)));
		return ctx_cause(s->ctx, SL_UNSUPPORTED, CAUSE_UNKNOWN_CHIP);
	}
	*out = info->chip;
	return SL_OK;
}

enum sl_err session_ask_halt(struct session *s, bool *is_running)
{
	enum target_state state = TARGET_RUNNING;
	enum sl_err err = target_get_state(s->target, s->ctx, &state);

	if (err)
		return err;
	*is_running = state != TARGET_HALTED;
	if (!*is_running || s->options->connect != CONNECT_HOTPLUG)
		return SL_OK;
	(void)ctx_fail(s->ctx, SL_USAGE, "cli", "this needs a halted core, and --connect=hotplug "
		       "leaves it %s", describe_state(state));
	ctx_hint(s->ctx, "put debug before it to halt the core on purpose, or leave out "
			 "--connect=hotplug");
	return SL_USAGE;
}

enum sl_err session_pause_core(struct session *s, bool *was_running)
{
	enum sl_err err = session_ask_halt(s, was_running);

	return err || !*was_running ? err : target_halt_quietly(s->target, s->ctx);
}

enum sl_err session_explain_fault(struct session *s, enum sl_err err)
{
	if (err == SL_TARGET && s->ctx->fault.hint[0] == '\0')
		ctx_hint(s->ctx, "is there memory, or a peripheral with its clock on, at that address? "
				 "info says where flash and SRAM are");
	return err;
}

enum sl_err session_explain_stop(struct session *s, enum sl_err err)
{
	if (err == SL_INTR && s->ctx->fault.hint[0] == '\0')
		ctx_hint(s->ctx, "flash may be partly changed: run the same words again");
	return err;
}

enum sl_err session_resume_core(struct session *s, bool was_running)
{
	return was_running ? target_run(s->target, s->ctx) : SL_OK;
}
