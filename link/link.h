/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * link.h - the ST-LINK protocol: one open probe, its capabilities, and what it can do
 * to the chip behind it.
 *
 * Versions are turned into one capability table (link/capability.c) when the probe is
 * opened; nothing else in the program asks for a version. Every status byte becomes a
 * cause (link/status.c). All generations look the same from above.
 */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "link/probe.h"
#include "link/transport.h"

struct link;

enum link_mode { LINK_DFU = 0, LINK_MASS = 1, LINK_DEBUG = 2, LINK_SWIM = 3, LINK_LOADER = 4 };

struct link_version {
	unsigned stlink, jtag, swim, msd, bridge, power;    /* V, J, S, M, B, P */
	uint16_t vid, pid;
	char text[32];                                      /* "V2J37S7" */
};

/* What this probe with this firmware can do. */
struct link_caps {
	unsigned api;                   /* 1, 2, 3 */
	unsigned max_read, max_write;   /* bytes in one 32-bit memory command */
	unsigned max_8bit;              /* bytes in one 8-bit memory command: 64 or 512 */
	bool voltage;                   /* F7 */
	bool rw_status, rw_status2;     /* F2 3B; F2 3E with the fault address */
	bool swd_freq, com_freq;        /* F2 43; F2 61/62 */
	bool mem16;                     /* F2 47/48 */
	bool init_ap;                   /* F2 4B/4C */
	bool nrst;                      /* F2 3C; never on V1, which it wedges */
	bool trace;
	bool dap_reg;                   /* F2 45/46: debug port registers */
	bool read8;                     /* F2 0C; a V1 reads whole words only */
	bool fpu_regs;                  /* F2 33/34 for registers above 20 */
	bool api_unsure;                /* a V1 whose API may be 1 after all: entering SWD tells */
	bool swd;                       /* false: firmware for STM8 boards, SWIM alone */
	unsigned tar_block;             /* memory commands must not cross this; 0: they may */
};

struct link_options {
	unsigned speed_khz;             /* 0: the probe's default */
	bool connect_under_reset;       /* hold NRST while entering SWD */
};

/* link_open - find transport, read versions, leave DFU (waiting for the probe to come back
 * when it leaves the bus), so that the probe idles and is ready to enter SWD.
 * Returns SL_OK; what transport_open returns; SL_TIMEOUT when a probe in DFU does not come
 *   back within 15 s; SL_PROBE when it stays in its boot loader; SL_PROTO for a probe that
 *   answers zeros. Effects: the probe is held until link_close. */
enum sl_err link_open(struct ctx *c, const struct probe *p, struct link **out) MUST_CHECK;

/* How link_open_on gets the probe back after it re-enumerated; NULL: cannot. */
typedef enum sl_err link_reopen_fn(void *priv, struct ctx *c, struct transport **out);

/* link_open_on - link_open on a transport that the caller made. The link owns it from the
 * call on and closes it on failure, because the probe may have come back on another one
 * meanwhile. For tests and for probes that sysfs does not show. */
enum sl_err link_open_on(struct ctx *c, struct transport *t, link_reopen_fn *reopen, void *priv,
			 struct link **out) MUST_CHECK;

/* link_close - leave debug mode if in it, give the probe back. Accepts NULL. */
void link_close(struct link *l, struct ctx *c);

const struct link_version *link_get_version(const struct link *l);
const struct link_caps *link_get_caps(const struct link *l);
const char *link_describe(const struct link *l);

/* link_get_mode - what mode the probe is in now (F5). */
enum sl_err link_get_mode(struct link *l, struct ctx *c, enum link_mode *out) MUST_CHECK;

/* link_voltage_mv - target supply in millivolt; 0 with SL_OK when the probe cannot tell.
 * A clone without the divider answers 0 or a reference of 0. */
enum sl_err link_voltage_mv(struct link *l, struct ctx *c, unsigned *mv, bool *known) MUST_CHECK;

/* link_supply_mv - what the probe measures at VAPP, 0 included; *measured false when it cannot, or its
 * reference is dead. 0 mV and a chip that answers: a copy without the resistors, or VAPP open. */
enum sl_err link_supply_mv(struct link *l, struct ctx *c, unsigned *mv, bool *measured) MUST_CHECK;

/* link_enter_swd - set the speed, enter SWD, open the access port.
 * Returns SL_NOTARGET when no chip answers. */
enum sl_err link_enter_swd(struct link *l, struct ctx *c, const struct link_options *o) MUST_CHECK;

/* link_leave - leave debug mode; the probe releases NRST. Does nothing outside debug mode
 * (a V3 would lock up). */
enum sl_err link_leave(struct link *l, struct ctx *c) MUST_CHECK;

/* link_set_speed - SWD clock at most khz; *actual_khz what was set, 0 when fixed (V1). */
enum sl_err link_set_speed(struct link *l, struct ctx *c, unsigned khz,
			   unsigned *actual_khz) MUST_CHECK;

/* link_get_speed_khz - the SWD clock that was set, 0 when it is fixed (V1) or nothing was set. */
unsigned link_get_speed_khz(const struct link *l);

/* link_last_dpidr - id code of the debug port that answered last since SWD was entered; 0: none.
 * Asks nobody. */
uint32_t link_last_dpidr(const struct link *l);

/* link_was_slowed - was the clock lowered, for the wires' sake? */
bool link_was_slowed(const struct link *l);

/* link_read_dpidr - id code of the debug port. */
enum sl_err link_read_dpidr(struct link *l, struct ctx *c, uint32_t *dpidr) MUST_CHECK;

/* link_read_mem, link_write_mem - any address, any length: head and tail by bytes, the body by
 * words, split at the firmware's limits and at 1 KiB where the TAR may wrap. Each command's
 * status is read. Returns SL_TARGET with the address on a bus fault. */
enum sl_err link_read_mem(struct link *l, struct ctx *c, uint32_t addr, void *dst,
			  size_t len) MUST_CHECK;
enum sl_err link_write_mem(struct link *l, struct ctx *c, uint32_t addr, const void *src,
			   size_t len) MUST_CHECK;

/* link_read32, link_write32 - one aligned word, by the debug-register command: exactly one
 * 32-bit bus access. For peripheral and core registers. */
enum sl_err link_read32(struct link *l, struct ctx *c, uint32_t addr, uint32_t *value) MUST_CHECK;
enum sl_err link_write32(struct link *l, struct ctx *c, uint32_t addr, uint32_t value) MUST_CHECK;

/* link_allow_block - the core's access port counts addresses on within blocks of bytes (a power of
 * two): memory commands of firmware that does not mind such borders itself may be as long. */
void link_allow_block(struct link *l, unsigned bytes);

/* link_set_patience - how long a chip whose bus stays busy is waited for in a register access,
 * milliseconds; 0: the usual second. */
void link_set_patience(struct link *l, unsigned ms);

/* link_write_halfwords - exactly n 16-bit bus accesses. SL_OLDPROBE before V2J26 and on V1. */
enum sl_err link_write_halfwords(struct link *l, struct ctx *c, uint32_t addr, const uint16_t *src,
				 size_t n) MUST_CHECK;

/* link_read_reg, link_write_reg - core register by DCRSR number (0-15, 16 xPSR, 17 MSP, 18 PSP,
 * 20 CONTROL/FAULTMASK/BASEPRI/PRIMASK, 33 FPSCR, 64.. S0..). The core must be halted. */
enum sl_err link_read_reg(struct link *l, struct ctx *c, unsigned reg, uint32_t *value) MUST_CHECK;
enum sl_err link_write_reg(struct link *l, struct ctx *c, unsigned reg, uint32_t value) MUST_CHECK;

enum { LINK_ALL_REGS = 21 };    /* r0-r15, xPSR, MSP, PSP, rw, rw2 */

/* link_read_all_regs - the 21 words of READALLREGS. */
enum sl_err link_read_all_regs(struct link *l, struct ctx *c,
			       uint32_t regs[LINK_ALL_REGS]) MUST_CHECK;

/* link_nrst - NRST low, high or pulsed. SL_OLDPROBE on a V1, which the command would wedge. */
enum link_nrst { LINK_NRST_LOW, LINK_NRST_HIGH, LINK_NRST_PULSE };
enum sl_err link_nrst(struct link *l, struct ctx *c, enum link_nrst what) MUST_CHECK;

/* link_flush - a harmless status query that pushes out what a V1 may hold back. */
enum sl_err link_flush(struct link *l, struct ctx *c) MUST_CHECK;

#endif
