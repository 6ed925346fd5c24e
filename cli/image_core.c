/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * image_core.c - instruction sets of programs and of cores, side by side.
 *
 * Sources: ADDENDA32, Tag_CPU_arch and Tag_CPU_arch_profile; each core's technical reference manual for
 * the architecture that it implements.
 */
#include "cli/image_core.h"

#include "base/compiler.h"
#include "target/chip_table.h"

/* A bit each; what a core runs besides its own stands in its row. */
enum {
	ISA_V6M = 1, ISA_V7M = 2, ISA_V7EM = 4, ISA_V8M_BASE = 8, ISA_V8M = 16, ISA_V81M = 32,
	ISA_NO_M = 64                   /* none that runs on a Cortex-M */
};

struct arch_row {
	unsigned arch;                  /* Tag_CPU_arch */
	unsigned profile;               /* Tag_CPU_arch_profile, 0: any */
	unsigned isa;
	const char *name;
};

/* What is older than ARMv7 is not here: assembler files that name no core are marked so. */
static const struct arch_row archs[] = {
	{ 10, 'A', ISA_NO_M, "ARMv7-A" }, { 10, 'R', ISA_NO_M, "ARMv7-R" }, { 10, 'M', ISA_V7M, "ARMv7-M" },
	{ 11, 0, ISA_V6M, "ARMv6-M" }, { 12, 0, ISA_V6M, "ARMv6S-M" }, { 13, 0, ISA_V7EM, "ARMv7E-M" },
	{ 14, 0, ISA_NO_M, "ARMv8-A" }, { 15, 0, ISA_NO_M, "ARMv8-R" },
	{ 16, 0, ISA_V8M_BASE, "ARMv8-M baseline" }, { 17, 0, ISA_V8M, "ARMv8-M mainline" },
	{ 21, 0, ISA_V81M, "ARMv8.1-M" }, { 22, 0, ISA_NO_M, "ARMv9-A" },
};

static const struct { uint16_t part; unsigned runs; } cores[] = {
	{ 0xC20, ISA_V6M }, { 0xC60, ISA_V6M }, { 0xC23, ISA_V6M | ISA_V7M },
	{ 0xC24, ISA_V6M | ISA_V7M | ISA_V7EM }, { 0xC27, ISA_V6M | ISA_V7M | ISA_V7EM },
	{ 0xD20, ISA_V6M | ISA_V8M_BASE },
	{ 0xD21, ISA_V6M | ISA_V7M | ISA_V7EM | ISA_V8M_BASE | ISA_V8M },
	{ 0xD22, ISA_V6M | ISA_V7M | ISA_V7EM | ISA_V8M_BASE | ISA_V8M | ISA_V81M },
};

static const struct arch_row *arch_of(const struct image_needs *n)
{
	for (size_t i = 0; i < ARRAY_LEN(archs); i++)
		if (archs[i].arch == n->arch && (archs[i].profile == 0 || archs[i].profile == n->profile))
			return &archs[i];
	return NULL;
}

static unsigned runs_of(const struct core_kind *core)
{
	for (size_t i = 0; i < ARRAY_LEN(cores); i++)
		if (cores[i].part == core->part)
			return cores[i].runs;
	return ~0u;
}

enum sl_err image_check_core(struct ctx *c, const struct image_needs *needs, const struct core_kind *core)
{
	const struct arch_row *arch = arch_of(needs);
	enum sl_err err = SL_OK;

	if (!core)
		return SL_OK;
	if (arch && !(arch->isa & runs_of(core)))
		err = ctx_fail(c, SL_IMAGE, "cli", "the file is compiled for %s, and this chip's core is a "
			       "%s", arch->name, core->name);
	else if (needs->fp && !core->fpu_possible)
		err = ctx_fail(c, SL_IMAGE, "cli", "the file uses a floating-point unit, and this chip's "
			       "core, a %s, has none", core->name);
	return err ? ctx_cause(c, err, CAUSE_OTHER_CORE) : SL_OK;
}
