/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * gpio.c - ports of F1 (CRL/CRH) and of F4 and L1 (MODER), and what an observer
 * or a finger outside sees and does.
 *
 * After RM0041 7, RM0090 8, RM0038 7. Alternate functions are not followed to
 * the pins: such a pin counts as not driven.
 */
#include "sim/chip_priv.h"

/* F1 offsets / 4 */
enum { F1_CRL = 0, F1_CRH = 1, F1_IDR = 2, F1_ODR = 3, F1_BSRR = 4, F1_BRR = 5, F1_LCKR = 6 };
/* F4 offsets / 4; BRR is an L1 addition that the F4 lacks. */
enum { F4_MODER = 0, F4_OTYPER = 1, F4_OSPEEDR = 2, F4_PUPDR = 3, F4_IDR = 4, F4_ODR = 5,
       F4_BSRR = 6, F4_LCKR = 7, F4_AFRL = 8, F4_AFRH = 9 };

enum pull { PULL_NONE, PULL_UP, PULL_DOWN };

struct pin_state {
	int out;                /* 0, 1, -1 not driven */
	enum pull pull;
};

static struct pin_state f1_pin(const struct periph *p, unsigned n)
{
	uint32_t nibble = p->reg[n < 8 ? F1_CRL : F1_CRH] >> 4u * (n & 7u) & 15u;
	int odr = (int)(p->reg[F1_ODR] >> n & 1u);
	struct pin_state s = { -1, PULL_NONE };

	if ((nibble & 3u) == 0) {
		if (nibble >> 2 == 2)
			s.pull = odr ? PULL_UP : PULL_DOWN;
	} else if (nibble >> 2 == 0) {
		s.out = odr;
	} else if (nibble >> 2 == 1) {
		s.out = odr ? -1 : 0;
	}
	return s;
}

static struct pin_state f4_pin(const struct periph *p, unsigned n)
{
	uint32_t mode = p->reg[F4_MODER] >> 2u * n & 3u, pull = p->reg[F4_PUPDR] >> 2u * n & 3u;
	int odr = (int)(p->reg[F4_ODR] >> n & 1u);
	struct pin_state s = { -1, PULL_NONE };

	s.pull = pull == 1 ? PULL_UP : pull == 2 ? PULL_DOWN : PULL_NONE;
	if (mode == 1)
		s.out = odr && (p->reg[F4_OTYPER] >> n & 1u) ? -1 : odr;
	return s;
}

static struct pin_state pin_state(const struct periph *p, unsigned n)
{
	return p->d->ops == &gpio_f1 ? f1_pin(p, n) : f4_pin(p, n);
}

static unsigned port_index(const struct periph *p)
{
	return p->d->arg - 'A';
}

static uint32_t read_pins(const struct chip *c, const struct periph *p)
{
	unsigned n, port = port_index(p);
	uint32_t v = 0;

	for (n = 0; n < 16; n++) {
		struct pin_state s = pin_state(p, n);
		int level = s.out >= 0 ? s.out : c->pin_drive[port][n];

		if (level < 0)
			level = s.pull == PULL_UP;
		v |= (uint32_t)level << n;
	}
	return v;
}

static void refresh_port(struct chip *c, const struct periph *p)
{
	unsigned n, port = port_index(p);

	for (n = 0; n < 16; n++) {
		int level = c->power ? pin_state(p, n).out : -1;

		if (level == c->pin_level[port][n])
			continue;
		c->pin_level[port][n] = (int8_t)level;
		if (c->pin_fn)
			c->pin_fn(c->pin_priv, (char)p->d->arg, n, level, c->at_ps / PS_PER_NS);
	}
}

static bool is_gpio(const struct periph *p)
{
	return p->d->ops == &gpio_f1 || p->d->ops == &gpio_f4;
}

void gpio_refresh(struct chip *c)
{
	unsigned i;

	for (i = 0; i < c->n_periphs; i++)
		if (is_gpio(&c->periphs[i]))
			refresh_port(c, &c->periphs[i]);
}

/* ---- registers -------------------------------------------------------------------------------- */

static void f1_reset(struct chip *c, struct periph *p)
{
	(void)c;
	p->reg[F1_CRL] = p->reg[F1_CRH] = 0x44444444u;
}

static uint32_t f1_read(struct chip *c, struct periph *p, uint32_t off)
{
	switch (off / 4u) {
	case F1_IDR: return read_pins(c, p);
	case F1_BSRR: case F1_BRR: return 0;
	default: return off / 4u <= F1_LCKR ? p->reg[off / 4u] : 0;
	}
}

static void set_reset_bits(uint32_t *odr, uint32_t v)
{
	*odr &= ~(v >> 16);
	*odr |= v & 0xFFFFu;
}

static enum bus_result f1_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	switch (off / 4u) {
	case F1_IDR:
		break;
	case F1_ODR:
		p->reg[F1_ODR] = v & 0xFFFFu;
		break;
	case F1_BSRR:
		set_reset_bits(&p->reg[F1_ODR], v);
		break;
	case F1_BRR:
		p->reg[F1_ODR] &= ~(v & 0xFFFFu);
		break;
	default:
		if (off / 4u <= F1_LCKR)
			p->reg[off / 4u] = v;
	}
	refresh_port(c, p);
	return BUS_OK;
}

/* Reset values of ports A and B keep the debug pins (RM0090 8.4, RM0038 7.4). */
static void f4_reset(struct chip *c, struct periph *p)
{
	bool l1 = c->kind->rcc == &rcc_l1;

	if (p->d->arg == 'A') {
		p->reg[F4_MODER] = 0xA8000000u;
		p->reg[F4_PUPDR] = 0x64000000u;
		p->reg[F4_OSPEEDR] = l1 ? 0 : 0x0C000000u;
	} else if (p->d->arg == 'B') {
		p->reg[F4_MODER] = 0x00000280u;
		p->reg[F4_PUPDR] = 0x00000100u;
		p->reg[F4_OSPEEDR] = 0x000000C0u;
	}
}

static uint32_t f4_read(struct chip *c, struct periph *p, uint32_t off)
{
	switch (off / 4u) {
	case F4_IDR: return read_pins(c, p);
	case F4_BSRR: return 0;
	default: return off / 4u <= F4_AFRH ? p->reg[off / 4u] : 0;
	}
}

static enum bus_result f4_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	switch (off / 4u) {
	case F4_IDR:
		break;
	case F4_ODR:
		p->reg[F4_ODR] = v & 0xFFFFu;
		break;
	case F4_BSRR:
		set_reset_bits(&p->reg[F4_ODR], v);
		break;
	default:
		if (off / 4u <= F4_AFRH)
			p->reg[off / 4u] = v;
	}
	/* PA13 and PA14 are SWDIO and SWCLK while they are alternate function 0. */
	if (p->d->arg == 'A')
		c->swj_off = (p->reg[F4_MODER] >> 26 & 15u) != 10u;
	refresh_port(c, p);
	return BUS_OK;
}

const struct periph_ops gpio_f1 = { .reset = f1_reset, .read = f1_read, .write = f1_write };
const struct periph_ops gpio_f4 = { .reset = f4_reset, .read = f4_read, .write = f4_write };

/* ---- AFIO: only what can cut the debugger off -------------------------------------------------------- */

static void afio_reset(struct chip *c, struct periph *p)
{
	(void)c;
	(void)p;
}

static uint32_t afio_read(struct chip *c, struct periph *p, uint32_t off)
{
	(void)c;
	if (off == 4)                   /* SWJ_CFG is write-only */
		return p->reg[1] & ~(7u << 24);
	return off / 4u < 8u ? p->reg[off / 4u] : 0;
}

static enum bus_result afio_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	if (off / 4u < 8u)
		p->reg[off / 4u] = v;
	if (off == 4 && (v >> 24 & 7u) == 4u)
		c->swj_off = true;      /* RM0008 9.4.2: 100 = JTAG and SWD off, until reset */
	return BUS_OK;
}

const struct periph_ops afio_f1 = { .reset = afio_reset, .read = afio_read, .write = afio_write };

/* ---- the outside ------------------------------------------------------------------------------------- */

static bool pin_exists(char port, unsigned n)
{
	return port >= 'A' && port < 'A' + MAX_PORTS && n < 16;
}

int chip_pin(struct chip *c, char port, unsigned n)
{
	int level;

	if (!pin_exists(port, n))
		return -1;
	chip_sync(c);
	level = c->pin_level[port - 'A'][n];
	return level >= 0 ? level : c->pin_drive[port - 'A'][n];
}

void chip_drive_pin(struct chip *c, char port, unsigned n, int level)
{
	if (!pin_exists(port, n))
		return;
	chip_sync(c);
	c->pin_drive[port - 'A'][n] = (int8_t)(level < 0 ? -1 : level > 0);
}

void chip_on_pin(struct chip *c, chip_pin_fn *fn, void *priv)
{
	c->pin_fn = fn;
	c->pin_priv = priv;
}
