/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_fpb.c - flash patch and breakpoint unit, revision 0: six comparators for
 * instructions, two for literals.
 *
 * After DDI 0403 C1.11 and the Cortex-M3 TRM (DDI 0337G), 11.4. Breakpoints are
 * complete. Remapping, of instructions or of literals, is not modelled: enabling
 * it counts as an illegal act.
 */
#include "sim/chip_priv.h"

/* NUM_LIT 2, NUM_CODE 6 */
#define FP_CTRL_FIXED 0x00000260u
#define FP_CODE 6u
#define FP_REMAP_RMPSPT (1u << 29)

enum { FP_ENABLE = 1u << 0, FP_KEY = 1u << 1 };

bool fpb_breaks(const struct chip *c, uint32_t addr)
{
	const struct core *co = &c->core;
	unsigned i;

	for (i = 0; i < co->n_breaks; i++)
		if (co->breaks[i] == addr)
			return true;
	return false;
}

/* REPLACE: 01 the lower half-word, 10 the upper, 11 both, 00 remap. */
static void collect(struct core *co)
{
	unsigned i;

	co->n_breaks = 0;
	if (!(co->fp_ctrl & FP_ENABLE))
		return;
	for (i = 0; i < FP_CODE; i++) {
		uint32_t comp = co->fp_comp[i], addr = comp & 0x1FFFFFFCu;

		if (!(comp & FP_ENABLE))
			continue;
		if (comp & 1u << 30)
			co->breaks[co->n_breaks++] = addr;
		if (comp & 1u << 31)
			co->breaks[co->n_breaks++] = addr + 2u;
	}
}

static void refuse_remap(struct chip *c)
{
	const struct core *co = &c->core;
	unsigned i;

	for (i = 0; i < MAX_FPB && co->fp_ctrl & FP_ENABLE; i++)
		if ((co->fp_comp[i] & FP_ENABLE) && (i >= FP_CODE || !(co->fp_comp[i] >> 30)))
			chip_note_illegal(c, "not modelled: FPB comparator %u remaps %08x", i,
					  (unsigned)(co->fp_comp[i] & 0x1FFFFFFCu));
}

void fpb_write(struct chip *c, uint32_t off, uint32_t v)
{
	struct core *co = &c->core;

	if (off == 0) {
		if (!(v & FP_KEY))
			return;
		co->fp_ctrl = v & FP_ENABLE;
	} else if (off == 4) {
		co->fp_remap = v & 0x1FFFFFE0u;
		return;
	} else if (off < 8u + 4u * MAX_FPB) {
		/* The literal comparators have no REPLACE field. */
		unsigned n = (off - 8u) / 4u;

		co->fp_comp[n] = v & (n < FP_CODE ? 0xDFFFFFFDu : 0x1FFFFFFDu);
	} else {
		return;
	}
	collect(co);
	refuse_remap(c);
}

uint32_t fpb_read(const struct chip *c, uint32_t off)
{
	const struct core *co = &c->core;

	if (off == 0)
		return FP_CTRL_FIXED | co->fp_ctrl;
	if (off == 4)
		return FP_REMAP_RMPSPT | co->fp_remap;
	return off < 8u + 4u * MAX_FPB ? co->fp_comp[(off - 8u) / 4u] : 0;
}
