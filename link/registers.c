/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * registers.c - core registers, by the probe's own commands where it has them.
 *
 * FPU registers of old firmware go through DCRSR and DCRDR (ARMv7-M, C1.6.3 and C1.6.4).
 * Whether the core is halted is the caller's care.
 */
#include <stdio.h>

#include "base/cursor.h"
#include "link/session.h"

static const char where[] = "link";

enum { LAST_COMMON_REG = 20 };

/* ARMv7-M debug registers. */
enum { DCRSR_WRITE = 1 << 16, S_REGRDY = 1 << 16 };
static const uint32_t DHCSR = 0xE000EDF0, DCRSR = 0xE000EDF4, DCRDR = 0xE000EDF8;

/* A transfer takes a few core clocks; this is for a core that is stopped or very slow. */
enum { REGRDY_MS = 100 };

static enum sl_err select_register(struct link *l, struct ctx *c, uint32_t selector)
{
	struct deadline end = ctx_deadline(c, REGRDY_MS);
	uint32_t dhcsr = 0;
	enum sl_err err = link_write32(l, c, DCRSR, selector);

	while (!err) {
		bool late = ctx_expired(c, end);

		err = link_read32(l, c, DHCSR, &dhcsr);
		if (err || (dhcsr & S_REGRDY))
			break;
		if (late)
			return ctx_fail(c, SL_TARGET, where,
					"the core does not hand over its registers");
	}
	return err;
}

static enum sl_err read_by_dcrsr(struct link *l, struct ctx *c, unsigned reg, uint32_t *value)
{
	enum sl_err err = select_register(l, c, reg);

	return err ? err : link_read32(l, c, DCRDR, value);
}

static enum sl_err write_by_dcrsr(struct link *l, struct ctx *c, unsigned reg, uint32_t value)
{
	enum sl_err err = link_write32(l, c, DCRDR, value);

	return err ? err : select_register(l, c, reg | DCRSR_WRITE);
}

static enum sl_err read_v1(struct link *l, struct ctx *c, struct command *cmd, uint32_t *words,
			   size_t n)
{
	struct cursor cur = cur_make(cmd->x.in, cmd->x.len);
	enum sl_err err;

	cmd->has_status = false;
	err = link_run(l, c, cmd);
	for (size_t i = 0; !err && i < n; i++)
		words[i] = cur_le32(&cur);
	return err;
}

enum sl_err link_read_reg(struct link *l, struct ctx *c, unsigned reg, uint32_t *value)
{
	uint8_t reply[8];
	struct command cmd = command_debug(READREG, reply, sizeof(reply));
	struct cursor cur = cur_make(reply, sizeof(reply));
	char doing[32];
	enum sl_err err;

	if (reg > UINT8_MAX)
		return ctx_fail(c, SL_USAGE, where, "there is no core register %u", reg);
	if (reg > LAST_COMMON_REG && !l->caps.fpu_regs)
		return read_by_dcrsr(l, c, reg, value);
	if (l->caps.api == 1) {
		cmd = command_debug(V1_READREG, reply, 4);
		command_u8(&cmd, (uint8_t)reg);
		return read_v1(l, c, &cmd, value, 1);
	}
	command_u8(&cmd, (uint8_t)reg);
	cmd.repeatable = cmd.needs_ap = true;
	(void)snprintf(doing, sizeof(doing), "reading core register %u", reg);
	err = link_run_checked(l, c, &cmd, doing);
	if (err)
		return err;
	cur_seek(&cur, 4);
	*value = cur_le32(&cur);
	return SL_OK;
}

enum sl_err link_write_reg(struct link *l, struct ctx *c, unsigned reg, uint32_t value)
{
	uint8_t reply[2];
	struct command cmd = command_debug(l->caps.api == 1 ? V1_WRITEREG : WRITEREG, reply,
					   sizeof(reply));
	char doing[32];

	if (reg > UINT8_MAX)
		return ctx_fail(c, SL_USAGE, where, "there is no core register %u", reg);
	if (reg > LAST_COMMON_REG && !l->caps.fpu_regs)
		return write_by_dcrsr(l, c, reg, value);
	command_u8(&cmd, (uint8_t)reg);
	command_u32(&cmd, value);
	cmd.repeatable = cmd.needs_ap = true;
	(void)snprintf(doing, sizeof(doing), "writing core register %u", reg);
	return link_run_checked(l, c, &cmd, doing);
}

enum sl_err link_read_all_regs(struct link *l, struct ctx *c, uint32_t regs[LINK_ALL_REGS])
{
	uint8_t reply[4 + 4 * LINK_ALL_REGS];
	struct command cmd = command_debug(READALLREGS, reply, sizeof(reply));
	struct cursor cur = cur_make(reply, sizeof(reply));
	enum sl_err err;

	if (l->caps.api == 1) {
		cmd = command_debug(V1_READALLREGS, reply, 4 * LINK_ALL_REGS);
		return read_v1(l, c, &cmd, regs, LINK_ALL_REGS);
	}
	cmd.repeatable = cmd.needs_ap = true;
	err = link_run_checked(l, c, &cmd, "reading the core registers");
	if (err)
		return err;
	cur_seek(&cur, 4);
	for (size_t i = 0; i < LINK_ALL_REGS; i++)
		regs[i] = cur_le32(&cur);
	return SL_OK;
}
