/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pace.c - how well the real pace keeps the virtual time: one job at both (make check-pace).
 *
 * The job erases and programs a whole STM32F100RB and proves it, about five seconds. Fails
 * above 2 %. Depends on the host, so no part of "make check".
 */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "tests/support/flash_bench.h"

#define BOARD "vldiscovery"
#define JOB_BYTES (128u * 1024u)
#define LIMIT_PERCENT 2.0

struct took {
	double board_s, host_s;
	unsigned long long urbs;
};

static struct took run_job(enum sim_pace pace)
{
	static uint8_t image[JOB_BYTES];
	struct span span = { .addr = BASE, .len = sizeof(image), .data = image };
	struct flash_job j = { .spans = &span, .n_spans = 1, .erase_first = true };
	const struct board_options o = { .pace = pace };
	const struct clock *host = clock_system();
	struct usb_report u;
	struct took t;
	struct bench b;
	uint64_t host_us, board_ns;

	rig_noise(image, sizeof(image), 7);
	bench_open_with(&b, BOARD, &o, true);
	memcpy(b.expect, image, sizeof(image));
	host_us = host->now_us(host);
	board_ns = board_clock(b.rig.bl.board)->now_ns;
	rig_ok(&b.rig, flash_program(b.f, b.rig.c, &j, &b.stats));
	t.host_s = (double)(host->now_us(host) - host_us) / 1e6;
	t.board_s = (double)(board_clock(b.rig.bl.board)->now_ns - board_ns) / 1e9;
	usbdev_get_report(b.rig.bl.board, &u);
	t.urbs = u.urbs;
	check(&b, "job");
	bench_close(&b);
	return t;
}

int main(void)
{
	struct took v, r;
	double off;

	(void)prctl(PR_SET_TIMERSLACK, 1ul);    /* as stlink-sim --realtime does */
	v = run_job(PACE_VIRTUAL);
	r = run_job(PACE_REAL);
	off = (r.host_s / v.board_s - 1.0) * 100.0;
	printf("%s, %u KiB: %llu URBs, %.6f s virtual (in %.3f s); real pace %.6f s by the host's "
	       "clock, %.6f s by the board's: %+.3f %%\n", BOARD, JOB_BYTES / 1024u, v.urbs, v.board_s,
	       v.host_s, r.host_s, r.board_s, off);
	return off > LIMIT_PERCENT || off < -LIMIT_PERCENT;
}
