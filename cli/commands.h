/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * commands.h - what a command word is: one row of the table in commands.c.
 *
 * A word is parsed and prepared (files loaded, output names checked) before any device is
 * opened, and run afterwards. Help texts and the man page are made from the rows.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "image/image.h"

struct assignments;
struct peripheral;
struct reg_name;
struct session;
struct word;

/* How the word on the command line relates to the row's name. */
enum word_form {
	FORM_ALONE,             /* exactly the name */
	FORM_ARGUMENT,          /* the name, then anything but nothing: "program=FILE" */
	FORM_NUMBER,            /* the name, then something that begins with a digit: "read0x..." */
	FORM_OWN,               /* what the row's own fits says */
};

/* What the word does with the file that it names. */
enum file_use { FILE_NONE, FILE_IN, FILE_OUT };

/* How far the session must be up before the word can run. Each rung includes those before. */
enum rung { RUNG_NOTHING, RUNG_PROBE, RUNG_TARGET, RUNG_FLASH };

struct command {
	const char *name;               /* what the word begins with: "program=" */
	const char *syntax;             /* for people: "program=FILE[@ADDR]" */
	const char *summary;            /* one line for --help, at most 50 characters */
	const char *help;               /* paragraphs for help WORD, an example included */
	enum word_form form;
	enum rung needs;
	enum file_use file_use;
	bool takes_next;                /* "help": may swallow the next word as its argument */
	bool changes;                   /* the chip is not the same afterwards */
	bool hidden;                    /* another spelling; not in the list of --help */
	bool unattended;                /* autoflash may do it before and after its image */
	bool restarts;                  /* the firmware begins anew: what it said before is past */
	bool reloads;                   /* option bytes: the words after it are checked when it is done */
	bool takes_rest;                /* "station": runs the words after it itself */
	/* fits - for FORM_OWN: is this word the row's? */
	bool (*fits)(const char *text);
	/* parse - the rest of the word after the name (all of it with FORM_OWN); NULL: nothing to parse. */
	enum sl_err (*parse)(struct ctx *c, struct word *w, const char *rest);
	/* prepare - load files, check output names; NULL: nothing to prepare. No device is open. */
	enum sl_err (*prepare)(struct session *s, struct word *w);
	/* check - the flash is open, nothing has been changed yet: does the word fit this chip?
	 * NULL: nothing to check. Called for all words before the first that changes anything. */
	enum sl_err (*check)(struct session *s, struct word *w);
	enum sl_err (*run)(struct session *s, struct word *w);
};

/* One word of the command line, parsed. */
struct word {
	const struct command *command;
	const char *text;               /* as typed */
	const char *next;               /* argument of a word that takes_next, or NULL */
	char *file;                     /* owned; NULL: the word names none */
	bool has_addr, has_len;
	uint32_t addr, len;             /* len 0 with has_len false: the command's default */
	uint32_t value;
	const struct reg_name *reg;
	const struct peripheral *peripheral;
	struct image *image;            /* owned; loaded by prepare */
	struct assignments *assign;     /* owned; fields of option bytes */
};

/* verb_table - all rows in the order of --help; *n rows. */
const struct command *const *verb_table(size_t *n);

/* verb_find - the row that a word belongs to; the longest name wins; NULL: unknown. */
const struct command *verb_find(const char *text);

/* verb_nearest - the row that a mistyped word is nearest to; NULL: none is near. */
const struct command *verb_nearest(const char *text);

#endif
