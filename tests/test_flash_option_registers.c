/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_option_registers.c - option bytes of chips that no virtual board has: F0, F2, both banks
 * of F42x, L0; and the table of fields for every chip.
 *
 * Expected sequences and places: the option byte chapters of RM0091 (F0), RM0033 (F2), RM0090 (F42x),
 * RM0367 (L0).
 */
#include "tests/support/fake_open.h"

#include "flash/option_priv.h"

struct step {
	uint32_t addr, value;
};

static void must(struct open_chip *o, enum sl_err err)
{
	if (err)
		fail_msg("%s", o->c.fault.text);
}

static void expect_log(struct open_chip *o, const struct step *want, size_t n)
{
	for (size_t i = 0; i < n && i < o->l.n_log; i++)
		if (o->l.log[i].addr != want[i].addr || o->l.log[i].value != want[i].value)
			fail_msg("write %zu is 0x%08x = 0x%08x, must be 0x%08x = 0x%08x", i,
				 o->l.log[i].addr, o->l.log[i].value, want[i].addr, want[i].value);
	assert_int_equal(o->l.n_log, n);
}

static struct option_bytes *open_ob(struct open_chip *o)
{
	struct option_bytes *ob = NULL;

	must(o, ob_open(&o->c, o->t, &ob));
	o->l.n_log = 0;
	return ob;
}

static void close_ob(struct open_chip *o, struct option_bytes *ob)
{
	ob_close(ob);
	close_it(o);
}

static struct ob_state read_ob(struct open_chip *o, struct option_bytes *ob)
{
	struct ob_state st = { .blank = false };

	must(o, ob->kind->ops->read(ob, &o->c, &st));
	return st;
}

static uint32_t field(const struct option_bytes *ob, const struct ob_image *img, const char *name)
{
	const struct ob_field *f = ob_find(ob, name, strlen(name));

	if (!f)
		fail_msg("no field %s", name);
	return ob_get(f, img);
}

static void f42x__both_banks__are_written_bank_2_first(void **state)
{
	/* OPTCR1 <- nWRP of bank 2; OPTCR with the new fields; the same with OPTSTRT. */
	static const struct step want[] = {
		{ 0x40023C18, 0x0FFE0000 }, { 0x40023C14, 0x0FFBAAEC }, { 0x40023C14, 0x0FFBAAEE },
	};
	struct option_bytes *ob;
	struct open_chip o;
	struct ob_state st;

	(void)state;
	open_it(&o, chip_find(0x419), 2048, 0);
	fake_put(&o.l, 0x40023C0C, 0, 0);
	fake_put(&o.l, 0x40023C18, 0x0FFF0000, UINT32_MAX);
	fake_find(&o.l, 0x40023C14)->value = 0x0FFFAAEC;
	fake_find(&o.l, 0x40023C14)->writable = UINT32_MAX;
	ob = open_ob(&o);
	st = read_ob(&o, ob);
	assert_int_equal(field(ob, &st.stored, "nWRP"), 0xFFF);
	assert_int_equal(field(ob, &st.stored, "nWRP1"), 0xFFF);
	assert_int_equal(ob_area(ob, 12)->addr, 0x08100000);
	ob_area_guard(ob, &st.stored, 2, true);
	ob_area_guard(ob, &st.stored, 12, true);
	must(&o, ob->kind->ops->write(ob, &o.c, &st.stored));
	expect_log(&o, want, ARRAY_LEN(want));
	close_ob(&o, ob);
}

static void f2__unlock_write_lock__follow_the_manual(void **state)
{
	/* Flags cleared, OPTKEYR; OPTCR, OPTSTRT; OPTLOCK. */
	static const struct step want[] = {
		{ 0x40023C0C, 0x1F3 }, { 0x40023C08, 0x08192A3B }, { 0x40023C08, 0x4C5D6E7F },
		{ 0x40023C14, 0x0FFFAACC }, { 0x40023C14, 0x0FFFAACE }, { 0x40023C14, 0x0FFFAACD },
	};
	struct option_bytes *ob;
	struct open_chip o;
	struct ob_state st;

	(void)state;
	open_it(&o, chip_find(0x411), 1024, 0);
	fake_put(&o.l, 0x40023C0C, 0, 0);
	fake_put(&o.l, 0x40023C08, 0, 0);
	fake_find(&o.l, 0x40023C14)->writable = UINT32_MAX & ~1u;
	ob = open_ob(&o);
	/* A list of words knows no keys: it stays locked, which is told. */
	assert_int_equal(ob->kind->ops->unlock(ob, &o.c), SL_FLASH);
	st = read_ob(&o, ob);
	ob_put(ob_find(ob, "WDG_SW", 6), &st.stored, 0);
	must(&o, ob->kind->ops->write(ob, &o.c, &st.stored));
	must(&o, ob->kind->ops->lock(ob, &o.c));
	expect_log(&o, want, ARRAY_LEN(want));
	assert_null(ob_find(ob, "BFB2", 4));
	assert_null(ob_find(ob, "SPRMOD", 6));
	close_ob(&o, ob);
}

/* An L073 in level 1 or 0 with factory options. */
static struct option_bytes *open_l0(struct open_chip *o, bool locked)
{
	uint32_t rdp = locked ? 0xFF4400BB : 0xFF5500AA;

	open_it(o, chip_find(0x447), 192, 0);
	fake_find(&o->l, 0x4002201C)->value = 0x80700000 | (rdp & 0xFFFF);
	fake_put(&o->l, 0x40022020, 0, 0);
	fake_put(&o->l, 0x40022080, 0, 0);
	fake_put(&o->l, 0x40022018, 0, 0);
	fake_put(&o->l, 0x1FF80000, rdp, UINT32_MAX);
	fake_put(&o->l, 0x1FF80004, 0x7F8F8070, UINT32_MAX);
	for (uint32_t at = 0x08; at <= 0x10; at += 4)
		fake_put(&o->l, 0x1FF80000 + at, 0xFFFF0000, UINT32_MAX);
	must(o, target_look_at_protection(o->t, &o->c));
	return open_ob(o);
}

static void l0__changed_word__goes_with_its_complement_and_alone(void **state)
{
	static const struct step want[] = { { 0x1FF80004, 0x7F9F8060 }, { 0x1FF80010, 0x7FFF8000 } };
	struct option_bytes *ob;
	struct open_chip o;
	struct ob_state st;

	(void)state;
	ob = open_l0(&o, false);
	st = read_ob(&o, ob);
	assert_true(st.loaded);
	assert_int_equal(st.bad, 0);
	assert_int_equal(field(ob, &st.stored, "nBOOT1"), 1);
	ob_put(ob_find(ob, "WDG_SW", 6), &st.stored, 0);
	ob_area_guard(ob, &st.stored, 47, true);
	must(&o, ob->kind->ops->write(ob, &o.c, &st.stored));
	expect_log(&o, want, ARRAY_LEN(want));
	close_ob(&o, ob);
}

static void l0__level_1_to_0__writes_protection_first_then_everything(void **state)
{
	static const struct step want[] = {
		{ 0x1FF80000, 0xFF5500AA }, { 0x1FF80004, 0x7F8F8070 }, { 0x1FF80008, 0xFFFF0000 },
		{ 0x1FF8000C, 0xFFFF0000 }, { 0x1FF80010, 0xFFFF0000 },
	};
	struct option_bytes *ob;
	struct ob_image img;
	struct open_chip o;
	struct ob_state st;

	(void)state;
	ob = open_l0(&o, true);
	st = read_ob(&o, ob);
	st.level = PROTECTION_LEVEL1;
	assert_true(ob_unlocked(ob, &st, &img));
	must(&o, ob->kind->ops->write(ob, &o.c, &img));
	expect_log(&o, want, ARRAY_LEN(want));
	assert_int_equal(ob->kind->launch_off, 0x04);
	assert_int_equal(ob->kind->launch_value, 1u << 18);
	close_ob(&o, ob);
}

static void l0__wrong_complement__is_seen_and_the_chips_default_is_taken(void **state)
{
	struct option_bytes *ob;
	struct open_chip o;
	struct ob_state st;

	(void)state;
	ob = open_l0(&o, false);
	fake_find(&o.l, 0x1FF80004)->value = 0x12345678;
	st = read_ob(&o, ob);
	assert_int_equal(st.bad, 1u << 1);
	assert_false(st.loaded);
	assert_int_equal(st.stored.w[1], 0x8070);
	close_ob(&o, ob);
}

/* PECR, 0x4002 2004: PELOCK 1, PRGLOCK 2, OPTLOCK 4; ERASE 0x200 is left over from whoever was here. */
static void l0__unlock__sends_the_keys_that_are_needed_and_lock_locks_all(void **state)
{
	enum { PECR = 0x40022004, PEKEYR = 0x4002200C, OPTKEYR = 0x40022014, SR = 0x40022018 };
	static const struct step open[] = { { SR, 0x33F02 } };
	static const struct step left[] = { { SR, 0x33F02 }, { PECR, 0 } };
	static const struct step options[] = {
		{ SR, 0x33F02 }, { OPTKEYR, 0xFBEAD9C8 }, { OPTKEYR, 0x24252627 },
	};
	static const struct step all[] = {
		{ SR, 0x33F02 }, { PEKEYR, 0x89ABCDEF }, { PEKEYR, 0x02030405 }, { OPTKEYR, 0xFBEAD9C8 },
		{ OPTKEYR, 0x24252627 },
	};
	static const struct step lock[] = { { PECR, 7 } };
	/* A list of words knows no keys: it stays locked, which is told. */
	static const struct { uint32_t pecr; const struct step *want; size_t n; enum sl_err err; } rows[] = {
		{ 0, open, 1, SL_OK }, { 0x200, left, 2, SL_OK }, { 4, options, 3, SL_FLASH },
		{ 7, all, 5, SL_FLASH },
	};
	struct option_bytes *ob;
	struct open_chip o;

	(void)state;
	ob = open_l0(&o, false);
	fake_put(&o.l, PEKEYR, 0, 0);
	fake_put(&o.l, OPTKEYR, 0, 0);
	if (!fake_find(&o.l, PECR))
		fake_put(&o.l, PECR, 0, 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		fake_find(&o.l, PECR)->value = rows[i].pecr;
		o.l.n_log = 0;
		assert_int_equal(ob->kind->ops->unlock(ob, &o.c), rows[i].err);
		expect_log(&o, rows[i].want, rows[i].n);
	}
	o.l.n_log = 0;
	must(&o, ob->kind->ops->lock(ob, &o.c));
	expect_log(&o, lock, 1);
	close_ob(&o, ob);
}

static struct option_bytes *open_f0(struct open_chip *o, uint16_t id, uint32_t kb)
{
	open_it(o, chip_find(id), kb, 0);
	fake_find(&o->l, 0x4002201C)->value = 0xFFFFFF00;
	fake_put(&o->l, 0x40022020, UINT32_MAX, 0);
	fake_put(&o->l, 0x1FFFF800, 0x00FF55AA, 0);
	fake_put(&o->l, 0x1FFFF804, 0x00FF00FF, 0);
	fake_put(&o->l, 0x1FFFF808, 0x00FF00FF, 0);
	fake_put(&o->l, 0x1FFFF80C, 0x00FF00FF, 0);
	return open_ob(o);
}

static void f0__fields_and_words__are_those_of_the_part(void **state)
{
	struct option_bytes *ob;
	struct open_chip o;
	struct ob_state st;

	(void)state;
	ob = open_f0(&o, 0x440, 64);            /* F051: WRP0 and WRP1, no BOOT_SEL */
	st = read_ob(&o, ob);
	assert_true(st.loaded);
	assert_int_equal(st.bad, 0);
	assert_int_equal(ob_level(ob, &st.stored), PROTECTION_NONE);
	assert_non_null(ob_find(ob, "WRP1", 4));
	assert_null(ob_find(ob, "WRP2", 4));
	assert_null(ob_find(ob, "BOOT_SEL", 8));
	assert_int_equal(ob->n_words, 6);
	close_ob(&o, ob);
	ob = open_f0(&o, 0x442, 256);           /* F091: bit 31 is all from page 62 on */
	assert_non_null(ob_find(ob, "BOOT_SEL", 8));
	assert_int_equal(ob->n_areas, 32);
	assert_int_equal(ob_area(ob, 31)->addr, 0x0801F000);
	assert_int_equal(ob_area(ob, 31)->bytes, 0x21000);
	close_ob(&o, ob);
}

/* One bit of OBR or WRPR that is not what is stored: not in force yet. F091, all bytes as they come. */
static void f0__register_that_differs_from_what_is_stored__is_not_in_force(void **state)
{
	static const struct { uint32_t obr, wrpr; bool loaded; } rows[] = {
		{ 0, 0, true }, { 1, 0, false },                        /* OPTERR */
		{ 0x100, 0, false }, { 0x4000, 0, false },              /* USER */
		{ 0x10000, 0, false }, { 0x800000, 0, false },          /* DATA0 */
		{ 0x1000000, 0, false }, { 0x80000000, 0, false },      /* DATA1 */
		{ 0, 1, false }, { 0, 0x8000, false }, { 0, 0x10000, false }, { 0, 0x80000000, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct option_bytes *ob;
		struct open_chip o;

		ob = open_f0(&o, 0x442, 256);
		fake_find(&o.l, 0x4002201C)->value ^= rows[i].obr;
		fake_find(&o.l, 0x40022020)->value ^= rows[i].wrpr;
		assert_int_equal(read_ob(&o, ob).loaded, rows[i].loaded);
		close_ob(&o, ob);
	}
}

/* RM0430: bit 14 of nWRP is for sectors 14 and 15. */
static void f413__last_two_sectors__have_one_bit(void **state)
{
	struct option_bytes *ob;
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x463), 1536, 0);
	fake_put(&o.l, 0x40023C0C, 0, 0);
	ob = open_ob(&o);
	assert_int_equal(ob->n_areas, 16);
	assert_int_equal(ob_area(ob, 13)->mask << 1, ob_area(ob, 14)->mask);
	assert_int_equal(ob_area(ob, 14)->mask, ob_area(ob, 15)->mask);
	assert_int_equal(ob_area(ob, 14)->word, ob_area(ob, 15)->word);
	close_ob(&o, ob);
}

/* Each value that has a meaning of its own fits; all others mean what the field is for. */
static void check_meanings(const struct ob_field *f)
{
	size_t listed = 0;

	for (size_t m = 0; m < OB_MEANINGS && f->meaning[m].text; m++) {
		assert_true(ob_fits(f, f->meaning[m].value));
		assert_ptr_equal(ob_means(f, f->meaning[m].value), f->meaning[m].text);
		listed++;
	}
	for (uint32_t v = 0; v < 256; v++) {
		bool own = false;

		for (size_t m = 0; m < listed; m++)
			own = own || f->meaning[m].value == v;
		if (!own)
			assert_ptr_equal(ob_means(f, v), f->text);
	}
}

/* Fields of one chip do not overlap, have names, texts and sources, and their meanings fit. */
static void check_fields(const struct ob_kind *k, const struct chip_row *chip)
{
	struct option_bytes ob = { .kind = k, .n_words = OB_WORDS_MAX };
	uint32_t taken[OB_WORDS_MAX] = { 0 };
	const struct ob_field *f;

	ob.f.chip = chip;
	assert_non_null(ob_find(&ob, "rdp", 3));
	for (size_t i = 0; (f = ob_field(&ob, i)) != NULL; i++) {
		struct ob_image img = { .w = { 0 } };

		ob_put(f, &img, UINT32_MAX);
		if (taken[f->word] & img.w[f->word])
			fail_msg("0x%03x: %s overlaps another field", chip->dev_id, f->name);
		taken[f->word] |= img.w[f->word];
		assert_true(f->bits > 0 && f->shift + f->bits <= 32 && f->word < OB_WORDS_MAX);
		assert_non_null(f->text);
		assert_non_null(f->source);
		assert_ptr_equal(ob_find(&ob, f->name, strlen(f->name)), f);
		check_meanings(f);
	}
}

static void table__every_chip_with_a_driver__has_fields_that_do_not_overlap(void **state)
{
	size_t n, kinds, found = 0;
	const struct chip_row *rows = chip_rows(&n);
	const struct ob_kind *k = ob_kinds(&kinds);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (!driver_find(rows[i].controller))
			continue;
		for (size_t m = 0; m < kinds; m++)
			if (strstr(k[m].controllers, rows[i].controller)) {
				check_fields(&k[m], &rows[i]);
				found++;
				break;
			}
	}
	assert_true(found >= 35);
}

/* What guards a sector for the flash driver, which looks at the registers, guards it here. */
static void areas__f42x__agree_with_the_driver(void **state)
{
	struct option_bytes *ob;
	struct open_chip o;
	struct ob_state st;
	size_t n;

	(void)state;
	open_it(&o, chip_find(0x419), 2048, 0);
	fake_put(&o.l, 0x40023C18, 0x0FFF0000, UINT32_MAX);
	ob = open_ob(&o);
	for (size_t i = 0; ob_area(ob, i); i++) {
		const struct flash_sector *s = flash_sectors(o.f, &n);

		st = read_ob(&o, ob);
		ob_area_guard(ob, &st.stored, i, true);
		o.f->guard[0] = st.stored.w[0];
		o.f->guard[1] = st.stored.w[1];
		for (size_t k = 0; k < n; k++)
			assert_int_equal(o.f->ops->guarded(o.f, &s[k]), k == i);
	}
	close_ob(&o, ob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f42x__both_banks__are_written_bank_2_first),
		cmocka_unit_test(f2__unlock_write_lock__follow_the_manual),
		cmocka_unit_test(l0__changed_word__goes_with_its_complement_and_alone),
		cmocka_unit_test(l0__level_1_to_0__writes_protection_first_then_everything),
		cmocka_unit_test(l0__unlock__sends_the_keys_that_are_needed_and_lock_locks_all),
		cmocka_unit_test(l0__wrong_complement__is_seen_and_the_chips_default_is_taken),
		cmocka_unit_test(f0__register_that_differs_from_what_is_stored__is_not_in_force),
		cmocka_unit_test(f413__last_two_sectors__have_one_bit),
		cmocka_unit_test(f0__fields_and_words__are_those_of_the_part),
		cmocka_unit_test(table__every_chip_with_a_driver__has_fields_that_do_not_overlap),
		cmocka_unit_test(areas__f42x__agree_with_the_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
