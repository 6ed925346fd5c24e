/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * mock_kernel.h - virtual boards as a Linux kernel would show them, without a kernel.
 *
 * umockdev carries /sys, /dev and the ioctls of this process and of its children; behind it
 * stand usbfs (what libusb speaks), usb-storage and sg as far as a probe's user needs them,
 * and behind those the virtual board. Nothing here says what the real kernel does beyond what
 * was measured on one: that is the guest kernel's tier.
 */
#ifndef TESTS_T1_MOCK_KERNEL_H
#define TESTS_T1_MOCK_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/usbdev.h"

struct mock_kernel;

struct mock_options {
	bool ignore_storage;            /* usb-storage quirk 'i': never bound, no sg node */
	bool reset_cures;               /* a USB reset ends the condition "hang" */
	unsigned replug_ms;             /* how long a device that left the bus stays away */
	unsigned sg_ms;                 /* how long after that the sg node takes (kernel: 1000) */
};

/* mock_kernel_new - an empty bus. Ends the program with a reason when umockdev is not in front
 * of libc or does not work. mock_kernel_free - unplugs everything; the boards stay the caller's. */
struct mock_kernel *mock_kernel_new(void);
void mock_kernel_free(struct mock_kernel *mk);

/* mock_kernel_plug - plug b into port 1-<n+1>; returns n. b is used by the handler's thread from
 * now on: look at it between mock_kernel_lock and mock_kernel_unlock only. */
size_t mock_kernel_plug(struct mock_kernel *mk, struct board *b, const struct mock_options *o);

/* mock_kernel_unplug - pull the cable of board n. */
void mock_kernel_unplug(struct mock_kernel *mk, size_t n);

void mock_kernel_lock(struct mock_kernel *mk);
void mock_kernel_unlock(struct mock_kernel *mk);

/* mock_fail_ioctl - the next `times` ioctls of this request on any node fail with err. */
void mock_fail_ioctl(struct mock_kernel *mk, unsigned long request, int err, unsigned times);

/* What the next SG_IO ends with, in place of being carried out. */
struct mock_sg_result {
	unsigned host_status, driver_status, status;
	int resid;
	unsigned char sense[18];
};

void mock_sg_result(struct mock_kernel *mk, const struct mock_sg_result *r);

/* mock_interface_driver - who has interface 0 of board n: "usb-storage", "usbfs" or "".
 * Room for 32 bytes. */
void mock_interface_driver(struct mock_kernel *mk, size_t n, char out[32]);

struct mock_counts {
	unsigned long ioctls, sg_ios, urbs, discarded, clear_halts, resets;
	unsigned long claims, releases, disconnects, connects, set_configurations, sg_opens;
};

void mock_get_counts(struct mock_kernel *mk, struct mock_counts *out);

#endif
