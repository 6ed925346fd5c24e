/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * prove.c - nothing is called done whose bytes were not looked at after the last write: read back,
 * or summed up by the chip where it was written.
 */
#include <stdlib.h>

#include "flash/borrow.h"
#include "flash/crc.h"
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

/* The sum says that these sectors are wrong: reading tells where. */
static enum sl_err find_wrong(struct run *r, struct ctx *c, const struct plan_sector *ps)
{
	enum sl_err err = prove_bytes(r, c, ps->s->addr, r->p->want + ps->off, ps->s->bytes);

	if (!err)
		ctx_log(c, LOG_WARN, "the sum over flash at 0x%08x was wrong, but every byte of it reads "
				     "as it must", ps->s->addr);
	return err;
}

/* A run of equal sectors that were written. SRAM is put back while the chip counts, if it counts
 * for long. */
static enum sl_err prove_run(struct run *r, struct ctx *c, const struct plan_sector *ps, size_t n)
{
	bool most = n * ps->s->bytes * 2 >= r->p->bytes;
	struct engine_pieces pieces = { ps->s->addr, ps->s->bytes / 4, n, most ? borrow_end_other : NULL };
	uint32_t *sum = malloc(n * sizeof(*sum));
	enum sl_err err = sum ? SL_OK : ctx_fail(c, SL_NOMEM, "flash", "no memory for %zu sums", n);

	if (!err)
		err = engine_crc(r->f, c, &pieces, sum);
	for (size_t i = 0; !err && i < n; i++) {
		if (sum[i] != crc_words(r->p->want + ps[i].off, ps[i].s->bytes)) {
			err = find_wrong(r, c, &ps[i]);
			continue;
		}
		r->stats->bytes_proved += ps[i].s->bytes;
		r->stats->bytes_summed += ps[i].s->bytes;
		run_progress(r, FLASH_PROVE, ps[i].s->bytes);
	}
	free(sum);
	return err;
}

/* Sectors of one size, side by side, written or not alike. */
static size_t run_of(const struct plan *p, size_t i)
{
	size_t n = 1;

	while (i + n < p->n && p->sec[i + n].s->bytes == p->sec[i].s->bytes &&
	       p->sec[i + n].s->addr == p->sec[i].s->addr + n * p->sec[i].s->bytes &&
	       p->sec[i + n].differs == p->sec[i].differs)
		n++;
	return n;
}

static bool sums_count(const struct run *r)
{
	return r->f->engine.on && !r->f->engine.crc_lies && !r->f->proof_read;
}

/* The failure names one wrong byte. What shares its sector, and those that follow and are not proved, with
 * the image is in this session's memory alone: programming the file again does not bring it back. */
static void tell_kept(const struct run *r, struct ctx *c, size_t from)
{
	uint64_t kept = 0;

	for (size_t i = from; i < r->p->n; i++)
		kept += r->p->sec[i].erase ? r->p->sec[i].s->bytes - r->p->sec[i].asked : 0;
	if (kept)
		ctx_log(c, LOG_ERR, "%llu bytes in its sectors that were to keep their value may be lost",
			(unsigned long long)kept);
}

enum sl_err run_proof(struct run *r, struct ctx *c)
{
	enum sl_err err = SL_OK;

	r->total[FLASH_PROVE] = r->p->bytes;
	for (size_t i = 0; !err && i < r->p->n;) {
		const struct plan_sector *ps = &r->p->sec[i];
		size_t n = run_of(r->p, i), bytes = n * ps->s->bytes;

		err = ctx_interrupted(c);
		if (err)
			break;
		if (!ps->differs) {
			/* Nothing was written there since the plan compared it. */
			run_progress(r, FLASH_PROVE, bytes);
			for (size_t k = 0; k < n; k++) {
				r->stats->bytes_proved += ps[k].asked;
				r->stats->bytes_summed += sums_count(r) ? ps[k].asked : 0;
			}
		} else if (sums_count(r)) {
			err = prove_run(r, c, ps, n);
		} else {
			err = prove_bytes(r, c, ps->s->addr, r->p->want + ps->off, bytes);
		}
		if (err == SL_VERIFY)
			tell_kept(r, c, i);
		i += n;
	}
	return err;
}
