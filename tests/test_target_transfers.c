/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_target_transfers.c - what info sends, command by command, and what each is needed for.
 *
 * The tables below are compared with the wire log of a session from the opened probe to the closed
 * one, and its bulk transfers with the board's count: a V1 needs three for each command and two
 * for one without data, the others two and one. Opening the device adds control transfers that
 * are the host's, two here.
 */
#include "tests/support/flash_rig.h"

enum { LIMIT_V1 = 40, LIMIT_V2 = 25, LIMIT_V3 = 29, HOSTS_OWN = 2 };

struct sent {
	const char *command, *why;
};

static const struct sent v1[] = {
	{ "GET_VERSION", "what the firmware can do" },
	{ "GET_CURRENT_MODE", "boot loader, or a session that was cut off" },
	{ "ENTER", "wake the debug port" },
	{ "READCOREID", "must come first on a V1; debug port id" },
	{ "READDEBUGREG", "CPUID: which core, and so where the rest is" },
	{ "READDEBUGREG", "DBGMCU_IDCODE: which chip" },
	{ "READMEM_32BIT", "flash size and unique id" },
	{ "GETLASTRWSTATUS", "was that read?" },
	{ "READDEBUGREG", "read protection" },
	{ "EXIT", "let the debug port go" },
};

static const struct sent v2[] = {
	{ "GET_VERSION", "what the firmware can do" },
	{ "GET_CURRENT_MODE", "boot loader, or a session that was cut off" },
	{ "SWD_SET_FREQ", "another program may have left any clock" },
	{ "ENTER", "wake the debug port" },
	{ "READ_IDCODES", "debug port id: is it ST's, is the wire good" },
	{ "READDEBUGREG", "CPUID: which core, and so where the rest is" },
	{ "READDEBUGREG", "DBGMCU_IDCODE: which chip" },
	{ "READMEM_32BIT", "flash size and unique id" },
	{ "GETLASTRWSTATUS2", "was that read?" },
	{ "READDEBUGREG", "read protection" },
	{ "GET_TARGET_VOLTAGE", "supply" },
	{ "EXIT", "let the debug port go" },
};

static const struct sent v3[] = {
	{ "GET_VERSION", "which generation" },
	{ "GET_CURRENT_MODE", "a session that was cut off: EXIT outside debug mode locks a V3 up" },
	{ "GET_VERSION_EX", "what the firmware can do" },
	{ "GET_COM_FREQ", "which clocks there are" },
	{ "SET_COM_FREQ", "another program may have left any clock" },
	{ "ENTER", "wake the debug port" },
	{ "READ_IDCODES", "debug port id: is it ST's, is the wire good" },
	{ "READDEBUGREG", "CPUID: which core, and so where the rest is" },
	{ "READDEBUGREG", "DBGMCU_IDCODE: which chip" },
	{ "READMEM_32BIT", "flash size and unique id" },
	{ "GETLASTRWSTATUS2", "was that read?" },
	{ "READDEBUGREG", "read protection" },
	{ "GET_TARGET_VOLTAGE", "supply" },
	{ "EXIT", "let the debug port go" },
};

static const struct generation {
	const struct sent *sent;
	size_t n;
	uint64_t limit;
} generations[] = {
	{ v1, ARRAY_LEN(v1), LIMIT_V1 },
	{ v2, ARRAY_LEN(v2), LIMIT_V2 },
	{ v3, ARRAY_LEN(v3), LIMIT_V3 },
};

struct watcher {
	const char *board;
	const struct generation *g;
	size_t n;
};

/* "#7 > f2 36 ... (in 8)  READDEBUGREG addr=..." */
static void see(void *priv, enum log_level level, const char *line)
{
	struct watcher *w = priv;
	const char *name = strstr(line, ")  ");

	if (level != LOG_WIRE || !strstr(line, " > ") || !name)
		return;
	name += 3;
	if (w->n >= w->g->n)
		fail_msg("%s: one command too many: %s", w->board, line);
	if (strncmp(name, w->g->sent[w->n].command, strcspn(name, " ")) != 0)
		fail_msg("%s: command %zu is %s, not %s (%s)", w->board, w->n, name,
			 w->g->sent[w->n].command, w->g->sent[w->n].why);
	w->n++;
}

static void info__every_board__sends_what_it_needs_and_no_more(void **state)
{
	(void)state;
	for (const struct board_kind *const *k = board_kinds(); *k; k++) {
		struct watcher w = {
			.board = board_kind_name(*k),
			.g = &generations[board_kind_probe(*k) - 1],
		};
		const struct target_options o = { .connect = CONNECT_NORMAL };
		struct usb_report u;
		struct rig r = { .t = NULL };

		board_link_start(&r.bl, w.board, NULL);
		r.bl.ctx.log = (struct log_sink){ .write = see, .priv = &w, .max = LOG_WIRE };
		assert_int_equal(board_link_connect(&r.bl), SL_OK);
		if (target_attach(&r.bl.ctx, r.bl.link, &o, &r.t))
			fail_msg("%s: %s", w.board, r.bl.ctx.fault.text);
		assert_int_equal(target_detach(r.t, &r.bl.ctx), SL_OK);
		link_close(r.bl.link, &r.bl.ctx);
		r.bl.link = NULL;
		assert_int_equal(w.n, w.g->n);
		usbdev_get_report(r.bl.board, &u);
		assert_int_equal(u.commands, w.n);
		assert_int_equal(u.urbs, u.bulk_urbs + HOSTS_OWN);
		assert_true(u.urbs <= w.g->limit);
		assert_int_equal(u.unasked_status, 0);
		board_link_no_illegal(&r.bl);
		board_link_close(&r.bl);
	}
}

/* The core goes on as it was found, and nothing tells afterwards that somebody looked. */
static void info__running_and_halted_core__is_not_touched(void **state)
{
	(void)state;
	for (int halted = 0; halted < 2; halted++) {
		struct chip_report before, after;
		struct rig r;

		rig_start(&r, "bluepill", NULL);
		if (halted)
			assert_int_equal(chip_write(r.chip, 0xE000EDF0, 4, 0xA05F0003), BUS_OK);
		before = rig_report(&r);
		assert_int_equal(before.core_halted, halted);
		rig_ok(&r, rig_attach(&r, CONNECT_NORMAL));
		rig_ok(&r, target_detach(r.t, r.c));
		r.t = NULL;
		after = rig_report(&r);
		assert_int_equal(after.core_halted, before.core_halted);
		assert_int_equal(after.debug_enabled, before.debug_enabled);
		assert_int_equal(after.demcr, before.demcr);
		assert_int_equal(after.dbgmcu_cr, before.dbgmcu_cr);
		rig_close(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(info__every_board__sends_what_it_needs_and_no_more),
		cmocka_unit_test(info__running_and_halted_core__is_not_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
