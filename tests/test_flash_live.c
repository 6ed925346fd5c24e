/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_live.c - programming under firmware that runs: it goes on where it was, its DMA
 * stays out of the way meanwhile.
 */
#include "base/bytes.h"
#include "tests/support/flash_bench.h"

#include "flash/driver.h"

struct dma_watch {
	struct bench *b;
	uint32_t reg, seen;
	unsigned calls;
};

static void look_at_dma(void *priv, enum flash_phase phase, uint64_t done, uint64_t total)
{
	struct dma_watch *w = priv;
	uint32_t v = 0;

	(void)done, (void)total;
	if (phase != FLASH_PROGRAM)
		return;
	assert_int_equal(chip_read(w->b->rig.chip, w->reg, 4, &v), BUS_OK);
	w->seen |= v;
	w->calls++;
}

static void program__while_a_dma_is_on__stops_its_clock_for_the_while(void **state)
{
	static const struct { uint32_t reg, bit, crc; } dma[ARRAY_LEN(boards)] = {
		{ 0x40021014, 1, 1u << 6 }, { 0x40021014, 1, 1u << 6 }, { 0x4002381C, 1u << 24, 1u << 12 },
		{ 0x40023830, 1u << 22, 1u << 12 }, { 0x40021014, 1, 1u << 6 },
		{ 0x40023830, 1u << 22, 1u << 12 }, { 0x40021014, 1, 1u << 6 },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t data[3000];
		struct bench b;
		struct dma_watch w = { .b = &b, .reg = dma[k].reg };
		struct span s = { BASE, sizeof(data), data };
		struct flash_job job = {
			.spans = &s, .n_spans = 1, .erase_first = true,
			.progress = { look_at_dma, &w },
		};
		uint32_t was = 0, is = 0;

		bench_open(&b, boards[k], true);
		rig_noise(data, sizeof(data), 81);
		assert_int_equal(chip_read(b.rig.chip, w.reg, 4, &was), BUS_OK);
		was |= dma[k].bit;
		assert_int_equal(chip_write(b.rig.chip, w.reg, 4, was), BUS_OK);
		assert_int_equal(chip_read(b.rig.chip, w.reg, 4, &is), BUS_OK);
		assert_int_equal(is, was);
		rig_ok(&b.rig, flash_program(b.f, b.rig.c, &job, &b.stats));
		assert_true(w.calls > 0);
		assert_int_equal(w.seen, (was & ~dma[k].bit) | dma[k].crc);
		assert_int_equal(chip_read(b.rig.chip, w.reg, 4, &is), BUS_OK);
		assert_int_equal(is, was);
		bench_close(&b);
	}
}

/* Counts in SRAM, inside what loaders borrow; with WFI it sleeps before each count. */
static void give_counter(struct bench *b, bool sleeps)
{
	static const uint16_t code[] = {
		0x2020, 0x0600,                 /* movs r0,#0x20; lsls r0,r0,#24 */
		0xBF00, 0x6C01, 0x3101, 0x6401, /* nop; ldr r1,[r0,#64]; adds r1,#1; str r1,[r0,#64] */
		0xE7FA,                         /* b to the nop */
	};

	memset(b->oracle, 0, 64);
	put_le32(b->oracle, 0x20000800);
	put_le32(b->oracle + 4, BASE + 0x21);
	for (size_t i = 0; i < sizeof(code) / 2; i++)
		put_le16(b->oracle + 0x20 + 2 * i, code[i]);
	if (sleeps)
		put_le16(b->oracle + 0x24, 0xBF30);
	chip_flash_changed(b->rig.chip);
	memcpy(b->expect, b->oracle, b->bytes);
}

static uint32_t counted(struct bench *b)
{
	uint32_t n = 0;

	chip_sync(b->rig.chip);
	assert_int_equal(chip_read(b->rig.chip, 0x20000040, 4, &n), BUS_OK);
	return n;
}

static void program__under_running_firmware__lets_it_go_on_where_it_was(void **state)
{
	(void)state;
	for (size_t k = 0; k < 8; k++) {
		bool sleeps = k >= 4;
		uint8_t data[3000];
		struct span s;
		struct flash_job job = { .spans = &s, .n_spans = 1, .erase_first = true };
		struct bench b;
		uint32_t before, after;

		bench_open(&b, boards[k % ARRAY_LEN(boards)], true);
		give_counter(&b, sleeps);
		rig_ok(&b.rig, target_reset(b.rig.t, b.rig.c, RESET_RUN));
		/* Firmware that sleeps for good is only reached when it allows that. */
		if (sleeps)
			assert_int_equal(chip_write(b.rig.chip, 0xE0042004, 4, 7), BUS_OK);
		ctx_sleep_us(b.rig.c, 2000);
		before = counted(&b);
		rig_noise(data, sizeof(data), 80);
		memcpy(b.expect + 32768, data, sizeof(data));
		s = (struct span){ BASE + 32768, sizeof(data), data };
		rig_ok(&b.rig, flash_program(b.f, b.rig.c, &job, &b.stats));
		check(&b, boards[k % ARRAY_LEN(boards)]);
		rig_ok(&b.rig, target_detach(b.rig.t, b.rig.c));
		b.rig.t = NULL;
		after = counted(&b);
		ctx_sleep_us(b.rig.c, 2000);
		assert_false(rig_report(&b.rig).core_halted);
		if (sleeps)                     /* halting woke it: at most one count for each halt */
			assert_in_range(counted(&b), before, before + 3);
		else
			assert_true(after >= before && counted(&b) > after);
		flash_close(b.f);
		b.f = NULL;
		bench_close(&b);
	}
}

/* Clocks, their gates and the CRC unit of each family that a session may touch. */
struct borrowed_regs {
	uint32_t reg[6];
};

static void program__clocks_and_crc_unit__are_as_before(void **state)
{
	static const struct borrowed_regs regs[ARRAY_LEN(boards)] = {
		{ { 0x40021000, 0x40021004, 0x40021014, 0x40022000 } },
		{ { 0x40021000, 0x40021004, 0x40021014, 0x40022000 } },
		{ { 0x40023800, 0x40023804, 0x40023808, 0x4002381C, 0x40023824, 0x40023C00 } },
		{ { 0x40023800, 0x40023804, 0x40023808, 0x40023830, 0x40023C00 } },
		{ { 0x40021000, 0x40021004, 0x40021014, 0x40022000 } },
		{ { 0x40023800, 0x40023804, 0x40023808, 0x40023830, 0x40023C00 } },
		{ { 0x40021000, 0x40021004, 0x40021014, 0x40022000 } },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint32_t was[6] = { 0 }, is = 0, crc = 0;
		uint8_t data[3000];
		struct span s = { BASE, sizeof(data), data };
		struct flash_job job = { .spans = &s, .n_spans = 1, .erase_first = true };
		uint32_t gate = boards[k][0] == 'l' ? 0x4002381C : boards[k][0] == 'f' ||
				strstr(boards[k], "f401") ? 0x40023830 : 0x40021014;
		uint32_t bit = gate == 0x40021014 ? 1u << 6 : 1u << 12;
		struct bench b;

		bench_open(&b, boards[k], true);
		/* Firmware is in the middle of a sum. */
		assert_int_equal(chip_read(b.rig.chip, gate, 4, &is), BUS_OK);
		assert_int_equal(chip_write(b.rig.chip, gate, 4, is | bit), BUS_OK);
		assert_int_equal(chip_write(b.rig.chip, 0x40023000, 4, 0x12345678), BUS_OK);
		assert_int_equal(chip_read(b.rig.chip, 0x40023000, 4, &crc), BUS_OK);
		for (size_t i = 0; i < 6 && regs[k].reg[i]; i++)
			assert_int_equal(chip_read(b.rig.chip, regs[k].reg[i], 4, &was[i]), BUS_OK);
		rig_noise(data, sizeof(data), 82);
		memcpy(b.expect, data, sizeof(data));
		rig_ok(&b.rig, flash_program(b.f, b.rig.c, &job, &b.stats));
		check(&b, boards[k]);
		for (size_t i = 0; i < 6 && regs[k].reg[i]; i++) {
			assert_int_equal(chip_read(b.rig.chip, regs[k].reg[i], 4, &is), BUS_OK);
			if (is != was[i])
				fail_msg("%s: 0x%08x is 0x%08x, was 0x%08x", boards[k],
					 (unsigned)regs[k].reg[i], (unsigned)is, (unsigned)was[i]);
		}
		assert_int_equal(chip_read(b.rig.chip, 0x40023000, 4, &is), BUS_OK);
		assert_int_equal(is, crc);
		bench_close(&b);
	}
}

/* STM32L011: 2 KiB; the smallest F100, F030: 4 KiB. */
static void program__with_2_kib_of_sram_at_its_end__works(void **state)
{
	enum { TOP = 0x20002000, MARK = 0xC3 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint8_t data[5000], guard[64], is[64];
		struct span s = { BASE + 11, sizeof(data), data };
		struct flash_job job = { .spans = &s, .n_spans = 1, .erase_first = true };
		struct bench b;

		bench_open(&b, boards[k], true);
		b.f->slot_bytes = ENGINE_SLOT_LEAST;
		b.f->work_bytes = ENGINE_CODE_ROOM + ENGINE_SLOTS * ENGINE_SLOT_LEAST;
		b.f->work_addr = TOP - b.f->work_bytes;
		memset(guard, MARK, sizeof(guard));
		rig_ok(&b.rig, target_write_mem(b.rig.t, b.rig.c, TOP - 2048 - 64, guard, 64));
		rig_noise(data, sizeof(data), 5);
		memcpy(b.expect + 11, data, sizeof(data));
		rig_ok(&b.rig, flash_program(b.f, b.rig.c, &job, &b.stats));
		check(&b, boards[k]);
		rig_ok(&b.rig, target_read_mem(b.rig.t, b.rig.c, TOP - 2048 - 64, is, 64));
		assert_memory_equal(is, guard, 64);
		bench_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program__while_a_dma_is_on__stops_its_clock_for_the_while),
		cmocka_unit_test(program__clocks_and_crc_unit__are_as_before),
		cmocka_unit_test(program__with_2_kib_of_sram_at_its_end__works),
		cmocka_unit_test(program__under_running_firmware__lets_it_go_on_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
