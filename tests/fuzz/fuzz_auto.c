/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_auto.c - any bytes as autoflash's configuration, and as a list of unique ids.
 *
 * What is accepted must keep the promises of auto/rules.h; what is refused must say a line.
 */
#include <stdlib.h>
#include <string.h>

#include "auto/rules.h"
#include "tests/fuzz/fuzz.h"

/* No byte that a terminal would obey, and none that ends the string early. */
static void check_text(const char *s)
{
	for (; s && *s; s++)
		must(((unsigned char)*s >= ' ' && *s != 0x7F) || *s == '\t');
}

static void check_words(const struct auto_words *w)
{
	must(w->n <= AUTO_WORDS_MAX);
	for (size_t i = 0; i < w->n; i++) {
		must(w->word[i][0] != '\0' && !strchr(w->word[i], ' '));
		check_text(w->word[i]);
	}
}

static void check_rule(const struct auto_rule *r, unsigned last_line)
{
	must(r->line >= 1 && r->line <= last_line);
	must(r->n_chips >= 1 && r->n_chips <= AUTO_CHIPS_MAX);
	for (size_t i = 0; i < r->n_chips; i++) {
		must(r->chip[i] > 0 && r->chip[i] <= 0xFFF);
		if (!r->needs_uid)
			must(auto_fits_chip(r, r->chip[i], NULL) == AUTO_FITS);
	}
	must(r->image && r->image[0] == '/' && !strchr(r->image, '@'));
	must(!r->uid_list || (r->uid_list[0] == '/' && r->needs_uid));
	must(r->n_uids == 0 || r->needs_uid);
	must(r->speed_khz <= 100000);
	check_text(r->name);
	check_text(r->serial);
	check_text(r->port);
	check_text(r->image);
	check_words(&r->before);
	check_words(&r->after);
}

static unsigned lines_of(const uint8_t *data, size_t size)
{
	unsigned n = 1;

	for (size_t i = 0; i < size; i++)
		n += data[i] == '\n';
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct auto_rules rules = { 0 };
	struct auto_rule list = { 0 };
	struct cursor bytes = cur_make(fence(data, size), size);
	struct ctx c;
	enum sl_err err;

	ctx_init(&c);
	err = auto_parse(&c, "f", 0, &bytes, &rules);
	must(err == SL_OK || err == SL_USAGE);
	must(err == SL_OK || strncmp(c.fault.text, "f:", 2) == 0);
	for (size_t i = 0; i < rules.n && !err; i++) {
		check_rule(&rules.rule[i], lines_of(data, size));
		for (size_t k = 0; k < i; k++)
			must(!auto_hides(&rules.rule[k], &rules.rule[i]));
	}
	auto_rules_free(&rules);
	bytes = cur_make(bytes.data, size);
	err = auto_parse_uids(&c, "f", &bytes, &list);
	must(err == SL_OK || err == SL_USAGE);
	must(list.n_uids <= AUTO_UIDS_MAX && list.n_uids <= size / 24);
	free(list.uid);
	return 0;
}
