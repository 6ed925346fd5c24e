/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rig.c - setting up and asking, for T1 tests.
 */
#define _GNU_SOURCE
#include "tests/t1/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void keep_line(void *priv, enum log_level level, const char *line)
{
	struct rig *r = priv;
	size_t used = strlen(r->log);

	(void)level;
	(void)snprintf(r->log + used, sizeof(r->log) - used, "%s\n", line);
}

void rig_start(struct rig *r, const char *kind, const struct mock_options *o,
	       const struct board_options *b)
{
	static const struct board_options usual = { .pace = PACE_HURRY };

	memset(r, 0, sizeof(*r));
	rig_fault(NULL, 0);
	ctx_init(&r->c);
	r->c.log.write = keep_line;
	r->c.log.priv = r;
	r->c.log.max = LOG_DEBUG;
	r->board = board_new(board_kind_find(kind), b ? b : &usual);
	assert_non_null(r->board);
	r->mk = mock_kernel_new();
	(void)mock_kernel_plug(r->mk, r->board, o);
	rig_find(r);
}

void rig_find(struct rig *r)
{
	enum sl_err err;

	mock_kernel_lock(r->mk);
	err = probe_find(&r->c, NULL, &r->probe);
	mock_kernel_unlock(r->mk);
	assert_int_equal(err, SL_OK);
}

void rig_end(struct rig *r)
{
	rig_fault(NULL, 0);
	mock_kernel_free(r->mk);
	board_free(r->board);
}

void rig_set(struct rig *r, const char *key, const char *value)
{
	bool done;

	mock_kernel_lock(r->mk);
	done = board_set(r->board, key, value);
	mock_kernel_unlock(r->mk);
	assert_true(done);
}

void rig_fault(const char *node, int err)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%s=%d", node ? node : "", err);
	if (node && err != 0)
		assert_int_equal(setenv("STLINK_T1_NODE_FAULT", text, 1), 0);
	else
		assert_int_equal(unsetenv("STLINK_T1_NODE_FAULT"), 0);
}

enum sl_err rig_ask(struct rig *r, struct transport *t, uint8_t *in, size_t len, size_t *got)
{
	struct xfer x = { .command = { 0xF1, 0x80 }, .command_len = 2, .dir = XFER_IN, .in = in,
			  .len = len, .timeout_ms = 300 };
	enum sl_err err = transport_xfer(t, &r->c, &x);

	*got = x.got;
	return err;
}

void rig_assert_version(const uint8_t version[6], uint16_t pid)
{
	const uint8_t ids[4] = { 0x83, 0x04, (uint8_t)pid, (uint8_t)(pid >> 8) };

	assert_memory_equal(version + 2, ids, sizeof(ids));
}

double rig_rate(struct rig *r, struct transport *t, unsigned n, const char *name)
{
	uint64_t start = ctx_now_us(&r->c);
	uint8_t in[6];
	size_t got;
	double rate;

	for (unsigned i = 0; i < n; i++)
		assert_int_equal(rig_ask(r, t, in, sizeof(in), &got), SL_OK);
	rate = 1e6 * n / (double)(ctx_now_us(&r->c) - start);
	print_message("%s: %.0f commands a second on the mock kernel\n", name, rate);
	return rate;
}
