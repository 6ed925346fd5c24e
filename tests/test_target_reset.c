/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_target_reset.c - a chip that SYSRESETREQ does not reset, and an MPU in the way of a call:
 * on a list of words, because no virtual board behaves so.
 */
#include "tests/support/fake_chip.h"

#define AIRCR    UINT32_C(0xE000ED0C)
#define MPU_CTRL UINT32_C(0xE000ED94)
#define DHCSR    UINT32_C(0xE000EDF0)

static const struct target_options normal = { .connect = CONNECT_NORMAL };

struct bed {
	struct ctx c;
	struct link l;
	struct target *t;
};

/* An F100 whose core is found halted or running. */
static void open_bed(struct bed *b, bool halted)
{
	memset(b, 0, sizeof(*b));
	ctx_init(&b->c);
	fake_chip(&b->l, chip_find(0x420), 128, 0x10016420);
	fake_put(&b->l, 0x4002201C, 0x03FFFFFC, 0);
	fake_put(&b->l, AIRCR, 0xFA050000, 0);
	if (halted)
		fake_find(&b->l, DHCSR)->value |= UINT32_C(1) << 17;
	if (target_attach(&b->c, &b->l, &normal, &b->t))
		fail_msg("attach: %s", b->c.fault.text);
}

static void close_bed(struct bed *b)
{
	if (target_detach(b->t, &b->c))
		fail_msg("detach: %s", b->c.fault.text);
}

static bool was_written(const struct bed *b, uint32_t addr, uint32_t value)
{
	for (size_t i = 0; i < b->l.n_log; i++)
		if (b->l.log[i].addr == addr && b->l.log[i].value == value)
			return true;
	return false;
}

static void reset__request_without_a_trace__pulls_nrst(void **state)
{
	struct bed b;

	(void)state;
	open_bed(&b, false);
	b.l.caps.nrst = b.l.nrst_wired = true;
	if (target_reset(b.t, &b.c, RESET_RUN))
		fail_msg("%s", b.c.fault.text);
	assert_true(was_written(&b, AIRCR, 0x05FA0004));
	assert_int_equal(b.l.nrst_pulses, 1);
	close_bed(&b);
}

static void reset__neither_way_shows__says_so_with_what_to_check(void **state)
{
	struct bed b;

	(void)state;
	open_bed(&b, false);
	b.l.caps.nrst = true;
	assert_int_equal(target_reset(b.t, &b.c, RESET_RUN), SL_TARGET);
	assert_int_equal(b.l.nrst_pulses, 1);
	assert_non_null(strstr(b.c.fault.text, "neither on request nor by NRST"));
	assert_non_null(strstr(b.c.fault.hint, "NRST is wired"));
	close_bed(&b);
}

static void reset__probe_without_nrst__is_told(void **state)
{
	struct bed b;

	(void)state;
	open_bed(&b, false);
	assert_int_equal(target_reset(b.t, &b.c, RESET_RUN), SL_TARGET);
	assert_int_equal(b.l.nrst_pulses, 0);
	assert_non_null(strstr(b.c.fault.text, "cannot pull NRST"));
	close_bed(&b);
}

/* The virtual core of this list is always halted: a call ends where it is told to. */
static void call__with_the_mpu_on__turns_it_off_and_on_again(void **state)
{
	struct target_call call = { .pc = 0x20000000, .stop = 0x20000010, .timeout_ms = 10 };
	struct bed b;

	(void)state;
	open_bed(&b, true);
	fake_put(&b.l, 0xE000ED28, 0, 0);
	fake_put(&b.l, 0xE000ED2C, 0, 0);
	fake_put(&b.l, 0xE000ED30, 0, 0);
	fake_put(&b.l, MPU_CTRL, 5, UINT32_MAX);
	if (target_call_start(b.t, &b.c, &call))
		fail_msg("%s", b.c.fault.text);
	assert_int_equal(fake_find(&b.l, MPU_CTRL)->value, 4);
	b.l.regs[15] = call.stop;
	if (target_call_finish(b.t, &b.c, &call))
		fail_msg("%s", b.c.fault.text);
	close_bed(&b);
	assert_int_equal(fake_find(&b.l, MPU_CTRL)->value, 5);
}

static void call__that_ends_in_a_reset__leaves_the_mpu_off(void **state)
{
	struct target_call call = { .pc = 0x20000000, .stop = 0x20000010, .timeout_ms = 10 };
	struct bed b;

	(void)state;
	open_bed(&b, true);
	fake_put(&b.l, 0xE000ED28, 0, 0);
	fake_put(&b.l, 0xE000ED2C, 0, 0);
	fake_put(&b.l, 0xE000ED30, 0, 0);
	fake_put(&b.l, MPU_CTRL, 5, UINT32_MAX);
	if (target_call_start(b.t, &b.c, &call))
		fail_msg("%s", b.c.fault.text);
	fake_find(&b.l, MPU_CTRL)->value = 0;
	fake_find(&b.l, DHCSR)->value |= UINT32_C(1) << 25;
	assert_int_equal(target_call_finish(b.t, &b.c, &call), SL_TARGET);
	close_bed(&b);
	assert_int_equal(fake_find(&b.l, MPU_CTRL)->value, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reset__request_without_a_trace__pulls_nrst),
		cmocka_unit_test(reset__neither_way_shows__says_so_with_what_to_check),
		cmocka_unit_test(reset__probe_without_nrst__is_told),
		cmocka_unit_test(call__with_the_mpu_on__turns_it_off_and_on_again),
		cmocka_unit_test(call__that_ends_in_a_reset__leaves_the_mpu_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
