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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write__code_that_faults_after_its_last_word__is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
