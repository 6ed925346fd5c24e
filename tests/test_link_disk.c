/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_disk.c - a fake disk that keeps the kernel waiting: how it is noticed, and which
 * carrier is taken then.
 */
#define _GNU_SOURCE /* O_CLOEXEC */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "link/session.h"
#include "tests/support/fake_sysfs.h"
#include "tests/support/script.h"

#define COUNTS "class/scsi_generic/sg2/device/"
#define V1J13 "13 40 83 04 44 37"
#define OPENING { "f1 80", V1J13, NULL, 0, 0 }, { "f5", "01 00", NULL, 0, 0 }

enum { HANGS_MS = 31000 };

static struct ctx ctx;
static struct fake_clock time_;
static struct clock clock_;
static struct probe probe;
static uint64_t moves_at_us, plug_at_us;

static void counts(const char *busy, const char *sent, const char *done)
{
	fake_file(COUNTS "device_busy", busy);
	fake_file(COUNTS "iorequest_cnt", sent);
	fake_file(COUNTS "iodone_cnt", done);
}

static void sleep_and_change(const struct clock *k, uint64_t us)
{
	uint64_t before = time_.now_us;

	(void)k;
	time_.now_us += us;
	if (before < moves_at_us && time_.now_us >= moves_at_us)
		counts("1", "0x5", "0x4");
	if (before < plug_at_us && time_.now_us >= plug_at_us) {
		fake_unplug(fake_v1.port);
		fake_plug(&fake_v1);
		fake_node("sg2");
	}
}

static int setup(void **state)
{
	(void)state;
	if (fake_sysfs_setup(&ctx))
		return -1;
	fake_clock_init(&time_);
	clock_ = time_.clock;
	clock_.sleep_us = sleep_and_change;
	ctx.clock = &clock_;
	moves_at_us = plug_at_us = 0;
	fake_plug(&fake_v1);
	return probe_find(&ctx, NULL, &probe) ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	return fake_sysfs_teardown();
}

/* ---- noticing ---- */

static void disk__without_counts_or_at_rest__keeps_nobody_waiting(void **state)
{
	(void)state;
	assert_false(probe_disk_waits(&ctx, &probe, 2000));
	counts("0", "0x5", "0x4");      /* one timed out before: done stays behind */
	assert_false(probe_disk_waits(&ctx, &probe, 2000));
	counts("a disk", "0x5", "0x4");
	assert_false(probe_disk_waits(&ctx, &probe, 2000));
	assert_int_equal(time_.now_us, 0);
}

static int next_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	(void)close(fd);
	return fd;
}

static void disk__looked_at__leaves_no_descriptor_open(void **state)
{
	int before = next_descriptor();

	(void)state;
	counts("0", "0x5", "0x4");
	assert_false(probe_disk_waits(&ctx, &probe, 2000));
	counts("a disk", "0x5", "0x4");
	assert_false(probe_disk_waits(&ctx, &probe, 2000));
	assert_int_equal(next_descriptor(), before);
}

static void disk__one_command_without_an_answer__is_noticed_after_the_time_given(void **state)
{
	(void)state;
	counts("1", "0x4", "0x3");
	assert_true(probe_disk_waits(&ctx, &probe, 2000));
	assert_in_range(time_.now_us, 2000000, 2100000);
}

static void disk__answers_while_we_look__keeps_nobody_waiting(void **state)
{
	(void)state;
	counts("1", "0x4", "0x3");
	moves_at_us = 400000;
	assert_false(probe_disk_waits(&ctx, &probe, 2000));
	assert_in_range(time_.now_us, 400000, 500000);
}

static void disk__signal__ends_the_looking(void **state)
{
	static const volatile sig_atomic_t signalled = 15;

	(void)state;
	counts("1", "0x4", "0x3");
	ctx.signal_flag = &signalled;
	assert_false(probe_disk_waits(&ctx, &probe, 2000));
	assert_int_equal(time_.now_us, 0);
}

/* ---- choosing ---- */

/* "queue" stands in line with the kernel, "around" does not. */
static struct script queue[3], around;
static unsigned queue_opened, around_opened;
static enum sl_err around_err;
static bool held, around_asked;

static bool serve_queue(struct ctx *c, const struct probe *p, char *why, size_t room)
{
	(void)c;
	(void)snprintf(why, room, "queue");
	return p->sg_node[0] && !p->disk_waits;
}

static enum sl_err open_queue(struct ctx *c, const struct probe *p, struct transport **out)
{
	(void)c;
	(void)p;
	assert_true(queue_opened < ARRAY_LEN(queue));
	*out = &queue[queue_opened++].base;
	(*out)->shared = true;
	(*out)->held = held && queue_opened == 1;
	return SL_OK;
}

static bool serve_around(struct ctx *c, const struct probe *p, char *why, size_t room)
{
	(void)c;
	(void)snprintf(why, room, "around");
	around_asked = around_asked || p->disk_waits;
	return p->disk_waits || !p->sg_node[0];
}

static enum sl_err open_around(struct ctx *c, const struct probe *p, struct transport **out)
{
	(void)p;
	around_opened++;
	if (around_err)
		return ctx_fail(c, around_err, "around", "refused");
	*out = &around.base;
	return SL_OK;
}

static const struct transport_class class_queue = { "queue", serve_queue, open_queue };
static const struct transport_class class_around = { "around", serve_around, open_around };
static const struct transport_class *const classes[] = { &class_queue, &class_around, NULL };

static const struct script_step session[] = { OPENING };
static const struct script_step first_only[] = { { "f1 80", V1J13, NULL, 0, HANGS_MS } };

static void scripts(enum sl_err err, bool first_held)
{
	queue_opened = around_opened = 0;
	around_err = err;
	held = first_held;
	around_asked = false;
	for (size_t i = 0; i < ARRAY_LEN(queue); i++)
		script_init(&queue[i], &time_, session, ARRAY_LEN(session));
	script_init(&around, &time_, session, ARRAY_LEN(session));
	if (first_held)
		script_init(&queue[0], &time_, first_only, ARRAY_LEN(first_only));
}

static void open_and_close(void)
{
	struct link *l = NULL;

	if (link_open_among(&ctx, classes, &probe, &l))
		fail_msg("%s", ctx.fault.text);
	link_close(l, &ctx);
}

static void link_open__disk_at_rest__stands_in_line_and_asks_nobody(void **state)
{
	(void)state;
	counts("0", "0x10", "0x10");
	scripts(SL_OK, false);
	open_and_close();
	assert_int_equal(queue_opened, 1);
	assert_int_equal(around_opened, 0);
	assert_int_equal(time_.now_us, 0);
	script_done(&queue[0]);
}

static void link_open__disk_that_hangs__goes_around_without_a_single_command_in_line(void **state)
{
	(void)state;
	counts("1", "0x4", "0x3");
	scripts(SL_OK, false);
	open_and_close();
	assert_int_equal(queue_opened, 1);
	assert_int_equal(queue[0].at, 0);
	assert_true(queue[0].closed);
	assert_int_equal(around_opened, 1);
	script_done(&around);
	assert_in_range(time_.now_us, 2000000, 2100000);
}

static void link_open__disk_that_hangs_and_no_way_around__stands_in_line_after_all(void **state)
{
	(void)state;
	counts("1", "0x4", "0x3");
	scripts(SL_PERM, false);
	open_and_close();
	assert_true(around_asked);
	assert_int_equal(queue_opened, 2);
	assert_true(queue[0].closed);
	script_done(&queue[1]);
}

static void link_open__first_command_was_held__looks_for_another_way(void **state)
{
	(void)state;
	counts("0", "0x4", "0x3");
	scripts(SL_OK, true);
	/* Quiet when it was opened; the disk driver came after that. */
	open_and_close();
	assert_int_equal(queue_opened, 2);
	assert_true(queue[0].closed);
	script_done(&queue[1]);
}

static void link_open__first_command_was_held_and_the_disk_hangs_still__goes_around(void **state)
{
	struct link *l = NULL;

	(void)state;
	scripts(SL_OK, true);
	counts("1", "0x4", "0x3");
	moves_at_us = 100000;           /* moved while we looked, then came to rest again */
	if (link_open_among(&ctx, classes, &probe, &l))
		fail_msg("%s", ctx.fault.text);
	link_close(l, &ctx);
	assert_int_equal(queue_opened, 2);
	assert_int_equal(queue[1].at, 0);
	script_done(&queue[0]);
	script_done(&around);
}

/* ---- too early ---- */

static void link_open__just_plugged_in_and_nothing_else_allowed__waits_for_the_sg_node(void **state)
{
	struct fake_device d = fake_v1;

	(void)state;
	fake_unplug(d.port);
	d.sg = d.disk = NULL;
	fake_plug(&d);
	assert_int_equal(probe_find(&ctx, NULL, &probe), SL_OK);
	scripts(SL_PERM, false);
	plug_at_us = 900000;
	open_and_close();
	assert_int_equal(queue_opened, 1);
	assert_in_range(time_.now_us, 900000, 1000000);
	script_done(&queue[0]);
}

static void link_open__the_sg_node_never_comes__fails_as_before_after_3_s(void **state)
{
	struct fake_device d = fake_v1;
	struct link *l = NULL;

	(void)state;
	fake_unplug(d.port);
	d.sg = d.disk = NULL;
	fake_plug(&d);
	assert_int_equal(probe_find(&ctx, NULL, &probe), SL_OK);
	scripts(SL_PERM, false);
	assert_int_equal(link_open_among(&ctx, classes, &probe, &l), SL_PERM);
	assert_non_null(strstr(ctx.fault.text, "refused"));
	assert_in_range(time_.now_us, 3000000, 3100000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(disk__without_counts_or_at_rest__keeps_nobody_waiting),
		TEST(disk__looked_at__leaves_no_descriptor_open),
		TEST(disk__one_command_without_an_answer__is_noticed_after_the_time_given),
		TEST(disk__answers_while_we_look__keeps_nobody_waiting),
		TEST(disk__signal__ends_the_looking),
		TEST(link_open__disk_at_rest__stands_in_line_and_asks_nobody),
		TEST(link_open__disk_that_hangs__goes_around_without_a_single_command_in_line),
		TEST(link_open__disk_that_hangs_and_no_way_around__stands_in_line_after_all),
		TEST(link_open__first_command_was_held__looks_for_another_way),
		TEST(link_open__first_command_was_held_and_the_disk_hangs_still__goes_around),
		TEST(link_open__just_plugged_in_and_nothing_else_allowed__waits_for_the_sg_node),
		TEST(link_open__the_sg_node_never_comes__fails_as_before_after_3_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
