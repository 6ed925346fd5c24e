/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_fpec.c - option bytes of F0, F1 and F3: eight half-words, erased together, the
 * complement made by the hardware.
 *
 * Follows PM0075 (F10x; PM0063 for F100), RM0091 (F0) and RM0316 (F3), option bytes. Half-words are
 * written by code in SRAM: old probes have no 16-bit access, and between the erase and the
 * protection byte there is then nothing that can be unplugged.
 */
#include "flash/option_priv.h"

#include <string.h>

#include "base/bytes.h"

#define FPEC_OPTKEYR  UINT32_C(0x08)            /* PM0075, register map */
#define FPEC_SR       UINT32_C(0x0C)
#define FPEC_CR       UINT32_C(0x10)
#define FPEC_OBR      UINT32_C(0x1C)
#define FPEC_WRPR     UINT32_C(0x20)
#define CR_OPTWRE     (UINT32_C(1) << 9)        /* PM0075, FLASH_CR; RM0091 the same */
#define CR_LOCK       (UINT32_C(1) << 7)
#define OBR_OPTERR    (UINT32_C(1) << 0)        /* PM0075, FLASH_OBR */

static const uint32_t keys[2] = { 0x45670123, 0xCDEF89AB };     /* PM0075, FLASH_OPTKEYR */

enum {
	WORDS = 8, RDP = 0, USER = 1, DATA0 = 2, DATA1 = 3, WRP0 = 4,
	/* Option erase 40 ms, mass erase 40 ms, half-words (STM32F103 data sheet, flash memory);
	 * look-alikes take up to 10 s for all of flash. */
	WRITE_MS = 12000,
	CODE_ROOM = 96,
	WORK_BYTES = CODE_ROOM + 2 * WORDS
};

/* RM0091 and RM0316: there are as many WRP bytes as flash needs; F1 has them all (PM0075). */
static unsigned fpec_words(const struct option_bytes *ob)
{
	if (!ob->kind->launch_value)
		return WORDS;
	return WRP0 + (unsigned)(ob->n_areas + 7) / 8;
}

/* Does what the controller has loaded agree with what is stored? */
static enum sl_err look_at_loaded(struct option_bytes *ob, struct ctx *c, struct ob_state *st)
{
	const struct ob_kind *k = ob->kind;
	const uint32_t *w = st->stored.w;
	uint32_t obr = 0, wrpr = 0, user = ob_mask(ob, USER);
	enum sl_err err = ctrl_read(&ob->f, c, FPEC_OBR, &obr);

	if (!err)
		err = ctrl_read(&ob->f, c, FPEC_WRPR, &wrpr);
	if (err)
		return err;
	st->loaded = !(obr & OBR_OPTERR) && !((obr >> k->obr_user ^ w[USER]) & user) &&
		     (obr >> k->obr_data & 0xFF) == w[DATA0] && (obr >> (k->obr_data + 8) & 0xFF) == w[DATA1];
	for (unsigned n = WRP0; n < ob->n_words; n++)
		st->loaded = st->loaded && (wrpr >> 8 * (n - WRP0) & 0xFF) == w[n];
	return SL_OK;
}

/* A wrong complement is half a write, or a wrong answer: whoever took that for half a write would write FF,
 * which is read protection. */
static enum sl_err read_again(struct option_bytes *ob, struct ctx *c, const uint8_t *was, size_t len)
{
	uint8_t now[2 * WORDS];
	enum sl_err err = target_read_mem(ob->f.t, c, ob->f.chip->option_base, now, len);

	if (!err && memcmp(was, now, len) != 0)
		err = ctx_fail(c, SL_PROBE, "flash", "the option bytes are others when they are read again: "
			       "one of the answers was wrong");
	return err;
}

static enum sl_err fpec_read(struct option_bytes *ob, struct ctx *c, struct ob_state *out)
{
	uint8_t bytes[2 * WORDS];
	enum sl_err err = target_read_mem(ob->f.t, c, ob->f.chip->option_base, bytes, sizeof(bytes));

	if (err)
		return err;
	out->blank = true;
	for (unsigned i = 0; i < WORDS; i++) {
		uint32_t half = get_le16(bytes + 2 * i);

		out->stored.w[i] = half & 0xFF;
		/* PM0075, option byte loading: counts as FF then. Erased is no error for the chip, but
		 * nothing that was written either. */
		if (i < ob->n_words && (half & 0xFF) != (~half >> 8 & 0xFF)) {
			out->bad |= UINT32_C(1) << i;
			out->stored.w[i] = 0xFF;
		}
		out->blank = out->blank && (i >= ob->n_words || half == 0xFFFF);
	}
	if (out->bad)
		err = read_again(ob, c, bytes, sizeof(bytes));
	return err ? err : look_at_loaded(ob, c, out);
}

static enum sl_err fpec_unlock(struct option_bytes *ob, struct ctx *c)
{
	uint32_t cr = 0;
	enum sl_err err = ob->f.ops->unlock(&ob->f, c);

	if (!err)
		err = ctrl_read(&ob->f, c, FPEC_CR, &cr);
	if (!err && !(cr & CR_OPTWRE))
		err = ctrl_keys(&ob->f, c, FPEC_OPTKEYR, keys);
	if (!err)
		err = ctrl_read(&ob->f, c, FPEC_CR, &cr);
	if (!err && !(cr & CR_OPTWRE))
		err = ctrl_still_locked(c);
	return err;
}

/* One question that got no answer is no reason to stop code that has erased the option bytes and not yet
 * written all of them. */
static enum sl_err call_to_its_end(struct target *t, struct ctx *c, struct target_call *call)
{
	enum sl_err err = target_call(t, c, call);
	struct fault why = c->fault;

	if (!err || err == SL_GONE || !target_call_runs(t))
		return err;
	ctx_log(c, LOG_DEBUG, "the option code is asked again: %s", c->fault.text);
	ctx_clear(c);
	if (!target_call_finish(t, c, call))
		return SL_OK;
	if (target_call_abort(t, c))
		target_keep_halted(t, c);
	c->fault = why;
	return err;
}

static enum sl_err run_code(struct option_bytes *ob, struct ctx *c, const struct ob_image *want)
{
	const struct loader *l = &loader_option_f1;
	const struct chip_row *chip = ob->f.chip;
	uint8_t work[WORK_BYTES] = { 0 };
	struct target_call call = {
		.pc = chip->sram_base, .stop = chip->sram_base + l->stop, .timeout_ms = WRITE_MS,
		.r = { chip->flash_regs, chip->sram_base + CODE_ROOM, chip->option_base, ob->n_words },
	};
	enum sl_err err;

	if (l->bytes > CODE_ROOM || ob->n_words > (WORK_BYTES - CODE_ROOM) / 2)
		return ctx_fail(c, SL_BUG, "flash", "no room for %s", l->name);
	memcpy(work, l->code, l->bytes);
	for (unsigned i = 0; i < ob->n_words; i++)
		put_le16(work + CODE_ROOM + 2 * i, (uint16_t)(want->w[i] & 0xFF));
	err = target_write_mem(ob->f.t, c, chip->sram_base, work, sizeof(work));
	if (!err)
		err = call_to_its_end(ob->f.t, c, &call);
	/* PGERR after the protection byte: seen on silicon, and the byte was right (Black Magic Probe). What
	 * counts is what is read back. */
	if (!err)
		ctx_log(c, LOG_DEBUG, "option bytes written, flags 0x%02x, %u left", call.r[4], call.r[3]);
	return err;
}

/* SRAM and core are the firmware's: back as they were. */
static enum sl_err fpec_write(struct option_bytes *ob, struct ctx *c, const struct ob_image *want)
{
	struct target *t = ob->f.t;
	struct target_core core;
	uint8_t sram[WORK_BYTES];
	enum sl_err err = target_save_core(t, c, &core), back;
	struct fault why;

	if (!err)
		err = target_read_mem(t, c, ob->f.chip->sram_base, sram, sizeof(sram));
	if (!err)
		err = ob->f.ops->clock_up(&ob->f, c);
	if (err)
		return err;
	err = run_code(ob, c, want);
	why = c->fault;
	/* SRAM must not change under code that may still run. */
	if (target_call_lost(t) || target_call_runs(t))
		return err;
	back = ob->f.ops->clock_back(&ob->f, c);
	if (!back)
		back = target_write_mem(t, c, ob->f.chip->sram_base, sram, sizeof(sram));
	target_restore_core(t, &core);
	if (!back && !err)
		return ctrl_write(&ob->f, c, FPEC_CR, CR_OPTWRE);
	if (err)
		c->fault = why;
	return err ? err : back;
}

static enum sl_err fpec_lock(struct option_bytes *ob, struct ctx *c)
{
	ctrl_calm(&ob->f, c, FPEC_SR, WRITE_MS);
	return ctrl_write(&ob->f, c, FPEC_CR, CR_LOCK);
}

const struct ob_ops ob_fpec = {
	.read = fpec_read, .unlock = fpec_unlock, .write = fpec_write, .lock = fpec_lock,
	.words = fpec_words,
};
