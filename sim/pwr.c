/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pwr.c - power control: the voltage range of the core's regulator, which bounds its clock.
 *
 * After the PWR chapters of RM0008 and RM0041 (which have no such choice), RM0090, RM0368 and
 * RM0038. The other bits of PWR_CR only remember; how deep WFI sleeps is in sleep.c. A new range
 * is there at once: VOSF and VOSRDY never ask to wait (UNSURE: no figure).
 */
#include "sim/chip_priv.h"
#include "sim/rcc_priv.h"

enum { PWR_CR = 0x00, PWR_CSR = 0x04, CR_PDDS = 1u << 1, CR_CWUF = 1u << 2, CR_CSBF = 1u << 3,
       CSR_EWUP = 0x700 };

static const struct periph *pwr_of(const struct chip *c)
{
	unsigned i;

	for (i = 0; i < c->n_periphs; i++)
		if (c->periphs[i].d->ops == &pwr_regs)
			return &c->periphs[i];
	return NULL;
}

unsigned pwr_vos(const struct chip *c)
{
	const struct vos_desc *vos = c->kind->vos;
	const struct periph *p = vos ? pwr_of(c) : NULL;

	return p ? p->reg[PWR_CR] >> vos->shift & vos->mask : 0;
}

bool pwr_standby(const struct chip *c)
{
	const struct periph *p = pwr_of(c);

	return p && p->reg[PWR_CR] & CR_PDDS;
}

static void pwr_reset(struct chip *c, struct periph *p)
{
	p->reg[PWR_CR] = c->kind->vos ? c->kind->vos->cr_reset : 0;
}

static uint32_t pwr_read(struct chip *c, struct periph *p, uint32_t off)
{
	uint32_t fixed = c->kind->vos ? c->kind->vos->csr_reset : 0;

	if (off == PWR_CSR)
		return p->reg[PWR_CSR / 4u] | fixed;
	return off == PWR_CR ? p->reg[PWR_CR] : 0;
}

/* What PWR_CR.VOS becomes: a reserved value and an untimely one change nothing. */
static uint32_t judge_vos(struct chip *c, uint32_t old, uint32_t v)
{
	const struct vos_desc *vos = c->kind->vos;
	uint32_t field = vos->mask << vos->shift;

	if (!((v ^ old) & field))
		return v;
	if (vos->most_hz[v >> vos->shift & vos->mask] == 0)
		chip_note_illegal(c, "PWR_CR <- %08x: VOS has no such value", (unsigned)v);
	else if (vos->pll_off && rcc_reg(c, CR) & CR_PLLON)
		chip_note_illegal(c, "PWR_CR <- %08x changes VOS while the PLL is on", (unsigned)v);
	else
		return v;
	return (v & ~field) | (old & field);
}

static enum bus_result pwr_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	if (off == PWR_CSR)
		p->reg[PWR_CSR / 4u] = v & CSR_EWUP;
	if (off != PWR_CR)
		return BUS_OK;
	if (c->kind->vos)
		v = judge_vos(c, p->reg[PWR_CR], v);
	p->reg[PWR_CR] = v & ~(uint32_t)(CR_CWUF | CR_CSBF);
	clock_check(c);
	return BUS_OK;
}

const struct periph_ops pwr_regs = {
	.reset = pwr_reset, .read = pwr_read, .write = pwr_write, .untimed = true,
	.wants_clock = true,
};
