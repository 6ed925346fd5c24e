/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_registers.c - the register writes of controllers that no virtual board has: F0,
 * F2, F3, second bank of F1 XL, both banks of F42x, L0; in the order of the manuals.
 *
 * Expected sequences: the unlock, erase and program procedures of RM0091 (F0), RM0033 (F2),
 * RM0316 (F3), PM0068 (XL), RM0090 (F42x), RM0367 (L0).
 */
#include "tests/support/fake_open.h"

struct step {
	uint32_t addr, value;
};

static void expect_log(struct open_chip *o, const struct step *want, size_t n)
{
	for (size_t i = 0; i < n && i < o->l.n_log; i++)
		if (o->l.log[i].addr != want[i].addr || o->l.log[i].value != want[i].value)
			fail_msg("write %zu is 0x%08x = 0x%08x, must be 0x%08x = 0x%08x", i,
				 o->l.log[i].addr, o->l.log[i].value, want[i].addr, want[i].value);
	assert_int_equal(o->l.n_log, n);
}

static const struct flash_sector *sector(struct open_chip *o, size_t i)
{
	size_t n;
	const struct flash_sector *s = flash_sectors(o->f, &n);

	assert_true(i < n);
	return &s[i];
}

static void must(struct open_chip *o, enum sl_err err)
{
	if (err)
		fail_msg("%s", o->c.fault.text);
}

/* Scripts, carried out as where no loader runs. */
static void erase_sector(struct open_chip *o, size_t i)
{
	struct flash_script s = { .n = 0 };

	o->f->ops->erase_sector(o->f, sector(o, i), &s);
	must(o, script_by_probe(o->f, &o->c, &s));
}

static void erase_all(struct open_chip *o)
{
	struct flash_script s = { .n = 0 };

	for (unsigned i = 0; o->f->ops->erase_all(o->f, i, &s); i++)
		must(o, script_by_probe(o->f, &o->c, &s));
}

static void program_on(struct open_chip *o, bool fresh, struct flash_how *how)
{
	struct flash_script s = { .n = 0 };

	o->f->ops->program_on(o->f, 0, fresh, how, &s);
	must(o, script_by_probe(o->f, &o->c, &s));
}

static void program_off(struct open_chip *o)
{
	struct flash_script s = { .n = 0 };

	o->f->ops->program_off(o->f, 0, &s);
	must(o, script_by_probe(o->f, &o->c, &s));
}

static void f1_xl__page_of_bank_2__is_erased_by_the_second_register_set(void **state)
{
	static const struct step want[] = {
		{ 0x40022050, 0x02 }, { 0x40022054, 0x08080800 }, { 0x40022050, 0x42 },
		{ 0x4002204C, 0x20 }, { 0x40022050, 0x00 },
	};
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x430), 1024, 0);
	fake_put(&o.l, 0x4002204C, 0, 0);
	fake_put(&o.l, 0x40022050, 0, UINT32_MAX);
	fake_put(&o.l, 0x40022054, 0, UINT32_MAX);
	o.l.n_log = 0;
	erase_sector(&o, 257);
	expect_log(&o, want, 5);
	close_it(&o);
}

static void f1_xl__unlock_and_lock__do_both_banks(void **state)
{
	static const struct step want[] = {
		{ 0x4002200C, 0x34 }, { 0x40022004, 0x45670123 }, { 0x40022004, 0xCDEF89AB },
		{ 0x4002204C, 0x34 }, { 0x40022050, 0 },
		{ 0x40022010, 0x80 }, { 0x40022050, 0x80 },
	};
	struct open_chip o;
	struct fake_word *cr;

	(void)state;
	open_it(&o, chip_find(0x430), 1024, 0);
	fake_put(&o.l, 0x40021000, 0x83, 0);
	fake_put(&o.l, 0x40022004, 0, 0);
	fake_put(&o.l, 0x4002200C, 0, 0);
	fake_put(&o.l, 0x40022010, 0x80, UINT32_MAX);
	fake_put(&o.l, 0x4002204C, 0, 0);
	fake_put(&o.l, 0x40022050, 1, UINT32_MAX);      /* left open, with PG */
	o.l.n_log = 0;
	/* A list of words knows no keys: it stays locked, which is told. */
	assert_int_equal(o.f->ops->unlock(o.f, &o.c), SL_FLASH);
	assert_non_null(strstr(o.c.fault.text, "keys"));
	assert_int_equal(o.l.n_log, 3);
	cr = fake_find(&o.l, 0x40022010);
	cr->value = 0;
	o.l.n_log = 0;
	must(&o, o.f->ops->unlock(o.f, &o.c));
	must(&o, o.f->ops->lock(o.f, &o.c));
	/* Bank 1 was open and idle this time: no keys. */
	expect_log(&o, (struct step[]){ want[0], want[3], want[4], want[5], want[6] }, 5);
	close_it(&o);
}

static void f42x__sector_12_and_mass_erase__use_the_numbers_of_bank_2(void **state)
{
	/* Supply unknown: PSIZE 1. SNB 16 at bit 3; MER 2, MER2 15. */
	static const struct step want[] = {
		{ 0x40023C10, 0x182 }, { 0x40023C10, 0x10182 }, { 0x40023C10, 0 },
		{ 0x40023C10, 0x8104 }, { 0x40023C10, 0x18104 }, { 0x40023C10, 0 },
	};
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x419), 2048, 0);
	fake_put(&o.l, 0x40023C0C, 0, 0);
	fake_put(&o.l, 0x40023C10, 0, UINT32_MAX);
	o.l.n_log = 0;
	erase_sector(&o, 12);
	erase_all(&o);
	expect_log(&o, want, 6);
	close_it(&o);
}

static void f42x__banks_exchanged_by_firmware__are_refused_before_anything(void **state)
{
	static const struct step want[] = {
		{ 0x40023844, 0x4001 }, { 0x40023844, 0x0001 },
	};
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x419), 2048, 0);
	fake_put(&o.l, 0x40023844, 0x0001, UINT32_MAX);
	fake_put(&o.l, 0x40013800, 0x100, 0);
	o.l.word[o.l.n - 1].gate_addr = 0x40023844;
	o.l.word[o.l.n - 1].gate_bits = 0x4000;
	fake_put(&o.l, 0x40023C0C, 0, 0);
	fake_put(&o.l, 0x40023C10, 0, UINT32_MAX);
	o.l.n_log = 0;
	assert_int_equal(o.f->ops->unlock(o.f, &o.c), SL_FLASH);
	assert_non_null(strstr(o.c.fault.text, "exchanged"));
	assert_non_null(strstr(o.c.fault.hint, "under-reset"));
	expect_log(&o, want, 2);
	fake_find(&o.l, 0x40013800)->value = 0;
	must(&o, o.f->ops->unlock(o.f, &o.c));
	close_it(&o);
}

static void f405__mass_erase__has_no_second_bank(void **state)
{
	static const struct step want[] = {
		{ 0x40023C10, 0x104 }, { 0x40023C10, 0x10104 }, { 0x40023C10, 0 },
	};
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x413), 1024, 0);
	fake_put(&o.l, 0x40023C0C, 0, 0);
	fake_put(&o.l, 0x40023C10, 0, UINT32_MAX);
	o.l.n_log = 0;
	erase_all(&o);
	expect_log(&o, want, 3);
	close_it(&o);
}

/* Unlock, page, half-words, mass erase, lock of a chip with one FPEC. */
static void fpec_sequence(uint16_t dev, unsigned kb, size_t page, uint32_t page_addr)
{
	const struct step want[] = {
		{ 0x4002200C, 0x34 }, { 0x40022004, 0x45670123 }, { 0x40022004, 0xCDEF89AB },
		{ 0x40022010, 0x02 }, { 0x40022014, page_addr }, { 0x40022010, 0x42 },
		{ 0x4002200C, 0x20 }, { 0x40022010, 0x00 },
		{ 0x40022010, 0x01 }, { 0x4002200C, 0x20 }, { 0x40022010, 0x00 },
		{ 0x40022010, 0x04 }, { 0x40022010, 0x44 }, { 0x4002200C, 0x20 }, { 0x40022010, 0x00 },
		{ 0x40022010, 0x80 },
	};
	struct flash_how how;
	struct open_chip o;

	open_it(&o, chip_find(dev), kb, 0);
	fake_put(&o.l, 0x40021000, 0x83, 0);            /* HSI is on: not touched */
	fake_put(&o.l, 0x40022004, 0, 0);
	fake_put(&o.l, 0x4002200C, 0, 0);
	fake_put(&o.l, 0x40022010, 0x80, UINT32_MAX);
	fake_put(&o.l, 0x40022014, 0, UINT32_MAX);
	o.l.n_log = 0;
	/* A list of words knows no keys: it stays locked, which is told. */
	assert_int_equal(o.f->ops->unlock(o.f, &o.c), SL_FLASH);
	erase_sector(&o, page);
	program_on(&o, true, &how);
	assert_int_equal(how.step_bytes, 2);
	assert_int_equal(how.sr, 0x4002200C);
	program_off(&o);
	erase_all(&o);
	must(&o, o.f->ops->lock(o.f, &o.c));
	expect_log(&o, want, sizeof(want) / sizeof(want[0]));
	close_it(&o);
}

static void f0__unlock_erase_program_lock__are_in_the_manuals_order(void **state)
{
	(void)state;
	fpec_sequence(0x440, 64, 5, 0x08001400);        /* pages of 1 KiB */
	fpec_sequence(0x448, 128, 5, 0x08002800);       /* pages of 2 KiB */
}

static void f3__unlock_erase_program_lock__are_in_the_manuals_order(void **state)
{
	(void)state;
	fpec_sequence(0x422, 256, 127, 0x0803F800);
	fpec_sequence(0x446, 512, 255, 0x0807F800);
}

static void f2__unlock_erase_program_lock__are_in_the_manuals_order(void **state)
{
	/* Supply unknown: PSIZE 1. Sector 11 at bit 3. */
	static const struct step want[] = {
		{ 0x40023C0C, 0x1F3 }, { 0x40023C04, 0x45670123 }, { 0x40023C04, 0xCDEF89AB },
		{ 0x40023C10, 0x15A }, { 0x40023C10, 0x1015A }, { 0x40023C10, 0 },
		{ 0x40023C10, 0x101 }, { 0x40023C10, 0 },
		{ 0x40023C10, 0x104 }, { 0x40023C10, 0x10104 }, { 0x40023C10, 0 },
		{ 0x40023C10, 0x80000000 },
	};
	struct flash_how how;
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x411), 1024, 0);
	fake_put(&o.l, 0x40023C04, 0, 0);
	fake_put(&o.l, 0x40023C0C, 0, 0);
	fake_put(&o.l, 0x40023C10, 0x80000000, UINT32_MAX);
	o.l.n_log = 0;
	assert_int_equal(o.f->ops->unlock(o.f, &o.c), SL_FLASH);
	erase_sector(&o, 11);
	program_on(&o, true, &how);
	assert_int_equal(how.step_bytes, 2);
	assert_int_equal(how.sr, 0x40023C0C);
	program_off(&o);
	erase_all(&o);
	must(&o, o.f->ops->lock(o.f, &o.c));
	expect_log(&o, want, sizeof(want) / sizeof(want[0]));
	close_it(&o);
}

/* Cache reset bits only while the caches are off, which then are as they were. */
static void f2_f4__flush__resets_the_caches_while_they_are_off(void **state)
{
	static const struct step want[] = {
		{ 0x40023C00, 0x105 }, { 0x40023C00, 0x1905 }, { 0x40023C00, 0x105 },
		{ 0x40023C00, 0x705 },
	};
	static const uint16_t devs[] = { 0x411, 0x413, 0x419 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct open_chip o;

		open_it(&o, chip_find(devs[i]), 1024, 0);
		fake_put(&o.l, 0x40023C00, 0x705, UINT32_MAX);
		o.l.n_log = 0;
		must(&o, o.f->ops->flush(o.f, &o.c));
		expect_log(&o, want, 4);
		close_it(&o);
	}
}

/* Which sectors a write protection bit guards; guard[0] is as read from the register. */
static void guards__of_each_family__cover_the_sectors_of_the_manual(void **state)
{
	static const struct {
		uint16_t dev;
		unsigned kb;
		uint32_t reg, value;
		size_t first, last;     /* sectors that are guarded, and no others */
	} cases[] = {
		{ 0x420, 128, 0x40022020, ~(UINT32_C(1) << 2), 8, 11 },
		{ 0x440, 64, 0x40022020, ~(UINT32_C(1) << 15), 60, 63 },
		{ 0x448, 128, 0x40022020, ~(UINT32_C(1) << 1), 2, 3 },
		{ 0x414, 512, 0x40022020, ~(UINT32_C(1) << 31), 62, 255 },
		{ 0x446, 512, 0x40022020, ~(UINT32_C(1) << 31), 62, 255 },
		{ 0x430, 1024, 0x40022020, ~(UINT32_C(1) << 31), 62, 511 },
		{ 0x411, 1024, 0x40023C14, 0x0FFFAAED & ~(UINT32_C(1) << 27), 11, 11 },
		{ 0x463, 1536, 0x40023C14, 0x7FFFAAED & ~(UINT32_C(1) << 30), 14, 15 },
		{ 0x416, 128, 0x40023C20, UINT32_C(1) << 31, 496, 511 },
		{ 0x417, 64, 0x40022020, UINT32_C(1) << 1, 32, 63 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct open_chip o;
		struct fake_word *w;
		size_t n;
		const struct flash_sector *s;

		open_it(&o, chip_find(cases[i].dev), cases[i].kb, 0);
		w = fake_find(&o.l, cases[i].reg);
		if (w)
			w->value = cases[i].value;
		else
			fake_put(&o.l, cases[i].reg, cases[i].value, 0);
		must(&o, o.f->ops->read_guards(o.f, &o.c));
		s = flash_sectors(o.f, &n);
		for (size_t k = 0; k < n; k++)
			if (o.f->ops->guarded(o.f, &s[k]) != (k >= cases[i].first && k <= cases[i].last))
				fail_msg("chip 0x%03x: sector %zu", cases[i].dev, k);
		close_it(&o);
	}
}

static void l0__page__is_128_bytes_with_half_pages_of_16_words(void **state)
{
	static const struct step want[] = {
		{ 0x40022004, 0x208 }, { 0x08000180, 0 }, { 0x40022018, 2 }, { 0x40022004, 0 },
		{ 0x40022004, 0x408 }, { 0x40022004, 0x000 },
	};
	struct flash_how how;
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x417), 64, 0);
	fake_put(&o.l, 0x40022004, 0, UINT32_MAX);
	fake_put(&o.l, 0x40022018, 0, 0);
	fake_put(&o.l, 0x08000180, 0, 0);
	o.l.n_log = 0;
	erase_sector(&o, 3);
	program_on(&o, true, &how);
	assert_int_equal(how.step_bytes, 64);
	assert_int_equal(how.burst_words, 16);
	assert_int_equal(how.sr, 0x40022018);
	program_on(&o, false, &how);
	assert_int_equal(how.step_bytes, 4);
	assert_int_equal(how.burst_words, 1);
	expect_log(&o, want, 6);
	close_it(&o);
}

/* As after a reset: to a controller that is locked already, that is no change (the answer to the first
 * of two such writes was lost, or it was never unlocked). */
static void l0__lock__sets_all_three_locks(void **state)
{
	static const struct step want[] = { { 0x40022004, 7 } };
	struct open_chip o;

	(void)state;
	open_it(&o, chip_find(0x417), 64, 0);
	fake_put(&o.l, 0x40022018, 0, 0);
	fake_put(&o.l, 0x40022004, 7, UINT32_MAX);
	o.l.n_log = 0;
	must(&o, o.f->ops->lock(o.f, &o.c));
	expect_log(&o, want, 1);
	close_it(&o);
}

/* A flag of the status register and what the driver must say. */
static void wait__failure_flags__are_named_and_cleared(void **state)
{
	static const struct { uint16_t dev; uint32_t sr, value; const char *name; } cases[] = {
		{ 0x420, 0x4002200C, 0x04, "PGERR" }, { 0x420, 0x4002200C, 0x10, "WRPRTERR" },
		{ 0x413, 0x40023C0C, 0x10, "WRPERR" }, { 0x413, 0x40023C0C, 0x40, "PGPERR" },
		{ 0x413, 0x40023C0C, 0x80, "PGSERR" }, { 0x413, 0x40023C0C, 0x02, "OPERR" },
		{ 0x416, 0x40023C18, 0x200, "PGAERR" }, { 0x416, 0x40023C18, 0x400, "SIZERR" },
		{ 0x417, 0x40022018, 0x10000, "NOTZEROERR" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct chip_row *r = chip_find(cases[i].dev);
		struct open_chip o;

		open_it(&o, r, r->max_flash_kb, 0);
		fake_put(&o.l, cases[i].sr, cases[i].value, 0);
		o.l.n_log = 0;
		assert_int_equal(ctrl_wait(o.f, &o.c, cases[i].sr - r->flash_regs, 1, 0x08000123), SL_FLASH);
		assert_non_null(strstr(o.c.fault.text, cases[i].name));
		assert_int_equal(o.c.fault.addr, 0x08000123);
		expect_log(&o, &(struct step){ cases[i].sr, cases[i].value }, 1);
		close_it(&o);
	}
}

static void wait__busy_for_ever__ends_at_its_limit(void **state)
{
	struct open_chip o;
	uint64_t t0;

	(void)state;
	open_it(&o, chip_find(0x420), 128, 0);
	fake_put(&o.l, 0x4002200C, 1, 0);
	t0 = ctx_now_us(&o.c);
	assert_int_equal(ctrl_wait(o.f, &o.c, 0x0C, 20, 0x08000000), SL_FLASH);
	assert_non_null(strstr(o.c.fault.text, "busy"));
	assert_true(ctx_now_us(&o.c) - t0 >= 20000);
	close_it(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f1_xl__page_of_bank_2__is_erased_by_the_second_register_set),
		cmocka_unit_test(f1_xl__unlock_and_lock__do_both_banks),
		cmocka_unit_test(f42x__sector_12_and_mass_erase__use_the_numbers_of_bank_2),
		cmocka_unit_test(f42x__banks_exchanged_by_firmware__are_refused_before_anything),
		cmocka_unit_test(f405__mass_erase__has_no_second_bank),
		cmocka_unit_test(f0__unlock_erase_program_lock__are_in_the_manuals_order),
		cmocka_unit_test(f3__unlock_erase_program_lock__are_in_the_manuals_order),
		cmocka_unit_test(f2__unlock_erase_program_lock__are_in_the_manuals_order),
		cmocka_unit_test(f2_f4__flush__resets_the_caches_while_they_are_off),
		cmocka_unit_test(guards__of_each_family__cover_the_sectors_of_the_manual),
		cmocka_unit_test(l0__lock__sets_all_three_locks),
		cmocka_unit_test(l0__page__is_128_bytes_with_half_pages_of_16_words),
		cmocka_unit_test(wait__failure_flags__are_named_and_cleared),
		cmocka_unit_test(wait__busy_for_ever__ends_at_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
