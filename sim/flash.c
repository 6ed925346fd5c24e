/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * flash.c - what the flash controllers of all families share: the running
 * operation, keys, sectors, factory content.
 *
 * An operation changes the array when it starts and is busy until a fixed
 * instant; nobody can look in between, because every read of the array stalls
 * until then. A reset or power loss in between leaves the cells undefined,
 * which is modelled by a fixed pattern.
 */
#include "sim/chip_priv.h"

#include <string.h>

bool flash_busy(const struct chip *c)
{
	return c->flash.op != FLASH_IDLE && c->at_ps < c->flash.busy_until_ps;
}

bool flash_in_main(const struct chip *c, uint32_t addr)
{
	return addr - c->kind->flash_base < c->kind->flash_bytes;
}

int flash_sector_of(const struct chip *c, uint32_t addr)
{
	const struct sector_run *r;
	uint32_t off = addr - c->kind->flash_base;
	int n = 0;

	for (r = c->kind->runs; r->count; r++) {
		if (off < r->size * r->count)
			return n + (int)(off / r->size);
		off -= r->size * r->count;
		n += (int)r->count;
	}
	return -1;
}

static void count_operation(struct chip *c)
{
	struct flash *f = &c->flash;
	int s = flash_sector_of(c, f->op_addr);
	unsigned i;

	switch (f->op) {
	case FLASH_ERASE:
		c->rep.sectors_erased++;
		if (s >= 0)
			f->sector_erases[s]++;
		break;
	case FLASH_MASS:
		c->rep.mass_erases++;
		for (i = 0; i < c->n_sectors; i++)
			f->sector_erases[i]++;
		break;
	case FLASH_PROGRAM:
		c->rep.units_programmed++;
		break;
	case FLASH_OPT_ERASE:
		c->rep.option_erases++;
		break;
	case FLASH_OPT_PROGRAM:
		c->rep.option_programs++;
		break;
	case FLASH_IDLE:
		break;
	}
}

void flash_settle(struct chip *c)
{
	struct flash *f = &c->flash;

	if (f->op == FLASH_IDLE || c->at_ps < f->busy_until_ps)
		return;
	count_operation(c);
	cut_operation_ends(c);
	c->kind->flash->finish(c);
	f->op = FLASH_IDLE;
}

void flash_start(struct chip *c, enum flash_op op, uint32_t addr, uint32_t len, uint64_t ns)
{
	struct flash *f = &c->flash;

	f->op = op;
	f->op_addr = addr;
	f->op_len = len;
	f->busy_until_ps = f->sticks || ns >= PS_NEVER ? PS_NEVER : c->at_ps + ns * PS_PER_NS;
	bus_dirty(c, addr, len);
	cut_operation_begins(c);
}

void chip_flash_sticks(struct chip *c, bool on)
{
	struct flash *f = &c->flash;

	if (f->sticks == on)
		return;
	chip_sync(c);
	f->sticks = on;
	if (f->op != FLASH_IDLE)
		f->busy_until_ps = on ? PS_NEVER : c->at_ps;
	if (!on)
		c->core.hung = false;
}

void flash_abort(struct chip *c)
{
	c->at_ps = chip_clock_ps(c) > c->core.t_ps ? chip_clock_ps(c) : c->core.t_ps;
	flash_tear(c);
}

void flash_tear(struct chip *c)
{
	struct flash *f = &c->flash;
	uint8_t *m;
	uint32_t i;

	flash_settle(c);
	if (f->op == FLASH_IDLE)
		return;
	c->rep.interrupted++;
	m = bus_host(c, f->op_addr, f->op_len);
	for (i = 0; m && i < f->op_len; i++)
		m[i] = (uint8_t)(m[i] ^ (0x5Au & (i * 37u + 0x11u)));
	bus_dirty(c, f->op_addr, f->op_len);
	f->op = FLASH_IDLE;
	f->busy_until_ps = 0;
}

void flash_fill(struct chip *c, uint32_t addr, uint32_t len, uint8_t value)
{
	uint8_t *m = bus_host(c, addr, len);

	if (m)
		memset(m, value, len);
	bus_dirty(c, addr, len);
}

uint32_t info_get(struct chip *c, uint32_t addr, unsigned size)
{
	const uint8_t *m = bus_host(c, addr, size);

	return m ? get_mem(m, size) : 0;
}

void info_put(struct chip *c, uint32_t addr, unsigned size, uint32_t v)
{
	uint8_t *m = bus_host(c, addr, size);

	if (m)
		put_mem(m, size, v);
	bus_dirty(c, addr, size);
}

/* Read protection bites while a debugger is there, or has been since power-on. */
bool flash_reads_denied(const struct chip *c)
{
	return c->kind->flash->rdp_active((struct chip *)(uintptr_t)c) && c->flash.debug_seen;
}

bool flash_key(struct chip *c, unsigned *step, bool *dead, const uint32_t keys[2], uint32_t v)
{
	if (*dead) {
		chip_note_illegal(c, "key %08x to a key register that is dead until reset",
				  (unsigned)v);
		return false;
	}
	if (*step >= 2) {
		chip_note_illegal(c, "key %08x although already unlocked", (unsigned)v);
		return true;
	}
	if (v != keys[*step]) {
		chip_note_illegal(c, "wrong key %08x: locked until reset", (unsigned)v);
		*dead = true;
		*step = 0;
		return false;
	}
	(*step)++;
	return *step == 2;
}

/* System memory: not the vendor's boot loader, but not blank either: a vector table that
 * points into it, then a fixed pattern. */
static void fill_sysmem(struct chip *c)
{
	const struct chip_kind *k = c->kind;
	uint8_t *m = bus_host(c, k->sysmem_base, k->sysmem_bytes);
	uint32_t i;

	if (!m)
		return;
	for (i = 0; i < k->sysmem_bytes; i++)
		m[i] = (uint8_t)(i * 167u + (i >> 7) + 0x29u);
	put_mem(m, 4, 0x20000800u);
	put_mem(m + 4, 4, k->sysmem_base + 0x101u);
}

void flash_init(struct chip *c)
{
	const struct init_word *w;
	unsigned i;

	for (i = 0; i < c->n_blocks; i++) {
		const struct block_desc *d = c->blocks[i].d;

		if (d->type == BLOCK_FLASH || d->type == BLOCK_EEPROM)
			flash_fill(c, d->base, d->size, c->kind->erased);
	}
	fill_sysmem(c);
	for (w = c->kind->info; w->addr; w++)
		info_put(c, w->addr, 4, w->value);
}
