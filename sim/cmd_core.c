/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_core.c - commands about the core: identity, halt, run, registers, breakpoints.
 *
 * All of them end as accesses to the core debug registers (ARMv7-M C1.6, C1.11), as in
 * the real probe.
 */
#include "base/bytes.h"
#include "sim/commands.h"
#include "sim/swd.h"

/* ARMv7-M C1.6.2, C1.11 */
#define DHCSR 0xE000EDF0u
#define DHCSR_HALT 0xA05F0003u
#define DHCSR_RUN 0xA05F0001u
#define DHCSR_HALT_MASKED 0xA05F000Bu
#define DHCSR_STEP_MASKED 0xA05F000Du
#define DHCSR_S_HALT (1u << 17)
#define FP_CTRL 0xE0002000u
#define FP_CTRL_KEY_ENABLE 3u
#define FP_COMP0 0xE0002008u
#define FP_COMPARATORS 6u

#define CORE_RUNNING 0x80u
#define CORE_HALTED 0x81u

#define REG_LAST_CORE 0x14u     /* the packed special registers, as DCRSR numbers them */
#define REG_FPSCR 0x21u
#define REG_S0 0x40u
#define REG_S31 0x5Fu
#define FPU_FROM 15u            /* OpenOCD: FPU registers by 33 and 34 from J15 */

static const uint8_t all_regs[] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
};

enum command_result cmd_idcodes(struct call *c)
{
	uint32_t id = 0;
	uint8_t st = swd_dp_read(c->b, 0, &id);

	c->reply->data[0] = st;
	put_le32(c->reply->data + 4, id);
	return CMD_DONE;
}

enum command_result cmd_core_id(struct call *c)
{
	uint32_t id = 0;

	(void)swd_dp_read(c->b, 0, &id);
	put_le32(c->reply->data, id);
	return CMD_DONE;
}

enum command_result cmd_get_status(struct call *c)
{
	uint32_t dhcsr = 0;

	(void)swd_read32(c->b, DHCSR, &dhcsr);
	c->reply->data[0] = dhcsr & DHCSR_S_HALT ? CORE_HALTED : CORE_RUNNING;
	return CMD_DONE;
}

enum command_result cmd_halt(struct call *c)
{
	c->reply->data[0] = swd_write32(c->b, DHCSR, DHCSR_HALT);
	return CMD_DONE;
}

enum command_result cmd_run_core(struct call *c)
{
	c->reply->data[0] = swd_write32(c->b, DHCSR, DHCSR_RUN);
	return CMD_DONE;
}

/* OpenOCD's step by debug registers calls these three writes the way of the firmware; the
 * manual wants C_MASKINTS written on its own. UNSURE: that the firmware writes all three. */
enum command_result cmd_step(struct call *c)
{
	uint8_t st = swd_write32(c->b, DHCSR, DHCSR_HALT_MASKED);

	if (st == STATUS_OK)
		st = swd_write32(c->b, DHCSR, DHCSR_STEP_MASKED);
	if (st == STATUS_OK)
		st = swd_write32(c->b, DHCSR, DHCSR_HALT);
	c->reply->data[0] = st;
	return CMD_DONE;
}

/* ---- registers ------------------------------------------------------------------ */

static bool register_known(const struct board *b, unsigned idx)
{
	if (idx <= REG_LAST_CORE)
		return true;
	if (b->firmware.major == 1 || b->firmware.jtag < FPU_FROM)
		return false;
	return idx == REG_FPSCR || (idx >= REG_S0 && idx <= REG_S31);
}

static uint8_t read_register(struct board *b, unsigned idx, uint32_t *v)
{
	if (!register_known(b, idx)) {
		board_illegal(b, "core register %02X is unknown to %s", idx, b->firmware.text);
		return STATUS_COMMAND_ERROR;
	}
	return swd_read_core(b, idx, v);
}

static uint8_t read_all(struct call *c, uint8_t *at)
{
	uint8_t st = STATUS_OK;

	for (size_t i = 0; i < ARRAY_LEN(all_regs) && st == STATUS_OK; i++) {
		uint32_t v = 0;

		st = swd_read_core(c->b, all_regs[i], &v);
		put_le32(at + 4 * i, v);
	}
	return st;
}

enum command_result cmd_read_all_v1(struct call *c)
{
	(void)read_all(c, c->reply->data);
	return CMD_DONE;
}

enum command_result cmd_read_all(struct call *c)
{
	uint8_t st = read_all(c, c->reply->data + 4);

	c->reply->data[0] = st;
	return CMD_DONE;
}

enum command_result cmd_read_reg_v1(struct call *c)
{
	uint32_t v = 0;

	(void)read_register(c->b, c->cdb[2], &v);
	put_le32(c->reply->data, v);
	return CMD_DONE;
}

enum command_result cmd_read_reg(struct call *c)
{
	uint32_t v = 0;

	c->reply->data[0] = read_register(c->b, c->cdb[2], &v);
	put_le32(c->reply->data + 4, v);
	return CMD_DONE;
}

enum command_result cmd_write_reg(struct call *c)
{
	unsigned idx = c->cdb[2];

	if (!register_known(c->b, idx)) {
		board_illegal(c->b, "core register %02X is unknown to %s", idx,
			      c->b->firmware.text);
		c->reply->data[0] = STATUS_COMMAND_ERROR;
		return CMD_DONE;
	}
	c->reply->data[0] = swd_write_core(c->b, idx, get_le32(c->cdb + 3));
	return CMD_DONE;
}

/* ---- debug registers --------------------------------------------------------------- */

static bool word_aligned(struct call *c, uint32_t addr)
{
	if (addr % 4 == 0)
		return true;
	board_illegal(c->b, "F2 %02X at the odd address %08X", c->cdb[1], addr);
	c->reply->data[0] = STATUS_ALIGNMENT;
	return false;
}

enum command_result cmd_write_debug(struct call *c)
{
	uint32_t addr = get_le32(c->cdb + 2);

	if (word_aligned(c, addr))
		c->reply->data[0] = swd_write32(c->b, addr, get_le32(c->cdb + 6));
	return CMD_DONE;
}

enum command_result cmd_read_debug(struct call *c)
{
	uint32_t addr = get_le32(c->cdb + 2);
	uint32_t v = 0;

	if (!word_aligned(c, addr))
		return CMD_DONE;
	c->reply->data[0] = swd_read32(c->b, addr, &v);
	put_le32(c->reply->data + 4, v);
	return CMD_DONE;
}

/* ---- breakpoints, first API ----------------------------------------------------------- */

/* FP_COMPn: [31:30] which half-word, [28:2] address, [0] enable (ARMv7-M C1.11.5). */
enum command_result cmd_set_fp(struct call *c)
{
	unsigned n = c->cdb[2], type = c->cdb[7];
	uint32_t addr = get_le32(c->cdb + 3);

	if (n >= FP_COMPARATORS || type > 2) {
		c->reply->data[0] = STATUS_COMMAND_ERROR;
		return CMD_DONE;
	}
	c->reply->data[0] = swd_write32(c->b, FP_CTRL, FP_CTRL_KEY_ENABLE);
	if (c->reply->data[0] == STATUS_OK)
		c->reply->data[0] = swd_write32(c->b, FP_COMP0 + 4 * n,
						(addr & 0x1FFFFFFCu) | (type + 1) << 30 | 1u);
	return CMD_DONE;
}

enum command_result cmd_clear_fp(struct call *c)
{
	unsigned n = c->cdb[2];

	c->reply->data[0] = n < FP_COMPARATORS ? swd_write32(c->b, FP_COMP0 + 4 * n, 0)
					       : STATUS_COMMAND_ERROR;
	return CMD_DONE;
}
