/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_transport.c - which carrier opens a probe, and whose failure is reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "link/session.h"
#include "tests/support/fake_sysfs.h"
#include "tests/support/script.h"

static bool can_a, can_b;
static enum sl_err open_a, open_b;
static unsigned opened_a, opened_b;
static struct transport transport_a, transport_b, *instead_of_b;
static struct ctx ctx;
static struct probe probe;

static bool serve(bool can, const char *name, char *why, size_t room)
{
	(void)snprintf(why, room, "%s %s", name, can ? "is usable" : "is missing");
	return can;
}

static bool serve_a(struct ctx *c, const struct probe *p, char *why, size_t room)
{
	(void)c;
	(void)p;
	return serve(can_a, "node a", why, room);
}

static bool serve_b(struct ctx *c, const struct probe *p, char *why, size_t room)
{
	(void)c;
	(void)p;
	return serve(can_b, "node b", why, room);
}

static enum sl_err do_open_a(struct ctx *c, const struct probe *p, struct transport **out)
{
	(void)p;
	opened_a++;
	if (open_a)
		return ctx_fail(c, open_a, "a", "a failed");
	*out = &transport_a;
	return SL_OK;
}

static enum sl_err do_open_b(struct ctx *c, const struct probe *p, struct transport **out)
{
	(void)p;
	opened_b++;
	if (open_b)
		return ctx_fail(c, open_b, "b", "b failed");
	*out = instead_of_b ? instead_of_b : &transport_b;
	return SL_OK;
}

static const struct transport_class class_a = { "a", serve_a, do_open_a };
static const struct transport_class class_b = { "b", serve_b, do_open_b };
static const struct transport_class *const classes[] = { &class_a, &class_b, NULL };

static enum sl_err try(bool a, enum sl_err err_a, bool b, enum sl_err err_b, struct transport **out)
{
	ctx_init(&ctx);
	memset(&probe, 0, sizeof(probe));
	probe.kind = probe_kind_of_pid(0x3744);
	can_a = a;
	can_b = b;
	open_a = err_a;
	open_b = err_b;
	opened_a = opened_b = 0;
	*out = NULL;
	return transport_open_among(&ctx, classes, &probe, out);
}

static void open__first_that_can__is_taken(void **state)
{
	struct transport *t;

	(void)state;
	assert_int_equal(try(true, SL_OK, true, SL_OK, &t), SL_OK);
	assert_ptr_equal(t, &transport_a);
	assert_int_equal(opened_b, 0);
	assert_int_equal(try(false, SL_OK, true, SL_OK, &t), SL_OK);
	assert_ptr_equal(t, &transport_b);
	assert_int_equal(opened_a, 0);
}

static void open__permission_or_busy__passes_on_to_the_next(void **state)
{
	struct transport *t;

	(void)state;
	assert_int_equal(try(true, SL_PERM, true, SL_OK, &t), SL_OK);
	assert_ptr_equal(t, &transport_b);
	assert_int_equal(ctx.fault.code, SL_OK);
	assert_string_equal(t->passed_over, "a: a failed");
	assert_int_equal(try(false, SL_OK, true, SL_OK, &t), SL_OK);
	assert_string_equal(t->passed_over, "");
	assert_int_equal(try(true, SL_BUSY, true, SL_OK, &t), SL_OK);
	assert_ptr_equal(t, &transport_b);
}

static void open__all_fail__reports_the_first_and_names_the_others(void **state)
{
	struct transport *t;

	(void)state;
	assert_int_equal(try(true, SL_PERM, true, SL_BUSY, &t), SL_PERM);
	assert_string_equal(ctx.fault.text, "a failed; then b: b failed");
	assert_int_equal(opened_b, 1);
	assert_int_equal(try(true, SL_BUSY, true, SL_HOST, &t), SL_BUSY);
	assert_string_equal(ctx.fault.text, "a failed; then b: b failed");
	assert_int_equal(try(true, SL_BUSY, false, SL_OK, &t), SL_BUSY);
	assert_null(t);
}

static void open__other_failure__ends_the_search(void **state)
{
	struct transport *t;

	(void)state;
	assert_int_equal(try(true, SL_GONE, true, SL_OK, &t), SL_GONE);
	assert_int_equal(opened_b, 0);
	assert_null(t);
}

static void open__none_can__says_why(void **state)
{
	struct transport *t;

	(void)state;
	assert_int_equal(try(false, SL_OK, false, SL_OK, &t), SL_NOPROBE);
	assert_non_null(strstr(ctx.fault.text, "ST-LINK/V1"));
	assert_non_null(strstr(ctx.fault.text, "node b is missing"));
}

static void link_open__unreachable_probe__fails_without_a_link(void **state)
{
	struct link *l = NULL;
	struct probe gone = { .port = "9-9", .usb_node = "/nonexistent/bus/usb/009/009" };

	(void)state;
	ctx_init(&ctx);
	gone.kind = probe_kind_of_pid(0x3748);
	assert_int_not_equal(link_open(&ctx, &gone, &l), SL_OK);
	assert_null(l);
	assert_true(ctx.fault.text[0] != '\0');
	transport_close(NULL, &ctx);
}

static void link_open__fails_on_the_second_carrier__names_the_refusal_of_the_first(void **state)
{
	static const struct script_step dead[] = {
		{ "f1 80", NULL, NULL, SL_GONE, 0 },
	};
	static struct script script;
	static struct fake_clock clock;
	struct link *l = NULL;

	(void)state;
	ctx_init(&ctx);
	fake_clock_init(&clock);
	ctx.clock = &clock.clock;
	script_init(&script, &clock, dead, ARRAY_LEN(dead));
	can_a = can_b = true;
	open_a = SL_PERM;
	open_b = SL_OK;
	instead_of_b = &script.base;
	assert_int_equal(link_open_among(&ctx, classes, &probe, &l), SL_GONE);
	instead_of_b = NULL;
	assert_string_equal(ctx.fault.text, "scripted failure (before that, a: a failed)");
	assert_true(script.closed);
}

/* ---- coming back by port ---- */

#define V1J13 "13 40 83 04 44 37"
#define IDLE { "f5", "01 00", NULL, 0, 0 }

static const struct script_step in_dfu[] = {
	{ "f1 80", V1J13, NULL, 0, 0 }, { "f5", "00 00", NULL, 0, 0 },
	{ "f3 07", NULL, NULL, SL_GONE, 0 },
};
static const struct script_step out_of_dfu[] = { IDLE, { "f1 80", V1J13, NULL, 0, 0 }, IDLE };

static struct script lives[2];
static size_t life;
static struct probe opened[2];
static struct fake_clock time_;
static struct clock clock_;
static uint64_t back_at_us, node_at_us;         /* when the device and its sg node appear */

static void sleep_and_replug(const struct clock *k, uint64_t us)
{
	uint64_t before = time_.now_us, now = before + us;
	struct fake_device d = fake_v1;

	(void)k;
	time_.now_us = now;
	d.address = 8;
	d.serial = "53FF6D064966505632152187";
	d.sg = NULL;
	if (before < back_at_us && now >= back_at_us)
		fake_plug(&d);
	d.sg = "sg5";
	if (before < node_at_us && now >= node_at_us) {
		fake_unplug(d.port);
		fake_plug(&d);
	}
}

static bool serve_life(struct ctx *c, const struct probe *p, char *why, size_t room)
{
	(void)c;
	(void)p;
	return serve(true, "life", why, room);
}

static enum sl_err open_life(struct ctx *c, const struct probe *p, struct transport **out)
{
	(void)c;
	assert_true(life < ARRAY_LEN(lives));
	opened[life] = *p;
	*out = &lives[life++].base;
	if (life == 1)
		fake_unplug(p->port);
	return SL_OK;
}

static const struct transport_class class_life = { "life", serve_life, open_life };
static const struct transport_class *const life_classes[] = { &class_life, NULL };

static enum sl_err open_v1_in_dfu(uint64_t back_us, uint64_t node_us, struct link **out)
{
	assert_int_equal(fake_sysfs_setup(&ctx), 0);
	fake_plug(&fake_v1);
	fake_clock_init(&time_);
	clock_ = time_.clock;
	clock_.sleep_us = sleep_and_replug;
	ctx.clock = &clock_;
	script_init(&lives[0], &time_, in_dfu, ARRAY_LEN(in_dfu));
	script_init(&lives[1], &time_, out_of_dfu, ARRAY_LEN(out_of_dfu));
	life = 0;
	back_at_us = back_us;
	node_at_us = node_us;
	assert_int_equal(probe_find(&ctx, NULL, &probe), SL_OK);
	return link_open_among(&ctx, life_classes, &probe, out);
}

static void link_open__v1_back_from_dfu__waits_for_its_sg_node(void **state)
{
	struct link *l = NULL;

	(void)state;
	assert_int_equal(open_v1_in_dfu(700000, 1800000, &l), SL_OK);
	assert_int_equal(opened[1].address, 8);
	assert_non_null(strstr(opened[1].sg_node, "/sg5"));
	assert_in_range(time_.now_us, 1800000, 2100000);
	link_close(l, &ctx);
	assert_true(lives[0].closed && lives[1].closed);
	assert_int_equal(fake_sysfs_teardown(), 0);
}

static void link_open__v1_back_without_an_sg_node__takes_what_there_is_after_3_s(void **state)
{
	struct link *l = NULL;

	(void)state;
	assert_int_equal(open_v1_in_dfu(700000, 1000000000, &l), SL_OK);
	assert_string_equal(opened[1].sg_node, "");
	assert_in_range(time_.now_us, 3700000, 4000000);
	link_close(l, &ctx);
	assert_int_equal(fake_sysfs_teardown(), 0);
}

static void link_open__v1_that_does_not_come_back__times_out(void **state)
{
	struct link *l = NULL;

	(void)state;
	assert_int_equal(open_v1_in_dfu(1000000000, 2000000000, &l), SL_TIMEOUT);
	assert_null(l);
	assert_true(lives[0].closed);
	assert_in_range(time_.now_us, 15000000, 15200000);
	assert_int_equal(fake_sysfs_teardown(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open__first_that_can__is_taken),
		cmocka_unit_test(open__permission_or_busy__passes_on_to_the_next),
		cmocka_unit_test(open__all_fail__reports_the_first_and_names_the_others),
		cmocka_unit_test(open__other_failure__ends_the_search),
		cmocka_unit_test(open__none_can__says_why),
		cmocka_unit_test(link_open__unreachable_probe__fails_without_a_link),
		cmocka_unit_test(
			link_open__fails_on_the_second_carrier__names_the_refusal_of_the_first),
		cmocka_unit_test(link_open__v1_back_from_dfu__waits_for_its_sg_node),
		cmocka_unit_test(link_open__v1_back_without_an_sg_node__takes_what_there_is_after_3_s),
		cmocka_unit_test(link_open__v1_that_does_not_come_back__times_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
