/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * autoflash_check.c - autoflash --check: what the configuration means, for eyes and for scripts.
 *
 * Reads every image and parses every word, so that nothing is left to fail when a board comes;
 * opens no probe.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/autoflash.h"
#include "cli/format.h"
#include "image/image.h"

static const struct image *image_of(const struct candidate *cand)
{
	for (size_t i = 0; i < cand->chain.n; i++)
		if (cand->chain.words[i].image)
			return cand->chain.words[i].image;
	return NULL;
}

static void show_match(struct output *o, const struct auto_rule *r)
{
	char serial[160] = "any", port[320] = "any", chips[8 * AUTO_CHIPS_MAX] = "";
	size_t at = 0;

	if (r->serial)
		(void)format_escape(serial, sizeof(serial), r->serial);
	if (r->port)
		(void)format_escape(port, sizeof(port), r->port);
	for (size_t i = 0; i < r->n_chips; i++)
		at += (size_t)snprintf(chips + at, sizeof(chips) - at, " 0x%03x", r->chip[i]);
	output_result(o, "  probe: serial %s, port %s", serial, port);
	if (r->needs_uid)
		output_result(o, "  chip:%s, unique id one of %s", chips, format_count(r->n_uids).s);
	else
		output_result(o, "  chip:%s, any unique id", chips);
}

static void show_words(struct output *o, const struct candidate *cand)
{
	char safe[300];

	for (size_t i = 0; i < cand->chain.n; i++)
		output_result(o, "  word:  %s", format_escape(safe, sizeof(safe),
							      cand->chain.words[i].text));
	output_result(o, "  wrong chip: %s", cand->rule->mismatch == MISMATCH_IGNORE ?
		      "ignored" : "reported as failed");
}

static void rule_event(struct output *o, const struct candidate *cand, const struct image *img)
{
	struct json *j = output_event(o, "autoflash-rule");
	const struct auto_rule *r = cand->rule;

	if (!j)
		return;
	json_string(j, "rule", r->file);
	json_number(j, "rule_line", r->line);
	json_string(j, "board", r->name[0] ? r->name : NULL);
	json_string(j, "serial", r->serial);
	json_string(j, "port", r->port);
	json_array(j, "chips");
	for (size_t i = 0; i < r->n_chips; i++)
		json_number(j, NULL, r->chip[i]);
	json_array_end(j);
	json_bool(j, "needs_uid", r->needs_uid);
	json_number(j, "uids", r->n_uids);
	json_string(j, "image", r->image);
	json_string(j, "sha256", cand->sha256);
	json_string(j, "format", img->format);
	json_number(j, "bytes", img->total);
	json_array(j, "words");
	for (size_t i = 0; i < cand->chain.n; i++)
		json_string(j, NULL, cand->chain.words[i].text);
	json_array_end(j);
	output_event_end(o);
}

static enum sl_err show_rule(struct session *s, const struct auto_rule *r)
{
	char file[240], image[240];
	struct candidate cand;
	enum sl_err err = autoflash_prepare(s, r, &cand);
	const struct image *img = err ? NULL : image_of(&cand);

	if (img) {
		output_result(s->out, "%s:%u: board%s%s",
			      format_escape(file, sizeof(file), r->file), r->line,
			      r->name[0] ? " " : "", r->name);
		show_match(s->out, r);
		output_result(s->out, "  image: %s, %s, %s",
			      format_escape(image, sizeof(image), r->image), img->title,
			      format_bytes(img->total).s);
		output_result(s->out, "  sha256 %s", cand.sha256);
		show_words(s->out, &cand);
		rule_event(s->out, &cand, img);
	}
	autoflash_free(&cand);
	return err;
}

/* Which boards this probe could bring, in the order in which they are asked. */
static void show_probe(struct session *s, const struct auto_rules *rules, const struct probe *p)
{
	char name[480], file[240];
	size_t n = 0;

	(void)autoflash_name(p, name, sizeof(name));
	for (size_t i = 0; i < rules->n; i++) {
		const struct auto_rule *r = &rules->rule[i];

		if (!auto_fits_probe(r, p))
			continue;
		n++;
		output_result(s->out, "probe %s: %s:%u%s%s, when the chip is right", name,
			      format_escape(file, sizeof(file), r->file), r->line,
			      r->name[0] ? " " : "", r->name);
	}
	if (n == 0)
		output_result(s->out, "probe %s: nothing, no board of the configuration", name);
	if (output_event(s->out, "autoflash-probe")) {
		json_string(&s->out->json, "port", p->url[0] ? p->url : p->port);
		json_string(&s->out->json, "serial", p->serial[0] ? p->serial : NULL);
		json_number(&s->out->json, "rules", n);
		output_event_end(s->out);
	}
}

static enum sl_err show_plugged(struct session *s, const struct auto_rules *rules)
{
	struct probe_list *list = calloc(1, sizeof(*list));

	if (!list)
		return ctx_fail(s->ctx, SL_NOMEM, "cli", "no memory for the list of probes");
	/* A machine without USB can still have its configuration checked. */
	if (probe_list(s->ctx, list))
		ctx_clear(s->ctx);
	for (size_t i = 0; i < list->n; i++)
		show_probe(s, rules, &list->probe[i]);
	free(list);
	return SL_OK;
}

enum sl_err autoflash_check(struct session *s, const struct auto_rules *rules,
			    const struct probe *only)
{
	enum sl_err err = SL_OK;

	for (size_t i = 0; i < rules->n && !err; i++)
		err = show_rule(s, &rules->rule[i]);
	if (err)
		return err;
	if (only)
		show_probe(s, rules, only);
	else
		err = show_plugged(s, rules);
	return err;
}
