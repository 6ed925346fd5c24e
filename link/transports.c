/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * transports.c - the table of carriers, and opening a probe through the first that fits.
 *
 * The only file of link/ that names sg/ and usb/. Adding a transport is one row here.
 */
#include <stdio.h>
#include <string.h>

#include "base/recorder.h"
#include "link/transport.h"

extern const struct transport_class transport_sg, transport_libusb, transport_usbip;

const struct transport_class *const transport_classes[] = {
	&transport_usbip,
	&transport_sg,
#ifndef WITHOUT_LIBUSB
	&transport_libusb,
#endif
	NULL,
};

static bool may_try_next(enum sl_err err)
{
	return err == SL_PERM || err == SL_BUSY;
}

static enum sl_err fail_unreachable(struct ctx *c, const struct probe *p, const char *why)
{
	const char *name = p->kind ? p->kind->name : p->url;

	return ctx_fail(c, SL_NOPROBE, "link", "the %.60s cannot be reached: %.150s", name, why);
}

/* Failures of the classes that were tried: the first is the one to report. */
struct attempts {
	enum sl_err err;
	struct fault fault;
	char passed_over[120];          /* the first failure, with the name of its class */
	char why[160];                  /* the last class that could not serve */
};

static void keep(struct attempts *a, const struct ctx *c, const char *name, enum sl_err err)
{
	size_t used;

	if (!a->err) {
		a->err = err;
		a->fault = c->fault;
		(void)snprintf(a->passed_over, sizeof(a->passed_over), "%s: %.100s", name,
			       c->fault.text);
		return;
	}
	used = strlen(a->fault.text);
	(void)snprintf(a->fault.text + used, sizeof(a->fault.text) - used, "; then %s: %s", name,
		       c->fault.text);
}

static bool can_serve(struct ctx *c, const struct transport_class *class, const struct probe *p,
		      struct attempts *a)
{
	char why[sizeof(a->why)] = "";
	bool can = class->can_serve(c, p, why, sizeof(why));

	ctx_log(c, LOG_INFO, "%s %s: %s", can ? "through" : "not through", class->name, why);
	if (!can && why[0])
		memcpy(a->why, why, sizeof(why));
	return can;
}

static void tell_recorder(const struct ctx *c, const struct probe *p, const struct transport *t)
{
	char text[160];

	(void)snprintf(text, sizeof(text), "%s, %s", p->kind ? p->kind->name : "ST-LINK", t->describe);
	recorder_probe(c->recorder, text);
}

enum sl_err transport_open_among(struct ctx *c, const struct transport_class *const *classes,
				 const struct probe *p, struct transport **out)
{
	struct attempts a = { .err = SL_OK, .why = "no transport knows it" };

	for (; *classes; classes++) {
		enum sl_err err;

		if (!can_serve(c, *classes, p, &a))
			continue;
		err = (*classes)->open(c, p, out);
		if (!err) {
			memcpy((*out)->passed_over, a.passed_over, sizeof(a.passed_over));
			ctx_clear(c);
			tell_recorder(c, p, *out);
			return SL_OK;
		}
		ctx_log(c, LOG_INFO, "%s would not open: %s", (*classes)->name, c->fault.text);
		keep(&a, c, (*classes)->name, err);
		if (!may_try_next(err))
			break;
	}
	if (!a.err)
		return fail_unreachable(c, p, a.why);
	c->fault = a.fault;
	return a.err;
}

enum sl_err transport_open(struct ctx *c, const struct probe *p, struct transport **out)
{
	return transport_open_among(c, transport_classes, p, out);
}

static void note(const struct ctx *c, const struct xfer *x, enum sl_err err, uint64_t start)
{
	static const enum record_dir dirs[] = {
		[XFER_NONE] = RECORD_NONE, [XFER_IN] = RECORD_IN, [XFER_OUT] = RECORD_OUT,
	};
	struct record r = {
		.dir = dirs[x->dir], .len = (uint32_t)x->len, .got = (uint32_t)x->got,
		.data = x->dir == XFER_OUT ? x->out : x->in, .err = err,
		.at_us = start, .took_us = ctx_now_us(c) - start,
	};

	memcpy(r.command, x->command, sizeof(r.command));
	recorder_note(c->recorder, &r);
}

enum sl_err transport_xfer(struct transport *t, struct ctx *c, struct xfer *x)
{
	uint64_t start = c->recorder ? ctx_now_us(c) : 0;
	enum sl_err err;

	x->got = 0;
	err = t->ops->xfer(t, c, x);
	if (c->recorder)
		note(c, x, err, start);
	return err;
}

enum sl_err transport_reset(struct transport *t, struct ctx *c)
{
	if (!t->ops->reset)
		return ctx_fail(c, SL_HOST, "link", "%s cannot be reset", t->describe);
	return t->ops->reset(t, c);
}

void transport_close(struct transport *t, struct ctx *c)
{
	if (t)
		t->ops->close(t, c);
}
