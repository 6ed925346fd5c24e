/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * chip_priv.h - what the files of the virtual chip share with each other.
 *
 * One struct chip: memory blocks, peripherals, flash controller, core. Time
 * inside the chip is in picoseconds since the board was made, because one
 * instruction of 1.5 cycles is not a whole number of nanoseconds. Two times
 * exist: that of the board's clock, at which a debugger's access happens, and
 * core.t_ps, how far the core has got (ahead by up to one instruction, or by
 * the rest of a stall). at_ps is the time of the access being served.
 */
#ifndef SIM_CHIP_PRIV_H
#define SIM_CHIP_PRIV_H

#include "base/compiler.h"
#include "sim/chip.h"

struct uc_struct;

#define PS_PER_NS 1000u
#define PS_NEVER (UINT64_C(1) << 62)

enum { MAX_BLOCKS = 8, MAX_PERIPHS = 40, MAX_ILLEGAL = 64, ILLEGAL_TEXT = 128,
       MAX_PORTS = 9, MAX_EXC = 16 + 96, MAX_FIX = 32, MAX_SECTORS = 512, MAX_FPB = 8,
       RCC_FLAGS = 39 };               /* place of the reset flags in the RCC's registers */

/* ---- description of a chip (const tables in kinds.c) ------------------------- */

enum block_type {
	BLOCK_RAM,
	BLOCK_CCM,              /* data only: the core cannot execute from it */
	BLOCK_FLASH,
	BLOCK_EEPROM,
	BLOCK_INFO              /* system memory, option bytes, ids, OTP */
};

struct block_desc {
	uint32_t base, size;    /* whole 4 KiB pages */
	enum block_type type;
};

/* A run of equal sectors of main flash, in address order. */
struct sector_run {
	uint32_t size, count;
};

struct chip;
struct periph;

struct periph_ops {
	void (*reset)(struct chip *c, struct periph *p);
	uint32_t (*read)(struct chip *c, struct periph *p, uint32_t off);
	enum bus_result (*write)(struct chip *c, struct periph *p, uint32_t off, uint32_t v);
	/* Next instant at which something happens by itself, PS_NEVER: none. May be NULL. */
	uint64_t (*next_ps)(struct chip *c, struct periph *p);
	/* Bring up to t_ps: flags, interrupts, resets. May be NULL. */
	void (*update)(struct chip *c, struct periph *p, uint64_t t_ps);
	/* A clock is about to change at t_ps: keep the count, forget the time base. */
	void (*rebase)(struct chip *c, struct periph *p, uint64_t t_ps);
};

struct periph_desc {
	const char *name;
	uint32_t base, size;
	const struct periph_ops *ops;
	uint32_t clk_off, clk_mask;     /* enable bit in RCC; mask 0: always clocked */
	uint32_t arg;                   /* meaning belongs to ops: port letter, bus number */
	uint8_t irq;
};

struct init_word {
	uint32_t addr, value;
};

/* Clock tree of a family: rcc.c does what is common. */
struct rcc_map {
	uint32_t cfgr_off, csr_off;
	uint32_t csr_power, csr_other;          /* reset flags: after power-on, of every reset */
	unsigned ppre1_shift, ppre2_shift;
	uint32_t rstr_lo, rstr_hi, rstr_delta;  /* reset registers; + delta = enable register */
	const struct init_word *resets;         /* offset + 1 and reset value, 0 ends */
	uint32_t (*source_hz)(struct chip *c, unsigned sw);     /* 0: not ready */
};

struct flash_ops {
	uint32_t reg_base, reg_size;
	void (*reset)(struct chip *c, bool power_on);
	uint32_t (*reg_read)(struct chip *c, uint32_t off);
	enum bus_result (*reg_write)(struct chip *c, uint32_t off, uint32_t v);
	/* A store of size bytes into a flash, EEPROM or info block. */
	enum bus_result (*store)(struct chip *c, uint32_t addr, unsigned size, uint32_t v);
	/* The running operation has reached its end. */
	void (*finish)(struct chip *c);
	/* Write the option bytes as a factory or set_protected would. */
	void (*set_rdp)(struct chip *c, bool on);
	void (*set_wrp)(struct chip *c, size_t sector, bool on);
	bool (*locked)(struct chip *c);
	bool (*rdp_active)(struct chip *c);
};

struct chip_kind {
	const char *name;
	bool m4;
	uint32_t cpuid, dpidr, idcode;
	uint32_t flash_base, flash_bytes;
	uint8_t erased;
	const struct sector_run *runs;
	const struct block_desc *blocks;
	const struct init_word *info;           /* factory content of info blocks, addr 0 ends */
	uint32_t size_reg;
	uint32_t sysmem_base, sysmem_bytes;
	uint32_t dbgmcu_cr_mask;
	uint32_t iwdg_freeze_off, iwdg_freeze_bit;  /* in DBGMCU */
	uint32_t lsi_hz, hse_hz;
	unsigned n_irq;
	const struct periph_desc *periphs;
	const struct rcc_map *rcc;
	uint32_t max_hz;
	const struct flash_ops *flash;
	uint32_t periph_end, ahb2_base, ahb2_size;
	uint32_t flash_acr_mask;
	uint32_t mass_erase_ms[3];      /* F4: typical, for x8, x16, x32 */
};

/* ---- state -------------------------------------------------------------------- */

struct block {
	const struct block_desc *d;
	uint8_t *host;
	uint32_t dirty_lo, dirty_hi;    /* offsets changed behind the core's back */
};

struct periph {
	const struct periph_desc *d;
	uint32_t reg[RCC_FLAGS + 1];
	uint64_t mark_ps;               /* time base of a counter */
	uint64_t aux;
	bool on;
};

enum flash_op {
	FLASH_IDLE, FLASH_ERASE, FLASH_MASS, FLASH_PROGRAM, FLASH_OPT_ERASE, FLASH_OPT_PROGRAM
};

struct flash {
	enum flash_op op;
	uint64_t busy_until_ps;
	uint32_t op_addr, op_len;
	uint32_t acr, sr, cr, ar, obr, wrpr, optcr;
	unsigned key_step, optkey_step, pekey_step;
	bool key_dead, optkey_dead, pekey_dead;
	bool rdp;                       /* as loaded from the option bytes */
	bool first4k_locked;            /* F1, after un-protection until power-on */
	bool debug_seen;                /* a debugger attached since power-on */
	bool debug_off;                 /* read protection level 2 */
	bool wdg_hw;                    /* option: the watchdog starts at reset */
	uint32_t hp_base, hp_words, hp_data[32];   /* L1 half page being filled */
	bool hp_from_debug;
	uint32_t sector_erases[MAX_SECTORS];
};

struct flash_fix {
	uint8_t *at;
	uint8_t bytes[4], len;
};

enum core_fault {
	FAULT_NONE, FAULT_BUS_PRECISE, FAULT_BUS_IMPRECISE, FAULT_IBUS, FAULT_UNDEF, FAULT_STATE,
	FAULT_DIVZERO, FAULT_BKPT
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
	struct poll_state state;
};

struct core {
	struct window win[5];
	unsigned n_win;
	struct uc_struct *uc;
	uint64_t t_ps, stop_ps, insn_ps, insns, slice_budget, slice_insns;
	uint64_t stall_until_ps;
	uint32_t last_pc;
	bool halted, sleeping, lockup, hung, stop_req, stopping, event;
	bool fpb_on, bp_hit, watching, watch_hit;
	int intr;                       /* number of the exception that ended a slice, -1 none */
	enum core_fault fault;
	uint32_t fault_addr;
	struct flash_fix fix[MAX_FIX];
	unsigned n_fix;
	uint64_t stores, device_reads;  /* by the core, for core_poll.c */
	struct poll poll;
	/* debug */
	uint32_t dhcsr, demcr, dfsr, dcrdr;
	bool s_reset, retired_seen;
	uint64_t retired_at;
	uint32_t fp_ctrl, fp_remap, fp_comp[MAX_FPB], dwt[32];
	/* SCS */
	uint32_t vtor, ccr, shcsr, cfsr, hfsr, bfar, mmfar, afsr, scr, aircr_prigroup, cpacr;
	uint8_t prio[MAX_EXC];
	bool pend[MAX_EXC], active[MAX_EXC], enabled[MAX_EXC];
	bool any_pend;
	uint32_t systick_ctrl, systick_load, systick_val;
	uint64_t systick_mark_ps;
};

/* Bytes on their way to a USART's receiver, and when the first will have arrived. */
struct rx_line {
	uint8_t data[CHIP_RX_MAX];
	unsigned first, count;
	uint64_t next_ps, char_ps;
};

struct chip {
	const struct chip_kind *kind;
	struct sim_clock *clk;
	struct block blocks[MAX_BLOCKS];
	unsigned n_blocks;
	struct periph periphs[MAX_PERIPHS];
	unsigned n_periphs;
	struct periph *rcc_periph;
	struct flash flash;
	struct core core;
	enum { BY_CORE, BY_DEBUG } acc_by;
	uint64_t at_ps;
	uint64_t next_event_ps;
	enum chip_habit habit;
	uint64_t habit_ps;              /* when it comes next */
	bool replan;
	bool power, nrst_low, attached, swj_off, core_protected;
	unsigned reset_request;         /* enum reset_cause of the core's or a watchdog's wish */
	unsigned supply_mv;
	uint64_t hse_ready_ps, pll_ready_ps;
	uint32_t dbgmcu[4];
	int8_t pin_level[MAX_PORTS][16], pin_drive[MAX_PORTS][16];
	chip_pin_fn *pin_fn;
	void *pin_priv;
	chip_tx_fn *tx_fn;
	void *tx_priv;
	struct rx_line rx[2];           /* USART1, USART2 */
	bool peek;                      /* the read half of a narrow write: no side effects */
	struct chip_report rep;
	char illegal[MAX_ILLEGAL][ILLEGAL_TEXT];
	unsigned n_sectors;
};

enum reset_cause {
	RESET_NONE, RESET_POWER = 1, RESET_PIN = 2, RESET_SOFT = 4, RESET_IWDG = 8,
	RESET_CORE = 16                 /* VECTRESET: the core only */
};

/* ---- chip.c -------------------------------------------------------------------- */

void chip_reset(struct chip *c, unsigned cause);
void chip_note_illegal(struct chip *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* chip_pump - run everything up to t_ps. */
void chip_pump(struct chip *c, uint64_t t_ps);
/* chip_events - peripherals up to core.t_ps, and the resets they ask for. */
void chip_events(struct chip *c);
void chip_rebase(struct chip *c, uint64_t t_ps);
uint64_t chip_ticks(uint64_t dt_ps, uint32_t hz);
uint64_t chip_ticks_ps(uint64_t ticks, uint32_t hz);
uint64_t chip_clock_ps(const struct chip *c);

/* ---- habit.c ------------------------------------------------------------------- */

/* habit_restart - the core starts anew at core.t_ps. */
void habit_restart(struct chip *c);
/* habit_limit - how far towards t_ps the core may execute. */
uint64_t habit_limit(const struct chip *c, uint64_t t_ps);
/* habit_settle - after time has passed: the habit's effect, or its delay while held. */
void habit_settle(struct chip *c);

/* ---- chip_bus.c ---------------------------------------------------------------- */

enum bus_result bus_init(struct chip *c) MUST_CHECK;
void bus_free(struct chip *c);
struct block *bus_block(struct chip *c, uint32_t addr, unsigned size, uint32_t *off);
/* A device register of 1, 2 or 4 bytes: peripherals, bit-band, system control space. */
enum bus_result bus_device_read(struct chip *c, uint32_t addr, unsigned size, uint32_t *v);
enum bus_result bus_device_write(struct chip *c, uint32_t addr, unsigned size, uint32_t v);
/* Host bytes of a memory range, NULL when it is not all in one block. */
uint8_t *bus_host(struct chip *c, uint32_t addr, uint32_t len);
void bus_dirty(struct chip *c, uint32_t addr, uint32_t len);
uint32_t get_mem(const uint8_t *p, unsigned size);
void put_mem(uint8_t *p, unsigned size, uint32_t v);

/* ---- flash.c ------------------------------------------------------------------- */

void flash_init(struct chip *c);
bool flash_busy(const struct chip *c);
void flash_settle(struct chip *c);
void flash_start(struct chip *c, enum flash_op op, uint32_t addr, uint32_t len, uint64_t ns);
void flash_abort(struct chip *c);
void flash_fill(struct chip *c, uint32_t addr, uint32_t len, uint8_t value);
int flash_sector_of(const struct chip *c, uint32_t addr);
bool flash_in_main(const struct chip *c, uint32_t addr);
bool flash_reads_denied(const struct chip *c);
/* flash_wait - the access being served waits until the flash is free; false: for ever. */
bool flash_wait(struct chip *c);
/* core_stall - the core's access waits for the flash; at_ps becomes the end of the wait. */
void core_stall(struct chip *c);
/* core_apply_fixes - put right what refused or altered stores have left in flash. */
void core_apply_fixes(struct chip *c);
uint32_t info_get(struct chip *c, uint32_t addr, unsigned size);
void info_put(struct chip *c, uint32_t addr, unsigned size, uint32_t v);
/* Key sequences. Returns true when the register is now unlocked. */
bool flash_key(struct chip *c, unsigned *step, bool *dead, const uint32_t keys[2], uint32_t v);
const char *chip_who(const struct chip *c);

extern const struct flash_ops flash_f1, flash_f4, flash_l1;

/* ---- core.c, core_hooks.c, core_poll.c, core_exc.c, core_debug.c, scs.c ------- */

enum bus_result core_init(struct chip *c) MUST_CHECK;
void core_free(struct chip *c);
void core_reset(struct chip *c, unsigned cause);
/* core_run - execute until t_ps, an event, a halt; at most max_insns. */
void core_run(struct chip *c, uint64_t until_ps, uint64_t max_insns);
bool core_idle(const struct chip *c);
uint32_t core_reg(struct chip *c, unsigned n);
void core_set_reg(struct chip *c, unsigned n, uint32_t v);
void core_protect(struct chip *c);
void core_halt(struct chip *c, uint32_t dfsr);
void core_clock_changed(struct chip *c);
/* core_poll - before the instruction at addr: look for a waiting loop and pass over it. */
void core_poll_start(struct chip *c);
void core_poll(struct chip *c, uint32_t addr);

/* Registers of core_reg: 0-15, then as DCRSR numbers them. */
enum { REG_SP = 13, REG_LR = 14, REG_PC = 15, REG_XPSR = 16, REG_MSP = 17, REG_PSP = 18,
       REG_SPECIAL = 20, REG_FPSCR = 33, REG_S0 = 64 };

void exc_reset(struct chip *c);
/* exc_dispatch - take the most urgent exception if it may be taken now. */
bool exc_dispatch(struct chip *c);
void exc_return(struct chip *c, uint32_t exc_return);
void exc_fault(struct chip *c, enum core_fault f, uint32_t addr);
void exc_pend(struct chip *c, unsigned n);
bool exc_wakes(const struct chip *c);
void exc_svc(struct chip *c);
/* exc_refresh - recompute core.any_pend after pend or enabled changed. */
void exc_refresh(struct chip *c);

void debug_power_reset(struct chip *c);
enum bus_result debug_read(struct chip *c, uint32_t addr, uint32_t *v);
enum bus_result debug_write(struct chip *c, uint32_t addr, uint32_t v);
bool debug_breakpoint(const struct chip *c, uint32_t addr);
/* core_watch.c: registers of the DWT by offset; an access of the core, which may ask it to stop. */
uint32_t dwt_read(struct chip *c, uint32_t off);
void dwt_write(struct chip *c, uint32_t off, uint32_t v);
void core_watch(struct chip *c, uint32_t addr, unsigned size, bool write);

enum bus_result scs_read(struct chip *c, uint32_t addr, uint32_t *v);
enum bus_result scs_write(struct chip *c, uint32_t addr, uint32_t v);
uint64_t systick_next_ps(struct chip *c);
void systick_update(struct chip *c, uint64_t t_ps);
void systick_rebase(struct chip *c, uint64_t t_ps);

/* ---- peripherals ------------------------------------------------------------------- */

extern const struct periph_ops rcc_regs, gpio_f1, gpio_f4, afio_f1, timer_basic, iwdg, usart_f1,
	crc_unit, regs_plain, flash_regs;
extern const struct rcc_map rcc_f1, rcc_f4, rcc_f401, rcc_l1;

void gpio_refresh(struct chip *c);
void iwdg_start(struct chip *c);
uint32_t rcc_hclk_hz(struct chip *c);
/* rcc_timer_hz - clock of the timers on APB1 or APB2. */
uint32_t rcc_timer_hz(struct chip *c, unsigned bus);
bool rcc_hsi_on(const struct chip *c);
void rcc_set_reset_flags(struct chip *c, unsigned cause);

#endif
