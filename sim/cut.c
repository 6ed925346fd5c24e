/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cut.c - the supply fails at a flash operation that a test names: before it has an effect, in
 * its middle, or at the instant it is done.
 *
 * What a cell holds after a torn operation is undefined; flash.c has the pattern that stands for
 * it. Does not bring the supply back: chip_power does.
 */
#include "sim/chip_priv.h"

#include <stdlib.h>
#include <string.h>

void chip_cut_supply(struct chip *c, uint64_t nth, enum chip_cut when)
{
	struct cut *cut = &c->cut;

	cut_disarm(c);
	chip_sync(c);
	cut->left = nth;
	cut->when = when;
	cut->done = false;
	for (unsigned i = 0; i < c->n_blocks && nth > 0 && when == CHIP_CUT_BEFORE; i++) {
		const struct block *b = &c->blocks[i];

		if (b->d->type == BLOCK_RAM || b->d->type == BLOCK_CCM)
			continue;
		cut->was[i] = malloc(b->d->size);
		if (cut->was[i])
			memcpy(cut->was[i], b->host, b->d->size);
	}
}

bool chip_supply_was_cut(const struct chip *c)
{
	return c->cut.done;
}

uint64_t chip_flash_operations(const struct chip *c)
{
	return c->cut.operations;
}

void cut_disarm(struct chip *c)
{
	for (unsigned i = 0; i < MAX_BLOCKS; i++) {
		free(c->cut.was[i]);
		c->cut.was[i] = NULL;
	}
	c->cut.left = 0;
	c->cut.due = false;
}

/* The cells of the running operation, and what is kept of them; NULL: nothing is. */
static uint8_t *kept(struct chip *c, uint8_t **cells)
{
	for (unsigned i = 0; i < c->n_blocks; i++) {
		const struct block *b = &c->blocks[i];
		uint32_t off = c->flash.op_addr - b->d->base;

		if (c->cut.was[i] && off < b->d->size && c->flash.op_len <= b->d->size - off) {
			*cells = b->host + off;
			return c->cut.was[i] + off;
		}
	}
	return NULL;
}

void cut_operation_begins(struct chip *c)
{
	struct cut *cut = &c->cut;
	const struct flash *f = &c->flash;

	cut->operations++;
	if (cut->left == 0 || --cut->left > 0)
		return;
	cut->at_ps = cut->when == CHIP_CUT_AFTER ? f->busy_until_ps :
		     cut->when == CHIP_CUT_TORN ? c->at_ps + (f->busy_until_ps - c->at_ps) / 2 :
		     c->at_ps;
	cut->due = true;
	c->replan = true;
}

void cut_operation_ends(struct chip *c)
{
	uint8_t *cells, *was = kept(c, &cells);

	if (was)
		memcpy(was, cells, c->flash.op_len);
}

static void undo(struct chip *c)
{
	uint8_t *cells, *was = kept(c, &cells);

	if (!was || c->flash.op == FLASH_IDLE)
		return;
	memcpy(cells, was, c->flash.op_len);
	bus_dirty(c, c->flash.op_addr, c->flash.op_len);
	c->flash.op = FLASH_IDLE;
	c->flash.busy_until_ps = 0;
}

uint64_t cut_next_ps(const struct chip *c)
{
	return c->cut.due ? c->cut.at_ps : PS_NEVER;
}

void cut_settle(struct chip *c)
{
	struct cut *cut = &c->cut;

	if (!cut->due || c->core.t_ps < cut->at_ps)
		return;
	c->at_ps = cut->at_ps;
	if (cut->when == CHIP_CUT_BEFORE)
		undo(c);
	flash_tear(c);
	cut_disarm(c);
	cut->done = true;
	c->power = false;
	gpio_refresh(c);
}
