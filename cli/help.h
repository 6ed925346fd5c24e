/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * help.h - help texts, made from the tables of words, options and errors.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "cli/commands.h"

/* help_all - what --help shows: at most 80 columns and two screens. */
void help_all(FILE *f);

/* help_word - what help WORD shows. topic: a name ("program", "program=", "flash:w:"), or a
 * whole word. Returns SL_USAGE when nothing is called that. */
enum sl_err help_word(struct ctx *c, FILE *f, const char *topic) MUST_CHECK;

/* help_chips - what help chips shows: the chips and what was tested with each. */
void help_chips(FILE *f);

enum { HELP_CHIPS_LEFT = 33 };

/* help_wrap - text, wrapped at 79 columns, its lines beginning at column left; the cursor is in
 * column at. */
void help_wrap(FILE *f, const char *text, size_t at, size_t left);

/* help_man_words, help_man_options, help_man_exits - sections of the man page, in mdoc. */
void help_man_words(FILE *f);
void help_man_options(FILE *f);
void help_man_exits(FILE *f);

#endif
