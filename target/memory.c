/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * memory.c - target memory, with the one thing that the probe cannot know: that a fault
 * inside main flash of a read-protected chip is the protection and not a bad address.
 */
#include "target/priv.h"

static bool in_flash(const struct target_info *i, uint32_t addr, size_t len)
{
	uint64_t base, end;

	if (!i->chip || i->chip->max_flash_kb == 0 || len == 0)
		return false;
	base = i->chip->flash_base;
	end = base + (uint64_t)i->flash_kb * 1024;
	return addr < end && (uint64_t)addr + len > base;
}

/* Turn a fault into its cause where the chip's state explains it. */
static enum sl_err explain(struct target *t, struct ctx *c, enum sl_err err, uint32_t addr,
			   size_t len)
{
	const struct target_info *i = &t->info;
	bool guarded = i->protection == PROTECTION_LEVEL1 || i->protection == PROTECTION_LEVEL2;

	if (err != SL_TARGET || !guarded || !in_flash(i, addr, len))
		return err;
	err = ctx_fail_addr(c, SL_PROTECTED, "target", addr,
			    "flash of this %s is read-protected (level %d): the debugger may not see it",
			    target_chip_names(i->chip->devices).s,
			    i->protection == PROTECTION_LEVEL2 ? 2 : 1);
	return ctx_cause(c, err, i->protection == PROTECTION_LEVEL2 ? CAUSE_PROTECTED_2 :
								     CAUSE_PROTECTED);
}

enum sl_err target_read_mem(struct target *t, struct ctx *c, uint32_t addr, void *dst, size_t len)
{
	enum sl_err err = freeze_set(t, c);

	return err ? err : explain(t, c, link_read_mem(t->l, c, addr, dst, len), addr, len);
}

enum sl_err target_write_mem(struct target *t, struct ctx *c, uint32_t addr, const void *src,
			     size_t len)
{
	enum sl_err err = freeze_set(t, c);

	return err ? err : explain(t, c, link_write_mem(t->l, c, addr, src, len), addr, len);
}

enum sl_err target_read32(struct target *t, struct ctx *c, uint32_t addr, uint32_t *value)
{
	enum sl_err err = freeze_set(t, c);

	return err ? err : explain(t, c, link_read32(t->l, c, addr, value), addr, 4);
}

enum sl_err target_write32(struct target *t, struct ctx *c, uint32_t addr, uint32_t value)
{
	enum sl_err err = freeze_set(t, c);

	return err ? err : explain(t, c, link_write32(t->l, c, addr, value), addr, 4);
}

enum sl_err read_quiet(struct target *t, struct ctx *c, uint32_t addr, uint32_t *value, bool *there)
{
	enum sl_err err = link_read32(t->l, c, addr, value);

	*there = err == SL_OK;
	/* A bus that stays busy says nothing about what is there. */
	if (err != SL_TARGET || c->fault.probe_status == STATUS_OF_AP_WAIT ||
	    c->fault.probe_status == STATUS_OF_DP_WAIT)
		return err;
	ctx_clear(c);
	*value = 0;
	return SL_OK;
}
