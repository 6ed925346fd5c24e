/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * regs.h - names and numbers of core registers.
 *
 * Some names are one byte of the packed register 20 (CONTROL, FAULTMASK, BASEPRI,
 * PRIMASK): reading and writing by name touches that byte only.
 */
#ifndef TARGET_REGS_H
#define TARGET_REGS_H

#include "target/target.h"

struct reg_name {
	const char *name;       /* lower case */
	unsigned number;        /* DCRSR number */
	uint8_t shift, bits;    /* field of the register; 0, 32: all of it */
	bool fpu, mainline;     /* only with an FPU; only on ARMv7-M and v8-M mainline */
};

/* reg_names - the table in print order; *n rows. */
const struct reg_name *reg_names(size_t *n);

/* reg_find - by name (any case; "r13" is sp, "r15" pc...) or by decimal number as in DCRSR
 * ("reg5", "reg16"). NULL: no such register. */
const struct reg_name *reg_find(const char *name);

/* reg_read, reg_write - a register or its field by table row.
 * Returns SL_UNSUPPORTED for a register that this core does not have; what
 *   target_read_reg returns. The core must be halted. */
enum sl_err reg_read(struct target *t, struct ctx *c, const struct reg_name *r, uint32_t *value) MUST_CHECK;
enum sl_err reg_write(struct target *t, struct ctx *c, const struct reg_name *r, uint32_t value) MUST_CHECK;

#endif
