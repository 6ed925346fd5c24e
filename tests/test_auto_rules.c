/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_auto_rules.c - the grammar of autoflash's configuration, and what a rule fits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auto/rules.h"

#define BOARD "[board]\nserial = any\nport = any\nchip = 0x410\nimage = /fw.bin\n"

struct parsed {
	struct ctx ctx;
	struct auto_rules rules;
	enum sl_err err;
};

static void parse_bytes(struct parsed *p, const void *text, size_t len)
{
	struct cursor bytes = cur_make(text, len);

	memset(p, 0, sizeof(*p));
	ctx_init(&p->ctx);
	p->err = auto_parse(&p->ctx, "a.conf", 0, &bytes, &p->rules);
}

static void parse(struct parsed *p, const char *text)
{
	parse_bytes(p, text, strlen(text));
}

static void refused(const char *text, const char *said)
{
	struct parsed p;

	parse(&p, text);
	assert_int_equal(p.err, SL_USAGE);
	if (!strstr(p.ctx.fault.text, said))
		fail_msg("\"%s\" is not in \"%s\"", said, p.ctx.fault.text);
	auto_rules_free(&p.rules);
}

static void rules__every_key__is_kept(void **state)
{
	struct parsed p;
	const struct auto_rule *r;

	(void)state;
	parse(&p, "# comment\n; another\n\n  [ board  left-1.a ]  \n serial=0123abc \n"
		  "port\t=\t1-2.3\nchip = 0x410\nchip = 1043\nimage = /a b.hex\naddress = 0x08001000\n"
		  "uid = 000102030405060708090a0b\nuid = FFFFFFFFFFFFFFFFFFFFFFFF\n"
		  "uid-list = /l\nbefore = erase=all  sleep=1\nafter = none\n"
		  "connect = under-reset\nspeed = 480\nmismatch = ignore");
	assert_int_equal(p.err, SL_OK);
	assert_int_equal(p.rules.n, 1);
	r = &p.rules.rule[0];
	assert_string_equal(r->name, "left-1.a");
	assert_string_equal(r->file, "a.conf");
	assert_int_equal(r->line, 4);
	assert_string_equal(r->serial, "0123abc");
	assert_string_equal(r->port, "1-2.3");
	assert_int_equal(r->n_chips, 2);
	assert_int_equal(r->chip[1], 0x413);
	assert_string_equal(r->image, "/a b.hex");
	assert_true(r->has_address && r->address == 0x08001000);
	assert_true(r->needs_uid);
	assert_int_equal(r->n_uids, 2);
	assert_int_equal(r->uid[0].bytes[11], 0x0B);
	assert_string_equal(r->uid_list, "/l");
	assert_int_equal(r->before.n, 2);
	assert_string_equal(r->before.word[1], "sleep=1");
	assert_true(r->has_after);
	assert_int_equal(r->after.n, 0);
	assert_string_equal(r->connect, "under-reset");
	assert_int_equal(r->speed_khz, 480);
	assert_int_equal(r->mismatch, MISMATCH_IGNORE);
	auto_rules_free(&p.rules);
}

static void rules__what_is_not_said__has_its_default(void **state)
{
	struct parsed p;
	const struct auto_rule *r;

	(void)state;
	parse(&p, BOARD);
	assert_int_equal(p.err, SL_OK);
	r = &p.rules.rule[0];
	assert_null(r->serial);
	assert_null(r->port);
	assert_null(r->connect);
	assert_false(r->needs_uid || r->has_after || r->has_address);
	assert_int_equal(r->mismatch, MISMATCH_FAIL);
	assert_string_equal(r->name, "");
	auto_rules_free(&p.rules);
}

static void rules__empty_file__has_no_rule(void **state)
{
	struct parsed p;

	(void)state;
	parse(&p, "");
	assert_int_equal(p.err, SL_OK);
	assert_int_equal(p.rules.n, 0);
	auto_rules_free(&p.rules);
	parse(&p, "\n\n# nothing\n");
	assert_int_equal(p.err, SL_OK);
	assert_int_equal(p.rules.n, 0);
	auto_rules_free(&p.rules);
}

static void rules__mistake__is_told_with_its_line(void **state)
{
	(void)state;
	refused("port = 1-1\n", "a.conf:1: a [board] line must come before");
	refused(BOARD "nonsense = 1\n", "a.conf:6: unknown key nonsense");
	refused(BOARD "image = /b\n", "a.conf:6: image is said twice");
	refused(BOARD "= x\n", "a.conf:6: unknown key");
	refused(BOARD "address =   \n", "a.conf:6: address has no value");
	refused("[board]\n[board]\n", "a.conf:1: the board lacks serial");
	refused("[board\n", "a.conf:1: the ] is missing");
	refused("[\n", "a.conf:1: the ] is missing");
	refused("[boards]\n", "a.conf:1: sections are written");
	refused("[board a/b]\n", "a.conf:1: a board's name");
	refused(BOARD "[board 2]\nserial = any\nport = 1-1\nchip = 0x410\nimage = /x\n",
		"a.conf:6: never used: a.conf:1 takes");
	refused("[board]\nserial = a b\n", "a.conf:2: a serial is");
	refused("[board]\nserial = \xc3\xa9\n", "a.conf:2: a serial is");
	refused("[board]\nport = 1_2\n", "a.conf:2: a port is");
	refused("[board]\nimage = fw.bin\n", "a.conf:2: a path is absolute");
	refused("[board]\nimage = /fw.bin@0x10\n", "a.conf:2: a path has no @");
	refused("[board]\nchip = 0\n", "a.conf:2: a chip is its device id");
	refused("[board]\nchip = -1\n", "a.conf:2: a chip is its device id");
}

static void rules__control_characters__are_refused(void **state)
{
	struct parsed p;

	(void)state;
	for (int ch = 0; ch < 0x20; ch++) {
		char text[] = "# x\n";

		if (ch == '\t' || ch == '\n')
			continue;
		text[2] = (char)ch;
		parse_bytes(&p, text, 4);
		assert_int_equal(p.err, SL_USAGE);
		auto_rules_free(&p.rules);
	}
	refused("[board]\x7f\n", "a.conf:1: character 0x7f");
}

static void rules__line_at_the_limit__is_taken_and_one_more_refused(void **state)
{
	char text[AUTO_LINE_MAX + 3];
	struct parsed p;

	(void)state;
	memset(text, '#', sizeof(text));
	text[AUTO_LINE_MAX] = '\n';
	parse_bytes(&p, text, AUTO_LINE_MAX + 1);
	assert_int_equal(p.err, SL_OK);
	auto_rules_free(&p.rules);
	text[AUTO_LINE_MAX] = '#';
	parse_bytes(&p, text, AUTO_LINE_MAX + 1);
	assert_int_equal(p.err, SL_USAGE);
	auto_rules_free(&p.rules);
}

static void rules__too_many__are_refused(void **state)
{
	struct parsed p;
	struct cursor bytes;
	char text[200];

	(void)state;
	memset(&p, 0, sizeof(p));
	ctx_init(&p.ctx);
	for (unsigned i = 0; i <= AUTO_RULES_MAX; i++) {
		(void)snprintf(text, sizeof(text),
			       "[board]\nserial=any\nport=1-%u\nchip=0x410\nimage=/x\n", i);
		bytes = cur_make(text, strlen(text));
		p.err = auto_parse(&p.ctx, "a.conf", 0, &bytes, &p.rules);
		assert_int_equal(p.err, i < AUTO_RULES_MAX ? SL_OK : SL_USAGE);
	}
	auto_rules_free(&p.rules);
}

static struct probe probe_named(const char *serial, const char *port)
{
	struct probe p;

	memset(&p, 0, sizeof(p));
	(void)snprintf(p.serial, sizeof(p.serial), "%s", serial);
	(void)snprintf(p.port, sizeof(p.port), "%s", port);
	return p;
}

static void fits_probe__serial_and_port__must_both_be_right(void **state)
{
	char serial[] = "066dff49", port[] = "1-2";
	struct auto_rule r = { .serial = serial, .port = port };
	struct probe p = probe_named("066DFF49", "1-2");

	(void)state;
	assert_true(auto_fits_probe(&r, &p));
	p.serial_unsure = true;
	assert_false(auto_fits_probe(&r, &p));
	p = probe_named("066DFF4", "1-2");
	assert_false(auto_fits_probe(&r, &p));
	p = probe_named("066DFF490", "1-2");
	assert_false(auto_fits_probe(&r, &p));
	p = probe_named("", "1-2");
	assert_false(auto_fits_probe(&r, &p));
	p = probe_named("066DFF49", "1-2.1");
	assert_false(auto_fits_probe(&r, &p));
	r.port = NULL;
	assert_true(auto_fits_probe(&r, &p));
	r.serial = NULL;
	p = probe_named("", "9-9");
	assert_true(auto_fits_probe(&r, &p));
}

static void fits_chip__id_and_unique_id__must_both_be_right(void **state)
{
	static const uint8_t good[12] = { 1, 2, 3 }, bad[12] = { 1, 2, 4 };
	struct auto_uid uid = { { 1, 2, 3 } };
	struct auto_rule r = { .chip = { 0x410, 0x413 }, .n_chips = 2 };

	(void)state;
	assert_int_equal(auto_fits_chip(&r, 0x413, NULL), AUTO_FITS);
	assert_int_equal(auto_fits_chip(&r, 0x414, good), AUTO_WRONG_CHIP);
	r.needs_uid = true;
	assert_int_equal(auto_fits_chip(&r, 0x410, good), AUTO_WRONG_UID);
	r.uid = &uid;
	r.n_uids = 1;
	assert_int_equal(auto_fits_chip(&r, 0x410, good), AUTO_FITS);
	assert_int_equal(auto_fits_chip(&r, 0x410, bad), AUTO_WRONG_UID);
	assert_int_equal(auto_fits_chip(&r, 0x410, NULL), AUTO_WRONG_UID);
	assert_int_equal(auto_fits_chip(&r, 0x420, good), AUTO_WRONG_CHIP);
}

static void uids__list_of_many__is_taken(void **state)
{
	struct ctx ctx;
	struct auto_rule r;
	char text[64 * 26];
	struct cursor bytes;

	(void)state;
	ctx_init(&ctx);
	memset(&r, 0, sizeof(r));
	for (unsigned i = 0; i < 64; i++)
		(void)snprintf(text + 25 * i, 26, "%024x\n", i);
	bytes = cur_make(text, 64 * 25);
	assert_int_equal(auto_parse_uids(&ctx, "l", &bytes, &r), SL_OK);
	assert_int_equal(r.n_uids, 64);
	assert_int_equal(r.uid[63].bytes[11], 63);
	bytes = cur_make("# x\n00\n", 7);
	assert_int_equal(auto_parse_uids(&ctx, "l", &bytes, &r), SL_USAGE);
	assert_non_null(strstr(ctx.fault.text, "l:2: "));
	free(r.uid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules__every_key__is_kept),
		cmocka_unit_test(rules__what_is_not_said__has_its_default),
		cmocka_unit_test(rules__empty_file__has_no_rule),
		cmocka_unit_test(rules__mistake__is_told_with_its_line),
		cmocka_unit_test(rules__control_characters__are_refused),
		cmocka_unit_test(rules__line_at_the_limit__is_taken_and_one_more_refused),
		cmocka_unit_test(rules__too_many__are_refused),
		cmocka_unit_test(fits_probe__serial_and_port__must_both_be_right),
		cmocka_unit_test(fits_chip__id_and_unique_id__must_both_be_right),
		cmocka_unit_test(uids__list_of_many__is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
