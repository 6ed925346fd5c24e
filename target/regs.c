/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * regs.c - core registers by name.
 *
 * Numbers: ARMv7-M Architecture Reference Manual C1.6.3 (DCRSR.REGSEL). Number 20 packs
 * CONTROL 31:24, FAULTMASK 23:16, BASEPRI 15:8, PRIMASK 7:0.
 */
#include "target/regs.h"

#include <strings.h>

#include "base/number.h"
#include "target/scs.h"

#define GENERAL(n) { .name = "r" #n, .number = (n), .bits = 32 }
#define FLOAT(n) { .name = "s" #n, .number = REG_S0 + (n), .bits = 32, .fpu = true, .mainline = true }

static const struct reg_name names[] = {
	GENERAL(0), GENERAL(1), GENERAL(2), GENERAL(3), GENERAL(4), GENERAL(5), GENERAL(6),
	GENERAL(7), GENERAL(8), GENERAL(9), GENERAL(10), GENERAL(11), GENERAL(12),
	{ .name = "sp", .number = 13, .bits = 32 },
	{ .name = "lr", .number = 14, .bits = 32 },
	{ .name = "pc", .number = REG_PC, .bits = 32 },
	{ .name = "xpsr", .number = REG_XPSR, .bits = 32 },
	{ .name = "msp", .number = REG_MSP, .bits = 32 },
	{ .name = "psp", .number = REG_PSP, .bits = 32 },
	{ .name = "primask", .number = REG_PACKED, .shift = 0, .bits = 8 },
	{ .name = "basepri", .number = REG_PACKED, .shift = 8, .bits = 8, .mainline = true },
	{ .name = "faultmask", .number = REG_PACKED, .shift = 16, .bits = 8, .mainline = true },
	{ .name = "control", .number = REG_PACKED, .shift = 24, .bits = 8 },
	{ .name = "fpscr", .number = REG_FPSCR, .bits = 32, .fpu = true, .mainline = true },
	FLOAT(0), FLOAT(1), FLOAT(2), FLOAT(3), FLOAT(4), FLOAT(5), FLOAT(6), FLOAT(7),
	FLOAT(8), FLOAT(9), FLOAT(10), FLOAT(11), FLOAT(12), FLOAT(13), FLOAT(14), FLOAT(15),
	FLOAT(16), FLOAT(17), FLOAT(18), FLOAT(19), FLOAT(20), FLOAT(21), FLOAT(22), FLOAT(23),
	FLOAT(24), FLOAT(25), FLOAT(26), FLOAT(27), FLOAT(28), FLOAT(29), FLOAT(30), FLOAT(31),
};

/* Other spellings that people and debuggers use. */
static const struct { const char *alias, *name; } aliases[] = {
	{ "r13", "sp" }, { "r14", "lr" }, { "r15", "pc" }, { "psr", "xpsr" }, { "apsr", "xpsr" },
};

const struct reg_name *reg_names(size_t *n)
{
	*n = ARRAY_LEN(names);
	return names;
}

static const struct reg_name *find_number(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].number == number && names[i].bits == 32)
			return &names[i];
	return NULL;
}

const struct reg_name *reg_find(const char *name)
{
	uint32_t number;

	if (num_parse_str(name, &number))
		return find_number(number);
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcasecmp(name, aliases[i].alias) == 0)
			name = aliases[i].name;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcasecmp(name, names[i].name) == 0)
			return &names[i];
	return NULL;
}

static enum sl_err check_core(struct target *t, struct ctx *c, const struct reg_name *r)
{
	const struct core_kind *k = target_get_info(t)->core;

	if (k && ((r->fpu && !k->fpu_possible) || (r->mainline && !k->mainline)))
		return ctx_fail(c, SL_UNSUPPORTED, "target", "a %s has no register %s", k->name, r->name);
	return SL_OK;
}

static uint32_t field_mask(const struct reg_name *r)
{
	return r->bits == 32 ? UINT32_MAX : ((UINT32_C(1) << r->bits) - 1) << r->shift;
}

enum sl_err reg_read(struct target *t, struct ctx *c, const struct reg_name *r, uint32_t *value)
{
	uint32_t whole = 0;
	enum sl_err err = check_core(t, c, r);

	if (!err)
		err = target_read_reg(t, c, r->number, &whole);
	if (!err)
		*value = (whole & field_mask(r)) >> r->shift;
	return err;
}

enum sl_err reg_write(struct target *t, struct ctx *c, const struct reg_name *r, uint32_t value)
{
	uint32_t whole = 0;
	enum sl_err err = check_core(t, c, r);

	if (err)
		return err;
	if (r->bits == 32)
		return target_write_reg(t, c, r->number, value);
	if (value >> r->bits)
		return ctx_fail(c, SL_USAGE, "target", "%s has %u bits, 0x%x does not fit", r->name,
				r->bits, value);
	err = target_read_reg(t, c, r->number, &whole);
	if (err)
		return err;
	whole = (whole & ~field_mask(r)) | value << r->shift;
	return target_write_reg(t, c, r->number, whole);
}
