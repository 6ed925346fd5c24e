/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_blink.c - blink: toggle the LEDs of a STM32VLDISCOVERY from outside, restore the port.
 *
 * Board: LD4 blue on PC8, LD3 green on PC9, active high (STM32VLDISCOVERY user manual UM0919).
 * Registers: RM0041, STM32F100 reference manual, sections 2.3, 6.3.7 and 7.2.
 */
#include "base/compiler.h"
#include "cli/session.h"

enum { BLINKS = 10, HALF_PERIOD_US = 250 * 1000 };

/* A board whose LEDs can be driven with the core halted. */
struct blink_board {
	uint16_t dev_id;
	const char *name;
	uint32_t clock_reg, clock_bit;          /* clock of the port */
	uint32_t mode_reg, mode_mask, mode_out; /* pins as slow push-pull outputs */
	uint32_t data_reg, set_reg;             /* ODR; BSRR */
	uint32_t led[2];                        /* bits in ODR */
};

static const struct blink_board boards[] = {
	{
		.dev_id = 0x420,
		.name = "STM32VLDISCOVERY",
		.clock_reg = 0x40021018, .clock_bit = 1u << 4,          /* RCC_APB2ENR.IOPCEN */
		.mode_reg = 0x40011004, .mode_mask = 0xFF,              /* GPIOC_CRH, pins 8 and 9 */
		.mode_out = 0x22,                                       /* MODE 10, CNF 00: 2 MHz */
		.data_reg = 0x4001100C, .set_reg = 0x40011010,          /* GPIOC_ODR, GPIOC_BSRR */
		.led = { 1u << 8, 1u << 9 },
	},
};

struct found {
	uint32_t clock, mode, data;
};

static enum sl_err find_board(struct session *s, const struct blink_board **out)
{
	const struct target_info *info = target_get_info(s->target);

	for (size_t i = 0; i < ARRAY_LEN(boards); i++) {
		if (boards[i].dev_id == info->dev_id) {
			*out = &boards[i];
			return SL_OK;
		}
	}
	(void)ctx_fail(s->ctx, SL_UNSUPPORTED, "cli", "blink knows the LEDs of a STM32VLDISCOVERY "
		       "only, and this chip (device id 0x%03x) is not on one", info->dev_id);
	ctx_hint(s->ctx, "program a blinking firmware instead");
	return SL_UNSUPPORTED;
}

static enum sl_err prepare_port(struct session *s, const struct blink_board *b, struct found *f)
{
	enum sl_err err = target_read32(s->target, s->ctx, b->clock_reg, &f->clock);

	if (!err)
		err = target_write32(s->target, s->ctx, b->clock_reg, f->clock | b->clock_bit);
	/* The port's registers answer only with its clock on. */
	if (!err)
		err = target_read32(s->target, s->ctx, b->mode_reg, &f->mode);
	if (!err)
		err = target_read32(s->target, s->ctx, b->data_reg, &f->data);
	if (!err)
		err = target_write32(s->target, s->ctx, b->mode_reg,
				     (f->mode & ~b->mode_mask) | b->mode_out);
	return err;
}

static enum sl_err blink(struct session *s, const struct blink_board *b)
{
	enum sl_err err = SL_OK;

	for (unsigned i = 0; i < 2 * BLINKS && !err; i++) {
		/* BSRR: low half sets, high half clears. One LED is on while the other is off. */
		err = target_write32(s->target, s->ctx, b->set_reg,
				     b->led[i % 2] | b->led[(i + 1) % 2] << 16);
		if (!err)
			ctx_sleep_us(s->ctx, HALF_PERIOD_US);
		if (!err)
			err = ctx_interrupted(s->ctx);
	}
	return err;
}

/* Everything is tried; the first failure counts. */
static enum sl_err restore_port(struct session *s, const struct blink_board *b,
				const struct found *f)
{
	uint32_t leds = b->led[0] | b->led[1];
	enum sl_err data = target_write32(s->target, s->ctx, b->set_reg,
					  (f->data & leds) | (~f->data & leds) << 16);
	enum sl_err mode = target_write32(s->target, s->ctx, b->mode_reg, f->mode);
	enum sl_err clock = target_write32(s->target, s->ctx, b->clock_reg, f->clock);

	return data ? data : mode ? mode : clock;
}

static enum sl_err blink_and_restore(struct session *s, const struct blink_board *b)
{
	struct found f = { 0 };
	struct fault kept;
	enum sl_err err = prepare_port(s, b, &f), restored;
	const volatile sig_atomic_t *flag = s->ctx->signal_flag;

	if (err)
		return err;
	err = blink(s, b);
	kept = s->ctx->fault;
	s->ctx->signal_flag = NULL;
	restored = restore_port(s, b, &f);
	s->ctx->signal_flag = flag;
	if (err) {
		s->ctx->fault = kept;
		return err;
	}
	return restored;
}

static enum sl_err blink_run(struct session *s, struct word *w)
{
	const struct blink_board *b = NULL;
	bool was_running = false;
	enum sl_err err = find_board(s, &b);

	(void)w;
	if (!err)
		err = session_pause_core(s, &was_running);
	if (!err)
		err = blink_and_restore(s, b);
	if (!err)
		err = session_resume_core(s, was_running);
	if (!err)
		output_done(s->out, "blink: %u times on PC8 and PC9, port restored", BLINKS);
	return err;
}

const struct command verb_blink = {
	.name = "blink",
	.syntax = "blink",
	.summary = "blink the LEDs of a STM32VLDISCOVERY by hand",
	.help = "Blinks the two LEDs of a STM32VLDISCOVERY (PC8, PC9) ten times from outside,\n"
		"with the core halted, and puts the port back as it was: shows that probe, chip\n"
		"and board work, whatever is in the flash.\n"
		"\n"
		"  stlink-download blink\n",
	.form = FORM_ALONE,
	.needs = RUNG_TARGET,
	.changes = true,
	.run = blink_run,
};
