/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_lx.c - option bytes of L0 and L1: words of a half and its complement, each written by
 * itself; loaded at power-on and by OBL_LAUNCH.
 *
 * Follows the option bytes chapters of RM0038 or PM0062 (L1), RM0367 and RM0377 (L0).
 */
#include "flash/option_priv.h"

#define LX_PECR       UINT32_C(0x04)            /* RM0038, FLASH register map */
#define LX_PEKEYR     UINT32_C(0x0C)
#define LX_OPTKEYR    UINT32_C(0x14)
#define LX_SR         UINT32_C(0x18)
#define LX_OBR        UINT32_C(0x1C)
#define PECR_PELOCK   (UINT32_C(1) << 0)        /* RM0038, FLASH_PECR */
#define PECR_PRGLOCK  (UINT32_C(1) << 1)
#define PECR_OPTLOCK  (UINT32_C(1) << 2)
#define PECR_MODE     (UINT32_C(3) << 3 | UINT32_C(7) << 8)     /* PROG, DATA, FTDW or FIX, ERASE, FPRG */
#define SR_EOP        (UINT32_C(1) << 1)        /* RM0038, FLASH_SR */
#define SR_OPTVERR    (UINT32_C(3) << 11)       /* OPTVERR, OPTVERRUSR */

static const uint32_t pe_keys[2] = { 0x89ABCDEF, 0x02030405 };  /* RM0038, FLASH_PEKEYR, OPTKEYR */
static const uint32_t opt_keys[2] = { 0xFBEAD9C8, 0x24252627 };

/* CMSIS OB_TypeDef: RDP, USER, then a word for 16 bits of write protection; the last two of the
 * largest parts lie apart. */
static const uint16_t word_off[OB_WORDS_MAX] = { 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C, 0x80, 0x84 };
static const uint16_t wrpr[] = { 0x20, 0x80, 0x84, 0x88 };      /* RM0038, FLASH_WRPR1 to 4 */

enum {
	RDP = 0, USER = 1, WRP = 2,
	WORD_MS = 100,                  /* STM32L152 data sheet: 3.94 ms at most */
	ERASE_MS = 5000,                /* level 1 to 0: all of flash and EEPROM; no figure in the manual */
	BUSY_MS = 5000
};

static unsigned lx_words(const struct option_bytes *ob)
{
	return WRP + (unsigned)(ob->n_areas + 15) / 16;
}

/* What the controller has loaded, word by word. */
static enum sl_err read_loaded(struct option_bytes *ob, struct ctx *c, uint32_t w[OB_WORDS_MAX])
{
	uint32_t v = 0;
	enum sl_err err = ctrl_read(&ob->f, c, LX_OBR, &v);

	w[RDP] = v & 0xFFFF;
	w[USER] = v >> 16;
	for (unsigned n = WRP; !err && n < ob->n_words; n++) {
		if ((n - WRP) % 2 == 0)
			err = ctrl_read(&ob->f, c, wrpr[(n - WRP) / 2], &v);
		w[n] = v >> 16 * ((n - WRP) % 2) & 0xFFFF;
	}
	return err;
}

/* A word that is not what the chip works with, or half written, or a wrong answer. */
static enum sl_err read_again(struct option_bytes *ob, struct ctx *c, uint32_t addr, uint32_t was)
{
	uint32_t now = 0;
	enum sl_err err = target_read32(ob->f.t, c, addr, &now);

	if (!err && now != was)
		err = ctx_fail_addr(c, SL_PROBE, "flash", addr, "the option word at 0x%08x was 0x%08x first "
				    "and is 0x%08x now: one of the answers was wrong", (unsigned)addr,
				    (unsigned)was, (unsigned)now);
	return err;
}

static enum sl_err lx_read(struct option_bytes *ob, struct ctx *c, struct ob_state *out)
{
	uint32_t loaded[OB_WORDS_MAX] = { 0 };
	enum sl_err err = read_loaded(ob, c, loaded);

	out->blank = out->loaded = true;
	for (unsigned i = 0; !err && i < ob->n_words; i++) {
		uint32_t v = 0, differs;

		err = target_read32(ob->f.t, c, ob->f.chip->option_base + word_off[i], &v);
		differs = ((v & 0xFFFF) ^ loaded[i]) & ob_mask(ob, i);
		out->stored.w[i] = v & 0xFFFF;
		if ((v & 0xFFFF) != (~v >> 16 & 0xFFFF)) {
			/* RM0367, mismatch when loading: the chip works with a default, and shows it. */
			out->bad |= UINT32_C(1) << i;
			out->stored.w[i] = loaded[i];
		}
		if (!err && (differs || out->bad >> i & 1))
			err = read_again(ob, c, ob->f.chip->option_base + word_off[i], v);
		out->loaded = out->loaded && !differs;
		out->blank = out->blank && v == 0;
	}
	return err;
}

static enum sl_err lx_unlock(struct option_bytes *ob, struct ctx *c)
{
	struct flash *f = &ob->f;
	uint32_t pecr = 0;
	enum sl_err err = ctrl_write(f, c, LX_SR, ctrl_flag_mask(f->ops) | SR_OPTVERR | SR_EOP);

	if (!err)
		err = ctrl_wait(f, c, LX_SR, BUSY_MS, f->chip->option_base);
	if (!err)
		err = ctrl_read(f, c, LX_PECR, &pecr);
	if (!err && (pecr & PECR_PELOCK))
		err = ctrl_keys(f, c, LX_PEKEYR, pe_keys);
	if (!err && (pecr & PECR_OPTLOCK))
		err = ctrl_keys(f, c, LX_OPTKEYR, opt_keys);
	if (!err)
		err = ctrl_read(f, c, LX_PECR, &pecr);
	if (!err && (pecr & (PECR_PELOCK | PECR_OPTLOCK)))
		err = ctrl_still_locked(c);
	if (!err && (pecr & PECR_MODE))
		err = ctrl_write(f, c, LX_PECR, pecr & ~PECR_MODE);
	return err;
}

static enum sl_err write_word(struct option_bytes *ob, struct ctx *c, unsigned i, uint32_t v)
{
	uint32_t addr = ob->f.chip->option_base + word_off[i];
	uint32_t word = (v & 0xFFFF) | ~v << 16;
	enum sl_err err = target_write32(ob->f.t, c, addr, word);

	return err ? err : ctrl_wait(&ob->f, c, LX_SR, i == RDP ? ERASE_MS : WORD_MS, addr);
}

/* Down to level 0 the protection goes first: the erase that follows takes the other words with it
 * (seen on an L151: only RDP is written afterwards; RM0367 has the write protection words stay).
 * In all other cases it goes last, and only what changes is written. */
static enum sl_err lx_write(struct option_bytes *ob, struct ctx *c, const struct ob_image *want)
{
	struct ob_state now = { .blank = false };
	bool erases = ob->f.info->protection == PROTECTION_LEVEL1 && ob_level(ob, want) == PROTECTION_NONE;
	enum sl_err err = lx_read(ob, c, &now);

	if (!err && erases)
		err = write_word(ob, c, RDP, want->w[RDP]);
	for (unsigned i = USER; !err && i < ob->n_words; i++)
		if (erases || now.bad >> i & 1 || now.stored.w[i] != want->w[i])
			err = write_word(ob, c, i, want->w[i]);
	if (!err && !erases && (now.bad >> RDP & 1 || now.stored.w[RDP] != want->w[RDP]))
		err = write_word(ob, c, RDP, want->w[RDP]);
	return err;
}

static enum sl_err lx_lock(struct option_bytes *ob, struct ctx *c)
{
	ctrl_calm(&ob->f, c, LX_SR, ERASE_MS);
	return ctrl_write(&ob->f, c, LX_PECR, PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK);
}

const struct ob_ops ob_lx = {
	.read = lx_read, .unlock = lx_unlock, .write = lx_write, .lock = lx_lock,
	.words = lx_words,
};
