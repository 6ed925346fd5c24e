/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * core_priv.h - the virtual core: its state, and what its files share.
 *
 * The rest of the chip sees it through chip_priv.h. core.c executes, core_hooks.c
 * is called back by Unicorn, core_look.c knows what single instructions mean for
 * debugging, core_exc.c and core_fault.c are the exception model, core_debug.c,
 * core_fpb.c, core_dwt.c and scs.c the registers at E0000000.
 */
#ifndef SIM_CORE_PRIV_H
#define SIM_CORE_PRIV_H

#include "base/compiler.h"
#include "sim/chip.h"

struct uc_struct;

enum { MAX_EXC = 16 + 96, MAX_FIX = 1, MAX_FPB = 8, MAX_DWT = 4, MAX_BREAKS = 12 };

struct flash_fix {
	uint8_t *at;
	uint8_t bytes[4], len;
};

enum core_fault {
	FAULT_NONE, FAULT_BUS_PRECISE, FAULT_BUS_IMPRECISE, FAULT_IBUS, FAULT_XN, FAULT_UNDEF,
	FAULT_STATE, FAULT_INVPC, FAULT_NOCP, FAULT_DIVZERO, FAULT_UNALIGNED, FAULT_STACK, FAULT_UNSTACK,
	FAULT_VECTOR, FAULT_SVC, FAULT_BKPT
};

/* A range of device addresses as Unicorn calls back for it. */
struct window {
	struct chip *c;
	uint32_t base;
};

/* core_poll.c: what must be equal for a turn of a loop to be like the last one. */
struct poll_state {
	uint32_t r[16];
	uint64_t d[16];
	uint64_t stores, device_reads;
};

struct poll {
	uint32_t pc;                    /* armed at this address; UINT32_MAX: not */
	uint32_t wait, gap;             /* instructions until the next look */
	uint64_t t_ps, insns;
	bool flash_read;                /* the turn read a busy flash controller */
	bool fed;                       /* it reloaded the watchdog */
	struct poll_state state;
};

/* The memory block from which code was last fetched. */
struct code_window {
	const uint8_t *host;
	uint32_t base, size;
};

/* Where an IT block was last entered: the address and ITSTATE of an instruction in it.
 * Unicorn keeps ITSTATE to itself while it executes. */
struct it_anchor {
	uint32_t pc;
	uint8_t state;                  /* 0: none */
};

struct dwt_comp {
	uint32_t comp, mask, function;
};

struct dwt {
	uint32_t ctrl, cyccnt;
	uint64_t mark_ps;               /* time base of cyccnt */
	struct dwt_comp comp[MAX_DWT];
	bool changed;                   /* the hooks are not yet as the comparators say */
	bool on_pc;                     /* a comparator watches instruction addresses */
	bool hit;
	size_t hooks[2 * MAX_DWT];      /* of Unicorn */
	unsigned n_hooks;
};

struct core {
	struct window win[5];
	unsigned n_win;
	struct uc_struct *uc;
	uint64_t t_ps, stop_ps, insn_ps, insns, slice_budget, slice_insns;
	uint64_t stall_until_ps;
	uint32_t last_pc, start_pc;
	bool halted, sleeping, in_wfe, lockup, hung, stop_req, stopping, event;
	bool bp_hit;                    /* the slice ended at a breakpoint */
	bool it_stop;                   /* it ended before IT: the block goes one by one */
	bool it_alone;                  /* it has one instruction, out of its IT block */
	uint32_t it_flags;
	int intr;                       /* number of the exception that ended a slice, -1 none */
	enum core_fault fault;
	enum core_fault refused;        /* fault of the instruction before which we stop */
	uint32_t fault_addr;
	struct flash_fix fix[MAX_FIX];
	unsigned n_fix;
	uint64_t stores, device_reads;  /* by the core, for core_poll.c */
	struct poll poll;
	/* core_look.c */
	struct code_window code;
	struct it_anchor it;
	uint8_t look[256];              /* by the upper byte of an instruction */
	/* debug */
	uint32_t dhcsr, demcr, dfsr, dcrdr;
	bool s_reset, regrdy;
	uint64_t retired_at;
	uint32_t fp_ctrl, fp_remap, fp_comp[MAX_FPB];
	uint32_t breaks[MAX_BREAKS];    /* addresses at which the FPB breaks now */
	unsigned n_breaks;
	struct dwt dwt;
	/* SCS */
	uint32_t vtor, ccr, shcsr, cfsr, hfsr, bfar, mmfar, afsr, scr, aircr_prigroup, cpacr;
	uint32_t fpccr, fpcar, fpdscr;
	uint8_t prio[MAX_EXC];
	bool pend[MAX_EXC], active[MAX_EXC], enabled[MAX_EXC];
	bool any_pend;
	uint32_t systick_ctrl, systick_load, systick_val;
	uint64_t systick_mark_ps;
};

/* ---- DDI 0403 names ------------------------------------------------------------------ */

enum { EXC_NMI = 2, EXC_HARD = 3, EXC_MEM = 4, EXC_BUS = 5, EXC_USAGE = 6, EXC_SVC = 11,
       EXC_MONITOR = 12, EXC_PENDSV = 14, EXC_SYSTICK = 15, EXC_IRQ0 = 16 };

/* DHCSR, C1.6.2 */
enum { C_DEBUGEN = 1u << 0, C_HALT = 1u << 1, C_STEP = 1u << 2, C_MASKINTS = 1u << 3,
       C_SNAPSTALL = 1u << 5 };

/* DEMCR, C1.6.5 */
enum { VC_CORERESET = 1u << 0, VC_MMERR = 1u << 4, VC_NOCPERR = 1u << 5, VC_CHKERR = 1u << 6,
       VC_STATERR = 1u << 7, VC_BUSERR = 1u << 8, VC_INTERR = 1u << 9, VC_HARDERR = 1u << 10,
       MON_EN = 1u << 16, MON_PEND = 1u << 17, MON_STEP = 1u << 18, MON_REQ = 1u << 19,
       TRCENA = 1u << 24 };

/* DFSR, C1.6.1 */
enum { DFSR_HALTED = 1u << 0, DFSR_BKPT = 1u << 1, DFSR_DWTTRAP = 1u << 2,
       DFSR_VCATCH = 1u << 3 };

/* CONTROL as bits 31:24 of the packed register */
enum { CONTROL_NPRIV = 1u << 24, CONTROL_SPSEL = 2u << 24, CONTROL_FPCA = 4u << 24 };

#define XPSR_T (1u << 24)
#define XPSR_ALIGN (1u << 9)
#define XPSR_IT 0x0600FC00u

/* CCR, B3.2.8 */
enum { CCR_NONBASETHRDENA = 1u << 0, CCR_UNALIGN_TRP = 1u << 3, CCR_DIV_0_TRP = 1u << 4,
       CCR_STKALIGN = 1u << 9 };

/* Registers of core_reg: 0-15, then as DCRSR numbers them. */
enum { REG_SP = 13, REG_LR = 14, REG_PC = 15, REG_XPSR = 16, REG_MSP = 17, REG_PSP = 18,
       REG_SPECIAL = 20, REG_FPSCR = 33, REG_S0 = 64 };

/* ---- core.c ---------------------------------------------------------------------------- */

enum bus_result core_init(struct chip *c) MUST_CHECK;
void core_free(struct chip *c);
void core_reset(struct chip *c, unsigned cause);
/* core_run - execute until t_ps, an event, a halt; at most max_insns. */
void core_run(struct chip *c, uint64_t until_ps, uint64_t max_insns);
bool core_idle(struct chip *c);
uint32_t core_reg(struct chip *c, unsigned n);
void core_set_reg(struct chip *c, unsigned n, uint32_t v);
void core_protect(struct chip *c);
void core_clock_changed(struct chip *c);

/* ---- core_hooks.c ------------------------------------------------------------------------ */

/* core_stall - the core's access waits for the flash; at_ps becomes the end of the wait. */
void core_stall(struct chip *c);
/* core_apply_fixes - put right what refused or altered stores have left in flash. */
void core_apply_fixes(struct chip *c);
/* core_watch_hooks - let Unicorn report the accesses that the DWT's comparators watch. */
void core_watch_hooks(struct chip *c);

/* ---- core_poll.c ---------------------------------------------------------------------------- */

/* core_poll - before the instruction at addr: look for a waiting loop and pass over it. */
void core_poll_start(struct chip *c);
void core_poll(struct chip *c, uint32_t addr);

/* ---- core_look.c ------------------------------------------------------------------------------ */

/* look_reset - forget everything. look_configure - CPACR or CCR has changed. */
void look_reset(struct chip *c);
void look_configure(struct chip *c);
/* look_opcode - first half-word of the instruction at addr, 0 outside memory. */
uint16_t look_opcode(struct chip *c, uint32_t addr);
/* look_at - before the instruction: IT, SEV, changes of a mask, and what must not execute. */
void look_at(struct chip *c, uint32_t addr, uint16_t op);
unsigned look_size(uint16_t op);
/* look_it_begin - a slice starts here. look_it_now - ITSTATE of the instruction at pc. */
void look_it_begin(struct chip *c, uint32_t pc);
uint8_t look_it_now(struct chip *c, uint32_t pc);
void look_it_set(struct chip *c, uint8_t state);
/* look_it_first - the first instruction of a slice is IT or in an IT block: true when that
 * was all there was to do; else the budget may shrink to it alone. */
bool look_it_first(struct chip *c, uint32_t pc, uint64_t *budget);
/* look_it_stepped - a slice of one instruction ended. */
void look_it_stepped(struct chip *c);
/* look_hint - pass over WFE or YIELD, which Unicorn does not know. */
bool look_hint(struct chip *c, uint32_t pc);
bool look_is_coprocessor(uint16_t op);

/* ---- core_exc.c, core_fault.c -------------------------------------------------------------------- */

void exc_reset(struct chip *c);
/* exc_dispatch - take the most urgent exception if it may be taken now. */
bool exc_dispatch(struct chip *c);
/* exc_enter - take exception n; what goes wrong on the way becomes another one. */
void exc_enter(struct chip *c, unsigned n);
void exc_return(struct chip *c, uint32_t exc_return);
void exc_pend(struct chip *c, unsigned n);
/* exc_wakes - something would end the sleep of the core. */
bool exc_wakes(struct chip *c);
/* exc_refresh - recompute core.any_pend after pend or enabled changed. */
void exc_refresh(struct chip *c);
int exc_priority(const struct chip *c, unsigned n);
int exc_group(const struct chip *c, int prio);
int exc_execution_priority(struct chip *c);
/* exc_pending - number of the most urgent pending exception above prio, 0: none. */
unsigned exc_pending(const struct chip *c, int prio);
/* exc_clear_active - VECTCLRACTIVE. */
void exc_clear_active(struct chip *c);

void exc_fault(struct chip *c, enum core_fault f, uint32_t addr);
void exc_svc(struct chip *c);
void exc_lockup(struct chip *c);
/* exc_derived - exception n could not be entered because of f: the one taken instead,
 * 0 when the core locked up. */
unsigned exc_derived(struct chip *c, unsigned n, enum core_fault f);
/* exc_catch - halt if DEMCR catches one of the vectors vc. */
void exc_catch(struct chip *c, uint32_t vc);
/* exc_debug_event - BKPT, breakpoint or watchpoint: halt, DebugMonitor, HardFault or nothing. */
void exc_debug_event(struct chip *c, uint32_t dfsr);

/* ---- core_debug.c, core_fpb.c, core_dwt.c ------------------------------------------------------------- */

void core_halt(struct chip *c, uint32_t dfsr);
void debug_power_reset(struct chip *c);
/* debug_core_reset - what a system reset does to the debug registers. */
void debug_core_reset(struct chip *c);
enum bus_result debug_read(struct chip *c, uint32_t addr, uint32_t *v);
enum bus_result debug_write(struct chip *c, uint32_t addr, uint32_t v);

uint32_t fpb_read(const struct chip *c, uint32_t off);
void fpb_write(struct chip *c, uint32_t off, uint32_t v);
bool fpb_breaks(const struct chip *c, uint32_t addr);

uint32_t dwt_read(struct chip *c, uint32_t off);
void dwt_write(struct chip *c, uint32_t off, uint32_t v);
/* dwt_rebase - the clock, or whether the core is halted, is about to change at t_ps. */
void dwt_rebase(struct chip *c, uint64_t t_ps);
/* dwt_refresh - comparators or TRCENA have changed. */
void dwt_refresh(struct chip *c);
/* dwt_watches - which accesses comparator n watches, and the addresses where one may begin. */
enum { DWT_READS = 1, DWT_WRITES = 2 };
unsigned dwt_watches(const struct chip *c, unsigned n, uint64_t *lo, uint64_t *hi);
/* dwt_pc, dwt_data - an instruction executes, data are accessed. */
void dwt_pc(struct chip *c, uint32_t addr);
void dwt_data(struct chip *c, uint32_t addr, unsigned size, bool write, uint32_t value);

/* ---- scs.c -------------------------------------------------------------------------------------- */

enum bus_result scs_read(struct chip *c, uint32_t addr, uint32_t *v);
enum bus_result scs_write(struct chip *c, uint32_t addr, uint32_t v);
uint64_t systick_next_ps(struct chip *c);
void systick_update(struct chip *c, uint64_t t_ps);
void systick_rebase(struct chip *c, uint64_t t_ps);

#endif
