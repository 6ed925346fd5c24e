/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_f4.c - option bytes of F2 and F4: fields of FLASH_OPTCR and OPTCR1; the hardware
 * rewrites their sector.
 *
 * Follows RM0033 or PM0059 (F2) and RM0090 or PM0081 (F4), option bytes.
 */
#include "flash/option_priv.h"

#define F4_OPTKEYR    UINT32_C(0x08)            /* RM0090, flash interface registers */
#define F4_SR         UINT32_C(0x0C)
#define F4_OPTCR      UINT32_C(0x14)
#define F4_OPTCR1     UINT32_C(0x18)
#define OPTCR_OPTLOCK (UINT32_C(1) << 0)        /* RM0090, FLASH_OPTCR */
#define OPTCR_OPTSTRT (UINT32_C(1) << 1)
#define SR_EOP        (UINT32_C(1) << 0)        /* RM0090, FLASH_SR */

static const uint32_t keys[2] = { 0x08192A3B, 0x4C5D6E7F };     /* RM0090, FLASH_OPTKEYR */

/* A change from level 1 to level 0 erases all of flash: STM32F405 data sheet, mass erase at x8
 * 32 s at most; doubled. */
enum { WRITE_MS = 64000 };

static unsigned f4_words(const struct option_bytes *ob)
{
	return ob->f.sectors[ob->f.n_sectors - 1].bank + 1u;
}

/* Nothing in a register shows a wrong answer, and whoever changes one field writes all of them back. */
static enum sl_err read_twice(struct option_bytes *ob, struct ctx *c, uint32_t off, uint32_t *value)
{
	uint32_t again = 0;
	enum sl_err err = ctrl_read(&ob->f, c, off, value);

	if (!err)
		err = ctrl_read(&ob->f, c, off, &again);
	if (!err && again != *value)
		err = ctx_fail(c, SL_PROBE, "flash", "the option register was 0x%08x first and is 0x%08x "
			       "now: one of the answers was wrong", (unsigned)*value, (unsigned)again);
	return err;
}

static enum sl_err f4_read(struct option_bytes *ob, struct ctx *c, struct ob_state *out)
{
	enum sl_err err = read_twice(ob, c, F4_OPTCR, &out->stored.w[0]);

	/* What is written to the register is read back at once, and is stored only by OPTSTRT. */
	out->unsure = !err && !(out->stored.w[0] & OPTCR_OPTLOCK);
	out->stored.w[0] &= ~(OPTCR_OPTLOCK | OPTCR_OPTSTRT);
	if (!err && ob->n_words > 1)
		err = read_twice(ob, c, F4_OPTCR1, &out->stored.w[1]);
	/* The registers are what is loaded; there is nothing beside them. */
	out->loaded = true;
	return err;
}

static enum sl_err f4_unlock(struct option_bytes *ob, struct ctx *c)
{
	uint32_t optcr = 0;
	enum sl_err err = ctrl_write(&ob->f, c, F4_SR, ctrl_flag_mask(ob->f.ops) | SR_EOP);

	if (!err)
		err = ctrl_wait(&ob->f, c, F4_SR, WRITE_MS, ob->f.chip->flash_base);
	if (!err)
		err = ctrl_read(&ob->f, c, F4_OPTCR, &optcr);
	if (!err && (optcr & OPTCR_OPTLOCK))
		err = ctrl_keys(&ob->f, c, F4_OPTKEYR, keys);
	if (!err)
		err = ctrl_read(&ob->f, c, F4_OPTCR, &optcr);
	if (!err && (optcr & OPTCR_OPTLOCK))
		err = ctrl_still_locked(c);
	return err;
}

static enum sl_err f4_write(struct option_bytes *ob, struct ctx *c, const struct ob_image *want)
{
	uint32_t optcr = want->w[0] & ~(OPTCR_OPTLOCK | OPTCR_OPTSTRT);
	enum sl_err err = SL_OK;

	if (ob->n_words > 1)
		err = ctrl_write(&ob->f, c, F4_OPTCR1, want->w[1]);
	if (!err)
		err = ctrl_write(&ob->f, c, F4_OPTCR, optcr);
	if (!err)
		err = ctrl_write(&ob->f, c, F4_OPTCR, optcr | OPTCR_OPTSTRT);
	return err ? err : ctrl_wait(&ob->f, c, F4_SR, WRITE_MS, ob->f.chip->flash_base);
}

static enum sl_err f4_lock(struct option_bytes *ob, struct ctx *c)
{
	uint32_t optcr = 0;
	enum sl_err err;

	ctrl_calm(&ob->f, c, F4_SR, WRITE_MS);
	err = ctrl_read(&ob->f, c, F4_OPTCR, &optcr);
	return err ? err : ctrl_write(&ob->f, c, F4_OPTCR, (optcr & ~OPTCR_OPTSTRT) | OPTCR_OPTLOCK);
}

/* RM0090, option bytes: loaded at a reset, which locks them. Were they locked without it, nobody could
 * see any more that the register may hold something else. */
static enum sl_err f4_undo(struct option_bytes *ob, struct ctx *c)
{
	ctrl_calm(&ob->f, c, F4_SR, WRITE_MS);
	return target_reset(ob->f.t, c, RESET_HALT);
}

const struct ob_ops ob_f4 = {
	.read = f4_read, .unlock = f4_unlock, .write = f4_write, .lock = f4_lock, .undo = f4_undo,
	.words = f4_words,
};
