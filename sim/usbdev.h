/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * usbdev.h - a virtual ST-LINK as a USB host sees it.
 *
 * The four ways in (in-process tests, umockdev, USB/IP over a socket, USB/IP given
 * to vhci_hcd) all end here: control transfers, bulk OUT, bulk IN. A device model
 * behind it is a probe front end (V1 bulk-only mass storage, or V2 bulk) with a
 * virtual chip on its SWD pins. Each transfer advances the board's clock by the
 * timing model.
 */
#ifndef SIM_USBDEV_H
#define SIM_USBDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/chip.h"

struct board;                   /* probe + chip + wiring */
struct board_kind;

enum {
	USBDEV_NAK = -1,        /* IN: nothing to send yet; OUT: not ready. Try later. */
	USBDEV_STALL = -2,
	USBDEV_GONE = -3,       /* the device has left the bus */
	USBDEV_BABBLE = -4      /* IN: the device sent more than the host asked for; data is lost */
};

/* What a person sees and touches on a board. */
struct board_led {
	const char *name;
	char port;
	unsigned pin;
	int on_level;                   /* pin level that lights it */
};

/* board_kind_find - a row of boards.c by its name, "vldiscovery"; NULL: none. */
const struct board_kind *board_kind_find(const char *name);
const struct board_kind *const *board_kinds(void);
const char *board_kind_name(const struct board_kind *k);
const char *board_kind_title(const struct board_kind *k);
const char *board_kind_chip(const struct board_kind *k);        /* "STM32F100RB" */
const char *board_kind_firmware(const struct board_kind *k);    /* its usual probe firmware */
unsigned board_kind_probe(const struct board_kind *k);          /* 1: V1, 2: V2 and V2-1, 3: V3 */
bool board_kind_dfu(const struct board_kind *k);                /* may power up in DFU */
uint8_t board_kind_blank(const struct board_kind *k);           /* an erased flash byte */
const struct board_led *board_kind_leds(const struct board_kind *k, size_t *n);

enum { SERIAL_TEXT_MAX = 126 };  /* USB 2.0 9.6.7: 255 bytes of UTF-16 with their head */

struct replay;

struct board_options {
	const char *serial;             /* 24 hex digits; NULL: the board's own. A board whose
					 * firmware hides its serial shows a given one. */
	const char *serial_text;        /* what its serial string says instead, whatever that is, at
					 * most SERIAL_TEXT_MAX bytes as Latin-1; NULL: the serial */
	uint16_t vid, pid;              /* to be no ST-LINK for the host; 0: the board's own */
	const char *firmware;           /* "V1J11", "V2J37S7", "V3J7M2"; NULL: the board's usual */
	enum sim_pace pace;             /* default: virtual */
	bool start_in_dfu;              /* V1 and V2 power up in DFU; false: already left.
					 * V2-1 and V3 never do: board_new fails */
	struct replay *replay;          /* borrowed: the probe answers from it; NULL: by itself */
	unsigned supply_mv;             /* 0: 3300 */
	bool no_supply;                 /* target unpowered */
	bool no_target;                 /* nothing on the SWD pins */
	bool nrst_open;                 /* NRST not wired */
};

/* board_new - plug a board in. Returns NULL for an unknown firmware or no memory. */
struct board *board_new(const struct board_kind *kind, const struct board_options *o);
void board_free(struct board *b);
struct chip *board_chip(struct board *b);
struct sim_clock *board_clock(struct board *b);
const struct board_kind *board_get_kind(const struct board *b);
const char *board_firmware(const struct board *b);      /* "V2J37S7" */
const char *board_serial(const struct board *b);        /* 24 hex digits, whatever it shows */

/* What enumeration shows; strings are decoded by usbdev_control, too. */
struct usbdev_ids {
	uint16_t vid, pid, bcd_device;
	uint8_t dev_class, dev_subclass, dev_protocol;
	uint8_t configuration_value, n_configurations, n_interfaces;
	uint8_t interface_class[8][3];
	bool high_speed;
	unsigned max_packet;
};

void usbdev_ids(const struct board *b, struct usbdev_ids *out);

/* usbdev_control - one control transfer. setup: 8 bytes; data: len bytes, in or out by
 * setup[0] bit 7. Returns the bytes moved, or a USBDEV_ code. Knows the standard
 * requests (descriptors, configuration, clear halt) and the class ones. */
int usbdev_control(struct board *b, const uint8_t setup[8], uint8_t *data, size_t len);

/* usbdev_bulk_out, usbdev_bulk_in - one URB on an endpoint (0x02, 0x81...).
 * Return the bytes moved, or a USBDEV_ code. An IN that NAKs may be tried again after
 * the next OUT: a host may queue it first. */
int usbdev_bulk_out(struct board *b, uint8_t ep, const uint8_t *data, size_t len);
int usbdev_bulk_in(struct board *b, uint8_t ep, uint8_t *data, size_t len);

/* usbdev_reset - USB port reset (or SET_CONFIGURATION again, all that USB/IP shows). */
void usbdev_reset(struct board *b);

/* usbdev_generation - changes when the device left the bus (leaving DFU, unplugged).
 * Handles opened before are dead. Everything answers USBDEV_GONE until a host enumerates
 * the device again: usbdev_enumerate, usbdev_reset, or one of the control requests that
 * only enumeration sends first (device descriptor, SET_ADDRESS, SET_CONFIGURATION). */
unsigned usbdev_generation(const struct board *b);

/* usbdev_present - false while the device is off the bus. An unplugged one stays off. */
bool usbdev_present(const struct board *b);

/* usbdev_enumerate - a host finds the device (again). Returns false when unplugged. */
bool usbdev_enumerate(struct board *b);

struct usb_report {
	uint64_t urbs;                  /* bulk and control transfers that completed */
	uint64_t bulk_urbs;
	uint64_t bytes_out, bytes_in;
	uint64_t commands;              /* probe commands */
	uint64_t scsi_commands;         /* disk commands that were not vendor commands */
	uint64_t vcp_out, vcp_in;       /* bytes through the serial port */
	uint64_t vcp_lost;              /* bytes that found no room on their way */
	uint64_t stalls;
	uint64_t illegal;               /* acts that a real probe punishes (F2 3C on V1...) or that
					 * break the protocol's rules; usbdev_illegal names them */
	uint64_t unknown_commands;      /* answered with 42: the firmware does not have them */
	uint64_t unasked_status;        /* memory transfers whose status nobody asked for */
	bool wedged;                    /* the probe no longer answers until replug */
	int mode;                       /* 0 DFU, 1 mass, 2 debug, 3 SWIM */
};

void usbdev_get_report(const struct board *b, struct usb_report *out);

/* usbdev_illegal - the n-th illegal act in words, NULL past the end (the first 64 are kept). */
const char *usbdev_illegal(const struct board *b, size_t n);

/* board_set - change a condition while the board runs, or before it is attached:
 *   voltage=V|VV|MmV    in volts (3.3, 3.3V) or millivolts (3300mV), 0 to 5.5 V:
 *                       target supply as the probe measures it and the flash feels it
 *   power=on|off        target supply
 *   target=present|absent|sleep|stop|swd-off|locked   what hangs on the SWD pins: a chip,
 *                       nothing, one whose firmware enters SLEEP or STOP or gives the SWD
 *                       pins another use 1 ms after it starts, one that is read-protected;
 *                       asleep is another name for stop
 *   swd=on|off          the probe's wires to the SWD pins, the same as present and absent
 *   nrst=wired|open     the probe's reset wire
 *   protect=on|off|level2   read protection of the chip; level2: in force from its next reset on
 *   button=down|up      the user button, where there is one
 *   reset=down|up       the reset button
 *   plug=out|in         pull the cable; in: probe and chip power up again
 *   dfu=on|off          the probe is in its boot loader
 *   dfu-exit=now|after-csw  V1: when it leaves the bus on F3 07
 *   serial=hex|binary|constant  shape of the serial string
 *   ap=strict|lax       4B must open an access port before it is used, from J28 on
 *   vref=0|ok           the probe's voltage reference (clones read 0)
 *   hang=on|off         the probe accepts commands and never answers
 *   wait=N              the next N target accesses answer 10 (AP WAIT)
 *   residue=ok|broken   V1: what the CSW says was not transferred
 *   disk=ok|hang-read|hang-mode-sense   V1: faults of the emulated disk
 * Returns false for an unknown key or value. */
bool board_set(struct board *b, const char *key, const char *value);

/* board_set_takes - the values of a key in words, NULL for a key that there is not. */
const char *board_set_takes(const char *key);

#endif
