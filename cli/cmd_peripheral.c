/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_peripheral.c - PORTA, TIM2, USART1, CAN1, SysTick ...: the registers of one peripheral.
 *
 * Reads only what can be read without an effect on the running program.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "cli/describe.h"
#include "cli/peripherals.h"
#include "cli/word.h"

enum { PER_LINE = 4 };

/* A later form of the original said timer3 for TIM3. */
static const struct peripheral *find(const char *text)
{
	char name[16];
	uint32_t n;

	if (strncasecmp(text, "timer", 5) != 0 || !num_parse_str(text + 5, &n) || n > 99)
		return peripheral_find(text);
	(void)snprintf(name, sizeof(name), "TIM%u", (unsigned)n);
	return peripheral_find(name);
}

static bool peripheral_fits(const char *text)
{
	return find(text) != NULL;
}

static enum sl_err peripheral_parse(struct ctx *c, struct word *w, const char *rest)
{
	(void)c;
	w->peripheral = find(rest);
	return SL_OK;
}

static enum sl_err check_chip(struct session *s, const struct peripheral *p)
{
	const struct chip_row *chip;
	enum sl_err err;

	if (!p->family)
		return SL_OK;
	err = session_chip(s, &chip);
	if (err || strcmp(chip->peripherals ? chip->peripherals : chip->family, p->family) == 0)
		return err;
	(void)ctx_fail(s->ctx, SL_UNSUPPORTED, "cli", "the registers of %s are known for STM32%s only",
		       p->name, p->family);
	ctx_hint(s->ctx, "read them as words: read<ADDR>");
	return SL_UNSUPPORTED;
}

/* Registers of a peripheral without clock read as zeros, or stop the bus. */
static enum sl_err check_clock(struct session *s, const struct peripheral *p, bool *on)
{
	uint32_t enabled = 0;
	enum sl_err err;

	*on = true;
	if (!p->clock_reg)
		return SL_OK;
	err = target_read32(s->target, s->ctx, p->clock_reg, &enabled);
	*on = (enabled & p->clock_bit) != 0;
	return err;
}

static void show(struct session *s, const struct peripheral *p, size_t n, const uint32_t values[])
{
	struct json *j = output_event(s->out, "peripheral");
	char line[PER_LINE * 24 + 1] = "";
	size_t at = 0;

	if (j) {
		json_string(j, "name", p->name);
		json_number(j, "address", p->base);
		json_object(j, "registers");
		for (size_t i = 0; i < n; i++)
			json_number(j, p->kind->regs[i].name, values[i]);
		json_object_end(j);
		output_event_end(s->out);
		return;
	}
	output_result(s->out, "%s at 0x%08x:", p->name, (unsigned)p->base);
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(line + at, sizeof(line) - at, " %8s=%08x",
				       p->kind->regs[i].name, (unsigned)values[i]);
		if (i % PER_LINE == PER_LINE - 1 || i + 1 == n) {
			output_result(s->out, "%s", line);
			at = 0;
		}
	}
}

static enum sl_err peripheral_run(struct session *s, struct word *w)
{
	const struct peripheral *p = w->peripheral;
	uint32_t values[ARRAY_LEN(p->kind->regs)] = { 0 };
	size_t n = 0;
	bool on = true;
	enum sl_err err = check_chip(s, p);

	if (!err)
		err = check_clock(s, p, &on);
	for (; !err && on && n < ARRAY_LEN(values) && p->kind->regs[n].name; n++)
		err = target_read32(s->target, s->ctx, p->base + p->kind->regs[n].off, &values[n]);
	if (err)
		return err;
	if (!on)
		output_result(s->out, "%s at 0x%08x: not read, its clock is off or this chip has none",
			      p->name, (unsigned)p->base);
	if (on || s->out->json_on)
		show(s, p, n, values);
	return SL_OK;
}

const struct command verb_peripheral = {
	.name = "PORTA",
	.syntax = "PORTA, TIM2, CAN1 ...",
	.summary = "show a peripheral's registers (STM32F1)",
	.help = "Shows the registers of a peripheral of an STM32F1: PORTA to PORTG, TIM1 to\n"
		"TIM17, USART1 to USART5, SPI1 to SPI3, I2C1, I2C2, CAN1, CAN2, DMA1, DMA2, DAC;\n"
		"of any chip: SysTick. Capital or small letters; timer3 is TIM3. Registers whose\n"
		"reading would disturb the program (data and flag registers) are not read, nor\n"
		"is a peripheral whose clock is off (as it is when the chip has none).\n"
		"\n"
		"  stlink-download PORTC TIM2 SysTick\n",
	.form = FORM_OWN,
	.needs = RUNG_TARGET,
	.fits = peripheral_fits,
	.parse = peripheral_parse,
	.run = peripheral_run,
};
