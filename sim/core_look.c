/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_look.c - single instructions, where Unicorn's view of them is not enough.
 *
 * It cannot stop inside an IT block, passes over the instructions in it whose
 * condition fails without a callback, and keeps ITSTATE to itself; it takes SEV for
 * NOP, does not know WFE and YIELD, and executes FPU instructions and divisions by
 * zero whatever CPACR and CCR say. So an IT block in which something may have to
 * stop is executed one by one, each instruction on its own. Encodings after
 * DDI 0403 A5 and A7; ITSTATE after A7.3.3.
 */
#include "sim/chip_priv.h"

enum look { LOOK_NONE, LOOK_HINT, LOOK_MASK, LOOK_WIDE, LOOK_COPROCESSOR, LOOK_DIVIDE };

#define CPACR_FPU 0x00F00000u
#define XPSR_FLAGS 0xF8000000u

/* ---- the opcode --------------------------------------------------------------------------- */

uint16_t look_opcode(struct chip *c, uint32_t addr)
{
	struct code_window *w = &c->core.code;
	uint32_t off;
	struct block *b = bus_block(c, addr, 2, &off);

	if (!b)
		return 0;
	w->base = addr - off;
	w->size = b->d->size;
	w->host = b->host;
	return (uint16_t)get_mem(b->host + off, 2);
}

unsigned look_size(uint16_t op)
{
	return op >> 11 >= 0x1Du ? 4 : 2;
}

/* 111x 11xx: coprocessor space (A5.3.18). */
bool look_is_coprocessor(uint16_t op)
{
	return (op & 0xEC00u) == 0xEC00u;
}

void look_configure(struct chip *c)
{
	struct core *co = &c->core;
	bool no_fpu = c->kind->m4 && (co->cpacr & CPACR_FPU) != CPACR_FPU;
	unsigned i;

	for (i = 0xEC; i <= 0xFF; i++)
		if (look_is_coprocessor((uint16_t)(i << 8)))
			co->look[i] = no_fpu ? LOOK_COPROCESSOR : LOOK_NONE;
	co->look[0xFB] = co->ccr & CCR_DIV_0_TRP ? LOOK_DIVIDE : LOOK_NONE;
}

void look_reset(struct chip *c)
{
	struct core *co = &c->core;

	co->look[0xBF] = LOOK_HINT;
	co->look[0xB6] = LOOK_MASK;
	co->look[0xF3] = LOOK_WIDE;
	co->it.state = 0;
	look_configure(c);
}

/* Interrupts that wait may be due once the instruction has changed a mask. */
static void mask_changes(struct core *co)
{
	if (co->any_pend)
		co->stop_req = true;
}

static bool is_it(uint16_t op)
{
	return (op & 0xFF00u) == 0xBF00u && (op & 0xFu);
}

static uint8_t it_of(uint32_t xpsr)
{
	return (uint8_t)((xpsr >> 8 & 0xFCu) | (xpsr >> 25 & 3u));
}

static uint8_t it_advance(uint8_t s)
{
	return s & 7u ? (uint8_t)((s & 0xE0u) | ((unsigned)s << 1 & 0x1Fu)) : 0;
}

/* Something may have to stop in the rest of an IT block: a breakpoint, a watchpoint, an
 * instruction that must not execute. */
static bool delicate(struct chip *c, uint32_t at, uint8_t state)
{
	const struct core *co = &c->core;

	if (co->dwt.n_hooks || co->dwt.on_pc)
		return true;
	for (; state; state = it_advance(state)) {
		uint16_t op = look_opcode(c, at);
		uint8_t look = co->look[op >> 8];

		if (look == LOOK_COPROCESSOR || look == LOOK_DIVIDE || fpb_breaks(c, at))
			return true;
		at += look_size(op);
	}
	return false;
}

/* IT and 16-bit hints: A5.2.5. */
static void look_hint_16(struct chip *c, uint32_t addr, uint16_t op)
{
	struct core *co = &c->core;

	if (op == 0xBF40u)
		co->event = true;               /* SEV */
	if (!is_it(op))
		return;
	co->it_stop = delicate(c, addr + 2u, (uint8_t)op);
	if (co->it_stop)
		return;
	co->it.pc = addr + 2u;
	co->it.state = (uint8_t)op;
}

/* MSR and wide hints: A5.3.4. */
static void look_wide(struct chip *c, uint32_t addr, uint16_t op)
{
	uint16_t second;

	if ((op & 0xFFE0u) == 0xF380u) {
		mask_changes(&c->core);
	} else if (op == 0xF3AFu) {
		second = look_opcode(c, addr + 2u);
		c->core.event = c->core.event || second == 0x8004u;
	}
}

/* SDIV, UDIV: A7.7.127, A7.7.195. */
static void look_divide(struct chip *c, uint32_t addr, uint16_t op)
{
	if ((op & 0xFFD0u) != 0xFB90u)
		return;
	if (core_reg(c, look_opcode(c, addr + 2u) & 0xFu) == 0)
		c->core.refused = FAULT_DIVZERO;
}

void look_at(struct chip *c, uint32_t addr, uint16_t op)
{
	unsigned cp;

	switch (c->core.look[op >> 8]) {
	case LOOK_HINT:
		look_hint_16(c, addr, op);
		break;
	case LOOK_MASK:
		mask_changes(&c->core);
		break;
	case LOOK_WIDE:
		look_wide(c, addr, op);
		break;
	case LOOK_COPROCESSOR:
		cp = look_opcode(c, addr + 2u) >> 8 & 0xFu;
		if (cp == 10 || cp == 11)
			c->core.refused = FAULT_NOCP;
		break;
	case LOOK_DIVIDE:
		look_divide(c, addr, op);
		break;
	default:
		break;
	}
}

bool look_hint(struct chip *c, uint32_t pc)
{
	struct core *co = &c->core;
	uint16_t op = look_opcode(c, pc), second = 0;
	uint32_t next = pc + look_size(op);

	if (op == 0xF3AFu)
		second = look_opcode(c, pc + 2u);
	if (op == 0xBF20u || second == 0x8002u) {               /* WFE */
		co->sleeping = co->in_wfe = !co->event;
		co->event = false;
	} else if (op != 0xBF10u && second != 0x8001u) {        /* YIELD */
		return false;
	}
	core_set_reg(c, REG_PC, next);
	look_it_set(c, look_it_now(c, next));
	return true;
}

/* ---- ITSTATE ---------------------------------------------------------------------------------- */

void look_it_begin(struct chip *c, uint32_t pc)
{
	struct core *co = &c->core;

	co->it.pc = pc;
	co->it.state = it_of(core_reg(c, REG_XPSR));
}

uint8_t look_it_now(struct chip *c, uint32_t pc)
{
	uint32_t at = c->core.it.pc;
	uint8_t s = c->core.it.state;

	while (s && at != pc) {
		at += look_size(look_opcode(c, at));
		s = it_advance(s);
	}
	return s;
}

void look_it_set(struct chip *c, uint8_t state)
{
	uint32_t xpsr = core_reg(c, REG_XPSR);

	if (it_of(xpsr) == state)
		return;
	xpsr = (xpsr & ~XPSR_IT) | (uint32_t)(state & 0xFCu) << 8 | (uint32_t)(state & 3u) << 25;
	core_set_reg(c, REG_XPSR, xpsr);
}

/* A7.3.1 */
static bool condition_passes(uint32_t xpsr, unsigned cond)
{
	bool n = xpsr >> 31 & 1u, z = xpsr >> 30 & 1u, carry = xpsr >> 29 & 1u, v = xpsr >> 28 & 1u;
	bool r = true;

	switch (cond >> 1) {
	case 0: r = z; break;
	case 1: r = carry; break;
	case 2: r = n; break;
	case 3: r = v; break;
	case 4: r = carry && !z; break;
	case 5: r = n == v; break;
	case 6: r = n == v && !z; break;
	default: return true;
	}
	return cond & 1u ? !r : r;
}

static void pass_over(struct chip *c, uint32_t next, uint8_t state)
{
	struct core *co = &c->core;

	core_set_reg(c, REG_PC, next);
	look_it_set(c, state);
	co->t_ps += co->insn_ps;
	co->insns++;
}

bool look_it_first(struct chip *c, uint32_t pc, uint64_t *budget)
{
	struct core *co = &c->core;
	uint16_t op = look_opcode(c, pc);
	uint32_t xpsr;

	co->it_alone = false;
	if (!co->it.state && is_it(op) && (*budget == 1 || delicate(c, pc + 2u, (uint8_t)op))) {
		pass_over(c, pc + 2u, (uint8_t)op);
		return true;
	}
	if (!co->it.state || (*budget != 1 && !delicate(c, pc, co->it.state)))
		return false;
	xpsr = core_reg(c, REG_XPSR);
	if (!condition_passes(xpsr, co->it.state >> 4)) {
		pass_over(c, pc + look_size(op), it_advance(co->it.state));
		return true;
	}
	/* On its own, outside the block; but there most short ones would set the flags. */
	co->it_alone = true;
	co->it_flags = xpsr & XPSR_FLAGS;
	look_it_set(c, 0);
	*budget = 1;
	return false;
}

/* CMP and CMN, TST: the short instructions that set flags in an IT block as well (A7.7). */
static bool compares(uint16_t op)
{
	return op >> 11 == 5 || op >> 8 == 0x45 || (op & 0xFF80u) == 0x4280u || (op & 0xFFC0u) == 0x4200u;
}

void look_it_stepped(struct chip *c)
{
	const struct core *co = &c->core;
	uint16_t op = look_opcode(c, co->start_pc);
	uint32_t xpsr = core_reg(c, REG_XPSR);

	if (co->it_alone && look_size(op) == 2 && !compares(op))
		core_set_reg(c, REG_XPSR, (xpsr & ~XPSR_FLAGS) | co->it_flags);
}
