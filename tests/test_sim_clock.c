/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_clock.c - the three paces of a virtual board's clock.
 *
 * Nothing here depends on how fast the host is: only on time not running backwards,
 * and on a sleep lasting at least as long as asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sim/clock.h"

enum { NAP_US = 3000, MS = 1000000 };

static uint64_t host_us(void)
{
	return clock_system()->now_us(clock_system());
}

static void nap(void)
{
	uint64_t from = host_us();

	while (host_us() - from < NAP_US)
		clock_system()->sleep_us(clock_system(), NAP_US);
}

static void virtual__host_time__does_not_count(void **state)
{
	struct sim_clock c;

	(void)state;
	sim_clock_init(&c, PACE_VIRTUAL);
	sim_clock_spend(&c, 5 * MS);
	nap();
	sim_clock_follow(&c);
	assert_int_equal(c.now_ns, 5 * MS);
}

static void hurry__host_time_and_costs__both_count_and_nothing_waits(void **state)
{
	struct sim_clock c;
	uint64_t from = host_us(), gone;

	(void)state;
	sim_clock_init(&c, PACE_HURRY);
	sim_clock_spend(&c, 3600000ull * MS);   /* an hour, which would be noticed */
	nap();
	sim_clock_follow(&c);
	gone = host_us() - from;
	assert_true(c.now_ns >= 3600000ull * MS + NAP_US * 1000ull);
	assert_true(c.now_ns <= 3600000ull * MS + (gone + 1) * 1000ull);
}

static void hurry__following_twice__counts_host_time_once(void **state)
{
	struct sim_clock c;
	uint64_t from = host_us();

	(void)state;
	sim_clock_init(&c, PACE_HURRY);
	nap();
	for (int i = 0; i < 1000; i++)
		sim_clock_follow(&c);
	assert_true(c.now_ns <= (host_us() - from + 1) * 1000u);
}

static void real__a_cost__is_waited_for(void **state)
{
	struct sim_clock c;
	uint64_t from = host_us();

	(void)state;
	sim_clock_init(&c, PACE_REAL);
	sim_clock_spend(&c, NAP_US * 1000u);
	/* One sleep may end early by a signal; following shows where the host really is. */
	assert_true(host_us() - from >= NAP_US - 1);
	assert_int_equal(c.now_ns, NAP_US * 1000u);
	nap();
	sim_clock_follow(&c);
	assert_true(c.now_ns >= 2 * NAP_US * 1000u - 2000u);
}

static void real__late_end_of_a_wait__is_not_host_time(void **state)
{
	struct sim_clock c;
	uint64_t from;

	(void)state;
	sim_clock_init(&c, PACE_REAL);
	nap();                                  /* as if a wait that should end at 0 ended now */
	sim_clock_spend(&c, 0);
	assert_true(c.late_ns >= NAP_US * 1000u - 2000u);
	from = host_us();
	sim_clock_follow(&c);
	assert_true(c.now_ns <= (host_us() - from + 2) * 1000u);
	sim_clock_spend(&c, 2 * NAP_US * 1000u);        /* made up for by the next wait */
	assert_true(c.now_ns >= 2 * NAP_US * 1000u);
}

static void acquitted__late_end_of_a_wait__is_not_made_up_for(void **state)
{
	struct sim_clock c;
	uint64_t from;

	(void)state;
	sim_clock_init(&c, PACE_REAL);
	nap();
	sim_clock_spend(&c, 0);
	sim_clock_acquit(&c);
	assert_int_equal(c.late_ns, 0);
	from = host_us();
	sim_clock_spend(&c, NAP_US * 1000u);
	assert_true(host_us() - from >= NAP_US - 1000u);
}

static void forgiven__host_time_until_then__never_counts(void **state)
{
	static const enum sim_pace paces[] = { PACE_HURRY, PACE_REAL };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct sim_clock c;
		uint64_t from;

		sim_clock_init(&c, paces[i]);
		nap();
		from = host_us();
		sim_clock_forgive(&c);
		sim_clock_follow(&c);
		assert_true(c.now_ns <= (host_us() - from + 2) * 1000u);
		nap();                                  /* from then on it does again */
		sim_clock_follow(&c);
		assert_true(c.now_ns >= NAP_US * 1000u - 2000u);
	}
}

static void forgiven__nothing_to_forgive__changes_nothing(void **state)
{
	struct sim_clock c;

	(void)state;
	sim_clock_init(&c, PACE_HURRY);
	sim_clock_spend(&c, 5 * MS);
	sim_clock_forgive(&c);
	assert_int_equal(c.now_ns, 5 * MS);
	sim_clock_init(&c, PACE_VIRTUAL);
	sim_clock_forgive(&c);
	nap();
	sim_clock_follow(&c);
	assert_int_equal(c.now_ns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(virtual__host_time__does_not_count),
		cmocka_unit_test(hurry__host_time_and_costs__both_count_and_nothing_waits),
		cmocka_unit_test(hurry__following_twice__counts_host_time_once),
		cmocka_unit_test(real__a_cost__is_waited_for),
		cmocka_unit_test(real__late_end_of_a_wait__is_not_host_time),
		cmocka_unit_test(acquitted__late_end_of_a_wait__is_not_made_up_for),
		cmocka_unit_test(forgiven__host_time_until_then__never_counts),
		cmocka_unit_test(forgiven__nothing_to_forgive__changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
