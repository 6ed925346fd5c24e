/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_target_identify.c - what target/ finds out about the virtual boards.
 */
#include "tests/support/flash_rig.h"

static void expect_chip(const char *board, uint16_t dev, const char *core, unsigned kb)
{
	struct rig r;
	const struct target_info *i;

	rig_open(&r, board);
	i = target_get_info(r.t);
	assert_non_null(i->chip);
	assert_int_equal(i->chip->dev_id, dev);
	assert_string_equal(i->core->name, core);
	assert_int_equal(i->flash_kb, kb);
	assert_false(i->flash_kb_assumed);
	assert_true(i->has_uid);
	assert_int_equal(i->protection, PROTECTION_NONE);
	assert_false(i->clone_suspected);
	rig_close(&r);
}

static void identify__vldiscovery__is_f100_with_128_kib(void **state)
{
	(void)state;
	expect_chip("vldiscovery", 0x420, "Cortex-M3", 128);
}

static void identify__bluepill__is_f103_with_64_kib(void **state)
{
	(void)state;
	expect_chip("bluepill", 0x410, "Cortex-M3", 64);
}

static void identify__l_discovery__is_l152_with_128_kib(void **state)
{
	(void)state;
	expect_chip("l-discovery", 0x416, "Cortex-M3", 128);
}

static void identify__f4discovery__is_f407_with_1024_kib(void **state)
{
	(void)state;
	expect_chip("f4discovery", 0x413, "Cortex-M4", 1024);
}

static void identify__nucleo_f401re__is_f401_with_512_kib(void **state)
{
	(void)state;
	expect_chip("nucleo-f401re", 0x433, "Cortex-M4", 512);
}

static void identify__nucleo_v3__is_f103_with_128_kib(void **state)
{
	(void)state;
	expect_chip("nucleo-v3", 0x410, "Cortex-M3", 128);
}

/* The upper half of its size word is FFFF and no part of the size. */
static void identify__bluepill_clone__is_named_a_clone_with_128_kib(void **state)
{
	const struct target_info *i;
	struct rig r;

	(void)state;
	rig_open(&r, "bluepill-clone");
	i = target_get_info(r.t);
	assert_string_equal(i->chip->family, "clone");
	assert_true(i->clone_suspected);
	assert_int_equal(i->flash_kb, 128);
	assert_false(i->flash_kb_assumed);
	rig_close(&r);
	rig_open(&r, "nucleo-v3");
	assert_string_equal(target_get_info(r.t)->chip->family, "F1");
	rig_close(&r);
}

static void expect_assumed(const char *board, uint16_t size_register, unsigned kb)
{
	struct rig r;
	const struct target_info *i;

	rig_start(&r, board, NULL);
	chip_poke_size_register(r.chip, size_register);
	rig_ok(&r, rig_attach(&r, CONNECT_NORMAL));
	i = target_get_info(r.t);
	assert_int_equal(i->flash_kb_register, size_register);
	assert_int_equal(i->flash_kb, kb);
	assert_true(i->flash_kb_assumed);
	rig_close(&r);
}

static void size__register_0__takes_the_tables_maximum_and_says_so(void **state)
{
	(void)state;
	expect_assumed("vldiscovery", 0, 128);
	expect_assumed("l-discovery", 0, 128);
	expect_assumed("f4discovery", 0, 1024);
}

static void size__register_ffff__takes_the_tables_maximum_and_says_so(void **state)
{
	(void)state;
	expect_assumed("vldiscovery", 0xFFFF, 128);
	expect_assumed("bluepill", 0xFFFF, 128);
	expect_assumed("f4discovery", 0xFFFF, 1024);
}

static void size__above_the_maximum__is_not_believed(void **state)
{
	(void)state;
	expect_assumed("bluepill", 0x4000, 128);
}

/* The first answer was wrong: everything it ends at is too near, or too far. */
static void size__another_one_when_asked_again__is_not_confirmed(void **state)
{
	static const uint16_t wrong[] = { 12, 64, 127, 0, 0xFFFF };
	struct target_options chosen = { .flash_bytes = 12 * 1024 };
	struct rig r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		rig_start(&r, "vldiscovery", NULL);
		chip_poke_size_register(r.chip, wrong[i]);
		rig_ok(&r, rig_attach(&r, CONNECT_NORMAL));
		rig_ok(&r, target_confirm(r.t, r.c));
		chip_poke_size_register(r.chip, 128);
		assert_int_equal(target_confirm(r.t, r.c), SL_PROBE);
		assert_non_null(strstr(r.c->fault.text, "the flash size register"));
		rig_close(&r);
	}
	rig_start(&r, "vldiscovery", NULL);
	rig_ok(&r, target_attach(r.c, r.bl.link, &chosen, &r.t));
	chip_poke_size_register(r.chip, 64);
	rig_ok(&r, target_confirm(r.t, r.c));
	rig_close(&r);
}

static void protection__f1_level_1__is_named(void **state)
{
	struct rig r;
	uint8_t byte;

	(void)state;
	rig_start(&r, "vldiscovery", NULL);
	chip_set_protected(r.chip, true);
	rig_ok(&r, rig_attach(&r, CONNECT_NORMAL));
	assert_int_equal(target_get_info(r.t)->protection, PROTECTION_LEVEL1);
	assert_int_equal(target_get_info(r.t)->flash_kb, 128);
	assert_int_equal(target_read_mem(r.t, r.c, 0x08000000, &byte, 1), SL_PROTECTED);
	assert_non_null(strstr(r.c->fault.text, "read-protected"));
	assert_int_equal(r.c->fault.addr, 0x08000000);
	rig_close(&r);
}

static void attach__no_target__is_named_so(void **state)
{
	struct board_options o = { .no_target = true };
	struct rig r;

	(void)state;
	rig_start(&r, "f4discovery", &o);
	assert_int_equal(rig_attach(&r, CONNECT_NORMAL), SL_NOTARGET);
	assert_null(r.t);
	rig_close(&r);
}

static void detach__after_nothing_else__leaves_no_trace(void **state)
{
	static const char *const boards[] = {
		"vldiscovery", "bluepill", "l-discovery", "f4discovery",
		"bluepill-clone", "nucleo-f401re", "nucleo-v3",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(boards); i++) {
		struct rig r;
		struct chip_report before, after;

		rig_start(&r, boards[i], NULL);
		before = rig_report(&r);
		/* Looking changes nothing, not even for a while. */
		rig_ok(&r, rig_attach(&r, CONNECT_NORMAL));
		assert_int_equal(rig_report(&r).dbgmcu_cr, before.dbgmcu_cr);
		assert_false(rig_report(&r).debug_enabled);
		rig_ok(&r, target_halt_quietly(r.t, r.c));
		assert_int_not_equal(rig_report(&r).dbgmcu_cr, before.dbgmcu_cr);
		rig_ok(&r, target_detach(r.t, r.c));
		r.t = NULL;
		after = rig_report(&r);
		assert_int_equal(after.dbgmcu_cr, before.dbgmcu_cr);
		assert_int_equal(after.demcr, before.demcr);
		assert_false(after.debug_enabled);
		assert_false(after.core_halted);
		assert_int_equal(after.resets, before.resets);
		board_link_no_illegal(&r.bl);
		rig_close(&r);
	}
}

static void expect_speed(const char *board, unsigned asked, unsigned is)
{
	struct target_options o = { .connect = CONNECT_NORMAL, .speed_khz = asked };
	struct rig r;

	rig_start(&r, board, NULL);
	rig_ok(&r, target_attach(r.c, r.bl.link, &o, &r.t));
	assert_int_equal(target_get_info(r.t)->speed_khz, is);
	rig_close(&r);
}

static void speed__what_the_probe_set__is_reported_not_what_was_asked(void **state)
{
	(void)state;
	expect_speed("bluepill", 0, 4000);
	expect_speed("nucleo-v3", 0, 8000);
	expect_speed("nucleo-v3", 24000, 24000);
	expect_speed("bluepill", 1000, 950);
	expect_speed("bluepill", 9999, 4000);
	expect_speed("vldiscovery", 1000, 0);   /* a V1's clock is fixed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identify__vldiscovery__is_f100_with_128_kib),
		cmocka_unit_test(identify__bluepill__is_f103_with_64_kib),
		cmocka_unit_test(identify__l_discovery__is_l152_with_128_kib),
		cmocka_unit_test(identify__f4discovery__is_f407_with_1024_kib),
		cmocka_unit_test(identify__nucleo_f401re__is_f401_with_512_kib),
		cmocka_unit_test(identify__nucleo_v3__is_f103_with_128_kib),
		cmocka_unit_test(identify__bluepill_clone__is_named_a_clone_with_128_kib),
		cmocka_unit_test(size__register_0__takes_the_tables_maximum_and_says_so),
		cmocka_unit_test(size__register_ffff__takes_the_tables_maximum_and_says_so),
		cmocka_unit_test(size__above_the_maximum__is_not_believed),
		cmocka_unit_test(size__another_one_when_asked_again__is_not_confirmed),
		cmocka_unit_test(protection__f1_level_1__is_named),
		cmocka_unit_test(attach__no_target__is_named_so),
		cmocka_unit_test(detach__after_nothing_else__leaves_no_trace),
		cmocka_unit_test(speed__what_the_probe_set__is_reported_not_what_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
