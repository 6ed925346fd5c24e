/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_sim_words.c - any bytes as a command line of stlink-sim, and as its quantities. The input's lines are
 * the arguments.
 */
#include <string.h>

#include "sim/options.h"
#include "sim/quantity.h"
#include "tests/fuzz/fuzz.h"

enum { ARGS_MAX = 40, MOST = 86400000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sim_options o;
	char *argv[ARGS_MAX + 2], *text = fence_text(data, size);
	static char name[] = "stlink-sim";
	int argc = 1;
	struct ctx c;
	enum sl_err err;

	argv[0] = name;
	for (char *p = text; p < text + size && argc <= ARGS_MAX; p += strlen(p) + 1) {
		uint32_t milli = MOST + 1u;

		p[strcspn(p, "\n")] = '\0';
		argv[argc++] = p;
		must(quantity_parse(p, "s", MOST, &milli) == (milli <= MOST));
	}
	argv[argc] = NULL;
	ctx_init(&c);
	memset(&o, 0, sizeof(o));
	err = options_parse(&c, argc, argv, &o);
	must(err == SL_OK || err == SL_USAGE || err == SL_IMAGE || err == SL_FILE);
	must(err == SL_OK || (c.fault.code == err && c.fault.text[0] != '\0'));
	must(o.n_boards <= USBIP_BOARDS_MAX);
	for (size_t i = 0; i < o.n_boards; i++)
		must(o.boards[i].n_sets <= SETS_MAX);
	return 0;
}
