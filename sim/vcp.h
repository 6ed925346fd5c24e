/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * vcp.h - the serial port of a composite probe, wired to the chip's USART2.
 */
#ifndef SIM_VCP_H
#define SIM_VCP_H

#include <stddef.h>
#include <stdint.h>

struct board;
struct usb_function;

#define VCP_INTERFACE 2u
#define VCP_OUT 0x05u
#define VCP_IN 0x85u
#define VCP_NOTE 0x84u
#define VCP_USART 2u
#define VCP_BUFFER 4096u

struct vcp {
	uint8_t coding[7];      /* PSTN120 table 17: rate, stop bits, parity, data bits */
	uint16_t lines;         /* PSTN120 table 18: DTR, RTS */
	uint8_t from_chip[VCP_BUFFER];
	size_t first, count;
};

extern const struct usb_function function_vcp;

/* vcp_connect - listen to the chip's transmitter; 115200 8N1 until the host says otherwise. */
void vcp_connect(struct board *b);

#endif
