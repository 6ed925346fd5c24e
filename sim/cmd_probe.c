/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_probe.c - commands about the probe itself: version, mode, voltage, speed, NRST.
 *
 * Answers after OpenOCD stlink_usb.c and stlink-org; the divisors of 43 are the table
 * both of them carry.
 */
#include <string.h>

#include "base/bytes.h"
#include "sim/commands.h"
#include "sim/swd.h"

#define VID_ST 0x0483u
#define ENTER_SWD 0xA3u
#define ENTER_JTAG_RESET 0x00u
#define ENTER_JTAG 0xA4u
#define REF_ADC 1521u           /* 1.2 V reference; the example 5F1, 80B is 3.249 V */
#define REF_MV_TWICE 2400u      /* V = 2 x 1.2 V x rail / reference */
#define NRST_PULSE_NS 100000u   /* UNSURE: the length of the firmware's own pulse */
#define CLOSE_AP_MEANS_FROM 29u /* OpenOCD: J28 always answers 1D to 4C */
#define AP_FEW_FROM 29u         /* OpenOCD: AP 0..3 from J29, 0..8 from J32 */
#define AP_MANY_FROM 32u
#define COM_SWD 0u
#define COM_JTAG 1u
#define SWIM_BUFFER 6144u
#define SWIM_NO_RESPONSE 0x04u

enum command_result cmd_version(struct call *c)
{
	if (c->b->cond.ids_zero)
		return CMD_DONE;
	put_be16(c->reply->data, firmware_word(&c->b->firmware));
	put_le16(c->reply->data + 2, VID_ST);
	put_le16(c->reply->data + 4, c->b->kind->front->pid);
	return CMD_DONE;
}

/* Layout: OpenOCD stlink_usb_version, ST's own bridge headers. */
enum command_result cmd_version_ex(struct call *c)
{
	const struct firmware *f = &c->b->firmware;
	uint8_t *d = c->reply->data;

	d[0] = (uint8_t)f->major;
	d[1] = (uint8_t)f->swim;
	d[2] = (uint8_t)f->jtag;
	d[3] = (uint8_t)f->msc;
	d[4] = (uint8_t)f->bridge;
	put_le16(d + 8, VID_ST);
	put_le16(d + 10, c->b->kind->front->pid);
	return CMD_DONE;
}

enum command_result cmd_mode(struct call *c)
{
	c->reply->data[0] = (uint8_t)c->b->probe.mode;
	return CMD_DONE;
}

enum command_result cmd_voltage(struct call *c)
{
	const struct conditions *cond = &c->b->cond;

	if (cond->vref_dead)
		return CMD_DONE;        /* clones without the reference: both words 0 */
	put_le32(c->reply->data, REF_ADC);
	if (cond->powered && !cond->sense_open)
		put_le32(c->reply->data + 4,
			 (cond->supply_mv * REF_ADC + REF_MV_TWICE / 2) / REF_MV_TWICE);
	return CMD_DONE;
}

enum command_result cmd_dfu_exit(struct call *c)
{
	return c->b->probe.mode == MODE_DFU && !c->b->cond.dfu_for_ever ? CMD_LEAVES : CMD_DONE;
}

enum command_result cmd_swim_enter(struct call *c)
{
	if (c->b->probe.mode == MODE_DEBUG)
		swd_disconnect(c->b);
	c->b->probe.mode = MODE_SWIM;
	return CMD_DONE;
}

enum command_result cmd_swim_exit(struct call *c)
{
	if (c->b->probe.mode == MODE_SWIM)
		c->b->probe.mode = MODE_MASS;
	return CMD_DONE;
}

enum command_result cmd_swim_status(struct call *c)
{
	c->reply->data[0] = SWIM_NO_RESPONSE;
	return CMD_DONE;
}

enum command_result cmd_swim_size(struct call *c)
{
	put_le16(c->reply->data, SWIM_BUFFER);
	return CMD_DONE;
}

/* ---- entering and leaving debug mode ------------------------------------------ */

static uint8_t enter(struct board *b, uint8_t how)
{
	uint8_t st;

	/* These boards wire SWD only: a JTAG chain finds nobody. */
	if (how != ENTER_SWD)
		return STATUS_NO_DEVICE;
	if (b->probe.mode == MODE_SWIM)
		return STATUS_OTHER_MODE;
	st = swd_connect(b);
	b->probe.ap_open = 0;
	if (st == STATUS_OK)
		b->probe.mode = MODE_DEBUG;
	swd_settle(b);
	return st;
}

enum command_result cmd_enter(struct call *c)
{
	c->reply->data[0] = enter(c->b, c->cdb[2]);
	return CMD_DONE;
}

/* The first API has no status: the probe is in debug mode either way, and READCOREID
 * tells whether somebody is there. */
enum command_result cmd_enter_v1(struct call *c)
{
	(void)enter(c->b, c->cdb[2]);
	c->b->probe.mode = MODE_DEBUG;
	return CMD_DONE;
}

static void drive_nrst(struct board *b, bool low)
{
	if (b->probe.nrst_low == low)
		return;
	b->probe.nrst_low = low;
	board_drive_nrst(b);
}

enum command_result cmd_exit(struct call *c)
{
	struct board *b = c->b;

	if (b->probe.mode != MODE_DEBUG && b->firmware.major == 3) {
		/* stlink-org issue 1399, seen on J15. UNSURE: whether other versions do so, and
		 * what helps; taken as all of them, until replugged. */
		board_illegal(b, "F2 21 outside debug mode locks a V3 up");
		return CMD_HANGS;
	}
	if (b->probe.mode != MODE_DEBUG)
		return CMD_DONE;
	drive_nrst(b, false);           /* OpenOCD: EXIT lets go of NRST and closes the APs */
	swd_disconnect(b);
	b->probe.ap_open = 0;
	b->probe.tracing = false;
	b->probe.mode = MODE_MASS;
	return CMD_DONE;
}

enum command_result cmd_nrst(struct call *c)
{
	struct board *b = c->b;

	c->reply->data[0] = STATUS_OK;
	switch (c->cdb[2]) {
	case 0:
		drive_nrst(b, true);
		break;
	case 1:
		drive_nrst(b, false);
		break;
	case 2:
		drive_nrst(b, true);
		sim_clock_spend(&b->clock, NRST_PULSE_NS);
		drive_nrst(b, false);
		break;
	default:
		board_illegal(b, "F2 3C with parameter %02X", c->cdb[2]);
		c->reply->data[0] = STATUS_COMMAND_ERROR;
		break;
	}
	return CMD_DONE;
}

enum command_result cmd_nrst_wedge(struct call *c)
{
	board_illegal(c->b, "F2 3C: DRIVE_NRST wedges a V1");
	return CMD_WEDGES;
}

/* UNSURE: how the firmware resets; taken as a pulse on NRST, nothing where it is not wired. */
enum command_result cmd_reset_sys(struct call *c)
{
	struct board *b = c->b;

	c->reply->data[0] = STATUS_OK;
	drive_nrst(b, true);
	sim_clock_spend(&b->clock, NRST_PULSE_NS);
	drive_nrst(b, false);
	return CMD_DONE;
}

/* ---- speed -------------------------------------------------------------------- */

struct divisor {
	uint16_t divisor;
	uint16_t khz;
};

/* Source: OpenOCD and stlink-org, the same table; 5, 9, 10, 25 from pyOCD. */
static const struct divisor divisors[] = {
	{ 0, 4000 }, { 1, 1800 }, { 2, 1200 }, { 3, 950 }, { 5, 650 }, { 7, 480 }, { 9, 400 },
	{ 10, 360 }, { 15, 240 }, { 25, 150 }, { 31, 125 }, { 40, 100 }, { 79, 50 },
	{ 158, 25 }, { 265, 15 }, { 798, 5 },
};

enum command_result cmd_swd_freq(struct call *c)
{
	uint16_t want = get_le16(c->cdb + 2);

	for (size_t i = 0; i < ARRAY_LEN(divisors); i++) {
		if (divisors[i].divisor == want) {
			swd_set_hz(c->b, divisors[i].khz * 1000u);
			c->reply->data[0] = STATUS_OK;
			return CMD_DONE;
		}
	}
	board_illegal(c->b, "F2 43 with the unlisted divisor %u", (unsigned)want);
	c->reply->data[0] = STATUS_COMMAND_ERROR;
	return CMD_DONE;
}

enum command_result cmd_jtag_freq(struct call *c)
{
	c->reply->data[0] = get_le16(c->cdb + 2) >= 4 ? STATUS_OK : STATUS_COMMAND_ERROR;
	return CMD_DONE;
}

/* Source: psdb; the list of a V3 for SWD. UNSURE: that JTAG has the same, that it does not
 * depend on the prescaler of 63, and what is set before anybody asks. */
static const uint32_t com_khz[] = { 24000, 8000, 3300, 1000, 200, 50, 5 };

enum command_result cmd_set_com_freq(struct call *c)
{
	uint32_t want = get_le32(c->cdb + 4);

	c->reply->data[0] = STATUS_COMMAND_ERROR;       /* psdb: too low */
	for (size_t i = 0; i < ARRAY_LEN(com_khz); i++) {
		if (c->cdb[2] > COM_JTAG || com_khz[i] > want)
			continue;
		if (c->cdb[2] == COM_SWD)
			swd_set_hz(c->b, com_khz[i] * 1000u);
		c->reply->data[0] = STATUS_OK;
		put_le32(c->reply->data + 4, com_khz[i]);
		break;
	}
	return CMD_DONE;
}

enum command_result cmd_get_com_freq(struct call *c)
{
	uint8_t *d = c->reply->data;

	if (c->cdb[2] > COM_JTAG) {
		d[0] = STATUS_COMMAND_ERROR;
		return CMD_DONE;
	}
	d[0] = STATUS_OK;
	put_le32(d + 4, c->b->probe.swd.hz / 1000u);
	put_le32(d + 8, ARRAY_LEN(com_khz));
	for (size_t i = 0; i < ARRAY_LEN(com_khz); i++)
		put_le32(d + 12 + 4 * i, com_khz[i]);
	return CMD_DONE;
}

enum command_result cmd_switch_freq(struct call *c)
{
	struct probe *p = &c->b->probe;
	uint8_t want = c->cdb[2];

	if (want != 1 && want != 2 && want != 4) {
		c->reply->data[0] = STATUS_COMMAND_ERROR;
		return CMD_DONE;
	}
	/* pyOCD takes 40 and 80; 40 is "configuration changed" */
	c->reply->data[0] = p->prescaler == want ? STATUS_OK : STATUS_CONFIG_CHANGED;
	p->prescaler = want;
	return CMD_DONE;
}

/* ---- trace, access ports, identity ------------------------------------------------ */

enum command_result cmd_trace_start(struct call *c)
{
	c->b->probe.tracing = true;
	c->reply->data[0] = STATUS_OK;
	return CMD_DONE;
}

enum command_result cmd_trace_stop(struct call *c)
{
	c->b->probe.tracing = false;
	c->reply->data[0] = STATUS_OK;
	return CMD_DONE;
}

/* The virtual chips trace nothing: the count stays 0. */
enum command_result cmd_trace_count(struct call *c)
{
	(void)c;
	return CMD_DONE;
}

enum command_result cmd_status_only(struct call *c)
{
	c->reply->data[0] = STATUS_OK;
	return CMD_DONE;
}

static unsigned highest_ap(const struct firmware *f)
{
	if (f->major == 3 || f->jtag >= AP_MANY_FROM)
		return 8;
	return f->jtag >= AP_FEW_FROM ? 3 : 0;
}

enum command_result cmd_init_ap(struct call *c)
{
	bool fine = c->cdb[2] <= highest_ap(&c->b->firmware);

	if (fine)
		c->b->probe.ap_open |= 1u << c->cdb[2];
	c->reply->data[0] = fine ? STATUS_OK : STATUS_BAD_AP;
	return CMD_DONE;
}

enum command_result cmd_close_ap(struct call *c)
{
	const struct firmware *f = &c->b->firmware;
	bool means = f->major == 3 || f->jtag >= CLOSE_AP_MEANS_FROM;

	if (c->cdb[2] < 32)
		c->b->probe.ap_open &= ~(1u << c->cdb[2]);
	c->reply->data[0] = means ? STATUS_OK : STATUS_BAD_AP;
	return CMD_DONE;
}

enum command_result cmd_board_ids(struct call *c)
{
	put_le16(c->reply->data, STATUS_OK);
	memcpy(c->reply->data + 2, "0000", 4);  /* pyOCD: 0000 is no id */
	return CMD_DONE;
}
