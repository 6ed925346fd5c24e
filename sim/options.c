/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * options.c - reading stlink-sim's command line from a table.
 *
 * Nothing is opened here; values that name files or sockets are only kept.
 */
#include "sim/options.h"

#include <string.h>

#include "base/number.h"
#include "sim/quantity.h"

#define ROOM "sim"
#define DURATION_MAX_MS 1000000000u

static const char help_text[] =
"Usage: stlink-sim --board NAME [board options] ... [--listen WHERE] [options]\n"
"\n"
"A virtual board: ST-LINK probe, STM32 chip whose core really runs, LEDs.\n"
"\n"
"  --list               the boards there are\n"
"  --replay FILE        instead of --board: a probe that answers as the one did\n"
"                       whose recording or bundle stlink-download wrote\n"
"  --listen ADDR:PORT   serve the boards over USB/IP (port 0: any free one)\n"
"  --listen unix:PATH   the same on a Unix socket\n"
"  --attach             give the boards to this kernel (vhci_hcd; needs root)\n"
"  --control unix:PATH  a socket for scripts; stlink-sim(1) has its words\n"
"  --realtime           each transfer takes as long as the timing model says\n"
"  --virtual            board time passes by traffic only, whatever the host\n"
"                       does; without both, host time counts and nothing is\n"
"                       waited for\n"
"  --leds               print each LED edge\n"
"  --report FILE        write the report as JSON, too\n"
"  --trace FILE.pcapng  write every URB with its virtual time, for Wireshark\n"
"  --duration S         end after S seconds; without --listen, --attach and\n"
"                       --control: run the boards for S seconds of their own\n"
"                       time, at once\n"
"  --quiet              no report on standard output\n"
"  --help, --version\n"
"\n"
"Board options, each for the --board before it:\n"
"  --flash FILE         flash contents: loaded if FILE exists, written at exit\n"
"  --load FILE          put a raw binary at the start of flash\n"
"  --serial HEX24       the probe's serial number\n"
"  --serial-text TEXT   any serial string instead, to see what a host makes of it\n"
"  --usb-ids VID:PID    other USB ids, to see that nobody takes it for a probe\n"
"  --firmware V2J37S7   the probe's firmware\n"
"  --set KEY=VALUE      a condition:\n"
"      target=present|absent|sleep|stop|asleep|locked|swd-off|resets\n"
"      voltage=V|VV|MmV button=down|up power=on|off nrst=wired|open\n"
"      protect=on|off|level2 reset=down|up plug=in|out dfu=on|off\n"
"      dfu-exit=now|after-csw|never serial=hex|binary|constant vref=0|ok\n"
"      hang=on|off wait=N residue=ok|broken disk=ok|hang-read|hang-mode-sense\n"
"      swd=on|off ap=strict|lax uid=HEX24 swd-max=KHZ|off ids=ok|zeros\n"
"      sense=wired|open flash-size=KIB idcode=WORD wrp=N\n";

const char *options_help(void)
{
	return help_text;
}

struct parse {
	struct ctx *ctx;
	struct sim_options *o;
	struct board_spec *board;       /* the last --board, NULL before any */
};

struct option {
	const char *name;
	enum { NO_VALUE, VALUE, BOARD_VALUE } takes;
	enum sl_err (*apply)(struct parse *p, const char *value);
};

static enum sl_err opt_board(struct parse *p, const char *v)
{
	const struct board_kind *k = board_kind_find(v);

	if (k == NULL)
		return ctx_fail(p->ctx, SL_USAGE, ROOM, "no board is called %s; see --list", v);
	if (p->o->n_boards == USBIP_BOARDS_MAX)
		return ctx_fail(p->ctx, SL_USAGE, ROOM, "at most %u boards", USBIP_BOARDS_MAX);
	p->board = &p->o->boards[p->o->n_boards++];
	p->board->kind = k;
	return SL_OK;
}

/* What kind of board it is stands in the file. */
static enum sl_err opt_replay(struct parse *p, const char *v)
{
	if (p->o->n_boards == USBIP_BOARDS_MAX)
		return ctx_fail(p->ctx, SL_USAGE, ROOM, "at most %u boards", USBIP_BOARDS_MAX);
	p->board = &p->o->boards[p->o->n_boards++];
	p->board->replay_file = v;
	return SL_OK;
}

static enum sl_err opt_set(struct parse *p, const char *v)
{
	if (p->board->n_sets == SETS_MAX)
		return ctx_fail(p->ctx, SL_USAGE, ROOM, "at most %u --set for a board", SETS_MAX);
	/* known before the board exists: it powers up in its boot loader */
	if (strcmp(v, "dfu=on") == 0 || strcmp(v, "dfu") == 0)
		p->board->options.start_in_dfu = true;
	else
		p->board->sets[p->board->n_sets++] = v;
	return SL_OK;
}

static enum sl_err opt_duration(struct parse *p, const char *v)
{
	if (!quantity_parse(v, "s", DURATION_MAX_MS, &p->o->duration_ms) || p->o->duration_ms == 0)
		return ctx_fail(p->ctx, SL_USAGE, ROOM, "--duration takes 1 ms to 1000000 s, as 0.5, "
				"0.5s or 500ms, not %s", v);
	return SL_OK;
}

static enum sl_err opt_flash(struct parse *p, const char *v)
{
	p->board->flash_file = v;
	return SL_OK;
}

static enum sl_err opt_load(struct parse *p, const char *v)
{
	p->board->load_file = v;
	return SL_OK;
}

static enum sl_err opt_serial(struct parse *p, const char *v)
{
	p->board->options.serial = v;
	return SL_OK;
}

static enum sl_err opt_serial_text(struct parse *p, const char *v)
{
	if (v[0] == '\0' || strlen(v) > SERIAL_TEXT_MAX)
		return ctx_fail(p->ctx, SL_USAGE, ROOM, "--serial-text: 1 to %d bytes", SERIAL_TEXT_MAX);
	p->board->options.serial_text = v;
	return SL_OK;
}

static bool hex16(const char *text, uint16_t *out)
{
	char number[7] = "0x";
	uint32_t value = 0;

	memcpy(number + 2, text, 4);
	if (!num_parse_str(number, &value) || value == 0)
		return false;
	*out = (uint16_t)value;
	return true;
}

static enum sl_err opt_usb_ids(struct parse *p, const char *v)
{
	struct board_options *o = &p->board->options;

	if (strlen(v) != 9 || v[4] != ':' || !hex16(v, &o->vid) || !hex16(v + 5, &o->pid))
		return ctx_fail(p->ctx, SL_USAGE, ROOM, "--usb-ids: four digits, a colon, four digits, "
				"not %s", v);
	return SL_OK;
}

static enum sl_err opt_firmware(struct parse *p, const char *v)
{
	p->board->options.firmware = v;
	return SL_OK;
}

static enum sl_err opt_listen(struct parse *p, const char *v)
{
	p->o->listen = v;
	return SL_OK;
}

static enum sl_err opt_control(struct parse *p, const char *v)
{
	p->o->control = v;
	return SL_OK;
}

static enum sl_err opt_report(struct parse *p, const char *v)
{
	p->o->report = v;
	return SL_OK;
}

static enum sl_err opt_trace(struct parse *p, const char *v)
{
	p->o->trace = v;
	return SL_OK;
}

static enum sl_err opt_attach(struct parse *p, const char *v)
{
	(void)v;
	p->o->attach = true;
	return SL_OK;
}

static enum sl_err opt_realtime(struct parse *p, const char *v)
{
	(void)v;
	p->o->pace = PACE_REAL;
	return SL_OK;
}

static enum sl_err opt_virtual(struct parse *p, const char *v)
{
	(void)v;
	p->o->pace = PACE_VIRTUAL;
	return SL_OK;
}

static enum sl_err opt_leds(struct parse *p, const char *v)
{
	(void)v;
	p->o->leds = true;
	return SL_OK;
}

static enum sl_err opt_quiet(struct parse *p, const char *v)
{
	(void)v;
	p->o->quiet = true;
	return SL_OK;
}

static enum sl_err opt_list(struct parse *p, const char *v)
{
	(void)v;
	p->o->list = true;
	return SL_OK;
}

static enum sl_err opt_help(struct parse *p, const char *v)
{
	(void)v;
	p->o->help = true;
	return SL_OK;
}

static enum sl_err opt_version(struct parse *p, const char *v)
{
	(void)v;
	p->o->version = true;
	return SL_OK;
}

static const struct option options[] = {
	{ "--board", VALUE, opt_board },
	{ "--replay", VALUE, opt_replay },
	{ "--listen", VALUE, opt_listen },
	{ "--attach", NO_VALUE, opt_attach },
	{ "--control", VALUE, opt_control },
	{ "--realtime", NO_VALUE, opt_realtime },
	{ "--virtual", NO_VALUE, opt_virtual },
	{ "--leds", NO_VALUE, opt_leds },
	{ "--report", VALUE, opt_report },
	{ "--trace", VALUE, opt_trace },
	{ "--duration", VALUE, opt_duration },
	{ "--quiet", NO_VALUE, opt_quiet },
	{ "--flash", BOARD_VALUE, opt_flash },
	{ "--load", BOARD_VALUE, opt_load },
	{ "--serial", BOARD_VALUE, opt_serial },
	{ "--serial-text", BOARD_VALUE, opt_serial_text },
	{ "--usb-ids", BOARD_VALUE, opt_usb_ids },
	{ "--firmware", BOARD_VALUE, opt_firmware },
	{ "--set", BOARD_VALUE, opt_set },
	{ "--list", NO_VALUE, opt_list },
	{ "--help", NO_VALUE, opt_help },
	{ "-h", NO_VALUE, opt_help },
	{ "--version", NO_VALUE, opt_version },
};

/* "--name" or "--name=value"; *value is what follows the sign, else NULL. */
static const struct option *find_option(const char *word, const char **value)
{
	const char *eq = strchr(word, '=');
	size_t n = eq != NULL ? (size_t)(eq - word) : strlen(word);

	*value = eq != NULL ? eq + 1 : NULL;
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (strlen(options[i].name) == n && strncmp(options[i].name, word, n) == 0)
			return &options[i];
	return NULL;
}

static enum sl_err check_whole(struct parse *p)
{
	const struct sim_options *o = p->o;

	if (o->list || o->help || o->version)
		return SL_OK;
	if (o->n_boards == 0)
		return ctx_fail(p->ctx, SL_USAGE, ROOM, "which board? --board NAME; see --list");
	if (o->trace != NULL && o->listen == NULL && !o->attach)
		return ctx_fail(p->ctx, SL_USAGE, ROOM, "--trace: nothing to trace without --listen "
				"or --attach");
	if (o->listen == NULL && o->control == NULL && !o->attach && o->duration_ms == 0)
		return ctx_fail(p->ctx, SL_USAGE, ROOM,
				"nothing to do: give --listen, --attach, --control or --duration");
	return SL_OK;
}

enum sl_err options_parse(struct ctx *ctx, int argc, char **argv, struct sim_options *out)
{
	struct parse p = { .ctx = ctx, .o = out };

	memset(out, 0, sizeof(*out));
	out->pace = PACE_HURRY;
	for (int i = 1; i < argc; i++) {
		const char *value = NULL;
		const struct option *opt = find_option(argv[i], &value);
		enum sl_err e;

		if (opt == NULL)
			return ctx_fail(ctx, SL_USAGE, ROOM, "unknown option %s", argv[i]);
		if (opt->takes == NO_VALUE && value != NULL)
			return ctx_fail(ctx, SL_USAGE, ROOM, "%s takes no value", opt->name);
		if (opt->takes != NO_VALUE && value == NULL && i + 1 < argc)
			value = argv[++i];
		if (opt->takes != NO_VALUE && value == NULL)
			return ctx_fail(ctx, SL_USAGE, ROOM, "%s needs a value", opt->name);
		if (opt->takes == BOARD_VALUE && p.board == NULL)
			return ctx_fail(ctx, SL_USAGE, ROOM, "%s before any --board", opt->name);
		e = opt->apply(&p, value);
		if (e != SL_OK)
			return e;
	}
	return check_whole(&p);
}
