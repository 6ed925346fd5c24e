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
#include "sim/disk.h"
#include "sim/firmware.h"
#include "sim/msd.h"
#include "sim/usbdev.h"
#include "sim/vcp.h"

#define REPLY_MAX 131072u       /* 240 disk blocks, the most that usb-storage asks for, fit */
#define DATA_OUT_MAX 65536u     /* a 16-bit length field */
#define ILLEGAL_KEPT 64u
#define ILLEGAL_TEXT 120u
#define CDB_LEN 16u
#define EP_OUT 0x02u            /* of a V1 */
#define EP_IN 0x81u
#define MISC_ITEMS_MAX 1227u    /* OpenOCD: of F2 51 on a V3; 64 on a V2 */

enum serial_form {
	SERIAL_HEX,             /* 24 hexadecimal digits */
	SERIAL_BINARY,          /* 12 units, the low byte of each one raw byte */
	SERIAL_CONSTANT         /* "000000000001" */
};

enum probe_mode { MODE_DFU, MODE_MASS, MODE_DEBUG, MODE_SWIM };

/* The bench model's times of one bus speed. */
struct usb_speed {
	bool high;
	unsigned packet;                /* of the bulk endpoints */
	uint32_t urb_ns;                /* turnaround of a transfer */
	uint32_t ns_per_30_bytes;
	uint32_t firmware_ns;           /* per command */
};

extern const struct usb_speed usb_full_speed, usb_high_speed;

struct usb_setup {
	uint8_t type, request;
	uint16_t value, index, length;
};

enum { USB_CLASS_OUT = 0x21, USB_CLASS_IN = 0xA1 };     /* setup.type, to an interface */

/* What a composite probe offers besides the debug interface. */
struct usb_function {
	uint8_t first_interface, n_interfaces;
	uint8_t ep_out, ep_in;
	uint8_t ep_note;                /* interrupt IN that never has anything to say; 0: none */
	int (*out)(struct board *b, const uint8_t *data, size_t len);
	int (*in)(struct board *b, uint8_t *data, size_t len);
	/* class request to one of its interfaces; data both ways */
	int (*request)(struct board *b, const struct usb_setup *s, uint8_t *data, size_t len);
	void (*reset)(struct board *b);
	bool (*stays_halted)(const struct board *b);    /* CLEAR_FEATURE has no effect; may be NULL */
};

#define FUNCTIONS_MAX 2u

/* How the front ends differ; one const struct for each of V1, V2, V2-1, V3. */
struct front_end {
	int (*out)(struct board *b, const uint8_t *data, size_t len);
	int (*in)(struct board *b, uint8_t *data, size_t len);
	void (*reset)(struct board *b);
	void (*class_reset)(struct board *b);           /* NULL: no mass storage on IF0 */
	uint16_t pid;
	uint8_t ep_out, ep_in, ep_trace;                /* 0: no trace */
	const struct usb_speed *speed;
	const struct usb_function *functions[FUNCTIONS_MAX];
	const uint8_t *configuration;
	size_t configuration_len;
	const char *product;
	const char *names[5];                           /* strings from 4 on, NULL: none */
	bool composite;                                 /* an application from power-up, no DFU */
	uint32_t swd_hz;                                /* until the host sets another; V2: OpenOCD's
						 * table; UNSURE: V1, as a V2 */
};

struct board_kind {
	const char *name;
	const char *title;
	const char *chip;
	const char *firmware;
	const char *serial;
	uint8_t blank;          /* an erased flash byte */
	const struct disk_model *disk;  /* NULL: none */
	const struct front_end *front;
	unsigned probe;
	enum serial_form serial_form;
	struct board_led leds[4];
	size_t n_leds;
	uint32_t hse_hz;        /* at the chip's OSC_IN, 0: nothing */
	bool hse_is_signal;     /* the probe's MCO, not a crystal */
	char button_port;       /* 0: none */
	unsigned button_pin;
	int button_level;       /* while it is down */
};

extern const struct front_end front_v1;
extern const struct front_end front_v2;
extern const struct front_end front_v21;
extern const struct front_end front_v3;

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
	bool deaf;              /* after a protocol error, until a line reset */
	unsigned spoilt_in;     /* accesses until the wires spoil the next one */
	unsigned spoilt;        /* how many they did */
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
	bool hung;              /* takes and gives nothing until replugged */
	uint8_t prescaler;      /* V3: by F2 63 */
	uint32_t ap_open;       /* bit n: F2 4B opened access port n */
	uint8_t misc_ops[MISC_ITEMS_MAX];
	uint32_t misc_value[MISC_ITEMS_MAX], misc_error[MISC_ITEMS_MAX];
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
	uint8_t cdb[CDB_LEN];
};

struct conditions {
	unsigned supply_mv;
	bool powered, no_target, nrst_open, reset_pressed;
	bool vref_dead, hang, ap_strict;
	bool dfu_exit_now, dfu_for_ever, residue_broken;
	bool ids_zero;          /* the version reply of firmware that is not ST's */
	bool sense_open;        /* nothing at the probe's VAPP pin: it measures 0 V */
	bool disk_hang_read, disk_hang_mode_sense;
	unsigned wait_left;
	unsigned swd_max_khz;   /* the wires are too long for more; 0: they are not */
};

struct replay;

struct board {
	const struct board_kind *kind;
	struct replay *replay;          /* borrowed; answers instead of the probe's model; NULL: none */
	struct sim_clock clock;
	uint64_t last_ns;       /* end of the last transfer */
	struct chip *chip;
	struct firmware firmware;
	char serial[25];
	enum serial_form serial_form;
	char serial_text[127];  /* "" none */
	uint16_t vid, pid;      /* as the host sees them */
	bool starts_in_dfu;
	bool unplugged, absent;
	unsigned generation;
	uint8_t configuration;
	uint32_t halted;        /* bit n: OUT endpoint n; bit 16 + n: IN endpoint n */
	struct conditions cond;
	struct probe probe;
	struct data_out out;
	struct bot bot;
	struct disk disk;
	struct msd msd;
	struct reply msd_reply;
	struct vcp vcp;
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

/* usb_charge - the time of one URB at the probe's bus speed. */
void usb_charge(struct board *b, size_t len);

/* reply_take - one IN URB's share of the pending reply, in the probe's packets.
 * Returns the bytes moved, USBDEV_NAK (nothing, or the end never shows because the reply
 * fills its last packet and the host asked for more), or USBDEV_BABBLE. */
int reply_take(struct board *b, uint8_t *data, size_t len);

#endif
