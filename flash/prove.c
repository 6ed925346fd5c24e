/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * prove.c - read flash back and compare: nothing is called done that was not read.
 */
#include "flash/run.h"

enum { PROVE_BLOCK = 4096 };

static enum sl_err report(struct ctx *c, uint32_t addr, const uint8_t *is, const uint8_t *want,
			  size_t len)
{
	size_t first = 0, n = 0;

	for (size_t i = len; i-- > 0;) {
		if (is[i] == want[i])
			continue;
		first = i;
		n++;
	}
	return ctx_fail_addr(c, SL_VERIFY, "flash", addr + (uint32_t)first,
			     "flash at 0x%08x is 0x%02x, must be 0x%02x (%zu bytes differ up to 0x%08x)",
			     addr + (uint32_t)first, is[first], want[first], n,
			     addr + (uint32_t)len - 1);
}

enum sl_err prove_bytes(struct run *r, struct ctx *c, uint32_t addr, const uint8_t *want, size_t len)
{
	uint8_t is[PROVE_BLOCK];

	while (len > 0) {
		size_t n = len < sizeof(is) ? len : sizeof(is);
		enum sl_err err = ctx_interrupted(c);

		if (!err)
			err = target_read_mem(r->f->t, c, addr, is, n);
		if (err)
			return err;
		for (size_t i = 0; i < n; i++)
			if (is[i] != want[i])
				return report(c, addr, is, want, n);
		r->stats->bytes_proved += n;
		run_progress(r, FLASH_PROVE, n);
		addr += (uint32_t)n;
		want += n;
		len -= n;
	}
	return SL_OK;
}

enum sl_err run_proof(struct run *r, struct ctx *c)
{
	enum sl_err err = SL_OK;

	r->total[FLASH_PROVE] = r->p->bytes;
	for (size_t i = 0; !err && i < r->p->n;) {
		const struct plan_sector *first = &r->p->sec[i];
		size_t len = 0;

		/* As long a stretch as there is: fewer, longer transfers. */
		do
			len += r->p->sec[i++].s->bytes;
		while (i < r->p->n && r->p->sec[i].s->addr == first->s->addr + len);
		err = prove_bytes(r, c, first->s->addr, r->p->want + first->off, len);
	}
	return err;
}
