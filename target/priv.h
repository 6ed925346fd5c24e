/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * priv.h - what the files of target/ share and nobody else sees.
 */
#ifndef TARGET_PRIV_H
#define TARGET_PRIV_H

#include "target/target.h"

/* One register that was changed for the session: address, bits set, value found. */
struct saved_reg {
	uint32_t addr, value;
	bool saved;
};

enum { FREEZE_REGS = 3 };

struct target {
	struct link *l;
	struct target_info info;
	bool attached;

	/* How the core was found, how it is, how it must be left. */
	bool found_halted;
	bool halted;                    /* we know that it is halted */
	bool leave_halted;
	bool let_run;                   /* the user had the firmware started */
	bool shut_out;                  /* ... and it closed the debug port: said once */
	bool ints_masked;               /* C_MASKINTS is set */
	uint32_t mpu_ctrl;              /* MPU_CTRL as found, when a call turned the MPU off; else 0 */

	struct target_core core_was;    /* what the core's registers must hold again */
	bool core_pending;              /* ... before anybody looks at them or the core goes on */

	uint32_t demcr_found, demcr_now;
	bool demcr_saved;               /* core_look was done */
	struct saved_reg dbg_clock;     /* the clock of DBGMCU on Cortex-M0/M0+ that was off: its bit */
	bool dbg_clock_on;              /* ... and that we turned on */
	struct saved_reg freeze[FREEZE_REGS];
	bool frozen;                    /* freeze_set was done */

	struct deadline call_deadline;
	uint32_t call_stop;
	unsigned call_timeout_ms;
	bool call_running;
	bool call_reset;                /* the chip was reset under the last call */
};

/* core_excuse - firmware that the user had started may put the chip to sleep or give the SWD pins
 * another use before debug is tidied up: that is no failure of the job. Returns err, or SL_OK after
 * saying so once. */
enum sl_err core_excuse(struct target *t, struct ctx *c, enum sl_err err) MUST_CHECK;

/* freeze.c: low-power debug on, watchdogs stopped while the core is halted; and back. Set before the
 * first access beyond identification, once: freeze_set does nothing more until freeze_restore or
 * freeze_lost. freeze_lost: a reset may have taken the debug unit's clock. */
enum sl_err freeze_set(struct target *t, struct ctx *c) MUST_CHECK;
enum sl_err freeze_restore(struct target *t, struct ctx *c) MUST_CHECK;
void freeze_lost(struct target *t);

/* idcode.c: DBGMCU_IDCODE by core and debug port id. *idcode 0: none was found.
 * Faults on the way are handled. */
enum sl_err idcode_read(struct target *t, struct ctx *c, uint32_t *idcode) MUST_CHECK;

/* romtable.c: part number of ST's ROM table, 0 when there is none. */
enum sl_err romtable_part(struct target *t, struct ctx *c, uint16_t *part) MUST_CHECK;

/* identify.c: fill t->info. */
enum sl_err target_identify(struct target *t, struct ctx *c, bool allow_unknown) MUST_CHECK;

/* protection.c: read protection, as the controller reports it. */
enum sl_err protection_read(struct target *t, struct ctx *c, enum target_protection *out) MUST_CHECK;

/* core.c
 * core_look - how are core and DEMCR found? Before the first change of either, once; sets freeze.
 * core_look_at - the same without freeze, for a chip that is not identified yet.
 * core_forget - the core was let go as it was found: another look before the next change. */
enum sl_err core_look(struct target *t, struct ctx *c) MUST_CHECK;
enum sl_err core_look_at(struct target *t, struct ctx *c) MUST_CHECK;
void core_forget(struct target *t);
enum sl_err core_read_dhcsr(struct target *t, struct ctx *c, uint32_t *dhcsr) MUST_CHECK;
enum sl_err core_write_dhcsr(struct target *t, struct ctx *c, uint32_t bits) MUST_CHECK;
enum sl_err core_wait_halted(struct target *t, struct ctx *c, unsigned timeout_ms) MUST_CHECK;
enum sl_err core_set_demcr(struct target *t, struct ctx *c, uint32_t value) MUST_CHECK;
/* core_unmask - let interrupts through again before the core runs for the user. */
enum sl_err core_unmask(struct target *t, struct ctx *c) MUST_CHECK;

/* core_settle - core registers that target_restore_core was given are put back now: before the core
 * goes on or somebody looks. A reset makes that needless, so it is not done earlier. */
enum sl_err core_settle(struct target *t, struct ctx *c) MUST_CHECK;

/* catch.c: enter SWD and ask for a halt over and over until the core has stopped. */
enum sl_err core_catch(struct target *t, struct ctx *c, const struct target_options *o) MUST_CHECK;

/* The probe's statuses for a bus that stays busy (OpenOCD: AP WAIT, DP WAIT). */
enum { STATUS_OF_AP_WAIT = 0x10, STATUS_OF_DP_WAIT = 0x14 };

/* read_quiet - a word that may not be there: SL_OK with *there false on a target fault, but for a bus that
 * stays busy. */
enum sl_err read_quiet(struct target *t, struct ctx *c, uint32_t addr, uint32_t *value,
		       bool *there) MUST_CHECK;

#endif
