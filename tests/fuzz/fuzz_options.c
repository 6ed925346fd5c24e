/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_options.c - any bytes as a file of option bytes, and as what is typed for them.
 *
 * What is accepted must have names and no name twice; what is refused must say so, with the line in
 * a file.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/option_words.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct assignments *a)
{
	must(a->n <= ASSIGN_MAX);
	for (size_t i = 0; i < a->n; i++) {
		must(a->item[i].name[0] != '\0' && memchr(a->item[i].name, '\0', ASSIGN_NAME_MAX));
		for (size_t k = 0; k < i; k++)
			must(strcmp(a->item[i].name, a->item[k].name) != 0);
	}
}

static void check_fault(const struct ctx *c, enum sl_err err, enum sl_err allowed)
{
	must(err == SL_OK || (err == allowed && c->fault.code == err && c->fault.text[0] != '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct assignments a;
	char *text = fence_text(data, size);
	struct ctx c;
	enum sl_err err;

	ctx_init(&c);
	memset(&a, 0, sizeof(a));
	err = assign_parse_file(&c, "f", fence(data, size), size, &a);
	check_fault(&c, err, SL_IMAGE);
	must(err == SL_OK || strncmp(c.fault.text, "f", 1) == 0);
	if (!err)
		check(&a);
	memset(&a, 0, sizeof(a));
	err = assign_parse_list(&c, text, &a);
	check_fault(&c, err, SL_USAGE);
	if (!err)
		check(&a);
	check_fault(&c, areas_check_text(&c, text), SL_USAGE);
	return 0;
}
