/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * device.c - probe and chip for the personalities, through this program's own session.
 */
#define _GNU_SOURCE /* secure_getenv */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat/tools.h"

static const enum target_connect ways[] = {
	[STOCK_NORMAL] = CONNECT_NORMAL, [STOCK_UNDER_RESET] = CONNECT_UNDER_RESET,
	[STOCK_HOT_PLUG] = CONNECT_HOTPLUG,
};

enum sl_err tool_open(struct tool *t, struct ctx *c, const struct stock_args *a)
{
	enum sl_err err;

	memset(t, 0, sizeof(*t));
	t->options.quiet = true;
	t->options.connect = ways[a->connect];
	t->options.speed_khz = a->freq_khz;
	t->options.flash_bytes = a->flash_bytes;
	t->options.device = a->device ? a->device : secure_getenv("STLINK_DEVICE");
	if (a->serial) {
		(void)snprintf(t->device, sizeof(t->device), "serial:%s", a->serial);
		t->options.device = t->device;
	}
	err = output_open(&t->out, c, &t->options);
	say_listen(c, a->debug);
	c->log.max = a->quiet ? LOG_ERR : c->log.max;
	session_init(&t->s, c, &t->options, &t->out);
	t->chip = stock_find(0);
	return err;
}

enum sl_err tool_attach(struct tool *t, bool *at_chip)
{
	enum sl_err err = session_climb(&t->s, RUNG_PROBE);
	const struct target_info *info;

	*at_chip = !err;
	if (!err)
		err = session_climb(&t->s, RUNG_TARGET);
	if (err)
		return err;
	info = target_get_info(t->s.target);
	t->chip = stock_find(info->dev_id);
	t->flash_bytes = info->flash_kb * 1024;
	t->sram_bytes = t->chip->sram_bytes;
	return SL_OK;
}

enum sl_err tool_close(struct tool *t, enum sl_err so_far)
{
	enum sl_err err = session_close(&t->s, so_far);

	return err ? err : output_close(&t->out, t->s.ctx);
}
