/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * report.c - the oracle's account: flash contents, erases, illegal acts, traffic, time.
 *
 * Prints only; counts are kept by chip and probe. The timing model goes with every
 * report, so that a figure is never read without it.
 */
#include "sim/report.h"

#include <inttypes.h>

#include "sim/board.h"
#include "sim/hash.h"
#include "sim/swd.h"

struct flash_sum {
	size_t len, nonblank;
	uint32_t crc32;
	char sha256[SHA256_TEXT];
};

static void sum_flash(struct board *b, struct flash_sum *s)
{
	uint8_t blank = board_kind_blank(board_get_kind(b));
	const uint8_t *flash = chip_flash(board_chip(b), &s->len);

	s->nonblank = 0;
	for (size_t i = 0; i < s->len; i++)
		s->nonblank += flash[i] != blank ? 1 : 0;
	s->crc32 = hash_crc32(flash, s->len);
	hash_sha256(flash, s->len, s->sha256);
}

static void text_flash(FILE *f, struct board *b, const struct chip_report *c)
{
	struct flash_sum s;

	sum_flash(b, &s);
	fprintf(f, "  flash    %zu bytes, %zu not blank, crc32 %08" PRIx32 "\n", s.len, s.nonblank,
		s.crc32);
	fprintf(f, "  sha256   %s\n", s.sha256);
	fprintf(f, "  done     %" PRIu64 " sectors erased, %" PRIu64 " mass erases, %" PRIu64
		" units programmed, %" PRIu64 "+%" PRIu64 " option acts, %" PRIu64 " cut short\n",
		c->sectors_erased, c->mass_erases, c->units_programmed, c->option_erases,
		c->option_programs, c->interrupted);
}

void report_text(FILE *f, struct board *b)
{
	const struct board_kind *k = board_get_kind(b);
	struct chip_report c;
	struct usb_report u;
	const char *t;

	chip_get_report(board_chip(b), &c);
	usbdev_get_report(b, &u);
	fprintf(f, "%s  %s behind %s, serial %s\n", board_kind_name(k), board_kind_chip(k),
		board_firmware(b), board_serial(b));
	text_flash(f, b, &c);
	fprintf(f, "  core     %s%s, %" PRIu64 " instructions, %" PRIu64 " resets, flash %s\n",
		c.core_halted ? "halted" : "running", c.debug_enabled ? ", debug enabled" : "",
		c.instructions, c.resets, c.flash_locked ? "locked" : "unlocked");
	fprintf(f, "  usb      %" PRIu64 " transfers (%" PRIu64 " bulk), %" PRIu64 " bytes out, %"
		PRIu64 " in, %" PRIu64 " commands, %" PRIu64 " disk commands, %" PRIu64 " stalls\n",
		u.urbs, u.bulk_urbs, u.bytes_out, u.bytes_in, u.commands, u.scsi_commands,
		u.stalls);
	fprintf(f, "  time     %" PRIu64 ".%06" PRIu64 " s\n", board_clock(b)->now_ns / 1000000000u,
		board_clock(b)->now_ns / 1000u % 1000000u);
	fprintf(f, "  illegal  %" PRIu64 " on the chip, %" PRIu64 " on the probe%s\n", c.illegal,
		u.illegal, u.wedged ? "; the probe is wedged" : "");
	for (size_t i = 0; (t = chip_illegal(board_chip(b), i)) != NULL; i++)
		fprintf(f, "    chip: %s\n", t);
	for (size_t i = 0; (t = usbdev_illegal(b, i)) != NULL; i++)
		fprintf(f, "    probe: %s\n", t);
}

/* ---- JSON ----------------------------------------------------------------------------- */

static void json_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s != '\0'; s++) {
		unsigned char ch = (unsigned char)*s;

		if (ch == '"' || ch == '\\')
			fprintf(f, "\\%c", ch);
		else if (ch < 0x20 || ch >= 0x7F)
			fprintf(f, "\\u%04x", ch);
		else
			fputc(ch, f);
	}
	fputc('"', f);
}

static void json_list(FILE *f, const char *name, struct board *b, bool chip)
{
	const char *t;

	fprintf(f, ",\"%s\":[", name);
	for (size_t i = 0;; i++) {
		t = chip ? chip_illegal(board_chip(b), i) : usbdev_illegal(b, i);
		if (t == NULL)
			break;
		if (i > 0)
			fputc(',', f);
		json_string(f, t);
	}
	fputc(']', f);
}

static void json_flash(FILE *f, struct board *b, const struct chip_report *c)
{
	struct flash_sum s;

	sum_flash(b, &s);
	fprintf(f, ",\"flash\":{\"base\":%" PRIu32 ",\"bytes\":%zu,\"nonblank\":%zu,\"crc32\":\"%08"
		PRIx32 "\",\"sha256\":\"%s\",\"locked\":%s", c->flash_base, s.len, s.nonblank,
		s.crc32, s.sha256, c->flash_locked ? "true" : "false");
	fprintf(f, ",\"sectors_erased\":%" PRIu64 ",\"mass_erases\":%" PRIu64
		",\"units_programmed\":%" PRIu64 ",\"option_erases\":%" PRIu64
		",\"option_programs\":%" PRIu64 ",\"interrupted\":%" PRIu64 "}", c->sectors_erased,
		c->mass_erases, c->units_programmed, c->option_erases, c->option_programs,
		c->interrupted);
}

static void json_usb(FILE *f, const struct usb_report *u, uint32_t swd_hz)
{
	fprintf(f, ",\"usb\":{\"urbs\":%" PRIu64 ",\"bulk_urbs\":%" PRIu64 ",\"bytes_out\":%" PRIu64
		",\"bytes_in\":%" PRIu64 ",\"commands\":%" PRIu64 ",\"scsi_commands\":%" PRIu64
		",\"stalls\":%" PRIu64 ",\"unknown_commands\":%" PRIu64 ",\"unasked_status\":%" PRIu64
		",\"vcp_out\":%" PRIu64 ",\"vcp_in\":%" PRIu64 ",\"vcp_lost\":%" PRIu64
		",\"wedged\":%s,\"mode\":%d,\"swd_hz\":%" PRIu32 "}", u->urbs,
		u->bulk_urbs, u->bytes_out, u->bytes_in, u->commands, u->scsi_commands,
		u->stalls, u->unknown_commands, u->unasked_status, u->vcp_out, u->vcp_in,
		u->vcp_lost, u->wedged ? "true" : "false", u->mode, swd_hz);
}

static void json_board(FILE *f, struct board *b)
{
	const struct board_kind *k = board_get_kind(b);
	struct chip_report c;
	struct usb_report u;

	chip_get_report(board_chip(b), &c);
	usbdev_get_report(b, &u);
	fputs("{\"board\":", f);
	json_string(f, board_kind_name(k));
	fputs(",\"chip\":", f);
	json_string(f, board_kind_chip(k));
	fputs(",\"firmware\":", f);
	json_string(f, board_firmware(b));
	fputs(",\"serial\":", f);
	json_string(f, board_serial(b));
	fprintf(f, ",\"time_us\":%" PRIu64, board_clock(b)->now_ns / 1000u);
	json_flash(f, b, &c);
	fprintf(f, ",\"core\":{\"halted\":%s,\"debug_enabled\":%s,\"instructions\":%" PRIu64
		",\"resets\":%" PRIu64 ",\"dbgmcu_cr\":%" PRIu32 ",\"demcr\":%" PRIu32 "}",
		c.core_halted ? "true" : "false", c.debug_enabled ? "true" : "false",
		c.instructions, c.resets, c.dbgmcu_cr, c.demcr);
	json_usb(f, &u, b->probe.swd.hz);
	fprintf(f, ",\"illegal\":{\"chip\":%" PRIu64 ",\"probe\":%" PRIu64, c.illegal, u.illegal);
	json_list(f, "chip_acts", b, true);
	json_list(f, "probe_acts", b, false);
	fputs("}}", f);
}

/* Microseconds. */
static void json_speed(FILE *f, const struct usb_speed *s)
{
	uint32_t byte_ns = s->ns_per_30_bytes / 30u;

	fprintf(f, "\"urb_us\":%" PRIu32 ",\"byte_us\":%" PRIu32 ".%03" PRIu32
		",\"firmware_command_us\":%" PRIu32, s->urb_ns / 1000u, byte_ns / 1000u,
		byte_ns % 1000u, s->firmware_ns / 1000u);
}

void report_json(FILE *f, struct board *const *boards, size_t n)
{
	fputs("{\"model\":{", f);
	json_speed(f, &usb_full_speed);
	fputs(",\"high_speed\":{", f);
	json_speed(f, &usb_high_speed);
	fprintf(f, "},\"swd_access_clocks\":%u,\"swd_block_start_clocks\":%u,\"swd_1k_clocks\":%u,"
		"\"cycles_per_instruction\":%u.%u},\"boards\":[", SWD_CLOCKS_ACCESS, SWD_CLOCKS_BLOCK,
		SWD_CLOCKS_TAR, CHIP_HALF_CYCLES / 2u, CHIP_HALF_CYCLES % 2u * 5u);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			fputc(',', f);
		json_board(f, boards[i]);
	}
	fputs("]}\n", f);
}
