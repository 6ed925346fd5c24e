/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * chip.h - a virtual STM32 as a debug probe sees it: one AHB access port.
 *
 * Everything that a debugger does goes through chip_read and chip_write, core
 * debug registers included (SCS at 0xE000E000), as on silicon. The core really
 * runs Thumb code (Unicorn); the chip is brought up to its clock lazily, by
 * chip_sync. Flash controllers are explicit state machines that refuse what
 * silicon refuses and count every illegal act.
 */
#ifndef SIM_CHIP_H
#define SIM_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/clock.h"

struct chip;
struct chip_kind;               /* const description: memories, id registers, controller */

/* Timing model of the bench: 1.5 cycles per instruction at the current core clock. UNSURE: a mean
 * of what the TRM's instruction timing has, 1 for arithmetic, 2 and more for loads and branches. */
#define CHIP_HALF_CYCLES 3u

enum bus_result {
	BUS_OK,
	BUS_FAULT,              /* AHB error: unmapped, protected, wrong width */
	BUS_OFF                 /* no power, in reset where that matters, or debug port dead */
};

/* chip_kind_find - the description named "STM32F100RB", "STM32F103C8", "STM32L152RB",
 * "STM32F407VG"; NULL if there is none. chip_kinds walks them all, NULL-terminated. */
const struct chip_kind *chip_kind_find(const char *name);
const struct chip_kind *const *chip_kinds(void);
const char *chip_kind_name(const struct chip_kind *k);

/* chip_new - a chip with factory-blank flash, powered on and out of reset.
 * clk is borrowed. Returns NULL when memory or Unicorn cannot be had. */
struct chip *chip_new(const struct chip_kind *kind, struct sim_clock *clk);
void chip_free(struct chip *c);
const struct chip_kind *chip_get_kind(const struct chip *c);

/* chip_read, chip_write - one debugger access of size 1, 2 or 4, naturally aligned.
 * The chip is brought up to date first. An access that the flash controller stalls
 * advances the clock until the flash is free. Value in the low bits. */
enum bus_result chip_read(struct chip *c, uint32_t addr, unsigned size, uint32_t *value);
enum bus_result chip_write(struct chip *c, uint32_t addr, unsigned size, uint32_t value);

/* chip_sync - run core, timers and flash controller up to the clock. */
void chip_sync(struct chip *c);

/* chip_idle_until - let time pass to at_ns while the chip runs. */
void chip_idle_until(struct chip *c, uint64_t at_ns);

/* chip_attach_debug - the probe powered up the debug port (true) or lets go (false).
 * A read-protected F1 refuses flash accesses from then until power-on. */
void chip_attach_debug(struct chip *c, bool attached);

/* chip_nrst - drive the NRST pin low (true) or release it. */
void chip_nrst(struct chip *c, bool low);

/* chip_power - supply off or on; power-on resets everything but flash. */
void chip_power(struct chip *c, bool on);

/* What the firmware does to the debug port, 1 ms after the core begins to run. */
enum chip_habit {
	CHIP_STAYS,             /* nothing */
	CHIP_SLEEPS,            /* SLEEP mode: the bus has no clock unless DBGMCU_CR says so */
	CHIP_STOPS,             /* STOP mode: nothing has, unless DBGMCU_CR says so */
	CHIP_DROPS_SWD,         /* the SWD pins get another use, until a reset */
	CHIP_RESETS             /* the chip is reset, as by a watchdog that nobody feeds */
};

/* chip_set_habit - give the chip a habit; it is in that state at once unless a debugger or
 * NRST holds the core. A halted core does not follow it; one that is let go does, after 1 ms.
 * Nor does one that executes code in SRAM, which is a debugger's. */
void chip_set_habit(struct chip *c, enum chip_habit h);

/* chip_debug_clock - false while SLEEP or STOP mode, by a habit or by the firmware in flash, leaves
 * the AHB access port without a clock. */
bool chip_debug_clock(struct chip *c);

/* chip_dpidr - what the SW-DP answers; 0 when no chip answers (no power, SWD pins remapped). */
uint32_t chip_dpidr(struct chip *c);

/* chip_swd_ok - false while the debug port does not answer. */
bool chip_swd_ok(struct chip *c);

/* chip_supply_mv - the supply in millivolt, default 3300; below a limit the flash refuses
 * wide programming. */
void chip_set_supply_mv(struct chip *c, unsigned mv);
unsigned chip_get_supply_mv(const struct chip *c);

/* chip_set_hse - what the board connects to OSC_IN: a crystal of hz, or a clock signal of it; 0:
 * nothing, as for a chip that is just made. */
void chip_set_hse(struct chip *c, uint32_t hz, bool is_signal);

/* chip_pin - level of port ('A'..'I') pin n as an observer sees it: 0, 1, or -1 not driven. */
int chip_pin(struct chip *c, char port, unsigned n);

/* chip_drive_pin - somebody outside drives a pin: 0, 1, or -1 lets go (user button). */
void chip_drive_pin(struct chip *c, char port, unsigned n, int level);

/* chip_on_pin - be told of each change of an output pin, with the virtual time. */
typedef void chip_pin_fn(void *priv, char port, unsigned n, int level, uint64_t at_ns);
void chip_on_pin(struct chip *c, chip_pin_fn *fn, void *priv);

/* chip_on_tx - be told of each byte that the chip's USART n sends. */
typedef void chip_tx_fn(void *priv, unsigned usart, uint8_t byte, uint64_t at_ns);
void chip_on_tx(struct chip *c, chip_tx_fn *fn, void *priv);

/* chip_rx - put a byte on the RX pin of USART 1 or 2, behind those that are still on their way;
 * each takes char_ns to arrive. A chip whose receiver is off, or still full, loses it.
 * Returns false when CHIP_RX_MAX bytes are waiting. chip_rx_room says how many more fit. */
#define CHIP_RX_MAX 16384u
size_t chip_rx_room(struct chip *c, unsigned usart);
bool chip_rx(struct chip *c, unsigned usart, uint8_t byte, uint64_t char_ns);

/* ---- the oracle: what flash really contains and what was done to it ---------- */

struct chip_report {
	uint32_t flash_base;
	uint32_t flash_bytes;
	uint64_t sectors_erased;        /* page or sector erases that completed */
	uint64_t mass_erases;
	uint64_t units_programmed;      /* program operations of the controller's unit */
	uint64_t option_erases;
	uint64_t option_programs;
	uint64_t illegal;               /* acts that silicon refuses or forbids */
	uint64_t illegal_debugger;      /* of these the debugger's, not the core's */
	uint64_t interrupted;           /* flash operations cut short by a reset or power loss */
	uint64_t instructions;          /* executed by the core */
	uint64_t resets;
	bool protected;                 /* read protection is in force */
	bool flash_locked;
	bool core_halted;
	bool debug_enabled;             /* DHCSR.C_DEBUGEN */
	uint32_t dbgmcu_cr;
	uint32_t demcr;
	uint32_t hclk_hz;               /* the core's clock now */
};

void chip_get_report(struct chip *c, struct chip_report *out);

/* chip_peek - the word of flash, SRAM or boot ROM at addr, a multiple of 4, as it is now.
 * Nobody accesses the bus: no effect, no time, no protection. False where no memory is. */
bool chip_peek(struct chip *c, uint32_t addr, uint32_t *value);

/* chip_core_reg - core register n as DCRSR numbers them (ARMv7-M C1.6.3), halted or not;
 * 0 for one that the core does not have. */
uint32_t chip_core_reg(struct chip *c, unsigned n);

/* chip_illegal - the n-th illegal act in words, NULL past the end (the first 64 are kept). */
const char *chip_illegal(const struct chip *c, size_t n);

/* chip_flash - the main flash array itself, for loading, saving and comparing.
 * Writing through it bypasses the controller: call chip_flash_changed after. */
uint8_t *chip_flash(struct chip *c, size_t *len);
void chip_flash_changed(struct chip *c);

/* When the supply fails during a flash operation: cells as before it, undefined, as after it. */
enum chip_cut { CHIP_CUT_BEFORE, CHIP_CUT_TORN, CHIP_CUT_AFTER };

/* chip_cut_supply - the supply fails at the nth flash operation (erase, program, option bytes) from
 * now, counted from 1; 0: it does not. chip_power brings it back. */
void chip_cut_supply(struct chip *c, uint64_t nth, enum chip_cut when);

/* chip_supply_was_cut - has it failed since chip_cut_supply? */
bool chip_supply_was_cut(const struct chip *c);

/* chip_flash_sticks - while on, a flash operation that runs or begins does not end; switched off, it
 * is done at once. */
void chip_flash_sticks(struct chip *c, bool on);

/* chip_flash_operations - how many flash operations have begun. */
uint64_t chip_flash_operations(const struct chip *c);

/* chip_swap - another chip of the same kind takes the place of this one: uid is its unique id, 12
 * bytes in the order of memory; its flash is blank. */
void chip_swap(struct chip *c, const uint8_t uid[12]);

/* chip_sector_erases - erase count of sector n, 0 past the end. */
uint32_t chip_sector_erases(const struct chip *c, size_t n);
size_t chip_sector_count(const struct chip *c);
uint32_t chip_sector_addr(const struct chip *c, size_t n, uint32_t *len);

/* chip_set_protected - put the chip into read protection of this level (0: out of it) as an earlier owner
 * would. Level 2 shuts the debug port from the next reset on. False: the chip has no such level. */
bool chip_set_protected(struct chip *c, unsigned level);

/* chip_write_protect - as the option bytes would: sector n refuses erase and program. */
void chip_write_protect(struct chip *c, size_t sector, bool on);

/* chip_poke_idcode - DBGMCU_IDCODE reads otherwise: a chip that nobody knows. */
void chip_poke_idcode(struct chip *c, uint32_t idcode);

/* chip_poke_size_register - override the flash size register (tests: 0, 0xFFFF). */
void chip_poke_size_register(struct chip *c, uint16_t kib);

#endif
