/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fake_open.h - the flash driver of any row of the chip table, opened on a list of words.
 */
#ifndef TESTS_SUPPORT_FAKE_OPEN_H
#define TESTS_SUPPORT_FAKE_OPEN_H

#include "tests/support/fake_chip.h"

#include "flash/driver.h"

static const struct target_options normal = { .connect = CONNECT_NORMAL };

struct open_chip {
	struct ctx c;
	struct link l;
	struct target *t;
	struct flash *f;
	enum sl_err err;
};

/* An unprotected chip of that row and size. optcr: what F2/F4 option control reads. */
static inline void open_it(struct open_chip *o, const struct chip_row *r, uint32_t kb, uint32_t optcr)
{
	uint32_t cpuid;

	memset(o, 0, sizeof(*o));
	ctx_init(&o->c);
	fake_chip(&o->l, r, kb, r->dev_id);
	if (strncmp(r->controller, "f2", 2) == 0 || strncmp(r->controller, "f4", 2) == 0)
		fake_put(&o->l, r->flash_regs + 0x14, 0x0FFFAAED | optcr, 0);
	else if (r->controller[0] == 'f')
		fake_put(&o->l, r->flash_regs + 0x1C, 0x03FFFFFC & ~6u, 0);
	else
		fake_put(&o->l, r->flash_regs + 0x1C, 0xAA, 0);
	if (target_attach(&o->c, &o->l, &normal, &o->t))
		fail_msg("attach: %s", o->c.fault.text);
	/* The first access beyond identification sets the debug unit up. */
	if (target_read32(o->t, &o->c, 0xE000ED00, &cpuid))
		fail_msg("CPUID: %s", o->c.fault.text);
	o->l.writes = 0;
	o->err = flash_open(&o->c, o->t, &o->f);
	assert_int_equal(o->l.writes, 0);
}

static inline void close_it(struct open_chip *o)
{
	flash_close(o->f);
	if (target_detach(o->t, &o->c))
		fail_msg("detach: %s", o->c.fault.text);
}

#endif
