/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * peek.c - what a probe that nobody holds says of itself, in three questions.
 *
 * Changes nothing: no mode is left or entered, no kernel driver is detached, the chip is not
 * spoken to. Sessions are opened by link/open.c.
 */
#include "link/peek.h"

#include <string.h>
#include <unistd.h>

#include "link/session.h"
#include "link/voltage.h"

static const char where[] = "link";

enum { PEEK_MS = 500, DISK_LOOK_MS = 300 };

/* Through libusb a V1 would have to be taken from usb-storage, and its nodes would go. */
static enum sl_err check_quiet(struct ctx *c, const struct probe *p)
{
	bool v1 = p->kind && p->kind->generation == PROBE_V1;

	if (strcmp(p->driver, "usbfs") == 0)
		return ctx_fail(c, SL_BUSY, where, "another program holds it");
	if (!v1 || p->driver[0] == '\0')
		return SL_OK;
	if (p->sg_node[0] == '\0' || access(p->sg_node, R_OK | W_OK) != 0)
		return ctx_fail(c, SL_PERM, where, "its sg node cannot be used");
	if (probe_disk_waits(c, p, DISK_LOOK_MS))
		return ctx_fail(c, SL_BUSY, where, "its fake disk keeps the kernel waiting");
	return SL_OK;
}

static enum sl_err ask_mode(struct link *l, struct ctx *c, bool *bootloader)
{
	uint8_t reply[2] = { 0 };
	struct command cmd = command_query(GROUP_MODE, reply, sizeof(reply));
	enum sl_err err;

	cmd.x.timeout_ms = PEEK_MS;
	err = link_run(l, c, &cmd);
	*bootloader = !err && reply[0] == LINK_DFU;
	return err;
}

/* The converter is asked outside the boot loader alone, which does not know the question. */
static void ask_supply(struct link *l, struct ctx *c, struct probe_peek *out)
{
	capability_fill(&l->version, &l->caps);
	if (out->bootloader || !l->caps.voltage)
		return;
	if (voltage_measure(l, c, &out->supply_mv, &out->supply_known))
		ctx_clear(c);
	else
		out->supply_asked = true;
}

static bool all_zero(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (data[i])
			return false;
	return true;
}

static enum sl_err ask(struct link *l, struct ctx *c, const struct probe *p, struct probe_peek *out)
{
	enum sl_err err = session_learn_version(l, c, PEEK_MS);

	if (err == SL_PROTO && all_zero(l->version_raw, sizeof(l->version_raw))) {
		ctx_clear(c);
		out->zeros = true;
		return SL_OK;
	}
	if (!err)
		err = ask_mode(l, c, &out->bootloader);
	if (err)
		return err;
	out->version = l->version;
	out->other_pid = p->kind && !out->bootloader &&
			 (l->version.vid != PROBE_VID || l->version.pid != p->kind->pid);
	ask_supply(l, c, out);
	return SL_OK;
}

enum sl_err probe_peek(struct ctx *c, const struct probe *p, struct probe_peek *out)
{
	struct link l = { 0 };
	enum sl_err err = check_quiet(c, p);

	memset(out, 0, sizeof(*out));
	if (!err)
		err = transport_open(c, p, &l.t);
	if (err)
		return err;
	err = ask(&l, c, p, out);
	transport_close(l.t, c);
	return err;
}
