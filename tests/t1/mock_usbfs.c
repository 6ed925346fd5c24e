/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * mock_usbfs.c - the ioctls of a usbfs node, on a virtual board.
 *
 * Source: Linux drivers/usb/core/devio.c and include/uapi/linux/usbdevice_fs.h.
 */
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/bytes.h"
#include "tests/t1/mock_priv.h"

static const struct mock_answer ok = { 0, 0 };

static struct mock_answer fail(int err)
{
	return (struct mock_answer){ -1, err };
}

/* NULL: a null pointer, or whoever called was killed meanwhile and nobody waits for an answer. */
static UMockdevIoctlData *resolve(UMockdevIoctlData *data, size_t offset, size_t len)
{
	GError *error = NULL;
	UMockdevIoctlData *out = umockdev_ioctl_data_resolve(data, offset, len, &error);

	if (error)
		g_error_free(error);
	return out;
}

/* A number of its own for each open handle: another may get the same address later. */
static unsigned number_of(struct mock_device *d, UMockdevIoctlClient *client)
{
	gpointer number = g_object_get_data(G_OBJECT(client), "number");

	if (!number) {
		number = GUINT_TO_POINTER(++d->mk->next_client);
		g_object_set_data(G_OBJECT(client), "number", number);
	}
	return GPOINTER_TO_UINT(number);
}

static int status_of(int n)
{
	switch (n) {
	case USBDEV_STALL:
		return -EPIPE;
	case USBDEV_BABBLE:
		return -EOVERFLOW;
	case USBDEV_GONE:
		return -ESHUTDOWN;
	default:
		return 0;
	}
}

static int run_urb(struct mock_device *d, const struct usbdevfs_urb *u, uint8_t *data)
{
	size_t len = (size_t)u->buffer_length;
	int n;

	if (u->type == USBDEVFS_URB_TYPE_CONTROL) {
		n = usbdev_control(d->board, data, data + 8, len - 8);
		return n;
	}
	if (u->endpoint & 0x80)
		return usbdev_bulk_in(d->board, u->endpoint, data, len);
	return usbdev_bulk_out(d->board, u->endpoint, data, len);
}

/* Carry out what can be carried out; what the device NAKs stays, in its endpoint's order. */
static void run_pending(struct mock_device *d)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (size_t i = 0; i < d->n_urbs; i++) {
			struct mock_urb *m = &d->urbs[i];
			struct usbdevfs_urb *u = (struct usbdevfs_urb *)(void *)m->urb->data;
			bool first = true;
			int n;

			for (size_t j = 0; j < i; j++) {
				const struct usbdevfs_urb *e = (void *)d->urbs[j].urb->data;

				first = first && (d->urbs[j].done || e->endpoint != u->endpoint);
			}
			if (m->done || !first)
				continue;
			n = run_urb(d, u, m->buffer ? m->buffer->data : NULL);
			if (n == USBDEV_NAK)
				continue;
			u->status = status_of(n);
			u->actual_length = n > 0 ? n : 0;
			m->done = moved = true;
		}
	}
}

static struct mock_answer submit(struct mock_device *d, UMockdevIoctlClient *client,
				 UMockdevIoctlData *arg)
{
	UMockdevIoctlData *urb = resolve(arg, 0, sizeof(struct usbdevfs_urb));
	struct usbdevfs_urb *u = urb ? (struct usbdevfs_urb *)(void *)urb->data : NULL;
	struct mock_urb *m = &d->urbs[d->n_urbs];

	if (!u)
		return fail(EFAULT);
	if (u->type != USBDEVFS_URB_TYPE_CONTROL && d->owner != client)
		return fail(d->owner ? EBUSY : EINVAL);
	if (d->n_urbs == MOCK_URBS_MAX || u->buffer_length < 0 || u->buffer_length > 1 << 20)
		return fail(ENOMEM);
	if (u->type == USBDEVFS_URB_TYPE_CONTROL && u->buffer_length < 8)
		return fail(EINVAL);
	m->buffer = u->buffer_length > 0 ? resolve(urb, offsetof(struct usbdevfs_urb, buffer),
						   (size_t)u->buffer_length) : NULL;
	if (u->buffer_length > 0 && !m->buffer)
		return fail(EFAULT);
	m->urb = g_object_ref(urb);
	m->client = number_of(d, client);
	m->done = false;
	d->n_urbs++;
	d->mk->counts.urbs++;
	run_pending(d);
	return ok;
}

static void drop_urb(struct mock_device *d, size_t i)
{
	g_object_unref(d->urbs[i].urb);
	memmove(&d->urbs[i], &d->urbs[i + 1], (d->n_urbs - i - 1) * sizeof(d->urbs[0]));
	d->n_urbs--;
}

static struct mock_answer reap(struct mock_device *d, UMockdevIoctlClient *client,
			       UMockdevIoctlData *arg, bool gone)
{
	run_pending(d);
	for (size_t i = 0; i < d->n_urbs; i++) {
		UMockdevIoctlData *slot;

		if (!d->urbs[i].done || d->urbs[i].client != number_of(d, client))
			continue;
		slot = resolve(arg, 0, sizeof(void *));
		if (!slot)
			return fail(EFAULT);
		(void)umockdev_ioctl_data_set_ptr(slot, 0, d->urbs[i].urb);
		drop_urb(d, i);
		return ok;
	}
	return fail(gone ? ENODEV : EAGAIN);
}

static struct mock_answer discard(struct mock_device *d, UMockdevIoctlData *arg)
{
	unsigned long client_addr;

	memcpy(&client_addr, arg->data, sizeof(client_addr));
	for (size_t i = 0; i < d->n_urbs; i++) {
		struct usbdevfs_urb *u = (struct usbdevfs_urb *)(void *)d->urbs[i].urb->data;

		if (d->urbs[i].urb->client_addr != client_addr || d->urbs[i].done)
			continue;
		u->status = -ENOENT;
		u->actual_length = 0;
		d->urbs[i].done = true;
		d->mk->counts.discarded++;
		return ok;
	}
	return fail(EINVAL);
}

void mock_usbfs_cancel(struct mock_device *d)
{
	for (size_t i = 0; i < d->n_urbs; i++) {
		struct usbdevfs_urb *u = (struct usbdevfs_urb *)(void *)d->urbs[i].urb->data;

		if (!d->urbs[i].done)
			u->status = -ESHUTDOWN;
		d->urbs[i].done = true;
	}
}

static struct mock_answer from_control(int n)
{
	return n >= 0 ? (struct mock_answer){ n, 0 } : fail(n == USBDEV_NAK ? ETIMEDOUT :
							     -status_of(n));
}

static struct mock_answer control(struct mock_device *d, UMockdevIoctlData *arg)
{
	UMockdevIoctlData *x = resolve(arg, 0, sizeof(struct usbdevfs_ctrltransfer));
	struct usbdevfs_ctrltransfer *t = x ? (struct usbdevfs_ctrltransfer *)(void *)x->data : NULL;
	uint8_t setup[8] = { 0 };
	UMockdevIoctlData *data = NULL;

	if (!t)
		return fail(EFAULT);
	setup[0] = t->bRequestType;
	setup[1] = t->bRequest;
	put_le16(setup + 2, t->wValue);
	put_le16(setup + 4, t->wIndex);
	put_le16(setup + 6, t->wLength);
	if (t->wLength > 0)
		data = resolve(x, offsetof(struct usbdevfs_ctrltransfer, data), t->wLength);
	return from_control(usbdev_control(d->board, setup, data ? data->data : NULL,
					   data ? (size_t)data->data_len : 0));
}

static struct mock_answer clear_halt(struct mock_device *d, UMockdevIoctlData *arg)
{
	UMockdevIoctlData *ep = resolve(arg, 0, sizeof(unsigned));
	uint8_t setup[8] = { 0x02, 0x01 };
	struct mock_answer a;

	if (!ep)
		return fail(EFAULT);
	setup[4] = ep->data[0];
	d->mk->counts.clear_halts++;
	a = from_control(usbdev_control(d->board, setup, NULL, 0));
	return a.value < 0 ? a : ok;
}

/* Transfers on an interface that is given up are ended (devio.c, destroy_async_on_interface). */
void mock_usbfs_let_go(struct mock_device *d)
{
	for (size_t i = 0; i < d->n_urbs; i++) {
		struct usbdevfs_urb *u = (struct usbdevfs_urb *)(void *)d->urbs[i].urb->data;

		if (d->urbs[i].client != d->owner_number || d->urbs[i].done)
			continue;
		u->status = -ENOENT;
		u->actual_length = 0;
		d->urbs[i].done = true;
	}
	g_clear_weak_pointer(&d->owner);
	if (strcmp(d->driver, "usbfs") == 0)
		d->driver[0] = '\0';
}

/* When the last handle of whoever had it is closed, by a kill as well, the claim and the transfers
 * end with it. umockdev closes the stream, or, when it was killed within an ioctl, destroys the client
 * with the stream open. */
static void notice_departed(struct mock_device *d)
{
	if (strcmp(d->driver, "usbfs") != 0 ||
	    (d->owner && umockdev_ioctl_client_get_connected(d->owner)))
		return;
	mock_usbfs_let_go(d);
	for (size_t i = d->n_urbs; i-- > 0;)
		if (d->urbs[i].client == d->owner_number)
			drop_urb(d, i);
}

static struct mock_answer claim(struct mock_device *d, UMockdevIoctlClient *client)
{
	if (d->driver[0] != '\0')
		return fail(EBUSY);
	(void)g_strlcpy(d->driver, "usbfs", sizeof(d->driver));
	d->owner = NULL;
	(void)g_set_weak_pointer(&d->owner, client);
	d->owner_number = number_of(d, client);
	d->mk->counts.claims++;
	return ok;
}

static struct mock_answer release(struct mock_device *d, const UMockdevIoctlClient *client)
{
	if (d->owner != client)
		return fail(EINVAL);
	mock_usbfs_let_go(d);
	d->mk->counts.releases++;
	return ok;
}

static struct mock_answer disconnect(struct mock_device *d)
{
	if (d->driver[0] == '\0')
		return fail(ENODATA);
	mock_unbind_storage(d);
	mock_usbfs_let_go(d);
	d->mk->counts.disconnects++;
	return ok;
}

static struct mock_answer connect_driver(struct mock_device *d)
{
	d->mk->counts.connects++;
	if (d->driver[0] != '\0')
		return fail(EBUSY);
	mock_bind_storage(d);
	return (struct mock_answer){ d->driver[0] != '\0', 0 };
}

static struct mock_answer disconnect_claim(struct mock_device *d, UMockdevIoctlClient *client,
					   UMockdevIoctlData *arg)
{
	UMockdevIoctlData *x = resolve(arg, 0, sizeof(struct usbdevfs_disconnect_claim));
	const struct usbdevfs_disconnect_claim *dc = x ? (const void *)x->data : NULL;

	if (!dc)
		return fail(EFAULT);
	if ((dc->flags & USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER) &&
	    strncmp(dc->driver, d->driver, sizeof(dc->driver)) == 0)
		return fail(EBUSY);
	/* usbfs is a driver like others: whoever asks takes it away from it, as the kernel lets him. */
	if (d->driver[0] != '\0')
		(void)disconnect(d);
	return claim(d, client);
}

static struct mock_answer driver_ioctl(struct mock_device *d, UMockdevIoctlData *arg)
{
	UMockdevIoctlData *x = resolve(arg, 0, sizeof(struct usbdevfs_ioctl));
	const struct usbdevfs_ioctl *i = x ? (const void *)x->data : NULL;

	if (!i)
		return fail(EFAULT);
	switch ((unsigned)i->ioctl_code) {
	case USBDEVFS_DISCONNECT:
		return disconnect(d);
	case USBDEVFS_CONNECT:
		return connect_driver(d);
	default:
		return fail(ENOTTY);
	}
}

static struct mock_answer get_driver(struct mock_device *d, UMockdevIoctlData *arg)
{
	UMockdevIoctlData *x = resolve(arg, 0, sizeof(struct usbdevfs_getdriver));
	struct usbdevfs_getdriver *g = x ? (struct usbdevfs_getdriver *)(void *)x->data : NULL;

	if (!g)
		return fail(EFAULT);
	if (d->driver[0] == '\0')
		return fail(ENODATA);
	(void)g_strlcpy(g->driver, d->driver, sizeof(g->driver));
	return ok;
}

static struct mock_answer connect_info(struct mock_device *d, UMockdevIoctlData *arg)
{
	UMockdevIoctlData *x = resolve(arg, 0, sizeof(struct usbdevfs_connectinfo));
	struct usbdevfs_connectinfo info = { .devnum = d->devnum };

	if (!x)
		return fail(EFAULT);
	memcpy(x->data, &info, sizeof(info));
	return ok;
}

static struct mock_answer set_configuration(struct mock_device *d, UMockdevIoctlData *arg)
{
	UMockdevIoctlData *x = resolve(arg, 0, sizeof(unsigned));
	uint8_t setup[8] = { 0x00, 0x09 };

	/* Linux: a configuration is not changed under a driver. */
	if (d->driver[0] != '\0')
		return fail(EBUSY);
	if (!x)
		return fail(EFAULT);
	setup[2] = x->data[0];
	d->mk->counts.set_configurations++;
	return from_control(usbdev_control(d->board, setup, NULL, 0));
}

static struct mock_answer capabilities(UMockdevIoctlData *arg)
{
	UMockdevIoctlData *x = resolve(arg, 0, sizeof(uint32_t));
	uint32_t caps = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION |
			USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_BULK_SCATTER_GATHER |
			USBDEVFS_CAP_REAP_AFTER_DISCONNECT | USBDEVFS_CAP_DROP_PRIVILEGES;

	if (!x)
		return fail(EFAULT);
	memcpy(x->data, &caps, sizeof(caps));
	return ok;
}

struct mock_answer mock_usbfs(struct mock_device *d, UMockdevIoctlClient *client)
{
	UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
	unsigned long request = umockdev_ioctl_client_get_request(client);
	const char *node = umockdev_ioctl_client_get_devnode(client);
	bool gone = !d->present || strcmp(node, d->usb_node) != 0;

	notice_departed(d);
	if (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY)
		return reap(d, client, arg, gone);
	if (gone)
		return fail(ENODEV);
	switch (request) {
	case USBDEVFS_GET_CAPABILITIES:
		return capabilities(arg);
	case USBDEVFS_CONNECTINFO:
		return connect_info(d, arg);
	case USBDEVFS_GET_SPEED:
		return (struct mock_answer){ 2, 0 };    /* USB_SPEED_FULL */
	case USBDEVFS_CONTROL:
		return control(d, arg);
	case USBDEVFS_SUBMITURB:
		return submit(d, client, arg);
	case USBDEVFS_DISCARDURB:
		return discard(d, arg);
	case USBDEVFS_CLEAR_HALT:
		return clear_halt(d, arg);
	case USBDEVFS_CLAIMINTERFACE:
		return claim(d, client);
	case USBDEVFS_RELEASEINTERFACE:
		return release(d, client);
	case USBDEVFS_DISCONNECT_CLAIM:
		return disconnect_claim(d, client, arg);
	case USBDEVFS_GETDRIVER:
		return get_driver(d, arg);
	case USBDEVFS_IOCTL:
		return driver_ioctl(d, arg);
	case USBDEVFS_SETCONFIGURATION:
		return set_configuration(d, arg);
	case USBDEVFS_RESET:
		d->mk->counts.resets++;
		if (d->options.reset_cures)
			(void)board_set(d->board, "hang", "off");
		usbdev_reset(d->board);
		return ok;
	default:
		return fail(ENOTTY);
	}
}
