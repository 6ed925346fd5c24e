/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_cli_image_core.c - which programs which core can run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "cli/image_core.h"
#include "target/chip_table.h"

enum {
	M0 = 0x410CC200, M0_PLUS = 0x410CC601, M3 = 0x412FC231, M4 = 0x410FC241, M23 = 0x411CD200,
	M33 = 0x410FD213
};

/* arch and profile as gcc 12 writes them for -mcpu=. */
static const struct row {
	const char *what;
	struct image_needs needs;
	uint32_t fits[6];       /* CPUIDs, 0: end */
} rows[] = {
	{ "says nothing", { 0, 0, 0 }, { M0, M0_PLUS, M3, M4, M23, M33 } },
	{ "assembler without a core", { 2, 0, 0 }, { M0, M0_PLUS, M3, M4, M23, M33 } },
	{ "cortex-m0", { 12, 'M', 0 }, { M0, M0_PLUS, M3, M4, M23, M33 } },
	{ "cortex-m3", { 10, 'M', 0 }, { M3, M4, M33 } },
	{ "cortex-m4, no FPU", { 13, 'M', 0 }, { M4, M33 } },
	{ "cortex-m4, FPU", { 13, 'M', 6 }, { M4, M33 } },
	{ "cortex-m23", { 16, 'M', 0 }, { M23, M33 } },
	{ "cortex-m33", { 17, 'M', 0 }, { M33 } },
	{ "cortex-a9", { 10, 'A', 0 }, { 0 } },
	{ "cortex-a53", { 14, 'A', 0 }, { 0 } },
	{ "only an FPU", { 0, 0, 3 }, { M4, M33 } },
};

static bool fits(const struct row *r, uint32_t cpuid)
{
	for (size_t i = 0; i < ARRAY_LEN(r->fits); i++)
		if (r->fits[i] == cpuid)
			return true;
	return false;
}

static void program__for_another_core__is_refused_with_its_cause(void **state)
{
	static const uint32_t all[] = { M0, M0_PLUS, M3, M4, M23, M33 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows) * ARRAY_LEN(all); i++) {
		const struct row *r = &rows[i / ARRAY_LEN(all)];
		const struct core_kind *core = core_find(all[i % ARRAY_LEN(all)]);
		enum sl_err wanted = fits(r, all[i % ARRAY_LEN(all)]) ? SL_OK : SL_IMAGE;
		struct ctx c;

		ctx_init(&c);
		assert_non_null(core);
		if (image_check_core(&c, &r->needs, core) != wanted)
			fail_msg("%s on %s", r->what, core->name);
		assert_int_equal(c.fault.cause, c.fault.code ? CAUSE_OTHER_CORE : CAUSE_NONE);
	}
}

static void core_that_is_not_known__is_taken_to_fit(void **state)
{
	const struct image_needs needs = { 14, 'A', 6 };
	const struct core_kind later = { .part = 0xD99, .name = "Cortex-M99", .fpu_possible = true };
	const struct image_needs m33 = { 17, 'M', 6 };
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(image_check_core(&c, &needs, NULL), SL_OK);
	assert_int_equal(image_check_core(&c, &m33, &later), SL_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program__for_another_core__is_refused_with_its_cause),
		cmocka_unit_test(core_that_is_not_known__is_taken_to_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
