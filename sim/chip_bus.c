/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * chip_bus.c - the address map: memory blocks, peripherals, bit-band, and the
 * debugger's way into it.
 *
 * The core reads and writes memory blocks directly (core.c maps them into
 * Unicorn); its accesses to devices come through bus_device_read and _write.
 */
#include "sim/chip_priv.h"

#include <stdlib.h>
#include <string.h>

uint32_t get_mem(const uint8_t *p, unsigned size)
{
	uint32_t v = 0;
	unsigned i;

	for (i = 0; i < size; i++)
		v |= (uint32_t)p[i] << (8u * i);
	return v;
}

void put_mem(uint8_t *p, unsigned size, uint32_t v)
{
	unsigned i;

	for (i = 0; i < size; i++)
		p[i] = (uint8_t)(v >> (8u * i));
}

static uint32_t lanes(uint32_t v, unsigned size)
{
	return size == 4 ? v : v & ((1u << 8u * size) - 1u);
}

/* ---- memory blocks ------------------------------------------------------------------ */

enum bus_result bus_init(struct chip *c)
{
	const struct block_desc *d;

	for (d = c->kind->blocks; d->size && c->n_blocks < MAX_BLOCKS; d++) {
		struct block *b = &c->blocks[c->n_blocks];

		/* Unicorn wants whole pages at page borders of the host. */
		b->host = aligned_alloc(4096, d->size);
		if (!b->host)
			return BUS_OFF;
		memset(b->host, 0xFF, d->size);
		b->d = d;
		c->n_blocks++;
	}
	return BUS_OK;
}

void bus_free(struct chip *c)
{
	unsigned i;

	for (i = 0; i < c->n_blocks; i++)
		free(c->blocks[i].host);
}

/* Address 0 shows main flash: BOOT0 = 0 (PM0075 and RM0090, boot configuration). */
static uint32_t unalias(const struct chip *c, uint32_t addr)
{
	return addr < c->kind->flash_bytes ? addr + c->kind->flash_base : addr;
}

struct block *bus_block(struct chip *c, uint32_t addr, unsigned size, uint32_t *off)
{
	unsigned i;

	addr = unalias(c, addr);
	for (i = 0; i < c->n_blocks; i++) {
		struct block *b = &c->blocks[i];
		uint32_t o = addr - b->d->base;

		if (addr >= b->d->base && o < b->d->size && b->d->size - o >= size) {
			*off = o;
			return b;
		}
	}
	return NULL;
}

uint8_t *bus_host(struct chip *c, uint32_t addr, uint32_t len)
{
	uint32_t off;
	struct block *b = bus_block(c, addr, len, &off);

	return b ? b->host + off : NULL;
}

/* Remember that translated code of the range is stale; core.c drops it before running. */
void bus_dirty(struct chip *c, uint32_t addr, uint32_t len)
{
	uint32_t off;
	struct block *b = bus_block(c, addr, 1, &off);

	if (!b || len == 0)
		return;
	if (b->dirty_hi == 0 || off < b->dirty_lo)
		b->dirty_lo = off;
	if (off + len > b->dirty_hi)
		b->dirty_hi = off + len > b->d->size ? b->d->size : off + len;
}

/* ---- devices -------------------------------------------------------------------------- */

static struct periph *find_periph(struct chip *c, uint32_t addr)
{
	unsigned i;

	for (i = 0; i < c->n_periphs; i++) {
		const struct periph_desc *d = c->periphs[i].d;

		if (addr - d->base < d->size)
			return &c->periphs[i];
	}
	return NULL;
}

bool periph_clocked(const struct chip *c, const struct periph *p)
{
	if (p->d->clk_mask == 0)
		return true;
	return (c->rcc_periph->reg[p->d->clk_off / 4] & p->d->clk_mask) != 0;
}

/* Of most peripherals a look without a clock is harmless; of these it is always a mistake. A
 * debugger may look at everything. */
static void note_unclocked(struct chip *c, const struct periph *p, const char *what)
{
	if (p && p->d->ops->wants_clock && !periph_clocked(c, p))
		chip_note_illegal(c, "%s %s without its clock", p->d->name, what);
}

static bool in_periph_space(const struct chip *c, uint32_t addr)
{
	if (addr >= 0x40000000u && addr < c->kind->periph_end)
		return true;
	return c->kind->ahb2_size && addr - c->kind->ahb2_base < c->kind->ahb2_size;
}

static enum bus_result word_read(struct chip *c, uint32_t addr, uint32_t *v)
{
	struct periph *p;

	if (addr >= 0xE0000000u)
		return scs_read(c, addr, v);
	if (!in_periph_space(c, addr))
		return BUS_FAULT;
	p = find_periph(c, addr);
	/* RM0041, RCC: a peripheral without clock reads 0 and ignores writes. */
	*v = p && periph_clocked(c, p) ? p->d->ops->read(c, p, addr - p->d->base) : 0;
	if (c->acc_by == BY_CORE)
		note_unclocked(c, p, "read");
	return BUS_OK;
}

static enum bus_result word_write(struct chip *c, uint32_t addr, uint32_t v)
{
	struct periph *p;

	if (addr >= 0xE0000000u)
		return scs_write(c, addr, v);
	if (!in_periph_space(c, addr))
		return BUS_FAULT;
	p = find_periph(c, addr);
	note_unclocked(c, p, "written");
	if (!p || !periph_clocked(c, p))
		return BUS_OK;
	c->replan |= !p->d->ops->untimed;
	return p->d->ops->write(c, p, addr - p->d->base, v);
}

/* Bit-band: ARMv7-M B3.1: SRAM at 22000000 and peripherals at 42000000, one word a bit. */
static bool bit_band(uint32_t addr, uint32_t *target, unsigned *bit)
{
	uint32_t region = addr & 0xFE000000u;

	if (region != 0x22000000u && region != 0x42000000u)
		return false;
	*target = (addr & 0xF0000000u) | (addr & 0x01FFFFFFu) >> 5;
	*bit = addr >> 2 & 7u;
	return true;
}

static enum bus_result mem_or_word_read(struct chip *c, uint32_t addr, uint32_t *v)
{
	const uint8_t *m = bus_host(c, addr, 4);

	if (!m)
		return word_read(c, addr, v);
	*v = get_mem(m, 4);
	return BUS_OK;
}

static enum bus_result band_read(struct chip *c, uint32_t target, unsigned bit, uint32_t *v)
{
	enum bus_result r = mem_or_word_read(c, target & ~3u, v);

	*v = *v >> (bit + 8u * (target & 3u)) & 1u;
	return r;
}

static enum bus_result band_write(struct chip *c, uint32_t target, unsigned bit, uint32_t v)
{
	uint32_t old = 0, mask = 1u << (bit + 8u * (target & 3u));
	uint8_t *m = bus_host(c, target & ~3u, 4);
	enum bus_result r;

	c->peek = true;
	r = mem_or_word_read(c, target & ~3u, &old);
	c->peek = false;
	if (r != BUS_OK)
		return r;
	old = v & 1u ? old | mask : old & ~mask;
	if (!m)
		return word_write(c, target & ~3u, old);
	put_mem(m, 4, old);
	bus_dirty(c, target & ~3u, 4);
	return BUS_OK;
}

enum bus_result bus_device_read(struct chip *c, uint32_t addr, unsigned size, uint32_t *v)
{
	unsigned shift = 8u * (addr & 3u), bit;
	uint32_t target, word = 0;
	enum bus_result r;

	if (bit_band(addr, &target, &bit))
		return band_read(c, target, bit, v);
	r = word_read(c, addr & ~3u, &word);
	*v = lanes(word >> shift, size);
	return r;
}

enum bus_result bus_device_write(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	unsigned shift = 8u * (addr & 3u), bit;
	uint32_t target, word = 0, mask;
	enum bus_result r;

	if (bit_band(addr, &target, &bit))
		return band_write(c, target, bit, v);
	if (size == 4)
		return word_write(c, addr & ~3u, v);
	mask = ((1u << 8u * size) - 1u) << shift;
	c->peek = true;
	r = word_read(c, addr & ~3u, &word);
	c->peek = false;
	if (r != BUS_OK)
		return r;
	return word_write(c, addr & ~3u, (word & ~mask) | (v << shift & mask));
}

/* ---- the debugger's accesses ------------------------------------------------------------ */

static bool is_flash_block(const struct block *b)
{
	return b->d->type == BLOCK_FLASH || b->d->type == BLOCK_EEPROM || b->d->type == BLOCK_INFO;
}

/* Begin an access: bring the chip up to the clock. BUS_OFF: nobody answers. */
static enum bus_result begin(struct chip *c, uint32_t addr, unsigned size)
{
	if (!chip_swd_ok(c))
		return BUS_OFF;
	c->acc_by = BY_DEBUG;
	c->at_ps = chip_clock_ps(c);
	if ((size != 1 && size != 2 && size != 4) || addr % size) {
		chip_note_illegal(c, "access of %u bytes at %08x", size, (unsigned)addr);
		return BUS_FAULT;
	}
	return BUS_OK;
}

#define WAIT_ROUNDS 16u

/* The flash interface holds the bus until it is free: time passes for everybody. */
bool flash_wait(struct chip *c)
{
	uint64_t until = c->flash.busy_until_ps;
	unsigned rounds = 0;

	if (c->acc_by == BY_CORE) {
		core_stall(c);
		return !c->core.hung;
	}
	while (flash_busy(c)) {
		/* The core may start the next operation at once, for ever: a probe gives up. */
		if (until >= PS_NEVER || rounds++ == WAIT_ROUNDS)
			return false;
		sim_clock_spend(c->clk, (until - c->at_ps + PS_PER_NS - 1) / PS_PER_NS);
		chip_sync(c);
		c->acc_by = BY_DEBUG;
		c->at_ps = chip_clock_ps(c);
		until = c->flash.busy_until_ps;
	}
	flash_settle(c);
	return c->power;
}

/* Nothing may stay pending from a debugger's write: resets happen now. */
static void finish(struct chip *c)
{
	if (c->replan || c->reset_request)
		chip_events(c);
}

enum bus_result chip_read(struct chip *c, uint32_t addr, unsigned size, uint32_t *value)
{
	enum bus_result r = begin(c, addr, size);
	struct block *b;
	uint32_t off;

	*value = 0;
	if (r != BUS_OK)
		return r;
	b = bus_block(c, addr, size, &off);
	if (!b) {
		r = bus_device_read(c, addr, size, value);
		finish(c);
		return r;
	}
	if (is_flash_block(b)) {
		if (!flash_wait(c))
			return BUS_FAULT;
		if (b->d->type != BLOCK_INFO && flash_reads_denied(c))
			return BUS_FAULT;
	}
	*value = get_mem(b->host + off, size);
	return BUS_OK;
}

enum bus_result chip_write(struct chip *c, uint32_t addr, unsigned size, uint32_t value)
{
	enum bus_result r = begin(c, addr, size);
	struct block *b;
	uint32_t off;

	if (r != BUS_OK)
		return r;
	b = bus_block(c, addr, size, &off);
	if (!b) {
		r = bus_device_write(c, addr, size, value);
		finish(c);
		return r;
	}
	if (is_flash_block(b)) {
		if (!flash_wait(c))
			return BUS_FAULT;
		return c->kind->flash->store(c, b->d->base + off, size, lanes(value, size));
	}
	put_mem(b->host + off, size, value);
	bus_dirty(c, b->d->base + off, size);
	return BUS_OK;
}
