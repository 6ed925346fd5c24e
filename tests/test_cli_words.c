/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_cli_words.c - the word parser, the command table and the options.
 */
#define _POSIX_C_SOURCE 200809L /* fmemopen */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/suggest.h"
#include "cli/word.h"
#include "target/regs.h"

struct parsed {
	struct ctx ctx;
	struct chain chain;
	enum sl_err err;
};

static struct parsed parse(const char *word)
{
	struct parsed p;

	memset(&p, 0, sizeof(p));
	ctx_init(&p.ctx);
	p.err = chain_parse(&p.ctx, &word, 1, &p.chain);
	return p;
}

static void accepts_file_word(const char *word, const char *file, int has_addr, uint32_t addr)
{
	struct parsed p = parse(word);

	assert_int_equal(p.err, SL_OK);
	assert_string_equal(p.chain.words[0].file, file);
	assert_int_equal(p.chain.words[0].has_addr, has_addr);
	assert_int_equal(p.chain.words[0].addr, addr);
	chain_free(&p.chain);
}

static void program__file_with_and_without_address__is_split(void **state)
{
	(void)state;
	accepts_file_word("program=a.bin", "a.bin", 0, 0);
	accepts_file_word("program=a.bin@0x08004000", "a.bin", 1, 0x08004000);
	accepts_file_word("program=a.bin@16k", "a.bin", 1, 16384);
	accepts_file_word("verify=-@4096", "-", 1, 4096);
	accepts_file_word("program=dir=x/a.hex", "dir=x/a.hex", 0, 0);
}

static void program__at_sign_in_a_file_name__stays_in_the_name(void **state)
{
	(void)state;
	accepts_file_word("program=me@home.bin", "me@home.bin", 0, 0);
	accepts_file_word("program=me@home.bin@0x10", "me@home.bin", 1, 0x10);
	accepts_file_word("program=fw@2.bin", "fw@2.bin", 0, 0);
	accepts_file_word("flash:w:fw@0x10", "fw@0x10", 0, 0);
}

static void read__range__is_split(void **state)
{
	struct parsed p = parse("read=d.bin@0x08000000:64k");

	(void)state;
	assert_int_equal(p.err, SL_OK);
	assert_string_equal(p.chain.words[0].file, "d.bin");
	assert_int_equal(p.chain.words[0].addr, 0x08000000);
	assert_int_equal(p.chain.words[0].len, 65536);
	assert_true(p.chain.words[0].has_len);
	chain_free(&p.chain);
}

static void words__sloppy_ones__are_refused_as_usage(void **state)
{
	static const char *const bad[] = {
		"", " ", "=", "program", "program=", "program=@0x10", "program=a@", "program=a@0x",
		"program=a@0x1000000000", "program=a@08", "program=a@12z", "programm=a", "Program=a",
		"read", "read=", "read=a", "read=a@", "read=a@0x10:", "read=a@0x10:0",
		"read=a@0xFFFFFFFF:2", "read=a@x", "read=@0x10:4", "read=a@0:65M", "read=a@-1:4",
		"erase=", "erase=none", "erase=allx", "erase=0x10:", "erase=0x10:0x", "erase=:16",
		"erase=0xFFFFFFFC:8", "read0x", "read1", "read0x20000001", "read0x2000000g",
		"write0x20000000", "write0x20000000=", "write0x20000002=1", "write0x0=0x100000000",
		"write=5", "reg", "regr99", "reg999", "regfoo", "wreg", "wregr0", "wregr0=", "wreg=1",
		"wregr0=x", "wregzz=1", "sleep=", "sleep=-1", "sleep=1.5", "sleep=86401", "flash:w:",
		"flash:x:a", "flash:", "sys:r:", "sys:w:a", "info=1", "run1", "resett", "blink5",
		"reg0123456789012345678901234567890123456789",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct parsed p = parse(bad[i]);

		if (p.err != SL_USAGE)
			fail_msg("'%s' gave %d", bad[i], (int)p.err);
		assert_int_equal(p.ctx.fault.code, SL_USAGE);
		assert_true(p.ctx.fault.text[0] != '\0');
		chain_free(&p.chain);
	}
}

static void words__good_ones__reach_their_row(void **state)
{
	static const struct { const char *word, *name; } good[] = {
		{ "list", "list" }, { "info", "info" }, { "debug", "debug" }, { "halt", "halt" },
		{ "regs", "regs" }, { "reg0", "reg" }, { "regsp", "reg" }, { "regr12", "reg" },
		{ "regs0", "reg" }, { "wregpc=0x10", "wreg" }, { "read0x20000000", "read" },
		{ "read=f@0", "read=" }, { "read536870912", "read" }, { "write0x0=1", "write" },
		{ "erase", "erase" }, { "erase=all", "erase=all" }, { "erase=0x08000000", "erase=" },
		{ "erase=0x08000000:1k", "erase=" }, { "sleep", "sleep" }, { "sleep=0", "sleep=" },
		{ "flash:r:x", "flash:r:" }, { "flash:w:x", "flash:w:" }, { "flash:v:x", "flash:v:" },
		{ "sys:r:x", "sys:r:" }, { "help", "help" }, { "PORTC", "PORTA" },
		{ "timer17", "PORTA" }, { "systick", "PORTA" }, { "can1", "PORTA" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct parsed p = parse(good[i].word);

		if (p.err)
			fail_msg("'%s': %s", good[i].word, p.ctx.fault.text);
		assert_string_equal(p.chain.words[0].command->name, good[i].name);
		chain_free(&p.chain);
	}
}

static void help__takes_the_next_word_as_its_topic(void **state)
{
	static const char *const words[] = { "help", "program=", "info" };
	struct ctx c;
	struct chain chain;

	(void)state;
	ctx_init(&c);
	assert_int_equal(chain_parse(&c, words, 3, &chain), SL_OK);
	assert_int_equal(chain.n, 2);
	assert_string_equal(chain.words[0].next, "program=");
	assert_string_equal(chain.words[1].command->name, "info");
	chain_free(&chain);
}

static void suggest(const char *typed, const char *syntax)
{
	const struct command *row = verb_nearest(typed);

	if (!syntax) {
		assert_null(row);
		return;
	}
	assert_non_null(row);
	assert_string_equal(row->syntax, syntax);
}

static void unknown_word__near_one__is_suggested(void **state)
{
	(void)state;
	suggest("progam=x.hex", "program=FILE[@ADDR]");
	suggest("porgram=x.hex", "program=FILE[@ADDR]");
	suggest("verfy=x", "verify=FILE[@ADDR]");
	suggest("inof", "info");
	suggest("reste", "reset");
	suggest("flahs:w:x.bin", "flash:w:FILE");
	suggest("erase=al", "erase=ADDR[:LEN]");
	suggest("zzzzzz", NULL);
	suggest("", NULL);
	suggest("a-very-long-word-that-is-longer-than-thirty-one-letters", NULL);
}

static void distance__edits__are_counted(void **state)
{
	(void)state;
	assert_int_equal(suggest_distance("abc", 3, "abc"), 0);
	assert_int_equal(suggest_distance("abc", 3, "abd"), 1);
	assert_int_equal(suggest_distance("abc", 3, "acb"), 1);
	assert_int_equal(suggest_distance("abc", 3, ""), 3);
	assert_int_equal(suggest_distance("", 0, "ab"), 2);
	assert_int_equal(suggest_distance("kitten", 6, "sitting"), 3);
}

static void table__rows__are_complete_and_unique(void **state)
{
	size_t n = 0;
	const struct command *const *rows = verb_table(&n);

	(void)state;
	assert_true(n >= 25);
	for (size_t i = 0; i < n; i++) {
		assert_non_null(rows[i]->run);
		assert_true(strlen(rows[i]->summary) <= 52);
		assert_true(strlen(rows[i]->syntax) <= 22);
		assert_non_null(strstr(rows[i]->help, "\n  stlink-download "));
		assert_true(rows[i]->help[strlen(rows[i]->help) - 1] == '\n');
		assert_int_equal(rows[i]->form == FORM_ARGUMENT, rows[i]->parse != NULL &&
				 rows[i]->form == FORM_ARGUMENT);
		for (size_t j = 0; j < i; j++)
			assert_false(strcmp(rows[i]->name, rows[j]->name) == 0 &&
				     rows[i]->form == rows[j]->form);
	}
}

static void table__help_lines__fit_eighty_columns(void **state)
{
	size_t n = 0;
	const struct command *const *rows = verb_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (const char *p = rows[i]->help; *p; p += strcspn(p, "\n") + 1)
			if (strcspn(p, "\n") > 80)
				fail_msg("%s: %.90s", rows[i]->name, p);
}

static void overlapping_programs__are_refused_unless_forced(void **state)
{
	static const uint8_t bytes[64] = { 1 };
	static const char *const words[] = { "program=a@0x08000000", "program=b@0x08000020" };
	struct image_where where = { .has_addr = true };
	struct ctx c;
	struct chain chain;

	(void)state;
	ctx_init(&c);
	assert_int_equal(chain_parse(&c, words, 2, &chain), SL_OK);
	for (size_t i = 0; i < 2; i++) {
		where.addr = chain.words[i].addr;
		assert_int_equal(image_from_memory(&c, bytes, sizeof(bytes), &where,
						   &chain.words[i].image), SL_OK);
	}
	assert_int_equal(chain_check_images(&c, &chain, false), SL_USAGE);
	assert_int_equal(c.fault.addr, 0x08000020);
	assert_int_equal(chain_check_images(&c, &chain, true), SL_OK);
	chain_free(&chain);
}

static enum sl_err options(struct options *o, const char *a, const char *b, const char *d)
{
	char *argv[5] = { (char *)"x", (char *)a, (char *)b, (char *)d, NULL };
	int argc = 1;
	struct ctx c;

	ctx_init(&c);
	while (argv[argc] && argc < 4)
		argc++;
	return options_read(&c, argc, argv, NULL, o);
}

static void options__any_order__are_told_from_words(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(options(&o, "info", "--json", "-vv"), SL_OK);
	assert_true(o.json);
	assert_int_equal(o.verbosity, 2);
	assert_int_equal(o.n_words, 1);
	options_free(&o);
	assert_int_equal(options(&o, "--", "--json", "-v"), SL_OK);
	assert_int_equal(o.n_words, 2);
	options_free(&o);
	assert_int_equal(options(&o, "/dev/sg3", "info", NULL), SL_OK);
	assert_string_equal(o.device, "/dev/sg3");
	assert_int_equal(o.n_words, 1);
	options_free(&o);
	assert_int_equal(options(&o, "-dserial:X", "info", NULL), SL_OK);
	assert_string_equal(o.device, "serial:X");
	options_free(&o);
	assert_int_equal(options(&o, "--speed", "480", "info"), SL_OK);
	assert_int_equal(o.speed_khz, 480);
	options_free(&o);
}

static void options__wrong_ones__are_usage_errors(void **state)
{
	static const char *const bad[][2] = {
		{ "--jsn", NULL }, { "-x", NULL }, { "-d", NULL }, { "--speed", NULL },
		{ "--speed=0", NULL }, { "--speed=fast", NULL }, { "--speed=-5", NULL },
		{ "--connect=reset", NULL }, { "--json=1", NULL }, { "-d", "" }, { "--speed=", NULL },
		{ "--connect", NULL }, { "-dusb:1.2", "-dusb:1.3" }, { "--forc", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct options o;

		if (options(&o, bad[i][0], bad[i][1], NULL) != SL_USAGE)
			fail_msg("%s was taken", bad[i][0]);
		options_free(&o);
	}
}

static void options__values_that_completion_offers__are_all_taken(void **state)
{
	const struct option_row *rows;
	size_t n, tried = 0;

	(void)state;
	rows = option_rows(&n);
	for (size_t i = 0; i < n; i++) {
		for (const char *v = rows[i].values; v && *v; v += strcspn(v, " "), v += *v == ' ') {
			struct options o;
			char text[64];

			(void)snprintf(text, sizeof(text), "--%s=%.*s", rows[i].name,
				       (int)strcspn(v, " "), v);
			if (options(&o, text, "info", NULL) != SL_OK)
				fail_msg("%s was refused", text);
			options_free(&o);
			tried++;
		}
	}
	assert_int_equal(tried, 7 + 2);  /* --connect, --proof */
}

static void options__environment_device__is_a_default(void **state)
{
	char *argv[] = { (char *)"x", (char *)"-d", (char *)"usb:1.2", NULL };
	struct ctx c;
	struct options o;

	(void)state;
	ctx_init(&c);
	assert_int_equal(options_read(&c, 1, argv, "port:1-1", &o), SL_OK);
	assert_string_equal(o.device, "port:1-1");
	options_free(&o);
	assert_int_equal(options_read(&c, 3, argv, "port:1-1", &o), SL_OK);
	assert_string_equal(o.device, "usb:1.2");
	options_free(&o);
	assert_int_equal(options_read(&c, 1, argv, "", &o), SL_OK);
	assert_null(o.device);
	options_free(&o);
}

static void help__fits_eighty_columns_and_three_screens(void **state)
{
	char text[8192];
	FILE *f = fmemopen(text, sizeof(text), "w");
	unsigned lines = 0;

	(void)state;
	assert_non_null(f);
	help_all(f);
	(void)fclose(f);
	for (const char *p = text; *p; p += strcspn(p, "\n") + 1, lines++)
		if (strcspn(p, "\n") > 80)
			fail_msg("too wide: %.100s", p);
	assert_in_range(lines, 20, 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program__file_with_and_without_address__is_split),
		cmocka_unit_test(program__at_sign_in_a_file_name__stays_in_the_name),
		cmocka_unit_test(read__range__is_split),
		cmocka_unit_test(words__sloppy_ones__are_refused_as_usage),
		cmocka_unit_test(words__good_ones__reach_their_row),
		cmocka_unit_test(help__takes_the_next_word_as_its_topic),
		cmocka_unit_test(unknown_word__near_one__is_suggested),
		cmocka_unit_test(distance__edits__are_counted),
		cmocka_unit_test(table__rows__are_complete_and_unique),
		cmocka_unit_test(table__help_lines__fit_eighty_columns),
		cmocka_unit_test(overlapping_programs__are_refused_unless_forced),
		cmocka_unit_test(options__any_order__are_told_from_words),
		cmocka_unit_test(options__wrong_ones__are_usage_errors),
		cmocka_unit_test(options__values_that_completion_offers__are_all_taken),
		cmocka_unit_test(options__environment_device__is_a_default),
		cmocka_unit_test(help__fits_eighty_columns_and_three_screens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
