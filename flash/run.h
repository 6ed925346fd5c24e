/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * run.h - the steps of a job: session, erase, program, prove.
 */
#ifndef FLASH_RUN_H
#define FLASH_RUN_H

#include "flash/driver.h"
#include "flash/plan.h"

/* session_begin - halt the core; save its registers; raise its clock; put the loader into SRAM and
 * let it run (engine.broken: it does not, and the probe does its work). session_unlock - open the
 * controller, once. session_unlock_early - the same, before it is known to matter: a controller
 * that stays locked is no failure yet. session_end - stop the loader, lock the controller and put
 * everything back, on every path: tries all steps, returns err if that is set (its fault is kept),
 * else the first failure of its own. After a reset in between SRAM, registers and clocks are left
 * as they are. */
enum sl_err session_begin(struct flash *f, struct ctx *c) MUST_CHECK;
enum sl_err session_unlock(struct flash *f, struct ctx *c) MUST_CHECK;
enum sl_err session_unlock_early(struct flash *f, struct ctx *c) MUST_CHECK;
enum sl_err session_end(struct flash *f, struct ctx *c, enum sl_err err) MUST_CHECK;

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

/* run_tell_broken - say once what c->fault says of the loader, and that the probe goes on. */
void run_tell_broken(struct ctx *c);

/* run_changes - erase and program what the plan says, in groups between which an interrupt may
 * come. Needs a session. run_proof - compare all sectors of the plan with what they must hold: by
 * the chip's sums where they were written, by reading where there is no loader or flash_set_proof. */
enum sl_err run_changes(struct run *r, struct ctx *c) MUST_CHECK;
enum sl_err run_proof(struct run *r, struct ctx *c) MUST_CHECK;

/* Bytes to be programmed, all in one bank. */
struct stretch {
	uint32_t addr;
	const uint8_t *data;
	size_t len;                     /* a multiple of the unit, as addr */
	unsigned bank;
	bool fresh;                     /* everything there is erased */
};

/* probe_program - program a stretch without a loader, step by step; what flash holds already is
 * passed over. *programmed grows by the bytes of units that were not blank. */
enum sl_err probe_program(struct flash *f, struct ctx *c, const struct stretch *s,
			  uint64_t *programmed) MUST_CHECK;

/* prove_bytes - read len bytes at addr and compare; SL_VERIFY with the first difference. */
enum sl_err prove_bytes(struct run *r, struct ctx *c, uint32_t addr, const uint8_t *want,
			size_t len) MUST_CHECK;

#endif
