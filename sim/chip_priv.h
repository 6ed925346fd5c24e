/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * chip_priv.h - what the files of the virtual chip share with each other.
 *
 * One struct chip: memory blocks, peripherals, flash controller, core. Time
 * inside the chip is in picoseconds since the board was made, because one
 * instruction of 1.5 cycles is not a whole number of nanoseconds. Two times
 * exist: that of the board's clock, at which a debugger's access happens, and
 * core.t_ps, how far the core has got (ahead by up to one instruction, or by
 * the rest of a stall). at_ps is the time of the access being served. The core's
 * own part is in core_priv.h.
 */
#ifndef SIM_CHIP_PRIV_H
#define SIM_CHIP_PRIV_H

#include "base/compiler.h"
#include "sim/chip.h"
#include "sim/core_priv.h"

#define PS_PER_NS 1000u
#define PS_NEVER (UINT64_C(1) << 62)

enum { MAX_BLOCKS = 8, MAX_PERIPHS = 40, MAX_ILLEGAL = 64, ILLEGAL_TEXT = 128,
       MAX_PORTS = 9, MAX_SECTORS = 512,
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
	bool untimed;                   /* a write moves no event */
	bool wants_clock;               /* an access without its clock is counted as illegal */
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

/* Wait states that flash reads need: with n of them the clock may be (n + 1) x step_hz. The first row
 * that fits the core's voltage range (0: any) and the supply counts. */
struct wait_row {
	unsigned vos;
	unsigned least_mv;
	uint32_t step_hz;
};

/* What the data sheet and the manual allow: clock_rules.c. */
struct clock_limits {
	uint32_t hclk_hz, apb1_hz, apb2_hz;
	bool by_sysclk;                 /* wait states follow SYSCLK, not HCLK */
	uint32_t latency_mask;          /* FLASH_ACR.LATENCY */
	const struct wait_row *waits;   /* step_hz 0 ends; NULL: flash is always fast enough */
};

/* PWR_CR.VOS: the regulator's output. */
struct vos_desc {
	unsigned shift, mask;
	uint32_t cr_reset, csr_reset;   /* of PWR_CR and PWR_CSR */
	uint32_t most_hz[4];            /* core clock for each value, 0: the value is not allowed */
	bool pll_off;                   /* changeable only while the PLL is off */
};

enum rcc_osc { OSC_HSI, OSC_MSI, OSC_HSE, OSC_PLL, N_OSC };

struct rcc_map;                         /* rcc_priv.h */

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
	bool (*set_rdp)(struct chip *c, unsigned level);
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
	uint32_t uid[3];
	uint32_t size_reg;
	uint32_t sysmem_base, sysmem_bytes;
	uint32_t dbgmcu_cr_mask;
	uint32_t iwdg_freeze_off, iwdg_freeze_bit;  /* in DBGMCU */
	uint32_t lsi_hz;
	unsigned n_irq;
	const struct periph_desc *periphs;
	const struct rcc_map *rcc;
	const struct clock_limits *limits;
	const struct vos_desc *vos;             /* NULL: no such choice */
	const struct flash_ops *flash;
	uint32_t periph_end, ahb2_base, ahb2_size;
	uint32_t flash_acr_mask, flash_acr_reset;
	uint32_t mass_erase_ms[3];      /* F4: typical, for x8, x16, x32 */
	bool rdp_levels;                /* FPEC of F3: three levels, OBL_LAUNCH */
	bool pcrop;                     /* F4: FLASH_OPTCR.SPRMOD exists */
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
	bool sticks;                    /* what runs or begins does not end */
	bool wdg_hw;                    /* option: the watchdog starts at reset */
	uint32_t hp_base, hp_words, hp_data[32];   /* L1 half page being filled */
	bool hp_from_debug;
	uint32_t sector_erases[MAX_SECTORS];
};

/* The supply is to fail at a flash operation. */
struct cut {
	uint64_t operations;            /* begun since the chip was made */
	uint64_t left;                  /* operations until the one; 0: none */
	enum chip_cut when;
	bool due;                       /* at at_ps */
	uint64_t at_ps;
	bool done;
	uint8_t *was[MAX_BLOCKS];       /* CHIP_CUT_BEFORE: the cells as they were */
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
	struct cut cut;
	struct core core;
	enum { BY_CORE, BY_DEBUG } acc_by;
	uint64_t at_ps;
	uint64_t next_event_ps;
	enum chip_habit habit;
	uint64_t habit_ps;              /* when it comes next */
	bool replan;
	bool stopped, clocks_off;       /* in STOP; and DBGMCU_CR keeps no clock alive */
	bool power, nrst_low, attached, swj_off, core_protected;
	unsigned reset_request;         /* enum reset_cause of the core's or a watchdog's wish */
	unsigned supply_mv;
	uint64_t osc_ready_ps[N_OSC];
	uint32_t hse_hz;                /* what the board has at OSC_IN, 0: nothing */
	bool hse_is_signal;             /* a clock signal, not a crystal */
	unsigned clock_rule;            /* of clock_rules.c, broken now; 0: none */
	uint32_t dbgmcu[4];
	uint32_t idcode;                /* instead of the kind's; 0: the kind's */
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
	RESET_CORE = 16,                /* VECTRESET: the core only */
	RESET_WWDG = 32
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
uint64_t habit_limit(struct chip *c, uint64_t t_ps);
/* habit_settle - after time has passed: the habit's effect, or its delay while held. */
void habit_settle(struct chip *c);

/* habit_state - the habit that has come about, CHIP_STAYS: none. */
enum chip_habit habit_state(struct chip *c);

/* ---- cut.c --------------------------------------------------------------------- */

/* cut_operation_begins, cut_operation_ends - of the flash: it has started, it is done. */
void cut_operation_begins(struct chip *c);
void cut_operation_ends(struct chip *c);
/* cut_next_ps - when the supply fails. cut_settle - at core.t_ps: it does, if it is time. */
uint64_t cut_next_ps(const struct chip *c);
void cut_settle(struct chip *c);
/* cut_disarm - the supply will not fail. */
void cut_disarm(struct chip *c);

/* ---- sleep.c ------------------------------------------------------------------- */

/* sleep_settle - at core.t_ps: stop or start the clocks if the chip has entered or left STOP. */
void sleep_settle(struct chip *c);

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
/* flash_tear - flash_abort at at_ps. */
void flash_tear(struct chip *c);
void flash_fill(struct chip *c, uint32_t addr, uint32_t len, uint8_t value);
int flash_sector_of(const struct chip *c, uint32_t addr);
bool flash_in_main(const struct chip *c, uint32_t addr);
bool flash_reads_denied(const struct chip *c);
/* flash_wait - the access being served waits until the flash is free; false: for ever. */
bool flash_wait(struct chip *c);
uint32_t info_get(struct chip *c, uint32_t addr, unsigned size);
void info_put(struct chip *c, uint32_t addr, unsigned size, uint32_t v);
/* Key sequences. Returns true when the register is now unlocked. */
bool flash_key(struct chip *c, unsigned *step, bool *dead, const uint32_t keys[2], uint32_t v);
const char *chip_who(const struct chip *c);

extern const struct flash_ops flash_f1, flash_f4, flash_l1;

/* ---- peripherals ------------------------------------------------------------------- */

extern const struct periph_ops rcc_regs, gpio_f1, gpio_f4, afio_f1, timer_basic, iwdg, wwdg, usart_f1,
	crc_unit, pwr_regs, regs_plain, flash_regs;
extern const struct rcc_map rcc_f100, rcc_f103, rcc_f4, rcc_f401, rcc_l1;

/* periph_clocked - is its clock on in RCC? */
bool periph_clocked(const struct chip *c, const struct periph *p);
void gpio_refresh(struct chip *c);
void iwdg_start(struct chip *c);
/* iwdg_is_feed - such a write does nothing but reload the watchdog. */
bool iwdg_is_feed(uint32_t addr, uint32_t v);
/* iwdg_fed_later - the last such write came that much later. */
void iwdg_fed_later(struct chip *c, uint64_t ps);
/* rcc_hclk_hz - the core's clock; 0 in STOP. */
uint32_t rcc_hclk_hz(struct chip *c);
/* rcc_timer_hz - clock of the timers on APB1 or APB2. */
uint32_t rcc_timer_hz(struct chip *c, unsigned bus);
/* rcc_pclk_hz - clock of the bus APB1 or APB2. */
uint32_t rcc_pclk_hz(struct chip *c, unsigned bus);
uint32_t rcc_sysclk_hz(struct chip *c);
bool rcc_hsi_on(const struct chip *c);
void rcc_set_reset_flags(struct chip *c, unsigned cause);
/* pwr_vos - the regulator's voltage range as written, 0 where there is none. */
unsigned pwr_vos(const struct chip *c);
/* pwr_standby - PWR_CR.PDDS: deep sleep is Standby. */
bool pwr_standby(const struct chip *c);
/* rcc_enter_stop - what STOP leaves of the clock tree: HSI, or MSI on the L1. */
void rcc_enter_stop(struct chip *c);
/* clock_check - after a change of clock, wait states, supply or regulator: count what is too fast. */
void clock_check(struct chip *c);

#endif
