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

#include "link/link.h"
#include "link/transport.h"

static bool can_a, can_b;
static enum sl_err open_a, open_b;
static unsigned opened_a, opened_b;
static struct transport transport_a, transport_b;
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
	*out = &transport_b;
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
	assert_int_equal(try(true, SL_BUSY, true, SL_OK, &t), SL_OK);
	assert_ptr_equal(t, &transport_b);
}

static void open__all_fail__reports_the_first(void **state)
{
	struct transport *t;

	(void)state;
	assert_int_equal(try(true, SL_PERM, true, SL_BUSY, &t), SL_PERM);
	assert_string_equal(ctx.fault.text, "a failed");
	assert_int_equal(opened_b, 1);
	assert_int_equal(try(true, SL_BUSY, true, SL_HOST, &t), SL_BUSY);
	assert_string_equal(ctx.fault.text, "a failed");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open__first_that_can__is_taken),
		cmocka_unit_test(open__permission_or_busy__passes_on_to_the_next),
		cmocka_unit_test(open__all_fail__reports_the_first),
		cmocka_unit_test(open__other_failure__ends_the_search),
		cmocka_unit_test(open__none_can__says_why),
		cmocka_unit_test(link_open__unreachable_probe__fails_without_a_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
