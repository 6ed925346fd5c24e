/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_peek.c - what a probe that nobody holds is asked, and that it is let go.
 *
 * Has transports of its own in the place of link/transports.c: the script is what any probe is opened as.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "link/peek.h"
#include "tests/support/script.h"

#define V2J37 "29 47 83 04 48 37"
#define V2J12 "23 04 83 04 48 37"
#define SUPPLY { "f7", "f1 05 00 00 0b 08 00 00", NULL, 0, 0 }

static const struct probe_kind v2 = { .name = "ST-LINK/V2", .generation = PROBE_V2, .pid = 0x3748 };
static const struct probe_kind v1 = { .name = "ST-LINK/V1", .generation = PROBE_V1, .pid = 0x3744 };

static struct fake_clock clock_;
static struct ctx ctx;
static struct script script;
static unsigned opened;
static enum sl_err open_says;

enum sl_err transport_open(struct ctx *c, const struct probe *p, struct transport **out)
{
	(void)p;
	opened++;
	*out = &script.base;
	return open_says ? ctx_fail(c, open_says, "test", "not to be opened") : SL_OK;
}

enum sl_err transport_xfer(struct transport *t, struct ctx *c, struct xfer *x)
{
	x->got = 0;
	return t->ops->xfer(t, c, x);
}

enum sl_err transport_reset(struct transport *t, struct ctx *c)
{
	return t->ops->reset(t, c);
}

void transport_close(struct transport *t, struct ctx *c)
{
	t->ops->close(t, c);
}

static enum sl_err peek_at(const struct probe *p, const struct script_step *steps, size_t n,
			   struct probe_peek *out)
{
	enum sl_err err;

	fake_clock_init(&clock_);
	ctx_init(&ctx);
	ctx.clock = &clock_.clock;
	script_init(&script, &clock_, steps, n);
	opened = 0;
	memset(out, 0x55, sizeof(*out));
	err = probe_peek(&ctx, p, out);
	assert_int_equal(ctx.fault.code, err);
	return err;
}

/* A V2, free; the script is played to its end, and the probe let go. */
static enum sl_err peek(const struct script_step *steps, size_t n, struct probe_peek *out)
{
	const struct probe p = { .kind = &v2 };
	enum sl_err err = peek_at(&p, steps, n, out);

	assert_int_equal(opened, 1);
	script_done(&script);
	assert_true(script.closed);
	return err;
}

static void peek__free_probe__says_version_mode_and_supply(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "01 00", NULL, 0, 0 }, SUPPLY,
	};
	struct probe_peek out;

	(void)state;
	assert_int_equal(peek(steps, ARRAY_LEN(steps), &out), SL_OK);
	assert_string_equal(out.version.text, "V2J37S7");
	assert_false(out.zeros);
	assert_false(out.other_pid);
	assert_false(out.bootloader);
	assert_true(out.supply_asked);
	assert_true(out.supply_known);
	assert_int_equal(out.supply_mv, 3249);
}

static void peek__boot_loader__is_not_asked_for_the_supply_and_may_have_another_id(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", "29 47 83 04 4b 37", NULL, 0, 0 }, { "f5", "00 00", NULL, 0, 0 },
	};
	struct probe_peek out;

	(void)state;
	assert_int_equal(peek(steps, ARRAY_LEN(steps), &out), SL_OK);
	assert_true(out.bootloader);
	assert_false(out.other_pid);
	assert_false(out.supply_asked);
	assert_false(out.supply_known);
}

static void peek__firmware_that_cannot_measure__is_not_asked(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", V2J12, NULL, 0, 0 }, { "f5", "02 00", NULL, 0, 0 },
	};
	struct probe_peek out;

	(void)state;
	assert_int_equal(peek(steps, ARRAY_LEN(steps), &out), SL_OK);
	assert_false(out.bootloader);
	assert_false(out.supply_asked);
}

static void peek__firmware_with_other_ids_than_the_descriptor__is_told(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", "29 5b 83 04 4b 37", NULL, 0, 0 }, { "f5", "01 00", NULL, 0, 0 }, SUPPLY,
	};
	struct probe_peek out;

	(void)state;
	assert_int_equal(peek(steps, ARRAY_LEN(steps), &out), SL_OK);
	assert_true(out.other_pid);
}

static void peek__zeros__are_told_and_no_fault(void **state)
{
	static const struct script_step steps[] = { { "f1 80", "00 00 00 00 00 00", NULL, 0, 0 } };
	struct probe_peek out;

	(void)state;
	assert_int_equal(peek(steps, ARRAY_LEN(steps), &out), SL_OK);
	assert_true(out.zeros);
	assert_string_equal(out.version.text, "");
}

static void peek__supply_that_is_not_answered__is_unasked_and_no_fault(void **state)
{
	static const struct script_step steps[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", "01 00", NULL, 0, 0 },
		{ "f7", NULL, NULL, SL_TIMEOUT, 0 },
	};
	struct probe_peek out;

	(void)state;
	assert_int_equal(peek(steps, ARRAY_LEN(steps), &out), SL_OK);
	assert_false(out.supply_asked);
	assert_false(out.supply_known);
	assert_string_equal(out.version.text, "V2J37S7");
}

static void peek__any_other_failure__is_the_fault_and_the_probe_is_let_go(void **state)
{
	static const struct script_step lost[] = { { "f1 80", NULL, NULL, SL_TIMEOUT, 0 } };
	static const struct script_step strange[] = { { "f1 80", "ff ff ff ff ff ff", NULL, 0, 0 } };
	static const struct script_step no_mode[] = {
		{ "f1 80", V2J37, NULL, 0, 0 }, { "f5", NULL, NULL, SL_GONE, 0 },
	};
	struct probe_peek out;

	(void)state;
	assert_int_equal(peek(lost, 1, &out), SL_TIMEOUT);
	assert_int_equal(script.last_timeout_ms, 500);
	assert_int_equal(peek(strange, 1, &out), SL_PROTO);
	assert_false(out.zeros);
	assert_int_equal(peek(no_mode, 2, &out), SL_GONE);
	assert_int_equal(script.last_timeout_ms, 500);
	assert_false(out.bootloader);
	assert_string_equal(out.version.text, "");
	open_says = SL_PERM;
	assert_int_equal(peek_at(&(struct probe){ .kind = &v2 }, NULL, 0, &out), SL_PERM);
	open_says = SL_OK;
	assert_int_equal(opened, 1);
	assert_false(script.closed);
}

static void peek__probe_that_somebody_has__is_not_opened(void **state)
{
	struct probe claimed = { .kind = &v2, .driver = "usbfs" };
	struct probe no_node = { .kind = &v1, .driver = "usb-storage" };
	struct probe_peek out;

	(void)state;
	assert_int_equal(peek_at(&claimed, NULL, 0, &out), SL_BUSY);
	assert_int_equal(opened, 0);
	assert_int_equal(peek_at(&no_node, NULL, 0, &out), SL_PERM);
	strcpy(no_node.sg_node, "/nonexistent/sg2");
	assert_int_equal(peek_at(&no_node, NULL, 0, &out), SL_PERM);
	assert_int_equal(opened, 0);
}

/* A V1 whose node may be used, one that no driver has, and a V2 that any driver has are opened. */
static void peek__probe_that_is_free__is_opened(void **state)
{
	static const struct probe free_ones[] = {
		{ .kind = &v1, .driver = "usb-storage", .sg_node = "/dev/null" },
		{ .kind = &v1 }, { .kind = &v2, .driver = "cdc_acm" }, { .url = "usbip:host/1-1" },
	};
	static const struct script_step zeros[] = { { "f1 80", "00 00 00 00 00 00", NULL, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(free_ones); i++) {
		struct probe_peek out;

		assert_int_equal(peek_at(&free_ones[i], zeros, 1, &out), SL_OK);
		assert_int_equal(opened, 1);
		assert_true(out.zeros);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peek__free_probe__says_version_mode_and_supply),
		cmocka_unit_test(peek__boot_loader__is_not_asked_for_the_supply_and_may_have_another_id),
		cmocka_unit_test(peek__firmware_that_cannot_measure__is_not_asked),
		cmocka_unit_test(peek__firmware_with_other_ids_than_the_descriptor__is_told),
		cmocka_unit_test(peek__zeros__are_told_and_no_fault),
		cmocka_unit_test(peek__supply_that_is_not_answered__is_unasked_and_no_fault),
		cmocka_unit_test(peek__any_other_failure__is_the_fault_and_the_probe_is_let_go),
		cmocka_unit_test(peek__probe_that_somebody_has__is_not_opened),
		cmocka_unit_test(peek__probe_that_is_free__is_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
