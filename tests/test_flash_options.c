/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_options.c - option bytes on the virtual boards: fields, read protection on and off,
 * write protection, PCROP, levels.
 */
#include "tests/support/option_rig.h"

#include "flash/option_priv.h"

#define EACH_BOARD(o, locked) \
	for (size_t i_ = 0; i_ < ARRAY_LEN(option_boards) && (option_open(&(o), \
		   &option_boards[i_], (locked)), true); \
	     option_close(&(o)), i_++)

static void read__fresh_chip__has_no_protection_and_agrees_with_the_registers(void **state)
{
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, false) {
		assert_int_equal(o.st.level, PROTECTION_NONE);
		assert_int_equal(ob_level(o.ob, &o.st.stored), PROTECTION_NONE);
		assert_true(o.st.loaded);
		assert_false(o.st.blank);
		assert_int_equal(o.st.bad, 0);
		for (size_t i = 0; ob_area(o.ob, i); i++)
			assert_false(ob_area_guarded(o.ob, &o.st.stored, i));
		board_link_no_illegal(&o.rig.bl);
	}
}

static void read__locked_chip__says_level_1(void **state)
{
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, true) {
		assert_int_equal(o.st.level, PROTECTION_LEVEL1);
		assert_int_equal(ob_level(o.ob, &o.st.stored), PROTECTION_LEVEL1);
		board_link_no_illegal(&o.rig.bl);
	}
}

static void unlock__erases_flash_and_makes_it_readable(void **state)
{
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, true) {
		struct ob_image want = o.st.stored;

		ob_set_level(o.ob, &want, PROTECTION_NONE);
		rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
		assert_true(rig_is_level0(&o));
		assert_int_equal(o.st.level, PROTECTION_NONE);
		assert_true(o.st.loaded);
		assert_int_equal(o.st.bad, 0);
		rig_ok(&o.rig, ob_prove_blank(o.ob, o.rig.c, NULL, &o.blank));
		assert_int_equal(o.blank, o.bytes);
		assert_true(flash_is(&o, board_kind_blank(board_kind_find(o.board->name))));
		assert_int_equal(ob_power_cycle(o.ob) != NULL, o.board->power_cycle);
		board_link_no_illegal(&o.rig.bl);
	}
}

static void unlock__size_register_0__ends_where_flash_ends(void **state)
{
	struct option_rig o;
	struct ob_image want;

	(void)state;
	memset(&o, 0, sizeof(o));
	o.board = &option_boards[1];
	rig_start(&o.rig, o.board->name, NULL);
	o.flash = chip_flash(o.rig.chip, &o.bytes);
	rig_noise(o.flash, o.bytes, 7);
	chip_flash_changed(o.rig.chip);
	chip_set_protected(o.rig.chip, true);
	chip_poke_size_register(o.rig.chip, 0);
	rig_options(&o);
	assert_true(ob_unlocked(o.ob, &o.st, &want));
	rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
	rig_ok(&o.rig, ob_prove_blank(o.ob, o.rig.c, NULL, &o.blank));
	assert_int_equal(o.blank, 64 * 1024);
	assert_int_equal(o.rig.c->fault.code, SL_OK);
	assert_true(flash_is(&o, 0xFF));
	option_close(&o);
}

/* WDG_SW is 0: the independent watchdog runs from reset on, and nobody feeds it. */
static void every_write__hardware_watchdog_running__is_not_cut_short(void **state)
{
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, false) {
		const char *name = ob_find(o.ob, "WDG_SW", 6) ? "WDG_SW" : "IWDG_SW";
		struct ob_image want = o.st.stored;

		option_put(&o, &want, name, 0);
		ob_set_level(o.ob, &want, PROTECTION_LEVEL1);
		rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
		option_power_cycle(&o);
		ctx_sleep_us(o.rig.c, 250000);
		assert_true(ob_unlocked(o.ob, &o.st, &want));
		rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
		assert_int_equal(o.st.level, PROTECTION_NONE);
		assert_int_equal(option_field(&o, name), 0);
		assert_int_equal(rig_report(&o.rig).interrupted, 0);
		rig_ok(&o.rig, ob_prove_blank(o.ob, o.rig.c, NULL, &o.blank));
		board_link_no_illegal(&o.rig.bl);
	}
}

static void lock__keeps_flash_and_refuses_to_show_it(void **state)
{
	struct option_rig o;
	uint32_t word;

	(void)state;
	EACH_BOARD(o, false) {
		struct ob_image want = o.st.stored;

		ob_set_level(o.ob, &want, PROTECTION_LEVEL1);
		rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
		assert_false(rig_is_level0(&o));
		assert_int_equal(o.st.level, PROTECTION_LEVEL1);
		assert_int_equal(rig_report(&o.rig).mass_erases, 0);
		board_link_no_illegal(&o.rig.bl);
		assert_int_equal(target_read32(o.rig.t, o.rig.c, 0x08000000, &word), SL_PROTECTED);
	}
}

/* As after a write whose reset never came. F4 has no such state. */
static void load__stored_and_not_in_force__is_seen_and_put_right(void **state)
{
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, false) {
		const struct ob_ops *ops = o.ob->kind->ops;
		struct ob_image want = o.st.stored, other = want;

		option_put(&o, &want, "RDP", o.ob->kind->level1);
		rig_ok(&o.rig, target_halt_quietly(o.rig.t, o.rig.c));
		rig_ok(&o.rig, ops->unlock(o.ob, o.rig.c));
		rig_ok(&o.rig, ops->write(o.ob, o.rig.c, &want));
		rig_ok(&o.rig, ops->lock(o.ob, o.rig.c));
		rig_ok(&o.rig, ob_read(o.ob, o.rig.c, &o.st));
		assert_memory_equal(&o.st.stored, &want, sizeof(want));
		assert_int_equal(o.st.loaded, ops->undo != NULL);
		assert_int_equal(ob_load(o.ob, o.rig.c, &other, &o.st), SL_VERIFY);
		rig_ok(&o.rig, ob_load(o.ob, o.rig.c, &want, &o.st));
		assert_true(o.st.loaded);
		assert_int_equal(o.st.level, PROTECTION_LEVEL1);
		assert_false(rig_is_level0(&o));
	}
}

/* Every field that may be changed and one value for it, from one end of the word to the other. */
static void fields__each_alone__is_written_read_back_and_in_force(void **state)
{
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, false) {
		const struct ob_field *f;

		for (size_t i = 0; (f = ob_field(o.ob, i)) != NULL; i++) {
			struct ob_image want = o.st.stored, before = want;
			uint32_t value = ob_get(f, &want) ^ 1u;

			if (f->instead || strncmp(f->name, "BOR", 3) == 0)
				continue;
			ob_put(f, &want, value);
			rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
			assert_int_equal(ob_get(f, &o.st.stored), value);
			assert_true(o.st.loaded);
			rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &before, &o.st));
			assert_memory_equal(&o.st.stored, &before, sizeof(before));
		}
		assert_int_equal(rig_report(&o.rig).mass_erases, 0);
		assert_true(rig_is_level0(&o));
		board_link_no_illegal(&o.rig.bl);
	}
}

static void options__survive_a_power_cycle(void **state)
{
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, false) {
		struct ob_image want = o.st.stored;

		option_put(&o, &want, "nRST_STOP", 0);
		ob_area_guard(o.ob, &want, 1, true);
		rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
		option_power_cycle(&o);
		assert_int_equal(option_field(&o, "nRST_STOP"), 0);
		assert_true(ob_area_guarded(o.ob, &o.st.stored, 1));
		assert_false(ob_area_guarded(o.ob, &o.st.stored, 0));
		board_link_no_illegal(&o.rig.bl);
	}
}

/* What the areas say must be what the flash driver, which looks at the registers, refuses. */
static void areas__agree_with_what_programming_refuses(void **state)
{
	static const uint8_t data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, false) {
		struct ob_image want = o.st.stored;
		const struct ob_area *a = ob_area(o.ob, 2), *next = ob_area(o.ob, 3);
		uint32_t tried[] = { a->addr, a->addr + a->bytes - 8, next->addr };

		ob_area_guard(o.ob, &want, 2, true);
		rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
		for (size_t i = 0; i < ARRAY_LEN(tried); i++) {
			struct span s = { .addr = tried[i], .len = sizeof(data), .data = data };
			struct flash_job job = { .spans = &s, .n_spans = 1, .erase_first = true };
			struct flash_stats stats = { 0 };
			struct flash *f = NULL;
			enum sl_err err;

			rig_ok(&o.rig, flash_open(o.rig.c, o.rig.t, &f));
			err = flash_program(f, o.rig.c, &job, &stats);
			flash_close(f);
			if (err != (i < 2 ? SL_FLASH : SL_OK))
				fail_msg("%s, 0x%08x: %s", o.board->name, tried[i], o.rig.c->fault.text);
		}
		board_link_no_illegal(&o.rig.bl);
	}
}

static void unlock__f1__then_power_cycle__all_of_flash_can_be_programmed(void **state)
{
	static const uint8_t data[4] = { 1, 2, 3, 4 };
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, true) {
		struct span s = { .addr = 0x08000000, .len = sizeof(data), .data = data };
		struct flash_job job = { .spans = &s, .n_spans = 1, .erase_first = true };
		struct flash_stats stats = { 0 };
		struct ob_image want = o.st.stored;
		struct flash *f = NULL;

		ob_set_level(o.ob, &want, PROTECTION_NONE);
		rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
		if (o.board->power_cycle)
			option_power_cycle(&o);
		rig_ok(&o.rig, flash_open(o.rig.c, o.rig.t, &f));
		rig_ok(&o.rig, flash_program(f, o.rig.c, &job, &stats));
		flash_close(f);
		assert_memory_equal(o.flash, data, sizeof(data));
		board_link_no_illegal(&o.rig.bl);
	}
}

static void unlock__f1__without_a_power_cycle__says_what_is_missing(void **state)
{
	static const uint8_t data[4] = { 1, 2, 3, 4 };
	struct option_rig o;

	(void)state;
	EACH_BOARD(o, true) {
		struct span s = { .addr = 0x08000000, .len = sizeof(data), .data = data };
		struct flash_job job = { .spans = &s, .n_spans = 1, .erase_first = true };
		struct flash_stats stats = { 0 };
		struct ob_image want;
		struct flash *f = NULL;

		if (!o.board->power_cycle)
			continue;
		assert_true(ob_unlocked(o.ob, &o.st, &want));
		rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
		rig_ok(&o.rig, flash_open(o.rig.c, o.rig.t, &f));
		assert_int_equal(flash_program(f, o.rig.c, &job, &stats), SL_FLASH);
		assert_non_null(strstr(o.rig.c->fault.hint, "power the board off and on"));
		flash_close(f);
	}
}

static void level_2__ends_all_debugging(void **state)
{
	struct option_rig o;
	struct target *t = NULL;

	(void)state;
	EACH_BOARD(o, false) {
		struct ob_image want = o.st.stored;
		struct target_options to = { .connect = CONNECT_NORMAL };

		assert_int_equal(ob_has_level2(o.ob), !o.board->power_cycle);
		if (!ob_has_level2(o.ob))
			continue;
		ob_set_level(o.ob, &want, PROTECTION_LEVEL2);
		rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
		ob_close(o.ob);
		o.ob = NULL;
		if (target_detach(o.rig.t, o.rig.c))
			ctx_clear(o.rig.c);
		o.rig.t = NULL;
		chip_power(o.rig.chip, false);
		chip_power(o.rig.chip, true);
		assert_int_equal(target_attach(o.rig.c, o.rig.bl.link, &to, &t), SL_NOTARGET);
	}
}

static void pcrop__is_shown_and_goes_with_level_1_to_0(void **state)
{
	struct option_rig o;
	struct ob_image want;

	(void)state;
	option_open(&o, &option_boards[4], false);
	want = o.st.stored;
	option_put(&o, &want, "SPRMOD", 1);
	option_put(&o, &want, "nWRP", 0x04);
	rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
	assert_true(ob_pcrop(o.ob, &o.st.stored));
	assert_true(ob_area_guarded(o.ob, &o.st.stored, 2));
	assert_false(ob_area_guarded(o.ob, &o.st.stored, 1));
	want = o.st.stored;
	ob_set_level(o.ob, &want, PROTECTION_LEVEL1);
	rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
	want = o.st.stored;
	ob_set_level(o.ob, &want, PROTECTION_NONE);
	ob_pcrop_off(o.ob, &want);
	rig_ok(&o.rig, ob_write(o.ob, o.rig.c, &want, &o.st));
	assert_false(ob_pcrop(o.ob, &o.st.stored));
	for (size_t i = 0; ob_area(o.ob, i); i++)
		assert_false(ob_area_guarded(o.ob, &o.st.stored, i));
	rig_ok(&o.rig, ob_prove_blank(o.ob, o.rig.c, NULL, &o.blank));
	assert_int_equal(o.blank, o.bytes);
	board_link_no_illegal(&o.rig.bl);
	option_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read__fresh_chip__has_no_protection_and_agrees_with_the_registers),
		cmocka_unit_test(read__locked_chip__says_level_1),
		cmocka_unit_test(unlock__erases_flash_and_makes_it_readable),
		cmocka_unit_test(unlock__size_register_0__ends_where_flash_ends),
		cmocka_unit_test(every_write__hardware_watchdog_running__is_not_cut_short),
		cmocka_unit_test(lock__keeps_flash_and_refuses_to_show_it),
		cmocka_unit_test(load__stored_and_not_in_force__is_seen_and_put_right),
		cmocka_unit_test(fields__each_alone__is_written_read_back_and_in_force),
		cmocka_unit_test(options__survive_a_power_cycle),
		cmocka_unit_test(areas__agree_with_what_programming_refuses),
		cmocka_unit_test(unlock__f1__then_power_cycle__all_of_flash_can_be_programmed),
		cmocka_unit_test(unlock__f1__without_a_power_cycle__says_what_is_missing),
		cmocka_unit_test(level_2__ends_all_debugging),
		cmocka_unit_test(pcrop__is_shown_and_goes_with_level_1_to_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
