/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * load.c - the configuration from its folder, believing only what root or we could write.
 */
#define _POSIX_C_SOURCE 200809L
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auto/rules.h"
#include "base/trusted.h"

static enum sl_err load_list(struct ctx *c, struct auto_rule *r)
{
	struct buffer b;
	struct cursor bytes;
	enum sl_err err;

	if (!r->uid_list)
		return SL_OK;
	buf_init(&b, AUTO_LIST_MAX);
	err = trusted_read(c, r->uid_list, r->owner, &b, NULL);
	bytes = cur_make(b.data, b.len);
	if (!err)
		err = auto_parse_uids(c, r->uid_list, &bytes, r);
	buf_free(&b);
	return ctx_doing(c, err, "unique ids of %.60s:%u", r->file, r->line);
}

static enum sl_err load_file(struct ctx *c, const char *path, struct auto_rules *out)
{
	size_t first = out->n;
	uid_t owner = 0;
	struct buffer b;
	struct cursor bytes;
	enum sl_err err;

	buf_init(&b, AUTO_FILE_MAX);
	err = trusted_read(c, path, geteuid(), &b, &owner);
	bytes = cur_make(b.data, b.len);
	if (!err)
		err = auto_parse(c, path, owner, &bytes, out);
	buf_free(&b);
	for (size_t i = first; i < out->n && !err; i++)
		err = load_list(c, &out->rule[i]);
	out->n_files++;
	return err;
}

enum sl_err auto_load(struct ctx *c, const char *folder, struct auto_rules *out)
{
	struct trusted_names *names = malloc(sizeof(*names));
	char path[PATH_MAX];
	enum sl_err err;

	if (!names)
		return ctx_fail(c, SL_NOMEM, "auto", "no memory for the configuration");
	err = trusted_list(c, folder, geteuid(), ".conf", names);
	for (size_t i = 0; !err && i < names->n; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, names->name[i]) >= (int)sizeof(path))
			err = ctx_fail(c, SL_FILE, "auto", "the path of %.100s is too long", names->name[i]);
		else
			err = load_file(c, path, out);
	}
	free(names);
	return ctx_doing(c, err, "configuration of autoflash");
}

static void free_words(struct auto_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->word[i]);
}

void auto_rules_free(struct auto_rules *rules)
{
	for (size_t i = 0; i < rules->n; i++) {
		struct auto_rule *r = &rules->rule[i];

		free(r->file);
		free(r->name);
		free(r->serial);
		free(r->port);
		free(r->uid);
		free(r->uid_list);
		free(r->image);
		free(r->connect);
		free_words(&r->before);
		free_words(&r->after);
	}
	free(rules->rule);
	memset(rules, 0, sizeof(*rules));
}
