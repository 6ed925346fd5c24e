/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * swd.c - accesses to the chip's AHB through SWD: what they cost and how they fail.
 *
 * Raw DP and AP registers are in dap.c. Follows ADIv5 (MEM-AP, TAR increment) and
 * ARMv7-M C1.6 (DCRSR, DCRDR, DHCSR.S_REGRDY); times are those of the bench model.
 */
#include "sim/swd.h"

#include <string.h>

#include "sim/board.h"

#define NS_PER_S 1000000000ull
#define CLOCKS_LINE_RESET 150u  /* 50 high, the 16-bit switch, 50 high, idle: rounded up */
#define SPOILT_ONE_IN 211u      /* UNSURE: no source; a prime, so that it hits every kind of access */
#define WAITS_TAKEN 5u           /* OpenOCD: AP WAIT comes after more than 4 WAIT answers */
#define TAR_WRAP 0x400u         /* ADIv5: at least bits 9:0 of TAR increment */

#define DHCSR 0xE000EDF0u       /* ARMv7-M C1.6.2 */
#define DCRSR 0xE000EDF4u
#define DCRDR 0xE000EDF8u
#define DHCSR_S_REGRDY (1u << 16)
#define DCRSR_WRITE (1u << 16)
#define REGRDY_TRIES 8

void swd_set_hz(struct board *b, uint32_t hz)
{
	b->probe.swd.hz = hz;
	b->probe.swd.rem = 0;
}

void swd_clocks(struct board *b, uint32_t clocks)
{
	struct swd_state *s = &b->probe.swd;

	s->rem += clocks * NS_PER_S;
	b->clock.now_ns += s->rem / s->hz;
	s->rem %= s->hz;
}

void swd_settle(struct board *b)
{
	sim_clock_spend(&b->clock, 0);
}

static bool line_dead(struct board *b)
{
	return b->cond.no_target || !b->cond.powered || !chip_swd_ok(b->chip) ||
	       chip_dpidr(b->chip) == 0;
}

uint8_t swd_wire(struct board *b, enum swd_access what)
{
	static const uint8_t unheard[] = { STATUS_AP_ERROR, STATUS_AP_ERROR, STATUS_DP_ERROR };
	static const uint8_t spoilt[] = { STATUS_AP_PARITY, STATUS_AP_WDATA, STATUS_DP_PARITY };
	struct swd_state *s = &b->probe.swd;
	uint32_t khz = s->hz / 1000u, max = b->cond.swd_max_khz;

	if (s->deaf || (max != 0 && khz > 2 * max))
		return unheard[what];
	if (max == 0 || khz <= max || ++s->spoilt_in < SPOILT_ONE_IN)
		return STATUS_OK;
	s->spoilt_in = 0;
	/* one in three is a request that the chip did not understand */
	if (++s->spoilt % 3 == 0) {
		s->deaf = true;
		return unheard[what];
	}
	if (what == SWD_AP_WRITE)
		s->sticky_err = true;
	return spoilt[what];
}

uint8_t swd_connect(struct board *b)
{
	struct swd_state *s = &b->probe.swd;

	swd_clocks(b, CLOCKS_LINE_RESET + 3 * SWD_CLOCKS_ACCESS);   /* DPIDR, CTRL/STAT twice */
	s->deaf = false;
	if (line_dead(b) || swd_wire(b, SWD_DP) != STATUS_OK)
		return STATUS_GET_IDCODE;
	if (!s->connected)
		chip_attach_debug(b->chip, true);
	s->connected = true;
	s->power_req = true;
	s->sticky_err = false;
	return STATUS_OK;
}

void swd_disconnect(struct board *b)
{
	if (b->probe.swd.connected)
		chip_attach_debug(b->chip, false);
	b->probe.swd.connected = false;
	b->probe.swd.power_req = false;
}

/* The bus may get its clock back meanwhile: an interrupt wakes the core. UNSURE: what becomes of the
 * transfer when the probe gives up; here it is aborted and nothing of it happens later. */
bool swd_ap_waits(struct board *b)
{
	for (unsigned i = 0; i < WAITS_TAKEN; i++) {
		if (chip_debug_clock(b->chip))
			return false;
		swd_clocks(b, SWD_CLOCKS_ACCESS);
		swd_settle(b);
	}
	return true;
}

/* Why no access can be made at all, or STATUS_OK. */
static uint8_t access_blocked(struct board *b)
{
	if (b->cond.wait_left > 0) {
		b->cond.wait_left--;
		return STATUS_AP_WAIT;
	}
	if (line_dead(b))
		return STATUS_AP_ERROR;
	return swd_ap_waits(b) ? STATUS_AP_WAIT : STATUS_OK;
}

static uint8_t bus_status(struct board *b, enum bus_result r)
{
	switch (r) {
	case BUS_OK:
		return STATUS_OK;
	case BUS_FAULT:
		b->probe.swd.sticky_err = true;
		return STATUS_AP_FAULT;
	case BUS_OFF:
		break;
	}
	return STATUS_AP_ERROR;
}

/* A read whose parity is wrong took place: what it does to a register is done. */
static uint8_t read_once(struct board *b, uint32_t addr, unsigned size, uint32_t *value)
{
	uint8_t wire = swd_wire(b, SWD_AP_READ), st;

	if (wire == STATUS_AP_ERROR)
		return wire;
	st = bus_status(b, chip_read(b->chip, addr, size, value));
	return wire != STATUS_OK ? wire : st;
}

static uint8_t write_once(struct board *b, uint32_t addr, unsigned size, uint32_t value)
{
	uint8_t wire = swd_wire(b, SWD_AP_WRITE);

	return wire != STATUS_OK ? wire : bus_status(b, chip_write(b->chip, addr, size, value));
}

/* Time of the i-th access of a block, with what goes before it. */
static void block_clocks(struct board *b, const struct swd_block *blk, size_t i, uint32_t addr)
{
	if (i == 0)
		swd_clocks(b, SWD_CLOCKS_BLOCK);
	else if (!blk->fixed && addr % TAR_WRAP == 0)
		swd_clocks(b, SWD_CLOCKS_TAR);
	swd_clocks(b, SWD_CLOCKS_ACCESS);
}

uint8_t swd_read_block(struct board *b, struct swd_block *blk, uint8_t *dst)
{
	uint8_t st = access_blocked(b);

	memset(dst, 0, blk->count * blk->size);
	for (size_t i = 0; st == STATUS_OK && i < blk->count; i++) {
		uint32_t addr = blk->addr + (blk->fixed ? 0 : (uint32_t)(i * blk->size));
		uint32_t v = 0;

		block_clocks(b, blk, i, addr);
		st = read_once(b, addr, blk->size, &v);
		if (st != STATUS_OK) {
			blk->fault_addr = addr;
			break;
		}
		for (unsigned k = 0; k < blk->size; k++)
			dst[i * blk->size + k] = (uint8_t)(v >> 8 * k);
	}
	swd_settle(b);
	return st;
}

uint8_t swd_write_block(struct board *b, struct swd_block *blk, const uint8_t *src)
{
	uint8_t st = access_blocked(b);

	for (size_t i = 0; st == STATUS_OK && i < blk->count; i++) {
		uint32_t addr = blk->addr + (blk->fixed ? 0 : (uint32_t)(i * blk->size));
		uint32_t v = 0;

		for (unsigned k = 0; k < blk->size; k++)
			v |= (uint32_t)src[i * blk->size + k] << 8 * k;
		block_clocks(b, blk, i, addr);
		st = write_once(b, addr, blk->size, v);
		if (st != STATUS_OK)
			blk->fault_addr = addr;
	}
	swd_settle(b);
	return st;
}

uint8_t swd_read32(struct board *b, uint32_t addr, uint32_t *value)
{
	uint8_t st = access_blocked(b);

	*value = 0;
	if (st != STATUS_OK)
		return st;
	swd_clocks(b, SWD_CLOCKS_BLOCK + SWD_CLOCKS_ACCESS);
	st = read_once(b, addr, 4, value);
	swd_settle(b);
	return st;
}

uint8_t swd_write32(struct board *b, uint32_t addr, uint32_t value)
{
	uint8_t st = access_blocked(b);

	if (st != STATUS_OK)
		return st;
	swd_clocks(b, SWD_CLOCKS_BLOCK + SWD_CLOCKS_ACCESS);
	st = write_once(b, addr, 4, value);
	swd_settle(b);
	return st;
}

/* The debug registers are reached through the banked data registers, so that a register
 * transfer is one block start and then one access each. */
static uint8_t core_wait_ready(struct board *b)
{
	for (int i = 0; i < REGRDY_TRIES; i++) {
		uint32_t dhcsr = 0;
		uint8_t st;

		swd_clocks(b, SWD_CLOCKS_ACCESS);
		st = read_once(b, DHCSR, 4, &dhcsr);
		if (st != STATUS_OK)
			return st;
		if (dhcsr & DHCSR_S_REGRDY)
			return STATUS_OK;
	}
	return STATUS_FAULT;    /* UNSURE: what the firmware says of a running core */
}

static uint8_t core_access(struct board *b, unsigned sel, bool write, uint32_t *value)
{
	uint8_t st = access_blocked(b);

	if (st != STATUS_OK)
		return st;
	swd_clocks(b, SWD_CLOCKS_BLOCK);
	if (write) {
		swd_clocks(b, SWD_CLOCKS_ACCESS);
		st = write_once(b, DCRDR, 4, *value);
		if (st != STATUS_OK)
			return st;
	}
	swd_clocks(b, SWD_CLOCKS_ACCESS);
	st = write_once(b, DCRSR, 4, sel | (write ? DCRSR_WRITE : 0));
	if (st == STATUS_OK)
		st = core_wait_ready(b);
	if (st == STATUS_OK && !write) {
		swd_clocks(b, SWD_CLOCKS_ACCESS);
		st = read_once(b, DCRDR, 4, value);
	}
	swd_settle(b);
	return st;
}

uint8_t swd_read_core(struct board *b, unsigned sel, uint32_t *value)
{
	*value = 0;
	return core_access(b, sel, false, value);
}

uint8_t swd_write_core(struct board *b, unsigned sel, uint32_t value)
{
	return core_access(b, sel, true, &value);
}
