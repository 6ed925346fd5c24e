/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_flash_deterministic.c - a whole job on the virtual board takes the same virtual
 * nanoseconds, transfers and instructions each time, whatever the host's clock says.
 */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "tests/support/flash_bench.h"

enum { JOB_BYTES = 24 * 1024 };

struct outcome {
	uint64_t ns;
	struct usb_report usb;
	struct chip_report chip;
};

static void run_job(const char *board, struct outcome *out)
{
	static uint8_t image[JOB_BYTES];
	struct span span = { .addr = BASE, .len = sizeof(image), .data = image };
	struct flash_job j = { .spans = &span, .n_spans = 1, .erase_first = true };
	struct bench b;

	memset(out, 0, sizeof(*out));
	rig_noise(image, sizeof(image), 3);
	bench_open(&b, board, true);
	memcpy(b.expect, image, sizeof(image));
	rig_ok(&b.rig, flash_program(b.f, b.rig.c, &j, &b.stats));
	check(&b, board);
	out->ns = board_clock(b.rig.bl.board)->now_ns;
	usbdev_get_report(b.rig.bl.board, &out->usb);
	out->chip = rig_report(&b.rig);
	bench_close(&b);
}

static void program__twice__takes_the_same_nanoseconds_transfers_and_instructions(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(boards); i++) {
		const struct timespec pause = { .tv_nsec = 3000000 };
		struct outcome one, two;

		run_job(boards[i], &one);
		(void)nanosleep(&pause, NULL);          /* another time of day */
		run_job(boards[i], &two);
		if (one.ns != two.ns)
			fail_msg("%s: %llu ns and %llu ns", boards[i], (unsigned long long)one.ns,
				 (unsigned long long)two.ns);
		assert_true(one.ns > 100000000u);       /* it did take its time */
		assert_true(one.usb.urbs == two.usb.urbs);
		assert_true(one.usb.bytes_out == two.usb.bytes_out);
		assert_true(one.usb.bytes_in == two.usb.bytes_in);
		assert_true(one.chip.instructions == two.chip.instructions);
		assert_true(one.chip.units_programmed == two.chip.units_programmed);
		assert_true(one.chip.sectors_erased == two.chip.sectors_erased);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			program__twice__takes_the_same_nanoseconds_transfers_and_instructions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
