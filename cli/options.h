/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * options.h - what the command line says beside its command words.
 *
 * Knows options and the device argument; does not know what the words mean.
 * The table in options.c is also what --help and the man page are made from.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "target/target.h"

enum { OPTIONS_LOGS_MAX = 4 };

struct options {
	const char *device;             /* NULL: the only probe present */
	const char *device_from;        /* for messages: "-d", "the first word", "STLINK_DEVICE" */
	unsigned speed_khz;             /* 0: the probe's default */
	enum target_connect connect;
	bool proof_read;                /* prove by reading everything back */
	uint32_t flash_bytes;           /* what the flash is to count as; 0: as the chip says */
	bool json, quiet, force, mass_erase;
	bool show_help, show_version;
	unsigned verbosity;             /* number of -v, at most 3 */
	bool fix, yes, group, system;   /* setup */
	const char *root;               /* setup; NULL: the running system */
	const char *sysfs, *config;     /* autoflash: of the probe; folder, NULL the default */
	bool check, dry_run;            /* autoflash */
	const char *record, *bundle;    /* files; NULL: none */
	const char *seed;               /* as a bundle told it; NULL: by the clock */
	const char *expect, *timeout;   /* monitor; NULL: none */
	const char *logs[OPTIONS_LOGS_MAX];     /* station */
	size_t n_logs;
	uint32_t used;                  /* rows of the table that were given, a bit each */
	const char **words;             /* the rest, in order; owned */
	size_t n_words;
};

/* One row per option, for help texts and completions. */
struct option_row {
	char letter;                    /* 0: long form only */
	const char *name;
	const char *argument;           /* NULL: takes none */
	const char *help;
	bool hidden;                    /* kept for old scripts, not shown */
	const char *values;             /* all it can be, parted by spaces; NULL: anything */
	const char *words;              /* the only words it goes with, parted by spaces; NULL: any */
	size_t flag, text;              /* offset in struct options of what it sets; 0: by name */
};

/* option_rows - the table; *n rows. */
const struct option_row *option_rows(size_t *n);

/* options_read - take the command line apart; options and words may be mixed, "--" ends options.
 * env_device: STLINK_DEVICE of the environment, or NULL; used when no device is named.
 * out: filled, also on failure (so that the failure can be told as --json asks); to be freed.
 * Returns SL_OK; SL_USAGE for what is not understood; SL_NOMEM. */
enum sl_err options_read(struct ctx *c, int argc, char *const argv[], const char *env_device,
			  struct options *out) MUST_CHECK;
void options_free(struct options *o);

/* options_of_word - does this option go with some words only, and is this one of them? */
bool options_of_word(const struct option_row *row, const char *word);

/* options_set_connect - take what --connect= takes. Returns SL_OK or SL_USAGE. */
enum sl_err options_set_connect(struct ctx *c, struct options *o, const char *arg) MUST_CHECK;

/* options_is_device - does this word name a device rather than a command? */
bool options_is_device(const char *word);

#endif
