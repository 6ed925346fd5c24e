/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usart.c - the USARTs as far as firmware needs them: bytes out at once, bytes in at the pace
 * of the line, RXNE, ORE and the level interrupt.
 *
 * After RM0008 27 and RM0368 19. Not modelled: the chip's own baud rate (what comes in is
 * received whatever BRR says, what goes out takes no time), parity, DMA, the pins' alternate
 * functions.
 */
#include "sim/chip_priv.h"

enum { SR = 0, DR = 1, CR1 = 3, N_REGS = 7, RDR = 8, SEEN = 9 };
enum { SR_ORE = 1u << 3, SR_RXNE = 1u << 5, SR_TC = 1u << 6, SR_TXE = 1u << 7 };
enum { CR1_RE = 1u << 2, CR1_TE = 1u << 3, CR1_RXNEIE = 1u << 5, CR1_TCIE = 1u << 6,
       CR1_TXEIE = 1u << 7, CR1_UE = 1u << 13 };

static struct rx_line *line_of(struct chip *c, const struct periph *p)
{
	return &c->rx[p->d->arg - 1u];
}

/* The interrupt line is a level: it pends again while flag and enable are set. */
static void refresh_irq(struct chip *c, const struct periph *p)
{
	uint32_t sr = p->reg[SR], cr1 = p->reg[CR1];
	unsigned n = 16u + p->d->irq;
	bool high = ((cr1 & CR1_RXNEIE) && (sr & (SR_RXNE | SR_ORE))) ||
		    ((cr1 & CR1_TXEIE) && (sr & SR_TXE)) || ((cr1 & CR1_TCIE) && (sr & SR_TC));

	if (high && !c->core.active[n] && !c->core.pend[n])
		exc_pend(c, n);
}

static bool enabled(const struct periph *p, uint32_t direction)
{
	return (p->reg[CR1] & (CR1_UE | direction)) == (CR1_UE | direction);
}

static void byte_in(struct periph *p, uint8_t byte)
{
	if (!enabled(p, CR1_RE))
		return;                 /* nobody listens */
	if (p->reg[SR] & SR_RXNE) {
		p->reg[SR] |= SR_ORE;   /* RM0008 27.3.3: the byte in the shift register is lost */
		return;
	}
	p->reg[RDR] = byte;
	p->reg[SR] |= SR_RXNE;
}

static void usart_update(struct chip *c, struct periph *p, uint64_t t_ps)
{
	struct rx_line *l = line_of(c, p);

	while (l->count > 0 && l->next_ps <= t_ps) {
		byte_in(p, l->data[l->first]);
		l->first = (l->first + 1u) % CHIP_RX_MAX;
		l->count--;
		l->next_ps += l->char_ps;
	}
	refresh_irq(c, p);
}

static uint64_t usart_next(struct chip *c, struct periph *p)
{
	const struct rx_line *l = line_of(c, p);

	return l->count > 0 ? l->next_ps : PS_NEVER;
}

static void usart_reset(struct chip *c, struct periph *p)
{
	(void)c;
	p->reg[SR] = SR_TXE | SR_TC;
}

static uint32_t usart_read(struct chip *c, struct periph *p, uint32_t off)
{
	usart_update(c, p, c->at_ps);
	if (off / 4u == SR) {
		if (!c->peek)
			p->reg[SEEN] = p->reg[SR];
		return p->reg[SR];
	}
	if (off / 4u != DR)
		return off / 4u < N_REGS ? p->reg[off / 4u] : 0;
	if (!c->peek)                   /* RM0008 27.6.1: read SR, then DR clears the errors */
		p->reg[SR] &= ~(SR_RXNE | (p->reg[SEEN] & SR_ORE));
	return p->reg[RDR];
}

static enum bus_result usart_write(struct chip *c, struct periph *p, uint32_t off, uint32_t v)
{
	usart_update(c, p, c->at_ps);
	if (off / 4u == SR) {
		p->reg[SR] &= v | ~(uint32_t)(SR_RXNE | SR_TC);
	} else if (off / 4u == DR) {
		if (enabled(p, CR1_TE)) {
			p->reg[SR] |= SR_TXE | SR_TC;
			if (c->tx_fn)
				c->tx_fn(c->tx_priv, p->d->arg, (uint8_t)v, c->at_ps / PS_PER_NS);
		}
	} else if (off / 4u < N_REGS) {
		p->reg[off / 4u] = v;
	}
	refresh_irq(c, p);
	return BUS_OK;
}

const struct periph_ops usart_f1 = {
	.reset = usart_reset, .read = usart_read, .write = usart_write,
	.next_ps = usart_next, .update = usart_update,
};

void chip_on_tx(struct chip *c, chip_tx_fn *fn, void *priv)
{
	c->tx_fn = fn;
	c->tx_priv = priv;
}

bool chip_rx(struct chip *c, unsigned usart, uint8_t byte, uint64_t char_ns)
{
	struct rx_line *l;

	if (usart < 1 || usart > ARRAY_LEN(c->rx))
		return false;
	chip_sync(c);
	l = &c->rx[usart - 1u];
	if (l->count == CHIP_RX_MAX)
		return false;
	l->char_ps = char_ns * PS_PER_NS;
	if (l->count == 0)
		l->next_ps = chip_clock_ps(c) + l->char_ps;
	l->data[(l->first + l->count) % CHIP_RX_MAX] = byte;
	l->count++;
	c->replan = true;
	return true;
}

size_t chip_rx_room(struct chip *c, unsigned usart)
{
	if (usart < 1 || usart > ARRAY_LEN(c->rx))
		return 0;
	chip_sync(c);
	return CHIP_RX_MAX - c->rx[usart - 1u].count;
}
