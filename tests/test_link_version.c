/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_version.c - version replies and the capability table, walked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "link/session.h"
#include "tests/support/script.h"

static struct link_version decode(const char *hex)
{
	struct link_version v;
	struct ctx c;
	uint8_t reply[VERSION_BYTES];

	ctx_init(&c);
	assert_int_equal(script_hex(hex, reply, sizeof(reply)), VERSION_BYTES);
	assert_int_equal(version_decode(&c, reply, &v), SL_OK);
	return v;
}

static void version__known_replies__are_named(void **state)
{
	static const struct { const char *reply, *text; uint16_t pid; } rows[] = {
		{ "29 47 83 04 48 37", "V2J37S7", 0x3748 },
		{ "29 5b 83 04 4b 37", "V2J37M27", 0x374B },
		{ "29 5b 83 04 52 37", "V2J37M27", 0x3752 },
		{ "13 40 83 04 44 37", "V1J13", 0x3744 },
		{ "13 44 83 04 44 37", "V1J13S4", 0x3744 },
		/* x = 25, y = 10: disk and SWIM of a board for the STM8. */
		{ "26 4a 83 04 4b 37", "V2M25S10", 0x374B },
		{ "25 87 83 04 4b 37", "V2M22S7", 0x374B },
		/* The same fields on a plain V2 are what they always were. */
		{ "25 87 83 04 48 37", "V2J22S7", 0x3748 },
		{ "26 46 83 04 4b 37", "V2J25M6", 0x374B },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct link_version v = decode(rows[i].reply);

		assert_string_equal(v.text, rows[i].text);
		assert_int_equal(v.pid, rows[i].pid);
		assert_int_equal(v.vid, 0x0483);
	}
}

static void version__long_reply__has_all_parts(void **state)
{
	uint8_t reply[VERSION_EX_BYTES];
	struct link_version v = { 0 };

	(void)state;
	(void)script_hex("03 01 0d 05 04 00 00 00 83 04 4f 37", reply, sizeof(reply));
	version_decode_ex(reply, &v);
	assert_string_equal(v.text, "V3J13M5B4S1");
	assert_int_equal(v.pid, 0x374F);
	(void)script_hex("04 00 02 03 00 01 00 00 83 04 57 37", reply, sizeof(reply));
	version_decode_ex(reply, &v);
	assert_string_equal(v.text, "V4J2M3P1");
}

static void version__not_st__is_refused(void **state)
{
	static const char *const replies[] = {
		"00 00 00 00 00 00", "00 00 83 04 48 37", "29 47 84 04 48 37", "ff ff ff ff ff ff",
		"f0 00 83 04 48 37", "50 00 83 04 48 37",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		uint8_t reply[VERSION_BYTES];
		struct link_version v;
		struct ctx c;

		ctx_init(&c);
		(void)script_hex(replies[i], reply, sizeof(reply));
		assert_int_equal(version_decode(&c, reply, &v), SL_PROTO);
	}
}

/* One letter per feature, in this order; a dash where it is absent:
 * v voltage, t trace, s 3B, S 3E, f FPU registers, q 43, Q 61, d 45/46, h 16 bit, a access
 * port, n NRST, b byte reads. */
static void letters(const struct link_caps *caps, char out[13])
{
	const struct { bool has; char letter; } rows[] = {
		{ caps->voltage, 'v' }, { caps->trace, 't' }, { caps->rw_status, 's' },
		{ caps->rw_status2, 'S' }, { caps->fpu_regs, 'f' }, { caps->swd_freq, 'q' },
		{ caps->com_freq, 'Q' }, { caps->dap_reg, 'd' }, { caps->mem16, 'h' },
		{ caps->init_ap, 'a' }, { caps->nrst, 'n' }, { caps->read8, 'b' },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		out[i] = rows[i].has ? rows[i].letter : '-';
	out[ARRAY_LEN(rows)] = '\0';
}

static void capabilities__each_milestone__are_as_the_table_says(void **state)
{
	static const struct {
		unsigned stlink, jtag, api, max_8bit, tar_block;
		const char *letters;
	} rows[] = {
		{ 1, 9, 1, 64, 1024, "------------" },
		{ 1, 11, 2, 64, 1024, "--s---------" },
		{ 1, 13, 2, 64, 1024, "--s---------" },
		{ 2, 12, 2, 64, 1024, "--s-------nb" },
		{ 2, 14, 2, 64, 1024, "vts-------nb" },
		{ 2, 17, 2, 64, 1024, "vtsSf-----nb" },
		{ 2, 21, 2, 64, 1024, "vtsSf-----nb" },
		{ 2, 22, 2, 64, 1024, "vtsSfq----nb" },
		{ 2, 24, 2, 64, 1024, "vtsSfq-d--nb" },
		{ 2, 26, 2, 64, 1024, "vtsSfq-dh-nb" },
		{ 2, 28, 2, 64, 1024, "vtsSfq-dhanb" },
		{ 2, 32, 2, 64, 0, "vtsSfq-dhanb" },
		{ 2, 37, 2, 64, 0, "vtsSfq-dhanb" },
		{ 3, 1, 3, 64, 1024, "vt-Sf-Qdhanb" },
		{ 3, 2, 3, 64, 0, "vt-Sf-Qdhanb" },
		{ 3, 7, 3, 512, 0, "vt-Sf-Qdhanb" },
		{ 4, 1, 3, 512, 0, "vt-Sf-Qdhanb" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct link_version v = { .stlink = rows[i].stlink, .jtag = rows[i].jtag };
		struct link_caps caps;
		char text[13];

		capability_fill(&v, &caps);
		letters(&caps, text);
		assert_string_equal(text, rows[i].letters);
		assert_int_equal(caps.api, rows[i].api);
		assert_int_equal(caps.max_8bit, rows[i].max_8bit);
		assert_int_equal(caps.tar_block, rows[i].tar_block);
		assert_int_equal(caps.max_read, 6144);
		assert_int_equal(caps.max_write, 6144);
		assert_true(caps.swd);
	}
}

static void capabilities__from_the_replies_of_both_v2_kinds__agree(void **state)
{
	struct link_version plain = decode("29 47 83 04 48 37"), v21 = decode("29 5b 83 04 4b 37");
	struct link_version stm8 = decode("26 4a 83 04 4b 37");
	struct link_caps a, b;

	(void)state;
	capability_fill(&plain, &a);
	capability_fill(&v21, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	capability_fill(&stm8, &b);
	assert_false(b.swd);
}

static void kinds__table__is_sorted_without_doubles_and_knows_each_pid(void **state)
{
	size_t n;
	const struct probe_kind *kinds = probe_kinds(&n);

	(void)state;
	assert_true(n >= 12);
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || kinds[i].pid > kinds[i - 1].pid);
		assert_true(kinds[i].generation >= PROBE_V1 && kinds[i].generation <= PROBE_V3);
		assert_ptr_equal(probe_kind_of_pid(kinds[i].pid), &kinds[i]);
	}
	assert_int_equal(probe_kind_of_pid(0x3744)->generation, PROBE_V1);
	assert_true(probe_kind_of_pid(0x374D)->bootloader);
	assert_null(probe_kind_of_pid(0xDF11));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version__known_replies__are_named),
		cmocka_unit_test(version__long_reply__has_all_parts),
		cmocka_unit_test(version__not_st__is_refused),
		cmocka_unit_test(capabilities__each_milestone__are_as_the_table_says),
		cmocka_unit_test(capabilities__from_the_replies_of_both_v2_kinds__agree),
		cmocka_unit_test(kinds__table__is_sorted_without_doubles_and_knows_each_pid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
