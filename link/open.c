/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * open.c - opening a probe that sysfs showed, and finding it again by its port.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/session.h"

/* A V1 that was reached by its sg node gets it back about 1 s after it re-enumerated
 * (usb-storage's delay_use): until then no other carrier is tried. */
enum { SG_NODE_WAIT_MS = 3000 };

struct reopening {
	const struct transport_class *const *classes;
	struct probe was;
	struct deadline sg_wait;
	bool waiting;
};

static enum sl_err reopen_by_port(void *priv, struct ctx *c, struct transport **out)
{
	struct reopening *r = priv;
	struct probe now;
	enum sl_err err = probe_refind(c, &r->was, &now);

	if (err)
		return err;
	if (!r->waiting) {
		r->waiting = true;
		r->sg_wait = ctx_deadline(c, SG_NODE_WAIT_MS);
	}
	if (r->was.sg_node[0] && !now.sg_node[0] && !ctx_expired(c, r->sg_wait))
		return ctx_fail(c, SL_NOPROBE, "link", "the probe is back but has no sg node yet");
	return transport_open_among(c, r->classes, &now, out);
}

/* A probe that fails on its second best carrier: why it was not the best may be the cause. */
static void add_passed_over(struct ctx *c, const char *why)
{
	size_t used = strlen(c->fault.text);

	if (why[0])
		(void)snprintf(c->fault.text + used, sizeof(c->fault.text) - used,
			       " (before that, %s)", why);
}

enum sl_err link_open_among(struct ctx *c, const struct transport_class *const *classes,
			    const struct probe *p, struct link **out)
{
	struct reopening *r = calloc(1, sizeof(*r));
	struct transport *t = NULL;
	char passed_over[sizeof(t->passed_over)];
	enum sl_err err;

	if (!r)
		return ctx_fail(c, SL_NOMEM, "link", "no memory for a probe");
	r->classes = classes;
	r->was = *p;
	err = transport_open_among(c, classes, p, &t);
	if (err)
		goto out;
	memcpy(passed_over, t->passed_over, sizeof(passed_over));
	err = link_open_on(c, t, reopen_by_port, r, out);
	if (err) {
		add_passed_over(c, passed_over);
		goto out;
	}
	/* Only opening leaves DFU mode, so the reopening is done with afterwards. */
	(*out)->reopen = NULL;
	(*out)->reopen_priv = NULL;
out:
	free(r);
	return err;
}

enum sl_err link_open(struct ctx *c, const struct probe *p, struct link **out)
{
	return link_open_among(c, transport_classes, p, out);
}
