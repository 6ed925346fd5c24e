/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * board.c - a board's life: plugged in, changed while it runs, counted, unplugged.
 *
 * What travels on the wire is not here; see usbdev.c and the front ends.
 */
#include "sim/board.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "sim/descriptors.h"
#include "sim/quantity.h"
#include "sim/swd.h"

#define SUPPLY_DEFAULT_MV 3300u
#define SUPPLY_MAX_MV 5500u
#define SUPPLY_LEAST_MV 1000u   /* data sheets: every chip here is held in reset below */
#define SERIAL_DIGITS 24u

void board_illegal(struct board *b, const char *fmt, ...)
{
	va_list ap;

	if (b->report.illegal < ILLEGAL_KEPT) {
		va_start(ap, fmt);
		(void)vsnprintf(b->illegal[b->report.illegal], ILLEGAL_TEXT, fmt, ap);
		va_end(ap);
	}
	b->report.illegal++;
}

void board_drive_nrst(struct board *b)
{
	bool probe_pulls = b->probe.nrst_low && !b->cond.nrst_open;

	chip_nrst(b->chip, probe_pulls || b->cond.reset_pressed);
}

void probe_restart(struct board *b, enum probe_mode mode)
{
	struct probe *p = &b->probe;

	if (p->swd.connected)
		swd_disconnect(b);
	memset(p, 0, sizeof(*p));
	board_drive_nrst(b);
	p->mode = mode;
	p->rw_status = STATUS_OK;
	swd_set_hz(b, b->kind->front->swd_hz);
	b->halted = 0;
	b->configuration = 0;
	b->out.command = NULL;
	memset(&b->bot, 0, sizeof(b->bot));
	memset(&b->msd, 0, sizeof(b->msd));
}

void board_leave_bus(struct board *b, enum probe_mode mode)
{
	probe_restart(b, mode);
	b->absent = true;
	b->generation++;
}

/* The chip has power when cable, supply switch and voltage allow it. */
static void feed_chip(struct board *b)
{
	chip_power(b->chip, !b->unplugged && b->cond.powered &&
			    b->cond.supply_mv >= SUPPLY_LEAST_MV);
}

static bool serial_valid(const char *s)
{
	if (strlen(s) != SERIAL_DIGITS)
		return false;
	for (; *s != '\0'; s++)
		if (!isxdigit((unsigned char)*s))
			return false;
	return true;
}

static bool board_init(struct board *b, const struct board_options *o)
{
	const struct board_kind *k = b->kind;
	const char *serial = o->serial != NULL ? o->serial : k->serial;
	const struct chip_kind *ck = chip_kind_find(k->chip);

	if (!firmware_parse(o->firmware != NULL ? o->firmware : k->firmware, &b->firmware) ||
	    b->firmware.major != k->probe || !serial_valid(serial) || ck == NULL ||
	    (o->start_in_dfu && k->front->composite) ||
	    (o->serial_text != NULL && strlen(o->serial_text) > SERIAL_TEXT_MAX))
		return false;
	if (o->serial_text != NULL)
		memcpy(b->serial_text, o->serial_text, strlen(o->serial_text) + 1);
	b->vid = o->vid != 0 ? o->vid : VID_ST;
	b->pid = o->pid != 0 ? o->pid : k->front->pid;
	memcpy(b->serial, serial, SERIAL_DIGITS + 1);
	b->serial_form = k->serial_form;
	if (o->serial != NULL && b->serial_form == SERIAL_CONSTANT)
		b->serial_form = SERIAL_HEX;
	sim_clock_init(&b->clock, o->pace);
	b->chip = chip_new(ck, &b->clock);
	if (b->chip == NULL)
		return false;
	chip_set_hse(b->chip, k->hse_hz, k->hse_is_signal);
	b->cond.supply_mv = o->supply_mv != 0 ? o->supply_mv : SUPPLY_DEFAULT_MV;
	b->cond.powered = !o->no_supply;
	b->cond.no_target = o->no_target;
	b->cond.nrst_open = o->nrst_open;
	chip_set_supply_mv(b->chip, b->cond.supply_mv);
	feed_chip(b);
	if (k->disk != NULL) {
		b->disk.board = b;
		b->disk.model = k->disk;
		b->disk.reply = k->front->composite ? &b->msd_reply : &b->probe.reply;
	}
	if (k->front->composite)
		vcp_connect(b);
	if (k->button_port != 0)
		chip_drive_pin(b->chip, k->button_port, k->button_pin, 1 - k->button_level);
	b->starts_in_dfu = o->start_in_dfu;
	probe_restart(b, o->start_in_dfu ? MODE_DFU : MODE_MASS);
	return true;
}

struct board *board_new(const struct board_kind *kind, const struct board_options *o)
{
	static const struct board_options none = { 0 };
	struct board *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->kind = kind;
	b->replay = o != NULL ? o->replay : NULL;
	if (!board_init(b, o != NULL ? o : &none)) {
		board_free(b);
		return NULL;
	}
	return b;
}

void board_free(struct board *b)
{
	if (b == NULL)
		return;
	if (b->chip != NULL)
		chip_free(b->chip);
	free(b);
}

struct chip *board_chip(struct board *b)
{
	return b->chip;
}

struct sim_clock *board_clock(struct board *b)
{
	return &b->clock;
}

const struct board_kind *board_get_kind(const struct board *b)
{
	return b->kind;
}

const char *board_firmware(const struct board *b)
{
	return b->firmware.text;
}

const char *board_serial(const struct board *b)
{
	return b->serial;
}

void usbdev_get_report(const struct board *b, struct usb_report *out)
{
	*out = b->report;
	out->mode = (int)b->probe.mode;
}

const char *usbdev_illegal(const struct board *b, size_t n)
{
	return n < ILLEGAL_KEPT && n < b->report.illegal ? b->illegal[n] : NULL;
}

/* ---- conditions ------------------------------------------------------------- */

static bool set_voltage(struct board *b, const char *v)
{
	uint32_t mv = 0;

	if (!quantity_parse(v, "V", SUPPLY_MAX_MV, &mv))
		return false;
	b->cond.supply_mv = mv;
	chip_set_supply_mv(b->chip, mv);
	feed_chip(b);
	return true;
}

static bool set_wait(struct board *b, const char *v)
{
	uint32_t n = 0;

	if (!num_parse_str(v, &n))
		return false;
	b->cond.wait_left = n;
	return true;
}

/* KHZ, or off. */
static bool set_swd_max(struct board *b, const char *v)
{
	uint32_t khz = 0;

	if (strcmp(v, "off") != 0 && (!num_parse_str(v, &khz) || khz == 0))
		return false;
	b->cond.swd_max_khz = khz;
	return true;
}

static void do_power(struct board *b, bool on)
{
	b->cond.powered = on;
	feed_chip(b);
}

static void do_protect(struct board *b, bool on)
{
	(void)chip_set_protected(b->chip, on);
}

static bool set_protect(struct board *b, const char *v)
{
	static const char *const levels[] = { "off", "on", "level2" };

	for (unsigned i = 0; i < ARRAY_LEN(levels); i++)
		if (strcmp(v, levels[i]) == 0)
			return chip_set_protected(b->chip, i);
	return false;
}

static void do_nrst_open(struct board *b, bool on)
{
	b->cond.nrst_open = on;
	board_drive_nrst(b);
}

static void do_no_target(struct board *b, bool on)
{
	b->cond.no_target = on;
}

/* One state of the target at a time, but read protection is a state of its own. */
static void do_present(struct board *b, bool on)
{
	(void)on;
	b->cond.no_target = false;
	chip_set_habit(b->chip, CHIP_STAYS);
}

static void do_stop(struct board *b, bool on)
{
	(void)on;
	b->cond.no_target = false;
	chip_set_habit(b->chip, CHIP_STOPS);
}

static void do_sleep(struct board *b, bool on)
{
	(void)on;
	b->cond.no_target = false;
	chip_set_habit(b->chip, CHIP_SLEEPS);
}

static void do_swd_off(struct board *b, bool on)
{
	(void)on;
	b->cond.no_target = false;
	chip_set_habit(b->chip, CHIP_DROPS_SWD);
}

static void do_reset_button(struct board *b, bool down)
{
	b->cond.reset_pressed = down;
	board_drive_nrst(b);
}

/* 24 hexadecimal digits: the chip behind the probe is another one. */
static bool set_uid(struct board *b, const char *v)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	uint8_t uid[12] = { 0 };
	size_t i = 0;

	for (; v[i] != '\0' && i < 2 * sizeof(uid); i++) {
		const char *p = strchr(digits, v[i]);

		if (p == NULL)
			return false;
		uid[i / 2] = (uint8_t)(uid[i / 2] << 4 | ((p - digits) & 15));
	}
	if (i != 2 * sizeof(uid) || v[i] != '\0')
		return false;
	chip_swap(b->chip, uid);
	return true;
}

/* Not every board has one. */
static bool set_button(struct board *b, const char *v)
{
	const struct board_kind *k = b->kind;
	bool down = strcmp(v, "down") == 0;

	if (k->button_port == 0 || (!down && strcmp(v, "up") != 0))
		return false;
	chip_drive_pin(b->chip, k->button_port, k->button_pin,
		       down ? k->button_level : 1 - k->button_level);
	return true;
}

/* The cable feeds probe and target: pulling it takes both down. */
static void do_unplug(struct board *b, bool out)
{
	if (out && !b->unplugged) {
		board_leave_bus(b, b->starts_in_dfu ? MODE_DFU : MODE_MASS);
		b->report.wedged = false;
	}
	b->unplugged = out;
	feed_chip(b);
}

/* A V2-1 or V3 leaves its boot loader by itself at power-up. */
static bool set_dfu(struct board *b, const char *v)
{
	bool on = strcmp(v, "on") == 0;

	if ((!on && strcmp(v, "off") != 0) || b->kind->front->composite)
		return false;
	b->starts_in_dfu = on;
	probe_restart(b, on ? MODE_DFU : MODE_MASS);
	return true;
}

static void do_ap_strict(struct board *b, bool on)
{
	b->cond.ap_strict = on;
}

static void do_dfu_exit_now(struct board *b, bool on)
{
	b->cond.dfu_exit_now = on;
	b->cond.dfu_for_ever = false;
}

static void do_dfu_for_ever(struct board *b, bool on)
{
	b->cond.dfu_for_ever = on;
}

static void do_ids_zero(struct board *b, bool on)
{
	b->cond.ids_zero = on;
}

static void do_sense_open(struct board *b, bool on)
{
	b->cond.sense_open = on;
}

static void do_resets(struct board *b, bool on)
{
	(void)on;
	b->cond.no_target = false;
	chip_set_habit(b->chip, CHIP_RESETS);
}

/* What the chip's registers say of it. */
static bool set_flash_size(struct board *b, const char *v)
{
	uint32_t kib = 0;

	if (!num_parse_str(v, &kib) || kib > UINT16_MAX)
		return false;
	chip_poke_size_register(b->chip, (uint16_t)kib);
	return true;
}

static bool set_idcode(struct board *b, const char *v)
{
	uint32_t idcode = 0;

	if (!num_parse_str(v, &idcode))
		return false;
	chip_poke_idcode(b->chip, idcode);
	return true;
}

/* Sector N, by its write protection option. */
static bool set_wrp(struct board *b, const char *v)
{
	uint32_t n = 0;

	if (!num_parse_str(v, &n) || n >= chip_sector_count(b->chip))
		return false;
	chip_write_protect(b->chip, n, true);
	return true;
}

static void do_vref_dead(struct board *b, bool on)
{
	b->cond.vref_dead = on;
}

static void do_hang(struct board *b, bool on)
{
	b->cond.hang = on;
}

static void do_residue_broken(struct board *b, bool on)
{
	b->cond.residue_broken = on;
}

static void do_disk_ok(struct board *b, bool on)
{
	(void)on;
	b->cond.disk_hang_read = false;
	b->cond.disk_hang_mode_sense = false;
}

static void do_hang_read(struct board *b, bool on)
{
	b->cond.disk_hang_read = on;
}

static void do_hang_mode_sense(struct board *b, bool on)
{
	b->cond.disk_hang_mode_sense = on;
}

static bool set_serial(struct board *b, const char *v)
{
	static const char *const forms[] = { "hex", "binary", "constant" };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (strcmp(v, forms[i]) == 0) {
			b->serial_form = (enum serial_form)i;
			return true;
		}
	}
	return false;
}

/* One row per key and word; a row with parse takes any value it likes. */
struct condition {
	const char *key;
	const char *value;
	void (*apply)(struct board *b, bool on);
	bool on;
	bool (*parse)(struct board *b, const char *value);
	const char *takes;      /* what parse takes, in words */
};

static const struct condition conditions[] = {
	{ .key = "voltage", .parse = set_voltage,
	  .takes = "0 to 5.5 V, as 3.3, 3.3V or 3300mV" },
	{ .key = "wait", .parse = set_wait, .takes = "a number of accesses" },
	{ .key = "swd-max", .parse = set_swd_max, .takes = "a clock in kHz, or off" },
	{ .key = "serial", .parse = set_serial, .takes = "hex, binary or constant" },
	{ .key = "uid", .parse = set_uid, .takes = "24 hexadecimal digits" },
	{ .key = "flash-size", .parse = set_flash_size, .takes = "KiB, 0 to 65535" },
	{ .key = "idcode", .parse = set_idcode, .takes = "a word, as 0x10006999" },
	{ .key = "wrp", .parse = set_wrp, .takes = "the number of a sector" },
	{ .key = "ids", .value = "zeros", .apply = do_ids_zero, .on = true },
	{ .key = "ids", .value = "ok", .apply = do_ids_zero },
	{ .key = "sense", .value = "open", .apply = do_sense_open, .on = true },
	{ .key = "sense", .value = "wired", .apply = do_sense_open },
	{ .key = "power", .value = "on", .apply = do_power, .on = true },
	{ .key = "power", .value = "off", .apply = do_power },
	{ .key = "target", .value = "present", .apply = do_present },
	{ .key = "target", .value = "absent", .apply = do_no_target, .on = true },
	{ .key = "target", .value = "sleep", .apply = do_sleep },
	{ .key = "target", .value = "stop", .apply = do_stop },
	{ .key = "target", .value = "asleep", .apply = do_stop },
	{ .key = "target", .value = "swd-off", .apply = do_swd_off },
	{ .key = "target", .value = "resets", .apply = do_resets },
	{ .key = "target", .value = "locked", .apply = do_protect, .on = true },
	{ .key = "swd", .value = "on", .apply = do_no_target },
	{ .key = "swd", .value = "off", .apply = do_no_target, .on = true },
	{ .key = "reset", .value = "down", .apply = do_reset_button, .on = true },
	{ .key = "reset", .value = "up", .apply = do_reset_button },
	{ .key = "nrst", .value = "wired", .apply = do_nrst_open },
	{ .key = "nrst", .value = "open", .apply = do_nrst_open, .on = true },
	{ .key = "protect", .parse = set_protect, .takes = "on, off or, where the chip has it, level2" },
	{ .key = "button", .parse = set_button, .takes = "down or up, on a board that has one" },
	{ .key = "plug", .value = "out", .apply = do_unplug, .on = true },
	{ .key = "plug", .value = "in", .apply = do_unplug },
	{ .key = "dfu", .parse = set_dfu, .takes = "on or off, on a V1 or V2" },
	{ .key = "ap", .value = "strict", .apply = do_ap_strict, .on = true },
	{ .key = "ap", .value = "lax", .apply = do_ap_strict },
	{ .key = "dfu-exit", .value = "now", .apply = do_dfu_exit_now, .on = true },
	{ .key = "dfu-exit", .value = "after-csw", .apply = do_dfu_exit_now },
	{ .key = "dfu-exit", .value = "never", .apply = do_dfu_for_ever, .on = true },
	{ .key = "vref", .value = "0", .apply = do_vref_dead, .on = true },
	{ .key = "vref", .value = "ok", .apply = do_vref_dead },
	{ .key = "hang", .value = "on", .apply = do_hang, .on = true },
	{ .key = "hang", .value = "off", .apply = do_hang },
	{ .key = "residue", .value = "broken", .apply = do_residue_broken, .on = true },
	{ .key = "residue", .value = "ok", .apply = do_residue_broken },
	{ .key = "disk", .value = "ok", .apply = do_disk_ok },
	{ .key = "disk", .value = "hang-read", .apply = do_hang_read, .on = true },
	{ .key = "disk", .value = "hang-mode-sense", .apply = do_hang_mode_sense, .on = true },
};

const char *board_set_takes(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(conditions); i++)
		if (strcmp(conditions[i].key, key) == 0)
			return conditions[i].takes != NULL ? conditions[i].takes :
							     "another word: see --help";
	return NULL;
}

bool board_set(struct board *b, const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(conditions); i++) {
		const struct condition *c = &conditions[i];

		if (strcmp(c->key, key) != 0)
			continue;
		if (c->parse != NULL)
			return c->parse(b, value);
		if (strcmp(c->value, value) == 0) {
			c->apply(b, c->on);
			return true;
		}
	}
	return false;
}
