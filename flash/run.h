/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * run.h - the steps of a job: session, erase, program, prove.
 */
#ifndef FLASH_RUN_H
#define FLASH_RUN_H

#include "flash/driver.h"
#include "flash/plan.h"

/* session_begin - halt the core; save its registers and the SRAM that loaders use (need_sram);
 * put the loader there; unlock the controller. session_end - lock it and put everything back,
 * on every path: tries all steps, returns err if that is set (its fault is kept), else the
 * first failure of its own. After a reset in between SRAM and registers are left as they are. */
enum sl_err session_begin(struct flash *f, struct ctx *c, bool need_sram) MUST_CHECK;
enum sl_err session_end(struct flash *f, struct ctx *c, enum sl_err err) MUST_CHECK;

/* Bytes to be programmed, all in one bank. */
struct stretch {
	uint32_t addr;
	const uint8_t *data;
	size_t len;                     /* a multiple of the unit, as addr */
	unsigned bank;
	bool fresh;                     /* everything there is erased */
};

/* loader_run - program a stretch; blank blocks are passed over.
 * *programmed grows by the bytes of units that were not blank. */
enum sl_err loader_run(struct flash *f, struct ctx *c, const struct stretch *s,
		       uint64_t *programmed) MUST_CHECK;

/* A job on its way. */
struct run {
	struct flash *f;
	struct plan *p;
	const struct flash_progress *progress;
	struct flash_stats *stats;
	uint64_t done[FLASH_READ + 1], total[FLASH_READ + 1];   /* by phase */
};

/* run_progress - n more bytes of a phase are done. */
void run_progress(struct run *r, enum flash_phase phase, uint64_t n);

/* run_changes - erase and program what the plan says, in groups between which an interrupt may
 * come. Needs a session. run_proof - read back all sectors of the plan and compare. */
enum sl_err run_changes(struct run *r, struct ctx *c) MUST_CHECK;
enum sl_err run_proof(struct run *r, struct ctx *c) MUST_CHECK;

/* prove_bytes - read len bytes at addr and compare; SL_VERIFY with the first difference. */
enum sl_err prove_bytes(struct run *r, struct ctx *c, uint32_t addr, const uint8_t *want,
			size_t len) MUST_CHECK;

#endif
