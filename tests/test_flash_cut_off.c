/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_cut_off.c - what a session that was cut off leaves on the chip does not stop the next.
 */
#include "tests/support/flash_bench.h"

#include "base/bytes.h"
#include "flash/loaders/loaders.h"

#define DHCSR_ADDR 0xE000EDF0u

enum { LEN = 512 };

static enum sl_err program_some(struct bench *b)
{
	static uint8_t data[LEN];
	struct span s = { BASE + 0x4000, LEN, data };
	struct flash_job job = { .spans = &s, .n_spans = 1, .erase_first = true };
	enum sl_err err;

	rig_noise(data, LEN, 40);
	err = flash_program(b->f, b->rig.c, &job, &b->stats);
	if (!err)
		assert_memory_equal(b->oracle + 0x4000, data, LEN);
	return err;
}

/* Key register and first key: PM0075, RM0090; PM0062, PEKEYR. */
static void controller__got_one_of_two_keys__is_reset_and_then_programmed(void **state)
{
	static const struct { const char *board; uint32_t addr, key; } half[] = {
		{ "bluepill", 0x40022004, 0x45670123 }, { "vldiscovery", 0x40022004, 0x45670123 },
		{ "f4discovery", 0x40023C04, 0x45670123 }, { "l-discovery", 0x40023C0C, 0x89ABCDEF },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(half); i++) {
		struct bench b;

		bench_open(&b, half[i].board, true);
		rig_ok(&b.rig, link_write32(b.rig.bl.link, b.rig.c, half[i].addr, half[i].key));
		rig_ok(&b.rig, program_some(&b));
		assert_true(rig_report(&b.rig).flash_locked);
		bench_close(&b);
	}
}

static void core__left_running_with_interrupts_masked__is_halted_without_an_illegal_act(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, "bluepill", true);
	rig_ok(&b.rig, link_write32(b.rig.bl.link, b.rig.c, DHCSR_ADDR, 0xA05F000B));
	rig_ok(&b.rig, link_write32(b.rig.bl.link, b.rig.c, DHCSR_ADDR, 0xA05F0009));
	/* The program ends here; another one comes. */
	flash_close(b.f);
	link_close(b.rig.bl.link, b.rig.c);
	rig_ok(&b.rig, board_link_connect(&b.rig.bl));
	free(b.rig.t);
	rig_ok(&b.rig, rig_attach(&b.rig, CONNECT_NORMAL));
	rig_ok(&b.rig, target_halt_quietly(b.rig.t, b.rig.c));
	rig_ok(&b.rig, target_detach(b.rig.t, b.rig.c));
	b.rig.t = NULL;
	b.f = NULL;
	board_link_no_illegal(&b.rig.bl);
	bench_close(&b);
}

/* The loader waits for work at slots whose numbers are never right. */
static void leave_loader_running(struct bench *b)
{
	static const uint32_t sram = 0x20000000, slots = 0x20000800;
	const struct loader *l = &loader_ring_f1;
	uint8_t blob[RING_MAX_BYTES];

	memcpy(blob, l->code, l->bytes);
	memset(blob + l->mailbox, 0, (size_t)(l->bytes - l->mailbox));
	put_le32(blob + l->mailbox + BOX_SLOTS, slots);
	put_le32(blob + l->mailbox + BOX_LAST, slots);
	put_le32(blob + l->mailbox + BOX_SR, 0x4002200C);
	put_le32(blob + l->mailbox + BOX_IWDG, 0x40003000);
	rig_ok(&b->rig, target_halt_quietly(b->rig.t, b->rig.c));
	rig_ok(&b->rig, target_write_mem(b->rig.t, b->rig.c, sram, blob, l->bytes));
	rig_ok(&b->rig, link_write32(b->rig.bl.link, b->rig.c, slots + SLOT_SEQ, 0x55AA55AA));
	rig_ok(&b->rig, link_write_reg(b->rig.bl.link, b->rig.c, 15, sram));
	rig_ok(&b->rig, link_write32(b->rig.bl.link, b->rig.c, DHCSR_ADDR, 0xA05F000B));
	rig_ok(&b->rig, link_write32(b->rig.bl.link, b->rig.c, DHCSR_ADDR, 0xA05F0009));
}

static void core__left_in_an_old_loader__is_reset_and_runs_firmware_afterwards(void **state)
{
	struct chip_report before;
	struct bench b;
	uint32_t pc;

	(void)state;
	bench_open(&b, "bluepill", true);
	leave_loader_running(&b);
	/* The program ends here; another one comes. */
	flash_close(b.f);
	link_close(b.rig.bl.link, b.rig.c);
	rig_ok(&b.rig, board_link_connect(&b.rig.bl));
	free(b.rig.t);
	before = rig_report(&b.rig);
	assert_false(before.core_halted);
	rig_ok(&b.rig, rig_attach(&b.rig, CONNECT_NORMAL));
	rig_ok(&b.rig, flash_open(b.rig.c, b.rig.t, &b.f));
	rig_ok(&b.rig, program_some(&b));
	assert_int_equal(rig_report(&b.rig).resets, before.resets + 1);
	flash_close(b.f);
	b.f = NULL;
	rig_ok(&b.rig, target_detach(b.rig.t, b.rig.c));
	b.rig.t = NULL;
	pc = chip_core_reg(b.rig.chip, 15);
	assert_false(pc >= 0x20000000 && pc < 0x20001000);
	board_link_no_illegal(&b.rig.bl);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controller__got_one_of_two_keys__is_reset_and_then_programmed),
		cmocka_unit_test(core__left_running_with_interrupts_masked__is_halted_without_an_illegal_act),
		cmocka_unit_test(core__left_in_an_old_loader__is_reset_and_runs_firmware_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
