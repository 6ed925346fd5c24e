/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * vhci.h - giving a virtual board to this machine's kernel (vhci_hcd).
 */
#ifndef SIM_VHCI_H
#define SIM_VHCI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"

/* vhci_attach - make a socket pair, give one end to a free USB 2 port of vhci_hcd and return the
 * other in *fd, the port in *port. Such a port, "hs" in the status, takes both speeds. sysfs is
 * ctx->sysfs. Returns SL_OK; SL_HOST no vhci_hcd, no free port, or the kernel refuses; SL_PERM. */
enum sl_err vhci_attach(struct ctx *ctx, uint32_t devid, bool high_speed, int *fd,
			unsigned *port) MUST_CHECK;

/* vhci_detach - take it back. A port that is free already is not an error. */
void vhci_detach(struct ctx *ctx, unsigned port);

/* vhci_port_free - the kernel has let go of the port. */
bool vhci_port_free(struct ctx *ctx, unsigned port);

#endif
