/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sg.h - the transport of V1 probes through the kernel's SG_IO ioctl.
 *
 * Only the sg node that sysfs names as the probe's own is ever opened: never another sg
 * node, and never the disk node, whose command filter refuses the probe's commands and
 * whose opening makes the kernel read the fake disk.
 */
#ifndef SG_SG_H
#define SG_SG_H

#include "link/transport.h"

/* transport_sg - serves a V1 whose sg node may be read and written. */
extern const struct transport_class transport_sg;

#endif
