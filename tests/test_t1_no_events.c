/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_t1_no_events.c - libusb that cannot look at its events any more, as when the kernel has no
 * memory for poll(2): each transfer ends in its time all the same.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "tests/t1/preload.h"
#include "tests/t1/rig.h"
#include "usb/usb.h"

enum { LIMIT_US = 6000000 };

/* Of this thread: the mock kernel's has another. */
static __thread bool blind;
static __thread unsigned refused;

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	int (*real)(struct pollfd *, nfds_t, int);
	void *found = dlsym(RTLD_NEXT, "poll");

	if (blind) {
		refused++;
		errno = ENOMEM;
		return -1;
	}
	memcpy(&real, &found, sizeof(real));
	return real(fds, n, timeout);
}

typedef enum sl_err transfer_fn(struct pipe *p, struct ctx *c, struct pipe_xfer *x);

/* One transfer while libusb sees nothing, and one more, which is refused. */
static void assert_ends(bool control, struct pipe_xfer *x)
{
	struct pipe *p = NULL;
	transfer_fn *transfer;
	uint64_t start;
	struct rig r;

	rig_start(&r, "l-discovery", NULL, NULL);
	assert_int_equal(usb_pipe_libusb(&r.c, &r.probe, &p), SL_OK);
	transfer = control ? p->ops->control : p->ops->bulk;
	blind = true;
	refused = 0;
	start = ctx_now_us(&r.c);
	assert_int_equal(transfer(p, &r.c, x), SL_HOST);
	assert_true(ctx_now_us(&r.c) - start < LIMIT_US);
	assert_true(refused > 0);
	assert_non_null(strstr(r.c.fault.text, "does not give a transfer back"));
	assert_int_equal(transfer(p, &r.c, x), SL_NOMEM);
	assert_int_equal(x->got, 0);
	p->ops->close(p, &r.c);
	blind = false;
	rig_end(&r);
}

static void libusb__sees_no_events__control_transfer_ends(void **state)
{
	uint8_t descriptor[18];
	struct pipe_xfer x = { .setup = { 0x80, 0x06, 0, 1, 0, 0, 18, 0 }, .data = descriptor,
			       .len = sizeof(descriptor), .timeout_ms = 300 };

	(void)state;
	assert_ends(true, &x);
}

static void libusb__sees_no_events__bulk_transfer_ends(void **state)
{
	uint8_t version[16] = { 0xF1, 0x80 };
	struct pipe_xfer x = { .ep = 0x02, .data = version, .len = sizeof(version),
			       .timeout_ms = 300 };

	(void)state;
	assert_ends(false, &x);
}

/* What the test above fails at, when all is well. */
static void libusb__control_transfer__brings_its_bytes(void **state)
{
	uint8_t descriptor[18] = { 0 };
	struct pipe_xfer x = { .setup = { 0x80, 0x06, 0, 1, 0, 0, 18, 0 }, .data = descriptor,
			       .len = sizeof(descriptor), .timeout_ms = 300 };
	struct pipe *p = NULL;
	struct rig r;

	(void)state;
	rig_start(&r, "l-discovery", NULL, NULL);
	assert_int_equal(usb_pipe_libusb(&r.c, &r.probe, &p), SL_OK);
	assert_int_equal(p->ops->control(p, &r.c, &x), SL_OK);
	assert_int_equal(x.got, 18);
	assert_int_equal(descriptor[0], 18);
	assert_int_equal(descriptor[8], 0x83);
	assert_int_equal(descriptor[9], 0x04);
	p->ops->close(p, &r.c);
	rig_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libusb__control_transfer__brings_its_bytes),
		cmocka_unit_test(libusb__sees_no_events__control_transfer_ends),
		cmocka_unit_test(libusb__sees_no_events__bulk_transfer_ends),
	};

	(void)argc;
	preload_or_die(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
