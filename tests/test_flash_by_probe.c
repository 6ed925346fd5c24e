/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_by_probe.c - code in SRAM that faults: on L1 the probe programs instead, elsewhere
 * it is a failure that says what may be lost. Also how long one run of a loader may be.
 */
#include "tests/support/flash_bench.h"

enum { CODE_ADDR = 0x20000000, CODE_LEN = 96, UDF = 0xDE00DE00 };

/* A clock that spoils the loader once the controller is programming. */
struct spoiler {
	struct clock clock;
	const struct clock *inner;
	struct chip *chip;
	uint32_t cr, bits;              /* register that shows it */
	unsigned spoiled, most, seen;
	bool reset;                     /* press reset instead */
};

static uint64_t spoiler_now(const struct clock *k)
{
	struct spoiler *s = k->priv;
	struct chip_report rep;
	uint32_t cr = 0;

	chip_get_report(s->chip, &rep);
	if (s->seen < s->most && !rep.core_halted &&
	    chip_read(s->chip, s->cr, 4, &cr) == BUS_OK && (cr & s->bits) == s->bits) {
		s->seen++;
		if (s->reset) {
			chip_nrst(s->chip, true);
			chip_nrst(s->chip, false);
			return s->inner->now_us(s->inner);
		}
		for (uint32_t i = 0; i < CODE_LEN; i += 4)
			assert_int_equal(chip_write(s->chip, CODE_ADDR + i, 4, UDF), BUS_OK);
		s->spoiled++;
	}
	return s->inner->now_us(s->inner);
}

static void spoiler_sleep(const struct clock *k, uint64_t us)
{
	struct spoiler *s = k->priv;

	s->inner->sleep_us(s->inner, us);
}

static void spoil(struct spoiler *s, struct bench *b, uint32_t cr, uint32_t bits)
{
	*s = (struct spoiler){
		.clock = { spoiler_now, spoiler_sleep, s }, .inner = b->rig.c->clock,
		.chip = b->rig.chip, .cr = cr, .bits = bits, .most = 1,
	};
	b->rig.c->clock = &s->clock;
}

struct heard {
	char text[2000];
};

static void hear(void *priv, enum log_level level, const char *line)
{
	struct heard *h = priv;

	(void)level;
	if (strlen(h->text) + strlen(line) + 2 < sizeof(h->text))
		memcpy(h->text + strlen(h->text), line, strlen(line) + 1);
}

static void listen_to(struct bench *b, struct heard *h)
{
	h->text[0] = '\0';
	b->rig.c->log = (struct log_sink){ .write = hear, .priv = h, .max = LOG_WARN };
}

static enum sl_err program(struct bench *b, uint32_t off, const uint8_t *data, size_t len)
{
	struct span s = { BASE + off, len, data };
	struct flash_job job = { .spans = &s, .n_spans = 1, .erase_first = true };

	return flash_program(b->f, b->rig.c, &job, &b->stats);
}

/* Words are added, nothing is erased. */
static enum sl_err add(struct bench *b, uint32_t off, const uint8_t *data, size_t len)
{
	struct span s = { BASE + off, len, data };
	struct flash_job job = { .spans = &s, .n_spans = 1 };

	return flash_program(b->f, b->rig.c, &job, &b->stats);
}

static void l1__loader_that_faults__is_replaced_by_the_probe(void **state)
{
	uint8_t data[6000];
	struct spoiler s;
	struct heard h;
	struct bench b;

	(void)state;
	bench_open(&b, "l-discovery", true);
	rig_noise(data, sizeof(data), 70);
	memset(data + 1000, 0, 600);            /* blank half pages are passed over there, too */
	memcpy(b.expect + 100, data, sizeof(data));
	spoil(&s, &b, 0x40023C04, 0x408);
	listen_to(&b, &h);
	rig_ok(&b.rig, program(&b, 100, data, sizeof(data)));
	assert_int_equal(s.spoiled, 1);
	check(&b, "by probe");
	assert_non_null(strstr(h.text, "the probe writes instead"));
	assert_non_null(strstr(h.text, "reset the chip"));
	assert_null(strstr(strstr(h.text, "the probe writes instead") + 1, "the probe writes instead"));
	/* The next job has its loader again. */
	listen_to(&b, &h);
	rig_noise(data, sizeof(data), 71);
	memcpy(b.expect + 100, data, sizeof(data));
	rig_ok(&b.rig, program(&b, 100, data, sizeof(data)));
	check(&b, "by loader");
	assert_string_equal(h.text, "");
	bench_close(&b);
}

static void l1__words_when_the_loader_faults__are_written_one_by_one(void **state)
{
	uint8_t data[512];
	struct spoiler s;
	struct bench b;

	(void)state;
	bench_open(&b, "l-discovery", true);
	/* Two pages, blank but for their last words: words are added, nothing is erased. */
	memset(b.oracle, 0, 252);
	memset(b.oracle + 256, 0, 252);
	chip_flash_changed(b.rig.chip);
	memcpy(b.expect, b.oracle, b.bytes);
	rig_noise(data, sizeof(data), 72);
	memcpy(data + 252, b.oracle + 252, 4);
	memcpy(data + 508, b.oracle + 508, 4);
	memcpy(b.expect, data, sizeof(data));
	spoil(&s, &b, 0x40023C18, 1);           /* busy, although PECR is 0 */
	rig_ok(&b.rig, add(&b, 0, data, sizeof(data)));
	assert_int_equal(s.spoiled, 1);
	assert_int_equal(b.stats.sectors_erased, 0);
	check(&b, "words");
	bench_close(&b);
}

static void others__loader_that_faults__is_an_error_that_names_what_may_be_lost(void **state)
{
	static const struct { const char *board; uint32_t cr, bits; } cases[] = {
		{ "vldiscovery", 0x40022010, 1 }, { "f4discovery", 0x40023C10, 1 },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint8_t data[700];
		struct spoiler s;
		struct heard h;
		struct bench b;

		bench_open(&b, cases[i].board, true);
		rig_noise(data, sizeof(data), 73);
		spoil(&s, &b, cases[i].cr, cases[i].bits);
		listen_to(&b, &h);
		assert_int_equal(program(&b, 100, data, sizeof(data)), SL_TARGET);
		assert_int_equal(s.spoiled, 1);
		assert_non_null(strstr(b.rig.c->fault.text, "faulted"));
		assert_non_null(strstr(h.text, "from 0x08000000 to"));
		assert_non_null(strstr(h.text, i ? "15684 bytes there" : "324 bytes there"));
		assert_true(rig_report(&b.rig).flash_locked);
		bench_close(&b);
	}
}

struct stopper {
	volatile sig_atomic_t flag;
};

static void stop_after_erase(void *priv, enum flash_phase phase, uint64_t done, uint64_t total)
{
	struct stopper *s = priv;

	(void)done, (void)total;
	if (phase == FLASH_ERASE)
		s->flag = SIGINT;
}

static void signal__after_a_mass_erase__says_what_is_blank(void **state)
{
	struct stopper stop = { 0 };
	struct heard h;
	struct bench b;
	struct span s;

	(void)state;
	bench_open(&b, "vldiscovery", true);
	rig_noise(b.expect, b.bytes, 75);
	s = (struct span){ BASE, b.bytes, b.expect };
	listen_to(&b, &h);
	b.rig.c->signal_flag = &stop.flag;
	assert_int_equal(flash_program(b.f, b.rig.c, &(struct flash_job){
		.spans = &s, .n_spans = 1, .erase_first = true,
		.progress = { stop_after_erase, &stop } }, &b.stats), SL_INTR);
	assert_true(b.stats.mass_erased);
	assert_non_null(strstr(h.text, "blank from 0x08000000"));
	stop.flag = 0;
	bench_close(&b);
}

/* The slowest way of all: words, 3.3 ms each. A watchdog of 0.44 s must not bite in a run. */
static void l1__words_with_a_watchdog_running__come_in_short_runs(void **state)
{
	uint8_t data[4096];
	struct bench b;
	uint64_t resets;

	(void)state;
	bench_open(&b, "l-discovery", true);
	rig_noise(data, sizeof(data), 74);
	for (size_t i = 0; i < sizeof(data); i += 256) {
		memset(b.oracle + i, 0, 252);
		memcpy(data + i + 252, b.oracle + i + 252, 4);
	}
	chip_flash_changed(b.rig.chip);
	memcpy(b.expect, b.oracle, b.bytes);
	memcpy(b.expect, data, sizeof(data));
	resets = rig_report(&b.rig).resets;
	(void)chip_write(b.rig.chip, 0x40003000, 4, 0x5555);
	(void)chip_write(b.rig.chip, 0x40003004, 4, 0);
	(void)chip_write(b.rig.chip, 0x40003008, 4, 0xFFF);
	(void)chip_write(b.rig.chip, 0x40003000, 4, 0xCCCC);
	rig_ok(&b.rig, add(&b, 0, data, sizeof(data)));
	assert_int_equal(rig_report(&b.rig).resets, resets);
	assert_int_equal(b.stats.sectors_erased, 0);
	check(&b, "watchdog");
	bench_close(&b);
}

/* A reset that nobody can hold up: the button, the supply, a WWDG. */
static void reset__under_the_loader__is_told_and_sram_is_left_to_the_new_life(void **state)
{
	static const struct { const char *name; uint32_t cr; } cases[] = {
		{ "vldiscovery", 0x40022010 }, { "f4discovery", 0x40023C10 },
	};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		uint8_t data[3000];
		uint32_t mark = 0;
		struct spoiler s;
		struct bench b;
		struct heard h;

		bench_open(&b, cases[k].name, true);
		rig_noise(data, sizeof(data), 76);
		assert_int_equal(chip_write(b.rig.chip, 0x20000084, 4, 0xA5A55A5A), BUS_OK);
		spoil(&s, &b, cases[k].cr, 1);
		s.reset = true;
		listen_to(&b, &h);
		assert_int_equal(program(&b, 100, data, sizeof(data)), SL_TARGET);
		assert_int_equal(s.seen, 1);
		assert_non_null(strstr(b.rig.c->fault.text, "was reset"));
		assert_non_null(strstr(h.text, "to keep their value may be lost"));
		assert_int_equal(chip_read(b.rig.chip, 0x20000084, 4, &mark), BUS_OK);
		assert_int_not_equal(mark, 0xA5A55A5A);
		bench_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(l1__loader_that_faults__is_replaced_by_the_probe),
		cmocka_unit_test(l1__words_when_the_loader_faults__are_written_one_by_one),
		cmocka_unit_test(others__loader_that_faults__is_an_error_that_names_what_may_be_lost),
		cmocka_unit_test(signal__after_a_mass_erase__says_what_is_blank),
		cmocka_unit_test(reset__under_the_loader__is_told_and_sram_is_left_to_the_new_life),
		cmocka_unit_test(l1__words_with_a_watchdog_running__come_in_short_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
