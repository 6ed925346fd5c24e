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
	.reset = reset_nothing, .read = plain_read, .write = plain_write,
};

/* ---- CRC: RM0008 4: polynomial 04C11DB7, words, most significant bit first ------------------------ */

static void crc_reset(struct chip *c, struct periph *p)
{
	(void)c;
	p->reg[0] = UINT32_MAX;
}

static enum bus_result crc_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	unsigned i;

	(void)c;
	if (off == 0) {
		p->reg[0] ^= v;
		for (i = 0; i < 32; i++)
			p->reg[0] = p->reg[0] << 1 ^ (p->reg[0] & 1u << 31 ? 0x04C11DB7u : 0);
	} else if (off == 4) {
		p->reg[1] = v & 0xFFu;
	} else if (off == 8 && v & 1u) {
		p->reg[0] = UINT32_MAX;
	}
	return BUS_OK;
}

const struct periph_ops crc_unit = {
	.reset = crc_reset, .read = plain_read, .write = crc_write,
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
