/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pipe_libusb.c - interface 0 of a probe through libusb-1.0.
 *
 * The usbfs node is opened here and handed to libusb, so that its errors are known exactly
 * and no other device of the host is looked at. It does not choose a probe; that is link/.
 */
#ifndef WITHOUT_LIBUSB
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libusb-1.0/libusb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "usb/descriptor.h"
#include "usb/usb.h"

enum { INTERFACE = 0, CONFIGURATION = 1, CONTROL_MS = 500, SLICE_US = 100000, DISK_LOOK_MS = 300,
       GRACE_MS = 2000, FAILED_US = 1000, CONTROL_MAX = 256, SUBMIT_TRIES = 4 };

struct pipe_libusb {
	struct pipe base;
	libusb_context *usb;
	libusb_device_handle *handle;
	struct libusb_transfer *transfer[2];
	int done[2];                    /* libusb writes here when a transfer is over */
	int fd;
	bool claimed, detached;
	bool stuck;                     /* libusb kept a transfer: nothing that it may still use is freed */
	char node[64], driver[32];
	uint8_t control[LIBUSB_CONTROL_SETUP_SIZE + CONTROL_MAX];       /* the setup packet, then data */
};

struct usb_cause {
	int code;                       /* of libusb, or errno */
	enum sl_err err;
	const char *what;
	const char *hint, *hint_after;  /* the node stands between them when there is an after */
};

#define RULES_HINT \
	"stlink-download setup says why, and what to type (mostly the udev rules are missing); ls -l ", \
	" shows who may use it"
#define CABLE_HINT "check the cable and plug the board in again", NULL
#define HOLDER_HINT \
	"close the program that has it (OpenOCD, st-util, an IDE, another stlink-download); " \
	"fuser -v ", " names it"

/* usbfs: Documentation/driver-api/usb/usb.rst; libusb.h, enum libusb_error. */
static const struct usb_cause libusb_causes[] = {
	{ LIBUSB_ERROR_ACCESS, SL_PERM, "the kernel does not let this user use the probe",
	  RULES_HINT },
	{ LIBUSB_ERROR_NO_DEVICE, SL_GONE, "the probe left the bus", CABLE_HINT },
	{ LIBUSB_ERROR_NOT_FOUND, SL_GONE, "the probe has no such interface any more", CABLE_HINT },
	{ LIBUSB_ERROR_BUSY, SL_BUSY, "another program has the probe", HOLDER_HINT },
	{ LIBUSB_ERROR_TIMEOUT, SL_TIMEOUT, "the probe did not answer in time", NULL, NULL },
	{ LIBUSB_ERROR_OVERFLOW, SL_PROTO, "the probe sent more than was asked for", NULL, NULL },
	{ LIBUSB_ERROR_PIPE, SL_STALL, "the probe stalled the transfer", NULL, NULL },
	{ LIBUSB_ERROR_NO_MEM, SL_NOMEM, "no memory for the transfer",
	  "free memory, or raise usbcore.usbfs_memory_mb", NULL },
	{ LIBUSB_ERROR_IO, SL_HOST, "the transfer failed on the wire",
	  "try another cable or another port, and no hub", NULL },
};

static const struct usb_cause open_causes[] = {
	{ EACCES, SL_PERM, "this user may not read and write the node", RULES_HINT },
	{ EPERM, SL_PERM, "a device policy forbids the node",
	  "in a container, allow character devices of major 189 for reading and writing", NULL },
	{ EROFS, SL_PERM, "the node lies on a read-only file system",
	  "mount the file system of ", " for writing, or run outside the container" },
	{ EBUSY, SL_BUSY, "another program has the probe", HOLDER_HINT },
	{ ENODEV, SL_GONE, "the probe left the bus", CABLE_HINT },
	{ ENXIO, SL_GONE, "the probe left the bus", CABLE_HINT },
	{ ENOENT, SL_GONE, "the node is no longer there", CABLE_HINT },
};

static void hint_of(struct ctx *c, const struct usb_cause *cause, const char *node)
{
	if (cause->hint)
		ctx_hint(c, "%s%s%s", cause->hint, cause->hint_after ? node : "",
			 cause->hint_after ? cause->hint_after : "");
}

static enum sl_err fail_usb(struct ctx *c, const struct pipe_libusb *p, int rc, const char *what)
{
	for (size_t i = 0; i < ARRAY_LEN(libusb_causes); i++) {
		const struct usb_cause *cause = &libusb_causes[i];

		if (cause->code != rc)
			continue;
		(void)ctx_fail(c, cause->err, "usb", "%s: %s (%s)", what, cause->what,
			       libusb_error_name(rc));
		hint_of(c, cause, p->node);
		return cause->err;
	}
	return ctx_fail(c, SL_HOST, "usb", "%s: %s", what, libusb_error_name(rc));
}

static enum sl_err fail_open(struct ctx *c, const char *node, int err)
{
	for (size_t i = 0; i < ARRAY_LEN(open_causes); i++) {
		if (open_causes[i].code != err)
			continue;
		(void)ctx_fail_errno(c, open_causes[i].err, "usb", err, "%s: %s", node,
				     open_causes[i].what);
		hint_of(c, &open_causes[i], node);
		return open_causes[i].err;
	}
	return ctx_fail_errno(c, SL_HOST, "usb", err, "%s", node);
}

static unsigned at_least_1(unsigned timeout_ms)
{
	return timeout_ms ? timeout_ms : 1;     /* libusb: 0 is for ever */
}

static void LIBUSB_CALL on_done(struct libusb_transfer *t)
{
	*(int *)t->user_data = 1;
}

/* What a finished transfer says, as the error that libusb's own waiting calls give for it. */
static int result_of(const struct libusb_transfer *t)
{
	static const int results[] = {
		[LIBUSB_TRANSFER_COMPLETED] = 0,
		[LIBUSB_TRANSFER_ERROR] = LIBUSB_ERROR_IO,
		[LIBUSB_TRANSFER_TIMED_OUT] = LIBUSB_ERROR_TIMEOUT,
		/* Taken back by wait_done because it was late; or by a pair, which does not ask. */
		[LIBUSB_TRANSFER_CANCELLED] = LIBUSB_ERROR_TIMEOUT,
		[LIBUSB_TRANSFER_STALL] = LIBUSB_ERROR_PIPE,
		[LIBUSB_TRANSFER_NO_DEVICE] = LIBUSB_ERROR_NO_DEVICE,
		[LIBUSB_TRANSFER_OVERFLOW] = LIBUSB_ERROR_OVERFLOW,
	};

	return (size_t)t->status < ARRAY_LEN(results) ? results[t->status] : LIBUSB_ERROR_OTHER;
}

/* Until the transfer is over, in slices, so that a signal is seen. The kernel ends each one: by
 * its time limit, or because it was taken back here. False when libusb does not give it back, as
 * when it has no memory to look at its events. */
static bool wait_done(struct pipe_libusb *p, const struct ctx *c, struct libusb_transfer *t,
		      const struct pipe_xfer *x)
{
	int *done = t->user_data;
	struct deadline end = ctx_deadline(c, (uint64_t)at_least_1(x->timeout_ms) + GRACE_MS);
	bool hurried = x->hurry_ms == 0, taken_back = false;

	while (!*done) {
		struct timeval slice = { .tv_usec = SLICE_US };
		int rc = libusb_handle_events_timeout_completed(p->usb, &slice, done);
		bool failed = rc != 0 && rc != LIBUSB_ERROR_INTERRUPTED;

		if (!hurried && !taken_back && ctx_signalled(c)) {
			hurried = true;
			end = ctx_deadline(c, x->hurry_ms);
		}
		if (failed)
			ctx_sleep_us(c, FAILED_US);
		if (!ctx_expired(c, end) && (!failed || taken_back))
			continue;
		if (taken_back)
			return *done != 0;
		taken_back = true;
		end = ctx_deadline(c, GRACE_MS);
		(void)libusb_cancel_transfer(t);
	}
	return true;
}

/* libusb allocates for each transfer. When that fails once, data whose command is out would be lost, and
 * with it the wire: so it is tried again. Nothing was handed to the kernel before. */
static int submit_transfer(const struct ctx *c, struct libusb_transfer *t)
{
	int rc = libusb_submit_transfer(t);

	for (int i = 1; i < SUBMIT_TRIES && rc == LIBUSB_ERROR_NO_MEM; i++) {
		ctx_sleep_us(c, FAILED_US);
		rc = libusb_submit_transfer(t);
	}
	return rc;
}

static int submit(struct pipe_libusb *p, const struct ctx *c, unsigned which, struct pipe_xfer *x)
{
	struct libusb_transfer *t = p->transfer[which];

	x->got = 0;
	if (p->stuck)
		return LIBUSB_ERROR_NO_MEM;
	p->done[which] = 0;
	if (x->len > INT32_MAX)
		return LIBUSB_ERROR_INVALID_PARAM;
	libusb_fill_bulk_transfer(t, p->handle, x->ep, x->data, (int)x->len, on_done, &p->done[which],
				  at_least_1(x->timeout_ms));
	return submit_transfer(c, t);
}

/* What x is about, for a failure. */
static const char *doing(const struct pipe_xfer *x)
{
	if (x->ep == 0)
		return "a control transfer";
	return x->ep & 0x80 ? "reading from the probe" : "sending to the probe";
}

/* rc: of submit. Waits for what was submitted. */
static enum sl_err finish(struct pipe_libusb *p, struct ctx *c, struct libusb_transfer *t,
			  struct pipe_xfer *x, int rc)
{
	if (rc == 0 && !wait_done(p, c, t, x)) {
		p->stuck = true;
		return ctx_fail(c, SL_HOST, "usb", "libusb does not give a transfer back; perhaps it has no "
						   "memory");
	}
	if (rc == 0) {
		rc = result_of(t);
		x->got = (size_t)t->actual_length;
	}
	return rc == 0 ? SL_OK : fail_usb(c, p, rc, doing(x));
}

static enum sl_err libusb_pipe_bulk(struct pipe *base, struct ctx *c, struct pipe_xfer *x)
{
	struct pipe_libusb *p = (struct pipe_libusb *)base;

	return finish(p, c, p->transfer[0], x, submit(p, c, 0, x));
}

static enum sl_err libusb_pipe_pair(struct pipe *base, struct ctx *c, struct pipe_xfer x[2],
				    bool *passed)
{
	struct pipe_libusb *p = (struct pipe_libusb *)base;
	int rc[2];
	struct fault why;
	enum sl_err err;

	rc[0] = submit(p, c, 0, &x[0]);
	rc[1] = rc[0] == 0 ? submit(p, c, 1, &x[1]) : 0;
	err = finish(p, c, p->transfer[0], &x[0], rc[0]);
	*passed = err == SL_OK && x[0].got == x[0].len;
	if (*passed)
		return finish(p, c, p->transfer[1], &x[1], rc[1]);
	if (rc[0] == 0 && rc[1] == 0) {
		why = c->fault;
		(void)libusb_cancel_transfer(p->transfer[1]);
		(void)finish(p, c, p->transfer[1], &x[1], 0);
		c->fault = why;
	}
	return err;
}

/* With the wait of the others: libusb's own for a control transfer knows no limit when libusb has no
 * memory to look at its events. */
static enum sl_err libusb_pipe_control(struct pipe *base, struct ctx *c, struct pipe_xfer *x)
{
	struct pipe_libusb *p = (struct pipe_libusb *)base;
	struct libusb_transfer *t = p->transfer[0];
	uint8_t *data = p->control + LIBUSB_CONTROL_SETUP_SIZE;
	bool in = x->setup[0] & 0x80;
	enum sl_err err;

	x->got = 0;
	if (x->len > CONTROL_MAX)
		return ctx_fail(c, SL_BUG, "usb", "a control transfer of %zu bytes", x->len);
	if (p->stuck)
		return fail_usb(c, p, LIBUSB_ERROR_NO_MEM, doing(x));
	libusb_fill_control_setup(p->control, x->setup[0], x->setup[1], get_le16(x->setup + 2),
				  get_le16(x->setup + 4), (uint16_t)x->len);
	if (!in && x->len > 0)
		memcpy(data, x->data, x->len);
	p->done[0] = 0;
	libusb_fill_control_transfer(t, p->handle, p->control, on_done, &p->done[0],
				     at_least_1(x->timeout_ms));
	err = finish(p, c, t, x, submit_transfer(c, t));
	if (in && x->got > 0 && x->got <= x->len)
		memcpy(x->data, data, x->got);
	return err;
}

static enum sl_err libusb_pipe_clear_halt(struct pipe *base, struct ctx *c, uint8_t ep)
{
	struct pipe_libusb *p = (struct pipe_libusb *)base;
	int rc = libusb_clear_halt(p->handle, ep);

	return rc == 0 ? SL_OK : fail_usb(c, p, rc, "clearing a halt");
}

static enum sl_err libusb_pipe_reset(struct pipe *base, struct ctx *c)
{
	struct pipe_libusb *p = (struct pipe_libusb *)base;
	int rc = libusb_reset_device(p->handle);

	return rc == 0 ? SL_OK : fail_usb(c, p, rc, "resetting the probe");
}

/* Undo, in reverse, what was done so far; what cannot be given back is said. */
static void libusb_pipe_close(struct pipe *base, struct ctx *c)
{
	struct pipe_libusb *p = (struct pipe_libusb *)base;
	int rc;

	if (p->claimed) {
		rc = libusb_release_interface(p->handle, INTERFACE);
		if (rc != 0 && rc != LIBUSB_ERROR_NO_DEVICE)
			ctx_log(c, LOG_WARN, "usb: releasing the probe: %s", libusb_error_name(rc));
	}
	if (p->detached) {
		rc = libusb_attach_kernel_driver(p->handle, INTERFACE);
		if (rc == 0)
			ctx_log(c, LOG_INFO, "usb: gave the probe back to %s", p->driver);
		else if (rc != LIBUSB_ERROR_NO_DEVICE)
			ctx_log(c, LOG_WARN, "usb: could not give the probe back to %s (%s); "
					     "plug the board in again", p->driver,
				libusb_error_name(rc));
	}
	if (p->stuck) {
		(void)close(p->fd);     /* with it the kernel ends what is still under way */
		return;
	}
	libusb_free_transfer(p->transfer[0]);
	libusb_free_transfer(p->transfer[1]);
	if (p->handle)
		libusb_close(p->handle);
	if (p->usb)
		libusb_exit(p->usb);
	if (p->fd >= 0)
		(void)close(p->fd);
	free(p);
}

static const struct pipe_ops libusb_pipe_ops = {
	.bulk = libusb_pipe_bulk,
	.pair = libusb_pipe_pair,
	.control = libusb_pipe_control,
	.clear_halt = libusb_pipe_clear_halt,
	.reset = libusb_pipe_reset,
	.close = libusb_pipe_close,
};

/* The node gives the device descriptor and then each configuration, as the kernel has them. */
static enum sl_err read_descriptors(struct ctx *c, struct pipe_libusb *p,
				    const struct probe *probe)
{
	uint8_t bytes[USB_DEVICE_DESCRIPTOR_LEN + USB_CONFIG_MAX];
	uint16_t vid, pid;
	size_t len = 0;
	ssize_t n;

	do {
		n = pread(p->fd, bytes + len, sizeof(bytes) - len, (off_t)len);
		len += n > 0 ? (size_t)n : 0;
	} while ((n > 0 && len < sizeof(bytes)) || (n < 0 && errno == EINTR && !ctx_signalled(c)));
	if (n < 0)
		return fail_open(c, p->node, errno);
	if (!usb_parse_device(bytes, len, &vid, &pid))
		return ctx_fail(c, SL_PROTO, "usb", "%s has no device descriptor", p->node);
	if (vid != PROBE_VID || (probe->kind && pid != probe->kind->pid))
		return ctx_fail(c, SL_GONE, "usb", "%s is now another device, %04x:%04x", p->node,
				vid, pid);
	p->base.pid = pid;
	return usb_parse_debug_interface(c, bytes + USB_DEVICE_DESCRIPTOR_LEN,
					 len - USB_DEVICE_DESCRIPTOR_LEN, &p->base);
}

static enum sl_err wrap_node(struct ctx *c, struct pipe_libusb *p)
{
	int rc;

	/* Without this libusb would look at every device of the host. */
	rc = libusb_set_option(NULL, LIBUSB_OPTION_NO_DEVICE_DISCOVERY);
	if (rc == 0)
		rc = libusb_init(&p->usb);
	if (rc != 0)
		return fail_usb(c, p, rc, "starting libusb");
	(void)libusb_set_option(p->usb, LIBUSB_OPTION_LOG_LEVEL, LIBUSB_LOG_LEVEL_NONE);
	p->transfer[0] = libusb_alloc_transfer(0);
	p->transfer[1] = libusb_alloc_transfer(0);
	if (!p->transfer[0] || !p->transfer[1])
		return ctx_fail(c, SL_NOMEM, "usb", "no memory for the transfers");
	rc = libusb_wrap_sys_device(p->usb, (intptr_t)p->fd, &p->handle);
	return rc == 0 ? SL_OK : fail_usb(c, p, rc, "opening the probe");
}

/* usb-storage lets go of the probe when the command that it waits for is over. */
static void log_taking(struct ctx *c, const struct pipe_libusb *p, const struct probe *probe)
{
	if (probe->disk_waits || probe_disk_waits(c, probe, DISK_LOOK_MS))
		ctx_log(c, LOG_WARN, "taking the probe from %s, which waits for its fake disk: this "
				     "may take half a minute", p->driver);
	else
		ctx_log(c, LOG_INFO, "usb: taking the probe from %s for a while", p->driver);
}

static enum sl_err claim(struct ctx *c, struct pipe_libusb *p, const struct probe *probe)
{
	bool bound = libusb_kernel_driver_active(p->handle, INTERFACE) == 1;
	int now = 0;
	int rc;

	if (bound) {
		(void)snprintf(p->driver, sizeof(p->driver), "%s",
			       probe->driver[0] ? probe->driver : "its kernel driver");
		log_taking(c, p, probe);
		/* Detaching and claiming are one step in the kernel then: nobody slips between. */
		(void)libusb_set_auto_detach_kernel_driver(p->handle, 1);
	}
	rc = libusb_get_configuration(p->handle, &now);
	if (rc == 0 && now != CONFIGURATION)
		rc = libusb_set_configuration(p->handle, CONFIGURATION);
	if (rc != 0)
		return fail_usb(c, p, rc, "configuring the probe");
	rc = libusb_claim_interface(p->handle, INTERFACE);
	/* From here on close gives the driver back itself, so that it can say when that fails. */
	(void)libusb_set_auto_detach_kernel_driver(p->handle, 0);
	p->claimed = rc == 0;
	p->detached = bound && (rc == 0 || libusb_kernel_driver_active(p->handle, INTERFACE) == 0);
	return rc == 0 ? SL_OK : fail_usb(c, p, rc, "claiming the probe");
}

enum sl_err usb_pipe_libusb(struct ctx *c, const struct probe *probe, struct pipe **out)
{
	struct pipe_libusb *p = calloc(1, sizeof(*p));
	struct fault why;
	enum sl_err err;

	if (!p)
		return ctx_fail(c, SL_NOMEM, "usb", "no memory for the probe");
	p->base.ops = &libusb_pipe_ops;
	(void)snprintf(p->node, sizeof(p->node), "%s", probe->usb_node);
	(void)snprintf(p->base.describe, sizeof(p->base.describe), "libusb (bus %u device %u)",
		       probe->bus, probe->address);
	p->fd = open(p->node, O_RDWR | O_CLOEXEC);
	if (p->fd < 0)
		err = fail_open(c, p->node, errno);
	else
		err = read_descriptors(c, p, probe);
	if (err == SL_OK)
		err = wrap_node(c, p);
	if (err == SL_OK)
		err = claim(c, p, probe);
	if (err != SL_OK) {
		why = c->fault;
		libusb_pipe_close(&p->base, c);
		c->fault = why;
		return err;
	}
	*out = &p->base;
	return SL_OK;
}
#endif
