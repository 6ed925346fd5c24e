/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * framing.c - which framing a probe's generation speaks, as a table.
 */
#include "usb/usb.h"

static enum sl_err (*const framing_of[])(struct ctx *, struct pipe *, struct transport **) = {
	[PROBE_V1] = usb_framing_bulk_only,
	[PROBE_V2] = usb_framing_v2,
	[PROBE_V3] = usb_framing_v2,
};

enum sl_err usb_framing_for(struct ctx *c, const struct probe *probe, struct pipe *p,
			    struct transport **out)
{
	/* A probe behind USB/IP is only known by the PID that the pipe found. */
	const struct probe_kind *kind = probe->kind ? probe->kind : probe_kind_of_pid(p->pid);

	if (!kind)
		return ctx_fail(c, SL_NOPROBE, "usb", "0483:%04x is no ST-LINK", p->pid);
	return framing_of[kind->generation](c, p, out);
}
