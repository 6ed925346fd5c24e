/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * periph_misc.c - small peripherals: the CRC unit, the flash controller's door, and
 * blocks that only remember what was written.
 */
#include "sim/chip_priv.h"

static void reset_nothing(struct chip *c, struct periph *p)
{
	(void)c;
	(void)p;
}

/* ---- plain registers ---------------------------------------------------------------------- */

static uint32_t plain_read(struct chip *c, struct periph *p, uint32_t off)
{
	(void)c;
	return off / 4u < ARRAY_LEN(p->reg) ? p->reg[off / 4u] : 0;
}

static enum bus_result plain_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	(void)c;
	if (off / 4u < ARRAY_LEN(p->reg))
		p->reg[off / 4u] = v;
	return BUS_OK;
}

const struct periph_ops regs_plain = {
	.reset = reset_nothing, .read = plain_read, .write = plain_write, .untimed = true,
};

/* ---- CRC: RM0008 4: polynomial 04C11DB7, words, most significant bit first ------------------------ */

/* RM0008 4.3, RM0038 and RM0090 alike: a computation takes four AHB clocks, and the write that
 * starts it is stalled until its end. UNSURE: whether the core's write buffer hides some of that;
 * here it hides nothing. */
#define CRC_CLOCKS 4u

enum { CRC_DR = 0, CRC_IDR = 4, CRC_CR = 8, CRC_RESET = 1u << 0 };

static void crc_reset(struct chip *c, struct periph *p)
{
	(void)c;
	p->reg[CRC_DR] = UINT32_MAX;
}

static uint32_t crc_read(struct chip *c, struct periph *p, uint32_t off)
{
	/* RM0008 4.4: by words only. A narrow write begins with this read. */
	if (c->peek && off == CRC_DR)
		chip_note_illegal(c, "CRC_DR written by less than a word");
	return off == CRC_CR ? 0 : plain_read(c, p, off);
}

/* A debugger's next access comes later than the end of the computation. */
static void crc_stall(struct chip *c)
{
	if (c->acc_by == BY_CORE)
		c->core.t_ps += UINT64_C(1000000000000) * CRC_CLOCKS / rcc_hclk_hz(c);
}

static enum bus_result crc_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	unsigned i;

	if (off == CRC_DR) {
		crc_stall(c);
		p->reg[0] ^= v;
		for (i = 0; i < 32; i++)
			p->reg[0] = p->reg[0] << 1 ^ (p->reg[0] & 1u << 31 ? 0x04C11DB7u : 0);
	} else if (off == CRC_IDR) {
		p->reg[1] = v & 0xFFu;
	} else if (off == CRC_CR && v & CRC_RESET) {
		p->reg[CRC_DR] = UINT32_MAX;
	}
	return BUS_OK;
}

const struct periph_ops crc_unit = {
	.reset = crc_reset, .read = crc_read, .write = crc_write, .untimed = true,
	.wants_clock = true,
};

/* ---- flash controller ------------------------------------------------------------------------------- */

static uint32_t door_read(struct chip *c, struct periph *p, uint32_t off)
{
	(void)p;
	return c->kind->flash->reg_read(c, off);
}

static enum bus_result door_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	(void)p;
	return c->kind->flash->reg_write(c, off, v);
}

const struct periph_ops flash_regs = {
	.reset = reset_nothing, .read = door_read, .write = door_write,
};
