/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * options.c - the option table and its parser.
 *
 * Our own loop instead of getopt_long: options and words may be mixed, nothing is printed
 * from inside, no process-wide state, and an abbreviated option is refused rather than guessed.
 */
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "cli/suggest.h"

static const char where[] = "cli";

enum { SPEED_MIN_KHZ = 1, SPEED_MAX_KHZ = 100000 };

static const struct option_row rows[] = {
	{ .letter = 'd', .name = "device", .argument = "DEV",
	  .help = "which probe: serial:S, port:1-2.3, usb:BUS.ADDR, /dev/sgN, /dev/stlink, "
		  "usbip:HOST[:PORT]/BUSID, usbip:unix:PATH,BUSID; default: $STLINK_DEVICE, else the "
		  "only one present" },
	{ .name = "speed", .argument = "KHZ",
	  .help = "SWD clock, at most; default: the highest that works" },
	{ .name = "connect", .argument = "HOW",
	  .help = "how to reach the chip: auto (normal, then what helps), normal, slow, catch, "
		  "under-reset, slow-under-reset, hotplug (no halt)",
	  .values = "auto normal slow catch under-reset slow-under-reset hotplug" },
	{ .name = "proof", .argument = "HOW",
	  .help = "how flash is proved: crc, by the chip's CRC-32 of each sector (default), or read, "
		  "every byte read back",
	  .values = "crc read" },
	{ .name = "json", .help = "one JSON event a line on standard output",
	  .flag = offsetof(struct options, json) },
	{ .letter = 'q', .name = "quiet", .help = "no progress, no talk: results and errors only",
	  .flag = offsetof(struct options, quiet) },
	{ .letter = 'v', .name = "verbose",
	  .help = "say more; -vv more still, -vvv every wire command" },
	{ .name = "force", .help = "replace existing output files; let images overlap",
	  .flag = offsetof(struct options, force) },
	{ .name = "mass-erase",
	  .help = "program= may erase the whole flash at once, and with it what FILE leaves out",
	  .flag = offsetof(struct options, mass_erase) },
	{ .name = "fix", .help = "with setup: install what is missing, after showing it",
	  .words = "setup doctor", .flag = offsetof(struct options, fix) },
	{ .name = "yes", .help = "with --fix and unlock: do not ask",
	  .words = "setup doctor unlock", .flag = offsetof(struct options, yes) },
	{ .name = "group", .help = "with --fix: also group stlink, for those who log in over the network",
	  .words = "setup doctor", .flag = offsetof(struct options, group) },
	{ .name = "root", .argument = "DIR",
	  .help = "with setup: look at the system below DIR instead of the running one",
	  .words = "setup doctor", .text = offsetof(struct options, root) },
	{ .name = "system", .help = "doctor --system is the same as setup",
	  .words = "doctor", .flag = offsetof(struct options, system) },
	{ .name = "sysfs", .argument = "PATH", .help = "the probe, by its folder in /sys (autoflash)",
	  .words = "autoflash", .text = offsetof(struct options, sysfs) },
	{ .name = "config", .argument = "DIR",
	  .help = "configuration, instead of /etc/stlink-download/autoflash.d (autoflash)",
	  .words = "autoflash", .text = offsetof(struct options, config) },
	{ .name = "check", .help = "check the configuration and tell who gets what (autoflash)",
	  .words = "autoflash", .flag = offsetof(struct options, check) },
	{ .name = "dry-run", .help = "look at the chip, change nothing (autoflash)",
	  .words = "autoflash", .flag = offsetof(struct options, dry_run) },
	{ .name = "log", .argument = "FILE",
	  .help = "add a line for each board to FILE, .csv or else NDJSON (station)",
	  .words = "station" },
	{ .name = "record", .argument = "FILE",
	  .help = "keep everything that goes over the wire in FILE (pcapng, for Wireshark and for "
		  "stlink-sim --replay)",
	  .text = offsetof(struct options, record) },
	{ .name = "bundle", .argument = "FILE",
	  .help = "on failure, write what a bug report needs to FILE",
	  .text = offsetof(struct options, bundle) },
	{ .name = "seed", .argument = "N", .hidden = true,
	  .help = "the seed that a recording tells, to repeat it at stlink-sim --replay",
	  .text = offsetof(struct options, seed) },
	{ .name = "expect", .argument = "REGEX",
	  .help = "end with success when a line fits, with status 13 when none does (monitor)",
	  .words = "monitor", .text = offsetof(struct options, expect) },
	{ .name = "timeout", .argument = "S", .help = "end after S seconds (monitor)",
	  .words = "monitor", .text = offsetof(struct options, timeout) },
	{ .letter = 'V', .name = "version", .help = "version of this program",
	  .flag = offsetof(struct options, show_version) },
	{ .letter = 'h', .name = "help", .help = "this text; help WORD explains one word",
	  .flag = offsetof(struct options, show_help) },
	{ .letter = 'u', .name = "usage", .help = "the original's other name for --help",
	  .hidden = true, .flag = offsetof(struct options, show_help) },
};

const struct option_row *option_rows(size_t *n)
{
	*n = ARRAY_LEN(rows);
	return rows;
}

bool options_is_device(const char *word)
{
	static const char *const starts[] = { "/dev/", "usbip:", "serial:", "port:", "usb:" };

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (strncmp(word, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static enum sl_err set_speed(struct ctx *c, struct options *o, const char *arg)
{
	uint32_t khz = 0;

	if (!num_parse_str(arg, &khz) || khz < SPEED_MIN_KHZ || khz > SPEED_MAX_KHZ) {
		(void)ctx_fail(c, SL_USAGE, where, "--speed %.40s is not a clock in kHz", arg);
		ctx_hint(c, "give a number from 1 to 100000, for example --speed 480");
		return SL_USAGE;
	}
	o->speed_khz = khz;
	return SL_OK;
}

enum sl_err options_set_connect(struct ctx *c, struct options *o, const char *arg)
{
	static const struct {
		const char *name;
		enum target_connect how;
	} ways[] = {
		{ "auto", CONNECT_AUTO }, { "normal", CONNECT_NORMAL }, { "slow", CONNECT_SLOW },
		{ "catch", CONNECT_CATCH }, { "under-reset", CONNECT_UNDER_RESET },
		{ "slow-under-reset", CONNECT_SLOW_RESET }, { "hotplug", CONNECT_HOTPLUG },
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		if (strcmp(arg, ways[i].name) == 0) {
			o->connect = ways[i].how;
			return SL_OK;
		}
	}
	(void)ctx_fail(c, SL_USAGE, where, "--connect=%.40s is not known", arg);
	ctx_hint(c, "--connect=auto, normal, slow, catch, under-reset, slow-under-reset or hotplug");
	return SL_USAGE;
}

static enum sl_err set_proof(struct ctx *c, struct options *o, const char *arg)
{
	o->proof_read = strcmp(arg, "read") == 0;
	if (o->proof_read || strcmp(arg, "crc") == 0)
		return SL_OK;
	(void)ctx_fail(c, SL_USAGE, where, "--proof=%.40s is not known", arg);
	ctx_hint(c, "--proof=crc or --proof=read");
	return SL_USAGE;
}

static enum sl_err set_device(struct ctx *c, struct options *o, const char *arg, const char *from)
{
	if (arg[0] == '\0')
		return ctx_fail(c, SL_USAGE, where, "%s names an empty device", from);
	if (o->device && strcmp(o->device, arg) != 0) {
		(void)ctx_fail(c, SL_USAGE, where, "two devices are named: %.80s and %.80s",
			       o->device, arg);
		ctx_hint(c, "one session talks to one probe; start the program once for each");
		return SL_USAGE;
	}
	o->device = arg;
	o->device_from = from;
	return SL_OK;
}

static enum sl_err add_log(struct ctx *c, struct options *o, const char *arg)
{
	if (o->n_logs == OPTIONS_LOGS_MAX)
		return ctx_fail(c, SL_USAGE, where, "--log is given more than %d times",
				OPTIONS_LOGS_MAX);
	o->logs[o->n_logs++] = arg;
	return SL_OK;
}

static enum sl_err apply(struct ctx *c, struct options *o, const struct option_row *row,
			 const char *arg)
{
	o->used |= UINT32_C(1) << (row - rows);
	if (row->flag)
		*(bool *)(void *)((char *)o + row->flag) = true;
	else if (row->text)
		*(const char **)(void *)((char *)o + row->text) = arg;
	else if (strcmp(row->name, "device") == 0)
		return set_device(c, o, arg, "-d");
	else if (strcmp(row->name, "speed") == 0)
		return set_speed(c, o, arg);
	else if (strcmp(row->name, "connect") == 0)
		return options_set_connect(c, o, arg);
	else if (strcmp(row->name, "proof") == 0)
		return set_proof(c, o, arg);
	else if (strcmp(row->name, "log") == 0)
		return add_log(c, o, arg);
	else
		o->verbosity += o->verbosity < 3;
	return SL_OK;
}

bool options_of_word(const struct option_row *row, const char *word)
{
	size_t len = strcspn(word, "=");

	for (const char *p = row->words; p && *p; p += strcspn(p, " "), p += *p == ' ')
		if (strncmp(p, word, len) == 0 && (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

/* "setup doctor unlock": "setup, doctor or unlock". */
static void name_words(const struct option_row *row, char *buf, size_t size)
{
	size_t at = 0;

	for (const char *p = row->words; *p && at < size;) {
		size_t len = strcspn(p, " ");
		const char *join = p == row->words ? "" : p[len] ? ", " : " or ";
		int n = snprintf(buf + at, size - at, "%s%.*s", join, (int)len, p);

		at += n > 0 ? (size_t)n : 0;
		p += len + (p[len] == ' ');
	}
}

/* An option of certain words, without any of them, is a mistake and would do nothing. */
static enum sl_err check_words(struct ctx *c, const struct options *o)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool found = false;
		char words[120];

		if (!rows[i].words || !(o->used >> i & 1u))
			continue;
		for (size_t k = 0; k < o->n_words; k++)
			found |= options_of_word(&rows[i], o->words[k]);
		if (found)
			continue;
		name_words(&rows[i], words, sizeof(words));
		(void)ctx_fail(c, SL_USAGE, where, "--%s does nothing without the word %s",
			       rows[i].name, words);
		ctx_hint(c, "stlink-download help %.*s", (int)strcspn(rows[i].words, " "), rows[i].words);
		return SL_USAGE;
	}
	return SL_OK;
}

static enum sl_err unknown_option(struct ctx *c, const char *arg)
{
	const char *names[ARRAY_LEN(rows)];
	const char *near;
	size_t len = strcspn(arg, "=");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		names[i] = rows[i].name;
	near = arg[1] == '-' ? suggest_nearest(arg + 2, len - 2, names, ARRAY_LEN(rows)) : NULL;
	(void)ctx_fail(c, SL_USAGE, where, "unknown option %.*s", len < 60 ? (int)len : 60, arg);
	if (near)
		ctx_hint(c, "did you mean --%s? See stlink-download --help", near);
	return SL_USAGE;
}

/* arg: "--name" or "--name=value"; *next: the word after it, NULL at the end. */
static enum sl_err long_option(struct ctx *c, struct options *o, const char *arg, const char *next,
			       bool *took_next)
{
	size_t len = strcspn(arg + 2, "=");
	const char *value = arg[2 + len] == '=' ? arg + 2 + len + 1 : NULL;
	const struct option_row *row = NULL;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strlen(rows[i].name) == len && strncmp(rows[i].name, arg + 2, len) == 0)
			row = &rows[i];
	if (!row)
		return unknown_option(c, arg);
	if (!row->argument && value)
		return ctx_fail(c, SL_USAGE, where, "--%s takes no value", row->name);
	if (row->argument && !value) {
		if (!next)
			return ctx_fail(c, SL_USAGE, where, "--%s needs a value: --%s=%s", row->name,
					row->name, row->argument);
		value = next;
		*took_next = true;
	}
	return apply(c, o, row, value);
}

/* arg: "-vvq", "-dDEV" or "-d" with the device in next. */
static enum sl_err short_options(struct ctx *c, struct options *o, const char *arg,
				 const char *next, bool *took_next)
{
	enum sl_err err = SL_OK;

	for (const char *p = arg + 1; *p && !err; p++) {
		const struct option_row *row = NULL;

		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			if (rows[i].letter == *p)
				row = &rows[i];
		if (!row)
			return unknown_option(c, arg);
		if (!row->argument) {
			err = apply(c, o, row, NULL);
			continue;
		}
		if (p[1] != '\0')
			return apply(c, o, row, p[1] == '=' ? p + 2 : p + 1);
		if (!next)
			return ctx_fail(c, SL_USAGE, where, "-%c needs a value: -%c %s", *p, *p,
					row->argument);
		*took_next = true;
		return apply(c, o, row, next);
	}
	return err;
}

/* Everything is looked at even after a failure, so that --json counts wherever it stands. */
static bool asks_for_json(int argc, char *const argv[])
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

enum sl_err options_read(struct ctx *c, int argc, char *const argv[], const char *env_device,
			  struct options *out)
{
	enum sl_err err = SL_OK;
	bool ended = false;

	memset(out, 0, sizeof(*out));
	out->connect = CONNECT_AUTO;
	out->json = asks_for_json(argc, argv);
	out->words = calloc((size_t)(argc > 0 ? argc : 1), sizeof(*out->words));
	if (!out->words)
		return ctx_fail(c, SL_NOMEM, where, "no memory for the command line");
	for (int i = 1; i < argc && !err; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		bool took_next = false;

		if (!ended && strcmp(argv[i], "--") == 0)
			ended = true;
		else if (!ended && strncmp(argv[i], "--", 2) == 0)
			err = long_option(c, out, argv[i], next, &took_next);
		else if (!ended && argv[i][0] == '-' && argv[i][1] != '\0')
			err = short_options(c, out, argv[i], next, &took_next);
		else if (out->n_words == 0 && options_is_device(argv[i]))
			err = set_device(c, out, argv[i], "the first word");
		else
			out->words[out->n_words++] = argv[i];
		i += took_next;
	}
	if (!err && !out->device && env_device && env_device[0] != '\0')
		err = set_device(c, out, env_device, "STLINK_DEVICE");
	if (!err)
		err = check_words(c, out);
	return ctx_doing(c, err, "command line");
}

void options_free(struct options *o)
{
	free(o->words);
	o->words = NULL;
	o->n_words = 0;
}
