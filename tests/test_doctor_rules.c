/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_doctor_rules.c - the verdict for measurements that no virtual board shows, and the order in
 * which causes hide each other. Boards in each state: tests/cli/doctor.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/doctor.h"
#include "target/chip_table.h"

/* A probe that measures 3.3 V. */
static struct doctor_facts probe(void)
{
	struct doctor_facts f = { .opened = true, .supply_measured = true, .supply_mv = 3300 };

	f.caps.voltage = f.caps.nrst = f.caps.swd_freq = true;
	return f;
}

static void tried(struct doctor_facts *f, enum target_connect how, enum sl_err err, uint8_t status,
		  uint32_t dpidr)
{
	struct climb_try *t = &f->climb.tries[f->climb.n++];

	memset(t, 0, sizeof(*t));
	t->how = how;
	t->fault.code = err;
	t->fault.probe_status = status;
	t->dpidr = dpidr;
}

static void reached(struct doctor_facts *f)
{
	f->attached = f->has_driver = f->state_known = true;
	f->info.chip = chip_find(0x410);
	f->state = TARGET_RUNNING;
}

static enum sl_cause obstacle(const struct doctor_facts *f)
{
	struct doctor_verdict v;

	doctor_judge(f, &v);
	return v.obstacle;
}

static void assert_remarks(const struct doctor_facts *f, enum sl_cause only)
{
	struct doctor_verdict v;

	doctor_judge(f, &v);
	assert_int_equal(v.obstacle, CAUSE_NONE);
	assert_int_equal(v.n, only != CAUSE_NONE);
	if (v.n)
		assert_int_equal(v.remark[0], only);
}

static void nothing_wrong__is_no_cause(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_OK, 0, 0x1BA01477);
	reached(&f);
	assert_remarks(&f, CAUSE_NONE);
}

static void no_id__is_power_before_wires(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_NOTARGET, 0x09, 0);
	assert_int_equal(obstacle(&f), CAUSE_WIRES);
	f.supply_mv = 0;
	assert_int_equal(obstacle(&f), CAUSE_UNPOWERED);
	/* A copy that measures 0 V: what answers anyhow has power. */
	tried(&f, CONNECT_UNDER_RESET, SL_OK, 0, 0x1BA01477);
	assert_int_equal(obstacle(&f), CAUSE_REMAPPED);
	/* Nothing was measured: no word about power. */
	f = probe();
	f.supply_measured = false;
	f.supply_mv = 0;
	tried(&f, CONNECT_NORMAL, SL_NOTARGET, 0x09, 0);
	assert_int_equal(obstacle(&f), CAUSE_WIRES);
}

static void no_id__with_one_at_a_low_clock__is_the_clock(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_NOTARGET, 0x09, 0);
	f.id_at_khz = 100;
	assert_int_equal(obstacle(&f), CAUSE_TOO_FAST);
	f.id_at_khz = 0;
	tried(&f, CONNECT_SLOW, SL_TARGET, 0x13, 0x1BA01477);
	assert_int_equal(obstacle(&f), CAUSE_TOO_FAST);
}

static void lost_bits__are_the_clock(void **state)
{
	static const uint8_t lost[] = { 0x13, 0x17, 0x18 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lost); i++) {
		struct doctor_facts f = probe();

		tried(&f, CONNECT_NORMAL, SL_TARGET, lost[i], 0x1BA01477);
		assert_int_equal(obstacle(&f), CAUSE_TOO_FAST);
	}
}

static void bus_that_waits__is_sleep_unless_reset_changes_nothing(void **state)
{
	static const uint8_t waits[] = { 0x10, 0x14 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
		struct doctor_facts f = probe();

		tried(&f, CONNECT_NORMAL, SL_TARGET, waits[i], 0x1BA01477);
		tried(&f, CONNECT_CATCH, SL_TARGET, waits[i], 0x1BA01477);
		assert_int_equal(obstacle(&f), CAUSE_ASLEEP);
		tried(&f, CONNECT_UNDER_RESET, SL_TARGET, waits[i], 0x1BA01477);
		assert_int_equal(obstacle(&f), CAUSE_NO_NRST);
	}
}

static void id_after_the_reset_button__means_the_firmware_had_the_pins(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	f.caps.nrst = f.caps.voltage = f.caps.swd_freq = f.supply_measured = false;
	tried(&f, CONNECT_NORMAL, SL_NOTARGET, 0x09, 0);
	tried(&f, CONNECT_CATCH, SL_OK, 0, 0x1BA01477);
	reached(&f);
	assert_remarks(&f, CAUSE_REMAPPED);
}

static void protection__has_its_level(void **state)
{
	struct doctor_facts f = probe();
	struct doctor_verdict v;

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_OK, 0, 0x1BA01477);
	reached(&f);
	f.info.protection = PROTECTION_LEVEL1;
	assert_int_equal(obstacle(&f), CAUSE_PROTECTED);
	/* Its firmware locks up because a debugger looks: no cause of its own. */
	f.state = TARGET_LOCKUP;
	assert_int_equal(obstacle(&f), CAUSE_PROTECTED);
	f.info.protection = PROTECTION_LEVEL2;
	assert_int_equal(obstacle(&f), CAUSE_PROTECTED_2);
	doctor_judge(&f, &v);
	assert_int_equal(v.n, 0);
}

static void clock_that_cannot_be_set__is_firmware_or_the_kind_of_probe(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_OK, 0, 0x1BA01477);
	reached(&f);
	f.clock_fixed = true;
	f.generation = 2;
	assert_remarks(&f, CAUSE_OLD_FIRMWARE);
	f.generation = 1;
	f.caps.voltage = false;
	assert_remarks(&f, CAUSE_PROBE_CANNOT);
}

/* What this probe cannot do is no advice for it; where the table's cure fits, there is none. */
static void advice__is_what_this_probe_can_do(void **state)
{
	struct doctor_facts v1 = { .opened = true, .generation = 1 }, v2 = probe();
	char out[320];

	(void)state;
	assert_non_null(strstr(doctor_advise(&v1, CAUSE_ASLEEP, out, sizeof(out)), "--connect=catch"));
	assert_non_null(strstr(doctor_advise(&v1, CAUSE_REMAPPED, out, sizeof(out)), "reset button"));
	assert_non_null(strstr(doctor_advise(&v1, CAUSE_WIRES, out, sizeof(out)), "board powered"));
	assert_string_equal(doctor_advise(&v1, CAUSE_PROTECTED, out, sizeof(out)), "");
	assert_string_equal(doctor_advise(&v2, CAUSE_ASLEEP, out, sizeof(out)), "");
	assert_string_equal(doctor_advise(&v2, CAUSE_WIRES, out, sizeof(out)), "");
	assert_string_equal(doctor_advise(&v2, CAUSE_TOO_FAST, out, sizeof(out)), "");
	tried(&v2, CONNECT_NORMAL, SL_NOTARGET, 0x09, 0);
	tried(&v2, CONNECT_SLOW, SL_OK, 0, 0x1BA01477);
	v2.climb.tries[1].khz = 15;
	assert_non_null(strstr(doctor_advise(&v2, CAUSE_TOO_FAST, out, sizeof(out)), "--speed=15 "));
	v2.id_at_khz = 480;
	assert_non_null(strstr(doctor_advise(&v2, CAUSE_TOO_FAST, out, sizeof(out)), "--speed=480:"));
}

static void chip_without_driver__is_not_an_unknown_chip(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_OK, 0, 0x1BA01477);
	reached(&f);
	f.has_driver = false;
	assert_int_equal(obstacle(&f), CAUSE_NO_DRIVER);
	/* What its protection is taken for may be another register; and unlock needs the driver. */
	f.info.protection = PROTECTION_LEVEL1;
	assert_int_equal(obstacle(&f), CAUSE_NO_DRIVER);
	f.info.chip = NULL;
	assert_int_equal(obstacle(&f), CAUSE_UNKNOWN_CHIP);
}

static void one_reset__is_no_loop(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_OK, 0, 0x1BA01477);
	reached(&f);
	f.resets = 1;
	assert_remarks(&f, CAUSE_NONE);
	f.resets = 2;
	assert_remarks(&f, CAUSE_RESET_LOOP);
}

/* That the probe cannot measure is another thing than that its answer was lost. */
static void supply_not_told__is_no_missing_sense(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_OK, 0, 0x1BA01477);
	reached(&f);
	f.supply_measured = false;
	assert_remarks(&f, CAUSE_NO_SENSE);
	f.supply_lost = true;
	assert_remarks(&f, CAUSE_NONE);
}

static void power_lost_in_a_session__is_power(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_OK, 0, 0x1BA01477);
	reached(&f);
	f.fault.code = SL_NOTARGET;
	f.state_known = false;
	assert_int_equal(obstacle(&f), CAUSE_NONE);
	f.supply_mv = 100;
	assert_int_equal(obstacle(&f), CAUSE_UNPOWERED);
}

static void fault_that_names_its_cause__is_believed(void **state)
{
	struct doctor_facts f = probe();

	(void)state;
	tried(&f, CONNECT_NORMAL, SL_NOTARGET, 0x09, 0);
	f.fault.code = SL_OLDPROBE;
	f.fault.where = "link";
	assert_int_equal(obstacle(&f), CAUSE_OLD_FIRMWARE);
	f.fault.cause = CAUSE_PROBE_CANNOT;
	assert_int_equal(obstacle(&f), CAUSE_PROBE_CANNOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_wrong__is_no_cause),
		cmocka_unit_test(no_id__is_power_before_wires),
		cmocka_unit_test(no_id__with_one_at_a_low_clock__is_the_clock),
		cmocka_unit_test(lost_bits__are_the_clock),
		cmocka_unit_test(bus_that_waits__is_sleep_unless_reset_changes_nothing),
		cmocka_unit_test(id_after_the_reset_button__means_the_firmware_had_the_pins),
		cmocka_unit_test(protection__has_its_level),
		cmocka_unit_test(chip_without_driver__is_not_an_unknown_chip),
		cmocka_unit_test(one_reset__is_no_loop),
		cmocka_unit_test(supply_not_told__is_no_missing_sense),
		cmocka_unit_test(power_lost_in_a_session__is_power),
		cmocka_unit_test(fault_that_names_its_cause__is_believed),
		cmocka_unit_test(clock_that_cannot_be_set__is_firmware_or_the_kind_of_probe),
		cmocka_unit_test(advice__is_what_this_probe_can_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
