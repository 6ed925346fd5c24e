/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_chip_random.c - a debugger gone mad, and a core that executes noise: the
 * virtual chip must survive, keep time going forward, and do the same twice.
 */
#include "tests/chip_bench.h"

struct rng {
	uint32_t x;
};

static uint32_t next(struct rng *r)
{
	r->x ^= r->x << 13;
	r->x ^= r->x >> 17;
	r->x ^= r->x << 5;
	return r->x;
}

static const uint32_t bases[] = {
	0x00000000, 0x08000000, 0x08080000, 0x10000000, 0x1FF80000, 0x1FFF7800, 0x1FFFC000,
	0x1FFFF7E0, 0x1FFFF800, 0x20000000, 0x22000000, 0x40000000, 0x40003000, 0x40010000,
	0x40010800, 0x40020000, 0x40021000, 0x40022000, 0x40023800, 0x40023C00, 0x42000000,
	0xE0001000, 0xE0002000, 0xE000E010, 0xE000E100, 0xE000ED00, 0xE000EDF0, 0xE0042000
};

static const uint32_t values[] = {
	0x45670123, 0xCDEF89AB, 0x89ABCDEF, 0x02030405, 0x8C9DAEBF, 0x13141516, 0xFBEAD9C8,
	0x24252627, 0x08192A3B, 0x4C5D6E7F, 0xA05F0001, 0xA05F0003, 0xA05F0005, 0x05FA0004,
	0x00000042, 0x00010202, 0x208, 0x408, 0x5555, 0xCCCC, 0
};

static uint32_t some_value(struct rng *r)
{
	uint32_t n = next(r);

	if (n & 1u)
		return values[(n >> 8) % ARRAY_LEN(values)];
	return n & 2u ? next(r) : 1u << (n >> 8 & 31u);
}

/* Resets and power failures, now and then. */
static void upset(struct bench *b, unsigned what)
{
	size_t i;

	if (what < 8) {
		chip_nrst(b->chip, true);
	} else if (what < 64) {
		chip_nrst(b->chip, false);
	} else if (what < 68) {
		chip_power(b->chip, false);
		chip_idle_until(b->chip, b->clk.now_ns + 1000000u);
	}
	if (what >= 4)
		chip_power(b->chip, true);
	if (what == 100)
		chip_set_protected(b->chip, true);
	if (what > 100)
		chip_set_protected(b->chip, false);
	for (i = 0; what > 110 && i < chip_sector_count(b->chip); i++)
		chip_write_protect(b->chip, i, false);
}

/* What unlocks a controller, and where its operations are chosen. */
struct door {
	const char *kinds[2];
	uint32_t cr, ar;
	uint32_t keys[6][2];            /* register, key; 0 ends */
	uint32_t opt_keys[2][2];
	uint32_t modes[8];
};

static const struct door doors[] = {
	{ { "STM32F100RB" }, 0x40022010, 0x40022014,
	  { { 0x40022004, 0x45670123 }, { 0x40022004, 0xCDEF89AB } },
	  { { 0x40022008, 0x45670123 }, { 0x40022008, 0xCDEF89AB } },
	  { 1, 2, 4, 0x42, 0x44, 0x220, 0x260, 0x210 } },
	{ { "STM32L152RB" }, 0x40023C04, 0x08000000,
	  { { 0x40023C0C, 0x89ABCDEF }, { 0x40023C0C, 0x02030405 }, { 0x40023C10, 0x8C9DAEBF },
	    { 0x40023C10, 0x13141516 } },
	  { { 0x40023C14, 0xFBEAD9C8 }, { 0x40023C14, 0x24252627 } },
	  { 0, 8, 0x208, 0x408, 8, 0x208, 0x408, 0x40000 } },
	{ { "STM32F407VG", "STM32F401RE" }, 0x40023C10, 0x40023C14,
	  { { 0x40023C04, 0x45670123 }, { 0x40023C04, 0xCDEF89AB } },
	  { { 0x40023C08, 0x08192A3B }, { 0x40023C08, 0x4C5D6E7F } },
	  { 1, 0x101, 0x201, 0x10202, 0x1020A, 0x10102, 0x10204, 0x301 } },
};

static const struct door *door_of(struct bench *b)
{
	const char *name = chip_kind_name(chip_get_kind(b->chip));
	size_t i, k;

	for (i = 1; i < ARRAY_LEN(doors); i++)
		for (k = 0; k < 2 && doors[i].kinds[k] != NULL; k++)
			if (strcmp(doors[i].kinds[k], name) == 0)
				return &doors[i];
	return &doors[0];
}

static void prepare_flash(struct bench *b, struct rng *r)
{
	const struct door *d = door_of(b);
	uint32_t n = next(r);
	unsigned i;

	if (report(b).flash_locked)
		for (i = 0; i < 6 && d->keys[i][0]; i++)
			(void)chip_write(b->chip, d->keys[i][0], 4, d->keys[i][1]);
	if ((n >> 20 & 15u) == 0)
		for (i = 0; i < 2; i++)
			(void)chip_write(b->chip, d->opt_keys[i][0], 4, d->opt_keys[i][1]);
	(void)chip_write(b->chip, d->ar, 4, 0x08000000u + (n & 0xFC00u));
	(void)chip_write(b->chip, d->cr, 4, d->modes[n >> 16 & 7u]);
}

static void put_reg(struct bench *b, unsigned n, uint32_t v)
{
	(void)chip_write(b->chip, DCRDR, 4, v);
	(void)chip_write(b->chip, DCRSR, 4, n | 1u << 16);
}

/* The core executes noise in SRAM, or a loop that loads, counts and stores anywhere. */
static void run_something(struct bench *b, struct rng *r)
{
	static const uint32_t loop[2] = { 0x30016808u, 0xE7FB6008u };
	uint32_t n = next(r), pc = 0x20000000u + (n & 0xFFCu);

	(void)chip_write(b->chip, DHCSR, 4, 0xA05F0003u);
	if (n & 0x10000u) {
		(void)chip_write(b->chip, pc, 4, loop[0]);
		(void)chip_write(b->chip, pc + 4u, 4, loop[1]);
	}
	put_reg(b, 1, bases[(n >> 17) % ARRAY_LEN(bases)] + (next(r) & 0xFCu));
	put_reg(b, 13, 0x20001000u);
	put_reg(b, 15, pc);
	put_reg(b, 16, 0x01000000u);
	(void)chip_write(b->chip, DHCSR, 4, 0xA05F0001u);
}

static void act(struct bench *b, struct rng *r)
{
	static const unsigned sizes[4] = { 1, 2, 4, 4 };
	uint32_t n = next(r), size = sizes[n >> 4 & 3u], v = 0;
	uint32_t addr = bases[(n >> 8) % ARRAY_LEN(bases)] + (next(r) & 0xFFu);

	addr &= ~(size - 1u);
	switch (n & 15u) {
	case 0:
		chip_idle_until(b->chip, b->clk.now_ns + (next(r) & 0xFFFFu));
		break;
	case 1:
		upset(b, n >> 20 & 127u);
		break;
	case 2:
		prepare_flash(b, r);
		break;
	case 3:
		chip_attach_debug(b->chip, (next(r) & 7u) != 0);
		break;
	case 4: case 5: case 6: case 7: case 8:
		(void)chip_read(b->chip, addr, size, &v);
		break;
	case 10:
		addr = (n & 0x100u ? 0x08000000u : n & 0x200u ? 0x08080000u : 0x1FFFF800u) +
		       (next(r) & 0x1F0u);
		(void)chip_write(b->chip, addr, size, some_value(r));
		break;
	case 9:
		run_something(b, r);
		break;
	default:
		(void)chip_write(b->chip, addr, size, some_value(r));
	}
}

/* So that the noise is known to reach something. */
struct total {
	uint64_t insns, operations, resets;
};

static uint64_t rampage(const char *kind, uint32_t seed, unsigned acts, struct total *total)
{
	struct bench *b = bench_new(kind);
	struct rng r = { seed };
	struct chip_report rep;
	uint64_t last = 0, sum;
	unsigned i;
	uint8_t *flash;
	size_t len, k;

	/* F4 erases take seconds, in which the core may execute millions of turns. */
	for (i = 0; i < acts && last < UINT64_C(3000000000); i++) {
		act(b, &r);
		assert_true(b->clk.now_ns >= last);
		last = b->clk.now_ns;
	}
	rep = report(b);
	total->insns += rep.instructions;
	total->operations += rep.units_programmed + rep.sectors_erased + rep.mass_erases;
	total->resets += rep.resets;
	sum = last ^ rep.instructions << 20 ^ rep.illegal << 40 ^ rep.resets;
	flash = chip_flash(b->chip, &len);
	for (k = 0; k < len; k++)
		sum = sum * 31u + flash[k];
	bench_free(b);
	return sum;
}

static void random_accesses__do_no_harm_and_repeat_exactly(void **state)
{
	const struct chip_kind *const *k;
	uint32_t seed;

	(void)state;
	for (k = chip_kinds(); *k; k++) {
		struct total one = { 0 }, two = { 0 };

		for (seed = 1; seed <= 8; seed++) {
			uint32_t x = seed * 2654435761u;

			assert_int_equal(rampage(chip_kind_name(*k), x, 4000, &one),
					 rampage(chip_kind_name(*k), x, 4000, &two));
		}
		assert_true(one.insns > 10000);
		assert_true(one.operations > 20);
		assert_true(one.resets > 8);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_accesses__do_no_harm_and_repeat_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
