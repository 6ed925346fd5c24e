/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * msd.h - the disk interface of a composite probe: bulk-only transport without vendor commands.
 */
#ifndef SIM_MSD_H
#define SIM_MSD_H

#include <stdbool.h>
#include <stdint.h>

struct usb_function;

#define MSD_INTERFACE 1u
#define MSD_OUT 0x03u
#define MSD_IN 0x83u

enum msd_phase { MSD_CBW, MSD_DATA_OUT, MSD_DATA_IN, MSD_CSW, MSD_HANG };

struct msd {
	enum msd_phase phase;
	uint32_t tag;
	uint32_t asked;         /* dCBWDataTransferLength */
	uint32_t moved;
	uint8_t status;
	bool in;                /* the CBW announces data IN */
	bool need_reset;        /* an invalid CBW: only reset recovery helps */
};

extern const struct usb_function function_msd;

#endif
