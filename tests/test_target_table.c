/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_target_table.c - every row of the chip table is found again on a chip made of it; and
 * the traps: F405 revision A, clones, codes for sizes, clocks that are off, chips unknown.
 */
#include "tests/support/fake_chip.h"

static const struct target_options normal = { .connect = CONNECT_NORMAL };

static struct target *attach(struct ctx *c, struct link *l)
{
	struct target *t = NULL;

	ctx_init(c);
	if (target_attach(c, l, &normal, &t))
		fail_msg("attach: %s", c->fault.text);
	return t;
}

static void detach(struct ctx *c, struct target *t)
{
	if (target_detach(t, c))
		fail_msg("detach: %s", c->fault.text);
}

static void check_found(const struct chip_row *r, uint32_t kb)
{
	struct ctx c;
	struct link l, was;
	struct target *t;
	const struct target_info *i;

	fake_chip(&l, r, kb, 0x10000000u | r->dev_id);
	was = l;
	t = attach(&c, &l);
	i = target_get_info(t);
	if (i->chip != r)
		fail_msg("0x%03x is taken for %s", r->dev_id, i->chip ? i->chip->devices : "nothing");
	assert_int_equal(i->dev_id, r->dev_id);
	assert_int_equal(i->flash_kb, kb);
	assert_false(i->flash_kb_assumed);
	assert_false(i->clone_suspected);
	assert_int_equal(i->has_uid, r->uid_addr != 0);
	if (r->uid_addr)
		assert_memory_equal(i->uid, "\x11\x11\x11\x11\x22\x22\x22\x22\x33\x33\x33\x33", 12);
	detach(&c, t);
	assert_true(l.left);
	for (size_t w = 0; w < l.n; w++)
		if (l.word[w].value != was.word[w].value)
			fail_msg("0x%03x: word 0x%08x is left 0x%08x, was 0x%08x", r->dev_id,
				 l.word[w].addr, l.word[w].value, was.word[w].value);
}

static void identify__every_row__is_found_and_left_as_it_was(void **state)
{
	size_t n;
	const struct chip_row *r = chip_rows(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		check_found(&r[i], r[i].max_flash_kb);
	check_found(chip_find(0x436), 256);
	check_found(chip_find(0x410), 64);
}

static void identify__classic_cores__touch_no_address_that_is_not_there(void **state)
{
	size_t n;
	const struct chip_row *r = chip_rows(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct ctx c;
		struct link l;

		if (r[i].idcode_addr != 0xE0042000)
			continue;
		fake_chip(&l, &r[i], r[i].max_flash_kb, r[i].dev_id);
		fake_put(&l, r[i].flash_regs + 0x14, 0xAA00, 0);
		fake_put(&l, r[i].flash_regs + 0x1C, 0xAA, 0);
		fake_put(&l, r[i].flash_regs + 0x20, 0xAA, 0);
		detach(&c, attach(&c, &l));
		assert_int_equal(l.faults, 0);
	}
}

static void identify__f405_revision_a__is_not_taken_for_an_f2(void **state)
{
	struct ctx c;
	struct link l;
	struct target *t;

	(void)state;
	fake_chip(&l, chip_find(0x413), 1024, 0x20006411);
	t = attach(&c, &l);
	assert_ptr_equal(target_get_info(t)->chip, chip_find(0x413));
	detach(&c, t);
	fake_chip(&l, chip_find(0x411), 1024, 0x20006411);
	t = attach(&c, &l);
	assert_ptr_equal(target_get_info(t)->chip, chip_find(0x411));
	detach(&c, t);
}

static void identify__f103_with_another_makers_debug_port__is_suspected(void **state)
{
	struct ctx c;
	struct link l;
	struct target *t;

	(void)state;
	fake_chip(&l, chip_find(0x410), 64, 0x20036410);
	l.dpidr = 0x2BA01477;
	t = attach(&c, &l);
	assert_true(target_get_info(t)->clone_suspected);
	assert_non_null(target_get_info(t)->chip);
	assert_string_equal(target_get_info(t)->chip->controller, "f1");
	assert_int_equal(target_get_info(t)->flash_kb, 64);
	detach(&c, t);
}

/* DEV_ID 412 is an F103 too, but of 32 KiB at most: a wrong bit would halve what is erased. */
static void identify__another_idcode_when_asked_again__is_not_confirmed(void **state)
{
	struct ctx c;
	struct link l;
	struct target *t;

	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		fake_chip(&l, chip_find(0x412), 32, 0x10006412);
		t = attach(&c, &l);
		assert_int_equal(target_confirm(t, &c), SL_OK);
		fake_find(&l, 0xE0042000)->value ^= UINT32_C(1) << bit;
		assert_int_equal(target_confirm(t, &c), SL_PROBE);
		assert_non_null(strstr(c.fault.text, "IDCODE"));
		ctx_clear(&c);
		detach(&c, t);
	}
}

static void expect_unknown(struct link *l, const char *word)
{
	struct target_options lenient = { .allow_unknown = true };
	struct target *t = NULL;
	struct ctx c;

	ctx_init(&c);
	assert_int_equal(target_attach(&c, l, &normal, &t), SL_UNSUPPORTED);
	assert_non_null(strstr(c.fault.text, word));
	assert_true(l->left);
	assert_int_equal(l->writes, 0);
	assert_int_equal(target_attach(&c, l, &lenient, &t), SL_OK);
	assert_null(target_get_info(t)->chip);
	assert_int_equal(target_get_info(t)->protection, PROTECTION_UNKNOWN);
	detach(&c, t);
}

static void identify__unknown_chip_or_core__is_named_with_its_numbers(void **state)
{
	struct link l;

	(void)state;
	fake_chip(&l, chip_find(0x413), 1024, 0x10006FEE);
	expect_unknown(&l, "0xfee");
	/* A chip id on a core that it never had. */
	fake_chip(&l, chip_find(0x413), 1024, 0x10006440);
	expect_unknown(&l, "0x440");
	fake_core(&l, 0xABC, 0);
	expect_unknown(&l, "unknown core");
	/* A known core and nothing else that answers. */
	fake_core(&l, 0xD21, 0);
	expect_unknown(&l, "Cortex-M33");
}

static void size__l1_codes_and_low_bytes__are_decoded(void **state)
{
	static const struct { uint16_t dev; uint32_t word, kb; bool assumed; } cases[] = {
		{ 0x436, 0, 384, false }, { 0x436, 1, 256, false }, { 0x436, 7, 384, true },
		{ 0x429, 0xFF40, 64, false }, { 0x429, 0xFFFF, 128, true }, { 0x429, 0x0080, 128, false },
		{ 0x427, 0x0100, 256, false }, { 0x427, 0x0101, 256, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct chip_row *r = chip_find(cases[i].dev);
		struct ctx c;
		struct link l;
		struct target *t;

		fake_chip(&l, r, r->max_flash_kb, r->dev_id);
		fake_find(&l, r->size_reg & ~3u)->value = cases[i].word;
		t = attach(&c, &l);
		assert_int_equal(target_get_info(t)->flash_kb, cases[i].kb);
		assert_int_equal(target_get_info(t)->flash_kb_assumed, cases[i].assumed);
		detach(&c, t);
	}
}

static void protection__registers_of_each_controller__are_decoded(void **state)
{
	static const struct { uint16_t dev; uint32_t off, value; enum target_protection want; } cases[] = {
		{ 0x420, 0x1C, 0x03FFFFFC, PROTECTION_NONE }, { 0x420, 0x1C, 0x03FFFFFE, PROTECTION_LEVEL1 },
		{ 0x430, 0x1C, 2, PROTECTION_LEVEL1 },
		{ 0x440, 0x1C, 0, PROTECTION_NONE }, { 0x440, 0x1C, 2, PROTECTION_LEVEL1 },
		{ 0x422, 0x1C, 6, PROTECTION_LEVEL2 },
		{ 0x413, 0x14, 0x0FFFAAED, PROTECTION_NONE }, { 0x413, 0x14, 0x0FFF55ED, PROTECTION_LEVEL1 },
		{ 0x411, 0x14, 0x0FFFCCED, PROTECTION_LEVEL2 },
		{ 0x413, 0x14, 0x0FFFAAEC, PROTECTION_UNKNOWN },
		{ 0x449, 0x14, 0xC0FF00FD, PROTECTION_LEVEL1 },
		{ 0x416, 0x1C, 0x00F800AA, PROTECTION_NONE }, { 0x416, 0x1C, 0x00F80000, PROTECTION_LEVEL1 },
		{ 0x417, 0x1C, 0xCC, PROTECTION_LEVEL2 },
		{ 0x415, 0x20, 0xFFEFF8AA, PROTECTION_NONE }, { 0x466, 0x20, 0xFFFFFEBB, PROTECTION_LEVEL1 },
		{ 0x450, 0x1C, 0x0000AA00, PROTECTION_NONE }, { 0x484, 0x50, 0, PROTECTION_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct chip_row *r = chip_find(cases[i].dev);
		struct ctx c;
		struct link l;
		struct target *t;

		fake_chip(&l, r, r->max_flash_kb, r->dev_id);
		fake_put(&l, r->flash_regs + cases[i].off, cases[i].value, 0);
		t = attach(&c, &l);
		assert_int_equal(target_get_info(t)->protection, cases[i].want);
		detach(&c, t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identify__every_row__is_found_and_left_as_it_was),
		cmocka_unit_test(identify__classic_cores__touch_no_address_that_is_not_there),
		cmocka_unit_test(identify__f405_revision_a__is_not_taken_for_an_f2),
		cmocka_unit_test(identify__another_idcode_when_asked_again__is_not_confirmed),
		cmocka_unit_test(identify__f103_with_another_makers_debug_port__is_suspected),
		cmocka_unit_test(identify__unknown_chip_or_core__is_named_with_its_numbers),
		cmocka_unit_test(size__l1_codes_and_low_bytes__are_decoded),
		cmocka_unit_test(protection__registers_of_each_controller__are_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
