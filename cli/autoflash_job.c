/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * autoflash_job.c - one board: image and words of its rules, one session of the ordinary words.
 *
 * The chip and its unique id are asked before the first word runs: until they are right, nothing
 * of the image goes to the probe.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/trusted.h"
#include "cli/autoflash.h"
#include "cli/run.h"
#include "image/image.h"

static const char where[] = "cli";

static const char default_after[] = "reset";

/* The words of a job, in the order in which they run. */
struct words {
	const char *word[2 * AUTO_WORDS_MAX + 1];
	size_t n;
};

static void add_words(struct words *out, const struct auto_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		out->word[out->n++] = w->word[i];
}

static enum sl_err make_word(struct ctx *c, const struct auto_rule *r, char **out)
{
	size_t size = strlen(r->image) + 32;
	char *word = malloc(size);

	if (!word)
		return ctx_fail(c, SL_NOMEM, where, "no memory for the command words");
	if (r->has_address)
		(void)snprintf(word, size, "program=%s@0x%08x", r->image, (unsigned)r->address);
	else
		(void)snprintf(word, size, "program=%s", r->image);
	*out = word;
	return SL_OK;
}

/* What is done without anybody looking must be harmless enough for that. */
static enum sl_err check_unattended(struct ctx *c, const struct candidate *cand)
{
	for (size_t i = 0; i < cand->chain.n; i++) {
		const struct word *w = &cand->chain.words[i];

		if (w->command->unattended || w->text == cand->word)
			continue;
		(void)ctx_fail(c, SL_USAGE, where, "%.60s is not for unattended work", w->text);
		ctx_hint(c, "before and after take erase, reset, run, halt, sleep, write and lock=1");
		return SL_USAGE;
	}
	return SL_OK;
}

static enum sl_err parse_words(struct session *s, struct candidate *cand)
{
	const struct auto_rule *r = cand->rule;
	struct words words = { .n = 0 };
	enum sl_err err = make_word(s->ctx, r, &cand->word);

	if (err)
		return err;
	add_words(&words, &r->before);
	words.word[words.n++] = cand->word;
	if (r->has_after)
		add_words(&words, &r->after);
	else
		words.word[words.n++] = default_after;
	err = chain_parse(s->ctx, words.word, words.n, &cand->chain);
	return err ? err : check_unattended(s->ctx, cand);
}

enum sl_err autoflash_prepare(struct session *s, const struct auto_rule *rule,
			      struct candidate *cand)
{
	enum sl_err err;

	memset(cand, 0, sizeof(*cand));
	cand->rule = rule;
	buf_init(&cand->bytes, IMAGE_MAX_BYTES);
	err = trusted_read(s->ctx, rule->image, rule->owner, &cand->bytes, NULL);
	if (!err) {
		(void)sha256_hex(cand->bytes.data, cand->bytes.len, cand->sha256);
		cand->given.name = rule->image;
		cand->given.data = cand->bytes.data;
		cand->given.len = cand->bytes.len;
		err = parse_words(s, cand);
	}
	if (!err) {
		s->given = &cand->given;
		err = run_prepare(s, &cand->chain);
		s->given = NULL;
	}
	/* A mistake in a word is one in the configuration: say where that is, not where words usually
	 * stand. */
	if (err == SL_USAGE)
		s->ctx->fault.doing[0] = '\0';
	return ctx_doing(s->ctx, err, "board of %.80s:%u", rule->file, rule->line);
}

void autoflash_free(struct candidate *cand)
{
	buf_free(&cand->bytes);
	chain_free(&cand->chain);
	free(cand->word);
	cand->word = NULL;
}

static enum sl_err prepare_all(struct autoflash *a, struct session *s)
{
	enum sl_err err = SL_OK;

	for (size_t i = 0; i < a->n_candidates && !err; i++)
		err = autoflash_prepare(s, a->candidate[i].rule, &a->candidate[i]);
	return err;
}

static enum sl_err fail_mismatch(struct autoflash *a, enum auto_fit fit)
{
	const struct auto_rule *r = a->candidate[0].rule;

	if (fit == AUTO_WRONG_UID)
		(void)ctx_fail(a->ctx, SL_TARGET, where, "the unique id %s is not one of those that may "
			       "have this image", a->uid[0] ? a->uid : "(unreadable)");
	else
		(void)ctx_fail(a->ctx, SL_TARGET, where, "wrong chip: %.80s, device id 0x%03x",
			       a->chip, a->dev_id);
	ctx_hint(a->ctx, "no byte of the image was sent; %.100s:%u says which chip it is for",
		 r->file, r->line);
	return SL_TARGET;
}

/* The first rule that the chip fits. Of the misfits the nearest is told. */
static enum sl_err choose(struct autoflash *a, const struct target_info *info)
{
	enum auto_fit nearest = AUTO_WRONG_CHIP;

	(void)describe_chip_name(info, a->chip, sizeof(a->chip));
	(void)describe_uid(info, a->uid);
	a->dev_id = info->dev_id;
	for (size_t i = 0; i < a->n_candidates; i++) {
		enum auto_fit fit = auto_fits_chip(a->candidate[i].rule, info->dev_id,
						   info->has_uid ? info->uid : NULL);

		if (fit == AUTO_FITS) {
			a->chosen = &a->candidate[i];
			return SL_OK;
		}
		if (fit == AUTO_WRONG_UID)
			nearest = fit;
	}
	if (a->candidate[0].rule->mismatch == MISMATCH_IGNORE) {
		a->end = AUTOFLASH_IGNORED;
		return SL_OK;
	}
	return ctx_doing(a->ctx, fail_mismatch(a, nearest), "autoflash");
}

static enum sl_err work(struct autoflash *a, struct session *s)
{
	struct chain chain;
	enum sl_err err = session_climb(s, RUNG_TARGET);

	if (!err)
		err = choose(a, target_get_info(s->target));
	if (err || !a->chosen)
		return err;
	if (a->asked->dry_run) {
		a->end = AUTOFLASH_DRY;
		return session_climb(s, RUNG_FLASH);
	}
	chain = a->chosen->chain;
	return run_chain(s, &chain);
}

enum sl_err autoflash_job(struct autoflash *a, enum sl_err (*opened)(void *priv), void *priv)
{
	struct session s;
	enum sl_err err;

	a->end = AUTOFLASH_PASS;
	session_init(&s, a->ctx, &a->options, a->out);
	err = prepare_all(a, &s);
	if (!err)
		err = session_climb(&s, RUNG_PROBE);
	if (!err)
		err = opened(priv);
	if (!err)
		err = work(a, &s);
	err = session_close(&s, err);
	if (err)
		a->end = AUTOFLASH_FAIL;
	return err;
}
