/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * transports.c - the table of carriers, and opening a probe through the first that fits.
 *
 * The only file of link/ that names sg/ and usb/. Adding a transport is one row here.
 */
#include <string.h>

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

enum sl_err transport_open(struct ctx *c, const struct probe *p, struct transport **out)
{
	enum sl_err first_err = SL_OK;
	struct fault first = { .code = SL_OK };
	char why[160] = "", last_why[160] = "no transport knows it";

	for (size_t i = 0; transport_classes[i]; i++) {
		const struct transport_class *class = transport_classes[i];
		enum sl_err err;

		if (!class->can_serve(c, p, why, sizeof(why))) {
			ctx_log(c, LOG_INFO, "not through %s: %s", class->name, why);
			if (why[0])
				memcpy(last_why, why, sizeof(last_why));
			continue;
		}
		ctx_log(c, LOG_INFO, "through %s: %s", class->name, why);
		err = class->open(c, p, out);
		if (err && first_err == SL_OK) {
			first_err = err;
			first = c->fault;
		}
		if (!may_try_next(err)) {
			if (!err)
				ctx_clear(c);
			else
				c->fault = first;
			return err ? first_err : SL_OK;
		}
		ctx_log(c, LOG_INFO, "%s would not open: %s", class->name, c->fault.text);
	}
	if (first_err == SL_OK)
		return fail_unreachable(c, p, last_why);
	c->fault = first;
	return first_err;
}

enum sl_err transport_xfer(struct transport *t, struct ctx *c, struct xfer *x)
{
	x->got = 0;
	return t->ops->xfer(t, c, x);
}

void transport_close(struct transport *t, struct ctx *c)
{
	if (t)
		t->ops->close(t, c);
}
