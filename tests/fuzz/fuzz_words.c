/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_words.c - any bytes as a command line: of this program, and of st-flash.
 *
 * The input's lines are the arguments. Nothing is opened: options, words and numbers are only taken
 * apart and checked, as before any device is touched.
 */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "cli/options.h"
#include "cli/word.h"
#include "compat/args.h"
#include "tests/fuzz/fuzz.h"
#include "usb/usbip_address.h"

enum { ARGS_MAX = 24 };

static void check_fault(const struct ctx *c, enum sl_err err)
{
	must(err == SL_OK || (err == SL_USAGE && c->fault.code == err && c->fault.text[0] != '\0'));
}

/* The lines of text as arguments behind a program's name; text is cut up. */
static int split(char *text, size_t size, char *argv[ARGS_MAX + 2])
{
	static char name[] = "stlink-download";
	int n = 1;

	argv[0] = name;
	for (char *p = text; p < text + size && n <= ARGS_MAX; p += strlen(p) + 1) {
		p[strcspn(p, "\n")] = '\0';
		argv[n++] = p;
	}
	argv[n] = NULL;
	return n;
}

static void ours(int argc, char *argv[])
{
	struct options o;
	struct chain chain;
	struct ctx c;
	enum sl_err err;

	ctx_init(&c);
	err = options_read(&c, argc, argv, NULL, &o);
	check_fault(&c, err);
	if (!err) {
		must(o.n_words < (size_t)argc && o.verbosity <= 3 && o.n_logs <= OPTIONS_LOGS_MAX);
		err = chain_parse(&c, o.words, o.n_words, &chain);
		check_fault(&c, err);
		must(chain.n <= o.n_words);
		if (!err)
			check_fault(&c, chain_check_names(&c, &chain, o.force));
		chain_free(&chain);
	}
	options_free(&o);
}

static void theirs(int argc, char *argv[])
{
	struct usbip_address a;
	struct stock_args args;
	struct ctx c;
	enum sl_err err;
	uint32_t n;

	if (args_read(argc, argv, &args))
		must(args.command != STOCK_NONE || args.version);
	ctx_init(&c);
	for (int i = 1; i < argc; i++) {
		(void)args_number(argv[i], &n);
		(void)num_parse_str(argv[i], &n);
		err = usbip_parse_address(&c, argv[i], &a);
		must(err == SL_OK || err == SL_USAGE);
		if (!err)
			must(usbip_is_busid(a.busid, sizeof(a.busid)) || a.busid[0] == '\0');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[ARGS_MAX + 2];
	char *text = fence_text(data, size);
	int argc;

	argc = split(text, size, argv);
	ours(argc, argv);
	theirs(argc, argv);
	return 0;
}
