/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_options_faults.c - a write of option bytes that goes wrong without a cut: what is told.
 */
#include "tests/support/option_rig.h"

#include "flash/loaders/loaders.h"

enum { SRAM = 0x20000000, FPEC_CR = 0x40022010, OPTPG = 0x10, UDF = 0xDE00 };

/* A clock that spoils the end of the code in SRAM while it writes option bytes. */
struct spoiler {
	struct clock clock;
	const struct clock *inner;
	struct chip *chip;
	unsigned spoiled;
};

static uint64_t spoiler_now(const struct clock *k)
{
	struct spoiler *s = k->priv;
	struct chip_report rep;
	uint32_t cr = 0;

	chip_get_report(s->chip, &rep);
	if (s->spoiled == 0 && !rep.core_halted && chip_read(s->chip, FPEC_CR, 4, &cr) == BUS_OK &&
	    (cr & OPTPG)) {
		assert_int_equal(chip_write(s->chip, SRAM + loader_option_f1.stop, 2, UDF), BUS_OK);
		s->spoiled++;
	}
	return s->inner->now_us(s->inner);
}

static void spoiler_sleep(const struct clock *k, uint64_t us)
{
	struct spoiler *s = k->priv;

	s->inner->sleep_us(s->inner, us);
}

/* All words are right by then; that the code did not end as it should is told all the same. */
static void write__code_that_faults_after_its_last_word__is_an_error(void **state)
{
	struct option_rig o;
	struct spoiler s;
	struct ob_image want;

	(void)state;
	option_open(&o, &option_boards[0], false);
	want = o.st.stored;
	option_put(&o, &want, "nRST_STOP", 0);
	s = (struct spoiler){ .clock = { spoiler_now, spoiler_sleep, &s }, .inner = o.rig.c->clock,
			      .chip = o.rig.chip };
	o.rig.c->clock = &s.clock;
	assert_int_equal(ob_write(o.ob, o.rig.c, &want, &o.st), SL_TARGET);
	o.rig.c->clock = s.inner;
	assert_int_equal(s.spoiled, 1);
	assert_non_null(strstr(o.rig.c->fault.text, "faulted"));
	assert_true(rig_report(&o.rig).flash_locked);
	option_close(&o);
}

/* In the last sector, behind its first piece. */
static void prove__one_byte_that_is_not_blank__is_named_by_its_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(option_boards); i++) {
		uint8_t blank = board_kind_blank(board_kind_find(option_boards[i].name));
		struct option_rig o;
		size_t at;

		option_open(&o, &option_boards[i], false);
		at = o.bytes - 3;
		memset(o.flash, blank, o.bytes);
		o.flash[at] ^= 0x10;
		chip_flash_changed(o.rig.chip);
		assert_int_equal(ob_prove_blank(o.ob, o.rig.c, NULL, &o.blank), SL_VERIFY);
		assert_true(o.rig.c->fault.has_addr);
		assert_int_equal(o.rig.c->fault.addr, 0x08000000 + at);
		assert_true(o.blank < o.bytes && o.blank > 0);
		o.flash[at] ^= 0x10;
		chip_flash_changed(o.rig.chip);
		rig_ok(&o.rig, ob_prove_blank(o.ob, o.rig.c, NULL, &o.blank));
		assert_int_equal(o.blank, o.bytes);
		option_close(&o);
	}
}

/* An earlier session was cut off between the register and OPTSTRT: it reads as unprotected, and is not. */
static void read__register_left_open_by_a_cut_off_write__is_unsure_until_settled(void **state)
{
	enum { OPTKEYR = 0x40023C08, OPTCR = 0x40023C14, RDP = 0xFF00, LEVEL0 = 0xAA00 };
	struct option_rig o;
	uint32_t optcr = 0;

	(void)state;
	option_open(&o, &option_boards[3], true);
	assert_false(o.st.unsure);
	assert_int_equal(o.st.level, PROTECTION_LEVEL1);
	assert_int_equal(chip_write(o.rig.chip, OPTKEYR, 4, 0x08192A3B), BUS_OK);
	assert_int_equal(chip_write(o.rig.chip, OPTKEYR, 4, 0x4C5D6E7F), BUS_OK);
	assert_int_equal(chip_read(o.rig.chip, OPTCR, 4, &optcr), BUS_OK);
	assert_int_equal(chip_write(o.rig.chip, OPTCR, 4, (optcr & ~(uint32_t)RDP) | LEVEL0), BUS_OK);
	rig_ok(&o.rig, ob_read(o.ob, o.rig.c, &o.st));
	assert_true(o.st.unsure);
	assert_int_equal(o.st.level, PROTECTION_UNKNOWN);
	rig_ok(&o.rig, ob_settle(o.ob, o.rig.c, &o.st));
	assert_false(o.st.unsure);
	assert_int_equal(o.st.level, PROTECTION_LEVEL1);
	assert_int_equal(ob_level(o.ob, &o.st.stored), PROTECTION_LEVEL1);
	option_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prove__one_byte_that_is_not_blank__is_named_by_its_address),
		cmocka_unit_test(read__register_left_open_by_a_cut_off_write__is_unsure_until_settled),
		cmocka_unit_test(write__code_that_faults_after_its_last_word__is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
