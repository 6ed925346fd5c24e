/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_target_core.c - halt, run, step, reset, registers and calls on the virtual boards.
 */
#include "tests/support/flash_rig.h"

#include "base/bytes.h"
#include "target/regs.h"

enum { SRAM = 0x20000000, CODE = SRAM + 0x200 };

static const char *const boards[] = {
	"vldiscovery", "bluepill", "l-discovery", "f4discovery",
	"bluepill-clone", "nucleo-f401re", "nucleo-v3",
};

/* Flash with a vector table and, at its reset handler, nop; nop; branch to the first nop. */
static void give_firmware(struct rig *r)
{
	size_t len;
	uint8_t *flash = chip_flash(r->chip, &len);

	memset(flash, 0, 64);
	put_le32(flash + 0, SRAM + 0x1000);
	put_le32(flash + 4, 0x08000021);
	for (size_t i = 2; i < 8; i++)
		put_le32(flash + 4 * i, 0x08000031);
	put_le16(flash + 0x20, 0xBF00);
	put_le16(flash + 0x22, 0xBF00);
	put_le16(flash + 0x24, 0xE7FC);
	put_le16(flash + 0x30, 0xE7FE);
	chip_flash_changed(r->chip);
}

static void open_running(struct rig *r, const char *board)
{
	rig_start(r, board, NULL);
	give_firmware(r);
	chip_nrst(r->chip, true);
	chip_nrst(r->chip, false);
	rig_ok(r, rig_attach(r, CONNECT_NORMAL));
}

static enum target_state state_of(struct rig *r)
{
	enum target_state s = TARGET_IN_RESET;

	rig_ok(r, target_get_state(r->t, r->c, &s));
	return s;
}

static void halt_run_step__are_seen_by_the_chip(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint32_t pc = 0, then = 0;
		struct rig r;

		open_running(&r, boards[k]);
		assert_int_equal(state_of(&r), TARGET_RUNNING);
		rig_ok(&r, target_halt(r.t, r.c));
		assert_int_equal(state_of(&r), TARGET_HALTED);
		assert_true(rig_report(&r).core_halted);
		rig_ok(&r, target_read_reg(r.t, r.c, 15, &pc));
		assert_in_range(pc, 0x08000020, 0x08000024);
		for (int i = 0; i < 5; i++) {
			rig_ok(&r, target_step(r.t, r.c));
			rig_ok(&r, target_read_reg(r.t, r.c, 15, &then));
			assert_int_equal(then, pc == 0x08000024 ? 0x08000020 : pc + 2);
			pc = then;
		}
		rig_ok(&r, target_run(r.t, r.c));
		assert_int_equal(state_of(&r), TARGET_RUNNING);
		board_link_no_illegal(&r.bl);
		rig_close(&r);
	}
}

static void reset__run__really_resets_and_runs(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct rig r;
		uint64_t resets;

		open_running(&r, boards[k]);
		resets = rig_report(&r).resets;
		rig_ok(&r, target_reset(r.t, r.c, RESET_RUN));
		assert_int_equal(rig_report(&r).resets, resets + 1);
		assert_int_equal(state_of(&r), TARGET_RUNNING);
		/* From halted, too. */
		rig_ok(&r, target_halt(r.t, r.c));
		rig_ok(&r, target_reset(r.t, r.c, RESET_RUN));
		assert_int_equal(rig_report(&r).resets, resets + 2);
		assert_int_equal(state_of(&r), TARGET_RUNNING);
		rig_ok(&r, target_detach(r.t, r.c));
		r.t = NULL;
		assert_false(rig_report(&r).core_halted);
		assert_false(rig_report(&r).debug_enabled);
		rig_close(&r);
	}
}

/* Nobody can put anything back in a chip that went to STOP with its first instructions. */
static void reset__firmware_that_sleeps_at_once__leaves_nothing_set(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct chip_report before;
		uint64_t asked;
		struct rig r;

		rig_start(&r, boards[k], NULL);
		give_firmware(&r);
		chip_nrst(r.chip, true);
		chip_nrst(r.chip, false);
		before = rig_report(&r);
		rig_ok(&r, rig_attach(&r, CONNECT_NORMAL));
		rig_ok(&r, target_halt_quietly(r.t, r.c));
		assert_int_not_equal(rig_report(&r).dbgmcu_cr, before.dbgmcu_cr);
		chip_set_habit(r.chip, CHIP_STOPS);
		rig_ok(&r, target_reset(r.t, r.c, RESET_RUN));
		ctx_sleep_us(r.c, 2000);
		assert_false(chip_debug_clock(r.chip));
		assert_int_equal(rig_report(&r).dbgmcu_cr, before.dbgmcu_cr);
		assert_int_equal(rig_report(&r).demcr, before.demcr);
		assert_false(rig_report(&r).debug_enabled);
		/* Asked, it says nothing, soon. */
		asked = ctx_now_us(r.c);
		assert_int_equal(state_of(&r), TARGET_SLEEPING);
		assert_true(ctx_now_us(r.c) - asked < 100000);
		rig_ok(&r, target_run(r.t, r.c));
		rig_ok(&r, target_detach(r.t, r.c));
		r.t = NULL;
		assert_int_equal(rig_report(&r).dbgmcu_cr, before.dbgmcu_cr);
		assert_int_equal(r.c->fault.code, SL_OK);
		rig_close(&r);
	}
}

static void run__firmware_that_sleeps_soon__leaves_the_debug_unit_as_found(void **state)
{
	struct chip_report before;
	struct rig r;

	(void)state;
	open_running(&r, "bluepill");
	before = rig_report(&r);
	rig_ok(&r, target_halt(r.t, r.c));
	assert_int_not_equal(rig_report(&r).dbgmcu_cr, before.dbgmcu_cr);
	chip_set_habit(r.chip, CHIP_STOPS);
	rig_ok(&r, target_run(r.t, r.c));
	ctx_sleep_us(r.c, 2000);
	assert_false(chip_debug_clock(r.chip));
	assert_int_equal(rig_report(&r).dbgmcu_cr, before.dbgmcu_cr);
	assert_int_equal(rig_report(&r).demcr, before.demcr);
	rig_ok(&r, target_detach(r.t, r.c));
	r.t = NULL;
	rig_close(&r);
}

static void reset__halt__stops_at_the_first_instruction_and_demcr_is_restored(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint32_t pc = 0, sp = 0, demcr;
		struct rig r;

		open_running(&r, boards[k]);
		demcr = rig_report(&r).demcr;
		rig_ok(&r, target_reset(r.t, r.c, RESET_HALT));
		assert_int_equal(state_of(&r), TARGET_HALTED);
		rig_ok(&r, target_read_reg(r.t, r.c, 15, &pc));
		rig_ok(&r, target_read_reg(r.t, r.c, 13, &sp));
		assert_int_equal(pc, 0x08000020);
		assert_int_equal(sp, SRAM + 0x1000);
		assert_int_equal(rig_report(&r).demcr, demcr);
		rig_close(&r);
	}
}

static void attach__under_reset__stops_at_the_first_instruction_where_the_probe_can(void **state)
{
	(void)state;
	for (size_t k = 1; k < 4; k++) {
		uint32_t pc = 0;
		struct rig r;

		rig_start(&r, boards[k], NULL);
		give_firmware(&r);
		rig_ok(&r, rig_attach(&r, CONNECT_UNDER_RESET));
		assert_int_equal(state_of(&r), TARGET_HALTED);
		rig_ok(&r, target_read_reg(r.t, r.c, 15, &pc));
		assert_int_equal(pc, 0x08000020);
		rig_ok(&r, target_detach(r.t, r.c));
		r.t = NULL;
		assert_false(rig_report(&r).core_halted);
		rig_close(&r);
	}
}

static void attach__under_reset_on_v1__says_that_the_probe_cannot(void **state)
{
	struct rig r;

	(void)state;
	rig_start(&r, "vldiscovery", NULL);
	assert_int_equal(rig_attach(&r, CONNECT_UNDER_RESET), SL_OLDPROBE);
	rig_close(&r);
}

static void attach__hotplug__neither_halts_nor_resets(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct rig r;
		uint64_t resets, count;

		rig_start(&r, boards[k], NULL);
		give_firmware(&r);
		chip_nrst(r.chip, true);
		chip_nrst(r.chip, false);
		resets = rig_report(&r).resets;
		rig_ok(&r, rig_attach(&r, CONNECT_HOTPLUG));
		assert_int_equal(state_of(&r), TARGET_RUNNING);
		rig_ok(&r, target_detach(r.t, r.c));
		r.t = NULL;
		assert_int_equal(rig_report(&r).resets, resets);
		count = rig_report(&r).instructions;
		ctx_sleep_us(r.c, 1000);
		assert_true(rig_report(&r).instructions > count);
		rig_close(&r);
	}
}

static void detach__after_halt__leaves_it_halted(void **state)
{
	struct rig r;

	(void)state;
	open_running(&r, "bluepill");
	rig_ok(&r, target_halt(r.t, r.c));
	rig_ok(&r, target_detach(r.t, r.c));
	r.t = NULL;
	assert_true(rig_report(&r).core_halted);
	/* A second session finds it halted and leaves it so. */
	rig_ok(&r, rig_attach(&r, CONNECT_NORMAL));
	assert_int_equal(state_of(&r), TARGET_HALTED);
	rig_ok(&r, target_detach(r.t, r.c));
	r.t = NULL;
	assert_true(rig_report(&r).core_halted);
	rig_close(&r);
}

static void attach__to_what_a_broken_session_left__unmasks_interrupts_before_running(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		uint32_t dhcsr = 0;
		struct rig r;

		open_running(&r, boards[k]);
		rig_ok(&r, target_halt(r.t, r.c));
		(void)chip_write(r.chip, 0xE000EDF0, 4, 0xA05F000B);
		rig_ok(&r, target_detach(r.t, r.c));
		rig_ok(&r, rig_attach(&r, CONNECT_NORMAL));
		rig_ok(&r, target_run(r.t, r.c));
		assert_int_equal(chip_read(r.chip, 0xE000EDF0, 4, &dhcsr), BUS_OK);
		assert_int_equal(dhcsr & 0xF, 1);
		rig_close(&r);
	}
}

static void detach__after_a_quiet_halt__lets_it_run_again(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct rig r;

		open_running(&r, boards[k]);
		rig_ok(&r, target_halt_quietly(r.t, r.c));
		rig_ok(&r, target_detach(r.t, r.c));
		r.t = NULL;
		assert_false(rig_report(&r).core_halted);
		assert_false(rig_report(&r).debug_enabled);
		rig_close(&r);
	}
}

static void regs__while_running__are_refused_with_what_to_do(void **state)
{
	struct rig r;
	uint32_t v;

	(void)state;
	open_running(&r, "bluepill");
	assert_int_equal(target_read_reg(r.t, r.c, 0, &v), SL_TARGET);
	assert_non_null(strstr(r.c->fault.text, "halted"));
	assert_true(r.c->fault.hint[0] != 0);
	rig_close(&r);
}

static void regs__by_name__are_written_and_read_back(void **state)
{
	static const char *const names[] = { "r0", "r7", "r12", "sp", "lr", "R5", "r14" };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct rig r;
		uint32_t v = 0;

		open_running(&r, boards[k]);
		rig_ok(&r, target_halt(r.t, r.c));
		for (size_t i = 0; i < 7; i++) {
			uint32_t want = 0x20000100 + 4 * (uint32_t)i;

			rig_ok(&r, reg_write(r.t, r.c, reg_find(names[i]), want));
			rig_ok(&r, reg_read(r.t, r.c, reg_find(names[i]), &v));
			assert_int_equal(v, want);
		}
		rig_ok(&r, reg_write(r.t, r.c, reg_find("primask"), 1));
		rig_ok(&r, reg_write(r.t, r.c, reg_find("basepri"), 0x40));
		rig_ok(&r, reg_read(r.t, r.c, reg_find("primask"), &v));
		assert_int_equal(v, 1);
		rig_ok(&r, reg_read(r.t, r.c, reg_find("basepri"), &v));
		assert_int_equal(v, 0x40);
		assert_int_equal(reg_write(r.t, r.c, reg_find("primask"), 0x100), SL_USAGE);
		rig_ok(&r, reg_write(r.t, r.c, reg_find("primask"), 0));
		rig_ok(&r, reg_write(r.t, r.c, reg_find("basepri"), 0));
		rig_close(&r);
	}
}

static void regs__fpu_register_without_fpu__is_refused(void **state)
{
	struct rig r;
	uint32_t v = 0;

	(void)state;
	open_running(&r, "bluepill");
	rig_ok(&r, target_halt(r.t, r.c));
	assert_int_equal(reg_read(r.t, r.c, reg_find("s3"), &v), SL_UNSUPPORTED);
	rig_close(&r);
}

static void regs__table__has_each_name_once(void **state)
{
	size_t n;
	const struct reg_name *names = reg_names(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(reg_find(names[i].name), &names[i]);
		assert_in_range(names[i].bits + names[i].shift, 8, 32);
	}
	assert_null(reg_find("r16"));
	assert_null(reg_find(""));
	assert_null(reg_find("99"));
	assert_string_equal(reg_find("15")->name, "pc");
	assert_string_equal(reg_find("PC")->name, "pc");
}

/* ---- calls ---------------------------------------------------------------------- */

static void put_code(struct rig *r, const uint16_t *code, size_t n)
{
	uint8_t bytes[64];

	rig_ok(r, target_halt(r->t, r->c));
	assert_true(2 * n <= sizeof(bytes));
	for (size_t i = 0; i < n; i++)
		put_le16(bytes + 2 * i, code[i]);
	rig_ok(r, target_write_mem(r->t, r->c, CODE, bytes, 2 * n));
}

static void call__sums_its_arguments_and_stops_at_its_bkpt(void **state)
{
	/* adds r0,r1; adds r0,r2; adds r0,r3; adds r0,r4; adds r0,r5; bkpt */
	static const uint16_t code[] = { 0x1840, 0x1880, 0x18C0, 0x1900, 0x1940, 0xBE00 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct target_call call = {
			.pc = CODE, .stop = CODE + 10, .r = { 1, 20, 300, 4000, 50000, 600000 },
			.timeout_ms = 100,
		};
		struct target_core before;
		uint32_t r0 = 0;
		struct rig r;

		open_running(&r, boards[k]);
		put_code(&r, code, 6);
		rig_ok(&r, target_save_core(r.t, r.c, &before));
		rig_ok(&r, target_call(r.t, r.c, &call));
		assert_int_equal(call.r[0], 654321);
		assert_int_equal(call.r[5], 600000);
		target_restore_core(r.t, &before);
		rig_ok(&r, target_read_reg(r.t, r.c, 0, &r0));  /* not put back before that */
		assert_int_equal(r0, before.regs[0]);
		for (unsigned i = 0; i < 17; i++)
			assert_int_equal(chip_core_reg(board_chip(r.bl.board), i), before.regs[i]);
		rig_ok(&r, target_run(r.t, r.c));
		assert_int_equal(state_of(&r), TARGET_RUNNING);
		board_link_no_illegal(&r.bl);
		rig_close(&r);
	}
}

static void call__that_never_ends__is_halted_at_its_deadline(void **state)
{
	static const uint16_t code[] = { 0xE7FE };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct target_call call = { .pc = CODE, .stop = CODE + 2, .timeout_ms = 20 };
		struct rig r;
		uint64_t t0;

		open_running(&r, boards[k]);
		put_code(&r, code, 1);
		t0 = ctx_now_us(r.c);
		assert_int_equal(target_call(r.t, r.c, &call), SL_TARGET);
		assert_non_null(strstr(r.c->fault.text, "does not end"));
		assert_in_range(ctx_now_us(r.c) - t0, 20000, 60000);
		assert_true(rig_report(&r).core_halted);
		rig_close(&r);
	}
}

static void call__that_stops_elsewhere__is_told_from_success(void **state)
{
	static const uint16_t code[] = { 0xBF00, 0xBE00, 0xBE00 };      /* nop, bkpt, bkpt */

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct target_call call = { .pc = CODE, .stop = CODE + 4, .timeout_ms = 20 };
		struct rig r;

		open_running(&r, boards[k]);
		put_code(&r, code, 3);
		assert_int_equal(target_call(r.t, r.c, &call), SL_TARGET);
		assert_int_equal(r.c->fault.addr, CODE + 2);
		rig_close(&r);
	}
}

static void call__that_faults__is_told_with_the_place(void **state)
{
	/* ldr r1,[r0]; bkpt - with r0 pointing at nothing */
	static const uint16_t code[] = { 0x6801, 0xBE00 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct target_call call = {
			.pc = CODE, .stop = CODE + 2, .r = { 0xC0000000 }, .timeout_ms = 20,
		};
		struct rig r;

		open_running(&r, boards[k]);
		put_code(&r, code, 2);
		assert_int_equal(target_call(r.t, r.c, &call), SL_TARGET);
		assert_non_null(strstr(r.c->fault.text, "faulted"));
		rig_close(&r);
	}
}

static void call__with_an_undefined_instruction__never_reaches_firmwares_handler(void **state)
{
	static const uint16_t code[] = { 0xDE00, 0xBE00 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(boards); k++) {
		struct target_call call = { .pc = CODE, .stop = CODE + 2, .timeout_ms = 20 };
		struct rig r;

		open_running(&r, boards[k]);
		put_code(&r, code, 2);
		/* SHCSR: firmware has handlers of its own for usage, bus and memory faults. */
		rig_ok(&r, target_write32(r.t, r.c, 0xE000ED24, 7u << 16));
		assert_int_equal(target_call(r.t, r.c, &call), SL_TARGET);
		assert_non_null(strstr(r.c->fault.text, "faulted"));
		assert_true(call.faulted);
		rig_close(&r);
	}
}

static void call__while_the_core_runs__is_our_own_mistake(void **state)
{
	struct target_call call = { .pc = CODE, .stop = CODE, .timeout_ms = 20 };
	struct rig r;

	(void)state;
	open_running(&r, "bluepill");
	assert_int_equal(target_call(r.t, r.c, &call), SL_BUG);
	rig_close(&r);
}

static void call__abandoned__is_stopped_by_detach(void **state)
{
	static const uint16_t code[] = { 0xE7FE };
	struct target_call call = { .pc = CODE, .stop = CODE + 2, .timeout_ms = 20 };
	uint32_t demcr;
	struct rig r;

	(void)state;
	open_running(&r, "f4discovery");
	demcr = rig_report(&r).demcr;
	put_code(&r, code, 1);
	rig_ok(&r, target_call_start(r.t, r.c, &call));
	rig_ok(&r, target_detach(r.t, r.c));
	r.t = NULL;
	assert_true(rig_report(&r).core_halted);
	assert_int_equal(rig_report(&r).demcr, demcr);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halt_run_step__are_seen_by_the_chip),
		cmocka_unit_test(reset__run__really_resets_and_runs),
		cmocka_unit_test(reset__halt__stops_at_the_first_instruction_and_demcr_is_restored),
		cmocka_unit_test(reset__firmware_that_sleeps_at_once__leaves_nothing_set),
		cmocka_unit_test(run__firmware_that_sleeps_soon__leaves_the_debug_unit_as_found),
		cmocka_unit_test(attach__under_reset__stops_at_the_first_instruction_where_the_probe_can),
		cmocka_unit_test(attach__under_reset_on_v1__says_that_the_probe_cannot),
		cmocka_unit_test(attach__hotplug__neither_halts_nor_resets),
		cmocka_unit_test(detach__after_halt__leaves_it_halted),
		cmocka_unit_test(attach__to_what_a_broken_session_left__unmasks_interrupts_before_running),
		cmocka_unit_test(detach__after_a_quiet_halt__lets_it_run_again),
		cmocka_unit_test(regs__while_running__are_refused_with_what_to_do),
		cmocka_unit_test(regs__by_name__are_written_and_read_back),
		cmocka_unit_test(regs__fpu_register_without_fpu__is_refused),
		cmocka_unit_test(regs__table__has_each_name_once),
		cmocka_unit_test(call__sums_its_arguments_and_stops_at_its_bkpt),
		cmocka_unit_test(call__that_never_ends__is_halted_at_its_deadline),
		cmocka_unit_test(call__that_stops_elsewhere__is_told_from_success),
		cmocka_unit_test(call__that_faults__is_told_with_the_place),
		cmocka_unit_test(call__with_an_undefined_instruction__never_reaches_firmwares_handler),
		cmocka_unit_test(call__while_the_core_runs__is_our_own_mistake),
		cmocka_unit_test(call__abandoned__is_stopped_by_detach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
