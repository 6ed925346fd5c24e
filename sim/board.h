/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * board.h - the inside of a virtual board: probe state, wiring and counters.
 *
 * Private to the probe side of sim/; everybody else uses usbdev.h. The probe's
 * parts are separate structs, so that a front end touches only its own.
 */
#ifndef SIM_BOARD_H
#define SIM_BOARD_H

#include "base/compiler.h"
#include "sim/firmware.h"
#include "sim/usbdev.h"

#define REPLY_MAX 131072u       /* 240 disk blocks, the most that usb-storage asks for, fit */
#define DATA_OUT_MAX 65536u     /* a 16-bit length field */
#define ILLEGAL_KEPT 64u
#define ILLEGAL_TEXT 120u
#define CDB_LEN 16u
#define EP_OUT 0x02u
#define EP_IN 0x81u
#define EP_TRACE 0x83u

enum serial_form {
	SERIAL_HEX,             /* 24 hexadecimal digits */
	SERIAL_BINARY,          /* 12 units, the low byte of each one raw byte */
	SERIAL_CONSTANT         /* "000000000001" */
};

enum probe_mode { MODE_DFU, MODE_MASS, MODE_DEBUG, MODE_SWIM };

/* How the front ends differ; one const struct for V1, one for V2. */
struct front_end {
	int (*out)(struct board *b, const uint8_t *data, size_t len);
	int (*in)(struct board *b, uint8_t *data, size_t len);
	void (*reset)(struct board *b);
	void (*class_reset)(struct board *b);           /* NULL: no mass storage */
	uint16_t pid;
	uint8_t interface_class[3];
	const uint8_t *configuration;
	size_t configuration_len;
	const char *interface_name;                     /* string 4, NULL: none */
	bool has_trace;
};

struct board_kind {
	const char *name;
	const char *title;
	const char *chip;
	const char *firmware;
	const char *serial;
	uint8_t blank;          /* an erased flash byte */
	const struct front_end *front;
	unsigned probe;
	enum serial_form serial_form;
	struct board_led leds[4];
	size_t n_leds;
	char button_port;       /* 0: none */
	unsigned button_pin;
	int button_level;       /* while it is down */
};

extern const struct front_end front_v1;
extern const struct front_end front_v2;

struct reply {
	uint8_t data[REPLY_MAX];
	size_t len, off;
	bool pending;
	bool starved;           /* the host asks past a full last packet */
};

struct swd_state {
	uint32_t hz;
	uint64_t rem;           /* clocks x 1e9 not yet turned into nanoseconds */
	bool connected;
	bool sticky_err;        /* DP CTRL/STAT.STICKYERR */
	bool power_req;         /* CDBGPWRUPREQ and CSYSPWRUPREQ are set */
	uint32_t ap_csw, ap_tar, rdbuff;
};

struct probe {
	enum probe_mode mode;
	struct swd_state swd;
	uint8_t rw_status;
	uint32_t rw_fault_addr;
	bool rw_unasked;
	bool nrst_low;
	bool tracing;
	struct reply reply;
	uint8_t misc_ops[64];
	uint32_t misc_value[64], misc_error[64];
	uint32_t misc_count;
};

struct command;

/* A command whose data OUT phase is under way. */
struct data_out {
	const struct command *command;
	uint8_t cdb[CDB_LEN];
	uint8_t data[DATA_OUT_MAX];
	size_t want, have;
};

enum bot_phase { BOT_CBW, BOT_DATA_OUT, BOT_DATA_IN, BOT_CSW, BOT_HANG };

struct bot {
	enum bot_phase phase;
	uint32_t tag;
	uint32_t asked;         /* dCBWDataTransferLength */
	uint32_t moved;
	uint8_t status;
	bool need_reset;        /* an invalid CBW: only reset recovery helps */
	bool leave_after;       /* off the bus once the CSW was read */
	uint8_t sense_key, asc, ascq;
	uint8_t cdb[CDB_LEN];
};

struct conditions {
	unsigned supply_mv;
	bool powered, no_target, nrst_open, reset_pressed;
	bool vref_dead, hang;
	bool dfu_exit_now, residue_broken;
	bool disk_hang_read, disk_hang_mode_sense;
	unsigned wait_left;
};

struct board {
	const struct board_kind *kind;
	struct sim_clock clock;
	struct chip *chip;
	struct firmware firmware;
	char serial[25];
	enum serial_form serial_form;
	bool starts_in_dfu;
	bool unplugged, absent;
	unsigned generation;
	uint8_t configuration;
	uint32_t halted;        /* bit n: OUT endpoint n; bit 16 + n: IN endpoint n */
	struct conditions cond;
	struct probe probe;
	struct data_out out;
	struct bot bot;
	struct usb_report report;
	char illegal[ILLEGAL_KEPT][ILLEGAL_TEXT];
};

/* board_illegal - count an act and keep it in words. */
void board_illegal(struct board *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* board_leave_bus - the device disconnects; it comes back in mode. */
void board_leave_bus(struct board *b, enum probe_mode mode);

/* probe_restart - what power-up or leaving the boot loader does to the probe's state. */
void probe_restart(struct board *b, enum probe_mode mode);

/* board_drive_nrst - the chip's pin: low while the wired probe or a finger pulls it. */
void board_drive_nrst(struct board *b);

/* usb_halt, usb_unhalt, usb_halted - the halt feature of an endpoint address. */
void usb_halt(struct board *b, uint8_t ep);
void usb_unhalt(struct board *b, uint8_t ep);
bool usb_halted(const struct board *b, uint8_t ep);

/* usb_charge - the time of one URB on a full-speed bus. */
void usb_charge(struct board *b, size_t len);

/* reply_take - one IN URB's share of the pending reply, in packets of 64 bytes.
 * Returns the bytes moved, USBDEV_NAK (nothing, or the end never shows because the reply
 * fills its last packet and the host asked for more), or USBDEV_BABBLE. */
int reply_take(struct board *b, uint8_t *data, size_t len);

#endif
