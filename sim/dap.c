/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * dap.c - raw debug port and access port registers, as F2 45 and 46 reach them.
 *
 * One MEM-AP (AHB-AP, number 0); higher AP numbers read as absent. Follows ADIv5.
 * Pushed verify and compare, overrun detection and AP transaction counters are not
 * modelled. The probe firmware owns SELECT: a write to it is swallowed.
 */
#include "sim/board.h"
#include "sim/swd.h"

/* ADIv5 2.3: DP registers */
#define DP_DPIDR_ABORT 0x0u
#define DP_CTRL_STAT 0x4u
#define DP_SELECT 0x8u
#define DP_RDBUFF 0xCu
#define ABORT_STKERRCLR (1u << 2)
#define CTRL_STICKYERR (1u << 5)
#define CTRL_PWRUPREQ (5u << 28)
#define CTRL_PWRUPACK (10u << 28)

/* ADIv5 7.5: MEM-AP registers */
#define AP_CSW 0x00u
#define AP_TAR 0x04u
#define AP_DRW 0x0Cu
#define AP_BD0 0x10u
#define AP_BD3 0x1Cu
#define AP_CFG 0xF4u
#define AP_BASE 0xF8u
#define AP_IDR 0xFCu
#define CSW_SIZE 7u
#define CSW_ADDRINC 0x30u
#define CSW_ADDRINC_SINGLE 0x10u
#define CSW_DEVICE_EN 0x40u
#define TAR_INC_MASK 0xFFFu     /* Cortex-M3 and M4: within 4 KiB (OpenOCD, after IHI 0031) */

#define CPUID 0xE000ED00u       /* ARMv7-M B3.2.3 */
#define CPUID_PART_M4 0xC24u
#define CPUID_VARIANT 0x00F00000u
#define CPUID_R2 0x00200000u
#define IDR_M3_R1 0x14770011u   /* Cortex-M3 TRM, AHB-AP, r1 and r2 */
#define IDR_M3_R2 0x24770011u
#define IDR_M4 0x24770011u      /* Cortex-M4 TRM, AHB-AP */
#define ROM_TABLE 0xE00FF003u   /* ARMv7-M C1.2.7: ROM table base, present */

static bool line_dead(struct board *b)
{
	return b->cond.no_target || !b->cond.powered || !chip_swd_ok(b->chip);
}

uint8_t swd_dp_read(struct board *b, unsigned reg, uint32_t *value)
{
	const struct swd_state *s = &b->probe.swd;
	uint8_t st;

	*value = 0;
	swd_clocks(b, SWD_CLOCKS_ACCESS);
	swd_settle(b);
	if (line_dead(b))
		return STATUS_DP_ERROR;
	st = swd_wire(b, SWD_DP);
	if (st != STATUS_OK)
		return st;
	switch (reg & 0xFu) {
	case DP_DPIDR_ABORT:
		*value = chip_dpidr(b->chip);
		break;
	case DP_CTRL_STAT:
		*value = (s->power_req ? CTRL_PWRUPREQ | CTRL_PWRUPACK : 0) |
			 (s->sticky_err ? CTRL_STICKYERR : 0);
		break;
	case DP_RDBUFF:
		*value = s->rdbuff;
		break;
	default:
		break;
	}
	return STATUS_OK;
}

uint8_t swd_dp_write(struct board *b, unsigned reg, uint32_t value)
{
	struct swd_state *s = &b->probe.swd;
	uint8_t st;

	swd_clocks(b, SWD_CLOCKS_ACCESS);
	swd_settle(b);
	if (line_dead(b))
		return STATUS_DP_ERROR;
	st = swd_wire(b, SWD_DP);
	if (st != STATUS_OK)
		return st;
	switch (reg & 0xFu) {
	case DP_DPIDR_ABORT:
		if (value & ABORT_STKERRCLR)
			s->sticky_err = false;
		break;
	case DP_CTRL_STAT:
		s->power_req = (value & CTRL_PWRUPREQ) == CTRL_PWRUPREQ;
		break;
	default:
		break;          /* SELECT belongs to the firmware */
	}
	return STATUS_OK;
}

static unsigned csw_size(const struct swd_state *s)
{
	static const unsigned sizes[8] = { 1, 2, 4, 4, 4, 4, 4, 4 };

	return sizes[s->ap_csw & CSW_SIZE];
}

static void tar_advance(struct swd_state *s)
{
	if ((s->ap_csw & CSW_ADDRINC) == CSW_ADDRINC_SINGLE)
		s->ap_tar = (s->ap_tar & ~TAR_INC_MASK) |
			    ((s->ap_tar + csw_size(s)) & TAR_INC_MASK);
}

static uint8_t bus_done(struct board *b, enum bus_result r)
{
	swd_settle(b);
	if (r == BUS_OK)
		return STATUS_OK;
	if (r == BUS_OFF)
		return STATUS_AP_ERROR;
	b->probe.swd.sticky_err = true;
	return STATUS_AP_FAULT;
}

/* DRW and BD0..3; the byte lanes of ADIv5 7.2.2 put narrow data at the address's lane. */
static uint8_t data_read(struct board *b, unsigned reg, uint32_t *value)
{
	struct swd_state *s = &b->probe.swd;
	bool banked = reg != AP_DRW;
	unsigned size = banked ? 4 : csw_size(s);
	uint32_t addr = banked ? (s->ap_tar & ~0xFu) + (reg - AP_BD0) : s->ap_tar;
	uint32_t v = 0;
	uint8_t st;

	if (addr % size != 0)
		return STATUS_ALIGNMENT;
	st = bus_done(b, chip_read(b->chip, addr, size, &v));
	*value = v << 8 * (addr & 3u);
	if (st == STATUS_OK && !banked)
		tar_advance(s);
	return st;
}

static uint8_t data_write(struct board *b, unsigned reg, uint32_t value)
{
	struct swd_state *s = &b->probe.swd;
	bool banked = reg != AP_DRW;
	unsigned size = banked ? 4 : csw_size(s);
	uint32_t addr = banked ? (s->ap_tar & ~0xFu) + (reg - AP_BD0) : s->ap_tar;
	uint8_t st;

	if (addr % size != 0)
		return STATUS_ALIGNMENT;
	value >>= 8 * (addr & 3u);
	if (size < 4)
		value &= (1u << 8 * size) - 1u;
	st = bus_done(b, chip_write(b->chip, addr, size, value));
	if (st == STATUS_OK && !banked)
		tar_advance(s);
	return st;
}

static uint32_t ap_idr(struct board *b)
{
	uint32_t cpuid = 0;

	if (chip_read(b->chip, CPUID, 4, &cpuid) != BUS_OK)
		return IDR_M3_R1;
	if ((cpuid >> 4 & 0xFFFu) == CPUID_PART_M4)
		return IDR_M4;
	return (cpuid & CPUID_VARIANT) >= CPUID_R2 ? IDR_M3_R2 : IDR_M3_R1;
}

uint8_t swd_ap_read(struct board *b, unsigned ap, unsigned reg, uint32_t *value)
{
	struct swd_state *s = &b->probe.swd;
	uint8_t st;

	*value = 0;
	swd_clocks(b, SWD_CLOCKS_ACCESS);
	if (line_dead(b))
		return STATUS_AP_ERROR;
	st = swd_wire(b, SWD_AP_READ);
	if (st != STATUS_OK)
		return st;
	if (swd_ap_waits(b))
		return STATUS_AP_WAIT;
	if (s->sticky_err)
		return STATUS_AP_FAULT;
	if (ap != 0)
		return STATUS_OK;       /* no such AP: IDR reads as zero */
	if (reg == AP_DRW || (reg >= AP_BD0 && reg <= AP_BD3))
		st = data_read(b, reg, value);
	else if (reg == AP_CSW)
		*value = s->ap_csw | CSW_DEVICE_EN;
	else if (reg == AP_TAR)
		*value = s->ap_tar;
	else if (reg == AP_BASE)
		*value = ROM_TABLE;
	else if (reg == AP_IDR)
		*value = ap_idr(b);
	s->rdbuff = *value;
	swd_settle(b);
	return st;
}

uint8_t swd_ap_write(struct board *b, unsigned ap, unsigned reg, uint32_t value)
{
	struct swd_state *s = &b->probe.swd;
	uint8_t st;

	swd_clocks(b, SWD_CLOCKS_ACCESS);
	if (line_dead(b))
		return STATUS_AP_ERROR;
	st = swd_wire(b, SWD_AP_WRITE);
	if (st != STATUS_OK)
		return st;
	if (swd_ap_waits(b))
		return STATUS_AP_WAIT;
	if (s->sticky_err)
		return STATUS_AP_FAULT;
	if (ap != 0)
		return STATUS_OK;
	if (reg == AP_DRW || (reg >= AP_BD0 && reg <= AP_BD3))
		st = data_write(b, reg, value);
	else if (reg == AP_CSW)
		s->ap_csw = value;
	else if (reg == AP_TAR)
		s->ap_tar = value;
	swd_settle(b);
	return st;
}
