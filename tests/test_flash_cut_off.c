/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_cut_off.c - what a session that was cut off leaves on the chip does not stop the next.
 */
#include "tests/support/flash_bench.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controller__got_one_of_two_keys__is_reset_and_then_programmed),
		cmocka_unit_test(core__left_running_with_interrupts_masked__is_halted_without_an_illegal_act),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
