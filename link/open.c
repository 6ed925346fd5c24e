/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * open.c - opening a probe that sysfs showed, and finding it again by its port.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link/session.h"

/* A V1 that was reached by its sg node gets it back about 1 s after it re-enumerated
 * (usb-storage's delay_use): until then no other carrier is tried. */
enum { SG_NODE_WAIT_MS = 3000, SG_NODE_POLL_US = 50000 };

/* A disk that answers does so in milliseconds. */
enum { DISK_WAIT_MS = 2000 };

struct reopening {
	const struct transport_class *const *classes;
	struct probe was;
	struct deadline sg_wait;
	bool waiting;
};

/* usb-storage makes the sg node a second after plugging in, and udev its permissions. Where nothing
 * else may be used, that is worth waiting for. */
static enum sl_err wait_for_sg(struct ctx *c, const struct transport_class *const *classes,
			       const struct probe *p, struct transport **out)
{
	struct deadline end = ctx_deadline(c, SG_NODE_WAIT_MS);
	struct probe now = *p;
	enum sl_err err;

	ctx_log(c, LOG_WARN, "the kernel is still looking at the probe: waiting for its sg node");
	do {
		err = ctx_interrupted(c);
		if (err)
			return err;
		ctx_sleep_us(c, SG_NODE_POLL_US);
		err = probe_refind(c, p, &now);
	} while ((err || !now.sg_node[0] || access(now.sg_node, R_OK | W_OK) != 0) &&
		 !ctx_expired(c, end));
	return transport_open_among(c, classes, &now, out);
}

static bool sg_may_come(const struct probe *p)
{
	return p->kind && p->kind->generation == PROBE_V1 && !p->sg_node[0] &&
	       strcmp(p->driver, "usb-storage") == 0;
}

/* The first carrier that fits; not one that stands in line behind a disk driver whose disk does not
 * answer, if there is another. It was opened for this process alone before that is asked: a
 * command that is under way is not another session's. */
static enum sl_err open_any(struct ctx *c, const struct transport_class *const *classes,
			    const struct probe *p, struct transport **out)
{
	struct probe around = *p;
	enum sl_err err = transport_open_among(c, classes, p, out);

	if (err == SL_PERM && sg_may_come(p))
		return wait_for_sg(c, classes, p, out);
	if (err || !(*out)->shared || !probe_disk_waits(c, p, DISK_WAIT_MS))
		return err;
	ctx_log(c, LOG_WARN, "the probe's fake disk does not answer the kernel, which keeps %s "
			     "waiting", p->sg_node);
	transport_close(*out, c);
	around.disk_waits = true;
	err = transport_open_among(c, classes, &around, out);
	if (!err)
		return SL_OK;
	ctx_log(c, LOG_WARN, "there is no way around it: %s", c->fault.text);
	ctx_clear(c);
	err = transport_open_among(c, classes, p, out);
	if (!err)
		(*out)->shared = false;         /* no use in asking again */
	return err;
}

static enum sl_err reopen_by_port(void *priv, struct ctx *c, struct transport **out)
{
	struct reopening *r = priv;
	struct probe now;
	enum sl_err err = probe_refind(c, &r->was, &now);

	if (err)
		return err;
	/* Address and serial number change on the way out of DFU mode; what kind it is does not. */
	if (now.kind != r->was.kind)
		return ctx_fail(c, SL_NOPROBE, "link", "port %s has another kind of probe now",
				r->was.port);
	if (!r->waiting) {
		r->waiting = true;
		r->sg_wait = ctx_deadline(c, SG_NODE_WAIT_MS);
	}
	if (r->was.sg_node[0] && !now.sg_node[0] && !ctx_expired(c, r->sg_wait))
		return ctx_fail(c, SL_NOPROBE, "link", "the probe is back but has no sg node yet");
	return open_any(c, r->classes, &now, out);
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
	err = open_any(c, classes, p, &t);
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
