/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * mock_priv.h - what the parts of the mock kernel know of each other.
 */
#ifndef TESTS_T1_MOCK_PRIV_H
#define TESTS_T1_MOCK_PRIV_H

#include <scsi/sg.h>
#include <stdint.h>
#include <umockdev.h>

#include "tests/t1/mock_kernel.h"

enum { MOCK_DEVICES_MAX = 8, MOCK_URBS_MAX = 64 };

struct mock_urb {
	UMockdevIoctlData *urb, *buffer;        /* struct usbdevfs_urb and its data */
	unsigned client;                        /* whose it is: its number */
	bool done;
};

struct mock_device {
	struct mock_kernel *mk;
	struct board *board;
	struct mock_options options;
	size_t index;
	unsigned generation;            /* of the board when it was enumerated */
	bool present, mass_storage;
	unsigned devnum, host;
	char syspath[64];               /* "/sys/devices/..." of the USB device */
	char driver[32];                /* of interface 0 */
	UMockdevIoctlClient *owner;     /* that claimed it, when the driver is "usbfs"; weak */
	unsigned owner_number;
	char usb_node[32], sg_node[24], sg_sys[160], disk_sys[160];
	struct mock_urb urbs[MOCK_URBS_MAX];
	size_t n_urbs;
};

struct mock_kernel {
	GRecMutex lock;
	UMockdevTestbed *testbed;
	struct mock_device devices[MOCK_DEVICES_MAX];
	size_t n;
	unsigned next_devnum, next_host, next_sg, next_client;
	unsigned long fail_request;
	int fail_errno;
	unsigned fail_times;
	bool has_sg_result;
	struct mock_sg_result sg_result;
	struct mock_counts counts;
};

/* An ioctl's outcome: a value, or -1 with err. */
struct mock_answer {
	long value;
	int err;
};

/* mock_usbfs - one ioctl on the usbfs node. mock_usbfs_cancel - the device is gone: all transfers
 * end. mock_sg - one ioctl on the sg node. Called with the lock held. */
struct mock_answer mock_usbfs(struct mock_device *d, UMockdevIoctlClient *client);
void mock_usbfs_cancel(struct mock_device *d);
/* mock_usbfs_let_go - nobody has interface 0 through usbfs any more. */
void mock_usbfs_let_go(struct mock_device *d);
struct mock_answer mock_sg(struct mock_device *d, UMockdevIoctlClient *client);

/* mock_storage - what usb-storage makes of one command; h is filled in but for its pointers. */
void mock_storage(struct board *b, struct sg_io_hdr *h, const uint8_t *cdb, uint8_t *data,
		  uint8_t *sense);

/* mock_bind_storage, mock_unbind_storage - usb-storage takes interface 0 or lets go of it, with
 * the nodes that come and go with it. */
void mock_bind_storage(struct mock_device *d);
void mock_unbind_storage(struct mock_device *d);

#endif
