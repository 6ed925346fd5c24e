/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_bytes.c - what all option bytes have in common: fields, areas of write protection,
 * levels; writing with reload and read-back.
 */
#include "flash/option_priv.h"

#include <stdlib.h>
#include <string.h>

#include "flash/geometry.h"

static const char where[] = "flash";

enum { AREA_BYTES = 4096, PIECE_BYTES = 4096 };

/* ---- fields ----------------------------------------------------------------------- */

static bool has_id(const uint16_t *list, uint16_t dev_id)
{
	for (; list && *list; list++)
		if (*list == dev_id)
			return true;
	return false;
}

static bool applies(const struct option_bytes *ob, const struct ob_field *f)
{
	return f->word < ob->n_words && (!f->only || has_id(f->only, ob->f.chip->dev_id));
}

const struct ob_field *ob_field(const struct option_bytes *ob, size_t i)
{
	for (const struct ob_field *f = ob->kind->fields; f->name; f++)
		if (applies(ob, f) && i-- == 0)
			return f;
	return NULL;
}

static char lower(char ch)
{
	return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

static bool same_name(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]) || a[i] == '\0')
			return false;
	return a[len] == '\0';
}

const struct ob_field *ob_find(const struct option_bytes *ob, const char *name, size_t len)
{
	const struct ob_field *f;

	for (size_t i = 0; (f = ob_field(ob, i)) != NULL; i++)
		if (same_name(f->name, name, len))
			return f;
	return NULL;
}

static uint32_t field_mask(const struct ob_field *f)
{
	return (f->bits == 32 ? UINT32_MAX : (UINT32_C(1) << f->bits) - 1u) << f->shift;
}

uint32_t ob_get(const struct ob_field *f, const struct ob_image *img)
{
	return (img->w[f->word] & field_mask(f)) >> f->shift;
}

void ob_put(const struct ob_field *f, struct ob_image *img, uint32_t value)
{
	uint32_t mask = field_mask(f);

	img->w[f->word] = (img->w[f->word] & ~mask) | (value << f->shift & mask);
}

bool ob_fits(const struct ob_field *f, uint32_t value)
{
	return (value & ~(field_mask(f) >> f->shift)) == 0;
}

const char *ob_means(const struct ob_field *f, uint32_t value)
{
	for (size_t i = 0; i < OB_MEANINGS && f->meaning[i].text; i++)
		if (f->meaning[i].value == value)
			return f->meaning[i].text;
	return f->text;
}

const char *ob_manual(const struct option_bytes *ob)
{
	return ob->kind->manual;
}

uint32_t ob_mask(const struct option_bytes *ob, unsigned n)
{
	uint32_t mask = 0;
	const struct ob_field *f;

	for (size_t i = 0; (f = ob_field(ob, i)) != NULL; i++)
		if (f->word == n)
			mask |= field_mask(f);
	return mask;
}

/* ---- write protection --------------------------------------------------------------- */

static void place_area(const struct option_bytes *ob, const struct flash_sector *s, size_t i,
		       struct ob_area *a)
{
	const struct ob_guard *g = &ob->kind->guard;
	unsigned bit = (unsigned)i % g->bits, word = g->word + (unsigned)i / g->bits;

	if (g->by_sector) {
		/* Numbers of a second bank begin anew, at 16 for the controller. */
		bit = s->index % 16u < g->bits ? s->index % 16u : g->bits - 1u;
		word = g->word + s->bank;
	}
	a->word = (uint8_t)word;
	a->mask = UINT32_C(1) << (g->shift + bit);
}

static enum sl_err list_areas(struct option_bytes *ob, struct ctx *c)
{
	const struct ob_guard *g = &ob->kind->guard;
	const struct flash_sector *s = ob->f.sectors;
	uint32_t base = ob->f.chip->flash_base, bytes = ob->f.info->flash_kb * 1024;
	size_t n = g->by_sector ? ob->f.n_sectors : (bytes + AREA_BYTES - 1) / AREA_BYTES;

	if (g->most && n > g->most)
		n = g->most;
	ob->areas = calloc(n + 1, sizeof(*ob->areas));
	if (!ob->areas)
		return ctx_fail(c, SL_NOMEM, where, "no memory for option bytes");
	ob->n_areas = n;
	for (size_t i = 0; i < n; i++) {
		struct ob_area *a = &ob->areas[i];
		uint32_t off = (uint32_t)i * AREA_BYTES;

		a->addr = g->by_sector ? s[i].addr : base + off;
		a->bytes = g->by_sector ? s[i].bytes : i + 1 == n ? bytes - off : AREA_BYTES;
		place_area(ob, g->by_sector ? &s[i] : NULL, i, a);
	}
	return SL_OK;
}

const struct ob_area *ob_area(const struct option_bytes *ob, size_t i)
{
	return i < ob->n_areas ? &ob->areas[i] : NULL;
}

/* Where the bits mean PCROP, they mean it the other way round. */
static bool guarding_value(const struct option_bytes *ob, const struct ob_image *img)
{
	return ob->kind->guard.set != ob_pcrop(ob, img);
}

bool ob_area_guarded(const struct option_bytes *ob, const struct ob_image *img, size_t i)
{
	const struct ob_area *a = &ob->areas[i];

	return ((img->w[a->word] & a->mask) != 0) == guarding_value(ob, img);
}

void ob_area_guard(const struct option_bytes *ob, struct ob_image *img, size_t i, bool on)
{
	const struct ob_area *a = &ob->areas[i];

	if (on == guarding_value(ob, img))
		img->w[a->word] |= a->mask;
	else
		img->w[a->word] &= ~a->mask;
}

bool ob_pcrop(const struct option_bytes *ob, const struct ob_image *img)
{
	return ob->pcrop && ob_get(ob->pcrop, img) != 0;
}

void ob_pcrop_off(const struct option_bytes *ob, struct ob_image *img)
{
	if (!ob_pcrop(ob, img))
		return;
	ob_put(ob->pcrop, img, 0);
	for (size_t i = 0; i < ob->n_areas; i++)
		ob_area_guard(ob, img, i, false);
}

/* ---- read protection ------------------------------------------------------------------ */

enum target_protection ob_level(const struct option_bytes *ob, const struct ob_image *img)
{
	uint32_t v = ob_get(ob->rdp, img);

	if (v == ob->kind->level0)
		return PROTECTION_NONE;
	return ob_has_level2(ob) && v == ob->kind->level2 ? PROTECTION_LEVEL2 : PROTECTION_LEVEL1;
}

void ob_set_level(const struct option_bytes *ob, struct ob_image *img, enum target_protection level)
{
	const struct ob_kind *k = ob->kind;

	if (ob_level(ob, img) != level)
		ob_put(ob->rdp, img, level == PROTECTION_NONE ? k->level0 :
		       level == PROTECTION_LEVEL2 ? k->level2 : k->level1);
}

bool ob_has_level2(const struct option_bytes *ob)
{
	return ob->kind->level2 != 0;
}

bool ob_unlocked(const struct option_bytes *ob, const struct ob_state *st, struct ob_image *want)
{
	*want = st->stored;
	ob_set_level(ob, want, PROTECTION_NONE);
	ob_pcrop_off(ob, want);
	for (size_t i = 0; i < ob->n_areas; i++)
		ob_area_guard(ob, want, i, false);
	return st->bad || !st->loaded || st->level != PROTECTION_NONE ||
	       memcmp(want, &st->stored, sizeof(*want)) != 0;
}

const char *ob_power_cycle(const struct option_bytes *ob)
{
	return ob->kind->power_cycle;
}

/* ---- opening ---------------------------------------------------------------------------- */

static bool in_list(const char *list, const char *key)
{
	size_t len = strlen(key);

	for (const char *p = list; *p; p += strcspn(p, " "), p += *p == ' ')
		if (strncmp(p, key, len) == 0 && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

static const struct ob_kind *find_kind(const char *controller)
{
	size_t n;
	const struct ob_kind *k = ob_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (in_list(k[i].controllers, controller))
			return &k[i];
	return NULL;
}

static enum sl_err prepare(struct option_bytes *ob, struct ctx *c)
{
	const struct chip_row *chip = ob->f.chip;
	enum sl_err err;

	if (!chip)
		return ctx_fail(c, SL_UNSUPPORTED, where,
				"this chip (IDCODE 0x%08x) is not in the table, so its option bytes "
					   "are not known",
				ob->f.info->idcode);
	ob->kind = find_kind(chip->controller);
	ob->f.ops = driver_find(chip->controller);
	if (!ob->kind || !ob->f.ops)
		return ctx_fail(c, SL_UNSUPPORTED, where,
				"the option bytes of %s (controller %s) are not known here yet",
					   target_chip_names(chip->devices).s,
				chip->controller);
	err = geometry_build(&ob->f, c);
	if (!err)
		err = list_areas(ob, c);
	if (err)
		return err;
	ob->n_words = ob->kind->ops->words(ob);
	ob->rdp = ob_find(ob, "RDP", 3);
	ob->pcrop = ob_find(ob, "SPRMOD", 6);
	if (!ob->pcrop)
		ob->pcrop = ob_find(ob, "WPRMOD", 6);
	if (!ob->rdp)
		return ctx_fail(c, SL_BUG, where, "the table has no RDP for %s", chip->controller);
	return SL_OK;
}

enum sl_err ob_open(struct ctx *c, struct target *t, struct option_bytes **out)
{
	struct option_bytes *ob = calloc(1, sizeof(*ob));
	enum sl_err err;

	if (!ob)
		return ctx_fail(c, SL_NOMEM, where, "no memory for option bytes");
	ob->f.t = t;
	ob->f.info = target_get_info(t);
	ob->f.chip = ob->f.info->chip;
	err = prepare(ob, c);
	if (err)
		ob_close(ob);
	else
		*out = ob;
	return err;
}

void ob_close(struct option_bytes *ob)
{
	if (!ob)
		return;
	free(ob->f.sectors);
	free(ob->areas);
	free(ob);
}

/* ---- reading and writing ------------------------------------------------------------------ */

enum sl_err ob_read(struct option_bytes *ob, struct ctx *c, struct ob_state *out)
{
	enum sl_err err;

	*out = (struct ob_state){ .level = PROTECTION_UNKNOWN };
	err = target_look_at_protection(ob->f.t, c);
	if (err)
		return err;
	out->level = ob->f.info->protection;
	err = ctx_doing(c, ob->kind->ops->read(ob, c, out), "reading the option bytes");
	out->loaded = out->loaded && out->level == ob_level(ob, &out->stored);
	return err;
}

static enum sl_err compare(struct option_bytes *ob, struct ctx *c, const struct ob_image *want,
			   const struct ob_state *got)
{
	const struct ob_field *f;

	for (size_t i = 0; (f = ob_field(ob, i)) != NULL; i++) {
		uint32_t w = ob_get(f, want), g = ob_get(f, &got->stored);

		if (w != g)
			return ctx_fail(c, SL_VERIFY, where,
				   "option byte field %s reads 0x%x, was written 0x%x",
					f->name, g, w);
		if (got->bad >> f->word & 1)
			return ctx_fail(c, SL_VERIFY, where, "option byte field %s has a wrong complement",
					f->name);
	}
	return SL_OK;
}

static enum sl_err check_in_force(struct ctx *c, const struct ob_state *got)
{
	enum sl_err err;

	if (got->loaded)
		return SL_OK;
	err = ctx_fail(c, SL_FLASH, where,
		       "the option bytes are written and read back, but the chip does not work with "
				   "them yet");
	ctx_hint(c, "power the board off and on, then ask again: stlink-download protection");
	return err;
}

static enum sl_err reload(struct option_bytes *ob, struct ctx *c)
{
	const struct ob_kind *k = ob->kind;
	enum sl_err err;

	if (k->launch_value)
		err = target_reset_by(ob->f.t, c, ob->f.chip->flash_regs + k->launch_off, k->launch_value);
	else
		err = target_reset(ob->f.t, c, RESET_HALT);
	return ctx_doing(c, err, "reloading the option bytes");
}

/* Whoever was here before may have left in the middle of the keys: then only a reset helps. */
static enum sl_err unlock(struct option_bytes *ob, struct ctx *c)
{
	enum sl_err err = ob->kind->ops->unlock(ob, c);

	if (err != SL_FLASH)
		return err;
	ctx_log(c, LOG_INFO, "%s: resetting the chip, and again", c->fault.text);
	ctx_clear(c);
	err = target_reset(ob->f.t, c, RESET_HALT);
	return err ? err : ob->kind->ops->unlock(ob, c);
}

static enum sl_err write_and_lock(struct option_bytes *ob, struct ctx *c, const struct ob_image *want)
{
	const struct ob_ops *ops = ob->kind->ops;
	enum sl_err err = unlock(ob, c), undone;
	struct fault why;

	if (!err)
		err = ops->write(ob, c, want);
	why = c->fault;

	/* Open still: for the launch, and where the option bytes are registers, until the reset that locks
	 * them. Were they locked and the reset not to come, nobody could see that it is still to come. */
	if (!err && (ob->kind->launch_value || ops->undo) && ob_level(ob, want) != PROTECTION_LEVEL2)
		return SL_OK;
	if (!err)
		return ops->lock(ob, c);
	/* A reset would put level 2 in force. */
	if (ops->undo && ob_level(ob, want) != PROTECTION_LEVEL2)
		undone = ops->undo(ob, c);
	else
		undone = ops->lock(ob, c);
	if (undone)
		ctx_log(c, LOG_DEBUG, "%s", c->fault.text);
	c->fault = why;
	return err;
}

enum sl_err ob_settle(struct option_bytes *ob, struct ctx *c, struct ob_state *st)
{
	struct target *t = ob->f.t;
	enum sl_err err;

	if (!st->unsure)
		return SL_OK;
	ctx_log(c, LOG_WARN, "the option registers were left open, perhaps by a session that was cut "
			   "off: the chip is reset, which loads them");
	err = target_reset(t, c, target_stays_halted(t) ? RESET_HALT : RESET_RUN);
	return err ? err : ob_read(ob, c, st);
}

/* A launch needs the controller open. */
static enum sl_err open_for_launch(struct option_bytes *ob, struct ctx *c)
{
	enum sl_err err = ob->kind->launch_value ? unlock(ob, c) : SL_OK;
	struct fault why = c->fault;

	if (err && ob->kind->ops->lock(ob, c))
		ctx_log(c, LOG_DEBUG, "%s", c->fault.text);
	if (err)
		c->fault = why;
	return err;
}

static enum sl_err read_back(struct option_bytes *ob, struct ctx *c, const struct ob_image *want,
			     struct ob_state *out)
{
	enum sl_err err = ob_read(ob, c, out);

	return err ? err : compare(ob, c, want, out);
}

static enum sl_err reload_and_check(struct option_bytes *ob, struct ctx *c, const struct ob_image *want,
				    struct ob_state *out)
{
	enum sl_err err = reload(ob, c);

	if (!err)
		err = read_back(ob, c, want, out);
	return err ? err : check_in_force(c, out);
}

enum sl_err ob_load(struct option_bytes *ob, struct ctx *c, const struct ob_image *want, struct ob_state *out)
{
	enum sl_err err = target_halt_quietly(ob->f.t, c);

	if (!err)
		err = open_for_launch(ob, c);
	return err ? err : reload_and_check(ob, c, want, out);
}

enum sl_err ob_write(struct option_bytes *ob, struct ctx *c, const struct ob_image *want,
		     struct ob_state *out)
{
	enum sl_err err = target_halt_quietly(ob->f.t, c);

	if (!err)
		err = write_and_lock(ob, c, want);
	if (err)
		return ctx_doing(c, err, "writing the option bytes");
	/* A reset would put level 2 in force. */
	if (ob_level(ob, want) == PROTECTION_LEVEL2)
		return read_back(ob, c, want, out);
	return reload_and_check(ob, c, want, out);
}

static enum sl_err prove_sector(struct option_bytes *ob, struct ctx *c, const struct flash_sector *s)
{
	uint8_t piece[PIECE_BYTES];
	enum sl_err err = ctx_interrupted(c);
	uint32_t n;

	for (uint32_t at = 0; !err && at < s->bytes; at += n) {
		n = s->bytes - at < PIECE_BYTES ? s->bytes - at : PIECE_BYTES;
		err = target_read_mem(ob->f.t, c, s->addr + at, piece, n);
		for (uint32_t k = 0; !err && k < n; k++)
			if (piece[k] != ob->f.chip->erased)
				err = ctx_fail_addr(c, SL_VERIFY, where, s->addr + at + k,
						    "0x%08x is not blank after the erase", s->addr + at + k);
	}
	return err;
}

enum sl_err ob_prove_blank(struct option_bytes *ob, struct ctx *c, const struct flash_progress *p,
			   uint64_t *bytes)
{
	const struct flash *f = &ob->f;
	uint64_t all = (uint64_t)f->info->flash_kb * 1024;
	enum sl_err err = SL_OK;

	*bytes = 0;
	for (size_t i = 0; !err && i < f->n_sectors; i++) {
		err = prove_sector(ob, c, &f->sectors[i]);
		if (err == SL_TARGET && f->info->flash_kb_assumed && i > 0) {
			ctx_log(c, LOG_WARN, "there is no flash at 0x%08x: the chip has less than "
				   "was assumed",
				f->sectors[i].addr);
			ctx_clear(c);
			return SL_OK;
		}
		if (err)
			break;
		*bytes += f->sectors[i].bytes;
		if (p && p->fn)
			p->fn(p->priv, FLASH_PROVE, *bytes, all);
	}
	return err;
}
