/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * swd.h - the probe's SWD side: accesses to the chip with their time and status codes.
 */
#ifndef SIM_SWD_H
#define SIM_SWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;

/* Clocks of one AP or DP access, of a block start (CSW, TAR), and at each 1 KiB boundary, where
 * the TAR must be written anew (ADIv5: it increments within 1 KiB).
 * ADIv5, SWD protocol: 8 request, 1 turnaround, 3 acknowledge, 33 data, 1 turnaround are 46;
 * timing model of the virtual bench: 50 with idle clocks, and a block start is CSW and TAR. */
#define SWD_CLOCKS_ACCESS 50u
#define SWD_CLOCKS_BLOCK 100u
#define SWD_CLOCKS_TAR 50u

/* Status codes of the probe's answers. Source: OpenOCD and pyOCD name them alike. */
enum {
	STATUS_OK = 0x80,
	STATUS_FAULT = 0x81,
	STATUS_NO_DEVICE = 0x05,
	STATUS_COMMAND_ERROR = 0x08,
	STATUS_GET_IDCODE = 0x09,
	STATUS_ALIGNMENT = 0x0A,
	STATUS_OTHER_MODE = 0x0E,
	STATUS_AP_WAIT = 0x10,
	STATUS_AP_FAULT = 0x11,
	STATUS_AP_ERROR = 0x12,
	STATUS_AP_PARITY = 0x13,
	STATUS_DP_ERROR = 0x16,
	STATUS_DP_PARITY = 0x17,
	STATUS_AP_WDATA = 0x18,
	STATUS_BAD_AP = 0x1D,
	STATUS_CONFIG_CHANGED = 0x40,
	STATUS_UNKNOWN_COMMAND = 0x42
};

/* One transfer through the AHB access port. */
struct swd_block {
	uint32_t addr;
	unsigned size;          /* 1, 2 or 4 */
	size_t count;           /* accesses */
	bool fixed;             /* the address does not advance */
	uint32_t fault_addr;    /* out: where it failed */
};

void swd_set_hz(struct board *b, uint32_t hz);

/* swd_clocks - let SWD clocks pass. In real time the wait comes with swd_settle. */
void swd_clocks(struct board *b, uint32_t clocks);

/* swd_settle - in real time, wait until the host's clock has caught up. */
void swd_settle(struct board *b);

/* swd_connect - line reset, DPIDR, power up. Returns a status code. */
uint8_t swd_connect(struct board *b);
void swd_disconnect(struct board *b);

/* What an access is, for swd_wire. */
enum swd_access { SWD_AP_READ, SWD_AP_WRITE, SWD_DP };

/* swd_wire - what wires that are too long for the clock do to one access: STATUS_OK, or its failure
 * is seen by somebody: the chip misses the request and is deaf until a line reset, the probe
 * sees wrong parity in what was read, or the chip in what was to be written, and writes nothing.
 * Up to twice what they carry it happens to one access in many, above to all. */
uint8_t swd_wire(struct board *b, enum swd_access what);

/* swd_ap_waits - the access port has no clock: the firmware gives up after its WAITs. */
bool swd_ap_waits(struct board *b);

/* swd_read_block, swd_write_block - stop at the first fault. Bytes are little-endian.
 * dst past a fault is zero. Return a status code. */
uint8_t swd_read_block(struct board *b, struct swd_block *blk, uint8_t *dst);
uint8_t swd_write_block(struct board *b, struct swd_block *blk, const uint8_t *src);

uint8_t swd_read32(struct board *b, uint32_t addr, uint32_t *value);
uint8_t swd_write32(struct board *b, uint32_t addr, uint32_t value);

/* swd_read_core, swd_write_core - a core register by its DCRSR number. */
uint8_t swd_read_core(struct board *b, unsigned sel, uint32_t *value);
uint8_t swd_write_core(struct board *b, unsigned sel, uint32_t value);

/* swd_dp_read .. swd_ap_write - raw debug port and access port registers. */
uint8_t swd_dp_read(struct board *b, unsigned reg, uint32_t *value);
uint8_t swd_dp_write(struct board *b, unsigned reg, uint32_t value);
uint8_t swd_ap_read(struct board *b, unsigned ap, unsigned reg, uint32_t *value);
uint8_t swd_ap_write(struct board *b, unsigned ap, unsigned reg, uint32_t value);

#endif
