/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * target.h - the chip behind the probe: core control and identification.
 *
 * Knows Cortex-M debug registers and which chip has which memories; does not know
 * how flash is programmed.
 */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "link/link.h"
#include "target/chip_table.h"

struct target;

/* How to get hold of the chip: plainly; NRST low meanwhile; plainly, and nothing is halted later; at
 * clocks below the usual; by halt requests until one gets through; both of reset and a low clock;
 * one after the other (target_climb). */
enum target_connect {
	CONNECT_NORMAL, CONNECT_UNDER_RESET, CONNECT_HOTPLUG, CONNECT_SLOW, CONNECT_CATCH,
	CONNECT_SLOW_RESET, CONNECT_AUTO
};

struct target_options {
	enum target_connect connect;
	unsigned speed_khz;             /* 0: default */
	uint32_t flash_bytes;           /* what the chip's flash is to count as; 0: as it says */
	bool allow_unknown;             /* core commands on a chip that is not in the table */
	unsigned catch_ms;              /* how long CONNECT_CATCH tries; 0: 2 s */
};

enum target_protection {
	PROTECTION_NONE, PROTECTION_LEVEL1, PROTECTION_LEVEL2, PROTECTION_UNKNOWN
};

/* The chip table's "A;B" for people: "A, B". */
struct chip_names {
	char s[128];
};

/* target_chip_names - of the devices of a row. */
struct chip_names target_chip_names(const char *devices);

/* What was found; strings are static. */
struct target_info {
	const struct core_kind *core;   /* NULL: unknown part number */
	const struct chip_row *chip;    /* NULL: unknown chip */
	uint32_t cpuid, dpidr, idcode;  /* idcode: DBGMCU_IDCODE as read, 0 not read */
	uint16_t dev_id, rev_id;
	uint32_t flash_kb;              /* from the size register, or the table's maximum */
	uint16_t flash_kb_register;     /* as read */
	bool flash_kb_assumed;          /* register was 0 or FFFF */
	bool flash_kb_chosen;           /* target_options: the register does not matter */
	uint32_t sram_bytes;
	uint8_t uid[12];
	bool has_uid;
	enum target_protection protection;
	bool clone_suspected;           /* debug port id is not the genuine chip's */
	unsigned supply_mv;
	bool supply_known;
	unsigned speed_khz;             /* SWD clock that was set, 0: fixed, not known */
	bool nrst_open;                 /* NRST was pulled, and the chip did not notice */
};

/* One try of target_climb, for those who want to know why. */
struct climb_try {
	enum target_connect how;
	struct fault fault;             /* code SL_OK: this one worked */
	uint32_t dpidr;                 /* 0: no debug port answered */
	unsigned khz;                   /* SWD clock at the end, 0: fixed, not known */
};

enum { CLIMB_TRIES_MAX = 8 };

struct climb {
	size_t n;
	struct climb_try tries[CLIMB_TRIES_MAX];
};

/* target_climb - target_attach; with CONNECT_AUTO, when that fails, what else can reach a chip, in this
 * order: lower clocks, halt requests until one gets through, under reset with vector catch, that at
 * a low clock. What the first failure makes pointless is left out. Each step is said (LOG_WARN).
 * Nothing is erased. CONNECT_SLOW is all of its clocks.
 * log: filled, also on failure. Returns as target_attach; a failure is the first one. */
enum sl_err target_climb(struct ctx *c, struct link *l, const struct target_options *o,
			 struct climb *log, struct target **out) MUST_CHECK;

/* target_connect_name - as --connect= has it: "under-reset". */
const char *target_connect_name(enum target_connect how);

/* target_attach - enter SWD, identify core and chip, read size, unique id and protection.
 * Connect normal: the core is left as found (running or halted). Under reset: NRST is held,
 * vector catch set, core halted at its first instruction. Hotplug: nothing is reset or halted.
 * Catch: as under reset, but the core is where it was, or at its first instruction when somebody
 * pressed the reset button meanwhile.
 * Returns SL_NOTARGET; SL_UNSUPPORTED for a core or chip that is not known (unless
 *   allow_unknown); what link returns. Effects: DBGMCU and DEMCR values are saved; target_detach
 *   puts them back. */
enum sl_err target_attach(struct ctx *c, struct link *l, const struct target_options *o,
			  struct target **out) MUST_CHECK;

/* target_confirm - ask once more what the chip is and how large its flash: before a job on all of
 * the flash, whose end nobody but these two answers knows, and which would leave the rest as it is,
 * and call it done, if one of them were wrong.
 * Returns SL_PROBE: an answer is another one now; what link returns. */
enum sl_err target_confirm(struct target *t, struct ctx *c) MUST_CHECK;

/* target_detach - restore what was changed, resume the core if it ran when it was found and
 * nobody asked for it to be halted, leave debug mode. Tries everything even when something fails;
 * returns the first failure. Frees t; accepts NULL. */
enum sl_err target_detach(struct target *t, struct ctx *c) MUST_CHECK;

const struct target_info *target_get_info(const struct target *t);
struct link *target_link(struct target *t);

enum target_state { TARGET_RUNNING, TARGET_HALTED, TARGET_SLEEPING, TARGET_LOCKUP, TARGET_IN_RESET };

enum sl_err target_get_state(struct target *t, struct ctx *c, enum target_state *out) MUST_CHECK;

/* target_debug_bits - DBGMCU_CR, or its like, as it was found; *addr 0: not known for this chip. */
enum sl_err target_debug_bits(struct target *t, struct ctx *c, uint32_t *addr,
			      uint32_t *value) MUST_CHECK;

/* target_halt, target_run, target_step - core control; each waits until the core is in the
 * wanted state, at most 500 ms. After run or reset the core is left running at detach; after
 * an explicit halt or step it is left halted. */
enum sl_err target_halt(struct target *t, struct ctx *c) MUST_CHECK;
enum sl_err target_run(struct target *t, struct ctx *c) MUST_CHECK;
enum sl_err target_step(struct target *t, struct ctx *c) MUST_CHECK;

enum target_reset { RESET_RUN, RESET_HALT };

/* target_reset - reset the whole chip by SYSRESETREQ (and by NRST where that does not show in
 * S_RESET_ST); RESET_HALT stops at the first instruction by vector catch. */
enum sl_err target_reset(struct target *t, struct ctx *c, enum target_reset how) MUST_CHECK;

/* target_reset_by - as target_reset with RESET_HALT, but by a write to a register of the chip that
 * resets it (OBL_LAUNCH of flash controllers). */
enum sl_err target_reset_by(struct target *t, struct ctx *c, uint32_t addr, uint32_t value) MUST_CHECK;

/* target_look_at_protection - read it again into target_info, once it may have changed. */
enum sl_err target_look_at_protection(struct target *t, struct ctx *c) MUST_CHECK;

/* target_halt_quietly - halt for work on memory without changing how detach leaves the core. */
enum sl_err target_halt_quietly(struct target *t, struct ctx *c) MUST_CHECK;

/* target_read_reg, target_write_reg - core registers by number; name lookup in regs.h. */
enum sl_err target_read_reg(struct target *t, struct ctx *c, unsigned reg, uint32_t *value) MUST_CHECK;
enum sl_err target_write_reg(struct target *t, struct ctx *c, unsigned reg, uint32_t value) MUST_CHECK;

/* target_read_mem, target_write_mem - memory; a read of protected flash is named SL_PROTECTED. */
enum sl_err target_read_mem(struct target *t, struct ctx *c, uint32_t addr, void *dst, size_t len) MUST_CHECK;
enum sl_err target_write_mem(struct target *t, struct ctx *c, uint32_t addr, const void *src,
			     size_t len) MUST_CHECK;
enum sl_err target_read32(struct target *t, struct ctx *c, uint32_t addr, uint32_t *value) MUST_CHECK;
enum sl_err target_write32(struct target *t, struct ctx *c, uint32_t addr, uint32_t value) MUST_CHECK;

/* All that a call may change in the core: r0-r15, xPSR, and what READALLREGS adds. */
struct target_core {
	uint32_t regs[LINK_ALL_REGS];
};

/* target_save_core, target_restore_core - r0-r15 and xPSR of the halted core, and back: only
 * registers that differ are written, and only when the core goes on or is looked at; a reset makes
 * it needless. */
enum sl_err target_save_core(struct target *t, struct ctx *c, struct target_core *out) MUST_CHECK;
void target_restore_core(struct target *t, const struct target_core *was);

/* target_keep_halted - what firmware needs could not be put back: target_detach does not let the core
 * go on, which would run astray. Says so. */
void target_keep_halted(struct target *t, struct ctx *c);

/* target_stays_halted - will target_detach leave the core halted? */
bool target_stays_halted(const struct target *t);

/* A call of code in target SRAM: registers in, run to BKPT, registers out. */
enum { TARGET_CALL_REGS = 6 };

struct target_call {
	uint32_t pc;                    /* first instruction, even */
	uint32_t stop;                  /* address of the BKPT that ends it */
	uint32_t sp;                    /* 0: the code needs no stack */
	uint32_t r[TARGET_CALL_REGS];   /* r0-r5 in; out after the call */
	bool bare;                      /* the code takes nothing in registers */
	unsigned timeout_ms;
	bool faulted;                   /* out: a failed call ended in a fault of the code */
};

/* target_call - run code that ends in BKPT with interrupts masked. The core must be halted.
 * Returns SL_TARGET when the core stops elsewhere, locks up, faults or is reset; and when it
 *   does not stop within timeout_ms (it is halted then).
 * Effects: changes core registers (target_save_core) and clears CFSR, HFSR and DFSR; sets
 *   vector catch for faults, masks interrupts and turns the MPU off until target_run, step, reset
 *   or detach. */
enum sl_err target_call(struct target *t, struct ctx *c, struct target_call *call) MUST_CHECK;

/* target_call_start, target_call_poll, target_call_finish - the same in three steps, so that
 * something else can be done meanwhile. poll: *done. */
enum sl_err target_call_start(struct target *t, struct ctx *c, const struct target_call *call) MUST_CHECK;
enum sl_err target_call_poll(struct target *t, struct ctx *c, bool *done) MUST_CHECK;
enum sl_err target_call_finish(struct target *t, struct ctx *c, struct target_call *call) MUST_CHECK;

/* target_call_lost - was the chip reset while the last call ran? Its registers and SRAM belong to
 * what runs since then: do not put back what was saved. */
bool target_call_lost(const struct target *t);

/* target_call_runs - was a call started whose end was not seen? */
bool target_call_runs(const struct target *t);

/* target_call_abort - halt the core if a call was started and not finished; else nothing. */
enum sl_err target_call_abort(struct target *t, struct ctx *c) MUST_CHECK;

#endif
